/* metric: the series of its queries and their values, as the store has them. */
#include "metric.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

bool metric_label(const char **at, char name[LABEL_MOST], char value[LABEL_MOST])
{
    const char *p = *at + strspn(*at, "{, ");
    size_t n = strcspn(p, "=}"), v = 0;

    if (p[n] != '=' || p[n + 1] != '"' || n >= LABEL_MOST)
        return false;
    (void)snprintf(name, LABEL_MOST, "%.*s", (int)n, p);
    for (p += n + 2; *p && *p != '"'; p++) {
        if (*p == '\\' && p[1])
            p++;
        if (v + 1 < LABEL_MOST)
            value[v++] = *p;
    }
    value[v] = '\0';
    *at = *p ? p + 1 : p;
    return true;
}

const char *metric_labels(const struct line *line)
{
    return line->whole + strcspn(line->whole, "{");
}

enum { PAIR_MOST = 2 * LABEL_MOST + 4 };

/* A label between line feeds, which none has in it. Returns out. */
static const char *pair_of(char out[PAIR_MOST], const char *name, const char *value)
{
    (void)snprintf(out, PAIR_MOST, "\n%s=%s\n", name, value);
    return out;
}

/* The labels of the first series that all have, for they tell nothing: what is left of them from
 * one series to the next. */
static void find_common(struct metric *p)
{
    char name[LABEL_MOST], value[LABEL_MOST], left[LABEL_MOST], pair[PAIR_MOST];

    p->common[0] = '\0';
    for (size_t i = 0; i < p->count && p->count > 1; i++) {
        const char *at = metric_labels(&p->lines[i]);
        size_t len = 0;

        while (metric_label(&at, name, value)) {
            size_t n = strlen(pair_of(pair, name, value));

            if ((i > 0 && !strstr(p->common, pair)) || len + n >= sizeof(left))
                continue;
            memcpy(left + len, pair, n);
            len += n;
        }
        memcpy(p->common, left, len);
        p->common[len] = '\0';
    }
}

static bool is_wanted(const struct metric *p, const char *name, const char *value)
{
    const char *const *by = p->by.item;
    char pair[PAIR_MOST];

    for (size_t i = 0; i < p->by.count; i++)
        if (strcmp(by[i], name) == 0)
            return true;
    return p->by.count == 0 && !strstr(p->common, pair_of(pair, name, value));
}

/* What was cut is cut before a character, not within one. */
static void end_name(struct line *line, size_t len)
{
    size_t at = NAME_MOST - 1;

    if (len < NAME_MOST)
        return;
    while (at > 0 && ((unsigned char)line->name[at - 1] & 0xC0) == 0x80)
        at--;
    if (at > 0 && (unsigned char)line->name[at - 1] >= 0xC0)
        line->name[at - 1] = '\0';
}

static void name_line(const struct metric *p, struct line *line, bool with_query)
{
    const char *at = metric_labels(line);
    char name[LABEL_MOST], value[LABEL_MOST];
    size_t len = 0;

    line->name[0] = '\0';
    if (with_query)
        len = (size_t)snprintf(line->name, NAME_MOST, "%.*s", (int)(at - line->whole), line->whole);
    while (metric_label(&at, name, value) && len < NAME_MOST - 2)
        if (is_wanted(p, name, value))
            len +=
                (size_t)snprintf(line->name + len, NAME_MOST - len, "%s%s", len ? " " : "", value);
    if (len == 0)
        len = (size_t)snprintf(line->name, NAME_MOST, "%.*s",
                               (int)(metric_labels(line) - line->whole), line->whole);
    end_name(line, len);
}

static bool is_same(const struct line *a, const struct line *b)
{
    return strcmp(a->whole, b->whole) == 0;
}

/* Where several sources are asked the same, whose it is. */
static void name_source(const struct metric *p, struct line *line)
{
    size_t len = strlen(line->name);

    for (size_t i = 0; i < p->count; i++) {
        if (&p->lines[i] == line || !is_same(&p->lines[i], line))
            continue;
        (void)snprintf(line->name + len, NAME_MOST - len, " %s", line->source);
        return;
    }
}

