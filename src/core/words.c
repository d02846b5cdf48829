/* words: what a text is looked for by. */
#include "config.h"

#include "core/words.h"

#include <string.h>

/* What says nothing of a ticket or runbook, however rare it is in a small store. */
static const char *const empty[] = {
    "a",     "all",    "an",    "and",    "any",   "are",    "as",   "at",    "be",    "been",
    "but",   "by",     "can",   "cannot", "could", "did",    "do",   "does",  "for",   "from",
    "has",   "have",   "he",    "hello",  "help",  "hi",     "how",  "if",    "in",    "into",
    "is",    "it",     "its",   "me",     "my",    "no",     "not",  "of",    "on",    "or",
    "our",   "please", "she",   "so",     "some",  "thanks", "that", "the",   "their", "then",
    "there", "these",  "they",  "this",   "to",    "us",     "was",  "we",    "were",  "what",
    "when",  "where",  "which", "who",    "why",   "will",   "with", "would", "you",   "your",
};

static bool is_part(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80;
}

static bool is_number(const char *word)
{
    return word[strspn(word, "0123456789")] == '\0';
}

static bool is_empty(const char *word)
{
    for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
        if (strcmp(word, empty[i]) == 0)
            return true;
    return false;
}

bool words_at(const char **text, const char **start, char out[WORD_MOST])
{
    const char *s = *text;
    size_t n = 0, used = 0;

    while (*s && !is_part(*s))
        s++;
    while (s[n] && is_part(s[n]))
        n++;
    *text = s + n;
    *start = s;
    while (used < n && used + 1 < WORD_MOST) {
        out[used] = s[used];
        if (s[used] >= 'A' && s[used] <= 'Z')
            out[used] = (char)(s[used] - 'A' + 'a');
        used++;
    }
    /* A word that is too long is cut between characters. */
    while (used > 0 && used < n && ((unsigned char)s[used] & 0xC0) == 0x80)
        used--;
    out[used] = '\0';
    return n > 0;
}

bool words_next(const char **text, char out[WORD_MOST])
{
    const char *start;

    return words_at(text, &start, out);
}

static bool has(const struct words *words, const char *word)
{
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->word[i], word) == 0)
            return true;
    return false;
}

void words_add(struct words *words, const char *text)
{
    char word[WORD_MOST];

    while (words->count < WORDS_MOST && words_next(&text, word))
        if (word[0] && word[1] && !is_number(word) && !is_empty(word) && !has(words, word))
            memcpy(words->word[words->count++], word, sizeof(word));
}
