/* Which moment is shown: where `[` and its like lead, and how line 1 says so. */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>
#include <sqlite3.h>

#include "app/actions.h"
#include "app/bars.h"
#include "app/deeds.h"
#include "app/moment.h"
#include "app/picture.h"
#include "app/viewer.h"
#include "app_kit.h"
#include "core/text.h"

#define NOON (INT64_C(20000) * DAY + 12 * HOUR)

Test(moment, goes_by_full_hours)
{
    static const struct {
        int64_t at, now;
        int by;
        int64_t want;
    } of[] = {
        { NOON + 32 * 60000, NOON + 32 * 60000, -1, NOON },
        { NOON, NOON + 1, -1, NOON - HOUR },
        { NOON - HOUR, NOON + 1, 1, NOON },
        { NOON, NOON + 1, 1, 0 },     /* it would be later than now: live */
        { NOON - HOUR, NOON, 1, 0 },  /* as is now itself */
        { NOON + 1, NOON + 1, 1, 0 }, /* live stays live */
        { NOON - 1, NOON + HOUR, 1, NOON },
    };

    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        cr_expect_eq(moment_next_hour(of[i].at, of[i].by, of[i].now), of[i].want, "case %zu", i);
}

Test(moment, goes_by_days_at_that_hour)
{
    int64_t now = NOON + 32 * 60000;

    cr_expect_eq(moment_next_day(now, -1, now), NOON - DAY);
    cr_expect_eq(moment_next_day(NOON - DAY, -1, now), NOON - 2 * DAY);
    cr_expect_eq(moment_next_day(NOON - 2 * DAY, 1, now), NOON - DAY);
    cr_expect_eq(moment_next_day(NOON - DAY, 1, now), NOON);
    cr_expect_eq(moment_next_day(NOON, 1, now), 0);
}

/* Their days have 25 hours and 23. */
Test(moment, goes_by_days_at_that_hour_over_a_change_of_the_clock)
{
    const int64_t autumn = INT64_C(1792836000000); /* Sat 24 Oct 2026 12:00 in Berlin */
    const int64_t spring = INT64_C(1774695600000); /* Sat 28 Mar 2026 12:00 */

    setenv("TZ", "Europe/Berlin", 1);
    tzset();
    cr_expect_eq(moment_next_day(autumn, 1, INT64_MAX), autumn + 25 * HOUR);
    cr_expect_eq(moment_next_day(autumn + 25 * HOUR, -1, INT64_MAX), autumn);
    cr_expect_eq(moment_next_day(autumn + 25 * HOUR, 1, INT64_MAX), autumn + 49 * HOUR);
    cr_expect_eq(moment_next_day(spring, 1, INT64_MAX), spring + 23 * HOUR);
    cr_expect_eq(moment_next_day(spring + 23 * HOUR, -1, INT64_MAX), spring);
}

static const char *first_line_of(size_t count, const char *moment, int cols)
{
    static struct view_settings views[] = { { .name = "Overview" },  { .name = "Queues" },
                                            { .name = "Pipelines" }, { .name = "Flaky" },
                                            { .name = "Tickets" },   { .name = "Failures" },
                                            { .name = "Alerts" },    { .name = "Sources" } };
    static char out[400];
    static struct keymap map;
    struct top_bar top = { .title = "acme platform",
                           .views = views,
                           .view_count = count,
                           .now_ms = NOON,
                           .moment = moment,
                           .keymap = &map };
    struct grid grid;
    struct dx_canvas line;

    keymap_init(&map);
    grid_init(&grid, 1, cols, &glyph_sets[GLYPHS_ASCII]);
    line = canvas_of(&grid);
    bars_top(&line, &top);
    for (int i = 0; i < cols; i++)
        out[i] = grid.cells[i].cp ? (char)grid.cells[i].cp : ' ';
    out[cols] = '\0';
    for (int i = 0; i < cols; i++)
        if (out[i] == 'a' && out[i + 1] == 's' && out[i + 2] == ' ')
            cr_expect_eq(grid.cells[i].role, DX_ROLE_BUSY);
    grid_done(&grid);
    return out;
}

