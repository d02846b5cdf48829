/* coverage: _exit() in a build that counts its lines (--enable-coverage). The counts are written
 * at exit(), which a child of a test, a handler of signals and the watchdog go past. */
#include "config.h"

#include <sys/syscall.h>
#include <unistd.h>

/* Of libgcov; gcov.h is gcc's alone.
 * NOLINTNEXTLINE(bugprone-reserved-identifier) */
void __gcov_dump(void);

void _exit(int status)
{
    __gcov_dump();
    for (;;)
        (void)syscall(SYS_exit_group, status);
}
