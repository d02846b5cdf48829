/* Week against week: what a panel's list says of both moments, and in which order. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "panel_kit.h"

#define WEEK INT64_C(604800000)

enum { NAME, WAIT, JOBS, COLUMNS };

static const struct dx_column columns[] = {
    [NAME] = { .title = "NAME", .type = DX_CELL_TEXT, .min = 4 },
    [WAIT] = { "P95", DX_CELL_NUMBER, DX_UNIT_SECONDS, 0, 6, 7, DX_FIT_RIGHT, "" },
    [JOBS] = { "N", DX_CELL_NUMBER, DX_UNIT_COUNT, 0, 3, 4, DX_FIT_RIGHT, "" },
    [COLUMNS] = { 0 },
};

static enum dx_missing missing;
static enum dx_change_as as;
static bool no_past, in_words;

static const struct dx_change *changes(const void *state)
{
    static struct dx_change table[3];

    (void)state;
    table[0] = (struct dx_change){ "it rose", WAIT, 1, missing, as };
    table[1] = (struct dx_change){ "more", JOBS, 1, missing, DX_CHANGE_UNIT };
    return table;
}

static struct dx_panel weekly;
static struct reader now, then;
static struct as_of before;
static int updates_then;
static bool saw_before;

static const struct {
    const char *name;
    double wait[2], jobs[2]; /* now, then; wait -1: there is no such row */
} rows[] = {
    { "better", { 60, 90 }, { 5, 5 } },   { "same", { 30, 30 }, { 7, 4 } },
    { "worst", { 391, 2 }, { 9, 9 } },    { "fresh", { 10, -1 }, { 1, 0 } },
    { "gone", { -1, 500 }, { 0, 8 } },    { "alike", { 30, 30 }, { 7, 1 } },
    { "unknown", { NAN, 20 }, { 0, 3 } },
};

static void add(struct dx_list *list, size_t i, int at)
{
    struct dx_cell cells[COLUMNS] = { [NAME] = { .text = rows[i].name },
                                      [WAIT] = { .value = rows[i].wait[at] },
                                      [JOBS] = { .value = rows[i].jobs[at] } };
    char words[32];

    (void)snprintf(words, sizeof(words), "%.0f of them", rows[i].wait[at]);
    if (in_words)
        cells[WAIT].text = words;
    if (!(rows[i].wait[at] < 0.))
        dx_add(list, DX_ROW(.key = rows[i].name, .url = "", .cells = cells, .no_past = no_past));
}

static void update(const struct dx_view *view, struct dx_list *list)
{
    int at = dx_now(view) == NOW - WEEK;

    updates_then += at;
    if (at) {
        dx_note(list, "the week before is heard");
        dx_finding(list, DX_ROLE_BAD, "it", "finds something");
    } else {
        saw_before = dx_before(view) && dx_now(dx_before(view)) == NOW - WEEK;
    }
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        add(list, i, at);
}

static void start(void)
{
    panel_start();
    memset(&panel, 0, sizeof(panel));
    fake = (struct fake){ .count = 0 };
    panel.update = update;
    missing = DX_MISSING_UNKNOWN;
    no_past = in_words = false;
    as = DX_CHANGE_UNIT;
    updates_then = 0;
    weekly = lists;
    weekly.columns = columns;
    weekly.changes = changes;
    cr_assert(instance_open(&in, &weekly, NULL, NULL, 0));
    now = then = fake_reader();
    before = (struct as_of){ &then, NOW - WEEK };
}

TestSuite(week, .init = start, .fini = panel_stop, .timeout = 20);

static void compare(bool on)
{
    in.before = on ? &before : NULL;
    instance_update(&in, &now, NOW, 8, 58);
}

static const char *order(void)
{
    static char out[200];
    size_t n = 0;

    for (size_t i = 0; i < in.table->shown; i++)
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s ",
                              in.table->rows[in.table->order[i]].key);
    return out;
}

static const char *cell(const char *key, const char *title)
{
    static char out[100];
    int column = 0;

    while (strcmp(in.columns[column].title, title) != 0)
        column++;
    for (size_t i = 0; i < in.table->row_count; i++)
        if (strcmp(in.table->rows[i].key, key) == 0)
            return table_cell_text(&in.columns[column], &in.table->rows[i].cells[column], NOW, out,
                                   sizeof(out));
    return "no such row";
}

Test(week, what_was_is_said_in_the_words_of_then)
{
    in_words = true;
    compare(true);
    cr_expect_str_eq(cell("worst", "P95"), "391 of them");
    cr_expect_str_eq(cell("worst", "WAS"), "2 of them");
    cr_expect_str_eq(cell("worst", "CHANGE"), "▲ 6m29s");
    cr_expect_str_eq(cell("fresh", "WAS"), "–");
}

