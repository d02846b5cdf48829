/* gitlab_runners: the instance's runners. */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "core/time.h"
#include "sim/gitlab.h"
#include "sim/noise.h"

static int64_t id_of(int pool, int runner)
{
    return 2000 + pool * 100 + runner;
}

json_t *gitlab_runner_json(const struct gitlab_call *call, int pool, int runner)
{
    char name[COMPANY_NAME];
    bool online =
        company_runner_online(call->company, COMPANY_GITLAB, pool, runner, call->x->now_ms);

    return json_pack(
        "{s:I, s:s, s:s, s:b, s:b, s:b, s:s, s:s, s:b, s:s}", "id", (json_int_t)id_of(pool, runner),
        "description", company_runner_name(name, COMPANY_GITLAB, pool, runner), "ip_address",
        "10.20.0.1", "active", 1, "paused", 0, "is_shared", 1, "runner_type", "instance_type",
        "name", "gitlab-runner", "online", online, "status", online ? "online" : "offline");
}

static json_t *detail_json(const struct gitlab_call *call, int pool, int runner)
{
    json_t *json = gitlab_runner_json(call, pool, runner);
    bool online = json_is_true(json_object_get(json, "online"));

    (void)json_object_update_new(
        json,
        json_pack("{s:[s], s:b, s:b, s:s, s:o, s:s, s:s}", "tag_list", world_pools[pool].name,
                  "run_untagged", 0, "locked", 0, "access_level", "not_protected", "contacted_at",
                  gitlab_time(call->x->now_ms - (online ? 20000 : 2 * HOUR_MS)), "version",
                  "17.3.1", "architecture", "amd64"));
    return json;
}

static bool has_tags(const struct exchange *x, int pool)
{
    const char *tags = exchange_parameter(x, "tag_list");

    return !tags || strcmp(tags, world_pools[pool].name) == 0;
}

void gitlab_runners(struct gitlab_call *call, int64_t id, const char *path)
{
    json_t *all = json_array();

    for (int pool = 0; pool < WORLD_POOLS; pool++)
        for (int i = 1; i <= call->company->capacity[COMPANY_GITLAB][pool]; i++) {
            if (id == id_of(pool, i)) {
                json_decref(all);
                gitlab_put(call->x, detail_json(call, pool, i));
                return;
            }
            if (has_tags(call->x, pool))
                (void)json_array_append_new(all, gitlab_runner_json(call, pool, i));
        }
    if (id < 0) {
        gitlab_put_page(call, all, path);
        return;
    }
    json_decref(all);
    gitlab_not_found(call->x, "Runner");
}
