/* known: what sources ask of the runs that the store has. */
#include "config.h"

#include "store/ci.h"

#include "core/mem.h"
#include "store/retain.h"

static const int64_t OPEN_MOST_MS = (int64_t)35 * 86400 * 1000;

/* Done, and not to be asked for before then: see jobs.c. */
static bool is_put_off(int64_t seen_ms, int64_t now_ms)
{
    return seen_ms > now_ms && seen_ms <= now_ms + AGAIN_MOST_MS;
}

enum stored_run store_run(struct store *store, const struct run_key *of, int64_t updated_ms,
                          int64_t now_ms)
{
    struct dx_error err = { 0 };
    enum stored_run known = STORED_NOT;
    int64_t name = text_known(store, of->project, &err);
    sqlite3_stmt *stmt =
        store_statement(store,
                        "SELECT phase, flags, coalesce(updated_ms, 0), seen_ms FROM run"
                        " WHERE ext = ?1 AND project = ?2 AND source = ?3"
                        " AND attempt = ?4",
                        &err);
    bool there;

    if (!stmt || name < 0 || (name == 0 && *of->project))
        return STORED_NOT;
    bind_ext(stmt, 1, of->id);
    (void)sqlite3_bind_int64(stmt, 2, name);
    (void)sqlite3_bind_int64(stmt, 3, of->source);
    (void)sqlite3_bind_int64(stmt, 4, of->attempt);
    if (!store_row(store, stmt, &there, &err))
        return STORED_NOT;
    if (!there)
        return retain_refuses(store, updated_ms) ? STORED_DONE : STORED_NOT;
    if (sqlite3_column_int(stmt, 0) != (int)DX_PHASE_DONE ||
        (!(sqlite3_column_int(stmt, 1) & RUN_JOBS_WHOLE) &&
         !is_put_off(column_int(stmt, 3), now_ms)))
        known = STORED_OPEN;
    else if (updated_ms > column_int(stmt, 2))
        known = STORED_MOVED;
    else
        known = STORED_DONE;
    (void)sqlite3_reset(stmt);
    return known;
}

/* What is older, and did not move since, is given up: of what is done, whose jobs are owed, not
 * before history ends. */
static int64_t asked_from(const struct open_of *of)
{
    return of->now_ms - (of->history_ms > OPEN_MOST_MS ? of->history_ms : OPEN_MOST_MS);
}

size_t store_open_runs(struct store *store, const struct open_of *of, struct stored_open *out,
                       size_t cap, struct arena *arena)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT p.text, r.ext, r.attempt, r.seen_ms, r.phase = 4 FROM run r"
        " JOIN text p ON p.id = r.project"
        " WHERE r.source = ?1 AND (r.phase < 4 OR r.flags & 1 = 0) AND (?2 = '' OR p.text = ?2)"
        " AND max(coalesce(r.created_ms, r.seen_ms), coalesce(r.updated_ms, 0))"
        "  > CASE WHEN r.phase < 4 THEN ?7 ELSE ?3 END"
        " AND (r.phase < 4 OR r.seen_ms NOT BETWEEN ?5 + 1 AND ?5 + ?6)"
        " ORDER BY r.phase = 4, r.seen_ms, r.id LIMIT ?4",
        &err);
    bool row = true;
    size_t n = 0;

    if (!stmt)
        return 0;
    (void)sqlite3_bind_int64(stmt, 1, of->source);
    bind_text(stmt, 2, of->project);
    (void)sqlite3_bind_int64(stmt, 3, asked_from(of));
    (void)sqlite3_bind_int64(stmt, 4, (int64_t)cap);
    (void)sqlite3_bind_int64(stmt, 5, of->now_ms);
    (void)sqlite3_bind_int64(stmt, 6, AGAIN_MOST_MS); /* put off, see jobs.c */
    (void)sqlite3_bind_int64(stmt, 7, of->now_ms - OPEN_MOST_MS);
    while (n < cap && store_row(store, stmt, &row, &err) && row) {
        out[n++] = (struct stored_open){ .project = arena_text(arena, column_text(stmt, 0)),
                                         .id = arena_text(arena, column_text(stmt, 1)),
                                         .attempt = column_int(stmt, 2),
                                         .seen_ms = column_int(stmt, 3),
                                         .done = column_int(stmt, 4) != 0 };
    }
    (void)sqlite3_reset(stmt);
    return n;
}

int64_t store_owed_runs(struct store *store, const struct open_of *of)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt =
        store_statement(store,
                        "SELECT count(*) FROM run WHERE source = ?1 AND phase = 4"
                        " AND (phase < 4 OR flags & 1 = 0)" /* in the words of its index */
                        " AND max(coalesce(created_ms, seen_ms), coalesce(updated_ms, 0)) > ?2",
                        &err);
    int64_t n = 0;
    bool there;

    if (!stmt)
        return 0;
    (void)sqlite3_bind_int64(stmt, 1, of->source);
    (void)sqlite3_bind_int64(stmt, 2, asked_from(of));
    if (!store_row(store, stmt, &there, &err))
        return 0;
    if (there)
        n = column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return n;
}
