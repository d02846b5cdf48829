/* What is odd in a configuration, or on a command line that stands for one: each is named where it
 * stands. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/common_args.h"
#include "config_kit.h"
#include "config/option.h"

struct settings {
    struct dx_items list, map, tables, kpis;
    const char *source;
};

static const struct dx_option item_options[] = {
    { .name = "name", .type = DX_OPTION_TEXT, .offset = 0, .fallback = "", .help = "" },
    { 0 },
};

#define O(field) offsetof(struct settings, field)
static const struct dx_option options[] = {
    { .name = "list", .type = DX_OPTION_LIST, .offset = O(list), .fallback = "", .help = "" },
    { .name = "map", .type = DX_OPTION_MAP, .offset = O(map), .fallback = "", .help = "" },
    { .name = "tables",
      .type = DX_OPTION_TABLES,
      .offset = O(tables),
      .fallback = "",
      .fields = item_options,
      .item_size = sizeof(char *),
      .help = "" },
    { .name = "source", .type = DX_OPTION_TEXT, .offset = O(source), .fallback = "", .help = "" },
    { .name = "kpis", .type = DX_OPTION_LIST, .offset = O(kpis), .fallback = "", .help = "" },
    { 0 },
};

static bool judge(const void *settings, struct dx_error *err)
{
    const struct settings *s = settings;

    return s->list.count < 3 || dx_fail(err, DX_FAULT_CONFIG, "list: two are enough");
}

static bool find(void *self, const char *name, struct config_kind *out, struct dx_error *err)
{
    (void)self;
    if (strcmp(name, "thing") != 0)
        return dx_fail(err, DX_FAULT_CONFIG, "%s: cannot be loaded", name);
    *out = (struct config_kind){ .name = "thing",
                                 .every = "15s",
                                 .size = sizeof(struct settings),
                                 .options = options,
                                 .check = judge };
    return true;
}

static const char *const names[] = { "thing", "broken", NULL };
static const struct config_kinds kinds = { .find = find, .names = names };

static bool load(const char *text)
{
    return config_kit_load(text, &kinds);
}

#define SOURCE "sources:\n  - type: thing\n    url: https://h\n    "
#define PANEL  "views:\n  - name: A\n    rows:\n      - panels: [thing, "

static const struct {
    const char *text, *complaint;
} odd[] = {
    { "title: &a x\nstore: *a\n", "t.yaml:2:1: aliases are not taken here; write it out\n" },
    { "? [a, b]\n: x\n", "t.yaml:1:4: a key has to be a word\n" },
    { "title: \"a\\0b\"\n", "t.yaml:1:9: a NUL character in a text\n" },
    { "\"title\": a\n'title': b\n", "t.yaml:" },
    { SOURCE "name: a b\n", "t.yaml:4:11: name: \"a b\" has to be of letters, digits" },
    { "sources:\n  - type: thing\n    url: https://h/?q=1\n",
      "t.yaml:3:10: url: no query, fragment or blank in it\n" },
    { SOURCE "every: 100ms\n", "t.yaml:2:5: every: not more often than once a second\n" },
    { SOURCE "timeout: 0s\n", "t.yaml:2:5: timeout: it has to be more than nothing\n" },
    { SOURCE "list: [a, b, c]\n", "t.yaml:2:5: list: two are enough\n" },
    { SOURCE "map: [a]\n", "t.yaml:4:11: map has to be a mapping\n" },
    { SOURCE "map: {a: [b]}\n", "t.yaml:4:15: map has to be a mapping of texts\n" },
    { SOURCE "tables: [[a]]\n", "t.yaml:4:15: tables has to be a mapping\n" },
    { SOURCE "tables: {a: {}, b: }\n", "t.yaml:4:21: tables: b has no value\n" },
    { SOURCE "token: {env: [A]}\n", "t.yaml:4:19: env has to be a name\n" },
    { SOURCE "token: {command: []}\n",
      "t.yaml:4:13: command has to be a command and its arguments\n" },
    { PANEL "[x]]\n",
      "t.yaml:4:26: a panel is a name, or a mapping that begins with \"panel:\"\n" },
    { PANEL "broken]\n", "t.yaml:4:25: broken: cannot be loaded\n" },
    { PANEL "{panel: thing, list: [a, b, c]}]\n", "t.yaml:4:26: list: two are enough\n" },
    { "views:\n  - rows:\n      - panels: [thing]\n", "t.yaml:2:5: a view has a name\n" },
    { "views:\n  - {name: A, rows: [{panels: [thing]}]}\n  - {name: A, rows: [{panels: "
      "[thing]}]}\n",
      "t.yaml:3:12: a second view is called \"A\"\n" },
    { "views:\n  - {name: A, ws: [thing]}\n  - {name: B, rows: [{panels: [thing]}]}\n",
      "t.yaml:2:15: unknown key \"ws\"\n" },
    { "views:\n  - thing\n  - {name: A, rows: [{panels: [thing]}]}\n",
      "t.yaml:2:5: this has to be a mapping of keys to values\n" },
    { "keys:\n  - type: zoom\n  - {}\n", "t.yaml:2:5: unknown key \"type\"" },
    { "rules:\n  - {}\n  - type: zoom\n  - []\n", "t.yaml:3:5: unknown key \"type\"\n" },
    { "kpis:\n  - {}\n  - type: zoom\n  - []\n", "t.yaml:3:5: unknown key \"type\"\n" },
    { "views:\n  - name: A\n    rows:\n      - {weight: 10001, panels: [thing]}\n",
      "t.yaml:4:18: weight: at most 10000\n" },
    { "views:\n  - name: A\n    rows:\n      - {height: 99999999999, panels: [thing]}\n",
      "t.yaml:4:18: height: at most 10000\n" },
    { PANEL "{panel: thing, weight: 10001}]\n", "t.yaml:4:48: weight: at most 10000\n" },
    { PANEL "{panel: thing, priority: 10001}]\n", "t.yaml:4:50: priority: at most 10000\n" },
    { PANEL "{panel: thing, min_cols: 10001}]\n", "t.yaml:4:50: min_cols: at most 10000\n" },
    { "views:\n  - name: A\n    rows:\n      - height: 3\n",
      "t.yaml:4:9: a row has a list of panels\n" },
    { SOURCE "list: []\nrules:\n  r: {query: other/up, above: 1}\n",
      "t.yaml:6:14: query: unknown source \"other\"; there is thing\n" },
    { SOURCE "name: jira\n  - type: thing\n    url: https://h\n" PANEL
             "{panel: thing, source: other}]\n",
      "t.yaml:10:48: source: unknown source \"other\"; there are jira, thing\n" },
    { SOURCE "name: jira\n" PANEL "{panel: thing, source: jria}]\n",
      "t.yaml:8:48: source: unknown source \"jria\"; did you mean \"jira\"?\n" },
    { PANEL "{panel: thing, kpis: [queue_p95, queu_p50]}]\n",
      "t.yaml:4:58: unknown KPI \"queu_p50\"; did you mean \"queue_p50\"?\n" },
    { PANEL "{panel: thing, kpis: foo}]\n", "t.yaml:4:46: unknown KPI \"foo\"\n" },
    { SOURCE "list: []\nnotices:\n  n: {webhook: json, url: {env: U}, proxy: 'http://a:b@p'}\n",
      "t.yaml:6:3: n: proxy: credentials do not stand here\n" },
};

Test(config_odd, each_is_named_where_it_stands)
{
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        cr_expect_not(load(odd[i].text), "%s", odd[i].text);
        cr_expect(strncmp(said, odd[i].complaint, strlen(odd[i].complaint)) == 0,
                  "%s\nwanted: %s\ngot:    %s", odd[i].text, odd[i].complaint, said);
        config_done(&config);
    }
}

/* Of a mistake that others could follow from, all that is said. */
static const struct {
    const char *text, *all;
} alone[] = {
    { "rules:\n  r: {pool: x, above: 5m, quiet: {mon-fri: {hours: ['00:00-08:00', '18:00-24:00'], "
      "zone: UTC}}}\n",
      "t.yaml:2:84: unknown key \"zone\"\n" },
    { "rules:\n  slow: {pool: linux, abov: 5m}\n",
      "t.yaml:2:23: unknown key \"abov\"; did you mean \"above\"?\n" },
    { "rules:\n  r: {pool: x, value: waitin, above: 10}\n",
      "t.yaml:2:23: value: \"waitin\" is none of itself, waiting, oldest, p95, runners, success, "
      "p90; did you mean \"waiting\"?\n" },
    { "rules:\n  r: {pool: x, above: 5m, quiet: {sat: '9:00-10:00'}, fro: 5m}\n",
      "t.yaml:2:55: unknown key \"fro\"; did you mean \"for\"?\n" },
    { "rules:\n  - {name: [a], pool: x, above: 5m}\n", "t.yaml:2:13: name has to be one value\n" },
    { "notices:\n  n: {comand: [x]}\n",
      "t.yaml:2:7: unknown key \"comand\"; did you mean \"command\"?\n" },
    { "notices:\n  - {name: n, comand: [x]}\nrules:\n  r: {pool: x, above: 5m, notify: n}\n",
      "t.yaml:2:15: unknown key \"comand\"; did you mean \"command\"?\n" },
    { "notices:\n  - {nam: n, command: [x]}\nrules:\n  r: {pool: x, above: 5m, notify: n}\n",
      "t.yaml:2:6: unknown key \"nam\"; did you mean \"name\"?\n"
      "t.yaml:4:35: notify: unknown notice \"n\"\n" },
    { "targets:\n  queue_p95: {wran: 5m}\n",
      "t.yaml:2:15: unknown key \"wran\"; did you mean \"warn\"?\n" },
    { "targets:\n  - {wran: 5m}\n", "t.yaml:2:6: unknown key \"wran\"; did you mean \"warn\"?\n" },
    { "kpis:\n  csat: {files: a.csv}\n",
      "t.yaml:2:10: unknown key \"files\"; did you mean \"file\"?\n" },
    { "keys:\n  - {}\n",
      "t.yaml:1:1: \"keys\" is missing: all keys it is on, like G, f5, ctrl-r or page-down\n" },
    { "keys:\n  zoom: {keys: [z], kees: [a]}\n  quit: [q, z]\n",
      "t.yaml:2:21: unknown key \"kees\"; did you mean \"keys\"?\n" },
    { PANEL "{panel: thing, weight: 20000x}]\n",
      "t.yaml:4:48: weight: \"20000x\" is not a whole number\n" },
    { "views:\n  - name: A\n    rows:\n      - {height: 20000x, panels: [thing]}\n",
      "t.yaml:4:18: height: \"20000x\" is not a whole number\n" },
    { "views:\n  - name: A\n    rows:\n      - {panel: thing}\n",
      "t.yaml:4:10: unknown key \"panel\"; did you mean \"panels\"?\n" },
    { "views:\n  - name: A\n    rows:\n      - panels: [{panel: thing, map: [a]}, {panel: "
      "thing, follow: yes}]\n",
      "t.yaml:4:39: map has to be a mapping\n" },
    { "views:\n  - name: A\n    rows:\n      - {heigt: 3, panels: [thing]}\n"
      "      - panels: [{panel: thing, follow: yes}]\n",
      "t.yaml:4:10: unknown key \"heigt\"; did you mean \"height\"?\n" },
    { "views:\n  - nam: A\n    rows:\n      - panels: [thing]\nwall: {views: [A]}\n",
      "t.yaml:2:5: unknown key \"nam\"; did you mean \"name\"?\n" },
};

