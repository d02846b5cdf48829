/* What stands around a panel: its options, its frame, its errors, its rows. The
 * panel is the test's, and so is the store that it reads. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "panel/host.h"
#include "reader.h"

static const int64_t NOW = 1790000000000;

/* What the panel does when it is called, and how often it was. */
static struct {
    int opens, closes, updates, draws, events;
    bool fail;                  /* open() and update() */
    const char *words;          /* NULL: without any */
    int slow_update, slow_draw; /* ms */
    int rows;                   /* that it lists */
    void (*update)(const struct dx_view *view, struct dx_list *list);
    void (*event)(struct dx_host *host);
} panel;

struct state { /* its options, then its own */
    int64_t limit;
    const char *title;
    int64_t own;
};

static struct instance in;
static struct grid grid;
static struct dx_canvas canvas;

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

static const char *own_title(const void *state)
{
    return ((const struct state *)state)->title;
}

static const struct dx_column columns[] = { { .title = "NAME", .max = 0, .min = 4 }, { 0 } };

static struct dx_panel paints = { DX_PANEL_HEAD,
                                  .name = "fake",
                                  .summary = "s",
                                  .reads = 1U << DX_KIND_SAMPLE,
                                  .state_size = sizeof(struct state),
                                  .open = do_open,
                                  .close = do_close,
                                  .update = do_update,
                                  .draw = do_draw,
                                  .event = do_event };
static struct dx_panel lists = { DX_PANEL_HEAD,       .name = "fake",
                                 .summary = "s",      .state_size = sizeof(struct state),
                                 .update = do_update, .columns = columns };

