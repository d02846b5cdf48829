/* words: what a text is looked for by. */
#ifndef CORE_WORDS_H
#define CORE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORD_MOST = 48, WORDS_MOST = 64 };

struct words {
    char word[WORDS_MOST][WORD_MOST]; /* in lower case, each once */
    size_t count;
};

/* Add the words of a text that can tell it from others: two characters or more, no
 * numbers that count or name one thing only, no words that every text has. */
void words_add(struct words *words, const char *text);

/* The next piece of letters and digits of *text, ASCII in lower case; all other than ASCII
 * counts as letters. false: there is none. */
bool words_next(const char **text, char out[WORD_MOST]);
bool words_at(const char **text, const char **start, char out[WORD_MOST]); /* and where it is */

#endif
