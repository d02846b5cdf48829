/* history: the commands that were typed. The file may have been written by anybody: it is
 * bounded and cleaned like any text from outside. */
#include "config.h"

#include "app/history.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ui/line.h"
#include "core/buf.h"
#include "core/mem.h"
#include "core/text.h"

enum { FILE_MOST = HISTORY_MOST * (LINE_MOST + 1) };

static void take_out(struct history *history, size_t i)
{
    free(history->lines[i]);
    history->count--;
    memmove(&history->lines[i], &history->lines[i + 1],
            (history->count - i) * sizeof(history->lines[0]));
}

void history_add(struct history *history, const char *line)
{
    if (!*line)
        return;
    for (size_t i = 0; i < history->count; i++)
        if (strcmp(history->lines[i], line) == 0)
            take_out(history, i--);
    if (history->count == HISTORY_MOST)
        take_out(history, 0);
    history->lines[history->count++] = mem_text(line);
    history->changed = true;
}

/* The last bytes of the file: what was typed last stands there. */
static ssize_t read_end(const char *path, char *bytes, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
    struct stat st;
    ssize_t n = -1;

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
        n = pread(fd, bytes, cap, st.st_size > (off_t)cap ? st.st_size - (off_t)cap : 0);
    (void)close(fd);
    return n;
}

void history_load(struct history *history, const char *path)
{
    char *bytes = mem_new(FILE_MOST, 1), clean[LINE_MOST + 1];
    ssize_t n = read_end(path, bytes, FILE_MOST);

    for (size_t from = 0, end; n > 0 && from < (size_t)n; from = end + 1) {
        const char *newline = memchr(bytes + from, '\n', (size_t)n - from);

        end = newline ? (size_t)(newline - bytes) : (size_t)n;
        (void)text_clean(clean, sizeof(clean), bytes + from, end - from);
        history_add(history, clean);
    }
    history->changed = false;
    free(bytes);
}

void history_save(struct history *history, const char *path)
{
    char *fresh;
    struct buf out;
    int fd;
    bool ok;

    if (!history->changed)
        return;
    fresh = mem_print("%s.%ld", path, (long)getpid());
    buf_init(&out, FILE_MOST);
    for (size_t i = 0; i < history->count; i++)
        (void)buf_print(&out, "%s\n", history->lines[i]);
    fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    ok = fd >= 0 && write(fd, out.bytes, out.len) == (ssize_t)out.len;
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    if (fd >= 0 && (!ok || rename(fresh, path) != 0))
        (void)unlink(fresh); /* a read-only disk is no reason to complain at the end */
    history->changed = false;
    buf_done(&out);
    free(fresh);
}

void history_done(struct history *history)
{
    for (size_t i = 0; i < history->count; i++)
        free(history->lines[i]);
    *history = (struct history){ .count = 0 };
}
