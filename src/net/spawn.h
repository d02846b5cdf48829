/* spawn: the process of a command; inside net only. */
#ifndef NET_SPAWN_H
#define NET_SPAWN_H

#include <sys/types.h>

#include "net/command.h"

/* stdout is out, stderr is err (-1: /dev/null). 0, or an errno. */
int spawn_command(const struct command_spec *spec, int out, int err, pid_t *pid);

#endif
