#include "config.h"

#include "shell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../run.h"
#include "tests/where.h"

enum { KEPT = 64 };

int sh_code;

static char begin[1024];

const char *sh_keep(char *text)
{
    static char *kept[KEPT];
    static size_t next;
    char **place = &kept[next++ % KEPT];

    free(*place);
    *place = text;
    return text;
}

void sh_begin(const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(begin, sizeof(begin), fmt, ap);
    va_end(ap);
}

const char *sh(const char *fmt, ...)
{
    char command[5000];
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    int n = snprintf(command, sizeof(command), "exec 2>&1; B='%s'; %s", BUILD_DIR, begin);
    va_list ap;

    va_start(ap, fmt);
    n += vsnprintf(command + n, sizeof(command) - (size_t)n, fmt, ap);
    va_end(ap);
    cr_assert_lt(n, (int)sizeof(command), "%s", command);
    return sh_keep(program_run(argv, &sh_code));
}
