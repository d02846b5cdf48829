/* Runs, jobs and their numbers as records: words, units, unknowns, the manual. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/records.h"
#include "reader.h"
#include "store_kit.h"
#include "tests/where.h"

TestSuite(records_ci, .timeout = 20);

/* ---- one record ---- */

static json_t *record_of(enum record_type type)
{
    struct reader reader = fake_reader();
    void *rows = reader.open(NULL, record_kinds[type].query, NULL, T0);
    struct record_row row = { reader.ops, rows, T0, HOUR };
    json_t *record;

    cr_assert(reader.ops->next(rows));
    record = record_json(type, &row);
    reader.ops->close(rows);
    return record;
}

/* The value of one field as JSON text, of a job or another record. */
static const char *value_of(enum record_type type, const char *name)
{
    static char text[256];
    json_t *record = record_of(type), *value = json_object_get(record, name);
    char *dump;

    cr_assert(value, "no %s", name);
    dump = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    snprintf(text, sizeof(text), "%s", dump);
    free(dump);
    json_decref(record);
    return text;
}

static const struct {
    int phase, result, cause;
    const char *phase_word, *result_word, *cause_word;
} words[] = {
    { DX_PHASE_GATE, DX_RESULT_NONE, 0, "\"waiting_gate\"", "null", "null" },
    { DX_PHASE_QUEUED, DX_RESULT_NONE, 0, "\"queued\"", "null", "null" },
    { DX_PHASE_RUNNING, DX_RESULT_NONE, 0, "\"running\"", "null", "null" },
    { DX_PHASE_UNKNOWN, DX_RESULT_NONE, 0, "\"unknown\"", "null", "null" },
    { DX_PHASE_DONE, DX_RESULT_SUCCESS, 0, "\"done\"", "\"success\"", "null" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_TEST, "\"done\"", "\"failure\"", "\"test\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_CODE, "\"done\"", "\"failure\"", "\"code\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_LINT, "\"done\"", "\"failure\"", "\"lint\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_DEPENDENCY, "\"done\"", "\"failure\"",
      "\"dependency\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_PLATFORM, "\"done\"", "\"failure\"",
      "\"platform\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_CONFIG, "\"done\"", "\"failure\"", "\"config\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_USER, "\"done\"", "\"failure\"", "\"user\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_UNKNOWN, "\"done\"", "\"failure\"",
      "\"unknown\"" },
    { DX_PHASE_DONE, DX_RESULT_FAILURE, DX_CAUSE_NONE, "\"done\"", "\"failure\"", "\"unknown\"" },
    { DX_PHASE_DONE, DX_RESULT_CANCELLED, 0, "\"done\"", "\"cancelled\"", "null" },
    { DX_PHASE_DONE, DX_RESULT_SKIPPED, 0, "\"done\"", "\"skipped\"", "null" },
    { DX_PHASE_DONE, DX_RESULT_NEUTRAL, 0, "\"done\"", "\"neutral\"", "null" },
    { DX_PHASE_DONE, DX_RESULT_UNKNOWN, 0, "\"done\"", "\"unknown\"", "null" },
    { DX_PHASE_DONE, DX_RESULT_NONE, 0, "\"done\"", "\"unknown\"", "null" },
    { 77, 77, 77, "\"unknown\"", "\"unknown\"", "\"unknown\"" }, /* of a newer store */
    { -1, -1, -1, "\"unknown\"", "\"unknown\"", "\"unknown\"" },
};

Test(records_ci, phases_results_and_causes_are_words)
{
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        struct fake_row *row;

        fake.count = 0;
        row = fake_add(DX_QUERY_JOBS);
        fake_set(row, DX_FIELD_PHASE, words[i].phase);
        fake_set(row, DX_FIELD_RESULT, words[i].result);
        fake_set(row, DX_FIELD_CAUSE, words[i].cause);
        cr_expect_str_eq(value_of(RECORD_JOB, "phase"), words[i].phase_word, "%zu", i);
        cr_expect_str_eq(value_of(RECORD_JOB, "result"), words[i].result_word, "%zu", i);
        cr_expect_str_eq(value_of(RECORD_JOB, "cause"), words[i].cause_word, "%zu", i);
    }
}

