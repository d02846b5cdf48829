/* The panel of queues: the jobs that wait in a pool, and why. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../panels/queue.h"
#include "panel_kit.h"

extern const struct dx_panel dx_panel_queue;

TestSuite(queue_panel, .init = panel_start, .fini = panel_stop);

static void add_waiting(const char *why, const char *branch)
{
    struct fake_row *row = fake_add(DX_QUERY_JOBS);

    fake_text(row, DX_FIELD_KEY, why);
    fake_text(row, DX_FIELD_PIPELINE, "web");
    fake_text(row, DX_FIELD_PROJECT, "acme/web");
    fake_text(row, DX_FIELD_NAME, "build");
    fake_text(row, DX_FIELD_WHY, why);
    fake_text(row, DX_FIELD_BRANCH, branch);
    fake_set(row, DX_FIELD_CREATED, (double)(NOW - 60000));
}

/* The jobs that wait, on a screen of so many columns. */
static void show(int cols)
{
    struct reader reader = fake_reader();
    struct queue settings = {
        .source = "", .window_ms = 86400000, .warn_ms = 240000, .bad_ms = 300000
    };
    struct step step = { .key = "p", .name = "linux" };

    grid_done(&grid);
    grid_init(&grid, 8, cols, &glyph_sets[GLYPHS_BRAILLE]);
    canvas = canvas_of(&grid);
    cr_assert(instance_open(&in, &dx_panel_queue, "", &settings, sizeof(settings)), "%s",
              in.error.text);
    instance_update(&in, &reader, NOW, 6, cols - 2);
    instance_push(&in, &step);
    instance_update(&in, &reader, NOW, 6, cols - 2);
}

static const char why[] = "Waiting for next available executor on 'linux-xl && docker && !spot'";

Test(queue_panel, why_a_job_waits_takes_the_room_there_is)
{
    add_waiting(why, "main");
    show(120);
    cr_expect(panel_shows(why), "%s", panel_line(2));
    cr_expect(panel_shows("acme/web"), "%s", panel_line(2));
    cr_expect(panel_shows("main"), "%s", panel_line(2));
}

Test(queue_panel, a_long_reason_leaves_the_others_their_room)
{
    static const char *const long_one = "There are no runners online with the labels that it asks "
                                        "for: self-hosted, linux, x64, gpu, cuda-12, large-disk, "
                                        "and it has asked for them since this morning, in vain";

    add_waiting(long_one, "renovate/npm-lodash-4.x");
    show(120);
    cr_expect(panel_shows("There are no runners online with the labels that it asks"), "%s",
              panel_line(2));
    cr_expect(panel_shows("acme/web"), "%s", panel_line(2));
    cr_expect(panel_shows("build"), "%s", panel_line(2));
    cr_expect(panel_shows("renovate"), "%s", panel_line(2));
}

Test(queue_panel, on_a_narrow_screen_it_is_cut)
{
    add_waiting(why, "main");
    show(80);
    cr_expect(panel_shows("Waiting for next available execut<2026>"), "%s", panel_line(2));
    cr_expect(panel_shows("build"), "%s", panel_line(2));
}

/* ---- the pools themselves ---- */

/* NOW is at 13 minutes past: the hour of the clock that `hours` before began, ends then. */
static int64_t hour_end(int hours)
{
    return (NOW / CI_HOUR_MS + 1 - hours) * CI_HOUR_MS;
}

static struct fake_row *add_pool(const char *name)
{
    struct fake_row *row = fake_add(DX_QUERY_POOLS);

    fake_text(row, DX_FIELD_KEY, "p");
    fake_text(row, DX_FIELD_NAME, name);
    fake_text(row, DX_FIELD_SOURCE, "ci");
    return row;
}

static const struct queue *show_pools(int cols)
{
    struct reader reader = fake_reader();
    struct queue settings = {
        .source = "", .window_ms = 86400000, .warn_ms = 240000, .bad_ms = 300000
    };

    grid_done(&grid);
    grid_init(&grid, 12, cols, &glyph_sets[GLYPHS_BRAILLE]);
    canvas = canvas_of(&grid);
    cr_assert(instance_open(&in, &dx_panel_queue, "", &settings, sizeof(settings)), "%s",
              in.error.text);
    instance_update(&in, &reader, NOW, 10, cols - 2);
    return in.state;
}

