/* spoken: what is said to a terminal, against its description in terminfo. Both are taken
 * apart into words: "CSI H", "mode ?1049 h", "SGR 1", "OSC 8", "ESC 7", "C0 0d". */
#include "config.h"

#include "spoken.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>

enum { WORD = 40, WORDS_MOST = 4096 };

struct spoken {
    char words[WORDS_MOST][WORD];
    int count, colors;
};

/* What is done with each word; false ends it. */
typedef bool on_word(void *self, const char *word);

/* ---- words ---- */

/* The words of an SGR: colours by how many there have to be of them. */
static const char *sgr_word(const char *at, char word[WORD])
{
    char *end = (char *)at;
    long n = strtol(at, &end, 10);
    int used = 0;

    if ((n == 38 || n == 48) && sscanf(end, "%*1[;:]5%*1[;:]%*d%n", &used) >= 0 && used > 0)
        snprintf(word, WORD, "SGR of 256");
    else if ((n == 38 || n == 48) && (sscanf(end, ";2;%*d;%*d;%*d%n", &used) >= 0 && used > 0))
        snprintf(word, WORD, "SGR of all");
    else if ((n == 38 || n == 48) && sscanf(end, ":2::%*d:%*d:%*d%n", &used) >= 0 && used > 0)
        snprintf(word, WORD, "SGR of all");
    else if ((n >= 30 && n <= 37) || (n >= 40 && n <= 47))
        snprintf(word, WORD, "SGR of 8");
    else if ((n >= 90 && n <= 97) || (n >= 100 && n <= 107))
        snprintf(word, WORD, "SGR of 16");
    else
        snprintf(word, WORD, "SGR %ld", n);
    return end + used;
}

/* ESC [ ...: one word, or one for each number of an SGR or a private mode. */
static const char *csi(const char *at, const char *end, on_word *on, void *self, bool *fits)
{
    const char *params = at + 2, *final = params;
    char word[WORD];

    while (final < end && (unsigned char)*final < 0x40)
        final++;
    if (final == end)
        *fits = on(self, "CSI without an end");
    else if (*final == 'm' && isdigit((unsigned char)*params)) {
        for (const char *p = params; *fits && p < final; p += *p == ';') {
            p = sgr_word(p, word);
            *fits = on(self, word);
        }
    } else if (*final == 'm' && params == final) {
        *fits = on(self, "SGR 0");
    } else if (*params == '?' && (*final == 'h' || *final == 'l')) {
        for (const char *p = params + 1; *fits && p < final; p += strcspn(p, ";hl") + 1) {
            snprintf(word, WORD, "mode ?%d %c", atoi(p), *final);
            *fits = on(self, word);
        }
    } else {
        snprintf(word, WORD, "CSI %.*s%c", strchr("?>=<", *params) && *params ? 1 : 0, params,
                 *final);
        *fits = on(self, word);
    }
    return final < end ? final + 1 : end;
}

/* ESC ] NUMBER ; ... up to BEL or ESC \. */
static const char *osc(const char *at, const char *end, on_word *on, void *self, bool *fits)
{
    char word[WORD];

    snprintf(word, WORD, "OSC %.*s", (int)strspn(at + 2, "0123456789R"), at + 2);
    *fits = on(self, word);
    for (at += 2; at < end && *at != '\a'; at++)
        if (at[0] == 27 && at + 1 < end && at[1] == '\\')
            return at + 2;
    return at < end ? at + 1 : end;
}

static const char *escape(const char *at, const char *end, on_word *on, void *self, bool *fits)
{
    const char *final = at + 1;
    char word[WORD];

    while (final < end && *final >= ' ' && *final <= '/')
        final++;
    if (final == at + 1 && final < end && *final == '[')
        return csi(at, end, on, self, fits);
    if (final == at + 1 && final < end && *final == ']')
        return osc(at, end, on, self, fits);
    snprintf(word, WORD, "ESC %.*s", (int)(final + 1 - at - 1), at + 1);
    *fits = on(self, word);
    return final < end ? final + 1 : end;
}

static bool each_word(const char *at, const char *end, on_word *on, void *self)
{
    bool fits = true;
    char word[WORD];

    while (fits && at < end) {
        unsigned char c = (unsigned char)*at;

        if (c == 27) {
            at = escape(at, end, on, self, &fits);
            continue;
        }
        if (c < ' ' || c == 0x7F) {
            snprintf(word, WORD, "C0 %02x", c);
            fits = on(self, word);
        }
        at++;
    }
    return fits;
}

