#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/common_args.h"
#include "config_kit.h"
#include "config/option.h"

struct settings {
    bool flag;
    int64_t count, duration, size;
    double number, percent;
    const char *text, *org;
    int choice;
    struct dx_items list, map, tables, repos;
};

struct item {
    const char *name, *value;
};

static const char *const choices[] = { "table", "graph", NULL };
static const struct dx_option item_options[] = {
    { .name = "name",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct item, name),
      .fallback = "",
      .help = "" },
    { .name = "value",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct item, value),
      .help = "its value" },
    { 0 },
};

#define O(field) offsetof(struct settings, field)
static const struct dx_option options[] = {
    { .name = "flag", .type = DX_OPTION_FLAG, .offset = O(flag), .fallback = "yes", .help = "" },
    { .name = "count", .type = DX_OPTION_COUNT, .offset = O(count), .fallback = "3", .help = "" },
    { .name = "wait",
      .type = DX_OPTION_DURATION,
      .offset = O(duration),
      .fallback = "5m",
      .help = "" },
    { .name = "size", .type = DX_OPTION_SIZE, .offset = O(size), .fallback = "8MiB", .help = "" },
    { .name = "number",
      .type = DX_OPTION_NUMBER,
      .offset = O(number),
      .fallback = "none",
      .help = "" },
    { .name = "percent",
      .type = DX_OPTION_PERCENT,
      .offset = O(percent),
      .fallback = "50%",
      .help = "" },
    { .name = "text", .type = DX_OPTION_TEXT, .offset = O(text), .fallback = "", .help = "" },
    { .name = "show",
      .type = DX_OPTION_CHOICE,
      .offset = O(choice),
      .fallback = "table",
      .choices = choices,
      .help = "" },
    { .name = "list", .type = DX_OPTION_LIST, .offset = O(list), .fallback = "", .help = "" },
    { .name = "map", .type = DX_OPTION_MAP, .offset = O(map), .fallback = "", .help = "" },
    { .name = "repos", .type = DX_OPTION_LIST, .offset = O(repos), .fallback = "", .help = "" },
    { .name = "org", .type = DX_OPTION_TEXT, .offset = O(org), .fallback = "", .help = "" },
    { .name = "items",
      .type = DX_OPTION_TABLES,
      .offset = O(tables),
      .fallback = "",
      .fields = item_options,
      .item_size = sizeof(struct item),
      .shorthand = "value",
      .help = "" },
    { 0 },
};

static bool find(void *self, const char *name, struct config_kind *kind, struct dx_error *err)
{
    (void)self;
    *kind = (struct config_kind){
        .name = "thing", .options = options, .size = sizeof(struct settings), .every = "15s"
    };
    if (strcmp(name, "thing") == 0)
        return true;
    kind->history = "30d";
    kind->url = strcmp(name, "program") == 0 ? "" : "https://api.thing.example";
    if (strcmp(name, "cloud") == 0 || strcmp(name, "program") == 0 || strcmp(name, "github") == 0)
        return true;
    return dx_fail(err, DX_FAULT_CONFIG, "there is no \"%s\"", name);
}

static const char *const names[] = { "thing", NULL };
static const struct config_kinds kinds = { .find = find, .names = names };

static bool load(const char *text)
{
    return config_kit_load(text, &kinds);
}

static const struct settings *source(const char *more)
{
    char text[2048];

    snprintf(text, sizeof(text), "sources:\n  - type: thing\n    url: https://h/\n%s", more);
    cr_assert(load(text), "%s", said);
    return config.sources[0].settings;
}

static const struct {
    const char *written, *theme;
} themes[] = {
    { "light", "light" },
    { "mine.theme", "./mine.theme" },
    { "themes/mine", "./themes/mine" },
    { "/etc/mine.theme", "/etc/mine.theme" },
    { "mine.themes", "mine.themes" },
    { "my.theme.old", "my.theme.old" },
};

