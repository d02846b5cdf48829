/* config: from the YAML file to checked settings. */
#include "config.h"

#include "config/config.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config/internal.h"
#include "config/option.h"
#include "core/file.h"
#include "core/text.h"
#include "core/time.h"

enum { FILE_MOST = 1 << 20, EVERY_LEAST_MS = 1000, SIZE_MOST = 10000 };

struct load {
    struct config *config;
    struct option_context options;
    const struct config_kinds *sources, *panels;
};

/* ---- sources ---- */

bool is_name(const char *name)
{
    return *name && strlen(name) <= 40 &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
               strlen(name);
}

static bool judge_url(struct load *load, struct source_settings *source, const struct yaml *at)
{
    const char *url = source->endpoint.url, *host = strstr(url, "://");
    struct complaints *c = &load->options.complaints;
    size_t len = strlen(url);

    /* First, for the address is not repeated then. */
    if (host && memchr(host + 3, '@', strcspn(host + 3, "/?#")))
        return complain(c, at,
                        "url: credentials do not stand here; use user and password, or token");
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return complain(c, at, "url: \"%s\" is not an http or https address", url);
    if (strpbrk(url, "?# \t"))
        return complain(c, at, "url: no query, fragment or blank in it");
    while (len > 8 && url[len - 1] == '/')
        len--;
    source->endpoint.url = arena_print(load->options.arena, "%.*s", (int)len, url);
    return true;
}

static bool judge_proxy(struct load *load, const struct source_settings *source,
                        const struct yaml *at)
{
    return !strchr(source->endpoint.proxy, '@') ||
           complain(&load->options.complaints, at,
                    "proxy: credentials do not stand here; give them in https_proxy of the "
                    "collector's environment");
}

/* Headers that are credentials whatever the server. */
static bool judge_headers(struct load *load, const struct source_settings *source,
                          const struct yaml *at)
{
    static const char *const secrets[] = { "Authorization", "Proxy-Authorization", "Cookie",
                                           "Private-Token", "X-Api-Key" };
    const struct endpoint_header *header = source->endpoint.headers.item;

    for (size_t i = 0; i < source->endpoint.headers.count; i++, header++)
        for (size_t j = 0; j < sizeof(secrets) / sizeof(secrets[0]); j++)
            if (header->secret.kind == SECRET_NONE && strcasecmp(header->name, secrets[j]) == 0)
                return complain(&load->options.complaints, at,
                                "headers: %s is a secret, which does not stand in the "
                                "configuration; write {secret: {env: NAME}}",
                                secrets[j]);
    return true;
}

/* What the type says where the file does not. */
static bool fill_in(struct load *load, struct source_settings *source, const struct yaml *entry,
                    const struct config_kind *kind)
{
    const struct yaml *url = yaml_given(entry, "url"), *history = yaml_given(entry, "history");

    if (source->every_ms == 0)
        (void)duration_parse(&source->every_ms, kind->every);
    if (!history && kind->history)
        (void)duration_parse(&source->history_ms, kind->history);
    if (!url && !kind->url)
        return complain(&load->options.complaints, entry,
                        "\"url\" is missing: where it is: http or https, with the path before the "
                        "API's own");
    if (!url)
        source->endpoint.url = kind->url;
    return !url || judge_url(load, source, url);
}

