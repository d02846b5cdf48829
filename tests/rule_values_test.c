/* What alert rules on pools, pipelines and queries look at, and what becomes of it. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "collect/alerting.h"
#include "collect/rule_values.h"
#include "derive_kit.h"
#include "store/alerting.h"

static struct batch batch;
static struct alerting_loop *loop;
static struct zone zone;
static struct business business;
static const struct clock standing = { .simulated = true, .start_ms = T0 };

static void load(const char *yaml) /* after kit_init() */
{
    batch = (struct batch){ .series_count = 0 };
    derive_kpi_start(yaml, 1U << DX_KIND_RUN | 1U << DX_KIND_POOL | 1U << DX_KIND_SAMPLE);
    cr_assert(zone_open(&zone, "UTC", &(struct dx_error){ 0 }));
    business = (struct business){ &derive_config.calendar, &zone };
    loop = alerting_new(kit.store, &derive_config, &business, &standing);
}

static void begin(const char *yaml)
{
    kit_init();
    load(yaml);
}

static void end(void)
{
    alerting_free(loop);
    zone_done(&zone);
    derive_kpi_stop();
}

TestSuite(rule_values, .fini = end);

static void poll(int64_t at_ms)
{
    kit_poll(0, at_ms, &batch);
    derive_all(at_ms);
}

/* "rule|subject|value|unit" of each */
static const char *values(int64_t now_ms)
{
    static const char *const units[] = {
        [DX_UNIT_NONE] = "-", [DX_UNIT_COUNT] = "n", [DX_UNIT_SECONDS] = "s", [DX_UNIT_RATIO] = "r"
    };
    static char out[8192];
    struct rule_list list = { .count = 0 };
    struct reader reader = store_reader(kit.store);
    struct dx_error err = { 0 };
    size_t n = 0;

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    rule_values_read(&list, &derive_config, &reader, now_ms);
    cr_assert_null(reader.error(reader.self));
    store_end(kit.store);
    out[0] = '\0';
    for (size_t i = 0; i < list.count && n < sizeof(out); i++)
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s|%s|%g|%s\n", list.item[i].rule->name,
                              list.item[i].subject, list.item[i].value, units[list.item[i].unit]);
    rule_values_done(&list);
    return out;
}

static const char *alerts(int64_t now_ms)
{
    struct dx_error err = { 0 };

    cr_assert(alerting_pass(loop, now_ms, &err), "%s", err.text);
    return ROWS(kit.store, DX_QUERY_ALERTS, DX_FILTER(.source = "dxtop"), now_ms, DX_FIELD_NAME,
                DX_FIELD_STATE, DX_FIELD_LABELS, DX_FIELD_SUMMARY);
}

static void add_waiting(const char *id, int64_t since_ms)
{
    struct run *run = batch_run(&batch);
    struct job *job;

    run->project = "acme/p0";
    run->pipeline = "ci";
    run->id = id;
    run->attempt = 1;
    run->outcome.phase = DX_PHASE_QUEUED;
    run->timing.created_ms = since_ms;
    run->jobs_whole = true;
    job = batch_job(&batch, batch.run_count - 1);
    job->id = id;
    job->name = "test";
    job->pool = "pool0";
    job->outcome.phase = DX_PHASE_QUEUED;
    job->timing.created_ms = since_ms;
    job->timing.queued_ms = -1;
}

static void add_done(int64_t id, int64_t queued_ms, int64_t took_ms, enum dx_result result,
                     int64_t finished_ms)
{
    derive_add(&batch, &(struct made){ .id = id,
                                       .attempt = 1,
                                       .started_ms = finished_ms - took_ms,
                                       .finished_ms = finished_ms,
                                       .queued_ms = queued_ms,
                                       .result = result,
                                       .cause = result == DX_RESULT_FAILURE ? DX_CAUSE_CODE
                                                                            : DX_CAUSE_NONE });
}

static void add_pool(const char *name, int64_t online, int64_t offline, int64_t waiting)
{
    *batch_pool(&batch) = (struct pool){ .name = name,
                                         .online = online,
                                         .offline = offline,
                                         .busy = -1,
                                         .waiting = waiting,
                                         .note = "" };
}

