/* jenkins: builds, stages, queue and nodes of a Jenkins.
 * https://www.jenkins.io/doc/book/using/remote-access-api/ */
#include "config.h"

#include "source/jenkins.h"

#include <string.h>

#include "source/field.h"

static const char *const unstables[] = { "failure", "success", "excluded", NULL };

static const struct dx_option options[] = {
    { .name = "jobs",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct jenkins, jobs),
      .fallback = "",
      .help = "jobs, folders and multibranch projects by full name, like acme/web; without it "
              "all" },
    { .name = "include",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct jenkins, include),
      .fallback = "",
      .help = "of these only jobs whose full name fits, like acme/web-*; * takes / too" },
    { .name = "exclude",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct jenkins, exclude),
      .fallback = "",
      .help = "but none whose full name fits one of these" },
    { .name = "protected",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct jenkins, protect),
      .fallback = "",
      .help = "patterns of protected branches; main, master and trunk unless given" },
    { .name = "unstable",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct jenkins, unstable),
      .fallback = "failure",
      .choices = unstables,
      .help = "what an unstable build counts as: its tests failed, mostly" },
    { .name = "logs",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct jenkins, logs),
      .fallback = "no",
      .help = "read the end of a failed build's console where nothing else says why" },
    { .name = "executors",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct jenkins, executors),
      .fallback = "yes",
      .help = "ask for the nodes and their executors too" },
    { 0 },
};

static bool check(const void *config, struct dx_error *err)
{
    const struct jenkins *j = config;
    const char *const *jobs = j->jobs.item;

    for (size_t i = 0; i < j->jobs.count; i++) {
        size_t len = strlen(jobs[i]);

        if (len == 0 || len > JENKINS_FULL_MOST || jobs[i][0] == '/' || jobs[i][len - 1] == '/' ||
            strncmp(jobs[i], "job/", 4) == 0)
            return dx_fail(err, DX_FAULT_CONFIG,
                           "`jobs`: \"%.100s\" is no full name; those are like folder/job, "
                           "without /job/",
                           jobs[i]);
    }
    return true;
}

/* Nodes come first: what is read after them finds the pools of nodes. Where nothing is found at
 * `url` the list of jobs ends the poll, before a build that is open counts as missed. */
static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    const struct jenkins *j = config;

    (void)cursors; /* those of the plan */
    if (j->executors)
        jenkins_nodes_begin(plan);
    jenkins_queue_begin(plan);
    jenkins_jobs_begin(j, plan);
    jenkins_open_begin(plan);
    jenkins_fill_begin(j, plan);
}

static void probe(const void *config, struct plan *plan)
{
    (void)config;
    plan_get(plan, JENKINS_VERSION, "/api/json?tree=mode", NULL)->flags |= PLAN_OPTIONAL;
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    struct jenkins_poll p = { .config = config, .plan = plan, .batch = batch, .reply = reply };
    const char *version = reply_header(batch, reply, "x-jenkins");

    if (*version)
        batch->version = version;
    switch ((enum jenkins_step)reply->step) {
    case JENKINS_NODES:
        return jenkins_nodes_decode(&p, err);
    case JENKINS_QUEUE:
        return jenkins_queue_decode(&p, err);
    case JENKINS_TREE:
        return jenkins_jobs_decode(&p, err);
    case JENKINS_BUILDS:
    case JENKINS_FILL:
        return jenkins_builds_decode(&p, err);
    case JENKINS_BUILD:
        return jenkins_build_decode(&p, err);
    case JENKINS_STAGES:
        return jenkins_stages_decode(&p, err);
    case JENKINS_LOG:
        return jenkins_log_decode(&p);
    case JENKINS_VERSION:
    case JENKINS_STEPS:
        break;
    }
    return true;
}

static bool less(const void *config, const struct reply *reply, const struct dx_error *err,
                 struct plan *plan, struct batch *batch)
{
    struct jenkins_poll p = { .config = config, .plan = plan, .batch = batch, .reply = reply };

    (void)err;
    return reply->too_large && (reply->step == JENKINS_BUILDS || reply->step == JENKINS_FILL) &&
           jenkins_builds_less(&p);
}

/* Nodes, queue and consoles need no more. */
static const char *scopes(const void *config, struct arena *arena)
{
    (void)config;
    return arena_text(arena, "Overall/Read, Job/Read");
}

/* Its tree of jobs says which of them moved. */
static double counted(unsigned step, size_t n, double polls)
{
    return step == JENKINS_BUILDS ? 0. : polls * (double)n;
}

const struct source source_jenkins = {
    .name = "jenkins",
    .summary = "builds, stages, queue and nodes of a Jenkins",
    .yields = 1u << DX_KIND_RUN | 1u << DX_KIND_POOL,
    .version = 1,
    .config_size = sizeof(struct jenkins),
    .options = options,
    .every = "60s",
    .history = "35d",
    .auth = SOURCE_AUTH_BASIC,
    .check = check,
    .begin = begin,
    .decode = decode,
    .list_most = 20000,
    .refused = jenkins_refused,
    .less = less,
    .probe = probe,
    .scopes = scopes,
    .counted = counted,
};
