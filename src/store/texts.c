/* texts: those that nothing has any more go, some time after the runs and jobs that had them.
 * Which are still used is looked up in pieces, over hours; what is asked for meanwhile counts as
 * used, so that no piece has to know of what was written since. */
#include "config.h"

#include "store/texts.h"

#include <stdlib.h>

#include "core/mem.h"
#include "core/time.h"
#include "store/ci.h"

enum {
    SLICE_ROWS = 5000,  /* that are looked through */
    SLICE_TEXTS = 5000, /* that are judged */
    SLICE_GONE = 1000,  /* that go */
    PLACE_COLUMNS = 2,  /* of what tells where a slice ended */
    MOST = 64 << 20     /* texts that are judged: 8 MiB */
};

struct sweep {
    struct ids used;
    int64_t most;  /* texts made later are not judged */
    size_t table;  /* which is looked through; behind the last one: texts are judged */
    int64_t at[2]; /* how far */
};

/* A row: where it is, by which they are sorted, and the texts that it has. */
static const char *const tables[] = {
    "SELECT id, 0, project, branch, event, actor, url, evidence, raw_status, raw_result,"
    " queued_basis, duration_basis FROM run WHERE id > ?1 AND ?2 = 0 ORDER BY id LIMIT ?3",
    "SELECT id, 0, name, runner, stage, url, evidence, raw_status, raw_result, queued_basis,"
    " duration_basis FROM job WHERE id > ?1 AND ?2 = 0 ORDER BY id LIMIT ?3",
    "SELECT job, nth, name, raw_result FROM step WHERE (job, nth) > (?1, ?2)"
    " ORDER BY job, nth LIMIT ?3",
    "SELECT id, 0, project, type, category, labels, raw_priority, raw_status, reporter, assignee,"
    " created_basis, first_basis, resolved_basis FROM ticket WHERE id > ?1 AND ?2 = 0"
    " ORDER BY id LIMIT ?3",
    "SELECT id, 0, project, author FROM change WHERE id > ?1 AND ?2 = 0 ORDER BY id LIMIT ?3",
    "SELECT id, 0, project, name FROM pipeline WHERE id > ?1 AND ?2 = 0 ORDER BY id LIMIT ?3",
    "SELECT id, 0, name FROM pool WHERE id > ?1 AND ?2 = 0 ORDER BY id LIMIT ?3",
    "SELECT kind, id, id FROM ticket_group WHERE (kind, id) > (?1, ?2) ORDER BY kind, id LIMIT ?3",
    "SELECT pipeline, name, name FROM flaky_now WHERE (pipeline, name) > (?1, ?2)"
    " ORDER BY pipeline, name LIMIT ?3",
    "SELECT pipeline, name, name FROM failed_now WHERE (pipeline, name) > (?1, ?2)"
    " ORDER BY pipeline, name LIMIT ?3",
    "SELECT id, nth, nth FROM ref_name WHERE kind = 4 AND (id, nth) > (?1, ?2)"
    " ORDER BY id, nth LIMIT ?3",
};

enum { TABLES = sizeof(tables) / sizeof(tables[0]) };

void texts_use(struct store *store, int64_t id)
{
    if (store->sweep && id > 0 && id <= store->sweep->most)
        ids_add(&store->sweep->used, id);
}

void texts_forget(struct store *store)
{
    if (store->sweep)
        ids_done(&store->sweep->used);
    free(store->sweep);
    store->sweep = NULL;
}

static bool begin(struct store *store, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "SELECT coalesce(max(id), 0) FROM text", err);
    bool there;

    if (!stmt || !store_row(store, stmt, &there, err))
        return false;
    intern_forget(store); /* or a text could be given out without being asked for */
    store->sweep = mem_new(1, sizeof(*store->sweep));
    store->sweep->most = column_int(stmt, 0);
    if (store->sweep->most > MOST) /* in a file that is damaged */
        store->sweep->most = MOST;
    (void)sqlite3_reset(stmt);
    return true;
}

static sqlite3_stmt *from_here(struct store *store, const char *sql, int rows, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return NULL;
    (void)sqlite3_bind_int64(stmt, 1, store->sweep->at[0]);
    (void)sqlite3_bind_int64(stmt, 2, store->sweep->at[1]);
    (void)sqlite3_bind_int(stmt, 3, rows);
    return stmt;
}

static void go_on_at(struct sweep *sweep, int64_t first, int64_t second)
{
    sweep->at[0] = first;
    sweep->at[1] = second;
}

/* Note what a slice of a table has; a slice that is not full was its last. */
static bool look_through(struct store *store, struct dx_error *err)
{
    struct sweep *sweep = store->sweep;
    sqlite3_stmt *stmt = from_here(store, tables[sweep->table], SLICE_ROWS, err);
    int rows = 0;
    bool row, ok;

    if (!stmt)
        return false;
    while ((ok = store_row(store, stmt, &row, err)) && row) {
        for (int i = PLACE_COLUMNS; i < sqlite3_column_count(stmt); i++)
            texts_use(store, column_int(stmt, i));
        go_on_at(sweep, column_int(stmt, 0), column_int(stmt, 1));
        rows++;
    }
    (void)sqlite3_reset(stmt);
    if (!ok)
        return false;
    if (rows < SLICE_ROWS) {
        sweep->table++;
        go_on_at(sweep, 0, 0);
    }
    return true;
}

static bool drop(struct store *store, const int64_t *ids, size_t count, struct dx_error *err)
{
    for (size_t i = 0; i < count; i++) {
        sqlite3_stmt *stmt = store_statement(store, "DELETE FROM text WHERE id = ?1", err);

        if (!stmt)
            return false;
        (void)sqlite3_bind_int64(stmt, 1, ids[i]);
        if (!store_step(store, stmt, err))
            return false;
    }
    if (count > 0)
        intern_forget(store);
    return true;
}

/* *more: there are others to judge. */
static bool judge(struct store *store, bool *more, struct dx_error *err)
{
    struct sweep *sweep = store->sweep;
    sqlite3_stmt *stmt =
        from_here(store, "SELECT id FROM text WHERE id > ?1 AND ?2 = 0 ORDER BY id LIMIT ?3",
                  SLICE_TEXTS, err);
    int64_t gone[SLICE_GONE];
    size_t count = 0;
    int rows = 0;
    bool row = true, ok = true;

    if (!stmt)
        return false;
    while (count < SLICE_GONE && (ok = store_row(store, stmt, &row, err)) && row) {
        rows++;
        sweep->at[0] = column_int(stmt, 0);
        if (sweep->at[0] <= sweep->most && !ids_has(&sweep->used, sweep->at[0]))
            gone[count++] = sweep->at[0];
    }
    (void)sqlite3_reset(stmt);
    if (!ok)
        return false;
    *more = (row || rows == SLICE_TEXTS) && sweep->at[0] < sweep->most;
    return drop(store, gone, count, err);
}

bool texts_sweep(struct store *store, int64_t now_ms, struct dx_error *err)
{
    bool more = true;

    if (!store->sweep) {
        if (!store->forgot.texts_freed || store->left || /* what goes yet has texts too */
            (store->forgot.swept_ms > 0 && now_ms >= store->forgot.swept_ms &&
             now_ms - store->forgot.swept_ms < DAY_MS))
            return true;
        store->forgot.texts_freed = false;
        store->forgot.swept_ms = now_ms;
        if (!begin(store, err))
            return false;
    }
    if (store->sweep->table < TABLES)
        return look_through(store, err);
    if (!judge(store, &more, err))
        return false;
    if (!more)
        texts_forget(store);
    return true;
}