static const char pool_rules[] = "rules:\n"
                                 "  w: {pool: pool*, value: waiting, above: 1}\n"
                                 "  o: {pool: pool*, value: oldest, above: 10m}\n"
                                 "  q: {pool: pool*, above: 5m}\n"
                                 "  r: {pool: pool*, value: runners, below: 1}\n";

Test(rule_values, of_a_pool_each_in_its_unit)
{
    begin(pool_rules);
    add_pool("pool0", 4, 1, -1);
    add_waiting("901", T0 - 12 * MINUTE);
    add_waiting("902", T0 - MINUTE);
    for (int64_t i = 0; i < 4; i++)
        add_done(i + 1, 2 * MINUTE, MINUTE, DX_RESULT_SUCCESS, T0 - HOUR);
    poll(T0);
    cr_expect_str_eq(values(T0), "w|pool0 (all)|2|n\no|pool0 (all)|720|s\nq|pool0 (all)|120|s\n"
                                 "r|pool0 (all)|4|n\n");
}

Test(rule_values, of_a_pool_of_which_little_is_known)
{
    begin(pool_rules);
    add_waiting("901", T0 - HOUR);
    batch.runs[0].outcome.phase = batch.jobs[0].outcome.phase = DX_PHASE_RUNNING;
    poll(T0);
    cr_expect_str_eq(values(T0), "w|pool0 (all)|0|n\no|pool0 (all)|0|s\nq|pool0 (all)|nan|s\n"
                                 "r|pool0 (all)|nan|n\n");
}

Test(rule_values, jobs_that_only_the_server_counts_wait_for_nobody_knows_how_long)
{
    begin(pool_rules);
    add_pool("pool0", 2, 0, 7);
    poll(T0);
    cr_expect_str_eq(values(T0), "w|pool0 (all)|7|n\no|pool0 (all)|nan|s\nq|pool0 (all)|nan|s\n"
                                 "r|pool0 (all)|2|n\n");
}

/* A program may tell some of its pools' counts only, and jobs that wait for no runner are the worst
 * that can be. */
Test(rule_values, a_pool_is_there_by_any_of_its_counts)
{
    begin("rules:\n"
          "  w: {pool: pool*, value: waiting, above: 1}\n"
          "  r: {pool: pool*, value: runners, below: 1}\n");
    add_pool("pool0", 0, 0, 7);
    add_pool("pool1", 3, -1, -1);
    add_pool("pool2", -1, -1, 2);
    add_pool("pool3", 0, 0, 0);
    poll(T0);
    cr_expect_str_eq(values(T0), "w|pool0 (all)|7|n\nr|pool0 (all)|0|n\n"
                                 "w|pool1 (all)|nan|n\nr|pool1 (all)|3|n\n"
                                 "w|pool2 (all)|2|n\nr|pool2 (all)|nan|n\n");
}

Test(rule_values, a_pool_whose_runners_left_has_none)
{
    begin("rules: {r: {pool: pool*, value: runners, below: 1}}\n");
    add_pool("pool0", 3, 0, -1);
    poll(T0);
    cr_expect_str_eq(alerts(T0), "");
    add_pool("pool0", 0, 0, -1);
    poll(T0 + MINUTE);
    cr_expect_str_eq(alerts(T0 + MINUTE),
                     "r|1|{pool=\"pool0\", severity=\"warning\", source=\"all\"}|pool0 (all): "
                     "runners online 0, below 1\n");
    cr_expect_str_eq(values(T0 + 29 * DAY), "r|pool0 (all)|nan|n\n", "nobody asked it since");
    poll(T0 + 31 * DAY);
    cr_expect_str_eq(values(T0 + 31 * DAY), "r|pool*|nan|n\n", "forgotten after a month");
}

Test(rule_values, of_a_source_that_is_lost_there_is_no_number)
{
    begin(pool_rules);
    add_pool("pool0", 4, 1, -1);
    add_waiting("901", T0 - 12 * MINUTE);
    poll(T0);
    cr_expect_str_eq(values(T0 + HOUR),
                     "w|pool0 (all)|nan|n\no|pool0 (all)|nan|s\nq|pool0 (all)|nan|s\n"
                     "r|pool0 (all)|nan|n\n");
}

/* ---- pipelines ---- */

