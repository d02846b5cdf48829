/* A store that the deriver filled, exported as JSON lines and as CSV, and by once. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/export.h"
#include "app_kit.h"
#include "derive_kit.h"
#include "store/alerting.h"

#include <jansson.h>

enum { SAMPLES, ALERTS, RUNS, JOBS, POOLS, PIPELINES, FLAKY, FAILURES, TICKETS, KPIS };

static struct batch batch;

static void start(void)
{
    app_start();
    a.app.clock = (struct clock){ .simulated = true, .start_ms = T0 };
    derive_begin(SUCCESS_EXCLUDE_CANCELLED);
}

static void stop(void)
{
    app_stop();
    deriver_free(deriver);
}

TestSuite(export_ci, .init = start, .fini = stop, .timeout = 60);

/* A run with one job, that ended so many minutes ago (0: it still runs). */
static struct run *add(const char *id, int minutes, enum dx_result result)
{
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = "acme/web";
    run->pipeline = "ci";
    run->id = id;
    run->attempt = 1;
    run->sha = "0123456789012345678901234567890123456789";
    run->branch = "main";
    run->event = "push";
    run->protected_branch = true;
    run->outcome.phase = minutes ? DX_PHASE_DONE : DX_PHASE_RUNNING;
    run->outcome.result = result;
    run->outcome.raw_status = minutes ? "completed" : "in_progress";
    run->timing.created_ms = T0 - (minutes + 11) * MINUTE;
    run->timing.started_ms = T0 - (minutes + 10) * MINUTE;
    if (minutes) {
        run->timing.finished_ms = T0 - minutes * MINUTE;
        run->timing.duration_ms = 10 * MINUTE;
        run->timing.duration_basis = "finished_at - started_at";
    }
    job = batch_job(&batch, batch.run_count - 1);
    job->id = id;
    job->name = "test (jdk21)";
    job->pool = "linux";
    job->started = true;
    job->outcome = run->outcome;
    job->timing = run->timing;
    job->timing.queued_ms = 60100;
    job->timing.queued_basis = "started_at - created_at";
    return &batch.runs[batch.run_count - 1];
}

static void add_tickets(void)
{
    static struct ticket_sla sla = { "resolution", DX_SLA_BREACHED, T0 - MINUTE, -90500, -1, 0 };
    static const char *const links[] = { "blocks DX-3", "a, \"b\"" };
    static struct ticket_stay stays[] = {
        { DX_STAY_NEW, 0 },
        { DX_STAY_IN_PROGRESS, T0 - 100 * MINUTE },
        { DX_STAY_WAITING, T0 - 80 * MINUTE },
        { DX_STAY_IN_PROGRESS, T0 - 70 * MINUTE },
        { DX_STAY_DONE, T0 - 9 * SECOND },
    };

    for (int i = 0; i < 2; i++) {
        struct ticket *t = batch_ticket(&batch);

        t->parts = TICKET_FIELDS | TICKET_SLAS | TICKET_LINKS | TICKET_RESPONSE;
        t->key = i == 0 ? "DX-1" : "DX-2";
        t->title = "=1+1, \"\u4f5c\"";
        t->state = i == 0 ? DX_TICKET_IN_PROGRESS : DX_TICKET_DONE;
        t->created_ms = T0 - 2 * HOUR - 59 * SECOND;
        t->resolved_ms = i == 0 ? 0 : T0;
        t->first_response_ms = T0 - HOUR;
        t->updated_ms = T0;
        t->slas = &sla;
        t->sla_count = i == 0;
        t->links = links;
        t->link_count = i == 0 ? 2 : 0;
        t->created_basis = "created";
        t->response_basis = "comment";
        if (i == 0)
            continue;
        t->resolved_basis = "closed_at";
        t->parts |= TICKET_PAUSES;
        t->stays = stays;
        t->stay_count = sizeof(stays) / sizeof(stays[0]);
        t->stays_known = true;
    }
}