static void start(void)
{
    grid_init(&grid, 8, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
}

static void stop(void)
{
    if (in.panel)
        instance_close(&in);
    grid_done(&grid);
    cr_expect_eq(fake.open, 0, "rows were left open");
}

TestSuite(host, .init = start, .fini = stop, .timeout = 20);
TestSuite(frame, .init = start, .fini = stop, .timeout = 20);
TestSuite(api, .init = start, .fini = stop, .timeout = 20);

static void update(void)
{
    struct reader reader = fake_reader();

    instance_update(&in, &reader, NOW, 6, 58);
}

/* A line of the panel as it is drawn, without the blanks at its end. */
static const char *line(int row)
{
    static char text[512];
    size_t n = 0;

    grid_clear(&grid);
    instance_draw(&in, &canvas, NOW, true);
    for (int col = 0; col < grid.cols; col++) {
        char32_t cp = grid.cells[row * grid.cols + col].cp[0];

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

static bool shows(const char *what)
{
    for (int row = 0; row < grid.rows; row++)
        if (strstr(line(row), what))
            return true;
    return false;
}

/* ---- beginning and end ---- */

Test(host, options_go_before_the_panels_own_state_which_is_zero)
{
    struct state settings = { .limit = 7, .title = "T", .own = 99 };
    const struct state *state;

    cr_expect(instance_open(&in, &paints, "", &settings, offsetof(struct state, own)));
    state = in.state;
    cr_expect_eq(state->limit, 7);
    cr_expect_eq(state->own, 0);
    instance_close(&in);
    cr_expect_eq(panel.closes, 1);
    cr_expect(instance_open(&in, &paints, "", NULL, 0));
    cr_expect_eq(((struct state *)in.state)->limit, 0);
    instance_close(&in);
    char large[256] = { 1 }; /* of a panel that was larger */
    cr_expect(instance_open(&in, &paints, "", large, sizeof(large)));
}

Test(host, the_title_is_the_users_or_the_panels_or_its_name)
{
    struct state settings = { .title = "mine" };

    instance_open(&in, &paints, "", &settings, sizeof(settings));
    cr_expect_str_eq(in.title, "Fake");
    instance_close(&in);
    paints.title = own_title;
    instance_open(&in, &paints, "", &settings, sizeof(settings));
    cr_expect_str_eq(in.title, "mine");
    instance_close(&in);
    instance_open(&in, &paints, "theirs", &settings, sizeof(settings));
    cr_expect_str_eq(in.title, "theirs");
    instance_close(&in);
    settings.title = "";
    instance_open(&in, &paints, NULL, &settings, sizeof(settings));
    cr_expect_str_eq(in.title, "Fake");
}

Test(host, a_panel_that_does_not_open_says_why_and_is_left_alone)
{
    struct dx_event event = { .size = sizeof(event) };
    struct dx_host host = { .instance = &in };

    panel.fail = true;
    panel.words = "no goal is set";
    cr_expect_not(instance_open(&in, &paints, "", NULL, 0));
    update();
    cr_expect(shows("no goal is set"));
    cr_expect_eq(instance_event(&in, &event, &host), DX_IGNORED);
    cr_expect_eq(panel.updates + panel.draws + panel.events, 0);
    instance_close(&in);
    cr_expect_eq(panel.closes, 0, "what was not opened is not closed");
}

Test(host, a_panel_that_does_not_open_and_says_nothing_is_not_drawn)
{
    panel.fail = true;
    cr_expect_not(instance_open(&in, &paints, "", NULL, 0));
    cr_expect_neq(in.error.fault, DX_FAULT_NONE);
    cr_expect(shows("it did not open and did not say why"));
    cr_expect_eq(panel.draws, 0);
}

static const struct dx_column *no_columns(const void *state)
{
    (void)state;
    return NULL;
}

Test(host, a_panel_that_neither_lists_nor_paints_says_so)
{
    struct dx_panel odd = lists;

    odd.columns_of = no_columns;
    cr_expect_not(instance_open(&in, &odd, "", NULL, 0));
    update();
    cr_expect(shows("it neither lists nor paints"));
}

/* ---- updates ---- */

Test(host, an_update_that_fails_says_why_until_one_goes_well)
{
    instance_open(&in, &paints, "", NULL, 0);
    panel.fail = true;
    panel.words = "nothing fits";
    update();
    cr_expect(shows("nothing fits"));
    panel.words = NULL;
    update();
    cr_expect(shows("it failed and did not say why"));
    cr_expect_eq(panel.draws, 0);
    panel.fail = false;
    update();
    cr_expect(shows("painted"));
}

Test(host, an_error_of_the_store_is_shown_unless_the_panel_has_its_own)
{
    instance_open(&in, &paints, "", NULL, 0);
    dx_fail(&fake.error, DX_FAULT_SYSTEM, "disk is gone");
    update();
    cr_expect(shows("disk is gone"));
    dx_fail(&fake.error, DX_FAULT_SYSTEM, "disk is gone");
    panel.fail = true;
    panel.words = "mine";
    update();
    cr_expect(shows("mine"));
    panel.fail = false;
    update();
    cr_expect(shows("painted"));
}

static void read_rows(const struct dx_view *view, struct dx_list *list)
{
    struct { /* the filter of an older panel: it ends behind its name */
        size_t size;
        const char *source, *name;
        int64_t other;
    } old = { .size = 3 * sizeof(void *), .source = "", .name = "p95", .other = 666 };
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SERIES, NULL);

    (void)list;
    cr_expect(fake.filtered);
    cr_expect_eq(fake.filter.from_ms, 0);
    cr_expect_eq(fake.now_ms, NOW);
    cr_expect(dx_next(rows));
    cr_expect_str_eq(dx_text(rows, DX_FIELD_NAME), "p95");
    cr_expect_eq(dx_int(rows, DX_FIELD_AT), 5);
    cr_expect(dx_has(rows, DX_FIELD_AT));
    cr_expect_not(dx_has(rows, DX_FIELD_VALUE));
    cr_expect(isnan(dx_number(rows, DX_FIELD_VALUE)));
    dx_rows(view, DX_QUERY_SERIES, (const struct dx_filter *)(const void *)&old);
    cr_expect_str_eq(fake.filter.name, "p95");
    cr_expect_eq(fake.filter.from_ms, 0, "read behind the filter's end");
    cr_expect_eq(dx_now(view), NOW);
    cr_expect_eq(dx_view_rows(view), 6);
    cr_expect_eq(dx_view_cols(view), 58);
    cr_expect_eq(fake.open, 2);
}

Test(host, rows_end_with_the_update)
{
    struct fake_row *row = fake_add(DX_QUERY_SERIES);

    fake_text(row, DX_FIELD_NAME, "p95");
    fake_set(row, DX_FIELD_AT, 5);
    paints.reads = 0;
    instance_open(&in, &paints, "", NULL, 0);
    panel.update = read_rows;
    update();
    cr_expect_eq(fake.opened, 2, "without `reads` no ages are read");
    cr_expect_eq(fake.open, 0);
}

/* ---- slow ones ---- */

Test(host, slow_three_times_in_a_row_is_switched_off)
{
    struct dx_event event = { .size = sizeof(event) };
    struct dx_host host = { .instance = &in };

    instance_open(&in, &lists, "", NULL, 0);
    panel.slow_update = 60;
    update();
    update();
    cr_expect_not(in.off);
    panel.slow_update = 0;
    update(); /* the count begins anew */
    panel.slow_update = 60;
    update();
    update();
    cr_expect_not(in.off);
    update();
    cr_expect(in.off);
    cr_expect(shows("switched off: it took more than 50 ms 3 times in a row"));
    update();
    cr_expect_eq(instance_event(&in, &event, &host), DX_IGNORED);
    cr_expect_eq(panel.updates, 6);
}

/* An update is always followed by a frame. */
Test(host, a_quick_draw_does_not_excuse_a_slow_update_nor_the_other_way_round)
{
    instance_open(&in, &paints, "", NULL, 0);
    panel.slow_update = 60;
    for (int i = 0; i < 3; i++) {
        cr_expect_not(in.off);
        update();
        if (i < 2)
            cr_expect(shows("painted"));
    }
    cr_expect(in.off);
    instance_close(&in);
    instance_open(&in, &paints, "", NULL, 0);
    panel.slow_update = 0;
    panel.slow_draw = 60;
    for (int i = 0; i < 3; i++) {
        cr_expect_not(in.off);
        update();
        line(0);
    }
    cr_expect(in.off);
    cr_expect(shows("switched off"));
}

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
        update();
        snprintf(want, sizeof(want), "%s+", ages[i].note);
        char plain[512];
        snprintf(plain, sizeof(plain), "%s", line(0));
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
    update();
    cr_expect(strstr(line(0), " vm now "), "%s", line(0));
    instance_close(&in);
    paints.source = NULL;
    paints.reads = 1U << DX_KIND_ALERT; /* that none of them yields */
    instance_open(&in, &paints, "", NULL, 0);
    update();
    cr_expect_null(strstr(line(0), "vm"), "%s", line(0));
    cr_expect_null(strstr(line(0), "prom"), "%s", line(0));
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
    update();
    cr_expect(shows("Nothing here yet."));
    panel.update = note;
    update();
    cr_expect(shows("All is quiet."));
    cr_expect(strstr(line(0), " last 24 h "), "%s", line(0));
    panel.rows = 5;
    update();
    cr_expect(shows("row 4"));
    cr_expect_null(strstr(line(7), " of "), "%s", line(7));
    panel.rows = 20;
    update();
    cr_expect(strstr(line(7), " 1-5 of 20 "), "%s", line(7));
    strcpy(in.table.filter, "row 1");
    update();
    cr_expect(strstr(line(7), " /row 1  "), "%s", line(7));
    strcpy(in.table.filter, "nothing");
    update();
    cr_expect(strstr(line(7), " /nothing  0 of 20 "), "%s", line(7));
    cr_expect(shows("Nothing fits the filter."));
}

Test(frame, the_rows_that_it_counts_are_those_that_are_shown)
{
    instance_open(&in, &lists, "", NULL, 0);
    panel.rows = 20;
    update();
    table_move(&in.table, 19, 5);
    cr_expect(strstr(line(7), " 16-20 of 20 "), "%s", line(7));
    panel.rows = 8;
    update();
    cr_expect(strstr(line(7), " 4-8 of 8 "), "%s", line(7));
    cr_expect(shows("row 7"));
}

Test(frame, nothing_is_drawn_outside_of_the_smallest_canvas)
{
    panel.rows = 3;
    instance_open(&in, &lists, "A title that is far too long for it", NULL, 0);
    update();
    for (int rows = 0; rows < 6; rows++)
        for (int cols = 0; cols < 12; cols++) {
            struct dx_canvas small = canvas_sub(&canvas, (struct dx_box){ 1, 1, rows, cols });

            grid_clear(&grid);
            instance_draw(&in, &small, NOW, true);
            for (int i = 0; i < grid.rows * grid.cols; i++) {
                int row = i / grid.cols - 1, col = i % grid.cols - 1;
                bool inside = row >= 0 && col >= 0 && row < rows && col < cols;

                cr_assert(inside || grid.cells[i].cp[0] == 0, "%dx%d at %d, %d", rows, cols, row,
                          col);
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
    char subject[8], many[400];

    (void)view;
    for (int i = 0; i < 12; i++) {
        snprintf(subject, sizeof(subject), "s%d", i);
        dx_finding(list, i % 2 ? DX_ROLE_WARN : DX_ROLE_BAD, subject, "is bad");
    }
    memset(many, 0, sizeof(many));
    for (int i = 0; i < 120; i++)
        strcat(many, "\u4f5c");
    list->instance->finding_count = 7;
    dx_finding(list, DX_ROLE_BAD, many, many);
}

Test(api, findings_are_eight_and_whole_characters)
{
    instance_open(&in, &paints, "", NULL, 0);
    panel.update = find_much;
    update();
    cr_expect_eq(in.finding_count, 8);
    cr_expect_str_eq(in.findings[3].subject, "s3");
    cr_expect_eq(in.findings[3].role, DX_ROLE_WARN);
    cr_expect_str_eq(in.findings[3].sentence, "is bad");
    cr_expect_eq(strlen(in.findings[7].subject), 93);
    cr_expect_eq(strlen(in.findings[7].sentence), 198);
    panel.update = NULL;
    update();
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
    update();
    cr_expect_str_eq(path, "");
    panel.event = push;
    cr_expect_eq(instance_event(&in, &event, &host), DX_USED);
    cr_expect(host.changed);
    instance_event(&in, &event, &host);
    update();
    cr_expect_str_eq(path, "step 1");
    cr_expect(strstr(line(0), "Jobs > step 0 > step 1"), "%s", line(0));
    panel.event = dx_back;
    instance_event(&in, &event, &host);
    update();
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
