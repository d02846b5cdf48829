/* haul: all rows of a query as a list. SQLite hands each of them over as it comes by, as a step
 * of an aggregate that is called haul(): to have it stop at each row, and to ask it for one value
 * after the other, is half of reading them. */
#ifndef STORE_HAUL_H
#define STORE_HAUL_H

#include "store/internal.h"

struct haul {
    void (*take)(sqlite3_value **row, void *item); /* the arguments of haul() */
    size_t size;                                   /* of an item */
};

bool haul_begin(struct store *store, struct dx_error *err); /* with each connection */

/* stmt (NULL: fails) is "SELECT haul(...) FROM ...". In what order they come is not said. *out is
 * yours to free; false: it is NULL. */
bool haul(struct store *store, sqlite3_stmt *stmt, const struct haul *how, void **out,
          size_t *count, struct dx_error *err);

#endif
