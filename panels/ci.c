/* ci: what the panels of CI have in common. */
#include "ci.h"
#include "nosource.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { NARROW_COLS = 56 };

/* ---- names ---- */

struct ci_prefix ci_prefix(const struct dx_view *view, const char *source)
{
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_PROJECTS, DX_FILTER(.source = source, .window_ms = 30 * CI_DAY_MS));
    struct ci_prefix prefix = { "" };
    bool first = true;

    while ((first || *prefix.text) && dx_next(rows)) {
        const char *project = dx_text(rows, DX_FIELD_PROJECT), *slash = strchr(project, '/');
        size_t len = slash ? (size_t)(slash - project) + 1 : 0;

        if (first && len < sizeof(prefix.text))
            (void)snprintf(prefix.text, sizeof(prefix.text), "%.*s", (int)len, project);
        if (strncmp(project, prefix.text, strlen(prefix.text)) != 0)
            prefix.text[0] = '\0';
        first = false;
    }
    return prefix;
}

const char *ci_pipeline(char *out, size_t cap, const struct dx_rows *rows,
                        const struct ci_prefix *prefix)
{
    const char *project = dx_text(rows, DX_FIELD_PROJECT);
    const char *pipeline = dx_text(rows, DX_FIELD_PIPELINE);
    size_t skip = strlen(prefix->text);
    char whole[4200];

    if (strncmp(project, prefix->text, skip) != 0)
        skip = 0;
    (void)snprintf(whole, sizeof(whole), "%s%s%s", project + skip, *pipeline ? "/" : "", pipeline);
    return ci_copy(out, cap, whole);
}

const char *ci_number(char *out, size_t cap, const struct dx_rows *rows)
{
    const char *number = dx_text(rows, DX_FIELD_NUMBER);

    out[0] = '#';
    (void)ci_copy(out + (*number != '#'), cap - 1, number);
    return out;
}

char *ci_keep(const char *text)
{
    return strdup(text);
}

const char *ci_copy(char *out, size_t cap, const char *text)
{
    size_t len = strlen(text);

    if (len >= cap) {
        len = cap - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
            len--;
    }
    memcpy(out, text, len);
    out[len] = '\0';
    return out;
}

const char *const ci_parts[] = { "all", "protected", "other", NULL };

/* ---- shares ---- */

const char *ci_share_range(char *out, size_t cap, double low, double high)
{
    char from[64], to[64];

    (void)dx_format(from, sizeof(from), DX_UNIT_RATIO, low);
    from[strcspn(from, " ")] = '\0'; /* its unit is that of the other end */
    (void)snprintf(out, cap, "%s–%s", from, dx_format(to, sizeof(to), DX_UNIT_RATIO, high));
    return out;
}

const char *ci_share_brief(char *out, size_t cap, double share)
{
    if (share > 0. && share < 0.005)
        (void)snprintf(out, cap, "<1 %%");
    else if (share < 1. && share >= 0.995)
        (void)snprintf(out, cap, ">99 %%");
    else
        (void)snprintf(out, cap, "%.0f %%", 100. * share);
    return out;
}

/* ---- times and spans ---- */

double ci_seconds(const struct dx_rows *rows, enum dx_field field)
{
    return dx_has(rows, field) ? round(dx_number(rows, field) / 1000.) : (double)NAN;
}

double ci_time(const struct dx_rows *rows, enum dx_field field)
{
    int64_t at_ms = dx_int(rows, field);

    return at_ms > 0 ? (double)at_ms : (double)NAN;
}

const char *ci_span(char *out, size_t cap, double seconds)
{
    char text[64];
    size_t n = 0;

    (void)dx_format(text, sizeof(text), DX_UNIT_SECONDS, seconds);
    for (const char *p = text; *p && n + 2 < cap; p++) {
        out[n++] = *p;
        if (strchr("dhm", *p) && p[1] >= '0' && p[1] <= '9')
            out[n++] = ' ';
    }
    out[n] = '\0';
    return out;
}

static const char *when(char *out, size_t cap, int64_t at_ms, int64_t now_ms, bool narrow)
{
    time_t at = (time_t)(at_ms / 1000);
    int64_t away_ms = now_ms > at_ms ? now_ms - at_ms : at_ms - now_ms;
    struct tm tm;

    (void)snprintf(out, cap, "–");
    if (at_ms <= 0 || !localtime_r(&at, &tm))
        return out;
    if (away_ms < 20 * CI_HOUR_MS)
        (void)strftime(out, cap, "%H:%M", &tm);
    else if (away_ms < 6 * CI_DAY_MS && narrow)
        (void)strftime(out, cap, "%a", &tm);
    else if (away_ms < 6 * CI_DAY_MS)
        (void)strftime(out, cap, "%a %H:%M", &tm);
    else
        (void)strftime(out, cap, "%d %b", &tm);
    return out;
}