Test(config, a_file_of_a_theme_lies_beside_the_configuration_and_a_name_is_a_name)
{
    for (size_t i = 0; i < sizeof(themes) / sizeof(themes[0]); i++) {
        char text[64];

        snprintf(text, sizeof(text), "theme: %s\n", themes[i].written);
        cr_assert(load(text), "%s", said);
        cr_expect_str_eq(config.theme, themes[i].theme);
        config_done(&config);
    }
}

Test(config, every_type_has_a_fallback_and_reads_what_people_write)
{
    const struct settings *s = source("");

    cr_expect(s->flag);
    cr_expect_eq(s->count, 3);
    cr_expect_eq(s->duration, 300000);
    cr_expect_eq(s->size, 8 << 20);
    cr_expect(isnan(s->number));
    cr_expect_float_eq(s->percent, .5, 1e-9);
    cr_expect_str_eq(config.sources[0].endpoint.url, "https://h");
    cr_expect_str_eq(config.sources[0].name, "thing");
    cr_expect_eq(config.sources[0].every_ms, 15000);
    config_done(&config);
    s = source("    flag: off\n    count: 7\n    wait: 1h30m\n    size: 2 MB\n    number: -1.5\n   "
               " percent: 98%\n"
               "    text: '30s'\n    show: graph\n    list: [a, b]\n    map: {x: 1}\n    items: "
               "{one: short, two: {value: v}}\n");
    cr_expect_not(s->flag);
    cr_expect_eq(s->count, 7);
    cr_expect_eq(s->duration, 5400000);
    cr_expect_eq(s->size, 2000000);
    cr_expect_float_eq(s->number, -1.5, 1e-9);
    cr_expect_float_eq(s->percent, .98, 1e-9);
    cr_expect_str_eq(s->text, "30s");
    cr_expect_eq(s->choice, 1);
    cr_assert_eq(s->list.count, 2);
    cr_expect_str_eq(((const char **)s->list.item)[1], "b");
    cr_assert_eq(s->map.count, 1);
    cr_expect_str_eq(((struct dx_pair *)s->map.item)->value, "1");
    cr_assert_eq(s->tables.count, 2);
    cr_expect_str_eq(((struct item *)s->tables.item)[0].name, "one");
    cr_expect_str_eq(((struct item *)s->tables.item)[0].value, "short");
    cr_expect_str_eq(((struct item *)s->tables.item)[1].value, "v");
    config_done(&config);
}

