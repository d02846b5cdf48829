/* changes_read: what changed against the week before. */
#include "changes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of fewer a p95 is hardly more than the longest wait, and a rate moves by whole points. */
enum { WAITS_LEAST = 20, RUNS_LEAST = 10, COMMITS_LEAST = 5 };
static const double SPAN_LEAST_S = 5., SPAN_SHARE = .05, RATE_LEAST = .005;

const char *const changes_what[OF_COUNT] = { [OF_QUEUE] = "queue p95",
                                             [OF_PLATFORM] = "platform",
                                             [OF_MEDIAN] = "median",
                                             [OF_FLAKY] = "flaky" };

enum dx_unit changes_unit(enum change_of of)
{
    return of == OF_QUEUE || of == OF_MEDIAN ? DX_UNIT_SECONDS : DX_UNIT_RATIO;
}

static bool is_floor(enum change_of of)
{
    return of == OF_PLATFORM;
}

bool changes_is_worse(const struct changed *row)
{
    return is_floor(row->of) ? row->now < row->then : row->now > row->then;
}

/* ---- reading ---- */

/* The goals of the whole: who breaks them is seen at once. */
static void read_goals(struct changes *p, const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_KPIS, NULL);

    for (int i = 0; i < OF_COUNT; i++)
        p->goal[i] = p->bad[i] = (double)NAN;
    p->goal[OF_FLAKY] = p->flaky;
    while (dx_next(rows)) {
        const char *id = dx_text(rows, DX_FIELD_KEY);
        enum change_of of = strcmp(id, "queue_p95") == 0          ? OF_QUEUE
                            : strcmp(id, "platform_success") == 0 ? OF_PLATFORM
                                                                  : OF_COUNT;

        if (of == OF_COUNT)
            continue;
        p->goal[of] = dx_number(rows, DX_FIELD_TARGET);
        p->bad[of] = dx_number(rows, DX_FIELD_TARGET_BAD);
    }
}

static void key_of(char out[34], enum change_of of, const struct dx_rows *rows)
{
    (void)snprintf(out, 34, "%d%.32s", (int)of, dx_text(rows, DX_FIELD_KEY));
}

static struct changed *find(struct changes *p, const char *key)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->rows[i].key, key) == 0)
            return &p->rows[i];
    return NULL;
}

struct taken { /* one number of a row of a query */
    enum change_of of;
    const char *name;
    double value;
    int64_t n;
};

/* Now it is a row; then it is what that row was. */
static void take(struct changes *p, const struct dx_rows *rows, const struct taken *t, bool then)
{
    struct changed *row;
    char key[34];

    key_of(key, t->of, rows);
    if (then) {
        row = find(p, key);
        if (row) {
            row->then = t->value;
            row->n_then = t->n;
        }
        return;
    }
    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        struct changed *more = realloc(p->rows, cap * sizeof(*more));

        if (!more)
            return;
        p->rows = more;
        p->cap = cap;
    }
    row = &p->rows[p->count++];
    *row = (struct changed){ .of = t->of, .now = t->value, .then = (double)NAN, .n = t->n };
    (void)snprintf(row->key, sizeof(row->key), "%s", key);
    (void)ci_copy(row->name, sizeof(row->name), t->name);
    (void)ci_copy(row->url, sizeof(row->url), dx_text(rows, DX_FIELD_URL));
}

static void read_pools(struct changes *p, const struct dx_view *view, bool then)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_POOLS, DX_FILTER(.window_ms = p->window_ms));

    while (dx_next(rows)) {
        char name[CHANGES_NAME];

        (void)snprintf(name, sizeof(name), "%.80s · %.60s", dx_text(rows, DX_FIELD_NAME),
                       dx_text(rows, DX_FIELD_SOURCE));
        take(p, rows,
             &(struct taken){ OF_QUEUE, name, ci_seconds(rows, DX_FIELD_P95),
                              dx_int(rows, DX_FIELD_N) },
             then);
    }
}

static void read_pipelines(struct changes *p, const struct dx_view *view, bool then)
{
    struct ci_prefix prefix = ci_prefix(view, NULL);
    struct dx_rows *rows = dx_rows(view, DX_QUERY_PIPELINES, DX_FILTER(.window_ms = p->window_ms));

    while (dx_next(rows)) {
        char name[CHANGES_NAME];

        if (strcmp(dx_text(rows, DX_FIELD_NAME), ci_parts[CI_PART_ALL]) != 0)
            continue;
        (void)ci_pipeline(name, sizeof(name), rows, &prefix);
        take(p, rows,
             &(struct taken){ OF_PLATFORM, name, dx_number(rows, DX_FIELD_PLATFORM),
                              dx_int(rows, DX_FIELD_N) },
             then);
        take(p, rows,
             &(struct taken){ OF_MEDIAN, name, ci_seconds(rows, DX_FIELD_P50),
                              dx_int(rows, DX_FIELD_DURATION_N) },
             then);
    }
}

