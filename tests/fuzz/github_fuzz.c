/* Any bytes as a reply of GitHub. */
#include "config.h"

#include "fuzz_kit.h"
#include "source/github.h"

static const char *about(unsigned step)
{
    if (step == STEP_ISSUES)
        return "acme 1";
    if (step == STEP_ISSUE || step == STEP_COMMENTS)
        return "acme/web#12 ana";
    if (step == STEP_PULLS)
        return "acme/web 0";
    if (step == STEP_TIMELINE)
        return "acme/web 12 0 ana";
    if (step == STEP_FILL || step == STEP_SCAN)
        return "acme/web 1795431600000 1795518000000";
    if (step == STEP_RUNS || step == STEP_GAP || step == STEP_REPOS || step == STEP_REPO ||
        step == STEP_RUNNERS)
        return "acme/web";
    return "acme/web 501 1 9001 last";
}

/* A job to which annotations can belong. */
static void add_job(struct batch *batch)
{
    struct job *job = batch_job(batch, batch_known_run(batch, "acme/web", "501", 1));

    job->id = "9001";
    job->outcome.result = DX_RESULT_CANCELLED;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *repos[] = { "acme/web", "acme/api" };
    static const struct github config = { .repos = { repos, 2 },
                                          .org = "acme",
                                          .annotations = true,
                                          .logs = true,
                                          .runners = true,
                                          .reviews = true,
                                          .issues = { .on = true } };
    static const struct fuzz_source fuzz = { .source = &source_github,
                                             .config = &config,
                                             .steps = STEP_COUNT,
                                             .plain_step = STEP_LOG,
                                             .head = "",
                                             .every_ms = 30000,
                                             .history_ms = 3024000000,
                                             .about = about,
                                             .before = add_job };

    fuzz_source(&fuzz, data, size);
    return 0;
}
