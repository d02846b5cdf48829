/* app: what the modes of dxtop share: arguments, configuration, store. */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/arguments.h"
#include "app/paths.h"
#include "config/config.h"
#include "core/time.h"
#include "panel/plugin.h"
#include "store/store.h"
#include "ui/theme.h"

struct app {
    struct arguments arguments;
    struct paths paths;
    struct plugins plugins;
    struct clock clock;
    struct config config, builtin; /* builtin: the views where the file names none */
    struct theme theme;
    char *store_path;
    struct store *store;
    char **collector; /* argv of dxtop-collect for this configuration */
};

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* Read the configuration, the theme and the clock, and say where the store is.
 * false: a complaint was printed to stderr; the exit code is EXIT_USAGE. */
bool app_load(struct app *app);
void app_plugins(struct app *app); /* say where the panels are; app_load() does so too */
/* The panels as the configuration asks for them; names: of plugin_names(). */
struct config_kinds app_panels(struct app *app, char **names);
/* Open the store to view it. */
bool app_open(struct app *app, struct dx_error *err);
/* What is printed of a store that nobody has filled has nothing in it: stderr says why. */
void app_say_empty(const struct app *app, const struct reader *reader);
/* After reading: true when not all of it could be read; stderr says why. */
bool app_missed(const struct reader *reader);
void app_done(struct app *app);

/* Run dxtop-collect for this configuration with these further arguments (ends
 * at NULL), on our own standard files, and wait for it. Returns its exit code. */
int app_collect(struct app *app, const char *const *extra);
/* One round, by whoever collects: EXIT_FAILED when a source failed, EXIT_USAGE:
 * wrong configuration. */
int app_collect_once(struct app *app, const char *wait);
int app_run(char *const *argv); /* any program, likewise */
/* argv of dxtop-collect for this configuration and these arguments; all of it is yours to free. */
char **app_collector_argv(const struct app *app, const char *const *extra);

/* ---- capture.c ---- */

/* Likewise, but what it writes to stdout (errors: stderr) goes to out. */
int app_capture(struct app *app, const char *const *extra, bool errors, struct buf *out);
/* Print these complaints of ours to stderr, with what the collector has to say of
 * the sources, in the order of the file. */
void app_complain(struct app *app, struct buf *complaints);

#endif
