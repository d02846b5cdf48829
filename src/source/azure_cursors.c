/* azure: what it remembers from poll to poll. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "source/field.h"
#include "source/recall.h"

enum { NAME = 24, LONG_NAME = 250 };

static const char project_of[] = "project:";

static const char *name_of(char out[NAME], enum azure_cursor which, const char *project)
{
    (void)snprintf(out, NAME, "%c:%016" PRIx64, (char)which, text_hash(project));
    return out;
}

int64_t azure_cursor(const struct plan *plan, const struct batch *batch, enum azure_cursor which,
                     const char *project)
{
    char name[NAME];

    return recall(plan, batch, name_of(name, which, project));
}

void azure_remember(struct batch *batch, enum azure_cursor which, const char *project,
                    int64_t value)
{
    char name[NAME];

    batch_cursor(batch, name_of(name, which, project), value);
}

/* ---- projects ---- */

static const char *project_name(char out[LONG_NAME], const char *project)
{
    (void)snprintf(out, LONG_NAME, "%s%s", project_of, project);
    return out;
}

int64_t azure_project_seen(const struct plan *plan, const struct batch *batch, const char *project)
{
    char name[LONG_NAME];

    return recall(plan, batch, project_name(name, project));
}

void azure_remember_project(struct batch *batch, const char *project, int64_t now_ms)
{
    char name[LONG_NAME];

    batch_cursor(batch, project_name(name, project), now_ms);
}

const char *azure_found_project(const char *cursor)
{
    size_t len = sizeof(project_of) - 1;

    return strncmp(cursor, project_of, len) == 0 ? cursor + len : NULL;
}

bool azure_is_project(const char *text)
{
    return *text && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

const char *azure_next_project(struct plan *plan, const char *project)
{
    const char *next = recall_after(plan, project_of, project);

    while (next && !azure_is_project(next))
        next = recall_after(plan, project_of, next);
    return next ? arena_text(&plan->arena, next) : NULL;
}

/* ---- queues: "queue:<hash of the project>:12:3:Linux" ---- */

static int queue_prefix(char out[LONG_NAME], const char *project, int64_t queue)
{
    return snprintf(out, LONG_NAME, "queue:%016" PRIx64 ":%" PRId64 ":", text_hash(project), queue);
}

static void take_pool(struct batch *batch, const char *rest, int64_t *pool, const char **name)
{
    char *end = NULL;

    *pool = strtoll(rest, &end, 10);
    *name = batch_text(batch, *end == ':' ? end + 1 : "", *end == ':' ? strlen(end + 1) : 0);
}

/* A queue that was moved to another pool has two: the one that was seen last counts. */
bool azure_queue(const struct plan *plan, struct batch *batch, const char *project, int64_t queue,
                 int64_t *pool, const char **name)
{
    const struct cursors *c = plan->cursors;
    char prefix[LONG_NAME], at[LONG_NAME];
    const char *rest = "";
    size_t len = (size_t)queue_prefix(prefix, project, queue);
    int64_t seen = 0;

    for (size_t i = 0; i < batch->cursor_count; i++)
        if (strncmp(batch->cursors[i].name, prefix, len) == 0) {
            take_pool(batch, batch->cursors[i].name + len, pool, name);
            return true;
        }
    while ((rest = recall_after(plan, prefix, rest)) != NULL) {
        (void)snprintf(at, sizeof(at), "%s%s", prefix, rest);
        rest = at + len;
        if (c->get(c->self, at) > seen) {
            seen = c->get(c->self, at);
            take_pool(batch, at + len, pool, name);
        }
    }
    return seen > 0;
}

void azure_remember_queue(struct batch *batch, const char *project, int64_t queue, int64_t pool,
                          const char *name, int64_t now_ms)
{
    char full[LONG_NAME];
    int len = queue_prefix(full, project, queue);
    size_t room = sizeof(full) - (size_t)len;

    if (snprintf(full + len, room, "%" PRId64 ":%s", pool, name) < (int)room)
        batch_cursor(batch, full, now_ms);
}
