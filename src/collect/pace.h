/* pace: how often a source may be asked: what its server limits, what our share of
 * that is, what polls cost, and how long to wait after a failure. */
#ifndef COLLECT_PACE_H
#define COLLECT_PACE_H

#include "net/budget.h"
#include "net/http.h"
#include "net/retry.h"

struct pace { /* of one source, from poll to poll; { 0 } with every_ms and share: nothing known */
    int64_t every_ms;
    double share; /* of the server's limit */
    struct retry retry;
    struct budget budget;
    double per_poll; /* requests of a poll, without back-fill, probe and, once known, 304s and
                        what will be one */
    bool costs_known;
    int64_t not_before_ms; /* the server asked for patience until then */
    int64_t elapsed_ms;    /* since it said so, where the clock stands */
};

/* What a poll sent. */
struct pace_count {
    size_t sent;
    size_t fills;     /* of them: for history */
    size_t unchanged; /* answered by 304 */
    size_t tagged;    /* the first answer with an ETag: the next one may be a 304 */
};

void pace_begin(struct pace *pace, size_t planned); /* a poll, by its first requests */
/* The clock stands, and servers count on: so much of what they make us wait for is over. */
void pace_elapse(struct pace *pace, int64_t ms);
/* What a reply says of the server's limit, see budget_seen(). */
void pace_limit(struct pace *pace, int64_t now_ms, const struct http_reply *from, int64_t reset_ms);
/* Does the server want patience still? */
bool pace_is_held(const struct pace *pace, int64_t now_ms);
/* A reply that was good, or a 304. */
void pace_seen(struct pace *pace, int64_t now_ms, const struct http_reply *from);
/* The poll that began at now_ms is through (err NULL: well): how long to wait for the
 * next one, and what that makes of the source. */
int64_t pace_end(struct pace *pace, int64_t now_ms, const struct pace_count *count,
                 const struct dx_error *err, enum dx_source_state *state);

/* How long the next request has to wait; first: of a poll, which was timed by
 * pace_end() already. */
int64_t pace_wait(const struct pace *pace, int64_t now_ms, bool first);
/* May history be asked for: not from what the polls until the limit's reset need. */
bool pace_has_room(const struct pace *pace, int64_t clock_ms);

#endif
