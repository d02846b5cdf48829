#include "config.h"

#include "sim_ci_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"

void sim_ci_start(int64_t limit, int repos)
{
    sim_start(163886);
    sim.start_ms = T;
    sim.rate.limit = limit;
    sim.options = (struct company_options){ repos, T, 30 * DAY_MS };
}

void ids_add(struct ids *ids, int64_t id)
{
    ids->ids = realloc(ids->ids, (ids->count + 1) * sizeof(int64_t));
    ids->ids[ids->count++] = id;
}

int ids_by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

void ids_expect_same(struct ids *a, struct ids *b, const char *what)
{
    qsort(a->ids, a->count, sizeof(int64_t), ids_by_value);
    qsort(b->ids, b->count, sizeof(int64_t), ids_by_value);
    cr_expect_eq(a->count, b->count, "%s: %zu and %zu", what, a->count, b->count);
    cr_expect(a->count == b->count && memcmp(a->ids, b->ids, a->count * sizeof(int64_t)) == 0, "%s",
              what);
    cr_expect_gt(a->count, 100);
    free(a->ids);
    free(b->ids);
    *a = *b = (struct ids){ 0 };
}

void ids_add_pages(struct ids *ids, const char *url, const char *key)
{
    json_t *item;
    size_t i;

    for (sim_get(url);; sim_get(sim_next_page())) {
        json_t *all = sim_body(), *list = *key ? json_object_get(all, key) : all;

        cr_assert(json_is_array(list));
        json_array_foreach (list, i, item)
            ids_add(ids, json_integer_value(json_object_get(item, "id")));
        json_decref(all);
        if (!*sim_next_page())
            break;
    }
}

void ids_add_truth(struct ids *ids, const char *kind, const char *system, const char *field)
{
    char url[64];
    const char *line;

    snprintf(url, sizeof(url), "/truth?kind=%s", kind);
    sim_get(url);
    cr_assert_eq(got.status, 200);
    for (line = got.body.bytes; line && *line; line = next_line(line)) {
        json_t *json = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);

        cr_assert(json);
        if (strcmp(json_string_value(json_object_get(json, "system")), system) == 0 &&
            json_integer_value(json_object_get(json, "attempt")) ==
                (strcmp(kind, "run") == 0 ? 1
                                          : json_integer_value(json_object_get(json, "attempt"))))
            ids_add(ids, json_integer_value(json_object_get(json, field)));
        json_decref(json);
    }
}