static void add_rule(void)
{
    struct stored_rule rule = { .rule = "=slow",
                                .subject = "linux",
                                .state = 0,
                                .since_ms = T0,
                                .began_ms = T0,
                                .at_ms = T0,
                                .severity = DX_SEVERITY_WARNING,
                                .above = true,
                                .limit = 600,
                                .value = 60.1,
                                .unit = DX_UNIT_SECONDS };
    const struct rule_change change = { &rule, RULE_STANDS, "", "", false };
    const struct rules_write write = { &change, 1, NULL, 0, T0, 0 };
    struct dx_error err = { 0 };

    cr_assert(store_put_rules(kit.store, &write, &err), "%s", err.text);
}

/* Key numbers are of what the sources can tell. */
static void name_sources(void)
{
    static const struct source_row rows[] = {
        { "prom", "prometheus", "http://p",
          1U << DX_KIND_SAMPLE | 1U << DX_KIND_RUN | 1U << DX_KIND_TICKET, 15 * SECOND },
        { "am", "alertmanager", "http://a", 1U << DX_KIND_ALERT, 30 * SECOND },
        { "slow", "prometheus", "http://s", 1U << DX_KIND_SAMPLE, 10 * MINUTE },
    };
    struct dx_error err = { 0 };

    cr_assert(store_sources(kit.store, rows, 3, kit.id, &err), "%s", err.text);
}

static void fill(void)
{
    static const char *const hostile[] = { "=HYPERLINK(\"http://x\",\"y\")",
                                           "+1",
                                           "-2+3",
                                           "@SUM(A1)",
                                           "a,b;\"c\"",
                                           "\u00e9\u4f5c \u202e?",
                                           "",
                                           "\\n {\"a\": null}" };
    static char ids[8][16];

    for (int i = 0; i < 8; i++) {
        snprintf(ids[i], sizeof(ids[i]), "%d", 100 + i);
        struct run *run = add(ids[i], 5 + i * 200, i % 3 ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE);

        run->title = hostile[i];
        run->actor = hostile[(i + 1) % 8];
        batch.jobs[batch.job_count - 1].name = i < 6 ? "test (jdk21)" : hostile[i - 6];
        if (i % 3 == 0) {
            batch.jobs[batch.job_count - 1].outcome.cause = DX_CAUSE_TEST;
            batch.jobs[batch.job_count - 1].outcome.evidence = "test: =cmd|' /C calc'!A0";
        }
    }
    add("open", 0, DX_RESULT_NONE);
    add_tickets();
    kit_poll(0, T0, &batch);
    name_sources();
    add_rule();
    derive_settle(T0);
}

static const char *exported(int kind, const char *format)
{
    a.app.arguments.kind = kind;
    a.app.arguments.format = strcmp(format, "csv") == 0;
    capture();
    cr_expect_eq(export_run(&a.app), EXIT_OK);
    return captured();
}

static size_t lines_of(const char *text)
{
    size_t n = 0;

    for (; *text; text++)
        n += *text == '\n';
    return n;
}

/* A cell of CSV into out; returns what follows its comma or line end. */
static const char *read_cell(const char *p, char *out, bool *quoted)
{
    *quoted = *p == '"';
    if (*quoted) {
        for (p++; *p && (*p != '"' || p[1] == '"'); p++) {
            p += *p == '"';
            *out++ = *p;
        }
        cr_assert_eq(*p, '"');
        p++;
    } else {
        while (*p && !strchr(",\r\n", *p))
            *out++ = *p++;
    }
    *out = '\0';
    return p + (*p == '\r') + 1;
}

static void expect_same(const char *kind, const char *key, const json_t *value, const char *cell,
                        bool quoted)
{
    const char *text = json_string_value(value);

    if (text) {
        bool formula = *text && strchr("=+-@", *text);

        cr_expect(quoted, "%s %s: %s", kind, key, cell);
        cr_expect_eq(formula, *cell == '\'', "%s %s: %s", kind, key, cell);
        cr_expect_str_eq(cell + formula, text, "%s %s", kind, key);
    } else if (json_is_null(value)) {
        cr_expect(!quoted && !*cell, "%s %s: %s", kind, key, cell);
    } else if (json_is_array(value) || json_is_object(value)) {
        json_t *list = json_loads(cell, 0, NULL);

        cr_expect(json_equal(list, value), "%s %s: %s", kind, key, cell);
        json_decref(list);
    } else if (json_is_boolean(value)) {
        cr_expect_str_eq(cell, json_is_true(value) ? "true" : "false", "%s %s", kind, key);
    } else {
        cr_expect(!quoted && *cell, "%s %s", kind, key);
        cr_expect_eq(strtod(cell, NULL), json_number_value(value), "%s %s: %s", kind, key, cell);
    }
}

