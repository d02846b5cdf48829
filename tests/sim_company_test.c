/* The simulated company, and its CI faces without sockets. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include <criterion/criterion.h>

#include "core/time.h"
#include "sim/company.h"
#include "sim/exchange.h"
#include "sim/incident.h"
#include "sim/noise.h"
#include "sim/sim.h"

static const int64_t T = 1795530727000; /* 2026-11-24T14:32:07Z, a Tuesday */

static struct company *make(uint64_t seed, int64_t start_ms, int repos)
{
    const struct world world = { .seed = seed };
    const struct company_options options = { repos, start_ms, 30 * DAY_MS };
    struct company *company = company_new(&world, &options);

    company_extend(company, start_ms);
    return company;
}

typedef void job_check(const struct company_job *job, void *self);

static void each_job(const struct company *company, job_check *check, void *self)
{
    for (size_t w = 0; w < company->week_count; w++)
        for (size_t i = 0; i < company->weeks[w]->job_count; i++)
            check(company->weeks[w]->jobs[i], self);
}

/* ---- the company ---- */

static size_t in_both(const struct company *one, const struct company *other, int64_t from_ms,
                      int64_t to_ms)
{
    const struct company_query query = { -1, -1, -1, from_ms, to_ms };
    const struct company_run **a, **b;
    size_t count = company_runs(one, &query, &a), same = 0;
    size_t other_count = company_runs(other, &query, &b);

    for (size_t i = 0; i < count && i < other_count; i++) {
        const struct company_attempt *x = a[i]->attempts[0], *y = b[i]->attempts[0];

        same += a[i]->id == b[i]->id && a[i]->commit == b[i]->commit &&
                a[i]->number == b[i]->number && x->finished_ms == y->finished_ms &&
                x->result == y->result;
    }
    free(a);
    free(b);
    return same == count && count == other_count ? count : 0;
}

Test(company, is_the_same_for_a_seed_whenever_it_was_started)
{
    struct company *one = make(7, T, 50), *again = make(7, T, 50);
    struct company *later = make(7, T + 11 * DAY_MS, 50), *other = make(8, T, 50);

    cr_expect_gt(in_both(one, again, 0, T), 5000);
    cr_expect_gt(in_both(one, later, T - 15 * DAY_MS, T), 2000);
    cr_expect_eq(in_both(one, other, 0, T), 0);
    company_free(one);
    company_free(again);
    company_free(later);
    company_free(other);
}

static void expect_in_order(const struct company_job *job, void *self)
{
    const struct company_attempt *attempt = job->attempt;
    int64_t end = *(int64_t *)self;

    if (!job->copy) {
        cr_assert_leq(attempt->run->created_ms, attempt->created_ms);
        cr_assert_leq(attempt->created_ms, attempt->released_ms);
        cr_assert_leq(attempt->created_ms, job->created_ms);
    }
    cr_assert_leq(job->created_ms, job->ready_ms);
    cr_assert_leq(job->ready_ms, job->finished_ms);
    if (job->started_ms) {
        cr_assert_leq(job->ready_ms, job->started_ms);
        cr_assert_lt(job->started_ms, job->finished_ms);
    }
    cr_assert_leq(job->finished_ms, end);
    cr_assert(job->copy || job->finished_ms <= attempt->finished_ms);
    cr_assert_neq(job->result, DX_RESULT_NONE);
    cr_assert_eq(job->result == DX_RESULT_FAILURE, job->failure != NULL);
    cr_assert_eq(job->started_ms != 0, job->runner != 0);
}

Test(company, times_are_in_order)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct company *company = make(seed, T, 50);
        int64_t end = company->weeks[company->week_count - 1]->to_ms;

        each_job(company, expect_in_order, &end);
        company_free(company);
    }
}

static int by_runner(const void *a, const void *b)
{
    const struct company_job *x = *(const struct company_job *const *)a,
                             *y = *(const struct company_job *const *)b;
    int64_t px = x->attempt->run->pipeline->repo->system * 100000 + x->def->pool * 1000 + x->runner;
    int64_t py = y->attempt->run->pipeline->repo->system * 100000 + y->def->pool * 1000 + y->runner;

    if (px != py)
        return px < py ? -1 : 1;
    return (x->started_ms > y->started_ms) - (x->started_ms < y->started_ms);
}

