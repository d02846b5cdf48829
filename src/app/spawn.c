/* spawn: start another program of ours with pipes, in a session of its own, so
 * that neither Ctrl-C nor Ctrl-Z in the viewer's terminal reaches it. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <unistd.h>

#include "app/collector.h"

enum { READ_END, WRITE_END };

static void close_pair(int pair[2])
{
    if (pair[0] >= 0)
        (void)close(pair[0]);
    if (pair[1] >= 0)
        (void)close(pair[1]);
}

static int start(pid_t *pid, char *const *argv, const int in[2], const int out[2], const int err[2])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    int status;

    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attr);
    (void)posix_spawn_file_actions_adddup2(&files, in[READ_END], STDIN_FILENO);
    if (out[WRITE_END] >= 0)
        (void)posix_spawn_file_actions_adddup2(&files, out[WRITE_END], STDOUT_FILENO);
    else
        (void)posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&files, err[WRITE_END], STDERR_FILENO);
    (void)posix_spawnattr_setsigmask(&attr, &none);
    (void)posix_spawnattr_setsigdefault(&attr, &all);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSID);
    status = posix_spawnp(pid, argv[0], &files, &attr, argv, environ);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&files);
    return status;
}

pid_t spawn_child(char *const *argv, struct spawn *ends, bool want_out, struct dx_error *error)
{
    int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
    pid_t pid = 0;
    int status;

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 ||
        (want_out && pipe2(out, O_CLOEXEC) != 0))
        status = errno;
    else
        status = start(&pid, argv, in, out, err);
    if (status != 0) {
        close_pair(in);
        close_pair(out);
        close_pair(err);
        dx_fail(error, DX_FAULT_SYSTEM, "cannot start %s: %s", argv[0], strerror(status));
        return 0;
    }
    (void)close(in[READ_END]);
    (void)close(err[WRITE_END]);
    if (want_out)
        (void)close(out[WRITE_END]);
    *ends = (struct spawn){ .in = in[WRITE_END], .out = out[READ_END], .err = err[READ_END] };
    return pid;
}
