/* flaky: jobs that failed and passed on the same commit, by the time that they
 * cost; then those commits, the tries on one, and one job whole. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "flaky.h"

enum { ENOUGH = 5, PER_MILLE = 1000 };

static const char *const shows[] = { "list", "detail", NULL };

#define OPTION(field) offsetof(struct flaky, field)

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(source),
      .fallback = "",
      .help = "only jobs of this source" },
    { .name = "warn",
      .type = DX_OPTION_PERCENT,
      .offset = OPTION(warn),
      .fallback = "8%",
      .help = "a job that is flaky on more of its commits is a warning" },
    { .name = "least",
      .type = DX_OPTION_COUNT,
      .offset = OPTION(least),
      .fallback = "1",
      .help = "list jobs with at least so many commits that both failed and passed" },
    { .name = "show",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(show),
      .fallback = "list",
      .choices = shows,
      .help = "detail: one job in words, and what it fails with" },
    { 0 },
};

/* ---- columns ---- */

enum { STATE, JOB, RATE, ERROR, INTERVAL, TREND, DELTA, LAST, N, LOST, TICKETS, COUNT };

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "! flaky on many commits, · on few, ? too few commits to say, ✗ broken: it fails "
                "every time" },
    [JOB] = { "JOB", DX_CELL_TEXT, DX_UNIT_NONE, 0, 10, 0, DX_FIT_MIDDLE,
              "pipeline, and the job where it has another name" },
    [RATE] = { "RATE", DX_CELL_NUMBER, DX_UNIT_NONE, 0, 5, 6, DX_FIT_RIGHT,
               "commits that failed and passed later / commits that were tried twice or more" },
    [ERROR] = { "±", DX_CELL_TEXT, DX_UNIT_NONE, 2, 4, 4, DX_FIT_RIGHT,
                "points that the rate may be off by (Wilson, 95 %)" },
    [INTERVAL] = { "0 – 100 %", DX_CELL_INTERVAL, DX_UNIT_NONE, 5, 12, 30, DX_FIT_LEFT,
                   "the rate, and between what it lies with 95 % certainty" },
    [TREND] = { "14 D", DX_CELL_SPARK, DX_UNIT_NONE, 6, 7, 14, DX_FIT_LEFT,
                "RATE as it was at the end of each day, and now: half as high is the option warn, "
                "the top "
                "the most of all of them" },
    [DELTA] = { "Δ 14D", DX_CELL_TEXT, DX_UNIT_NONE, 4, 5, 6, DX_FIT_RIGHT,
                "points more or less than in the 14 days before" },
    [LAST] = { "LAST", DX_CELL_TEXT, DX_UNIT_NONE, 7, 5, 9, DX_FIT_RIGHT,
               "the last failure that is evidence" },
    [N] = { "N", DX_CELL_NUMBER, DX_UNIT_COUNT, 1, 3, 6, DX_FIT_RIGHT,
            "commits that were tried twice or more: what the rate is of" },
    [LOST] = { "LOST", DX_CELL_NUMBER, DX_UNIT_SECONDS, 0, 6, 7, DX_FIT_RIGHT,
               "time of the failed tries and of the one that passed, with its wait" },
    [TICKETS] = TIE_COLUMN(8),
    [COUNT] = { 0 },
};

static const struct dx_level levels[] = {
    { .name = "evidence", .columns = flaky_commit_columns },
    { .name = NULL, .columns = ci_job_columns },
    { .name = NULL, .columns = NULL },
};

static const struct dx_column *columns_of(const void *state)
{
    const struct flaky *p = state;

    return p->show == SHOW_DETAIL ? NULL : p->columns;
}

static bool open_panel(void *state, struct dx_error *err)
{
    struct flaky *p = state;

    (void)err;
    memcpy(p->columns, columns, sizeof(columns));
    p->columns[INTERVAL].title = p->scale_title;
    return true;
}

/* ---- reading ---- */

