/* collect_internal: a collector that runs, as the two files of its loop see it. */
#ifndef COLLECT_COLLECT_INTERNAL_H
#define COLLECT_COLLECT_INTERNAL_H

#include <ev.h>
#include <stdbool.h>

#include "collect/causes.h"
#include "collect/collect.h"
#include "derive/derive.h"
#include "derive/kpi_settings.h"
#include "collect/poller.h"
#include "collect/rules.h"
#include "collect/wishes.h"
#include "store/bell.h"

struct collect {
    const struct collect_options *options;
    struct ev_loop *loop;
    struct store *store;
    struct http *http;
    struct clock clock;
    struct pollers shared;
    struct deriver *deriver;
    struct kpi_setup kpis;
    struct causes *causes;
    struct rules *rules; /* NULL in a single round, whose end would be theirs */
    struct poller **pollers;
    size_t count;
    size_t started;
    size_t polled, failed; /* sources, in the first round */
    int lock_tries;
    int64_t until_boot_ms; /* that the one round may take; 0: for ever */
    struct wishes wishes;
    bool stdin_closed, ended;
    bool settles;    /* the end of a round waits for the store */
    int64_t held_ms; /* boot time since when it is held up, as was said; 0 */
    bool full;       /* pages of polls, or of what is derived, are in memory */
    struct dx_error error;
    int status;

    ev_timer heart, upkeep, slice, runbooks, lock, deadline;
    struct bell bell; /* rings where somebody wished something */
    ev_io in;
    ev_signal signals[3];
};

/* ---- collect.c ---- */

void collect_end(struct collect *c, int status);
void collect_timer(struct collect *c, ev_timer *timer, double after, double every,
                   void (*callback)(struct ev_loop *, ev_timer *, int));

/* ---- collect_duties.c ---- */

/* For both logs; self: the collector. Of a store that is held up it says so once. */
void collect_warn(void *self, const struct dx_error *err);
/* The first beat too, which finds it locked as little as any other. false: ends. */
bool collect_beat(struct collect *c);
void collect_listen(struct collect *c);  /* to what the pollers say; before there is one */
void collect_pollers(struct collect *c); /* starts them */
void collect_duties(struct collect *c);  /* begins all else */
/* All that is derived is as of now, and what is old goes: before a round ends. */
bool collect_settle(struct collect *c, struct dx_error *err);

#endif