static bool same_runner(const struct company_job *a, const struct company_job *b)
{
    return a->runner == b->runner && a->def->pool == b->def->pool &&
           a->attempt->run->pipeline->repo->system == b->attempt->run->pipeline->repo->system;
}

Test(company, a_runner_has_one_job_at_a_time)
{
    struct company *company = make(163886, T, 50);

    for (size_t w = 0; w < company->week_count; w++) {
        const struct company_week *week = company->weeks[w];
        const struct company_job **jobs = calloc(week->job_count, sizeof(*jobs));
        size_t count = 0, n = 0;

        for (size_t i = 0; i < week->job_count; i++)
            if (week->jobs[i]->runner && !week->jobs[i]->copy)
                jobs[count++] = week->jobs[i];
        qsort(jobs, count, sizeof(*jobs), by_runner);
        for (size_t i = 0; i < count; i++) {
            enum company_system system = jobs[i]->attempt->run->pipeline->repo->system;

            cr_assert_leq(jobs[i]->runner, company->capacity[system][jobs[i]->def->pool]);
            if (i > 0 && same_runner(jobs[i - 1], jobs[i])) {
                cr_assert_leq(jobs[i - 1]->finished_ms, jobs[i]->started_ms);
                n++;
            }
        }
        cr_expect_gt(n, 1000);
        free(jobs);
    }
    company_free(company);
}

struct seen {
    int never, gated, skewed, timed_out, copies, superseded, by_person, skipped, repeated, issues,
        registry, lost, structured, annotated, logged, silent;
};

static void look(const struct company_job *job, void *self)
{
    struct seen *seen = self;
    enum company_signal signal;

    seen->never += job->failure && !job->started_ms;
    seen->gated += job->gate == GATE_APPROVAL;
    seen->skewed += job->skewed && company_started_ms(job) < job->ready_ms;
    seen->timed_out += job->timed_out;
    seen->copies += job->copy != NULL;
    seen->superseded += job->result == DX_RESULT_CANCELLED && !job->by_person && job->started_ms;
    seen->by_person += job->by_person;
    seen->skipped += job->result == DX_RESULT_SKIPPED && job->def->needs;
    seen->repeated += job->tries > 1;
    seen->issues += job->with_issues;
    if (!job->failure)
        return;
    signal = company_signal(job->failure, job->attempt->run->pipeline->repo->system);
    seen->registry += strcmp(job->failure->name, "registry-5xx") == 0;
    seen->lost += strcmp(job->failure->name, "runner-lost") == 0;
    seen->structured += signal == SIGNAL_STRUCTURED;
    seen->annotated += signal == SIGNAL_ANNOTATION;
    seen->logged += signal == SIGNAL_LOG;
    seen->silent += signal == SIGNAL_NONE;
}

Test(company, has_something_of_everything)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct company *company = make(seed, T, 50);
        struct seen seen = { 0 };
        const int *counts = (const int *)&seen;

        each_job(company, look, &seen);
        for (size_t i = 0; i < sizeof(seen) / sizeof(int); i++)
            cr_expect_gt(counts[i], 0, "seed %d: nothing of number %zu", (int)seed, i);
        company_free(company);
    }
}

/* The registry is down for all at once. */
Test(company, a_failing_registry_hits_several_repositories)
{
    struct company *company = make(163886, T, 50);
    int hit = 0;

    for (int64_t at = T - 30 * DAY_MS; at < T; at += 12 * HOUR_MS) {
        struct incident i = incident_of(&company->world, INCIDENT_REGISTRY, at);
        const struct company_query query = { -1, -1, -1, i.from_ms - HOUR_MS, i.to_ms };
        const struct company_run **runs;
        bool repos[50] = { false };
        int count = 0;
        size_t n = i.pool < 0 ? 0 : company_runs(company, &query, &runs);

        for (size_t r = 0; r < n; r++)
            for (int j = 0; j < runs[r]->attempts[0]->job_count; j++) {
                const struct company_failure *f = runs[r]->attempts[0]->jobs[j].failure;

                if (f && strcmp(f->name, "registry-5xx") == 0)
                    repos[runs[r]->pipeline->repo->index] = true;
            }
        if (i.pool >= 0)
            free(runs);
        for (int r = 0; r < 50; r++)
            count += repos[r];
        hit += count >= 3;
    }
    cr_expect_gt(hit, 3, "%d times", hit);
    company_free(company);
}

