/* schema: the tables. Times are Unix milliseconds, NULL where not happened. */
#include "config.h"

#include "store/schema.h"

#include <stddef.h>

static const char base_sql[] =
    /* fence: the number of the holder of the lock; heartbeat and who it is */
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"

    /* identity is type and url, for names change; nth tells apart two sources
     * at one address. place NULL: not in the configuration any more */
    "CREATE TABLE source (id INTEGER PRIMARY KEY, type TEXT NOT NULL, url TEXT NOT NULL,"
    " nth INTEGER NOT NULL, name TEXT NOT NULL, yields INTEGER NOT NULL,"
    " every_ms INTEGER NOT NULL, place INTEGER, UNIQUE (type, url, nth));"

    /* how each poll ended; consecutive ones that ended alike keep one row, so
     * last_ms moves; from next_ms on the columns are of the one at last_ms */
    "CREATE TABLE poll (source INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " last_ms INTEGER NOT NULL, ok INTEGER NOT NULL, state INTEGER NOT NULL,"
    " fault INTEGER NOT NULL, text TEXT NOT NULL, version TEXT NOT NULL, next_ms INTEGER,"
    " every_ms INTEGER, latency_ms INTEGER, bytes INTEGER, lim INTEGER, remaining INTEGER,"
    " reset_ms INTEGER, per_hour REAL, skew_ms INTEGER, done INTEGER, total INTEGER,"
    " PRIMARY KEY (source, at_ms)) WITHOUT ROWID;"

    "CREATE TABLE series (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, query TEXT NOT NULL,"
    " labels TEXT NOT NULL, unit INTEGER NOT NULL, UNIQUE (source, query, labels));"
    /* value NULL: NaN */
    "CREATE TABLE sample (series INTEGER NOT NULL, at_ms INTEGER NOT NULL, value REAL,"
    " PRIMARY KEY (series, at_ms)) WITHOUT ROWID;"
    /* string results: only changes are kept */
    "CREATE TABLE series_text (series INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " text TEXT NOT NULL, PRIMARY KEY (series, at_ms)) WITHOUT ROWID;"

    "CREATE TABLE alert (id INTEGER PRIMARY KEY, source INTEGER NOT NULL, key TEXT NOT NULL,"
    " since_ms INTEGER NOT NULL, name TEXT NOT NULL, severity INTEGER NOT NULL,"
    " labels TEXT NOT NULL, summary TEXT NOT NULL, url TEXT NOT NULL, first_ms INTEGER NOT NULL,"
    " seen_ms INTEGER NOT NULL, ended_ms INTEGER, UNIQUE (source, key, since_ms));"
    "CREATE INDEX alert_ended ON alert (ended_ms);"
    /* its states through time, changes only */
    "CREATE TABLE alert_state (alert INTEGER NOT NULL, at_ms INTEGER NOT NULL,"
    " state INTEGER NOT NULL, muted_by TEXT NOT NULL, PRIMARY KEY (alert, at_ms)) WITHOUT ROWID;"

    "CREATE TABLE log (id INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,"
    " times INTEGER NOT NULL DEFAULT 1, level INTEGER NOT NULL, source TEXT NOT NULL,"
    " text TEXT NOT NULL);"
    "CREATE INDEX log_last ON log (last_ms);"
    "CREATE INDEX log_source ON log (source, last_ms);"

    "CREATE TABLE cursor (source INTEGER NOT NULL, name TEXT NOT NULL, value INTEGER NOT NULL,"
    " PRIMARY KEY (source, name)) WITHOUT ROWID;"
    "CREATE TABLE etag (key TEXT PRIMARY KEY, value TEXT NOT NULL, used_ms INTEGER NOT NULL)"
    " WITHOUT ROWID;"
    "CREATE TABLE wish (id INTEGER PRIMARY KEY, what TEXT NOT NULL, arg TEXT NOT NULL);";

const char *const schema_sql[] = { base_sql,           schema_ci_sql,
                                   schema_derived_sql, schema_tickets_sql,
                                   schema_search_sql,  schema_kpi_sql,
                                   schema_rules_sql,   NULL };