Test(rule_values, of_a_pipeline_each_in_its_unit)
{
    begin("rules:\n"
          "  s: {pipeline: acme/*, below: 90%}\n"
          "  d: {pipeline: acme/p0/ci, value: p90, above: 10m}\n"
          "  n: {pipeline: other/*, value: p90, above: 10m}\n"
          "  f: {pipeline: folder/job, value: p90, above: 10m}\n");
    for (int64_t i = 0; i < 4; i++)
        add_done(i + 1, -1, 20 * MINUTE, i ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE, T0 - HOUR);
    add_done(9, -1, 5 * MINUTE, DX_RESULT_SUCCESS, T0 - HOUR);
    batch.runs[4].project = "folder/job"; /* as of Jenkins */
    batch.runs[4].pipeline = "";
    poll(T0);
    cr_expect_str_eq(values(T0), "s|acme/p0/ci (all)|0.75|r\nd|acme/p0/ci (all)|1200|s\n"
                                 "f|folder/job (all)|300|s\nn|other/*|nan|s\n");
    cr_expect_str_eq(
        alerts(T0),
        "s|1|{pipeline=\"acme/p0/ci\", severity=\"warning\", source=\"all\"}|acme/p0/ci "
        "(all): success 75.0 % (n 4), below 90.0 %\n"
        "d|1|{pipeline=\"acme/p0/ci\", severity=\"warning\", source=\"all\"}|acme/p0/ci "
        "(all): duration p90 20m 00s (n 3), above 10m 00s\n");
}

/* One that failed of one is no success rate, where somebody says so. */
Test(rule_values, of_fewer_than_the_rule_wants_there_is_no_number)
{
    begin("rules:\n"
          "  any: {pipeline: acme/*, below: 90%}\n"
          "  four: {pipeline: acme/*, below: 90%, least: 4}\n"
          "  five: {pipeline: acme/*, below: 90%, least: 5}\n"
          "  took three: {pipeline: acme/*, value: p90, above: 1m, least: 3}\n"
          "  took four: {pipeline: acme/*, value: p90, above: 1m, least: 4}\n"
          "  pool four: {pool: pool*, above: 1m, least: 4}\n"
          "  pool five: {pool: pool*, above: 1m, least: 5}\n"
          "  kpi: {kpi: success, below: 90%}\n");
    for (int64_t i = 0; i < 4; i++)
        add_done(i + 1, 2 * MINUTE, 20 * MINUTE, i ? DX_RESULT_SUCCESS : DX_RESULT_FAILURE,
                 T0 - HOUR);
    poll(T0);
    cr_expect_str_eq(values(T0), "kpi|CI success|nan|r\npool four|pool0 (all)|120|s\n"
                                 "pool five|pool0 (all)|nan|s\nany|acme/p0/ci (all)|0.75|r\n"
                                 "four|acme/p0/ci (all)|0.75|r\nfive|acme/p0/ci (all)|nan|r\n"
                                 "took three|acme/p0/ci (all)|1200|s\n"
                                 "took four|acme/p0/ci (all)|nan|s\n");
    add_done(5, 2 * MINUTE, 20 * MINUTE, DX_RESULT_SUCCESS, T0 - HOUR);
    poll(T0 + MINUTE);
    cr_expect(strstr(values(T0 + MINUTE), "kpi|CI success|0.8|r\n"), "%s", values(T0 + MINUTE));
    cr_expect(strstr(alerts(T0 + MINUTE), "acme/p0/ci (all): success 80.0 % (n 5), below 90.0 %\n"),
              "%s", alerts(T0 + MINUTE));
}

Test(rule_values, of_a_pipeline_of_which_nothing_ended)
{
    begin("rules:\n"
          "  s: {pipeline: acme/*, below: 90%}\n"
          "  d: {pipeline: acme/*, value: p90, above: 10m}\n");
    add_waiting("901", T0 - MINUTE);
    poll(T0);
    cr_expect_str_eq(values(T0), "s|acme/p0/ci (all)|nan|r\nd|acme/p0/ci (all)|nan|s\n");
    cr_expect_str_eq(alerts(T0), "");
}

