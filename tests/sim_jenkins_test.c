/* The Jenkins face of the simulated company, without sockets: all its answers together
 * are the truth. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/jenkins.h"
#include "sim/noise.h"
#include "sim_kit.h"

/* ---- the parameter tree ---- */

static const struct {
    const char *tree, *want;
} trees[] = {
    { "a", "{\"_class\":\"x\",\"a\":1}" },
    { "l[b]", "{\"_class\":\"x\",\"l\":[{\"b\":1},{\"b\":2},{\"b\":3}]}" },
    { "l[b]{1,2}", "{\"_class\":\"x\",\"l\":[{\"b\":2}]}" },
    { "l[b]{1,}", "{\"_class\":\"x\",\"l\":[{\"b\":2},{\"b\":3}]}" },
    { "l[b]{,1}", "{\"_class\":\"x\",\"l\":[{\"b\":1}]}" },
    { "l[b]{2}", "{\"_class\":\"x\",\"l\":[{\"b\":3}]}" },
    { "l[*]{0,1},a", "{\"_class\":\"x\",\"a\":1,\"l\":[{\"b\":1,\"c\":4}]}" },
    { "l", "{\"_class\":\"x\",\"l\":[{},{},{}]}" },
    { "nothing", "{\"_class\":\"x\"}" },
    { "l[b", NULL },
    { "l]", NULL },
    { "", NULL },
    { "a,", NULL },
    { "l[b]{0,1", NULL },
};

Test(sim_jenkins, only_what_the_tree_names_is_sent)
{
    for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
        json_t *json = json_loads("{\"_class\":\"x\",\"a\":1,\"d\":2,\"l\":[{\"b\":1,\"c\":4},"
                                  "{\"b\":2,\"c\":5},{\"b\":3}]}",
                                  0, NULL);
        struct arena arena = { 0 };
        struct tree *tree = tree_parse(&arena, trees[i].tree);
        char *text;

        cr_expect_eq(tree != NULL, trees[i].want != NULL, "%s", trees[i].tree);
        json = tree_keep(json, tree);
        text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS);
        if (tree)
            cr_expect_str_eq(text, trees[i].want, "%s: %s", trees[i].tree, text);
        free(text);
        json_decref(json);
        arena_free(&arena);
    }
}

/* ---- by itself ---- */

#define TREE                                                                                       \
    "/jenkins/api/"                                                                                \
    "json?tree=jobs%5Bname,url,jobs%5Bname,url,jobs%5Bname,url,lastBuild%5Bnumber%5D,"             \
    "jobs%5Bname,url,lastBuild%5Bnumber%5D%5D%5D%5D%5D"

struct totals {
    size_t jobs, builds, stages, done, good;
};

static const char *local(const json_t *item)
{
    return strstr(text_of(item, "url"), "/jenkins/");
}

static void count_stages(struct totals *t, const char *job, int64_t number)
{
    char url[1000];
    const json_t *stage;
    json_t *json;
    size_t i;

    snprintf(url, sizeof(url), "%s%" PRId64 "/wfapi/describe?fullStages=true", job, number);
    json = sim_json(url);
    json_array_foreach (json_object_get(json, "stages"), i, stage) {
        t->stages++;
        cr_expect_geq(int_of(stage, "durationMillis"), 0);
    }
    json_decref(json);
}

/* By pages of 40, which overlap by one. */
static void count_builds(struct totals *t, const char *job)
{
    int64_t last = INT64_MAX, from = 0;
    size_t on_page = 40;

    while (on_page == 40) {
        char url[1000];
        const json_t *build;
        json_t *json;
        size_t i;

        snprintf(url, sizeof(url),
                 "%sapi/json?tree=allBuilds%%5Bnumber,result,building%%5D%%7B%" PRId64 ",%" PRId64
                 "%%7D",
                 job, from, from + 40);
        json = sim_json(url);
        on_page = json_array_size(json_object_get(json, "allBuilds"));
        json_array_foreach (json_object_get(json, "allBuilds"), i, build) {
            cr_expect_null(json_object_get(build, "timestamp"));
            if (int_of(build, "number") >= last)
                continue;
            last = int_of(build, "number");
            t->builds++;
            t->done += json_is_false(json_object_get(build, "building"));
            t->good += strcmp(text_of(build, "result"), "SUCCESS") == 0;
            if (json_is_false(json_object_get(build, "building")))
                count_stages(t, job, last);
        }
        json_decref(json);
        from += 39;
    }
}

