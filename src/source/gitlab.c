/* gitlab: pipelines, jobs and runners of a GitLab, .com or self-managed.
 * https://docs.gitlab.com/api/pipelines/ https://docs.gitlab.com/api/jobs/ */
#include "config.h"

#include "source/gitlab.h"

#include <stdlib.h>

#include "source/field.h"

enum { OPEN_MOST = 60 }; /* runs that are asked for again in one poll */

static const struct dx_option options[] = {
    { .name = "projects",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct gitlab, projects),
      .fallback = "",
      .help = "projects by path, like group/web, or by number" },
    { .name = "group",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct gitlab, group),
      .fallback = "",
      .help = "a group, by path or number: all its projects, those of subgroups too" },
    { .name = "include",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct gitlab, include),
      .fallback = "",
      .help = "of the group only projects whose path fits, like acme/web-*; * takes / too" },
    { .name = "exclude",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct gitlab, exclude),
      .fallback = "",
      .help = "but none whose path fits one of these" },
    { .name = "protected",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct gitlab, protect),
      .fallback = "",
      .help = "patterns of protected branches; without it the default branch of each project" },
    { .name = "runners",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct gitlab, runners),
      .fallback = "yes",
      .help = "ask for the runners too, as far as the token may see them" },
    { .name = "logs",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct gitlab, logs),
      .fallback = "no",
      .help = "read the end of a failed job's log where nothing else says why" },
    { .name = "reviews",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct gitlab, reviews),
      .fallback = "no",
      .help = "read merge requests and who looked at them first: one more request for each" },
    TICKET_LABEL_OPTIONS(struct gitlab),
    { 0 },
};

static bool check(const void *config, struct dx_error *err)
{
    const struct gitlab *g = config;

    if (g->projects.count == 0 && !*g->group)
        return dx_fail(err, DX_FAULT_CONFIG, "give `projects`, or a `group`");
    if (!*g->group && g->include.count + g->exclude.count > 0)
        return dx_fail(err, DX_FAULT_CONFIG,
                       "`include` and `exclude` choose among the projects of a `group`");
    return ticket_labels_check(&g->issues, err);
}

static uint32_t yields_of(const void *config)
{
    const struct gitlab *g = config;

    return 1u << DX_KIND_RUN | 1u << DX_KIND_POOL | (g->issues.on ? 1u << DX_KIND_TICKET : 0) |
           (g->reviews ? 1u << DX_KIND_CHANGE : 0);
}

/* ---- the poll ---- */

/* Those that were open, or whose jobs are missing, the longest unseen first. */
static void ask_open(struct plan *plan)
{
    struct open_run open[OPEN_MOST];
    size_t n = plan_open_runs(plan, open, OPEN_MOST);

    for (size_t i = 0; i < n; i++)
        plan_of_run(plan,
                    gitlab_ask(plan, GITLAB_PIPELINE, strtoll(open[i].id, NULL, 10),
                               &(struct gitlab_about){ .project = open[i].project }),
                    &open[i]);
}

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    (void)cursors; /* those of the plan */
    ask_open(plan);
    gitlab_projects_begin(config, plan);
    gitlab_runners_begin(config, plan);
    gitlab_issues_begin(config, plan);
    gitlab_merges_begin(config, plan);
}

static void probe(const void *config, struct plan *plan)
{
    (void)config;
    (void)gitlab_ask(plan, GITLAB_VERSION, 0, &(struct gitlab_about){ .project = "" });
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    if (reply->astray && !gitlab_has_next(reply))
        reply_tell_astray(batch);
    if (reply->step != GITLAB_VERSION)
        gitlab_issues_sweep(config, plan, batch);
    switch ((enum gitlab_step)reply->step) {
    case GITLAB_GROUP:
        return gitlab_decode_group(config, reply, plan, batch, err);
    case GITLAB_PROJECT:
        return gitlab_decode_project(config, reply, plan, batch, err);
    case GITLAB_PIPELINES:
    case GITLAB_FILL:
        return gitlab_decode_pipelines(config, reply, plan, batch, err);
    case GITLAB_PIPELINE:
        return gitlab_decode_run(config, reply, plan, batch, err);
    case GITLAB_BRIDGES:
        return gitlab_decode_bridges(config, reply, plan, batch, err);
    case GITLAB_JOBS:
        return gitlab_decode_jobs(config, reply, plan, batch, err);
    case GITLAB_TRACE:
        return gitlab_decode_log(reply, batch);
    case GITLAB_RUNNERS:
        return gitlab_decode_runners(reply, plan, batch, err);
    case GITLAB_RUNNER:
        return gitlab_decode_runner(reply, plan, batch);
    case GITLAB_ISSUES:
        return gitlab_decode_issues(config, reply, plan, batch, err);
    case GITLAB_ISSUE:
        return gitlab_decode_issue(config, reply, plan, batch);
    case GITLAB_NOTES:
        return gitlab_decode_notes(config, reply, plan, batch, err);
    case GITLAB_MERGES:
        return gitlab_decode_merges(config, reply, plan, batch, err);
    case GITLAB_MERGE_NOTES:
        return gitlab_decode_merge_notes(config, reply, plan, batch, err);
    case GITLAB_VERSION:
        batch->version = field_text(batch, reply->json, "version");
        break;
    case GITLAB_STEPS:
        break;
    }
    return true;
}

/* Runners of a group are told to its owners only, one by one.
 * https://docs.gitlab.com/api/runners/ */
static const char *scopes(const void *config, struct arena *arena)
{
    const struct gitlab *gitlab = config;
    const char *runners = *gitlab->group ? "; for runners: Owner of the group"
                                         : "; for runners: Maintainer of the projects";

    return arena_print(arena, "read_api, as Reporter%s", gitlab->runners ? runners : "");
}

/* Each poll asks for the newest of so many projects; the rest is once an hour. */
static double counted(unsigned step, size_t n, double polls)
{
    if (step != GITLAB_PIPELINES)
        return (double)n;
    return polls * (double)(n < GITLAB_LISTS_MOST ? n : GITLAB_LISTS_MOST);
}

const struct source source_gitlab = {
    .name = "gitlab",
    .summary = "pipelines, jobs, runners, issues and reviews of a GitLab, .com or self-managed",
    .yields = 1u << DX_KIND_RUN | 1u << DX_KIND_POOL | 1u << DX_KIND_TICKET | 1u << DX_KIND_CHANGE,
    .version = 1,
    .config_size = sizeof(struct gitlab),
    .options = options,
    .every = "30s",
    .history = "35d",
    .url = "https://gitlab.com",
    .auth = SOURCE_AUTH_PRIVATE_TOKEN,
    .yields_of = yields_of,
    .check = check,
    .ids_are_unique = true,
    .tries_are_counted = true,
    .begin = begin,
    .decode = decode,
    .list_most = 1000,
    .refused = gitlab_refused,
    .denied = gitlab_denied,
    .probe = probe,
    .scopes = scopes,
    .counted = counted,
};
