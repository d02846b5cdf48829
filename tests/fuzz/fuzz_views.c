/* fuzz_views: the panels that come with dxtop, and hands that look through them. */
#include "config.h"

#include "fuzz_views.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/views.h"
#include "config/option.h"
#include "core/mem.h"
#include "core/text.h"
#include "panel/plugin.h"

enum { ROWS_MOST = 50, COLS_MOST = 160, STEPS_MOST = 12, COMPLAINTS_MOST = 16384 };

extern const struct dx_panel dx_panel_alerts, dx_panel_changes, dx_panel_desk, dx_panel_failures,
    dx_panel_flaky, dx_panel_log, dx_panel_metric, dx_panel_overview, dx_panel_pipelines,
    dx_panel_queue, dx_panel_rules, dx_panel_runbooks, dx_panel_runs, dx_panel_sources,
    dx_panel_tickets;

static const struct dx_panel *const panels[] = {
    &dx_panel_alerts, &dx_panel_changes,   &dx_panel_desk,    &dx_panel_failures,
    &dx_panel_flaky,  &dx_panel_log,       &dx_panel_metric,  &dx_panel_overview,
    &dx_panel_queue,  &dx_panel_pipelines, &dx_panel_rules,   &dx_panel_runbooks,
    &dx_panel_runs,   &dx_panel_sources,   &dx_panel_tickets,
};

static const char more_views[] =
    "views:\n"
    "  - name: Changes\n"
    "    rows: [{panels: [changes, {panel: changes, follow: yes}]}, {panels: [runs]}]\n"
    "  - name: Graphs\n"
    "    rows: [{panels: [{panel: metric, show: graph}, {panel: metric, show: gauge, bad: 4}]},\n"
    "      {panels: [{panel: metric, show: big}, {panel: metric, show: heat, warn: 2}]}]\n";

enum { PANELS = sizeof(panels) / sizeof(panels[0]) };

/* In the place of src/panel/plugin.c: who asks for a module, as the wall does, has it too. */
const struct dx_panel *plugin_load(const struct plugins *plugins, const char *name,
                                   struct dx_error *err)
{
    (void)plugins;
    for (size_t i = 0; i < PANELS; i++)
        if (strcmp(panels[i]->name, name) == 0)
            return panels[i];
    dx_fail(err, DX_FAULT_CONFIG, "no such panel");
    return NULL;
}

char **plugin_names(const struct plugins *plugins)
{
    char **names = mem_new(PANELS + 1, sizeof(*names));

    (void)plugins;
    for (size_t i = 0; i < PANELS; i++)
        names[i] = mem_text(panels[i]->name);
    return names;
}

void plugin_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}

static bool find(void *self, const char *name, struct config_kind *kind, struct dx_error *err)
{
    const struct dx_panel *panel = plugin_load(NULL, name, err);

    (void)self;
    if (!panel)
        return false;
    *kind = (struct config_kind){ .name = name,
                                  .summary = panel->summary,
                                  .options = panel->options,
                                  .size = options_size(panel->options),
                                  .kind = panel };
    return true;
}

static const char *const no_names[] = { NULL };
const struct config_kinds fuzz_panels = { .find = find, .names = no_names };

static void load(struct config *config, const char *text)
{
    static const struct config_kinds none = { .find = NULL };
    struct buf complaints;

    buf_init(&complaints, COMPLAINTS_MOST);
    if (!config_load(config, "views", text, &none, &fuzz_panels, &complaints)) {
        (void)fprintf(stderr, "%s", complaints.bytes);
        abort();
    }
    buf_done(&complaints);
}

const struct config *fuzz_views(void)
{
    static struct config config;
    char *text;

    if (config.view_count > 0)
        return &config;
    text = views_builtin(VIEWS_OF_CI | VIEWS_OF_TICKETS | VIEWS_OF_RUNBOOKS | VIEWS_OF_KPIS |
                         VIEWS_OF_RULES);
    load(&config, text);
    free(text);
    return &config;
}

/* Of those, or one of the others. */
static const struct view_settings *nth_view(size_t n)
{
    static struct config more;
    const struct config *config = fuzz_views();

    if (more.view_count == 0)
        load(&more, more_views);
    n %= config->view_count + more.view_count;
    return n < config->view_count ? &config->views[n] : &more.views[n - config->view_count];
}

/* ---- what is on the screen ---- */

static bool is_control(char32_t cp)
{
    return (cp > 0 && cp < ' ') || (cp >= 0x7F && cp < 0xA0) || (cp >= 0xD800 && cp < 0xE000) ||
           cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x2028 && cp <= 0x202E) ||
           (cp >= 0x2066 && cp <= 0x2069);
}

