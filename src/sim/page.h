/* page: which part of a list an answer holds, and the links to the other parts. */
#ifndef SIM_PAGE_H
#define SIM_PAGE_H

#include "sim/exchange.h"

struct page {
    int64_t number, size; /* from 1; entries */
    size_t from, to;      /* of the list: from .. to - 1 */
    int64_t last;         /* number of the last page, at least 1 */
    size_t total;
};

/* page= and per_page= of the request, for a list of `total` entries. */
struct page page_of(const struct exchange *x, size_t total, int64_t size, int64_t most);
/* "http://HOST" as the request named it. */
const char *page_origin(struct exchange *x);
/* The header Link for this list; path: where it is, from "/" on. with_last: name
 * the last page too. None when there is one page. */
void page_link(struct exchange *x, const struct page *page, const char *path, bool with_last);
/* The request's parameters with one of them changed, as in a URL. */
const char *page_query(struct exchange *x, const char *name, const char *value);

#endif
