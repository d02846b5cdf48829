/* prometheus: the back-fill of range queries: which times are known, and which
 * are asked for next. */
#include "config.h"

#include "source/prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"

enum {
    /* The server refuses more than 11,000 points a series. A chunk is far
     * smaller: a reply shall stay below a megabyte, at some 25 bytes a value. */
    CHUNK_MOST = 2000,
    CHUNK_LEAST = 60,
    CHUNK_FIRST = 120, /* nobody knows yet how many series there are */
    CHUNK_VALUES = 30000,
    URL_MOST = 1500, /* longer queries go as a form */
    /* What may still change or come late: VictoriaMetrics holds back 30 s. */
    OVERLAP_MS = 60000,
    STEP_LEAST_MS = 1000,
    CURSOR_MAX = 96
};

/* What is known of a query is one block of time, from `oldest` to `newest`,
 * that grows at both ends. After an outage that is longer than a chunk a new
 * block begins, and the one before is kept as `older` until the two meet: so
 * only the gap is asked for, and a restart goes on where it stopped. */
enum cursor_of { OLDEST = 'o', NEWEST = 'n', OLDER_FROM = 'f', OLDER_TO = 't' };

static int64_t step_of(const struct query *q, const struct plan *plan)
{
    int64_t step = q->step_ms > 0 ? q->step_ms : plan->every_ms;

    return step < STEP_LEAST_MS ? STEP_LEAST_MS : step / 1000 * 1000;
}

static int64_t floor_to(int64_t ms, int64_t step)
{
    return ms / step * step;
}

/* Another expression or step under the same name starts anew. */
static const char *cursor_name(char out[CURSOR_MAX], enum cursor_of which, const struct query *q,
                               int64_t step)
{
    (void)snprintf(out, CURSOR_MAX, "%c:%.40s:%" PRId64 ":%016" PRIx64, (char)which, q->name, step,
                   text_hash(q->query));
    return out;
}

static int64_t known(const struct plan *plan, enum cursor_of which, const struct query *q)
{
    char name[CURSOR_MAX];

    return plan->cursors->get(plan->cursors->self, cursor_name(name, which, q, step_of(q, plan)));
}

static void remember(struct batch *batch, const struct plan *plan, enum cursor_of which,
                     const struct query *q, int64_t ms)
{
    char name[CURSOR_MAX];

    batch_cursor(batch, cursor_name(name, which, q, step_of(q, plan)), ms);
}

/* How far back it is to be known. */
static int64_t wanted(const struct query *q, const struct plan *plan)
{
    int64_t history = q->history_ms > 0 ? q->history_ms : plan->history_ms;

    return floor_to(plan->now_ms - history, step_of(q, plan));
}

/* Both ends are multiples of the step, so that repeated polls give the same
 * times on every server (VictoriaMetrics snaps them anyway). older: see above;
 * it travels with the request, for cursors are committed late. */
static void ask(struct plan *plan, const struct query *q, int64_t index, struct span chunk,
                struct span older)
{
    static const char pattern[] = "query={}&start={}&end={}&step={}";
    char from[32], to[32], step[32];
    struct plan_request *r;

    (void)snprintf(from, sizeof(from), "%" PRId64, chunk.from_ms / 1000);
    (void)snprintf(to, sizeof(to), "%" PRId64, chunk.to_ms / 1000);
    (void)snprintf(step, sizeof(step), "%" PRId64, step_of(q, plan) / 1000);
    if (plan_escaped(q->query) > URL_MOST) {
        r = plan_form(plan, STEP_RANGE, "/api/v1/query_range", pattern, q->query, from, to, step,
                      NULL);
    } else {
        r = plan_get(plan, STEP_RANGE, "/api/v1/query_range?", NULL);
        plan_append(plan, r, pattern, q->query, from, to, step, NULL);
    }
    r->flags |= PLAN_OPTIONAL;
    r->detail = index;
    r->detail_text = arena_print(&plan->arena, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
                                 chunk.from_ms, chunk.to_ms, older.from_ms, older.to_ms);
}

static struct span read_span(const char *text, char **rest)
{
    struct span span;

    span.from_ms = strtoll(text, rest, 10);
    span.to_ms = strtoll(*rest, rest, 10);
    return span;
}

struct span range_asked(const struct reply *reply)
{
    char *rest = NULL;

    return read_span(reply->detail_text, &rest);
}

/* From where the last poll ended (a little before), at most one chunk; what
 * lies before is the back-fill's. */
void range_begin(struct plan *plan, const struct query *q, int64_t index)
{
    int64_t step = step_of(q, plan), end = floor_to(plan->now_ms, step), from = wanted(q, plan);
    int64_t newest = known(plan, NEWEST, q);

    if (newest - OVERLAP_MS > from)
        from = newest - OVERLAP_MS;
    if (from < end - CHUNK_FIRST * step)
        from = end - CHUNK_FIRST * step;
    if (from > end - step)
        from = end - step;
    ask(plan, q, index, (struct span){ floor_to(from, step), end }, (struct span){ 0 });
}

static int64_t chunk_points(size_t series)
{
    int64_t points = series > 0 ? CHUNK_VALUES / (int64_t)series : CHUNK_MOST;

    if (points > CHUNK_MOST)
        return CHUNK_MOST;
    return points < CHUNK_LEAST ? CHUNK_LEAST : points;
}

/* The newest chunk of a poll extends the block when the two touch, and begins a
 * new one when they do not. */
static void join_newest(const struct query *q, const struct plan *plan, struct span *block,
                        struct span *older)
{
    struct span before = { known(plan, OLDEST, q), known(plan, NEWEST, q) };

    *older = (struct span){ known(plan, OLDER_FROM, q), known(plan, OLDER_TO, q) };
    if (before.from_ms == 0)
        return;
    if (before.to_ms < block->from_ms)
        *older = before; /* of two gaps the later one; the times before are asked for again */
    else if (before.from_ms < block->from_ms)
        block->from_ms = before.from_ms;
}

void range_go_on(const struct query *q, const struct reply *reply, size_t series, struct plan *plan,
                 struct batch *batch)
{
    int64_t step = step_of(q, plan), end = floor_to(plan->now_ms, step), first = wanted(q, plan);
    char *rest = NULL;
    struct span block = read_span(reply->detail_text, &rest), older = read_span(rest, &rest);
    int64_t from;

    if (block.to_ms >= end) {
        join_newest(q, plan, &block, &older);
        remember(batch, plan, NEWEST, q, end);
    }
    if (older.from_ms > 0 && older.to_ms >= block.from_ms) { /* they meet */
        if (older.from_ms < block.from_ms)
            block.from_ms = older.from_ms;
        older = (struct span){ 0 };
    }
    remember(batch, plan, OLDEST, q, block.from_ms);
    if (older.from_ms > 0 || known(plan, OLDER_FROM, q) > 0) {
        remember(batch, plan, OLDER_FROM, q, older.from_ms);
        remember(batch, plan, OLDER_TO, q, older.to_ms);
    }
    if (block.from_ms <= first)
        return;
    batch->done = (end - block.from_ms + older.to_ms - older.from_ms) / step;
    batch->total = (end - first) / step;
    from = block.from_ms - chunk_points(series) * step;
    if (from < first)
        from = first;
    if (from < older.to_ms)
        from = floor_to(older.to_ms - OVERLAP_MS, step);
    ask(plan, q, reply->detail, (struct span){ from, block.from_ms }, older);
}
