/* poller_internal: a poll under way, as the files of the poller see it. */
#ifndef COLLECT_POLLER_INTERNAL_H
#define COLLECT_POLLER_INTERNAL_H

#include "collect/asked.h"
#include "collect/etags.h"
#include "collect/memory.h"
#include "collect/pace.h"
#include "collect/poller.h"
#include "collect/tell.h"
#include "net/auth.h"
#include "net/command.h"
#include "source/plan.h"
#include "source/source.h"

/* A commit that is under way; or waits, with the batch of the poll, while the store is held up.
 * Nothing else is done for the poll then. */
struct poller_commit {
    struct poll poll;
    const struct etag *etags;
    size_t etag_count;
    int64_t wait_ms;               /* to the next poll */
    bool waits, failed;            /* failed: the poll */
    bool piece;                    /* more of the poll is to come */
    struct batch rest;             /* of a piece: what stays for the next one */
    void (*then)(struct poller *); /* once it is through */
};

struct poller {
    struct pollers *shared;
    const struct source_settings *settings;
    const struct source *source;
    int64_t id;
    struct auth *auth;
    struct memory memory;
    ev_timer timer, pause; /* to the next poll; to the next request */

    /* from poll to poll */
    struct pace pace;
    int64_t elapsed_boot_ms; /* where the clock stands: see poller_elapse() */
    struct teller teller;
    bool probed, polled;
    bool wished;             /* the poll that begins is */
    bool wished_again;       /* another one, when this one is over */
    int64_t started_boot_ms; /* of the last poll */
    int64_t left;            /* of history, by what the polls before said of it */
    int idle;                /* so many of them on end brought none of it */
    int64_t due_boot_ms;     /* the next one, and `timer` does not count what the machine sleeps */

    /* of the poll under way */
    bool polling, forgot, waits; /* waits: the back-fill does */
    bool filling;                /* the poll said that history is left */
    bool filled;                 /* it brought some, or there is another amount of it left */
    int64_t owed;                /* runs whose jobs are missing, when it began */
    size_t kept;                 /* runs and jobs of the last piece that are still in the batch */
    int64_t now_ms, latency_ms, bytes, skew_ms, largest;
    int64_t
        brought; /* like bytes, but of all its pieces, and unpacked; of a round, of all its polls */
    bool skew_known;
    struct pace_count count;
    size_t answered, good;
    struct dx_error
        declined;          /* the first answer that was no success, but one that the source takes */
    struct dx_error error; /* the first of an optional request */
    size_t optional_failed;
    struct plan plan;
    struct asked asked;
    bool circles; /* pages of the server lead to where the poll has been */
    struct batch batch;
    struct poller_commit commit;
    struct plan_request *request;
    struct plan_request *vain;  /* that asked for a run, and got none */
    bool had_etag;              /* of it: it was asked with one */
    unsigned refused;           /* of it: so often the server wanted a moment of patience */
    struct plan_request *ahead; /* the next one was sent already; it is still in the plan */
    int64_t ahead_boot_ms;      /* when */
    int64_t pause_ms;           /* before it, once what came is committed */
    int64_t busy_ms;            /* so long the request was not waited for, as it was sent ahead */
    int64_t decoding_ms;        /* so long the last decoder kept all others from the loop */
    struct http_call *call;     /* of the request that was sent last */
    struct command *command;    /* of a source that is a program */
    struct etags etags;
};

/* ---- poller.c ---- */

/* err NULL: all that had to come came. */
void poller_finish(struct poller *p, const struct dx_error *err);
void poller_end(struct poller *p); /* finish it: all was asked for that it may ask for */
/* Commit what a long poll brought so far, and then() go on: later, where the store is held up;
 * never, where it refuses. */
void poller_commit_piece(struct poller *p, enum dx_source_state state,
                         void (*then)(struct poller *));
void poller_on_ready(void *self, const struct dx_error *err); /* the secrets are there */

/* ---- poller_ask.c ---- */

void poller_next(struct poller *p); /* the next request, or the end of the poll */
void poller_send(struct poller *p); /* p->request, again */
/* A reply is about to be decoded: send the request behind it, where nothing is to be waited for. */
void poller_ahead(struct poller *p);
void poller_ahead_drop(struct poller *p); /* it is not to be answered any more */
/* We kept the answer waiting for so long that its deadline may be over for that. */
bool poller_was_busy(const struct poller *p);
void poller_on_pause(struct ev_loop *loop, ev_timer *timer, int revents);
/* The server wants a moment of patience: true where the poll has it, and then asks the same
 * once more; false: err ends the poll. */
bool poller_again(struct poller *p, const struct dx_error *err);

/* ---- poller_reply.c ---- */

void poller_on_reply(void *self, const struct http_reply *from);
/* Before anything is made of what the server makes us wait for: where the clock stands, the
 * time since the last call is over by the server's. */
void poller_elapse(struct poller *p);

#endif