const char *ci_when(char *out, size_t cap, int64_t at_ms, int64_t now_ms)
{
    return when(out, cap, at_ms, now_ms, false);
}

const char *ci_moment(char *out, size_t cap, int64_t at_ms, const struct dx_view *view)
{
    return when(out, cap, at_ms, dx_now(view), dx_view_cols(view) < NARROW_COLS);
}

/* A day of which only the end is known is none. */
bool ci_reaches(const struct dx_view *view, const char *source, const char *key, int64_t window_ms)
{
    const struct dx_view *before = dx_before(view);
    struct dx_rows *rows;
    bool there = false;

    if (!before)
        return true;
    rows = dx_rows(view, DX_QUERY_PIPELINE_DAYS,
                   DX_FILTER(.source = source, .key = key, .limit = 1,
                             .to_ms = dx_now(before) - window_ms - CI_DAY_MS));
    while (dx_next(rows))
        there = true;
    return there;
}

/* Whether a source of runs has answered once: if not, "none" would say too much. */
static bool is_known(const struct dx_view *view, const char *source)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, DX_FILTER(.source = source));
    bool known = false;

    while (dx_next(rows))
        known = known || (dx_int(rows, DX_FIELD_YIELDS) & 1 << DX_KIND_RUN &&
                          dx_int(rows, DX_FIELD_LAST_OK) > 0);
    return known;
}

int64_t ci_kept(const struct dx_view *view, int64_t window_ms)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TOTALS, NULL);
    int64_t kept_ms = 0;

    while (dx_next(rows)) /* to the end: rows that stay open are asked for beside them anew */
        kept_ms = dx_int(rows, DX_FIELD_KEPT);

    return kept_ms > dx_now(view) - window_ms + 1 ? kept_ms : 0;
}

static const char *kept_since(char *out, size_t cap, int64_t kept_ms)
{
    time_t at = (time_t)(kept_ms / 1000);
    struct tm tm;

    (void)snprintf(out, cap, "–");
    if (localtime_r(&at, &tm))
        (void)strftime(out, cap, "kept since %d %b", &tm);
    return out;
}

const char *ci_kept_note(char *out, size_t cap, const char *behind, int64_t kept_ms)
{
    char kept[40];

    (void)snprintf(out, cap, "%s%s%s", kept_ms > 0 ? kept_since(kept, sizeof(kept), kept_ms) : "",
                   *behind && kept_ms > 0 ? " · " : "", behind);
    return out;
}

void ci_empty(const struct dx_view *view, struct dx_list *list, const char *source,
              int64_t window_ms, const char *none)
{
    int64_t kept_ms = ci_kept(view, window_ms);
    char kept[40], sentence[240];

    if (source && no_source(sentence, sizeof(sentence), view, source)) {
        none = sentence;
    } else if (kept_ms > 0) {
        (void)snprintf(sentence, sizeof(sentence), "Runs and jobs are %s: nobody can say.",
                       kept_since(kept, sizeof(kept), kept_ms));
        none = sentence;
    } else if (!is_known(view, source)) {
        none = "No source of runs has answered yet.";
    }
    dx_empty(list, none);
}

bool ci_check_window(int64_t window_ms, struct dx_error *err)
{
    static const int64_t windows[] = { CI_HOUR_MS, CI_DAY_MS, 7 * CI_DAY_MS, 30 * CI_DAY_MS };

    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++)
        if (window_ms == windows[i])
            return true;
    return dx_fail(err, DX_FAULT_CONFIG, "window: it is one of 1h, 24h, 7d and 30d");
}

const char *ci_window(char *out, size_t cap, int64_t window_ms)
{
    if (window_ms > CI_DAY_MS)
        (void)snprintf(out, cap, "%lld d", (long long)(window_ms / CI_DAY_MS));
    else
        (void)snprintf(out, cap, "%lld h", (long long)(window_ms / CI_HOUR_MS));
    return out;
}

/* ---- how things stand ---- */

const char *ci_cause(int64_t cause)
{
    static const char *const words[DX_CAUSE_COUNT] = {
        [DX_CAUSE_NONE] = "",
        [DX_CAUSE_UNKNOWN] = "unknown",
        [DX_CAUSE_PLATFORM] = "platform",
        [DX_CAUSE_CODE] = "code",
        [DX_CAUSE_TEST] = "test",
        [DX_CAUSE_LINT] = "lint",
        [DX_CAUSE_DEPENDENCY] = "dependency",
        [DX_CAUSE_CONFIG] = "config",
        [DX_CAUSE_USER] = "user",
    };

    return cause > DX_CAUSE_NONE && cause < DX_CAUSE_COUNT ? words[cause] : words[DX_CAUSE_UNKNOWN];
}

