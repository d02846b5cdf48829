/* company_kit: a company in a store, for tests of what panels show. */
#include "config.h"

#include "company_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/derive.h"
#include "store/internal.h"
#include "store/store.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const int64_t now_ms = INT64_C(1795530727000); /* KIT_NOW */

enum { GITHUB, GITLAB, JENKINS, SOURCES };

static struct {
    struct store *store;
    struct batch batch[SOURCES];
    int64_t id[SOURCES], next_id;
    uint64_t seed;
    enum kit_world world;
} kit;

/* ---- what there is ---- */

static const struct pool_of {
    const char *name;
    int source;
    int wait_s; /* typical */
    int64_t online, busy;
} pools[] = {
    { "linux-xl", GITHUB, 130, 40, 40 },  { "gpu", GITHUB, 90, 0, 0 },
    { "linux", GITHUB, 12, 120, 71 },     { "linux-arm", GITHUB, 9, 32, 11 },
    { "windows", GITLAB, 88, 24, 19 },    { "macos", GITLAB, 40, 12, 7 },
    { "linux-spot", GITLAB, 21, 64, 38 }, { "android", JENKINS, 30, 10, 4 },
    { "release", JENKINS, 3, 2, 0 },
};
enum { POOLS = sizeof(pools) / sizeof(pools[0]) };

static const struct pipeline_of {
    const char *project, *pipeline, *job;
    int source, pool, runs, minutes; /* a day; typical */
    int platform, code, unknown;     /* of 1000 */
} pipelines[] = {
    { "acme/api", "test", "jdk21", GITHUB, 0, 97, 11, 62, 220, 0 },
    { "acme/web", "e2e", "chrome", GITHUB, 0, 88, 24, 23, 110, 0 },
    { "acme/docs", "lint", "lint", GITLAB, 6, 12, 1, 83, 0, 0 },
    { "acme/web", "deploy", "deploy", GITHUB, 2, 142, 6, 7, 110, 0 },
    { "acme/lib", "build", "asan", GITHUB, 3, 61, 4, 0, 50, 0 },
    { "acme/payments", "test", "contract", GITLAB, 4, 44, 13, 0, 60, 60 },
    { "acme/mobile", "build", "ui-ios17", GITLAB, 5, 36, 35, 0, 55, 0 },
    { "acme/infra", "plan", "eu-west", GITHUB, 2, 110, 1, 5, 25, 0 },
    { "acme/search", "index", "shard-3", GITLAB, 6, 25, 9, 0, 40, 0 },
    { "acme/auth", "test", "oidc", GITHUB, 3, 73, 6, 14, 50, 0 },
    { "acme/data", "nightly", "load", JENKINS, 8, 4, 83, 0, 250, 0 },
    { "acme/web", "unit", "node22", GITHUB, 2, 90, 3, 6, 60, 0 },
    { "acme/cli", "release", "sign", JENKINS, 8, 9, 12, 0, 0, 0 },
    { "acme/gateway", "build", "arm64", GITHUB, 3, 47, 5, 0, 20, 0 },
    { "acme/mail", "test", "smtp", GITLAB, 6, 31, 3, 0, 95, 0 },
    { "acme/ml", "train-smoke", "gpu", GITHUB, 1, 11, 27, 0, 180, 0 },
    { "acme/mobile", "apk", "apk", JENKINS, 7, 20, 15, 0, 30, 0 },
};
enum { PIPELINES = sizeof(pipelines) / sizeof(pipelines[0]) };

/* What a name looks like that somebody chose to break the screen with; it comes
 * cleaned out of the store's door (batch_text()). */
static const char *foreign(struct batch *batch, int nth, const char *plain)
{
    static const char *const nasty[] = {
        "\x1b[31mred\x1b[0m\x07/\xe2\x80\xae"
        "txet",
        "a-name-that-goes-on-and-on-and-on-until-there-is-no-room-left-for-anything-else",
        "日本語のとても長いパイプラインの名前",
        "z\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86 combining",
        "tab\there\nand \"quotes\" %s %n <b>&amp;",
        "\xff\xfe not utf-8 \xc3",
    };
    const char *text = kit.world == KIT_HOSTILE ? nasty[nth % 6] : plain;
    char numbered[200];

    if (kit.world == KIT_HOSTILE) {
        snprintf(numbered, sizeof(numbered), "%s%d", text, nth);
        text = numbered;
    }
    return batch_text(batch, text, strlen(text));
}

static int64_t dice(int64_t sides)
{
    kit.seed = kit.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)(kit.seed >> 20) % sides;
}

/* ---- runs ---- */

struct one {
    int pipeline;
    const char *job; /* NULL: the pipeline's */
    int64_t id, attempt, ended_ms, took_ms, wait_ms;
    const char *sha, *evidence;
    enum dx_phase phase;
    enum dx_result result;
    enum dx_cause cause;
    const char *why;
};

