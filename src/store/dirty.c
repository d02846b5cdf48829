/* dirty: the keys of derived rows that are still to be computed anew. While history
 * is filled back, commits only note them, so that no row is computed for each page. */
#include "config.h"

#include "store/ci.h"
#include "store/derive.h"

enum { HOURS_A_DAY = 24 };

static bool put_key(struct store *store, enum dirty_kind kind, int64_t id, int64_t nth,
                    struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store, "INSERT INTO dirty (kind, id, nth) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int(stmt, 1, (int)kind);
    (void)sqlite3_bind_int64(stmt, 2, id);
    (void)sqlite3_bind_int64(stmt, 3, nth);
    return store_step(store, stmt, err);
}

static bool put_ids(struct store *store, enum dirty_kind kind, const struct ids *ids,
                    struct dx_error *err)
{
    for (int64_t id = 0; (id = ids_next(ids, id)) > 0;)
        if (!put_key(store, kind, id, 0, err))
            return false;
    return true;
}

static bool put_parts(struct store *store, enum dirty_kind kind, const struct parts *parts,
                      struct dx_error *err)
{
    for (size_t i = 0; i < parts->count; i++)
        if (!put_key(store, kind, parts->part[i].id, parts->part[i].nth, err))
            return false;
    return true;
}

/* What a day of pools and pipelines is made of, its key numbers are made of too. Each key once:
 * hours and pipelines have the same days. */
static bool put_days(struct store *store, const struct touched *touched, struct dx_error *err)
{
    struct touched own = { .totals = false };
    bool ok;

    for (size_t i = 0; i < touched->pool_hours.count; i++) {
        int64_t day = touched->pool_hours.part[i].nth / HOURS_A_DAY;

        parts_add(&own.pool_hours, touched->pool_hours.part[i].id, day); /* of days here */
        parts_add(&own.kpi_days, 0, day);
    }
    for (size_t i = 0; i < touched->pipeline_days.count; i++) {
        parts_add(&own.kpi_days, 0, touched->pipeline_days.part[i].nth);
        ids_add(&own.flaky_days, touched->pipeline_days.part[i].id);
    }
    parts_sort(&own.kpi_days);
    ok = put_parts(store, DIRTY_POOL_DAY, &own.pool_hours, err) &&
         put_parts(store, DIRTY_KPI_DAY, &own.kpi_days, err) &&
         put_ids(store, DIRTY_FLAKY_DAYS, &own.flaky_days, err) &&
         put_ids(store, DIRTY_FLAKY_DAYS, &touched->flaky_days, err) &&
         put_parts(store, DIRTY_KPI_DAY, &touched->kpi_days, err);
    touched_done(&own);
    return ok;
}

bool store_put_dirty(struct store *store, const struct touched *touched, struct dx_error *err)
{
    return put_parts(store, DIRTY_FAILURES, &touched->failed_days, err) &&
           put_parts(store, DIRTY_POOL_HOUR, &touched->pool_hours, err) &&
           put_ids(store, DIRTY_POOL, &touched->pools, err) &&
           put_parts(store, DIRTY_PIPELINE_DAY, &touched->pipeline_days, err) &&
           put_ids(store, DIRTY_PIPELINE, &touched->pipelines, err) &&
           put_ids(store, DIRTY_FLAKY, &touched->flaky, err) && put_days(store, touched, err) &&
           put_ids(store, DIRTY_TICKET, &touched->tickets, err) &&
           (!touched->totals || put_key(store, DIRTY_TOTALS, 0, 0, err));
}

static bool put_all(struct store *store, const char *sql, enum dirty_kind kind,
                    struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int(stmt, 1, (int)kind);
    return store_step(store, stmt, err);
}

bool dirty_put_tickets(struct store *store, struct dx_error *err)
{
    return put_all(store,
                   "INSERT INTO dirty (kind, id, nth) SELECT ?1, id, 0 FROM ticket WHERE true"
                   " ON CONFLICT DO NOTHING",
                   DIRTY_TICKET, err);
}

bool dirty_put_kpi_days(struct store *store, struct dx_error *err)
{
    return put_all(store,
                   "INSERT INTO dirty (kind, id, nth)"
                   " SELECT DISTINCT ?1, 0, finished_ms / 86400000 FROM run WHERE finished_ms > 0"
                   " ON CONFLICT DO NOTHING",
                   DIRTY_KPI_DAY, err);
}

bool dirty_put_days(struct store *store, struct dx_error *err)
{
    return put_all(store,
                   "INSERT INTO dirty (kind, id, nth)"
                   " SELECT DISTINCT ?1, pipeline, finished_ms / 86400000 FROM run"
                   " WHERE finished_ms > 0 ON CONFLICT DO NOTHING",
                   DIRTY_PIPELINE_DAY, err) &&
           dirty_put_kpi_days(store, err);
}

bool store_is_dirty(struct store *store, bool *dirty, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store, "SELECT 1 FROM dirty WHERE (kind, id, nth) > (0, 0, 0) LIMIT 1", err);

    if (!stmt || !store_row(store, stmt, dirty, err))
        return false;
    (void)sqlite3_reset(stmt);
    return true;
}

bool store_has_dirty(struct store *store, const struct dirty *key, bool *has, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT 1 FROM dirty WHERE kind = ?1 AND id = ?2 AND nth = ?3", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int(stmt, 1, (int)key->kind);
    (void)sqlite3_bind_int64(stmt, 2, key->id);
    (void)sqlite3_bind_int64(stmt, 3, key->nth);
    if (!store_row(store, stmt, has, err))
        return false;
    (void)sqlite3_reset(stmt);
    return true;
}

/* What is found goes, whatever it is: one that stayed, for it is no number in a file that is
 * damaged, would be found for ever. */
bool store_take_dirty(struct store *store, struct dirty *key, bool *there, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store,
                        "DELETE FROM dirty WHERE (kind, id, nth) = (SELECT kind, id, nth FROM dirty"
                        " WHERE (kind, id, nth) > (?1, ?2, ?3) ORDER BY kind, id, nth LIMIT 1)"
                        " RETURNING kind, id, nth",
                        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int(stmt, 1, (int)key->kind);
    (void)sqlite3_bind_int64(stmt, 2, key->id);
    (void)sqlite3_bind_int64(stmt, 3, key->nth);
    *key = (struct dirty){ .kind = DIRTY_NONE };
    if (!store_row(store, stmt, there, err))
        return false;
    if (*there)
        *key = (struct dirty){ .kind = (enum dirty_kind)sqlite3_column_int(stmt, 0),
                               .id = column_int(stmt, 1),
                               .nth = column_int(stmt, 2) };
    (void)sqlite3_reset(stmt);
    return true;
}
