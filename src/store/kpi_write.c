/* kpi_write: the key numbers that insight made. */
#include "config.h"

#include "store/kpi.h"

#include <math.h>

#include "core/text.h"
#include "store/ci.h"

#define COLUMNS                                                                                    \
    "place, name, brief, definition, unit, better, reads, window_ms, before_ms, warn, bad, state," \
    " value, low, high, n, previous, n_before, note"
#define EXCLUDED                                                                                   \
    "excluded.place, excluded.name, excluded.brief, excluded.definition, excluded.unit,"           \
    " excluded.better, excluded.reads, excluded.window_ms, excluded.before_ms, excluded.warn,"     \
    " excluded.bad, excluded.state, excluded.value, excluded.low, excluded.high, excluded.n,"      \
    " excluded.previous, excluded.n_before, excluded.note"

static void bind_all(sqlite3_stmt *stmt, const struct kpi_row *row)
{
    const char *const texts[] = { row->id, row->name, row->brief, row->definition, row->note };
    const int64_t whole[] = { row->place,     row->unit,  row->better, row->reads,   row->window_ms,
                              row->before_ms, row->state, row->n,      row->n_before };
    const double numbers[] = {
        row->warn, row->bad, row->value, row->low, row->high, row->previous
    };
    int at = 1;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        bind_text(stmt, at++, texts[i]);
    for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
        (void)sqlite3_bind_int64(stmt, at++, whole[i]);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        bind_number(stmt, at++, numbers[i]);
}

bool store_put_kpi(struct store *store, const struct kpi_row *row, struct dx_error *err)
{
    /* in the order of bind_all() */
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO kpi (id, name, brief, definition, note, place, unit, better, reads,"
        " window_ms, before_ms, state, n, n_before, warn, bad, value, low, high, previous)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19, ?20) ON CONFLICT (id) DO UPDATE SET (" COLUMNS ") = (" EXCLUDED ")"
        " WHERE (" COLUMNS ") IS NOT (" EXCLUDED ")",
        err);

    if (!stmt)
        return false;
    bind_all(stmt, row);
    return store_step(store, stmt, err);
}

static bool with_text(struct store *store, const char *sql, const char *id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, id);
    return store_step(store, stmt, err);
}

bool store_drop_kpi(struct store *store, const char *id, struct dx_error *err)
{
    return with_text(store, "DELETE FROM kpi WHERE id = ?1", id, err) &&
           with_text(store, "DELETE FROM kpi_point WHERE id = ?1", id, err);
}

bool store_drop_kpi_points(struct store *store, const struct kpi_points *points,
                           struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "DELETE FROM kpi_point WHERE id = ?1 AND step_ms = ?2", err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, points->id);
    (void)sqlite3_bind_int64(stmt, 2, points->step_ms);
    return store_step(store, stmt, err);
}

/* ---- what feeds them ---- */

bool store_put_feeds(struct store *store, const char *feeds, struct dx_error *err)
{
    return with_text(store,
                     "INSERT INTO meta (key, value) VALUES ('feeds', ?1) ON CONFLICT (key)"
                     " DO UPDATE SET value = excluded.value",
                     feeds, err);
}

bool store_feeds(struct store *store, char *out, size_t cap, bool *known, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, "SELECT value FROM meta WHERE key = 'feeds'", err);

    out[0] = '\0';
    if (!stmt || !store_row(store, stmt, known, err))
        return false;
    if (*known)
        text_copy(out, cap, column_text(stmt, 0));
    (void)sqlite3_reset(stmt);
    return true;
}

static bool rename_points(struct store *store, const char *sql, const char *id, const char *of,
                          struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, id);
    bind_text(stmt, 2, of);
    return store_step(store, stmt, err);
}

bool store_swap_kpi_points(struct store *store, const char *id, const char *was, const char *is,
                           struct dx_error *err)
{
    return rename_points(store,
                         "UPDATE OR REPLACE kpi_point SET id = ?1 || '/' || ?2 WHERE id = ?1", id,
                         was, err) &&
           rename_points(store, "UPDATE kpi_point SET id = ?1 WHERE id = ?1 || '/' || ?2", id, is,
                         err) &&
           dirty_put_kpi_days(store, err);
}

/* ---- points ---- */

#define THERE " WHERE id = ?1 AND step_ms = ?2 AND nth = ?3"

static bool is_there(const struct kpi_point *point)
{
    return point->n > 0 && !isnan(point->value);
}

static const char *put_sql(const struct kpi_point *point, bool known)
{
    if (!is_there(point))
        return "DELETE FROM kpi_point" THERE;
    return known ? "INSERT INTO kpi_point (id, step_ms, nth, value, n) VALUES (?1, ?2, ?3, ?4, ?5)"
                   " ON CONFLICT (id, step_ms, nth) DO UPDATE SET (value, n) = (excluded.value,"
                   " excluded.n) WHERE (value, n) IS NOT (excluded.value, excluded.n)"
                 : "UPDATE kpi_point SET (value, n) = (?4, ?5)" THERE
                   " AND (value, n) IS NOT (?4, ?5)";
}

static bool put_point(struct store *store, const struct kpi_points *points, size_t i,
                      struct dx_error *err)
{
    const struct kpi_point *point = &points->point[i];
    sqlite3_stmt *stmt = store_statement(store, put_sql(point, i >= points->unknown), err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, points->id);
    (void)sqlite3_bind_int64(stmt, 2, points->step_ms);
    (void)sqlite3_bind_int64(stmt, 3, point->nth);
    if (is_there(point)) {
        bind_number(stmt, 4, point->value);
        (void)sqlite3_bind_int64(stmt, 5, point->n);
    }
    return store_step(store, stmt, err);
}

bool store_put_kpi_points(struct store *store, const struct kpi_points *points,
                          struct dx_error *err)
{
    sqlite3_stmt *stmt;

    for (size_t i = 0; i < points->count; i++)
        if ((i >= points->unknown || is_there(&points->point[i])) &&
            !put_point(store, points, i, err))
            return false;
    stmt = store_statement(
        store, "DELETE FROM kpi_point WHERE id = ?1 AND step_ms = ?2 AND nth < ?3", err);
    if (!stmt)
        return false;
    bind_text(stmt, 1, points->id);
    (void)sqlite3_bind_int64(stmt, 2, points->step_ms);
    (void)sqlite3_bind_int64(stmt, 3, points->keep);
    return store_step(store, stmt, err);
}

static bool put_flaky_day(struct store *store, int64_t pipeline, const struct flaky_day *day,
                          struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO flaky_day (pipeline, day, n, lost_ms) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (pipeline, day) DO UPDATE SET (n, lost_ms) = (excluded.n, excluded.lost_ms)"
        " WHERE (n, lost_ms) IS NOT (excluded.n, excluded.lost_ms)",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, pipeline);
    (void)sqlite3_bind_int64(stmt, 2, day->day);
    (void)sqlite3_bind_int64(stmt, 3, day->n);
    (void)sqlite3_bind_int64(stmt, 4, day->lost_ms);
    return store_step(store, stmt, err);
}

/* The day before the first one stays: key numbers of the minute before midnight may be made when
 * the first pipelines had their turn behind it. */
bool store_put_flaky_days(struct store *store, int64_t pipeline, const struct flaky_day *days,
                          size_t count, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "DELETE FROM flaky_day WHERE pipeline = ?1 AND day < ?2", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, pipeline);
    (void)sqlite3_bind_int64(stmt, 2, count > 0 ? days[0].day - 1 : INT64_MAX);
    if (!store_step(store, stmt, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!put_flaky_day(store, pipeline, &days[i], err))
            return false;
    return true;
}