static struct ci_look failure(int64_t cause)
{
    if (cause == DX_CAUSE_PLATFORM)
        return (struct ci_look){ DX_GLYPH_BAD, DX_ROLE_BAD, DX_BOLD, "platform" };
    /* Nobody knows whose fault it is: neither loud as the platform's nor quiet. */
    if (cause <= DX_CAUSE_UNKNOWN)
        return (struct ci_look){ DX_GLYPH_BAD, DX_ROLE_TEXT, 0, "unknown" };
    return (struct ci_look){ DX_GLYPH_BAD, DX_ROLE_DIM, 0, ci_cause(cause) };
}

static struct ci_look done(const struct dx_rows *rows)
{
    switch (dx_int(rows, DX_FIELD_RESULT)) {
    case DX_RESULT_SUCCESS:
        return (struct ci_look){ DX_GLYPH_GOOD, DX_ROLE_GOOD, 0, "" };
    case DX_RESULT_FAILURE:
        return failure(dx_int(rows, DX_FIELD_CAUSE));
    case DX_RESULT_CANCELLED:
        return (struct ci_look){ DX_GLYPH_NONE, DX_ROLE_DIM, 0, "cancelled" };
    case DX_RESULT_SKIPPED:
        return (struct ci_look){ DX_GLYPH_NONE, DX_ROLE_DIM, 0, "skipped" };
    case DX_RESULT_NEUTRAL:
        return (struct ci_look){ DX_GLYPH_NONE, DX_ROLE_DIM, 0, "neutral" };
    default:
        return (struct ci_look){ DX_GLYPH_FEW, DX_ROLE_DIM, 0, "no result" };
    }
}

struct ci_look ci_look(const struct dx_rows *rows)
{
    switch (dx_int(rows, DX_FIELD_PHASE)) {
    case DX_PHASE_GATE:
        return (struct ci_look){ DX_GLYPH_DOT, DX_ROLE_DIM, 0, "held" };
    case DX_PHASE_QUEUED:
        return (struct ci_look){ DX_GLYPH_DOT, DX_ROLE_TEXT, 0, "queued" };
    case DX_PHASE_RUNNING:
        return (struct ci_look){ DX_GLYPH_RUNNING, DX_ROLE_BUSY, 0, "running" };
    case DX_PHASE_DONE:
        return done(rows);
    default:
        return (struct ci_look){ DX_GLYPH_FEW, DX_ROLE_DIM, 0, "?" };
    }
}

const char *ci_evidence(char *out, size_t cap, const char *evidence)
{
    const char *colon = strstr(evidence, ": "), *text = colon ? colon + 2 : evidence;
    char *rule;

    (void)ci_copy(out, cap, text);
    rule = strstr(out, " (rule ");
    if (rule && rule[strlen(rule) - 1] == ')')
        *rule = '\0';
    return out;
}

/* ---- the list of jobs ---- */

enum { STATE, JOB, PIPELINE, AT, TOOK, QUEUED, CAUSE, POOL, RUNNER, EVIDENCE, COUNT };

const struct dx_column ci_job_columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✓ passed, ✗ failed, ◌ running, · waits, – neither" },
    [JOB] = { "JOB", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 36, DX_FIT_MIDDLE,
              "its name, with the values of its matrix" },
    [PIPELINE] = { "RUN", DX_CELL_TEXT, DX_UNIT_NONE, 1, 6, 30, DX_FIT_MIDDLE,
                   "the run that it is of" },
    [AT] = { "AT", DX_CELL_TEXT, DX_UNIT_NONE, 3, 5, 9, DX_FIT_RIGHT,
             "when it ended; of open ones, when it began" },
    [TOOK] = { "TOOK", DX_CELL_NUMBER, DX_UNIT_SECONDS, 1, 6, 7, DX_FIT_RIGHT,
               "from its start to its end; of running ones until now" },
    [QUEUED] = { "QUEUED", DX_CELL_NUMBER, DX_UNIT_SECONDS, 4, 6, 7, DX_FIT_RIGHT,
                 "how long it waited for a runner; – where the server does not let us know" },
    [CAUSE] = { "CAUSE", DX_CELL_TEXT, DX_UNIT_NONE, 2, 8, 10, DX_FIT_LEFT,
                "who has to act on a failure; or how it stands" },
    [POOL] = { "POOL", DX_CELL_TEXT, DX_UNIT_NONE, 6, 6, 16, DX_FIT_MIDDLE,
               "the pool of runners, or the labels that it asks for" },
    [RUNNER] = { "RUNNER", DX_CELL_TEXT, DX_UNIT_NONE, 7, 6, 20, DX_FIT_MIDDLE, "who ran it" },
    [EVIDENCE] = { "EVIDENCE", DX_CELL_TEXT, DX_UNIT_NONE, 5, 12, 0, DX_FIT_LEFT,
                   "what the cause was taken from" },
    [COUNT] = { 0 },
};

