/* schema_kpi: the tables of key numbers. Each row is f(raw records, the moment in meta
 * 'derived_ms'), as those of schema_ci.c are. */
#include "config.h"

#include "store/schema.h"

const char schema_kpi_sql[] =
    /* how many jobs were flaky at the end of a day, and what they cost; of the last 15 days */
    "CREATE TABLE flaky_day (pipeline INTEGER NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL,"
    " lost_ms INTEGER NOT NULL, PRIMARY KEY (pipeline, day)) WITHOUT ROWID;"
    /* before_ms: the window before, or where window_ms is 0 how long ago it is compared
     * with. reads: enum dx_kind, as bits; 0: it is fed. state: enum dx_kpi_state */
    "CREATE TABLE kpi (id TEXT PRIMARY KEY, place INTEGER NOT NULL, name TEXT NOT NULL,"
    " brief TEXT NOT NULL, definition TEXT NOT NULL, unit INTEGER NOT NULL,"
    " better INTEGER NOT NULL, reads INTEGER NOT NULL, window_ms INTEGER NOT NULL,"
    " before_ms INTEGER NOT NULL, warn REAL, bad REAL, state INTEGER NOT NULL, value REAL,"
    " low REAL, high REAL, n INTEGER NOT NULL, previous REAL, n_before INTEGER NOT NULL,"
    " note TEXT NOT NULL) WITHOUT ROWID;"
    /* by the hour (for two days) and by the day; nth: since 1970 */
    "CREATE TABLE kpi_point (id TEXT NOT NULL, step_ms INTEGER NOT NULL, nth INTEGER NOT NULL,"
    " value REAL NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (id, step_ms, nth)) WITHOUT ROWID;"
    /* pull and merge requests. reviewed_ms 0: nobody looked at it yet; NULL: not known */
    "CREATE TABLE change (id INTEGER PRIMARY KEY, source INTEGER NOT NULL,"
    " project INTEGER NOT NULL, ext NOT NULL, title TEXT NOT NULL, author INTEGER,"
    " url TEXT NOT NULL, created_ms INTEGER, reviewed_ms INTEGER, merged_ms INTEGER,"
    " closed_ms INTEGER, UNIQUE (source, project, ext));"
    "CREATE INDEX change_reviewed ON change (reviewed_ms, created_ms, source)"
    " WHERE reviewed_ms IS NOT NULL;"
    "CREATE INDEX change_lacks ON change (source, created_ms) WHERE reviewed_ms IS NULL;"
    /* kind: enum ticket_group_kind. id: of a text, or the priority; 0: none. Over the
     * windows of the key numbers */
    "CREATE TABLE ticket_group (kind INTEGER NOT NULL, id INTEGER NOT NULL,"
    " open INTEGER NOT NULL, due INTEGER NOT NULL, breached INTEGER NOT NULL,"
    " opened INTEGER NOT NULL, closed INTEGER NOT NULL, answered INTEGER NOT NULL, first_p50 REAL,"
    " first_p90 REAL, resolved INTEGER NOT NULL, resolution_p50 REAL, before REAL,"
    " restored INTEGER NOT NULL, restore_p50 REAL, repeats REAL, PRIMARY KEY (kind, id))"
    " WITHOUT ROWID;"
    "CREATE TABLE ticket_day (day INTEGER PRIMARY KEY, opened INTEGER NOT NULL,"
    " closed INTEGER NOT NULL, backlog INTEGER NOT NULL);";