Test(rule_values, of_a_pipeline_that_did_not_run_for_a_day_what_fires_stays_for_another)
{
    static const char fires[] =
        "s|1|{pipeline=\"acme/p0/ci\", severity=\"warning\", source=\"all\"}|"
        "acme/p0/ci (all): ";

    begin("rules: {s: {pipeline: acme/*, below: 90%}}\n");
    add_done(1, -1, MINUTE, DX_RESULT_FAILURE, T0 - HOUR);
    poll(T0);
    cr_expect_eq(strncmp(alerts(T0), fires, sizeof(fires) - 1), 0);
    poll(T0 + DAY);
    cr_expect(strstr(alerts(T0 + DAY), "(all): no data on success\n"));
    poll(T0 + 2 * DAY - MINUTE);
    cr_expect(strstr(alerts(T0 + 2 * DAY - MINUTE), "(all): no data on success\n"));
    poll(T0 + 2 * DAY);
    cr_expect_str_eq(alerts(T0 + 2 * DAY), "");
}

/* ---- from a number to an alert and back ---- */

Test(rule_values, each_begins_to_fire_and_ends)
{
    begin(pool_rules);
    add_pool("pool0", 0, 1, -1);
    add_waiting("901", T0 - 10 * MINUTE);
    add_done(1, 5 * MINUTE, MINUTE, DX_RESULT_SUCCESS, T0 - 12 * HOUR);
    poll(T0);
    cr_expect_str_eq(alerts(T0),
                     "r|1|{pool=\"pool0\", severity=\"warning\", source=\"all\"}|pool0 (all): "
                     "runners online 0, below 1\n",
                     "at the limit it is not past it");
    add_pool("pool0", 1, 0, -1);
    add_waiting("902", T0);
    add_done(2, 6 * MINUTE, MINUTE, DX_RESULT_SUCCESS, T0);
    poll(T0 + MINUTE);
    cr_expect_str_eq(alerts(T0 + MINUTE),
                     "w|1|{pool=\"pool0\", severity=\"warning\", source=\"all\"}|pool0 (all): "
                     "jobs that wait 2, above 1\n"
                     "o|1|{pool=\"pool0\", severity=\"warning\", source=\"all\"}|pool0 (all): "
                     "wait of the oldest 11m 00s, above 10m 00s\n"
                     "q|1|{pool=\"pool0\", severity=\"warning\", source=\"all\"}|pool0 (all): "
                     "queue p95 5m 57s (n 2), above 5m 00s\n");
    for (int i = 0; i < 2; i++) {
        add_waiting(i ? "902" : "901", T0);
        batch.runs[i].outcome.phase = batch.jobs[i].outcome.phase = DX_PHASE_RUNNING;
    }
    poll(T0 + 2 * MINUTE);
    cr_expect(strstr(alerts(T0 + 2 * MINUTE), "q|1|"));
    cr_expect_not(strstr(alerts(T0 + 2 * MINUTE), "w|") || strstr(alerts(T0 + 2 * MINUTE), "o|"));
    for (int64_t i = 3; i < 60; i++)
        add_done(i, MINUTE, MINUTE, DX_RESULT_SUCCESS, T0 + 2 * MINUTE);
    poll(T0 + 3 * MINUTE);
    cr_expect_str_eq(alerts(T0 + 3 * MINUTE), "");
}

/* ---- names ---- */

/* Labels may be long, and what tells two series apart at their ends. */
Test(rule_values, of_long_names_each_is_its_own)
{
    const char *told, *at;
    char labels[500];

    begin("rules: {busy: {query: load, above: 10, for: 1m, cool_down: 0s, notify: bell}}\n");
    for (int64_t minute = 0; minute < 4; minute++) {
        for (int i = 0; i < 3; i++) {
            (void)snprintf(labels, sizeof(labels), "{pod=\"%0400d\"}", i);
            kit_sample(&batch, "load", arena_text(&batch.arena, labels), T0 + minute * MINUTE,
                       i ? 20. : 5.);
        }
        poll(T0 + minute * MINUTE);
        told = alerts(T0 + minute * MINUTE);
        at = strstr(told, minute < 1 ? "busy|0|" : "busy|1|");
        cr_assert(at, "%s", told);
        cr_expect(strstr(at + 1, minute < 1 ? "busy|0|" : "busy|1|"), "%s", told);
    }
    cr_expect_eq(store_last_notice(kit.store), 1, "one of both");
}

/* ---- very many ---- */

