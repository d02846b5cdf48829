/* github: runs, jobs and runners of GitHub Actions, on github.com, GHE.com and
 * GitHub Enterprise Server. https://docs.github.com/en/rest/actions */
#include "config.h"

#include "source/github.h"

#include "source/field.h"

static const struct dx_option options[] = {
    { .name = "repos",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct github, repos),
      .fallback = "",
      .help = "repositories, as owner/name" },
    { .name = "org",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct github, org),
      .fallback = "",
      .help = "all repositories of this organisation, but archived and disabled ones" },
    { .name = "include",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct github, include),
      .fallback = "",
      .help = "only those whose owner/name fits one of these patterns (* and ?)" },
    { .name = "exclude",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct github, exclude),
      .fallback = "",
      .help = "not those whose owner/name fits one of these patterns" },
    { .name = "branches",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct github, branches),
      .fallback = "",
      .help = "patterns of branches that count as protected; without it the default branch" },
    { .name = "annotations",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct github, annotations),
      .fallback = "yes",
      .help = "read the annotations of failed jobs: one more request for each" },
    { .name = "logs",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct github, logs),
      .fallback = "no",
      .help = "read the end of the logs of failed jobs: one more request for each" },
    { .name = "runners",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct github, runners),
      .fallback = "yes",
      .help = "read the self-hosted runners, where the token may see them" },
    { .name = "reviews",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct github, reviews),
      .fallback = "no",
      .help = "read pull requests and who looked at them first: one more request for each" },
    TICKET_LABEL_OPTIONS(struct github),
    { 0 },
};

enum { COUNTED_AN_HOUR = 12 };

static const char *const headers[] = { "X-GitHub-Api-Version: 2022-11-28", NULL };

static bool check(const void *config, struct dx_error *err)
{
    const struct github *g = config;
    const char *const *repos = g->repos.item;

    if (g->repos.count == 0 && !*g->org)
        return dx_fail(err, DX_FAULT_CONFIG, "`repos` or `org` has to be given");
    for (size_t i = 0; i < g->repos.count; i++)
        if (!github_named(repos[i]))
            return dx_fail(err, DX_FAULT_CONFIG,
                           "`repos`: \"%.100s\" is not of the form owner/name", repos[i]);
    if (*g->org && !github_owner(g->org))
        return dx_fail(err, DX_FAULT_CONFIG, "`org`: \"%.60s\" is no name of an organisation",
                       g->org);
    return ticket_labels_check(&g->issues, err);
}

static uint32_t yields_of(const void *config)
{
    const struct github *g = config;

    return 1u << DX_KIND_RUN | 1u << DX_KIND_POOL | (g->issues.on ? 1u << DX_KIND_TICKET : 0) |
           (g->reviews ? 1u << DX_KIND_CHANGE : 0);
}

/* What is new first, then what is open, then history. */
static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    struct github_walk walk = { 0 };
    size_t repos = 0;

    (void)cursors; /* those of the plan */
    while (github_walk(config, plan, &walk))
        repos++;
    github_repos_begin(config, plan);
    github_open_begin(plan, repos);
    github_runners_begin(config, plan, repos);
    github_issues_begin(config, plan);
    github_changes_begin(config, plan);
    if (!plan->goes_on)
        github_scan_begin(config, plan, repos);
    github_fill_begin(config, plan);
}

/* GHES says its version here, github.com does not. */
static void probe(const void *config, struct plan *plan)
{
    (void)config;
    plan_get(plan, STEP_META, "/meta", NULL)->flags |= PLAN_OPTIONAL | PLAN_ANSWER;
}

static bool is_left_out(struct github_poll *p)
{
    char repo[GITHUB_NAME];

    if (p->reply->step > STEP_SCAN ||
        !github_is_another(p, github_word(p->reply->detail_text, 0, repo)))
        return false;
    if (p->reply->step == STEP_SCAN)
        github_scan_skip(p);
    return true;
}

