/* told: one thing that happened, whole. */
#include "told.h"

#include <stdio.h>
#include <string.h>

enum { MARGIN = 1 };

enum dx_glyph told_level(int64_t level, enum dx_role *role)
{
    *role = level >= DX_LOG_ERROR ? DX_ROLE_BAD : level == DX_LOG_WARN ? DX_ROLE_WARN : DX_ROLE_DIM;
    return level >= DX_LOG_ERROR  ? DX_GLYPH_BAD
           : level == DX_LOG_WARN ? DX_GLYPH_WARN
                                  : DX_GLYPH_DOT;
}

/* ---- reading ---- */

/* The text without its "(×3)", which a line of its own says in words. */
static void take_text(struct told *t, const char *text)
{
    char times[40];
    size_t len;

    (void)snprintf(t->text, sizeof(t->text), "%s", text);
    (void)snprintf(times, sizeof(times), " (×%lld)", (long long)t->n);
    len = strlen(t->text);
    if (t->n > 1 && len > strlen(times) && strcmp(t->text + len - strlen(times), times) == 0)
        t->text[len - strlen(times)] = '\0';
}

void told_line(struct told *t, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_LOG, DX_FILTER(.key = key));

    *t = (struct told){ .now_ms = dx_now(view) };
    if (!*key || !dx_next(rows))
        return;
    t->found = true;
    t->first_ms = dx_int(rows, DX_FIELD_SINCE);
    t->last_ms = dx_int(rows, DX_FIELD_AT);
    t->n = dx_int(rows, DX_FIELD_N);
    t->glyph = told_level(dx_int(rows, DX_FIELD_LEVEL), &t->role);
    take_text(t, dx_text(rows, DX_FIELD_TEXT));
    facts_read(&t->source, view, dx_text(rows, DX_FIELD_SOURCE));
}

void told_polls(struct told *t, const struct dx_view *view, const char *source, int64_t at_ms)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_POLLS, DX_FILTER(.source = source));
    int64_t state;

    *t = (struct told){ .now_ms = dx_now(view) };
    while (!t->found && dx_next(rows))
        t->found = dx_int(rows, DX_FIELD_AT) == at_ms;
    if (!t->found)
        return;
    state = dx_int(rows, DX_FIELD_STATE);
    t->first_ms = at_ms;
    t->last_ms = dx_int(rows, DX_FIELD_SEEN);
    t->glyph = facts_looks[state >= 0 && state <= DX_SOURCE_STOPPED ? state : 0].glyph;
    t->role = facts_looks[state >= 0 && state <= DX_SOURCE_STOPPED ? state : 0].role;
    (void)facts_words(rows, &facts_looks[state >= 0 && state <= DX_SOURCE_STOPPED ? state : 0],
                      t->text, sizeof(t->text));
    facts_read(&t->source, view, source);
}

/* ---- painting ---- */

/* "14:32:07", "14:32:07 to 15:10:12, 3 times" */
static void say_when(const struct told *t, char *out, size_t cap)
{
    char first[40], last[40], times[40] = "";

    if (t->n > 1)
        (void)snprintf(times, sizeof(times), ", %lld times", (long long)t->n);
    (void)facts_moment(first, sizeof(first), t->first_ms, t->now_ms);
    if (t->last_ms / 1000 == t->first_ms / 1000)
        (void)snprintf(out, cap, "%s%s", first, times);
    else
        (void)snprintf(out, cap, "%s to %s%s", first,
                       facts_moment(last, sizeof(last), t->last_ms, t->now_ms), times);
}

void told_draw(const struct told *t, struct dx_canvas *canvas)
{
    const struct dx_style dim = { .role = DX_ROLE_DIM }, light = { .role = t->role };
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas) - 2 * MARGIN, row = 0, col;
    char when[120];

    if (!t->found) {
        (void)dx_put(canvas, 1, MARGIN, &dim, "It is no longer kept.");
        return;
    }
    say_when(t, when, sizeof(when));
    col = MARGIN + dx_put(canvas, row, MARGIN, &light, dx_glyph(canvas, t->glyph)) + 1;
    (void)dx_put_fit(canvas, (struct dx_box){ row++, col, 1, cols - 2 }, DX_FIT_LEFT, &dim, when);
    row += dx_put_wrapped(canvas, (struct dx_box){ row, MARGIN, rows - row, cols }, NULL, t->text);
    (void)facts_draw(&t->source, canvas, row + 1);
}
