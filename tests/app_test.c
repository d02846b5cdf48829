/* What the program is told and what it keeps: its command line, its paths, the
 * facts of the store, its state file. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/arguments.h"
#include "app/facts.h"
#include "app/state.h"
#include "app_kit.h"
#include "reader.h"

TestSuite(arguments, .timeout = 20);
TestSuite(facts, .timeout = 20);
TestSuite(paths, .timeout = 20);
TestSuite(state, .init = app_start, .fini = app_stop, .timeout = 20);

/* ---- the command line ---- */

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
    { { "screen", "--size", "0x10" }, "--size: \"0x10\" is not like 120x40", 0, 0, 0, 0, 0 },
    { { "screen", "--size", "1001x10" }, "--size: \"1001x10\" is not like 120x40", 0, 0, 0, 0, 0 },
    { { "screen", "--size", "-5x10" }, "--size: \"-5x10\" is not like 120x40", 0, 0, 0, 0, 0 },
    { { "screen", "--size", "40x10x" }, "--size: \"40x10x\" is not like 120x40", 0, 0, 0, 0, 0 },
    { { "screen", "--size", "40" }, "--size: \"40\" is not like 120x40", 0, 0, 0, 0, 0 },
    { { "once", "-o", "x" }, "--output goes with report", 0, 0, 0, 0, 0 },
    { { "--color", "pink" }, "unknown depth \"pink\"", 0, 0, 0, 0, 0 },
    { { "--since", "soon" }, "--since: \"soon\" is not a duration like 7d", 0, 0, 0, 0, 0 },
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

/* ---- what is wrong, in words ---- */

static void alert(const char *name, enum dx_severity severity, enum dx_alert_state state)
{
    struct fake_row *row = fake_add(DX_QUERY_ALERTS);

    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_SEVERITY, severity);
    fake_set(row, DX_FIELD_STATE, state);
}

static void source(enum dx_source_state state, int64_t limit, int64_t remaining)
{
    struct fake_row *row = fake_add(DX_QUERY_SOURCES);

    fake_text(row, DX_FIELD_SOURCE, "src");
    fake_text(row, DX_FIELD_TEXT, "why");
    fake_set(row, DX_FIELD_STATE, state);
    fake_set(row, DX_FIELD_LIMIT, (double)limit);
    fake_set(row, DX_FIELD_REMAINING, (double)remaining);
}

/* Of the last good answer. */
static void answered(int64_t ago_ms, int64_t every_ms)
{
    fake_set(&fake.row[fake.count - 1], DX_FIELD_LAST_OK, (double)(T0 - ago_ms));
    fake_set(&fake.row[fake.count - 1], DX_FIELD_EVERY, (double)every_ms);
}

static void read_facts(struct facts *facts)
{
    struct reader reader = fake_reader();

    facts_read(facts, &reader, T0);
    facts_sort(facts);
    cr_expect_eq(fake.open, 0);
}

/* Its last poll was good, and nobody has polled it since. */
Test(facts, what_nobody_polls_any_more_is_not_live)
{
    static struct facts facts;

    source(DX_SOURCE_LIVE, 0, 0);
    answered(2 * MINUTE, MINUTE);
    source(DX_SOURCE_LIVE, 0, 0);
    answered(2 * MINUTE + 1, MINUTE);
    source(DX_SOURCE_FILLING, 0, 0);
    answered(10 * MINUTE, MINUTE);
    source(DX_SOURCE_LIMITED, 0, 0); /* that word says more */
    answered(10 * MINUTE, MINUTE);
    read_facts(&facts);
    cr_expect_eq(facts.lights[LIGHT_LIVE], 1);
    cr_expect_eq(facts.lights[LIGHT_STALE], 2);
    cr_expect_eq(facts.lights[LIGHT_LIMITED], 1);
    cr_expect_eq(facts.ok_ms, T0 - 10 * MINUTE);
}

