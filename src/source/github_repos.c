/* github: which repositories there are, and which of them are due. */
#include "config.h"

#include "source/github.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"
#include "core/time.h"
#include "source/denied.h"
#include "source/field.h"
#include "source/pattern.h"
#include "source/recall.h"

enum { OWNER_MAX = 39, NAME_MAX_LEN = 100 };

/* How often a repository is asked whose last run or push is that long ago. Who
 * pushes is found by the list of the organisation, at once. */
static const struct {
    int64_t idle_ms, every_ms;
} paces[] = {
    { DAY_MS, 0 },
    { 7 * DAY_MS, 2 * MINUTE_MS },
    { 30 * DAY_MS, 10 * MINUTE_MS },
    { INT64_MAX, 30 * MINUTE_MS },
};
static const int64_t DISCOVER_MS = 6 * HOUR_MS, BRANCH_MS = DAY_MS, FORGOTTEN_MS = 15 * MINUTE_MS;

/* ---- names ---- */

static bool is_part(const char *text, size_t len, size_t most)
{
    bool dots = true;

    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char)text[i]) && !strchr("-_.", text[i]))
            return false;
        dots = dots && text[i] == '.';
    }
    return len > 0 && len <= most && !dots;
}

bool github_named(const char *name)
{
    const char *slash = strchr(name, '/');

    return slash && is_part(name, (size_t)(slash - name), OWNER_MAX) &&
           is_part(slash + 1, strlen(slash + 1), NAME_MAX_LEN);
}

bool github_numbered(const char *repo, const char *id)
{
    return github_named(repo) && *id && id[strspn(id, "0123456789")] == '\0';
}

bool github_owner(const char *name)
{
    return is_part(name, strlen(name), OWNER_MAX);
}

/* Names are the same in any letter case. */
static bool fits(const struct dx_items *patterns, const char *text)
{
    return pattern_fits(patterns, text, PATTERN_ANY_CASE);
}

bool github_wanted(const struct github *config, const char *repo)
{
    return (config->include.count == 0 || fits(&config->include, repo)) &&
           !fits(&config->exclude, repo);
}

static bool configured(const struct github *config, const char *repo)
{
    const char *const *repos = config->repos.item;

    for (size_t i = 0; i < config->repos.count; i++)
        if (strcasecmp(repos[i], repo) == 0)
            return true;
    return false;
}

const char *github_walk(const struct github *config, const struct plan *plan,
                        struct github_walk *walk)
{
    const char *const *repos = config->repos.item;
    const char *name;

    while (walk->at < config->repos.count) {
        name = repos[walk->at++];
        if (github_wanted(config, name)) {
            (void)snprintf(walk->name, sizeof(walk->name), "%s", name);
            return walk->name;
        }
    }
    if (!*config->org)
        return NULL;
    if (!walk->found)
        walk->name[0] = '\0';
    walk->found = true;
    while ((name = github_discovered(plan, walk->name)) != NULL) {
        (void)snprintf(walk->name, sizeof(walk->name), "%s", name);
        if (github_wanted(config, walk->name) && !configured(config, walk->name))
            return walk->name;
    }
    return NULL;
}

/* ---- those that are called something else now ---- */

bool github_walked(const struct github_poll *p, const char *repo)
{
    return github_wanted(p->config, repo) &&
           (configured(p->config, repo) ||
            (*p->config->org && github_recall(p->plan, p->batch, "repo", repo) != 0));
}

bool github_is_another(struct github_poll *p, const char *repo)
{
    const json_t *run = json_array_get(json_object_get(p->reply->json, "workflow_runs"), 0);
    const char *now = field_text(p->batch, json_object_get(run, "repository"), "full_name");
    bool own = configured(p->config, repo);

    if (!github_named(now) || (own ? strcasecmp(now, repo) : strcmp(now, repo)) == 0 ||
        !github_walked(p, now))
        return false;
    batch_note(p->batch, DX_LOG_INFO, "%s is called %s now", repo, now);
    if (!own)
        github_remember(p->batch, "repo", repo, 0);
    else if (github_recall(p->plan, p->batch, "fill", repo) == 0)
        github_remember(p->batch, "fill", repo, p->plan->now_ms - p->plan->history_ms);
    return true;
}

/* ---- the default branch, by its hash: cursors are numbers ---- */