/* ---- the top n ---- */

static void keep_first(struct metric *p, size_t count)
{
    for (size_t i = count; i < p->count; i++)
        free(p->lines[i].whole);
    if (count < p->count)
        p->count = count;
}

static int worst_first(const void *one, const void *other)
{
    const struct line *a = one, *b = other;

    if (isnan(a->now) || isnan(b->now))
        return isnan(a->now) - isnan(b->now);
    if (a->now < b->now)
        return 1;
    return a->now > b->now ? -1 : strcmp(a->name, b->name);
}

static int best_first(const void *one, const void *other)
{
    const struct line *a = one, *b = other;

    if (isnan(a->now) || isnan(b->now))
        return isnan(a->now) - isnan(b->now);
    return -worst_first(one, other);
}

static void cut_to_top(struct metric *p)
{
    size_t most = p->top > 0 && p->top < SERIES_MOST ? (size_t)p->top : SERIES_MOST;

    if (p->count == 0)
        return;
    qsort(p->lines, p->count, sizeof(*p->lines),
          p->worse == WORSE_ABOVE ? worst_first : best_first);
    if (p->count > most) {
        p->left_out += p->count - most;
        keep_first(p, most);
    }
}

static void swap(struct line *a, struct line *b)
{
    struct line line = *a;

    *a = *b;
    *b = line;
}

static void keep_only(struct metric *p, const char *key)
{
    size_t i = 0;

    while (i < p->count && strcmp(p->lines[i].key, key) != 0)
        i++;
    if (i < p->count)
        swap(&p->lines[0], &p->lines[i]);
    keep_first(p, i < p->count ? 1 : 0);
}

/* ---- reading ---- */

/* The worst ones of them, and the one that was opened. */
static void keep_worst(struct metric *p)
{
    size_t first = 0;

    for (size_t i = 0; i < p->count && first == 0; i++) {
        if (strcmp(p->lines[i].key, p->only) == 0) {
            swap(&p->lines[0], &p->lines[i]);
            first = 1;
        }
    }
    qsort(p->lines + first, p->count - first, sizeof(*p->lines),
          p->worse == WORSE_ABOVE ? worst_first : best_first);
    p->left_out += p->count - SERIES_MOST;
    keep_first(p, SERIES_MOST);
}

/* Takes `whole`; NULL: there is no memory. */
static struct line *add_line(struct metric *p, char *whole)
{
    if (p->count == (size_t)2 * SERIES_MOST)
        keep_worst(p);
    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 16;
        struct line *lines = realloc(p->lines, cap * sizeof(*lines));

        if (lines) {
            p->lines = lines;
            p->cap = cap;
        }
    }
    if (!whole || p->count == p->cap) {
        free(whole);
        return NULL;
    }
    struct line *line = &p->lines[p->count++];
    *line =
        (struct line){ .whole = whole, .now = (double)NAN, .min = (double)NAN, .max = (double)NAN };
    return line;
}

/* One before it that another source gave. */
static bool has_twin(const struct metric *p, const struct line *line)
{
    for (const struct line *other = p->lines; other < line; other++)
        if (is_same(other, line))
            return true;
    return false;
}

static char *join(const char *query, const char *labels)
{
    size_t cap = strlen(query) + strlen(labels) + 1;
    char *whole = malloc(cap);

    if (whole)
        (void)snprintf(whole, cap, "%s%s", query, labels);
    return whole;
}

static uint64_t hash_on(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return hash;
}

static void make_key(struct line *line, bool twin)
{
    const char *blank = twin ? " " : "", *source = twin ? line->source : "";
    uint64_t hash = hash_on(hash_on(UINT64_C(14695981039346656037), line->whole), source);
    size_t len = KEY_MOST - 1 - 16;

    if (snprintf(line->key, KEY_MOST, "%s%s%s", line->whole, blank, source) < KEY_MOST)
        return;
    while (((unsigned char)line->key[len] & 0xC0) == 0x80) /* a character stays whole */
        len--;
    (void)snprintf(line->key + len, KEY_MOST - len, "%016llx", (unsigned long long)hash);
}