Test(config_odd, a_mistake_is_said_once)
{
    for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
        cr_expect_not(load(alone[i].text), "%s", alone[i].text);
        cr_expect_str_eq(said, alone[i].all, "%s\nwanted: %s\ngot:    %s", alone[i].text,
                         alone[i].all, said);
        config_done(&config);
    }
}

/* There was room for as many as were right. */
Test(config_odd, of_many_hours_that_are_wrong_nobody_ends)
{
    static const char *const ends[] = { "], zone: UTC}}}\n", ", [x]]}}}\n" };
    enum { SPANS = 720 };

    for (size_t k = 0; k < sizeof(ends) / sizeof(ends[0]); k++) {
        char *text = calloc(1, 1 << 16), *at = text;

        at += sprintf(at, "rules:\n  r: {pool: x, above: 5m, quiet: {sun: {hours: [");
        for (int i = 0; i < SPANS; i++)
            at += sprintf(at, "%s'%02d:%02d-%02d:%02d'", i > 0 ? ", " : "", i / 30, i % 30 * 2,
                          i / 30, i % 30 * 2 + 1);
        (void)strcpy(at, ends[k]);
        cr_expect_not(load(text));
        cr_expect_eq(strchr(said, '\n') + 1, said + strlen(said), "%s", said);
        config_done(&config);
        free(text);
    }
}

