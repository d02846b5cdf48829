/* Key numbers that are fed by a query or a file. T0 is a Monday, 14:13:20 UTC. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "derive_kit.h"

static struct batch batch;

TestSuite(derive_kpi_fed, .init = kit_init, .fini = derive_kpi_stop, .timeout = 60);

Test(derive_kpi_fed, a_query_feeds_its_last_value)
{
    derive_kpi_collect("kpis: {change_failure: {query: cfr, source: all, unit: percent},"
                       " queue_p95: {query: p95}}\n");
    kit_sample(&batch, "cfr", "{}", T0 - 40 * DAY, 2);
    kit_sample(&batch, "cfr", "{}", T0 - 2 * HOUR, 9);
    kit_sample(&batch, "cfr", "{}", T0 - HOUR, 6);
    kit_sample(&batch, "p95", "{}", T0 - HOUR, 77);
    derive_add(&batch, &(struct made){ .id = 1,
                                       .attempt = 1,
                                       .started_ms = T0 - HOUR - MINUTE,
                                       .finished_ms = T0 - HOUR,
                                       .queued_ms = 10 * SECOND,
                                       .result = DX_RESULT_SUCCESS });
    kit_poll(0, T0, &batch);
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("change_failure", T0), "0.06|2|0.02|1|4|\n", "%s",
                     derive_kpi("change_failure", T0));
    cr_expect_str_eq(derive_kpi("queue_p95", T0), "77|1|-|0|3|\n",
                     "it stands for what is counted: %s", derive_kpi("queue_p95", T0));
}

/* Moments are whole minutes: what was said within this one is of now, too. */
Test(derive_kpi_fed, what_was_fed_in_this_minute_counts)
{
    const int64_t minute = T0 - T0 % MINUTE;

    derive_kpi_collect("kpis: {csat: {query: score}}\n");
    kit_sample(&batch, "score", "{}", minute + 20 * SECOND, 4);
    kit_sample(&batch, "score", "{}", minute + MINUTE, 5);
    kit_poll(0, minute + 30 * SECOND, &batch);
    derive_settle(minute + 30 * SECOND);
    cr_expect_str_eq(derive_kpi("csat", minute + 30 * SECOND), "4|1|-|0|4|\n", "%s",
                     derive_kpi("csat", minute + 30 * SECOND));
}

/* A wait of a minute on each of the five days before today. */
static void five_days(void)
{
    for (int day = 1; day <= 5; day++)
        derive_add(&batch, &(struct made){ .id = day,
                                           .attempt = 1,
                                           .started_ms = T0 - day * DAY - HOUR,
                                           .finished_ms = T0 - day * DAY,
                                           .queued_ms = MINUTE,
                                           .result = DX_RESULT_SUCCESS });
    kit_poll(0, T0, &batch);
    derive_all(T0);
}

static void start_again(const char *yaml)
{
    derive_kpi_again(yaml);
    derive_all(T0);
}

static const char *days_of_queue(void)
{
    return ROWS(kit.store, DX_QUERY_KPI_POINTS, DX_FILTER(.key = "queue_p95", .step_ms = DAY), T0,
                DX_FIELD_VALUE);
}

/* Days of one definition are not compared with those of another, and none is lost. */
Test(derive_kpi_fed, what_was_counted_is_not_mixed_with_what_is_fed)
{
    derive_kpi_collect("");
    five_days();
    cr_expect_str_eq(days_of_queue(), "60\n60\n60\n60\n60\n", "%s", days_of_queue());
    kit_sample(&batch, "p95", "{}", T0 - HOUR, 77);
    kit_poll(0, T0, &batch);
    start_again("kpis: {queue_p95: {query: p95}}\n");
    cr_expect_str_eq(days_of_queue(), "77\n", "%s", days_of_queue());
    cr_expect_str_eq(derive_kpi("queue_p95", T0), "77|1|-|0|3|\n", "%s",
                     derive_kpi("queue_p95", T0));
    start_again("kpis: {queue_p95: {query: p95, unit: minutes}}\n");
    cr_expect_str_eq(days_of_queue(), "4620\n", "%s", days_of_queue());
    start_again("");
    cr_expect_str_eq(days_of_queue(), "60\n60\n60\n60\n60\n", "%s", days_of_queue());
}

static void write_feed(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    cr_assert(f && fputs(text, f) >= 0);
    (void)fclose(f);
}

