/* The Azure DevOps face of the simulated company, without sockets. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "azure_company.h"
#include "core/time.h"
#include "sim/exchange.h"
#include "sim/noise.h"
#include "sim/sim.h"

static const int64_t T = 1795530727000; /* 2026-11-24T14:32:07Z, a Tuesday */
enum { IDS = 20000, REPOS = 60 };

static struct company_answer got;
static long long ids[IDS];
static size_t id_count, builds, jobs;

static json_t *ask(const char *path)
{
    json_error_t why;
    json_t *json;

    got = azure_company_ask("/azure", path, T);
    json = json_loadb(got.body, got.len, 0, &why);
    cr_assert(json, "%s: %d %s", path, got.status, why.text);
    cr_assert_eq(got.status, 200, "%s: %d", path, got.status);
    return json;
}

static const char *token(void)
{
    static char out[64];
    const char *at = strstr(got.head, "x-ms-continuationtoken: ");

    snprintf(out, sizeof(out), "%.*s", at ? (int)strcspn(at + 24, "\n") : 0, at ? at + 24 : "");
    return out;
}

static void add_ids(json_t *all)
{
    json_t *list = json_object_get(all, "value"), *item;
    size_t i;

    cr_assert_eq(json_integer_value(json_object_get(all, "count")), json_array_size(list));
    json_array_foreach (list, i, item) {
        cr_assert_lt(id_count, IDS);
        ids[id_count++] = json_integer_value(json_object_get(item, "id"));
    }
    json_decref(all);
}

/* Follow the tokens, in small pages. */
static void add_pages(const char *project, const char *filter)
{
    char path[400], next[64] = "";

    do {
        snprintf(path, sizeof(path), "/%s/_apis/build/builds?$top=7&%s%s%s", project, filter,
                 *next ? "&continuationToken=" : "", next);
        add_ids(ask(path));
        snprintf(next, sizeof(next), "%s", token());
    } while (*next);
}

static int by_id(const void *a, const void *b)
{
    long long one = *(const long long *)a, other = *(const long long *)b;

    return (one > other) - (one < other);
}

static void count_build(const struct true_run *run, void *self)
{
    (void)self;
    builds += run->done;
}

static void count_job(const struct true_run *run, const struct true_job *job, void *self)
{
    (void)run;
    (void)job;
    (void)self;
    jobs++;
}

static const char *const projects[] = { "Desktop", "billing", "Fabrikam%20Fiber" };
static const char *const orders[] = { "queueTimeDescending", "startTimeDescending",
                                      "finishTimeDescending" };

Test(sim_azure, lists_every_completed_build_once_in_any_order)
{
    azure_company_start(7, REPOS, T, 8 * DAY_MS);
    azure_company_truth(0, T, count_build, count_job, NULL);
    cr_expect_gt(builds, 100);
    for (size_t o = 0; o < 3; o++) {
        char filter[80];

        id_count = 0;
        snprintf(filter, sizeof(filter), "statusFilter=completed&queryOrder=%s", orders[o]);
        for (size_t p = 0; p < 3; p++)
            add_pages(projects[p], filter);
        cr_expect_eq(id_count, builds, "%s: %zu of %zu", orders[o], id_count, builds);
        qsort(ids, id_count, sizeof(ids[0]), by_id);
        for (size_t i = 1; i < id_count; i++)
            cr_expect_neq(ids[i], ids[i - 1]);
    }
    azure_company_stop();
}

static size_t count_jobs(const json_t *records)
{
    const json_t *item;
    size_t i, n = 0;

    json_array_foreach (json_object_get(records, "records"), i, item)
        n += strcmp(json_string_value(json_object_get(item, "type")), "Job") == 0;
    return n;
}

static void add_job(const struct true_run *run, const struct true_job *job, void *self)
{
    (void)run;
    *(size_t *)self += job->attempt == 1;
}

static void no_run(const struct true_run *run, void *self)
{
    (void)run;
    (void)self;
}

