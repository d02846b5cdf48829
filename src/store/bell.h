/* bell: who wrote rings, and who waits for it is woken by the kernel (inotify) instead of looking
 * again and again. The holder of the lock rings at <store>.lock when what viewers show changed, a
 * viewer at <store>.viewers when it wished something; nothing is written into either. A ring says
 * "look", no more: what it is about is in the store. Where the kernel tells nothing it is looked
 * for by a timer. */
#ifndef STORE_BELL_H
#define STORE_BELL_H

#include <ev.h>

#include "store/store.h"

/* What a look found: nothing, something, or what is left for another look. */
enum bell_found { BELL_NOTHING, BELL_SOMETHING, BELL_LEFT };

struct bell_look {
    enum bell_found (*look)(void *self);
    void *self;
    double pause_s[BELL_LEFT + 1]; /* after each of these: in so long it is called once, at most */
};

struct bell {
    struct ev_loop *loop;
    struct store *store;
    struct bell_look what;
    ev_io heard;
    ev_timer again; /* the pause after a look is over */
    int fd, watch;  /* -1 */
    bool owed;      /* a look: what was before the kernel was asked, nobody tells */
    bool doubted;   /* there was something that nobody had rung for ... */
    bool deaf;      /* ... and nobody did since: look by the timer */
    int64_t looked_ms;
};

/* Before bell_start(); a bell that is not started may be stopped. */
void bell_init(struct bell *bell, struct ev_loop *loop);
/* Look when somebody rings, from now on. The first look comes in a moment: for what was before. */
void bell_start(struct bell *bell, struct store *store, const struct bell_look *what);
void bell_stop(struct bell *bell);
/* To be called every second or two, by a timer that is there anyway: looks where nobody rang for
 * two seconds, for who wrote may have ended before it could. */
void bell_remind(struct bell *bell);

/* Whoever has this store open wrote: the others are to look. */
void bell_ring(struct store *store);

#endif