Test(export_ci, of_nothing_is_the_first_line_of_csv)
{
    for (int kind = 0; export_kinds[kind]; kind++) {
        cr_expect_str_eq(exported(kind, "jsonl"), "", "%s", export_kinds[kind]);
        cr_expect_eq(lines_of(exported(kind, "csv")), 1, "%s", export_kinds[kind]);
    }
    cr_expect_str_eq(exported(0, "csv"), "source,query,labels,at,value\r\n");
}

Test(export_ci, jsonl_and_csv_say_the_same)
{
    fill();
    /* Rules are last, and here are none: what they export is in modes_test. */
    for (int kind = RUNS; strcmp(export_kinds[kind], "rules") != 0; kind++) {
        char *jsonl = strdup(exported(kind, "jsonl")), *csv = strdup(exported(kind, "csv"));
        const char *line = jsonl, *cells;
        char cell[8192];
        bool quoted;

        cr_expect_gt(lines_of(jsonl), 0, "%s", export_kinds[kind]);
        cr_expect_eq(lines_of(jsonl) + 1, lines_of(csv), "%s", export_kinds[kind]);
        cells = strchr(csv, '\n') + 1; /* behind the names */
        for (; *line; line = strchr(line, '\n') + 1) {
            json_t *record = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL), *value;
            const char *key;

            cr_assert(record, "%s", line);
            json_object_foreach (record, key, value) {
                cells = read_cell(cells, cell, &quoted);
                expect_same(export_kinds[kind], key, value, cell, quoted);
            }
            json_decref(record);
        }
        cr_expect_eq(*cells, '\0', "%s: %s", export_kinds[kind], cells);
        free(jsonl);
        free(csv);
    }
}

Test(export_ci, a_job_in_full)
{
    add("7", 5, DX_RESULT_SUCCESS)->url = "https://x/acme/web/7";
    kit_poll(0, T0, &batch);
    cr_expect_str_eq(
        exported(JOBS, "jsonl"),
        "{\"source\":\"prom\",\"type\":\"prometheus\",\"project\":\"acme/web\",\"pipeline\":\"ci\","
        "\"job\":\"test (jdk21)\",\"run_id\":\"7\",\"job_id\":\"7\",\"attempt\":1,"
        "\"sha\":\"0123456789012345678901234567890123456789\",\"branch\":\"main\","
        "\"event\":\"push\",\"pool\":\"linux\",\"phase\":\"done\",\"result\":\"success\","
        "\"cause\":null,\"evidence\":\"\",\"created_at\":\"2026-09-21T13:57:20Z\","
        "\"started_at\":\"2026-09-21T13:58:20Z\",\"finished_at\":\"2026-09-21T14:08:20Z\","
        "\"queued_s\":60.1,\"duration_s\":600.0,\"queued_basis\":\"started_at - created_at\","
        "\"raw_status\":\"completed\",\"raw_result\":\"\",\"url\":\"\","
        "\"duration_basis\":\"finished_at - started_at\"}\n");
    cr_expect(strstr(exported(RUNS, "jsonl"), "\"url\":\"https://x/acme/web/7\""));
}

/* Eight waits of 60.1 s within the day; of the week before there are none. */
Test(export_ci, a_key_number_in_full)
{
    static const char wanted[] = "{\"id\":\"queue_p95\",\"name\":\"Queue p95\",\"value\":60.1,"
                                 "\"unit\":\"seconds\",\"low\":null,\"high\":null,\"n\":9,"
                                 "\"window\":\"24h\",\"previous\":null,\"previous_window\":\"7d\","
                                 "\"previous_n\":0,\"target\":300.0,\"target_bad\":450.0,"
                                 "\"target_is\":\"at most\",\"state\":\"good\",\"note\":\"\","
                                 "\"definition\":\"p95 of the waits";
    const char *line;

    fill();
    line = strstr(exported(KPIS, "jsonl"), "{\"id\":\"queue_p95\"");
    cr_assert(line, "%s", captured());
    cr_expect_eq(strncmp(line, wanted, strlen(wanted)), 0, "%s", line);
    line = strstr(line, "{\"id\":\"platform_success\"");
    cr_expect_null(line, "it comes before");
}

