/* tie: what tickets name, and who names it. */
#include "tie.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMED_IN_NOTE = 2, FEW = 3, TRIES_MOST = 100, TRIES_DAYS = 14 };

/* ---- what a ticket names, and how that stands ---- */

static double target_of(const struct dx_view *view, const char *kpi, double usual)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_KPIS, DX_FILTER(.key = kpi));
    double target = dx_next(rows) ? dx_number(rows, DX_FIELD_TARGET) : (double)NAN;

    return isnan(target) ? usual : target;
}

static void stand_of_pool(struct tie_named *out, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_POOLS, DX_FILTER(.key = key));
    const size_t cap = sizeof(out->stand);
    double goal = target_of(view, "queue_p95", 300.), oldest = 0., p95;
    int64_t oldest_ms, waiting;
    char span[32];
    bool none;

    (void)snprintf(out->stand, cap, "not used now");
    if (!dx_next(rows))
        return;
    oldest_ms = dx_int(rows, DX_FIELD_OLDEST);
    waiting = dx_int(rows, DX_FIELD_WAITING);
    none = dx_has(rows, DX_FIELD_ONLINE) && dx_int(rows, DX_FIELD_ONLINE) == 0;
    p95 = ci_seconds(rows, DX_FIELD_P95);
    if (waiting > 0 && oldest_ms > 0)
        oldest = (double)(dx_now(view) - oldest_ms) / 1000.;
    if (!dx_has(rows, DX_FIELD_WAITING))
        (void)snprintf(out->stand, cap, "nobody knows what waits");
    else if (waiting == 0 || oldest_ms == 0)
        (void)snprintf(out->stand, cap, waiting == 0 ? "nothing waits" : "%lld wait",
                       (long long)waiting);
    else
        (void)snprintf(out->stand, cap, "%lld wait, the oldest %s", (long long)waiting,
                       ci_span(span, sizeof(span), oldest));
    if (none)
        (void)snprintf(out->stand + strlen(out->stand), cap - strlen(out->stand),
                       ", no runner online");
    else if (p95 > goal)
        (void)snprintf(out->stand + strlen(out->stand), cap - strlen(out->stand), ", p95 %s",
                       ci_span(span, sizeof(span), p95));
    if (oldest > 2. * goal || p95 > goal)
        out->role = DX_ROLE_BAD;
    else if (oldest > goal || (none && waiting > 0))
        out->role = DX_ROLE_WARN;
}

static void stand_of_pipeline(struct tie_named *out, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_PIPELINES, DX_FILTER(.key = key));
    double goal = target_of(view, "platform_success", 0.98), platform, low;
    const char *strip, *last;
    char all[64], ours[128];
    int64_t n;

    (void)snprintf(out->stand, sizeof(out->stand), "no run in 24 h");
    if (!dx_next(rows) || !dx_has(rows, DX_FIELD_SUCCESS))
        return;
    n = dx_int(rows, DX_FIELD_N);
    platform = dx_number(rows, DX_FIELD_PLATFORM);
    low = dx_number(rows, DX_FIELD_PLATFORM_LOW);
    strip = dx_text(rows, DX_FIELD_STRIP);
    last = *strip ? strip + strlen(strip) - 1 : "-";
    (void)dx_format(all, sizeof(all), DX_UNIT_RATIO, dx_number(rows, DX_FIELD_SUCCESS));
    if (platform - low >= 0.0005) /* NaN: it is not */
        (void)ci_share_range(ours, sizeof(ours), low, platform);
    else
        (void)dx_format(ours, sizeof(ours), DX_UNIT_RATIO, platform);
    (void)snprintf(out->stand, sizeof(out->stand), "%.30s of %lld in 24 h, platform %.30s%s", all,
                   (long long)n, ours, strchr("cpu", *last) ? ", the last run failed" : "");
    if (platform < goal && llround((1. - platform) * (double)n) >= FEW)
        out->role = DX_ROLE_WARN;
}

struct tries { /* of a job: those that passed or failed, the latest first */
    int n, failed;
    bool last_failed;
};

static struct tries read_tries(const struct dx_view *view, const char *key)
{
    int64_t from_ms = dx_now(view) - TRIES_DAYS * CI_DAY_MS;
    struct dx_rows *rows = dx_rows(view, DX_QUERY_JOBS,
                                   DX_FILTER(.key = key, .from_ms = from_ms, .limit = TRIES_MOST));
    struct tries tries = { .n = 0 };