Test(company, forgets_what_has_long_been_over)
{
    struct company *company = make(5, T, 20);
    size_t most = 0;
    int64_t first = company->first_ms;

    for (int64_t at = T; at < T + 60 * WEEK_MS; at += WEEK_MS) {
        company_extend(company, at);
        most = company->week_count > most ? company->week_count : most;
    }
    cr_expect_lt(most, 20);
    cr_expect_gt(company->first_ms, first);
    company_free(company);
}

Test(company, a_title_keeps_its_pull_request)
{
    struct company *company = make(163886, T, 50);
    const struct company_query query = { -1, -1, -1, 0, T };
    const struct company_run **runs;
    size_t count = company_runs(company, &query, &runs);
    char one[COMPANY_TEXT], other[COMPANY_TEXT];
    int pairs = 0, hostile = 0;

    for (size_t i = 0; i < count; i++) {
        hostile += strpbrk(company_title(one, runs[i]), "\x1b\r\n\x7f") != NULL;
        json_t *text = json_string(one);
        cr_expect(text, "it is UTF-8");
        json_decref(text);
        for (size_t j = i + 1; j < count && j < i + 40; j++)
            if (runs[i]->pull && runs[i]->pull == runs[j]->pull &&
                runs[i]->pipeline->repo == runs[j]->pipeline->repo) {
                cr_expect_str_eq(one, company_title(other, runs[j]));
                pairs++;
            }
    }
    cr_expect_gt(pairs, 100);
    cr_expect_gt(hostile, 10);
    free(runs);
    company_free(company);
}

/* ---- a client without sockets ---- */

static struct sim sim;
static struct exchange got;
static char query_text[512], path_text[512];
static const char *tag = "";
static int64_t now;

static const char *asked(const void *self, const char *name)
{
    (void)self;
    if (strcmp(name, "Host") == 0)
        return "127.0.0.1:8080";
    if (strcmp(name, "User-Agent") == 0)
        return "test";
    return strcmp(name, "If-None-Match") == 0 && *tag ? tag : NULL;
}

static void start(int64_t limit, int repos)
{
    memset(&sim, 0, sizeof(sim));
    sim.world.seed = 163886;
    sim.start_ms = now = T;
    sim.public_url = "https://sim.example";
    sim.rate.limit = limit;
    sim.options = (struct company_options){ repos, T, 30 * DAY_MS };
    tag = "";
}

static void stop(void)
{
    exchange_done(&got);
    company_free(sim.company);
    sim.company = NULL;
}

/* A path with its query, or a whole URL. */
static void get(const char *url)
{
    const char *path = strncmp(url, "http://127.0.0.1:8080", 21) == 0 ? url + 21 : url;
    char *query;

    snprintf(path_text, sizeof(path_text), "%s", path);
    exchange_done(&got);
    query = strchr(path_text, '?');
    snprintf(query_text, sizeof(query_text), "%s", query ? query + 1 : "");
    if (query)
        *query = '\0';
    exchange_init(&got, &sim, "GET", path_text);
    got.asked = asked;
    got.now_ms = now;
    exchange_add_parameters(&got, query_text);
    faces_answer(&got);
}

static const char *header(const char *name)
{
    for (size_t i = 0; i < got.header_count; i++)
        if (strcmp(got.headers[i].name, name) == 0)
            return got.headers[i].value;
    return "";
}

/* The URL of the next page of what was got; "" behind the last. */
static const char *next_page(void)
{
    static char url[512];
    const char *end = strstr(header("Link"), ">; rel=\"next\""), *begin = end;

    url[0] = '\0';
    while (begin && *begin != '<')
        begin--;
    if (begin)
        snprintf(url, sizeof(url), "%.*s", (int)(end - begin - 1), begin + 1);
    return url;
}

static json_t *body(void)
{
    json_t *json = json_loadb(got.body.bytes, got.body.len, 0, NULL);

    cr_assert_eq(got.status, 200, "%s: %d %s", path_text, got.status,
                 got.body.len ? got.body.bytes : "");
    cr_assert(json);
    return json;
}

/* ---- ids, to compare what faces list with the truth ---- */

struct ids {
    int64_t *ids;
    size_t count;
};

