/* check: is the configuration right, and do the sources answer? The views and
 * panels were judged when the configuration was read; the collector judges the
 * sources and reaches them. */
#include "config.h"

#include "app/export.h"

int check_run(struct app *app)
{
    const char *const text[] = { "--check", NULL }, *const json[] = { "--check", "--json", NULL };

    return app_collect(app, app->arguments.format == 0 ? text : json);
}
