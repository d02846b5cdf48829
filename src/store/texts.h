/* texts: the numbers of texts (intern.c) that nothing has any more. */
#ifndef STORE_TEXTS_H
#define STORE_TEXTS_H

#include "store/internal.h"

/* Within the upkeep's write: a slice of it, where runs went since the last time. */
bool texts_sweep(struct store *store, int64_t now_ms, struct dx_error *err);
/* Somebody is given this number, and may write it. */
void texts_use(struct store *store, int64_t id);
void texts_forget(struct store *store); /* with the file: it begins anew */

#endif