static void read_series(struct metric *p, const struct dx_view *view, const char *query)
{
    /* What gave no sample within the window is of the past. */
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_SERIES,
                DX_FILTER(.source = p->source, .name = query, .from_ms = p->from_ms));

    while (dx_next(rows)) {
        struct line *line =
            add_line(p, join(dx_text(rows, DX_FIELD_NAME), dx_text(rows, DX_FIELD_LABELS)));

        if (!line) {
            p->left_out++;
            continue;
        }
        (void)snprintf(line->text, sizeof(line->text), "%s", dx_text(rows, DX_FIELD_TEXT));
        line->unit = (enum dx_unit)dx_int(rows, DX_FIELD_UNIT);
        line->now = dx_number(rows, DX_FIELD_VALUE);
        line->at_ms = dx_int(rows, DX_FIELD_AT);
        (void)snprintf(line->source, sizeof(line->source), "%s", dx_text(rows, DX_FIELD_SOURCE));
        make_key(line, has_twin(p, line));
        line->expr_cut = (size_t)snprintf(line->expr, sizeof(line->expr), "%s",
                                          dx_text(rows, DX_FIELD_DEFINITION)) >= sizeof(line->expr);
    }
}

/* Is it of the series that the row is a sample of? */
static bool is_of(const struct line *line, const struct dx_rows *rows)
{
    const char *query = dx_text(rows, DX_FIELD_NAME);
    size_t len = strlen(query);

    return strncmp(line->whole, query, len) == 0 &&
           strcmp(line->whole + len, dx_text(rows, DX_FIELD_KEY)) == 0 &&
           strncmp(line->source, dx_text(rows, DX_FIELD_SOURCE), sizeof(line->source) - 1) == 0;
}

static struct line *line_of(struct metric *p, const struct dx_rows *rows, size_t *hint)
{
    for (size_t i = 0; i < p->count; i++) {
        struct line *line = &p->lines[(*hint + i) % p->count];

        if (is_of(line, rows)) {
            *hint = (*hint + i) % p->count;
            return line;
        }
    }
    return NULL;
}

/* A step that has numbers may end without one. */
static void add_before(struct line *line, double value)
{
    if (isnan(value))
        return;
    line->sum_before += value;
    line->n_before++;
}

/* The window in p->points steps, and the mean of the window before it. */
static void read_points(struct metric *p, const struct dx_view *view, const char *query)
{
    int64_t share = p->window_ms / (int64_t)p->points, step = share > 0 ? share : 1;
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_SAMPLES,
                DX_FILTER(.source = p->source, .name = query, .from_ms = p->from_ms - p->window_ms,
                          .to_ms = p->to_ms, .step_ms = step));
    /* Steps end at multiples of their length: the newest one behind the window's end. */
    int64_t newest = (p->to_ms + step - 1) / step * step;
    size_t hint = 0;

    while (p->count > 0 && dx_next(rows)) {
        int64_t at = dx_int(rows, DX_FIELD_AT);
        double value = dx_number(rows, p->worse == WORSE_ABOVE ? DX_FIELD_MAX : DX_FIELD_MIN);
        struct line *line = line_of(p, rows, &hint);

        if (!line || isnan(value))
            continue;
        if (at <= p->from_ms) {
            add_before(line, dx_number(rows, DX_FIELD_VALUE));
            continue;
        }
        size_t slot = p->points - 1 - (size_t)((newest - at) / step);
        if (slot < p->points)
            line->points[slot] = value;
        line->min = fmin(line->min, dx_number(rows, DX_FIELD_MIN));
        line->max = fmax(line->max, dx_number(rows, DX_FIELD_MAX));
    }
}

/* Where samples are rarer than columns, a step without one is no gap: only
 * where more than three of the usual distances are missing. */
