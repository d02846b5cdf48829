/* ci_store: what runs and jobs cost in the store. Fills one with JOBS jobs (three a
 * run) of 200 pipelines and 12 pools over 60 days, oldest first as they come, then
 * measures a poll with 100 new jobs, the minute's derivations and each view; and how long
 * new jobs take to the screen, by the processor and by the wall, with how much of the machine
 * others had meanwhile: where that is much, the wall's time is theirs. A viewer looks for news
 * four times a second, which is not in it.
 *
 * usage: ci_store DIRECTORY [JOBS [URL]]; prints JSON. URL: that of its one source. Times are the
 * processor's. A store that is in the directory already, with as many jobs, is measured again. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "beside.h"
#include "derive/derive.h"
#include "core/mem.h"
#include "store/store.h"

enum { PIPELINES = 200, POOLS = 12, A_RUN = 3, PIECE = 2000, NEW = 100, ROUNDS = 15 };

static const double SLICE_EVERY_S = 0.05;
static const int64_t SPAN_MS = INT64_C(60) * 86400000, END_MS = INT64_C(1790000000000);

/* By the processor: others may use the machine as well. */
static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static const char *text(struct batch *batch, const char *format, int64_t n)
{
    char out[128];

    snprintf(out, sizeof(out), format, n);
    return batch_text(batch, out, strlen(out));
}

static void outcome(struct outcome *out, bool failed, bool platform)
{
    out->phase = DX_PHASE_DONE;
    out->result = failed ? DX_RESULT_FAILURE : DX_RESULT_SUCCESS;
    out->cause = !failed ? DX_CAUSE_NONE : platform ? DX_CAUSE_PLATFORM : DX_CAUSE_TEST;
    out->evidence = !failed    ? ""
                    : platform ? "runner: the runner has received a shutdown signal (rule 1)"
                               : "test: 3 failed (rule 59)";
    out->raw_status = "completed";
    out->raw_result = failed ? "failure" : "success";
}

static void add_job(struct batch *batch, size_t run, int64_t id, int64_t at_ms, bool failed)
{
    struct job *job = batch_job(batch, run);

    job->name = text(batch, "test (%" PRId64 ")", id % A_RUN);
    job->id = text(batch, "%" PRId64, INT64_C(40000000000) + id);
    job->pool = text(batch, "pool-%" PRId64, id / A_RUN % POOLS);
    job->runner = text(batch, "runner-%" PRId64, id % 400);
    job->url = text(
        batch, "https://github.com/acme/service/actions/runs/20000000000/job/4000%07" PRId64, id);
    job->started = true;
    outcome(&job->outcome, failed, id % 7 == 0);
    job->timing = (struct timing){ .created_ms = at_ms,
                                   .started_ms = at_ms + lrand48() % 300 * 1000,
                                   .queued_basis = "steps[0].started_at - created_at",
                                   .duration_basis = "completed_at - started_at" };
    job->timing.queued_ms = job->timing.started_ms - at_ms;
    job->timing.duration_ms = 60000 + lrand48() % 600 * 1000;
    job->timing.finished_ms = job->timing.started_ms + job->timing.duration_ms;
}

static void add_run(struct batch *batch, int64_t nth, int64_t at_ms)
{
    struct run *run = batch_run(batch);
    bool failed = lrand48() % 8 == 0;
    size_t index = batch->run_count - 1;

    run->project = text(batch, "acme/service-%" PRId64, nth % PIPELINES / 2);
    run->pipeline = nth % 2 ? "test" : "build";
    run->id = text(batch, "%" PRId64, INT64_C(20000000000) + nth);
    run->number = text(batch, "%" PRId64, nth / PIPELINES);
    run->title = text(batch, "Fix the retry of pull number %" PRId64, nth % 5000);
    run->sha = text(batch, "%040" PRIx64, (int64_t)((uint64_t)nth * UINT64_C(2654435761)));
    run->branch = nth % 3 ? text(batch, "feature/%" PRId64, nth % 1000) : "main";
    run->event = nth % 3 ? "pull_request" : "push";
    run->actor = text(batch, "person-%" PRId64, nth % 60);
    run->url = text(batch, "https://github.com/acme/service/actions/runs/%" PRId64,
                    INT64_C(20000000000) + nth);
    run->protected_branch = nth % 3 == 0;
    run->jobs_whole = true;
    outcome(&run->outcome, failed, false);
    run->timing = (struct timing){ .created_ms = at_ms,
                                   .started_ms = at_ms + 5000,
                                   .finished_ms = at_ms + 900000,
                                   .queued_ms = 5000,
                                   .duration_ms = 895000,
                                   .queued_basis = "started_at - created_at",
                                   .duration_basis = "updated_at - run_started_at" };
    run->updated_ms = run->timing.finished_ms;
    for (int i = 0; i < A_RUN; i++)
        add_job(batch, index, nth * A_RUN + i, at_ms, failed && i == 0);
}