static void name_job(struct flaky_job *job, const struct dx_rows *rows,
                     const struct ci_prefix *prefix)
{
    const char *name = dx_text(rows, DX_FIELD_NAME), *last;
    char pipeline[160], short_name[56];

    (void)ci_pipeline(pipeline, sizeof(pipeline), rows, prefix);
    last = strrchr(pipeline, '/');
    if (strcmp(last ? last + 1 : pipeline, name) == 0)
        (void)snprintf(job->name, sizeof(job->name), "%s", pipeline);
    else
        (void)snprintf(job->name, sizeof(job->name), "%s (%s)", pipeline,
                       ci_copy(short_name, sizeof(short_name), name));
}

static struct flaky_job *new_job(struct flaky *p)
{
    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 16;
        struct flaky_job *jobs = realloc(p->jobs, cap * sizeof(*jobs));

        if (!jobs)
            return NULL;
        p->jobs = jobs;
        p->cap = cap;
    }
    return &p->jobs[p->count++];
}

/* "20 35 - 180", per mille; it ends at now. */
static void read_trend(double trend[TREND_DAYS], const char *text)
{
    char *end;
    size_t n = 0;

    for (; *text && n < TREND_DAYS; n++, text = end + strspn(end, " ")) {
        trend[n] = strtod(text, &end) / PER_MILLE;
        if (end != text)
            continue;
        trend[n] = (double)NAN;
        end += strcspn(end, " ");
    }
    for (; n < TREND_DAYS; n++)
        trend[n] = (double)NAN;
}

static void read_jobs(struct flaky *p, const struct dx_view *view, const char *key)
{
    struct ci_prefix prefix = ci_prefix(view, p->source);
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_FLAKY, DX_FILTER(.source = p->source, .key = key));
    struct flaky_job *job;

    p->count = 0;
    while (dx_next(rows)) {
        if (dx_int(rows, DX_FIELD_STATE) != DX_FLAKY_BROKEN &&
            dx_int(rows, DX_FIELD_PAIRS) < p->least)
            continue;
        job = new_job(p);
        if (!job)
            return;
        *job = (struct flaky_job){ .state = dx_int(rows, DX_FIELD_STATE),
                                   .n = dx_int(rows, DX_FIELD_N),
                                   .failed = dx_int(rows, DX_FIELD_FAILED),
                                   .pairs = dx_int(rows, DX_FIELD_PAIRS),
                                   .lost_ms = dx_int(rows, DX_FIELD_LOST),
                                   .first_ms = dx_int(rows, DX_FIELD_FIRST_SEEN),
                                   .last_ms = dx_int(rows, DX_FIELD_LAST_SEEN),
                                   .rate = dx_number(rows, DX_FIELD_RATE),
                                   .low = dx_number(rows, DX_FIELD_LOW),
                                   .high = dx_number(rows, DX_FIELD_HIGH),
                                   .before = dx_number(rows, DX_FIELD_BEFORE) };
        (void)ci_copy(job->key, sizeof(job->key), dx_text(rows, DX_FIELD_KEY));
        read_trend(job->trend, dx_text(rows, DX_FIELD_TREND));
        name_job(job, rows, &prefix);
        job->has_past = ci_reaches(view, "", job->key, FLAKY_DAYS * CI_DAY_MS);
    }
}

/* ---- rows ---- */

bool flaky_is_loud(const struct flaky *p, const struct flaky_job *job)
{
    return job->state == DX_FLAKY_FLAKY && job->rate > p->warn;
}

static void tell(struct dx_list *list, const struct flaky_job *job)
{
    char sentence[160], span[32];

    (void)snprintf(sentence, sizeof(sentence), "flaky on %lld of %lld commits, %s lost",
                   (long long)job->failed, (long long)job->n,
                   ci_span(span, sizeof(span), (double)job->lost_ms / 1000.));
    dx_finding(list, DX_ROLE_WARN, job->name, sentence);
}

/* Instead of numbers that would say too much. */
static const char *few(const struct flaky *p, const struct flaky_job *job, char *out, size_t cap)
{
    char when[32];

    if (job->state == DX_FLAKY_BROKEN)
        (void)snprintf(out, cap, "%s  fails every time since %s", job->name,
                       ci_when(when, sizeof(when), job->first_ms, p->now_ms));
    else
        (void)snprintf(out, cap, "%s  %lld %s, %d needed to say", job->name, (long long)job->n,
                       job->n == 1 ? "commit" : "commits", ENOUGH);
    return out;
}

