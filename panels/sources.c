/* sources: is what the other panels show fresh, and what does it cost? */
#include <dxtop/panel.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "history.h"
#include "told.h"

struct sources {
    const char *type; /* option */

    struct facts *facts; /* view-model: of each, for the rows under the list */
    size_t count, cap;
    struct told told; /* what was opened */
};

static const struct dx_option options[] = {
    { .name = "type",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct sources, type),
      .fallback = "",
      .help = "only sources of this type" },
    { 0 },
};

enum { LIGHT, SOURCE, AGE, EVERY, LATENCY, PER_HOUR, BUDGET, NEXT, BYTES, VERSION, WORDS, COUNT };

static const struct dx_column columns[] = {
    [LIGHT] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "● live, ◐ slowed or limited, ○ stale, lost or stopped, ◌ not polled yet" },
    [SOURCE] = { "SOURCE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 20, DX_FIT_MIDDLE,
                 "its name in the configuration" },
    [AGE] = { "AGE", DX_CELL_AGE, DX_UNIT_NONE, 0, 4, 6, DX_FIT_RIGHT,
              "time since its last poll that succeeded" },
    [EVERY] = { "EVERY", DX_CELL_NUMBER, DX_UNIT_SECONDS, 2, 5, 6, DX_FIT_RIGHT,
                "time between two polls, as stretched by budget and back-off" },
    [LATENCY] = { "LAT", DX_CELL_NUMBER, DX_UNIT_SECONDS, 3, 5, 6, DX_FIT_RIGHT,
                  "slowest answer of the last poll" },
    [PER_HOUR] = { "REQ/H", DX_CELL_NUMBER, DX_UNIT_COUNT, 4, 6, 7, DX_FIT_RIGHT,
                   "requests an hour: measured over the last ten minutes, else projected" },
    [BUDGET] = { "BUDGET", DX_CELL_GAUGE, DX_UNIT_NONE, 5, 10, 14, DX_FIT_LEFT,
                 "what is left of the limit that the server announces" },
    [NEXT] = { "NEXT", DX_CELL_TEXT, DX_UNIT_NONE, 6, 8, 8, DX_FIT_RIGHT,
               "when it is polled again, local time" },
    [BYTES] = { "BYTES", DX_CELL_NUMBER, DX_UNIT_BYTES, 7, 8, 9, DX_FIT_RIGHT,
                "received on the wire since the collector's start" },
    [VERSION] = { "VERSION", DX_CELL_TEXT, DX_UNIT_NONE, 8, 7, 12, DX_FIT_LEFT,
                  "what the server says that it is" },
    [WORDS] = { "STATE", DX_CELL_TEXT, DX_UNIT_NONE, 1, 7, 0, DX_FIT_LEFT,
                "the state in words, and what went wrong" },
    [COUNT] = { 0 },
};

static double number_of(const struct dx_rows *rows, enum dx_field field, double scale)
{
    return dx_has(rows, field) ? (double)dx_int(rows, field) * scale : (double)NAN;
}

static const char *clock_of(const struct dx_rows *rows, enum dx_field field, char *out, size_t cap)
{
    return facts_clock(dx_int(rows, field), out, cap);
}

static void keep(struct sources *p, const struct dx_view *view, const struct dx_rows *rows)
{
    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 8;
        struct facts *facts = realloc(p->facts, cap * sizeof(*facts));

        if (!facts)
            return; /* the list itself does not need them */
        p->facts = facts;
        p->cap = cap;
    }
    facts_take(&p->facts[p->count++], rows, dx_now(view));
}

/* Under the list: how the selected source stands, in full. */
static void draw_under(const void *state, const char *row_key, struct dx_canvas *canvas)
{
    const struct sources *p = state;

    for (size_t i = 0; i < p->count; i++)
        if (strcmp(p->facts[i].name, row_key) == 0)
            (void)facts_draw(&p->facts[i], canvas, 1);
}

