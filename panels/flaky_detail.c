/* flaky_detail: one flaky job in words, and what it fails with. */
#include "flaky.h"

#include <math.h>
#include <stdio.h>

enum { GRAPH_ROWS = 5, KIND_ROWS = 3 /* of what it failed with, at least */ };

/* Its rate by day, where it leaves room for what the job failed with. Returns the row
 * behind it. */
static int draw_trend(const struct flaky *p, const struct flaky_job *job, struct dx_canvas *canvas,
                      int row)
{
    struct dx_series series = { "rate", DX_ROLE_SERIES_1, job->trend, TREND_DAYS };
    struct dx_style dim = { .role = DX_ROLE_DIM };
    int kinds = p->kind_count < KIND_ROWS ? (int)p->kind_count : KIND_ROWS;
    int rows = dx_canvas_rows(canvas) - row - 1 - (kinds > 0 ? kinds + 2 : 0);

    rows = rows > GRAPH_ROWS ? GRAPH_ROWS : rows;
    if (rows < 3)
        return row;
    (void)dx_put(canvas, row, 1, &dim, "rate by day");
    dx_graph(canvas, (struct dx_box){ row + 1, 1, rows, dx_canvas_cols(canvas) - 2 },
             DX_GRAPH(.series = &series, .count = 1, .min = 0., .max = (double)NAN, .goal = p->warn,
                      .past = DX_ROLE_WARN, .unit = DX_UNIT_RATIO,
                      .from_ms = p->now_ms - TREND_DAYS * CI_DAY_MS, .to_ms = p->now_ms));
    return row + 1 + rows;
}

static void put_kind(struct dx_canvas *canvas, int row, const struct dx_style *style,
                     const char *text, int n)
{
    int cols = dx_canvas_cols(canvas) - 2;
    char count[32];

    (void)snprintf(count, sizeof(count), "%d", n);
    (void)dx_put_fit(canvas, (struct dx_box){ row, 1, 1, cols / 2 }, DX_FIT_LEFT, style, text);
    (void)dx_put_fit(canvas, (struct dx_box){ row, cols - 4, 1, 5 }, DX_FIT_RIGHT, style, count);
}

static void draw_kinds(const struct flaky *p, struct dx_canvas *canvas, int row)
{
    int cols = dx_canvas_cols(canvas) - 2, bar = cols - cols / 2 - 8;
    int room = dx_canvas_rows(canvas) - row - 1, others = p->other_kinds;
    struct dx_style dim = { .role = DX_ROLE_DIM };
    size_t shown = p->kind_count;

    if (p->kind_count == 0 || room < 1)
        return;
    if ((int)shown + (others > 0) > room)
        shown = room > 1 ? (size_t)room - 1 : 1;
    for (size_t i = shown; i < p->kind_count; i++)
        others += p->kinds[i].count;
    (void)dx_put(canvas, row++, 1, &dim,
                 others > 0 && room == 1 ? "what it mostly failed with first"
                                         : "what it failed with first");
    for (size_t i = 0; i < shown; i++, row++) {
        put_kind(canvas, row, NULL, p->kinds[i].text, p->kinds[i].count);
        if (bar > 3)
            dx_gauge(canvas, (struct dx_box){ row, cols / 2 + 3, 1, bar },
                     (double)p->kinds[i].count / p->kinds[0].count, (double)NAN, DX_ROLE_SERIES_1);
    }
    if (others > 0)
        put_kind(canvas, row, &dim, "others", others);
}

/* Its rate, which is the one number that can be loud. Returns the row behind it. */
static int draw_rate(const struct flaky *p, const struct flaky_job *job, struct dx_canvas *canvas)
{
    bool loud = flaky_is_loud(p, job);
    struct dx_style rate = { .role = loud ? DX_ROLE_WARN : DX_ROLE_TEXT, .attr = DX_BOLD };
    int cols = dx_canvas_cols(canvas) - 2, used;
    char text[100], share[32];

    (void)snprintf(text, sizeof(text), "%s%s%s", loud ? dx_glyph(canvas, DX_GLYPH_WARN) : "",
                   loud ? " " : "", ci_share_brief(share, sizeof(share), job->rate));
    used = 1 + dx_put(canvas, 0, 1, &rate, text);
    (void)snprintf(text, sizeof(text), "of %lld commits failed and passed", (long long)job->n);
    if (used + dx_width(text) > cols)
        return 1 + dx_put_wrapped(canvas, (struct dx_box){ 1, 1, 2, cols }, NULL, text);
    (void)dx_put(canvas, 0, used + 1, NULL, text);
    return 1;
}

void flaky_draw_detail(const struct flaky *p, struct dx_canvas *canvas)
{
    const struct flaky_job *job = p->count > 0 ? &p->jobs[0] : NULL;
    struct dx_style dim = { .role = DX_ROLE_DIM };
    int cols = dx_canvas_cols(canvas) - 2, row;
    char text[200], span[32], when[32];

    if (!job) {
        (void)dx_put(canvas, 1, 1, &dim, "No flaky job.");
        return;
    }
    if (job->state == DX_FLAKY_BROKEN) {
        (void)snprintf(text, sizeof(text), "It fails every time since %s: a rerun will not help.",
                       ci_when(when, sizeof(when), job->first_ms, p->now_ms));
        row = dx_put_wrapped(canvas, (struct dx_box){ 0, 1, 3, cols }, NULL, text);
        draw_kinds(p, canvas, row + 1);
        return;
    }
    row = draw_rate(p, job, canvas);
    (void)snprintf(text, sizeof(text), "95 %% sure between %s and %s",
                   ci_share_brief(when, sizeof(when), job->low),
                   ci_share_brief(span, sizeof(span), job->high));
    row += dx_put_wrapped(canvas, (struct dx_box){ row, 1, 2, cols }, &dim, text);
    if (job->last_ms > 0) {
        (void)snprintf(text, sizeof(text), "%s lost; the last time was %s",
                       ci_span(span, sizeof(span), (double)job->lost_ms / 1000.),
                       ci_when(when, sizeof(when), job->last_ms, p->now_ms));
        row += dx_put_wrapped(canvas, (struct dx_box){ row, 1, 2, cols }, &dim, text);
    }
    if (job->state == DX_FLAKY_FLAKY)
        row = draw_trend(p, job, canvas, row + 1);
    draw_kinds(p, canvas, row + 1);
}
