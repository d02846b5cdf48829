/* app: what the modes of dxtop share. */
#include "config.h"

#include "app/app.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "app/views.h"
#include "config/option.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"

static bool find_panel(void *self, const char *name, struct config_kind *kind, struct dx_error *err)
{
    const struct app *app = self;
    const struct dx_panel *panel = plugin_load(&app->plugins, name, err);

    if (!panel)
        return false;
    *kind = (struct config_kind){ .name = panel->name,
                                  .summary = panel->summary,
                                  .options = panel->options,
                                  /* its state, which may be large, is each instance's own */
                                  .size = options_size(panel->options),
                                  .kind = panel };
    return true;
}

void app_plugins(struct app *app)
{
    app->plugins = (struct plugins){ .dirs = (const char *const *)app->paths.panels };
}

struct config_kinds app_panels(struct app *app, char **names)
{
    return (struct config_kinds){ .find = find_panel,
                                  .names = (const char *const *)names,
                                  .self = app };
}

static bool is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

/* By the types of the sources, for nothing is known of them yet when the first views are
 * shown. An empty panel would say that nothing waits, or that no ticket is open. */
static unsigned views_of(const struct config *config)
{
    static const char *const of_metrics[] = { "prometheus", "alertmanager" };
    static const char *const of_tickets[] = { "jira", "servicenow" };
    const char *const *types = config->types.item;
    unsigned of = config->types.count == 0 ? VIEWS_OF_CI : 0;

    for (size_t i = 0; i < config->types.count; i++) {
        if (is_among(of_tickets, sizeof(of_tickets) / sizeof(of_tickets[0]), types[i]))
            of |= VIEWS_OF_TICKETS;
        else if (!is_among(of_metrics, sizeof(of_metrics) / sizeof(of_metrics[0]), types[i]))
            of |= VIEWS_OF_CI;
    }
    return of | (*config->runbooks ? VIEWS_OF_RUNBOOKS : 0) |
           (config->feeds.count > 0 ? VIEWS_OF_KPIS : 0) |
           (config->rules.count > 0 ? VIEWS_OF_RULES : 0);
}

/* The views of the wall, where they are those that are built in. */
static bool wall_views_known(const struct config *config, const struct config *builtin,
                             struct buf *complaints)
{
    const struct wall_settings *wall = &config->wall;
    const char *names[10] = { NULL }; /* there are nine at most */
    char clean[160];
    bool all = true;

    for (size_t i = 0; i < builtin->view_count; i++)
        names[i] = builtin->views[i].name;
    for (size_t i = 0; i < wall->views.count; i++) {
        const char *name = ((const char *const *)wall->views.item)[i], *near;

        if (is_among(names, builtin->view_count, name))
            continue;
        near = text_nearest(name, names);
        (void)text_clean(clean, sizeof(clean), name, strlen(name));
        (void)buf_print(complaints, "%s:%d:%d: unknown view \"%s\"%s%s%s\n", config->path,
                        wall->line, wall->column, clean, near ? "; did you mean \"" : "",
                        near ? near : "", near ? "\"?" : "");
        all = false;
    }
    return all;
}

static bool load_config(struct app *app, struct buf *complaints)
{
    char **names = plugin_names(&app->plugins);
    struct config_kinds panels = app_panels(app, names);
    struct config_kinds none = { 0 };
    bool ok = common_args_load(&app->arguments.common, &app->config, &none, &panels, complaints);

    if (ok && app->config.view_count == 0) {
        struct config builtin;
        char *views = views_builtin(views_of(&app->config));

        ok = config_load(&builtin, "built-in views", views, &none, &panels, complaints);
        free(views);
        ok = ok && wall_views_known(&app->config, &builtin, complaints);
        app->config.views = builtin.views;
        app->config.view_count = builtin.view_count;
        app->builtin = builtin;
    }
    plugin_names_free(names);
    return ok;
}