static void add_id(struct ids *ids, int64_t id)
{
    ids->ids = realloc(ids->ids, (ids->count + 1) * sizeof(int64_t));
    ids->ids[ids->count++] = id;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void expect_same(struct ids *a, struct ids *b, const char *what)
{
    qsort(a->ids, a->count, sizeof(int64_t), by_value);
    qsort(b->ids, b->count, sizeof(int64_t), by_value);
    cr_expect_eq(a->count, b->count, "%s: %zu and %zu", what, a->count, b->count);
    cr_expect(a->count == b->count && memcmp(a->ids, b->ids, a->count * sizeof(int64_t)) == 0, "%s",
              what);
    cr_expect_gt(a->count, 100);
    free(a->ids);
    free(b->ids);
    *a = *b = (struct ids){ 0 };
}

/* Follow the pages from url on; key "": the body is the list. */
static void add_pages(struct ids *ids, const char *url, const char *key)
{
    json_t *item;
    size_t i;

    for (get(url);; get(next_page())) {
        json_t *all = body(), *list = *key ? json_object_get(all, key) : all;

        cr_assert(json_is_array(list));
        json_array_foreach (list, i, item)
            add_id(ids, json_integer_value(json_object_get(item, "id")));
        json_decref(all);
        if (!*next_page())
            break;
    }
}

/* The ids of the truth's lines. */
static void add_truth(struct ids *ids, const char *kind, const char *system, const char *field)
{
    char url[64];
    const char *line;

    snprintf(url, sizeof(url), "/truth?kind=%s", kind);
    get(url);
    cr_assert_eq(got.status, 200);
    for (line = got.body.bytes; line && *line; line = strchr(line, '\n') + 1) {
        json_t *json = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);

        cr_assert(json);
        if (strcmp(json_string_value(json_object_get(json, "system")), system) == 0 &&
            json_integer_value(json_object_get(json, "attempt")) ==
                (strcmp(kind, "run") == 0 ? 1
                                          : json_integer_value(json_object_get(json, "attempt"))))
            add_id(ids, json_integer_value(json_object_get(json, field)));
        json_decref(json);
    }
}

/* ---- GitHub ---- */

