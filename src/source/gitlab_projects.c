/* gitlab: which projects there are, and whose turn it is. */
#include "config.h"

#include "source/gitlab.h"

#include <stdlib.h>
#include <string.h>

#include "source/denied.h"
#include "source/field.h"
#include "source/pattern.h"

enum {
    FILLS = 8, /* of so many projects one may fill back */
    /* The projects of the group; the default branches of projects. */
    VISIT_EVERY_MS = 60 * 60 * 1000,
};

/* ---- whose turn it is ---- */

/* Polls are counted by the time, so that nothing need be kept; but rounds by the clock, as of cron,
 * come always at the same turn. */
static bool has_turn(const struct plan *plan, int64_t index, int64_t share)
{
    int64_t every = plan->every_ms > 0 ? plan->every_ms : 1;

    return share <= 1 || plan->round || index % share == plan->now_ms / every % share;
}

static void visit(struct plan *plan, const struct batch *batch, const char *project, int64_t index,
                  int64_t count)
{
    if (!denied_now(plan, batch, gitlab_cursor(plan, batch, GITLAB_REFUSED, project)) &&
        has_turn(plan, index, (count + GITLAB_LISTS_MOST - 1) / GITLAB_LISTS_MOST))
        gitlab_visit(plan, batch, project, has_turn(plan, index, count < FILLS ? count : FILLS));
}

/* ---- which of a group are wanted ---- */

bool gitlab_is_wanted(const struct gitlab *g, const char *path)
{
    return *path && (g->include.count == 0 || pattern_fits(&g->include, path, PATTERN_EXACT)) &&
           !pattern_fits(&g->exclude, path, PATTERN_EXACT);
}

bool gitlab_is_configured(const struct gitlab *g, const char *path)
{
    const char *const *projects = g->projects.item;

    for (size_t i = 0; i < g->projects.count; i++)
        if (strcmp(projects[i], path) == 0)
            return true;
    return false;
}

bool gitlab_is_found(const struct gitlab *g, const struct plan *plan, const char *project)
{
    int64_t seen = gitlab_cursor(plan, NULL, GITLAB_SEEN, project);

    return *g->group && seen > 0 && seen >= gitlab_cursor(plan, NULL, GITLAB_FOUND, "") &&
           gitlab_is_wanted(g, project);
}

static const char *next_found(const struct gitlab *g, struct plan *plan, const char *project)
{
    while ((project = gitlab_next_project(plan, project)) != NULL)
        if (gitlab_is_found(g, plan, project) && !gitlab_is_configured(g, project))
            break;
    return project;
}

/* ---- those that may not be read ---- */

static void count_denied(struct denied *out, const struct plan *plan, const struct batch *batch,
                         const char *project)
{
    denied_add(out, plan, batch, project, gitlab_cursor(plan, batch, GITLAB_REFUSED, project));
}

/* Those that this poll found are not in the store yet. */
void gitlab_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out)
{
    const struct gitlab *g = config;
    const char *const *projects = g->projects.item;

    *out = (struct denied){ .things = "projects",
                            .reads = "pipelines",
                            .right = "the role Reporter there, and CI that is on",
                            .step = GITLAB_PIPELINES,
                            .listed = *g->group != '\0' };
    for (size_t i = 0; i < g->projects.count; i++)
        count_denied(out, plan, batch, projects[i]);
    for (const char *p = next_found(g, plan, ""); *g->group && p; p = next_found(g, plan, p))
        count_denied(out, plan, batch, p);
    for (size_t i = 0; batch && i < batch->cursor_count; i++) {
        const char *p = gitlab_found_project(batch->cursors[i].name);

        if (p && gitlab_cursor(plan, batch, GITLAB_SEEN, p) != 0 &&
            gitlab_cursor(plan, NULL, GITLAB_SEEN, p) == 0)
            count_denied(out, plan, batch, p);
    }
}

/* Those that are asked for although, or rather because, all are refused. */
static void visit_again(struct plan *plan, const struct denied *denied, const char *project)
{
    if (denied_again(denied, project))
        gitlab_visit(plan, NULL, project, false);
}

/* ---- projects that are configured by themselves ---- */

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

static bool is_due(const struct plan *plan, enum gitlab_cursor which)
{
    int64_t since = plan->now_ms - gitlab_cursor(plan, NULL, which, "");

    return since < 0 || since >= VISIT_EVERY_MS;
}

/* A path names the project as it is; of a number the path has to be asked for each
 * time. */
static void begin_projects(const struct gitlab *g, struct plan *plan, const struct denied *denied)
{
    const char *const *projects = g->projects.item;
    int64_t count = (int64_t)g->projects.count;
    bool round = is_due(plan, GITLAB_VISITED);

    for (int64_t i = 0; i < count; i++) {
        struct gitlab_about about = { .project = projects[i], .go_on = round };
        bool turn = has_turn(plan, i, (count + GITLAB_LISTS_MOST - 1) / GITLAB_LISTS_MOST);

        if (round || (is_number(projects[i]) ? turn : gitlab_branch(plan, NULL, projects[i]) == 0))
            (void)gitlab_ask(plan, GITLAB_PROJECT, i, &about);
        if (is_number(projects[i]) || gitlab_cursor(plan, NULL, GITLAB_ALIAS, projects[i]) != 0)
            continue;
        visit(plan, NULL, projects[i], i, count);
        visit_again(plan, denied, projects[i]);
    }
}