static bool load_theme(struct app *app, struct dx_error *err)
{
    const char *name = *app->arguments.theme ? app->arguments.theme : app->config.theme;
    const char *no_color = getenv("NO_COLOR");

    if (!*name)
        name = no_color && *no_color ? "mono" : "dark";
    return theme_load(&app->theme, app->paths.themes, name, err);
}

static void add(char ***argv, size_t *n, const char *text)
{
    *argv = mem_grow(*argv, *n + 2, sizeof(**argv));
    (*argv)[(*n)++] = mem_text(text);
    (*argv)[*n] = NULL;
}

char **app_collector_argv(const struct app *app, const char *const *extra)
{
    char **argv = NULL;
    size_t n = 0;

    add(&argv, &n, app->paths.collector);
    common_args_pass(&app->arguments.common, &argv, &n);
    while (*extra)
        add(&argv, &n, *extra++);
    return argv;
}

bool app_load(struct app *app)
{
    static const char *const until_stdin[] = { "--until-stdin", NULL };
    struct dx_error err = { 0 };
    struct buf complaints;
    bool ok;

    app_plugins(app);
    buf_init(&complaints, 64 << 10);
    ok = load_config(app, &complaints);
    if (!ok)
        app_complain(app, &complaints);
    buf_done(&complaints);
    if (!ok)
        return false;
    if (!load_theme(app, &err) || !common_args_start(&app->arguments.common, &app->clock, &err)) {
        (void)fprintf(stderr, "dxtop: %s\n", err.text);
        return false;
    }
    app->store_path = common_args_store(&app->arguments.common, &app->config, STORE_SCHEMA);
    app->collector = app_collector_argv(app, until_stdin);
    return true;
}

/* Who prints and ends has no log to say it in, and an empty answer looks like a good one. */
static bool prints(const struct app *app)
{
    enum mode mode = app->arguments.mode;

    return mode == MODE_ONCE || mode == MODE_EXPORT || mode == MODE_SCREEN || mode == MODE_REPORT;
}

bool app_open(struct app *app, struct dx_error *err)
{
    size_t n = 0;

    if (app->store)
        return true;
    app->store = store_open(app->store_path, STORE_VIEW, err);
    if (!app->store)
        return false;
    if (prints(app) && *store_where(app->store))
        (void)fprintf(stderr, "dxtop: %s\n", store_where(app->store));
    while (app->collector && app->collector[n])
        n++;
    add(&app->collector, &n, "--at"); /* wherever it would go by itself now */
    add(&app->collector, &n, store_path(app->store));
    return true;
}

void app_say_empty(const struct app *app, const struct reader *reader)
{
    void *rows = reader->open(reader->self, DX_QUERY_SOURCES, NULL, clock_now(&app->clock));
    bool any = reader->ops->next(rows);

    reader->ops->close(rows);
    if (!any && !reader->error(reader->self))
        (void)fprintf(stderr, "dxtop: nobody has collected into %s yet\n", store_path(app->store));
}

bool app_missed(const struct reader *reader)
{
    const struct dx_error *err = reader->error(reader->self);

    if (err)
        (void)fprintf(stderr, "dxtop: the store cannot be read: %s\n", err->text);
    return err != NULL;
}

void app_done(struct app *app)
{
    if (app->store)
        store_close(app->store);
    for (size_t i = 0; app->collector && app->collector[i]; i++)
        free(app->collector[i]);
    free(app->collector);
    free(app->store_path);
    config_done(&app->builtin);
    config_done(&app->config);
    paths_done(&app->paths);
    log_close();
}

/* Run another program of ours with our own standard files and wait for it. */
int app_run(char *const *argv)
{
    pid_t pid;
    int status = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);

    if (status != 0) {
        (void)fprintf(stderr, "dxtop: cannot start %s: %s\n", argv[0], strerror(status));
        return EXIT_FAILED;
    }
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return EXIT_FAILED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILED;
}

int app_collect(struct app *app, const char *const *extra)
{
    char **argv = app_collector_argv(app, extra);
    int status;

    (void)fflush(stdout);
    status = app_run(argv);
    for (size_t i = 0; argv[i]; i++)
        free(argv[i]);
    free(argv);
    return status;
}
