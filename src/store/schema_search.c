/* schema_search: runbooks, and the words of what is searched. */
#include "config.h"

#include "store/schema.h"

const char schema_search_sql[] =
    /* what a ticket says, and the index of its words */
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
    " INSERT INTO ticket_words (rowid, title, text) VALUES (new.ticket, new.title, new.text); END;"
    /* a Markdown file of the configured folder; path: within it. Whoever reads one goes on
     * reading that one when it changes, and no other one when it goes */
    "CREATE TABLE runbook (id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL UNIQUE,"
    " title TEXT NOT NULL, text TEXT NOT NULL, changed_ms INTEGER NOT NULL,"
    " size INTEGER NOT NULL);"
    "CREATE VIRTUAL TABLE runbook_words USING fts5 (title, text, content = 'runbook',"
    " content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2');"
    "CREATE TRIGGER runbook_in AFTER INSERT ON runbook BEGIN"
    " INSERT INTO runbook_words (rowid, title, text) VALUES (new.id, new.title, new.text); END;"
    "CREATE TRIGGER runbook_out AFTER DELETE ON runbook BEGIN"
    " INSERT INTO runbook_words (runbook_words, rowid, title, text)"
    " VALUES ('delete', old.id, old.title, old.text); END;"
    "CREATE TRIGGER runbook_up AFTER UPDATE ON runbook BEGIN"
    " INSERT INTO runbook_words (runbook_words, rowid, title, text)"
    " VALUES ('delete', old.id, old.title, old.text);"
    " INSERT INTO runbook_words (rowid, title, text) VALUES (new.id, new.title, new.text); END;"
    /* what a person said of the suggestions for a ticket; category: the accepted one */
    "CREATE TABLE triage (ticket INTEGER PRIMARY KEY, verdict INTEGER NOT NULL,"
    " category TEXT NOT NULL, at_ms INTEGER NOT NULL);";
