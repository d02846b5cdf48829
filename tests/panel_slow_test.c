/* Panels that take long: they are switched off, unless it was the disk that did. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "panel_kit.h"

TestSuite(slow_host, .init = panel_start, .fini = panel_stop, .timeout = 20);

/* ---- slow ones ---- */

Test(slow_host, slow_three_times_in_a_row_is_switched_off)
{
    struct dx_event event = { .size = sizeof(event) };
    struct dx_host host = { .instance = &in };

    instance_open(&in, &lists, "", NULL, 0);
    panel.slow_update = 60;
    panel_update();
    panel_update();
    cr_expect_not(in.off);
    panel.slow_update = 0;
    panel_update(); /* the count begins anew */
    panel.slow_update = 60;
    panel_update();
    panel_update();
    cr_expect_not(in.off);
    panel_update();
    cr_expect(in.off);
    cr_expect(panel_shows("switched off: it took more than 50 ms 3 times in a row"));
    panel_update();
    cr_expect_eq(instance_event(&in, &event, &host), DX_IGNORED);
    cr_expect_eq(panel.updates, 6);
}

/* Whatever level is shown: the rows of the last update are old. */
Test(slow_host, what_is_switched_off_says_so_on_every_level)
{
    struct step step = { .key = "row 0", .name = "the first" };

    panel.rows = 1;
    instance_open(&in, &lists, "", NULL, 0);
    panel_update();
    instance_push(&in, &step);
    panel.slow_update = 60;
    for (int i = 0; i < 3; i++)
        panel_update();
    cr_assert(in.off);
    cr_assert(instance_back(&in));
    panel_update();
    cr_expect(panel_shows("switched off"));
    instance_push(&in, &step);
    cr_expect(panel_shows("switched off"));
}

/* An update is always followed by a frame. */
Test(slow_host, a_quick_draw_does_not_excuse_a_slow_update_nor_the_other_way_round)
{
    instance_open(&in, &paints, "", NULL, 0);
    panel.slow_update = 60;
    for (int i = 0; i < 3; i++) {
        cr_expect_not(in.off);
        panel_update();
        if (i < 2)
            cr_expect(panel_shows("painted"));
    }
    cr_expect(in.off);
    instance_close(&in);
    instance_open(&in, &paints, "", NULL, 0);
    panel.slow_update = 0;
    panel.slow_draw = 60;
    for (int i = 0; i < 3; i++) {
        cr_expect_not(in.off);
        panel_update();
        panel_line(0);
    }
    cr_expect(in.off);
    cr_expect(panel_shows("switched off"));
}

static void read_log(const struct dx_view *view, struct dx_list *list)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_LOG, NULL);

    (void)list;
    while (dx_next(rows))
        ;
}

Test(slow_host, a_disk_that_is_slow_is_not_the_panels_fault)
{
    struct dx_error none = { 0 };

    instance_open(&in, &lists, "", NULL, 0);
    panel.update = read_log;
    fake.nap_ms = 60;
    for (int i = 0; i < 4; i++)
        panel_update();
    cr_expect_not(in.off, "%s", in.error.text);
    cr_expect_eq(in.error.fault, none.fault);
    panel.slow_update = 60; /* but what it does by itself is */
    for (int i = 0; i < 3; i++)
        panel_update();
    cr_expect(in.off);
}

/* ---- those that loop ---- */

static bool watched;
static int called;

/* In place of that of libc: the watchdog runs while its timer does. */
int timer_settime(timer_t timer, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    (void)timer;
    (void)flags;
    (void)old;
    watched = value->it_value.tv_sec > 0;
    return 0;
}

static void see(const char *callback)
{
    called++;
    cr_expect(watched, "%s", callback);
}

static const char *title(const void *state)
{
    (void)state;
    see("title");
    return "";
}

static const char *source(const void *state)
{
    (void)state;
    see("source");
    return "";
}

static const struct dx_column *columns_of(const void *state)
{
    (void)state;
    see("columns_of");
    return lists.columns;
}

static const struct dx_change *changes(const void *state)
{
    static const struct dx_change none[] = { { .what = NULL } };

    (void)state;
    see("changes");
    return none;
}

static size_t painted(const void *state)
{
    (void)state;
    see("painted");
    return 1;
}

static const char *at(const void *state, int row, int col)
{
    (void)state;
    (void)row;
    (void)col;
    see("at");
    return "";
}

static const char *about(const void *state, const char *key)
{
    (void)state;
    (void)key;
    see("about");
    return "";
}

static int rows_on(int rows, int cols, bool *bare)
{
    (void)bare;
    see("rows_on");
    return rows < cols ? rows : cols;
}

static void paint(const void *state, const char *selected, struct dx_canvas *c)
{
    (void)state;
    (void)selected;
    (void)c;
    see("paint");
}

Test(slow_host, no_callback_is_left_alone)
{
    static struct dx_panel all;
    bool bare;

    all = lists;
    all.reads = 1U << DX_KIND_SAMPLE;
    all.title = title;
    all.source = source;
    all.columns_of = columns_of;
    all.changes = changes;
    all.painted = painted;
    all.at = at;
    all.about = about;
    all.rows_on = rows_on;
    all.paint = paint;
    panel.rows = 1;
    cr_assert(instance_open(&in, &all, "", NULL, 0));
    panel_update();
    (void)panel_line(0);
    (void)instance_painted(&in);
    (void)instance_select_at(&in, 0, 0);
    (void)instance_about(&in, "row 0");
    (void)instance_changes(&in);
    (void)instance_rows_on(&all, 10, 60, &bare);
    cr_expect_geq(called, 9);
    cr_expect_not(watched);
}