static void bridge(struct metric *p, struct line *line)
{
    size_t seen = 0, last = SIZE_MAX, usual;

    for (size_t i = 0; i < p->points; i++)
        seen += isnan(line->points[i]) ? 0 : 1;
    usual = seen > 0 ? (p->points + seen - 1) / seen : p->points;
    if (usual < 2 && seen + 2 >= p->points)
        usual = 1;
    for (size_t i = 0; i < p->points; i++) {
        if (isnan(line->points[i]))
            continue;
        if (last != SIZE_MAX && i - last <= 3 * usual)
            for (size_t j = last + 1; j < i; j++)
                line->points[j] = line->points[last];
        last = i;
    }
    if (last != SIZE_MAX && !isnan(line->now) && p->points - last <= 3 * usual + 1)
        for (size_t j = last + 1; j < p->points; j++)
            line->points[j] = line->points[last];
}

static void for_queries(struct metric *p, const struct dx_view *view,
                        void (*read)(struct metric *, const struct dx_view *, const char *))
{
    const char *const *queries = p->queries.item;

    for (size_t i = 0; i < p->queries.count; i++)
        read(p, view, queries[i]);
    if (p->queries.count == 0)
        read(p, view, "");
}

static void size_points(struct metric *p, const struct dx_view *view)
{
    size_t wide = (size_t)(dx_view_cols(view) > 10 ? dx_view_cols(view) - 8 : 2);

    p->points = 2 * wide;
    if (p->points > POINTS_MOST)
        p->points = POINTS_MOST;
    p->to_ms = dx_now(view);
    p->from_ms = p->to_ms - p->window_ms;
}

/* For the lines that are left: what is cut needs none. */
static void make_points(struct metric *p)
{
    size_t half = p->count * p->points, count = p->week ? 2 * half : half;
    double *values = realloc(p->values, (count ? count : 1) * sizeof(*values));

    if (!values) {
        p->left_out += p->count;
        keep_first(p, 0);
        return;
    }
    p->values = values;
    for (size_t i = 0; i < count; i++)
        values[i] = (double)NAN;
    for (size_t i = 0; i < p->count; i++) {
        p->lines[i].points = &values[i * p->points];
        p->lines[i].ghost = p->week ? &values[half + i * p->points] : NULL;
    }
}

/* The points of the same lines a week before; by the same code, on a copy. */
static void read_ghosts(struct metric *p, const struct dx_view *before)
{
    struct metric then = *p;

    if (p->count == 0)
        return;
    then.lines = malloc(p->count * sizeof(*then.lines));
    if (!then.lines)
        return;
    memcpy(then.lines, p->lines, p->count * sizeof(*then.lines));
    then.to_ms = dx_now(before);
    then.from_ms = then.to_ms - p->window_ms;
    for (size_t i = 0; i < p->count; i++)
        then.lines[i].points = then.lines[i].ghost;
    for_queries(&then, before, read_points);
    for (size_t i = 0; i < p->count; i++)
        bridge(&then, &then.lines[i]);
    free(then.lines);
}

void metric_read(struct metric *p, const struct dx_view *view)
{
    keep_first(p, 0);
    p->left_out = 0;
    p->week = dx_before(view) != NULL;
    size_points(p, view);
    for_queries(p, view, read_series);
    find_common(p);
    for (size_t i = 0; i < p->count; i++)
        name_line(p, &p->lines[i], p->queries.count != 1);
    for (size_t i = 0; i < p->count; i++)
        name_source(p, &p->lines[i]);
    if (*p->only)
        keep_only(p, p->only);
    else
        cut_to_top(p);
    make_points(p);
    for_queries(p, view, read_points);
    for (size_t i = 0; i < p->count; i++) {
        struct line *line = &p->lines[i];

        line->before = line->n_before > 0 ? line->sum_before / (double)line->n_before : (double)NAN;
        bridge(p, line);
    }
    if (p->week)
        read_ghosts(p, dx_before(view));
}

void metric_free(struct metric *p)
{
    keep_first(p, 0);
    free(p->lines);
    free(p->values);
}
