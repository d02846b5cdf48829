/* github_runners: the organisation's self-hosted runners. */
#include "config.h"

#include <string.h>

#include "sim/github.h"

static const char *os_of(int pool)
{
    if (pool == POOL_WINDOWS)
        return "Windows";
    return pool == POOL_MACOS ? "macOS" : "Linux";
}

static json_t *runner_json(const struct company *company, int pool, int runner, bool busy,
                           int64_t at_ms)
{
    char name[COMPANY_NAME];
    bool online = company_runner_online(company, COMPANY_GITHUB, pool, runner, at_ms);

    /* Who is to go away ends its job first. */
    return json_pack(
        "{s:i, s:s, s:s, s:s, s:b, s:i, s:[{s:i, s:s, s:s}, {s:i, s:s, s:s}]}", "id",
        pool * 1000 + runner, "name", company_runner_name(name, COMPANY_GITHUB, pool, runner), "os",
        os_of(pool), "status", online || busy ? "online" : "offline", "busy", busy,
        "runner_group_id", 1, "labels", "id", 1, "name", "self-hosted", "type", "read-only", "id",
        100 + pool, "name", world_pools[pool].name, "type", "custom");
}

/* They are registered with the organisation: no repository has one of its own. */
void github_runners(struct exchange *x, bool organisation)
{
    const struct company *company = sim_company(x->sim, x->now_ms);
    json_t *all = json_array(), *list = json_array();
    struct page page;

    for (int pool = 0; organisation && pool < WORLD_POOLS; pool++) {
        int count = company->capacity[COMPANY_GITHUB][pool];
        const struct company_job **busy =
            arena_alloc(&x->arena, ((size_t)count + 1) * sizeof(const struct company_job *));

        company_runners(company, COMPANY_GITHUB, pool, x->now_ms, busy);
        for (int i = 0; i < count; i++)
            (void)json_array_append_new(
                all, runner_json(company, pool, i + 1, busy[i] != NULL, x->now_ms));
    }
    page = page_of(x, json_array_size(all), 30, 100);
    page_link(x, &page, x->path, true);
    for (size_t i = page.from; i < page.to; i++)
        (void)json_array_append(list, json_array_get(all, i));
    github_put(x, json_pack("{s:I, s:o}", "total_count", (json_int_t)page.total, "runners", list));
    json_decref(all);
}
