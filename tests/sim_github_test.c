/* The face of GitHub without sockets: its runs, jobs, logs and limits. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/company.h"
#include "sim/noise.h"
#include "sim_ci_kit.h"

TestSuite(sim_github, .timeout = 60);

static void each_repository(void (*visit)(const char *name, void *self), void *self)
{
    char names[64][80];
    int count = 0;
    json_t *item;
    size_t i;

    for (sim_get("/api/v3/orgs/acme/repos?per_page=7");; sim_get(sim_next_page())) {
        json_t *list = sim_body();

        json_array_foreach (list, i, item)
            snprintf(names[count++], 80, "%s",
                     json_string_value(json_object_get(item, "full_name")));
        json_decref(list);
        if (!*sim_next_page())
            break;
    }
    for (int n = 0; n < count; n++)
        visit(names[n], self);
}

struct found {
    struct ids runs, jobs;
};

static void visit_repository(const char *name, void *self)
{
    struct found *found = self;
    size_t first = found->runs.count;
    char url[200];

    snprintf(url, sizeof(url), "/api/v3/repos/%s/actions/runs?per_page=100", name);
    ids_add_pages(&found->runs, url, "workflow_runs");
    for (size_t i = first; i < found->runs.count; i++) {
        snprintf(url, sizeof(url), "/api/v3/repos/%s/actions/runs/%lld/jobs?filter=all&per_page=4",
                 name, (long long)found->runs.ids[i]);
        ids_add_pages(&found->jobs, url, "jobs");
    }
}

Test(sim_github, lists_every_run_and_job_once)
{
    struct found found = { 0 };
    struct ids runs = { 0 }, jobs = { 0 };

    sim_ci_start(0, 12);
    sim.options.history_ms = 8 * DAY_MS;
    each_repository(visit_repository, &found);
    ids_add_truth(&runs, "run", "github", "run_id");
    ids_add_truth(&jobs, "job", "github", "job_id");
    ids_expect_same(&found.runs, &runs, "runs");
    ids_expect_same(&found.jobs, &jobs, "jobs");
    sim_stop();
}

static char first_repository[80];

static void keep_first(const char *name, void *self)
{
    (void)self;
    if (!*first_repository)
        snprintf(first_repository, sizeof(first_repository), "%s", name);
}

static const char *runs_url(const char *more)
{
    static char url[300];

    first_repository[0] = '\0';
    each_repository(keep_first, NULL);
    snprintf(url, sizeof(url), "/api/v3/repos/%s/actions/runs%s", first_repository, more);
    return url;
}

Test(sim_github, no_run_is_lost_while_the_list_moves)
{
    struct ids before = { 0 }, during = { 0 };
    json_t *item;
    size_t i, at = 0;

    sim_ci_start(0, 20);
    ids_add_pages(&before, runs_url("?per_page=100"), "workflow_runs");
    for (sim_get(runs_url("?per_page=5"));; sim_get(sim_next_page())) {
        json_t *all = sim_body();

        json_array_foreach (json_object_get(all, "workflow_runs"), i, item)
            ids_add(&during, json_integer_value(json_object_get(item, "id")));
        json_decref(all);
        if (!*sim_next_page())
            break;
        now += 7 * MINUTE_MS;
    }
    qsort(before.ids, before.count, sizeof(int64_t), ids_by_value);
    qsort(during.ids, during.count, sizeof(int64_t), ids_by_value);
    cr_expect_gt(during.count, before.count, "and there were new ones");
    for (i = 0; i < before.count; i++) {
        while (at < during.count && during.ids[at] < before.ids[i])
            at++;
        cr_expect(at < during.count && during.ids[at] == before.ids[i]);
    }
    free(before.ids);
    free(during.ids);
    sim_stop();
}

Test(sim_github, a_304_is_free_and_a_200_is_not)
{
    char etag[64], url[300];

    sim_ci_start(5000, 20);
    snprintf(url, sizeof(url), "%s", runs_url("?per_page=3"));
    sim_get(url);
    int64_t used = sim.rate.used;
    snprintf(etag, sizeof(etag), "%s", sim_header("ETag"));
    cr_expect(strncmp(etag, "W/\"", 3) == 0);
    sim_tag = etag;
    sim_get(url);
    cr_expect_eq(got.status, 304);
    cr_expect_eq(got.body.len, 0);
    cr_expect_eq(sim.rate.used, used);
    cr_expect_str_eq(sim_header("ETag"), etag);
    sim_tag = "";
    sim_get(url);
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(sim_header("ETag"), etag, "it stays the same");
    cr_expect_eq(sim.rate.used, used + 1);
    cr_expect_eq(atoi(sim_header("X-RateLimit-Remaining")), 5000 - used - 1);
    sim_tag = etag;
    now += 12 * HOUR_MS;
    sim_get(url);
    cr_expect_eq(got.status, 200, "there is something new");
    cr_expect_eq(sim.rate.used, 1, "of the next hour");
    sim_tag = "";
    sim_stop();
}

Test(sim_github, the_limit_ends_with_its_hour)
{
    sim_ci_start(3, 20);
    for (int i = 0; i < 3; i++) {
        sim_get("/api/v3/orgs/acme/repos");
        cr_expect_eq(got.status, 200);
    }
    cr_expect_str_eq(sim_header("X-RateLimit-Remaining"), "0");
    sim_get("/api/v3/orgs/acme/repos");
    cr_expect_eq(got.status, 403);
    cr_expect_str_eq(sim_header("X-RateLimit-Remaining"), "0");
    cr_expect(strstr(got.body.bytes, "API rate limit exceeded"));
    sim_get("/api/v3/rate_limit");
    cr_expect_eq(got.status, 200, "to ask for it is free");
    now += HOUR_MS;
    sim_get("/api/v3/orgs/acme/repos");
    cr_expect_eq(got.status, 200);
    sim_stop();
}

Test(sim_github, filters_by_creation_branch_and_status)
{
    json_t *all, *item;
    size_t i;

    sim_ci_start(0, 20);
    sim_get(runs_url("?per_page=100&created=2026-11-10T00:00:00Z..2026-11-11T23:59:59Z"));
    all = sim_body();
    cr_expect_gt(json_integer_value(json_object_get(all, "total_count")), 3);
    json_array_foreach (json_object_get(all, "workflow_runs"), i, item)
        cr_expect(strncmp(json_string_value(json_object_get(item, "created_at")), "2026-11-1", 9) ==
                  0);
    json_decref(all);
    sim_get(runs_url("?per_page=100&created=%3E%3D2026-11-10&status=failure&branch=main"));
    all = sim_body();
    cr_expect_gt(json_array_size(json_object_get(all, "workflow_runs")), 0);
    json_array_foreach (json_object_get(all, "workflow_runs"), i, item) {
        cr_expect_str_eq(json_string_value(json_object_get(item, "conclusion")), "failure");
        cr_expect_str_eq(json_string_value(json_object_get(item, "head_branch")), "main");
        cr_expect_geq(strcmp(json_string_value(json_object_get(item, "created_at")), "2026-11-10"),
                      0);
    }
    json_decref(all);
    sim_stop();
}

Test(sim_github, a_filtered_list_ends_after_a_thousand)
{
    struct ids ids = { 0 };

    sim_ci_start(0, 1);
    sim.options.history_ms = 110 * DAY_MS;
    ids_add_pages(&ids, runs_url("?per_page=100&created=%3E2020-01-01"), "workflow_runs");
    cr_expect_eq(ids.count, 1000);
    free(ids.ids);
    ids = (struct ids){ 0 };
    ids_add_pages(&ids, runs_url("?per_page=100"), "workflow_runs");
    cr_expect_gt(ids.count, 1000, "%zu", ids.count);
    free(ids.ids);
    sim_stop();
}

/* A job of the first systems's with this property, by its id; NULL: none. */
static const struct company_job *find(bool (*is)(const struct company_job *job))
{
    const struct company *company = sim_company(&sim, now);

    for (size_t w = company->week_count; w-- > 0;)
        for (size_t i = 0; i < company->weeks[w]->job_count; i++) {
            const struct company_job *job = company->weeks[w]->jobs[i];

            if (job->attempt->run->pipeline->repo->system == COMPANY_GITHUB && !job->copy &&
                job->created_ms >= company->first_ms && is(job))
                return job;
        }
    return NULL;
}

