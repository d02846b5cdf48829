/* init: asks for sources, tries what was answered, and writes a configuration with
 * comments: `dxtop init`. Answers are lines: of a terminal or of a file. */
#ifndef APP_INIT_H
#define APP_INIT_H

#include <stdio.h>

#include "app/app.h"
#include "core/buf.h"

int init_run(struct app *app);

/* ---- asking: init_ask.c ---- */

struct asker {
    FILE *in, *out;
    bool echo;  /* the answers are no terminal's: they are printed behind their questions */
    bool ended; /* there are no more; every further answer is "" */
};

enum { ANSWER_MOST = 1024 };

/* The answer, without blanks around it; of an empty one the fallback. */
const char *ask_line(struct asker *asker, char answer[ANSWER_MOST], const char *question,
                     const char *fallback);
/* One of the words (ends at NULL), asked until it is. The first is meant by an empty answer. */
int ask_choice(struct asker *asker, const char *question, const char *const *words);
bool ask_yes(struct asker *asker, const char *question, bool fallback);

/* ---- one source: init_source.c ---- */

extern const char *const init_types[]; /* "github" ...; ends at NULL */
/* Ask for all that a source of the type needs, and print it as an item of `sources`, with
 * name where it is not "". */
void init_source(struct asker *asker, struct buf *out, int type, const char *name);
/* A text as YAML has it in double quotes. */
void init_quoted(struct buf *out, const char *text);

#endif
