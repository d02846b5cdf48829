/* known_changes: what sources ask of the pull and merge requests that the store has. */
#include "config.h"

#include "store/ci.h"

#include "core/mem.h"

enum stored_change store_known_change(struct store *store, int64_t source, const char *project,
                                      const char *id)
{
    struct dx_error err = { 0 };
    enum stored_change known;
    int64_t name = text_known(store, project, &err);
    sqlite3_stmt *stmt = store_statement(store,
                                         "SELECT coalesce(reviewed_ms, 0) > 0 FROM change"
                                         " WHERE source = ?1 AND project = ?2 AND ext = ?3",
                                         &err);
    bool there;

    if (!stmt || name <= 0)
        return STORED_CHANGE_NOT;
    (void)sqlite3_bind_int64(stmt, 1, source);
    (void)sqlite3_bind_int64(stmt, 2, name);
    bind_ext(stmt, 3, id);
    if (!store_row(store, stmt, &there, &err) || !there)
        return STORED_CHANGE_NOT;
    known = sqlite3_column_int(stmt, 0) ? STORED_CHANGE_REVIEWED : STORED_CHANGE_LACKS;
    (void)sqlite3_reset(stmt);
    return known;
}

size_t store_lacking_changes(struct store *store, int64_t source, struct lacking_change *out,
                             size_t cap, struct arena *arena)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT (SELECT text FROM text WHERE id = project), ext,"
        " (SELECT text FROM text WHERE id = author) FROM change"
        " WHERE source = ?1 AND reviewed_ms IS NULL ORDER BY created_ms DESC, id LIMIT ?2",
        &err);
    bool row = true;
    size_t n = 0;

    if (!stmt)
        return 0;
    (void)sqlite3_bind_int64(stmt, 1, source);
    (void)sqlite3_bind_int64(stmt, 2, (int64_t)cap);
    while (n < cap && store_row(store, stmt, &row, &err) && row)
        out[n++] = (struct lacking_change){ .project = arena_text(arena, column_text(stmt, 0)),
                                            .id = arena_text(arena, column_text(stmt, 1)),
                                            .author = arena_text(arena, column_text(stmt, 2)) };
    (void)sqlite3_reset(stmt);
    return n;
}
