/* The simulated company, and what is true of it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/company.h"
#include "sim/incident.h"
#include "sim/noise.h"
#include "sim_ci_kit.h"
#include "sim/sim.h"
#include "sim/tickets.h"

TestSuite(company, .timeout = 60);
TestSuite(faces, .timeout = 60);
TestSuite(truth, .timeout = 60);

static struct company *make_in(const struct world *world, int64_t start_ms, int repos)
{
    const struct company_options options = { repos, start_ms, 30 * DAY_MS };
    struct company *company = company_new(world, &options);

    company_extend(company, start_ms);
    return company;
}

static struct company *make(uint64_t seed, int64_t start_ms, int repos)
{
    return make_in(&(struct world){ .seed = seed }, start_ms, repos);
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

struct troubles {
    int all, platform, waited;
};

static void count_troubles(const struct company_job *job, void *self)
{
    struct troubles *t = self;

    if (job->copy || !job->started_ms)
        return;
    t->all++;
    t->platform += job->failure && job->failure->cause == DX_CAUSE_PLATFORM;
    t->waited += job->started_ms - job->ready_ms > 5 * MINUTE_MS;
}

static int late_tickets(struct company *company)
{
    struct sla_cycle cycles[SLA_CYCLES_MOST];
    int late = 0;

    company->desk = helpdesk_new(company);
    helpdesk_extend(company->desk, T);
    for (size_t i = 0; i < company->desk->count[TICKETS_JIRA]; i++) {
        size_t count =
            ticket_sla(company->desk->tickets[TICKETS_JIRA][i], GOAL_RESOLUTION, T, cycles);

        late += count > 0 && cycles[count - 1].breached;
    }
    return late;
}

/* Wherever its office is: people work, and promises count, by the same clock. */
Test(company, is_calm_where_that_is_wanted)
{
    const struct world usual = { .seed = 7 };
    const struct world calm = { .seed = 7, .calm = true, .ahead_ms = 3 * DAY_MS + 11 * HOUR_MS };
    struct company *one = make_in(&usual, T, 50), *other = make_in(&calm, T, 50);
    struct troubles bad = { 0 }, well = { 0 };

    each_job(one, count_troubles, &bad);
    each_job(other, count_troubles, &well);
    cr_expect_gt(well.all, 5000);
    cr_expect_lt(well.platform * 200, well.all, "%d of %d", well.platform, well.all);
    cr_expect_gt(bad.platform, 2 * well.platform, "%d, %d", bad.platform, well.platform);
    cr_expect_lt(well.waited * 50, well.all, "%d of %d", well.waited, well.all);
    cr_expect_gt(bad.waited, 4 * well.waited, "%d, %d", bad.waited, well.waited);
    cr_expect_gt(late_tickets(one), 10 * late_tickets(other));
    company_free(one);
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

    sim_ci_start(0, 2);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        exchange_done(&got);
        exchange_init(&got, &sim, "GET", cases[i].path);
        got.now_ms = now;
        cr_expect_not(faces_open(&got));
        faces_refuse(&got);
        cr_expect_eq(got.status, 401);
        cr_expect(strstr(got.body.bytes, cases[i].words), "%s", got.body.bytes);
    }
    sim_stop();
}

Test(faces, a_method_is_a_whole_word)
{
    static const char *const methods[] = { "", "GE", "T", "GETS", "GET POST" };

    sim_ci_start(0, 2);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        exchange_done(&got);
        exchange_init(&got, &sim, methods[i], "/gitlab/api/v4/version");
        got.now_ms = now;
        faces_answer(&got);
        cr_expect_eq(got.status, 405, "\"%s\": %d", methods[i], got.status);
    }
    sim_stop();
}

Test(truth, flaky_jobs_are_mostly_those_that_were_made_so)
{
    int made = 0, flaky = 0;
    const char *line;

    sim_ci_start(0, 50);
    sim_get("/truth?kind=flaky");
    for (line = got.body.bytes; line && *line; line = next_line(line)) {
        json_t *json = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);

        if (strcmp(text_of(json, "state"), "flaky") == 0) {
            flaky++;
            made += json_is_true(json_object_get(json, "made_flaky"));
        }
        json_decref(json);
    }
    cr_expect_gt(made, 3);
    cr_expect_lt(flaky - made, made, "%d of %d", made, flaky);
    sim_stop();
}

Test(truth, all_or_nothing)
{
    sim_ci_start(0, 150);
    sim_get("/truth");
    cr_expect_eq(got.status, 413, "it is larger than an answer can be");
    sim_get("/truth?kind=run");
    cr_expect_eq(got.status, 200);
    sim_get("/truth?kind=job&from=2026-11-20T00:00:00Z");
    cr_expect_eq(got.status, 200);
    cr_expect_eq(got.body.bytes[got.body.len - 1], '\n');
    sim_stop();
}
