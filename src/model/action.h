/* action: what the program does on a key or a command, by name: help, hints, manual,
 * configuration and the command line are made from this table. What each does is in
 * app/. */
#ifndef MODEL_ACTION_H
#define MODEL_ACTION_H

#include "model/keys.h"

enum action {
    ACTION_UP,
    ACTION_DOWN,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_FIRST,
    ACTION_LAST,
    ACTION_NEXT_PANEL,
    ACTION_PREVIOUS_PANEL,
    ACTION_VIEW,
    ACTION_OPEN,
    ACTION_BACK,
    ACTION_FILTER,
    ACTION_NEXT_MATCH,
    ACTION_PREVIOUS_MATCH,
    ACTION_SORT,
    ACTION_REVERSE,
    ACTION_ZOOM,
    ACTION_SEEN,
    ACTION_URL,
    ACTION_COPY,
    ACTION_FREEZE,
    ACTION_EARLIER,
    ACTION_LATER,
    ACTION_DAY_EARLIER,
    ACTION_DAY_LATER,
    ACTION_LIVE,
    ACTION_POLL,
    ACTION_CLAIM,
    ACTION_SNOOZE,
    ACTION_ACCEPT,
    ACTION_IGNORE,
    ACTION_UNDO,
    ACTION_WEEK,
    ACTION_REDACT,
    ACTION_THEME,
    ACTION_SAVE,
    ACTION_WALL,
    ACTION_LOG,
    ACTION_COMMAND,
    ACTION_MOUSE,
    ACTION_NOTICES,
    ACTION_REDRAW,
    ACTION_SUSPEND,
    ACTION_HELP,
    ACTION_QUIT,
    ACTION_COUNT
};

struct action_kind {
    const char *keys; /* as shipped: names of keys, separated by blanks */
    const char *help;
    const char *argument; /* of the command with its name: "[COLUMN]"; NULL: it takes none */
    const char *hint;     /* a word for the last line; NULL: it is not shown there */
};

extern const struct action_kind action_kinds[ACTION_COUNT];
extern const char *const action_names[];   /* by enum action; ends at NULL */
enum action action_find(const char *name); /* ACTION_COUNT: there is none */

/* ---- which keys they are on ---- */

enum { KEYMAP_MOST = 256 };

struct bind {
    struct key key;
    enum action action;
    int nth; /* of the keys of its action, from 0 */
};

struct keymap {
    const char *keys[ACTION_COUNT]; /* names, separated by blanks; "": none */
    struct bind bind[KEYMAP_MOST];
    size_t count;
};

void keymap_init(struct keymap *map); /* as shipped */
/* NULL: nothing is on that key. */
const struct bind *keymap_find(const struct keymap *map, struct key key);
/* One more key for an action; nothing is on it, and there is room. */
void keymap_add(struct keymap *map, enum action action, struct key key);
/* The name of the nth key of the action, the first is 0; "": it has fewer. Returns out. */
const char *keymap_nth(const struct keymap *map, enum action action, int nth, char *out,
                       size_t cap);
/* What to type for it: its first key, or ":name" where it is on none. Returns out. */
const char *keymap_say(const struct keymap *map, enum action action, char *out, size_t cap);

#endif
