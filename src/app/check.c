/* check: is the configuration right, and do the sources answer? What views and panels are made
 * of was judged when the configuration was read, and panels judge their options when they open;
 * the collector judges the sources and reaches them. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "app/export.h"
#include "config/option.h"
#include "core/text.h"
#include "panel/host.h"

/* Does it open? On a screen it would be said in its frame, when its view is shown. */
static bool opens(const struct app *app, const struct panel_settings *settings)
{
    const struct dx_panel *panel = settings->kind;
    struct instance instance;
    char why[4 * sizeof(instance.error.text)];
    bool open = instance_open(&instance, panel, settings->title, settings->settings,
                              options_size(panel->options));

    (void)text_clean(why, sizeof(why), instance.error.text, strlen(instance.error.text));
    if (!open)
        (void)fprintf(stderr, "%s:%d: %s: %s\n", app->config.path, settings->line, panel->name,
                      why);
    instance_close(&instance);
    return open;
}

static bool panels_open(const struct app *app)
{
    const struct config *config = &app->config;
    bool all = true;

    for (size_t v = 0; v < config->view_count; v++)
        for (size_t r = 0; r < config->views[v].row_count; r++)
            for (size_t p = 0; p < config->views[v].rows[r].panel_count; p++)
                all = opens(app, &config->views[v].rows[r].panels[p]) && all;
    return all;
}

int check_run(struct app *app)
{
    const char *const text[] = { "--check", NULL }, *const json[] = { "--check", "--json", NULL };
    bool open = panels_open(app);
    int status = app_collect(app, app->arguments.format == 0 ? text : json);

    return status == EXIT_OK && !open ? EXIT_FAILED : status;
}
