/* schema_tickets: the tables of tickets. */
#include "config.h"

#include "store/schema.h"

const char schema_tickets_sql[] =
    /* ext: the server's id where it is not the key. parts: enum ticket_part, what came
     * since updated_ms. sla, breach_ms, remaining_ms: of the SLA that is the most urgent
     * one while the ticket is open; said at seen_ms. The business spans are computed by
     * the calendar of the configuration, NULL where their end is not known */
    "CREATE TABLE ticket (id INTEGER PRIMARY KEY, source INTEGER NOT NULL,"
    " project INTEGER NOT NULL, key TEXT NOT NULL, ext TEXT, type INTEGER,"
    " category INTEGER, labels INTEGER, priority INTEGER, raw_priority INTEGER,"
    " state INTEGER NOT NULL, raw_status INTEGER, reporter INTEGER, assignee INTEGER, url TEXT,"
    " parts INTEGER NOT NULL, created_ms INTEGER, first_ms INTEGER, resolved_ms INTEGER,"
    " updated_ms INTEGER, seen_ms INTEGER NOT NULL, sla TEXT, sla_state INTEGER,"
    " breach_ms INTEGER, remaining_ms INTEGER, first_business_ms INTEGER, business_ms INTEGER,"
    " UNIQUE (source, key));"
    /* the most urgent first, as they are listed */
    "CREATE INDEX ticket_open ON ticket (coalesce(breach_ms, 9e15), coalesce(priority, 9),"
    " created_ms, id) WHERE state < 3;"
    /* done, and some servers do not say when */
    "CREATE INDEX ticket_done ON ticket (coalesce(resolved_ms, updated_ms, created_ms), id)"
    " WHERE state = 3;"
    "CREATE INDEX ticket_created ON ticket (created_ms);"
    /* parts that are still to be asked for: the latest first */
    "CREATE INDEX ticket_lacks ON ticket (source, parts, updated_ms);"
    "CREATE TABLE ticket_sla (ticket INTEGER NOT NULL, nth INTEGER NOT NULL, name TEXT NOT NULL,"
    " state INTEGER NOT NULL, breach_ms INTEGER, remaining_ms INTEGER, goal_ms INTEGER,"
    " stopped_ms INTEGER, said_ms INTEGER NOT NULL, PRIMARY KEY (ticket, nth)) WITHOUT ROWID;"
    "CREATE TABLE ticket_pause (ticket INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER,"
    " PRIMARY KEY (ticket, from_ms)) WITHOUT ROWID;"
    "CREATE TABLE ticket_link (ticket INTEGER NOT NULL, nth INTEGER NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (ticket, nth)) WITHOUT ROWID;"
    /* what it says, and the index of its words */
    "CREATE TABLE ticket_text (ticket INTEGER PRIMARY KEY, title TEXT NOT NULL,"
    " text TEXT NOT NULL);"
    "CREATE VIRTUAL TABLE ticket_words USING fts5 (title, text, content = 'ticket_text',"
    " content_rowid = 'ticket', tokenize = 'unicode61 remove_diacritics 2');"
    "CREATE TRIGGER ticket_text_in AFTER INSERT ON ticket_text BEGIN"
    " INSERT INTO ticket_words (rowid, title, text) VALUES (new.ticket, new.title, new.text); END;"
    "CREATE TRIGGER ticket_text_out AFTER DELETE ON ticket_text BEGIN"
    " INSERT INTO ticket_words (ticket_words, rowid, title, text)"
    " VALUES ('delete', old.ticket, old.title, old.text); END;"
    "CREATE TRIGGER ticket_text_up AFTER UPDATE ON ticket_text BEGIN"
    " INSERT INTO ticket_words (ticket_words, rowid, title, text)"
    " VALUES ('delete', old.ticket, old.title, old.text);"
    " INSERT INTO ticket_words (rowid, title, text) VALUES (new.ticket, new.title, new.text); END;";