static void add_steps(struct batch *batch, struct job *job)
{
    static const struct {
        const char *name;
        int64_t s;
    } of[] = { { "checkout", 21 },
               { "restore cache", 48 },
               { "compile", 252 },
               { "integration test", 591 },
               { "upload", 0 } };
    int64_t at_ms = job->timing.started_ms;

    job->steps = arena_alloc(&batch->arena, 5 * sizeof(*job->steps));
    job->step_count = 5;
    for (int i = 0; i < 5; i++) {
        struct job_step *step = &job->steps[i];

        *step = (struct job_step){ .name = of[i].name,
                                   .raw_result = "",
                                   .phase = DX_PHASE_DONE,
                                   .result = i == 3   ? job->outcome.result
                                             : i == 4 ? DX_RESULT_SKIPPED
                                                      : DX_RESULT_SUCCESS };
        if (i < 4) {
            step->started_ms = at_ms;
            at_ms += of[i].s * SECOND;
            step->finished_ms = at_ms;
        }
    }
}

static void add_times(struct timing *timing, const struct one *one)
{
    bool started = one->phase >= DX_PHASE_RUNNING, done = one->phase == DX_PHASE_DONE;

    timing->finished_ms = done ? one->ended_ms : 0;
    timing->started_ms = started ? one->ended_ms - one->took_ms : 0;
    timing->created_ms = one->ended_ms - one->took_ms - one->wait_ms;
    timing->duration_ms = done ? one->took_ms : -1;
    timing->queued_ms = started ? one->wait_ms : -1;
    timing->duration_basis = done ? "completed_at - started_at" : "";
    timing->queued_basis = started ? "started_at - created_at" : "";
}

static void add(const struct one *one)
{
    const struct pipeline_of *p = &pipelines[one->pipeline];
    struct batch *batch = &kit.batch[p->source];
    struct run *run = batch_run(batch);
    bool pull = one->id % 3 == 0;
    struct job *job;

    run->project = kit.world == KIT_HOSTILE ? foreign(batch, one->pipeline, "") : p->project;
    run->pipeline = p->pipeline;
    run->id = run->number = arena_print(&batch->arena, "%lld", (long long)one->id);
    run->attempt = one->attempt;
    run->title = foreign(batch, (int)(one->id % 7), "retry pulls");
    run->sha = one->sha
                   ? one->sha
                   : arena_print(&batch->arena, "%08x%032d", (unsigned)one->id * 2654435761u, 0);
    run->branch = pull ? arena_print(&batch->arena, "pr/%d", (int)(one->id % 900)) : "main";
    run->event = pull ? "pull_request" : "push";
    run->actor = pull ? "m.ito" : "k.wu";
    run->url = arena_print(&batch->arena, "https://ci.acme.example/%s/%s", p->project, run->id);
    run->protected_branch = !pull;
    run->outcome.phase = one->phase;
    run->outcome.result = one->result;
    run->outcome.raw_status = one->phase == DX_PHASE_DONE      ? "completed"
                              : one->phase == DX_PHASE_RUNNING ? "in_progress"
                                                               : "queued";
    run->jobs_whole = true;
    add_times(&run->timing, one);
    job = batch_job(batch, batch->run_count - 1);
    job->id = run->id;
    job->name = kit.world == KIT_HOSTILE ? foreign(batch, one->pipeline + 1, "")
                : one->job               ? one->job
                                         : p->job;
    job->pool = pools[p->pool].name;
    job->runner = one->phase >= DX_PHASE_RUNNING
                      ? arena_print(&batch->arena, "%s-%d", pools[p->pool].name, (int)one->id % 40)
                      : "";
    job->url = arena_print(&batch->arena, "%s/%s", run->url, job->name);
    job->started = one->phase >= DX_PHASE_RUNNING;
    job->why = one->why ? one->why : "";
    job->outcome = run->outcome;
    job->outcome.raw_result = one->result == DX_RESULT_FAILURE   ? "failure"
                              : one->result == DX_RESULT_SUCCESS ? "success"
                                                                 : "";
    job->outcome.cause = one->cause;
    job->outcome.evidence =
        kit.world == KIT_HOSTILE && one->evidence ? foreign(batch, 0, "") : one->evidence;
    if (!job->outcome.evidence)
        job->outcome.evidence = "";
    job->timing = run->timing;
    if (one->result == DX_RESULT_FAILURE)
        add_steps(batch, job);
}