static int64_t branch_mark(const char *branch)
{
    return (int64_t)(text_hash(branch) >> 1 | 1);
}

static int64_t branch_of(const struct github_poll *p, const char *repo)
{
    char key[GITHUB_NAME + 16];

    (void)snprintf(key, sizeof(key), "branch:%s", repo);
    return recall_mark(p->plan, p->batch, key);
}

bool github_protected(const struct github_poll *p, const char *repo, const char *branch,
                      const char *event)
{
    int64_t mark;

    if (!*branch || strncmp(event, "pull_request", 12) == 0)
        return false;
    if (p->config->branches.count > 0)
        return fits(&p->config->branches, branch);
    mark = branch_of(p, repo);
    if (mark != 0)
        return mark == branch_mark(branch);
    return strcmp(branch, "main") == 0 || strcmp(branch, "master") == 0;
}

static void learn(struct github_poll *p, const char *kind, const char *repo, int64_t value)
{
    if (github_recall(p->plan, p->batch, kind, repo) != value)
        github_remember(p->batch, kind, repo, value);
}

static void learn_branch(struct github_poll *p, const char *repo, const json_t *item)
{
    const char *branch = field_text(p->batch, item, "default_branch");

    if (*branch && branch_of(p, repo) != branch_mark(branch))
        github_remember(p->batch, "branch", repo, branch_mark(branch));
}

/* ---- those that may not be read ---- */

/* Those that this poll found are not in the store yet. */
static void count_found(const struct github *config, const struct plan *plan,
                        const struct batch *batch, struct denied *out)
{
    static const char kind[] = "repo:";
    const size_t len = sizeof(kind) - 1;

    for (size_t i = 0; batch && i < batch->cursor_count; i++) {
        const struct cursor *c = &batch->cursors[i];
        const char *repo = c->name + len;

        if (strncmp(c->name, kind, len) == 0 && c->value != 0 &&
            github_recall(plan, NULL, "repo", repo) == 0 && github_wanted(config, repo) &&
            !configured(config, repo))
            denied_add(out, plan, batch, repo, github_recall(plan, batch, "gone", repo));
    }
}

void github_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out)
{
    const struct github *github = config;
    struct github_walk walk = { 0 };
    const char *repo;

    *out = (struct denied){ .things = "repositories",
                            .reads = "runs",
                            .right = "Actions (read), a classic token the scope repo",
                            .step = STEP_RUNS,
                            .listed = *github->org != '\0' };
    while ((repo = github_walk(github, plan, &walk)) != NULL)
        denied_add(out, plan, batch, repo, github_recall(plan, batch, "gone", repo));
    count_found(github, plan, batch, out);
}

/* ---- asking ---- */

bool github_turn(const struct plan *plan, const char *name, int64_t every_ms)
{
    int64_t since = github_recall(plan, NULL, "poll", "");
    int64_t phase = (int64_t)(text_hash(name) % (uint64_t)(every_ms > 0 ? every_ms : 1));

    if (every_ms == 0 || since == 0 || plan->now_ms - since > FORGOTTEN_MS)
        return true;
    return (plan->now_ms + phase) / every_ms != (since + phase) / every_ms;
}

static bool is_due(const struct plan *plan, const struct denied *denied, const char *repo)
{
    int64_t gone = github_recall(plan, NULL, "gone", repo);
    int64_t pushed = github_recall(plan, NULL, "repo", repo);
    int64_t active = github_recall(plan, NULL, "seen", repo);
    size_t i = 0;

    if (gone != 0)
        return !plan->goes_on && (!denied_now(plan, NULL, gone) || denied_again(denied, repo));
    if (github_recall(plan, NULL, "fill", repo) == 0)
        return true; /* never asked */
    if (plan->goes_on)
        return false;
    if (pushed > active)
        active = pushed;
    while (plan->now_ms - active > paces[i].idle_ms)
        i++;
    return github_turn(plan, repo, paces[i].every_ms);
}

