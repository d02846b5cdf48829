/* What stands around a panel: its options, its errors, its rows, its time. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panel_kit.h"

TestSuite(host, .init = panel_start, .fini = panel_stop, .timeout = 20);

static const char *own_title(const void *state)
{
    return ((const struct state *)state)->title;
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
    panel_update();
    cr_expect(panel_shows("no goal is set"));
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
    cr_expect(panel_shows("it did not open and did not say why"));
    cr_expect_eq(panel.draws, 0);
}

static void add_openable(const struct dx_view *view, struct dx_list *list)
{
    struct dx_cell cell = { .text = "k1" };

    (void)view;
    dx_add(list, DX_ROW(.key = "k1", .url = "", .into = "the first", .cells = &cell));
}

Test(host, a_panel_that_does_not_open_is_not_drawn_where_it_follows_either)
{
    static const struct dx_level levels[] = { { NULL, NULL } };
    struct instance master;
    struct reader reader = fake_reader();

    lists.levels = paints.levels = levels;
    lists.level_count = paints.level_count = 1;
    panel.update = add_openable;
    cr_assert(instance_open(&master, &lists, "", NULL, 0));
    instance_update(&master, &reader, NOW, 6, 58);
    panel.fail = true;
    panel.words = "no goal is set";
    cr_expect_not(instance_open(&in, &paints, "", NULL, 0));
    cr_expect(instance_follow(&in, &master));
    panel_update();
    cr_expect(panel_shows("no goal is set"));
    cr_expect_eq(panel.draws, 0);
    instance_close(&master);
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
    panel_update();
    cr_expect(panel_shows("it neither lists nor paints"));
}

/* ---- updates ---- */

Test(host, an_update_that_fails_says_why_until_one_goes_well)
{
    instance_open(&in, &paints, "", NULL, 0);
    panel.fail = true;
    panel.words = "nothing fits";
    panel_update();
    cr_expect(panel_shows("nothing fits"));
    panel.words = NULL;
    panel_update();
    cr_expect(panel_shows("it failed and did not say why"));
    cr_expect_eq(panel.draws, 0);
    panel.fail = false;
    panel_update();
    cr_expect(panel_shows("painted"));
}

Test(host, an_error_of_the_store_is_shown_unless_the_panel_has_its_own)
{
    instance_open(&in, &paints, "", NULL, 0);
    dx_fail(&fake.error, DX_FAULT_SYSTEM, "disk is gone");
    panel_update();
    cr_expect(panel_shows("disk is gone"));
    dx_fail(&fake.error, DX_FAULT_SYSTEM, "disk is gone");
    panel.fail = true;
    panel.words = "mine";
    panel_update();
    cr_expect(panel_shows("mine"));
    panel.fail = false;
    panel_update();
    cr_expect(panel_shows("painted"));
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
    cr_expect_eq(dx_int(rows, DX_FIELD_N), DX_INT_MOST);
    cr_expect_eq(dx_int(rows, DX_FIELD_LOST), -DX_INT_MOST);
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
    fake_set(row, DX_FIELD_N, 9e18);
    fake_set(row, DX_FIELD_LOST, -9e18);
    paints.reads = 0;
    instance_open(&in, &paints, "", NULL, 0);
    panel.update = read_rows;
    panel_update();
    cr_expect_eq(fake.opened, 2, "without `reads` no ages are read");
    cr_expect_eq(fake.open, 0);
}

/* ---- what it keeps ---- */

static const char *whole_url;

static void add_whole(const struct dx_view *view, struct dx_list *list)
{
    if (whole_url && dx_depth(view) == 0)
        dx_add(list, DX_ROW(.key = "k1", .url = whole_url, .into = "the worst"));
}

/* A graph is no list; the first row that it yields is what Enter and the URL are of. */
Test(host, a_panel_that_paints_says_what_is_opened_of_it)
{
    static const struct dx_level levels[] = { { NULL, NULL } };

    paints.levels = levels;
    paints.level_count = 1;
    panel.update = add_whole;
    panel.rows = 1; /* a second one */
    whole_url = "https://h/k1";
    cr_assert(instance_open(&in, &paints, "", NULL, 0));
    panel_update();
    cr_expect_str_eq(instance_url(&in), "https://h/k1");
    cr_expect(instance_opens(&in));
    cr_assert(instance_enter(&in));
    panel_update();
    cr_expect_eq(in.depth, 1);
    cr_expect_str_eq(in.path[0].key, "k1");
    cr_expect_str_eq(in.path[0].name, "the worst");
    cr_expect_str_eq(instance_url(&in), "https://h/k1");
    cr_expect_not(instance_enter(&in), "there is no level below");
    cr_expect(instance_back(&in));
    whole_url = NULL; /* it is gone */
    panel.rows = 0;
    panel_update();
    cr_expect_not(instance_opens(&in));
    cr_expect_str_eq(instance_url(&in), "");
}

