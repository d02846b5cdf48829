/* changes: what got worse, or better, against the week before: pools, pipelines and flaky jobs in
 * one list, the worst first; then the records that it is made of. */
#include "changes.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "inside.h"

static const char *const shows[] = { "worse", "better", NULL };

static const struct dx_option options[] = {
    { .name = "show",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct changes, show),
      .fallback = "worse",
      .choices = shows,
      .help = "what got worse, or what got better" },
    { .name = "window",
      .type = DX_OPTION_DURATION,
      .offset = offsetof(struct changes, window_ms),
      .fallback = "7d",
      .help = "what waits, rates and durations are over: 1h, 24h, 7d or 30d" },
    { .name = "flaky",
      .type = DX_OPTION_PERCENT,
      .offset = offsetof(struct changes, flaky),
      .fallback = "5%",
      .help = "a job that is flaky on more of its commits is a warning" },
    { 0 },
};

enum { STATE, NAME, WHAT, THIS, LAST, CHANGE, N, COUNT };

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✗ far past the goal of its key number, ! past it, ✓ within it, · there is none" },
    [NAME] = { "NAME", DX_CELL_TEXT, DX_UNIT_NONE, -1, 10, 0, DX_FIT_MIDDLE,
               "the pool, the pipeline, or the flaky job" },
    [WHAT] = { "WHAT", DX_CELL_TEXT, DX_UNIT_NONE, 1, 9, 9, DX_FIT_LEFT,
               "queue p95, platform success, median duration, or the flaky rate" },
    [THIS] = { "THIS", DX_CELL_NUMBER, DX_UNIT_NONE, 0, 7, 7, DX_FIT_RIGHT,
               "up to now, over the window; the flaky rate is over 14 days" },
    [LAST] = { "LAST", DX_CELL_TEXT, DX_UNIT_NONE, 2, 7, 7, DX_FIT_RIGHT,
               "the same a week before" },
    [CHANGE] = { "CHANGE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 8, DX_FIT_RIGHT,
                 "by how much; of rates in points" },
    [N] = { "N", DX_CELL_NUMBER, DX_UNIT_COUNT, 3, 5, 6, DX_FIT_RIGHT,
            "how many waits, runs or commits it is made of" },
    [COUNT] = { 0 },
};

static const struct dx_level levels[] = {
    { NULL, inside_columns },
    { NULL, inside_columns },
    { NULL, NULL },
};

static bool open_panel(void *state, struct dx_error *err)
{
    return ci_check_window(((const struct changes *)state)->window_ms, err);
}

/* "▲ 6m29s", "▼ 5.1" points. */
static const char *change_text(char *out, size_t cap, const struct changed *row)
{
    double by = row->now - row->then;
    char number[64];

    if (changes_unit(row->of) == DX_UNIT_RATIO)
        (void)snprintf(number, sizeof(number), "%.1f", 100. * fabs(by));
    else
        (void)dx_format(number, sizeof(number), DX_UNIT_SECONDS, round(fabs(by)));
    (void)snprintf(out, cap, "%s %s", by > 0. ? "▲" : "▼", number);
    return out;
}

static void add(struct dx_list *list, const struct changed *row)
{
    enum dx_unit unit = changes_unit(row->of);
    bool worse = changes_is_worse(row);
    bool loud = row->look.role == DX_ROLE_WARN || row->look.role == DX_ROLE_BAD;
    char now[64], then[64], change[80];
    struct dx_cell cells[COUNT] = {
        [STATE] = { .value = (double)row->look.glyph, .role = row->look.role },
        [NAME] = { .text = row->name, .role = DX_ROLE_TEXT, .attr = row->look.attr },
        [WHAT] = { .text = changes_what[row->of], .role = DX_ROLE_DIM },
        [THIS] = { .text = dx_format(now, sizeof(now), unit, row->now),
                   .value = row->now,
                   .role = loud ? row->look.role : DX_ROLE_TEXT,
                   .attr = row->look.attr },
        [LAST] = { .text = dx_format(then, sizeof(then), unit, row->then),
                   .value = row->then,
                   .role = DX_ROLE_DIM },
        [CHANGE] = { .text = change_text(change, sizeof(change), row),
                     .value = row->times,
                     .role = worse ? DX_ROLE_TEXT : DX_ROLE_DIM },
        [N] = { .value = (double)row->n, .role = DX_ROLE_DIM },
    };

    dx_add(list, DX_ROW(.key = row->key, .url = row->url, .cells = cells, .into = row->name));
}

