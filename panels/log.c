/* log: what happened, newest first. */
#include <dxtop/panel.h>

#include <stdio.h>

#include "nosource.h"
#include "origins.h"
#include "told.h"

enum { ROWS_MOST = 500 };

struct log {
    int level; /* options */
    const char *source;

    struct origins origins; /* view-model */
    struct told told;
};

static const char *const levels[] = { "debug", "info", "warn", "error", NULL };

static const struct dx_option options[] = {
    { .name = "level",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct log, level),
      .fallback = "info",
      .choices = levels,
      .help = "the least that is listed" },
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct log, source),
      .fallback = "",
      .help = "only what this source did" },
    { 0 },
};

static const struct dx_column columns[] = {
    { "TIME", DX_CELL_TIME, DX_UNIT_NONE, 2, 5, 6, DX_FIT_LEFT,
      "when it happened first, local time" },
    { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT, "! warning, ✗ error" },
    { "SOURCE", DX_CELL_TEXT, DX_UNIT_NONE, 1, 6, 16, DX_FIT_MIDDLE,
      "which source; empty: dxtop itself" },
    { "WHAT", DX_CELL_TEXT, DX_UNIT_NONE, 0, 10, 0, DX_FIT_LEFT,
      "what happened; (×n): so often within an hour" },
    { 0 },
};

static void add(const struct log *p, struct dx_list *list, struct dx_rows *rows)
{
    const char *source = dx_text(rows, DX_FIELD_SOURCE), *text = dx_text(rows, DX_FIELD_TEXT);
    enum dx_role role;
    enum dx_glyph glyph = told_level(dx_int(rows, DX_FIELD_LEVEL), &role);
    struct dx_cell cells[] = {
        { .value = (double)dx_int(rows, DX_FIELD_AT), .role = DX_ROLE_DIM },
        { .value = glyph, .role = role },
        { .text = source, .role = DX_ROLE_DIM },
        { .text = text, .role = DX_ROLE_TEXT },
    };
    char key[32];

    (void)snprintf(key, sizeof(key), "%lld", (long long)dx_int(rows, DX_FIELD_KEY));
    dx_add(list, DX_ROW(.key = key, .url = origins_url(&p->origins, source), .cells = cells,
                        .into = text));
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct log *p = state;
    struct dx_rows *rows;
    char sentence[240];
    int n = 0;

    (void)err;
    if (dx_depth(view) > 0) {
        told_line(&p->told, view, dx_key(view, 1));
        return true;
    }
    origins_read(&p->origins, view);
    rows = dx_rows(view, DX_QUERY_LOG, DX_FILTER(.source = p->source)); /* of every level */
    dx_empty(list, no_source(sentence, sizeof(sentence), view, p->source)
                       ? sentence
                       : "Nothing has happened yet.");
    while (n <= ROWS_MOST && dx_next(rows)) {
        if (dx_int(rows, DX_FIELD_LEVEL) < p->level)
            continue;
        if (++n <= ROWS_MOST)
            add(p, list, rows);
        else
            dx_part_of(list, -1);
    }
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    told_draw(&((const struct log *)state)->told, canvas);
}

static void close_panel(void *state)
{
    origins_free(&((struct log *)state)->origins);
}

static const struct dx_level inside[] = { { NULL, NULL } };

extern const struct dx_panel dx_panel_log;
DX_EXPORT const struct dx_panel dx_panel_log = {
    DX_PANEL_HEAD,
    .name = "log",
    .summary = "what happened, newest first",
    .help = "Changes of the sources (lost, back, limited, stopped), warnings of the servers, and "
            "what the collector did. What repeats itself within an hour stands once, with a count. "
            "Enter shows a line whole, and how the source stands that it speaks of.",
    .state_size = sizeof(struct log),
    .options = options,
    .min_rows = 3,
    .min_cols = 30,
    .columns = columns,
    .close = close_panel,
    .update = update,
    .draw = draw,
    .levels = inside,
    .level_count = sizeof(inside) / sizeof(inside[0]),
};
