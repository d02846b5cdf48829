/* complete: what a command that was begun may become. */
#ifndef APP_COMPLETE_H
#define APP_COMPLETE_H

#include "app/viewer.h"

enum { COMPLETIONS_MOST = 256 };

struct completion {
    const char *name[COMPLETIONS_MOST]; /* borrowed: until the next update */
    size_t count;
    int at;      /* the one that the text has in full; -1: none */
    size_t from; /* they stand in place of what begins at this byte */
};

/* By its name, or by a beginning that no other has; ACTION_COUNT: there is none. */
enum action complete_action(const char *word, size_t len);

/* What begins like the last word of the text; all of its kind where that is one of them
 * already. */
void complete_find(struct viewer *v, const char *text, struct completion *completion);

/* The one that is meant by a text: it, or the only one that begins so, in whichever case.
 * NULL: none; *count begin so. complete_meant() says in the last line what is wrong. */
const char *complete_only(struct viewer *v, enum action action, const char *text, size_t *count);
const char *complete_meant(struct viewer *v, enum action action, const char *text);

#endif
