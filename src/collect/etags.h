/* etags: which ETags of a poll may be kept, and when. A page whose ETag is in the
 * store is not sent again, and its decoder not called; so the ETag is kept only once
 * the store has the page's records and those of all that the page made its source
 * ask for: the page behind it, the jobs of its runs. Where one of these failed, or was
 * left to another poll, the page has to come again, and its ETag is dropped.
 *
 * A mark stands for one reply; 0 is none. Requests carry the mark of the reply that
 * asked for them (plan_request.mark). */
#ifndef COLLECT_ETAGS_H
#define COLLECT_ETAGS_H

#include "store/store.h"

struct etags {
    struct etag_mark *marks;
    size_t count, cap;
    struct etag *ready; /* what etags_ready() gave last; texts are the marks' */
    size_t ready_cap;
};

/* A reply with this ETag ("" none) to a request with this mark is being decoded:
 * the mark for what it asks for. */
size_t etags_reply(struct etags *etags, size_t mark, const char *key, const char *value);
/* It asked for so many requests. late: its records are committed at the poll's end
 * only. */
void etags_asked(struct etags *etags, size_t mark, size_t requests, bool late);
/* A request with this mark is through without a reply to decode (a 304 is good), or
 * the decoder of the reply that has this mark is. */
void etags_through(struct etags *etags, size_t mark, bool good);

/* Those that the next commit may keep, each once; last: the late ones too. They live
 * until the next call. */
const struct etag *etags_ready(struct etags *etags, bool last, size_t *count);
void etags_done(struct etags *etags); /* empties it */

#endif
