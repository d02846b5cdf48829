/* job: the detail of one job. */
#include "job.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { MARGIN = 1, LABEL = 9, CLOCK = 9, SPAN = 8, NAME_MOST = 24 };

/* ---- reading ---- */

/* "CATEGORY: TEXT (rule N)", "CATEGORY?: ..." where it may as well be something else. */
static void take_evidence(struct job_detail *job, const char *evidence)
{
    const char *colon = strstr(evidence, ": "), *rule = strstr(evidence, " (rule ");
    size_t len = colon ? (size_t)(colon - evidence) : 0;

    (void)ci_evidence(job->evidence, sizeof(job->evidence), evidence);
    if (len == 0 || len >= sizeof(job->category))
        return;
    job->ambiguous = evidence[len - 1] == '?';
    (void)snprintf(job->category, sizeof(job->category), "%.*s", (int)(len - job->ambiguous),
                   evidence);
    if (rule)
        (void)snprintf(job->rule, sizeof(job->rule), "%.*s", (int)strcspn(rule + 2, ")"), rule + 2);
}

static void take_times(struct job_detail *job, const struct dx_rows *rows)
{
    static const enum dx_field fields[] = { DX_FIELD_CREATED, DX_FIELD_STARTED, DX_FIELD_FINISHED };
    static const char *const labels[] = { "created", "started", "ended" };

    for (int i = 0; i < 3; i++)
        job->times[i] = (struct job_time){ .label = labels[i],
                                           .at_ms = dx_int(rows, fields[i]),
                                           .seconds = (double)NAN };
    job->times[1].seconds = ci_seconds(rows, DX_FIELD_QUEUED);
    job->times[2].seconds = ci_seconds(rows, DX_FIELD_DURATION);
    (void)ci_copy(job->times[1].basis, sizeof(job->times[1].basis),
                  dx_text(rows, DX_FIELD_QUEUED_BASIS));
    (void)ci_copy(job->times[2].basis, sizeof(job->times[2].basis),
                  dx_text(rows, DX_FIELD_DURATION_BASIS));
}

static void take_commit(struct job_detail *job, const struct dx_rows *rows)
{
    const char *sha = dx_text(rows, DX_FIELD_SHA), *branch = dx_text(rows, DX_FIELD_BRANCH);
    const char *event = dx_text(rows, DX_FIELD_EVENT);

    (void)snprintf(job->commit, sizeof(job->commit), "%.9s%s%s%s%s", sha, *branch ? " on " : "",
                   branch, *event ? ", by " : "", event);
}

static void take(struct job_detail *job, const struct dx_rows *rows)
{
    const char *status = dx_text(rows, DX_FIELD_RAW_STATUS);
    const char *result = dx_text(rows, DX_FIELD_RAW_RESULT);

    job->found = true;
    job->look = ci_look(rows);
    take_evidence(job, dx_text(rows, DX_FIELD_EVIDENCE));
    take_times(job, rows);
    take_commit(job, rows);
    (void)ci_copy(job->why, sizeof(job->why), dx_text(rows, DX_FIELD_WHY));
    (void)snprintf(job->words, sizeof(job->words), "%s%s%s", status, *status && *result ? ", " : "",
                   result);
    (void)ci_copy(job->runner, sizeof(job->runner), dx_text(rows, DX_FIELD_RUNNER));
    (void)ci_copy(job->pool, sizeof(job->pool), dx_text(rows, DX_FIELD_POOL));
    (void)ci_copy(job->url, sizeof(job->url), dx_text(rows, DX_FIELD_URL));
}

static void read_steps(struct job_detail *job, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_STEPS, DX_FILTER(.key = key));

    while (dx_next(rows) && job->step_count < JOB_STEPS) {
        struct job_step *step = &job->steps[job->step_count++];
        double from = ci_time(rows, DX_FIELD_STARTED), to = ci_time(rows, DX_FIELD_FINISHED);

        step->look = ci_look(rows);
        if (dx_int(rows, DX_FIELD_RESULT) == DX_RESULT_FAILURE)
            step->look.role = job->look.role;
        if (isnan(to) && dx_int(rows, DX_FIELD_PHASE) == DX_PHASE_RUNNING)
            to = (double)dx_now(view);
        step->seconds = (to - from) / 1000.;
        (void)ci_copy(step->name, sizeof(step->name), dx_text(rows, DX_FIELD_NAME));
    }
}

static void read_attempts(struct job_detail *job, const struct dx_view *view, struct dx_list *list,
                          const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_JOBS, DX_FILTER(.key = key, .attempts = true));
    int64_t nth = 1, count = 0;
    char note[64];

    while (dx_next(rows) && job->attempt_count < JOB_ATTEMPTS) {
        struct job_attempt *attempt = &job->attempts[job->attempt_count++];

        attempt->nth = dx_int(rows, DX_FIELD_ATTEMPT);
        attempt->look = ci_look(rows);
        attempt->shown = strcmp(dx_text(rows, DX_FIELD_KEY), key) == 0;
        if (attempt->shown)
            nth = attempt->nth;
        count = attempt->nth > count ? attempt->nth : count;
    }
    if (count < (int64_t)job->attempt_count) /* else some are not known */
        count = (int64_t)job->attempt_count;
    (void)snprintf(note, sizeof(note), "attempt %lld of %lld", (long long)nth, (long long)count);
    if (job->attempt_count > 1)
        dx_note(list, note);
}

