/* past: the derived tables as of a past moment. They are tables of this connection alone,
 * in memory, that hide those of the file which have their names: what derives numbers writes
 * them and what reads numbers reads them, both as ever. Whoever fills them is
 * derive/past.c. */
#ifndef STORE_PAST_H
#define STORE_PAST_H

#include "store/store.h"
#include "store/touched.h"

/* All of these within store_begin(). Empty tables for the moment, in place of those of
 * another one. */
bool store_past_begin(struct store *store, int64_t at_ms, struct dx_error *err);
/* The moment, 0: none; it is none too when the file was replaced. */
int64_t store_past(const struct store *store);

/* What was over by then and does not change any more: hours of a pool, days of a pipeline,
 * points of key numbers. */
bool store_past_pool(struct store *store, int64_t pool, struct dx_error *err);
bool store_past_pipeline(struct store *store, int64_t pipeline, struct dx_error *err);
bool store_past_points(struct store *store, struct dx_error *err);
/* Runs, and their jobs, that were under way then and ended in (from, to]; to 0: that have
 * not ended. */
bool store_past_open(struct store *store, int64_t from_ms, int64_t to_ms, struct dx_error *err);
int64_t store_last_end(struct store *store); /* of all runs; 0: none */

/* Not within store_begin(): the file's tables are read again. */
void store_past_end(struct store *store);

#endif
