/* Graphs: the line and what is behind it, its axis and its times. */
#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "grid_kit.h"
#include "ui/table.h"
#include "ui/widgets.h"

TestSuite(graph, .timeout = 20);

/* ---- a graph with the week before ---- */

/* Columns of dots with this role. */
static int cells_of(enum dx_role role)
{
    int n = 0;

    for (int i = 0; i < grid.rows * grid.cols; i++)
        n += grid.cells[i].cp >= 0x2800 && grid.cells[i].cp < 0x2900 && grid.cells[i].role == role;
    return n;
}

Test(graph, a_ghost_is_a_quiet_line_behind)
{
    double values[40], week[40];
    struct dx_series series = { "wait", DX_ROLE_SERIES_1, values, 40 };
    struct dx_box all = { 0, 0, 8, 40 };

    for (int i = 0; i < 40; i++) {
        values[i] = i < 20 ? 20 : 80;
        week[i] = 20;
    }
    grid_start(8, 40, GLYPHS_BRAILLE);
    graph_draw(&canvas, all,
               DX_GRAPH(.series = &series, .count = 1, .min = 0, .max = 100, .goal = 50,
                        .past = DX_ROLE_BAD, .bare = true));
    cr_expect_eq(cells_of(DX_ROLE_BORDER), 0);
    cr_expect_gt(cells_of(DX_ROLE_SERIES_1), 50, "filled");
    grid_clear(&grid);
    graph_draw(&canvas, all,
               DX_GRAPH(.series = &series, .count = 1, .min = 0, .max = 100, .goal = 50,
                        .past = DX_ROLE_BAD, .bare = true, .ghost = week, .ghost_count = 40));
    cr_expect_eq(cells_of(DX_ROLE_BORDER), 19, "where the line is not, nor rises: %d",
                 cells_of(DX_ROLE_BORDER));
    cr_expect_eq(cells_of(DX_ROLE_SERIES_1), 20, "a line: %d", cells_of(DX_ROLE_SERIES_1));
    cr_expect_geq(cells_of(DX_ROLE_BAD), 20, "past the goal: %d", cells_of(DX_ROLE_BAD));
}

/* Of more values than columns the worst is seen: of those that have a floor the smallest. */
Test(graph, a_value_below_its_floor_is_not_hidden_by_the_one_beside_it)
{
    double values[20];
    struct dx_series series = { "up", DX_ROLE_SERIES_1, values, 20 };
    const struct dx_graph up = { .size = sizeof(up),
                                 .series = &series,
                                 .count = 1,
                                 .min = 0,
                                 .max = 1,
                                 .goal = 1,
                                 .goal_is_floor = true,
                                 .past = DX_ROLE_BAD,
                                 .bare = true };

    for (int i = 0; i < 20; i++)
        values[i] = i == 7 ? 0 : 1;
    grid_start(4, 10, GLYPHS_ASCII);
    graph_draw(&canvas, (struct dx_box){ 0, 0, 2, 10 }, &up);
    graph_draw(&canvas, (struct dx_box){ 3, 0, 1, 10 }, &up);
    for (int col = 0; col < 10; col++) {
        cr_expect_eq(grid.cells[col].cp == '#', col != 3, "two rows, %d", col);
        cr_expect_eq(grid.cells[3 * 10 + col].cp == '#', col != 3, "one row, %d", col);
    }
    cr_expect_eq(grid.cells[10 + 3].role, DX_ROLE_BAD);
    cr_expect_eq(grid.cells[30 + 3].role, DX_ROLE_BAD);
    grid_done(&grid);
}

/* A row as ASCII, blanks folded. */
static const char *row_of(int row, int cols)
{
    static char line[400];
    size_t n = 0;

    for (int col = 0; col < cols; col++) {
        char32_t cp = grid.cells[row * cols + col].cp;
        bool blank = cp == 0 || cp == ' ';

        if (!blank || (n > 0 && line[n - 1] != ' '))
            line[n++] = blank ? ' ' : (char)cp;
    }
    while (n > 0 && line[n - 1] == ' ')
        n--;
    line[n] = '\0';
    grid_done(&grid);
    return line;
}

/* ---- its times ---- */

static const char *times_of(int64_t span_ms, int cols)
{
    struct dx_series none = { "", DX_ROLE_SERIES_1, NULL, 0 };

    grid_start(4, cols, GLYPHS_ASCII);
    graph_draw(
        &canvas, (struct dx_box){ 0, 0, 4, cols },
        DX_GRAPH(.series = &none, .count = 1, .min = 0, .max = 1, .goal = NAN, .to_ms = span_ms));
    return row_of(3, cols);
}