static const char *first_line(const char *moment, int cols)
{
    return first_line_of(2, moment, cols);
}

/* As many views have their names as there is room for beside it. */
Test(moment, leaves_names_to_the_views_beside_the_one_that_is_shown)
{
    const char *line;

    setenv("TZ", "UTC", 1);
    line = first_line_of(8, "as of Fri 20 Nov 14:00", 120);
    cr_expect(strstr(line, " 1 Overview  2 Queues  3 Pipelines  4 Flaky "), "%s", line);
    cr_expect(strstr(line, " 6  7  8  "), "%s", line);
    cr_expect(strstr(line, "  as of Fri 20 Nov 14:00   12:00:00 "), "%s", line);
    line = first_line_of(8, "as of Fri 20 Nov 14:00", 80);
    cr_expect(strstr(line, " 1 Overview  2 3 4 5 6 7 8 "), "%s", line);
}

Test(moment, stands_in_the_first_line_at_any_width)
{
    const char *line;

    setenv("TZ", "UTC", 1);
    line = first_line("as of Fri 20 Nov 14:00", 120);
    cr_expect(strstr(line, "as of Fri 20 Nov 14:00   12:00:00 "), "%s", line);
    cr_expect(strstr(line, "1 Overview  2 Queues"), "%s", line);
    line = first_line("as of Fri 20 Nov 14:00", 80);
    cr_expect(strstr(line, "as of Fri 20 Nov 14:00   12:00 "), "%s", line);
    line = first_line("20 Nov 14:00", 40); /* its clock is left out */
    cr_expect(strstr(line, "20 Nov 14:00 ") && strstr(line, "1 Overview"), "%s", line);
    line = first_line("", 80);
    cr_expect(!strstr(line, "as of") && strstr(line, " 12:00 "), "%s", line);
}

/* Of many views some have no room, and where the clock or the moment stands is none of them. */
Test(moment, tabs_that_are_not_drawn_are_nowhere)
{
    struct view_settings views[24];
    struct keymap map;
    struct top_bar top = { .title = "acme", .views = views, .now_ms = NOON, .keymap = &map };

    keymap_init(&map);
    for (size_t i = 0; i < 24; i++)
        views[i] = (struct view_settings){ .name = "View" };
    for (top.view_count = 2; top.view_count <= 24; top.view_count++) {
        for (int cols = 20; cols <= 120; cols++) {
            top.moment = "";
            for (int col = cols - 6; col < cols; col++)
                cr_expect_eq(bars_tab_at(&top, cols, col), -1, "%zu views, %d of %d",
                             top.view_count, col, cols);
            top.moment = "20 Nov 14:00";
            for (int col = cols - 13; col < cols; col++)
                cr_expect_eq(bars_tab_at(&top, cols, col), -1, "%zu views, %d of %d, moment",
                             top.view_count, col, cols);
        }
    }
}

Test(moment, is_said_shorter_where_there_is_little_room)
{
    struct viewer v = { .stepped = true, .frozen_ms = NOON };
    char out[64];

    setenv("TZ", "UTC", 1);
    cr_expect_str_eq(moment_text(&v, 60, out, sizeof(out)), "as of Fri 4 Oct 12:00");
    cr_expect_str_eq(moment_text(&v, 20, out, sizeof(out)), "as of 4 Oct 12:00");
    cr_expect_str_eq(moment_text(&v, 12, out, sizeof(out)), "4 Oct 12:00");
    v.stepped = false;
    cr_expect_str_eq(moment_text(&v, 60, out, sizeof(out)), "");
}

/* ---- the week before ---- */

TestSuite(week_before, .init = app_start, .fini = app_stop, .timeout = 20);

static void start_loop(void)
{
    a.app.config.calendar.zone = "UTC";
    for (int i = 0; i < KPI_COUNT; i++)
        a.app.config.goals[i] = (struct kpi_goal){ "", "" };
    a.v.loop = ev_loop_new(EVFLAG_AUTO);
    moment_init(&a.v);
}

