/* say: what the user says of an alert: for how long it is snoozed, that he claims it, each
 * with a note. It is a wish: the collector keeps it, and all who watch see it. */
#ifndef APP_SAY_H
#define APP_SAY_H

#include <dxtop/panel.h>

struct viewer;

struct saying {
    enum dx_word word;
    bool wrong; /* what is typed does not begin with a span */
    char key[600];
};

struct said { /* the last wish, until it is known what became of it */
    enum dx_word word;
    bool late;       /* nobody took it for long: that was told */
    int64_t boot_ms; /* when */
    char wish[1200]; /* "": none */
    char words[160]; /* that are true once it is granted */
};

/* Begin to ask for the words, or take back what was said. */
void say_begin(struct viewer *v, const char *key, enum dx_word word, bool back);
/* These are the words. */
void say_words(struct viewer *v, const char *key, enum dx_word word, const char *words);
void say_type(struct viewer *v, const struct dx_event *event);
/* Often: tells what became of it. */
void say_look(struct viewer *v);
/* What is asked for while it is typed. */
const char *say_hint(const struct viewer *v);

#endif
