/* narrow: what users type to narrow a list: words, all of which have to fit; !word
 * leaves out; column:word looks into one column only. */
#ifndef CORE_NARROW_H
#define CORE_NARROW_H

#include <stdbool.h>
#include <stddef.h>

enum { NARROW_MOST = 128 };

struct narrow { /* the words of a filter, one after the other; the caller fills in `rest` */
    const char *rest;
    char word[NARROW_MOST];
    bool wanted;       /* false: what has it is left out */
    size_t column_len; /* word begins with so many bytes and a colon; 0: it does not */
};

bool narrow_next(struct narrow *narrow); /* false: there are no more */
/* Does word[0..column_len) name this column? Its beginning is enough. */
bool narrow_names(const struct narrow *narrow, const char *column);
/* Is `word` in the text, in whichever case? */
bool narrow_in(const char *text, const char *word);

#endif