/* text, and the complaint that it has to give. */
static const struct {
    const char *text, *complaint;
} bad[] = {
    { "tilte: x\n", "t.yaml:1:1: unknown key \"tilte\"; did you mean \"title\"?\n" },
    { "sources:\n  - type: thng\n    url: https://h\n",
      "t.yaml:2:11: unknown type of source \"thng\"; did you mean \"thing\"?\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    evry: 3s\n",
      "t.yaml:4:5: unknown key \"evry\"; did you mean \"every\"?\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    wait: soon\n",
      "t.yaml:4:11: wait: \"soon\" is not a duration like 30s, 5m, 2h or 7d\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    show: grpah\n",
      "t.yaml:4:11: show: \"grpah\" is none of table, graph; did you mean \"graph\"?\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    count: -1\n",
      "t.yaml:4:12: count: \"-1\" is not a whole number\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    percent: 140%\n",
      "t.yaml:4:14: percent: \"140%\" is not a share like 98%\n" },
    { "sources:\n  - type: thing\n    url: ftp://h\n",
      "t.yaml:3:10: url: \"ftp://h\" is not an http or https address\n" },
    { "sources:\n  - type: thing\n    url: https://me:secret@h\n",
      "t.yaml:3:10: url: credentials do not stand here; use user and password, or token\n" },
    { "sources:\n  - type: thing\n    url: ftp://me:secret@h\n",
      "t.yaml:3:10: url: credentials do not stand here; use user and password, or token\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    proxy: http://me:secret@p:3128\n",
      "t.yaml:4:12: proxy: credentials do not stand here; give them in https_proxy of the "
      "collector's environment\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    headers: {authorization: Bearer x}\n",
      "t.yaml:4:15: headers: Authorization is a secret, which does not stand in the "
      "configuration; write {secret: {env: NAME}}\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    max_body: 0\n",
      "t.yaml:2:5: max_body: it has to be more than nothing\n" },
    { "# x\n---\ntitle: x\n--- \ntitle: y\n",
      "t.yaml:4:1: a second document; one file is one configuration\n" },
    { "title: x\n---\n", "t.yaml:2:1: a second document; one file is one configuration\n" },
    { "title: a\n...\n# x\nmouse: no\n",
      "t.yaml:4:1: behind \"...\" nothing is read; one file is one configuration\n" },
    { "title: a\n... # x\nmouse: no\n",
      "t.yaml:3:1: behind \"...\" nothing is read; one file is one configuration\n" },
    { "title: a\r...\r# x\rmouse: no\r",
      "t.yaml:4:1: behind \"...\" nothing is read; one file is one configuration\n" },
    { "title: x\r\n---\r\n", "t.yaml:2:1: a second document; one file is one configuration\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    token: abc\n",
      "t.yaml:4:12: token: a secret does not stand in the configuration; write {env: NAME}, {file: "
      "PATH} or {command: [...]}\n" },
    { "sources:\n  - type: thing\n    url: https://h\n    token: {evn: A}\n",
      "t.yaml:4:13: unknown kind of secret \"evn\"; did you mean \"env\"?\n" },
    { "sources:\n  - type: thing\n", "t.yaml:2:5: \"url\" is missing: where it is: http or https, "
                                     "with the path before the API's own\n" },
    { "sources:\n  - {type: thing, url: https://h}\n  - {type: thing, url: https://i}\n",
      "t.yaml:3:6: a second source is called \"thing\"; give it a name\n" },
    { "sources: 7\n", "t.yaml:1:10: sources has to be a list\n" },
    { "title: a\ntitle: b\n", "t.yaml:" },
    { "views:\n  - name: A\n    rows:\n      - panels: [thng]\n",
      "t.yaml:4:18: unknown panel \"thng\"; did you mean \"thing\"?\n" },
    { "views:\n  - name: A\n    rows:\n      - panels: [thing]\n  - name: B\n    rows:\n"
      "      - panels: [{panel: thing, follow: yes}, thing]\n",
      "t.yaml:7:19: follow: there is no panel \"thing\" before it in the view\n" },
    { "views:\n  - name: A\n", "t.yaml:2:5: a view has a list of rows\n" },
    { "a: [1\n", "t.yaml:" },
    { "a: \x01\n", "t.yaml:1:4: a control character\n" },
    { "a: \xff\n", "t.yaml:1:4: this is not UTF-8\n" },
    { "- 1\n", "t.yaml:1:3: this has to be a mapping of keys to values\n" },
};

Test(config, every_complaint_has_its_place_and_a_suggestion)
{
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        cr_expect_not(load(bad[i].text), "%s", bad[i].text);
        cr_expect(strncmp(said, bad[i].complaint, strlen(bad[i].complaint)) == 0,
                  "%s\nwanted: %s\ngot:    %s", bad[i].text, bad[i].complaint, said);
        config_done(&config);
    }
}

Test(config, a_type_may_know_where_it_is_and_how_far_to_fill_back)
{
    cr_assert(load("sources:\n  - type: cloud\n    name: a\n  - type: cloud\n    name: b\n"
                   "    url: https://own/\n    history: 0s\n  - type: program\n    name: c\n"
                   "  - {type: thing, name: d, url: 'https://h'}\n"),
              "%s", said);
    cr_expect_str_eq(config.sources[0].endpoint.url, "https://api.thing.example");
    cr_expect_eq(config.sources[0].history_ms, INT64_C(30) * 86400000);
    cr_expect_str_eq(config.sources[1].endpoint.url, "https://own");
    cr_expect_eq(config.sources[1].history_ms, 0, "what is said counts");
    cr_expect_str_eq(config.sources[2].endpoint.url, "");
    cr_expect_eq(config.sources[3].history_ms, 86400000);
    config_done(&config);
    cr_assert(load("sources:\n  - {type: cloud, url: , history: , every: }\n"), "%s", said);
    cr_expect_str_eq(config.sources[0].endpoint.url, "https://api.thing.example");
    cr_expect_eq(config.sources[0].history_ms, INT64_C(30) * 86400000, "no value is none given");
    config_done(&config);
}

