/* The polls of a gitlab source against a server in memory that changes meanwhile:
 * whatever happens, every run comes once, and whole. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/time.h"
#include "known_kit.h"
#include "source/gitlab.h"

static const int64_t NOW = 1795518000000, MINUTE = 60000, DAY = 86400000;

enum { MOST = 2000 };

/* ---- the server ---- */

static struct {
    int64_t id, updated_ms;
    int jobs;
    bool done, child, deleted, refused;
} pipelines[MOST];
static size_t count, requests;

static const char *projects[] = { "acme/web" };
static struct gitlab config = { .projects = { projects, 1 }, .group = "" };
static struct known_kit store;
static struct kit kit;

static size_t add(int64_t updated_ms, bool done)
{
    pipelines[count] = (__typeof__(pipelines[0])){
        .id = 1000 + (int64_t)count, .updated_ms = updated_ms, .jobs = 2, .done = done
    };
    return count++;
}

static void put_pipeline(struct buf *out, size_t i)
{
    char at[TIME_TEXT];

    buf_print(out, "{\"id\":%" PRId64 ",\"sha\":\"1f\",\"ref\":\"main\",\"status\":\"%s\"",
              pipelines[i].id, pipelines[i].done ? "success" : "running");
    time_format(at, pipelines[i].updated_ms);
    buf_print(out, ",\"created_at\":\"%s\",\"updated_at\":\"%s\",\"source\":\"%s\"}", at, at,
              pipelines[i].child ? "parent_pipeline" : "push");
}

static int newest_first(const void *a, const void *b)
{
    const size_t *one = a, *other = b;
    int64_t x = pipelines[*one].updated_ms, y = pipelines[*other].updated_ms;

    return x == y ? (*one < *other ? 1 : -1) : (x < y ? 1 : -1);
}

static int64_t behind(const char *path, const char *key, int64_t otherwise)
{
    const char *at = strstr(path, key);

    return at ? strtoll(at + strlen(key), NULL, 10) : otherwise;
}

static int64_t time_behind(const char *path, const char *key, int64_t otherwise)
{
    const char *at = strstr(path, key);
    char text[64];
    size_t n = 0;

    if (!at)
        return otherwise;
    for (at += strlen(key); *at && *at != '&'; at++)
        if (strncmp(at, "%3A", 3) == 0) {
            text[n++] = ':';
            at += 2;
        } else {
            text[n++] = *at;
        }
    cr_assert(time_parse(text, n) > 0, "%s", path);
    return time_parse(text, n);
}

/* Returns whether there is a next page. */
static bool put_list(struct buf *out, const char *path)
{
    int64_t from = time_behind(path, "updated_after=", 0);
    int64_t to = time_behind(path, "updated_before=", INT64_MAX);
    size_t size = (size_t)behind(path, "&per_page=", 20), page = (size_t)behind(path, "&page=", 1);
    size_t fit[MOST], n = 0, first = (page - 1) * size;

    for (size_t i = 0; i < count; i++)
        if (!pipelines[i].child && !pipelines[i].deleted && pipelines[i].updated_ms >= from &&
            pipelines[i].updated_ms <= to)
            fit[n++] = i;
    qsort(fit, n, sizeof(fit[0]), newest_first);
    for (size_t i = first; i < n && i < first + size; i++) {
        buf_text(out, i > first ? "," : "");
        put_pipeline(out, fit[i]);
    }
    return first + size < n;
}

static void put_jobs(struct buf *out, size_t i)
{
    for (int j = 0; j < pipelines[i].jobs; j++)
        buf_print(out, "%s{\"id\":%" PRId64 ",\"name\":\"j%d\",\"status\":\"success\"}",
                  j ? "," : "", pipelines[i].id * 10 + j, j);
}

static size_t at(int64_t id)
{
    cr_assert(id >= 1000 && id < 1000 + (int64_t)count);
    return (size_t)(id - 1000);
}

