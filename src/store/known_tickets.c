/* known_tickets: what sources ask of the tickets that the store has. */
#include "config.h"

#include "store/tickets.h"

#include "core/mem.h"

/* One that is gone and is listed again came back, however long ago it changed: it is wanted
 * again. */
enum stored_run store_ticket(struct store *store, int64_t source, const char *key,
                             int64_t updated_ms)
{
    struct dx_error err = { 0 };
    enum stored_run known;
    sqlite3_stmt *stmt =
        store_statement(store,
                        "SELECT state, coalesce(updated_ms, 0), gone_ms IS NOT NULL FROM ticket"
                        " WHERE source = ?1 AND key = ?2",
                        &err);
    bool there;

    if (!stmt)
        return STORED_NOT;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, key);
    if (!store_row(store, stmt, &there, &err) || !there)
        return STORED_NOT;
    if (updated_ms > column_int(stmt, 1) || column_int(stmt, 2) != 0)
        known = STORED_MOVED;
    else
        known = sqlite3_column_int(stmt, 0) == (int)DX_TICKET_DONE ? STORED_DONE : STORED_OPEN;
    (void)sqlite3_reset(stmt);
    return known;
}

#define TICKETS                                                                                    \
    "SELECT (SELECT text FROM text WHERE id = t.project), t.key, t.ext, t.parts, t.state,"         \
    " t.created_ms, t.updated_ms, t.seen_ms FROM ticket t WHERE t.source = ?1 AND "

size_t store_tickets(struct store *store, const struct tickets_of *of, struct stored_ticket *out,
                     size_t cap, struct arena *arena)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(
        store,
        of->lacks != 0
            /* of each value of parts there are that many only: by the index */
            ? TICKETS "t.parts IN (SELECT DISTINCT parts FROM ticket WHERE source = ?1)"
                      " AND t.parts & ?2 <> ?2 ORDER BY t.updated_ms DESC, t.id LIMIT ?3"
            : TICKETS "t.state < 3 AND ?2 = 0 ORDER BY t.seen_ms, t.id LIMIT ?3",
        &err);
    bool row = true;
    size_t n = 0;

    if (!stmt)
        return 0;
    (void)sqlite3_bind_int64(stmt, 1, of->source);
    (void)sqlite3_bind_int(stmt, 2, (int)of->lacks);
    (void)sqlite3_bind_int64(stmt, 3, (int64_t)cap);
    while (n < cap && store_row(store, stmt, &row, &err) && row)
        out[n++] =
            (struct stored_ticket){ .project = arena_text(arena, column_text(stmt, 0)),
                                    .key = arena_text(arena, column_text(stmt, 1)),
                                    .id = arena_text(arena, column_text(stmt, 2)),
                                    .parts = (unsigned)sqlite3_column_int(stmt, 3) & TICKETS_ALL,
                                    .done = sqlite3_column_int(stmt, 4) == (int)DX_TICKET_DONE,
                                    .created_ms = column_int(stmt, 5),
                                    .updated_ms = column_int(stmt, 6),
                                    .seen_ms = column_int(stmt, 7) };
    (void)sqlite3_reset(stmt);
    return n;
}