/* As its user has bound it; where that is on no key, by name. */
static void type_names(const struct dx_view *view, struct dx_list *list)
{
    char week[32], accept[32], none[32], tiny[3];

    dx_note(list, "");
    cr_expect_str_eq(dx_typed(view, "week", week, sizeof(week)), panel.words);
    cr_expect_str_eq(dx_typed(view, "accept", accept, sizeof(accept)),
                     *panel.words == 'w' ? "a" : ":accept");
    cr_expect_str_eq(dx_typed(view, "weak", none, sizeof(none)), "");
    cr_expect_str_eq(dx_typed(view, "page-down", tiny, sizeof(tiny)),
                     *panel.words == 'w' ? "pa" : ":p");
}

Test(host, a_panel_learns_what_is_typed_for_an_action)
{
    struct keymap map = { .count = 0 };

    panel.update = type_names;
    panel.words = "w"; /* as shipped */
    cr_assert(instance_open(&in, &lists, "", NULL, 0));
    panel_update();
    keymap_add(&map, ACTION_WEEK, (struct key){ .key = DX_KEY_F1 + 1, .mods = DX_MOD_CTRL });
    keymap_add(&map, ACTION_WEEK, (struct key){ .key = 'v' });
    in.keymap = &map;
    panel.words = "ctrl-f2";
    panel_update();
}

Test(host, goes_as_deep_as_the_path_and_finds_its_selections_again)
{
    struct step step = { .url = "" };
    char key[16];

    panel.rows = 3;
    instance_open(&in, &lists, "", NULL, 0);
    for (int i = 0; i <= PATH_MOST; i++) {
        panel_update();
        table_move(in.table, i % 3, 3);
        snprintf(step.key, sizeof(step.key), "step %d", i);
        instance_push(&in, &step);
    }
    cr_expect_eq(in.depth, PATH_MOST, "the ninth step is not made");
    for (int i = PATH_MOST; i > 0; i--) {
        snprintf(key, sizeof(key), "step %d", i - 1);
        cr_expect_str_eq(in.path[i - 1].key, key);
        cr_assert(instance_back(&in));
        panel_update();
        snprintf(key, sizeof(key), "row %d", (i - 1) % 3);
        cr_expect_str_eq(table_selected(in.table)->key, key, "at level %d", i - 1);
    }
    cr_expect_not(instance_back(&in));
}

Test(host, rests_without_rows_and_keeps_what_was_chosen)
{
    panel.rows = 3;
    instance_open(&in, &lists, "", NULL, 0);
    panel_update();
    table_move(in.table, 2, 3);
    instance_rest(&in);
    cr_expect_eq(in.table->row_count, 0);
    cr_expect_null(table_selected(in.table));
    panel_update();
    cr_expect_eq(in.table->row_count, 3);
    cr_expect_str_eq(table_selected(in.table)->key, "row 2");
}

static void find_many(const struct dx_view *view, struct dx_list *list)
{
    char subject[32];

    (void)view;
    for (int i = 0; i < 2 * FINDINGS_MOST; i++) {
        snprintf(subject, sizeof(subject), "finding %d", i);
        dx_finding(list, DX_ROLE_WARN, subject, "is there");
    }
}

static char asked[64];

static void a_part(const struct dx_view *view, struct dx_list *list)
{
    bool reverse;
    int sorted = dx_sorted(view, &reverse);

    (void)snprintf(asked, sizeof(asked), "%s|%d|%d", dx_search(view), sorted, reverse);
    dx_part_of(list, 20000);
}

Test(host, a_list_that_is_a_part_says_of_how_many_and_is_told_what_is_looked_for)
{
    panel.rows = 5;
    cr_assert(instance_open(&in, &lists, "", NULL, 0));
    panel_update();
    cr_expect_not(panel_shows("20,000"));
    panel.update = a_part;
    panel_update();
    cr_expect_str_eq(asked, "|-1|0");
    cr_expect(panel_shows("1-5 of 5 of 20,000"));
    (void)snprintf(in.table->filter, sizeof(in.table->filter), "row");
    in.table->sort = 0;
    in.table->reverse = true;
    panel_update();
    cr_expect_str_eq(asked, "row|0|1");
    cr_expect(panel_shows("/row  5 of 20,000"));
}

static bool later;

static void takes_long(const struct dx_view *view, struct dx_list *list)
{
    (void)list;
    later = dx_later(view);
}

Test(host, only_the_first_frame_of_what_is_opened_does_not_wait_for_what_takes_long)
{
    struct step step = { .key = "t1", .url = "" };

    panel.update = takes_long;
    cr_assert(instance_open(&in, &lists, "", NULL, 0));
    panel_update();
    cr_expect_not(later, "nobody hurries");
    instance_push(&in, &step);
    in.hurried = true;
    panel_update();
    cr_expect(later && in.owes);
    panel_update();
    cr_expect(!later && !in.owes);
    panel_update();
    cr_expect(!later && !in.owes, "it is shown already");
    cr_expect(instance_back(&in));
    panel_update();
    (void)snprintf(step.key, sizeof(step.key), "t2");
    instance_push(&in, &step);
    panel_update();
    cr_expect(later && in.owes, "of another one");
    panel_update();
    instance_rest(&in);
    panel_update();
    cr_expect(later && in.owes, "it was not on the screen meanwhile");
}

