/* Key numbers are made in slices, and commits come in between, and what fails. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "derive_kit.h"
#include "store/internal.h"

static int64_t ahead_s; /* of the clocks' time; ours is found before the one of libc */

int clock_gettime(clockid_t id, struct timespec *ts)
{
    int status = (int)syscall(SYS_clock_gettime, id, ts);

    ts->tv_sec += ahead_s;
    return status;
}

enum { TICKETS = 300, TEXT = 100000 };

static const int64_t NOW = T0 + MINUTE;

static int64_t versions;

static void start(void)
{
    kit_init();
    derive_kpi_start("calendar: {zone: UTC, hours: {mon-fri: 09:00-17:00}}\n",
                     1U << DX_KIND_TICKET);
    srand48(11);
}

TestSuite(derive_kpi_slices, .init = start, .fini = derive_kpi_stop, .timeout = 120);

static bool chance(double share)
{
    return drand48() < share;
}

/* One of them, as it is now; the same number is the same ticket, later. */
static void add_random(struct batch *batch, int nth)
{
    static const char *const categories[] = { "", "runner", "access", "cache" };
    int rare = (int)(lrand48() % TICKETS);
    static struct ticket_sla due = { "x", DX_SLA_RUNNING, NOW + MINUTE, SLA_UNSAID, -1, 0 };
    struct ticket *t = batch_ticket(batch);

    t->key = arena_print(&batch->arena, "DX-%d", nth);
    if (chance(0.05)) {
        t->gone = true;
        t->moved = chance(0.3);
        return;
    }
    t->parts = TICKET_FIELDS | TICKET_RESPONSE | TICKET_SLAS;
    t->title = t->key;
    t->type = chance(0.3) ? "Incident" : "Request";
    t->category =
        chance(0.6) ? categories[lrand48() % 4] : arena_print(&batch->arena, "rare %d", rare);
    t->priority = (int)(lrand48() % 4);
    t->created_ms = T0 - lrand48() % 100 * DAY; /* some at the same time */
    t->updated_ms = T0 - HOUR + versions++;
    t->first_response_ms = chance(0.6) ? t->created_ms + lrand48() % 48 * HOUR : 0;
    t->state = chance(0.5) ? DX_TICKET_DONE : DX_TICKET_IN_PROGRESS;
    if (t->state == DX_TICKET_DONE && chance(0.8))
        t->resolved_ms = t->created_ms + (T0 - t->created_ms) / 1000 * (lrand48() % 1000);
    t->slas = &due;
    t->sla_count = chance(0.3);
}

static void add(char *out, const char *rows)
{
    cr_assert_lt(strlen(out) + strlen(rows), TEXT);
    (void)strcat(out, rows);
}

/* All that is made of tickets. */
static void numbers(char out[TEXT])
{
    out[0] = '\0';
    add(out, ROWS(kit.store, DX_QUERY_KPIS, NULL, NOW, DX_FIELD_KEY, DX_FIELD_VALUE, DX_FIELD_N,
                  DX_FIELD_BEFORE, DX_FIELD_N_BEFORE, DX_FIELD_STATE, DX_FIELD_TEXT));
    add(out, ROWS(kit.store, DX_QUERY_KPI_POINTS, DX_FILTER(.step_ms = DAY), NOW, DX_FIELD_KEY,
                  DX_FIELD_AT, DX_FIELD_VALUE, DX_FIELD_N));
    for (int i = 0; i < 2; i++)
        add(out,
            ROWS(kit.store, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = i ? "priority" : "category"),
                 NOW, DX_FIELD_NAME, DX_FIELD_OPEN, DX_FIELD_DUE, DX_FIELD_BREACHED,
                 DX_FIELD_OPENED, DX_FIELD_CLOSED, DX_FIELD_N, DX_FIELD_P50, DX_FIELD_RESPONSE_N,
                 DX_FIELD_RESTORE_N, DX_FIELD_RESTORE_P50, DX_FIELD_REPEATS));
    add(out, ROWS(kit.store, DX_QUERY_TICKET_DAYS, NULL, NOW, DX_FIELD_OPENED, DX_FIELD_CLOSED,
                  DX_FIELD_OPEN));
}

