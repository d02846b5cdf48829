/* action: what the program does, by name, and the keys it is on. */
#include "config.h"

#include "model/action.h"

#include <stdio.h>
#include <string.h>

const char *const action_names[] = {
    [ACTION_UP] = "up",
    [ACTION_DOWN] = "down",
    [ACTION_PAGE_UP] = "page-up",
    [ACTION_PAGE_DOWN] = "page-down",
    [ACTION_FIRST] = "first",
    [ACTION_LAST] = "last",
    [ACTION_NEXT_PANEL] = "next-panel",
    [ACTION_PREVIOUS_PANEL] = "previous-panel",
    [ACTION_VIEW] = "view",
    [ACTION_OPEN] = "open",
    [ACTION_BACK] = "back",
    [ACTION_FILTER] = "filter",
    [ACTION_NEXT_MATCH] = "next-match",
    [ACTION_PREVIOUS_MATCH] = "previous-match",
    [ACTION_SORT] = "sort",
    [ACTION_REVERSE] = "reverse",
    [ACTION_ZOOM] = "zoom",
    [ACTION_SEEN] = "seen",
    [ACTION_URL] = "url",
    [ACTION_COPY] = "copy",
    [ACTION_FREEZE] = "freeze",
    [ACTION_EARLIER] = "earlier",
    [ACTION_LATER] = "later",
    [ACTION_DAY_EARLIER] = "day-earlier",
    [ACTION_DAY_LATER] = "day-later",
    [ACTION_LIVE] = "live",
    [ACTION_POLL] = "poll",
    [ACTION_CLAIM] = "claim",
    [ACTION_SNOOZE] = "snooze",
    [ACTION_ACCEPT] = "accept",
    [ACTION_IGNORE] = "ignore",
    [ACTION_UNDO] = "undo",
    [ACTION_WEEK] = "week",
    [ACTION_REDACT] = "redact",
    [ACTION_THEME] = "theme",
    [ACTION_SAVE] = "save",
    [ACTION_WALL] = "wall",
    [ACTION_LOG] = "log",
    [ACTION_COMMAND] = "command",
    [ACTION_MOUSE] = "mouse",
    [ACTION_NOTICES] = "notices",
    [ACTION_REDRAW] = "redraw",
    [ACTION_SUSPEND] = "suspend",
    [ACTION_HELP] = "help",
    [ACTION_QUIT] = "quit",
    [ACTION_COUNT] = NULL,
};