static void add(struct sources *p, const struct dx_view *view, struct dx_list *list,
                const struct dx_rows *rows, size_t *live)
{
    int64_t state = dx_int(rows, DX_FIELD_STATE);
    const struct facts_look *look = facts_look(rows, dx_now(view));
    double limit = number_of(rows, DX_FIELD_LIMIT, 1.);
    double left = limit > 0. ? number_of(rows, DX_FIELD_REMAINING, 1.) / limit : (double)NAN;
    bool lost = state == DX_SOURCE_LOST || state == DX_SOURCE_STOPPED || look == &facts_stale;
    char words[300], next[32];
    struct dx_cell cells[COUNT] = {
        [LIGHT] = { .value = look->glyph, .role = look->role },
        [SOURCE] = { .text = dx_text(rows, DX_FIELD_SOURCE),
                     .role = DX_ROLE_TEXT,
                     .attr = lost ? DX_BOLD : 0 },
        [AGE] = { .value = number_of(rows, DX_FIELD_LAST_OK, 1.),
                  .role = lost ? DX_ROLE_STALE : DX_ROLE_TEXT },
        [EVERY] = { .value = number_of(rows, DX_FIELD_EVERY, 1e-3), .role = DX_ROLE_DIM },
        [LATENCY] = { .value = number_of(rows, DX_FIELD_LATENCY, 1e-3), .role = DX_ROLE_DIM },
        [PER_HOUR] = { .value = dx_number(rows, DX_FIELD_PER_HOUR), .role = DX_ROLE_TEXT },
        [BUDGET] = { .value = left,
                     .goal = (double)NAN,
                     .text = limit > 0. ? NULL : "no limit",
                     .role = left < 0.2 ? DX_ROLE_WARN : DX_ROLE_TEXT },
        [NEXT] = { .text = clock_of(rows, DX_FIELD_NEXT, next, sizeof(next)), .role = DX_ROLE_DIM },
        [BYTES] = { .value = number_of(rows, DX_FIELD_BYTES, 1.), .role = DX_ROLE_DIM },
        [VERSION] = { .text = dx_text(rows, DX_FIELD_VERSION), .role = DX_ROLE_DIM },
        [WORDS] = { .text = facts_words(rows, look, words, sizeof(words)),
                    .role = look->role == DX_ROLE_GOOD ? DX_ROLE_DIM : look->role },
    };

    if (!(limit > 0.))
        cells[BUDGET].role = DX_ROLE_DIM;
    keep(p, view, rows);
    *live += look == &facts_looks[DX_SOURCE_LIVE] || look == &facts_looks[DX_SOURCE_FILLING];
    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_SOURCE), .url = dx_text(rows, DX_FIELD_URL),
                        .cells = cells, .into = dx_text(rows, DX_FIELD_SOURCE)));
}

/* One source: how it stands, and what it went through; then one thing of that whole. */
static void list_inside(struct sources *p, const struct dx_view *view, struct dx_list *list)
{
    const char *source = dx_key(view, 1), *line;
    int64_t at_ms = history_polls(dx_key(view, 2), &line);
    struct facts facts;

    if (dx_depth(view) == 1) {
        facts_read(&facts, view, source);
        history_list(view, list, source, facts.url);
        dx_note(list, facts.look ? facts.look->word : "");
    } else if (at_ms > 0) {
        told_polls(&p->told, view, source, at_ms);
    } else {
        told_line(&p->told, view, line);
    }
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct sources *p = state;
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, DX_FILTER(.name = p->type));
    size_t live = 0, count = 0;
    char note[64];

    (void)err;
    p->count = 0;
    if (dx_depth(view) > 0) {
        list_inside(p, view, list);
        return true;
    }
    dx_empty(list, "No source has been polled yet; is the collector running?");
    for (; dx_next(rows); count++)
        add(p, view, list, rows, &live);
    if (count > 0) {
        (void)snprintf(note, sizeof(note), "%zu of %zu live", live, count);
        dx_note(list, note);
    }
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    told_draw(&((const struct sources *)state)->told, canvas);
}

static const struct dx_level levels[] = { { NULL, history_columns }, { NULL, NULL } };

static void close_panel(void *state)
{
    free(((struct sources *)state)->facts);
}

extern const struct dx_panel dx_panel_sources;
DX_EXPORT const struct dx_panel dx_panel_sources = {
    DX_PANEL_HEAD,
    .name = "sources",
    .summary = "is what is shown fresh, and what does polling cost",
    .help = "A source is live when its last poll succeeded. Stale: that is more than two intervals "
            "ago, so nobody polls it any more. Lost: the last one failed; it is asked "
            "again by itself, less and less often. Stopped: it refused the credentials, or "
            "with them all that is wanted of it; somebody has to renew or widen them, it is tried "
            "again every 15 minutes and with r. Limited: the server "
            "or the budget (rate_share) slows it down.\n"
            "Enter shows what a source went through: how its polls ended, since when and for how "
            "long, and what it refused or warned of.",
    .state_size = sizeof(struct sources),
    .options = options,
    .min_rows = 2,
    .min_cols = 24,
    .columns = columns,
    .close = close_panel,
    .update = update,
    .draw = draw,
    .under = draw_under,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
};
