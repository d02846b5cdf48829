/* pool: the pools of the queue panel: their order, their names, and what is painted of
 * one of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "queue.h"

struct pool *queue_find(const struct queue *p, const char *key)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->pools[i].key, key) == 0)
            return &p->pools[i];
    return NULL;
}

bool queue_lacks(const struct pool *pool)
{
    return pool->none && (pool->waiting > 0 || pool->p95_role == DX_ROLE_TEXT);
}

const char *queue_busy(const struct pool *pool, char *out, size_t cap)
{
    (void)snprintf(out, cap, isnan(pool->busy) ? "–" : "%.0f", pool->busy);
    return out;
}

const char *queue_notice(const struct queue *p, const struct pool *pool, char *out, size_t cap)
{
    char when[32] = "";

    if (pool->none_since_ms > 0)
        (void)ci_when(when, sizeof(when), pool->none_since_ms, p->now_ms);
    (void)snprintf(out, cap, "no runner%s%s%s%s", *when ? " since " : " online", when,
                   *pool->text ? ": " : "", pool->text);
    return out;
}

/* "5m" rather than "5m 00s": a goal is a whole number of minutes mostly. */
static const char *goal_words(char *out, size_t cap, double goal)
{
    size_t len = strlen(ci_span(out, cap, goal));

    if (len > 4 && (strcmp(out + len - 4, " 00s") == 0 || strcmp(out + len - 4, " 00m") == 0))
        out[len - 4] = '\0';
    return out;
}

void queue_tell(struct dx_list *list, const struct queue *p, const struct pool *pool)
{
    char sentence[200], span[32], goal[32], text[200];

    if (pool->wait_role == DX_ROLE_BAD && !pool->none)
        (void)snprintf(sentence, sizeof(sentence), "%lld %s, the oldest %s",
                       (long long)pool->waiting, pool->waiting == 1 ? "job waits" : "jobs wait",
                       ci_span(span, sizeof(span), pool->oldest_s));
    else if (queue_lacks(pool))
        (void)snprintf(sentence, sizeof(sentence), "%lld %s, %.120s", (long long)pool->waiting,
                       pool->waiting == 1 ? "job waits" : "jobs wait",
                       queue_notice(p, pool, text, sizeof(text)));
    else if (pool->p95_role != DX_ROLE_TEXT)
        (void)snprintf(sentence, sizeof(sentence), "queue p95 %s, the goal is ≤ %s",
                       ci_span(span, sizeof(span), pool->p95),
                       goal_words(goal, sizeof(goal), pool->goal));
    else
        (void)snprintf(sentence, sizeof(sentence), "the oldest job waits for %s",
                       ci_span(span, sizeof(span), pool->oldest_s));
    dx_finding(list, pool->rank == 0 ? DX_ROLE_BAD : DX_ROLE_WARN, pool->title, sentence);
}

void queue_read_hours(struct queue *p, const struct dx_view *view, const char *key, bool ghost)
{
    /* Rows are of hours of the clock: the last slot is the one that is not over yet. The week
     * before is looked at in steps, and may stand in another one. */
    int64_t end_ms = (p->now_ms + CI_HOUR_MS - 1) / CI_HOUR_MS * CI_HOUR_MS;
    int64_t from_ms = end_ms - HOURS * CI_HOUR_MS - (ghost ? 7 * CI_DAY_MS : 0);
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_POOL_HOURS, DX_FILTER(.key = key, .from_ms = from_ms));

    while (dx_next(rows)) {
        struct pool *pool = queue_find(p, dx_text(rows, DX_FIELD_KEY));
        int64_t hour = (dx_int(rows, DX_FIELD_AT) - from_ms) / CI_HOUR_MS - 1;

        if (!pool || hour < 0 || hour >= HOURS)
            continue;
        double *hours = ghost ? pool->ghost : pool->hours;
        hours[2 * hour] = hours[2 * hour + 1] = ci_seconds(rows, DX_FIELD_P95);
    }
}

/* ---- painting ---- */

static void draw_wait(const struct queue *p, const struct pool *pool, struct dx_canvas *canvas,
                      struct dx_box box)
{
    struct dx_series series = {
        .name = pool->name, .role = DX_ROLE_SERIES_1, .value = pool->hours, .count = SPARK
    };

    dx_graph(
        canvas, box,
        DX_GRAPH(.series = &series, .count = 1, .min = 0., .max = (double)NAN, .goal = pool->goal,
                 .past = pool->p95_role == DX_ROLE_WARN ? DX_ROLE_WARN : DX_ROLE_BAD,
                 .unit = DX_UNIT_SECONDS, .from_ms = p->now_ms - HOURS * CI_HOUR_MS,
                 .to_ms = p->now_ms, .ghost = p->week ? pool->ghost : NULL, .ghost_count = SPARK));
}

