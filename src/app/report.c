/* report: what happened in a window: read, written aside, then given out whole. */
#include "config.h"

#include "app/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/aside.h"
#include "app/moment.h"
#include "app/redact.h"
#include "core/mem.h"
#include "core/time.h"
#include "store/derive.h"
#include "store/kpi.h"

enum { REPORT_MOST = 64 << 20 };

const char *const report_formats[] = { "html", "md", "json", NULL };

/* One of the windows that the store keeps numbers of; 0: it is none of them. */
static int64_t window_of(const struct arguments *args)
{
    int64_t ms = args->since_given ? args->since_ms : 7 * DAY_MS;

    return ms == DAY_MS || ms == 7 * DAY_MS || ms == 30 * DAY_MS ? ms : 0;
}

static bool load_themes(const struct app *app, struct report_themes *themes, struct dx_error *err)
{
    const bool chosen = *app->arguments.theme || *app->config.theme;

    if (!theme_load(&themes->light, app->paths.themes, "light", err) ||
        !theme_load(&themes->dark, app->paths.themes, "dark", err))
        return false;
    if (chosen && strcmp(app->theme.kind, "light") == 0)
        themes->light = app->theme;
    else if (chosen)
        themes->dark = app->theme;
    return true;
}

static bool write_to(FILE *file, const struct buf *text)
{
    bool ok = file && fwrite(text->bytes, 1, text->len, file) == text->len;

    return file && fclose(file) == 0 && ok;
}

/* What a file has that is written anew, or one that is made. */
static mode_t mode_of(const char *path)
{
    mode_t mask = umask(0);
    struct stat st;

    (void)umask(mask);
    return stat(path, &st) == 0 ? st.st_mode & 0777 : 0666 & ~mask;
}

/* The whole file or none: what was there stays until then. Nobody else knows by which name it is
 * written, so that no link waits there. */
static bool replace(const char *path, const struct buf *text)
{
    char *real = realpath(path, NULL); /* a link stays one */
    char *part = mem_print("%s.XXXXXX", real ? real : path);
    int fd = mkostemp(part, O_CLOEXEC);
    FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
    bool ok = file && fchmod(fd, mode_of(path)) == 0;
    int why;

    ok = write_to(file, text) && ok && rename(part, real ? real : path) == 0;
    why = errno;
    if (!ok && fd >= 0)
        (void)unlink(part);
    free(part);
    free(real);
    errno = why;
    return ok;
}

/* A pipe or a device has somebody at its other end, and is no file that another takes the place
 * of. */
static bool write_file(const char *path, const struct buf *text, struct dx_error *err)
{
    struct stat st;
    bool other = stat(path, &st) == 0 && !S_ISREG(st.st_mode);

    return (other ? write_to(fopen(path, "we"), text) : replace(path, text)) ||
           dx_fail(err, DX_FAULT_SYSTEM, "cannot write %.180s: %s", path, strerror(errno));
}

static bool give_out(const struct arguments *args, const struct buf *text, struct dx_error *err)
{
    if (text->full)
        return dx_fail(err, DX_FAULT_SYSTEM, "the report is larger than %d MiB", REPORT_MOST >> 20);
    if (*args->output && strcmp(args->output, "-") != 0)
        return write_file(args->output, text, err);
    if (fwrite(text->bytes, 1, text->len, stdout) == text->len && fflush(stdout) == 0)
        return true;
    output_lost(stdout, errno);
    return false;
}

static void print(struct buf *out, enum report_format format, json_t *model,
                  const struct report_themes *themes)
{
    switch (format) {
    case REPORT_HTML:
        report_html(out, model, themes);
        break;
    case REPORT_MD:
        report_md(out, model);
        break;
    case REPORT_JSON:
        report_json(out, model);
        break;
    }
}

/* Of what ended before that some is gone, or nothing was known ever. */
static int64_t known_from(struct store *store)
{
    struct dx_error unread = { 0 };
    int64_t first_ms = store_first_run(store), raw_ms;

    return store_raw_from(store, &raw_ms, &unread) && raw_ms > first_ms ? raw_ms : first_ms;
}

/* NULL: *err, or the reader's, which was told. */
static json_t *read_model(struct app *app, struct dx_error *err)
{
    struct report_reading reading = { .now_ms = clock_now(&app->clock),
                                      .window_ms = window_of(&app->arguments) };
    struct redact redact = { .tells_keys = true };
    struct reader reader;
    json_t *model;

    if (!app_open(app, err) || !store_begin(app->store, err))
        return NULL;
    if (!moment_settle(app, reading.now_ms, err)) {
        store_end(app->store);
        return NULL;
    }
    /* The one place through which every name comes, of people, branches and projects, and every
     * title. */
    reader = redact_store(&redact, app->store, app->arguments.redact);
    reading.reader = &reader;
    app_say_empty(app, &reader);
    reading.first_ms = known_from(app->store);
    model = report_model(&reading, app->config.title);
    if (app_missed(&reader)) {
        json_decref(model);
        model = NULL;
    }
    store_end(app->store);
    return model;
}

int report_run(struct app *app)
{
    const struct arguments *args = &app->arguments;
    struct report_themes themes;
    struct dx_error err = { 0 };
    struct buf text;
    json_t *model;
    bool ok;

    if (window_of(args) == 0) {
        (void)fputs("dxtop: --since of a report is 24h, 7d or 30d, the windows of its numbers\n",
                    stderr);
        return EXIT_USAGE;
    }
    model = load_themes(app, &themes, &err) ? read_model(app, &err) : NULL;
    buf_init(&text, REPORT_MOST);
    if (model)
        print(&text, (enum report_format)args->format, model, &themes);
    ok = model && give_out(args, &text, &err);
    if (err.fault != DX_FAULT_NONE)
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
    buf_done(&text);
    json_decref(model);
    return ok ? EXIT_OK : EXIT_FAILED;
}
