/* gitlab: what it remembers from poll to poll. */
#include "config.h"

#include "source/gitlab.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "source/field.h"
#include "source/recall.h"

enum { NAME = 24 };

static const char branch_of[] = "branch:";

static const char *name_of(char out[NAME], enum gitlab_cursor which, const char *project)
{
    (void)snprintf(out, NAME, "%c:%016" PRIx64, (char)which, text_hash(project));
    return out;
}

int64_t gitlab_cursor(const struct plan *plan, const struct batch *batch, enum gitlab_cursor which,
                      const char *project)
{
    char name[NAME];

    return recall(plan, batch, name_of(name, which, project));
}

void gitlab_remember(struct batch *batch, enum gitlab_cursor which, const char *project,
                     int64_t value)
{
    char name[NAME];

    batch_cursor(batch, name_of(name, which, project), value);
}

/* ---- projects and their default branches ---- */

static const char *branch_name(char out[GITLAB_PATH], const char *project)
{
    (void)snprintf(out, GITLAB_PATH, "%s%s", branch_of, project);
    return out;
}

int64_t gitlab_branch(const struct plan *plan, const struct batch *batch, const char *project)
{
    char name[GITLAB_PATH];

    return recall_mark(plan, batch, branch_name(name, project));
}

void gitlab_remember_branch(const struct plan *plan, struct batch *batch, const char *project,
                            const char *branch)
{
    int64_t hash = (int64_t)text_hash(branch);
    char name[GITLAB_PATH];

    if (gitlab_branch(plan, batch, project) != hash)
        batch_cursor(batch, branch_name(name, project), hash);
}

const char *gitlab_found_project(const char *cursor)
{
    size_t len = sizeof(branch_of) - 1;

    return strncmp(cursor, branch_of, len) == 0 ? cursor + len : NULL;
}

const char *gitlab_next_project(struct plan *plan, const char *project)
{
    const char *next = recall_after(plan, branch_of, project);

    return next ? arena_text(&plan->arena, next) : NULL;
}
