/* jenkins: what plugins add to a build: its times in the queue, the revision, who or
 * what began and who ended it, its tests, the causes that Build Failure Analyzer
 * found. Of these actions many are empty objects, and any may be missing. */
#include "config.h"

#include "source/jenkins.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "source/field.h"

enum { MESSAGES_MOST = 10 };

static bool is_class(const json_t *object, const char *part)
{
    return value_has(json_object_get(object, "_class"), part);
}

/* ---- times: the plugin Metrics ---- */

static int64_t millis(const json_t *action, const char *name)
{
    return json_is_number(json_object_get(action, name)) ? field_ms(action, name) : -1;
}

/* The whole wait is not shown by every version, but its three parts are. */
static void take_times(struct jenkins_actions *out, const json_t *action)
{
    int64_t blocked = millis(action, "blockedDurationMillis");
    int64_t waiting = millis(action, "waitingDurationMillis");
    int64_t buildable = millis(action, "buildableDurationMillis");
    int64_t all = millis(action, "buildableTimeMillis");

    out->queuing_ms = millis(action, "queuingDurationMillis");
    if (out->queuing_ms < 0 && blocked >= 0 && waiting >= 0 && buildable >= 0)
        out->queuing_ms = blocked + waiting + buildable;
    out->blocked_ms = blocked;
    out->waiting_ms = waiting;
    out->buildable_ms = buildable;
    if (all >= 0 && buildable >= 0)
        out->steps_ms = all - buildable;
    out->nodes = millis(action, "subTaskCount");
}

/* ---- what began it ---- */

static const struct {
    const char *class, *event;
} events[] = {
    { "TimerTriggerCause", "schedule" }, { "BranchIndexingCause", "push" },
    { "BranchEventCause", "push" },      { "PullRequest", "pull_request" },
    { "GitHubPRCause", "pull_request" }, { "MergeRequest", "pull_request" },
    { "GhprbCause", "pull_request" },    { "SCMTriggerCause", "push" },
    { "CommitHookCause", "push" },       { "PushCause", "push" },
    { "GitLabWebHookCause", "push" },    { "ReplayCause", "replay" },
    { "RebuildCause", "rebuild" },       { "RestartDeclarativePipelineCause", "restart" },
    { "UpstreamCause", "upstream" },     { "RemoteCause", "api" },
    { "UserIdCause", "manual" },         { "UserCause", "manual" },
};
enum { EVENTS = sizeof(events) / sizeof(events[0]) };

/* Of several causes the one that stands first in the table is the reason: who replays
 * a build is its user too. */
static void take_causes(struct jenkins_poll *p, struct jenkins_actions *out, const json_t *action)
{
    size_t best = EVENTS, i;
    const json_t *cause;

    json_array_foreach (json_object_get(action, "causes"), i, cause) {
        const char *user = field_text(p->batch, cause, "userId");

        for (size_t e = 0; e < best; e++)
            if (is_class(cause, events[e].class)) {
                best = e;
                out->event = events[e].event;
            }
        if (!*out->actor)
            out->actor = *user ? user : field_text(p->batch, cause, "userName");
        if (!*out->started_by)
            out->started_by = field_text(p->batch, cause, "shortDescription");
    }
}

/* ---- what ended it ---- */

static void take_interruption(struct jenkins_poll *p, struct jenkins_actions *out,
                              const json_t *action)
{
    const json_t *cause;
    size_t i;

    json_array_foreach (json_object_get(action, "causes"), i, cause) {
        const char *text = field_text(p->batch, cause, "shortDescription");

        if (is_class(cause, "ExceededTimeout"))
            out->by_timeout = true;
        if (is_class(cause, "RemovedNode") || is_class(cause, "OfflineCause"))
            out->by_node = true;
        if (!*out->interrupted)
            out->interrupted = *text ? text : "interrupted";
    }
}

/* ---- the revision ---- */

/* "refs/remotes/origin/main" "origin/main" "refs/heads/main" -> "main" */
static const char *branch_of(const char *name)
{
    static const char *const before[] = { "refs/remotes/origin/", "refs/heads/", "origin/",
                                          "refs/tags/" };

    if (strcmp(name, "detached") == 0)
        return "";
    for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++)
        if (strncmp(name, before[i], strlen(before[i])) == 0)
            return name + strlen(before[i]);
    return name;
}

/* A build that uses shared libraries has a revision of each: the one of its own branch
 * counts, else the first. */
