/* asked: what a poll asked for, so that a server whose pages lead in a circle is not asked for
 * them for ever. */
#ifndef COLLECT_ASKED_H
#define COLLECT_ASKED_H

#include <dxtop/record.h>

struct asked { /* { 0 }: nothing yet */
    struct asked_one {
        uint64_t hash; /* of the path and the form; 0: none */
        unsigned times;
    } * slots;
    size_t cap, count;
};

/* Count a request; true: it was asked for so often in this poll that another answer is none
 * that is worth having. Once or twice more may be, for the server changes meanwhile. */
bool asked_enough(struct asked *asked, const char *path, const char *form);
void asked_done(struct asked *asked); /* empties it */

#endif
