/* azure: builds, timelines, pools and agents of Azure DevOps, Services or Server.
 * https://learn.microsoft.com/rest/api/azure/devops/build/ */
#include "config.h"

#include "source/azure.h"

#include <stdlib.h>
#include <string.h>

#include "source/field.h"

enum {
    OPEN_MOST = 60,    /* runs that are asked for by themselves in one poll */
    UNSEEN_POLLS = 20, /* as long as a project may have to wait for its turn */
};

static const struct dx_option options[] = {
    { .name = "projects",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct azure, projects),
      .fallback = "",
      .help = "projects by name; without it all of the organisation or collection" },
    { .name = "include",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct azure, include),
      .fallback = "",
      .help = "only pipelines whose project/name fits, like Billing/*; * takes / too" },
    { .name = "exclude",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct azure, exclude),
      .fallback = "",
      .help = "but none whose project/name fits one of these" },
    { .name = "protected",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct azure, protect),
      .fallback = "",
      .help = "patterns of protected branches, without refs/heads/; without it main, master" },
    { .name = "pools",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct azure, pools),
      .fallback = "yes",
      .help = "ask for agent pools too, and for how long jobs waited in them" },
    { .name = "logs",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct azure, logs),
      .fallback = "no",
      .help = "read the end of a failed job's log where nothing else says why" },
    { .name = "api_version",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct azure, api_version),
      .fallback = "7.1",
      .help = "of the REST API; older servers know older ones only" },
    { 0 },
};

static bool check(const void *config, struct dx_error *err)
{
    const struct azure *az = config;
    const char *const *project = az->projects.item;
    size_t digits = strspn(az->api_version, "0123456789.");

    for (size_t i = 0; i < az->projects.count; i++)
        if (strchr(project[i], '/') || !*project[i] || strlen(project[i]) > AZURE_NAME_MOST)
            return dx_fail(err, DX_FAULT_CONFIG, "no project can be called \"%s\"", project[i]);
    if (digits < 3 ||
        (az->api_version[digits] && strncmp(az->api_version + digits, "-preview", 8) != 0))
        return dx_fail(err, DX_FAULT_CONFIG, "`api_version` is like 7.1 or 6.0, not \"%s\"",
                       az->api_version);
    return true;
}

/* ---- the poll ---- */

/* Those that no list has brought for long: their jobs did not come, or they are deleted. */
static void ask_open(const struct azure *az, struct plan *plan)
{
    struct open_run open[OPEN_MOST];
    size_t n = plan_open_runs(plan, open, OPEN_MOST);
    int64_t patience = UNSEEN_POLLS * plan->every_ms;

    for (size_t i = 0; i < n; i++) {
        struct azure_about about = { .run = arena_text(&plan->arena, open[i].project),
                                     .gate_ms = -1 };
        size_t len = strcspn(open[i].project, "/");

        if (open[i].seen_ms > plan->now_ms - patience && open[i].seen_ms <= plan->now_ms)
            continue;
        about.project = arena_print(&plan->arena, "%.*s", (int)len, open[i].project);
        plan_of_run(plan, azure_ask(az, plan, AZURE_BUILD, strtoll(open[i].id, NULL, 10), &about),
                    &open[i]);
    }
}

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    (void)cursors; /* those of the plan */
    ask_open(config, plan);
    azure_projects_begin(config, plan);
    azure_pools_begin(config, plan);
}

static void probe(const void *config, struct plan *plan)
{
    (void)azure_ask(config, plan, AZURE_PROBE, 0, &(struct azure_about){ .project = "" });
}

/* The version that answers is in the content's type: "...; api-version=7.1". */
static bool decode_probe(const struct reply *reply, struct batch *batch, struct dx_error *err)
{
    static const char mark[] = "api-version=";
    const char *at = strstr(reply->content_type, mark);

    at = at ? at + sizeof(mark) - 1 : "";
    at = batch_text(batch, at, strcspn(at, " ;"));
    batch->version = *at ? arena_print(&batch->arena, "API %s", at) : "";
    return azure_list(reply, "projects", err) != NULL;
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    switch ((enum azure_step)reply->step) {
    case AZURE_PROJECTS:
        return azure_decode_projects(config, reply, plan, batch, err);
    case AZURE_QUEUES:
        return azure_decode_queues(config, reply, plan, batch, err);
    case AZURE_OPEN:
        return azure_decode_open(config, reply, plan, batch, err);
    case AZURE_NEWEST:
    case AZURE_FILL:
        return azure_decode_builds(config, reply, plan, batch, err);
    case AZURE_BUILD:
        return azure_decode_build(config, reply, plan, batch, err);
    case AZURE_TIMELINE:
        return azure_decode_timeline(config, reply, plan, batch, err);
    case AZURE_LOG:
        return azure_decode_log(reply, batch);
    case AZURE_POOLS:
        return azure_decode_pools(config, reply, plan, batch, err);
    case AZURE_AGENTS:
        return azure_decode_agents(reply, batch, err);
    case AZURE_REQUESTS:
        return azure_decode_requests(reply, batch, err);
    case AZURE_PROBE:
        return decode_probe(reply, batch, err);
    case AZURE_STEPS:
        break;
    }
    return true;
}

static uint32_t yields_of(const void *config)
{
    const struct azure *az = config;

    return 1u << DX_KIND_RUN | (az->pools ? 1u << DX_KIND_POOL : 0);
}

/* Projects are asked for by the check, too. */
static const char *scopes(const void *config, struct arena *arena)
{
    const struct azure *az = config;

    return arena_print(arena, "Project and Team (read), Build (read)%s",
                       az->pools ? ", Agent Pools (read)" : "");
}

/* Each poll asks for what is open and what is new in so many projects; their queues are
 * once an hour. */
static double counted(unsigned step, size_t n, double polls)
{
    if (step != AZURE_OPEN && step != AZURE_NEWEST)
        return (double)n;
    return polls * (double)(n < AZURE_VISITS_MOST ? n : AZURE_VISITS_MOST);
}

const struct source source_azure = {
    .name = "azure",
    .summary = "builds, jobs, pools and agents of Azure DevOps, Services or Server",
    .yields = 1u << DX_KIND_RUN | 1u << DX_KIND_POOL,
    .version = 1,
    .config_size = sizeof(struct azure),
    .options = options,
    .every = "30s",
    .history = "35d",
    .auth = SOURCE_AUTH_BASIC,
    .yields_of = yields_of,
    .check = check,
    .ids_are_unique = true, /* within an organisation or collection, which a source is one of */
    .begin = begin,
    .decode = decode,
    .list_most = 20000,
    .refused = azure_refused,
    .less = azure_less,
    .denied = azure_denied,
    .probe = probe,
    .scopes = scopes,
    .counted = counted,
};
