/* failures: what jobs failed by: the platform, the code, or nobody knows; then the
 * jobs of one cause, and one job whole. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "job.h"

struct failures {
    const char *source; /* options */
    int64_t window_ms, warn;
    int cause;

    char title[32]; /* view-model */
    int64_t platform, unknown, code;
    bool has_past; /* see ci_reaches() */
    int level;
    struct job_detail job;
};

static const char *const causes[] = { "all",  "unknown",    "platform", "code", "test",
                                      "lint", "dependency", "config",   "user", NULL };

#define OPTION(field) offsetof(struct failures, field)

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(source),
      .fallback = "",
      .help = "only failures of this source" },
    { .name = "window",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(window_ms),
      .fallback = "24h",
      .help = "how far back: 1h, 24h, 7d or 30d" },
    { .name = "cause",
      .type = DX_OPTION_CHOICE,
      .offset = OPTION(cause),
      .fallback = "all",
      .choices = causes,
      .help = "only failures of this cause" },
    { .name = "warn",
      .type = DX_OPTION_COUNT,
      .offset = OPTION(warn),
      .fallback = "10",
      .help = "so many failures of one category by the platform are a warning; 0: they are not" },
    { 0 },
};

enum { STATE, CAUSE, CATEGORY, N, SHARE, PROJECTS, POOL, LAST, EVIDENCE, COUNT };

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "! more than enough by the platform, ✗ failed" },
    [CAUSE] = { "CAUSE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 10, DX_FIT_LEFT,
                "who has to act: the platform, or whose code it is; unknown: no signal says" },
    [CATEGORY] = { "CATEGORY", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 14, DX_FIT_LEFT,
                   "what kind; ?: the same words are printed for other reasons too" },
    [N] = { "JOBS", DX_CELL_NUMBER, DX_UNIT_COUNT, 0, 4, 6, DX_FIT_RIGHT, "that failed so" },
    [SHARE] = { "SHARE", DX_CELL_GAUGE, DX_UNIT_NONE, 3, 6, 14, DX_FIT_LEFT, "of all failed jobs" },
    [PROJECTS] = { "PROJECTS", DX_CELL_NUMBER, DX_UNIT_COUNT, 4, 8, 8, DX_FIT_RIGHT,
                   "in how many of them" },
    [POOL] = { "POOL", DX_CELL_TEXT, DX_UNIT_NONE, 5, 6, 16, DX_FIT_MIDDLE,
               "where all of them ran on one" },
    [LAST] = { "LAST", DX_CELL_TEXT, DX_UNIT_NONE, 2, 5, 9, DX_FIT_RIGHT, "when the last one was" },
    [EVIDENCE] = { "FOR EXAMPLE", DX_CELL_TEXT, DX_UNIT_NONE, 1, 12, 0, DX_FIT_LEFT,
                   "what one of them said" },
    [COUNT] = { 0 },
};

static const struct dx_level levels[] = {
    { .name = NULL, .columns = ci_job_columns },
    { .name = NULL, .columns = NULL },
};

static bool open_panel(void *state, struct dx_error *err)
{
    struct failures *p = state;
    char window[32];

    (void)snprintf(p->title, sizeof(p->title), "Failures · %s",
                   ci_window(window, sizeof(window), p->window_ms));
    return ci_check_window(p->window_ms, err);
}

/* ---- rows ---- */

static void count(struct failures *p, int64_t cause, int64_t n)
{
    if (cause == DX_CAUSE_PLATFORM)
        p->platform += n;
    else if (cause <= DX_CAUSE_UNKNOWN)
        p->unknown += n;
    else
        p->code += n;
}

static void tell(struct dx_list *list, const char *category, int64_t n, int64_t projects)
{
    char subject[80], sentence[120];

    (void)ci_copy(subject, sizeof(subject), *category ? category : "platform");
    (void)snprintf(sentence, sizeof(sentence), "%lld jobs of %lld %s failed by the platform",
                   (long long)n, (long long)projects, projects == 1 ? "project" : "projects");
    dx_finding(list, DX_ROLE_WARN, subject, sentence);
}

static void add(const struct failures *p, const struct dx_view *view, struct dx_list *list,
                const struct dx_rows *rows, int64_t all)
{
    int64_t cause = dx_int(rows, DX_FIELD_CAUSE), n = dx_int(rows, DX_FIELD_N);
    const char *category = dx_text(rows, DX_FIELD_NAME);
    bool platform = cause == DX_CAUSE_PLATFORM;
    bool loud = platform && p->warn > 0 && n >= p->warn;
    enum dx_role role = platform                    ? loud ? DX_ROLE_WARN : DX_ROLE_TEXT
                        : cause > DX_CAUSE_PLATFORM ? DX_ROLE_DIM
                                                    : DX_ROLE_TEXT;
    char last[32], evidence[300], kind[64], into[120];
    struct dx_cell cells[COUNT];

    (void)ci_evidence(evidence, sizeof(evidence), dx_text(rows, DX_FIELD_TEXT));
    (void)snprintf(into, sizeof(into), "%s%s%s", ci_cause(cause), *category ? ", " : "",
                   ci_copy(kind, sizeof(kind), category));
    cells[STATE] = (struct dx_cell){ .value = loud ? DX_GLYPH_WARN : DX_GLYPH_BAD, .role = role };
    cells[CAUSE] = (struct dx_cell){ .text = ci_cause(cause), .role = role };
    cells[CATEGORY] = (struct dx_cell){ .text = *category ? category : "–",
                                        .role = *category ? DX_ROLE_TEXT : DX_ROLE_DIM };
    cells[N] = (struct dx_cell){ .value = (double)n, .role = loud ? DX_ROLE_WARN : DX_ROLE_TEXT };
    cells[SHARE] = (struct dx_cell){ .value = (double)n / (double)all,
                                     .goal = (double)NAN,
                                     .role = loud ? DX_ROLE_WARN : DX_ROLE_TEXT };
    cells[PROJECTS] =
        (struct dx_cell){ .value = (double)dx_int(rows, DX_FIELD_PROJECTS), .role = DX_ROLE_DIM };
    cells[POOL] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_POOL), .role = DX_ROLE_DIM };
    cells[LAST] = (struct dx_cell){ .text = ci_moment(last, sizeof(last),
                                                      dx_int(rows, DX_FIELD_LAST_SEEN), view),
                                    .value = ci_time(rows, DX_FIELD_LAST_SEEN),
                                    .role = DX_ROLE_DIM };
    cells[EVIDENCE] = (struct dx_cell){ .text = evidence, .role = DX_ROLE_DIM };
    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_KEY), .url = "", .cells = cells, .into = into,
                        .no_past = !p->has_past));
    if (loud)
        tell(list, category, n, dx_int(rows, DX_FIELD_PROJECTS));
}

