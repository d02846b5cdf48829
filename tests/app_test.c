/* What the program is told and what it keeps: its command line, its paths, its
 * state file. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/arguments.h"
#include "app/state.h"
#include "app_kit.h"

TestSuite(arguments, .timeout = 20);
TestSuite(paths, .timeout = 20);
TestSuite(state, .init = app_start, .fini = app_stop, .timeout = 20);

/* ---- the command line ---- */

#define OWN_FILE      "-c goes neither with demo, which has a file of its own, nor with schema"
#define OWN_SOURCES   "sources go neither with demo, which has some of its own, nor with schema"
#define NO_SIZE(text) "--size: \"" text "\" is not like 120x40, up to 1000x1000"

static const struct {
    const char *argv[5], *error; /* NULL: fine */
    enum mode mode;
    int format, kind, cols, rows;
} lines[] = {
    { { 0 }, NULL, MODE_VIEW, 0, 0, 120, 40 },
    { { "once" }, NULL, MODE_ONCE, 0, 0, 120, 40 },
    { { "once", "--format", "text" }, NULL, MODE_ONCE, 1, 0, 120, 40 },
    { { "--format=csv", "export", "alerts" }, NULL, MODE_EXPORT, 1, 1, 120, 40 },
    { { "check", "-f", "json" }, NULL, MODE_CHECK, 1, 0, 120, 40 },
    { { "screen", "--size", "40x10", "-f", "html" }, NULL, MODE_SCREEN, 3, 0, 40, 10 },
    { { "demo", "--seed", "7" }, NULL, MODE_DEMO, 0, 0, 120, 40 },
    { { "report", "-fmd", "-o", "x" }, NULL, MODE_REPORT, 1, 0, 120, 40 },
    { { "--color", "256", "--theme", "x" }, NULL, MODE_VIEW, 0, 0, 120, 40 },
    { { "screen", "--wall" }, NULL, MODE_SCREEN, 0, 0, 120, 40 },
    { { "--wall" }, NULL, MODE_VIEW, 0, 0, 120, 40 },
    { { "--wall", "once" }, "--wall goes with screen and demo, or no command", 0, 0, 0, 0, 0 },
    { { "--slow", "2400" }, NULL, MODE_VIEW, 0, 0, 120, 40 },
    { { "demo", "--plain" }, NULL, MODE_DEMO, 0, 0, 120, 40 },
    { { "--slow", "99" }, "--slow: \"99\" is not a number of bytes from 100 on", 0, 0, 0, 0, 0 },
    { { "--slow", "9k" }, "--slow: \"9k\" is not a number of bytes from 100 on", 0, 0, 0, 0, 0 },
    { { "once", "--plain" }, "--plain and --slow go with demo, or no command", 0, 0, 0, 0, 0 },
    { { "once", "--slow=100" }, "--plain and --slow go with demo, or no command", 0, 0, 0, 0, 0 },
    { { "--wall", "--plain" }, "--plain shows no screen: --wall and --slow do", 0, 0, 0, 0, 0 },
    { { "onec" }, "unknown command \"onec\"; did you mean \"once\"?", 0, 0, 0, 0, 0 },
    { { "xyzzy" }, "unknown command \"xyzzy\"", 0, 0, 0, 0, 0 },
    { { "export" },
      "export what: samples, alerts, runs, jobs, pools, pipelines, flaky, failures, tickets, "
      "kpis or rules?",
      0,
      0,
      0,
      0,
      0 },
    { { "export", "alert" },
      "unknown kind of record \"alert\"; did you mean \"alerts\"?",
      0,
      0,
      0,
      0,
      0 },
    { { "export", "alerts", "x" }, "x: one operand too many", 0, 0, 0, 0, 0 },
    { { "once", "twice" }, "twice: one operand too many", 0, 0, 0, 0, 0 },
    { { "once", "-f", "svg" }, "unknown format \"svg\"", 0, 0, 0, 0, 0 },
    { { "-f", "json" },
      "--format goes with once, export, check, screen and report",
      0,
      0,
      0,
      0,
      0 },
    { { "demo", "-f", "json" },
      "--format goes with once, export, check, screen and report",
      0,
      0,
      0,
      0,
      0 },
    { { "screen", "--size", "0x10" }, NO_SIZE("0x10"), 0, 0, 0, 0, 0 },
    { { "screen", "--size", "1001x10" }, NO_SIZE("1001x10"), 0, 0, 0, 0, 0 },
    { { "screen", "--size", "-5x10" }, NO_SIZE("-5x10"), 0, 0, 0, 0, 0 },
    { { "screen", "--size", "40x10x" }, NO_SIZE("40x10x"), 0, 0, 0, 0, 0 },
    { { "screen", "--size", "40" }, NO_SIZE("40"), 0, 0, 0, 0, 0 },
    { { "once", "-o", "x" }, "--output goes with report", 0, 0, 0, 0, 0 },
    { { "once", "--week" }, "--week goes with the screen, screen and demo", 0, 0, 0, 0, 0 },
    { { "check", "--redact" }, "--redact goes with what shows records", 0, 0, 0, 0, 0 },
    { { "screen", "--offline" },
      "--offline goes with once; only export --poll asks too",
      0,
      0,
      0,
      0,
      0 },
    { { "demo", "--view", "CI" }, NULL, MODE_DEMO, 0, 0, 120, 40 },
    { { "export", "runs", "--poll" }, NULL, MODE_EXPORT, 0, 2, 120, 40 },
    { { "once", "--theme", "light", "--ascii" }, NULL, MODE_ONCE, 0, 0, 120, 40 },
    { { "check", "--view", "CI" },
      "--view goes with screen and demo, or no command",
      0,
      0,
      0,
      0,
      0 },
    { { "screen", "--poll" }, "--poll goes with export; once does it by itself", 0, 0, 0, 0, 0 },
    { { "export", "runs", "--wait=5s" },
      "--wait goes with once and export --poll, which ask the sources",
      0,
      0,
      0,
      0,
      0 },
    { { "once", "--offline", "--wait=5s" },
      "--wait goes with once and export --poll, which ask the sources",
      0,
      0,
      0,
      0,
      0 },
    { { "once", "--since", "7d" }, "--since goes with export and report", 0, 0, 0, 0, 0 },
    { { "--size", "80x24" }, "--size goes with screen", 0, 0, 0, 0, 0 },
    { { "once", "--seed", "7" }, "--seed goes with demo", 0, 0, 0, 0, 0 },
    { { "demo", "-c", "x.yaml" }, OWN_FILE, 0, 0, 0, 0, 0 },
    { { "schema", "--config=x.yaml" }, OWN_FILE, 0, 0, 0, 0, 0 },
    { { "demo", "--github", "acme" }, OWN_SOURCES, 0, 0, 0, 0, 0 },
    { { "schema", "--prometheus=http://h" }, OWN_SOURCES, 0, 0, 0, 0, 0 },
    { { "init", "-c", "x.yaml" }, NULL, MODE_INIT, 0, 0, 120, 40 },
    { { "demo", "--state", "x" }, NULL, MODE_DEMO, 0, 0, 120, 40 },
    { { "--log-level", "debug" }, "--log-level goes with --log", 0, 0, 0, 0, 0 },
    { { "--log=x", "--log-level=debug" }, NULL, MODE_VIEW, 0, 0, 120, 40 },
    { { "--color", "pink" }, "unknown depth \"pink\"", 0, 0, 0, 0, 0 },
    { { "--since", "soon" }, "--since: \"soon\" is not a duration like 7d", 0, 0, 0, 0, 0 },
    { { "demo", "--seed", "x" }, "--seed: \"x\" is not a whole number", 0, 0, 0, 0, 0 },
    { { "demo", "--seed", "-7" }, "--seed: \"-7\" is not a whole number", 0, 0, 0, 0, 0 },
    { { "--view", "" }, "--view needs a value", 0, 0, 0, 0, 0 },
    { { "-c", "", "once" }, "--config needs a value", 0, 0, 0, 0, 0 },
    { { "--viwe", "x" }, "unknown option --viwe; did you mean --view?", 0, 0, 0, 0, 0 },
};