Test(graph, its_times_are_whole_where_they_can_be)
{
    static const struct {
        int64_t span_ms;
        int cols;
        const char *times;
    } graphs[] = {
        { HOUR_MS, 80, "-1h -45m -30m -15m now" },
        { 6 * HOUR_MS, 80, "-6h -4h -2h now" },
        { DAY_MS, 80, "-24h -18h -12h -6h now" },
        { 2 * DAY_MS, 80, "-48h -36h -24h -12h now" },
        { 3 * DAY_MS, 80, "-3d -2d -1d now" },
        { WEEK_MS, 80, "-7d -6d -5d -4d -3d -2d -1d now" },
        { 2 * WEEK_MS, 80, "-14d -12d -10d -8d -6d -4d -2d now" },
        { 2 * WEEK_MS, 40, "-14d -7d now" },
        { 30 * DAY_MS, 80, "-30d -20d -10d now" },
        { 5 * DAY_MS, 80, "-5d -3d18h -2d12h -1d06h now" }, /* no way is whole */
        { DAY_MS, 20, "-24h now" },
    };

    for (size_t i = 0; i < sizeof(graphs) / sizeof(graphs[0]); i++)
        cr_expect_str_eq(times_of(graphs[i].span_ms, graphs[i].cols), graphs[i].times, "%s",
                         times_of(graphs[i].span_ms, graphs[i].cols));
}

static bool row_says(int row, const char *what)
{
    char line[81] = "";

    for (int col = 0; col < 80; col++) {
        char32_t cp = grid.cells[row * 80 + col].cp;

        line[col] = cp == 0 ? ' ' : (char)cp;
    }
    return strncmp(line + strspn(line, " "), what, strlen(what)) == 0;
}

/* What is at the axis' left end are the digits that count. */
Test(graph, the_numbers_of_its_axis_are_whole)
{
    static const struct {
        enum dx_unit unit;
        double most, goal;
        const char *top, *limit;
    } axes[] = {
        { DX_UNIT_PER_S, 5e8, 25e7, "500.0 M /s", "<250.0 M /s" },
        { DX_UNIT_BYTES_PER_S, 1010 * 1048576., 500 * 1048576., "1010 MiB/s", "<500 MiB/s" },
        { DX_UNIT_COUNT, 1e6, 5e5, "1,000,000", "<500,000" },
    };

    for (size_t i = 0; i < sizeof(axes) / sizeof(axes[0]); i++) {
        struct dx_series none = { "", DX_ROLE_SERIES_1, NULL, 0 };
        const struct dx_box all = { 0, 0, 60, 80 };
        int goals = 0;

        grid_start(60, 80, GLYPHS_ASCII);
        graph_draw(&canvas, all,
                   DX_GRAPH(.series = &none, .count = 1, .min = 0, .max = axes[i].most,
                            .goal = axes[i].goal, .unit = axes[i].unit));
        cr_expect(row_says(0, axes[i].top), "%s", axes[i].top);
        for (int row = 1; row < 59; row++)
            goals += grid.cells[row * 80 + 20].cp == '.' && row_says(row, axes[i].limit);
        cr_expect_eq(goals, 1, "%s", axes[i].limit);
        grid_done(&grid);
    }
}

/* In a list, too, the smallest value of a column is the worst one where the goal is a floor. */
Test(graph, a_sparkline_of_a_list_shows_the_dips_below_its_floor)
{
    static const struct dx_column columns[] = {
        { "24 H", DX_CELL_SPARK, DX_UNIT_NONE, 0, 8, 24, DX_FIT_LEFT, "" }, { 0 }
    };
    double values[48];
    struct dx_cell cell = {
        .values = values, .count = 48, .goal = .5, .role = DX_ROLE_BAD, .attr = DX_FLOOR
    };
    struct table t;
    int past = 0;

    for (int i = 0; i < 48; i++)
        values[i] = i == 20 ? .2 : .9;
    grid_start(2, 60, GLYPHS_ASCII);
    table_init(&t, columns);
    table_add(&t, DX_ROW(.key = "linux", .url = "", .cells = &cell));
    table_arrange(&t);
    table_draw(&t, &canvas, 0, false);
    for (int col = 0; col < 60; col++)
        past += grid.cells[60 + col].role == DX_ROLE_BAD;
    cr_expect_eq(past, 1, "%d", past);
    table_done(&t);
    grid_done(&grid);
}