static void must(bool ok, const struct dx_error *err)
{
    if (ok)
        return;
    fprintf(stderr, "ci_store: %s\n", err->text);
    exit(1);
}

static void commit(struct store *store, int64_t source, int64_t now_ms, struct batch *batch,
                   bool filling)
{
    const struct poll poll = { .source = source,
                               .name = "gh",
                               .ok = true,
                               .state = filling ? DX_SOURCE_FILLING : DX_SOURCE_LIVE,
                               .filling = filling,
                               .now_ms = now_ms,
                               .next_ms = now_ms + 30000,
                               .every_ms = 30000 };
    struct dx_error err = { 0 };

    must(store_commit(store, &poll, batch, NULL, 0, &err), &err);
    batch_done(batch);
}

/* As the collector does it: slices of what is derived between the commits. */
static double fill(struct store *store, struct deriver *deriver, int64_t source, int64_t runs)
{
    struct dx_error err = { 0 };
    struct batch batch = { 0 };
    double begin = now_s(), upkeep = 0., sliced = begin;
    bool more;

    for (int64_t i = 0; i < runs; i++) {
        int64_t at_ms = END_MS - SPAN_MS + (int64_t)((double)SPAN_MS * (double)i / (double)runs);

        add_run(&batch, i, at_ms);
        if (batch.job_count < PIECE && i + 1 < runs)
            continue;
        commit(store, source, END_MS, &batch, true);
        double before = now_s();
        must(store_upkeep(store, END_MS, &err), &err);
        upkeep += now_s() - before;
        if (now_s() - sliced < SLICE_EVERY_S)
            continue;
        must(deriver_slice(deriver, store, END_MS, &more, &err), &err);
        sliced = now_s();
    }
    must(deriver_settle(deriver, store, END_MS, &err), &err);
    return now_s() - begin - upkeep;
}

static void print_view(struct store *store, const char *name, enum dx_query query, int64_t limit)
{
    struct reader reader = store_reader(store);
    struct dx_error err = { 0 };
    double begin = now_s();
    int64_t n = 0;

    must(store_begin(store, &err), &err);
    void *rows = reader.open(reader.self, query, DX_FILTER(.limit = limit), END_MS);
    while (reader.ops->next(rows))
        n++;
    reader.ops->close(rows);
    store_end(store);
    printf(", \"%s ms\": %.2f, \"%s rows\": %" PRId64, name, (now_s() - begin) * 1e3, name, n);
}

static void look(struct store *view)
{
    static const enum dx_query shown[] = { DX_QUERY_POOLS,    DX_QUERY_PIPELINES, DX_QUERY_FLAKY,
                                           DX_QUERY_FAILURES, DX_QUERY_RUNS,      DX_QUERY_TOTALS };
    struct reader reader = store_reader(view);
    struct dx_error err = { 0 };

    must(store_begin(view, &err), &err);
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        void *rows = reader.open(reader.self, shown[i], DX_FILTER(.limit = 200), END_MS);

        while (reader.ops->next(rows))
            ;
        reader.ops->close(rows);
    }
    store_end(view);
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* From the answer to the rows of each view, that another connection reads. */
static void to_the_screen(struct store *store, struct store *view, int64_t source, int64_t runs)
{
    double cpu[ROUNDS], wall[ROUNDS];
    struct beside begun = beside_begin();

    look(view);
    for (int r = 0; r < ROUNDS; r++) {
        struct batch batch = { 0 };
        int64_t before = store_change(view);
        double cpu_s, wall_s;

        for (int64_t i = 0; i < NEW / A_RUN; i++)
            add_run(&batch, runs + (time(NULL) * ROUNDS + r + 1) * NEW + i, END_MS - 1000000);
        cpu_s = beside_cpu_s();
        wall_s = beside_wall_s();
        commit(store, source, END_MS, &batch, false);
        if (store_change(view) == before)
            must(false, &(struct dx_error){ .text = "the viewer sees no change" });
        look(view);
        cpu[r] = beside_cpu_s() - cpu_s;
        wall[r] = beside_wall_s() - wall_s;
    }
    qsort(cpu, ROUNDS, sizeof(cpu[0]), ascending);
    qsort(wall, ROUNDS, sizeof(wall[0]), ascending);
    printf(", \"new jobs to the screen cpu ms\": %.1f, \"new jobs to the screen wall ms\": %.1f"
           ", \"at most wall ms\": %.1f, \"others had %%\": %.0f",
           cpu[ROUNDS / 2] * 1e3, wall[ROUNDS / 2] * 1e3, wall[ROUNDS - 1] * 1e3,
           beside_others(&begun));
}

