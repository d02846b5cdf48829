/* What the frame of a panel says, and what panels call. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "panel_kit.h"

TestSuite(frame, .init = panel_start, .fini = panel_stop, .timeout = 20);
TestSuite(api, .init = panel_start, .fini = panel_stop, .timeout = 20);

/* ---- the frame ---- */

struct source { /* of which a frame tells the age */
    const char *name;
    enum dx_source_state state;
    int64_t ok_s; /* before NOW; 0: never */
    const char *text;
    int64_t done, total;
};

static void add_source(const struct source *s)
{
    struct fake_row *row = fake_add(DX_QUERY_SOURCES);

    fake_text(row, DX_FIELD_SOURCE, s->name);
    fake_set(row, DX_FIELD_STATE, s->state);
    fake_set(row, DX_FIELD_LAST_OK, s->ok_s ? (double)(NOW - s->ok_s * 1000) : 0.);
    fake_set(row, DX_FIELD_EVERY, 15000);
    fake_set(row, DX_FIELD_YIELDS, 1U << DX_KIND_SAMPLE);
    fake_text(row, DX_FIELD_TEXT, s->text ? s->text : "");
    fake_set(row, DX_FIELD_DONE, (double)s->done);
    fake_set(row, DX_FIELD_TOTAL, (double)s->total);
}

static const struct {
    struct source source[2];
    const char *note; /* in the frame's upper line */
    bool stale;
} ages[] = {
    { { { 0 } }, "", false },
    { { { "prom", DX_SOURCE_NEW, 0, NULL, 0, 0 } }, " prom -", false },
    { { { "prom", DX_SOURCE_LIVE, 9, NULL, 0, 0 } }, " prom now -", false },
    { { { "prom", DX_SOURCE_LIVE, 29, NULL, 0, 0 } }, " prom 20s -", false },
    { { { "prom", DX_SOURCE_LIVE, -5, NULL, 0, 0 } }, " prom now -", false },
    { { { "prom", DX_SOURCE_LIVE, 5, NULL, 0, 0 }, { "vm", DX_SOURCE_LIVE, 25, NULL, 0, 0 } },
      " 2 sources 20s -",
      false },
    { { { "prom", DX_SOURCE_FILLING, 5, NULL, 1, 3 } }, " filling 33 % -", false },
    { { { "prom", DX_SOURCE_LOST, 20, "answered 503", 0, 0 } }, " prom 20s -", false },
    { { { "prom", DX_SOURCE_LOST, 95, "answered 503", 0, 0 } },
      " stale 1m . prom answered 503 -",
      true },
    { { { "prom", DX_SOURCE_STOPPED, 7300, "refused (401)", 0, 0 } },
      " stale 2h01m . prom refused (401) -",
      true },
    { { { "prom", DX_SOURCE_LOST, 0, "no route", 0, 0 } }, " prom no route -", true },
    { { { "prom", DX_SOURCE_LIVE, 95, NULL, 0, 0 } }, " stale 1m . prom -", true },
    { { { "prom", DX_SOURCE_LOST, 95, "answered 503", 0, 0 },
        { "vm", DX_SOURCE_LIVE, 5, NULL, 0, 0 } },
      " stale 1m . prom answered 503 -",
      true },
};

Test(frame, says_how_old_the_data_is_and_why)
{
    for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++) {
        char want[128];

        fake.count = 0;
        for (int s = 0; s < 2 && ages[i].source[s].name; s++)
            add_source(&ages[i].source[s]);
        instance_open(&in, &paints, "", NULL, 0);
        panel_update();
        snprintf(want, sizeof(want), "%s+", ages[i].note);
        char plain[512];
        snprintf(plain, sizeof(plain), "%s", panel_line(0));
        for (char *dot = strstr(plain, "<b7>"); dot; dot = strstr(plain, "<b7>")) {
            *dot = '.';
            memmove(dot + 1, dot + 4, strlen(dot + 4) + 1);
        }
        size_t at = strlen(plain) > strlen(want) ? strlen(plain) - strlen(want) : 0;
        cr_expect_str_eq(plain + at, want, "%zu: %s", i, plain);
        cr_expect_eq(in.stale, ages[i].stale, "%zu", i);
        instance_close(&in);
    }
}