static bool judge_source(struct load *load, struct source_settings *source,
                         const struct yaml *entry, const struct config_kind *kind)
{
    struct complaints *c = &load->options.complaints;
    const struct yaml *name = yaml_get(entry, "name");
    struct dx_error err = { 0 };

    if (!*source->name)
        source->name = source->type;
    if (!is_name(source->name))
        return complain(c, name ? name : entry,
                        "name: \"%s\" has to be of letters, digits and _ . - (40 at most)",
                        source->name);
    for (struct source_settings *s = load->config->sources; s < source; s++)
        if (strcmp(s->name, source->name) == 0)
            return complain(c, name ? name : entry,
                            "a second source is called \"%s\"; give it a name", source->name);
    if (!fill_in(load, source, entry, kind))
        return false;
    if (source->every_ms < EVERY_LEAST_MS)
        return complain(c, entry, "every: not more often than once a second");
    if (source->endpoint.timeout_ms <= 0 || source->endpoint.connect_timeout_ms <= 0)
        return complain(c, entry, "timeout: it has to be more than nothing");
    if (source->endpoint.max_body <= 0)
        return complain(c, entry, "max_body: it has to be more than nothing");
    if (!judge_proxy(load, source, yaml_get(entry, "proxy")) ||
        !judge_headers(load, source, yaml_get(entry, "headers")))
        return false;
    source->endpoint.ca = option_path(&load->options, source->endpoint.ca);
    source->endpoint.cert = option_path(&load->options, source->endpoint.cert);
    source->endpoint.key = option_path(&load->options, source->endpoint.key);
    if (kind->check && !kind->check(source->settings, &err))
        return complain(c, entry, "%s", err.text);
    return true;
}

static bool load_source(struct load *load, struct source_settings *source, const struct yaml *entry)
{
    struct complaints *c = &load->options.complaints;
    const struct yaml *type = yaml_get(entry, "type");
    struct config_kind kind;
    struct dx_error err = { 0 };
    size_t before = c->count;

    if (entry->kind != YAML_MAP || !type || type->kind != YAML_SCALAR)
        return complain(c, entry, "a source begins with its type, like \"type: prometheus\"");
    if (!load->sources->find(load->sources->self, type->text, &kind, &err))
        return complain_word(c, type, "unknown type of source", load->sources->names);
    source->kind = kind.kind;
    source->line = entry->line;
    source->settings = arena_alloc(load->options.arena, kind.size);
    (void)options_judge(&load->options, entry, config_source_options, kind.options, NULL);
    (void)options_fill(&load->options, source, config_source_options, entry);
    (void)options_fill(&load->options, source->settings, kind.options, entry);
    if (c->count > before)
        return false;
    return judge_source(load, source, entry, &kind);
}

/* The viewer knows no source, but which views it shows depends on what there is, and its panels
 * name some. */
static void load_types(struct config *config, const struct yaml *list)
{
    const char **types = arena_alloc(&config->arena, (list->count + 1) * sizeof(*types));
    const char **names = arena_alloc(&config->arena, (list->count + 1) * sizeof(*names));

    config->types.item = types;
    config->names.item = names;
    for (size_t i = 0; list->kind == YAML_LIST && i < list->count; i++) {
        const struct yaml *type = yaml_get(&list->items[i], "type");
        const struct yaml *name = yaml_get(&list->items[i], "name");

        if (!type || type->kind != YAML_SCALAR)
            continue;
        types[config->types.count++] = type->text;
        names[config->names.count++] =
            name && name->kind == YAML_SCALAR && *name->text ? name->text : type->text;
    }
}

static void load_sources(struct load *load, const struct yaml *list)
{
    struct config *config = load->config;

    load_types(config, list);
    if (!load->sources->find)
        return;
    if (list->kind != YAML_LIST) {
        (void)complain(&load->options.complaints, list, "sources has to be a list");
        return;
    }
    config->sources = arena_alloc(&config->arena, (list->count + 1) * sizeof(*config->sources));
    for (size_t i = 0; i < list->count; i++)
        if (load_source(load, &config->sources[config->source_count], &list->items[i]))
            config->source_count++;
}

/* ---- views ---- */

/* What rooms are shared out by: a sum of products of them is a number still. */
static bool judge_size(struct load *load, const struct yaml *entry, const char *name, int64_t size)
{
    const struct yaml *at = yaml_get(entry, name);

    return size <= SIZE_MOST ||
           complain(&load->options.complaints, at ? at : entry, "%s: at most %d", name, SIZE_MOST);
}

