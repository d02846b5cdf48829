/* prometheus: the back-fill of range queries: which times are known, and which
 * are asked for next. */
#include "config.h"

#include "source/prometheus.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "source/field.h"

enum {
    /* The server refuses more than 11,000 points a series. A chunk is far
     * smaller: a reply shall stay below a megabyte, at some 25 bytes a value. */
    CHUNK_MOST = 2000,
    CHUNK_LEAST = 60,
    CHUNK_FIRST = 120, /* nobody knows yet how many series there are */
    CHUNK_VALUES = 30000,
    CHUNK_FLOOR = 10, /* a refused one is halved down to this */
    PARTS_MOST = 40,  /* so many new points may come in part, and are asked for again */
    REFUSED_MOST = 3, /* pieces in a row: what lies before is not asked for */
    URL_MOST = 1500,  /* longer queries go as a form */
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

static int64_t stored(const struct plan *plan, enum cursor_of which, const struct query *q)
{
    char name[CURSOR_MAX];

    return plan->cursors->get(plan->cursors->self, cursor_name(name, which, q, step_of(q, plan)));
}

/* 0 where it was written by a clock that was ahead: what was asked for then is not known. */
static int64_t known(const struct plan *plan, enum cursor_of which, const struct query *q)
{
    return stored(plan, NEWEST, q) > plan->now_ms + OVERLAP_MS ? 0 : stored(plan, which, q);
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

    return history < plan->now_ms ? floor_to(plan->now_ms - history, step_of(q, plan)) : 0;
}

/* What travels with a request, as its detail_text: cursors are committed late. */
struct asked {
    struct span chunk, older; /* older: see above */
    int64_t most;             /* points that the server was willing to give; 0: not known */
    int64_t refused;          /* pieces left out in a row */
    bool partial;             /* does not travel: this answer to it is not whole */
};

/* Both ends are multiples of the step, so that repeated polls give the same
 * times on every server (VictoriaMetrics snaps them anyway). */
static void ask(struct plan *plan, const struct query *q, int64_t index, const struct asked *asked)
{
    static const char pattern[] = "query={}&start={}&end={}&step={}";
    char from[32], to[32], step[32];
    struct plan_request *r;

    (void)snprintf(from, sizeof(from), "%" PRId64, asked->chunk.from_ms / 1000);
    (void)snprintf(to, sizeof(to), "%" PRId64, asked->chunk.to_ms / 1000);
    (void)snprintf(step, sizeof(step), "%" PRId64, step_of(q, plan) / 1000);
    if (plan_escaped(q->query) > URL_MOST) {
        r = plan_form(plan, STEP_RANGE, "/api/v1/query_range", pattern, q->query, from, to, step,
                      NULL);
    } else {
        r = plan_get(plan, STEP_RANGE, "/api/v1/query_range?", NULL);
        plan_append(plan, r, pattern, q->query, from, to, step, NULL);
    }
    r->flags |= PLAN_OPTIONAL;
    if (asked->chunk.to_ms < floor_to(plan->now_ms, step_of(q, plan)))
        r->flags |= PLAN_FILL;
    r->detail = index;
    r->detail_text = arena_print(
        &plan->arena, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
        asked->chunk.from_ms, asked->chunk.to_ms, asked->older.from_ms, asked->older.to_ms,
        asked->most, asked->refused);
}

static struct asked read_asked(const char *text)
{
    struct asked asked = { .most = 0 };
    int64_t *const numbers[] = { &asked.chunk.from_ms, &asked.chunk.to_ms, &asked.older.from_ms,
                                 &asked.older.to_ms,   &asked.most,        &asked.refused };
    char *rest = NULL;

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++, text = rest)
        *numbers[i] = strtoll(text, &rest, 10);
    return asked;
}

struct span range_asked(const struct reply *reply)
{
    return read_asked(reply->detail_text).chunk;
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
    ask(plan, q, index, &(struct asked){ .chunk = { floor_to(from, step), end } });
}

