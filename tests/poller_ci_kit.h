/* poller_ci_kit: poller_kit with a source of CI, whose replies say what they bring and what to ask
 * for next:
 *   {"runs": [{"id", "whole", "owed", "failed", "jobs": N}], "pools": N, "whole": true,
 *    "tail": {"run", "job", "text"}, "ask": [{"id", "updated_ms"}], "get": ["/path", ...],
 *    "flags": N, "behind": what is new comes on a later page, "fail"}
 * so that a test is the script of its server. */
#ifndef TESTS_POLLER_CI_KIT_H
#define TESTS_POLLER_CI_KIT_H

#include "poller_kit.h"

struct script {
    int64_t known[8]; /* of the runs in "ask", as the poller said */
    size_t known_count;
    size_t open;  /* at the beginning of the last poll */
    size_t slots; /* so many of them are asked for, each as "/run/ID" */
    char heads[8][64], bodies[8][64];
    int statuses[8];
    size_t replies;
    unsigned flags; /* of the first request */
};
extern struct script script;

/* For .init; .fini is poller_kit_stop. The clock runs 100 times as fast, so that pauses of the
 * server's are short. */
void poller_ci_start(void);
enum stored_run stored(const char *id); /* the first attempt of this run */
int64_t number(const char *sql);        /* what a query of the store says */

#endif