/* What an option of this name and type is given; NULL: nothing, or the panel has none. */
static const struct yaml *given_as(const struct config_kind *kind, const struct yaml *entry,
                                   const char *name, enum dx_option_type type)
{
    const struct dx_option *o = kind->options;

    while (o && o->name && strcmp(o->name, name) != 0)
        o++;
    return o && o->name && o->type == type ? yaml_given(entry, name) : NULL;
}

/* Where its options have one, `source` is the name of a source; "dxtop" is that of the alerts of
 * dxtop's own rules. And `kpis` are ids of key numbers. */
static bool judge_panel_names(struct load *load, const struct config_kind *kind,
                              const struct yaml *entry)
{
    const struct yaml *source = given_as(kind, entry, "source", DX_OPTION_TEXT);

    return kpis_judge(&load->options, given_as(kind, entry, "kpis", DX_OPTION_LIST)) &&
           (!source || !*source->text || strcmp(source->text, "dxtop") == 0 ||
            source_judge(&load->options, load->config, source, "source: unknown source",
                         source->text));
}

static bool load_panel(struct load *load, struct panel_settings *panel, const struct yaml *entry)
{
    struct complaints *c = &load->options.complaints;
    struct yaml key = {
        .kind = YAML_SCALAR, .text = "panel", .line = entry->line, .column = entry->column
    };
    struct yaml copy = *entry;
    struct yaml map = { .kind = YAML_MAP,
                        .text = "",
                        .line = entry->line,
                        .column = entry->column,
                        .count = 1,
                        .keys = &key,
                        .items = &copy };
    struct config_kind kind;
    struct dx_error err = { 0 };
    const struct yaml *name;
    bool ok;

    if (entry->kind == YAML_SCALAR)
        entry = &map;
    name = yaml_get(entry, "panel");
    if (entry->kind != YAML_MAP || !name || name->kind != YAML_SCALAR)
        return complain(c, entry, "a panel is a name, or a mapping that begins with \"panel:\"");
    if (!load->panels->find(load->panels->self, name->text, &kind, &err)) {
        const char *near = text_nearest(name->text, load->panels->names);

        if (near && strcmp(near, name->text) != 0)
            return complain_word(c, name, "unknown panel", load->panels->names);
        return complain(c, name, "%s", err.text);
    }
    panel->kind = kind.kind;
    panel->line = entry->line;
    panel->settings = arena_alloc(load->options.arena, kind.size);
    (void)options_judge(&load->options, entry, config_panel_options, kind.options, NULL);
    ok = options_fill(&load->options, panel, config_panel_options, entry) &&
         judge_size(load, entry, "weight", panel->weight) &&
         judge_size(load, entry, "priority", panel->priority) &&
         judge_size(load, entry, "min_cols", panel->min_cols);
    return options_fill(&load->options, panel->settings, kind.options, entry) &&
           judge_panel_names(load, &kind, entry) &&
           (!kind.check || kind.check(panel->settings, &err) ||
            complain(c, entry, "%s", err.text)) &&
           ok;
}

/* What follows nothing would stay empty for ever. */
static bool judge_follow(struct load *load, const struct view_settings *view,
                         const struct panel_settings *panel, const struct yaml *entry)
{
    for (size_t r = 0; panel->follow && r < view->row_count; r++)
        for (size_t p = 0; p < view->rows[r].panel_count; p++)
            if (view->rows[r].panels[p].kind == panel->kind)
                return true;
    return !panel->follow ||
           complain(&load->options.complaints, entry,
                    "follow: there is no panel \"%s\" before it in the view", panel->panel);
}

