/* notices: what people are to be told, and what became of it. */
#include "config.h"

#include "core/mem.h"
#include "store/alerting.h"
#include "store/internal.h"

#define COLUMNS "id, at_ms, name, ways, loud, title, text, facts, tries"

static struct stored_notice take(sqlite3_stmt *stmt, struct arena *arena)
{
    return (struct stored_notice){
        .id = column_int(stmt, 0),
        .at_ms = column_int(stmt, 1),
        .name = arena_text(arena, column_text(stmt, 2)),
        .ways = (unsigned)sqlite3_column_int(stmt, 3),
        .loud = sqlite3_column_int(stmt, 4) != 0,
        .title = arena_text(arena, column_text(stmt, 5)),
        .text = arena_text(arena, column_text(stmt, 6)),
        .facts = arena_text(arena, column_text(stmt, 7)),
        .tries = column_int(stmt, 8),
    };
}

/* One that is to wait for longer than anything waits was put off by a clock that was set back
 * since; likewise one that was never tried and is of a time to come. */
bool store_next_notice(struct store *store, int64_t now_ms, struct arena *arena,
                       struct stored_notice *out)
{
    struct dx_error err = { 0 };
    bool there;
    sqlite3_stmt *stmt = store_statement(store,
                                         "SELECT " COLUMNS " FROM notice WHERE state = 0"
                                         " AND (next_ms NOT BETWEEN ?1 + 1 AND ?1 + ?2"
                                         "  OR (tries = 0 AND at_ms > ?1))"
                                         " ORDER BY id LIMIT 1",
                                         &err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, now_ms);
    (void)sqlite3_bind_int64(stmt, 2, NOTICE_WAIT_MOST_MS);
    if (!store_row(store, stmt, &there, &err))
        return false;
    if (there)
        *out = take(stmt, arena);
    (void)sqlite3_reset(stmt);
    return there;
}

struct outcome_of {
    int64_t id, next_ms;
    enum notice_state state;
};

static bool put_state(struct store *store, void *what, struct dx_error *err)
{
    const struct outcome_of *is = what;
    sqlite3_stmt *stmt = store_statement(
        store, "UPDATE notice SET state = ?2, next_ms = ?3, tries = tries + ?4 WHERE id = ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, is->id);
    (void)sqlite3_bind_int(stmt, 2, (int)is->state);
    (void)sqlite3_bind_int64(stmt, 3, is->next_ms);
    (void)sqlite3_bind_int(stmt, 4, is->state == NOTICE_UNDER_WAY);
    return store_step(store, stmt, err);
}

bool store_notice_is(struct store *store, int64_t id, enum notice_state state, int64_t next_ms,
                     struct dx_error *err)
{
    return store_write(store, put_state, &(struct outcome_of){ id, next_ms, state }, err);
}

static bool lose(struct store *store, void *what, struct dx_error *err)
{
    int64_t *count = what;
    sqlite3_stmt *stmt = store_statement(store, "UPDATE notice SET state = 4 WHERE state = 1", err);

    if (!stmt || !store_step(store, stmt, err))
        return false;
    *count = sqlite3_changes(store->db);
    return true;
}

int64_t store_lost_notices(struct store *store, struct dx_error *err)
{
    int64_t count = 0;

    return store_write(store, lose, &count, err) ? count : 0;
}

/* ---- viewers ---- */

static int64_t one_number(struct store *store, const char *sql, int64_t at_ms)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(store, sql, &err);
    int64_t number = 0;

    if (!stmt)
        return 0;
    (void)sqlite3_bind_int64(stmt, 1, at_ms);
    return store_number(store, stmt, &number, &err) ? number : 0;
}

int64_t store_last_notice(struct store *store)
{
    return one_number(store, "SELECT max(id) FROM notice WHERE ?1 IS NOT NULL", 0);
}

int64_t store_titled(struct store *store, int64_t now_ms)
{
    return one_number(store,
                      "SELECT count(*) FROM rule_state r WHERE r.state IN (2, 3) AND r.ways & 8"
                      " AND NOT EXISTS (" RULES_UNSEEN ")"
                      " AND NOT EXISTS (SELECT 1 FROM alert_word w WHERE w.alert = r.alert"
                      "  AND w.kind = 1 AND w.until_ms > ?1 AND w.at_ms = (SELECT max(at_ms)"
                      "  FROM alert_word WHERE alert = r.alert AND kind = 1))",
                      now_ms);
}

size_t store_notices_after(struct store *store, int64_t id, struct stored_notice *out, size_t cap,
                           struct arena *arena)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(
        store, "SELECT " COLUMNS " FROM notice WHERE id > ?1 ORDER BY id LIMIT ?2", &err);
    size_t n = 0;
    bool there = stmt != NULL;

    if (!stmt)
        return 0;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, (sqlite3_int64)cap);
    while (n < cap && store_row(store, stmt, &there, &err) && there)
        out[n++] = take(stmt, arena);
    (void)sqlite3_reset(stmt);
    return n;
}
