/* arguments: the command line of dxtop. */
#include "config.h"

#include "app/arguments.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/actions.h"
#include "app/demo.h"
#include "app/export.h"
#include "app/paths.h"
#include "app/picture.h"
#include "app/records.h"
#include "app/report.h"
#include "core/shells.h"
#include "core/text.h"
#include "core/time.h"
#include "model/kpi.h"
#include "panel/plugin.h"

enum { SIZE_MOST = 1000, SLOW_LEAST = 100, SLOW_MOST = 1 << 30 };

struct given { /* as it stands on the command line */
    const char *theme, *color, *view, *wait, *since, *format, *size, *seed, *slow, *output, *shell;
    bool ascii, wall, plain, poll, offline, redact, week, help, version, options, config;
};

#define OWN(field) offsetof(struct given, field)

static const struct arg own[] = {
    { "theme", 't', "NAME", OWN(theme),
      "dark, light, high-contrast, colour-blind, mono, or a file" },
    { "color", 0, "DEPTH", OWN(color),
      "truecolor, 256, 16, 8 or mono; what the terminal has unless given" },
    { "ascii", 0, NULL, OWN(ascii), "draw with ASCII characters only" },
    { "view", 0, "NAME", OWN(view), "begin with this view" },
    { "wall", 0, NULL, OWN(wall), "large digits for a screen on the wall; the pages turn" },
    { "plain", 0, NULL, OWN(plain),
      "no full screen: a line for each change, for screen readers and logs" },
    { "slow", 0, "N", OWN(slow), "send the terminal at most N bytes a second; frames are skipped" },
    { "week", 0, NULL, OWN(week), "begin week against week; screen too" },
    { "redact", 0, NULL, OWN(redact),
      "people, branches and titles are aliases: on the screen, in --plain, screen, once, report "
      "and export" },
    { "format", 'f', "FORMAT", OWN(format),
      "once: json, text; export: jsonl, csv; check: text, json; screen: text, ansi, svg, html, "
      "roles; report: html, md, json; the first unless given" },
    { "since", 0, "D", OWN(since),
      "export: how far back (24h); pools, pipelines: the windows up to it; report: 24h, 7d (unless "
      "given) or 30d" },
    { "output", 'o', "FILE", OWN(output), "report: write to this file; -: print it" },
    { "poll", 0, NULL, OWN(poll), "export: poll every source once before" },
    { "offline", 0, NULL, OWN(offline),
      "once: ask no source; from the store, as of --now where that is given" },
    { "wait", 0, "D", OWN(wait), "once, export --poll: give up after this time (5m)" },
    { "size", 0, "COLSxROWS", OWN(size), "screen: how large (120x40)" },
    { "seed", 0, "N", OWN(seed), "demo: another company" },
    { "print-config", 0, NULL, OWN(config),
      "demo: print its configuration, as a start for your own" },
    { "print-options", 0, NULL, OWN(options), "print all options and keys as the manual has them" },
    { "print-completion", 0, "SHELL", OWN(shell), "print the completion of bash, zsh or fish" },
    { "help", 'h', NULL, OWN(help), "print this" },
    { "version", 'V', NULL, OWN(version), "print the version" },
    { 0 },
};

static const char *const check_formats[] = { "text", "json", NULL };

static const struct mode_row modes[] = {
    { "once", MODE_ONCE, once_formats, "poll every source once, print everything, and end" },
    { "export", MODE_EXPORT, export_formats,
      "print records, one a line: samples, alerts, runs, jobs, pools, pipelines, flaky, failures, "
      "tickets, kpis, rules" },
    { "check", MODE_CHECK, check_formats, "check the configuration and reach every source" },
    { "screen", MODE_SCREEN, picture_formats, "print a view as it would look, without a terminal" },
    { "report", MODE_REPORT, report_formats,
      "print what the store knows of a week, to be sent out" },
    { "init", MODE_INIT, NULL, "ask what to watch, try it, and write a configuration" },
    { "demo", MODE_DEMO, NULL, "watch a simulated platform" },
    { "schema", MODE_SCHEMA, NULL, "print the JSON Schema of the configuration, for editors" },
    { NULL, 0, NULL, NULL },
};

static bool index_of(const char *const *names, const char *word, const char *what, int *index,
                     struct dx_error *err)
{
    const char *near;

