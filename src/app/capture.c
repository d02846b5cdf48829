/* capture: what dxtop-collect says of this configuration. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/app.h"
#include "app/collector.h"
#include "core/mem.h"

enum { OUTPUT_MOST = 4 << 20 };

static void read_all(int fd, struct buf *out)
{
    char bytes[4096];
    ssize_t n;

    while ((n = read(fd, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR))
        if (n > 0)
            (void)buf_add(out, bytes, (size_t)n);
}

int app_capture(struct app *app, const char *const *extra, bool errors, struct buf *out)
{
    struct dx_error err = { 0 };
    char **argv = app_collector_argv(app, extra);
    struct spawn ends;
    pid_t pid = spawn_child(argv, &ends, !errors, &err);
    int status = 0;

    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    free(argv);
    if (pid == 0)
        return EXIT_FAILED;
    (void)close(ends.in);
    read_all(errors ? ends.err : ends.out, out);
    if (!errors)
        (void)close(ends.out);
    (void)close(ends.err);
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

/* ---- complaints ---- */

struct complaint {
    int line, column;
    const char *text;
};

/* "file:line:column: words"; a line without a place comes first. */
static struct complaint complaint_of(const char *text)
{
    struct complaint c = { .text = text };

    for (const char *at = strchr(text, ':'); at; at = strchr(at + 1, ':')) {
        char *end;
        long line = strtol(at + 1, &end, 10), column;

        if (end == at + 1 || *end != ':')
            continue;
        at = end;
        column = strtol(at + 1, &end, 10);
        if (end == at + 1 || *end != ':')
            continue;
        c.line = (int)line;
        c.column = (int)column;
        break;
    }
    return c;
}

static int by_place(const void *a, const void *b)
{
    const struct complaint *x = a, *y = b;

    if (x->line != y->line)
        return x->line - y->line;
    return x->column != y->column ? x->column - y->column : strcmp(x->text, y->text);
}

void app_complain(struct app *app, struct buf *complaints)
{
    static const char *const judge[] = { "--judge", NULL };
    struct complaint *list = NULL;
    size_t n = 0;

    (void)app_capture(app, judge, true, complaints);
    if (complaints->len == 0)
        return;
    list = mem_new(complaints->len, sizeof(*list));
    for (char *line = complaints->bytes, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        list[n++] = complaint_of(line);
    }
    qsort(list, n, sizeof(*list), by_place);
    for (size_t i = 0; i < n; i++) /* both programs judge the top of the file */
        if (i == 0 || strcmp(list[i].text, list[i - 1].text) != 0)
            (void)fprintf(stderr, "%s\n", list[i].text);
    free(list);
}