static void ask_repo(const struct github *config, struct plan *plan, const char *repo)
{
    struct plan_request *r;

    if (config->branches.count > 0 || github_recall(plan, NULL, "gone", repo) != 0)
        return;
    if (github_recall(plan, NULL, "branch", repo) != 0 && !github_turn(plan, repo, BRANCH_MS))
        return;
    r = plan_get(plan, STEP_REPO, "/repos/", NULL);
    r->path = arena_print(&plan->arena, "/repos/%s", repo);
    r->flags |= PLAN_ANSWER | PLAN_OPTIONAL;
    r->detail_text = arena_text(&plan->arena, repo);
}

/* The whole list once in some hours; in between who pushed last, which costs
 * nothing while nobody does. */
static void ask_org(const struct github *config, struct plan *plan)
{
    int64_t since = plan->now_ms - github_recall(plan, NULL, "discovered", "");
    bool whole = since < 0 || since >= DISCOVER_MS;
    struct plan_request *r =
        plan_get(plan, STEP_REPOS, "/orgs/{}/repos?per_page=100&type=all&", config->org, NULL);

    plan_append(plan, r, whole ? "sort=full_name" : "sort=pushed&direction=desc", NULL);
    r->flags |= PLAN_ANSWER | (whole ? 0 : PLAN_CONDITIONAL);
    r->detail = whole;
}

/* Of more repositories than a poll has room for some wait for the next, where there is one. */
void github_repos_begin(const struct github *config, struct plan *plan)
{
    struct github_walk walk = { 0 };
    const char *repo;
    size_t due = 0, at = 0, first;
    struct denied denied;

    github_denied(config, plan, NULL, &denied);
    if (*config->org && !plan->goes_on)
        ask_org(config, plan);
    while ((repo = github_walk(config, plan, &walk)) != NULL) {
        if (configured(config, repo) && !plan->goes_on)
            ask_repo(config, plan, repo);
        due += is_due(plan, &denied, repo);
    }
    first = due > GITHUB_POLL_MOST ? (size_t)(plan->now_ms / 1000) % due : 0;
    for (int round = 0; round < 2; round++) {
        walk = (struct github_walk){ 0 };
        for (at = 0; (repo = github_walk(config, plan, &walk)) != NULL;) {
            if (!is_due(plan, &denied, repo))
                continue;
            if ((at++ >= first) == (round == 0) && (plan->round || plan->count < GITHUB_POLL_MOST))
                github_runs_ask(plan, repo);
        }
    }
}

/* ---- reading ---- */

/* Returns whether it is new or was pushed to. */
static bool take_repo(struct github_poll *p, const json_t *item)
{
    const char *name = field_text(p->batch, item, "full_name");
    int64_t known, pushed = field_time(item, "pushed_at");

    if (!github_named(name)) {
        p->batch->unknown++;
        return false;
    }
    known = github_recall(p->plan, p->batch, "repo", name);
    if (json_is_true(json_object_get(item, "archived")) ||
        json_is_true(json_object_get(item, "disabled"))) {
        if (known != 0)
            github_remember(p->batch, "repo", name, 0);
        return false;
    }
    if (pushed == 0)
        pushed = 1; /* an empty one */
    learn(p, "repo", name, pushed);
    learn_branch(p, name, item);
    if (pushed <= known)
        return false;
    if (github_wanted(p->config, name) && p->plan->count < GITHUB_POLL_MOST) {
        github_runs_ask(p->plan, name);
        if (known == 0)
            github_changes_found(p->config, p->plan, name);
    }
    return true;
}

bool github_repos_decode(struct github_poll *p, struct dx_error *err)
{
    const json_t *list = p->reply->json, *item;
    bool whole = p->reply->detail != 0;
    size_t i, news = 0;

    if (!json_is_array(list))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of GitHub (no list of repositories)");
    json_array_foreach (list, i, item) {
        news += take_repo(p, item);
    }
    if (*p->reply->next && (whole || news == json_array_size(list)))
        github_next(p)->flags |= PLAN_ANSWER;
    else if (whole) {
        github_remember(p->batch, "discovered", "", p->reply->now_ms);
        /* Of a new organisation nothing was scanned that would say it. */
        github_remember(p->batch, "poll", "", p->reply->now_ms);
    }
    return true;
}

bool github_repo_decode(struct github_poll *p, struct dx_error *err)
{
    if (!json_is_object(p->reply->json))
        return dx_fail(err, DX_FAULT_REPLY, "this is not the API of GitHub (no repository)");
    learn_branch(p, p->reply->detail_text, p->reply->json);
    return true;
}