Test(week, what_was_stands_beside_what_is)
{
    compare(true);
    cr_expect_eq(updates_then, 1);
    cr_expect(saw_before);
    cr_expect_str_eq(cell("worst", "P95"), "6m31s");
    cr_expect_str_eq(cell("worst", "WAS"), "2s");
    cr_expect_str_eq(cell("worst", "CHANGE"), "▲ 6m29s");
    cr_expect_str_eq(cell("better", "CHANGE"), "▼ 30s");
    cr_expect_str_eq(cell("same", "CHANGE"), "=");
    cr_expect_str_eq(cell("fresh", "WAS"), "–");
    cr_expect_str_eq(cell("fresh", "CHANGE"), "–");
    cr_expect_str_eq(cell("unknown", "CHANGE"), "–");
    cr_expect_str_eq(cell("gone", "WAS"), "no such row");
    cr_expect_str_eq(in.note, "", "what was then says nothing");
    cr_expect_eq(in.finding_count, 0);
}

Test(week, what_got_worse_comes_first_and_what_nobody_knows_last)
{
    size_t worse = 0, better = 0;

    compare(true);
    /* of those whose P95 is the same, by N */
    cr_expect_str_eq(order(), "worst alike same better unknown fresh ");
    week_count(&in, &worse, &better);
    cr_expect(worse == 1 && better == 1, "%zu worse, %zu better", worse, better);
    in.table->sort = 0; /* the user's choice comes before it */
    table_arrange(in.table);
    cr_expect(strncmp(order(), "alike better ", 13) == 0, "%s", order());
    cr_expect_eq(week_own_column(&in, 0), NAME);
    cr_expect_eq(week_own_column(&in, 2), -1, "what was then is none of the panel's columns");
    in.table->sort = 4; /* P95, WAS, CHANGE, N */
    cr_expect_eq(week_sort(&in), JOBS, "as it is kept for the next time");
}

Test(week, what_was_not_there_is_zero_or_new_where_the_panel_says_so)
{
    missing = DX_MISSING_ZERO;
    compare(true);
    cr_expect_str_eq(cell("fresh", "WAS"), "0s");
    cr_expect_str_eq(cell("fresh", "CHANGE"), "▲ 10s");
    cr_expect(strncmp(order(), "worst fresh ", 12) == 0, "%s", order());
    compare(false);
    missing = DX_MISSING_NEW;
    as = DX_CHANGE_NOT;
    compare(true);
    cr_expect_str_eq(cell("fresh", "WAS"), "new");
    cr_expect(strncmp(order(), "fresh worst ", 12) == 0, "%s", order());
    for (int i = 0; in.columns[i].title; i++)
        cr_expect_str_neq(in.columns[i].title, "CHANGE");
}

/* No records go so far back: it may have been anything. */
Test(week, what_was_not_there_is_unknown_where_nothing_is_known_of_then)
{
    missing = DX_MISSING_ZERO;
    no_past = true;
    compare(true);
    cr_expect_str_eq(cell("fresh", "WAS"), "–");
    cr_expect_str_eq(cell("fresh", "CHANGE"), "–");
    cr_expect_str_eq(cell("worst", "WAS"), "2s", "what was there is known");
    cr_expect_str_eq(order(), "worst alike same better unknown fresh ");
}

Test(week, a_share_of_what_it_was_compares_what_has_different_units)
{
    as = DX_CHANGE_SHARE;
    compare(true);
    cr_expect_str_eq(cell("better", "CHANGE"), "▼ 33 %");
    cr_expect_str_eq(cell("fresh", "CHANGE"), "–");
}

Test(week, off_it_is_as_before)
{
    compare(true);
    compare(false);
    cr_expect_eq(updates_then, 1);
    cr_expect_not(saw_before);
    cr_expect_eq(in.columns, columns);
    cr_expect_eq(in.table->column_count, COLUMNS);
    cr_expect_str_eq(order(), "better same worst fresh alike unknown ");
}

static void cover(const struct dx_view *view, struct dx_list *list)
{
    struct dx_cell cells[COLUMNS] = {
        [NAME] = { .text = "it says a sentence", .attr = DX_SPAN },
        [WAIT] = { .text = dx_now(view) == NOW ? "" : NULL, .value = 5 },
        [JOBS] = { .text = dx_now(view) == NOW ? "" : NULL, .value = 5 },
    };

    dx_add(list, DX_ROW(.key = "one", .url = "", .cells = cells));
}

Test(week, a_sentence_goes_on_over_what_was)
{
    panel.update = cover;
    compare(true);
    cr_expect_str_eq(cell("one", "WAS"), "");
    cr_expect_str_eq(cell("one", "CHANGE"), "");
    cr_expect(panel_shows("it says a sentence"));
}

/* A panel that failed then says so, and has no rows of now beside none of then. */
Test(week, a_failure_of_either_update_is_shown)
{
    panel.fail = true;
    panel.words = "no such table";
    compare(true);
    cr_expect(panel_shows("no such table"));
    panel.fail = false;
    compare(true);
    cr_expect(!panel_shows("no such table"));
    cr_expect_eq(in.table->row_count, 6);
}