Test(export_ci, what_is_open_has_no_end_and_no_result)
{
    add("open", 0, DX_RESULT_NONE);
    kit_poll(0, T0, &batch);
    for (int kind = RUNS; kind <= JOBS; kind++) {
        const char *out = exported(kind, "jsonl");

        cr_expect(strstr(out, "\"phase\":\"running\",\"result\":null,\"cause\":null"), "%s", out);
        cr_expect(strstr(out, "\"finished_at\":null,"), "%s", out);
        cr_expect(strstr(out, "\"duration_s\":null,"), "%s", out);
    }
}

/* Of eight that ended 5, 205, 405 ... minutes ago, and one that runs. */
Test(export_ci, since_keeps_what_ended_in_it_or_is_open)
{
    static const struct {
        int64_t since_ms;
        size_t count;
    } cases[] = { { 4 * MINUTE, 1 }, { HOUR, 2 }, { 7 * HOUR, 4 }, { DAY, 9 } };

    fill();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        a.app.arguments.since_ms = cases[i].since_ms;
        a.app.arguments.since_given = true;
        cr_expect_eq(lines_of(exported(RUNS, "jsonl")), cases[i].count, "%zu", i);
        cr_expect_eq(lines_of(exported(JOBS, "jsonl")), cases[i].count, "%zu", i);
    }
}

Test(export_ci, numbers_come_by_window_up_to_since)
{
    static const struct {
        int64_t since_ms;
        size_t windows;
    } cases[] = { { 0, 4 }, { HOUR, 1 }, { DAY, 2 }, { 8 * DAY, 3 }, { 3000 * DAY, 4 } };

    fill();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        a.app.arguments.since_given = cases[i].since_ms > 0;
        if (cases[i].since_ms > 0)
            a.app.arguments.since_ms = cases[i].since_ms;
        cr_expect_eq(lines_of(exported(POOLS, "jsonl")), cases[i].windows, "%zu", i);
        cr_expect_eq(lines_of(exported(PIPELINES, "jsonl")), 3 * cases[i].windows, "%zu: %s", i,
                     captured());
    }
    cr_expect(strstr(captured(),
                     "\"part\":\"protected\",\"window_s\":86400,"
                     "\"policy\":\"exclude-cancelled\",\"n\":8,\"success_rate\":0.625,"),
              "%s", captured());
    cr_expect(strstr(captured(), "\"part\":\"other\",\"window_s\":86400,"
                                 "\"policy\":\"exclude-cancelled\",\"n\":0,\"success_rate\":null,"),
              "%s", captured());
}

Test(export_ci, failures_are_those_of_since)
{
    fill();
    a.app.arguments.since_given = true;
    a.app.arguments.since_ms = HOUR;
    cr_expect(strstr(exported(FAILURES, "jsonl"),
                     "{\"window_s\":3600,\"cause\":\"test\",\"category\":\"test\","
                     "\"evidence\":\"test: =cmd|' /C calc'!A0\",\"n\":1,\"projects\":1,"),
              "%s", captured());
    a.app.arguments.since_ms = DAY;
    cr_expect(strstr(exported(FAILURES, "jsonl"), "\"n\":3,\"projects\":1,"), "%s", captured());
}

Test(export_ci, flaky_jobs_are_those_seen_in_since)
{
    static const char *const ids[] = { "1", "2" };

    add(ids[0], 300, DX_RESULT_FAILURE);
    batch.jobs[0].outcome.cause = DX_CAUSE_TEST;
    batch.jobs[0].url = "https://x/1";
    add(ids[1], 200, DX_RESULT_SUCCESS);
    kit_poll(0, T0, &batch);
    cr_expect(strstr(exported(FLAKY, "jsonl"), "\"job\":\"test (jdk21)\",\"state\":\"suspect\""),
              "%s", captured());
    cr_expect(strstr(captured(), "\"n\":1,\"failed\":1,\"pairs\":1,"), "%s", captured());
    cr_expect(strstr(captured(), "\"rate_before\":null,\"url\":\"https://x/1\","
                                 "\"rate_by_day\":[]}"),
              "%s", captured());
    a.app.arguments.since_given = true;
    a.app.arguments.since_ms = HOUR;
    cr_expect_str_eq(exported(FLAKY, "jsonl"), "");
}