void job_read(struct job_detail *job, const struct dx_view *view, struct dx_list *list,
              const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_JOBS, DX_FILTER(.key = key));

    *job = (struct job_detail){ .now_ms = dx_now(view) };
    if (!dx_next(rows))
        return;
    take(job, rows);
    read_steps(job, view, key);
    read_attempts(job, view, list, key);
    (void)tie_names(view, key, job->tickets, sizeof(job->tickets));
    if (*job->evidence)
        suggest_read(&job->suggestions, view, key);
}

/* ---- painting ---- */

static const struct dx_style dim = { .role = DX_ROLE_DIM };

/* What failed it, in a chip only where the platform did. */
static int draw_verdict(const struct job_detail *job, struct dx_canvas *canvas, int row)
{
    bool loud = job->look.role == DX_ROLE_BAD;
    struct dx_style chip = { .role = job->look.role, .attr = loud ? DX_CHIP | DX_BOLD : 0 };
    struct dx_style bold = { .role = DX_ROLE_TEXT, .attr = DX_BOLD };
    const char *word = *job->look.word ? job->look.word : "passed";
    int cols = dx_canvas_cols(canvas) - 2 * MARGIN, col = MARGIN;
    char text[80], quote[720];

    (void)snprintf(text, sizeof(text), loud ? " %s %s " : "%s %s",
                   dx_glyph(canvas, job->look.glyph), word);
    col += dx_put(canvas, row, col, &chip, text) + 1;
    if (*job->category)
        col += dx_put(canvas, row, col, &bold, job->category) + 2;
    if (*job->rule)
        (void)snprintf(text, sizeof(text), "%s%s", job->rule, job->ambiguous ? ", perhaps" : "");
    if (*job->rule)
        (void)dx_put(canvas, row, col, &dim, text);
    row++;
    if (!*job->evidence)
        return row;
    (void)snprintf(quote, sizeof(quote), "\"%s\"", job->evidence);
    return row + dx_put_wrapped(canvas, (struct dx_box){ row, MARGIN, 3, cols }, NULL, quote);
}

/* Evidence is to the second. Returns out. */
static const char *moment(char *out, size_t cap, int64_t at_ms, int64_t now_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm;

    (void)snprintf(out, cap, "–");
    if (at_ms <= 0 || !localtime_r(&at, &tm))
        return out;
    if (now_ms - at_ms < 20 * CI_HOUR_MS)
        (void)strftime(out, cap, "%H:%M:%S", &tm);
    else
        (void)strftime(out, cap, "%d %b %H:%M:%S", &tm);
    return out;
}

static int draw_times(const struct job_detail *job, struct dx_canvas *canvas, int row)
{
    int cols = dx_canvas_cols(canvas);

    for (int i = 0; i < 3; i++) {
        const struct job_time *t = &job->times[i];
        char text[64];
        int col = MARGIN;

        if ((t->at_ms <= 0 && isnan(t->seconds)) || row >= dx_canvas_rows(canvas) - 1)
            continue;
        (void)dx_put(canvas, row, col, &dim, t->label);
        col += LABEL;
        (void)dx_put(canvas, row, col, NULL, moment(text, sizeof(text), t->at_ms, job->now_ms));
        col += dx_width(text) > CLOCK ? dx_width(text) : CLOCK;
        if (i > 0)
            (void)dx_put_fit(canvas, (struct dx_box){ row, col, 1, SPAN }, DX_FIT_RIGHT,
                             isnan(t->seconds) ? &dim : NULL,
                             dx_format(text, sizeof(text), DX_UNIT_SECONDS, t->seconds));
        col += SPAN + 2;
        if (i > 0)
            (void)dx_put_fit(canvas, (struct dx_box){ row, col, 1, cols - col - MARGIN },
                             DX_FIT_LEFT, &dim, t->basis);
        row++;
    }
    return row;
}

/* Where not all have room: the one that failed has to be among them. */
static size_t first_step(const struct job_detail *job, int rows)
{
    size_t room = rows > 0 ? (size_t)rows : 0, at = 0;

    while (at < job->step_count && job->steps[at].look.glyph != DX_GLYPH_BAD)
        at++;
    if (job->step_count <= room || at == job->step_count || at < room)
        return 0;
    return at + 1 - room;
}

