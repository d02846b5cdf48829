/* The panel of metrics: which series it lists, and what of which source. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../panels/metric.h"
#include "panel_kit.h"

extern const struct dx_panel dx_panel_metric;

static void start_with(int show, int64_t top, int worse)
{
    static const char *const query[] = { "busy" };
    struct metric options = { .source = "",
                              .queries = { (void *)query, 1 },
                              .show = show,
                              .worse = worse,
                              .window_ms = 6 * INT64_C(3600000),
                              .top = top,
                              .warn = (double)NAN,
                              .bad = (double)NAN,
                              .min = (double)NAN,
                              .max = (double)NAN };

    cr_assert(instance_open(&in, &dx_panel_metric, "", &options, offsetof(struct metric, only)),
              "%s", in.error.text);
}

static void start(int show, int64_t top)
{
    start_with(show, top, WORSE_ABOVE);
}

TestSuite(metric_panel, .init = panel_start, .fini = panel_stop);

static void put_series(const char *source, const char *labels, double value)
{
    struct fake_row *row = fake_add(DX_QUERY_SERIES);

    fake_text(row, DX_FIELD_SOURCE, source);
    fake_text(row, DX_FIELD_NAME, "busy");
    fake_text(row, DX_FIELD_LABELS, labels);
    fake_set(row, DX_FIELD_VALUE, value);
    fake_set(row, DX_FIELD_AT, NOW);
}

static void put_sample(const char *source, const char *labels, double ago_h, double value)
{
    struct fake_row *row = fake_add(DX_QUERY_SAMPLES);

    fake_text(row, DX_FIELD_SOURCE, source);
    fake_text(row, DX_FIELD_NAME, "busy");
    fake_text(row, DX_FIELD_KEY, labels);
    fake_set(row, DX_FIELD_AT, NOW - ago_h * 3600e3);
    fake_set(row, DX_FIELD_VALUE, value);
    fake_set(row, DX_FIELD_MIN, value);
    fake_set(row, DX_FIELD_MAX, value);
}

static const char *line_with(const char *what)
{
    for (int row = 1; row < grid.rows; row++)
        if (strstr(panel_line(row), what))
            return panel_line(row);
    return "";
}

/* Two servers are asked the same: what one said is not what the other said. */
Test(metric_panel, of_two_sources_each_has_its_own_samples)
{
    put_series("east", "{pool=\"a\"}", 11.);
    put_series("west", "{pool=\"a\"}", 77.);
    put_sample("east", "{pool=\"a\"}", 1., 12.);
    put_sample("west", "{pool=\"a\"}", 1., 78.);
    start(SHOW_TABLE, 0);
    panel_update();
    cr_expect(strstr(line_with("11.0"), "12.0"), "%s", line_with("11.0"));
    cr_expect_not(strstr(line_with("11.0"), "78.0"), "%s", line_with("11.0"));
    cr_expect(strstr(line_with("77.0"), "78.0"), "%s", line_with("77.0"));
    cr_expect(strstr(line_with("11.0"), "east"), "%s", line_with("11.0"));
    cr_expect(strstr(line_with("77.0"), "west"), "%s", line_with("77.0"));
    instance_push(&in, &(struct step){ .key = "busy{pool=\"a\"} west", .name = "west" });
    panel_update();
    cr_expect(panel_shows("77.0") && !panel_shows("11.0"));
}

Test(metric_panel, of_two_sources_without_labels_too)
{
    put_series("east", "", 11.);
    put_series("west", "", 77.);
    put_sample("west", "", 1., 78.);
    start(SHOW_TABLE, 0);
    panel_update();
    cr_expect(strstr(line_with("11.0"), "busy east"), "%s", line_with("11.0"));
    cr_expect(strstr(line_with("77.0"), "busy west "), "%s", line_with("77.0"));
    cr_expect_not(strstr(line_with("77.0"), "west west"), "%s", line_with("77.0"));
    cr_expect(strstr(line_with("77.0"), "78.0"), "%s", line_with("77.0"));
}