void queue_draw_under(const void *state, const char *row_key, struct dx_canvas *canvas)
{
    const struct queue *p = state;
    const struct pool *pool = queue_find(p, row_key);
    int used;

    if (!pool)
        return;
    used = 1 + dx_put(canvas, 0, 1, NULL, pool->title);
    (void)dx_put(canvas, 0, used + 1, &(struct dx_style){ .role = DX_ROLE_DIM }, "wait p95");
    draw_wait(p, pool, canvas,
              (struct dx_box){ 1, 1, dx_canvas_rows(canvas) - 1, dx_canvas_cols(canvas) - 2 });
}

static int put_line(struct dx_canvas *canvas, int row, const char *label, const char *text)
{
    (void)dx_put(canvas, row, 1, &(struct dx_style){ .role = DX_ROLE_DIM }, label);
    (void)dx_put_fit(canvas, (struct dx_box){ row, 11, 1, dx_canvas_cols(canvas) - 12 },
                     DX_FIT_LEFT, NULL, text);
    return row + 1;
}

/* When nothing changes, how long until nobody waits. */
static const char *empty_in(const struct pool *pool, char *out, size_t cap)
{
    double more = pool->out - pool->in;
    char span[32];

    if (!pool->counts || (pool->waiting > 0 && isnan(more)))
        (void)snprintf(out, cap, "–");
    else if (pool->waiting == 0)
        (void)snprintf(out, cap, "it is empty");
    else if (more > 0.)
        (void)snprintf(out, cap, "≈ %s at this rate",
                       ci_span(span, sizeof(span), (double)pool->waiting / more * 3600.));
    else
        (void)snprintf(out, cap, "never: it grows by %.1f an hour", -more);
    return out;
}

static void draw_numbers(const struct queue *p, const struct pool *pool, struct dx_canvas *canvas,
                         int row)
{
    char text[200], since[32], busy[64], waits[64] = "";

    (void)snprintf(text, sizeof(text), "%.1f an hour, arrived %.1f", pool->out, pool->in);
    row = put_line(canvas, row, "started", isnan(pool->in) || isnan(pool->out) ? "–" : text);
    if (pool->none)
        (void)queue_notice(p, pool, text, sizeof(text));
    else
        (void)snprintf(text, sizeof(text), "%s of %lld busy", queue_busy(pool, busy, sizeof(busy)),
                       (long long)pool->online);
    row = put_line(canvas, row, "runners", pool->counted ? text : "–");
    row = put_line(canvas, row, "empty in", empty_in(pool, text, sizeof(text)));
    if (pool->counts)
        (void)snprintf(waits, sizeof(waits), "; %lld that wait left out", (long long)pool->waiting);
    (void)snprintf(text, sizeof(text), "%lld in %s%s", (long long)pool->n,
                   ci_window(since, sizeof(since), p->window_ms), waits);
    (void)put_line(canvas, row, "n", pool->known ? text : "–");
}

void queue_draw(const void *state, struct dx_canvas *canvas)
{
    const struct queue *p = state;
    const struct pool *pool = p->count > 0 ? &p->pools[0] : NULL;
    int rows = dx_canvas_rows(canvas), numbers = rows >= 12 ? 5 : 0;

    if (p->level == 2) {
        job_draw(&p->job, canvas);
        return;
    }
    if (!pool) {
        (void)dx_put(canvas, 1, 1, &(struct dx_style){ .role = DX_ROLE_DIM },
                     "No job has asked for a runner yet.");
        return;
    }
    draw_wait(p, pool, canvas, (struct dx_box){ 0, 1, rows - numbers, dx_canvas_cols(canvas) - 2 });
    if (numbers > 0)
        draw_numbers(p, pool, canvas, rows - numbers + 1);
}

/* ---- their order, and what they are called ---- */

static int by_rank(const void *one, const void *other)
{
    const struct pool *a = one, *b = other;
    double past_a = a->p95 / a->goal, past_b = b->p95 / b->goal;

    if (a->rank != b->rank)
        return a->rank - b->rank;
    if (a->rank == 0 && a->waiting != b->waiting)
        return a->waiting > b->waiting ? -1 : 1;
    if (a->rank < 3 && (past_a > past_b || past_a < past_b))
        return past_a > past_b ? -1 : 1; /* the one furthest past its goal */
    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

/* Two systems may have pools of one name. */
static void name_pools(struct queue *p)
{
    for (size_t i = 0; i < p->count; i++) {
        struct pool *pool = &p->pools[i];
        bool alike = false;

        for (size_t k = 0; k < p->count && !alike; k++)
            alike = k != i && strcmp(p->pools[k].name, pool->name) == 0;
        (void)snprintf(pool->title, sizeof(pool->title), "%s%s%s", pool->name, alike ? " · " : "",
                       alike ? pool->source : "");
    }
}

void queue_arrange(struct queue *p)
{
    name_pools(p);
    if (p->count > 1)
        qsort(p->pools, p->count, sizeof(*p->pools), by_rank);
}
