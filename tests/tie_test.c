/* What a ticket names, and how that stands; who names a thing. */
#include "config.h"

#include <string.h>

#include "../panels/tie.h"
#include "panel_kit.h"

static void start(void)
{
    panel_start();
    cr_assert(instance_open(&in, &lists, "", NULL, 0));
}

TestSuite(tie, .init = start, .fini = panel_stop);

static struct tie_named named[4];
static size_t count;
static char names[100];

static void update(const struct dx_view *view, struct dx_list *list)
{
    (void)list;
    count = tie_named(view, "t1", named, 4);
    (void)tie_names(view, "q1", names, sizeof(names));
}

/* With what was added to fake. */
static void read_ties(void)
{
    panel.update = update;
    panel_update();
}

static void names_a(enum dx_ref kind, const char *name)
{
    struct fake_row *row = fake_add(DX_QUERY_TICKET_REFS);

    fake_set(row, DX_FIELD_REF, kind);
    fake_text(row, DX_FIELD_NAME, name);
    fake_text(row, DX_FIELD_PROJECT, "acme/api");
    fake_text(row, DX_FIELD_PIPELINE, "test");
    fake_text(row, DX_FIELD_KEY, "x1");
}

#define EXPECT(is, what)                                                                           \
    do {                                                                                           \
        read_ties();                                                                               \
        cr_assert_eq(count, 1);                                                                    \
        cr_expect_str_eq(named[0].stand, what);                                                    \
        cr_expect_eq(named[0].role, is);                                                           \
    } while (0)

Test(tie, a_pool_where_jobs_wait_for_long_or_that_has_no_runner)
{
    struct fake_row *pool, *kpi;

    names_a(DX_REF_POOL, "linux-xl");
    EXPECT(DX_ROLE_DIM, "not used now");
    pool = fake_add(DX_QUERY_POOLS);
    EXPECT(DX_ROLE_DIM, "nobody knows what waits");
    fake_set(pool, DX_FIELD_WAITING, 0);
    EXPECT(DX_ROLE_DIM, "nothing waits");
    fake_set(pool, DX_FIELD_WAITING, 3);
    fake_set(pool, DX_FIELD_OLDEST, (double)NOW - 200e3);
    EXPECT(DX_ROLE_DIM, "3 wait, the oldest 3m 20s");
    fake_set(pool, DX_FIELD_OLDEST, (double)NOW - 400e3);
    EXPECT(DX_ROLE_WARN, "3 wait, the oldest 6m 40s");
    kpi = fake_add(DX_QUERY_KPIS);
    fake_set(kpi, DX_FIELD_TARGET, 180);
    EXPECT(DX_ROLE_BAD, "3 wait, the oldest 6m 40s");
    fake_set(kpi, DX_FIELD_TARGET, 600);
    EXPECT(DX_ROLE_DIM, "3 wait, the oldest 6m 40s");
    fake_set(pool, DX_FIELD_ONLINE, 0);
    EXPECT(DX_ROLE_WARN, "3 wait, the oldest 6m 40s, no runner online");
    fake_set(pool, DX_FIELD_ONLINE, 4);
    fake_set(pool, DX_FIELD_P95, 900e3);
    EXPECT(DX_ROLE_BAD, "3 wait, the oldest 6m 40s, p95 15m 00s");
}

Test(tie, a_pipeline_that_the_platform_fails)
{
    struct fake_row *row;

    names_a(DX_REF_PIPELINE, "test");
    EXPECT(DX_ROLE_DIM, "no run in 24 h");
    cr_expect_str_eq(named[0].name, "acme/api/test");
    row = fake_add(DX_QUERY_PIPELINES);
    fake_set(row, DX_FIELD_N, 40);
    fake_set(row, DX_FIELD_SUCCESS, 0.5);
    fake_set(row, DX_FIELD_PLATFORM, 1.);
    fake_text(row, DX_FIELD_STRIP, "coc");
    EXPECT(DX_ROLE_DIM, "50.0 % of 40 in 24 h, platform 100.0 %, the last run failed");
    fake_set(row, DX_FIELD_PLATFORM_LOW, 0.5);
    read_ties();
    cr_expect(strstr(named[0].stand, "platform 50.0–100.0 %"), "%s", named[0].stand);
    fake_set(row, DX_FIELD_PLATFORM_LOW, 0.95);
    fake_set(row, DX_FIELD_PLATFORM, 0.95); /* two: too few */
    fake_text(row, DX_FIELD_STRIP, "cpo");
    EXPECT(DX_ROLE_DIM, "50.0 % of 40 in 24 h, platform 95.0 %");
    fake_set(row, DX_FIELD_PLATFORM, 0.9);
    EXPECT(DX_ROLE_WARN, "50.0 % of 40 in 24 h, platform 90.0 %");
}

static void job_ends(enum dx_result result)
{
    fake_set(fake_add(DX_QUERY_JOBS), DX_FIELD_RESULT, result);
}

Test(tie, a_job_that_fails)
{
    struct fake_row *flaky;

    names_a(DX_REF_JOB, "jdk21");
    EXPECT(DX_ROLE_DIM, "not run lately");
    cr_expect_str_eq(named[0].name, "acme/api/test › jdk21");
    job_ends(DX_RESULT_CANCELLED);
    job_ends(DX_RESULT_FAILURE);
    EXPECT(DX_ROLE_WARN, "failed its only run");
    job_ends(DX_RESULT_SUCCESS);
    EXPECT(DX_ROLE_WARN, "failed 1 of its last 2 times, the last one too");
    flaky = fake_add(DX_QUERY_FLAKY);
    fake_set(flaky, DX_FIELD_LAST_SEEN, (double)NOW + 1.); /* the past is shown */
    fake_set(flaky, DX_FIELD_STATE, DX_FLAKY_FLAKY);
    fake_set(flaky, DX_FIELD_RATE, 0.18);
    fake_set(flaky, DX_FIELD_N, 61);
    EXPECT(DX_ROLE_WARN, "failed 1 of its last 2 times, the last one too");
    fake_set(flaky, DX_FIELD_LAST_SEEN, (double)NOW);
    EXPECT(DX_ROLE_WARN, "flaky 18 % of 61 commits");
    fake_set(flaky, DX_FIELD_STATE, DX_FLAKY_BROKEN);
    EXPECT(DX_ROLE_WARN, "fails every time");
}

Test(tie, a_job_that_passes_again)
{
    names_a(DX_REF_JOB, "jdk21");
    job_ends(DX_RESULT_SUCCESS);
    EXPECT(DX_ROLE_DIM, "passes");
    job_ends(DX_RESULT_FAILURE);
    EXPECT(DX_ROLE_DIM, "failed 1 of its last 2 times");
}

Test(tie, names_the_first_two_tickets)
{
    read_ties();
    cr_expect_str_eq(names, "");
    names_a(DX_REF_POOL, "DX-412");
    read_ties();
    cr_expect_str_eq(names, "DX-412");
    for (int i = 0; i < 3; i++)
        names_a(DX_REF_POOL, "DX-9");
    read_ties();
    cr_expect_str_eq(names, "DX-412, DX-9 +2");
}
