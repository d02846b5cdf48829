/* pipelines_read: the rows of the pipelines panel, the loudest first. */
#include "pipelines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void pipelines_drop(struct pipelines *p)
{
    for (size_t i = 0; i < p->count; i++)
        free(p->rows[i].url);
    free(p->days);
    p->days = NULL;
    p->count = 0;
}

static struct pipeline *new_row(struct pipelines *p)
{
    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 32;
        struct pipeline *rows = realloc(p->rows, cap * sizeof(*rows));

        if (!rows)
            return NULL;
        p->rows = rows;
        p->cap = cap;
    }
    p->rows[p->count] = (struct pipeline){ .nth = p->count };
    return &p->rows[p->count++];
}

/* By what is known of the platform's failures; one or two of them are not loud.
 * Where only the unknown ones would break the goal, nobody can say. */
static void judge(const struct pipelines *p, struct pipeline *row)
{
    int64_t lost = llround((1. - row->platform) * (double)row->n);

    row->role = DX_ROLE_TEXT;
    row->rank = 3;
    if (row->platform < p->bad && lost >= FEW) {
        row->role = DX_ROLE_BAD;
        row->rank = 0;
    } else if (row->platform < p->warn) {
        row->role = DX_ROLE_WARN;
        row->rank = 1;
    } else if (row->platform_low < p->bad) {
        row->rank = 2;
    }
}

static void take(struct pipelines *p, struct pipeline *row, const struct dx_rows *rows,
                 const struct ci_prefix *prefix)
{
    (void)ci_copy(row->key, sizeof(row->key), dx_text(rows, DX_FIELD_KEY));
    row->url = ci_keep(dx_text(rows, DX_FIELD_URL));
    (void)ci_copy(row->strip, sizeof(row->strip), dx_text(rows, DX_FIELD_STRIP));
    (void)ci_pipeline(row->name, sizeof(row->name), rows, prefix);
    row->n = dx_int(rows, DX_FIELD_N);
    row->known = dx_has(rows, DX_FIELD_N);
    row->failed = dx_int(rows, DX_FIELD_FAILED);
    row->unknown = dx_int(rows, DX_FIELD_UNKNOWN);
    row->left_out = dx_int(rows, DX_FIELD_LEFT_OUT);
    row->running = dx_int(rows, DX_FIELD_RUNNING);
    row->slower = dx_int(rows, DX_FIELD_SLOWER);
    row->worse = dx_int(rows, DX_FIELD_WORSE);
    row->success = dx_number(rows, DX_FIELD_SUCCESS);
    row->first = dx_number(rows, DX_FIELD_FIRST);
    row->platform = dx_number(rows, DX_FIELD_PLATFORM);
    row->platform_low = dx_number(rows, DX_FIELD_PLATFORM_LOW);
    row->low = dx_number(rows, DX_FIELD_LOW);
    row->high = dx_number(rows, DX_FIELD_HIGH);
    row->p50 = ci_seconds(rows, DX_FIELD_P50);
    row->p90 = ci_seconds(rows, DX_FIELD_P90);
    row->before = ci_seconds(rows, DX_FIELD_BEFORE);
    /* What runs now is the newest there is, so that it stands at the strip's end. */
    for (int64_t i = 0; i < row->running && i < 2; i++) {
        size_t len = strlen(row->strip);

        if (len >= STRIP_MOST)
            memmove(row->strip, row->strip + 1, len--);
        row->strip[len] = DX_MARK_RUNNING;
        row->strip[len + 1] = '\0';
    }
    judge(p, row);
}

static int by_rank(const void *one, const void *other)
{
    const struct pipeline *a = one, *b = other;

    if (a->rank != b->rank)
        return a->rank - b->rank;
    if (a->rank < 2 && (a->platform < b->platform || a->platform > b->platform))
        return a->platform < b->platform ? -1 : 1;
    return a->nth < b->nth ? -1 : a->nth > b->nth;
}

const struct pipeline *pipelines_find(const struct pipelines *p, const char *key)
{
    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->rows[i].key, key) == 0)
            return &p->rows[i];
    return NULL;
}

static void take_days(struct pipelines *p, const struct dx_view *view, const char *key, bool ghost)
{
    /* Rows are of days of the clock: the last slot is the one that is not over yet. The week
     * before is looked at in steps, and may stand in another one. */
    int64_t end_ms = (p->now_ms + CI_DAY_MS - 1) / CI_DAY_MS * CI_DAY_MS;
    int64_t from_ms = end_ms - DAYS * CI_DAY_MS - (ghost ? 7 * CI_DAY_MS : 0);
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_PIPELINE_DAYS, DX_FILTER(.key = key, .from_ms = from_ms));

    while (dx_next(rows)) {
        const struct pipeline *row = pipelines_find(p, dx_text(rows, DX_FIELD_KEY));
        int64_t day = (dx_int(rows, DX_FIELD_AT) - from_ms) / CI_DAY_MS - 1;

        if (!row || day < 0 || day >= DAYS)
            continue;
        if (ghost) {
            p->days[row->nth].ghost[day] = ci_seconds(rows, DX_FIELD_P50);
            continue;
        }
        p->days[row->nth].p50[day] = ci_seconds(rows, DX_FIELD_P50);
        p->days[row->nth].p90[day] = ci_seconds(rows, DX_FIELD_P90);
    }
}

static void read_days(struct pipelines *p, const struct dx_view *view, const char *key)
{
    p->days = malloc((p->count + 1) * sizeof(*p->days));
    if (!p->days)
        return;
    for (size_t i = 0; i < p->count; i++)
        for (int day = 0; day < DAYS; day++)
            p->days[i].p50[day] = p->days[i].p90[day] = p->days[i].ghost[day] = (double)NAN;
    take_days(p, view, key, false);
    p->week = dx_before(view) != NULL;
    if (p->week)
        take_days(p, dx_before(view), key, true);
}

void pipelines_read(struct pipelines *p, const struct dx_view *view, const char *key)
{
    struct ci_prefix prefix = ci_prefix(view, p->source);
    struct dx_rows *rows = dx_rows(view, DX_QUERY_PIPELINES,
                                   DX_FILTER(.source = p->source, .window_ms = p->window_ms,
                                             .key = key, .parts = p->part != CI_PART_ALL));
    struct pipeline *row;

    pipelines_drop(p);
    while (dx_next(rows)) {
        if (strcmp(dx_text(rows, DX_FIELD_NAME), ci_parts[p->part]) != 0)
            continue;
        row = new_row(p);
        if (!row)
            break;
        take(p, row, rows, &prefix);
    }
    if (*key || dx_rows_under(view, p->count) > 0) /* else no graph has room */
        read_days(p, view, key);
    if (p->count > 1)
        qsort(p->rows, p->count, sizeof(*p->rows), by_rank);
}