Test(config, success_policy_and_patterns_are_for_the_whole_file)
{
    cr_assert(load(""));
    cr_expect_str_eq(config_success_policies[config.success_policy], "exclude-cancelled");
    cr_expect_eq(config.patterns.count, 0);
    config_done(&config);
    cr_assert(load("success_policy: strict\npatterns: [a.tsv, /etc/b.tsv]\n"), "%s", said);
    cr_expect_str_eq(config_success_policies[config.success_policy], "strict");
    cr_assert_eq(config.patterns.count, 2);
    cr_expect_str_eq(((const char *const *)config.patterns.item)[0], "./a.tsv");
    cr_expect_str_eq(((const char *const *)config.patterns.item)[1], "/etc/b.tsv");
    config_done(&config);
}

static bool adhoc(const char *github, const char *token)
{
    char *argv[] = { (char[]){ "dxtop" }, (char[]){ "--github" }, (char *)github, NULL };
    struct common_args args;
    struct dx_error err = { 0 };
    struct buf complaints;
    bool ok;

    if (token)
        setenv("GITHUB_TOKEN", token, 1);
    else
        unsetenv("GITHUB_TOKEN");
    cr_assert(args_parse(3, argv, &args, NULL, NULL, &err), "%s", err.text);
    buf_init(&complaints, 4096);
    ok = common_args_load(&args, &config, &kinds, &kinds, &complaints);
    snprintf(said, sizeof(said), "%s", complaints.bytes ? complaints.bytes : "");
    buf_done(&complaints);
    return ok;
}

Test(config, a_repository_can_be_watched_without_a_file)
{
    const char *const wrong[] = { "/", "acme/", "/web", "acme/web/x", "acme/we b", "a\"b", "a\nb" };

    cr_assert(adhoc("acme/web", "t0k"), "%s", said);
    cr_assert_eq(config.source_count, 1);
    cr_expect_str_eq(config.sources[0].type, "github");
    const struct settings *s = config.sources[0].settings;
    cr_assert_eq(s->repos.count, 1);
    cr_expect_str_eq(((const char *const *)s->repos.item)[0], "acme/web");
    cr_expect_eq(config.sources[0].endpoint.token.kind, SECRET_ENV);
    cr_expect_str_eq(config.sources[0].endpoint.token.name, "GITHUB_TOKEN");
    config_done(&config);
    cr_assert(adhoc("acme", NULL), "%s", said);
    s = config.sources[0].settings;
    cr_expect_str_eq(s->org, "acme");
    cr_expect_eq(config.sources[0].endpoint.token.kind, SECRET_NONE);
    config_done(&config);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        cr_expect_not(adhoc(wrong[i], NULL), "%s", wrong[i]);
        cr_expect(strstr(said, "OWNER/REPO"), "%s", said);
        config_done(&config);
    }
}

Test(config, all_complaints_come_together)
{
    cr_expect_not(
        load("tilte: x\nthem: y\nsources:\n  - type: thing\n    url: nowhere\n    count: x\n"));
    cr_expect(strstr(said, "\"tilte\""), "%s", said);
    cr_expect(strstr(said, "\"them\""), "%s", said);
    cr_expect(strstr(said, "count:"), "%s", said);
    config_done(&config);
}

