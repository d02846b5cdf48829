/* standard: the three standard files. */
#include "config.h"

#include "core/standard.h"

#include <fcntl.h>
#include <unistd.h>

void standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", O_RDWR); /* the lowest that is free: this one */
}
