/* azure: which projects there are, whose turn it is, and their queues. */
#include "config.h"

#include "source/azure.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/denied.h"
#include "source/field.h"

enum {
    IDLE_FROM = 10, /* with more projects, those where nothing ran for a day have to wait */
    IDLE_SHARE = 10,
};

/* ---- whose turn it is ---- */

/* Polls are counted by the time, so that nothing need be kept; but rounds by the clock, as of cron,
 * come always at the same turn. */
static bool has_turn(const struct plan *plan, int64_t index, int64_t share)
{
    int64_t every = plan->every_ms > 0 ? plan->every_ms : 1;

    return share <= 1 || plan->round || index % share == plan->now_ms / every % share;
}

static bool is_idle(const struct plan *plan, const char *project)
{
    int64_t latest = azure_cursor(plan, NULL, AZURE_LATEST, project);

    return latest > 0 && plan->now_ms - latest > DAY_MS &&
           azure_cursor(plan, NULL, AZURE_HOLE_TO, project) == 0 &&
           azure_cursor(plan, NULL, AZURE_OLDEST, project) <= plan->now_ms - plan->history_ms;
}

static bool is_due(const struct plan *plan, enum azure_cursor which, const char *project)
{
    int64_t since = plan->now_ms - azure_cursor(plan, NULL, which, project);

    return since < 0 || since >= HOUR_MS;
}

static void visit(const struct azure *az, struct plan *plan, const struct denied *denied,
                  const char *project, int64_t index)
{
    int64_t count = (int64_t)denied->wanted;
    int64_t share = (count + AZURE_VISITS_MOST - 1) / AZURE_VISITS_MOST;

    if (denied_now(plan, NULL, azure_cursor(plan, NULL, AZURE_REFUSED, project))) {
        if (denied_again(denied, project))
            azure_visit(az, plan, project);
        return;
    }
    if (count > IDLE_FROM && share < IDLE_SHARE && is_idle(plan, project))
        share = IDLE_SHARE;
    if (!has_turn(plan, index, share))
        return;
    /* The names of pools have to be known before the jobs that run on them. */
    if (is_due(plan, AZURE_QUEUES_SEEN, project))
        (void)azure_ask(az, plan, AZURE_QUEUES, 0, &(struct azure_about){ .project = project });
    azure_visit(az, plan, project);
}

/* ---- which are wanted ---- */

/* Can what the pattern fits be in this project? It is asked before any definition is known. */
static bool may_be_in(const char *pattern, const char *project)
{
    char first[AZURE_NAME_MOST + 1];
    const char *item[] = { first };
    size_t len = strcspn(pattern, "/");

    if (pattern[len] == '\0' || len >= sizeof(first))
        return true;
    (void)snprintf(first, sizeof(first), "%.*s", (int)len, pattern);
    return azure_fits(&(struct dx_items){ .item = item, .count = 1 }, project);
}

static bool is_whole_project(const char *pattern)
{
    size_t len = strlen(pattern);

    return len > 2 && strcmp(pattern + len - 2, "/*") == 0 && strcspn(pattern, "/") == len - 2;
}

static bool is_project_wanted(const struct azure *az, const char *project)
{
    const char *const *include = az->include.item, *const *exclude = az->exclude.item;
    bool in = az->include.count == 0;

    for (size_t i = 0; i < az->include.count; i++)
        in = in || may_be_in(include[i], project);
    for (size_t i = 0; i < az->exclude.count; i++)
        in = in && !(is_whole_project(exclude[i]) && may_be_in(exclude[i], project));
    return in && *project && strlen(project) <= AZURE_NAME_MOST;
}

/* Those that were there when the projects were looked through last. */
static const char *next_found(const struct azure *az, struct plan *plan, const char *project)
{
    int64_t found = azure_cursor(plan, NULL, AZURE_FOUND, "");

    while ((project = azure_next_project(plan, project)) != NULL) {
        int64_t seen = azure_project_seen(plan, NULL, project);

        if (seen > 0 && seen >= found && is_project_wanted(az, project))
            break;
    }
    return project;
}

struct walk { /* through all that are wanted; { 0 } begins */
    const char *found;
    size_t at;
};

/* NULL: that was the last. */
static const char *next_project(const struct azure *az, struct plan *plan, struct walk *walk)
{
    const char *const *configured = az->projects.item;

    if (az->projects.count > 0)
        return walk->at < az->projects.count ? configured[walk->at++] : NULL;
    if (walk->at == 0 || walk->found)
        walk->found = next_found(az, plan, walk->at++ == 0 ? "" : walk->found);
    return walk->found;
}

/* ---- those that may not be read ---- */

static void count_denied(struct denied *out, const struct plan *plan, const struct batch *batch,
                         const char *project)
{
    denied_add(out, plan, batch, project, azure_cursor(plan, batch, AZURE_REFUSED, project));
}

