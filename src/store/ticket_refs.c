/* ticket_refs: what tickets name: the names, and the rows that were made of them. */
#include "config.h"

#include "store/derive.h"

#include <stdio.h>
#include <stdlib.h>

#include "store/ci.h"
#include "store/derive_internal.h"

/* ---- names ---- */

#define T(column) "(SELECT text FROM text WHERE id = " column ")"
#define POOLS     "SELECT 1, id, 0, '', " T("name") ", '' FROM pool"
#define PIPELINES "SELECT 2, id, 0, " T("project") ", " T("name") ", '' FROM pipeline"
#define PROJECTS  "SELECT DISTINCT 3, project, 0, " T("project") ", '', '' FROM pipeline"
#define JOBS                                                                                       \
    "SELECT 4, f.pipeline, f.name, " T("p.project") ", " T("f.name") ", " T(                       \
        "p.name") " FROM failed_now f JOIN pipeline p ON p.id = f.pipeline"

static void take_name(sqlite3_stmt *stmt, void *item, void *self)
{
    struct stored_name *name = item;

    (void)self;
    name->kind = (enum dx_ref)sqlite3_column_int(stmt, 0);
    name->id = column_int(stmt, 1);
    name->nth = column_int(stmt, 2);
    (void)snprintf(name->project, sizeof(name->project), "%s", column_text(stmt, 3));
    (void)snprintf(name->name, sizeof(name->name), "%s", column_text(stmt, 4));
    (void)snprintf(name->pipeline, sizeof(name->pipeline), "%s", column_text(stmt, 5));
}

static bool gather_names(struct store *store, const char *sql, struct stored_name **out,
                         size_t *count, struct dx_error *err)
{
    const struct gather how = { .take = take_name, .size = sizeof(**out) };
    void *names = NULL;
    bool ok = derive_gather(store, store_statement(store, sql, err), &how, &names, count, err);

    *out = names;
    return ok;
}

bool store_names(struct store *store, struct stored_name **out, size_t *count, struct dx_error *err)
{
    return gather_names(store,
                        POOLS " UNION ALL " PIPELINES " UNION ALL " PROJECTS " UNION ALL " JOBS,
                        out, count, err);
}

static bool run(struct store *store, const char *sql, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    return stmt && store_step(store, stmt, err);
}

#define LOOKED_UP_TO(kind) "coalesce((SELECT max(id) FROM ref_name WHERE kind = " kind "), 0)"
#define IS_NEW_JOB                                                                                 \
    "NOT EXISTS (SELECT 1 FROM ref_name o WHERE o.kind = 4 AND o.id = f.pipeline AND o.nth = "     \
    "f.name)"
#define IS_GONE(id, nth)                                                                           \
    "kind = 4 AND NOT EXISTS (SELECT 1 FROM failed_now f WHERE f.pipeline = " id                   \
    " AND f.name = " nth ")"

/* Rows of pools and pipelines are never taken away, so a new one has the largest id. */
bool store_new_names(struct store *store, struct stored_name **out, size_t *count, bool *gone,
                     struct dx_error *err)
{
    *gone = false;
    if (!gather_names(
            store,
            POOLS
            " WHERE id > " LOOKED_UP_TO("1") " UNION ALL " PIPELINES " WHERE id > " LOOKED_UP_TO(
                "2") " UNION ALL " PROJECTS " WHERE id > " LOOKED_UP_TO("2") " UNION ALL " JOBS
                                                                             " WHERE " IS_NEW_JOB,
            out, count, err))
        return false;
    if (*count > 0 &&
        (!run(store,
              "INSERT INTO ref_name (kind, id, nth) SELECT 1, id, 0 FROM pool WHERE id "
              "> " LOOKED_UP_TO("1"),
              err) ||
         !run(store,
              "INSERT INTO ref_name (kind, id, nth) SELECT 2, id, 0 FROM pipeline WHERE id "
              "> " LOOKED_UP_TO("2"),
              err) ||
         !run(store,
              "INSERT INTO ref_name (kind, id, nth) SELECT 4, f.pipeline, f.name FROM failed_now f"
              " WHERE " IS_NEW_JOB,
              err)))
        return false;
    if (!run(store, "DELETE FROM ref_name WHERE " IS_GONE("ref_name.id", "ref_name.nth"), err))
        return false;
    *gone = sqlite3_changes(store->db) > 0;
    return !*gone ||
           run(store, "DELETE FROM ticket_ref WHERE " IS_GONE("ticket_ref.id", "ticket_ref.nth"),
               err);
}

