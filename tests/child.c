/* child: another process of a test, which says when it is ready. */
#include "config.h"

#include "child.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

pid_t child_start(void (*body)(int fd), int *fd)
{
    int ends[2];
    char byte;
    pid_t pid;

    cr_assert_eq(pipe(ends), 0);
    pid = fork();
    cr_assert_geq(pid, 0);
    if (pid == 0) {
        (void)close(ends[0]);
        body(ends[1]);
        _exit(0);
    }
    (void)close(ends[1]);
    cr_assert_eq(read(ends[0], &byte, 1), 1);
    *fd = ends[0];
    return pid;
}

void child_kill(pid_t pid)
{
    cr_assert_eq(kill(pid, SIGKILL), 0);
    cr_assert_eq(waitpid(pid, NULL, 0), pid);
}

void child_ready(int fd)
{
    cr_assert_eq(write(fd, "x", 1), 1);
}

void child_stay(void)
{
    for (;;)
        (void)pause();
}
