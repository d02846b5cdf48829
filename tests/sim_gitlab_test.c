/* The face of GitLab without sockets: its pipelines, jobs and limits. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"
#include "sim_ci_kit.h"

TestSuite(sim_gitlab, .timeout = 60);

static void each_project(struct ids *ids)
{
    ids_add_pages(ids, "/gitlab/api/v4/groups/acme/projects?include_subgroups=true&per_page=4", "");
}

Test(sim_gitlab, lists_every_pipeline_and_job_once)
{
    struct ids projects = { 0 }, pipelines = { 0 }, jobs = { 0 }, keyset = { 0 };
    struct ids true_runs = { 0 }, true_jobs = { 0 }, again = { 0 };
    char url[200];

    sim_ci_start(0, 20);
    sim.options.history_ms = 8 * DAY_MS;
    each_project(&projects);
    cr_expect_eq(projects.count, 6);
    for (size_t p = 0; p < projects.count; p++) {
        size_t first = pipelines.count;

        snprintf(url, sizeof(url), "/gitlab/api/v4/projects/%lld/pipelines?per_page=100",
                 (long long)projects.ids[p]);
        ids_add_pages(&pipelines, url, "");
        for (size_t i = first; i < pipelines.count; i++) {
            snprintf(url, sizeof(url),
                     "/gitlab/api/v4/projects/%lld/pipelines/%lld/jobs?include_retried=true",
                     (long long)projects.ids[p], (long long)pipelines.ids[i]);
            ids_add_pages(&jobs, url, "");
        }
        snprintf(url, sizeof(url),
                 "/api/v4/projects/%lld/jobs?pagination=keyset&order_by=id&per_page=100",
                 (long long)projects.ids[p]);
        ids_add_pages(&keyset, url, "");
    }
    ids_add_truth(&true_runs, "run", "gitlab", "run_id");
    ids_add_truth(&true_jobs, "job", "gitlab", "job_id");
    ids_add_truth(&again, "job", "gitlab", "job_id");
    ids_expect_same(&pipelines, &true_runs, "pipelines");
    ids_expect_same(&jobs, &true_jobs, "jobs");
    ids_expect_same(&keyset, &again, "jobs by keyset");
    free(projects.ids);
    sim_stop();
}

Test(sim_gitlab, a_project_goes_by_its_path_too)
{
    json_t *list, *project;
    char url[200];

    sim_ci_start(0, 20);
    sim_get("/gitlab/api/v4/projects");
    list = sim_body();
    /* The server has decoded the %2F. */
    snprintf(url, sizeof(url), "/gitlab/api/v4/projects/%s",
             text_of(json_array_get(list, 0), "path_with_namespace"));
    sim_get(url);
    project = sim_body();
    cr_expect(json_equal(project, json_array_get(list, 0)));
    json_decref(project);
    json_decref(list);
    sim_get("/gitlab/api/v4/projects/acme/platform/nothing/pipelines");
    cr_expect_eq(got.status, 404);
    cr_expect(strstr(got.body.bytes, "404 Project Not Found"));
    sim_stop();
}

Test(sim_gitlab, updated_after_finds_what_has_changed)
{
    struct ids projects = { 0 }, ids = { 0 };
    json_t *list, *item;
    char url[200];
    size_t i;

    sim_ci_start(0, 20);
    each_project(&projects);
    snprintf(url, sizeof(url),
             "/gitlab/api/v4/projects/%lld/pipelines?updated_after=2026-11-24T00:00:00Z"
             "&order_by=updated_at&per_page=100",
             (long long)projects.ids[0]);
    sim_get(url);
    list = sim_body();
    cr_expect_gt(json_array_size(list), 0);
    json_array_foreach (list, i, item) {
        cr_expect_geq(strcmp(text_of(item, "updated_at"), "2026-11-24"), 0);
        if (i > 0)
            cr_expect_leq(strcmp(text_of(item, "updated_at"),
                                 text_of(json_array_get(list, i - 1), "updated_at")),
                          0);
    }
    json_decref(list);
    snprintf(url, sizeof(url), "/gitlab/api/v4/projects/%lld/pipelines?pagination=keyset",
             (long long)projects.ids[0]);
    sim_get(url);
    cr_expect_eq(got.status, 405);
    free(projects.ids);
    free(ids.ids);
    sim_stop();
}

Test(sim_gitlab, the_last_page_names_no_next_one)
{
    sim_ci_start(0, 20);
    sim_get("/gitlab/api/v4/projects?per_page=4");
    cr_expect_str_eq(sim_header("X-Next-Page"), "2");
    cr_expect_str_eq(sim_header("X-Total"), "6");
    cr_expect_str_eq(sim_header("X-Total-Pages"), "2");
    sim_get(sim_next_page());
    cr_expect_str_eq(sim_header("X-Next-Page"), " ");
    cr_expect_str_eq(sim_header("X-Prev-Page"), "1");
    sim_stop();
}

Test(sim_gitlab, too_many_in_a_minute_are_too_many)
{
    sim_ci_start(5000, 2);
    sim_get("/gitlab/api/v4/version");
    cr_expect_str_eq(sim_header("RateLimit-Limit"), "", "it has none");
    sim.minute.limit = 20; /* that one counts */
    for (int i = 1; i < 20; i++)
        sim_get("/gitlab/api/v4/version");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(sim_header("RateLimit-Limit"), "20");
    cr_expect_str_eq(sim_header("RateLimit-Remaining"), "0");
    sim_get("/gitlab/api/v4/version");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(got.body.bytes, "Retry later\n");
    cr_expect_eq(atoi(sim_header("Retry-After")), 60 - 7 + 1, "minutes are those of the clock");
    now += (60 - 7) * 1000;
    sim_get("/gitlab/api/v4/version");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(sim_header("RateLimit-Remaining"), "19");
    sim_stop();
}