static void incident(const char *summary, int64_t since_ms)
{
    alert("PlatformIncident", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    fake_text(&fake.row[fake.count - 1], DX_FIELD_SOURCE, "dxtop");
    fake_text(&fake.row[fake.count - 1], DX_FIELD_SUMMARY, summary);
    fake_set(&fake.row[fake.count - 1], DX_FIELD_SINCE, (double)since_ms);
}

/* Neither its name within the program, nor lines of logs, nor a time as machines write it. */
Test(facts, an_incident_reads_as_people_write)
{
    static struct facts facts;
    char when[32], expected[100];
    time_t since;

    setenv("TZ", "UTC", 1);
    tzset();
    incident("registry: 10 jobs of 7 projects failed on linux; the last: github: too many",
             T0 - DAY / 2);
    incident("runner: 3 jobs of 1 project failed; the last: x: y", T0 - 2 * DAY);
    read_facts(&facts);
    since = (time_t)((T0 - DAY / 2) / 1000);
    (void)strftime(when, sizeof(when), "%H:%M", gmtime(&since));
    (void)snprintf(expected, sizeof(expected),
                   "10 jobs of 7 projects failed on linux since %s, for 12h 00m", when);
    cr_expect_str_eq(facts.fact[0].subject, "registry");
    cr_expect_str_eq(facts.fact[0].sentence, expected);
    since = (time_t)((T0 - 2 * DAY) / 1000);
    (void)strftime(when, sizeof(when), "%a %H:%M", gmtime(&since));
    (void)snprintf(expected, sizeof(expected), "3 jobs of 1 project failed since %s, for 2d 00h",
                   when);
    cr_expect_str_eq(facts.fact[1].subject, "runner");
    cr_expect_str_eq(facts.fact[1].sentence, expected);
}

static void ended(const char *name, const char *source, const char *summary)
{
    struct fake_row *row = fake_add(DX_QUERY_ENDED);

    fake_text(row, DX_FIELD_NAME, name);
    fake_text(row, DX_FIELD_SOURCE, source);
    fake_text(row, DX_FIELD_SUMMARY, summary);
    fake_set(row, DX_FIELD_ENDED, (double)(T0 - MINUTE));
}

Test(facts, an_alert_that_is_over_is_named_where_none_fires)
{
    static struct facts facts;

    ended("over", "am", "it was: full");
    read_facts(&facts);
    cr_expect_str_eq(facts.last_ended, "over");
    alert("bad", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    read_facts(&facts);
    cr_expect_eq(facts.last_ended_ms, 0);
}

Test(facts, an_incident_that_is_over_is_named_by_what_failed)
{
    static struct facts facts;

    ended("PlatformIncident", "dxtop", "registry: 10 jobs of 7 projects failed");
    read_facts(&facts);
    cr_expect_eq(facts.fact_count, 0);
    cr_expect_str_eq(facts.last_ended, "registry");
    cr_expect_eq(facts.last_ended_ms, T0 - MINUTE);
}

Test(facts, what_fires_and_what_is_lost)
{
    static struct facts facts;

    alert("info", DX_SEVERITY_INFO, DX_ALERT_FIRING);
    alert("warn", DX_SEVERITY_WARNING, DX_ALERT_FIRING);
    alert("bad", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    alert("muted", DX_SEVERITY_CRITICAL, DX_ALERT_SILENCED);
    alert("soon", DX_SEVERITY_CRITICAL, DX_ALERT_PENDING);
    source(DX_SOURCE_LIVE, 100, 40);
    source(DX_SOURCE_FILLING, 0, 0);
    source(DX_SOURCE_LIMITED, 100, 20);
    source(DX_SOURCE_LOST, 0, 0);
    source(DX_SOURCE_NEW, 0, 0);
    read_facts(&facts);
    cr_expect_eq(facts.bad, 1);
    cr_expect_eq(facts.warn, 2);
    cr_expect_str_eq(facts.fact[0].subject, "bad");
    cr_expect_str_eq(facts.fact[0].sentence, "fires");
    cr_expect_str_eq(facts.fact[1].subject, "warn");
    cr_expect_str_eq(facts.fact[2].subject, "src");
    cr_expect_str_eq(facts.fact[2].sentence, "why");
    cr_expect_eq(facts.lights[LIGHT_LIVE], 2);
    cr_expect_eq(facts.lights[LIGHT_LIMITED], 1);
    cr_expect_eq(facts.lights[LIGHT_LOST], 1);
    cr_expect_eq(facts.lights[LIGHT_NONE], 1);
    cr_expect_float_eq(facts.budget, 0.2, 1e-9);
    facts_add(&facts, DX_ROLE_BAD, "bad", "fires"); /* a panel says the same */
    cr_expect_eq(facts.bad, 1);
}

Test(facts, the_worst_is_there_however_many_there_are)
{
    static struct facts facts;
    char name[40][16];

    for (int i = 0; i < 40; i++) {
        snprintf(name[i], sizeof(name[i]), "w%d", i);
        alert(name[i], DX_SEVERITY_WARNING, DX_ALERT_FIRING);
    }
    alert("bad", DX_SEVERITY_CRITICAL, DX_ALERT_FIRING);
    read_facts(&facts);
    cr_expect_eq(facts.warn, 40);
    cr_expect_eq(facts.bad, 1);
    cr_expect_eq(facts.fact_count, FACTS_FINDINGS);
    cr_expect_str_eq(facts.fact[0].subject, "bad");
    cr_expect_str_eq(facts.fact[1].subject, "w0");
    cr_expect_str_eq(facts.fact[FACTS_FINDINGS - 1].subject, "w22");
}

static void number(const char *name, enum dx_kpi_state state, uint32_t reads)
{
    struct fake_row *row = fake_add(DX_QUERY_KPIS);

    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_STATE, state);
    fake_set(row, DX_FIELD_READS, reads);
}

/* Whichever view is shown; but not of what is stale, and what a panel has told once only. */
Test(facts, key_numbers_past_their_goals)
{
    static struct facts facts;
    struct reader reader = fake_reader();

    number("Queue p95", DX_KPI_WARN, 1u << DX_KIND_RUN);
    number("Flaky jobs", DX_KPI_BAD, 1u << DX_KIND_RUN);
    number("CI median", DX_KPI_GOOD, 1u << DX_KIND_RUN);
    number("Reply", DX_KPI_BAD, 1u << DX_KIND_TICKET);
    source(DX_SOURCE_LIVE, 0, 0);
    answered(2 * MINUTE + 1, MINUTE);
    fake_set(&fake.row[fake.count - 1], DX_FIELD_YIELDS, 1u << DX_KIND_TICKET);
    read_facts(&facts);
    facts_add(&facts, DX_ROLE_WARN, "Queue p95", "7m 12s, the goal is 5m");
    cr_expect_not(facts.numbers);
    facts_numbers(&facts, &reader, T0);
    cr_expect(facts.numbers);
    cr_expect_eq(facts.fact_count, 2);
    cr_expect_str_eq(facts.fact[0].subject, "Flaky jobs");
    cr_expect_str_eq(facts.fact[0].sentence, "past goal");
    cr_expect_str_eq(facts.fact[1].subject, "Queue p95");
    cr_expect_str_eq(facts.fact[1].sentence, "7m 12s, the goal is 5m");
    cr_expect(facts.bad == 1 && facts.warn == 1);
    cr_expect_not(facts.muted);
    alert("low", DX_SEVERITY_INFO, DX_ALERT_FIRING);
    read_facts(&facts);
    cr_expect(facts.muted);
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
