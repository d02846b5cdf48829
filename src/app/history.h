/* history: the commands that were typed, kept beside the state file. */
#ifndef APP_HISTORY_H
#define APP_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

enum { HISTORY_MOST = 100 };

struct history {
    char *lines[HISTORY_MOST]; /* oldest first */
    size_t count;
    bool changed;
};

/* One more; the oldest makes room, and one that is there already moves to the end. */
void history_add(struct history *history, const char *line);
/* What is in the file, cleaned, at most HISTORY_MOST lines; a file that cannot be read is
 * an empty one. */
void history_load(struct history *history, const char *path);
/* Whole or not at all, readable by its owner only; only where something was added. */
void history_save(struct history *history, const char *path);
void history_done(struct history *history);

#endif