/* The key of a row begins with what it is of. */
static void list_inside(struct changes *p, const struct dx_view *view, struct dx_list *list)
{
    const char *key = dx_key(view, 1), *inner = dx_key(view, dx_depth(view));
    enum change_of of = *key ? (enum change_of)(*key - '0') : OF_COUNT;
    bool queue = of == OF_QUEUE;

    dx_empty(list, "Nothing of it is kept.");
    if (dx_depth(view) == 1 && queue)
        inside_jobs(view, list, DX_FILTER(.key = key + 1), DX_FIELD_QUEUED);
    else if (dx_depth(view) == 1 && of == OF_FLAKY)
        inside_commits(view, list, key + 1);
    else if (dx_depth(view) == 1)
        inside_runs(view, list, key + 1);
    else if (dx_depth(view) == 2 && of == OF_FLAKY)
        inside_tries(view, list, key + 1, inner);
    else if (dx_depth(view) == 2)
        inside_jobs(view, list, DX_FILTER(.key = inner, .attempts = queue),
                    queue ? DX_FIELD_QUEUED : DX_FIELD_DURATION);
    else
        job_read(&p->job, view, list, inner);
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct changes *p = state;
    char note[64], text[120], key[64];

    (void)err;
    if (dx_depth(view) > 0) {
        list_inside(p, view, list);
        return true;
    }
    if (!dx_before(view)) {
        (void)snprintf(text, sizeof(text), "Week against week (%s) says what changed.",
                       dx_typed(view, "week", key, sizeof(key)));
        dx_empty(list, text);
        return true;
    }
    changes_read(p, view);
    (void)ci_window(note, sizeof(note), p->window_ms);
    dx_note(list, note);
    dx_empty(list, p->show == SHOW_WORSE
                       ? "Nothing got worse of what there is enough to compare."
                       : "Nothing got better of what there is enough to compare.");
    for (size_t i = 0; i < p->count; i++)
        if (changes_is_worse(&p->rows[i]) == (p->show == SHOW_WORSE))
            add(list, &p->rows[i]);
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    job_draw(&((const struct changes *)state)->job, canvas);
}

static const char *title(const void *state)
{
    return ((const struct changes *)state)->show == SHOW_WORSE ? "Got worse" : "Got better";
}

static void close_panel(void *state)
{
    free(((struct changes *)state)->rows);
}

extern const struct dx_panel dx_panel_changes;
DX_EXPORT const struct dx_panel dx_panel_changes = {
    DX_PANEL_HEAD,
    .name = "changes",
    .summary = "what got worse, or better, against the week before, the most first",
    .help = "The p95 of each pool's waits, the platform success (at best) and the median duration "
            "of each pipeline, and the rate of each flaky job, beside what they were seven days "
            "before. Listed is what there is enough of in both weeks (20 waits, 10 runs, 5 "
            "commits) and what changed by 5 s and 5 %, or by half a point. What is past its goal "
            "and got worse comes first; then counts how many times as long it takes, or how many "
            "times as often it fails.",
    .reads = 1u << DX_KIND_RUN,
    .state_size = sizeof(struct changes),
    .options = options,
    .min_rows = 3,
    .min_cols = 34,
    .columns = columns,
    .open = open_panel,
    .close = close_panel,
    .update = update,
    .draw = draw,
    .title = title,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
};