/* So many slices, and behind each of the first ones a commit that changes some tickets. */
static int in_slices(int changes)
{
    struct batch batch = { 0 };
    int slices = 0;

    for (bool more = true; more; slices++) {
        more = derive_slice(NOW);
        if (slices >= changes)
            continue;
        for (int i = 0; i < 4; i++)
            add_random(&batch, (int)(lrand48() % (TICKETS + 30)));
        kit_poll(0, NOW, &batch);
    }
    return slices;
}

static void fill(void)
{
    struct batch batch = { 0 };

    for (int i = 0; i < TICKETS; i++)
        add_random(&batch, i);
    kit_poll(0, T0, &batch);
}

static void expect_the_same_uncut(void)
{
    static char sliced[TEXT], whole[TEXT];

    numbers(sliced);
    derive_settle(NOW);
    numbers(whole);
    cr_expect(strcmp(sliced, whole) == 0, "in slices:\n%s\nuncut:\n%s", sliced, whole);
    cr_expect_null(strstr(whole, "no ticket was"), "%s", whole);
}

Test(derive_kpi_slices, in_slices_they_are_the_same)
{
    fill();
    deriver_slices(deriver, 0, 1);
    cr_expect_gt(in_slices(0), TICKETS);
    expect_the_same_uncut();
}

Test(derive_kpi_slices, what_changes_between_slices_is_in_them)
{
    fill();
    deriver_slices(deriver, 0, 1);
    cr_expect_gt(in_slices(TICKETS), TICKETS);
    expect_the_same_uncut();
}

/* As a back-fill does: more at a time than a slice reads again. */
Test(derive_kpi_slices, however_much_changes)
{
    struct batch batch = { 0 };

    fill();
    deriver_slices(deriver, 0, 10);
    for (int i = 0; i < 20; i++)
        cr_assert(derive_slice(NOW));
    for (int i = 0; i < TICKETS; i++)
        add_random(&batch, i);
    kit_poll(0, NOW, &batch);
    cr_expect_gt(in_slices(0), TICKETS / 10);
    expect_the_same_uncut();
}

/* They are not polled in the same moment, and not an hour apart. */
Test(derive_kpi_slices, sources_that_are_polled_together_share_a_pass)
{
    struct batch batch = { 0 };
    char before[200];

    fill();
    derive_slices(NOW);
    ahead_s += 10;      /* the last pass was some time ago */
    derive_slices(NOW); /* what came while it went on, on a slow machine */
    snprintf(before, sizeof(before), "%s", derive_kpi("open_tickets", NOW));
    ahead_s += 10;
    for (int i = 0; i < 3; i++) {
        for (int nth = 0; nth < 20; nth++)
            add_random(&batch, TICKETS + 20 * i + nth);
        kit_poll(0, NOW, &batch);
        derive_slices(NOW);
        cr_expect_str_eq(derive_kpi("open_tickets", NOW), before, "%d s after the first", i);
        ahead_s++;
    }
    derive_slices(NOW);
    cr_expect_str_neq(derive_kpi("open_tickets", NOW), before, "it came to no end");
    expect_the_same_uncut();
}

/* ---- midnight ---- */

static const int64_t MIDNIGHT = (T0 / DAY + 1) * DAY;

TestSuite(derive_midnight, .init = derive_start, .fini = derive_stop, .timeout = 120);

static void add_try(struct batch *batch, int pipeline, int nth, enum dx_result result)
{
    struct made m = { .pipeline = pipeline,
                      .id = 100 * pipeline + 2 * nth + (result == DX_RESULT_SUCCESS),
                      .attempt = 1,
                      .finished_ms = MIDNIGHT - (10 - nth) * HOUR +
                                     (result == DX_RESULT_SUCCESS ? 30 * MINUTE : 0),
                      .result = result,
                      .cause = result == DX_RESULT_SUCCESS ? DX_CAUSE_NONE : DX_CAUSE_TEST };

    m.started_ms = m.finished_ms - 10 * MINUTE;
    derive_add(batch, &m);
    batch->runs[batch->run_count - 1].sha = arena_print(&batch->arena, "sha%d", nth);
}

