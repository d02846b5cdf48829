/* poller_kit: one source's poller against a scripted server, with a store of its
 * own. The source is the test's: what its answers say is what it does:
 *   {"value": of a sample now, "samples": how many before it, "from": the cursor,
 *    "more": a path to ask for, {} being another one each time,
 *    "ms": that its decoder takes, "fail": words}
 * The clock stands, so a poll comes when the test says so. */
#ifndef TESTS_POLLER_KIT_H
#define TESTS_POLLER_KIT_H

#include "collect/poller.h"
#include "server.h"
#include "source/plan.h"
#include "source/source.h"
#include "store_kit.h"

enum { STEP_PART, STEP_PROBE };

struct poller_kit {
    struct ev_loop *loop;
    struct server *server;
    struct clock clock;
    struct pollers shared;
    struct source_settings settings;
    struct poller *poller;
    int64_t id;
    int polled, decoded, held; /* held: so often a commit had to wait */
    size_t awaits;          /* a decoder waits for a moment until the server was asked so often */
    size_t asked_first;     /* how often it was, when the first decoder was through with that */
    unsigned lingers_ms;    /* so long the first decoder then takes */
    bool was_polled;        /* by this poller */
    bool ok;                /* of the last poll */
    struct dx_error broken; /* what the store refused with */
    const char *paths[4];   /* what a poll asks for; the first with "?from=<cursor>" */
    unsigned flags[4];      /* enum plan_flags of each */
};
extern struct poller_kit t;
extern struct source fake;

void poller_kit_start(void);                         /* for .init */
void poller_kit_start_of(const struct source *kind); /* another source than fake */
void poller_kit_stop(void);                          /* for .fini */
void new_poller(void);                               /* in place of the one before */
void restart(void); /* the collector ends as if it was killed, and another one goes on */

/* A poll from begin to end; was it good? */
bool poll_now(void);
/* The same, fifteen seconds later. */
void poll_once(void);
/* Run the loop until it was polled so often, the server asked so often, a commit has to wait, or
 * the time is up. */
void run_until(int polled, size_t requests, double seconds);

const char *samples(void);                    /* AT and VALUE */
const char *source_text(void);                /* STATE, FAULT and TEXT */
const char *said(void);                       /* the log: LEVEL and TEXT */
void refuse(int status, const char *headers); /* the server's next answer */
bool asked(size_t n, const char *text);       /* does the n-th request have it in it? */

#endif
