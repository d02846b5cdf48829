/* collector: the viewer's hold on dxtop-collect: start it when nobody collects,
 * listen to what it complains of, start it again when it ended. */
#ifndef APP_COLLECTOR_H
#define APP_COLLECTOR_H

#include <sys/types.h>

#include <ev.h>

#include <dxtop/record.h>

#include "core/time.h"
#include "store/store.h"

struct collector {
    struct ev_loop *loop;
    struct store *store;
    char **argv; /* of dxtop-collect; its --clock= is what it is when it is started */
    const struct clock *clock;
    pid_t pid;      /* 0: not ours */
    int stdin_fd;   /* its stdin: closed, it ends; -1 */
    ev_io err;      /* its stderr */
    char said[240]; /* its last line */
    size_t said_len;
    int64_t again_ms;  /* boot time before which it is not started again */
    int64_t still_ms;  /* boot time before which its heart cannot have been still for long */
    int64_t old_ms;    /* a beat that is too old, and was at the last look; 0. One look is not
                          enough: who takes over has the lock before the store names him */
    bool still;        /* that is what `trouble` tells of */
    int64_t writer;    /* process that wrote at the last look, as far as the heart was still; 0 */
    int64_t writer_ms; /* boot time since when it is that one */
    int64_t looked_ms; /* boot time of the last look */
    int64_t began_ms;  /* boot time of the last start */
    int failures;      /* in a row */
    /* What the screen should say of it, "" when all is well. */
    char trouble[320];
    bool changed; /* trouble changed */
};

void collector_init(struct collector *c, struct ev_loop *loop, struct store *store, char **argv,
                    const struct clock *clock);
/* Once a second: is somebody collecting, and does the heart beat? */
void collector_look(struct collector *c);
void collector_done(struct collector *c); /* closes its stdin; it ends by itself */

/* Start argv (argv[0] is its path) with a pipe on stdin (its end in *in), stderr (*err) and, unless
 * out is NULL, stdout, in a session of its own. 0: *error says why. */
struct spawn {
    int in, out, err; /* our ends; -1 where there is none */
};
pid_t spawn_child(char *const *argv, struct spawn *ends, bool want_out, struct dx_error *error);

#endif
