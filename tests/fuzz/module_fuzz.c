/* Any bytes as a panel's file: whether all of it is there is told without a look behind its end;
 * one that is there is there with more behind it, and one that is not is not without its end. */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "panel/whole.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIRST = 4096 }; /* so much is looked at */

static char path[64];

static void remove_file(void)
{
    (void)unlink(path);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    int fd;

    (void)argc;
    (void)argv;
    (void)snprintf(path, sizeof(path), "%s/dxtop-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    fd = mkstemp(path);
    if (fd < 0 || close(fd) != 0)
        abort();
    (void)atexit(remove_file);
    return 0;
}

static void make_longer(int fd, size_t size)
{
    if (ftruncate(fd, (off_t)size) != 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    bool whole;

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    (void)module_is_whole(path);
    /* A small one is all head: the rest of it are zeros. */
    if (size < FIRST)
        make_longer(fd, size = FIRST);
    whole = module_is_whole(path);
    make_longer(fd, 2 * size);
    if (whole && !module_is_whole(path))
        abort();
    whole = module_is_whole(path);
    make_longer(fd, 2 * size - 1);
    if (!whole && module_is_whole(path))
        abort();
    (void)close(fd);
    return 0;
}