    for (int i = 0; names && names[i]; i++) {
        if (strcmp(names[i], word) == 0) {
            *index = i;
            return true;
        }
    }
    near = text_nearest(word, names);
    return dx_fail(err, DX_FAULT_CONFIG, "unknown %s \"%.40s\"%s%s%s", what, word,
                   near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static bool parse_size(struct arguments *args, const char *text, struct dx_error *err)
{
    char *x, *end;
    long cols, rows;

    args->cols = 120;
    args->rows = 40;
    if (!*text)
        return true;
    cols = strtol(text, &x, 10);
    rows = strtol(*x == 'x' ? x + 1 : x, &end, 10);
    if (*x == 'x' && *end == '\0' && cols > 0 && rows > 0 && cols <= SIZE_MOST &&
        rows <= SIZE_MOST) {
        args->cols = (int)cols;
        args->rows = (int)rows;
        return true;
    }
    return dx_fail(err, DX_FAULT_CONFIG, "--size: \"%.40s\" is not like 120x40, up to %dx%d", text,
                   SIZE_MOST, SIZE_MOST);
}

static bool parse_slow(struct arguments *args, const char *text, struct dx_error *err)
{
    char *end;
    long long n = strtoll(text, &end, 10);

    if (!*text)
        return true;
    args->slow = n;
    return (*end == '\0' && n >= SLOW_LEAST && n <= SLOW_MOST) ||
           dx_fail(err, DX_FAULT_CONFIG, "--slow: \"%.40s\" is not a number of bytes from %d on",
                   text, SLOW_LEAST);
}

static bool parse_seed(const char *text, struct dx_error *err)
{
    char *end;

    errno = 0;
    (void)strtoull(text, &end, 10);
    return !*text || (errno == 0 && !*end && text[0] >= '0' && text[0] <= '9') ||
           dx_fail(err, DX_FAULT_CONFIG, "--seed: \"%.40s\" is not a whole number", text);
}

static bool export_what(struct dx_error *err)
{
    struct buf kinds;
    bool ok;

    buf_init(&kinds, sizeof(err->text));
    for (size_t i = 0; export_kinds[i]; i++)
        (void)buf_print(&kinds, "%s%s",
                        i == 0                ? ""
                        : export_kinds[i + 1] ? ", "
                                              : " or ",
                        export_kinds[i]);
    ok = dx_fail(err, DX_FAULT_CONFIG, "export what: %s?", kinds.bytes);
    buf_done(&kinds);
    return ok;
}

/* What a command would not do anything with is not taken; how things look is, as people have it
 * in an alias. */
static bool judge_place(enum mode mode, const struct common_args *common, const struct given *given,
                        struct dx_error *err)
{
    enum {
        LIVE = 1 << MODE_VIEW | 1 << MODE_DEMO,
        SCREENS = LIVE | 1 << MODE_SCREEN,
        FORMATS = 1 << MODE_ONCE | 1 << MODE_EXPORT | 1 << MODE_CHECK | 1 << MODE_SCREEN |
                  1 << MODE_REPORT,
        NO_RECORDS = 1 << MODE_CHECK | 1 << MODE_SCHEMA | 1 << MODE_INIT,
        ALL = ~0,
        NO_CONFIG = 1 << MODE_DEMO | 1 << MODE_SCHEMA,
    };
    const int asks = (given->offline ? 0 : 1 << MODE_ONCE) | (given->poll ? 1 << MODE_EXPORT : 0);
    const struct {
        bool given;
        int modes;
        const char *where;
    } places[] = {
        { given->wall, SCREENS, "--wall goes with screen and demo, or no command" },
        { given->plain || *given->slow, LIVE, "--plain and --slow go with demo, or no command" },
        { *given->format, FORMATS, "--format goes with once, export, check, screen and report" },
        { *given->output, 1 << MODE_REPORT, "--output goes with report" },
        { given->offline, 1 << MODE_ONCE, "--offline goes with once; only export --poll asks too" },
        { given->week, SCREENS, "--week goes with the screen, screen and demo" },
        { given->redact, ALL ^ NO_RECORDS, "--redact goes with what shows records" },
        { *given->view, SCREENS, "--view goes with screen and demo, or no command" },
        { given->poll, 1 << MODE_EXPORT, "--poll goes with export; once does it by itself" },
        { *given->wait, asks, "--wait goes with once and export --poll, which ask the sources" },
        { *given->since, 1 << MODE_EXPORT | 1 << MODE_REPORT,
          "--since goes with export and report" },
        { *given->size, 1 << MODE_SCREEN, "--size goes with screen" },
        { *given->seed, 1 << MODE_DEMO, "--seed goes with demo" },
        { *common->config, ALL ^ NO_CONFIG,
          "-c goes neither with demo, which has a file of its own, nor with schema" },
        { *common->prometheus || *common->alertmanager || *common->github, ALL ^ NO_CONFIG,
          "sources go neither with demo, which has some of its own, nor with schema" },
    };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (places[i].given && !(places[i].modes & 1 << mode))
            return dx_fail(err, DX_FAULT_CONFIG, "%s", places[i].where);
    return true;
}

static bool parse_mode(struct arguments *args, char **operand, const struct given *given,
                       struct dx_error *err)
{
    const char *names[sizeof(modes) / sizeof(modes[0])] = { NULL };
    int i = -1;

    for (size_t m = 0; modes[m].name; m++)
        names[m] = modes[m].name;
    if (*operand && !index_of(names, *operand, "command", &i, err))
        return false;
    args->mode = i < 0 ? MODE_VIEW : (enum mode)modes[i].mode;
    if (!judge_place(args->mode, &args->common, given, err))
        return false;
    if (given->plain && (given->wall || *given->slow))
        return dx_fail(err, DX_FAULT_CONFIG, "--plain shows no screen: --wall and --slow do");
    if (*given->format && !index_of(modes[i].formats, given->format, "format", &args->format, err))
        return false;
    operand += *operand != NULL;
    if (args->mode == MODE_EXPORT) {
        if (!*operand)
            return export_what(err);
        if (!index_of(export_kinds, *operand++, "kind of record", &args->kind, err))
            return false;
    }
    return !*operand || dx_fail(err, DX_FAULT_CONFIG, "%.40s: one operand too many", *operand);
}

static void print_help(void)
{
    struct buf out;

    buf_init(&out, 64 << 10);
    (void)buf_text(&out, "usage: dxtop [OPTION]... [COMMAND]\n\n"
                         "Shows queue times, failures, flaky jobs, tickets and metrics, live.\n"
                         "Without a command: on the whole screen; ? explains it.\n\n");
    for (size_t i = 0; modes[i].name; i++)
        (void)buf_print(&out, "  %-23s %s\n", modes[i].name, modes[i].help);
    (void)buf_text(&out, "\n");
    args_print_help(&out, common_args);
    args_print_help(&out, own);
    (void)fputs(out.bytes, stdout);
    buf_done(&out);
}

static void print_panels(struct buf *out)
{
    struct paths paths;
    struct plugins plugins = { .dirs = (const char *const *)paths.panels };
    char **names;

    paths_find(&paths);
    names = plugin_names(&plugins);
    for (size_t i = 0; names[i]; i++) {
        struct dx_error err = { 0 };
        const struct dx_panel *panel = plugin_load(&plugins, names[i], &err);

        (void)buf_print(out, ".\\\" %s\n", names[i]);
        config_print_mdoc(out, panel ? panel->options : NULL);
    }
    plugin_names_free(names);
    paths_done(&paths);
}

/* Each on a line of its own, as mdoc wants them. */
static void print_sentences(struct buf *out, const char *text)
{
    for (const char *end; (end = strstr(text, ". ")); text = end + 2)
        (void)buf_print(out, "%.*s\n", (int)(end + 1 - text), text);
    (void)buf_print(out, "%s\n", text);
}

static void print_kpis(struct buf *out)
{
    for (int i = 0; i < KPI_COUNT; i++) {
        (void)buf_print(out, ".It Ic %s\n%s: ", kpis[i].id, kpis[i].name);
        print_sentences(out, kpis[i].definition);
        if (kpis[i].goal)
            (void)buf_print(out, "At %s %s.\n", kpis[i].better == KPI_MORE ? "least" : "most",
                            kpis[i].goal);
        if (kpis[i].few > 0)
            (void)buf_print(out, "With an n below %lld it is not judged.\n",
                            (long long)kpis[i].few);
        if (kpis[i].window_ms == 0)
            (void)buf_text(out, "As it is now, against 7 days ago.\n");
        else
            (void)buf_print(out, "Over %lld d, against the %lld d before.\n",
                            (long long)(kpis[i].window_ms / DAY_MS),
                            (long long)(kpis[i].before_ms / DAY_MS));
    }
}

/* Sections begin with a comment that names them, as in the manual's pages. */
static void arguments_print_mdoc(struct buf *out)
{
    (void)buf_text(out, ".\\\" options\n");
    args_print_mdoc(out, common_args);
    args_print_mdoc(out, own);
    (void)buf_text(out, ".\\\" keys\n");
    actions_print_mdoc(out);
    (void)buf_text(out, ".\\\" commands\n");
    actions_print_commands(out);
    record_print_mdoc(out);
    (void)buf_text(out, ".\\\" top\n");
    config_print_mdoc(out, config_options);
    (void)buf_text(out, ".\\\" calendar\n");
    config_print_mdoc(out, config_calendar_options);
    (void)buf_text(out, ".\\\" hours\n");
    config_print_mdoc(out, config_hours_options);
    (void)buf_text(out, ".\\\" wall\n");
    config_print_mdoc(out, config_wall_options);
    (void)buf_text(out, ".\\\" keys-table\n");
    config_print_mdoc(out, config_keys_options);
    (void)buf_text(out, ".\\\" targets\n");
    config_print_mdoc(out, config_target_options);
    (void)buf_text(out, ".\\\" kpi-table\n");
    print_kpis(out);
    (void)buf_text(out, ".\\\" kpis\n");
    config_print_mdoc(out, config_feed_options);
    (void)buf_text(out, ".\\\" rule\n");
    config_print_mdoc(out, config_rule_options);
    (void)buf_text(out, ".\\\" notice\n");
    config_print_mdoc(out, config_notice_options);
    (void)buf_text(out, ".\\\" row\n");
    config_print_mdoc(out, config_row_options);
    (void)buf_text(out, ".\\\" panel\n");
    config_print_mdoc(out, config_panel_options);
    print_panels(out);
}

static void print_completion(const char *shell)
{
    shells_print(
        shell, &(struct shell_words){ "dxtop", { common_args, own }, modes, export_kinds, { 0 } });
}

static bool print(const struct given *given)
{
    struct buf out;

    if (given->help) {
        print_help();
    } else if (given->config) {
        demo_print_config("http://127.0.0.1:0", stdout);
    } else if (given->version) {
        (void)puts("dxtop " PACKAGE_VERSION);
    } else if (*given->shell) {
        print_completion(given->shell);
    } else if (given->options) {
        buf_init(&out, 256 << 10);
        arguments_print_mdoc(&out);
        (void)fputs(out.bytes, stdout);
        buf_done(&out);
    }
    return given->help || given->version || given->options || given->config || *given->shell;
}

bool arguments_parse(struct arguments *args, int argc, char **argv, bool *done,
                     struct dx_error *err)
{
    struct given given = { .theme = "",
                           .color = "",
                           .view = "",
                           .wait = "",
                           .since = "",
                           .format = "",
                           .size = "",
                           .seed = "",
                           .slow = "",
                           .output = "",
                           .shell = "" };
    static const char *const colors[] = { "truecolor", "256", "16", "8", "mono", NULL };
    int ignored;

    if (!args_parse(argc, argv, &args->common, own, &given, err))
        return false;
    if (*given.shell && !shells_known(given.shell, err))
        return false;
    *done = print(&given);
    if (*done)
        return true;
    args->theme = given.theme;
    args->color = given.color;
    args->view = given.view;
    args->ascii = given.ascii;
    args->wall = given.wall;
    args->plain = given.plain;
    args->poll = given.poll;
    args->offline = given.offline;
    args->redact = given.redact;
    args->week = given.week;
    args->seed = given.seed;
    args->output = given.output;
    args->since_given = *given.since != '\0';
    args->wait = *given.wait ? given.wait : "5m";
    if (*given.color && !index_of(colors, given.color, "depth", &ignored, err))
        return false;
    if (!duration_parse(&args->since_ms, *given.since ? given.since : "24h"))
        return dx_fail(err, DX_FAULT_CONFIG, "--since: \"%.40s\" is not a duration like 7d",
                       given.since);
    return parse_size(args, given.size, err) && parse_slow(args, given.slow, err) &&
           parse_seed(given.seed, err) && parse_mode(args, argv + args->common.rest, &given, err);
}
