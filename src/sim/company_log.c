/* company_log: the steps of a job and what it prints. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "sim/company.h"
#include "sim/noise.h"

/* ---- steps ---- */

static const char *work_step(const struct company_job *job)
{
    switch (job->def->work) {
    case WORK_LINT:
        return "Run checks";
    case WORK_BUILD:
        return "Build";
    case WORK_TEST:
        return "Run tests";
    case WORK_DEPLOY:
        return "Deploy";
    case WORK_TRAIN:
        break;
    }
    return "Train";
}

static bool has_container(const struct company_job *job)
{
    return job->def->pool != POOL_MACOS && job->def->pool != POOL_WINDOWS;
}

/* Share of the job's time that passes before a place shows. */
static double begin_of(enum company_place place)
{
    switch (place) {
    case PLACE_NEVER:
    case PLACE_SETUP:
        return 0.;
    case PLACE_CONTAINERS:
        return 0.02;
    case PLACE_CHECKOUT:
        return 0.08;
    case PLACE_WORK:
        break;
    }
    return 0.12;
}

static const struct {
    enum company_place place;
    const char *name;
} plan[] = {
    { PLACE_SETUP, "Set up job" },
    { PLACE_CONTAINERS, "Initialize containers" },
    { PLACE_CHECKOUT, "Check out the code" },
    { PLACE_WORK, NULL },
};
enum { PLAN = 4 };

size_t company_steps(const struct company_job *job, struct company_step steps[COMPANY_STEPS_MOST])
{
    enum company_place bad = job->failure ? job->failure->place : PLACE_WORK;
    double span = (double)(job->finished_ms - job->started_ms);
    bool over = false;
    size_t n = 0;

    if (!job->started_ms)
        return 0;
    for (int i = 0; i < PLAN; i++) {
        struct company_step *step = &steps[n];
        double from = begin_of(plan[i].place),
               to = i + 1 < PLAN ? begin_of(plan[i + 1].place) : 0.97;

        if (plan[i].place == PLACE_CONTAINERS && !has_container(job) && bad != PLACE_CONTAINERS)
            continue;
        *step = (struct company_step){ .name = plan[i].name ? plan[i].name : work_step(job),
                                       .result = over ? DX_RESULT_SKIPPED : DX_RESULT_SUCCESS };
        n++;
        step->started_ms = job->started_ms + (int64_t)(span * (over ? 0.97 : from));
        step->finished_ms = over ? step->started_ms : job->started_ms + (int64_t)(span * to);
        if (!over && plan[i].place == bad && job->result != DX_RESULT_SUCCESS) {
            step->result = job->result;
            step->finished_ms = job->started_ms + (int64_t)(span * 0.97);
            over = true;
        }
    }
    steps[n++] = (struct company_step){ "Complete job", job->started_ms + (int64_t)(span * 0.97),
                                        job->finished_ms, DX_RESULT_SUCCESS };
    return n;
}

/* ---- logs ---- */

struct log {
    const struct company_job *job;
    enum company_system system;
    int64_t until_ms; /* what is printed later is not there yet */
    struct buf *out;
};

/* A line as the system dresses it; at which share of the job's time. */
static void say(const struct log *log, double share, const char *text)
{
    const struct company_job *job = log->job;
    int64_t at_ms =
        job->started_ms + (int64_t)((double)(job->finished_ms - job->started_ms) * share);
    char when[TIME_TEXT];
    time_t s = (time_t)(at_ms / 1000);
    struct tm tm;

    if (at_ms > log->until_ms)
        return;
    (void)gmtime_r(&s, &tm);
    (void)strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%S", &tm);
    if (log->system == COMPANY_GITHUB || log->system == COMPANY_AZURE)
        (void)buf_print(log->out, "%s.%03d%04dZ ", when, (int)(at_ms % 1000),
                        (int)(job->key % 10000));
    (void)buf_text(log->out, text);
    (void)buf_text(log->out,
                   log->system == COMPANY_GITHUB || log->system == COMPANY_AZURE ? "\r\n" : "\n");
}

static void say_work(const struct log *log)
{
    char line[200];

    for (int i = 0; i < 12; i++) {
        uint64_t hash = noise_hash(log->job->key, 8100, i);

        (void)snprintf(line, sizeof(line), "\x1b[36m[%2d/12]\x1b[0m step %08" PRIx32 " took %d ms",
                       i + 1, (uint32_t)hash, (int)(hash % 9000));
        say(log, 0.12 + 0.06 * i, line);
    }
}