static const char *only_vm(const void *state)
{
    (void)state;
    return "vm";
}

Test(frame, a_panel_of_one_source_tells_that_ones_age)
{
    add_source(&(struct source){ "prom", DX_SOURCE_LIVE, 900, "", 0, 0 });
    add_source(&(struct source){ "vm", DX_SOURCE_LIVE, 5, "", 0, 0 });
    paints.source = only_vm;
    instance_open(&in, &paints, "", NULL, 0);
    panel_update();
    cr_expect(strstr(panel_line(0), " vm now "), "%s", panel_line(0));
    instance_close(&in);
    paints.source = NULL;
    paints.reads = 1U << DX_KIND_ALERT; /* that none of them yields */
    instance_open(&in, &paints, "", NULL, 0);
    panel_update();
    cr_expect_null(strstr(panel_line(0), "vm"), "%s", panel_line(0));
    cr_expect_null(strstr(panel_line(0), "prom"), "%s", panel_line(0));
}

static void note(const struct dx_view *view, struct dx_list *list)
{
    (void)view;
    dx_note(list, "last 24 h");
    dx_empty(list, "All is quiet.");
}

Test(frame, a_list_says_what_there_is_and_what_passes_the_filter)
{
    instance_open(&in, &lists, "", NULL, 0);
    panel_update();
    cr_expect(panel_shows("Nothing here yet."));
    panel.update = note;
    panel_update();
    cr_expect(panel_shows("All is quiet."));
    cr_expect(strstr(panel_line(0), " last 24 h "), "%s", panel_line(0));
    panel.rows = 5;
    panel_update();
    cr_expect(panel_shows("row 4"));
    cr_expect_null(strstr(panel_line(7), " of "), "%s", panel_line(7));
    panel.rows = 20;
    panel_update();
    cr_expect(strstr(panel_line(7), " 1-5 of 20 "), "%s", panel_line(7));
    strcpy(in.tables[0].filter, "row 1");
    panel_update();
    cr_expect(strstr(panel_line(7), " /row 1  "), "%s", panel_line(7));
    strcpy(in.tables[0].filter, "nothing");
    panel_update();
    cr_expect(strstr(panel_line(7), " /nothing  0 of 20 "), "%s", panel_line(7));
    cr_expect(panel_shows("Nothing fits the filter."));
}

static const char *said;

static void say(const struct dx_view *view, struct dx_list *list)
{
    (void)view;
    dx_note(list, said);
}

struct fitted {
    const char *said;
    int cols;
    const char *line;
};

static void expect_fitted(const struct fitted *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        said = cases[i].said;
        panel_update();
        canvas = canvas_of(&grid);
        canvas = canvas_sub(&canvas, (struct dx_box){ 0, 0, grid.rows, cases[i].cols });
        cr_expect_str_eq(panel_line(0), cases[i].line, "%zu: %s", i, panel_line(0));
    }
}

/* "platform 17, un~" says nothing, and hides how old it is. */
Test(frame, what_has_no_room_goes_in_whole_parts_and_the_age_stays)
{
    static const struct fitted cases[] = {
        { "a 12, b 3 · cd", 38, "+- Fake - a 12, b 3 . cd . prom 20s -+" },
        { "a 12, b 3 · cd", 37, "+- Fake ----- a 12, b 3 . cd . 20s -+" },
        { "a 12, b 3 · cd", 32, "+- Fake ----- a 12, b 3 . 20s -+" },
        { "a 12, b 3 · cd", 27, "+- Fake ----- a 12 . 20s -+" },
        { "one long part of it", 35, "+- Fake -------------------- 20s -+" },
        { "", 24, "+- Fake ---- prom 20s -+" },
    };

    add_source(&(struct source){ "prom", DX_SOURCE_LIVE, 25, NULL, 0, 0 });
    panel.update = say;
    instance_open(&in, &paints, "", NULL, 0);
    expect_fitted(cases, sizeof(cases) / sizeof(cases[0]));
}

