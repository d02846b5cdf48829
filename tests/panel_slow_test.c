/* Panels that take long: they are switched off, unless it was the disk that did. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
