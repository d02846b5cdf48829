/* tell: what is said of a source as its polls go: changes only, on the log that
 * the screen shows and in the file of --log. */
#ifndef COLLECT_TELL_H
#define COLLECT_TELL_H

#include "model/batch.h"
#include "net/http.h"

struct teller { /* what was said last; { 0 } with a name: nothing yet */
    const char *name;
    enum dx_source_state state;
    int64_t lost_ms; /* since when it is not live; 0 */
    bool skewed, waiting;
};

/* To the file only: an answer (the path without its query, which is long, and
 * without the URL before it), and a poll that is through. */
void tell_reply(const struct teller *teller, const char *path, const struct http_reply *from);
void tell_poll(const struct teller *teller, const struct batch *batch, size_t requests,
               int64_t wait_ms, const struct dx_error *err);

/* The poll at now_ms ended in this state; err may be NULL. */
void tell_state(struct teller *teller, struct batch *batch, int64_t now_ms,
                enum dx_source_state state, const struct dx_error *err);
/* Its clock is ahead of ours by so much. */
void tell_skew(struct teller *teller, struct batch *batch, int64_t skew_ms);
/* The back-fill waits for a reader of the store, or not; where it does and
 * nothing else is wrong, *error says so too. */
void tell_waiting(struct teller *teller, struct batch *batch, bool waits, struct dx_error *error);

#endif
