/* alert: one alert whole. */
#include "alert.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "words.h"

#define WEEK_MS INT64_C(604800000)

enum { MARGIN = 1, LABEL_MOST = 16 };

struct alert_look alert_look(int64_t state, int64_t severity)
{
    switch (state) {
    case DX_ALERT_PENDING:
        return (struct alert_look){ DX_GLYPH_RUNNING, DX_ROLE_BUSY, "pending", false };
    case DX_ALERT_SILENCED:
        return (struct alert_look){ DX_GLYPH_DOT, DX_ROLE_DIM, "silenced", true };
    case DX_ALERT_INHIBITED:
        return (struct alert_look){ DX_GLYPH_DOT, DX_ROLE_DIM, "inhibited", true };
    case DX_ALERT_RESOLVED:
        return (struct alert_look){ DX_GLYPH_GOOD, DX_ROLE_GOOD, "resolved", true };
    case DX_ALERT_STALE:
        return (struct alert_look){ DX_GLYPH_LOST, DX_ROLE_STALE, "stale", false };
    default:
        break;
    }
    if (severity >= DX_SEVERITY_CRITICAL)
        return (struct alert_look){ DX_GLYPH_BAD, DX_ROLE_BAD, "critical", false };
    if (severity == DX_SEVERITY_WARNING)
        return (struct alert_look){ DX_GLYPH_WARN, DX_ROLE_WARN, "warning", false };
    return (struct alert_look){ DX_GLYPH_DOT, DX_ROLE_TEXT,
                                severity == DX_SEVERITY_INFO ? "info" : "unknown", false };
}

/* ---- reading ---- */

/* Since when it fires, where that is known; how long it was to come is another matter. */
static int64_t since_of(const struct dx_rows *rows)
{
    return dx_int(rows, dx_has(rows, DX_FIELD_STARTED) ? DX_FIELD_STARTED : DX_FIELD_SINCE);
}

static void take(struct alert *a, const struct dx_rows *rows)
{
    a->found = true;
    a->stale = dx_int(rows, DX_FIELD_STATE) == DX_ALERT_STALE;
    a->look = alert_look(dx_int(rows, DX_FIELD_STATE), dx_int(rows, DX_FIELD_SEVERITY));
    a->since_ms = since_of(rows);
    a->ended_ms = dx_int(rows, DX_FIELD_ENDED);
    a->seen_ms = dx_int(rows, DX_FIELD_SEEN);
    a->snoozed_ms = dx_int(rows, DX_FIELD_NEXT);
    (void)snprintf(a->name, sizeof(a->name), "%s", dx_text(rows, DX_FIELD_NAME));
    (void)snprintf(a->summary, sizeof(a->summary), "%s", dx_text(rows, DX_FIELD_SUMMARY));
    (void)snprintf(a->labels, sizeof(a->labels), "%s", dx_text(rows, DX_FIELD_LABELS));
    (void)snprintf(a->muted_by, sizeof(a->muted_by), "%s", dx_text(rows, DX_FIELD_MUTED_BY));
    (void)snprintf(a->source, sizeof(a->source), "%s", dx_text(rows, DX_FIELD_SOURCE));
    (void)snprintf(a->owner, sizeof(a->owner), "%s", dx_text(rows, DX_FIELD_ASSIGNEE));
    (void)snprintf(a->note, sizeof(a->note), "%s", dx_text(rows, DX_FIELD_TEXT));
    (void)snprintf(a->url, sizeof(a->url), "%s", dx_text(rows, DX_FIELD_URL));
}

/* Keys are "source/key/since": the same alert at another time differs in the last part alone. */
static bool is_same(const char *a_key, const char *b_key)
{
    const char *a = strrchr(a_key, '/'), *b = strrchr(b_key, '/');

    return a && b && a - a_key == b - b_key && strncmp(a_key, b_key, (size_t)(a - a_key)) == 0;
}

/* In their order; of many the latest. */
static void keep_time(struct alert *a, struct alert_time time)
{
    size_t to = a->time_count;

    a->times++;
    if (to < ALERT_TIMES)
        a->time_count++;
    else if (a->time[--to].since_ms >= time.since_ms)
        return;
    for (; to > 0 && a->time[to - 1].since_ms < time.since_ms; to--)
        a->time[to] = a->time[to - 1];
    a->time[to] = time;
}

void alert_read(struct alert *a, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_ALERTS, DX_FILTER(.from_ms = dx_now(view) - WEEK_MS));

    *a = (struct alert){ .now_ms = dx_now(view) };
    (void)snprintf(a->key, sizeof(a->key), "%s", key);
    while (dx_next(rows)) {
        const char *other = dx_text(rows, DX_FIELD_KEY);

        if (strcmp(other, key) == 0)
            take(a, rows);
        else if (is_same(other, key))
            keep_time(a, (struct alert_time){ since_of(rows), dx_int(rows, DX_FIELD_ENDED) });
    }
}

/* ---- painting ---- */

static const struct dx_style dim = { .role = DX_ROLE_DIM };