/* A timeline has each job once, in its newest attempt: as many as the first had. */
Test(sim_azure, a_timeline_has_every_job_of_a_build)
{
    size_t there = 0, first = 0;

    azure_company_start(7, REPOS, T, 8 * DAY_MS);
    azure_company_truth(0, T, no_run, add_job, &first);
    for (size_t p = 0; p < 3; p++) {
        id_count = 0;
        add_pages(projects[p], "queryOrder=queueTimeDescending");
        for (size_t i = 0; i < id_count; i++) {
            char path[200];
            json_t *timeline;

            snprintf(path, sizeof(path), "/%s/_apis/build/builds/%lld/timeline", projects[p],
                     ids[i]);
            timeline = ask(path);
            there += count_jobs(timeline);
            json_decref(timeline);
        }
    }
    cr_expect_gt(first, 300);
    cr_expect_eq(there, first, "%zu of %zu", there, first);
    azure_company_stop();
}

Test(sim_azure, times_bound_the_order_that_was_asked_for)
{
    size_t all, before;

    azure_company_start(7, REPOS, T, 8 * DAY_MS);
    id_count = 0;
    add_pages("Desktop", "queryOrder=queueTimeDescending");
    all = id_count;
    id_count = 0;
    add_pages("Desktop", "queryOrder=queueTimeDescending&maxTime=2026-11-22T00:00:00Z");
    before = id_count;
    cr_expect_gt(before, 0);
    add_pages("Desktop", "queryOrder=queueTimeDescending&minTime=2026-11-22T00:00:00.001Z");
    cr_expect_eq(id_count, all);
    cr_expect_gt(all, before);
    azure_company_stop();
}

static const struct {
    const char *path;
    int status;
    const char *words;
} errors[] = {
    { "/Nowhere/_apis/build/builds", 404, "TF200016" },
    { "/Desktop/_apis/build/builds/1", 404, "could not be found" },
    { "/Desktop/_apis/build/buildings", 404, "controller" },
    { "/_apis/projects?api-version=9.0", 400, "this server supports is 7.1." },
    { "/_apis/distributedtask/pools/77/agents", 404, "VS800034" },
};

Test(sim_azure, says_no_as_the_server_does)
{
    azure_company_start(7, 20, T, 8 * DAY_MS);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        got = azure_company_ask("/azure", errors[i].path, T);
        cr_expect_eq(got.status, errors[i].status, "%s: %d", errors[i].path, got.status);
        cr_expect(strstr(got.body, errors[i].words), "%s: %s", errors[i].path, got.body);
    }
    azure_company_stop();
}

Test(sim_azure, who_has_no_token_gets_a_page_with_203)
{
    static struct sim sim;
    struct exchange x;

    exchange_init(&x, &sim, "GET", "/azure/_apis/projects");
    cr_expect_not(faces_open(&x));
    faces_refuse(&x);
    cr_expect_eq(x.status, 203);
    cr_expect(strstr(x.body.bytes, "Sign In"));
    cr_expect_eq(strncmp(x.content_type, "text/html", 9), 0);
    exchange_done(&x);
}

/* Headers from a half of it on, Retry-After with good answers, then 429. */
Test(sim_azure, a_limit_in_tstu_slows_before_it_refuses)
{
    static struct sim sim = { .start_ms = 1795530727000,
                              .public_url = "",
                              .options = { 4, 1795530727000, DAY_MS },
                              .rate = { .limit = 5000 } };
    int warned = 0, slowed = 0, n = 0, status = 200;

    while (status == 200 && n < 20000) {
        struct exchange x;

        exchange_init(&x, &sim, "GET", "/azure/_apis/projects");
        x.now_ms = T;
        faces_answer(&x);
        status = x.status;
        n++;
        for (size_t i = 0; i < x.header_count; i++) {
            warned +=
                warned == 0 && strcmp(x.headers[i].name, "X-RateLimit-Remaining") == 0 ? n : 0;
            slowed += slowed == 0 && strcmp(x.headers[i].name, "Retry-After") == 0 ? n : 0;
        }
        exchange_done(&x);
    }
    cr_expect_eq(status, 429);
    cr_expect_eq(n, 10000, "%d", n);
    cr_expect(0 < warned && warned < slowed && slowed < n, "%d %d", warned, slowed);
    company_free(sim.company);
}