/* What follows another panel has no age, and its last part is cut rather than left out. */
Test(frame, what_follows_another_says_what_has_room)
{
    static const struct fitted cases[] = {
        { "wait p95, 24 h", 27, "+- Fake - wait p95, 24 h -+" },
        { "wait p95, 24 h", 26, "+- Fake ------ wait p95 -+" },
        { "oldest first", 24, "+- Fake - oldest fir~ -+" },
    };

    add_source(&(struct source){ "prom", DX_SOURCE_LIVE, 25, NULL, 0, 0 });
    panel.update = say;
    instance_open(&in, &paints, "", NULL, 0);
    in.base = 1;
    expect_fitted(cases, sizeof(cases) / sizeof(cases[0]));
}

Test(frame, the_rows_that_it_counts_are_those_that_are_shown)
{
    instance_open(&in, &lists, "", NULL, 0);
    panel.rows = 20;
    panel_update();
    table_move(in.table, 19, 5);
    cr_expect(strstr(panel_line(7), " 16-20 of 20 "), "%s", panel_line(7));
    panel.rows = 8;
    panel_update();
    cr_expect(strstr(panel_line(7), " 4-8 of 8 "), "%s", panel_line(7));
    cr_expect(panel_shows("row 7"));
}

Test(frame, nothing_is_drawn_outside_of_the_smallest_canvas)
{
    panel.rows = 3;
    instance_open(&in, &lists, "A title that is far too long for it", NULL, 0);
    panel_update();
    for (int rows = 0; rows < 6; rows++)
        for (int cols = 0; cols < 12; cols++) {
            struct dx_canvas small = canvas_sub(&canvas, (struct dx_box){ 1, 1, rows, cols });

            grid_clear(&grid);
            instance_draw(&in, &small, NOW, true);
            for (int i = 0; i < grid.rows * grid.cols; i++) {
                int row = i / grid.cols - 1, col = i % grid.cols - 1;
                bool inside = row >= 0 && col >= 0 && row < rows && col < cols;

                cr_assert(inside || grid.cells[i].cp == 0, "%dx%d at %d, %d", rows, cols, row, col);
            }
        }
}

/* ---- what panels call ---- */

static const struct {
    const char *labels, *name, *value;
} labels[] = {
    { "{}", "a", "" },
    { "", "a", "" },
    { "{a=\"1\"}", "a", "1" },
    { "{a=\"1\", b=\"2\"}", "b", "2" },
    { "{ab=\"1\", b=\"2\"}", "b", "2" },
    { "{b=\"2\", ba=\"1\"}", "ba", "1" },
    { "{a=\"b=\\\"x\\\"\", b=\"2\"}", "b", "2" },
    { "{a=\"b=\\\"x\\\"\"}", "b", "" },
    { "{a=\"say \\\"hi\\\"\"}", "a", "say \"hi\"" },
    { "{a=\"c:\\\\x\", b=\"2\"}", "a", "c:\\x" },
    { "{a=\"}\", b=\"{\"}", "b", "{" },
    { "{a=\"\", b=\"2\"}", "a", "" },
    { "{a=\"", "a", "" },
    { "{a=\"x\\", "a", "x\\" },
    { "{a", "a", "" },
    { "{a=\"x\"}", "", "" },
};

Test(api, one_label_is_read_out_of_all)
{
    char out[64];

    for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
        cr_expect_str_eq(dx_label(out, sizeof(out), labels[i].labels, labels[i].name),
                         labels[i].value, "%s of %s", labels[i].name, labels[i].labels);
}

static const struct stale_case {
    const char *what;
    enum dx_source_state state;
    int64_t last_ok_ms, from_ms;
} stale_cases[] = {
    { "answers", DX_SOURCE_LIVE, NOW, NOW + 60000 },
    { "fills", DX_SOURCE_FILLING, NOW, NOW + 60000 },
    { "did answer", DX_SOURCE_LOST, NOW, NOW + 60000 },
    { "did answer, then refused", DX_SOURCE_STOPPED, NOW, NOW + 60000 },
    { "is awaited", DX_SOURCE_NEW, 0, INT64_MAX },
    { "is slowed before its first answer", DX_SOURCE_LIMITED, 0, INT64_MAX },
    { "never answered", DX_SOURCE_LOST, 0, 0 },
    { "never let us in", DX_SOURCE_STOPPED, 0, 0 },
};