/* However many there are: `top` is of all of them. */
Test(metric_panel, of_very_many_series_the_worst_is_listed)
{
    static char labels[460][32];

    for (int i = 0; i < 460; i++) {
        (void)snprintf(labels[i], sizeof(labels[i]), "{pool=\"p%d\"}", i);
        put_series("east", labels[i], i == 459 ? 99. : 11.);
    }
    start(SHOW_TABLE, 3);
    panel_update();
    cr_expect(panel_shows("p459"), "%s", panel_line(2));
    cr_expect(panel_shows("+457 more"), "%s", panel_line(0));
}

Test(metric_panel, what_did_not_change_neither_rose_nor_fell)
{
    put_series("east", "{pool=\"a\"}", .1);
    for (int i = 0; i < 6; i++) /* their mean is not quite that */
        put_sample("east", "{pool=\"a\"}", 7. + i / 10., .1);
    start(SHOW_BIG, 0);
    panel_update();
    cr_expect(*line_with("="), "%s", panel_line(5));
}

/* Kubernetes and service meshes label at length: what is opened is known by no more than 255
 * bytes, and each of them keeps its own samples. */
Test(metric_panel, series_that_differ_in_the_end_of_long_labels_are_told_apart)
{
    static char labels[2][700];

    for (int i = 0; i < 2; i++) {
        (void)snprintf(labels[i], sizeof(labels[i]), "{a=\"%0640d\", pool=\"p%d\"}", 0, i);
        put_series("east", labels[i], i ? 22. : 11.);
        put_sample("east", labels[i], 1., i ? 23. : 12.);
    }
    start(SHOW_TABLE, 0);
    panel_update();
    cr_expect(strstr(line_with("11.0"), "12.0") && strstr(line_with("11.0"), "p0"), "%s",
              line_with("11.0"));
    cr_expect(strstr(line_with("22.0"), "23.0") && strstr(line_with("22.0"), "p1"), "%s",
              line_with("22.0"));
    table_move(in.table, 1, 5);
    panel_update();
    cr_assert(instance_enter(&in), "a row with a long key cannot be opened");
    panel_update();
    cr_expect(panel_shows("11.0") && !panel_shows("22.0"));
    cr_expect(panel_shows("p0"));
}

/* A long name is cut between characters. */
Test(metric_panel, of_a_name_that_is_cut_every_character_is_whole)
{
    static char labels[300] = "{pool=\"xy";
    const struct metric *p;
    size_t len;

    for (int i = 0; i < 80; i++)
        (void)strcat(labels, "\xC3\xA9");
    (void)strcat(labels, "\"}");
    put_series("east", labels, 11.);
    start(SHOW_TABLE, 0);
    panel_update();
    p = in.state;
    len = strlen(p->lines[0].name);
    cr_assert(len > 100 && len < NAME_MOST);
    cr_expect_eq((unsigned char)p->lines[0].name[len - 1], 0xA9);
}

/* No traffic, no share: a NaN among the samples of a step is no number, and takes none away. */
Test(metric_panel, a_step_that_ends_without_a_number_leaves_the_mean_before_as_it_is)
{
    put_series("east", "{pool=\"a\"}", 11.);
    put_sample("east", "{pool=\"a\"}", 7., 44.);
    put_sample("east", "{pool=\"a\"}", 8., 44.);
    fake.row[fake.count - 1].has[DX_FIELD_VALUE] = false; /* the largest and smallest are numbers */
    start(SHOW_TABLE, 0);
    panel_update();
    cr_expect(strstr(line_with("11.0"), "44.0"), "%s", line_with("11.0"));
}

/* As the store has them: steps of 216 s that end at multiples of that, the newest behind NOW. */
static const double STEP_H = 6. / 100, NEWEST_H = -208. / 3600;

/* The last step is not hidden by the one that has just begun. */
Test(metric_panel, each_step_has_a_column_of_its_own)
{
    const struct metric *p;

    cr_assert_eq((NOW + 208000) % 216000, 0);
    put_series("east", "{pool=\"a\"}", 50.);
    for (int i = 0; i < 101; i++)
        put_sample("east", "{pool=\"a\"}", NEWEST_H + i * STEP_H, 100. - i);
    start(SHOW_TABLE, 0);
    panel_update();
    p = in.state;
    cr_assert_eq(p->points, 100);
    for (int i = 0; i < 100; i++)
        cr_expect_float_eq(p->lines[0].points[99 - i], 100. - i, 1e-9, "%d: %g", i,
                           p->lines[0].points[99 - i]);
}