Test(arguments, are_judged)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char *argv[8] = { (char *)"dxtop" };
        struct arguments args = { .mode = MODE_VIEW };
        struct dx_error err = { 0 };
        bool done = false;
        int argc = 1;

        for (; argc < 6 && lines[i].argv[argc - 1]; argc++)
            argv[argc] = (char *)lines[i].argv[argc - 1];
        bool ok = arguments_parse(&args, argc, argv, &done, &err);
        cr_expect_str_eq(err.text, lines[i].error ? lines[i].error : "");
        cr_expect_eq(ok, !lines[i].error, "%zu", i);
        cr_expect_not(done);
        if (!ok)
            continue;
        cr_expect_eq(args.mode, lines[i].mode, "%zu", i);
        cr_expect_eq(args.format, lines[i].format, "%zu", i);
        cr_expect_eq(args.kind, lines[i].kind, "%zu", i);
        cr_expect(args.cols == lines[i].cols && args.rows == lines[i].rows, "%zu", i);
        cr_expect_eq(args.since_ms, DAY);
        cr_expect_str_eq(args.wait, "5m");
    }
}

static const char *print(const char *option)
{
    char *argv[] = { (char *)"dxtop", (char *)option, NULL };
    struct arguments args = { .mode = MODE_VIEW };
    struct dx_error err = { 0 };
    bool done = false;

    capture();
    cr_expect(arguments_parse(&args, 2, argv, &done, &err), "%s", err.text);
    cr_expect(done);
    return captured();
}

