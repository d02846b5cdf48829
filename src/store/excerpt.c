/* excerpt: where in a text words were found. FTS5 has snippet(), which looks the words up in
 * its index for each row: 20 ms where half a million rows have them. */
#include "config.h"

#include "store/search.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/words.h"

enum { EXCERPT = 200, BEFORE = 24 };

static const char32_t REPLACEMENT = 0xFFFD;

/* Is it one of the words of match, which stand in quotes? One before * is a beginning. */
static bool is_wanted(const char *match, const char *word)
{
    while ((match = strchr(match, '"'))) {
        size_t len = strcspn(++match, "\"");

        if (strncmp(match, word, len) == 0 && (word[len] == '\0' || match[len + 1] == '*'))
            return true;
        match += len + (match[len] != '\0');
    }
    return false;
}

/* The first word that is wanted; NULL: there is none. */
static const char *first_of(const char *text, const char *match)
{
    char word[WORD_MOST];
    const char *start;

    while (words_at(&text, &start, word))
        if (is_wanted(match, word))
            return start;
    return NULL;
}

/* Some words before it, on its line. */
static const char *begin_of(const char *text, const char *from)
{
    const char *begin = from, *p = from;

    for (; p > text && from - p < BEFORE && p[-1] != '\n'; p--)
        if (p[-1] == ' ')
            begin = p;
    return p == text ? text : begin;
}

/* How much of what was cut is whole letters: one cut is none. */
static size_t whole_letters(const char *line, size_t len)
{
    size_t last = len - 1;
    char32_t letter;

    while (last > 0 && ((unsigned char)line[last] & 0xC0) == 0x80)
        last--;
    if (utf8_next(line + last, len - last, &letter) < len - last || letter == REPLACEMENT)
        return last;
    return len;
}

/* With the wanted words in [brackets]; at most two bytes more a word than room has. */
static void put(char out[EXCERPT], const char *text, const char *match)
{
    const char *at = text, *start;
    char word[WORD_MOST], line[EXCERPT];
    size_t n = 0;

    while (n + 1 < sizeof(line) && words_at(&at, &start, word)) {
        bool wanted = is_wanted(match, word);
        int len = snprintf(line + n, sizeof(line) - n, "%.*s%s%.*s%s", (int)(start - text), text,
                           wanted ? "[" : "", (int)(at - start), start, wanted ? "]" : "");

        n += len > 0 ? (size_t)len : 0;
        text = at;
    }
    if (n + 1 < sizeof(line))
        n += (size_t)snprintf(line + n, sizeof(line) - n, "%s", text);
    n = n < sizeof(line) ? n : whole_letters(line, sizeof(line) - 1);
    (void)text_clean(out, EXCERPT, line, n);
}

void excerpt(sqlite3_context *context, int count, sqlite3_value **values)
{
    const char *match = (const char *)sqlite3_value_text(values[2]);
    char out[EXCERPT];

    for (int i = 0; i + 1 < count && match; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);
        const char *from = text ? first_of(text, match) : NULL;

        if (!from)
            continue;
        put(out, begin_of(text, from), match);
        sqlite3_result_text(context, out, -1, SQLITE_TRANSIENT);
        return;
    }
}