Test(export_ci, a_ticket_has_whole_minutes_and_lists)
{
    const char *line;

    fill();
    line = exported(TICKETS, "jsonl");
    cr_expect(strstr(line, "\"state\":\"in_progress\""), "%s", line);
    cr_expect(strstr(line, "\"lead_min\":null,\"first_response_min\":60,"
                           "\"first_response_business_min\":null,\"sla\":[{\"name\":\"resolution\","
                           "\"state\":\"breached\",\"breach_at\":\"2026-09-21T14:12:20Z\","
                           "\"remaining_s\":-90.5}],\"links\":[\"blocks DX-3\",\"a, \\\"b\\\"\"],"),
              "%s", line);
    cr_expect(strstr(line, "\"time_in_status_min\":null,\"created_basis\":\"created\","
                           "\"first_response_basis\":\"comment\",\"resolved_basis\":\"\"}"),
              "%s", line);
    cr_expect(strstr(line, "\"lead_min\":120,\"first_response_min\":60,"), "%s", line);
    cr_expect(strstr(line, "\"time_in_status_min\":{\"new\":20,\"in_progress\":89,\"waiting\":10},"
                           "\"created_basis\":\"created\",\"first_response_basis\":\"comment\","
                           "\"resolved_basis\":\"closed_at\"}"),
              "%s", line);
}

/* ---- once ---- */

static const struct {
    const char *name;
    size_t count;
} lists[] = { { "sources", 3 }, { "totals", 3 },   { "pools", 1 },   { "pipelines", 3 },
              { "flaky", 1 },   { "failures", 1 }, { "alerts", 0 },  { "series", 0 },
              { "runs", 9 },    { "jobs", 9 },     { "tickets", 2 }, { "kpis", 15 } };

Test(export_ci, once_has_all_of_it)
{
    json_t *all;

    fill();
    capture();
    cr_expect_eq(once_run(&a.app), EXIT_OK);
    all = json_loads(captured(), 0, NULL);
    cr_assert(all, "%s", captured());
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
        cr_expect_eq(json_array_size(json_object_get(all, lists[i].name)), lists[i].count, "%s: %s",
                     lists[i].name, captured());
    cr_expect_eq(json_object_size(all), 2 + sizeof(lists) / sizeof(lists[0]));
    cr_expect(strstr(captured(), "{\"part\": \"all\", \"window_s\": 86400, \"policy\": "
                                 "\"exclude-cancelled\", \"n\": 8, \"success_rate\": 0.625,"),
              "%s", captured());
    json_decref(all);
}

Test(export_ci, once_sums_up_in_words)
{
    static const char *const said[] = {
        "success policy: exclude-cancelled\n",
        "kpi queue_p95: 1m00s good, n 9, before –, at most 5m00s\n",
        "runs, all: 62.5% of 8 runs succeeded (30.6% to 86.3%), 62.5% at the first attempt, "
        "platform 100.0% to 100.0%\n",
        "runs, other: – of 0 runs succeeded, – at the first attempt, platform – to –\n",
        "pool linux (prom): 0 wait; 9 waits: p50 1m00s p90 1m00s p95 1m00s p99 1m00s\n",
        "pipeline acme/web ci: 62.5% of 8 runs succeeded",
        "failures by test, test: 3 in 1 projects; test: =cmd|' /C calc'!A0\n",
        "runs: 0 wait, 1 run; in 24 hours 5 succeeded, 3 failed, 0 ended otherwise\n",
        "jobs: 0 wait, 1 run; in 24 hours 5 succeeded, 3 failed, 0 ended otherwise\n",
    };

    fill();
    a.app.arguments.format = 1;
    capture();
    cr_expect_eq(once_run(&a.app), EXIT_OK);
    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
        cr_expect(strstr(captured(), said[i]), "no \"%s\" in:\n%s", said[i], captured());
}