static void say_failure(const struct log *log)
{
    const struct company_failure *f = log->job->failure;
    char line[200];

    if (*f->before)
        say(log, 0.9, f->before);
    if (*f->line)
        say(log, 0.93, f->line);
    if (f->abandoned || log->job->timed_out)
        return; /* nobody is there to say more */
    (void)snprintf(line, sizeof(line), "##[error]Process completed with exit code %d.",
                   f->exit_code);
    if (log->system == COMPANY_GITHUB)
        say(log, 0.95, line);
    (void)snprintf(line, sizeof(line), "##[error]Bash exited with code '%d'.", f->exit_code);
    if (log->system == COMPANY_AZURE)
        say(log, 0.95, line);
    (void)snprintf(line, sizeof(line), "script returned exit code %d", f->exit_code);
    if (log->system == COMPANY_JENKINS)
        say(log, 0.95, line);
}

static void say_gitlab_end(const struct log *log)
{
    const struct company_failure *f = log->job->failure;
    char line[200];

    if (!f)
        say(log, 0.98,
            log->job->result == DX_RESULT_SUCCESS ? "\x1b[32;1mJob succeeded\x1b[0;m"
                                                  : "ERROR: Job failed: canceled");
    else if (strcmp(f->reason, "runner_system_failure") == 0)
        say(log, 0.98,
            "\x1b[31;1mERROR: Job failed (system failure): prepare environment: exit "
            "status 1\x1b[0;m");
    else if (log->job->timed_out)
        say(log, 0.98,
            "\x1b[31;1mERROR: Job failed: execution took longer than 1h0m0s seconds"
            "\x1b[0;m");
    else {
        (void)snprintf(line, sizeof(line), "\x1b[31;1mERROR: Job failed: exit code %d\x1b[0;m",
                       f->exit_code);
        say(log, 0.98, line);
    }
}

static void say_jenkins_end(const struct log *log)
{
    const struct company_job *job = log->job;
    char name[COMPANY_NAME], line[200];

    if (job->failure && job->failure->abandoned) {
        (void)snprintf(line, sizeof(line),
                       "Cannot contact %s: hudson.remoting.ChannelClosedException: Channel \"%s\": "
                       "Remote call failed. The channel is closing down or has closed down",
                       company_runner_name(name, COMPANY_JENKINS, job->def->pool, job->runner),
                       name);
        say(log, 0.95, line);
        say(log, 0.96, "Agent went offline during the build");
    }
    if (job->timed_out)
        say(log, 0.95, "Cancelling nested steps due to timeout");
    say(log, 0.99,
        job->result == DX_RESULT_SUCCESS     ? "Finished: SUCCESS"
        : job->result == DX_RESULT_CANCELLED ? "Finished: ABORTED"
                                             : "Finished: FAILURE");
}

static void say_beginning(const struct log *log)
{
    const struct company_job *job = log->job;
    char name[COMPANY_NAME], line[200];

    (void)company_runner_name(name, log->system, job->def->pool, job->runner);
    switch (log->system) {
    case COMPANY_GITHUB:
        say(log, 0., "Current runner version: '2.319.1'");
        (void)snprintf(line, sizeof(line), "Runner name: '%s'", name);
        say(log, 0., line);
        break;
    case COMPANY_GITLAB:
        say(log, 0., "\x1b[0KRunning with gitlab-runner 17.3.1 (66a723c3)\x1b[0;m");
        (void)snprintf(line, sizeof(line),
                       "section_start:%" PRId64 ":prepare_executor\r\x1b[0K\x1b[0K\x1b[36;1m"
                       "Preparing the \"docker\" executor\x1b[0;m",
                       job->started_ms / 1000);
        say(log, 0., line);
        break;
    case COMPANY_JENKINS:
        say(log, 0., "[Pipeline] node");
        (void)snprintf(line, sizeof(line), "Running on %s in /var/lib/jenkins/workspace/%s", name,
                       job->attempt->run->pipeline->repo->name);
        say(log, 0., line);
        break;
    case COMPANY_AZURE:
        (void)snprintf(line, sizeof(line), "##[section]Starting: %s", job->def->name);
        say(log, 0., line);
        break;
    case COMPANY_SYSTEMS:
        break;
    }
}

void company_log(const struct company_job *job, int64_t at_ms, struct buf *out)
{
    struct log log = { job, job->attempt->run->pipeline->repo->system, at_ms, out };

    if (!job->started_ms || at_ms < job->started_ms) {
        if (job->failure && log.system == COMPANY_JENKINS)
            (void)buf_print(out,
                            "Still waiting to schedule task\nAll nodes of label \xE2\x80\x98%s"
                            "\xE2\x80\x99 are offline\n",
                            world_pools[job->def->pool].name);
        return;
    }
    say_beginning(&log);
    if (!job->failure || job->failure->place == PLACE_WORK)
        say_work(&log);
    if (job->failure)
        say_failure(&log);
    if (log.system == COMPANY_GITLAB)
        say_gitlab_end(&log);
    else if (log.system == COMPANY_JENKINS)
        say_jenkins_end(&log);
    else if (log.system == COMPANY_GITHUB && job->result == DX_RESULT_CANCELLED)
        say(&log, 0.96, "##[error]The operation was canceled.");
}
