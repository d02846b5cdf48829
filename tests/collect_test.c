/* The collector around its pollers: one round and its end, and the command line. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "collect/arguments.h"
#include "collect/collect.h"
#include "collect/kinds.h"
#include "collect_kit.h"
#include "store/derive.h"
#include "store/internal.h"

TestSuite(collect, .init = collector_start, .fini = collector_stop, .timeout = 60);

/* ---- a round ---- */

static int collect(void *options)
{
    struct dx_error err = { 0 };
    int status = collect_run(options, &err);

    printf("%s", err.text);
    fflush(stdout);
    return status;
}

static struct collect_options once(void)
{
    return (struct collect_options){ .config = &collector.config,
                                     .store = kit.path,
                                     .clock = collector.clock,
                                     .once = true,
                                     .wait_ms = 20000 };
}

/* What a viewer sees. */
static const char *sources(void)
{
    struct dx_error err = { 0 };

    store_close(kit.store);
    kit.store = store_open(kit.path, STORE_VIEW, &err);
    cr_assert(kit.store, "%s", err.text);
    return ROWS(kit.store, DX_QUERY_SOURCES, NULL, T0 + HOUR, DX_FIELD_SOURCE, DX_FIELD_STATE);
}

Test(collect, once_ends_when_every_source_was_polled)
{
    struct collect_options options;

    collector_sources(2, "");
    options = once();
    server_ok(collector.server[0], "", "[]");
    server_ok(collector.server[1], "", "[]");
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_OK, "%s", child_printed());
    cr_expect_str_eq(sources(), "a|1\nb|1\n", "%s", sources());
}

/* The first would come round many times before the second has answered once. */
Test(collect, once_asks_each_source_once_and_waits_for_a_slow_one)
{
    struct collect_options options;

    collector_sources(2, "");
    collector.clock.speed = 100.;
    options = once();
    server_ok(collector.server[0], "", "[]");
    server_say(collector.server[1], SERVE_DRIP, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_OK, "%s", child_printed());
    cr_expect_leq(server_requests(collector.server[0]), 2, "its page and its probe");
    cr_expect_str_eq(sources(), "a|1\nb|1\n", "%s", sources());
}

/* Where rounds are all there ever is, nothing else keeps the store small. 80 days ago 450 runs of a
 * branch of their own ended, more than a slice. */
Test(collect, once_forgets_what_is_old)
{
    struct collect_options options;
    struct dx_error err = { 0 };
    int64_t left = -1;

    kit_collect();
    cr_assert(store_exec(kit.store,
                         "INSERT INTO text (id, text) VALUES (900, 'old');"
                         "INSERT INTO run (pipeline, source, project, ext, attempt, branch, flags,"
                         " phase, result, cause, finished_ms) WITH RECURSIVE n(i) AS (SELECT 1"
                         " UNION ALL SELECT i + 1 FROM n WHERE i < 450) SELECT 1, 1, 1, i, 1, 900,"
                         " 1, 4, 1, 0, 1790000000000 - 80 * 86400000 + i FROM n",
                         &err),
              "%s", err.text);
    store_close(kit.store);
    kit.store = NULL;
    collector_sources(1, "");
    server_ok(collector.server[0], "", "[]");
    options = once();
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_OK, "%s", child_printed());
    cr_expect_str_eq(sources(), "a|1\n", "%s", sources());
    cr_assert(store_ask(kit.store,
                        "SELECT (SELECT count(*) FROM run) + 1000 *"
                        " (SELECT count(*) FROM text WHERE text = 'old')",
                        &left, &err));
    cr_expect_eq(left, 0, "%lld", (long long)left);
}

/* The first one's turn would be over when its last answer comes, which never does. */
Test(collect, once_one_that_brings_more_and_more_does_not_keep_the_next_from_its_turn)
{
    enum { PAGES = 9, PAGE = 8000000 };
    static const char json[] =
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}";
    struct collect_options options;
    char text[2048], *page = malloc(PAGE + 1);
    int at;

    at = sprintf(text,
                 "sources:\n  - {type: prometheus, name: a, url: '%s', alerts: no,"
                 " queries: {",
                 server_url(collector.server[0]));
    for (int i = 0; i <= PAGES; i++)
        at += sprintf(text + at, "q%d: up%d, ", i, i);
    (void)sprintf(text + at, "}}\n  - {type: alertmanager, name: b, url: '%s'}\n",
                  server_url(collector.server[1]));
    collector_load(text);
    memset(page, ' ', PAGE);
    memcpy(page, json, sizeof(json) - 1);
    page[PAGE] = '\0';
    for (int i = 0; i < PAGES; i++)
        server_ok(collector.server[0], "", page);
    server_bytes(collector.server[0], 0, "", 0); /* and then nothing */
    server_ok(collector.server[1], "", "[]");
    options = once();
    child_start(collect, &options);
    for (int i = 0; i < 150 && server_requests(collector.server[1]) == 0; i++)
        (void)child_ended(0.1);
    cr_expect_gt(server_requests(collector.server[1]), 0);
    cr_expect_eq(server_requests(collector.server[0]), PAGES + 1, "it waits for the last one");
    (void)kill(collector.pid, SIGTERM);
    cr_expect_eq(child_code(), COLLECT_OK, "%s", child_printed());
    free(page);
}

Test(collect, once_says_that_a_source_failed)
{
    struct collect_options options;

    collector_sources(2, "");
    options = once();
    server_ok(collector.server[0], "", "[]");
    server_ok(collector.server[1], "", "{}");
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    cr_expect_str_eq(sources(), "a|1\nb|4\n", "%s", sources());
}

