/* arguments: the command line of dxtop-sim. */
#ifndef SIM_ARGUMENTS_H
#define SIM_ARGUMENTS_H

#include "sim/sim.h"

struct arguments {
    const char *port, *seed, *clock, *now, *public_url, *token, *repos, *history, *ahead,
        *rate_limit, *gitlab_limit, *shell; /* as given; "" not */
    bool auth, calm, until_stdin, help, version;
    int port_number;
};

/* Fills in sim too. false: *err says what to write instead. */
bool arguments_parse(struct arguments *args, struct sim *sim, int argc, char **argv,
                     struct dx_error *err);
void arguments_help(struct buf *out);
void arguments_completion(const char *shell); /* on stdout */

#endif