/* A row for each day that is over: nothing of 2026-09-21, today. */
Test(derive_kpi_fed, a_number_of_a_day_that_is_fed_is_the_last_one_against_a_week)
{
    char path[128], yaml[256];

    (void)snprintf(path, sizeof(path), "%s/p95.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml), "kpis: {queue_p95: {file: %s}}\n", path);
    derive_kpi_collect(yaml);
    write_feed(path, "2026-09-12,900\n2026-09-13,70\n2026-09-19,50\n2026-09-20,40\n");
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("queue_p95", T0), "40|1|60|2|3|\n", "%s",
                     derive_kpi("queue_p95", T0));
    write_feed(path, "2026-09-19,50\n");
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("queue_p95", T0), "-|0|50|1|0|no job got a runner in 24 h\n", "%s",
                     derive_kpi("queue_p95", T0));
}

/* Their own unit is seconds. */
Test(derive_kpi_fed, what_is_fed_may_be_in_minutes_hours_or_days)
{
    static const struct {
        const char *unit, *row;
    } units[] = {
        { "minutes", "120|1|60|1|" },
        { "hours", "7200|1|3600|1|" },
        { "days", "172800|1|86400|1|" },
    };
    char path[128], yaml[256];

    (void)snprintf(path, sizeof(path), "%s/p95.csv", kit.dir);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(yaml, sizeof(yaml), "kpis: {queue_p95: {file: %s, unit: %s}}\n", path,
                       units[i].unit);
        derive_kpi_collect(yaml);
        write_feed(path, "2026-09-19,1\n2026-09-20,3\n2026-09-21,2,0\n");
        derive_settle(T0);
        write_feed(path, "2026-09-19,1\n2026-09-20,2\n2026-09-21,2,0\n");
        derive_settle(T0);
        cr_expect_eq(strncmp(derive_kpi("queue_p95", T0), units[i].row, strlen(units[i].row)), 0,
                     "%s: %s", units[i].unit, derive_kpi("queue_p95", T0));
        if (i < 2) {
            derive_kpi_stop();
            kit_init();
            (void)snprintf(path, sizeof(path), "%s/p95.csv", kit.dir);
        }
    }
}

Test(derive_kpi_fed, of_scores_it_says_how_many_are_high)
{
    char path[128], yaml[256];

    (void)snprintf(path, sizeof(path), "%s/csat.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml), "kpis: {csat: {file: %s, unit: scores}}\n", path);
    derive_kpi_collect(yaml);
    write_feed(path, "2026-09-19,5,8\n2026-09-20,3,2\n2026-09-20,4\n2026-05-01,1,99\n");
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("csat", T0), "4.54545|11|1|99|3|82 % gave 4 or 5\n", "%s",
                     derive_kpi("csat", T0));
    write_feed(path, "2026-09-19,5,299\n2026-09-20,1\n");
    derive_settle(T0);
    cr_expect(strstr(derive_kpi("csat", T0), "|>99 % gave"), "%s", derive_kpi("csat", T0));
    write_feed(path, "2026-09-19,5,8\n2026-09-20,87,2\n");
    derive_settle(T0);
    cr_expect(strstr(derive_kpi("csat", T0), "csat.csv: 87 is no score from 1 to 5"), "%s",
              derive_kpi("csat", T0));
}

Test(derive_kpi_fed, a_file_feeds_a_mean_and_is_read_again)
{
    char path[128], yaml[256];

    (void)snprintf(path, sizeof(path), "%s/csat.csv", kit.dir);
    (void)snprintf(yaml, sizeof(yaml), "kpis: {csat: {file: %s}}\n", path);
    derive_kpi_collect(yaml);
    derive_settle(T0);
    cr_expect(strstr(derive_kpi("csat", T0), "csat.csv: cannot be read: No such file"), "%s",
              derive_kpi("csat", T0));
    write_feed(path, "date,value,n\n2026-09-01,4.0,10\n2026-09-20,5.0,30\n2026-05-01,3.5,2\n");
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("csat", T0), "4.75|40|3.5|2|3|\n", "%s", derive_kpi("csat", T0));
    write_feed(path, "2026-09-20,4.0,30\n");
    derive_settle(T0);
    cr_expect_str_eq(derive_kpi("csat", T0), "4|30|-|0|4|\n", "what it says no more is gone: %s",
                     derive_kpi("csat", T0));
    write_feed(path, "2026-09-20,4.0,30\n2026-09-21,good\n");
    derive_settle(T0);
    cr_expect(strstr(derive_kpi("csat", T0), "csat.csv: line 2"), "%s", derive_kpi("csat", T0));
}
