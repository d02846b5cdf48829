/* schema_tickets: the tables of tickets. */
#include "config.h"

#include "store/schema.h"
#include "store/tickets.h"

// clang-format off

const char schema_tickets_sql[] =
    /* ext: the server's id where it is not the key. parts: enum ticket_part, what came
     * since updated_ms; << 8: what of it was refused, and is as it was before. sla to
     * said_ms: of the SLA that is the most urgent one while the ticket is open; of a paused
     * one without breach_ms. gone: since when the server has it no more, or since its
     * beginning where it goes on under another key. The business spans are computed by the
     * calendar of the configuration, NULL where their end is not known */
    "CREATE TABLE ticket (id INTEGER PRIMARY KEY, source INTEGER NOT NULL,"
    " project INTEGER NOT NULL, key TEXT NOT NULL, ext TEXT, type INTEGER,"
    " category INTEGER, labels INTEGER, priority INTEGER, raw_priority INTEGER,"
    " state INTEGER NOT NULL, raw_status INTEGER, reporter INTEGER, assignee INTEGER, url TEXT,"
    " parts INTEGER NOT NULL, created_ms INTEGER, first_ms INTEGER, resolved_ms INTEGER,"
    " updated_ms INTEGER, seen_ms INTEGER NOT NULL, sla TEXT, sla_state INTEGER,"
    " breach_ms INTEGER, remaining_ms INTEGER, goal_ms INTEGER, said_ms INTEGER,"
    " first_business_ms INTEGER, business_ms INTEGER, gone_ms INTEGER, created_basis INTEGER,"
    " first_basis INTEGER, resolved_basis INTEGER, UNIQUE (source, key));"
    /* the most urgent first, as they are listed */
    "CREATE INDEX ticket_open ON ticket (coalesce(breach_ms, 9e15), coalesce(priority, 9),"
    " created_ms, id) WHERE state < 3;"
    /* all that they are counted, narrowed and sorted by, but for their titles */
    "CREATE INDEX ticket_count ON ticket (source, created_ms, sla_state, breach_ms, remaining_ms,"
    " goal_ms, key, project, category, labels, assignee, priority, raw_status, state)"
    " WHERE state < 3;"
    /* done, and some servers do not say when */
    "CREATE INDEX ticket_done ON ticket (" TICKETS_DONE_MS ", id) WHERE state = 3;"
    /* what key numbers are made of; with gone_ms, or each ticket itself is looked up for it */
    "CREATE INDEX ticket_created ON ticket (created_ms, source, category, priority, gone_ms)"
    " WHERE gone_ms IS NULL;"
    "CREATE INDEX ticket_answered ON ticket (first_ms, first_business_ms, source, category,"
    " priority, gone_ms) WHERE first_ms IS NOT NULL AND gone_ms IS NULL;"
    "CREATE INDEX ticket_gone ON ticket (gone_ms) WHERE gone_ms IS NOT NULL;"
    /* parts that are still to be asked for: the latest first */
    "CREATE INDEX ticket_lacks ON ticket (source, parts, updated_ms);"
    "CREATE TABLE ticket_sla (ticket INTEGER NOT NULL, nth INTEGER NOT NULL, name TEXT NOT NULL,"
    " state INTEGER NOT NULL, breach_ms INTEGER, remaining_ms INTEGER, goal_ms INTEGER,"
    " stopped_ms INTEGER, said_ms INTEGER NOT NULL, PRIMARY KEY (ticket, nth)) WITHOUT ROWID;"
    "CREATE TABLE ticket_pause (ticket INTEGER NOT NULL, from_ms INTEGER NOT NULL, to_ms INTEGER,"
    " PRIMARY KEY (ticket, from_ms)) WITHOUT ROWID;"
    /* how it stood, enum dx_stay: changes only, the first at its creation; no row: not known */
    "CREATE TABLE ticket_stay (ticket INTEGER NOT NULL, from_ms INTEGER NOT NULL,"
    " stay INTEGER NOT NULL, PRIMARY KEY (ticket, from_ms)) WITHOUT ROWID;"
    "CREATE TABLE ticket_link (ticket INTEGER NOT NULL, nth INTEGER NOT NULL, text TEXT NOT NULL,"
    " PRIMARY KEY (ticket, nth)) WITHOUT ROWID;"
    /* derived: what its texts name. kind: enum dx_ref; id: of a pool, a pipeline or a
     * project's text; nth: of a job that failed its name, id its
      * pipeline. open: the ticket is */
    "CREATE TABLE ticket_ref (ticket INTEGER NOT NULL, kind INTEGER NOT NULL, id INTEGER NOT NULL,"
    " nth INTEGER NOT NULL, open INTEGER NOT NULL, PRIMARY KEY (ticket, kind, id, nth))"
    " WITHOUT ROWID;"
    "CREATE INDEX ticket_ref_of ON ticket_ref (kind, id, nth, ticket) WHERE open;"
    /* the names that were looked for in all tickets */
    "CREATE TABLE ref_name (kind INTEGER NOT NULL, id INTEGER NOT NULL, nth INTEGER NOT NULL,"
    " PRIMARY KEY (kind, id, nth)) WITHOUT ROWID;";

// clang-format on