static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    struct github_poll p = { config, plan, batch, reply };

    if (reply->step != STEP_META)
        github_issues_sweep(&p);
    if (reply->status < 200 || reply->status > 299)
        return github_answered(&p, err);
    if (reply->astray)
        reply_tell_astray(batch);
    if (is_left_out(&p))
        return true;
    switch ((enum github_step)reply->step) {
    case STEP_RUNS:
    case STEP_GAP:
        return github_runs_decode(&p, err);
    case STEP_FILL:
        return github_fill_decode(&p, err);
    case STEP_SCAN:
        return github_scan_decode(&p, err);
    case STEP_RUN:
        return github_run_decode(&p, err);
    case STEP_JOBS:
        return github_jobs_decode(&p, err);
    case STEP_ANNOTATIONS:
        return github_annotations_decode(&p, err);
    case STEP_LOG:
        github_log_decode(&p);
        return true;
    case STEP_REVIEWS:
        return github_reviews_decode(&p, err);
    case STEP_REPOS:
        return github_repos_decode(&p, err);
    case STEP_REPO:
        return github_repo_decode(&p, err);
    case STEP_RUNNERS:
        return github_runners_decode(&p, err);
    case STEP_ISSUES:
        return github_issues_decode(&p, err);
    case STEP_ISSUE:
        return github_issue_decode(&p, err);
    case STEP_COMMENTS:
        return github_comments_decode(&p, err);
    case STEP_PULLS:
        return github_pulls_decode(&p, err);
    case STEP_TIMELINE:
        return github_timeline_decode(&p, err);
    case STEP_META:
        batch->version = field_text(batch, reply->json, "installed_version");
        return true;
    case STEP_COUNT:
        break;
    }
    return dx_fail(err, DX_FAULT_REPLY, "an answer to no question");
}

/* https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens
 * The reference has Checks in it; the page where such a token is made has not. */
static const char *scopes(const void *config, struct arena *arena)
{
    const struct github *github = config;
    bool org = *github->org != '\0';
    const char *runners = "";

    if (github->runners)
        runners = org ? "; for runners: Self-hosted runners of the organisation"
                      : "; for runners: Administration";
    return arena_print(arena, "to read Metadata, Actions%s%s%s%s; a classic token: repo%s",
                       github->issues.on ? ", Issues" : "",
                       github->reviews ? ", Pull requests" : "", runners,
                       github->annotations ? "; for annotations: Checks, which a fine-grained "
                                             "token cannot be given"
                                           : "",
                       github->runners && org ? ", admin:org" : "");
}

/* A list of runs is a 304 while nothing happens. Where people work, runs begin, change
 * and end, and their jobs are asked for: it was 8 to 12 an hour for each repository. */
static double counted(unsigned step, size_t n, double polls)
{
    double each = step == STEP_RUNS && polls > COUNTED_AN_HOUR ? COUNTED_AN_HOUR : polls;

    return (double)n * each;
}

const struct source source_github = {
    .name = "github",
    .summary = "runs, jobs and runners of GitHub Actions, issues and reviews",
    .yields = 1u << DX_KIND_RUN | 1u << DX_KIND_POOL | 1u << DX_KIND_TICKET | 1u << DX_KIND_CHANGE,
    .version = 1,
    .config_size = sizeof(struct github),
    .options = options,
    .every = "30s",
    .history = "35d",
    .url = "https://api.github.com",
    .auth = SOURCE_AUTH_BEARER,
    .accept = "application/vnd.github+json",
    .headers = headers,
    .yields_of = yields_of,
    .check = check,
    .ids_are_unique = true,
    .begin = begin,
    .ahead = true,
    .decode = decode,
    .list_most = 1000,
    .refused = github_refused,
    .denied = github_denied,
    .probe = probe,
    .scopes = scopes,
    .counted = counted,
};
