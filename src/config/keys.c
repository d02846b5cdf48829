/* keys: on which keys the actions are, as the configuration says it. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config/internal.h"

#define KEYS(field) offsetof(struct keys_settings, field)

const struct dx_option config_keys_options[] = {
    { .name = "action",
      .type = DX_OPTION_TEXT,
      .offset = KEYS(action),
      .fallback = "",
      .choices = action_names,
      .help = "by name, as dxtop(1) has them" },
    { .name = "keys",
      .type = DX_OPTION_LIST,
      .offset = KEYS(keys),
      .help = "all keys it is on, like G, f5, ctrl-r or page-down" },
    { 0 },
};

/* A key that the file names for an action. */
struct given {
    enum action action;
    struct key key;
    const struct yaml *at;
};

/* Where the keys of the i-th action of the section stand. */
static const struct yaml *keys_at(const struct yaml *section, size_t i)
{
    const struct yaml *value = &section->items[i];

    return value->kind == YAML_MAP ? yaml_get(value, "keys") : value;
}

static const struct yaml *action_at(const struct yaml *section, size_t i)
{
    const struct yaml *at =
        section->kind == YAML_LIST ? yaml_get(&section->items[i], "action") : &section->keys[i];

    return at ? at : &section->items[i];
}

static bool judge_key(struct option_context *context, struct key *key, enum action action,
                      const struct yaml *at)
{
    struct complaints *c = &context->complaints;

    if (!key_parse(key, at->text))
        return complain_word(c, at, "unknown key", key_names);
    if (!key_arrives(key))
        return complain(c, at, "keys: no terminal tells of the key \"%s\"", at->text);
    if (key->key == 'c' && key->mods == DX_MOD_CTRL && action != ACTION_QUIT)
        return complain(c, at, "keys: ctrl-c quits, whatever else is bound");
    return true;
}

/* Puts it on the map, unless something else is there. */
static void bind_key(struct option_context *context, struct keymap *map, const struct given *given)
{
    const struct bind *there = keymap_find(map, given->key);
    char name[64];

    if (!there && map->count == KEYMAP_MOST) {
        (void)complain(&context->complaints, given->at, "keys: more than %d keys", KEYMAP_MOST);
        return;
    }
    if (!there) {
        keymap_add(map, given->action, given->key);
        return;
    }
    (void)key_format(name, sizeof(name), given->key);
    if (there->action == given->action)
        (void)complain(&context->complaints, given->at, "keys: \"%s\" is twice on %s", name,
                       action_names[given->action]);
    else
        (void)complain(&context->complaints, given->at,
                       "keys: \"%s\" is on %s and on %s; give one of them other keys, or none: []",
                       name, action_names[there->action], action_names[given->action]);
}

/* What the i-th entry of the section says; the names of its keys go to the map. */
static size_t load_action(struct option_context *context, struct keymap *map, struct given *given,
                          const struct yaml *keys, size_t count)
{
    bool one = count > 0 && keys->kind == YAML_SCALAR;
    size_t n = 0;
    const char *names = "";

    for (size_t i = 0; i < count; i++) {
        struct given *g = &given[n];
        char name[64];

        *g = (struct given){ .action = given->action, .at = one ? keys : &keys->items[i] };
        if (!judge_key(context, &g->key, g->action, g->at))
            continue;
        names = arena_print(context->arena, "%s%s%s", names, *names ? " " : "",
                            key_format(name, sizeof(name), g->key));
        if (++n < count)
            given[n].action = g->action;
    }
    map->keys[given->action] = names;
    return n;
}

/* The keys that the file does not speak of stay on what they are shipped on. */
static void bind_others(struct keymap *map, const bool *named)
{
    struct keymap shipped;

    keymap_init(&shipped);
    for (size_t i = 0; i < shipped.count; i++)
        if (!named[shipped.bind[i].action])
            keymap_add(map, shipped.bind[i].action, shipped.bind[i].key);
}

void keys_load(struct option_context *context, struct keymap *map, const struct dx_items *items,
               const struct yaml *section)
{
    const struct keys_settings *settings = items->item;
    bool named[ACTION_COUNT] = { false };
    struct given *given;
    size_t most = 1, n = 0;

    keymap_init(map);
    for (size_t i = 0; i < items->count; i++)
        most += settings[i].keys.count + 1;
    given = arena_alloc(context->arena, most * sizeof(*given));
    for (size_t i = 0; i < items->count; i++) {
        enum action action = action_find(settings[i].action);

        if (section->items[i].wrong) {
            if (action < ACTION_COUNT)
                named[action] = true;
            continue;
        }
        if (action == ACTION_COUNT) {
            (void)complain_word(&context->complaints, action_at(section, i), "unknown action",
                                action_names);
            continue;
        }
        if (named[action]) {
            (void)complain(&context->complaints, action_at(section, i), "keys: %s is there twice",
                           action_names[action]);
            continue;
        }
        named[action] = true;
        given[n].action = action;
        n += load_action(context, map, &given[n], keys_at(section, i), settings[i].keys.count);
    }
    map->count = 0;
    bind_others(map, named);
    for (size_t i = 0; i < n; i++)
        bind_key(context, map, &given[i]);
}