static int64_t wait_of(const struct pool_of *pool, int64_t at_ms)
{
    int64_t ago_ms = now_ms - at_ms, base_ms = pool->wait_s * SECOND;
    int64_t wait_ms = base_ms / 2 + dice(base_ms + 1000);

    if (dice(12) == 0)
        wait_ms += base_ms * 3;
    if (strcmp(pool->name, "linux-xl") == 0 && ago_ms < 6 * HOUR)
        wait_ms += (6 * HOUR - ago_ms) / 50;
    return wait_ms;
}

static void judge(struct one *one, const struct pipeline_of *p)
{
    static const char *const lost[] = {
        "runner: The self-hosted runner lost communication with the server. (rule 2)",
        "registry: toomanyrequests: You have reached your pull rate limit (rule 30)",
    };
    static const char *const codes[] = { "test: FAILED tests/RetryTest::backs_off (rule 59)",
                                         "compile: error: expected ';' (rule 56)" };
    int fate = (int)dice(1000);

    one->phase = DX_PHASE_DONE;
    one->result = DX_RESULT_FAILURE;
    if (fate < p->platform) {
        one->cause = DX_CAUSE_PLATFORM;
        one->evidence = lost[fate % 2];
    } else if (fate < p->platform + p->code) {
        one->cause = fate % 3 ? DX_CAUSE_TEST : DX_CAUSE_CODE;
        one->evidence = codes[fate % 3 ? 0 : 1];
    } else if (fate < p->platform + p->code + p->unknown) {
        one->cause = DX_CAUSE_UNKNOWN;
    } else {
        one->result = fate > 985 ? DX_RESULT_CANCELLED : DX_RESULT_SUCCESS;
    }
}

/* All of today's runs, and a fifth of those of the days before. */
static void add_history(int pipeline)
{
    const struct pipeline_of *p = &pipelines[pipeline];

    for (int day = 0; day < 15; day++) {
        int runs = day == 0 ? p->runs : p->runs / 5 + 1;

        for (int i = 0; i < runs; i++) {
            struct one one = { .pipeline = pipeline, .id = kit.next_id++, .attempt = 1 };

            one.ended_ms = now_ms - day * DAY - dice(DAY - HOUR) - 2 * MINUTE;
            one.took_ms = p->minutes * MINUTE * (80 + dice(45)) / 100;
            one.wait_ms = wait_of(&pools[p->pool], one.ended_ms - one.took_ms);
            judge(&one, p);
            add(&one);
        }
    }
}

/* A job that failed on k of n commits, and passed when it was tried again. */
static void add_flaky(int pipeline, int n, int k, const char *const *evidence, int kinds)
{
    const struct pipeline_of *p = &pipelines[pipeline];

    for (int i = 0; i < n; i++) {
        int64_t at_ms = now_ms - dice(13 * DAY) - HOUR, id = kit.next_id++;

        for (int attempt = 1; attempt <= 2; attempt++) {
            struct one one = { .pipeline = pipeline,
                               .id = id,
                               .attempt = attempt,
                               .phase = DX_PHASE_DONE,
                               .took_ms = p->minutes * MINUTE,
                               .wait_ms = 20 * SECOND,
                               .ended_ms = at_ms + attempt * 20 * MINUTE };
            bool fails = attempt == 1 && i < k;

            one.result = fails ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS;
            one.cause = fails ? DX_CAUSE_TEST : DX_CAUSE_NONE;
            one.evidence = fails ? evidence[i % kinds] : NULL;
            add(&one);
        }
    }
}

static void add_all_flaky(void)
{
    static const char *const evidence[] = { "test: RetryTest.backs_off",
                                            "test: RetryTest.backs_off", "test: PoolTest.drain",
                                            "timeout: after 20m" };

    add_flaky(0, 61, 11, evidence, 4);
    add_flaky(1, 70, 8, evidence, 4);
    add_flaky(6, 44, 4, evidence + 2, 2);
    add_flaky(5, 50, 2, evidence, 1);
    add_flaky(8, 32, 1, evidence, 1);
    add_flaky(9, 60, 1, evidence + 2, 1);
    add_flaky(13, 3, 1, evidence, 1); /* too few to say */
}

static void add_waiting(int pipeline, int64_t age_s, const char *why)
{
    struct one one = { .pipeline = pipeline,
                       .id = kit.next_id++,
                       .attempt = 1,
                       .phase = DX_PHASE_QUEUED,
                       .ended_ms = now_ms,
                       .wait_ms = age_s * SECOND,
                       .why = why };

    add(&one);
}

static void add_running(int pipeline, int64_t age_s)
{
    struct one one = { .pipeline = pipeline,
                       .id = kit.next_id++,
                       .attempt = 1,
                       .phase = DX_PHASE_RUNNING,
                       .ended_ms = now_ms,
                       .took_ms = age_s * SECOND,
                       .wait_ms = 12 * SECOND };

    add(&one);
}