/* A graph has colours for six, a large number is of one. */
Test(metric_panel, what_is_not_drawn_is_counted)
{
    static char labels[10][32];

    for (int i = 0; i < 10; i++) {
        (void)snprintf(labels[i], sizeof(labels[i]), "{pool=\"p%d\"}", i);
        put_series("east", labels[i], 11. + i);
    }
    start(SHOW_GRAPH, 0);
    panel_update();
    cr_expect(panel_shows("+4 more"), "%s", panel_line(0));
    instance_close(&in);
    start(SHOW_GRAPH, 8);
    panel_update();
    cr_expect(panel_shows("+4 more"), "%s", panel_line(0));
    instance_close(&in);
    start(SHOW_BIG, 0);
    panel_update();
    cr_expect(panel_shows("+9 more"), "%s", panel_line(0));
}

/* Half of an expression would be another one. */
Test(metric_panel, an_expression_that_is_cut_is_not_opened_at_the_server)
{
    static char expr[2][1200];
    struct fake_row *source = fake_add(DX_QUERY_SOURCES);

    fake_text(source, DX_FIELD_KEY, "east");
    fake_text(source, DX_FIELD_SOURCE, "east");
    fake_text(source, DX_FIELD_URL, "https://prom.example");
    memset(expr[0], 'a', 900);
    memset(expr[1], 'a', 1100);
    for (int i = 0; i < 2; i++) {
        put_series("east", i ? "{pool=\"b\"}" : "{pool=\"a\"}", i ? 11. : 22.);
        fake_text(&fake.row[fake.count - 1], DX_FIELD_DEFINITION, expr[i]);
    }
    start(SHOW_TABLE, 0);
    panel_update();
    cr_expect(strstr(instance_url(&in), "/graph?g0.expr=aaa"), "%s", instance_url(&in));
    cr_assert(instance_enter(&in));
    panel_update();
    cr_expect(strstr(instance_url(&in), "a&g0.tab=0&g0.range_input=360m"), "inside it: %s",
              instance_url(&in));
    cr_assert(instance_back(&in));
    panel_update();
    table_move(in.table, 1, 5);
    cr_expect_str_eq(instance_url(&in), "https://prom.example");
}

/* In which labels they differ is found in no more steps than there are labels. */
Test(metric_panel, many_series_with_many_labels_are_named_at_once)
{
    static char labels[400][700];
    clock_t begun;
    long took_ms;

    for (int i = 0; i < 400; i++) {
        size_t len = (size_t)sprintf(labels[i], "{");

        for (int j = 0; j < 20; j++)
            len += (size_t)sprintf(labels[i] + len, "l%02d=\"%s of label %d\", ", j, "value", j);
        (void)sprintf(labels[i] + len, "pool=\"p%d\"}", i);
        put_series("east", labels[i], i);
    }
    start(SHOW_TABLE, 0);
    begun = clock();
    panel_update();
    took_ms = (long)((clock() - begun) * 1000 / CLOCKS_PER_SEC);
    cr_expect_lt(took_ms, 500, "it took %ld ms", took_ms); /* of 10 */
    cr_expect(*line_with(" p399 "), "%s", panel_line(2));
}

/* What is within another label is not that label. */
Test(metric_panel, a_label_is_common_only_where_all_have_it)
{
    put_series("east", "{a=\"x\", pool=\"p\", team=\"t\"}", 11.);
    put_series("east", "{ba=\"x\", pool=\"p\", team=\"te\"}", 22.);
    put_series("east", "{a=\"ba=\\\"x\\\", pool\", pool=\"p\"}", 33.);
    start(SHOW_TABLE, 0);
    panel_update();
    cr_expect(strstr(line_with("11.0"), " x t "), "%s", line_with("11.0"));
    cr_expect(strstr(line_with("22.0"), " x te "), "%s", line_with("22.0"));
    cr_expect(strstr(line_with("33.0"), " ba="), "%s", line_with("33.0"));
    cr_expect_not(strstr(line_with("33.0"), " p "), "%s", line_with("33.0"));
}

/* ---- the week before ---- */

