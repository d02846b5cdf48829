/* azure: agent pools of the organisation or collection, and their agents. */
#include "config.h"

#include "source/azure.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "source/field.h"

enum {
    POOLS_MOST = 60, /* each is a request */
    EVERY_MS = 5 * 60 * 1000,
    REFUSED_AGAIN_MS = 24 * 60 * 60 * 1000,
};

void azure_pools_begin(const struct azure *az, struct plan *plan)
{
    int64_t next = azure_cursor(plan, NULL, AZURE_POOLS_NEXT, "");

    /* The second: a clock that was set back. */
    if (az->pools && (plan->now_ms >= next || next - plan->now_ms > REFUSED_AGAIN_MS))
        (void)azure_ask(az, plan, AZURE_POOLS, 0, &(struct azure_about){ .project = "" });
}

/* ---- pools ---- */

static bool is_of_builds(struct batch *batch, const json_t *pool)
{
    return field_int(pool, "id") > 0 &&
           strcasecmp(field_text(batch, pool, "poolType"), "deployment") != 0;
}

/* The agents of all are asked for in one poll, so that those that are in no list are
 * known to be gone. */
bool azure_decode_pools(const struct azure *az, const struct reply *reply, struct plan *plan,
                        struct batch *batch, struct dx_error *err)
{
    struct azure_about about = { .project = "" };
    const json_t *list, *item;
    int64_t asked = 0;
    size_t i;

    if (!azure_is_answer(reply)) {
        azure_no_pools(reply, batch);
        return true;
    }
    list = azure_list(reply, "agent pools", err);
    if (!list)
        return false;
    azure_remember(batch, AZURE_POOLS_NEXT, "", reply->now_ms + EVERY_MS);
    json_array_foreach (list, i, item) {
        about.number += is_of_builds(batch, item);
    }
    if (about.number > POOLS_MOST)
        batch_note(batch, DX_LOG_INFO, "of %" PRId64 " agent pools the first %d are watched",
                   about.number, POOLS_MOST);
    json_array_foreach (list, i, item) {
        if (!is_of_builds(batch, item) || asked++ >= POOLS_MOST)
            continue;
        about.project = field_text(batch, item, "name");
        about.last = asked == about.number;
        (void)azure_ask(az, plan, AZURE_AGENTS, field_int(item, "id"), &about);
    }
    return true;
}

/* ---- agents ---- */

static const char *note_of(struct batch *batch, const json_t *item, bool online)
{
    int64_t since = field_time(item, "statusChangedOn");
    char when[TIME_TEXT];

    if (!json_is_true(json_object_get(item, "enabled")) && json_object_get(item, "enabled"))
        return "disabled";
    if (online)
        return "";
    if (since == 0)
        return "offline";
    return arena_print(&batch->arena, "offline since %s", time_format(when, since));
}

/* A disabled agent takes no job, whether it is there or not; the one that it has it still
 * runs to its end. */
static void add_agent(struct batch *batch, struct pool *pool, const char *name, const json_t *item)
{
    struct runner *runner = batch_runner(batch);
    bool there = strcasecmp(field_text(batch, item, "status"), "online") == 0;
    const char *note = note_of(batch, item, there);

    runner->pool = name;
    runner->name = field_text(batch, item, "name");
    runner->labels = field_text(batch, item, "osDescription");
    runner->note = note;
    runner->online = there && !*note;
    runner->busy = json_is_object(json_object_get(item, "assignedRequest"));
    pool->online += runner->online;
    pool->offline += !runner->online;
    pool->busy += runner->busy;
}

bool azure_decode_agents(const struct reply *reply, struct batch *batch, struct dx_error *err)
{
    struct azure_about about = azure_about(reply, batch);
    const json_t *list, *item;
    struct pool *pool;
    size_t i;

    if (!azure_is_answer(reply)) {
        azure_no_pools(reply, batch);
        return true;
    }
    list = azure_list(reply, "agents", err);
    if (!list)
        return false;
    pool = batch_pool(batch);
    pool->name = batch_text(batch, about.project, strlen(about.project));
    pool->online = pool->offline = pool->busy = 0;
    json_array_foreach (list, i, item) {
        add_agent(batch, pool, pool->name, item);
    }
    if (about.last && (int64_t)batch->pool_count == about.number)
        batch->pools_whole = true;
    return true;
}