/* ---- a description ---- */

/* Without what terminfo computes and waits for: terminfo(5), Parameterized Strings. */
static void plain(char out[1024], const char *cap)
{
    size_t n = 0;

    while (*cap && n + 1 < 1024) {
        if (cap[0] == '$' && cap[1] == '<') {
            cap += strcspn(cap, ">");
            cap += *cap == '>';
        } else if (cap[0] == '%' && cap[1] == '%') {
            out[n++] = '%';
            cap += 2;
        } else if (cap[0] == '%' && strchr("pPg", cap[1])) {
            cap += 3;
        } else if (cap[0] == '%' && (cap[1] == '{' || cap[1] == '\'')) {
            cap += 2;
            cap += strcspn(cap, "}'") + 1;
        } else if (cap[0] == '%') {
            const char *number = cap + 1 + strspn(cap + 1, ":#0123456789.");

            if (*number == 'd') /* some number stands there */
                out[n++] = '0';
            cap = number + 1;
        } else {
            out[n++] = *cap++;
        }
    }
    out[n] = '\0';
}

static bool add_word(void *self, const char *word)
{
    struct spoken *spoken = self;

    if (spoken->count < WORDS_MOST)
        snprintf(spoken->words[spoken->count++], WORD, "%s", word);
    return true;
}

static void add(struct spoken *spoken, const char *cap)
{
    char text[1024];

    plain(text, cap);
    (void)each_word(text, text + strlen(text), add_word, spoken);
}

/* What the keys send is not what may be said; colours are by their number. */
static bool is_said(const char *name)
{
    static const char *const colours[] = { "setaf", "setab", "setf", "setb", "initc", "initp" };

    for (size_t i = 0; i < sizeof(colours) / sizeof(colours[0]); i++)
        if (strcmp(name, colours[i]) == 0)
            return false;
    return name[0] != 'k';
}

struct spoken *spoken_new(const char *term, const char *const *more)
{
    static const char *const extended[] = { "BE", "BD", "PS", "Ms", "XM", "TS", "FS", "Sync" };
    struct spoken *spoken;
    int status;

    if (setupterm(term, 1, &status) != OK)
        return NULL;
    spoken = calloc(1, sizeof(*spoken));
    spoken->colors = tigetnum("colors");
    for (size_t i = 0; strnames[i]; i++) {
        const char *cap = tigetstr((char *)strnames[i]);

        if (cap && cap != (const char *)-1 && is_said(strnames[i]))
            add(spoken, cap);
    }
    for (size_t i = 0; i < sizeof(extended) / sizeof(extended[0]); i++) {
        const char *cap = tigetstr((char *)extended[i]);

        if (cap && cap != (const char *)-1)
            add(spoken, cap);
    }
    for (size_t i = 0; more && more[i]; i++)
        add(spoken, more[i]);
    del_curterm(cur_term);
    return spoken;
}

void spoken_free(struct spoken *spoken)
{
    free(spoken);
}

/* ---- what is said ---- */

struct asked {
    const struct spoken *spoken;
    char *wrong;
};

static bool is_known(const struct spoken *spoken, const char *word)
{
    if (strcmp(word, "SGR of 8") == 0)
        return spoken->colors >= 8;
    if (strcmp(word, "SGR of 16") == 0)
        return spoken->colors >= 16;
    if (strcmp(word, "SGR of 256") == 0)
        return spoken->colors == 256;
    if (strcmp(word, "SGR of all") == 0)
        return spoken->colors > 256;
    for (int i = 0; i < spoken->count; i++)
        if (strcmp(spoken->words[i], word) == 0)
            return true;
    return false;
}

static bool ask(void *self, const char *word)
{
    struct asked *asked = self;

    if (is_known(asked->spoken, word))
        return true;
    snprintf(asked->wrong, 80, "%s", word);
    return false;
}

bool spoken_fits(const struct spoken *spoken, const char *bytes, size_t len, char wrong[80])
{
    struct asked asked = { spoken, wrong };

    return each_word(bytes, bytes + len, ask, &asked);
}