Test(api, a_source_is_stale_two_intervals_after_its_last_answer)
{
    for (size_t i = 0; i < sizeof(stale_cases) / sizeof(stale_cases[0]); i++)
        cr_expect_eq(dx_stale_from(stale_cases[i].state, stale_cases[i].last_ok_ms, 30000),
                     stale_cases[i].from_ms, "one that %s", stale_cases[i].what);
}

Test(api, intervals_that_cannot_be_overflow_nothing)
{
    cr_expect_eq(dx_stale_from(DX_SOURCE_LIVE, NOW, INT64_MAX), INT64_MAX);
    cr_expect_eq(dx_stale_from(DX_SOURCE_LIVE, INT64_MAX, 30000), INT64_MAX);
    cr_expect_eq(dx_stale_from(DX_SOURCE_LIVE, NOW, INT64_MIN), NOW);
}

Test(api, a_label_that_is_too_long_is_cut_between_characters)
{
    char out[6];

    cr_expect_str_eq(dx_label(out, 4, "{a=\"abcdef\"}", "a"), "abc");
    cr_expect_str_eq(dx_label(out, 4, "{a=\"ab\u00e9\"}", "a"), "ab");
    cr_expect_str_eq(dx_label(out, 6, "{a=\"\u4f5c\u4e1a\"}", "a"), "\u4f5c");
    cr_expect_str_eq(dx_label(out, 1, "{a=\"abc\"}", "a"), "");
}

static void find_much(const struct dx_view *view, struct dx_list *list)
{
    char subject[16], many[400];

    (void)view;
    for (int i = 0; i < 12; i++) {
        snprintf(subject, sizeof(subject), "s%d", i);
        dx_finding(list, i % 2 ? DX_ROLE_WARN : DX_ROLE_BAD, subject, "is bad");
    }
    memset(many, 0, sizeof(many));
    for (int i = 0; i < 120; i++)
        strcat(many, "\u4f5c");
    list->instance->finding_count = 7; /* the eighth is long */
    dx_finding(list, DX_ROLE_BAD, many, many);
}

Test(api, findings_are_whole_characters)
{
    instance_open(&in, &paints, "", NULL, 0);
    panel.update = find_much;
    panel_update();
    cr_expect_eq(in.finding_count, 8);
    cr_expect_str_eq(in.findings[3].subject, "s3");
    cr_expect_eq(in.findings[3].role, DX_ROLE_WARN);
    cr_expect_str_eq(in.findings[3].sentence, "is bad");
    cr_expect_eq(strlen(in.findings[7].subject), 93);
    cr_expect_eq(strlen(in.findings[7].sentence), 198);
    panel.update = NULL;
    panel_update();
    cr_expect_eq(in.finding_count, 0, "they are of the last update");
}

static char path[64];

static void read_path(const struct dx_view *view, struct dx_list *list)
{
    (void)list;
    snprintf(path, sizeof(path), "%s", dx_path(view));
}

static void push(struct dx_host *host)
{
    char step[16];

    snprintf(step, sizeof(step), "step %d", host->instance->depth);
    dx_push(host, step);
}

Test(api, a_path_is_walked_down_and_back)
{
    struct dx_event event = { .size = sizeof(event) };
    struct dx_host host = { .instance = &in };

    instance_open(&in, &paints, "Jobs", NULL, 0);
    panel.update = read_path;
    panel_update();
    cr_expect_str_eq(path, "");
    panel.event = push;
    cr_expect_eq(instance_event(&in, &event, &host), DX_USED);
    cr_expect(host.changed);
    instance_event(&in, &event, &host);
    panel_update();
    cr_expect_str_eq(path, "step 1");
    cr_expect(strstr(panel_line(0), "Jobs > step 0 > step 1"), "%s", panel_line(0));
    panel.event = dx_back;
    instance_event(&in, &event, &host);
    panel_update();
    cr_expect_str_eq(path, "step 0");
    instance_event(&in, &event, &host);
    host.changed = false;
    instance_event(&in, &event, &host); /* above the top there is nothing */
    cr_expect_not(host.changed);
    cr_expect_eq(in.depth, 0);
    panel.event = push;
    for (int i = 0; i < 20; i++)
        instance_event(&in, &event, &host);
    cr_expect_eq(in.depth, 8);
}

