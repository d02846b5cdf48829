/* suggest: what may help with a ticket or a failed job. */
#include "suggest.h"

#include <stdio.h>
#include <string.h>

#include "ci.h"

enum { LIKE_MOST = 10, CATEGORIES = 10, MARGIN = 1, FOUND_LEAST = 20, CATEGORY_LEAST = 8 };

/* ---- reading ---- */

struct vote {
    char category[SUGGEST_CATEGORY];
    int64_t count;
    double score;
};

static void vote(struct vote votes[CATEGORIES], const char *name, double score)
{
    char category[SUGGEST_CATEGORY]; /* as it is kept: a longer one is the same one too */

    (void)ci_copy(category, sizeof(category), name);
    for (size_t i = 0; *category && i < CATEGORIES; i++) {
        if (votes[i].count > 0 && strcmp(votes[i].category, category) != 0)
            continue;
        (void)ci_copy(votes[i].category, sizeof(votes[i].category), category);
        votes[i].count++;
        votes[i].score += score;
        return;
    }
}

/* The more alike a ticket is, the more its category counts. Likely is one that two
 * tickets have, and that more than half of the likeness speaks for. */
static void elect(struct suggestions *out, const struct vote votes[CATEGORIES])
{
    const struct vote *most = &votes[0];
    double all = 0.;

    for (size_t i = 0; i < CATEGORIES; i++) {
        all += votes[i].score;
        out->of += votes[i].count;
        if (votes[i].score > most->score)
            most = &votes[i];
    }
    if (most->count < 2 || most->score <= all / 2.)
        return;
    (void)ci_copy(out->category, sizeof(out->category), most->category);
    out->votes = most->count;
}

static void take(struct suggestion *out, const struct dx_rows *rows)
{
    (void)ci_copy(out->name, sizeof(out->name), dx_text(rows, DX_FIELD_NAME));
    (void)ci_copy(out->title, sizeof(out->title), dx_text(rows, DX_FIELD_TITLE));
    (void)ci_copy(out->found, sizeof(out->found), dx_text(rows, DX_FIELD_TEXT));
    (void)ci_copy(out->url, sizeof(out->url), dx_text(rows, DX_FIELD_URL));
}

static void read_tickets(struct suggestions *out, const struct dx_view *view, const char *key)
{
    struct vote votes[CATEGORIES] = { { .count = 0 } };
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_SIMILAR, DX_FILTER(.key = key, .limit = LIKE_MOST));

    while (dx_next(rows)) {
        if (out->ticket_count < SUGGEST_MOST)
            take(&out->tickets[out->ticket_count++], rows);
        vote(votes, dx_text(rows, DX_FIELD_CATEGORY), dx_number(rows, DX_FIELD_VALUE));
    }
    elect(out, votes);
}

void suggest_read(struct suggestions *out, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TRIAGE, DX_FILTER(.key = key));

    *out = (struct suggestions){ .votes = 0 };
    (void)dx_typed(view, "accept", out->accept, sizeof(out->accept));
    (void)dx_typed(view, "ignore", out->ignore, sizeof(out->ignore));
    (void)dx_typed(view, "undo", out->undo, sizeof(out->undo));
    if (*key == 't' && dx_next(rows)) {
        out->verdict = (enum dx_verdict)dx_int(rows, DX_FIELD_STATE);
        (void)ci_copy(out->accepted, sizeof(out->accepted), dx_text(rows, DX_FIELD_CATEGORY));
    }
    if (out->verdict == DX_VERDICT_IGNORED)
        return;
    out->looking = *key == 't' && dx_later(view);
    if (*key == 't' && !out->looking)
        read_tickets(out, view, key);
    rows = dx_rows(view, DX_QUERY_RUNBOOKS, DX_FILTER(.key = key, .limit = SUGGEST_MOST));
    while (dx_next(rows) && out->runbook_count < SUGGEST_MOST)
        take(&out->runbooks[out->runbook_count++], rows);
}

/* ---- painting ---- */

static const struct dx_style dim = { .role = DX_ROLE_DIM };

/* The name, the title, and as far as there is room the words that were found. */
static int draw_one(const struct suggestion *s, const char *label, struct dx_canvas *canvas,
                    struct suggest_place at)
{
    struct dx_style name = { .role = DX_ROLE_TEXT, .link = *s->url ? s->url : NULL };
    int cols = dx_canvas_cols(canvas), row = at.row, col = MARGIN + at.label;

