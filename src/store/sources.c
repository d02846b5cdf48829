/* sources: which sources the configuration names, and which row each is. */
#include "config.h"

#include "store/internal.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

struct naming {
    const struct source_row *rows;
    size_t count;
    struct known_source *known;
};

/* ---- finding the row of a source ---- */

/* The free row of this type and url with this name; name NULL: the lowest. */
static bool find_source(struct store *store, const struct source_row *row, const char *name,
                        struct known_source *known, struct dx_error *err)
{
    bool there;
    sqlite3_stmt *stmt = store_statement(store,
                                         "SELECT id, nth FROM source WHERE type = ?1 AND url = ?2"
                                         " AND place IS NULL AND (?3 IS NULL OR name = ?3)"
                                         " ORDER BY nth LIMIT 1",
                                         err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, row->type);
    bind_text(stmt, 2, row->url);
    if (name)
        bind_text(stmt, 3, name);
    if (!store_row(store, stmt, &there, err))
        return false;
    if (there) {
        known->id = column_int(stmt, 0);
        known->nth = sqlite3_column_int(stmt, 1);
    }
    (void)sqlite3_reset(stmt);
    return true;
}

static bool next_number(struct store *store, const struct source_row *row, int *nth,
                        struct dx_error *err)
{
    bool there;
    sqlite3_stmt *stmt = store_statement(
        store, "SELECT coalesce(max(nth) + 1, 0) FROM source WHERE type = ?1 AND url = ?2", err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, row->type);
    bind_text(stmt, 2, row->url);
    if (!store_row(store, stmt, &there, err))
        return false;
    *nth = there ? sqlite3_column_int(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    return true;
}

/* ---- writing it ---- */

/* id 0: a new one. */
static bool put_source(struct store *store, struct known_source *k, size_t place,
                       struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO source (id, type, url, nth, name, yields, every_ms, place)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (type, url, nth) DO UPDATE SET"
        " name = excluded.name, yields = excluded.yields, every_ms = excluded.every_ms,"
        " place = excluded.place",
        err);

    if (!stmt)
        return false;
    if (k->id > 0)
        (void)sqlite3_bind_int64(stmt, 1, k->id);
    bind_text(stmt, 2, k->type);
    bind_text(stmt, 3, k->url);
    (void)sqlite3_bind_int(stmt, 4, k->nth);
    bind_text(stmt, 5, k->name);
    (void)sqlite3_bind_int64(stmt, 6, k->yields);
    (void)sqlite3_bind_int64(stmt, 7, k->every_ms);
    (void)sqlite3_bind_int64(stmt, 8, (int64_t)place);
    if (!store_step(store, stmt, err))
        return false;
    if (k->id == 0)
        k->id = sqlite3_last_insert_rowid(store->db);
    return true;
}

/* First those that kept their name, then those that changed it, then new ones:
 * of two at one address neither gets the other's data by a change of order. */
static bool name_sources(struct store *store, void *what, struct dx_error *err)
{
    const struct naming *naming = what;

    for (size_t i = 0; i < naming->count; i++) /* of a try that failed */
        naming->known[i].id = naming->known[i].nth = 0;
    if (!store_touch(store, err) ||
        !store_exec(store, "UPDATE source SET place = NULL WHERE type <> 'dxtop'", err))
        return false;
    for (int named = 1; named >= 0; named--) {
        for (size_t i = 0; i < naming->count; i++) {
            const struct source_row *row = &naming->rows[i];
            struct known_source *k = &naming->known[i];

            if (k->id > 0)
                continue;
            if (!find_source(store, row, named ? row->name : NULL, k, err))
                return false;
            if (k->id == 0 && named)
                continue;
            if (k->id == 0 && !next_number(store, row, &k->nth, err))
                return false;
            if (!put_source(store, k, i, err))
                return false;
        }
    }
    return true;
}

void sources_forget(struct store *store)
{
    for (size_t i = 0; i < store->known_count; i++) {
        free(store->known[i].name);
        free(store->known[i].type);
        free(store->known[i].url);
    }
    free(store->known);
    store->known = NULL;
    store->known_count = 0;
}

bool store_sources(struct store *store, const struct source_row *rows, size_t count, int64_t *ids,
                   struct dx_error *err)
{
    struct naming naming = { .rows = rows, .count = count };

    sources_forget(store);
    naming.known = mem_new(count, sizeof(*naming.known));
    for (size_t i = 0; i < count; i++)
        naming.known[i] = (struct known_source){ .name = mem_text(rows[i].name),
                                                 .type = mem_text(rows[i].type),
                                                 .url = mem_text(rows[i].url),
                                                 .yields = rows[i].yields,
                                                 .every_ms = rows[i].every_ms };
    bool ok = store_write(store, name_sources, &naming, err);
    store->known = naming.known;
    store->known_count = count;
    for (size_t i = 0; i < count; i++)
        ids[i] = naming.known[i].id;
    if (!ok)
        sources_forget(store);
    return ok;
}

static bool is_source(struct store *store, const struct known_source *k, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store, "SELECT 1 FROM source WHERE id = ?1 AND type = ?2 AND url = ?3", err);
    bool there;

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, k->id);
    bind_text(stmt, 2, k->type);
    bind_text(stmt, 3, k->url);
    if (!store_row(store, stmt, &there, err))
        return false;
    (void)sqlite3_reset(stmt);
    return there ||
           dx_fail(err, DX_FAULT_SYSTEM, "%.120s was replaced by another store", store->path);
}

/* The ids that were given out stay true in a file that was begun anew. */
bool sources_restore(struct store *store, struct dx_error *err)
{
    for (size_t i = 0; i < store->known_count; i++)
        if (!put_source(store, &store->known[i], i, err) ||
            !is_source(store, &store->known[i], err))
            return false;
    return true;
}
