#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config_kit.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool load(const char *text)
{
    return config_kit_load(text, NULL);
}

static void teardown(void)
{
    config_done(&config);
}

TestSuite(keys, .fini = teardown, .timeout = 20);

/* What is on the key of this name, "zoom", or "view 2". */
static const char *on(const char *name)
{
    static char out[64];
    const struct bind *bind;
    struct key key;

    cr_assert(key_parse(&key, name), "%s", name);
    bind = keymap_find(&config.keymap, key);
    snprintf(out, sizeof(out), "%s", bind ? action_names[bind->action] : "");
    if (bind && bind->nth > 0)
        snprintf(out + strlen(out), sizeof(out) - strlen(out), " %d", bind->nth + 1);
    return out;
}

Test(keys, as_shipped_every_name_is_a_key_that_arrives_and_none_is_there_twice)
{
    struct keymap map;
    size_t names = 0;

    keymap_init(&map);
    for (int i = 0; i < ACTION_COUNT; i++) {
        names += action_kinds[i].keys[0] != '\0';
        for (const char *c = action_kinds[i].keys; *c; c++)
            names += *c == ' ';
        cr_expect(action_names[i] && *action_kinds[i].help, "%d", i);
    }
    cr_expect_eq(map.count, names);
    for (size_t i = 0; i < map.count; i++) {
        struct key key = map.bind[i].key;

        cr_expect(key_arrives(&key), "%zu", i);
        cr_expect_eq(key.key, map.bind[i].key.key);
        cr_expect_eq(key.mods, map.bind[i].key.mods);
    }
    cr_expect_null(action_names[ACTION_COUNT]);
    cr_expect_eq(action_find("quit"), ACTION_QUIT);
    cr_expect_eq(action_find("qu"), ACTION_COUNT);
}

Test(keys, what_is_not_spoken_of_stays)
{
    cr_assert(load("title: x\n"), "%s", said);
    cr_expect_str_eq(on("z"), "zoom");
    cr_expect_str_eq(on("3"), "view 3");
    cr_assert(load("keys:\n"), "%s", said);
    cr_expect_str_eq(on("z"), "zoom");
    cr_assert(load("keys: {zoom: f5}\n"), "%s", said);
    cr_expect_str_eq(on("f5"), "zoom");
    cr_expect_str_eq(on("z"), "");
    cr_expect_str_eq(on("s"), "sort");
    cr_expect_str_eq(on("k"), "up 2");
    cr_expect_str_eq(config.keymap.keys[ACTION_ZOOM], "f5");
    cr_expect_str_eq(config.keymap.keys[ACTION_SORT], "s");
}

Test(keys, an_action_has_the_keys_that_it_is_given_and_no_other)
{
    cr_assert(load("keys:\n  open: [enter, f3, Ctrl-O]\n  view: [f1, f2]\n  suspend: []\n"
                   "  sort: S\n  reverse: {keys: [s]}\n"),
              "%s", said);
    cr_expect_str_eq(on("f3"), "open 2");
    cr_expect_str_eq(on("ctrl-o"), "open 3");
    cr_expect_str_eq(on("f2"), "view 2");
    cr_expect_str_eq(on("1"), "");
    cr_expect_str_eq(on("ctrl-z"), "");
    cr_expect_str_eq(config.keymap.keys[ACTION_SUSPEND], "");
    cr_expect_str_eq(config.keymap.keys[ACTION_OPEN], "enter f3 ctrl-o");
    cr_expect_str_eq(on("S"), "sort");
    cr_expect_str_eq(on("s"), "reverse");
    cr_assert(load("keys: [{action: zoom, keys: f5}]\n"), "%s", said);
    cr_expect_str_eq(on("f5"), "zoom");
}