/* The viewer reads none of them, but knows what they are called; whoever looks at a store that
 * others fill names what he likes, and dxtop's own alerts are of a source, too. */
Test(config_odd, what_panels_name_as_their_source_is_there)
{
    static const struct config_kinds none = { 0 };
    const struct {
        const char *text;
        bool right;
    } cases[] = {
        { SOURCE "name: jira\n" PANEL "{panel: thing, source: jria}]\n", false },
        { SOURCE "name: jira\n" PANEL "{panel: thing, source: jira}]\n", true },
        { SOURCE "list: []\n" PANEL "{panel: thing, source: thing}]\n", true },
        { SOURCE "list: []\n" PANEL "{panel: thing, source: dxtop}]\n", true },
        { SOURCE "list: []\n" PANEL "{panel: thing, source: ''}]\n", true },
        { PANEL "{panel: thing, source: jria}]\n", true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf complaints;

        buf_init(&complaints, 1 << 16);
        cr_expect_eq(config_load(&config, "t.yaml", cases[i].text, &none, &kinds, &complaints),
                     cases[i].right, "%s", cases[i].text);
        buf_done(&complaints);
        config_done(&config);
    }
}

/* More than a hundred thousand words, and more than a mebibyte. */
Test(config_odd, what_is_too_large_is_refused)
{
    enum { WIDE = 100001, LARGE = (1 << 20) + 1 };
    char *text = calloc(1, 2 * LARGE);

    strcpy(text, "title: [");
    for (int i = 0; i < WIDE; i++)
        strcpy(text + 8 + 2 * i, "a,");
    strcpy(text + 8 + 2 * WIDE, "]");
    cr_expect_not(load(text));
    cr_expect(strstr(said, "too deep or too large"), "%s", said);
    config_done(&config);
    memset(text, '#', 2 * LARGE - 1);
    cr_expect_not(load(text));
    cr_expect(strstr(said, "t.yaml:1:1: larger than "), "%s", said);
    config_done(&config);
    free(text);
}

Test(config_odd, a_mark_of_utf8_is_no_matter)
{
    cr_assert(load("\xEF\xBB\xBFtitle: x\n"), "%s", said);
    cr_expect_str_eq(config.title, "x");
    config_done(&config);
}

Test(config_odd, so_many_rules_and_no_more)
{
    char *text = calloc(1, 1 << 16), *at = text;

    at += sprintf(at, "rules:\n");
    for (int i = 0; i < 300; i++)
        at += sprintf(at, "  r%d: {query: up, above: 1}\n", i);
    cr_expect_not(load(text));
    cr_expect(strstr(said, "rules: at most "), "%s", said);
    config_done(&config);
    free(text);
}

/* ---- the command line ---- */

static const struct {
    const char *args[4];
    const char *words;
} lines[] = {
    { { "--state" }, "--state needs a value" },
    { { "--github", "" }, "--github needs a value" },
    { { "--sate", "x" }, "unknown option --sate; did you mean --state?" },
    { { "-verbose" }, "unknown option -v" },
    { { "x", "-v" }, "unknown option -v" },
    { { "-c", "b.yaml", "-\xC3\xA9" }, "unknown option: a letter that is none" },
    { { "--state=x", "--sate=y" }, "unknown option --sate=y" },
    { { "--clock", "now", "--now", "2026-11-24T14:32:07Z" },
      "--clock and --now do not go together" },
    { { "-c", "x.yaml", "--github", "acme" }, "-c and a source do not go together" },
};

Test(config_odd, of_the_command_line_is_said)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char word[4][40];
        char *argv[] = { (char[]){ "dxtop" }, NULL, NULL, NULL, NULL, NULL };
        struct common_args args;
        struct dx_error err = { 0 };
        int argc = 1;

        for (int k = 0; k < 4 && lines[i].args[k]; k++) {
            snprintf(word[k], sizeof(word[k]), "%s", lines[i].args[k]);
            argv[argc++] = word[k];
        }
        cr_expect_not(args_parse(argc, argv, &args, NULL, NULL, &err), "%zu", i);
        cr_expect_str_eq(err.text, lines[i].words);
    }
}

Test(config_odd, a_url_on_the_command_line_is_no_yaml)
{
    static const char *const urls[] = { "http://h/\"", "http://h\n", "http://h\\" };

    for (size_t i = 0; i < 3; i++) {
        struct common_args args = { "", "", "", "", "", "", "", "", "", 0 };
        struct buf complaints;

        args.prometheus = urls[i];
        buf_init(&complaints, 4096);
        cr_expect_not(common_args_load(&args, &config, &kinds, &kinds, &complaints));
        cr_expect_str_eq(complaints.bytes,
                         "dxtop: a URL has no quotes, backslashes or line ends in it\n");
        buf_done(&complaints);
        config_done(&config);
    }
}

Test(config_odd, a_time_with_a_speed_is_a_clock)
{
    struct common_args args = { "", "", "", "", "", "", "", "", "", 0 };
    struct clock clock = { 0 };
    struct dx_error err = { 0 };

    args.now = "2026-11-24T14:32:07Z@20";
    cr_expect_not(common_args_start(&args, &clock, &err));
    cr_expect_str_eq(err.text, "--now takes a time only; use --clock for a speed");
}
