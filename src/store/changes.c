/* changes: pull and merge requests. */
#include "config.h"

#include "store/changes.h"

#include "store/ci.h"

/* reviewed_ms is 0 where nobody has looked at it, and NULL where that is not known: until
 * then it lacks its reviews, and it does so again when it is news. */
#define VALUES_OF                                                                                  \
    "(coalesce(nullif(excluded.title, ''), title), coalesce(excluded.author, author),"             \
    " coalesce(nullif(excluded.url, ''), url), coalesce(excluded.created_ms, created_ms),"         \
    " CASE WHEN reviewed_ms > 0 AND excluded.reviewed_ms > 0"                                      \
    "  THEN min(reviewed_ms, excluded.reviewed_ms) WHEN reviewed_ms > 0 THEN reviewed_ms"          \
    "  ELSE excluded.reviewed_ms END,"                                                             \
    " coalesce(excluded.merged_ms, merged_ms), coalesce(excluded.closed_ms, closed_ms))"
#define NAMES "(title, author, url, created_ms, reviewed_ms, merged_ms, closed_ms)"

static const char put_sql[] =
    "INSERT INTO change (source, project, ext, title, author, url, created_ms, reviewed_ms,"
    " merged_ms, closed_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"
    " ON CONFLICT (source, project, ext) DO UPDATE SET " NAMES " = " VALUES_OF
    /* what is as it was makes no page dirty */
    " WHERE " NAMES " IS NOT " VALUES_OF;

static bool put_change(struct store *store, const struct poll *poll, const struct change *change,
                       struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, put_sql, err);
    int64_t project = text_id(store, change->project, err);

    if (!stmt || project < 0)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, poll->source);
    (void)sqlite3_bind_int64(stmt, 2, project);
    bind_ext(stmt, 3, change->id);
    bind_text(stmt, 4, change->title);
    if (!bind_intern(store, stmt, 5, change->author, err))
        return false;
    bind_text(stmt, 6, change->url);
    bind_time(stmt, 7, change->created_ms);
    if (change->reviews_known)
        (void)sqlite3_bind_int64(stmt, 8, change->first_review_ms);
    else
        bind_time(stmt, 8, change->first_review_ms);
    bind_time(stmt, 9, change->merged_ms);
    bind_time(stmt, 10, change->closed_ms);
    if (!store_step(store, stmt, err))
        return false;
    store->touched.changes = store->touched.changes || sqlite3_changes(store->db) > 0;
    return true;
}

bool changes_put(struct store *store, const struct poll *poll, const struct batch *batch,
                 struct dx_error *err)
{
    for (size_t i = 0; i < batch->change_count; i++)
        if (!put_change(store, poll, &batch->changes[i], err))
            return false;
    return true;
}
