/* app_kit: what the tests of app share. */
#include "config.h"

#include "app_kit.h"

#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/text.h"
#include "tests/where.h"

struct app_kit a;

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    (void)state;
    (void)err;
    a.updates++;
    if (a.takes_long)
        (void)dx_later(view);
    for (int i = 0; i < a.list_rows; i++) {
        char key[16];
        struct dx_cell cells[2] = { { .text = key }, { .value = i } };

        snprintf(key, sizeof(key), "row %d", i);
        dx_add(list, DX_ROW(.key = key, .url = a.url, .cells = cells));
    }
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    (void)state;
    dx_put(canvas, 0, 0, NULL, "painted");
}

static enum dx_reply event(void *state, const struct dx_event *e, struct dx_host *host)
{
    (void)state;
    if (e->type == DX_EVENT_WORD && a.alerts) {
        dx_word(host, e->row_key, e->word, strcmp(e->row_key, "row 1") == 0);
        return DX_USED;
    }
    if (e->type != DX_EVENT_KEY || e->key != DX_KEY_ENTER || !a.step)
        return DX_IGNORED;
    dx_push(host, a.step);
    return DX_USED;
}

static const struct dx_column columns[] = {
    { .title = "NAME", .min = 4, .help = "what it is called" },
    { .title = "N", .type = DX_CELL_NUMBER, .min = 2, .max = 4, .help = "how many of it" },
    { 0 }
};
static const struct dx_key keys[] = { { "enter", "goes down a step" }, { 0 } };

struct dx_panel kit_list = { DX_PANEL_HEAD,
                             .name = "list",
                             .summary = "Lists what there is.",
                             .help = "Nothing is left out.",
                             .state_size = 8,
                             .keys = keys,
                             .min_rows = 3,
                             .min_cols = 22,
                             .columns = columns,
                             .update = update,
                             .event = event };
struct dx_panel kit_paint = { DX_PANEL_HEAD, .name = "paint", .summary = "Paints.", .state_size = 8,
                              .min_rows = 3, .min_cols = 22,  .update = update,     .draw = draw };

/* ---- the program ---- */

static struct panel_settings upper[] = {
    { .panel = "list", .title = "", .kind = &kit_list, .weight = 1, .priority = 0 },
    { .panel = "paint", .title = "", .kind = &kit_paint, .weight = 1, .priority = 1 },
};
static struct panel_settings lower[] = {
    { .panel = "list", .title = "Lower", .kind = &kit_list, .weight = 1, .priority = 2 },
};
static struct row_settings one[] = { { .weight = 1, .panels = upper, .panel_count = 2 },
                                     { .weight = 1, .panels = lower, .panel_count = 1 } };
static struct row_settings two[] = { { .weight = 1, .panels = lower, .panel_count = 1 } };
static struct view_settings views[] = { { .name = "One", .rows = one, .row_count = 2 },
                                        { .name = "Two", .rows = two, .row_count = 1 } };

void app_start(void)
{
    static char themes[] = SRC_DIR "/themes";
    struct dx_error err = { 0 };

    kit_init();
    kit_collect();
    setenv("TZ", "UTC", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("XDG_CONFIG_HOME", kit.dir, 1); /* no theme of the machine's own */
    a = (struct app_kit){ .url = "", .list_rows = 3 };
    a.app = (struct app){
        .arguments = { .common = { "", "", "", "", "", "", "", "", "" },
                       .theme = "",
                       .color = "",
                       .view = "",
                       .wait = "5m",
                       .since_ms = DAY,
                       .seed = "" },
        .paths = { .themes = themes, .collector = (char *)"/bin/true" },
        .clock = { .simulated = true, .start_ms = T0 + MINUTE },
        .config = { .path = "",
                    .title = "acme",
                    .store = "",
                    .theme = "",
                    .color = "",
                    .glyphs = "",
                    .links = true,
                    .clipboard = true,
                    .views = views,
                    .view_count = 2 },
        .store_path = kit.path,
    };
    keymap_init(&a.app.config.keymap);
    cr_assert(theme_load(&a.app.theme, themes, "dark", &err), "%s", err.text);
    a.app.store = store_open(kit.path, STORE_VIEW, &err);
    cr_assert(a.app.store, "%s", err.text);
    a.v = (struct viewer){ .app = &a.app, .page_count = 2, .want_update = true };
    a.v.pages = calloc(2, sizeof(*a.v.pages));
    for (int i = 0; i < 2; i++)
        page_init(&a.v.pages[i], &views[i]);
}

void app_stop(void)
{
    viewer_close_pages(&a.v);
    store_close(a.app.store);
    kit_done();
}

/* ---- what is printed ---- */

static FILE *kept;

void capture(void)
{
    kept = tmpfile();
    cr_assert(kept);
    fflush(stdout);
    dup2(fileno(kept), STDOUT_FILENO);
}

const char *captured(void)
{
    static char text[64 << 10];
    ssize_t n;

    fflush(stdout);
    n = pread(fileno(kept), text, sizeof(text) - 1, 0);
    cr_assert_geq(n, 0);
    text[n] = '\0';
    return text;
}

static int ours = -1;

void terminal_open(int rows, int cols)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
    struct screen_options options = { .color = "", .glyphs = "", .links = true };
    struct dx_error err = { 0 };
    int theirs;

    cr_assert_eq(openpty(&ours, &theirs, NULL, NULL, &size), 0);
    fcntl(ours, F_SETFL, O_NONBLOCK);
    dup2(theirs, STDIN_FILENO);
    dup2(theirs, STDOUT_FILENO);
    close(theirs);
    setenv("TERM", "xterm-256color", 1);
    a.v.screen = screen_open(&options, &a.app.theme, &err);
    cr_assert(a.v.screen, "%s", err.text);
}

const char *terminal_said(void)
{
    static char text[1 << 16];
    size_t len = 0;
    ssize_t n;

    screen_show(a.v.screen);
    screen_flush(a.v.screen);
    while ((n = read(ours, text + len, sizeof(text) - 1 - len)) > 0)
        len += (size_t)n;
    text[len] = '\0';
    return text;
}

void terminal_close(void)
{
    screen_close(a.v.screen);
    a.v.screen = NULL;
    close(ours);
}

/* ---- what is drawn ---- */

const char *grid_line(const struct grid *grid, int row)
{
    static char text[4096];
    size_t n = 0;

    for (int col = 0; col < grid->cols; col++) {
        const struct cell *cell = &grid->cells[row * grid->cols + col];

        const char *marks = grid_marks(grid, cell);

        if (cell->width > 0)
            n += utf8_put(text + n, cell->cp ? cell->cp : U' ');
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s", marks);
    }
    while (n > 0 && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    return text;
}

bool grid_shows(const struct grid *grid, const char *text)
{
    for (int row = 0; row < grid->rows; row++)
        if (strstr(grid_line(grid, row), text))
            return true;
    return false;
}

const char *draw_frame(int rows, int cols)
{
    static char text[64 << 10];
    struct grid grid;
    size_t n = 0;

    grid_init(&grid, rows, cols, &glyph_sets[GLYPHS_ASCII]);
    a.v.want_update = true;
    viewer_draw(&a.v, &grid);
    for (int row = 0; row < rows; row++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s\n", grid_line(&grid, row));
    grid_done(&grid);
    return text;
}