static json_t *job_at(const struct company_job *job, int64_t at_ms, const char *more)
{
    const struct company_repo *repo = job->attempt->run->pipeline->repo;
    char url[200];

    now = at_ms;
    snprintf(url, sizeof(url), "/api/v3/repos/%s/%s/actions/jobs/%lld%s", repo->owner, repo->name,
             (long long)job->id, more);
    sim_get(url);
    return *more ? NULL : sim_body();
}

static bool waited(const struct company_job *job)
{
    return job->started_ms - job->ready_ms > 20000 && job->gate == GATE_NONE &&
           job->result == DX_RESULT_SUCCESS && !job->skewed;
}

Test(sim_github, a_job_goes_from_queued_to_done)
{
    const struct company_job *job;
    json_t *json;

    sim_ci_start(0, 50);
    job = find(waited);
    cr_assert(job);
    json = job_at(job, job->ready_ms + 5000, "");
    cr_expect_str_eq(text_of(json, "status"), "queued");
    cr_expect(json_is_null(json_object_get(json, "conclusion")));
    cr_expect_str_eq(text_of(json, "started_at"), text_of(json, "created_at"));
    cr_expect_eq(json_integer_value(json_object_get(json, "runner_id")), 0);
    cr_expect_eq(json_array_size(json_object_get(json, "steps")), 0);
    json_decref(json);
    json = job_at(job, (job->started_ms + job->finished_ms) / 2, "");
    cr_expect_str_eq(text_of(json, "status"), "in_progress");
    cr_expect_gt(strcmp(text_of(json, "started_at"), text_of(json, "created_at")), 0);
    cr_expect_gt(json_integer_value(json_object_get(json, "runner_id")), 0);
    cr_expect_str_eq(text_of(json_array_get(json_object_get(json, "steps"), 3), "status"),
                     "in_progress");
    json_decref(json);
    (void)job_at(job, (job->started_ms + job->finished_ms) / 2, "/logs");
    cr_expect_eq(got.status, 404, "its log is not there yet");
    json = job_at(job, job->finished_ms, "");
    cr_expect_str_eq(text_of(json, "status"), "completed");
    cr_expect_str_eq(text_of(json, "conclusion"), "success");
    json_decref(json);
    sim_stop();
}

