/* state: what the user changed on the screen and finds again next time. */
#include "config.h"

#include "app/state.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/paths.h"
#include "core/file.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"

const char *const state_themes[] = {
    "dark", "light", "high-contrast", "colour-blind", "mono", NULL
};

enum {
    THEMES = sizeof(state_themes) / sizeof(state_themes[0]) - 1,
    COLUMNS_MOST = 1000,
    FILE_MOST = 1 << 20
};

/* Beside the store; of one that the configuration names, and that others may use too, where it
 * would be without that: what the screen remembers is of one user. */
static char *own_path(const struct viewer *v, const char *end)
{
    struct config own = { .path = v->app->config.path, .store = "" };
    char *store = *v->app->config.store
                      ? config_store_path(&own, v->app->arguments.common.state, STORE_SCHEMA)
                      : mem_text(v->app->store_path);
    char *path = mem_print("%s%s", store, end);

    free(store);
    return path;
}

static char *state_path(const struct viewer *v)
{
    return own_path(v, ".state");
}

static char *history_path(const struct viewer *v)
{
    return own_path(v, ".history");
}

static const char *text_of(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);

    return json_is_string(value) ? json_string_value(value) : "";
}

static bool use_theme(struct viewer *v, const char *name, struct dx_error *err)
{
    struct theme theme;

    if (!theme_load(&theme, v->app->paths.themes, name, err)) {
        log_line(DX_LOG_WARN, "%s", err->text);
        return false;
    }
    v->app->theme = theme;
    if (v->screen)
        screen_theme(v->screen, &v->app->theme);
    return true;
}

void state_use_theme(struct viewer *v, const char *name)
{
    struct dx_error err = { 0 };

    if (use_theme(v, name, &err)) {
        text_copy(v->theme, sizeof(v->theme), v->app->theme.name);
        viewer_say(v, "theme %s", v->theme);
    } else {
        viewer_say(v, "%s", err.text);
    }
    v->want_draw = true;
}

void state_next_theme(struct viewer *v)
{
    size_t i = 0;

    while (i < THEMES && strcmp(state_themes[i], v->app->theme.name) != 0)
        i++;
    state_use_theme(v, state_themes[i < THEMES ? (i + 1) % THEMES : 0]);
}

/* ---- lists: "view/panel number" -> sort, reverse, filter ---- */

static void load_lists(struct page *page, const json_t *lists)
{
    for (size_t i = 0; i < page->slot_count; i++) {
        char name[128];
        const json_t *list, *sort;

        (void)snprintf(name, sizeof(name), "%s/%zu", page->settings->name, i);
        list = json_object_get(lists, name);
        sort = json_object_get(list, "sort");
        if (!json_is_integer(sort) || json_integer_value(sort) < -1 ||
            json_integer_value(sort) > COLUMNS_MOST)
            continue;
        page->slots[i].sort = (int)json_integer_value(sort);
        page->slots[i].reverse = json_is_true(json_object_get(list, "reverse"));
        page->slots[i].restore = true;
    }
}

static void save_lists(const struct page *page, json_t *lists)
{
    for (size_t i = 0; i < page->slot_count; i++) {
        const struct instance *in = &page->slots[i].instance;
        char name[128];

        int sort = page->open ? week_sort(in) : page->slots[i].sort;
        bool reverse = page->open ? in->tables[0].reverse : page->slots[i].reverse;

        /* What was not opened keeps what it had. */
        if (page->open ? !in->tables[0].columns : !page->slots[i].restore)
            continue;
        if (sort < 0 && !reverse)
            continue;
        (void)snprintf(name, sizeof(name), "%s/%zu", page->settings->name, i);
        (void)json_object_set_new(
            lists, name, json_pack("{s:i, s:b}", "sort", sort, "reverse", reverse ? 1 : 0));
    }
}

/* Whatever stands there, and whoever put it there. */
static json_t *read_state(const char *path)
{
    struct dx_error none = { 0 };
    size_t len = 0;
    char *text = file_read(path, FILE_MOST, &len, &none);
    json_t *state = text ? json_loadb(text, len, 0, NULL) : NULL;

    free(text);
    return state;
}

/* Of the shipped ones and of the user's: what is written there is no path. */
static bool is_name(const char *theme)
{
    return *theme && theme[strcspn(theme, "/.")] == '\0';
}

void state_load(struct viewer *v)
{
    char *path = state_path(v);
    json_t *state = read_state(path);
    struct dx_error err = { 0 };
    const char *view = text_of(state, "view"), *theme = text_of(state, "theme");

    for (size_t i = 0; i < v->page_count; i++) {
        if (!*v->app->arguments.view && strcmp(v->pages[i].settings->name, view) == 0)
            v->page = i;
        load_lists(&v->pages[i], json_object_get(state, "lists"));
    }
    if (is_name(theme))
        text_copy(v->theme, sizeof(v->theme), theme);
    if (*v->theme && !*v->app->arguments.theme && !*v->app->config.theme &&
        strcmp(theme, v->app->theme.name) != 0)
        (void)use_theme(v, theme, &err);
    v->notify.off = json_is_true(json_object_get(state, "no_notices"));
    json_decref(state);
    free(path);
    path = history_path(v);
    history_load(&v->command.history, path);
    free(path);
}

/* It has names of what was looked at in it. */
static bool write_private(const json_t *state, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 && json_dumpfd(state, fd, JSON_INDENT(1)) == 0;

    return fd >= 0 && close(fd) == 0 && ok;
}

void state_save(struct viewer *v)
{
    char *path = state_path(v), *fresh = mem_print("%s.%ld", path, (long)getpid());
    struct dx_error none = { 0 };
    json_t *lists = json_object();
    json_t *state;

    for (size_t i = 0; i < v->page_count; i++)
        save_lists(&v->pages[i], lists);
    state = json_pack("{s:s, s:s, s:b, s:o}", "view", v->pages[v->page].settings->name, "theme",
                      v->theme, "no_notices", v->notify.off, "lists", lists);
    if (!paths_make_dirs(path, &none) || !state || !write_private(state, fresh) ||
        rename(fresh, path) != 0)
        (void)unlink(fresh); /* a read-only disk is no reason to complain at the end */
    json_decref(state);
    free(path);
    free(fresh);
    path = history_path(v);
    history_save(&v->command.history, path);
    free(path);
}
