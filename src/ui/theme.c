/* theme: what colour a meaning has. */
#include "config.h"

#include "ui/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/mem.h"
#include "core/text.h"

enum { FILE_MOST = 64 << 10, WORDS_MOST = 8 };

static const char *const roles[DX_ROLE_COUNT + 1] = {
    "text",     "dim",      "title",    "border",   "border-focus", "key",      "selected",
    "good",     "warn",     "bad",      "busy",     "stale",        "series-1", "series-2",
    "series-3", "series-4", "series-5", "series-6", "heat-0",       "heat-1",   "heat-2",
    "heat-3",   "heat-4",   "heat-5",   "heat-6",   "heat-7",       NULL
};

const char *role_name(enum dx_role role)
{
    return (unsigned)role < DX_ROLE_COUNT ? roles[role] : "";
}

struct line {
    const char *file;
    int number;
    char *word[WORDS_MOST];
    int words;
};

static bool bad_line(const struct line *line, struct dx_error *err, const char *what,
                     const char *word)
{
    return dx_fail(err, DX_FAULT_CONFIG, "%s:%d: %s \"%.40s\"", line->file, line->number, what,
                   word);
}

static bool parse_rgb(uint32_t *rgb, const char *word)
{
    /* strtoul() would take a sign. */
    if (word[0] != '#' || strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    *rgb = (uint32_t)strtoul(word + 1, NULL, 16);
    return true;
}

static bool parse_index(int16_t *index, const char *word, long most)
{
    char *end;
    long n = strtol(word, &end, 10);

    *index = (int16_t)n;
    return end != word && !*end && n >= -1 && n <= most;
}

static bool parse_colour(const struct line *line, uint32_t *rgb, int16_t *index256,
                         int16_t *index16, struct dx_error *err)
{
    if (line->words < 4)
        return bad_line(line, err, "write #rrggbb, an index of 256 and one of 16 after",
                        line->word[0]);
    if (!parse_rgb(rgb, line->word[1]))
        return bad_line(line, err, "a colour is written #rrggbb, not", line->word[1]);
    if (!parse_index(index256, line->word[2], 255))
        return bad_line(line, err, "an index of 256 colours is -1 to 255, not", line->word[2]);
    return parse_index(index16, line->word[3], 15) ||
           bad_line(line, err, "an index of 16 colours is -1 to 15, not", line->word[3]);
}

static bool parse_role(struct theme *theme, const struct line *line, int role, struct dx_error *err)
{
    struct theme_colour colour = { 0 };

    if (!parse_colour(line, &colour.rgb, &colour.index256, &colour.index16, err))
        return false;
    for (int i = 4; i < line->words; i++) {
        if (strcmp(line->word[i], "bold") == 0)
            colour.bold = true;
        else if (strcmp(line->word[i], "underline") == 0)
            colour.underline = true;
        else if (strcmp(line->word[i], "reverse") == 0)
            colour.reverse = true;
        else
            return bad_line(line, err, "bold, underline or reverse, not", line->word[i]);
    }
    theme->role[role] = colour;
    return true;
}

static bool parse_line(struct theme *theme, const struct line *line, uint32_t *seen,
                       struct dx_error *err)
{
    const char *key = line->word[0], *near;

    if (strcmp(key, "kind") == 0) {
        const char *kind = line->words > 1 ? line->word[1] : "";

        if (strcmp(kind, "dark") != 0 && strcmp(kind, "light") != 0)
            return bad_line(line, err, "kind is dark or light, not", kind);
        (void)snprintf(theme->kind, sizeof(theme->kind), "%s", kind);
        return true;
    }
    if (strcmp(key, "mono") == 0) {
        theme->mono = true;
        return true;
    }
    if (strcmp(key, "background") == 0) {
        theme->paints = true;
        return parse_colour(line, &theme->background, &theme->background256, &theme->background16,
                            err);
    }
    for (int i = 0; i < DX_ROLE_COUNT; i++) {
        if (strcmp(roles[i], key) == 0) {
            if (*seen & 1u << i)
                return bad_line(line, err, "a second line for", key);
            *seen |= 1u << i;
            return parse_role(theme, line, i, err);
        }
    }
    near = text_nearest(key, roles);
    if (near)
        return dx_fail(err, DX_FAULT_CONFIG, "%s:%d: unknown role \"%.40s\"; did you mean \"%s\"?",
                       line->file, line->number, key, near);
    return bad_line(line, err, "unknown role", key);
}

bool theme_parse(struct theme *theme, const char *file, const char *text, size_t len,
                 struct dx_error *err)
{
    char *copy = mem_new(len + 1, 1), *rest = copy;
    struct line line = { .file = file };
    uint32_t seen = 0;
    bool ok = true;

    *theme = (struct theme){ .kind = "dark" };
    memcpy(copy, text, len);
    for (char *at; ok && (at = strsep(&rest, "\n")) != NULL;) {
        char *word;

        line.number++;
        line.words = 0;
        while ((word = strsep(&at, " \t\r")) != NULL && line.words < WORDS_MOST) {
            if (word[0] == '#' && (line.words != 1 || strlen(word) != 7))
                break; /* a comment: only the word behind the role is a colour */
            if (*word)
                line.word[line.words++] = word;
        }
        if (line.words > 0)
            ok = parse_line(theme, &line, &seen, err);
    }
    for (int i = 0; ok && i < DX_ROLE_COUNT; i++)
        if (!(seen & 1u << i))
            ok = dx_fail(err, DX_FAULT_CONFIG, "%s: there is no line for the role %s", file,
                         roles[i]);
    free(copy);
    return ok;
}

static bool load_file(struct theme *theme, const char *path, bool *found, struct dx_error *err)
{
    struct dx_error why = { 0 };
    char *text;
    size_t len;
    bool ok;

    *found = access(path, F_OK) == 0;
    text = file_read(path, FILE_MOST, &len, &why);
    ok = text ? theme_parse(theme, path, text, len, err)
              : dx_fail(err, DX_FAULT_CONFIG, "the theme %s %s", path, why.text);
    free(text);
    return ok;
}

bool theme_load(struct theme *theme, const char *dir, const char *name, struct dx_error *err)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    const char *base = strrchr(name, '/');
    char *own, *shipped;
    bool found = false, ok;

    if (text_is_path(name, ".theme")) {
        ok = load_file(theme, name, &found, err);
    } else {
        own = config && config[0] == '/'
                  ? mem_print("%s/dxtop/%s.theme", config, name)
                  : mem_print("%s/.config/dxtop/%s.theme", home ? home : "/", name);
        shipped = mem_print("%s/%s.theme", dir, name);
        struct dx_error none = { 0 }; /* that the user has none of this name is no fault */

        ok = load_file(theme, own, &found, &none);
        if (found && !ok)
            *err = none;
        if (!found)
            ok = load_file(theme, shipped, &found, err);
        if (!found)
            dx_fail(err, DX_FAULT_CONFIG,
                    "there is no theme \"%.60s\"; dark, light, high-contrast, colour-blind and "
                    "mono are shipped",
                    name);
        free(own);
        free(shipped);
    }
    base = base ? base + 1 : name;
    (void)snprintf(theme->name, sizeof(theme->name), "%.*s", (int)strcspn(base, "."), base);
    return ok;
}
