/* command: the line behind `:`: any action by its name, with what stands after it. Tab
 * completes, Up and Down go through what was typed before. */
#ifndef APP_COMMAND_H
#define APP_COMMAND_H

#include "app/history.h"
#include "ui/line.h"

struct viewer;

struct command {
    struct history history;
    size_t back;               /* so many lines back in the history; 0: at what is typed */
    char typed[LINE_MOST + 1]; /* before the first Up, or the first Tab */
    int nth;                   /* of what completes it; -1: Tab was not pressed yet */
};

void command_begin(struct viewer *v, const char *text);
void command_type(struct viewer *v, const struct dx_event *event);
/* Do what it says; what is wrong with it is said in the last line. */
void command_run(struct viewer *v, const char *text);
/* What it is about, or what it may become: "sort [COLUMN]: ...". Returns out. */
const char *command_hint(struct viewer *v, char *out, size_t cap);

#endif
