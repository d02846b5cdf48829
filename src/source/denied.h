/* denied: of the projects that a source wants (repositories, tables), those that it may not
 * read. Each is left out, for half an hour where it is the only one, and the longer the more
 * there are, up to some hours. Where all are, the source has nothing to show: then those that
 * were asked for longest ago are asked for again in each poll; a person who wants to know gets
 * that at once, too. When one can be read again, so may the others be. */
#ifndef SOURCE_DENIED_H
#define SOURCE_DENIED_H

#include "source/plan.h"
#include "source/source.h"

enum { DENIED_AGAIN = 8 }; /* of those that are denied, so many are asked for again in a poll */

struct denied {
    /* What the source says of itself. */
    const char *things, *reads, *right; /* "repositories", "runs", "Actions (read)" */
    const char *who;                    /* NULL: "the token" */
    unsigned step;                      /* of the requests that tell */
    bool listed;                        /* a list of the server said which there are */
    /* What is counted. */
    size_t wanted, count;
    int64_t now_ms;
    bool wished;  /* a person wants to know */
    size_t asked; /* not more of them than this; 0: all */
    struct {
        uint64_t name;
        int64_t at_ms;
    } oldest[DENIED_AGAIN];
};

/* Is one left out that was refused at_ms (0: it was not)? batch as for recall(). */
bool denied_now(const struct plan *plan, const struct batch *batch, int64_t at_ms);
/* Was it said, when it was refused last? */
bool denied_said(const struct plan *plan, const struct batch *batch, int64_t at_ms);
/* One that is wanted, and when it was refused. */
void denied_add(struct denied *denied, const struct plan *plan, const struct batch *batch,
                const char *name, int64_t at_ms);
bool denied_all(const struct denied *denied);
/* This is one of those that are to be asked for all the same. */
bool denied_again(const struct denied *denied, const char *name);
/* One that was refused can be read. */
void denied_over(const struct plan *plan, struct batch *batch);
/* How many of how many, and which right they need; false: none. */
bool denied_words(const struct denied *denied, struct dx_error *err);
/* Those of a source that knows of such; else there are none. */
struct denied denied_of(const struct source *source, const void *config, struct plan *plan,
                        struct batch *batch);

#endif
