/* azure_company: the simulated company for tests of sources. */
#include "config.h"

#include "azure_company.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "sim/exchange.h"
#include "sim/noise.h"
#include "sim/sim.h"

static struct sim sim;
static struct exchange x;
static char head[4096], *query;

void azure_company_start(uint64_t seed, int repos, int64_t start_ms, int64_t history_ms)
{
    sim = (struct sim){ .world = { .seed = seed },
                        .start_ms = start_ms,
                        .public_url = "https://sim.example",
                        .options = { repos, start_ms, history_ms } };
    exchange_init(&x, &sim, "GET", "/");
}

void azure_company_stop(void)
{
    exchange_done(&x);
    free(query);
    query = NULL;
    company_free(sim.company);
}

/* ---- answers ---- */

static void decode_path(char *out, const char *path, size_t len)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned code = 0;

        if (path[i] == '%' && sscanf(path + i + 1, "%2x", &code) == 1) {
            out[n++] = (char)code;
            i += 2;
        } else {
            out[n++] = path[i];
        }
    }
    out[n] = '\0';
}

static void write_head(void)
{
    size_t n = 0;

    head[0] = '\0';
    for (size_t i = 0; i < x.header_count; i++) {
        char name[64] = "";

        for (size_t k = 0; x.headers[i].name[k] && k < sizeof(name) - 1; k++)
            name[k] = x.headers[i].name[k] >= 'A' && x.headers[i].name[k] <= 'Z'
                          ? (char)(x.headers[i].name[k] + 32)
                          : x.headers[i].name[k];
        n += (size_t)snprintf(head + n, sizeof(head) - n, "%s: %s\n", name, x.headers[i].value);
    }
}

struct company_answer azure_company_ask(const char *root, const char *path, int64_t now_ms)
{
    static char whole[512];
    size_t len = strcspn(path, "?");

    cr_assert(strlen(root) + len < sizeof(whole));
    snprintf(whole, sizeof(whole), "%s", root);
    decode_path(whole + strlen(root), path, len);
    exchange_done(&x);
    free(query);
    query = strdup(path[len] ? path + len + 1 : "");
    exchange_init(&x, &sim, "GET", whole);
    exchange_add_parameters(&x, query);
    x.now_ms = now_ms;
    faces_answer(&x);
    write_head();
    return (struct company_answer){ .status = x.status,
                                    .content_type = x.content_type ? x.content_type : "",
                                    .head = head,
                                    .body = x.body.bytes ? x.body.bytes : "",
                                    .len = x.body.len };
}

/* ---- the truth ---- */

static int64_t span(int64_t from_ms, int64_t to_ms)
{
    return to_ms < from_ms ? 0 : to_ms - from_ms;
}

static struct true_job true_job(const struct company_job *job, char name[COMPANY_NAME],
                                int64_t now_ms)
{
    bool ran = job->started_ms && job->started_ms <= now_ms;

    return (struct true_job){
        .name = job->def->name,
        .pool = world_pools[job->def->pool].name,
        .runner = ran ? company_runner_name(name, COMPANY_AZURE, job->def->pool, job->runner) : "",
        .index = job->index,
        .attempt = job->attempt->number,
        .done = job->finished_ms <= now_ms,
        .ran = ran,
        .lost = job->failure && (job->failure->abandoned || !job->started_ms),
        .result = job->result,
        .cause = job->failure ? job->failure->cause : DX_CAUSE_NONE,
        .queued_ms = span(job->ready_ms, company_started_ms(job)),
        .duration_ms = span(company_started_ms(job), job->finished_ms),
    };
}

void azure_company_truth(
    int64_t from_ms, int64_t now_ms, void (*on_run)(const struct true_run *run, void *self),
    void (*on_job)(const struct true_run *run, const struct true_job *job, void *self), void *self)
{
    const struct company_query all = { COMPANY_AZURE, -1, -1, from_ms, now_ms };
    const struct company_run **runs;
    size_t count = company_runs(sim_company(&sim, now_ms), &all, &runs);

    for (size_t i = 0; i < count; i++) {
        const struct company_attempt *last = company_attempt_at(runs[i], now_ms);
        const struct company_attempt *first = runs[i]->attempts[0];
        bool started = first->started_ms && first->started_ms <= now_ms;
        char project[COMPANY_TEXT], id[24];
        const struct true_run run = { .project = project,
                                      .id = id,
                                      .pipeline = runs[i]->pipeline->print->name,
                                      .done = last->finished_ms <= now_ms,
                                      .result = last->result,
                                      .queued_ms =
                                          started ? first->started_ms - runs[i]->created_ms : -1 };

        snprintf(project, sizeof(project), "%s/%s", runs[i]->pipeline->repo->owner,
                 runs[i]->pipeline->repo->name);
        snprintf(id, sizeof(id), "%lld", (long long)runs[i]->id);
        on_run(&run, self);
        for (int a = 0; a < last->number; a++)
            for (int j = 0; j < runs[i]->attempts[a]->job_count; j++) {
                const struct company_job *job = &runs[i]->attempts[a]->jobs[j];
                char name[COMPANY_NAME];
                const struct true_job one = true_job(job, name, now_ms);

                if (!job->copy && !job->absent && company_job_listed_ms(job) <= now_ms)
                    on_job(&run, &one, self);
            }
    }
    free(runs);
}