/* row is the last one of the view. */
static void load_row(struct load *load, const struct view_settings *view, struct row_settings *row,
                     const struct yaml *entry)
{
    static const char *const others[] = { "panels", NULL };
    const struct yaml *panels = yaml_get(entry, "panels");
    bool known = options_judge(&load->options, entry, config_row_options, NULL, others);

    if (options_fill(&load->options, row, config_row_options, entry)) {
        (void)judge_size(load, entry, "height", row->height);
        (void)judge_size(load, entry, "weight", row->weight);
    }
    if (!panels || panels->kind != YAML_LIST || panels->count == 0) {
        if (known)
            (void)complain(&load->options.complaints, entry, "a row has a list of panels");
        return;
    }
    row->panels = arena_alloc(load->options.arena, panels->count * sizeof(*row->panels));
    for (size_t i = 0; i < panels->count; i++) {
        struct panel_settings *panel = &row->panels[row->panel_count];

        if (load_panel(load, panel, &panels->items[i]))
            (void)judge_follow(load, view, panel, &panels->items[i]);
        row->panel_count += panel->settings != NULL; /* others may follow what is wrong */
    }
}

static void load_view(struct load *load, struct view_settings *view, const struct yaml *entry)
{
    const struct yaml *rows = yaml_get(entry, "rows"), *name = yaml_get(entry, "name");
    static const char *const keys[] = { "name", "rows", NULL };

    view->name = name && name->kind == YAML_SCALAR ? name->text : "";
    if (!options_judge(&load->options, entry, NULL, NULL, keys))
        return;
    if (!*view->name)
        (void)complain(&load->options.complaints, entry, "a view has a name");
    for (const struct view_settings *v = load->config->views; *view->name && v < view; v++)
        if (strcmp(v->name, view->name) == 0)
            (void)complain(&load->options.complaints, name, "a second view is called \"%s\"",
                           view->name);
    if (!rows || rows->kind != YAML_LIST || rows->count == 0) {
        (void)complain(&load->options.complaints, entry, "a view has a list of rows");
        return;
    }
    view->rows = arena_alloc(load->options.arena, rows->count * sizeof(*view->rows));
    for (size_t i = 0; i < rows->count; i++) {
        view->row_count++;
        load_row(load, view, &view->rows[i], &rows->items[i]);
    }
}

static void load_views(struct load *load, const struct yaml *list)
{
    struct config *config = load->config;

    if (!load->panels->find)
        return;
    if (list->kind != YAML_LIST || list->count > 9) {
        (void)complain(&load->options.complaints, list, "views has to be a list of at most nine");
        return;
    }
    config->views = arena_alloc(&config->arena, (list->count + 1) * sizeof(*config->views));
    for (size_t i = 0; i < list->count; i++)
        load_view(load, &config->views[config->view_count++], &list->items[i]);
}

/* The views of the wall are among those of the file. */
static void judge_wall(struct load *load, const struct yaml *list)
{
    const struct config *config = load->config;
    const struct dx_items *wanted = &config->wall.views;
    const char *names[10] = { NULL };
    bool found;

    for (size_t i = 0; i < config->view_count; i++) {
        names[i] = config->views[i].name;
        if (!*names[i]) /* it is complained of, and may be the one that is meant */
            return;
    }
    for (size_t i = 0; i < wanted->count; i++) {
        const char *name = ((const char *const *)wanted->item)[i];

        found = false;
        for (size_t j = 0; j < config->view_count; j++)
            found = found || strcmp(names[j], name) == 0;
        if (!found)
            (void)complain_word(&load->options.complaints,
                                list->kind == YAML_LIST ? &list->items[i] : list, "unknown view",
                                names);
    }
}

/* ---- the whole ---- */

static void paths(struct option_context *context, struct dx_items *names)
{
    const char **all = arena_alloc(context->arena, (names->count + 1) * sizeof(*all));

    for (size_t i = 0; i < names->count; i++)
        all[i] = option_path(context, ((const char *const *)names->item)[i]);
    names->item = all;
}

