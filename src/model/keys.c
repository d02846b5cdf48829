/* keys: names of keys. */
#include "config.h"

#include "model/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

const char *const key_names[] = {
    "up",  "down", "left",      "right",  "home",  "end", "page-up", "page-down", "enter",
    "esc", "tab",  "backspace", "delete", "space", "f1",  "f2",      "f3",        "f4",
    "f5",  "f6",   "f7",        "f8",     "f9",    "f10", "f11",     "f12",       NULL,
};

static const struct {
    const char *name;
    uint32_t key;
} names[] = {
    { "up", DX_KEY_UP },           { "down", DX_KEY_DOWN },
    { "left", DX_KEY_LEFT },       { "right", DX_KEY_RIGHT },
    { "home", DX_KEY_HOME },       { "end", DX_KEY_END },
    { "page-up", DX_KEY_PAGE_UP }, { "page-down", DX_KEY_PAGE_DOWN },
    { "enter", DX_KEY_ENTER },     { "esc", DX_KEY_ESC },
    { "tab", DX_KEY_TAB },         { "backspace", DX_KEY_BACKSPACE },
    { "delete", DX_KEY_DELETE },   { "space", ' ' },
};

static const struct {
    const char *name;
    unsigned mod;
} mods[] = { { "ctrl-", DX_MOD_CTRL }, { "alt-", DX_MOD_ALT }, { "shift-", DX_MOD_SHIFT } };

bool key_parse(struct key *key, const char *name)
{
    char32_t cp;

    *key = (struct key){ 0 };
    for (size_t i = 0; i < sizeof(mods) / sizeof(mods[0]); i++) {
        size_t len = strlen(mods[i].name);

        if (strncasecmp(name, mods[i].name, len) == 0 && name[len]) {
            key->mods |= mods[i].mod;
            name += len;
        }
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(name, names[i].name) == 0) {
            key->key = names[i].key;
            return true;
        }
    }
    if ((name[0] == 'f' || name[0] == 'F') && name[1] >= '1' && name[1] <= '9') {
        char *end;
        long n = strtol(name + 1, &end, 10);

        if (n <= 12 && *end == '\0') {
            key->key = DX_KEY_F1 + (uint32_t)n - 1;
            return true;
        }
    }
    if (!*name || utf8_next(name, strlen(name), &cp) != strlen(name))
        return false;
    key->key = (uint32_t)cp;
    return true;
}

const char *key_format(char *out, size_t cap, struct key key)
{
    char prefix[32] = "", utf8[5] = "";
    size_t n = 0;

    for (size_t i = 0; i < sizeof(mods) / sizeof(mods[0]); i++)
        if (key.mods & mods[i].mod)
            n += (size_t)snprintf(prefix + n, sizeof(prefix) - n, "%s", mods[i].name);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].key == key.key) {
            (void)snprintf(out, cap, "%s%s", prefix, names[i].name);
            return out;
        }
    }
    if (key.key >= DX_KEY_F1) {
        (void)snprintf(out, cap, "%sf%u", prefix, key.key - DX_KEY_F1 + 1);
        return out;
    }
    utf8[utf8_put(utf8, (char32_t)key.key)] = '\0';
    (void)snprintf(out, cap, "%s%s", prefix, utf8);
    return out;
}

/* What a terminal sends for a letter with ctrl may be that of another key. */
static bool ctrl_arrives(struct key *key)
{
    static const struct {
        char letter;
        uint32_t key;
    } same[] = {
        { 'i', DX_KEY_TAB }, { 'j', DX_KEY_ENTER }, { 'm', DX_KEY_ENTER }, { 'h', DX_KEY_BACKSPACE }
    };

    if (key->key >= 'A' && key->key <= 'Z')
        key->key += 'a' - 'A';
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        if (key->key == (uint32_t)same[i].letter) {
            key->key = same[i].key;
            key->mods &= ~(unsigned)DX_MOD_CTRL;
            return true;
        }
    }
    return (key->key >= 'a' && key->key <= 'z') || key->key == ' ';
}

bool key_arrives(struct key *key)
{
    bool moves = key->key >= DX_KEY_UP && key->key <= DX_KEY_PAGE_DOWN;

    if (key->mods & DX_MOD_CTRL)
        return !(key->mods & DX_MOD_SHIFT) && ctrl_arrives(key);
    if ((key->mods & DX_MOD_ALT) && (key->key >= DX_KEY_UP && key->key != DX_KEY_ENTER &&
                                     key->key != DX_KEY_TAB && key->key != DX_KEY_BACKSPACE))
        return false;
    if (!(key->mods & DX_MOD_SHIFT))
        return true;
    if (key->key >= 'a' && key->key <= 'z') {
        key->key -= 'a' - 'A';
        key->mods &= ~(unsigned)DX_MOD_SHIFT;
        return true;
    }
    return key->mods == DX_MOD_SHIFT && (moves || key->key == DX_KEY_TAB);
}
