/* keys: names of keys ("ctrl-c", "page-up", "?", "G") and the table of what the
 * program itself does on them; help and man page are made from it. */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <dxtop/panel.h>

struct key {
    uint32_t key;
    unsigned mods;
};

bool key_parse(struct key *key, const char *name);
const char *key_format(char *out, size_t cap, struct key key);

#endif