Test(arguments, what_is_only_printed)
{
    cr_expect(strstr(print("--help"), "usage: dxtop [OPTION]... [COMMAND]"));
    cr_expect(strstr(captured(), "\n  screen ") && strstr(captured(), "--size"));
    cr_expect_str_eq(print("--version"), "dxtop " PACKAGE_VERSION "\n");
    cr_expect(strstr(print("--print-config"), "\nsources:\n"));
    /* Its company is at work by the clock of whoever looks, not by that of an office. */
    cr_expect(strstr(print("--print-config"), "\ncalendar: {hours: {mon-sun: 00:00-24:00}}"));
    cr_expect(strstr(print("--print-options"), ".It Ic \\&ctrl-l Pq Ic redraw\n"));
}

/* ---- where things are ---- */

Test(paths, of_the_user)
{
    static const struct {
        const char *variable, *home, *path;
    } cases[] = {
        { "/x/data", "/home/u", "/x/data" },
        { "", "/home/u", "/home/u/.local/share" },
        { "relative", "/home/u", "/home/u/.local/share" },
        { NULL, NULL, "/tmp/.local/share" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *path;

        unsetenv("HOME");
        unsetenv("XDG_DATA_HOME");
        if (cases[i].variable)
            setenv("XDG_DATA_HOME", cases[i].variable, 1);
        if (cases[i].home)
            setenv("HOME", cases[i].home, 1);
        path = paths_xdg("XDG_DATA_HOME", ".local/share");
        cr_expect_str_eq(path, cases[i].path);
        free(path);
    }
}

Test(paths, of_the_program)
{
    struct paths paths;

    setenv("HOME", "/home/u", 1);
    unsetenv("XDG_DATA_HOME");
    setenv("DXTOP_BIN", "/b", 1);
    setenv("DXTOP_PANELS", "/p", 1);
    paths_find(&paths);
    cr_expect_str_eq(paths.collector, "/b/dxtop-collect");
    cr_expect_str_eq(paths.panels[0], "/p");
    cr_expect_str_eq(paths.panels[1], "/home/u/.local/share/dxtop/panels");
    cr_expect(paths.panels[2] && !paths.panels[3]);
    paths_done(&paths);
    unsetenv("DXTOP_PANELS");
    paths_find(&paths);
    cr_expect_str_eq(paths.panels[0], "/home/u/.local/share/dxtop/panels");
    paths_done(&paths);
}

/* ---- what is kept ---- */

static void write_state(const char *text)
{
    char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s.state", kit.path);
    file = fopen(path, "w");
    cr_assert(file);
    fputs(text, file);
    fclose(file);
}

/* As another start finds it. */
static void reopen(void)
{
    struct dx_error err = { 0 };

    for (size_t i = 0; i < a.v.page_count; i++) {
        page_done(&a.v.pages[i]);
        page_init(&a.v.pages[i], &a.app.config.views[i]);
    }
    a.v.page = 0;
    cr_assert(theme_load(&a.app.theme, a.app.paths.themes, "dark", &err), "%s", err.text);
    state_load(&a.v);
}

Test(state, what_was_changed_is_found_again)
{
    draw_frame(30, 80);
    a.v.pages[0].slots[2].instance.tables[0].sort = 1;
    a.v.pages[0].slots[2].instance.tables[0].reverse = true;
    a.v.page = 1;
    state_next_theme(&a.v);
    cr_expect_str_eq(a.v.message, "theme light");
    state_save(&a.v);
    reopen();
    cr_expect_eq(a.v.page, 1);
    cr_expect_str_eq(a.app.theme.name, "light");
    a.v.page = 0;
    draw_frame(30, 80);
    cr_expect_eq(a.v.pages[0].slots[2].instance.tables[0].sort, 1);
    cr_expect(a.v.pages[0].slots[2].instance.tables[0].reverse);
    cr_expect_eq(a.v.pages[0].slots[0].instance.tables[0].sort, -1);
}

Test(state, what_was_asked_for_wins)
{
    write_state("{\"view\": \"Two\", \"theme\": \"light\"}");
    a.app.arguments.view = "one";
    a.app.arguments.theme = "dark";
    reopen();
    cr_expect_eq(a.v.page, 0);
    cr_expect_str_eq(a.app.theme.name, "dark");
    a.app.arguments.view = a.app.arguments.theme = "";
    a.app.config.theme = "dark";
    reopen();
    cr_expect_eq(a.v.page, 1);
    cr_expect_str_eq(a.app.theme.name, "dark");
}

/* One evening with --theme light for a projector is not how it looks from then on. */
Test(state, a_theme_of_the_command_line_is_of_that_once)
{
    write_state("{\"theme\": \"mono\"}");
    a.app.arguments.theme = "light";
    reopen();
    cr_assert(theme_load(&a.app.theme, a.app.paths.themes, "light", &(struct dx_error){ 0 }));
    state_save(&a.v);
    a.app.arguments.theme = "";
    reopen();
    cr_expect_str_eq(a.app.theme.name, "mono");
}

Test(state, a_view_that_was_not_shown_keeps_what_it_had)
{
    write_state("{\"lists\": {\"Two/0\": {\"sort\": 1, \"reverse\": true}}}");
    reopen();
    draw_frame(30, 80); /* of the first */
    state_save(&a.v);
    reopen();
    a.v.page = 1;
    draw_frame(30, 80);
    cr_expect_eq(a.v.pages[1].slots[0].instance.tables[0].sort, 1);
    cr_expect(a.v.pages[1].slots[0].instance.tables[0].reverse);
}

Test(state, where_nothing_can_be_written_nothing_is_said_nor_left)
{
    a.app.store_path = (char *)"/proc/self/nothing";
    capture();
    state_save(&a.v);
    cr_expect_str_eq(captured(), "");
}

/* Beside a shared store anybody of its group may have put something there. */
Test(state, no_fifo_is_waited_for)
{
    char path[256], theme[256], text[300];

    snprintf(path, sizeof(path), "%s.state", kit.path);
    snprintf(theme, sizeof(theme), "%s.theme", kit.path);
    cr_assert_eq(mkfifo(path, 0600), 0);
    state_load(&a.v);
    cr_expect_eq(a.v.page, 0);
    cr_assert_eq(rename(path, theme), 0);
    snprintf(text, sizeof(text), "{\"view\": \"Two\", \"theme\": \"%s\"}", theme);
    write_state(text);
    state_load(&a.v);
    cr_expect_eq(a.v.page, 1);
    cr_expect_str_eq(a.app.theme.name, "dark");
}

/* Others use it too: with one file for all of them nobody found again what he had changed. */
Test(state, of_a_store_that_is_named_it_is_of_each_user)
{
    char path[256], own[300];

    snprintf(path, sizeof(path), "%s.state", kit.path);
    snprintf(own, sizeof(own), "%s/not/there/yet", kit.dir);
    setenv("XDG_STATE_HOME", own, 1);
    a.app.config.store = kit.path;
    draw_frame(30, 80);
    a.v.page = 1;
    state_save(&a.v);
    cr_expect_neq(access(path, F_OK), 0);
    reopen();
    cr_expect_eq(a.v.page, 1);
}

static const char *const damaged[] = {
    "",
    "nonsense",
    "[]",
    "{",
    "7",
    "{\"view\": 7, \"theme\": [], \"lists\": 3}",
    "{\"view\": \"Gone\", \"theme\": \"gone\", \"lists\": {\"One/0\": 3, \"One/2\": []}}",
    "{\"lists\": {\"One/0\": {\"sort\": 2}}}",
    "{\"lists\": {\"One/0\": {\"sort\": 999999, \"reverse\": 1}}}",
    "{\"lists\": {\"One/0\": {\"sort\": -2}, \"One/1\": {\"sort\": 1}}}",
    "{\"lists\": {\"One/0\": {\"sort\": \"x\"}, \"One/2\": {\"sort\": 99999999999999}}}",
};

Test(state, a_damaged_file_is_as_good_as_none)
{
    for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
        write_state(damaged[i]);
        state_load(&a.v);
        cr_expect_eq(a.v.page, 0);
        cr_expect_str_eq(a.app.theme.name, "dark", "%s", damaged[i]);
        cr_expect(strstr(draw_frame(30, 80), "row 2"), "%s", damaged[i]);
        for (int s = 0; s < 3; s++) {
            const struct instance *in = &a.v.pages[0].slots[s].instance;

            cr_expect(!in->columns || (in->tables[0].sort >= -1 && in->tables[0].sort < 2),
                      "%s: %d", damaged[i], in->tables[0].sort);
        }
        page_done(&a.v.pages[0]);
        page_init(&a.v.pages[0], &a.app.config.views[0]);
    }
}

/* ---- lists that are a part of what there is ---- */

Test(state, a_part_is_read_anew_when_it_is_narrowed)
{
    struct grid grid;
    struct instance *in;

    grid_init(&grid, 24, 80, &glyph_sets[GLYPHS_ASCII]);
    viewer_draw(&a.v, &grid);
    in = &a.v.pages[0].slots[0].instance;
    cr_assert(in->columns);
    a.v.want_update = a.v.want_draw = false;
    viewer_arrange(&a.v, in);
    cr_expect(a.v.want_draw);
    cr_expect_not(a.v.want_update, "all that it lists is at hand");
    in->total = 20000;
    viewer_arrange(&a.v, in);
    cr_expect(a.v.want_update);
    grid_done(&grid);
}