Test(config, secrets_are_only_where_to_find_them)
{
    struct config c;
    struct buf complaints;

    buf_init(&complaints, 4096);
    cr_assert(
        config_load(
            &c, "x/t.yaml",
            "sources:\n  - type: thing\n    url: https://h\n    user: me\n    password: {file: p}\n"
            "    token: {command: [vault, get]}\n    headers: {A: b, C: {secret: {env: E}}}\n",
            &kinds, &kinds, &complaints),
        "%s", complaints.bytes);
    const struct endpoint *e = &c.sources[0].endpoint;
    cr_expect_eq(e->password.kind, SECRET_FILE);
    cr_expect_eq(e->token.kind, SECRET_COMMAND);
    cr_expect_str_eq(e->token.argv[1], "get");
    cr_expect_null(e->token.argv[2]);
    cr_assert_eq(e->headers.count, 2);
    const struct endpoint_header *h = e->headers.item;
    cr_expect_str_eq(h[0].name, "A");
    cr_expect_str_eq(h[0].text, "b");
    cr_expect_str_eq(h[1].secret.name, "E");
    config_done(&c);
    buf_done(&complaints);
}

Test(config, views_are_rows_of_panels)
{
    cr_assert(load("views:\n  - name: One\n    rows:\n      - height: 6\n        panels: [thing, "
                   "{panel: thing, title: T, weight: 2, count: 9}]\n"),
              "%s", said);
    cr_assert_eq(config.view_count, 1);
    cr_assert_eq(config.views[0].rows[0].panel_count, 2);
    cr_expect_eq(config.views[0].rows[0].height, 6);
    cr_expect_str_eq(config.views[0].rows[0].panels[1].title, "T");
    cr_expect_eq(((const struct settings *)config.views[0].rows[0].panels[1].settings)->count, 9);
    config_done(&config);
}

Test(config, an_empty_file_is_a_configuration)
{
    cr_expect(load(""), "%s", said);
    config_done(&config);
    cr_expect(load("# nothing\n"), "%s", said);
    config_done(&config);
}

/* And may have one before anything began. */
Test(config, a_document_may_have_an_end)
{
    cr_expect(load("title: a\n...\n# x\n  # y\n\n"), "%s", said);
    config_done(&config);
    cr_assert(load("# x\n  # y\n...\n---\ntitle: a\n"), "%s", said);
    cr_expect_str_eq(config.title, "a");
    config_done(&config);
}

Test(config, files_that_cannot_be_read_are_said_so)
{
    struct buf complaints;

    buf_init(&complaints, 4096);
    cr_expect_not(config_load(&config, "/nowhere/dxtop.yaml", NULL, &kinds, &kinds, &complaints));
    cr_expect(strstr(complaints.bytes, "cannot be read: No such file"), "%s", complaints.bytes);
    config_done(&config);
    buf_clear(&complaints);
    cr_expect_not(config_load(&config, "/tmp", NULL, &kinds, &kinds, &complaints));
    cr_expect(strstr(complaints.bytes, "is not an ordinary file"), "%s", complaints.bytes);
    config_done(&config);
    buf_done(&complaints);
}

Test(config, a_store_is_named_after_its_configuration)
{
    struct config c = { .path = "/etc/dxtop/acme.yaml", .store = "" };
    char *path = config_store_path(&c, "/var/x", 2), *again = config_store_path(&c, "/var/x", 2);

    cr_expect(strncmp(path, "/var/x/acme-", 12) == 0, "%s", path);
    cr_expect(strcmp(path + strlen(path) - 5, "-2.db") == 0, "%s", path);
    cr_expect_str_eq(path, again);
    free(path);
    free(again);
    c.store = "/srv/shared.db";
    path = config_store_path(&c, "/var/x", 2);
    cr_expect_str_eq(path, "/srv/shared.db");
    free(path);
}

/* A panel's options stand at the beginning of its state. */
Test(option, the_struct_ends_with_its_last_field)
{
    const struct dx_option some[] = {
        { .name = "text", .type = DX_OPTION_TEXT, .offset = O(text) },
        { .name = "flag", .type = DX_OPTION_FLAG, .offset = O(flag) },
        { 0 },
    };
    const struct dx_option choice[] = {
        { .name = "show", .type = DX_OPTION_CHOICE, .offset = O(choice) },
        { 0 },
    };

    cr_expect_eq(options_size(NULL), 0);
    cr_expect_eq(options_size(some), O(text) + sizeof(const char *));
    cr_expect_eq(options_size(choice), O(choice) + sizeof(int));
    cr_expect_eq(options_size(options), O(repos) + sizeof(struct dx_items));
}