static double took(const struct dx_rows *rows, int64_t now_ms)
{
    double started = ci_time(rows, DX_FIELD_STARTED);

    if (dx_int(rows, DX_FIELD_PHASE) == DX_PHASE_RUNNING)
        return ((double)now_ms - started) / 1000.;
    return ci_seconds(rows, DX_FIELD_DURATION);
}

static int64_t shown_time(const struct dx_rows *rows)
{
    static const enum dx_field fields[] = { DX_FIELD_FINISHED, DX_FIELD_STARTED, DX_FIELD_CREATED };
    int64_t at_ms = 0;

    for (size_t i = 0; i < 3 && at_ms == 0; i++)
        at_ms = dx_int(rows, fields[i]);
    return at_ms;
}

static void add_job(const struct dx_view *view, struct dx_list *list, const struct dx_rows *rows,
                    const struct ci_jobs *of)
{
    struct ci_look look = ci_look(rows);
    bool loud = look.role == DX_ROLE_BAD;
    const char *name = dx_text(rows, DX_FIELD_NAME);
    char pipeline[256], number[96], run[360], at[32], evidence[300];
    struct dx_cell cells[COUNT];

    (void)snprintf(run, sizeof(run), "%s %s",
                   of->prefix ? ci_pipeline(pipeline, sizeof(pipeline), rows, of->prefix) : "",
                   ci_number(number, sizeof(number), rows));
    if (!of->with_pipeline && dx_int(rows, DX_FIELD_ATTEMPT) > 1)
        (void)snprintf(run, sizeof(run), "try %lld", (long long)dx_int(rows, DX_FIELD_ATTEMPT));
    else if (!of->with_pipeline)
        run[0] = '\0';
    (void)ci_moment(at, sizeof(at), shown_time(rows), view);
    (void)ci_evidence(evidence, sizeof(evidence), dx_text(rows, DX_FIELD_EVIDENCE));
    cells[STATE] = (struct dx_cell){ .value = look.glyph, .role = look.role };
    cells[JOB] = (struct dx_cell){ .text = name, .role = DX_ROLE_TEXT, .attr = look.attr };
    cells[PIPELINE] = (struct dx_cell){ .text = run, .role = DX_ROLE_DIM };
    cells[AT] =
        (struct dx_cell){ .text = at, .value = (double)shown_time(rows), .role = DX_ROLE_DIM };
    cells[TOOK] = (struct dx_cell){ .value = took(rows, dx_now(view)), .role = DX_ROLE_TEXT };
    cells[QUEUED] =
        (struct dx_cell){ .value = ci_seconds(rows, DX_FIELD_QUEUED), .role = DX_ROLE_DIM };
    cells[CAUSE] =
        (struct dx_cell){ .text = look.word, .role = look.role, .attr = loud ? DX_BOLD : 0 };
    cells[POOL] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_POOL), .role = DX_ROLE_DIM };
    cells[RUNNER] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_RUNNER), .role = DX_ROLE_DIM };
    cells[EVIDENCE] = (struct dx_cell){ .text = evidence, .role = DX_ROLE_DIM };
    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_KEY), .url = dx_text(rows, DX_FIELD_URL),
                        .cells = cells, .into = name));
}

/* The category stands before the first colon of the evidence. */
static bool is_of(const char *evidence, const struct ci_jobs *of)
{
    const char *colon = strchr(evidence, ':');
    size_t len = colon ? (size_t)(colon - evidence) : 0;

    if (of->bare)
        return len == 0;
    return strlen(of->name) == len && strncmp(evidence, of->name, len) == 0;
}

int64_t ci_list_jobs(const struct dx_view *view, struct dx_list *list, const struct ci_jobs *of)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_JOBS,
                                   DX_FILTER(.key = of->key, .source = of->source,
                                             .name = of->sha    ? of->sha
                                                     : of->bare ? ":"
                                                                : of->name,
                                             .limit = of->cause > 0 ? CI_JOBS_MOST + 1 : 0,
                                             .from_ms = of->sha ? dx_now(view) - of->window_ms : 0,
                                             .window_ms = of->window_ms, .cause = of->cause));
    int64_t n = 0;

    while (n < CI_JOBS_MOST + 1 && dx_next(rows)) {
        if (of->sha && strcmp(of->sha, dx_text(rows, DX_FIELD_SHA)) != 0)
            continue;
        if (of->cause > 0 && !is_of(dx_text(rows, DX_FIELD_EVIDENCE), of))
            continue;
        if (n++ < CI_JOBS_MOST)
            add_job(view, list, rows, of);
        else
            dx_part_of(list, -1);
    }
    return n < CI_JOBS_MOST ? n : CI_JOBS_MOST;
}
