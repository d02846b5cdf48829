/* derive_internal: reading lists of records; inside store only. */
#ifndef STORE_DERIVE_INTERNAL_H
#define STORE_DERIVE_INTERNAL_H

#include "store/internal.h"

/* A statement with ?1 an id, ?2 from, ?3 to; NULL: *err. */
sqlite3_stmt *derive_over(struct store *store, const char *sql, int64_t id, int64_t from,
                          int64_t to, struct dx_error *err);

/* Step stmt (NULL: fails) through all its rows; take() puts one at item. */
struct gather {
    void (*take)(sqlite3_stmt *stmt, void *item, void *self);
    size_t size; /* of an item */
    void *self;
};
bool derive_gather(struct store *store, sqlite3_stmt *stmt, const struct gather *how, void **out,
                   size_t *count, struct dx_error *err);

/* A struct stored_wait of its start and its length, for haul(). */
void take_wait(sqlite3_value **row, void *item);

/* That of dxtop's own alerts, "dxtop", which nobody polls; made where it is missing. */
bool own_source(struct store *store, int64_t *id, struct dx_error *err);

#endif