static int draw_steps(const struct job_detail *job, struct dx_canvas *canvas, int row, int end)
{
    int name = 4, cols = dx_canvas_cols(canvas), bar;
    double longest = 0.;

    for (size_t i = 0; i < job->step_count; i++) {
        int width = dx_width(job->steps[i].name);

        name = width > name && width <= NAME_MOST ? width : width > NAME_MOST ? NAME_MOST : name;
        longest = job->steps[i].seconds > longest ? job->steps[i].seconds : longest;
    }
    bar = cols - MARGIN - (2 + name + SPAN + 3);
    for (size_t i = first_step(job, end - row); i < job->step_count && row < end; i++, row++) {
        const struct job_step *s = &job->steps[i];
        struct dx_style glyph = { .role = s->look.role };
        struct dx_style text = { .role = s->look.attr ? DX_ROLE_TEXT : DX_ROLE_DIM,
                                 .attr = s->look.attr };
        /* A store may say of a step that it took less than nothing. */
        int full = longest > 0. ? (int)lround(fmax(s->seconds / longest, 0.) * bar) : 0;
        char span[64];

        (void)dx_put(canvas, row, MARGIN, &glyph, dx_glyph(canvas, s->look.glyph));
        (void)dx_put_fit(canvas, (struct dx_box){ row, MARGIN + 2, 1, name }, DX_FIT_MIDDLE, &text,
                         s->name);
        (void)dx_put_fit(canvas, (struct dx_box){ row, MARGIN + 2 + name, 1, SPAN }, DX_FIT_RIGHT,
                         isnan(s->seconds) ? &dim : NULL,
                         dx_format(span, sizeof(span), DX_UNIT_SECONDS, s->seconds));
        if (!isnan(s->seconds) && bar >= 6)
            dx_gauge(canvas,
                     (struct dx_box){ row, MARGIN + 2 + name + SPAN + 2, 1, full > 0 ? full : 1 },
                     1., (double)NAN, s->look.role == DX_ROLE_BAD ? DX_ROLE_BAD : DX_ROLE_SERIES_1);
    }
    return row;
}

static int draw_line(struct dx_canvas *canvas, int row, const char *label, const char *text)
{
    if (!*text || row >= dx_canvas_rows(canvas) - 1) /* the last one is the URL's */
        return row;
    (void)dx_put(canvas, row, MARGIN, &dim, label);
    (void)dx_put_fit(
        canvas,
        (struct dx_box){ row, MARGIN + LABEL, 1, dx_canvas_cols(canvas) - 2 * MARGIN - LABEL },
        DX_FIT_LEFT, NULL, text);
    return row + 1;
}

static int draw_attempts(const struct job_detail *job, struct dx_canvas *canvas, int row)
{
    int col = MARGIN + LABEL;

    if (job->attempt_count < 2 || row >= dx_canvas_rows(canvas) - 1)
        return row;
    (void)dx_put(canvas, row, MARGIN, &dim, "attempts");
    for (size_t i = 0; i < job->attempt_count; i++) {
        const struct job_attempt *a = &job->attempts[i];
        struct dx_style number = { .role = a->shown ? DX_ROLE_TEXT : DX_ROLE_DIM,
                                   .attr = a->shown ? DX_BOLD : 0 };
        char text[32];

        (void)snprintf(text, sizeof(text), "%lld", (long long)a->nth);
        col += dx_put(canvas, row, col, &number, text) + 1;
        col += dx_put(canvas, row, col, &(struct dx_style){ .role = a->look.role },
                      dx_glyph(canvas, a->look.glyph)) +
               1;
        col += dx_put(canvas, row, col, &dim, a->look.word);
        col += *a->look.word ? 2 : 1;
    }
    return row + 1;
}

void job_draw(const struct job_detail *job, struct dx_canvas *canvas)
{
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas);
    int last = rows - 1, row;
    int lines = 3 + (job->attempt_count > 1) + (*job->words != '\0') + (*job->tickets != '\0');
    char where[260];

    if (!job->found) {
        (void)dx_put(canvas, 1, MARGIN, &dim, "This job is no longer kept.");
        return;
    }
    row = draw_verdict(job, canvas, 0);
    row += rows > 14; /* blank rows where there is room for them */
    row = draw_times(job, canvas, row);
    row = draw_line(canvas, row, "waits", job->why);
    if (job->step_count > 0) {
        row += rows > 14;
        row = draw_steps(job, canvas, row, last - (rows > 14 ? lines + 1 : 1));
    }
    row += rows > 14;
    (void)snprintf(where, sizeof(where), "%s%s%s", job->runner,
                   *job->runner && *job->pool ? " in " : "", job->pool);
    row = draw_line(canvas, row, "runner", where);
    row = draw_attempts(job, canvas, row);
    row = draw_line(canvas, row, "commit", job->commit);
    row = draw_line(canvas, row, "says", job->words);
    row = draw_line(canvas, row, "tickets", job->tickets);
    (void)suggest_draw(&job->suggestions, canvas, (struct suggest_place){ row, last, LABEL });
    if (*job->url && rows > 4) {
        struct dx_style url = { .role = DX_ROLE_TEXT, .link = job->url };

        (void)dx_put(canvas, last, MARGIN, &(struct dx_style){ .role = DX_ROLE_KEY }, "o");
        (void)dx_put_fit(canvas, (struct dx_box){ last, MARGIN + 2, 1, cols - MARGIN - 3 },
                         DX_FIT_MIDDLE, &url, job->url);
    }
}