static void walk(struct totals *t, const json_t *jobs)
{
    const json_t *item;
    size_t i;

    json_array_foreach (jobs, i, item) {
        if (json_object_get(item, "jobs")) {
            walk(t, json_object_get(item, "jobs"));
            continue;
        }
        t->jobs++;
        count_builds(t, local(item));
    }
}

static struct totals totals_of_truth(void)
{
    struct totals t = { 0 };
    json_t *done = json_object(), *json;
    char *runs = sim_truth("run"), *jobs = sim_truth("job");
    const char *line = runs;
    char id[32];

    while ((json = sim_next_truth(&line)) != NULL) {
        /* what is held by its concurrency group is in the queue, and no build yet */
        t.builds += json_is_string(json_object_get(json, "released"));
        if (strcmp(text_of(json, "phase"), "done") == 0) {
            snprintf(id, sizeof(id), "%" PRId64, int_of(json, "run_id"));
            (void)json_object_set_new(done, id, json_true());
            t.done++;
            t.good += strcmp(text_of(json, "result"), "success") == 0;
        }
        json_decref(json);
    }
    line = jobs;
    while ((json = sim_next_truth(&line)) != NULL) {
        snprintf(id, sizeof(id), "%" PRId64, int_of(json, "run_id"));
        t.stages += json_object_get(done, id) != NULL;
        json_decref(json);
    }
    json_decref(done);
    free(runs);
    free(jobs);
    return t;
}

Test(sim_jenkins, all_requests_together_are_the_truth, .timeout = 120)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct totals have = { 0 }, want;
        json_t *tree;

        sim_start(seed);
        tree = sim_json(TREE);
        walk(&have, json_object_get(tree, "jobs"));
        json_decref(tree);
        want = totals_of_truth();
        cr_expect_gt(want.builds, 100);
        cr_expect_eq(have.builds, want.builds, "%zu %zu", have.builds, want.builds);
        cr_expect_eq(have.done, want.done, "%zu %zu", have.done, want.done);
        cr_expect_eq(have.good, want.good, "%zu %zu", have.good, want.good);
        cr_expect_eq(have.stages, want.stages, "%zu %zu", have.stages, want.stages);
        sim_stop();
    }
}

Test(sim_jenkins, the_queue_and_the_nodes_are_those_of_the_truth)
{
    size_t waiting = 0, queued = 0, busy = 0, want_busy = 0, i;
    json_t *queue, *nodes, *json;
    const json_t *item;
    const char *line;
    char *text;

    sim_start(2);
    for (int hour = 0; hour < 12; hour++, now += HOUR_MS) {
        queue = sim_json("/jenkins/queue/api/json");
        json_array_foreach (json_object_get(queue, "items"), i, item) {
            waiting += json_is_false(json_object_get(item, "blocked"));
        }
        json_decref(queue);
        nodes = sim_json("/jenkins/computer/api/json?tree=busyExecutors,totalExecutors");
        busy += (size_t)int_of(nodes, "busyExecutors");
        cr_expect_null(json_object_get(nodes, "computer"));
        json_decref(nodes);
        text = sim_truth("job");
        for (line = text; (json = sim_next_truth(&line)) != NULL; json_decref(json))
            queued += strcmp(text_of(json, "phase"), "queued") == 0;
        free(text);
        text = sim_truth("pool");
        for (line = text; (json = sim_next_truth(&line)) != NULL; json_decref(json))
            want_busy += (size_t)int_of(json, "busy");
        free(text);
    }
    cr_expect_gt(queued, 0);
    cr_expect_eq(waiting, queued, "%zu %zu", waiting, queued);
    cr_expect_eq(busy, want_busy);
    sim_stop();
}

Test(sim_jenkins, says_no_as_jenkins_does)
{
    static const char *const missing[] = {
        "/jenkins/job/nobody/api/json",
        "/jenkins/job/payments/job/x/api/json",
        "/jenkins/job/payments/job/x/1/api/json",
        "/jenkins/x",
        "/jenkins/job/",
    };

    sim_start(1);
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        sim_get(missing[i]);
        cr_expect_eq(got.status, 404, "%s", missing[i]);
        cr_expect(strstr(got.body.bytes, "<html>"));
        cr_expect_str_eq(got.headers[0].name, "X-Jenkins");
    }
    sim_get("/jenkins/api/json?tree=jobs%5B");
    cr_expect_eq(got.status, 400);
    exchange_done(&got);
    exchange_init(&got, &sim, "GET", "/jenkins/api/json");
    faces_refuse(&got);
    cr_expect_eq(got.status, 403, "anonymous");
    sim_stop();
}
