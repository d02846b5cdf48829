/* prometheus_series: what series there are: names, labels, their values. */
#include "config.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/prometheus.h"

/* The series of one match[] added to out. false: the answer is an error. */
static bool add_match(struct exchange *x, const char *text, struct promql_result *out)
{
    struct promql_error error;
    struct promql *query = promql_new(text, &error);
    struct promql_result found;
    bool ok = query && promql_is_selector(query);

    if (ok && promql_eval(query, &x->sim->world, x->now_ms, &x->arena, &found, &error)) {
        struct element *all = arena_alloc(&x->arena, (out->count + found.count) * sizeof(*all));

        if (out->count > 0)
            memcpy(all, out->elements, out->count * sizeof(*all));
        if (found.count > 0)
            memcpy(all + out->count, found.elements, found.count * sizeof(*all));
        out->elements = all;
        out->count += found.count;
    } else if (query) {
        prometheus_error(x, 400, "bad_data",
                         "invalid parameter \"match[]\": expected a vector selector");
    } else if (strstr(error.text, "at least one non-empty matcher")) {
        prometheus_error(x, 400, "bad_data",
                         "invalid parameter \"match[]\": match[] must contain at least one "
                         "non-empty matcher");
    } else {
        prometheus_error(x, 400, "bad_data", "invalid parameter \"match[]\": %s", error.text);
    }
    promql_free(query);
    return ok;
}

/* The series that all match[] select, sorted, each once; all there are without one. */
static bool matched(struct exchange *x, bool needed, struct promql_result *out)
{
    const char *text = exchange_parameter(x, "match[]");
    size_t kept = 0;

    *out = (struct promql_result){ .type = PROMQL_VECTOR };
    if (!text && needed) {
        prometheus_error(x, 400, "bad_data", "no match[] parameter provided");
        return false;
    }
    if (!text && !add_match(x, "{__name__!=\"\"}", out))
        return false;
    for (size_t i = 0; (text = exchange_nth(x, "match[]", i)) != NULL; i++)
        if (!add_match(x, text, out))
            return false;
    if (out->count > 0)
        qsort(out->elements, out->count, sizeof(*out->elements), element_compare);
    for (size_t i = 0; i < out->count; i++)
        if (kept == 0 || !element_same(&out->elements[kept - 1], &out->elements[i]))
            out->elements[kept++] = out->elements[i];
    out->count = kept;
    return true;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once, at most limit. */
static void put_texts(struct exchange *x, const char **texts, size_t count)
{
    json_t *list = json_array();
    size_t limit;
    bool cut = false;

    if (!prometheus_limit(x, &limit)) {
        json_decref(list);
        return;
    }
    if (count > 0)
        qsort(texts, count, sizeof(*texts), by_text);
    for (size_t i = 0; i < count && !cut; i++) {
        if (i > 0 && strcmp(texts[i - 1], texts[i]) == 0)
            continue;
        cut = json_array_size(list) == limit;
        if (!cut)
            (void)json_array_append_new(list, json_string(texts[i]));
    }
    prometheus_limited(x, list, cut);
}

/* name NULL: the names of the labels; else the values of that one. */
static void put_labels(struct exchange *x, const char *name)
{
    struct promql_result all;
    const char **texts;
    size_t count = 0;

    if (!matched(x, false, &all))
        return;
    texts = arena_alloc(&x->arena, (all.count * LABELS_MOST + 1) * sizeof(*texts));
    for (size_t i = 0; i < all.count; i++)
        for (size_t j = 0; j < all.elements[i].label_count; j++) {
            const struct label *label = &all.elements[i].labels[j];

            if (!name || strcmp(label->name, name) == 0)
                texts[count++] = name ? label->value : label->name;
        }
    put_texts(x, texts, count);
}

void prometheus_label_names(struct exchange *x)
{
    x->steady = true;
    put_labels(x, NULL);
}

/* /api/v1/label/NAME/values */
void prometheus_label_values(struct exchange *x)
{
    const char *name = x->path + sizeof("/api/v1/label/") - 1;
    size_t len = strcspn(name, "/");
    bool good = len > 0 && !isdigit((unsigned char)*name);

    if (strcmp(name + len, "/values") != 0) {
        exchange_text(x, 404, "404 page not found\n");
        return;
    }
    for (size_t i = 0; i < len; i++)
        good = good && (isalnum((unsigned char)name[i]) || name[i] == '_');
    if (!good) {
        prometheus_error(x, 400, "bad_data", "invalid label name: \"%.*s\"",
                         (int)(len < 100 ? len : 100), name);
        return;
    }
    x->steady = true;
    put_labels(x, arena_print(&x->arena, "%.*s", (int)len, name));
}

void prometheus_series(struct exchange *x)
{
    struct promql_result all;
    json_t *list;
    size_t limit;

    if (!prometheus_limit(x, &limit) || !matched(x, true, &all))
        return;
    list = json_array();
    for (size_t i = 0; i < all.count && i < limit; i++)
        (void)json_array_append_new(list, prometheus_labels(&all.elements[i]));
    prometheus_limited(x, list, all.count > limit);
}

void prometheus_metadata(struct exchange *x)
{
    const char *only = exchange_parameter(x, "metric");
    json_t *all = json_object();
    size_t limit;

    if (!prometheus_limit(x, &limit)) {
        json_decref(all);
        return;
    }
    for (const struct metric *m = metrics; m->name && json_object_size(all) < limit; m++)
        if (!only || strcmp(only, m->name) == 0)
            (void)json_object_set_new(
                all, m->name,
                json_pack("[{s:s, s:s, s:s}]", "type", m->type, "help", m->help, "unit", ""));
    x->steady = true;
    prometheus_data(x, all);
}
