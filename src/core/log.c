/* log: lines to the file of --log. */
#include "config.h"

#include "core/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "core/time.h"

enum { LINE_MAX_BYTES = 2048, HEAD_MAX = 128 };

static const char *const names[] = { "debug", "info", "warn", "error" };

static struct {
    int fd; /* 0: closed */
    enum dx_log_level level;
} log_state;

bool log_open(const char *path, enum dx_log_level level, struct dx_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);

    if (fd < 0)
        return dx_fail(err, DX_FAULT_SYSTEM, "cannot write the log %s: %s", path, strerror(errno));
    log_close();
    log_state.fd = fd;
    log_state.level = level;
    return true;
}

bool log_level_parse(enum dx_log_level *level, const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i], name) == 0) {
            *level = (enum dx_log_level)i;
            return true;
        }
    }
    return false;
}

static const char *log_level_name(enum dx_log_level level)
{
    return (size_t)level < sizeof(names) / sizeof(names[0]) ? names[level] : "unknown";
}

void log_line(enum dx_log_level level, const char *fmt, ...)
{
    char text[LINE_MAX_BYTES], line[LINE_MAX_BYTES + HEAD_MAX], now[TIME_TEXT];
    struct timespec ts;
    va_list ap;
    int n;

    if (log_state.fd == 0 || level < log_state.level)
        return;
    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    (void)clock_gettime(CLOCK_REALTIME, &ts);
    n = snprintf(line, HEAD_MAX, "%s %s[%ld] %s ",
                 time_format(now, (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000),
                 program_invocation_short_name, (long)getpid(), log_level_name(level));
    if (n < 0 || n >= HEAD_MAX)
        return;
    size_t len = (size_t)n + text_clean(line + n, sizeof(line) - (size_t)n - 1, text, strlen(text));
    line[len++] = '\n';
    if (write(log_state.fd, line, len) < 0)
        return; /* a full disk must not end a program over its log */
}

bool log_is_terminal(void)
{
    return log_state.fd != 0 && isatty(log_state.fd) == 1;
}

void log_close(void)
{
    if (log_state.fd != 0)
        (void)close(log_state.fd);
    log_state.fd = 0;
}
