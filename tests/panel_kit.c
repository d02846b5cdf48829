/* panel_kit: a panel that does what the test says. */
#include "config.h"

#include "panel_kit.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

struct panel_kit panel;
struct instance in;
struct grid grid;
struct dx_canvas canvas;

static void nap(int ms)
{
    nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

static bool fails(struct dx_error *err)
{
    if (panel.fail && panel.words)
        return dx_fail(err, DX_FAULT_REPLY, "%s", panel.words);
    return !panel.fail;
}

static bool do_open(void *state, struct dx_error *err)
{
    (void)state;
    panel.opens++;
    return fails(err);
}

static void do_close(void *state)
{
    (void)state;
    panel.closes++;
}

static bool do_update(void *state, const struct dx_view *view, struct dx_list *list,
                      struct dx_error *err)
{
    char key[16];

    (void)state;
    panel.updates++;
    nap(panel.slow_update);
    if (panel.update)
        panel.update(view, list);
    for (int i = 0; i < panel.rows; i++) {
        struct dx_cell cell = { .text = key };

        snprintf(key, sizeof(key), "row %d", i);
        dx_add(list, DX_ROW(.key = key, .url = "", .cells = &cell));
    }
    return fails(err);
}

static void do_draw(const void *state, struct dx_canvas *c)
{
    (void)state;
    panel.draws++;
    nap(panel.slow_draw);
    dx_put(c, 0, 0, NULL, "painted");
}

static enum dx_reply do_event(void *state, const struct dx_event *event, struct dx_host *host)
{
    (void)state;
    (void)event;
    panel.events++;
    if (panel.event)
        panel.event(host);
    return DX_USED;
}

static const struct dx_column columns[] = { { .title = "NAME", .max = 0, .min = 4 }, { 0 } };

struct dx_panel paints = { DX_PANEL_HEAD,
                           .name = "fake",
                           .summary = "s",
                           .reads = 1U << DX_KIND_SAMPLE,
                           .state_size = sizeof(struct state),
                           .open = do_open,
                           .close = do_close,
                           .update = do_update,
                           .draw = do_draw,
                           .event = do_event };
struct dx_panel lists = { DX_PANEL_HEAD,       .name = "fake",
                          .summary = "s",      .state_size = sizeof(struct state),
                          .update = do_update, .columns = columns };

void panel_start(void)
{
    grid_init(&grid, 8, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
}

void panel_stop(void)
{
    if (in.panel)
        instance_close(&in);
    grid_done(&grid);
    cr_expect_eq(fake.open, 0, "rows were left open");
}

void panel_update(void)
{
    struct reader reader = fake_reader();

    instance_update(&in, &reader, NOW, 6, 58);
}

/* A line of the panel as it is drawn, without the blanks at its end. */
const char *panel_line(int row)
{
    static char text[2048];
    size_t n = 0;

    grid_clear(&grid);
    instance_draw(&in, &canvas, NOW, true);
    for (int col = 0; col < grid.cols; col++) {
        char32_t cp = grid.cells[row * grid.cols + col].cp;

        if (cp > 0x7f)
            n += (size_t)sprintf(text + n, "<%x>", (unsigned)cp);
        else
            text[n++] = cp ? (char)cp : ' ';
    }
    while (n > 0 && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    return text;
}

bool panel_shows(const char *what)
{
    for (int row = 0; row < grid.rows; row++)
        if (strstr(panel_line(row), what))
            return true;
    return false;
}
