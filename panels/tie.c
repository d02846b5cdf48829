/* tie: what tickets name, and who names it. */
#include "tie.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_IN_NOTE = 2 };

/* ---- what a ticket names, and how that stands ---- */

static void stand_of_pool(char *out, size_t cap, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_POOLS, DX_FILTER(.key = key));
    int64_t oldest_ms, waiting;
    char span[32];

    (void)snprintf(out, cap, "not used now");
    if (!dx_next(rows))
        return;
    oldest_ms = dx_int(rows, DX_FIELD_OLDEST);
    waiting = dx_int(rows, DX_FIELD_WAITING);
    if (waiting == 0 || oldest_ms == 0)
        (void)snprintf(out, cap, waiting == 0 ? "nothing waits" : "%lld wait", (long long)waiting);
    else
        (void)snprintf(out, cap, "%lld wait, the oldest %s", (long long)waiting,
                       ci_span(span, sizeof(span), (double)(dx_now(view) - oldest_ms) / 1000.));
    if (dx_has(rows, DX_FIELD_ONLINE) && dx_int(rows, DX_FIELD_ONLINE) == 0)
        (void)snprintf(out + strlen(out), cap - strlen(out), ", no runner online");
}

static void stand_of_pipeline(char *out, size_t cap, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_PIPELINES, DX_FILTER(.key = key));

    (void)snprintf(out, cap, "no run in 24 h");
    if (dx_next(rows) && dx_has(rows, DX_FIELD_SUCCESS))
        (void)snprintf(out, cap, "%.1f %% of %lld in 24 h, platform %.1f %%",
                       100. * dx_number(rows, DX_FIELD_SUCCESS),
                       (long long)dx_int(rows, DX_FIELD_N),
                       100. * dx_number(rows, DX_FIELD_PLATFORM));
}

static void stand_of_job(char *out, size_t cap, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_FLAKY, DX_FILTER(.key = key));

    (void)snprintf(out, cap, "flaky");
    if (!dx_next(rows))
        return;
    if (dx_int(rows, DX_FIELD_STATE) == DX_FLAKY_BROKEN)
        (void)snprintf(out, cap, "fails every time");
    else if (dx_has(rows, DX_FIELD_RATE))
        (void)snprintf(out, cap, "flaky %.0f %% of %lld commits",
                       100. * dx_number(rows, DX_FIELD_RATE), (long long)dx_int(rows, DX_FIELD_N));
}

static const struct {
    const char *word;
    void (*stand)(char *out, size_t cap, const struct dx_view *view, const char *key);
} kinds[] = {
    [DX_REF_POOL] = { "pool", stand_of_pool },
    [DX_REF_PIPELINE] = { "pipeline", stand_of_pipeline },
    [DX_REF_PROJECT] = { "project", NULL },
    [DX_REF_JOB] = { "job", stand_of_job },
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

size_t tie_named(const struct dx_view *view, const char *ticket, struct tie_named *out, size_t cap)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_REFS, DX_FILTER(.key = ticket));
    struct ci_prefix prefix = { "" };
    size_t n = 0;

    while (n < cap && dx_next(rows)) {
        int64_t kind = dx_int(rows, DX_FIELD_REF);
        char name[120], job[72] = "", stand[100] = "";

        if (kind <= 0 || kind >= KINDS)
            continue;
        if (n == 0)
            prefix = ci_prefix(view, "");
        if (kind == DX_REF_PIPELINE || kind == DX_REF_JOB)
            (void)ci_pipeline(name, sizeof(name), rows, &prefix);
        else
            (void)ci_copy(name, sizeof(name), dx_text(rows, DX_FIELD_NAME));
        if (kind == DX_REF_JOB)
            (void)ci_copy(job, sizeof(job), dx_text(rows, DX_FIELD_NAME));
        if (kinds[kind].stand)
            kinds[kind].stand(stand, sizeof(stand), view, dx_text(rows, DX_FIELD_KEY));
        out[n].kind = kinds[kind].word;
        (void)snprintf(out[n].text, sizeof(out[n].text), "%s%s%s%s%s%s", name, *job ? " › " : "",
                       job, *stand ? " (" : "", stand, *stand ? ")" : "");
        n++;
    }
    return n;
}

/* ---- the tickets of one thing ---- */

void tie_note(const struct dx_view *view, struct dx_list *list, const char *key, const char *note)
{
    /* without a key they are of all things */
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_REFS, DX_FILTER(.key = *key ? key : "q0"));
    char text[160] = "", name[40];
    size_t len = 0;
    int n = 0;

    for (; dx_next(rows); n++)
        if (n < NAMED_IN_NOTE)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", n > 0 ? ", " : "",
                                    ci_copy(name, sizeof(name), dx_text(rows, DX_FIELD_NAME)));
    if (n > NAMED_IN_NOTE)
        len += (size_t)snprintf(text + len, sizeof(text) - len, " +%d", n - NAMED_IN_NOTE);
    (void)snprintf(text + len, sizeof(text) - len, "%s%.60s", n > 0 && *note ? " · " : "", note);
    dx_note(list, text);
}

/* ---- marks ---- */

enum { MARKS_MOST = 500 };

struct tie_marks {
    struct tie_mark {
        char key[48], text[40];
        bool over; /* its SLA is */
    } * mark;
    size_t count;
};

static void take_mark(struct tie_mark *mark, const struct dx_rows *rows)
{
    int64_t more = dx_int(rows, DX_FIELD_N) - 1;
    char name[24];

    (void)ci_copy(mark->key, sizeof(mark->key), dx_text(rows, DX_FIELD_KEY));
    (void)ci_copy(name, sizeof(name), dx_text(rows, DX_FIELD_NAME));
    (void)snprintf(mark->text, sizeof(mark->text), more > 0 ? "%s +%lld" : "%s", name,
                   (long long)more);
    mark->over = dx_int(rows, DX_FIELD_RISK) == DX_RISK_OVER;
}

struct tie_marks *tie_marks_read(const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_REFS, DX_FILTER(.limit = MARKS_MOST));
    struct tie_marks *marks = NULL;

    while (dx_next(rows)) {
        if (!marks)
            marks = calloc(1, sizeof(*marks));
        if (!marks)
            return NULL;
        if (marks->count % 16 == 0) {
            struct tie_mark *more = realloc(marks->mark, (marks->count + 16) * sizeof(*more));

            if (!more)
                break;
            marks->mark = more;
        }
        take_mark(&marks->mark[marks->count++], rows);
    }
    return marks;
}

void tie_marks_free(struct tie_marks *marks)
{
    if (marks)
        free(marks->mark);
    free(marks);
}

struct dx_cell tie_cell(const struct tie_marks *marks, const char *key)
{
    for (size_t i = 0; marks && i < marks->count; i++)
        if (strcmp(marks->mark[i].key, key) == 0)
            return (struct dx_cell){ .text = marks->mark[i].text,
                                     .role = marks->mark[i].over ? DX_ROLE_BAD : DX_ROLE_DIM };
    return (struct dx_cell){ .text = "" };
}
