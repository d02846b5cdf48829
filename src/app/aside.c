/* aside: a temporary file, and from there to stdout. */
#include "config.h"

#include "app/aside.h"

#include <errno.h>
#include <stdio_ext.h>
#include <string.h>

#include "app/moment.h"

bool aside_open(struct aside *aside, struct app *app)
{
    struct dx_error err = { 0 };

    *aside = (struct aside){ .file = tmpfile(), .now_ms = clock_now(&app->clock) };
    if (!aside->file) {
        (void)fprintf(stderr, "dxtop: no temporary file: %s\n", strerror(errno));
        return false;
    }
    if (!app_open(app, &err) || !store_begin(app->store, &err) ||
        !moment_settle(app, aside->now_ms, &err)) {
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
        (void)fclose(aside->file);
        return false;
    }
    aside->redact.tells_keys = true;
    aside->reader = redact_store(&aside->redact, app->store, app->arguments.redact);
    app_say_empty(app, &aside->reader);
    return true;
}

void output_lost(FILE *to, int why)
{
    if (why != EPIPE) /* who stopped to read knows */
        (void)fprintf(stderr, "dxtop: cannot write: %s\n", strerror(why));
    __fpurge(to); /* or it would be tried, and said, at the end again */
    clearerr(to);
}

static bool copy_out(FILE *from, FILE *to)
{
    char bytes[1 << 16];
    size_t n;

    rewind(from);
    while ((n = fread(bytes, 1, sizeof(bytes), from)) > 0)
        if (fwrite(bytes, 1, n, to) != n)
            return false;
    return !ferror(from) && fflush(to) == 0;
}

bool aside_print(struct aside *aside, struct app *app, FILE *to)
{
    bool whole = !app_missed(&aside->reader);
    bool ok = fflush(aside->file) == 0 && !ferror(aside->file);

    store_end(app->store);
    if (!ok)
        (void)fprintf(stderr, "dxtop: the temporary file cannot be written\n");
    if (ok && !copy_out(aside->file, to)) {
        ok = false;
        output_lost(to, errno);
    }
    (void)fclose(aside->file);
    return ok && whole;
}
