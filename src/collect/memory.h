/* memory: what a source may ask of the store, since it keeps nothing itself:
 * where its back-fill stands, and which runs are known. */
#ifndef COLLECT_MEMORY_H
#define COLLECT_MEMORY_H

#include "source/source.h"
#include "store/store.h"

struct memory {          /* of one source; stays where it is: cursors and known point to it */
    struct store *store; /* of the poll */
    int64_t source;      /* id */
    int64_t now_ms;      /* of the poll */
    int64_t history_ms;  /* so far back the source asks; 0: it does not say */
    struct cursors cursors;
    struct known known;
    char cursor[256];   /* the name that `after` found */
    struct arena texts; /* of the open runs that were asked for last */
};

void memory_init(struct memory *memory, int64_t source);
void memory_begin(struct memory *memory, struct store *store, int64_t now_ms); /* a poll */
/* The source has nothing more to ask for now: the store can be written. */
void memory_rest(struct memory *memory);
void memory_done(struct memory *memory);

#endif