static const struct metric *start_week(double share)
{
    static struct reader reader;
    static struct as_of before;
    const double week_h = 7 * 24;

    reader = fake_reader();
    before = (struct as_of){ .reader = &reader, .now_ms = NOW - (int64_t)(week_h * 3600e3) };
    put_series("east", "{pool=\"a\"}", 50.);
    for (int i = 0; i < 100; i++) {
        if (i % (int)(1 / share) != 0)
            continue;
        put_sample("east", "{pool=\"a\"}", NEWEST_H + i * STEP_H, 20.);
        if (i < 20 || i > 60)
            put_sample("east", "{pool=\"a\"}", week_h + NEWEST_H + i * STEP_H, 70.);
    }
    start(SHOW_TABLE, 0);
    in.before = &before;
    panel_update();
    return in.state;
}

/* Each series has behind it what it was at the same time a week before, and what was not known
 * then is a gap. */
Test(metric_panel, the_week_before_is_that_of_the_same_series)
{
    const struct metric *p = start_week(1.);
    const struct line *line = &p->lines[0];

    cr_assert(p->week && p->points == 100 && line->ghost);
    for (size_t i = 0; i < 100; i++) {
        bool known = i < 39 || i >= 80;

        cr_expect_float_eq(line->points[i], 20., 1e-9, "now, %zu", i);
        cr_expect(known ? line->ghost[i] > 69. : isnan(line->ghost[i]), "then, %zu: %g", i,
                  line->ghost[i]);
    }
    cr_expect_float_eq(line->max, 20., 1e-9, "the week before is not of this window: %g",
                       line->max);
}

/* A sample each third column: no gap, but where many of them are missing. */
Test(metric_panel, of_rare_samples_the_week_before_is_bridged_too)
{
    const struct metric *p = start_week(1. / 3);
    size_t gaps = 0, now = 0;

    for (size_t i = 0; i < 100; i++) {
        gaps += isnan(p->lines[0].ghost[i]);
        now += isnan(p->lines[0].points[i]);
    }
    cr_expect(gaps > 30 && gaps < 50, "%zu", gaps);
    cr_expect_eq(now, 0, "%zu", now);
}

/* Its graph has both lines, and one that is opened too. */
Test(metric_panel, the_week_before_is_drawn)
{
    (void)start_week(1.);
    instance_push(&in, &(struct step){ .key = "busy{pool=\"a\"}", .name = "a" });
    panel_update();
    cr_expect(panel_shows("50.0"));
    grid_done(&grid);
    grid_init(&grid, 24, 60, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    cr_expect(panel_shows("***") && panel_shows("..."), "%s", panel_line(20));
}

/* What paints has no list in whose place a sentence stands. */
Test(metric_panel, a_graph_says_that_there_is_no_such_source)
{
    fake_text(fake_add(DX_QUERY_SOURCES), DX_FIELD_SOURCE, "east");
    start(SHOW_GRAPH, 0);
    panel_update();
    cr_expect(panel_shows("No data for this query yet."));
    ((struct metric *)in.state)->source = "esat";
    panel_update();
    cr_expect(panel_shows("There is no source \"esat\"; there is east."));
}

/* A dip of three minutes below the floor, between values above it: also where one column has
 * both. */
static void put_a_dip(void)
{
    put_series("east", "{pool=\"a\"}", 90.);
    for (int i = 0; i < 120; i++)
        put_sample("east", "{pool=\"a\"}", i * 0.05, i == 60 ? 5. : 90.);
}

static int cells_past(void)
{
    int n = 0;

    for (int i = 0; i < grid.rows * grid.cols; i++)
        n += grid.cells[i].role == DX_ROLE_BAD;
    return n;
}

Test(metric_panel, below_a_floor_the_smallest_value_is_the_worst_of_a_column)
{
    static const int shows[] = { SHOW_TABLE, SHOW_BIG };

    for (size_t i = 0; i < 2; i++) {
        fake.count = 0;
        put_a_dip();
        start_with(shows[i], 0, WORSE_BELOW);
        ((struct metric *)in.state)->bad = 50.;
        panel_update();
        (void)panel_line(0);
        cr_expect_geq(cells_past(), 1, "%s: %d", shows[i] == SHOW_BIG ? "big" : "table",
                      cells_past());
        cr_expect_leq(cells_past(), 3, "%s: %d", shows[i] == SHOW_BIG ? "big" : "table",
                      cells_past());
        instance_close(&in);
    }
}
