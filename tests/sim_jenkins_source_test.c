/* The Jenkins of the simulated company as the source of dxtop sees it: whatever way is
 * taken, each run and job comes once, as the truth has it. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "jenkins_kit.h"
#include "core/time.h"
#include "sim/jenkins.h"
#include "sim/noise.h"
#include "sim_kit.h"

static char head_text[2000];

static struct kit_answer serve(void *self, const char *path, int64_t now_ms)
{
    char url[4000];

    (void)self;
    now = now_ms;
    snprintf(url, sizeof(url), "/jenkins%s", path);
    sim_get(url);
    head_text[0] = '\0';
    for (size_t i = 0; i < got.header_count; i++)
        if (strcmp(got.headers[i].name, "X-Jenkins") == 0)
            snprintf(head_text, sizeof(head_text), "x-jenkins: %s\n", got.headers[i].value);
    return (struct kit_answer){ got.status, got.body.bytes, head_text, got.body.len };
}

static int64_t time_of(const json_t *json, const char *name)
{
    const char *text = text_of(json, name);

    return *text ? time_parse(text, strlen(text)) : 0;
}

/* What both know of a run; the id is not among it. */
static json_t *runs_by_number(const struct jenkins_kit *kit)
{
    json_t *out = json_object(), *run;
    const char *key;

    json_object_foreach (kit->runs, key, run) {
        char name[500];

        snprintf(name, sizeof(name), "%s %s %s %s %" PRId64, text_of(run, "project"),
                 text_of(run, "pipeline"), text_of(run, "sha"), text_of(run, "number"),
                 int_of(run, "created") / 1000);
        cr_expect_null(json_object_get(out, name), "%s twice", name);
        (void)json_object_set(out, name, run);
    }
    return out;
}

/* In a multibranch project there is one only. */
static const char *pipeline_of(const json_t *json)
{
    const char *project = text_of(json, "project"), *name = strchr(project, '/');
    char owner[100];
    const struct company_repo *repo;

    cr_assert(name);
    snprintf(owner, sizeof(owner), "%.*s", (int)(name - project), project);
    repo = company_repo_named(sim.company, COMPANY_JENKINS, owner, name + 1);
    cr_assert(repo, "%s", project);
    return jenkins_is_multibranch(repo) ? "" : text_of(json, "pipeline");
}

static size_t expect_runs(const struct jenkins_kit *kit)
{
    json_t *have = runs_by_number(kit), *json;
    char *text = sim_truth("run");
    const char *line = text;
    size_t n = 0;

    while ((json = sim_next_truth(&line)) != NULL) {
        bool done = strcmp(text_of(json, "phase"), "done") == 0;
        const json_t *run;
        char name[500];

        snprintf(name, sizeof(name), "%s %s %s %" PRId64 " %" PRId64, text_of(json, "project"),
                 pipeline_of(json), text_of(json, "sha"), int_of(json, "number"),
                 time_of(json, "created") / 1000);
        run = json_object_get(have, name);
        if (json_is_string(json_object_get(json, "released")) &&
            time_of(json, "released") >= now - kit->history_ms) {
            n++;
            cr_assert(run, "%s is missing", name);
            cr_expect_eq(int_of(run, "created") / 1000, time_of(json, "created") / 1000, "%s",
                         name);
            cr_expect_eq(json_is_true(json_object_get(run, "protected")),
                         json_is_true(json_object_get(json, "protected")));
        }
        if (run && done) {
            cr_expect_eq(int_of(run, "finished") / 1000, time_of(json, "finished") / 1000);
            cr_expect_eq(int_of(run, "result") == (int)DX_RESULT_SUCCESS,
                         strcmp(text_of(json, "result"), "success") == 0);
            cr_expect_eq(int_of(run, "result") == (int)DX_RESULT_FAILURE,
                         strcmp(text_of(json, "result"), "failure") == 0, "%s", name);
        }
        json_decref(json);
    }
    free(text);
    json_decref(have);
    return n;
}

struct sums { /* of jobs that ended */
    size_t jobs, good, failed, cancelled, skipped, never;
    int64_t queued_s, queued_n, duration_s;
    json_t *pools;
};

static void add_to_pool(struct sums *s, const char *pool)
{
    (void)json_object_set_new(s->pools, pool, json_integer(int_of(s->pools, pool) + 1));
}

static struct sums sums_of_kit(const struct jenkins_kit *kit)
{
    struct sums s = { .pools = json_object() };
    const char *key;
    json_t *job;