Test(api, what_a_panel_asks_of_its_host)
{
    struct dx_host host = { .instance = &in };

    dx_open_url(&host, "https://h/");
    cr_expect(host.wish == WISH_URL && strcmp(host.text, "https://h/") == 0);
    dx_copy(&host, "c");
    cr_expect(host.wish == WISH_COPY && strcmp(host.text, "c") == 0);
    dx_message(&host, "m");
    cr_expect(host.wish == WISH_MESSAGE && strcmp(host.text, "m") == 0);
    dx_wish_poll(&host, "");
    cr_expect(host.wish == WISH_POLL && strcmp(host.text, "") == 0);
    cr_expect_not(host.changed);
}

Test(api, drawing_knows_its_canvas)
{
    cr_expect_eq(dx_canvas_rows(&canvas), 8);
    cr_expect_eq(dx_canvas_cols(&canvas), 60);
    cr_expect_str_eq(dx_glyph(&canvas, DX_GLYPH_PATH), ">");
    cr_expect_str_eq(dx_glyph(&canvas, DX_GLYPH_COUNT), "");
    cr_expect_str_eq(dx_glyph(&canvas, (enum dx_glyph) - 1), "");
    cr_expect_eq(dx_width("\u4f5ca"), 3);
}

/* ---- what follows another one ---- */

static const struct dx_row *followed;

static void add_followed(const struct dx_view *view, struct dx_list *list)
{
    (void)view;
    dx_add(list, followed);
}

/* A run that has a URL by now; a person whose name is hidden by now. */
Test(frame, a_panel_that_follows_has_the_name_and_the_url_that_the_row_has_now)
{
    static const struct dx_level levels[] = { { .name = "inside" } };
    const struct dx_cell cells[] = { { .text = "a" } };
    const struct dx_row before = { .size = sizeof(before),
                                   .key = "a",
                                   .into = "bob",
                                   .url = "",
                                   .cells = cells },
                        after = { .size = sizeof(after),
                                  .key = "a",
                                  .into = "person-1",
                                  .url = "https://x.example/1",
                                  .cells = cells };
    struct dx_panel both = lists;
    struct instance follower = { .panel = NULL };

    both.levels = levels;
    both.level_count = 1;
    both.draw = paints.draw;
    panel.update = add_followed;
    cr_assert(instance_open(&in, &both, "", NULL, 0));
    cr_assert(instance_open(&follower, &both, "", NULL, 0));
    followed = &before;
    panel_update();
    cr_expect(instance_follow(&follower, &in));
    cr_expect_str_eq(instance_url(&follower), "");
    followed = &after;
    panel_update();
    cr_expect_not(instance_follow(&follower, &in), "it is inside of the same");
    cr_expect_str_eq(instance_url(&follower), "https://x.example/1");
    cr_expect_str_eq(follower.path[0].name, "person-1");
    instance_close(&follower);
    instance_close(&in);
}

static void add_old(const struct dx_view *view, struct dx_list *list)
{
    const struct dx_cell cells[] = { { .value = (double)(NOW - INT64_C(10860000)) } };

    (void)view;
    dx_add(list, DX_ROW(.key = "a", .cells = cells));
}

/* Another moment than the one that was drawn last. */
Test(frame, a_filter_reads_ages_as_they_are_going_to_be_shown)
{
    static const struct dx_column age[] = {
        { "AGE", DX_CELL_AGE, DX_UNIT_NONE, 0, 5, 8, DX_FIT_RIGHT, "" }, { 0 }
    };
    struct reader reader = fake_reader();
    struct dx_panel old = lists;

    old.columns = age;
    panel.update = add_old;
    cr_assert(instance_open(&in, &old, "", NULL, 0));
    strcpy(in.table->filter, "3h01m");
    panel_update();
    cr_expect_eq(in.table->shown, 1);
    instance_update(&in, &reader, NOW - INT64_C(3600000), 8, 60);
    cr_expect_eq(in.table->shown, 0);
    instance_close(&in);
}
