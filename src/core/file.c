/* file: files that are read whole. */
#include "config.h"

#include "core/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"

/* All of size bytes, or fewer where it was cut meanwhile. NULL: *err. */
static char *read_all(int fd, size_t size, size_t *len, struct dx_error *err)
{
    char *text = mem_new(size + 1, 1);

    while (*len < size) {
        ssize_t n = read(fd, text + *len, size - *len);

        if (n < 0 && errno != EINTR) {
            dx_fail(err, DX_FAULT_CONFIG, "cannot be read: %s", strerror(errno));
            free(text);
            return NULL;
        }
        if (n == 0)
            break;
        *len += n > 0 ? (size_t)n : 0;
    }
    return text;
}

char *file_read(const char *path, size_t most, size_t *len, struct dx_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    char *text = NULL;
    struct stat st;

    *len = 0;
    if (fd < 0 || fstat(fd, &st) != 0)
        dx_fail(err, DX_FAULT_CONFIG, "cannot be read: %s", strerror(errno));
    else if (!S_ISREG(st.st_mode))
        dx_fail(err, DX_FAULT_CONFIG, "is not an ordinary file");
    else if ((uintmax_t)st.st_size > most)
        dx_fail(err, DX_FAULT_CONFIG, "is larger than %zu bytes", most);
    else
        text = read_all(fd, (size_t)st.st_size, len, err);
    if (fd >= 0)
        (void)close(fd);
    return text;
}