Test(collect, once_gives_up_when_the_time_is_over)
{
    struct collect_options options;

    collector_sources(1, "");
    options = once();
    options.wait_ms = 200;
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    cr_expect_str_eq(child_printed(), "not all sources answered in time");
    cr_expect_str_eq(sources(), "a|0\n", "%s", sources());
    cr_expect_eq(store_derived_at(kit.store), T0 - T0 % MINUTE, "numbers are as of now");
}

Test(collect, once_without_sources_ends_at_once)
{
    struct collect_options options;

    collector_load("sources: []\n");
    options = once();
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_OK);
    cr_expect_str_eq(sources(), "");
}

Test(collect, once_does_not_wait_for_ever_for_somebody_who_collects)
{
    struct collect_options options;

    kit_collect(); /* that is us */
    collector_sources(1, "");
    options = once();
    child_start(collect, &options);
    cr_expect_eq(child_code(), COLLECT_LOCKED);
    cr_expect_eq(server_requests(collector.server[0]), 0);
}

static int collect_without_room(void *options)
{
    const struct rlimit small = { .rlim_cur = 4096, .rlim_max = RLIM_INFINITY };

    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    return collect(options);
}

/* Nobody else does, so nobody is waited for. */
Test(collect, where_nothing_can_be_written_it_ends_and_says_why)
{
    struct collect_options options;

    kit_collect();
    collector_sources(1, "");
    (void)sources(); /* a viewer that stays */
    options = once();
    for (int i = 0; i < 2; i++) {
        options.once = i == 0;
        child_start(collect_without_room, &options);
        cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
        cr_expect(strstr(child_printed(), "File too large"), "%s", child_printed());
    }
    cr_expect_eq(server_requests(collector.server[0]), 0);
}

Test(collect, ends_with_its_viewer_or_with_a_signal)
{
    struct collect_options options = { .config = &collector.config,
                                       .store = kit.path,
                                       .clock = collector.clock,
                                       .until_stdin = true };

    collector_sources(1, "");
    server_ok(collector.server[0], "", "[]");
    child_start(collect, &options);
    cr_expect_not(child_ended(0.5), "%s", child_printed());
    close(collector.in);
    cr_expect_eq(child_code(), COLLECT_OK);
    child_start(collect, &options);
    cr_expect_not(child_ended(0.5), "%s", child_printed());
    kill(collector.pid, SIGTERM);
    cr_expect_eq(child_code(), COLLECT_OK);
    cr_expect_str_eq(sources(), "a|1\n");
}

/* ---- the command line ---- */

static const struct {
    const char *argv[4], *error; /* NULL: fine */
} lines[] = {
    { { "--once", "--wait", "30s" }, NULL },
    { { "--check", "--json" }, NULL },
    { { "--until-stdin" }, NULL },
    { { "-h" }, NULL },
    { { "--wait", "soon" }, "--wait: \"soon\" is not a duration like 30s" },
    { { "--once", "--wait", "" }, "--wait needs a value" },
    { { "now" }, "now: there are no operands" },
    { { "--check", "--once" },
      "--once, --check, --judge, --schema or --print-options: one of them" },
    { { "--wait", "3s" }, "--wait goes with --once" },
    { { "--once", "--json" }, "--json goes with --check" },
    { { "--once", "x", "--json" }, "x: there are no operands" },
    { { "--onec" }, "unknown option --onec; did you mean --once?" },
};

Test(arguments, are_judged)
{
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        char *argv[6] = { (char *)"dxtop-collect" };
        struct collect_arguments args;
        struct dx_error err = { 0 };
        int argc = 1;

        for (; argc < 5 && lines[i].argv[argc - 1]; argc++)
            argv[argc] = (char *)lines[i].argv[argc - 1];
        bool ok = collect_arguments_parse(&args, argc, argv, &err);
        cr_expect_eq(ok, !lines[i].error, "%s", lines[i].argv[0]);
        cr_expect_str_eq(err.text, lines[i].error ? lines[i].error : "");
        if (!ok)
            continue;
        cr_expect_eq(args.once, i == 0);
        cr_expect_eq(args.check && args.json, i == 1);
        cr_expect_eq(args.until_stdin, i == 2);
        cr_expect_eq(args.help, i == 3);
        cr_expect_eq(args.wait_ms, i == 0 ? 30000 : 300000);
    }
}

Test(arguments, help_and_manual_name_every_option)
{
    struct buf help, mdoc;

    buf_init(&help, 1 << 20);
    buf_init(&mdoc, 1 << 20);
    collect_arguments_help(&help);
    collect_arguments_mdoc(&mdoc);
    cr_expect(strstr(help.bytes, "--until-stdin") && strstr(help.bytes, "--config"));
    cr_expect(strstr(mdoc.bytes, ".\\\" prometheus\n"));
    cr_expect(strstr(mdoc.bytes, ".\\\" alertmanager\n"));
    cr_expect(strstr(mdoc.bytes, "instant")); /* of a query */
    buf_done(&help);
    buf_done(&mdoc);
}

Test(kinds, are_the_sources)
{
    struct config_kinds kinds = kinds_of_sources();
    struct config_kind kind;
    struct dx_error err = { 0 };
    size_t n = 0;

    for (; kinds.names[n]; n++) {
        cr_expect(kinds.find(kinds.self, kinds.names[n], &kind, &err), "%s", kinds.names[n]);
        cr_expect_str_eq(kind.name, kinds.names[n]);
        cr_expect_gt(kind.size, 0);
        cr_expect(kind.every && kind.options && kind.kind);
    }
    cr_expect_geq(n, 2);
    cr_expect_not(kinds.find(kinds.self, "gopher", &kind, &err));
    cr_expect_eq(err.fault, DX_FAULT_CONFIG);
}