/* As it comes in: a terminal tells these apart from nothing. */
Test(keys, names_of_one_key_are_the_same_key)
{
    cr_assert(load("keys: {zoom: [shift-a, ctrl-X, ctrl-i], next-panel: []}\n"), "%s", said);
    cr_expect_str_eq(on("A"), "zoom");
    cr_expect_str_eq(on("ctrl-x"), "zoom 2");
    cr_expect_str_eq(on("tab"), "zoom 3");
    cr_expect_str_eq(config.keymap.keys[ACTION_ZOOM], "A ctrl-x tab");
}

static const struct {
    const char *text, *complaint;
} wrong[] = {
    { "keys: {zom: z}\n", "t.yaml:1:8: unknown action \"zom\"; did you mean \"zoom\"?\n" },
    { "keys: [{action: zom, keys: z}]\n",
      "t.yaml:1:17: unknown action \"zom\"; did you mean \"zoom\"?\n" },
    { "keys: {zoom: pagedown}\n",
      "t.yaml:1:14: unknown key \"pagedown\"; did you mean \"page-down\"?\n" },
    { "keys: {zoom: [z, f13]}\n", "t.yaml:1:18: unknown key \"f13\"; did you mean \"f1\"?\n" },
    { "keys: {zoom: ctrl-1}\n", "t.yaml:1:14: keys: no terminal tells of the key \"ctrl-1\"\n" },
    { "keys: {zoom: alt-up}\n", "t.yaml:1:14: keys: no terminal tells of the key \"alt-up\"\n" },
    { "keys: {zoom: shift-f5}\n",
      "t.yaml:1:14: keys: no terminal tells of the key \"shift-f5\"\n" },
    { "keys: {zoom: s}\n",
      "t.yaml:1:14: keys: \"s\" is on sort and on zoom; give one of them other "
      "keys, or none: []\n" },
    { "keys:\n  zoom: f5\n  sort: [s, f5]\n", "t.yaml:3:13: keys: \"f5\" is on zoom and on sort; "
                                              "give one of them other keys, or none: []\n" },
    { "keys: {zoom: [z, z]}\n", "t.yaml:1:18: keys: \"z\" is twice on zoom\n" },
    { "keys: {zoom: ctrl-c}\n", "t.yaml:1:14: keys: ctrl-c quits, whatever else is bound\n" },
    { "keys: {zoom: [[z], x]}\n", "t.yaml:1:16: keys has to be a list of texts\n" },
    { "keys: {zoom: {kyes: z}}\n", "unknown key \"kyes\"; did you mean \"keys\"?" },
    { "keys: zoom\n", "t.yaml:1:7: keys: \"zoom\" is not a mapping of names\n" },
    { "keys: [{action: zoom, keys: f5}, {action: zoom, keys: f6}]\n",
      "t.yaml:1:43: keys: zoom is there twice\n" },
};

Test(keys, what_is_wrong_is_said_with_its_place)
{
    for (size_t i = 0; i < COUNT(wrong); i++) {
        cr_expect_not(load(wrong[i].text), "%s", wrong[i].text);
        cr_expect(strstr(said, wrong[i].complaint), "%s%s", wrong[i].text, said);
    }
}

Test(keys, all_of_it_is_said_at_once)
{
    cr_expect_not(load("keys:\n  zom: z\n  sort: pgup\n  log: z\n"));
    cr_expect(strstr(said, "t.yaml:2:3: unknown action") &&
                  strstr(said, "t.yaml:3:9: unknown key") &&
                  strstr(said, "t.yaml:4:8: keys: \"z\" is on zoom and on log"),
              "%s", said);
}

/* As many as there is room for; what is more is said, not dropped. */
Test(keys, more_keys_than_there_is_room_for)
{
    char text[8192];
    size_t n = (size_t)snprintf(text, sizeof(text), "keys: {zoom: [");

    for (int i = 0; i < 300; i++)
        n += (size_t)snprintf(text + n, sizeof(text) - n, "\"\\u%04x\", ", 0x4e00u + (unsigned)i);
    snprintf(text + n, sizeof(text) - n, "]}\n");
    cr_expect_not(load(text));
    cr_expect(strstr(said, "keys: more than 256 keys"), "%s", said);
}