bool store_put_dirty_tickets(struct store *store, const char *expression, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        expression ? "INSERT INTO dirty (kind, id, nth) SELECT ?1, t.id, 0 FROM ticket_words w"
                     " CROSS JOIN ticket t ON t.id = w.rowid AND t.state < 3"
                     " WHERE ticket_words MATCH ?2 ON CONFLICT DO NOTHING"
                   : "INSERT INTO dirty (kind, id, nth) SELECT ?1, t.id, 0 FROM ticket t"
                     " WHERE t.state < 3 ON CONFLICT DO NOTHING",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int(stmt, 1, DIRTY_TICKET);
    if (expression)
        bind_text(stmt, 2, expression);
    return store_step(store, stmt, err);
}

/* ---- one ticket ---- */

bool store_ticket_text(struct store *store, int64_t ticket, char *out, size_t cap, bool *there,
                       struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT title, text FROM ticket_text WHERE ticket = ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, ticket);
    if (!store_row(store, stmt, there, err))
        return false;
    if (*there)
        (void)snprintf(out, cap, "%s\n%s", column_text(stmt, 0), column_text(stmt, 1));
    store->gathered++;
    (void)sqlite3_reset(stmt);
    return true;
}

static bool is_among(const struct ticket_ref *refs, size_t count, const struct ticket_ref *ref)
{
    for (size_t i = 0; i < count; i++)
        if (refs[i].kind == ref->kind && refs[i].id == ref->id && refs[i].nth == ref->nth)
            return true;
    return false;
}

static void take_ref(sqlite3_stmt *stmt, void *item, void *self)
{
    struct ticket_ref *ref = item;

    (void)self;
    ref->kind = (enum dx_ref)sqlite3_column_int(stmt, 0);
    ref->id = column_int(stmt, 1);
    ref->nth = column_int(stmt, 2);
}

static bool with_ref(struct store *store, const char *sql, int64_t ticket,
                     const struct ticket_ref *ref, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, ticket);
    (void)sqlite3_bind_int(stmt, 2, (int)ref->kind);
    (void)sqlite3_bind_int64(stmt, 3, ref->id);
    (void)sqlite3_bind_int64(stmt, 4, ref->nth);
    return store_step(store, stmt, err);
}

static bool drop_others(struct store *store, int64_t ticket, const struct ticket_ref *refs,
                        size_t count, struct dx_error *err)
{
    const struct gather how = { .take = take_ref, .size = sizeof(struct ticket_ref) };
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT kind, id, nth FROM ticket_ref WHERE ticket = ?1", err);
    struct ticket_ref *old = NULL;
    void *list = NULL;
    size_t had = 0;
    bool ok;

    if (stmt)
        (void)sqlite3_bind_int64(stmt, 1, ticket);
    ok = derive_gather(store, stmt, &how, &list, &had, err);
    old = list;
    for (size_t i = 0; ok && i < had; i++)
        if (!is_among(refs, count, &old[i]))
            ok = with_ref(store,
                          "DELETE FROM ticket_ref WHERE ticket = ?1 AND kind = ?2 AND id = ?3"
                          " AND nth = ?4",
                          ticket, &old[i], err);
    free(list);
    return ok;
}

bool store_put_refs(struct store *store, int64_t ticket, const struct ticket_ref *refs,
                    size_t count, struct dx_error *err)
{
    if (!drop_others(store, ticket, refs, count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!with_ref(store,
                      "INSERT INTO ticket_ref (ticket, kind, id, nth, open) SELECT id, ?2, ?3, ?4,"
                      " state < 3 FROM ticket WHERE id = ?1 ON CONFLICT DO UPDATE SET"
                      " open = excluded.open WHERE open <> excluded.open",
                      ticket, &refs[i], err))
            return false;
    return true;
}
