#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive_kit.h"

/* What the collector derives, against the same numbers computed the plain way. */

enum { RUNS = 1500, POOLS = 3, PIPELINES = 4, PIECE = 97 };

static struct made made[RUNS];

static struct batch batch;
static const int64_t now_ms = T0;

TestSuite(derive, .init = derive_start, .fini = derive_stop, .timeout = 120);

static void make_all(unsigned seed)
{
    srand48(seed);
    for (int i = 0; i < RUNS; i++) {
        struct made *m = &made[i];
        double dice = drand48();

        *m = (struct made){ .pipeline = (int)(drand48() * PIPELINES),
                            .pool = (int)(drand48() * POOLS),
                            .attempt = 1,
                            .id = 1000 + i,
                            .queued_ms = (int64_t)(drand48() * drand48() * 600) * SECOND,
                            .result = dice < 0.7   ? DX_RESULT_SUCCESS
                                      : dice < 0.9 ? DX_RESULT_FAILURE
                                                   : DX_RESULT_CANCELLED,
                            .protected_branch = drand48() < 0.3 };
        m->started_ms = now_ms - (int64_t)(drand48() * 40 * (double)DAY);
        m->finished_ms = m->started_ms + MINUTE + (int64_t)(drand48() * 20) * MINUTE;
        if (m->result == DX_RESULT_FAILURE) {
            static const enum dx_cause causes[] = { DX_CAUSE_TEST, DX_CAUSE_PLATFORM,
                                                    DX_CAUSE_UNKNOWN };

            m->cause = causes[(int)(drand48() * 3)];
        }
        /* a rerun of the one before */
        if (i > 0 && drand48() < 0.1 && made[i - 1].attempt == 1) {
            m->attempt = 2;
            m->id = made[i - 1].id;
            m->pipeline = made[i - 1].pipeline;
            m->started_ms = made[i - 1].finished_ms + HOUR;
            m->finished_ms = m->started_ms + 5 * MINUTE;
        }
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double plain_quantile(double *value, int n, double p)
{
    double rank = p * (n - 1);
    int low = (int)rank;

    qsort(value, (size_t)n, sizeof(*value), by_value);
    if (n == 0)
        return (double)NAN;
    return low + 1 < n ? value[low] + (rank - low) * (value[low + 1] - value[low]) : value[low];
}

/* The moment of the numbers: the last whole minute. */
static int64_t at(void)
{
    return now_ms - now_ms % MINUTE;
}

static const char *plain_pool(int pool, int64_t window_ms)
{
    static char out[300];
    double value[RUNS];
    int n = 0;

    for (int i = 0; i < RUNS; i++)
        if (made[i].pool == pool && made[i].started_ms > at() - window_ms &&
            made[i].started_ms <= at())
            value[n++] = (double)made[i].queued_ms;
    snprintf(out, sizeof(out), "pool%d|%d|%g|%g|%g|%g\n", pool, n, plain_quantile(value, n, 0.5),
             plain_quantile(value, n, 0.9), plain_quantile(value, n, 0.95),
             plain_quantile(value, n, 0.99));
    return out;
}

/* An attempt that ended by the moment took the place of the first. */
static bool superseded(int i)
{
    return made[i].attempt == 1 && i + 1 < RUNS && made[i + 1].id == made[i].id &&
           made[i + 1].finished_ms <= at();
}

static const char *plain_pipeline(int pipeline, int64_t window_ms)
{
    static char out[300];
    int n = 0, ok = 0, platform = 0, unknown = 0, first = 0, first_ok = 0, left_out = 0;

    for (int i = 0; i < RUNS; i++) {
        const struct made *m = &made[i];
        bool counts = m->result != DX_RESULT_CANCELLED;

        if (m->pipeline != pipeline || m->finished_ms <= at() - window_ms || m->finished_ms > at())
            continue;
        if (m->attempt == 1 && counts) {
            first++;
            first_ok += m->result == DX_RESULT_SUCCESS;
        }
        if (superseded(i))
            continue;
        n += counts;
        left_out += !counts;
        ok += m->result == DX_RESULT_SUCCESS;
        platform += m->cause == DX_CAUSE_PLATFORM;
        unknown += m->cause == DX_CAUSE_UNKNOWN;
    }
    snprintf(out, sizeof(out), "acme/p%d|%d|%g|%d|%g|%d|%g|%g|%d|%d\n", pipeline, n, (double)ok / n,
             n - ok, (double)first_ok / first, first, 1. - (double)platform / n,
             1. - (double)(platform + unknown) / n, unknown, left_out);
    return out;
}

static void commit_all(void (*commit)(int source, int64_t now_ms, struct batch *batch))
{
    for (int i = 0; i < RUNS; i++) {
        int nth = (int)((int64_t)i * 611 % RUNS); /* in no order, each once */

        derive_add(&batch, &made[nth]);
        if (i % 5 == 0)
            derive_add(&batch, &made[(nth + 3) % RUNS]); /* and some come twice */
        if (i % PIECE == PIECE - 1)
            commit(0, now_ms, &batch);
    }
    commit(0, now_ms, &batch);
}

static void check_all(void)
{
    for (int w = 1; w < WINDOWS; w++) { /* an hour holds too few to divide by */
        char name[32];

        for (int i = 0; i < POOLS; i++) {
            snprintf(name, sizeof(name), "pool%d", i);
            cr_expect(strcmp(POOL_ROW(name, derive_windows[w]), plain_pool(i, derive_windows[w])) ==
                          0,
                      "window %d: have %s want %s", w, POOL_ROW(name, derive_windows[w]),
                      plain_pool(i, derive_windows[w]));
        }
        for (int i = 0; i < PIPELINES; i++) {
            snprintf(name, sizeof(name), "acme/p%d", i);
            cr_expect(strcmp(PIPELINE_ROW(name, derive_windows[w]),
                             plain_pipeline(i, derive_windows[w])) == 0,
                      "window %d: have %s want %s", w, PIPELINE_ROW(name, derive_windows[w]),
                      plain_pipeline(i, derive_windows[w]));
        }
    }
}

Test(derive, numbers_are_those_of_the_plain_way_whatever_the_order)
{
    for (unsigned seed = 1; seed <= 3; seed++) {
        make_all(seed);
        commit_all(kit_poll);
        check_all();
        derive_stop();
        derive_start();
    }
}

/* Every table that the slices fill is the one that commits filled. */
Test(derive, time_alone_gives_the_same_rows)
{
    make_all(4);
    store_on_derive(kit.store, NULL, NULL);
    commit_all(kit_poll);
    derive_slices(now_ms);
    check_all();
    cr_expect_eq(store_derived_at(kit.store), at());
    cr_expect_not(derive_slice(now_ms + SECOND), "the same minute again is nothing to do");
}

/* ---- history ---- */

/* Its commits only note what is to be done; that outlives the collector. */
Test(derive, what_history_changed_is_computed_after_a_restart_too)
{
    make_all(5);
    commit_all(kit_fill);
    cr_expect(derive_is_dirty());
    cr_expect_str_eq(PIPELINE_ROW("", DAY), "", "no commit of history computes anything");
    (void)derive_slice(now_ms);
    derive_again(SUCCESS_EXCLUDE_CANCELLED);
    derive_all(now_ms);
    check_all();
}

/* n of all days of all pipelines. */
static double days_n(void)
{
    struct reader reader = store_reader(kit.store);
    struct dx_error err = { 0 };
    double n = 0.;
    void *rows;

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    rows = reader.open(reader.self, DX_QUERY_PIPELINE_DAYS, DX_FILTER(.from_ms = now_ms - 60 * DAY),
                       now_ms);
    while (reader.ops->next(rows))
        n += (double)reader.ops->integer(rows, DX_FIELD_N);
    reader.ops->close(rows);
    store_end(kit.store);
    return n;
}

Test(derive, another_policy_counts_the_days_anew)
{
    double before;

    make_all(7);
    commit_all(kit_poll);
    derive_all(now_ms);
    before = days_n();
    cr_assert_gt(before, 0.);
    derive_again(SUCCESS_EXCLUDE_CANCELLED);
    derive_all(now_ms + MINUTE);
    cr_expect_eq(days_n(), before);
    derive_again(SUCCESS_STRICT); /* what was cancelled counts */
    derive_all(now_ms + 2 * MINUTE);
    cr_expect_gt(days_n(), before * 1.05, "%g after %g", days_n(), before);
}

Test(derive, a_poll_amid_history_is_on_the_screen_at_once)
{
    struct made m = { .id = 999999,
                      .attempt = 1,
                      .pipeline = 3,
                      .started_ms = now_ms - HOUR,
                      .finished_ms = now_ms - MINUTE,
                      .result = DX_RESULT_SUCCESS };

    make_all(6);
    commit_all(kit_fill);
    derive_add(&batch, &m);
    kit_poll(0, now_ms, &batch);
    cr_expect(strstr(PIPELINE_ROW("acme/p3", HOUR), "acme/p3|"), "%s",
              PIPELINE_ROW("acme/p3", HOUR));
    derive_settle(now_ms);
    cr_expect(!derive_is_dirty());
}

Test(derive, what_does_not_fit_into_a_commit_is_left_to_slices)
{
    make_all(7);
    deriver_room(deriver, 500, 500);
    commit_all(kit_poll);
    cr_expect(derive_is_dirty());
    derive_all(now_ms);
    check_all();
}

static bool is_plain_pool(int64_t window_ms)
{
    return strcmp(POOL_ROW("pool0", window_ms), plain_pool(0, window_ms)) == 0;
}

/* The last of the made runs, in pool0 and just now. */
static void poll_another(void)
{
    made[RUNS - 1].pool = 0;
    made[RUNS - 1].id = 5000;
    made[RUNS - 1].attempt = 1;
    made[RUNS - 1].queued_ms = HOUR;
    made[RUNS - 1].started_ms = at() - MINUTE;
    made[RUNS - 1].finished_ms = at() - SECOND;
    derive_add(&batch, &made[RUNS - 1]);
    kit_poll(0, now_ms, &batch);
}

Test(derive, long_windows_of_many_waits_are_left_to_the_minute)
{
    struct dx_error err = { 0 };

    make_all(8);
    made[RUNS - 1].started_ms = made[RUNS - 1].finished_ms = now_ms - 100 * DAY;
    commit_all(kit_poll);
    derive_all(now_ms);
    check_all();
    deriver_room(deriver, 200000, 50);
    poll_another();
    cr_expect(is_plain_pool(DAY), "%s, not %s", POOL_ROW("pool0", DAY), plain_pool(0, DAY));
    cr_expect_not(is_plain_pool(30 * DAY));
    derive_all(now_ms + MINUTE);
    cr_expect(is_plain_pool(30 * DAY));
    made[RUNS - 1].queued_ms = 2 * HOUR;
    poll_another();
    cr_assert(deriver_settle(deriver, kit.store, now_ms, &err), "%s", err.text);
    check_all();
}

static void add_waits(int from, int to, int64_t started_ms)
{
    for (int i = from; i < to; i++)
        derive_add(&batch, &(struct made){ .id = i,
                                           .attempt = 1,
                                           .started_ms = started_ms,
                                           .finished_ms = started_ms + MINUTE,
                                           .queued_ms = MINUTE,
                                           .result = DX_RESULT_SUCCESS });
    kit_fill(0, now_ms, &batch);
}

/* More waits than are looked at one by one: they are counted by days. */
Test(derive, a_day_that_comes_when_its_pool_is_about_to_be_made_is_in_it)
{
    const struct dirty day = { DIRTY_POOL_DAY, 1, (now_ms - 10 * DAY) / DAY };
    struct dx_error err = { 0 };
    bool waits = true;

    deriver_room(deriver, 0, 0);
    deriver_slices(deriver, 0, 1);
    add_waits(1, 10002, now_ms - 10 * DAY);
    for (int i = 0; waits && i < 1000; i++) {
        (void)derive_slice(now_ms);
        cr_assert(store_has_dirty(kit.store, &day, &waits, &err), "%s", err.text);
    }
    add_waits(20000, 20012, now_ms - 20 * DAY);
    derive_settle(now_ms);
    cr_expect(strstr(POOL_ROW("pool0", 30 * DAY), "|10013|"), "%s", POOL_ROW("pool0", 30 * DAY));
}

/* How many rows that end after `from` began until `to`, of those within the limits or,
 * with plain, of all. */
static int ends_between(enum dx_query query, int64_t from_ms, int64_t to_ms, bool plain)
{
    const int64_t span_ms = query == DX_QUERY_POOL_HOURS ? HOUR : DAY;
    struct reader reader = store_reader(kit.store);
    struct dx_error err = { 0 };
    int n = 0;
    void *rows;

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    rows = reader.open(reader.self, query, DX_FILTER(.from_ms = plain ? 0 : from_ms),
                       plain ? now_ms + 400 * DAY : to_ms);
    while (reader.ops->next(rows)) {
        int64_t at_ms = reader.ops->integer(rows, DX_FIELD_AT);

        n += !plain || (at_ms > from_ms && at_ms - span_ms <= to_ms);
    }
    reader.ops->close(rows);
    store_end(kit.store);
    return n;
}

Test(derive, hours_and_days_are_those_that_touch_the_span)
{
    static const enum dx_query queries[] = { DX_QUERY_POOL_HOURS, DX_QUERY_PIPELINE_DAYS };
    static const int64_t edges[] = { -1, 0, 1, 17 * MINUTE };
    const int64_t midnight_ms = now_ms / DAY * DAY - 20 * DAY;

    make_all(3);
    commit_all(kit_poll);
    for (size_t q = 0; q < 2; q++)
        for (size_t i = 0; i < 16; i++) {
            int64_t from_ms = midnight_ms + edges[i / 4],
                    to_ms = midnight_ms + 9 * DAY + edges[i % 4];
            int want = ends_between(queries[q], from_ms, to_ms, true);

            cr_assert_gt(want, 0);
            cr_expect_eq(ends_between(queries[q], from_ms, to_ms, false), want,
                         "query %zu, edges %zu", q, i);
        }
}

/* Every query can be asked: its SQL is right. */
Test(derive, all_queries_can_be_read)
{
    make_all(5);
    commit_all(kit_poll);
    for (int q = 0; q < DX_QUERY_COUNT; q++) {
        static const char *const keys[] = { "", "q1", "l1", "r1", "j1", "f1:1" };

        for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]); k++) {
            struct dx_error err = { 0 };
            struct reader reader = store_reader(kit.store);
            const struct dx_error *broken;

            cr_assert(store_begin(kit.store, &err));
            void *rows =
                reader.open(reader.self, (enum dx_query)q, DX_FILTER(.key = keys[k]), now_ms);

            while (reader.ops->next(rows))
                ;
            broken = reader.error(reader.self);
            cr_expect(!broken, "query %d, key \"%s\": %s", q, keys[k], broken ? broken->text : "");
            reader.ops->close(rows);
            store_end(kit.store);
        }
    }
}