Test(rule_values, what_one_rule_finds_takes_nothing_from_the_others)
{
    const char *found;

    begin("rules:\n"
          "  many: {query: load, above: 10}\n"
          "  one: {query: disk, below: 5}\n");
    for (int i = 0; i < 2010; i++)
        kit_sample(&batch, "load", arena_print(&batch.arena, "{i=\"%d\"}", i), T0, i < 2000);
    kit_sample(&batch, "disk", "{}", T0, 3.);
    poll(T0);
    found = strstr(alerts(T0), "one|1|");
    cr_assert(found);
    found = strstr(
        ROWS(kit.store, DX_QUERY_RULES, NULL, T0, DX_FIELD_NAME, DX_FIELD_TITLE, DX_FIELD_STATE),
        "many|load: all but the first 2000|4\n");
    cr_expect(found, "what is left out is said");
}

Test(rule_values, of_the_hundredth_source_too)
{
    struct source_row rows[100];
    struct dx_error err = { 0 };
    int64_t ids[100];
    char names[100][8];

    begin("rules: {busy: {query: load, above: 10}}\n");
    for (int i = 0; i < 100; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "s%d", i);
        rows[i] =
            (struct source_row){ names[i], "exec", names[i], 1U << DX_KIND_SAMPLE, 15 * SECOND };
    }
    cr_assert(store_sources(kit.store, rows, 100, ids, &err), "%s", err.text);
    for (int i = 0; i < 100; i++) {
        kit.id[0] = ids[i];
        if (i == 99)
            kit_sample(&batch, "load", "{}", T0, 20.);
        kit_poll(0, T0, &batch);
    }
    cr_expect_str_eq(values(T0), "busy|load (s99)|20|-\n");
}

/* ---- units of queries and key numbers ---- */

Test(rule_values, a_query_in_percent_is_held_against_a_share)
{
    begin("rules:\n"
          "  low: {query: free, below: 5%}\n"
          "  number: {query: free, below: 5}\n");
    batch_sample(
        &batch,
        batch_series(&batch,
                     (struct series){ .query = "free", .labels = "{}", .unit = DX_UNIT_PERCENT }),
        T0, 4.);
    poll(T0);
    cr_expect_str_eq(
        alerts(T0),
        "low|1|{query=\"free\", severity=\"warning\", source=\"all\"}|free (all): 4.0 %, "
        "below 5.0 %\n"
        "number|1|{query=\"free\", severity=\"warning\", source=\"all\"}|free (all): "
        "4.0 %, below 5.0 %\n");
}

/* No source has to live for it. */
Test(rule_values, a_key_number_that_a_file_feeds)
{
    char path[100], yaml[300];
    FILE *f;

    kit_init();
    (void)snprintf(path, sizeof(path), "%s/csat.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml),
                   "rules: {low: {kpi: csat, below: 4}}\n"
                   "kpis: {csat: {file: %s}}\n",
                   path);
    f = fopen(path, "w");
    cr_assert(f && fputs("date,value,n\n2026-09-20,3.5,40\n", f) >= 0);
    (void)fclose(f);
    load(yaml);
    derive_settle(T0);
    cr_expect_str_eq(
        alerts(T0),
        "low|1|{kpi=\"csat\", severity=\"warning\"}|Satisfaction: 3.5 (n 40), below 4\n");
}

/* What is counted there is days: it is judged as its tile is, however few they are. */
Test(rule_values, a_key_number_that_is_fed_by_the_day_is_of_no_number_of_runs)
{
    char path[100], yaml[300];
    FILE *f;

    kit_init();
    (void)snprintf(path, sizeof(path), "%s/queue.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml),
                   "rules: {slow: {kpi: queue_p95, above: 10m}}\n"
                   "kpis: {queue_p95: {file: %s, unit: minutes}}\n",
                   path);
    f = fopen(path, "w");
    cr_assert(f && fputs("date,value\n2026-09-20,15\n2026-09-21,12\n", f) >= 0);
    (void)fclose(f);
    load(yaml);
    derive_settle(T0);
    cr_expect_str_eq(alerts(T0), "slow|1|{kpi=\"queue_p95\", severity=\"warning\"}|Queue p95: "
                                 "12m 00s, above 10m 00s\n");
}