static void each_repository(void (*visit)(const char *name, void *self), void *self)
{
    char names[64][80];
    int count = 0;
    json_t *item;
    size_t i;

    for (get("/api/v3/orgs/acme/repos?per_page=7");; get(next_page())) {
        json_t *list = body();

        json_array_foreach (list, i, item)
            snprintf(names[count++], 80, "%s",
                     json_string_value(json_object_get(item, "full_name")));
        json_decref(list);
        if (!*next_page())
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
    add_pages(&found->runs, url, "workflow_runs");
    for (size_t i = first; i < found->runs.count; i++) {
        snprintf(url, sizeof(url), "/api/v3/repos/%s/actions/runs/%lld/jobs?filter=all&per_page=4",
                 name, (long long)found->runs.ids[i]);
        add_pages(&found->jobs, url, "jobs");
    }
}

Test(github, lists_every_run_and_job_once)
{
    struct found found = { 0 };
    struct ids runs = { 0 }, jobs = { 0 };

    start(0, 12);
    sim.options.history_ms = 8 * DAY_MS;
    each_repository(visit_repository, &found);
    add_truth(&runs, "run", "github", "run_id");
    add_truth(&jobs, "job", "github", "job_id");
    expect_same(&found.runs, &runs, "runs");
    expect_same(&found.jobs, &jobs, "jobs");
    stop();
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

Test(github, no_run_is_lost_while_the_list_moves)
{
    struct ids before = { 0 }, during = { 0 };
    json_t *item;
    size_t i, at = 0;

    start(0, 20);
    add_pages(&before, runs_url("?per_page=100"), "workflow_runs");
    for (get(runs_url("?per_page=5"));; get(next_page())) {
        json_t *all = body();

        json_array_foreach (json_object_get(all, "workflow_runs"), i, item)
            add_id(&during, json_integer_value(json_object_get(item, "id")));
        json_decref(all);
        if (!*next_page())
            break;
        now += 7 * MINUTE_MS;
    }
    qsort(before.ids, before.count, sizeof(int64_t), by_value);
    qsort(during.ids, during.count, sizeof(int64_t), by_value);
    cr_expect_gt(during.count, before.count, "and there were new ones");
    for (i = 0; i < before.count; i++) {
        while (at < during.count && during.ids[at] < before.ids[i])
            at++;
        cr_expect(at < during.count && during.ids[at] == before.ids[i]);
    }
    free(before.ids);
    free(during.ids);
    stop();
}

Test(github, a_304_is_free_and_a_200_is_not)
{
    char etag[64], url[300];

    start(5000, 20);
    snprintf(url, sizeof(url), "%s", runs_url("?per_page=3"));
    get(url);
    int64_t used = sim.rate.used;
    snprintf(etag, sizeof(etag), "%s", header("ETag"));
    cr_expect(strncmp(etag, "W/\"", 3) == 0);
    tag = etag;
    get(url);
    cr_expect_eq(got.status, 304);
    cr_expect_eq(got.body.len, 0);
    cr_expect_eq(sim.rate.used, used);
    cr_expect_str_eq(header("ETag"), etag);
    tag = "";
    get(url);
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(header("ETag"), etag, "it stays the same");
    cr_expect_eq(sim.rate.used, used + 1);
    cr_expect_eq(atoi(header("X-RateLimit-Remaining")), 5000 - used - 1);
    tag = etag;
    now += 12 * HOUR_MS;
    get(url);
    cr_expect_eq(got.status, 200, "there is something new");
    cr_expect_eq(sim.rate.used, 1, "of the next hour");
    tag = "";
    stop();
}

Test(github, the_limit_ends_with_its_hour)
{
    start(3, 20);
    for (int i = 0; i < 3; i++) {
        get("/api/v3/orgs/acme/repos");
        cr_expect_eq(got.status, 200);
    }
    cr_expect_str_eq(header("X-RateLimit-Remaining"), "0");
    get("/api/v3/orgs/acme/repos");
    cr_expect_eq(got.status, 403);
    cr_expect_str_eq(header("X-RateLimit-Remaining"), "0");
    cr_expect(strstr(got.body.bytes, "API rate limit exceeded"));
    get("/api/v3/rate_limit");
    cr_expect_eq(got.status, 200, "to ask for it is free");
    now += HOUR_MS;
    get("/api/v3/orgs/acme/repos");
    cr_expect_eq(got.status, 200);
    stop();
}

Test(github, filters_by_creation_branch_and_status)
{
    json_t *all, *item;
    size_t i;

    start(0, 20);
    get(runs_url("?per_page=100&created=2026-11-10T00:00:00Z..2026-11-11T23:59:59Z"));
    all = body();
    cr_expect_gt(json_integer_value(json_object_get(all, "total_count")), 3);
    json_array_foreach (json_object_get(all, "workflow_runs"), i, item)
        cr_expect(strncmp(json_string_value(json_object_get(item, "created_at")), "2026-11-1", 9) ==
                  0);
    json_decref(all);
    get(runs_url("?per_page=100&created=%3E%3D2026-11-10&status=failure&branch=main"));
    all = body();
    cr_expect_gt(json_array_size(json_object_get(all, "workflow_runs")), 0);
    json_array_foreach (json_object_get(all, "workflow_runs"), i, item) {
        cr_expect_str_eq(json_string_value(json_object_get(item, "conclusion")), "failure");
        cr_expect_str_eq(json_string_value(json_object_get(item, "head_branch")), "main");
        cr_expect_geq(strcmp(json_string_value(json_object_get(item, "created_at")), "2026-11-10"),
                      0);
    }
    json_decref(all);
    stop();
}

Test(github, a_filtered_list_ends_after_a_thousand)
{
    struct ids ids = { 0 };

    start(0, 1);
    sim.options.history_ms = 110 * DAY_MS;
    add_pages(&ids, runs_url("?per_page=100&created=%3E2020-01-01"), "workflow_runs");
    cr_expect_eq(ids.count, 1000);
    free(ids.ids);
    ids = (struct ids){ 0 };
    add_pages(&ids, runs_url("?per_page=100"), "workflow_runs");
    cr_expect_gt(ids.count, 1000, "%zu", ids.count);
    free(ids.ids);
    stop();
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
    get(url);
    return *more ? NULL : body();
}

static const char *text_of(const json_t *json, const char *field)
{
    const char *text = json_string_value(json_object_get(json, field));

    return text ? text : "null";
}

static bool waited(const struct company_job *job)
{
    return job->started_ms - job->ready_ms > 20000 && job->gate == GATE_NONE &&
           job->result == DX_RESULT_SUCCESS && !job->skewed;
}

Test(github, a_job_goes_from_queued_to_done)
{
    const struct company_job *job;
    json_t *json;

    start(0, 50);
    job = find(waited);
    cr_assert(job);
    json = job_at(job, job->ready_ms + 5000, "");
    cr_expect_str_eq(text_of(json, "status"), "queued");
    cr_expect_str_eq(text_of(json, "conclusion"), "null");
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
    stop();
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
    get(url);
    cr_expect(got.status == 200 && strstr(got.body.bytes, text), "%s", got.body.bytes);
}

Test(github, tells_of_failures_as_it_does)
{
    const struct company_job *job;
    json_t *json;

    start(0, 50);
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
    stop();
}

static bool logged(const struct company_job *job)
{
    return job->failure && job->started_ms && company_signal(job->failure, 0) == SIGNAL_LOG;
}

Test(github, a_log_is_elsewhere_and_for_a_minute)
{
    const struct company_job *job;
    char url[300];

    start(0, 50);
    job = find(logged);
    cr_assert(job);
    (void)job_at(job, job->finished_ms, "/logs");
    cr_expect_eq(got.status, 302);
    snprintf(url, sizeof(url), "%s", header("Location"));
    cr_assert(strncmp(url, "http://127.0.0.1:8080/logs/", 27) == 0, "%s", url);
    get(url);
    cr_expect_eq(got.status, 200);
    cr_expect(strstr(got.body.bytes, job->failure->line), "%s", got.body.bytes);
    cr_expect(faces_open(&got), "nobody needs a token there");
    now += 61000;
    get(url);
    cr_expect_eq(got.status, 403);
    now -= 61000;
    url[strlen(url) - 1] ^= 1;
    get(url);
    cr_expect_eq(got.status, 403);
    stop();
}

Test(github, runners_are_the_organisations)
{
    int online = 0, busy = 0;
    json_t *all, *item;
    size_t i;

    start(0, 50);
    get("/api/v3/orgs/acme/actions/runners?per_page=100");
    all = body();
    json_array_foreach (json_object_get(all, "runners"), i, item) {
        online += strcmp(text_of(item, "status"), "online") == 0;
        busy += json_is_true(json_object_get(item, "busy"));
    }
    cr_expect_gt(busy, 0);
    cr_expect_gt(online, busy);
    cr_expect_gt((int)i, online, "the gpus are gone");
    json_decref(all);
    stop();
}

/* ---- GitLab ---- */

static void each_project(struct ids *ids)
{
    add_pages(ids, "/gitlab/api/v4/groups/acme/projects?include_subgroups=true&per_page=4", "");
}

Test(gitlab, lists_every_pipeline_and_job_once)
{
    struct ids projects = { 0 }, pipelines = { 0 }, jobs = { 0 }, keyset = { 0 };
    struct ids true_runs = { 0 }, true_jobs = { 0 }, again = { 0 };
    char url[200];

    start(0, 20);
    sim.options.history_ms = 8 * DAY_MS;
    each_project(&projects);
    cr_expect_eq(projects.count, 6);
    for (size_t p = 0; p < projects.count; p++) {
        size_t first = pipelines.count;

        snprintf(url, sizeof(url), "/gitlab/api/v4/projects/%lld/pipelines?per_page=100",
                 (long long)projects.ids[p]);
        add_pages(&pipelines, url, "");
        for (size_t i = first; i < pipelines.count; i++) {
            snprintf(url, sizeof(url),
                     "/gitlab/api/v4/projects/%lld/pipelines/%lld/jobs?include_retried=true",
                     (long long)projects.ids[p], (long long)pipelines.ids[i]);
            add_pages(&jobs, url, "");
        }
        snprintf(url, sizeof(url),
                 "/api/v4/projects/%lld/jobs?pagination=keyset&order_by=id&per_page=100",
                 (long long)projects.ids[p]);
        add_pages(&keyset, url, "");
    }
    add_truth(&true_runs, "run", "gitlab", "run_id");
    add_truth(&true_jobs, "job", "gitlab", "job_id");
    add_truth(&again, "job", "gitlab", "job_id");
    expect_same(&pipelines, &true_runs, "pipelines");
    expect_same(&jobs, &true_jobs, "jobs");
    expect_same(&keyset, &again, "jobs by keyset");
    free(projects.ids);
    stop();
}

Test(gitlab, a_project_goes_by_its_path_too)
{
    json_t *list, *project;
    char url[200];

    start(0, 20);
    get("/gitlab/api/v4/projects");
    list = body();
    /* The server has decoded the %2F. */
    snprintf(url, sizeof(url), "/gitlab/api/v4/projects/%s",
             text_of(json_array_get(list, 0), "path_with_namespace"));
    get(url);
    project = body();
    cr_expect(json_equal(project, json_array_get(list, 0)));
    json_decref(project);
    json_decref(list);
    get("/gitlab/api/v4/projects/acme/platform/nothing/pipelines");
    cr_expect_eq(got.status, 404);
    cr_expect(strstr(got.body.bytes, "404 Project Not Found"));
    stop();
}

Test(gitlab, updated_after_finds_what_has_changed)
{
    struct ids projects = { 0 }, ids = { 0 };
    json_t *list, *item;
    char url[200];
    size_t i;

    start(0, 20);
    each_project(&projects);
    snprintf(url, sizeof(url),
             "/gitlab/api/v4/projects/%lld/pipelines?updated_after=2026-11-24T00:00:00Z"
             "&order_by=updated_at&per_page=100",
             (long long)projects.ids[0]);
    get(url);
    list = body();
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
    get(url);
    cr_expect_eq(got.status, 405);
    free(projects.ids);
    free(ids.ids);
    stop();
}

Test(gitlab, the_last_page_names_no_next_one)
{
    start(0, 20);
    get("/gitlab/api/v4/projects?per_page=4");
    cr_expect_str_eq(header("X-Next-Page"), "2");
    cr_expect_str_eq(header("X-Total"), "6");
    cr_expect_str_eq(header("X-Total-Pages"), "2");
    get(next_page());
    cr_expect_str_eq(header("X-Next-Page"), " ");
    cr_expect_str_eq(header("X-Prev-Page"), "1");
    stop();
}

Test(gitlab, too_many_in_a_minute_are_too_many)
{
    start(5000, 2);
    get("/gitlab/api/v4/version");
    cr_expect_str_eq(header("RateLimit-Limit"), "", "it has none");
    sim.minute.limit = 20; /* that one counts */
    for (int i = 1; i < 20; i++)
        get("/gitlab/api/v4/version");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(header("RateLimit-Limit"), "20");
    cr_expect_str_eq(header("RateLimit-Remaining"), "0");
    get("/gitlab/api/v4/version");
    cr_expect_eq(got.status, 429);
    cr_expect_str_eq(got.body.bytes, "Retry later\n");
    cr_expect_eq(atoi(header("Retry-After")), 60 - 7 + 1, "minutes are those of the clock");
    now += (60 - 7) * 1000;
    get("/gitlab/api/v4/version");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(header("RateLimit-Remaining"), "19");
    stop();
}

/* ---- all faces ---- */

Test(faces, each_refuses_in_its_own_words)
{
    static const struct {
        const char *path, *words;
    } cases[] = {
        { "/api/v3/rate_limit", "Requires authentication" },
        { "/gitlab/api/v4/projects", "401 Unauthorized" },
        { "/api/v4/projects", "401 Unauthorized" },
        { "/api/v1/query", "Unauthorized\n" },
    };

    start(0, 2);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        exchange_done(&got);
        exchange_init(&got, &sim, "GET", cases[i].path);
        got.now_ms = now;
        cr_expect_not(faces_open(&got));
        faces_refuse(&got);
        cr_expect_eq(got.status, 401);
        cr_expect(strstr(got.body.bytes, cases[i].words), "%s", got.body.bytes);
    }
    stop();
}

Test(truth, flaky_jobs_are_mostly_those_that_were_made_so)
{
    int made = 0, flaky = 0;
    const char *line;

    start(0, 50);
    get("/truth?kind=flaky");
    for (line = got.body.bytes; line && *line; line = strchr(line, '\n') + 1) {
        json_t *json = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);

        if (strcmp(text_of(json, "state"), "flaky") == 0) {
            flaky++;
            made += json_is_true(json_object_get(json, "made_flaky"));
        }
        json_decref(json);
    }
    cr_expect_gt(made, 3);
    cr_expect_lt(flaky - made, made, "%d of %d", made, flaky);
    stop();
}

Test(truth, all_or_nothing)
{
    start(0, 150);
    get("/truth");
    cr_expect_eq(got.status, 413, "it is larger than an answer can be");
    get("/truth?kind=run");
    cr_expect_eq(got.status, 200);
    get("/truth?kind=job&from=2026-11-20T00:00:00Z");
    cr_expect_eq(got.status, 200);
    cr_expect_eq(got.body.bytes[got.body.len - 1], '\n');
    stop();
}
