/* shared: compiling shared objects, and having programs started with them. */
#include "config.h"

#include "shared.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "run.h"
#include "tests/where.h"

void shared_compile(const char *flags, const char *source, const char *object)
{
    const char *cc = getenv("CC");
    char command[2048];

    snprintf(command, sizeof(command), "%s %s -shared -fPIC -I'%s/src/include' -o '%s' '%s'",
             cc && *cc ? cc : "cc", flags, SRC_DIR, object, source);
    cr_assert_eq(system(command), 0, "%s", command);
}

void shared_preload(const char *dir, const char *code)
{
    const char *options = getenv("ASAN_OPTIONS");
    char source[300], object[300], more[800];

    snprintf(source, sizeof(source), "%s/shim.c", dir);
    snprintf(object, sizeof(object), "%s/shim.so", dir);
    write_file(source, "%s", code);
    shared_compile("-O1 -w", source, object);
    snprintf(more, sizeof(more), "%s%sverify_asan_link_order=0", options ? options : "",
             options && *options ? ":" : "");
    setenv("LD_PRELOAD", object, 1);
    setenv("ASAN_OPTIONS", more, 1);
}

void *shared_bytes(const char *dir, const char *variable, size_t size)
{
    char path[300];
    void *bytes;
    int fd;

    snprintf(path, sizeof(path), "%s/%s", dir, variable);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && ftruncate(fd, (off_t)size) == 0);
    bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    cr_assert_neq(bytes, MAP_FAILED);
    close(fd);
    setenv(variable, path, 1);
    return bytes;
}
