/* haul: all rows of a query as a list. */
#include "config.h"

#include "store/haul.h"

#include <stdlib.h>

#include "core/mem.h"

enum { FIRST = 64 };

struct hauled { /* so far */
    const struct haul *how;
    char *list;
    size_t count, cap;
};

static void on_row(sqlite3_context *context, int count, sqlite3_value **row)
{
    const struct store *store = sqlite3_user_data(context);
    struct hauled *h = store->hauled;

    (void)count;
    if (!h) /* the query is another's */
        return;
    if (!h->list || h->count == h->cap) {
        h->cap = h->cap ? 2 * h->cap : FIRST;
        h->list = mem_grow(h->list, h->cap, h->how->size);
    }
    h->how->take(row, h->list + h->count++ * h->how->size);
}

static void on_end(sqlite3_context *context)
{
    (void)context; /* what it comes to is the list */
}

bool haul_begin(struct store *store, struct dx_error *err)
{
    return sqlite3_create_function_v2(store->db, "haul", -1, SQLITE_UTF8 | SQLITE_DIRECTONLY, store,
                                      NULL, on_row, on_end, NULL) == SQLITE_OK ||
           store_fail(store, err);
}

bool haul(struct store *store, sqlite3_stmt *stmt, const struct haul *how, void **out,
          size_t *count, struct dx_error *err)
{
    struct hauled h = { .how = how };
    bool row, ok;

    store->hauled = &h;
    ok = stmt && store_row(store, stmt, &row, err);
    store->hauled = NULL;
    if (stmt)
        (void)sqlite3_reset(stmt);
    store->gathered += (int64_t)h.count;
    if (!ok)
        free(h.list);
    *out = ok ? h.list : NULL;
    *count = ok ? h.count : 0;
    return ok;
}