Test(queue_panel, an_hour_that_began_takes_no_other_ones_place)
{
    const struct queue *p;

    add_pool("linux");
    for (int i = 24; i >= 0; i--) {
        struct fake_row *row = fake_add(DX_QUERY_POOL_HOURS);

        fake_text(row, DX_FIELD_KEY, "p");
        fake_set(row, DX_FIELD_AT, (double)hour_end(i));
        fake_set(row, DX_FIELD_P95, 1000. * i);
    }
    p = show_pools(120);
    cr_assert_eq(p->count, 1);
    for (int i = 0; i < HOURS; i++)
        cr_expect_eq((int)p->pools[0].hours[2 * i], HOURS - 1 - i, "slot %d: %g", i,
                     p->pools[0].hours[2 * i]);
}

/* Of this morning, when it had runners. */
/* The week before is looked at in steps of ten minutes, and may stand at a full hour. */
Test(queue_panel, the_week_before_stands_under_the_same_hours)
{
    struct reader reader = fake_reader();
    struct as_of before = { &reader, hour_end(1) - 7 * CI_DAY_MS };
    const struct queue *p;

    add_pool("linux");
    for (int i = 24 * 8; i >= 0; i--) {
        struct fake_row *row = fake_add(DX_QUERY_POOL_HOURS);

        fake_text(row, DX_FIELD_KEY, "p");
        fake_set(row, DX_FIELD_AT, (double)hour_end(i));
        fake_set(row, DX_FIELD_P95, 1000. * i);
    }
    p = show_pools(120);
    in.before = &before;
    instance_update(&in, &reader, NOW, 10, 118);
    cr_assert_eq(p->count, 1);
    cr_assert(p->week);
    for (int i = 0; i < HOURS; i++) {
        cr_expect_eq((int)p->pools[0].hours[2 * i], HOURS - 1 - i, "slot %d", i);
        cr_expect_eq((int)p->pools[0].ghost[2 * i], 24 * 7 + HOURS - 1 - i, "slot %d: %g", i,
                     p->pools[0].ghost[2 * i]);
    }
}

Test(queue_panel, a_pool_scaled_to_nothing_is_judged_by_how_long_jobs_waited)
{
    struct fake_row *row = add_pool("burst");

    fake_set(row, DX_FIELD_WAITING, 0);
    fake_set(row, DX_FIELD_ONLINE, 0);
    fake_set(row, DX_FIELD_BUSY, 0);
    fake_set(row, DX_FIELD_NONE_SINCE, (double)(NOW - CI_HOUR_MS));
    fake_set(row, DX_FIELD_N, 10);
    fake_set(row, DX_FIELD_P95, 900000);
    (void)show_pools(120);
    cr_assert_eq(in.finding_count, 1);
    cr_expect(strstr(in.findings[0].sentence, "p95 15m"), "%s", in.findings[0].sentence);
    cr_expect(!panel_shows("no runner"), "%s", panel_line(2));
    cr_expect(panel_shows("15m00s"), "%s", panel_line(2));
}

Test(queue_panel, a_pool_scaled_to_nothing_that_is_within_its_goal_has_no_runner)
{
    struct fake_row *row = add_pool("burst");

    fake_set(row, DX_FIELD_WAITING, 0);
    fake_set(row, DX_FIELD_ONLINE, 0);
    fake_set(row, DX_FIELD_N, 10);
    fake_set(row, DX_FIELD_P95, 9000);
    (void)show_pools(120);
    cr_expect_eq(in.finding_count, 0);
    cr_expect(panel_shows("no runner"), "%s", panel_line(2));
}

/* A server may count its runners and not say which of them work. */
Test(queue_panel, how_many_are_busy_may_not_be_known)
{
    struct fake_row *row = add_pool("counted");
    const struct queue *p;

    fake_set(row, DX_FIELD_WAITING, 0);
    fake_set(row, DX_FIELD_ONLINE, 2);
    p = show_pools(160);
    cr_expect(isnan(p->pools[0].busy));
    cr_expect(panel_shows("<2013>/2"), "%s", panel_line(2));
    cr_expect(!panel_shows("0/2"), "%s", panel_line(2));
}

/* A server may have forgotten one between. */
Test(queue_panel, an_attempt_is_not_one_of_fewer_than_its_number)
{
    struct step step = { .key = "j3", .name = "build" };

    for (int attempt = 1; attempt <= 3; attempt += 2) {
        struct fake_row *row = fake_add(DX_QUERY_JOBS);

        fake_text(row, DX_FIELD_KEY, attempt == 1 ? "j1" : "j3");
        fake_set(row, DX_FIELD_ATTEMPT, attempt);
    }
    show(120);
    instance_push(&in, &step);
    panel_update();
    cr_expect_str_eq(in.note, "attempt 3 of 3");
}