static const char *change(const struct flaky_job *job, char *out, size_t cap)
{
    double points = round(100. * (job->rate - job->before));

    (void)snprintf(out, cap, isnan(points) ? "–" : "=");
    if (fabs(points) >= 1.)
        (void)snprintf(out, cap, "%s %.0f", points > 0. ? "▲" : "▼", fabs(points));
    return out;
}

static void add_few(struct dx_list *list, const struct flaky *p, const struct flaky_job *job)
{
    bool broken = job->state == DX_FLAKY_BROKEN;
    struct dx_cell cells[COUNT];
    char text[NAME_MOST + 80];

    for (int i = 0; i < COUNT; i++)
        cells[i] = (struct dx_cell){ .text = "", .value = (double)NAN };
    cells[STATE] =
        (struct dx_cell){ .value = broken ? DX_GLYPH_BAD : DX_GLYPH_FEW, .role = DX_ROLE_DIM };
    cells[JOB] = (struct dx_cell){ .text = few(p, job, text, sizeof(text)),
                                   .role = DX_ROLE_DIM,
                                   .attr = DX_SPAN };
    cells[TICKETS] = tie_cell(p->ties, job->key);
    dx_add(list,
           DX_ROW(.key = job->key, .url = "", .cells = cells, .apart = true, .into = job->name));
}

/* Two scales in one, up to the goal and from there on: of what is rare something is to be
 * seen, and of what is frequent, whether it grew. The goal is at 1, the top at 2. */
static double height_of(double rate, double goal, double top)
{
    if (!(rate > goal))
        return goal > 0. ? rate / goal : rate;
    return top > goal ? 1. + (rate - goal) / (top - goal) : 2.;
}

static void add(struct dx_list *list, const struct flaky *p, const struct flaky_job *job,
                double scale)
{
    bool loud = flaky_is_loud(p, job);
    enum dx_role role = loud ? DX_ROLE_WARN : DX_ROLE_TEXT;
    const double ends[] = { job->low, job->high };
    char rate[32], error[32], delta[32], last[32];
    struct dx_cell cells[COUNT];
    double heights[TREND_DAYS];

    for (size_t i = 0; i < TREND_DAYS; i++)
        heights[i] = height_of(job->trend[i], p->warn, p->top);
    (void)ci_share_brief(rate, sizeof(rate), job->rate);
    (void)snprintf(error, sizeof(error), "±%.0f", 50. * (job->high - job->low));
    cells[STATE] = (struct dx_cell){ .value = loud ? DX_GLYPH_WARN : DX_GLYPH_DOT,
                                     .role = loud ? DX_ROLE_WARN : DX_ROLE_DIM };
    cells[JOB] = (struct dx_cell){ .text = job->name, .role = DX_ROLE_TEXT };
    cells[RATE] = (struct dx_cell){ .text = rate, .value = job->rate, .role = role };
    cells[ERROR] =
        (struct dx_cell){ .text = error, .value = job->high - job->low, .role = DX_ROLE_DIM };
    cells[INTERVAL] = (struct dx_cell){
        .value = job->rate, .values = ends, .count = 2, .goal = scale, .role = role
    };
    cells[TREND] = (struct dx_cell){
        .value = job->rate, .values = heights, .count = TREND_DAYS, .goal = 1., .role = DX_ROLE_WARN
    };
    cells[DELTA] = (struct dx_cell){ .text = change(job, delta, sizeof(delta)),
                                     .value = job->rate - job->before,
                                     .role = job->rate > job->before ? DX_ROLE_TEXT : DX_ROLE_DIM };
    cells[LAST] = (struct dx_cell){ .text = ci_when(last, sizeof(last), job->last_ms, p->now_ms),
                                    .value = (double)job->last_ms,
                                    .role = DX_ROLE_DIM };
    cells[N] = (struct dx_cell){ .value = (double)job->n, .role = DX_ROLE_DIM };
    cells[LOST] = (struct dx_cell){ .value = (double)job->lost_ms / 1000., .role = DX_ROLE_TEXT };
    cells[TICKETS] = tie_cell(p->ties, job->key);
    dx_add(list, DX_ROW(.key = job->key, .url = "", .cells = cells, .into = job->name,
                        .no_past = !job->has_past));
    if (loud)
        tell(list, job);
}