int alert_labels(struct dx_canvas *canvas, int row, const char *labels)
{
    int cols = dx_canvas_cols(canvas) - 2 * MARGIN;
    int wide = cols / 3 < LABEL_MOST ? cols / 3 : LABEL_MOST;

    for (const char *p = labels + (*labels == '{'); *p && *p != '}';) {
        char name[128], value[256];
        size_t n = strcspn(p, "=");

        (void)snprintf(name, sizeof(name), "%.*s", (int)n, p);
        (void)dx_label(value, sizeof(value), labels, name);
        if (strcmp(name, "alertname") != 0 && strcmp(name, "severity") != 0) {
            dx_put_fit(canvas, (struct dx_box){ row, MARGIN, 1, wide }, DX_FIT_MIDDLE, &dim, name);
            dx_put_fit(canvas, (struct dx_box){ row++, MARGIN + 1 + wide, 1, cols - wide - 1 },
                       DX_FIT_LEFT, NULL, value);
        }
        for (p += n + (p[n] == '=') + (p[n] == '=' && p[n + 1] == '"'); *p && *p != '"'; p++)
            p += *p == '\\' && p[1];
        p += *p == '"';
        p += strspn(p, ", ");
    }
    return row;
}

/* "Tue 24 Nov 14:32, for 2h10m" */
static void say_time(const struct alert *a, int64_t since_ms, int64_t ended_ms, char *out,
                     size_t cap)
{
    time_t at = (time_t)(since_ms / 1000);
    int64_t end_ms = ended_ms > 0 ? ended_ms : a->stale ? a->seen_ms : a->now_ms;
    char day[64] = "–", span[64];
    const char *how = "up to now";
    struct tm tm;

    if (localtime_r(&at, &tm))
        (void)strftime(day, sizeof(day), "%a %d %b %H:%M", &tm);
    if (ended_ms > 0)
        how = "for";
    else if (a->stale)
        how = "up to then";
    (void)snprintf(
        out, cap, "%s, %s %s", day, how,
        dx_format(span, sizeof(span), DX_UNIT_SECONDS, (double)(end_ms - since_ms) / 1e3));
}

static int put_words(const struct alert *a, struct dx_canvas *canvas, int row)
{
    int cols = dx_canvas_cols(canvas) - 2 * MARGIN, rows = dx_canvas_rows(canvas);
    char text[900], until[64];

    if (*a->owner) {
        (void)snprintf(text, sizeof(text), "claimed by %s%s%s", a->owner, *a->note ? ": " : "",
                       a->note);
        row += dx_put_wrapped(canvas, (struct dx_box){ row, MARGIN, rows - row, cols }, NULL, text);
    }
    if (a->snoozed_ms > 0 || *a->muted_by) {
        (void)snprintf(text, sizeof(text), "%s %s%s%s",
                       a->snoozed_ms > 0 ? "snoozed" : a->look.word,
                       words_until(until, sizeof(until), a->snoozed_ms), *a->muted_by ? " by " : "",
                       a->muted_by);
        row += dx_put_wrapped(canvas, (struct dx_box){ row, MARGIN, rows - row, cols }, NULL, text);
    }
    return row;
}

static int put_times(const struct alert *a, struct dx_canvas *canvas, int row)
{
    int cols = dx_canvas_cols(canvas) - 2 * MARGIN, rows = dx_canvas_rows(canvas);
    char text[160];

    for (size_t i = 0; i < a->time_count && row < rows; i++, row++) {
        say_time(a, a->time[i].since_ms, a->time[i].ended_ms, text, sizeof(text));
        if (i == 0)
            (void)dx_put(canvas, row, MARGIN, &dim, "before");
        (void)dx_put_fit(canvas, (struct dx_box){ row, MARGIN + 8, 1, cols - 8 }, DX_FIT_LEFT, NULL,
                         text);
    }
    if (a->times > a->time_count && row < rows) {
        (void)snprintf(text, sizeof(text), "and %zu more times in 7 d", a->times - a->time_count);
        (void)dx_put_fit(canvas, (struct dx_box){ row++, MARGIN + 8, 1, cols - 8 }, DX_FIT_LEFT,
                         &dim, text);
    }
    return row;
}

void alert_draw(const struct alert *a, struct dx_canvas *canvas)
{
    const struct dx_style name = { .role = DX_ROLE_TITLE, .attr = DX_BOLD };
    const struct dx_style state = { .role = a->look.role };
    int cols = dx_canvas_cols(canvas) - 2 * MARGIN, rows = dx_canvas_rows(canvas), row = 0;
    int col = MARGIN;
    char text[160];

    if (!a->found) {
        (void)dx_put(canvas, 1, MARGIN, &dim, "It is no longer kept.");
        return;
    }
    col += dx_put(canvas, row, col, &state, dx_glyph(canvas, a->look.glyph)) + 1;
    col += dx_put(canvas, row, col, &name, a->name) + 2;
    (void)dx_put(canvas, row++, col, &state,
                 a->stale ? words_unseen(text, sizeof(text), a->source, a->seen_ms, a->now_ms)
                          : a->look.word);
    row +=
        dx_put_wrapped(canvas, (struct dx_box){ row, MARGIN, rows - row, cols }, NULL, a->summary);
    say_time(a, a->since_ms, a->ended_ms, text, sizeof(text));
    (void)dx_put(canvas, row, MARGIN, &dim, "since");
    (void)dx_put_fit(canvas, (struct dx_box){ row++, MARGIN + 8, 1, cols - 8 }, DX_FIT_LEFT, NULL,
                     text);
    row = put_times(a, canvas, row);
    row = put_words(a, canvas, row);
    row = alert_labels(canvas, row + 1, a->labels);
    (void)dx_put(canvas, row, MARGIN, &dim, a->source);
    (void)dx_put_fit(
        canvas, (struct dx_box){ row, MARGIN + 1 + dx_width(a->source), 1, cols - 12 }, DX_FIT_LEFT,
        &(struct dx_style){ .role = DX_ROLE_TEXT, .link = *a->url ? a->url : NULL }, a->url);
}
