/* The panel of metrics: which series it lists, and what of which source. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
