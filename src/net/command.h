/* command: run a program for what it prints, without blocking. */
#ifndef NET_COMMAND_H
#define NET_COMMAND_H

#include <ev.h>

#include <dxtop/record.h>

struct command;

/* bytes live until the callback returns; err NULL: it ended well. The callback
 * comes once, from the loop; the command is gone then. */
typedef void command_done_fn(void *self, const char *bytes, size_t len, const struct dx_error *err);

/* argv[0] is looked up in PATH; its own process group, a small environment, 10 s
 * and 64 KiB at most. Never fails: what is wrong comes through the callback. */
struct command *command_start(struct ev_loop *loop, const char *const *argv, command_done_fn *done,
                              void *self);
void command_stop(struct command *command); /* kills the group; no callback. NULL is fine */

#endif
