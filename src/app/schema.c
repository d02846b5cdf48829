/* schema: the JSON Schema of the configuration, for editors. The panels are ours,
 * the sources are the collector's. */
#include "config.h"

#include <stdio.h>

#include "app/export.h"
#include "config/json_schema.h"

enum { SOURCES_MOST = 4 << 20 };

int schema_run(struct app *app)
{
    static const char *const extra[] = { "--schema", NULL };
    struct config_kinds panels;
    json_t *sources, *file;
    struct buf text;
    char **names;

    app_plugins(app);
    buf_init(&text, SOURCES_MOST);
    (void)app_capture(app, extra, false, &text);
    sources = json_loadb(text.bytes ? text.bytes : "", text.len, 0, NULL);
    buf_done(&text);
    if (!sources) {
        (void)fprintf(stderr, "dxtop: %s does not say what sources there are\n",
                      app->paths.collector);
        return EXIT_FAILED;
    }
    names = plugin_names(&app->plugins);
    panels = app_panels(app, names);
    file = json_schema_file(sources, json_schema_kinds(&panels, config_panel_options, "panel"));
    (void)json_dumpf(file, stdout, JSON_INDENT(1) | JSON_SORT_KEYS);
    (void)putchar('\n');
    json_decref(file);
    plugin_names_free(names);
    return EXIT_OK;
}