    (void)dx_put(canvas, row, MARGIN, &dim, label);
    col += dx_put_fit(canvas, (struct dx_box){ row, col, 1, cols - col - MARGIN }, DX_FIT_MIDDLE,
                      &name, s->name) +
           2;
    if (strcmp(s->title, s->name) != 0)
        col += dx_put_fit(canvas, (struct dx_box){ row, col, 1, cols - col - MARGIN }, DX_FIT_LEFT,
                          NULL, s->title) +
               2;
    if (col < cols - FOUND_LEAST)
        (void)dx_put_fit(canvas, (struct dx_box){ row, col, 1, cols - col - MARGIN }, DX_FIT_LEFT,
                         &dim, s->found);
    return row + 1;
}

/* However long it is, what can be done about it stands behind it. */
static int draw_category(const struct suggestions *s, struct dx_canvas *canvas,
                         struct suggest_place at)
{
    const bool accepted = s->verdict == DX_VERDICT_ACCEPTED;
    const struct dx_style name = { .role = DX_ROLE_TEXT, .attr = accepted ? 0 : DX_BOLD };
    int col = MARGIN + at.label, room = dx_canvas_cols(canvas) - col - MARGIN;
    char text[160];

    if (accepted)
        (void)snprintf(text, sizeof(text), "accepted here; %s undoes it", s->undo);
    else
        (void)snprintf(text, sizeof(text), "%lld of %lld like it; %s accepts, %s ignores",
                       (long long)s->votes, (long long)s->of, s->accept, s->ignore);
    (void)dx_put(canvas, at.row, MARGIN, &dim, accepted ? "category" : "likely");
    if (room > dx_width(text) + 2 + CATEGORY_LEAST)
        room -= dx_width(text) + 2;
    col += dx_put_fit(canvas, (struct dx_box){ at.row, col, 1, room }, DX_FIT_MIDDLE, &name,
                      accepted ? s->accepted : s->category) +
           2;
    (void)dx_put_fit(canvas,
                     (struct dx_box){ at.row, col, 1, dx_canvas_cols(canvas) - col - MARGIN },
                     DX_FIT_LEFT, &dim, text);
    return at.row + 1;
}

static int draw_looking(struct dx_canvas *canvas, struct suggest_place at)
{
    int col = MARGIN + at.label;
    char text[40];

    (void)dx_put(canvas, at.row, MARGIN, &dim, "like it");
    (void)snprintf(text, sizeof(text), "looking for them %s", dx_glyph(canvas, DX_GLYPH_ELLIPSIS));
    (void)dx_put(canvas, at.row, col, &dim, text);
    return at.row + 1;
}

int suggest_draw(const struct suggestions *s, struct dx_canvas *canvas, struct suggest_place at)
{
    char text[80];

    if (s->verdict == DX_VERDICT_IGNORED && at.row < at.end) {
        (void)snprintf(text, sizeof(text), "Suggestions are ignored; %s shows them.", s->undo);
        (void)dx_put(canvas, at.row, MARGIN, &dim, text);
        return at.row + 1;
    }
    if (at.row < at.end && (*s->category || s->verdict == DX_VERDICT_ACCEPTED))
        at.row = draw_category(s, canvas, at);
    if (s->looking && at.row < at.end)
        at.row = draw_looking(canvas, at);
    for (size_t i = 0; i < s->ticket_count && at.row < at.end; i++)
        at.row = draw_one(&s->tickets[i], i == 0 ? "like it" : "", canvas, at);
    for (size_t i = 0; i < s->runbook_count && at.row < at.end; i++)
        at.row = draw_one(&s->runbooks[i], i == 0 ? "runbook" : "", canvas, at);
    return at.row;
}

/* ---- what a person says of them ---- */

enum dx_reply suggest_event(const struct suggestions *s, const struct dx_event *event,
                            struct dx_host *host, const char *key)
{
    const bool none = s->verdict == DX_VERDICT_NONE, undo = event->verdict == DX_VERDICT_NONE;
    const bool accept = event->verdict == DX_VERDICT_ACCEPTED;

    if (event->type != DX_EVENT_VERDICT || *key != 't' || none == undo || (accept && !*s->category))
        return DX_IGNORED;
    dx_verdict(host, key, event->verdict, accept ? s->category : "");
    return DX_USED;
}
