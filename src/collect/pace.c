/* pace: how often a source may be asked. */
#include "config.h"

#include "collect/pace.h"

#include <stdlib.h>

enum {
    STOPPED_AGAIN_MS = 15 * 60 * 1000, /* refused: ask again, for the wall that stands for weeks */
    PATIENCE_MOST_MS = 60 * 60 * 1000  /* a server that asks for more is not believed */
};

void pace_begin(struct pace *pace, size_t planned)
{
    if (!pace->costs_known)
        pace->per_poll = (double)planned;
}

void pace_elapse(struct pace *pace, int64_t ms)
{
    pace->elapsed_ms += ms;
}

/* The server says something anew: from here on it is counted. */
static void begin_count(struct pace *pace)
{
    if (pace->not_before_ms > 0)
        pace->not_before_ms -= pace->elapsed_ms;
    pace->elapsed_ms = 0;
}

void pace_limit(struct pace *pace, int64_t now_ms, const struct http_reply *from, int64_t reset_ms)
{
    if (from->limit <= 0)
        return;
    begin_count(pace);
    budget_seen(&pace->budget, now_ms, from->limit, from->remaining, reset_ms);
}

bool pace_is_held(const struct pace *pace, int64_t now_ms)
{
    return pace->not_before_ms > now_ms + pace->elapsed_ms;
}

void pace_seen(struct pace *pace, int64_t now_ms, const struct http_reply *from)
{
    int64_t wait_ms = from->retry_after_s > 0 ? from->retry_after_s * 1000 : from->delay_ms;

    if (wait_ms > PATIENCE_MOST_MS)
        wait_ms = PATIENCE_MOST_MS;
    if (wait_ms > 0 && pace->elapsed_ms > 0) {
        pace->budget.reset_ms -= pace->elapsed_ms;
        begin_count(pace);
    }
    if (wait_ms > 0 && now_ms + wait_ms > pace->not_before_ms)
        pace->not_before_ms = now_ms + wait_ms;
}

/* A poll costs less than it asks for where the server answers 304. What came with an
 * ETag for the first time may be one the next time, so that neither the first poll nor
 * one that finds a hundred repositories more says what polls cost. */
static void learn_costs(struct pace *pace, const struct pace_count *count)
{
    double cost = (double)count->sent - (double)count->unchanged - (double)count->fills -
                  (double)count->tagged;

    if (count->unchanged + count->tagged == 0)
        return;
    pace->per_poll = pace->costs_known ? (pace->per_poll + cost) / 2. : cost;
    if (pace->per_poll < 1.)
        pace->per_poll = 1.;
    pace->costs_known = true;
}

int64_t pace_end(struct pace *pace, int64_t now_ms, const struct pace_count *count,
                 const struct dx_error *err, enum dx_source_state *state)
{
    int64_t every = pace->every_ms, stretched, wait;

    budget_spend(&pace->budget, now_ms, (unsigned)(count->sent - count->unchanged));
    learn_costs(pace, count);
    stretched = budget_every(&pace->budget, now_ms, every, pace->per_poll, pace->share);
    wait = retry_next(&pace->retry, err, stretched, drand48());
    if (wait < 0) {
        *state = DX_SOURCE_STOPPED;
        return STOPPED_AGAIN_MS;
    }
    if (pace->not_before_ms - now_ms > wait)
        wait = pace->not_before_ms - now_ms;
    if (err)
        *state = err->fault == DX_FAULT_LIMITED ? DX_SOURCE_LIMITED : DX_SOURCE_LOST;
    else
        *state = wait > every ? DX_SOURCE_LIMITED : DX_SOURCE_LIVE;
    return wait;
}

int64_t pace_wait(const struct pace *pace, int64_t now_ms, bool first)
{
    int64_t until_ms = pace->not_before_ms;

    now_ms += pace->elapsed_ms;
    if (!first && budget_left(&pace->budget, now_ms, pace->share) < 1. &&
        pace->budget.reset_ms > until_ms)
        until_ms = pace->budget.reset_ms;
    return until_ms > now_ms ? until_ms - now_ms : 0;
}

bool pace_has_room(const struct pace *pace, int64_t clock_ms)
{
    int64_t now_ms = clock_ms + pace->elapsed_ms;
    double polls = (double)(pace->budget.reset_ms - now_ms) / (double)pace->every_ms;
    double needed = pace->per_poll * polls;
    double half = (double)pace->budget.limit * pace->share / 2.;

    /* Polls that would need all of it leave history half; those of which nobody knows
     * yet what they cost leave it a quarter. */
    if (needed > half)
        needed = half;
    if (!pace->costs_known)
        needed = 1.5 * half;
    return budget_left(&pace->budget, now_ms, pace->share) >= 1. + needed;
}
