/* The panel of flaky jobs where a job is broken: what its evidence is made of. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "panel_kit.h"

extern const struct dx_panel dx_panel_flaky;

TestSuite(flaky_panel, .init = panel_start, .fini = panel_stop);

/* A try on a commit; jobs come newest first. */
static void tried(const char *sha, enum dx_result result, enum dx_cause cause, const char *evidence)
{
    struct fake_row *row = fake_add(DX_QUERY_JOBS);

    fake_text(row, DX_FIELD_SHA, sha);
    fake_set(row, DX_FIELD_PHASE, DX_PHASE_DONE);
    fake_set(row, DX_FIELD_RESULT, result);
    fake_set(row, DX_FIELD_CAUSE, cause);
    fake_set(row, DX_FIELD_FINISHED, (double)NOW);
    fake_text(row, DX_FIELD_EVIDENCE, evidence);
    fake_text(row, DX_FIELD_URL, "https://ci/last");
}

static void open_job(void)
{
    struct step step = { .key = "f1:2", .name = "lint" };

    cr_assert(instance_open(&in, &dx_panel_flaky, "", NULL, 0));
    panel_update();
    instance_push(&in, &step);
    panel_update();
}

static const char *cell(size_t row, size_t column)
{
    const char *text = in.table->rows[row].cells[column].text;

    return text ? text : "";
}

Test(flaky_panel, a_broken_job_is_listed_and_opens)
{
    struct fake_row *row = fake_add(DX_QUERY_FLAKY);

    fake_set(row, DX_FIELD_STATE, DX_FLAKY_BROKEN);
    fake_text(row, DX_FIELD_KEY, "f1:2");
    fake_text(row, DX_FIELD_NAME, "lint");
    fake_set(row, DX_FIELD_FIRST_SEEN, (double)NOW);
    cr_assert(instance_open(&in, &dx_panel_flaky, "", NULL, 0));
    panel_update();
    cr_assert_eq(in.table->row_count, 1);
    cr_expect(strstr(cell(0, 1), "fails every time since"), "%s", cell(0, 1));
    cr_expect(instance_enter(&in));
    cr_expect_eq(in.depth, 1);
}

Test(flaky_panel, a_job_that_is_flaky_once_in_three_hundred_is_so_more_than_never)
{
    struct fake_row *row = fake_add(DX_QUERY_FLAKY);

    fake_set(row, DX_FIELD_STATE, DX_FLAKY_FLAKY);
    fake_text(row, DX_FIELD_KEY, "f1:2");
    fake_text(row, DX_FIELD_NAME, "lint");
    fake_set(row, DX_FIELD_RATE, 1. / 300);
    fake_set(row, DX_FIELD_N, 300);
    cr_assert(instance_open(&in, &dx_panel_flaky, "", NULL, 0));
    panel_update();
    cr_assert_eq(in.table->row_count, 1);
    cr_expect_str_eq(cell(0, 2), "<1 %");
}

static void flaky_job(const char *name, double rate)
{
    struct fake_row *row = fake_add(DX_QUERY_FLAKY);

    fake_set(row, DX_FIELD_STATE, DX_FLAKY_FLAKY);
    fake_text(row, DX_FIELD_KEY, name);
    fake_text(row, DX_FIELD_NAME, name);
    fake_set(row, DX_FIELD_RATE, rate);
    fake_set(row, DX_FIELD_PAIRS, 25. * rate);
    fake_set(row, DX_FIELD_N, 25);
}

Test(flaky_panel, a_job_is_a_warning_on_more_of_its_commits_than_the_limit)
{
    struct { /* as they stand in struct flaky */
        const char *source;
        double warn;
        int64_t least;
        int show;
    } options = { "", 0.08, 1, 0 };

    flaky_job("more", 3. / 25);
    flaky_job("as many", 2. / 25);
    cr_assert(instance_open(&in, &dx_panel_flaky, "", &options, sizeof(options)));
    panel_update();
    cr_assert_eq(in.table->row_count, 2);
    cr_expect_eq(in.table->rows[0].cells[0].role, DX_ROLE_WARN);
    cr_expect_eq(in.table->rows[1].cells[0].role, DX_ROLE_DIM);
    cr_expect_eq(in.finding_count, 1);
}