static int64_t chunk_points(size_t series, int64_t most)
{
    int64_t points = series > 0 ? CHUNK_VALUES / (int64_t)series : CHUNK_MOST;

    if (points > CHUNK_MOST)
        points = CHUNK_MOST;
    if (points < CHUNK_LEAST)
        points = CHUNK_LEAST;
    return most > 0 && points > most ? most : points;
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

/* What is newest came in part: the next poll asks for it again. Of a server that has nothing but
 * parts they are taken for all after a while. */
static bool is_held(const struct query *q, const struct plan *plan, const struct asked *asked)
{
    int64_t step = step_of(q, plan), end = floor_to(plan->now_ms, step);

    return asked->partial && known(plan, NEWEST, q) >= end - PARTS_MOST * step;
}

/* The chunk is known now: move the cursors, and ask for the one before it. */
static void go_on(const struct query *q, int64_t index, struct asked *asked, size_t series,
                  struct plan *plan, struct batch *batch)
{
    int64_t step = step_of(q, plan), end = floor_to(plan->now_ms, step), first = wanted(q, plan);
    struct span block = asked->chunk, older = asked->older;
    int64_t from;

    if (block.to_ms >= end) {
        join_newest(q, plan, &block, &older);
        if (!is_held(q, plan, asked))
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
    from = block.from_ms - chunk_points(series, asked->most) * step;
    if (from < first)
        from = first;
    if (from < older.to_ms)
        from = floor_to(older.to_ms - OVERLAP_MS, step);
    asked->chunk = (struct span){ from, block.from_ms };
    asked->older = older;
    ask(plan, q, index, asked);
}

void range_go_on(const struct query *q, const struct reply *reply, bool whole, struct plan *plan,
                 struct batch *batch)
{
    size_t series =
        json_array_size(json_object_get(json_object_get(reply->json, "data"), "result"));
    struct asked asked = read_asked(reply->detail_text);

    asked.refused = 0;
    asked.partial = !whole;
    go_on(q, reply->detail, &asked, series, plan, batch);
}

bool range_less(const struct query *q, const struct reply *reply, const char *words,
                struct plan *plan, struct batch *batch)
{
    struct asked asked = read_asked(reply->detail_text);
    int64_t step = step_of(q, plan), half = (asked.chunk.to_ms - asked.chunk.from_ms) / step / 2;
    char from[TIME_TEXT], to[TIME_TEXT];

    if (half >= CHUNK_FLOOR) {
        asked.most = half;
        asked.chunk.from_ms = asked.chunk.to_ms - half * step;
        ask(plan, q, reply->detail, &asked);
        plan_at_once(plan, plan->last);
        return true;
    }
    if (asked.chunk.to_ms >= floor_to(plan->now_ms, step))
        return false; /* what is new is asked for again and again */
    if (++asked.refused >= REFUSED_MOST)
        asked.chunk.from_ms = wanted(q, plan);
    batch_note(batch, DX_LOG_WARN, "%s; its history from %s to %s is left out", words,
               time_format(from, asked.chunk.from_ms), time_format(to, asked.chunk.to_ms));
    go_on(q, reply->detail, &asked, 0, plan, batch);
    return true;
}

/* ---- how far it has come ---- */

/* As known(), but with what the batch has not committed yet. */
static int64_t now_known(const struct batch *batch, const struct plan *plan, enum cursor_of which,
                         const struct query *q)
{
    const struct cursor *brought;
    char name[CURSOR_MAX];

    (void)cursor_name(name, which, q, step_of(q, plan));
    brought = batch_find_cursor(batch, name);
    return brought ? brought->value : known(plan, which, q);
}

void range_progress(const struct prometheus *p, const struct plan *plan, struct batch *batch)
{
    const struct query *q = p->queries.item;

    batch->done = batch->total = 0;
    for (size_t i = 0; i < p->queries.count; i++, q++) {
        int64_t step = step_of(q, plan), first = wanted(q, plan);
        int64_t all = (floor_to(plan->now_ms, step) - first) / step, done;
        int64_t oldest = now_known(batch, plan, OLDEST, q), newest;
        int64_t from = now_known(batch, plan, OLDER_FROM, q);

        if (q->instant)
            continue;
        newest = now_known(batch, plan, NEWEST, q);
        if (newest >= first + all * step - PARTS_MOST * step)
            newest = first + all * step; /* what is held is no history */
        /* What the two blocks hold of it; before the first answer nothing is known. */
        done = oldest > 0 ? newest - (oldest > first ? oldest : first) : 0;
        if (from > 0)
            done += now_known(batch, plan, OLDER_TO, q) - (from > first ? from : first);
        done = done > 0 ? done / step : 0;
        batch->done += done < all ? done : all;
        batch->total += all;
    }
}
