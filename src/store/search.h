/* search: what is asked of the index of words; inside store only. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "store/internal.h"

struct search {
    char match[2048];   /* in the language of FTS5; "": nothing can be found */
    int64_t from_rowid; /* newer ones only, where there are too many to be ranked in time */
};

/* All words that a user typed, the last one as a beginning. */
bool search_typed(struct store *store, enum dx_query which, const char *text, struct search *search,
                  struct dx_error *err);
/* Some words of a ticket ("t12") or a failed job ("j34"): the rarest tell most. */
bool search_like(struct store *store, enum dx_query which, const char *key, struct search *search,
                 struct dx_error *err);

#endif