const struct action_kind action_kinds[ACTION_COUNT] = {
    [ACTION_UP] = { "up k", "one row up", .hint = "move" },
    [ACTION_DOWN] = { "down j", "one row down" },
    [ACTION_PAGE_UP] = { "page-up", "one page up" },
    [ACTION_PAGE_DOWN] = { "page-down", "one page down" },
    [ACTION_FIRST] = { "home g", "to the first row" },
    [ACTION_LAST] = { "end G", "to the last row" },
    [ACTION_NEXT_PANEL] = { "tab right l", "to the next panel" },
    [ACTION_PREVIOUS_PANEL] = { "shift-tab left h", "to the panel before" },
    [ACTION_VIEW] = { "1 2 3 4 5 6 7 8 9", "show that view", "NAME|NUMBER" },
    [ACTION_OPEN] = { "enter", "open the row: what is in it, else its URL", .hint = "open" },
    [ACTION_BACK] = { "esc", "back: out of help, the log, the filter, what was opened, the zoom" },
    [ACTION_FILTER] = { "/", "filter the list: text, !text leaves out, column:text", "[TEXT]",
                        "filter" },
    [ACTION_NEXT_MATCH] = { "n",
                            "to the next row that the filter fits, also once it was taken away" },
    [ACTION_PREVIOUS_MATCH] = { "N", "to the row before that it fits" },
    [ACTION_SORT] = { "s", "sort by the next column, or by the one that is named", "[COLUMN]",
                      "sort" },
    [ACTION_REVERSE] = { "S", "sort the other way round" },
    [ACTION_ZOOM] = { "z", "give the panel the whole screen, and back", .hint = "zoom" },
    [ACTION_SEEN] = { "space",
                      "the marks before what is new or of another state go; leaving the window "
                      "does so too" },
    [ACTION_URL] = { "o", "open the row's URL with $BROWSER, else show and copy it" },
    [ACTION_COPY] = { "y", "copy the row's URL (OSC 52), through tmux and screen too" },
    [ACTION_FREEZE] = { "p", "freeze the screen; data goes on coming in" },
    [ACTION_EARLIER] = { "[", "as it was an hour before, at the full hour: all that is shown is as "
                              "of then" },
    [ACTION_LATER] = { "]", "an hour later, at last now" },
    [ACTION_DAY_EARLIER] = { "{", "a day before, at that hour" },
    [ACTION_DAY_LATER] = { "}", "a day later" },
    [ACTION_LIVE] = { "=", "now again" },
    [ACTION_POLL] = { "r", "poll all sources now, or the one that is named, within their budget",
                      "[SOURCE]" },
    [ACTION_CLAIM] = { "c",
                       "claim the selected alert, with a note that is asked for; once more: give "
                       "it back",
                       "[NOTE]" },
    [ACTION_SNOOZE] = { "Z",
                        "hear nothing of the selected alert for some time (1h), with a note why; "
                        "once more: wake it",
                        "[SPAN [NOTE]]" },
    [ACTION_ACCEPT] = { "a", "accept the category that is suggested for the ticket that is read" },
    [ACTION_IGNORE] = { "i", "ignore all that is suggested for it" },
    [ACTION_UNDO] = { "u", "undo it: what was accepted or ignored is suggested again" },
    [ACTION_WEEK] = { "w",
                      "week against week: each number beside that of 7 days before; and back" },
    [ACTION_REDACT] = { "R", "hide names: people, branches and titles become aliases; and back" },
    [ACTION_THEME] = { "t", "next theme, or the one that is named", "[NAME]" },
    [ACTION_SAVE] = { "x",
                      "save the screen as text, ansi, svg or html; without a file as dxtop-TIME "
                      "in the current directory",
                      "FORMAT [FILE]" },
    [ACTION_WALL] = { "W", "large digits for the wall; the pages turn, any key holds them, this "
                           "one goes back" },
    [ACTION_LOG] = { "L", "what happened" },
    [ACTION_COMMAND] = { ":", "type a command: any of these names; Tab completes, Up brings back" },
    [ACTION_MOUSE] = { "m", "leave the mouse to the terminal, and back" },
    [ACTION_NOTICES] = { "b", "no bell, no notices and no title of alert rules here, and back" },
    [ACTION_REDRAW] = { "ctrl-l", "draw the screen anew" },
    [ACTION_SUSPEND] = { "ctrl-z", "stop; fg brings it back" },
    [ACTION_HELP] = { "?", "what the focused panel shows, and all keys", .hint = "help" },
    [ACTION_QUIT] = { "q ctrl-c", "quit", .hint = "quit" },
};

enum action action_find(const char *name)
{
    int i = 0;

    while (i < ACTION_COUNT && strcmp(action_names[i], name) != 0)
        i++;
    return (enum action)i;
}

/* ---- which keys they are on ---- */

const struct bind *keymap_find(const struct keymap *map, struct key key)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->bind[i].key.key == key.key && map->bind[i].key.mods == key.mods)
            return &map->bind[i];
    return NULL;
}

void keymap_add(struct keymap *map, enum action action, struct key key)
{
    int nth = 0;

    for (size_t i = 0; i < map->count; i++)
        nth += map->bind[i].action == action;
    map->bind[map->count++] = (struct bind){ .key = key, .action = action, .nth = nth };
}

void keymap_init(struct keymap *map)
{
    *map = (struct keymap){ .count = 0 };
    for (int i = 0; i < ACTION_COUNT; i++) {
        char names[128], *rest = names;
        struct key key;

        map->keys[i] = action_kinds[i].keys;
        (void)snprintf(names, sizeof(names), "%s", map->keys[i]);
        for (char *name = strsep(&rest, " "); name; name = strsep(&rest, " "))
            if (key_parse(&key, name))
                keymap_add(map, (enum action)i, key);
    }
}

const char *keymap_nth(const struct keymap *map, enum action action, int nth, char *out, size_t cap)
{
    out[0] = '\0';
    for (size_t i = 0; i < map->count; i++)
        if (map->bind[i].action == action && map->bind[i].nth == nth)
            (void)key_format(out, cap, map->bind[i].key);
    return out;
}

const char *keymap_say(const struct keymap *map, enum action action, char *out, size_t cap)
{
    if (!*keymap_nth(map, action, 0, out, cap))
        (void)snprintf(out, cap, ":%s", action_names[action]);
    return out;
}