static bool never_started(const struct company_job *job)
{
    return job->failure && !job->started_ms;
}

static bool timed_out(const struct company_job *job)
{
    return job->timed_out;
}

static void expect_annotation(const struct company_job *job, const char *text)
{
    const struct company_repo *repo = job->attempt->run->pipeline->repo;
    char url[200];

    now = job->finished_ms;
    snprintf(url, sizeof(url), "/api/v3/repos/%s/%s/check-runs/%lld/annotations", repo->owner,
             repo->name, (long long)job->id);
    sim_get(url);
    cr_expect(got.status == 200 && strstr(got.body.bytes, text), "%s", got.body.bytes);
}

Test(sim_github, tells_of_failures_as_it_does)
{
    const struct company_job *job;
    json_t *json;

    sim_ci_start(0, 50);
    job = find(never_started);
    cr_assert(job);
    json = job_at(job, job->finished_ms, "");
    cr_expect_str_eq(text_of(json, "conclusion"), "failure");
    cr_expect_eq(json_integer_value(json_object_get(json, "runner_id")), 0);
    cr_expect_eq(json_array_size(json_object_get(json, "steps")), 0);
    cr_expect_geq(job->finished_ms - job->ready_ms, 100 * MINUTE_MS);
    json_decref(json);
    expect_annotation(job, "was not acquired by Runner");
    job = find(timed_out);
    cr_assert(job);
    json = job_at(job, job->finished_ms, "");
    cr_expect_str_eq(text_of(json, "conclusion"), "cancelled");
    json_decref(json);
    expect_annotation(job, "exceeded the maximum execution time of 1h0m0s");
    sim_stop();
}

static bool logged(const struct company_job *job)
{
    return job->failure && job->started_ms && company_signal(job->failure, 0) == SIGNAL_LOG;
}

Test(sim_github, a_log_is_elsewhere_and_for_a_minute)
{
    const struct company_job *job;
    char url[300];

    sim_ci_start(0, 50);
    job = find(logged);
    cr_assert(job);
    (void)job_at(job, job->finished_ms, "/logs");
    cr_expect_eq(got.status, 302);
    snprintf(url, sizeof(url), "%s", sim_header("Location"));
    cr_assert(strncmp(url, "http://127.0.0.1:8080/logs/", 27) == 0, "%s", url);
    sim_get(url);
    cr_expect_eq(got.status, 200);
    cr_expect(strstr(got.body.bytes, job->failure->line), "%s", got.body.bytes);
    cr_expect(faces_open(&got), "nobody needs a token there");
    now += 61000;
    sim_get(url);
    cr_expect_eq(got.status, 403);
    now -= 61000;
    url[strlen(url) - 1] ^= 1;
    sim_get(url);
    cr_expect_eq(got.status, 403);
    sim_stop();
}

Test(sim_github, runners_are_the_organisations)
{
    int online = 0, busy = 0;
    json_t *all, *item;
    size_t i;

    sim_ci_start(0, 50);
    sim_get("/api/v3/orgs/acme/actions/runners?per_page=100");
    all = sim_body();
    json_array_foreach (json_object_get(all, "runners"), i, item) {
        online += strcmp(text_of(item, "status"), "online") == 0;
        busy += json_is_true(json_object_get(item, "busy"));
    }
    cr_expect_gt(busy, 0);
    cr_expect_gt(online, busy);
    cr_expect_gt((int)i, online, "the gpus are gone");
    json_decref(all);
    sim_stop();
}
