/* truth_kit: what the tests of the simulated company against its truth share: a company on
 * a port that stays, programs on one store, and what the company knows. */
#ifndef TRUTH_KIT_H
#define TRUTH_KIT_H

#include <criterion/criterion.h>

#include "../run.h"
#include "shell.h"

/* Friday noon: a week's work lies behind, the pools are busy. */
#define NOON "2026-11-20T12:00:00Z"

struct truth_kit {
    char *dir, config[256]; /* the configuration's path: each test writes its own */
    int port;               /* of the company: a later one is the same server to dxtop */
};
extern struct truth_kit kit;

/* For .init; sh() then has the directory as $D, and $C and $S, the options for configuration and
 * store. */
void kit_init(void);
void kit_state(const char *name); /* from now on $S is another one; "state" at first */
void kit_done(void);              /* for .fini */

/* A company at a moment ("--now", NOON) or at work ("--clock", "T@N"). It takes the place of
 * the one before. */
struct kit_company {
    const char *seed, *repos, *history, *how, *when;
    const char *limit; /* requests an hour; NULL: as many as there are */
};
void kit_company(struct kit_company company);
/* It goes wrong from now on ("status:503@/gitlab"), until "". */
void kit_fault(const char *fault);

/* dxtop once, which has to come to its end. */
void poll_once(const char *how, const char *when);
/* What the company knows, as $D/truth.jsonl: query is "" or "?kind=...". */
void fetch_truth(const char *query);
/* A script of tests/e2e says no difference. */
void expect_same(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Collect, and kill the collector when stored() says so many. */
void kill_collector(int (*stored)(void), int at_least);

/* The company's clock: where it began, and how fast it runs. */
struct kit_clock {
    int64_t began_s;
    int speed;
    double since_s; /* kit_clock_start() */
};
void kit_clock_start(struct kit_clock *clock);
double kit_clock_gone_s(const struct kit_clock *clock); /* by that clock */
/* What it says by now, as --clock wants it; lives until the next one. */
const char *kit_clock_now(const struct kit_clock *clock);

#endif
