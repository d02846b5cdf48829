/* fuzz_tags: is it markup that a browser reads as it was meant? */
#include "config.h"

#include "fuzz_tags.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/text.h"

enum { DEPTH_MOST = 64 };

struct name {
    const char *at;
    size_t len;
};

struct tags {
    struct name open[DEPTH_MOST];
    size_t depth;
};

void fuzz_check_plain(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        char32_t cp;
        size_t n = utf8_next(text, left, &cp);

        if ((cp < ' ' && cp != '\n') || (cp >= 0x7F && cp < 0xA0) || (cp == 0xFFFD && n == 1)) {
            (void)fprintf(stderr, "not to be shown: %.80s\n", text);
            abort();
        }
        text += n;
        left -= n;
    }
}

static struct name name_at(const char *at)
{
    return (struct name){ at, strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789-:") };
}

static bool is(struct name name, const char *word)
{
    return name.len == strlen(word) && strncasecmp(name.at, word, name.len) == 0;
}

static bool is_void(struct name name)
{
    static const char *const names[] = { "meta", "br", "hr", "col", "img", "link", "input" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (is(name, names[i]))
            return true;
    return false;
}

/* Behind a reference. */
static const char *reference(const char *at)
{
    size_t len = strspn(++at, "#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    if (len == 0 || at[len] != ';')
        abort();
    return at + len + 1;
}

/* Behind the attributes; *closed: it ends with a slash. */
static const char *attributes(const char *at, bool *closed)
{
    for (;;) {
        struct name name;

        at += strspn(at, " \n");
        *closed = *at == '/';
        at += *closed;
        if (*at == '>')
            return at + 1;
        name = name_at(at);
        if (name.len == 0 || (name.len > 2 && strncasecmp(name.at, "on", 2) == 0))
            abort();
        at += name.len;
        if (*at != '=')
            continue;
        if (*++at != '"')
            abort();
        if (strncasecmp(at + 1, "javascript:", 11) == 0)
            abort();
        for (at++; *at != '"';) {
            if (!*at || *at == '<' || *at == '>')
                abort();
            at = *at == '&' ? reference(at) : at + 1;
        }
        at++;
    }
}

static const char *element(struct tags *tags, const char *at)
{
    struct name name;
    bool closed;

    if (strncasecmp(at, "<!doctype html>", 15) == 0)
        return at + 15;
    if (at[1] == '/') {
        name = name_at(at + 2);
        if (name.at[name.len] != '>' || tags->depth == 0 ||
            tags->open[tags->depth - 1].len != name.len ||
            memcmp(tags->open[tags->depth - 1].at, name.at, name.len) != 0)
            abort();
        tags->depth--;
        return name.at + name.len + 1;
    }
    name = name_at(at + 1);
    if (name.len == 0 || is(name, "script") || is(name, "iframe") || is(name, "object"))
        abort();
    at = attributes(name.at + name.len, &closed);
    if (closed || is_void(name))
        return at;
    if (tags->depth == DEPTH_MOST)
        abort();
    tags->open[tags->depth++] = name;
    return is(name, "style") ? strstr(at, "</style>") : at;
}

void fuzz_check_tags(const char *text)
{
    struct tags tags = { .depth = 0 };

    fuzz_check_plain(text);
    while (text && *text) {
        if (*text == '<')
            text = element(&tags, text);
        else if (*text == '&')
            text = reference(text);
        else if (*text == '>')
            abort();
        else
            text++;
    }
    if (!text || tags.depth > 0)
        abort();
}
