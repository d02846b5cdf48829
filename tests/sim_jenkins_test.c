/* The Jenkins face of the simulated company, without sockets: by itself, and as the
 * source of dxtop sees it. Whatever way is taken, the totals are those of the truth. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "jenkins_kit.h"
#include "sim/jenkins.h"
#include "sim/noise.h"

static const int64_t T = 1795530727000; /* 2026-11-24T14:32:07Z, a Tuesday */
#define HISTORY (6 * DAY_MS)

static struct sim sim;
static struct exchange got;
static char path_text[4000], query_text[4000], head_text[2000];
static int64_t now;

static void start(uint64_t seed)
{
    sim = (struct sim){ .public_url = "https://sim.example" };
    sim.world.seed = seed;
    sim.clock = (struct clock){ 0 };
    sim.options = (struct company_options){ 30, T, HISTORY };
    now = T;
}

static void stop(void)
{
    exchange_done(&got);
    got = (struct exchange){ 0 };
    company_free(sim.company);
    sim.company = NULL;
}

static void decode(char *text)
{
    char *out = text;

    for (; *text; text++) {
        unsigned code;

        if (*text == '%' && sscanf(text + 1, "%2x", &code) == 1) {
            *out++ = (char)code;
            text += 2;
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static void get(const char *url)
{
    char *query;

    cr_assert_lt(strlen(url), sizeof(path_text));
    strcpy(path_text, url);
    exchange_done(&got);
    query = strchr(path_text, '?');
    strcpy(query_text, query ? query + 1 : "");
    if (query)
        *query = '\0';
    decode(path_text);
    exchange_init(&got, &sim, "GET", path_text);
    got.now_ms = now;
    exchange_add_parameters(&got, query_text);
    faces_answer(&got);
}

static json_t *json_of(const char *url)
{
    json_t *json;

    get(url);
    cr_assert_eq(got.status, 200, "%s: %d", url, got.status);
    json = json_loadb(got.body.bytes, got.body.len, 0, NULL);
    cr_assert(json, "%s", url);
    return json;
}

static const char *text_of(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));

    return text ? text : "";
}

static int64_t int_of(const json_t *json, const char *name)
{
    return json_integer_value(json_object_get(json, name));
}

/* Each line of the truth about the Jenkins part; NULL: no more. */
static json_t *next_truth(const char **line)
{
    while (*line && **line) {
        json_t *json = json_loads(*line, JSON_DISABLE_EOF_CHECK, NULL);
        const char *end = strchr(*line, '\n');

        *line = end ? end + 1 : NULL;
        if (strcmp(text_of(json, "system"), "jenkins") == 0)
            return json;
        json_decref(json);
    }
    return NULL;
}

static char *truth(const char *kind)
{
    char url[64];

    snprintf(url, sizeof(url), "/truth?kind=%s", kind);
    get(url);
    return strdup(got.body.bytes);
}

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
    json = json_of(url);
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
        json = json_of(url);
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
    char *runs = truth("run"), *jobs = truth("job");
    const char *line = runs;
    char id[32];

    while ((json = next_truth(&line)) != NULL) {
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
    while ((json = next_truth(&line)) != NULL) {
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

        start(seed);
        tree = json_of(TREE);
        walk(&have, json_object_get(tree, "jobs"));
        json_decref(tree);
        want = totals_of_truth();
        cr_expect_gt(want.builds, 100);
        cr_expect_eq(have.builds, want.builds, "%zu %zu", have.builds, want.builds);
        cr_expect_eq(have.done, want.done, "%zu %zu", have.done, want.done);
        cr_expect_eq(have.good, want.good, "%zu %zu", have.good, want.good);
        cr_expect_eq(have.stages, want.stages, "%zu %zu", have.stages, want.stages);
        stop();
    }
}

Test(sim_jenkins, the_queue_and_the_nodes_are_those_of_the_truth)
{
    size_t waiting = 0, queued = 0, busy = 0, want_busy = 0, i;
    json_t *queue, *nodes, *json;
    const json_t *item;
    const char *line;
    char *text;

    start(2);
    for (int hour = 0; hour < 12; hour++, now += HOUR_MS) {
        queue = json_of("/jenkins/queue/api/json");
        json_array_foreach (json_object_get(queue, "items"), i, item) {
            waiting += json_is_false(json_object_get(item, "blocked"));
        }
        json_decref(queue);
        nodes = json_of("/jenkins/computer/api/json?tree=busyExecutors,totalExecutors");
        busy += (size_t)int_of(nodes, "busyExecutors");
        cr_expect_null(json_object_get(nodes, "computer"));
        json_decref(nodes);
        text = truth("job");
        for (line = text; (json = next_truth(&line)) != NULL; json_decref(json))
            queued += strcmp(text_of(json, "phase"), "queued") == 0;
        free(text);
        text = truth("pool");
        for (line = text; (json = next_truth(&line)) != NULL; json_decref(json))
            want_busy += (size_t)int_of(json, "busy");
        free(text);
    }
    cr_expect_gt(queued, 0);
    cr_expect_eq(waiting, queued, "%zu %zu", waiting, queued);
    cr_expect_eq(busy, want_busy);
    stop();
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

    start(1);
    for (size_t i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        get(missing[i]);
        cr_expect_eq(got.status, 404, "%s", missing[i]);
        cr_expect(strstr(got.body.bytes, "<html>"));
        cr_expect_str_eq(got.headers[0].name, "X-Jenkins");
    }
    get("/jenkins/api/json?tree=jobs%5B");
    cr_expect_eq(got.status, 400);
    exchange_done(&got);
    exchange_init(&got, &sim, "GET", "/jenkins/api/json");
    faces_refuse(&got);
    cr_expect_eq(got.status, 403, "anonymous");
    stop();
}

/* ---- as the source sees it ---- */

static struct kit_answer serve(void *self, const char *path, int64_t now_ms)
{
    char url[4000];

    (void)self;
    now = now_ms;
    snprintf(url, sizeof(url), "/jenkins%s", path);
    get(url);
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
    char *text = truth("run");
    const char *line = text;
    size_t n = 0;

    while ((json = next_truth(&line)) != NULL) {
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
    char *text = truth("job");
    const char *line = text;
    json_t *json;

    while ((json = next_truth(&line)) != NULL) {
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

        start(seed);
        kit_start(&kit);
        kit_poll_all(&kit, T);
        cr_expect_gt(expect_runs(&kit), 100);
        expect_jobs(&kit);
        cr_expect_str_eq(kit.notes, "");
        kit_stop(&kit);
        stop();
    }
}

/* The polls end in the middle, time goes on, and builds begin and end meanwhile. */
Test(sim_jenkins, the_source_sees_the_truth_after_polls_that_were_cut, .timeout = 240)
{
    struct jenkins_kit kit = { .server = serve, .history_ms = 30 * DAY_MS, .most = 150 };
    int64_t at = T - 6 * HOUR_MS;

    start(4);
    kit_start(&kit);
    for (int i = 0; i < 36; i++, at += 10 * MINUTE_MS)
        cr_assert(kit_poll_once(&kit, at));
    kit.most = 0;
    kit_poll_all(&kit, at);
    cr_expect_gt(expect_runs(&kit), 100);
    expect_jobs(&kit);
    kit_stop(&kit);
    stop();
}