/* It is refused by its path, and counted by its number. */
static void visit_number(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch, const char *path)
{
    const char *number = gitlab_about(reply).project;
    int64_t refused = gitlab_cursor(plan, batch, GITLAB_REFUSED, path);
    struct denied denied;

    if (gitlab_cursor(plan, batch, GITLAB_REFUSED, number) != refused)
        gitlab_remember(batch, GITLAB_REFUSED, number, refused);
    if (!denied_now(plan, batch, refused)) {
        visit(plan, batch, path, reply->detail, (int64_t)g->projects.count);
        return;
    }
    gitlab_denied(g, plan, NULL, &denied);
    if (denied_again(&denied, number))
        gitlab_visit(plan, batch, path, false);
}

/* It moved, or is written in other letters; its runs would be there by both names in turns. */
static void note_alias(const struct gitlab *g, const struct plan *plan, struct batch *batch,
                       const char *project, const char *path)
{
    int64_t seen = gitlab_cursor(plan, batch, GITLAB_SEEN, path);
    bool found = *g->group && gitlab_is_wanted(g, path) && seen > 0 &&
                 seen >= gitlab_cursor(plan, NULL, GITLAB_FOUND, "");
    bool alias = strcmp(project, path) != 0 && (found || gitlab_is_configured(g, path));

    if (alias == (gitlab_cursor(plan, batch, GITLAB_ALIAS, project) != 0))
        return;
    gitlab_remember(batch, GITLAB_ALIAS, project, alias);
    if (alias)
        batch_note(batch, DX_LOG_INFO, "%s is called %s now, and is polled as that", project, path);
}

bool gitlab_decode_project(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const char *path = field_text(batch, reply->json, "path_with_namespace");
    bool number = is_number(about.project);

    if (!gitlab_is_answer(reply)) /* of a path the list of its pipelines says it too */
        return number ? gitlab_no_project(g, reply, plan, batch, err) : true;
    if (!*path)
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a GitLab (a project without a path)");
    if (!number) {
        note_alias(g, plan, batch, about.project, path);
        path = about.project; /* as the configuration names it, even if it moved */
    }
    gitlab_remember_branch(plan, batch, path, field_text(batch, reply->json, "default_branch"));
    if (number)
        visit_number(g, reply, plan, batch, path);
    if (about.go_on)
        gitlab_remember(batch, GITLAB_VISITED, "", reply->now_ms);
    return true;
}

/* ---- the projects of a group ---- */

static void begin_group(const struct gitlab *g, struct plan *plan, const struct denied *denied)
{
    int64_t count = 0, i = 0;

    for (const char *p = next_found(g, plan, ""); p; p = next_found(g, plan, p))
        count++;
    for (const char *p = next_found(g, plan, ""); p; p = next_found(g, plan, p)) {
        visit(plan, NULL, p, i++, count);
        visit_again(plan, denied, p);
    }
    if (is_due(plan, GITLAB_FOUND))
        (void)gitlab_ask(plan, GITLAB_GROUP, 0, &(struct gitlab_about){ .project = g->group });
}

/* One that was not there before is asked for at once. */
bool gitlab_decode_group(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const json_t *item;
    size_t i;

    if (!json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a GitLab (no list of projects)");
    json_array_foreach (reply->json, i, item) {
        const char *path = field_text(batch, item, "path_with_namespace");
        bool is_new = gitlab_cursor(plan, NULL, GITLAB_SEEN, path) == 0;

        if (!gitlab_is_wanted(g, path) || gitlab_is_configured(g, path))
            continue;
        if (strlen(path) > GITLAB_PATH_MOST) {
            batch_note(batch, DX_LOG_WARN, "the path of %s is too long; it is left out", path);
            continue;
        }
        gitlab_remember_branch(plan, batch, path, field_text(batch, item, "default_branch"));
        gitlab_remember(batch, GITLAB_SEEN, path, reply->now_ms);
        if (is_new)
            gitlab_visit(plan, batch, path, false);
        if (is_new && g->projects.count > 0) /* one of them may be this one */
            gitlab_remember(batch, GITLAB_VISITED, "", 0);
    }
    if (!gitlab_ask_next(plan, reply, &about))
        gitlab_remember(batch, GITLAB_FOUND, "", reply->now_ms);
    return true;
}

/* ---- both ---- */

void gitlab_projects_begin(const struct gitlab *g, struct plan *plan)
{
    struct denied denied;

    gitlab_denied(g, plan, NULL, &denied);
    begin_projects(g, plan, &denied);
    if (*g->group)
        begin_group(g, plan, &denied);
}