static void find_the_worst_last(const struct dx_view *view, struct dx_list *list)
{
    find_many(view, list);
    dx_finding(list, DX_ROLE_BAD, "worst", "is there");
}

Test(host, findings_are_the_first_ones_and_all_are_counted)
{
    instance_open(&in, &lists, "", NULL, 0);
    panel_update();
    cr_expect_eq(in.finding_count, 0);
    panel.update = find_many;
    panel_update();
    cr_expect_eq(in.finding_count, FINDINGS_MOST);
    cr_expect_str_eq(in.findings[FINDINGS_MOST - 1].subject, "finding 23");
    cr_expect_eq(in.found_count, 2 * FINDINGS_MOST);
    panel.update = find_the_worst_last;
    panel_update();
    cr_expect_eq(in.finding_count, FINDINGS_MOST);
    cr_expect_str_eq(in.findings[FINDINGS_MOST - 1].subject, "worst");
    cr_expect_str_eq(in.findings[FINDINGS_MOST - 2].subject, "finding 22");
    cr_expect_eq(in.found_count, 2 * FINDINGS_MOST + 1);
}

/* ---- below a list ---- */

static void say_under(const void *state, const char *row_key, struct dx_canvas *c)
{
    char text[60];

    (void)state;
    snprintf(text, sizeof(text), "of %s: %d x %d", row_key, dx_canvas_rows(c), dx_canvas_cols(c));
    dx_put(c, 0, 0, NULL, text);
}

/* What a panel says of the selected row stands below the rows, where these leave six
 * lines, and on its first level only. */
Test(host, what_it_says_of_the_selected_row_stands_below_the_rows)
{
    grid_done(&grid);
    grid_init(&grid, 16, 60, &glyph_sets[GLYPHS_ASCII]); /* with its frame */
    canvas = canvas_of(&grid);
    lists.under = say_under;
    instance_open(&in, &lists, "", NULL, 0);
    panel.rows = 7;
    panel_update();
    cr_expect(strstr(panel_line(9), "of row 0: 6 x 58"), "%s", panel_line(9));
    panel.rows = 8;
    panel_update();
    cr_expect_not(panel_shows("of row 0"), "five lines are too few");
    panel.rows = 2;
    panel_update();
    cr_expect(strstr(panel_line(4), "of row 0: 11 x 58"), "%s", panel_line(4));
    instance_push(&in, &(struct step){ .key = "row 0" });
    cr_expect_not(panel_shows("of row 0"));
}

static void count_under(const struct dx_view *view, struct dx_list *list)
{
    (void)list;
    panel.events = dx_rows_under(view, (size_t)panel.rows);
}

/* The list that a view is about is cut for it, where it is high enough: a third is left, six at
 * least. Rows that are not drawn are not counted in the frame, nor found under the mouse. */
Test(host, a_long_list_leaves_room_for_what_is_said_of_a_row)
{
    grid_done(&grid);
    grid_init(&grid, 18, 60, &glyph_sets[GLYPHS_ASCII]); /* with its frame */
    canvas = canvas_of(&grid);
    lists.under = say_under;
    instance_open(&in, &lists, "", NULL, 0);
    panel.rows = 40;
    panel_update();
    cr_expect_not(panel_shows("of row 0"));
    cr_expect(instance_select_at(&in, 12, 1));
    in.keeps = true;
    panel_update();
    cr_expect(strstr(panel_line(11), "of row 11: 6 x 58"), "%s", panel_line(11));
    cr_expect(panel_shows("4-12 of 40"), "the selected one is the last of nine");
    cr_expect_not(instance_select_at(&in, 10, 1));
    cr_expect(instance_select_at(&in, 9, 1));
    cr_expect_eq(instance_under_rows(&in, 40, 15), 0, "it is too low");
    cr_expect_eq(instance_under_rows(&in, 40, 36), 12);
    cr_expect_eq(instance_under_rows(&in, 5, 36), 30, "what is left anyway");
    lists.under = NULL;
    cr_expect_eq(instance_under_rows(&in, 40, 36), 0);
}

Test(host, a_panel_is_told_what_its_list_will_leave)
{
    struct reader reader = fake_reader();

    lists.under = say_under;
    instance_open(&in, &lists, "", NULL, 0);
    panel.update = count_under;
    panel.rows = 3;
    instance_update(&in, &reader, NOW, 20, 58);
    cr_expect_eq(panel.events, 16);
    panel.rows = 14;
    instance_update(&in, &reader, NOW, 20, 58);
    cr_expect_eq(panel.events, 0, "five are too few");
}