static void alter_store(const char *sql)
{
    sqlite3 *db;

    cr_assert_eq(sqlite3_open(kit.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    cr_assert_eq(sqlite3_close(db), SQLITE_OK);
}

static void break_store(void)
{
    alter_store("ALTER TABLE ticket_day RENAME TO not_there");
}

static void mend_store(void)
{
    alter_store("ALTER TABLE not_there RENAME TO ticket_day");
}

static const char *draw_until(const char *text)
{
    const char *frame = draw_frame(24, 80);

    for (int i = 0; !strstr(frame, text) && i < 1000; i++) {
        ev_run(a.v.loop, EVRUN_NOWAIT);
        frame = draw_frame(24, 80);
    }
    cr_expect(strstr(frame, text), "no %s in %s", text, frame);
    return frame;
}

/* What is live goes on without it, and does not wait for what does not come. */
Test(week_before, that_cannot_be_read_holds_up_nothing)
{
    int updates;

    break_store();
    start_loop();
    draw_frame(24, 80);
    moment_week(&a.v);
    updates = a.updates;
    for (int i = 0; a.v.week && i < 1000; i++) {
        draw_frame(24, 80);
        ev_run(a.v.loop, EVRUN_NOWAIT);
    }
    cr_expect_not(a.v.week);
    cr_expect_str_eq(a.v.message, "the week before cannot be read: there is no table ticket_day");
    draw_frame(24, 80);
    cr_expect_gt(a.updates, updates);
    moment_done(&a.v);
    ev_loop_destroy(a.v.loop);
}

/* It is made anew every ten minutes. */
Test(week_before, is_not_waited_for_on_the_wall)
{
    start_loop();
    a.v.week = true;
    cr_expect_not(moment_is_ready(&a.v));
    a.v.wall.on = true;
    cr_expect(moment_is_ready(&a.v));
    a.v.wall.on = false;
    cr_expect_not(moment_is_ready(&a.v));
    moment_done(&a.v);
    ev_loop_destroy(a.v.loop);
}

/* Nothing was shown before that could stay, and what is empty would be taken for no data. */
Test(week_before, that_is_read_first_is_said_in_place_of_panels)
{
    const char *sentence = "Reading the week before; what is shown comes with it.";

    start_loop();
    a.v.week = true;
    cr_expect(strstr(draw_frame(24, 80), sentence));
    cr_expect_eq(a.updates, 0);
    cr_expect_not(strstr(draw_frame(24, 40), "comes with"), "no half sentence");
    cr_expect(strstr(draw_frame(24, 40), "Reading the week before"));
    for (int i = 0; a.updates == 0 && i < 1000; i++) {
        ev_run(a.v.loop, EVRUN_NOWAIT);
        draw_frame(24, 80);
    }
    cr_expect_gt(a.updates, 0);
    cr_expect_not(strstr(draw_frame(24, 80), sentence));
    a.v.page = 1; /* another view, which waits for nothing */
    cr_expect_not(strstr(draw_frame(24, 80), sentence));
    moment_done(&a.v);
    ev_loop_destroy(a.v.loop);
}

/* What was read before has names; no frame, no file and no key gives them away. */
Test(week_before, that_is_being_read_holds_up_no_hiding_of_names)
{
    struct slot *slot = &a.v.pages[0].slots[0];
    struct dx_error err = { 0 };
    char file[400], path[400];
    const char *frame;

    snprintf(file, sizeof(file), "%s/saved", kit.dir);
    a.url = "https://ci.example/row";
    start_loop();
    terminal_open(24, 80);
    cr_assert(strstr(draw_frame(24, 80), "row 0"));
    moment_week(&a.v);
    cr_assert(strstr(draw_frame(24, 80), "row 0"));
    actions_do(&a.v, ACTION_REDACT, &(struct deed){ .text = "" });
    frame = draw_frame(24, 80);
    cr_expect_not(strstr(frame, "row 0"), "%s", frame);
    cr_expect(strstr(frame, " Hiding names; "), "%s", frame);
    cr_expect_str_eq(instance_url(&slot->instance), "");
    cr_expect_not(picture_save(&a.v, PICTURE_TEXT, file, path, sizeof(path), &err));
    cr_expect_str_eq(err.text, "cannot save: names are not hidden yet");
    cr_expect_neq(access(file, F_OK), 0);
    actions_do(&a.v, ACTION_REDACT, &(struct deed){ .text = "" });
    cr_expect_not(picture_save(&a.v, PICTURE_TEXT, file, path, sizeof(path), &err));
    cr_expect_str_eq(err.text, "cannot save: names are not shown yet");
    actions_do(&a.v, ACTION_REDACT, &(struct deed){ .text = "" });
    for (int i = 0; !strstr(frame, "row 0") && i < 1000; i++) {
        ev_run(a.v.loop, EVRUN_NOWAIT);
        frame = draw_frame(24, 80);
    }
    cr_expect(strstr(frame, "row 0") && !strstr(frame, "Hiding"), "%s", frame);
    cr_expect_str_eq(instance_url(&slot->instance), a.url);
    cr_expect(picture_save(&a.v, PICTURE_TEXT, file, path, sizeof(path), &err), "%s", err.text);
    terminal_close();
    moment_done(&a.v);
    ev_loop_destroy(a.v.loop);
}

/* One that was read before, and is shown again while nothing can be read, has them too. */
Test(week_before, names_of_another_view_are_hidden_until_it_is_read)
{
    const char *frame;

    a.v.page = 1;
    cr_assert(strstr(draw_frame(24, 80), "row 0"));
    a.v.page = 0;
    draw_frame(24, 80);
    actions_do(&a.v, ACTION_REDACT, &(struct deed){ .text = "" });
    cr_expect(strstr(draw_frame(24, 80), "row 0"), "it was read again");
    start_loop();
    a.v.week = true;
    a.v.page = 1;
    frame = draw_frame(24, 80);
    cr_expect(strstr(frame, " Hiding names; ") && !strstr(frame, "row 0"), "%s", frame);
    a.v.week = false;
    cr_expect(strstr(draw_frame(24, 80), "row 0"));
    actions_do(&a.v, ACTION_REDACT, &(struct deed){ .text = "" });
    cr_expect(strstr(draw_frame(24, 80), "row 0"), "names are shown: nothing is waited for");
    moment_done(&a.v);
    ev_loop_destroy(a.v.loop);
}

/* A moment that could not be read is tried again, or the veil would stay for ever. */
Test(week_before, names_that_are_hidden_at_a_moment_that_could_not_be_read_are_read_again)
{
    const char *frame;

    cr_assert(strstr(draw_frame(24, 80), "row 0"));
    alter_store("INSERT INTO meta (key, value) VALUES ('derived_ms', 1790000040000)");
    break_store();
    start_loop();
    moment_step_hour(&a.v, -1);
    frame = draw_until("cannot read");
    cr_assert(strstr(frame, "row 0"), "%s", frame);
    actions_do(&a.v, ACTION_REDACT, &(struct deed){ .text = "" });
    frame = draw_until(" This moment cannot be read");
    cr_expect_not(strstr(frame, "row 0"), "%s", frame);
    mend_store();
    for (int i = 0; i < 2; i++) /* shown, and hidden again */
        actions_do(&a.v, ACTION_REDACT, &(struct deed){ .text = "" });
    cr_expect(strstr(draw_frame(24, 80), " Hiding names; "));
    frame = draw_until("row 0");
    cr_expect_not(strstr(frame, "Hiding"), "%s", frame);
    moment_done(&a.v);
    ev_loop_destroy(a.v.loop);
}

Test(week_before, nor_has_the_wall_names_that_are_hidden)
{
    struct grid grid;

    a.v.want_update = false;
    a.v.redacted = a.v.veiled = a.v.wall.on = true;
    grid_init(&grid, 24, 80, &glyph_sets[GLYPHS_ASCII]);
    viewer_draw(&a.v, &grid);
    cr_expect(grid_shows(&grid, "Hiding names; "));
    grid_clear(&grid);
    strcpy(a.v.store_trouble, "store: disk I/O error");
    viewer_draw(&a.v, &grid);
    cr_expect(grid_shows(&grid, "store: disk I/O error"));
    grid_done(&grid);
}