static void load_root(struct load *load, const struct yaml *root)
{
    static const char *const sections[] = { "sources", "views", "calendar", "wall", NULL };
    struct settings settings = { .title = "" };
    struct config *config = load->config;
    const struct yaml *sources = yaml_get(root, "sources"), *views = yaml_get(root, "views");

    (void)options_judge(&load->options, root, config_options, NULL, sections);
    (void)options_fill(&load->options, &settings, config_options, root);
    config->title = settings.title ? settings.title : "";
    config->store =
        settings.store && *settings.store ? option_path(&load->options, settings.store) : "";
    config->store_size = settings.store_size;
    config->theme = settings.theme ? settings.theme : "";
    if (text_is_path(config->theme, ".theme"))
        config->theme = option_path(&load->options, config->theme);
    config->color = settings.color > 0 ? config_options[4].choices[settings.color] : "";
    config->glyphs = settings.glyphs > 0 ? config_options[5].choices[settings.glyphs] : "";
    config->mouse = settings.mouse;
    config->links = settings.links;
    config->clipboard = settings.clipboard;
    config->success_policy = settings.success_policy;
    config->patterns = settings.patterns;
    paths(&load->options, &config->patterns);
    config->runbooks = settings.runbooks && *settings.runbooks
                           ? option_path(&load->options, settings.runbooks)
                           : "";
    config->critical = settings.critical;
    config->feeds = settings.kpis;
    keys_load(&load->options, &config->keymap, &settings.keys, yaml_get(root, "keys"));
    config->rules = settings.rules;
    config->notices = settings.notices;
    calendar_load(&load->options, &config->calendar, yaml_get(root, "calendar"));
    targets_load(&load->options, config->goals, &settings.targets, yaml_get(root, "targets"),
                 &config->calendar);
    wall_load(&load->options, &config->wall, yaml_get(root, "wall"));
    if (sources)
        load_sources(load, sources);
    feeds_load(&load->options, config, yaml_get(root, "kpis"));
    notices_load(&load->options, &config->notices, yaml_get(root, "notices"));
    rules_load(&load->options, config, yaml_get(root, "rules"));
    if (views)
        load_views(load, views);
    if (config->view_count > 0 && yaml_get(root, "wall"))
        judge_wall(load, yaml_get(yaml_get(root, "wall"), "views"));
}

static char *read_file(const char *path, size_t *len, struct complaints *c)
{
    struct yaml at = { .line = 1, .column = 1 };
    struct dx_error err = { 0 };
    char *text = file_read(path, FILE_MOST, len, &err);

    if (!text)
        (void)complain(c, &at, "%s", err.text);
    return text;
}

bool config_load(struct config *config, const char *path, const char *text,
                 const struct config_kinds *sources, const struct config_kinds *panels,
                 struct buf *complaints)
{
    char canonical[PATH_MAX] = "", *read = NULL, *slash;
    struct load load = { .config = config, .sources = sources, .panels = panels };
    struct complaints *c = &load.options.complaints;
    struct yaml root = { .text = "" };
    size_t len = text ? strlen(text) : 0;

    *config = (struct config){
        .path = "", .title = "", .store = "", .theme = "", .color = "", .glyphs = ""
    };
    load.options.arena = &config->arena;
    keymap_init(&config->keymap);
    c->out = complaints;
    c->file = path ? path : "arguments";
    if (path && !text) {
        text = read = read_file(path, &len, c);
        if (realpath(path, canonical))
            config->path = arena_text(&config->arena, canonical);
    }
    slash = strrchr(canonical, '/');
    load.options.dir =
        slash ? arena_print(&config->arena, "%.*s", (int)(slash - canonical), canonical) : ".";
    if (c->count == 0 &&
        yaml_parse(&root, &config->arena, c->file, text ? text : "", len, complaints))
        load_root(&load, &root);
    free(read);
    return complaints->len == 0;
}

void config_done(struct config *config)
{
    arena_free(&config->arena);
    *config = (struct config){
        .path = "", .title = "", .store = "", .theme = "", .color = "", .glyphs = ""
    };
}
