/* schema_rules: the tables of alert rules: how each stands, who is told, and what people
 * say of alerts. */
#include "config.h"

#include "store/schema.h"

const char schema_rules_sql[] =
    /* a rule and what it looks at; state .. held_ends: see insight/alerting.h. alert: the open
     * one; 0. From place on, for the list; value: of at_ms */
    "CREATE TABLE rule_state (rule TEXT NOT NULL, subject TEXT NOT NULL, state INTEGER NOT NULL,"
    " since_ms INTEGER NOT NULL, began_ms INTEGER NOT NULL, fired_ms INTEGER NOT NULL,"
    " no_data_ms INTEGER NOT NULL, told_ms INTEGER NOT NULL, told INTEGER NOT NULL,"
    " held_fires INTEGER NOT NULL, held_ends INTEGER NOT NULL, alert INTEGER NOT NULL,"
    " place INTEGER NOT NULL, ways INTEGER NOT NULL, severity INTEGER NOT NULL,"
    " above INTEGER NOT NULL, bound REAL NOT NULL, unit INTEGER NOT NULL, value REAL,"
    " at_ms INTEGER NOT NULL, PRIMARY KEY (rule, subject)) WITHOUT ROWID;"
    /* kind: enum word_kind. The last one of each kind counts; until_ms 0: no more */
    "CREATE TABLE alert_word (alert INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, until_ms INTEGER NOT NULL, who TEXT NOT NULL, note TEXT NOT NULL,"
    " PRIMARY KEY (alert, kind, at_ms)) WITHOUT ROWID;"
    /* What people are told, for a week. name: of a notice of the configuration; '': what the
     * viewers do, by ways. facts: JSON. state: enum notice_state */
    "CREATE TABLE notice (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, name TEXT NOT NULL,"
    " ways INTEGER NOT NULL, loud INTEGER NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL,"
    " facts TEXT NOT NULL, state INTEGER NOT NULL, tries INTEGER NOT NULL,"
    " next_ms INTEGER NOT NULL);"
    "CREATE INDEX notice_open ON notice (state, next_ms) WHERE state < 2;"
    "CREATE INDEX notice_at ON notice (at_ms);";