static const struct {
    enum record_type type;
    const char *name;
    enum dx_field field;
    double value; /* NaN: as the store has it where nothing is known */
    const char *json;
} units[] = {
    { RECORD_JOB, "queued_s", DX_FIELD_QUEUED, 0, "0.0" },
    { RECORD_JOB, "queued_s", DX_FIELD_QUEUED, 1500, "1.5" },
    { RECORD_JOB, "queued_s", DX_FIELD_QUEUED, NAN, "null" },
    { RECORD_JOB, "duration_s", DX_FIELD_DURATION, 100, "0.1" },
    { RECORD_JOB, "attempt", DX_FIELD_ATTEMPT, 2, "2" },
    { RECORD_RUN, "created_at", DX_FIELD_CREATED, 1790000000123, "\"2026-09-21T14:13:20.123Z\"" },
    { RECORD_RUN, "finished_at", DX_FIELD_FINISHED, NAN, "null" },
    { RECORD_POOL, "p95_s", DX_FIELD_P95, 61500, "61.5" },
    { RECORD_POOL, "p95_s", DX_FIELD_P95, NAN, "null" },
    { RECORD_POOL, "waiting", DX_FIELD_WAITING, 0, "0" },
    { RECORD_POOL, "online", DX_FIELD_ONLINE, NAN, "null" },
    { RECORD_POOL, "oldest_s", DX_FIELD_OLDEST, 1790000000000 - 90000, "90.0" },
    { RECORD_POOL, "oldest_s", DX_FIELD_OLDEST, 1790000000000 + 90000, "0.0" },
    { RECORD_POOL, "oldest_s", DX_FIELD_OLDEST, NAN, "null" },
    { RECORD_POOL, "approx", DX_FIELD_APPROX, 1, "true" },
    { RECORD_POOL, "approx", DX_FIELD_APPROX, 0, "false" },
    { RECORD_POOL, "approx", DX_FIELD_APPROX, NAN, "null" },
    { RECORD_POOL, "window_s", DX_FIELD_COUNT, 0, "3600" },
    { RECORD_KPI, "window", DX_FIELD_WINDOW, 604800000, "\"7d\"" },
    { RECORD_KPI, "window", DX_FIELD_WINDOW, 86400000, "\"24h\"" },
    { RECORD_KPI, "window", DX_FIELD_WINDOW, 0, "\"now\"" },
    { RECORD_KPI, "window", DX_FIELD_WINDOW, NAN, "null" },
    { RECORD_KPI, "previous_window", DX_FIELD_BEFORE_WINDOW, 2592000000, "\"30d\"" },
    { RECORD_PIPELINE, "success_rate", DX_FIELD_SUCCESS, 0.25, "0.25" },
    { RECORD_PIPELINE, "success_rate", DX_FIELD_SUCCESS, NAN, "null" },
    { RECORD_PIPELINE, "duration_trend", DX_FIELD_SLOWER, 1, "\"slower\"" },
    { RECORD_PIPELINE, "duration_trend", DX_FIELD_SLOWER, 0, "null" },
    { RECORD_PIPELINE, "duration_trend", DX_FIELD_SLOWER, -1, "\"faster\"" },
    { RECORD_PIPELINE, "success_before", DX_FIELD_SUCCESS_BEFORE, 0.5, "0.5" },
    { RECORD_PIPELINE, "success_worse", DX_FIELD_WORSE, 1, "true" },
    { RECORD_TOTAL, "success_worse", DX_FIELD_WORSE, 0, "false" },
    { RECORD_TOTAL, "platform_rate_low", DX_FIELD_PLATFORM_LOW, 1, "1.0" },
    { RECORD_FLAKY, "lost_min", DX_FIELD_LOST, 90000, "1.5" },
    { RECORD_FLAKY, "state", DX_FIELD_STATE, DX_FLAKY_SUSPECT, "\"suspect\"" },
    { RECORD_FLAKY, "state", DX_FIELD_STATE, DX_FLAKY_FLAKY, "\"flaky\"" },
    { RECORD_FLAKY, "state", DX_FIELD_STATE, DX_FLAKY_BROKEN, "\"broken\"" },
    { RECORD_FAILURE, "n", DX_FIELD_N, 3, "3" },
    { RECORD_FAILURE, "cause", DX_FIELD_CAUSE, DX_CAUSE_PLATFORM, "\"platform\"" },
};