static bool answer(const struct plan_request *r)
{
    struct buf body;
    bool more = false, ok;
    int status = 200;
    char head[40];

    buf_init(&body, 1 << 20);
    requests++;
    switch ((enum gitlab_step)r->step) {
    case GITLAB_PROJECT:
        buf_text(&body, "{\"path_with_namespace\":\"acme/web\",\"default_branch\":\"main\"}");
        break;
    case GITLAB_PIPELINES:
    case GITLAB_FILL:
        buf_text(&body, "[");
        more = put_list(&body, r->path);
        buf_text(&body, "]");
        break;
    case GITLAB_PIPELINE:
        status = pipelines[at(r->detail)].deleted ? 404 : 200;
        status = pipelines[at(r->detail)].refused ? 403 : status;
        if (status == 200)
            put_pipeline(&body, at(r->detail));
        else
            buf_text(&body, "{\"message\":\"404 Not found\"}");
        break;
    case GITLAB_JOBS:
        buf_text(&body, "[");
        put_jobs(&body, at(r->detail));
        buf_text(&body, "]");
        break;
    default:
        buf_text(&body, "[]");
    }
    snprintf(head, sizeof(head), more ? "x-next-page: %d\n" : "x-next-page: \n",
             (int)behind(r->path, "&page=", 1) + 1);
    ok = kit_decode(&kit, &source_gitlab, &config,
                    (struct reply){ .step = r->step,
                                    .status = status,
                                    .detail = r->detail,
                                    .detail_text = r->detail_text,
                                    .head = head,
                                    .body = body.bytes });
    buf_done(&body);
    return ok;
}

/* One poll; it ends after so many requests, whatever is left. */
static size_t poll(int64_t now_ms, size_t most)
{
    size_t sent = 0;

    known_poll(&store, &kit, now_ms);
    kit.plan.every_ms = 30000;
    kit.plan.history_ms = 35 * DAY;
    source_gitlab.begin(&config, &kit.cursors, &kit.plan);
    for (struct plan_request *r; sent < most && (r = plan_take(&kit.plan)) != NULL; sent++)
        cr_assert(answer(r), "%s", kit.err.text);
    known_commit(&store, &kit);
    return sent;
}

static void poll_often(int64_t *now_ms, int times, size_t most)
{
    for (int i = 0; i < times; i++)
        poll(*now_ms += 30000, most);
}

static void expect_all(void)
{
    for (size_t i = 0; i < count; i++) {
        char id[24];
        size_t row, jobs = 0;

        snprintf(id, sizeof(id), "%" PRId64, pipelines[i].id);
        row = known_find(&store, "acme/web", id);
        cr_assert(row != SIZE_MAX, "run %s is missing", id);
        cr_expect(store.run[row].whole, "run %s has no jobs", id);
        cr_expect_eq(store.run[row].done, pipelines[i].done);
        for (size_t j = 0; j < store.job_count; j++)
            jobs += store.job[j].run == row;
        cr_expect_eq(jobs, (size_t)pipelines[i].jobs, "run %s: %zu", id, jobs);
    }
    cr_expect_eq(store.run_count, count);
}

/* ---- the cases ---- */

Test(gitlab_walk, fills_back_once_and_then_asks_for_one_page)
{
    int64_t now = NOW;

    for (int i = 0; i < 230; i++)
        add(NOW - (230 - i) * 10 * MINUTE, true);
    add(NOW - 36 * DAY, true);
    poll(now, SIZE_MAX);
    count--; /* it is older than the history */
    expect_all();
    cr_expect_eq(poll(now += 30000, SIZE_MAX), 1, "nothing happened");
    cr_expect_eq(requests, (size_t)(1 + 1 + 5 + 230 * 3 + 1), "%zu", requests);
    kit_done(&kit);
}

Test(gitlab_walk, a_poll_may_end_anywhere)
{
    for (size_t most = 5; most < 60; most += 9) {
        int64_t now = NOW;

        store = (struct known_kit){ 0 };
        count = 0;
        for (int i = 0; i < 130; i++)
            add(NOW - (130 - i) * MINUTE, true);
        poll_often(&now, 1000 / (int)most + 60, most);
        expect_all();
    }
    kit_done(&kit);
}

Test(gitlab_walk, runs_that_change_while_they_are_paged_come_once)
{
    int64_t now = NOW;

    for (int i = 0; i < 300; i++)
        add(NOW - (300 - i) * MINUTE, i % 7 != 0);
    for (int round = 0; round < 60; round++) {
        for (int k = 0; k < 5; k++) {
            size_t i = (size_t)(round * 37 + k * 61) % 300;

            pipelines[i].updated_ms = now + k;
            pipelines[i].done = true;
            pipelines[i].jobs = 3; /* it was retried */
        }
        poll_often(&now, 1, 70);
    }
    for (int i = 0; i < 300; i++)
        pipelines[i].done = true;
    poll_often(&now, 60, SIZE_MAX);
    expect_all();
    kit_done(&kit);
}