/* Of a commit both failed and passed; what fails always is another matter. */
static void read_flaky(struct changes *p, const struct dx_view *view, bool then)
{
    struct ci_prefix prefix = ci_prefix(view, NULL);
    struct dx_rows *rows = dx_rows(view, DX_QUERY_FLAKY, NULL);

    while (dx_next(rows)) {
        char pipeline[80], name[CHANGES_NAME];

        if (dx_int(rows, DX_FIELD_STATE) != DX_FLAKY_FLAKY)
            continue;
        (void)snprintf(name, sizeof(name), "%.80s (%.60s)",
                       ci_pipeline(pipeline, sizeof(pipeline), rows, &prefix),
                       dx_text(rows, DX_FIELD_NAME));
        take(p, rows,
             &(struct taken){ OF_FLAKY, name, dx_number(rows, DX_FIELD_RATE),
                              dx_int(rows, DX_FIELD_N) },
             then);
    }
}

static void read_moment(struct changes *p, const struct dx_view *view, bool then)
{
    read_pools(p, view, then);
    read_pipelines(p, view, then);
    read_flaky(p, view, then);
}

/* ---- what counts ---- */

static double times_of(const struct changed *row)
{
    double now = row->now, then = row->then, least = 1.; /* a second */

    if (is_floor(row->of)) {
        now = 1. - now;
        then = 1. - then;
    }
    if (changes_unit(row->of) ==
        DX_UNIT_RATIO) /* where nothing failed, one is taken for what did */
        least = 1. / (double)(row->n > row->n_then ? row->n : row->n_then);
    now = fmax(now, least);
    then = fmax(then, least);
    return now > then ? now / then : then / now;
}

static bool counts(const struct changed *row)
{
    static const int64_t least[OF_COUNT] = { [OF_QUEUE] = WAITS_LEAST,
                                             [OF_PLATFORM] = RUNS_LEAST,
                                             [OF_MEDIAN] = RUNS_LEAST,
                                             [OF_FLAKY] = COMMITS_LEAST };
    double by = fabs(row->now - row->then);

    if (isnan(by) || row->n < least[row->of] || row->n_then < least[row->of])
        return false;
    if (changes_unit(row->of) == DX_UNIT_SECONDS)
        return by >= SPAN_LEAST_S && by >= SPAN_SHARE * row->then;
    return by >= RATE_LEAST;
}

static struct ci_look look_of(const struct changes *p, const struct changed *row)
{
    double goal = p->goal[row->of], bad = p->bad[row->of];
    bool floor = is_floor(row->of);

    if (isnan(goal))
        return (struct ci_look){ DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" };
    if (floor ? row->now < bad : row->now > bad)
        return (struct ci_look){ DX_GLYPH_BAD, DX_ROLE_BAD, DX_BOLD, "" };
    return (floor ? row->now < goal : row->now > goal)
               ? (struct ci_look){ DX_GLYPH_WARN, DX_ROLE_WARN, 0, "" }
               : (struct ci_look){ DX_GLYPH_GOOD, DX_ROLE_GOOD, 0, "" };
}

static int rank_of(const struct changed *row)
{
    if (!changes_is_worse(row) || row->look.role == DX_ROLE_GOOD || row->look.role == DX_ROLE_DIM)
        return 2;
    return row->look.role == DX_ROLE_BAD ? 0 : 1;
}

static int by_change(const void *one, const void *other)
{
    const struct changed *a = one, *b = other;
    int first = rank_of(a) - rank_of(b);

    if (first != 0)
        return first;
    return (a->times < b->times) - (a->times > b->times);
}

void changes_read(struct changes *p, const struct dx_view *view)
{
    size_t kept = 0;

    p->count = 0;
    read_goals(p, view);
    read_moment(p, view, false);
    read_moment(p, dx_before(view), true);
    for (size_t i = 0; i < p->count; i++) {
        struct changed *row = &p->rows[i];

        if (!counts(row))
            continue;
        row->times = times_of(row);
        row->look = look_of(p, row);
        p->rows[kept++] = *row;
    }
    p->count = kept;
    if (kept > 1)
        qsort(p->rows, kept, sizeof(*p->rows), by_change);
}