Test(records_ci, numbers_have_units_and_the_unknown_is_null)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        struct fake_row *row;

        fake.count = 0;
        row = fake_add(record_kinds[units[i].type].query);
        if (!isnan(units[i].value) && units[i].field != DX_FIELD_COUNT)
            fake_set(row, units[i].field, units[i].value);
        cr_expect_str_eq(value_of(units[i].type, units[i].name), units[i].json, "%zu: %s, not %s",
                         i, value_of(units[i].type, units[i].name), units[i].json);
    }
}

/* Of too few nothing is said, and nothing at all is a list. */
Test(records_ci, rates_by_day_are_a_list)
{
    struct fake_row *row = fake_add(DX_QUERY_FLAKY);

    cr_expect_str_eq(value_of(RECORD_FLAKY, "rate_by_day"), "[]");
    fake_text(row, DX_FIELD_TREND, "20 35 - 0 1000");
    cr_expect_str_eq(value_of(RECORD_FLAKY, "rate_by_day"), "[0.02, 0.035, null, 0.0, 1.0]", "%s",
                     value_of(RECORD_FLAKY, "rate_by_day"));
}

Test(records_ci, numbers_have_the_digits_that_they_need)
{
    static const struct {
        double number;
        int digits;
    } numbers[] = { { 0.1, 15 }, { 1. / 3., 16 }, { 0.1 + 0.2, 17 }, { 12.345, 15 }, { 0., 15 } };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        json_t *record = json_pack("{s:s, s:f, s:i}", "a", "x", "b", numbers[i].number, "c", 7);

        cr_expect_eq(record_digits(record), numbers[i].digits, "%g: %d", numbers[i].number,
                     record_digits(record));
        json_decref(record);
    }
}

/* ---- the manual ---- */

/* The names of a section of dxtop(1), each with a comma behind it. */
static const char *documented(const char *kind)
{
    static char names[4096];
    char section[64], line[512], name[64];
    bool in = false;
    FILE *f = fopen(SRC_DIR "/man/dxtop.1", "r");

    snprintf(section, sizeof(section), ".\\\" record-%s\n", kind);
    cr_assert(f);
    names[0] = '\0';
    while (fgets(line, sizeof(line), f)) {
        if (strcmp(line, section) == 0)
            in = true;
        else if (strncmp(line, ".\\\" end", 7) == 0)
            in = false;
        else if (in && sscanf(line, ".It %63s Ta", name) == 1)
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s,", name);
    }
    fclose(f);
    return names;
}

Test(records_ci, the_manual_documents_what_is_printed)
{
    for (int type = 0; type < RECORD_TYPES; type++) {
        char names[4096] = "";
        const char *key;
        json_t *record, *value;

        fake.count = 0;
        fake_add(record_kinds[type].query);
        record = record_of((enum record_type)type);
        json_object_foreach (record, key, value)
            snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s,", key);
        cr_expect_str_eq(documented(record_kinds[type].name), names, "%s", record_kinds[type].name);
        json_decref(record);
    }
}

/* What scripts rely on: these fields, these names, in this order. */
Test(records_ci, a_job_and_a_run_have_the_fields_that_were_promised)
{
    cr_expect_str_eq(documented("jobs"),
                     "source,type,project,pipeline,job,run_id,job_id,attempt,sha,branch,event,pool,"
                     "phase,result,cause,evidence,created_at,started_at,finished_at,queued_s,"
                     "duration_s,queued_basis,raw_status,raw_result,url,duration_basis,");
    cr_expect_str_eq(documented("runs"),
                     "source,type,project,pipeline,run_id,attempt,sha,branch,event,title,actor,"
                     "phase,result,cause,evidence,created_at,started_at,finished_at,queued_s,"
                     "duration_s,queued_basis,raw_status,raw_result,url,duration_basis,");
}