static bool is_marks(const char *marks)
{
    size_t left = strlen(marks);

    while (left > 0) {
        char32_t cp;
        size_t n = utf8_next(marks, left, &cp);

        if (is_control(cp))
            return false;
        marks += n;
        left -= n;
    }
    return true;
}

static void check_link(const char *link)
{
    if (strncmp(link, "https://", 8) != 0 && strncmp(link, "http://", 7) != 0)
        abort();
    for (; *link; link++)
        if (*link <= ' ' || *link >= 0x7F)
            abort();
}

void fuzz_check_grid(const struct grid *grid)
{
    for (int i = 0; i < grid->rows * grid->cols; i++) {
        const struct cell *cell = &grid->cells[i];
        int col = i % grid->cols;

        if (is_control(cell->cp) || !is_marks(grid_marks(grid, cell)) ||
            cell->link > grid->extra_count || cell->marks > grid->extra_count)
            abort();
        if (cell->width > 2 || (cell->width == 2 && (col + 1 == grid->cols || cell[1].width)) ||
            (cell->width == 0 && (col == 0 || cell[-1].width != 2)))
            abort();
        if (cell->link > 0)
            check_link(grid_link(grid, cell));
    }
}

/* ---- hands ---- */

static void send(struct instance *in, uint32_t key)
{
    const struct table_row *row = in->columns ? table_selected(in->table) : NULL;
    struct dx_event event = {
        .size = sizeof(event), .type = DX_EVENT_KEY, .key = key, .row_key = row ? row->key : ""
    };
    struct dx_host host = { .instance = in };

    (void)instance_event(in, &event, &host);
}

static void narrow(struct instance *in, struct fuzz_input *input)
{
    size_t len;
    const char *bytes = fuzz_bytes(input, fuzz_byte(input) % 40, &len);

    if (!in->columns)
        return;
    (void)text_clean(in->table->filter, sizeof(in->table->filter), bytes, len);
    table_arrange(in->table);
}

static void sort(struct instance *in, unsigned how)
{
    if (!in->columns)
        return;
    in->table->sort = (int)(how % 64) % (in->table->column_count + 1) - 1;
    in->table->reverse = how & 64;
    table_arrange(in->table);
}

static void act(struct page *page, struct fuzz_input *in)
{
    static const int far[] = { 1, -1, 5, -5, INT_MAX, INT_MIN };
    struct slot *slot = page_focus(page);
    unsigned what = fuzz_byte(in);
    struct instance *panel;

    if (!slot)
        return;
    panel = &slot->instance;
    switch (what % 8) {
    case 0:
        if (panel->columns)
            table_move(panel->table, far[what / 8 % 6], 1 + slot->box.rows);
        break;
    case 1:
    case 2:
        (void)instance_enter(panel);
        break;
    case 3:
        (void)instance_back(panel);
        break;
    case 4:
        page_move_focus(page, what & 8 ? 1 : -1);
        break;
    case 5:
        if (what & 8)
            narrow(panel, in);
        else
            sort(panel, fuzz_byte(in));
        break;
    case 6:
        send(panel, what & 8 ? DX_KEY_ENTER : fuzz_byte(in));
        break;
    default:
        (void)instance_select_at(panel, (int)(what / 8), (int)fuzz_byte(in));
        page->zoomed = what & 8 ? (int)page->focus : -1;
    }
}

void fuzz_view(struct fuzz_input *in, const struct reader *reader, int64_t now_ms)
{
    unsigned which = fuzz_byte(in), how = fuzz_byte(in);
    int rows = 1 + (int)(fuzz_byte(in) % ROWS_MOST), cols = 1 + (int)(fuzz_byte(in) % COLS_MOST);
    const struct as_of before = { .reader = reader, .now_ms = now_ms - 7 * INT64_C(86400000) };
    struct dx_canvas canvas;
    struct grid grid;
    struct page page;

    grid_init(&grid, rows, cols, glyphs_choose(how & 1 ? "braille" : "ascii", true, ""));
    canvas = canvas_of(&grid);
    page_init(&page, nth_view(which));
    page.before = how & 2 ? &before : NULL;
    page.large = how & 4;
    page.hurried = how & 8;
    for (int step = 0; step < STEPS_MOST && (step == 0 || in->left > 0); step++) {
        page_update(&page, reader, now_ms, rows, cols);
        page_follow(&page, reader, now_ms);
        grid_clear(&grid);
        page_draw(&page, &canvas, now_ms);
        fuzz_check_grid(&grid);
        act(&page, in);
    }
    page_done(&page);
    grid_done(&grid);
}