static void add_open(void)
{
    static const int ages[] = { 700, 655, 655, 610, 588, 540, 498, 431, 377,
                                320, 301, 244, 202, 161, 118, 64,  31,  12 };

    for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++)
        add_waiting((int)(i % 2), ages[i], i == 5 ? "group: one at a time" : NULL);
    for (int i = 0; i < 3; i++)
        add_waiting(15, 2040 - i * 400, NULL);
    for (int i = 0; i < 4; i++)
        add_waiting(3, 62 - i * 13, NULL);
    add_waiting(5, 480, NULL);
    add_running(3, 130);
    add_running(6, 1500);
    add_running(10, 25400);
}

/* ---- the store ---- */

static void commit(int source, int64_t at_ms)
{
    static const char *const names[] = { "github", "gitlab", "jenkins" };
    struct poll poll = { .source = kit.id[source],
                         .name = names[source],
                         .ok = true,
                         .state = DX_SOURCE_LIVE,
                         .now_ms = at_ms,
                         .next_ms = at_ms + 30 * SECOND,
                         .every_ms = 30 * SECOND,
                         .latency_ms = 120,
                         .bytes = 4000,
                         .limit = source == GITHUB ? 5000 : 0,
                         .remaining = 3000,
                         .reset_ms = at_ms + 20 * MINUTE,
                         .per_hour = 840 };
    struct dx_error err = { 0 };

    cr_assert(store_commit(kit.store, &poll, &kit.batch[source], NULL, 0, &err), "%s", err.text);
    batch_done(&kit.batch[source]);
}

static void add_pools(int source, bool before)
{
    struct batch *batch = &kit.batch[source];

    for (int i = 0; i < POOLS; i++) {
        bool gone = !before && pools[i].online == 0;
        struct pool *pool;

        if (pools[i].source != source)
            continue;
        pool = batch_pool(batch);
        pool->name = pools[i].name;
        pool->online = gone || pools[i].online > 0 ? pools[i].online : 4;
        pool->busy = pools[i].busy;
        pool->offline = gone ? 4 : 0;
        pool->waiting = -1;
    }
    batch->pools_whole = true;
}

static void name_sources(void)
{
    static const uint32_t yields = 1U << DX_KIND_RUN | 1U << DX_KIND_POOL | 1U << DX_KIND_ALERT;
    static const struct source_row rows[] = {
        { "github", "github", "https://api.github.example", yields, 30 * SECOND },
        { "gitlab", "gitlab", "https://gitlab.example", yields, 30 * SECOND },
        { "jenkins", "jenkins", "https://jenkins.example", yields, 30 * SECOND },
    };
    struct dx_error err = { 0 };

    cr_assert(store_lock(kit.store));
    cr_assert(store_sources(kit.store, rows, SOURCES, kit.id, &err), "%s", err.text);
}

/* One past its goal, and one far past it. */
static void set_targets(struct deriver *deriver)
{
    struct kpi_settings settings = { .business = NULL };

    for (int i = 0; i < KPI_COUNT; i++)
        settings.target[i] = derive_usual_target(&kpis[i]);
    settings.target[KPI_DURATION] = (struct kpi_target){ 300., 350. };
    settings.target[KPI_FLAKY] = (struct kpi_target){ 5., 9. };
    deriver_kpis(deriver, &settings);
}

void company_write(const char *path, enum kit_world world)
{
    struct deriver *deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED);
    struct dx_error err = { 0 };

    memset(&kit, 0, sizeof(kit));
    kit.seed = 42;
    kit.world = world;
    kit.next_id = 4000;
    kit.store = store_open(path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    name_sources();
    set_targets(deriver);
    store_on_derive(kit.store, deriver_commit, deriver);
    for (int s = 0; s < SOURCES; s++) {
        add_pools(s, true);
        commit(s, now_ms - 35 * MINUTE);
    }
    for (int s = 0; s < SOURCES; s++)
        add_pools(s, false);
    commit(GITHUB, now_ms - 34 * MINUTE); /* since then there is no runner for gpu */
    for (int i = 0; i < PIPELINES; i++)
        add_history(i);
    add_all_flaky();
    add_open();
    for (int s = 0; s < SOURCES; s++)
        commit(s, now_ms - (12 + 9 * s) * SECOND);
    cr_assert(deriver_settle(deriver, kit.store, now_ms, &err), "%s", err.text);
    store_close(kit.store);
    deriver_free(deriver);
}

void company_hold(const char *path)
{
    static struct store *held;
    struct dx_error err = { 0 };

    store_close(held);
    kit.store = store_open(path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    held = kit.store;
    cr_assert(store_lock(kit.store));
    cr_assert(store_heartbeat(kit.store, now_ms, &err) &&
                  store_exec(kit.store,
                             "UPDATE meta SET value = value + 3600000 WHERE key = 'boot'", &err),
              "%s", err.text);
}
