/* watch: what is wrong, from one look to the next, as lines for people who hear or grep
 * them: what began, became worse or better, and is over. */
#ifndef APP_WATCH_H
#define APP_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum watch_level { WATCH_OK, WATCH_WARNING, WATCH_BAD };

struct watched;

struct watch {
    struct watched *items;
    size_t count, cap;
    bool begun; /* there was a look before */
};

/* One look: begin it, see what there is, tell what is new of it. */
void watch_begin(struct watch *watch);
/* key: what it is, across looks; words: as it is now. What is ok is told of when it was not
 * before, or is there for the first time. */
void watch_see(struct watch *watch, const char *key, enum watch_level level, const char *words);
/* It cannot be seen in this look: it stays as it was, if it was there at all. */
void watch_keep(struct watch *watch, const char *key);
/* whole: what was not seen is over; false: there was more than could be seen, and what was
 * not seen stays as it was. Returns how many lines that were. */
size_t watch_tell(struct watch *watch, int64_t now_ms, bool whole, FILE *out);
void watch_done(struct watch *watch);

#endif
