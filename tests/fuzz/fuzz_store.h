/* fuzz_store: a store with some rows in every table, in memory, for what reads stores. */
#ifndef FUZZ_STORE_H
#define FUZZ_STORE_H

#include "fuzz_input.h"
#include "store/internal.h"

/* The moment at which its rows are news. */
static const int64_t FUZZ_STORE_NOW = 1795518007000;

/* Ours to collect into, with the lock; its columns may hold what they may not elsewhere: NULL
 * wherever nothing depends on it. Removed at the end of the program. */
struct store *fuzz_store(void);

/* Within a transaction: columns of some rows hold what the input says. */
void fuzz_store_spoil(struct store *store, struct fuzz_input *in);

/* Such a store, within a transaction of which nothing stays but what is temporary. */
struct store *fuzz_store_try(void (*look)(struct store *store, struct fuzz_input *in),
                             struct fuzz_input *in);

#endif
