/* store_ci_kit: runs and jobs for a store. */
#include "config.h"

#include "store_ci_kit.h"

#include <string.h>

struct batch batch;

void store_ci_start(void)
{
    kit_init();
    kit_collect();
    batch = (struct batch){ .run_count = 0 };
}

struct run *add_run(const char *id, int64_t attempt, enum dx_result result, int64_t end_ms)
{
    struct run *run = batch_run(&batch);

    run->project = "acme/web";
    run->pipeline = "ci";
    run->id = id;
    run->attempt = attempt;
    run->sha = SHA_A;
    run->branch = "main";
    run->url = "https://ci.example/acme/web/runs/77";
    run->protected_branch = true;
    run->outcome.phase = end_ms > 0 ? DX_PHASE_DONE : DX_PHASE_RUNNING;
    run->outcome.result = result;
    run->outcome.raw_status = end_ms > 0 ? "completed" : "in_progress";
    run->timing.created_ms = T0 - HOUR;
    run->timing.started_ms = T0 - HOUR;
    run->timing.finished_ms = end_ms;
    return run;
}

struct job *add_job(size_t run, const char *id, const char *name, enum dx_result result)
{
    struct job *job = batch_job(&batch, run);

    job->id = id;
    job->name = name;
    job->pool = "linux";
    job->started = true;
    job->url = "https://ci.example/acme/web/runs/77/job/8";
    job->outcome.phase = result == DX_RESULT_NONE ? DX_PHASE_QUEUED : DX_PHASE_DONE;
    job->outcome.result = result;
    job->timing.created_ms = T0 - HOUR;
    if (result != DX_RESULT_NONE) {
        job->timing.started_ms = T0 - HOUR + 20 * SECOND;
        job->timing.finished_ms = T0 - 10 * MINUTE;
        job->timing.queued_ms = 20 * SECOND;
        job->timing.queued_basis = "started_at - created_at";
    }
    return job;
}

void expect_text(const char *have, const char *want)
{
    cr_expect(strcmp(have, want) == 0, "have\n%swant\n%s", have, want);
}