/* A job of each of these that failed and passed on six commits. */
static void poll_flaky(int from, int to)
{
    struct batch batch = { 0 };

    for (int pipeline = from; pipeline <= to; pipeline++) {
        for (int nth = 0; nth < 6; nth++) {
            add_try(&batch, pipeline, nth, DX_RESULT_FAILURE);
            add_try(&batch, pipeline, nth, DX_RESULT_SUCCESS);
        }
    }
    kit_poll(0, MIDNIGHT - 2 * MINUTE, &batch);
    derive_all(MIDNIGHT - MINUTE);
}

static void sql(const char *text)
{
    struct dx_error err = { 0 };

    cr_assert(store_exec(kit.store, text, &err), "%s", err.text);
}

static bool fail(void *self, struct store *store, const struct touched *touched, int64_t now_ms,
                 struct dx_error *err)
{
    (void)self;
    (void)store;
    (void)touched;
    (void)now_ms;
    return dx_fail(err, DX_FAULT_SYSTEM, "full");
}

/* What was to be done was begun, and undone. */
static void fail_slice(int64_t now_ms)
{
    struct dx_error err = { 0 };
    bool more;

    sql("CREATE TRIGGER held BEFORE INSERT ON dirty BEGIN SELECT RAISE(ABORT, 'full'); END");
    cr_assert_not(deriver_slice(deriver, kit.store, now_ms, &more, &err));
    sql("DROP TRIGGER held");
}

static int64_t count_of(const char *text)
{
    struct dx_error err = { 0 };
    int64_t n;

    cr_assert(store_ask(kit.store, text, &n, &err), "%s", err.text);
    return n;
}

/* What waited for the new day is made, though a commit asks for key numbers of the same minute
 * first. */
Test(derive_midnight, a_day_that_could_not_be_ended_at_once_is_ended_after_all)
{
    struct batch batch = { 0 };
    struct made late = { .pipeline = 5, .id = 900, .attempt = 1, .result = DX_RESULT_SUCCESS };

    poll_flaky(1, 2);
    fail_slice(MIDNIGHT);
    late.started_ms = late.finished_ms = MIDNIGHT;
    derive_add(&batch, &late);
    kit_poll(0, MIDNIGHT + 10 * SECOND, &batch);
    ahead_s += 5;
    derive_all(MIDNIGHT + 20 * SECOND);
    derive_all(MIDNIGHT + 2 * MINUTE);
    cr_expect_eq(count_of("SELECT coalesce(sum(n), 0) FROM flaky_day WHERE day ="
                          " (SELECT max(finished_ms) / 86400000 - 1 FROM run)"),
                 2);
}

/* What fails on a later day says nothing of those that are over. */
Test(derive_midnight, a_commit_that_fails_leaves_the_days_that_are_over_alone)
{
    struct dx_error err = { 0 };

    poll_flaky(1, 1);
    derive_all(MIDNIGHT + MINUTE);
    derive_all(MIDNIGHT + 60 * DAY);
    sql("DELETE FROM flaky_day");
    cr_assert_not(store_derive(kit.store, fail, NULL, MIDNIGHT + 60 * DAY, &err));
    derive_all(MIDNIGHT + 60 * DAY + MINUTE);
    cr_expect_eq(count_of("SELECT count(*) FROM flaky_day"), 0);
}

/* Nor does a clock that is set right by a minute. */
Test(derive_midnight, a_clock_that_is_set_back_on_the_same_day_leaves_them_alone)
{
    poll_flaky(1, 1);
    derive_all(MIDNIGHT + MINUTE);
    derive_all(MIDNIGHT + 60 * DAY + HOUR);
    sql("DELETE FROM flaky_day");
    derive_all(MIDNIGHT + 60 * DAY);
    cr_expect_eq(count_of("SELECT count(*) FROM flaky_day"), 0);
}

static const char flaky_then[] = "SELECT coalesce(sum(n), 0) FROM flaky_day WHERE day ="
                                 " (SELECT max(finished_ms) / 86400000 FROM run)";

/* What it had forgotten as too old is there again. */
Test(derive_midnight, a_clock_that_was_days_ahead_leaves_no_day_as_it_took_it_for)
{
    poll_flaky(1, 1);
    derive_all(MIDNIGHT + 20 * DAY);
    cr_assert_eq(count_of(flaky_then), 0);
    derive_all(MIDNIGHT + MINUTE);
    cr_expect_eq(count_of(flaky_then), 1);
}