/* Those that this poll found are not in the store yet. */
void azure_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out)
{
    const struct azure *az = config;
    struct walk walk = { 0 };
    const char *project;

    *out = (struct denied){ .things = "projects",
                            .reads = "builds",
                            .right = "Build (read)",
                            .step = AZURE_NEWEST,
                            .listed = az->projects.count == 0 };
    while ((project = next_project(az, plan, &walk)) != NULL)
        count_denied(out, plan, batch, project);
    for (size_t i = 0; batch && i < batch->cursor_count; i++) {
        project = azure_found_project(batch->cursors[i].name);
        if (project && az->projects.count == 0 && azure_project_seen(plan, NULL, project) == 0)
            count_denied(out, plan, batch, project);
    }
}

/* ---- history ---- */

/* Those go on of which least is there, so that all show something soon. */
static void fill(const struct azure *az, struct plan *plan)
{
    struct {
        const char *project;
        int64_t from_ms;
    } next[AZURE_FILLS] = { { .project = NULL } };
    struct walk walk = { 0 };
    const char *project;

    while ((project = next_project(az, plan, &walk)) != NULL) {
        int64_t from_ms = azure_unlisted_from(plan, NULL, project);
        size_t at = AZURE_FILLS;

        while (at > 0 && from_ms > next[at - 1].from_ms) {
            if (at < AZURE_FILLS)
                next[at] = next[at - 1];
            at--;
        }
        if (at < AZURE_FILLS) {
            next[at].project = project;
            next[at].from_ms = from_ms;
        }
    }
    for (size_t i = 0; i < AZURE_FILLS && next[i].project; i++)
        azure_fill(az, plan, next[i].project);
}

void azure_tell_progress(const struct azure *az, struct plan *plan, struct batch *batch)
{
    struct walk walk = { 0 };
    const char *project;

    batch->done = batch->total = 0;
    while ((project = next_project(az, plan, &walk)) != NULL) {
        int64_t from_ms = azure_unlisted_from(plan, batch, project);
        int64_t listed_ms = from_ms == 0 ? plan->history_ms : plan->now_ms - from_ms;

        batch->total += plan->history_ms / MINUTE_MS;
        batch->done += (listed_ms > 0 ? listed_ms : 0) / MINUTE_MS;
    }
}

void azure_projects_begin(const struct azure *az, struct plan *plan)
{
    struct walk walk = { 0 };
    const char *project;
    struct denied denied;
    int64_t i = 0;

    azure_denied(az, plan, NULL, &denied);
    while ((project = next_project(az, plan, &walk)) != NULL)
        visit(az, plan, &denied, project, i++);
    fill(az, plan);
    if (az->projects.count == 0 && is_due(plan, AZURE_FOUND, ""))
        (void)azure_ask(az, plan, AZURE_PROJECTS, 0, &(struct azure_about){ .project = "" });
}

/* One that was not there before is asked for at once. */
bool azure_decode_projects(const struct azure *az, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err)
{
    const json_t *list = azure_list(reply, "projects", err), *item;
    size_t i;

    if (!list)
        return false;
    json_array_foreach (list, i, item) {
        const char *name = field_text(batch, item, "name");
        bool is_new = azure_project_seen(plan, NULL, name) == 0;

        if (strlen(name) > AZURE_NAME_MOST)
            batch_note(batch, DX_LOG_WARN, "the project %s is left out: its name is too long",
                       name);
        if (!azure_is_project(name))
            batch->unknown++;
        if (!azure_is_project(name) || !is_project_wanted(az, name))
            continue;
        azure_remember_project(batch, name, reply->now_ms);
        if (is_new) {
            (void)azure_ask(az, plan, AZURE_QUEUES, 0, &(struct azure_about){ .project = name });
            azure_visit(az, plan, name);
        }
    }
    if (!azure_ask_next(az, plan, reply, &(struct azure_about){ .project = "" }))
        azure_remember(batch, AZURE_FOUND, "", reply->now_ms);
    return true;
}

/* ---- queues: a project's own numbers for pools ---- */

/* One that the token may not read is no matter: then the pool of the build's own queue is
 * known only. */
bool azure_decode_queues(const struct azure *az, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err)
{
    struct azure_about about = azure_about(reply, batch);
    const json_t *item, *list = NULL;
    size_t i;

    azure_remember(batch, AZURE_QUEUES_SEEN, about.project, reply->now_ms);
    if (!azure_is_answer(reply))
        return true;
    list = azure_list(reply, "queues", err);
    if (!list)
        return false;
    json_array_foreach (list, i, item) {
        const json_t *pool = json_object_get(item, "pool");
        const char *name = field_text(batch, pool, "name");

        name = *name ? name : field_text(batch, item, "name");
        if (field_int(item, "id") > 0 && *name)
            azure_remember_queue(batch, about.project, field_int(item, "id"), field_int(pool, "id"),
                                 name, reply->now_ms);
    }
    (void)azure_ask_next(az, plan, reply, &about);
    return true;
}
