/* command: run a program for what it prints, without blocking: a secret's, or a
 * source that is a program. */
#ifndef NET_COMMAND_H
#define NET_COMMAND_H

#include <ev.h>

#include <dxtop/record.h>

struct command;

struct command_spec {
    const char *const *argv; /* ends at NULL; argv[0] is looked up in PATH */
    int64_t timeout_ms;
    size_t most; /* bytes of output */
    /* A secret's: its output lies in the vault, its stderr is nobody's, and it sees the
     * variables that tools like vault, aws, az and pass need. Else it sees PATH, HOME,
     * LANG, TZ and those named here, works in /, and all that it started ends with it. */
    bool secret;
    const char *const *variables;
    size_t variable_count;
    char *const *facts; /* further ones, "DXTOP_NAME=value"; ends at NULL, NULL: none */
};

/* Lives until the callback returns. */
struct command_result {
    const char *bytes; /* NUL-terminated */
    size_t len;
    bool cut;               /* it was ended: bytes may stop anywhere */
    const char *stderr_end; /* the last 4 KiB of what it complained of */
    size_t stderr_len;
    int64_t took_ms;
    const struct dx_error *error; /* NULL: it ended well */
};

/* The callback comes once, from the loop; the command is gone then. Faults: of a secret
 * AUTH; else CONFIG where it cannot be started, SYSTEM. */
typedef void command_done_fn(void *self, const struct command_result *result);

/* Own process group, no signal blocked or ignored, no descriptor but three, stdin empty.
 * It is through when its output ends and it has ended. The spec is copied, what it points
 * to is not. Never fails: what is wrong comes through the callback. */
struct command *command_start(struct ev_loop *loop, const struct command_spec *spec,
                              command_done_fn *done, void *self);
/* Kills the group; no callback. NULL is fine. What cannot be killed is left: three times, then
 * its command is not started until one of them has ended. */
void command_stop(struct command *command);

#endif