Test(flaky_panel, of_a_broken_job_are_the_commits_on_which_it_failed)
{
    tried("bbb", DX_RESULT_FAILURE, DX_CAUSE_UNKNOWN, "");
    tried("ccc", DX_RESULT_SUCCESS, DX_CAUSE_NONE, "");
    tried("aaa", DX_RESULT_FAILURE, DX_CAUSE_CODE, "lint: line 9");
    tried("aaa", DX_RESULT_CANCELLED, DX_CAUSE_NONE, "");
    tried("aaa", DX_RESULT_FAILURE, DX_CAUSE_PLATFORM, "runner: lost (rule 2)");
    open_job();
    cr_assert_eq(in.table->row_count, 2, "none on which it did not fail");
    cr_expect_str_eq(cell(0, 0), "bbb");
    cr_expect_str_eq(cell(0, 3), "u");
    cr_expect_str_eq(cell(0, 4), "unknown");
    cr_expect_str_eq(cell(1, 0), "aaa");
    cr_expect_str_eq(cell(1, 3), "p-c", "in their order");
    cr_expect_str_eq(cell(1, 4), "lost", "the first failure");
    cr_expect_str_eq(in.table->rows[1].url, "https://ci/last");
    cr_expect_str_eq(in.note, "2 commits");
}

/* Where some passed, these are the evidence. */
Test(flaky_panel, of_a_flaky_job_are_the_commits_on_which_it_failed_and_passed)
{
    struct fake_row *row = fake_add(DX_QUERY_FLAKY_COMMITS);

    fake_text(row, DX_FIELD_SHA, "ddd");
    fake_text(row, DX_FIELD_STRIP, "co");
    tried("aaa", DX_RESULT_FAILURE, DX_CAUSE_CODE, "lint: line 9");
    open_job();
    cr_assert_eq(in.table->row_count, 1);
    cr_expect_str_eq(cell(0, 3), "co");
}

static void broken_job(void)
{
    struct fake_row *row = fake_add(DX_QUERY_FLAKY);

    fake_set(row, DX_FIELD_STATE, DX_FLAKY_BROKEN);
    fake_text(row, DX_FIELD_KEY, "f1:2");
    fake_text(row, DX_FIELD_NAME, "lint");
    fake_set(row, DX_FIELD_FIRST_SEEN, (double)NOW);
}

/* It was flaky a week ago: that is not what it fails by now. */
Test(flaky_panel, of_a_broken_job_that_was_flaky_are_the_commits_since)
{
    struct fake_row *row = fake_add(DX_QUERY_FLAKY_COMMITS);

    fake_text(row, DX_FIELD_SHA, "ddd");
    fake_text(row, DX_FIELD_STRIP, "co");
    broken_job();
    tried("aaa", DX_RESULT_FAILURE, DX_CAUSE_CODE, "compile: line 9");
    tried("bbb", DX_RESULT_FAILURE, DX_CAUSE_CODE, "compile: line 9");
    open_job();
    cr_assert_eq(in.table->row_count, 2);
    cr_expect_str_eq(cell(0, 0), "aaa");
    cr_expect_str_eq(cell(1, 4), "line 9");
}

/* What there is room for is what it fails with most, not last; the others are counted. */
Test(flaky_panel, what_a_job_fails_with_most_comes_first)
{
    static const char *const evidence[] = { "a: once", "b: twice", "b: twice",    "c: more",
                                            "c: more", "c: more",  "d: later too" };
    struct { /* as they stand in struct flaky */
        const char *source;
        double warn;
        int64_t least;
        int show;
    } options = { "", 0.08, 1, 1 };
    static char sha[7][8];

    broken_job();
    for (int i = 0; i < 7; i++) {
        snprintf(sha[i], sizeof(sha[i]), "sha%d", i);
        tried(sha[i], DX_RESULT_FAILURE, DX_CAUSE_TEST, evidence[i]);
    }
    cr_assert(instance_open(&in, &dx_panel_flaky, "", &options, sizeof(options)));
    panel_update();
    cr_expect(panel_shows("what it failed with first"));
    cr_expect(strstr(panel_line(4), "| more ") && strstr(panel_line(4), " 3 |"), "%s",
              panel_line(4));
    cr_expect(strstr(panel_line(5), "| twice ") && strstr(panel_line(5), " 2 |"), "%s",
              panel_line(5));
    cr_expect(strstr(panel_line(6), "| others ") && strstr(panel_line(6), " 2 |"), "%s",
              panel_line(6));
}

Test(flaky_panel, a_source_that_is_not_there_is_none_that_has_not_answered)
{
    struct { /* as they stand in struct flaky */
        const char *source;
        double warn;
        int64_t least;
        int show;
    } options = { "githbu", 0.08, 1, 0 };

    fake_text(fake_add(DX_QUERY_SOURCES), DX_FIELD_SOURCE, "github");
    cr_assert(instance_open(&in, &dx_panel_flaky, "", &options, sizeof(options)));
    panel_update();
    cr_expect_str_eq(in.empty, "There is no source \"githbu\"; there is github.");
    instance_close(&in);
    options.source = "github";
    cr_assert(instance_open(&in, &dx_panel_flaky, "", &options, sizeof(options)));
    panel_update();
    cr_expect_str_eq(in.empty, "No source of runs has answered yet.");
}