/* All on one scale, as long as the worst of them asks for. */
static double scale_of(struct flaky *p)
{
    double high = 0.1;

    p->top = 2. * p->warn;
    for (size_t i = 0; i < p->count; i++) {
        if (p->jobs[i].state == DX_FLAKY_FLAKY && p->jobs[i].high > high)
            high = p->jobs[i].high;
        for (size_t day = 0; day < TREND_DAYS; day++)
            p->top = fmax(p->top, p->jobs[i].trend[day]); /* fmax() drops a NaN */
    }
    high = ceil(high * 10. - 1e-9) / 10.;
    (void)snprintf(p->scale_title, sizeof(p->scale_title), "0 – %.0f %%", 100. * high);
    return high;
}

static void list_jobs(struct flaky *p, const struct dx_view *view, struct dx_list *list)
{
    double scale;

    read_jobs(p, view, "");
    scale = scale_of(p);
    p->ties = tie_marks_read(view);
    ci_empty(view, list, p->source, 14 * CI_DAY_MS,
             "No job both failed and passed on the same commit within 14 days.");
    for (size_t i = 0; i < p->count; i++)
        if (p->jobs[i].state == DX_FLAKY_FLAKY)
            add(list, p, &p->jobs[i], scale);
        else
            add_few(list, p, &p->jobs[i]);
    tie_marks_free(p->ties);
    p->ties = NULL;
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct flaky *p = state;
    struct ci_jobs tries = { .key = dx_key(view, 1), .sha = dx_key(view, 2) };

    (void)err;
    p->now_ms = dx_now(view);
    p->level = p->show == SHOW_DETAIL ? 0 : dx_depth(view);
    if (p->show == SHOW_DETAIL) {
        read_jobs(p, view, tries.key);
        if (p->count > 0)
            flaky_list_commits(p, view, list, p->jobs[0].key);
    } else if (p->level == 0) {
        list_jobs(p, view, list);
    } else if (p->level == 1) {
        flaky_list_commits(p, view, list, tries.key);
    } else if (p->level == 2) {
        tries.window_ms = FLAKY_DAYS * CI_DAY_MS;
        (void)ci_list_jobs(view, list, &tries);
    } else {
        job_read(&p->job, view, list, dx_key(view, 3));
    }
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    const struct flaky *p = state;

    if (p->show == SHOW_DETAIL)
        flaky_draw_detail(p, canvas);
    else
        job_draw(&p->job, canvas);
}

static const char *title(const void *state)
{
    return ((const struct flaky *)state)->show == SHOW_DETAIL ? "Flaky job" : "Flaky · 14 d";
}

static const char *source(const void *state)
{
    return ((const struct flaky *)state)->source;
}

static void close_panel(void *state)
{
    free(((struct flaky *)state)->jobs);
}

CI_CHANGES({ "RATE rose, from 0 where it was not flaky: the most points first", RATE, 1,
             DX_MISSING_ZERO, DX_CHANGE_POINTS },
           { "LOST rose", LOST, 1, DX_MISSING_ZERO, DX_CHANGE_UNIT })

extern const struct dx_panel dx_panel_flaky;
DX_EXPORT const struct dx_panel dx_panel_flaky = {
    DX_PANEL_HEAD,
    .name = "flaky",
    .summary = "jobs that failed and passed on the same commit, by the time that they cost",
    .help =
        "Over 14 days. First what says nothing of the job is dropped: failures by the platform, "
        "jobs that never had a runner, cancelled and skipped ones. RATE is k / n: n commits "
        "with at least two tries, k of them failed and passed later. Flaky: at least one commit "
        "with both outcomes, and n at least 5; with fewer it is a suspect (?). Broken (✗): the "
        "last three tries or more on the default branch failed, and none of their commits "
        "passed: a rerun will not help. LOST is the time of failed tries and of the try that "
        "passed, with its wait for a runner.",
    .reads = 1u << DX_KIND_RUN,
    .state_size = sizeof(struct flaky),
    .options = options,
    .min_rows = 6,
    .min_cols = 36,
    .columns = columns,
    .open = open_panel,
    .close = close_panel,
    .update = update,
    .draw = draw,
    .columns_of = columns_of,
    .title = title,
    .source = source,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .changes = changes,
};
