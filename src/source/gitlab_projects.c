/* gitlab: which projects there are, and whose turn it is. */
#include "config.h"

#include "source/gitlab.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"

enum {
    LISTS_MOST = 100,                  /* projects that are asked for news in one poll */
    FILLS = 8,                         /* of so many projects one may fill back */
    ASK_AGAIN_MS = 6 * 60 * 60 * 1000, /* a project that never answered: CI is off */
    VISIT_EVERY_MS = 60 * 60 * 1000    /* the default branch and the runners of projects */
};

/* ---- whose turn it is ---- */

/* Polls are counted by the time, so that nothing need be kept. */
static bool has_turn(const struct plan *plan, int64_t index, int64_t share)
{
    int64_t every = plan->every_ms > 0 ? plan->every_ms : 1;

    return share <= 1 || index % share == plan->now_ms / every % share;
}

static void visit(struct plan *plan, const struct batch *batch, const char *project, int64_t index,
                  int64_t count)
{
    if (has_turn(plan, index, (count + LISTS_MOST - 1) / LISTS_MOST))
        gitlab_visit(plan, batch, project, has_turn(plan, index, count < FILLS ? count : FILLS));
}

/* ---- projects that are configured by themselves ---- */

static bool is_number(const char *text)
{
    return *text && text[strspn(text, "0123456789")] == '\0';
}

/* A path names the project as it is; of a number the path has to be asked for each
 * time, since nothing keeps it. */
void gitlab_projects_begin(const struct gitlab *g, struct plan *plan)
{
    const char *const *projects = g->projects.item;
    int64_t count = (int64_t)g->projects.count;
    int64_t since = plan->now_ms - gitlab_cursor(plan, NULL, GITLAB_VISITED, "");
    bool round = since < 0 || since >= VISIT_EVERY_MS;

    for (int64_t i = 0; i < count; i++) {
        struct gitlab_about about = { .project = projects[i], .go_on = round };

        if (is_number(projects[i])) {
            if (round || has_turn(plan, i, (count + LISTS_MOST - 1) / LISTS_MOST))
                (void)gitlab_ask(plan, GITLAB_PROJECT, i, &about);
            continue;
        }
        if (round || gitlab_cursor(plan, NULL, GITLAB_BRANCH, projects[i]) == 0)
            (void)gitlab_ask(plan, GITLAB_PROJECT, i, &about);
        visit(plan, NULL, projects[i], i, count);
    }
    if (*g->group)
        (void)gitlab_ask(plan, GITLAB_GROUP, 0, &(struct gitlab_about){ .project = g->group });
}

static void remember_branch(const struct plan *plan, struct batch *batch, const char *project,
                            const json_t *item)
{
    int64_t hash = (int64_t)text_hash(field_text(batch, item, "default_branch"));

    if (gitlab_cursor(plan, batch, GITLAB_BRANCH, project) != hash)
        gitlab_remember(batch, GITLAB_BRANCH, project, hash);
}

bool gitlab_decode_project(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                           struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const char *path = field_text(batch, reply->json, "path_with_namespace");

    if (!*path)
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a GitLab (a project without a path)");
    if (is_number(about.project)) {
        remember_branch(plan, batch, path, reply->json);
        visit(plan, batch, path, reply->detail, (int64_t)g->projects.count);
    } else { /* by the name that the configuration has for it, even if it moved */
        remember_branch(plan, batch, about.project, reply->json);
    }
    if (!about.go_on)
        return true;
    gitlab_remember(batch, GITLAB_VISITED, "", reply->now_ms);
    if (!*g->group) /* the runners of the group are those of its projects too */
        gitlab_ask_runners(g, plan, batch, &(struct gitlab_about){ .project = path });
    return true;
}

/* ---- the projects of a group, found anew with each poll ---- */

static bool fits(const struct dx_items *patterns, const char *path)
{
    const char *const *pattern = patterns->item;

    for (size_t i = 0; i < patterns->count; i++)
        if (fnmatch(pattern[i], path, 0) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct gitlab *g, const char *path)
{
    return *path && (g->include.count == 0 || fits(&g->include, path)) && !fits(&g->exclude, path);
}

static int64_t total_of(const struct reply *reply, struct batch *batch, int64_t seen)
{
    int64_t total = strtoll(reply_header(batch, reply, "x-total"), NULL, 10);

    return total > seen ? total : seen; /* it is left out where it is large */
}

/* One that never answered has its CI switched off, or the token may not read it:
 * asked for again now and then, for that may change. */
static bool is_hopeless(const struct plan *plan, struct batch *batch, const char *project)
{
    int64_t asked, since;

    if (gitlab_cursor(plan, batch, GITLAB_NEWEST, project) != 0)
        return false;
    asked = gitlab_cursor(plan, batch, GITLAB_ASKED, project);
    since = plan->now_ms - asked;
    if (asked > 0 && since >= 0 && since < ASK_AGAIN_MS)
        return true;
    gitlab_remember(batch, GITLAB_ASKED, project, plan->now_ms);
    return false;
}

bool gitlab_decode_group(const struct gitlab *g, const struct reply *reply, struct plan *plan,
                         struct batch *batch, struct dx_error *err)
{
    struct gitlab_about about = gitlab_about(reply);
    const json_t *item;
    int64_t total;
    size_t i;

    if (!json_is_array(reply->json))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the API of a GitLab (no list of projects)");
    if (about.seen == 0)
        gitlab_ask_runners(g, plan, batch,
                           &(struct gitlab_about){ .project = about.project, .group = true });
    total = total_of(reply, batch, about.seen + (int64_t)json_array_size(reply->json));
    json_array_foreach (reply->json, i, item) {
        const char *path = field_text(batch, item, "path_with_namespace");

        if (!is_wanted(g, path) || is_hopeless(plan, batch, path))
            continue;
        remember_branch(plan, batch, path, item);
        visit(plan, batch, path, about.seen + (int64_t)i, total);
    }
    about.seen += (int64_t)json_array_size(reply->json);
    (void)gitlab_ask_next(plan, reply, &about);
    return true;
}
