/* jenkins_tree: the parameter `tree`: which fields of which objects are wanted. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/jenkins.h"

enum { DEPTH_MOST = 32 };

/* Brackets within brackets, DEPTH_MOST at most, and what they keep is no deeper.
 * NOLINTBEGIN(misc-no-recursion) */
static struct tree *parse(struct arena *arena, const char **at, int depth);

/* "{m,n}" "{m,}" "{,n}" "{m}" */
static bool parse_range(const char **at, struct tree *tree)
{
    char *end;

    if (**at != '{')
        return true;
    tree->from = strtoll(*at + 1, &end, 10);
    tree->to = tree->from + 1;
    if (*end == ',') {
        const char *number = end + 1;

        tree->to = strtoll(number, &end, 10);
        if (end == number)
            tree->to = INT64_MAX;
    }
    *at = *end ? end + 1 : end;
    return *end == '}';
}

static struct tree *parse_one(struct arena *arena, const char **at, int depth)
{
    size_t len = strcspn(*at, ",[]{}");
    struct tree *tree = arena_alloc(arena, sizeof(*tree));

    *tree = (struct tree){ .name = arena_print(arena, "%.*s", (int)len, *at), .to = -1 };
    *at += len;
    if (len == 0)
        return NULL;
    if (**at == '[') {
        ++*at;
        tree->below = parse(arena, at, depth + 1);
        if (!tree->below || **at != ']')
            return NULL;
        ++*at;
    }
    return parse_range(at, tree) ? tree : NULL;
}

static struct tree *parse(struct arena *arena, const char **at, int depth)
{
    struct tree *first = NULL, **last = &first;

    if (depth > DEPTH_MOST)
        return NULL;
    for (;; ++*at) {
        *last = parse_one(arena, at, depth);
        if (!*last)
            return NULL;
        last = &(*last)->next;
        if (**at != ',')
            break;
    }
    return first;
}

struct tree *tree_parse(struct arena *arena, const char *text)
{
    struct tree *list = parse(arena, &text, 0);

    return *text ? NULL : list;
}

const struct tree *tree_find(const struct tree *list, const char *name)
{
    for (; list; list = list->next)
        if (strcmp(list->name, name) == 0 || strcmp(list->name, "*") == 0)
            return list;
    return NULL;
}

/* ---- keeping ---- */

static json_t *copy(json_t *json, const struct tree *tree);

static json_t *copy_object(json_t *json, const struct tree *list)
{
    json_t *out = json_object(), *value;
    const char *name;

    json_object_foreach (json, name, value) {
        const struct tree *tree = tree_find(list, name);

        if (tree)
            (void)json_object_set_new(out, name, copy(value, tree));
        else if (strcmp(name, "_class") == 0)
            (void)json_object_set(out, name, value);
    }
    return out;
}

/* Without brackets behind its name an object is empty but for its class. */
static json_t *copy(json_t *json, const struct tree *tree)
{
    json_t *out, *item;
    size_t i;

    if (json_is_object(json))
        return copy_object(json, tree->below);
    if (!json_is_array(json))
        return json_incref(json);
    out = json_array();
    json_array_foreach (json, i, item) {
        if (tree->to < 0 || ((int64_t)i >= tree->from && (int64_t)i < tree->to))
            (void)json_array_append_new(out, copy(item, tree));
    }
    return out;
}

/* NOLINTEND(misc-no-recursion) */

json_t *tree_keep(json_t *json, const struct tree *list)
{
    json_t *out;

    if (!list)
        return json;
    out = copy_object(json, list);
    json_decref(json);
    return out;
}
