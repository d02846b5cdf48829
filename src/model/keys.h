/* keys: names of keys ("ctrl-c", "page-up", "?", "G"). */
#ifndef MODEL_KEYS_H
#define MODEL_KEYS_H

#include <dxtop/panel.h>

struct key {
    uint32_t key;
    unsigned mods;
};

extern const char *const key_names[]; /* of those that are no character; ends at NULL */

bool key_parse(struct key *key, const char *name);
const char *key_format(char *out, size_t cap, struct key key);
/* To how the key comes in from a terminal: shift-a is A, ctrl-i is tab. false: no
 * terminal tells of it (ctrl-1, alt-up). */
bool key_arrives(struct key *key);

#endif
