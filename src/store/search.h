/* search: what is asked of the index of words; inside store only. */
#ifndef STORE_SEARCH_H
#define STORE_SEARCH_H

#include "core/buf.h"
#include "store/internal.h"

enum { MATCH_MOST = 2048, SEARCH_RANKED = 3000 };

/* excerpt(text, title, match), for SQL: where one of the words is, in the text or else in the
 * title, with those that were found in [brackets]; NULL: nowhere, for the index folds more
 * letters than we do. */
void excerpt(sqlite3_context *context, int count, sqlite3_value **values);

/* how_well(ticket_words), for SQL beside a MATCH: the better a row fits the larger. */
bool search_rank_begin(struct store *store, struct dx_error *err);

/* Both fill match, in the language of FTS5; "": nothing can be found. */

/* All words that a user typed, the last one as a beginning. */
void search_typed(const char *text, char match[MATCH_MOST]);
/* Some words of a ticket ("t12") or a failed job ("j34"), as they are looked for among
 * runbooks or tickets: the rarest tell most. */
bool search_like(struct store *store, enum dx_query which, const char *key, char match[MATCH_MOST],
                 struct dx_error *err);
/* Do more rows fit than can be ranked in time? */
bool search_is_wide(struct store *store, enum dx_query which, const char *match, bool *wide,
                    struct dx_error *err);

struct hunt { /* for tickets */
    const char *match;
    bool typed;     /* its last word is a beginning */
    bool resolved;  /* only those that are, and not the one that they are like */
    int64_t ticket; /* that one; 0: none */
    int64_t to_ms, limit;
};
/* "[12,3.5],[7,1.2]": the numbers of those that were found and how well they fit, in their
 * order; at most a little more than the limit. */
bool search_tickets(struct store *store, const struct hunt *hunt, struct buf *ids,
                    struct dx_error *err);

#endif
