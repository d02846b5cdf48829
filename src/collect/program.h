/* program: a source that is a program: run, and what it printed decoded. */
#ifndef COLLECT_PROGRAM_H
#define COLLECT_PROGRAM_H

#include "config/config.h"
#include "net/command.h"
#include "source/plan.h"
#include "source/source.h"

bool program_is(const struct source_settings *settings); /* and not a server */

/* Within the source's timeout and max_body. */
struct command *program_begin(struct ev_loop *loop, const struct source_settings *settings,
                              command_done_fn *done, void *self);

/* Its lines become records, also where it failed: each is one by itself; what it
 * complained of goes to the notes. false: *err says what went wrong. */
bool program_take(const struct source_settings *settings, const struct command_result *result,
                  struct plan *plan, struct batch *batch, struct dx_error *err);

#endif