static void take_revision(struct jenkins_poll *p, const struct jenkins_job *job,
                          struct jenkins_actions *out, const json_t *action)
{
    const json_t *revision = json_object_get(action, "lastBuiltRevision");
    const json_t *first = json_array_get(json_object_get(revision, "branch"), 0);
    const char *branch = branch_of(field_text(p->batch, first, "name"));
    bool own = job->branch && strcmp(branch, jenkins_decoded(p->batch, job->leaf)) == 0;

    if (!revision || (*out->sha && !own))
        return;
    out->sha = field_text(p->batch, revision, "SHA1");
    out->branch = branch;
}

/* ---- why it failed ---- */

static void blame(struct jenkins_actions *out, enum dx_cause cause, const char *evidence)
{
    if (out->cause != DX_CAUSE_UNKNOWN)
        return;
    out->cause = cause;
    out->evidence = evidence;
}

struct meaning { /* of a category of the plugin's */
    const char *word;
    enum dx_cause cause;
    const char *category; /* the catalogue's */
};

/* Its categories are made by each Jenkins' own people; these words are usual. NULL: it
 * is none of them. */
static const struct meaning *meaning_of(const char *category)
{
    static const struct meaning meanings[] = {
        { "infra", DX_CAUSE_PLATFORM, "platform" },
        { "platform", DX_CAUSE_PLATFORM, "platform" },
        { "network", DX_CAUSE_PLATFORM, "network" },
        { "node", DX_CAUSE_PLATFORM, "runner" },
        { "agent", DX_CAUSE_PLATFORM, "runner" },
        { "test", DX_CAUSE_TEST, "test" },
        { "compil", DX_CAUSE_CODE, "compile" },
        { "code", DX_CAUSE_CODE, "compile" },
        { "lint", DX_CAUSE_LINT, "lint" },
        { "dependenc", DX_CAUSE_DEPENDENCY, "deps" },
        { "configuration", DX_CAUSE_CONFIG, "config" },
    };

    for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
        if (strcasestr(category, meanings[i].word))
            return &meanings[i];
    return NULL;
}

static void take_found(struct jenkins_poll *p, struct jenkins_actions *out, const json_t *action)
{
    const json_t *found;
    size_t i;

    json_array_foreach (json_object_get(action, "foundFailureCauses"), i, found) {
        const char *name = field_text(p->batch, found, "name");
        const char *description = field_text(p->batch, found, "description");
        const char *category =
            value_text(p->batch, json_array_get(json_object_get(found, "categories"), 0));
        const struct meaning *meaning = meaning_of(category);
        const char *text =
            arena_print(&p->batch->arena, "%s%s%s%s%s%s", name, *category ? " (" : "", category,
                        *category ? ")" : "", *description ? ": " : "", description);

        if (out->message_count < MESSAGES_MOST)
            out->messages[out->message_count++] = batch_text(p->batch, text, strlen(text));
        if (meaning) { /* clean: it may have no name, or be cut within a character */
            text = arena_print(&p->batch->arena, "%s: %.200s (%.100s), by Build Failure Analyzer",
                               meaning->category, name, category);
            blame(out, meaning->cause, batch_text(p->batch, text, strlen(text)));
        }
    }
}

static void take_tests(struct jenkins_poll *p, struct jenkins_actions *out, const json_t *action)
{
    int64_t failed = field_int(action, "failCount"), total = field_int(action, "totalCount");

    if (failed > 0)
        blame(out, DX_CAUSE_TEST,
              arena_print(&p->batch->arena,
                          "test: %" PRId64 " of %" PRId64 " failed, by its report", failed, total));
}

struct jenkins_actions jenkins_actions_of(struct jenkins_poll *p, const struct jenkins_job *job,
                                          const json_t *item)
{
    struct jenkins_actions out = { .queuing_ms = -1,
                                   .blocked_ms = -1,
                                   .waiting_ms = -1,
                                   .buildable_ms = -1,
                                   .steps_ms = -1,
                                   .nodes = -1,
                                   .sha = "",
                                   .branch = "",
                                   .event = "",
                                   .actor = "",
                                   .started_by = "",
                                   .interrupted = "",
                                   .cause = DX_CAUSE_UNKNOWN,
                                   .evidence = "" };
    const json_t *actions = json_object_get(item, "actions"), *action;
    size_t i;

    out.messages = arena_alloc(&p->batch->arena, MESSAGES_MOST * sizeof(*out.messages));
    json_array_foreach (actions, i, action) {
        if (is_class(action, "TimeInQueueAction"))
            take_times(&out, action);
        else if (is_class(action, "InterruptedBuildAction"))
            take_interruption(p, &out, action);
        else if (json_object_get(action, "causes"))
            take_causes(p, &out, action);
        take_revision(p, job, &out, action);
        take_found(p, &out, action);
        take_tests(p, &out, action);
    }
    return out;
}