/* 0: the platform's, then what nobody knows, then the code's. */
static int class_of(int64_t cause)
{
    if (cause == DX_CAUSE_PLATFORM)
        return 0;
    return cause <= DX_CAUSE_UNKNOWN ? 1 : 2;
}

/* Of all causes: what the option leaves out is counted, and a share is of all. */
static struct dx_rows *read(const struct failures *p, const struct dx_view *view)
{
    return dx_rows(view, DX_QUERY_FAILURES,
                   DX_FILTER(.source = p->source, .window_ms = p->window_ms));
}

static bool is_wanted(const struct failures *p, int64_t cause)
{
    return p->cause == 0 || p->cause == (cause > DX_CAUSE_NONE ? cause : DX_CAUSE_UNKNOWN);
}

static void list_causes(struct failures *p, const struct dx_view *view, struct dx_list *list)
{
    struct dx_rows *rows = read(p, view);
    int64_t all;
    char note[120], kept[180];

    p->platform = p->unknown = p->code = 0;
    p->has_past = ci_reaches(view, p->source, "", p->window_ms);
    while (dx_next(rows))
        count(p, dx_int(rows, DX_FIELD_CAUSE), dx_int(rows, DX_FIELD_N));
    all = p->platform + p->unknown + p->code;
    for (int class = 0; class < 3; class ++) {
        rows = read(p, view);
        while (dx_next(rows)) {
            int64_t cause = dx_int(rows, DX_FIELD_CAUSE);

            if (class_of(cause) == class && is_wanted(p, cause))
                add(p, view, list, rows, all);
        }
    }
    (void)snprintf(note, sizeof(note), "platform %lld, unknown %lld, code %lld",
                   (long long)p->platform, (long long)p->unknown, (long long)p->code);
    dx_note(list,
            ci_kept_note(kept, sizeof(kept), all > 0 ? note : "", ci_kept(view, p->window_ms)));
    ci_empty(view, list, p->source, p->window_ms,
             all > 0 ? "No job failed by this cause within the window."
                     : "No job failed within the window.");
}

/* key: "2:runner", as the query has it. */
static void list_jobs(struct failures *p, const struct dx_view *view, struct dx_list *list,
                      const char *key)
{
    struct ci_prefix prefix = ci_prefix(view, p->source);
    const char *colon = strchr(key, ':');
    struct ci_jobs jobs = { .key = "",
                            .source = p->source,
                            .name = colon ? colon + 1 : "",
                            .bare = !colon || !colon[1],
                            .cause = (int)strtol(key, NULL, 10),
                            .window_ms = p->window_ms,
                            .with_pipeline = true,
                            .prefix = &prefix };
    char note[64];
    long long n = ci_list_jobs(view, list, &jobs);

    (void)snprintf(note, sizeof(note), "%lld %s%s", n, n == 1 ? "job" : "jobs",
                   n >= CI_JOBS_MOST ? ", the newest" : "");
    dx_note(list, note);
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct failures *p = state;

    (void)err;
    p->level = dx_depth(view);
    if (p->level == 0)
        list_causes(p, view, list);
    else if (p->level == 1)
        list_jobs(p, view, list, dx_key(view, 1));
    else
        job_read(&p->job, view, list, dx_key(view, 2));
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    job_draw(&((const struct failures *)state)->job, canvas);
}

static const char *title(const void *state)
{
    return ((const struct failures *)state)->title;
}

static const char *source(const void *state)
{
    return ((const struct failures *)state)->source;
}

CI_CHANGES({ "more jobs failed so: the most first", N, 1, DX_MISSING_ZERO, DX_CHANGE_UNIT },
           { "in more projects", PROJECTS, 1, DX_MISSING_ZERO, DX_CHANGE_UNIT })

extern const struct dx_panel dx_panel_failures;
DX_EXPORT const struct dx_panel dx_panel_failures = {
    DX_PANEL_HEAD,
    .name = "failures",
    .summary = "what jobs failed by: the platform, the code, or nobody knows",
    .help = "Every failed job of the window, also those that a rerun mended; cancelled ones are no "
            "failures. The platform's first, then what is unknown, then the code's (code, test, "
            "lint, dependency, config, user). A cause is taken from what the server says of the "
            "failure, else from messages, names of failed steps and the log by the catalogue of "
            "patterns. What no pattern knows is unknown, never the platform's by guess.",
    .reads = 1u << DX_KIND_RUN,
    .state_size = sizeof(struct failures),
    .options = options,
    .min_rows = 6,
    .min_cols = 36,
    .columns = columns,
    .open = open_panel,
    .update = update,
    .draw = draw,
    .title = title,
    .source = source,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .changes = changes,
};