static void measure(struct store *store, struct deriver *deriver, int64_t source, int64_t runs)
{
    struct dx_error err = { 0 };
    struct batch batch = { 0 };
    bool more = true;
    double begin, longest = 0.;

    for (int64_t i = 0; i < NEW / A_RUN; i++)
        add_run(&batch, runs + time(NULL) * NEW + i, END_MS - 1000000);
    begin = now_s();
    commit(store, source, END_MS, &batch, false);
    printf(", \"poll of %d jobs ms\": %.1f", NEW / A_RUN * A_RUN, (now_s() - begin) * 1e3);
    must(deriver_settle(deriver, store, END_MS, &err), &err);
    printf(", \"poll and all of it derived ms\": %.1f", (now_s() - begin) * 1e3);
    for (int pass = 0; pass < 2; pass++) { /* all that is due, then what a minute moves */
        begin = now_s();
        for (more = true, longest = 0.; more;) {
            double before = now_s();

            must(deriver_slice(deriver, store, END_MS + pass * 60000 + 60000, &more, &err), &err);
            longest = now_s() - before > longest ? now_s() - before : longest;
        }
        const char *name = pass == 0 ? "all" : "minute";

        printf(", \"%s ms\": %.1f, \"%s, longest slice ms\": %.1f", name, (now_s() - begin) * 1e3,
               name, longest * 1e3);
    }
}

int main(int argc, char **argv)
{
    int64_t jobs = argc > 2 ? strtoll(argv[2], NULL, 10) : 1000000, id;
    const struct source_row row = { "gh", "github", argc > 3 ? argv[3] : "https://api.github.com",
                                    1U << DX_KIND_RUN | 1U << DX_KIND_POOL, 30000 };
    char *path = mem_print("%s/ci-bench.db", argc > 1 ? argv[1] : ".");
    bool fresh = access(path, F_OK) != 0;
    struct deriver *deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED);
    struct dx_error err = { 0 };
    struct store *store = store_open(path, STORE_COLLECT, &err), *view;
    struct rusage usage;
    struct stat st;
    double took;

    must(store && store_lock(store), &err);
    must(store_sources(store, &row, 1, &id, &err), &err);
    store_on_derive(store, deriver_commit, deriver);
    printf("{\"jobs\": %" PRId64, jobs);
    if (fresh) {
        took = fill(store, deriver, id, jobs / A_RUN);
        printf(", \"jobs/s\": %.0f", (double)jobs / took);
    }
    measure(store, deriver, id, jobs / A_RUN);
    view = store_open(path, STORE_VIEW, &err);
    must(view != NULL, &err);
    to_the_screen(store, view, id, jobs / A_RUN);
    store_close(view);
    must(store_upkeep(store, END_MS, &err), &err);
    store_close(store);
    (void)stat(path, &st);
    printf(", \"bytes/job\": %.1f", (double)st.st_size / (double)jobs);
    store = store_open(path, STORE_VIEW, &err);
    must(store != NULL, &err);
    print_view(store, "pools", DX_QUERY_POOLS, 0);
    print_view(store, "pipelines", DX_QUERY_PIPELINES, 0);
    print_view(store, "flaky", DX_QUERY_FLAKY, 0);
    print_view(store, "failures", DX_QUERY_FAILURES, 0);
    print_view(store, "runs", DX_QUERY_RUNS, 200);
    print_view(store, "jobs", DX_QUERY_JOBS, 200);
    print_view(store, "totals", DX_QUERY_TOTALS, 0);
    getrusage(RUSAGE_SELF, &usage);
    printf(", \"max RSS MiB\": %.1f}\n", (double)usage.ru_maxrss / 1024.);
    store_close(store);
    deriver_free(deriver);
    free(path);
    return 0;
}