    while (dx_next(rows)) {
        int64_t result = dx_int(rows, DX_FIELD_RESULT);
        bool failed = result == DX_RESULT_FAILURE;

        if (!failed && result != DX_RESULT_SUCCESS)
            continue;
        tries.last_failed = tries.n == 0 ? failed : tries.last_failed;
        tries.failed += failed;
        tries.n++;
    }
    return tries;
}

/* Numbers of flaky ones are of now: of the past only its tries tell. */
static void stand_of_job(struct tie_named *out, const struct dx_view *view, const char *key)
{
    struct tries tries = read_tries(view, key);
    struct dx_rows *rows = dx_rows(view, DX_QUERY_FLAKY, DX_FILTER(.key = key));
    char share[32];
    bool known = dx_next(rows) && dx_int(rows, DX_FIELD_LAST_SEEN) <= dx_now(view);

    if (known && dx_int(rows, DX_FIELD_STATE) == DX_FLAKY_BROKEN)
        (void)snprintf(out->stand, sizeof(out->stand), "fails every time");
    else if (known && dx_has(rows, DX_FIELD_RATE))
        (void)snprintf(out->stand, sizeof(out->stand), "flaky %s of %lld commits",
                       ci_share_brief(share, sizeof(share), dx_number(rows, DX_FIELD_RATE)),
                       (long long)dx_int(rows, DX_FIELD_N));
    else if (tries.failed > 0 && tries.n == 1)
        (void)snprintf(out->stand, sizeof(out->stand), "failed its only run");
    else if (tries.failed > 0)
        (void)snprintf(out->stand, sizeof(out->stand), "failed %d of its last %d times%s",
                       tries.failed, tries.n,
                       tries.last_failed && tries.failed < tries.n ? ", the last one too" : "");
    else
        (void)snprintf(out->stand, sizeof(out->stand), tries.n > 0 ? "passes" : "not run lately");
    if (tries.last_failed)
        out->role = DX_ROLE_WARN;
}

static const struct {
    const char *word;
    void (*stand)(struct tie_named *out, const struct dx_view *view, const char *key);
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

    while (dx_next(rows)) {
        int64_t kind = dx_int(rows, DX_FIELD_REF);
        char name[120], job[72] = "";
        struct tie_named *one = &out[n < cap ? n : 0];

        if (kind <= 0 || kind >= KINDS || n++ >= cap)
            continue;
        if (n == 1)
            prefix = ci_prefix(view, "");
        if (kind == DX_REF_PIPELINE || kind == DX_REF_JOB)
            (void)ci_pipeline(name, sizeof(name), rows, &prefix);
        else
            (void)ci_copy(name, sizeof(name), dx_text(rows, DX_FIELD_NAME));
        if (kind == DX_REF_JOB)
            (void)ci_copy(job, sizeof(job), dx_text(rows, DX_FIELD_NAME));
        *one = (struct tie_named){ .kind = kinds[kind].word, .role = DX_ROLE_DIM };
        (void)snprintf(one->name, sizeof(one->name), "%s%s%s", name, *job ? " › " : "", job);
        if (kinds[kind].stand)
            kinds[kind].stand(one, view, dx_text(rows, DX_FIELD_KEY));
    }
    return n;
}

/* ---- the tickets of one thing ---- */

int tie_names(const struct dx_view *view, const char *key, char *out, size_t cap)
{
    /* without a key they are of all things */
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_REFS, DX_FILTER(.key = *key ? key : "q0"));
    char name[40];
    size_t len = 0;
    int n = 0;

    out[0] = '\0';
    for (; dx_next(rows); n++)
        if (n < NAMED_IN_NOTE && len < cap)
            len += (size_t)snprintf(out + len, cap - len, "%s%s", n > 0 ? ", " : "",
                                    ci_copy(name, sizeof(name), dx_text(rows, DX_FIELD_NAME)));
    if (n > NAMED_IN_NOTE && len < cap)
        (void)snprintf(out + len, cap - len, " +%d", n - NAMED_IN_NOTE);
    return n;
}

void tie_note(const struct dx_view *view, struct dx_list *list, const char *key, const char *note)
{
    char names[100], text[180];
    int n = tie_names(view, key, names, sizeof(names));

    (void)snprintf(text, sizeof(text), "%s%s%.60s", names, n > 0 && *note ? " · " : "", note);
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
