/* round: one poll of every source: by a collector of our own, or, where somebody
 * collects already, by that one. */
#include "config.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "app/app.h"
#include "core/log.h"
#include "derive/past.h"

enum {
    EXIT_LOCKED = 3, /* of dxtop-collect: somebody else collects */
    FRESH_MS = 5000, /* a wish within this time after a poll is not granted */
    LOOK_AGAIN_MS = 100
};

/* What the sources are: how many were not polled since, how many failed. */
static bool count(struct app *app, int64_t since_ms, size_t *old, size_t *failed,
                  struct dx_error *err)
{
    *old = *failed = 0;
    if (!store_begin(app->store, err))
        return false;
    struct reader reader = store_reader(app->store);
    const struct rows_ops *ops = reader.ops;
    void *rows = reader.open(reader.self, DX_QUERY_SOURCES, NULL, clock_now(&app->clock));

    while (ops->next(rows)) {
        enum dx_source_state state = (enum dx_source_state)ops->integer(rows, DX_FIELD_STATE);

        /* A budget that is spent grants no wish. */
        *old += state == DX_SOURCE_NEW || state == DX_SOURCE_FILLING ||
                (state != DX_SOURCE_LIMITED && ops->integer(rows, DX_FIELD_LAST_TRY) < since_ms);
        *failed += state == DX_SOURCE_LOST || state == DX_SOURCE_STOPPED;
    }
    ops->close(rows);
    store_end(app->store);
    return true;
}

static int by_another(struct app *app, int64_t wait_ms)
{
    const int64_t since_ms = clock_now(&app->clock) - FRESH_MS;
    const int64_t until_ms = time_boot_ms() + wait_ms;
    struct dx_error err = { 0 };
    size_t old = 1, failed = 0;

    log_line(DX_LOG_INFO, "somebody collects already: asked for a poll");
    if (!app_open(app, &err) || !store_wish(app->store, "poll", "", &err)) {
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
        return EXIT_FAILED;
    }
    while (count(app, since_ms, &old, &failed, &err) && old > 0 && time_boot_ms() < until_ms)
        (void)nanosleep(&(struct timespec){ .tv_nsec = LOOK_AGAIN_MS * 1000000L }, NULL);
    if (old == 0)
        return failed > 0 ? EXIT_FAILED : EXIT_OK;
    (void)fprintf(stderr, "dxtop: %s\n",
                  err.fault != DX_FAULT_NONE ? err.text : "not all sources answered in time");
    return EXIT_FAILED;
}

/* What servers say now would be kept as of that moment, and so would all numbers. */
static bool is_before(const struct app *app)
{
    struct dx_error err = { 0 };
    struct store *store;
    bool before;

    if (!*app->arguments.common.now || access(app->store_path, F_OK) != 0)
        return false;
    store = store_open(app->store_path, STORE_VIEW, &err);
    before = store && past_is_needed(store, clock_now(&app->clock), false);
    store_close(store);
    return before;
}

int app_collect_once(struct app *app, const char *wait)
{
    const char *const extra[] = { "--once", "--wait", wait, NULL };
    int64_t wait_ms = 0;
    int status;

    if (is_before(app)) {
        (void)fputs(
            "dxtop: --now is before what the store knows, and servers tell of now; what was "
            "then say once --offline, and export without --poll\n",
            stderr);
        return EXIT_USAGE;
    }
    status = app_collect(app, extra);
    if (status != EXIT_LOCKED)
        return status;
    (void)duration_parse(&wait_ms, wait); /* the collector judged it */
    return by_another(app, wait_ms);
}