    json_object_foreach (kit->jobs, key, job) {
        enum dx_result result = (enum dx_result)int_of(job, "result");

        if (strstr(key, "\nqueue/") || int_of(job, "phase") != (int)DX_PHASE_DONE)
            continue;
        s.jobs++;
        s.good += result == DX_RESULT_SUCCESS;
        s.failed += result == DX_RESULT_FAILURE;
        s.cancelled += result == DX_RESULT_CANCELLED;
        s.skipped += result == DX_RESULT_SKIPPED;
        if (result == DX_RESULT_FAILURE)
            s.never += json_is_true(json_object_get(job, "never"));
        if (int_of(job, "started") == 0)
            continue;
        add_to_pool(&s, text_of(job, "pool"));
        s.queued_n += int_of(job, "queued") >= 0;
        s.queued_s += int_of(job, "queued") / 1000;
        s.duration_s += int_of(job, "duration") / 1000;
    }
    return s;
}

static struct sums sums_of_truth(void)
{
    struct sums s = { .pools = json_object() };
    char *text = sim_truth("job");
    const char *line = text;
    json_t *json;

    while ((json = sim_next_truth(&line)) != NULL) {
        const char *result = text_of(json, "result");
        char id[32];

        snprintf(id, sizeof(id), "%" PRId64, int_of(json, "run_id"));
        if (strcmp(text_of(json, "phase"), "done") == 0) {
            s.jobs++;
            s.good += strcmp(result, "success") == 0;
            s.failed += strcmp(result, "failure") == 0;
            s.cancelled += strcmp(result, "cancelled") == 0;
            s.skipped += strcmp(result, "skipped") == 0;
            s.never += json_is_true(json_object_get(json, "never_started"));
        }
        if (strcmp(text_of(json, "phase"), "done") == 0 && time_of(json, "started") > 0) {
            add_to_pool(&s, text_of(json, "pool"));
            s.queued_n++;
            s.queued_s += (int64_t)json_real_value(json_object_get(json, "queued_s"));
            s.duration_s += (int64_t)json_real_value(json_object_get(json, "duration_s"));
        }
        json_decref(json);
    }
    free(text);
    return s;
}

static void expect_jobs(const struct jenkins_kit *kit)
{
    struct sums have = sums_of_kit(kit), want = sums_of_truth();

    cr_expect_gt(want.jobs, 300);
    cr_expect_eq(have.jobs, want.jobs, "%zu %zu", have.jobs, want.jobs);
    cr_expect_eq(have.good, want.good, "%zu %zu", have.good, want.good);
    cr_expect_eq(have.failed, want.failed, "%zu %zu", have.failed, want.failed);
    cr_expect_eq(have.cancelled, want.cancelled, "%zu %zu", have.cancelled, want.cancelled);
    cr_expect_eq(have.skipped, want.skipped, "%zu %zu", have.skipped, want.skipped);
    cr_expect_eq(have.never, want.never, "%zu %zu", have.never, want.never);
    cr_expect_eq(have.queued_n, want.queued_n);
    cr_expect_eq(have.queued_s, want.queued_s);
    cr_expect_eq(have.duration_s, want.duration_s);
    cr_expect(json_equal(have.pools, want.pools), "%s\n%s", json_dumps(have.pools, 0),
              json_dumps(want.pools, 0));
    json_decref(have.pools);
    json_decref(want.pools);
}

Test(sim_jenkins, the_source_sees_the_truth, .timeout = 240)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct jenkins_kit kit = { .server = serve, .history_ms = 30 * DAY_MS };

        sim_start(seed);
        kit_start(&kit);
        kit_poll_all(&kit, T);
        cr_expect_gt(expect_runs(&kit), 100);
        expect_jobs(&kit);
        cr_expect_str_eq(kit.notes, "");
        kit_stop(&kit);
        sim_stop();
    }
}

/* The polls end in the middle, time goes on, and builds begin and end meanwhile. */
Test(sim_jenkins, the_source_sees_the_truth_after_polls_that_were_cut, .timeout = 240)
{
    struct jenkins_kit kit = { .server = serve, .history_ms = 30 * DAY_MS, .most = 150 };
    int64_t at = T - 6 * HOUR_MS;

    sim_start(4);
    kit_start(&kit);
    for (int i = 0; i < 36; i++, at += 10 * MINUTE_MS)
        cr_assert(kit_poll_once(&kit, at));
    kit.most = 0;
    kit_poll_all(&kit, at);
    cr_expect_gt(expect_runs(&kit), 100);
    expect_jobs(&kit);
    kit_stop(&kit);
    sim_stop();
}