Test(gitlab_walk, what_an_outage_left_is_filled_before_the_history)
{
    int64_t now = NOW;

    for (int i = 0; i < 50; i++)
        add(NOW - (50 - i) * MINUTE, true);
    poll_often(&now, 3, SIZE_MAX);
    for (int i = 0; i < 260; i++)
        add(now + i * MINUTE, true);
    now += 261 * MINUTE;
    poll_often(&now, 1, 120);
    for (int i = 0; i < 130; i++) /* and again, before that hole was filled */
        add(now + i * MINUTE, true);
    now += 131 * MINUTE;
    poll_often(&now, 40, 120);
    expect_all();
    kit_done(&kit);
}

Test(gitlab_walk, more_than_a_page_of_the_same_millisecond)
{
    int64_t now = NOW;

    for (int i = 0; i < 20; i++)
        add(NOW - i * MINUTE, true);
    for (int i = 0; i < 90; i++)
        add(NOW - 60 * MINUTE, true);
    for (int i = 0; i < 20; i++)
        add(NOW - (70 + i) * MINUTE, true);
    poll_often(&now, 20, SIZE_MAX);
    expect_all();
    kit_done(&kit);
}

Test(gitlab_walk, an_open_run_is_asked_for_until_it_is_done)
{
    int64_t now = NOW;
    size_t i = add(NOW - MINUTE, false);

    for (int k = 0; k < 3; k++) {
        poll(now += 30000, SIZE_MAX);
        cr_expect_not(store.run[0].done);
    }
    pipelines[i].done = true; /* the list does not say so: its page may be older */
    cr_expect_eq(poll(now += 30000, SIZE_MAX), 4);
    cr_expect(store.run[0].done && store.run[0].whole);
    cr_expect_eq(poll(now += 30000, SIZE_MAX), 1);
    kit_done(&kit);
}

Test(gitlab_walk, a_run_that_was_deleted_is_gone_the_second_time)
{
    int64_t now = NOW;
    size_t i = add(NOW - MINUTE, false);

    poll(now, SIZE_MAX);
    for (int hidden = 1; hidden >= 0; hidden--) {
        pipelines[i].deleted = true;
        poll(now += 30000, SIZE_MAX);
        cr_expect_not(store.run[0].gone);
        pipelines[i].deleted = !hidden; /* it was out of sight for a while */
        poll(now += 30000, SIZE_MAX);
        cr_expect_eq(store.run[0].gone, !hidden);
    }
    cr_expect_eq(kit_keeps(&kit, "x:"), 0);
    cr_expect_eq(poll(now += 30000, SIZE_MAX), 1, "it is not asked for any more");
    kit_done(&kit);
}

/* It was done, and its jobs did not come before. */
Test(gitlab_walk, a_run_that_was_deleted_owes_no_jobs)
{
    int64_t now = NOW;
    size_t i = add(NOW - MINUTE, true);

    poll(now, SIZE_MAX);
    store.run[0].whole = false;
    pipelines[i].deleted = true;
    poll(now += 30000, SIZE_MAX);
    cr_expect_not(store.run[0].whole);
    poll(now += 30000, SIZE_MAX);
    cr_expect(store.run[0].whole);
    cr_expect_eq(poll(now += 30000, SIZE_MAX), 1, "it is not asked for any more");
    kit_done(&kit);
}

/* Its project's CI was switched off: nobody will say how it ended, but that may have been by
 * mistake. */
Test(gitlab_walk, a_run_that_is_refused_for_a_day_is_gone)
{
    int64_t now = NOW;
    size_t i = add(NOW - MINUTE, false);

    poll(now, SIZE_MAX);
    pipelines[i].refused = true;
    poll_often(&now, 3, SIZE_MAX);
    poll(now + DAY - 2 * MINUTE, SIZE_MAX);
    cr_expect_not(store.run[0].gone);
    pipelines[i].refused = false;
    poll(now += DAY, SIZE_MAX);
    cr_expect_not(store.run[0].gone);
    pipelines[i].refused = true;
    poll(now += MINUTE, SIZE_MAX);
    cr_expect_not(store.run[0].gone, "that day is over");
    poll(now + DAY, SIZE_MAX);
    cr_expect(store.run[0].gone);
    cr_expect_eq(kit_keeps(&kit, "x:"), 0);
    kit_done(&kit);
}

Test(gitlab_walk, an_empty_project_costs_one_request)
{
    int64_t now = NOW;

    poll(now, SIZE_MAX);
    cr_expect_eq(poll(now += 30000, SIZE_MAX), 1);
    add(now, true);
    poll(now += 30000, SIZE_MAX);
    expect_all();
    kit_done(&kit);
}
