/* plugin: find and load panel modules. */
#include "config.h"

#include "panel/plugin.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "panel/api.h"
#include "panel/whole.h"

enum { LOADED_MOST = 64, NAME_MOST = 40, OLDEST_SIZE = offsetof(struct dx_panel, columns_of) };

/* What was loaded stays loaded; an older panel's struct is copied into ours. */
static struct {
    char name[NAME_MOST + 1];
    struct dx_panel panel;
} loaded[LOADED_MOST];
static size_t loaded_count;

static bool is_name(const char *name)
{
    return *name && strlen(name) <= NAME_MOST &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name);
}

static bool is_others(const struct stat *st, bool sticky)
{
    return (st->st_uid != 0 && st->st_uid != geteuid()) || ((st->st_mode & 022) != 0 && !sticky);
}

/* Nobody but the user and root may have a say in what is loaded: neither in the
 * file nor in any directory above it. */
static bool is_trusted(const char *path, struct dx_error *err)
{
    char at[PATH_MAX];
    bool above = false, sticky;
    struct stat st;

    if (!realpath(path, at))
        return dx_fail(err, DX_FAULT_SYSTEM, "%s: %s", path, strerror(errno));
    if (stat(at, &st) != 0 || !S_ISREG(st.st_mode))
        return dx_fail(err, DX_FAULT_SYSTEM, "%s is not an ordinary file", at);
    for (;;) {
        char *slash = strrchr(at, '/');

        if (stat(at[0] ? at : "/", &st) != 0)
            return dx_fail(err, DX_FAULT_SYSTEM, "%s: %s", at, strerror(errno));
        /* In a sticky directory (/tmp) nobody renames what is not theirs. */
        sticky = S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX) != 0 && above;
        if (is_others(&st, sticky))
            return dx_fail(err, DX_FAULT_SYSTEM,
                           "%.150s can be changed by others than you and root; panels are not "
                           "loaded from there",
                           at[0] ? at : "/");
        if (!at[0])
            return true;
        above = S_ISDIR(st.st_mode); /* from here on: above the module's own directory */
        *slash = '\0';
    }
}

/* The directories above a module are looked at once, not for each of the modules that lie
 * there: only those that they trust can change them. */
static bool is_trusted_too(const char *path, struct dx_error *err)
{
    static char dir[PATH_MAX]; /* as it was asked for; "": none */
    size_t len = (size_t)(strrchr(path, '/') - path);
    struct stat st;
    bool own = lstat(path, &st) == 0 && S_ISREG(st.st_mode) && len < sizeof(dir);

    if (own && dir[0] && strlen(dir) == len && memcmp(dir, path, len) == 0 &&
        !is_others(&st, false))
        return true;
    if (!is_trusted(path, err))
        return false;
    if (own)
        (void)snprintf(dir, sizeof(dir), "%.*s", (int)len, path);
    return true;
}

static const struct dx_panel *accept_panel(const char *path, const char *name,
                                           const struct dx_panel *panel, struct dx_error *err)
{
    struct dx_panel *own = &loaded[loaded_count].panel;

    if (panel->abi != api_abi || panel->size > sizeof(*own) || panel->size < OLDEST_SIZE) {
        dx_fail(err, DX_FAULT_SYSTEM,
                "%.120s was built for panel interface %u of %u bytes, this dxtop speaks %u of %zu; "
                "build it anew",
                path, panel->abi, panel->size, api_abi, sizeof(*own));
        return NULL;
    }
    *own = (struct dx_panel){ .abi = 0 }; /* one that was refused may have been here */
    memcpy(own, panel, panel->size);
    own->size = sizeof(*own);
    if (!own->name || strcmp(own->name, name) != 0 || !own->update ||
        (!own->draw && !own->columns && !own->columns_of)) {
        dx_fail(err, DX_FAULT_SYSTEM, "%.120s: its panel has another name, or cannot be shown",
                path);
        return NULL;
    }
    (void)snprintf(loaded[loaded_count].name, sizeof(loaded[0].name), "%s", name);
    loaded_count++;
    return own;
}

static const struct dx_panel *load_file(const char *path, const char *name, struct dx_error *err)
{
    char *symbol = mem_print("dx_panel_%s", name);
    const struct dx_panel *panel = NULL;
    bool trusted = is_trusted_too(path, err), whole = trusted && module_is_whole(path);
    void *handle = whole ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;

    if (trusted && !whole)
        dx_fail(err, DX_FAULT_SYSTEM, "%.200s was cut short; install it anew", path);
    if (!handle && err->fault == DX_FAULT_NONE)
        dx_fail(err, DX_FAULT_SYSTEM, "%s", dlerror());
    if (handle) {
        panel = dlsym(handle, symbol);
        if (panel)
            panel = accept_panel(path, name, panel, err);
        else
            dx_fail(err, DX_FAULT_SYSTEM, "%s exports no %s", path, symbol);
        if (!panel)
            (void)dlclose(handle);
    }
    free(symbol);
    return panel;
}

const struct dx_panel *plugin_load(const struct plugins *plugins, const char *name,
                                   struct dx_error *err)
{
    for (size_t i = 0; i < loaded_count; i++)
        if (strcmp(loaded[i].name, name) == 0)
            return &loaded[i].panel;
    if (!is_name(name)) {
        dx_fail(err, DX_FAULT_CONFIG, "\"%.40s\" is no name of a panel: a-z, 0-9 and _ only", name);
        return NULL;
    }
    for (size_t i = 0; plugins->dirs[i] && loaded_count < LOADED_MOST; i++) {
        char *path = mem_print("%s/%s.so", plugins->dirs[i], name);
        bool there = access(path, F_OK) == 0;
        const struct dx_panel *panel = NULL;

        *err = (struct dx_error){ .fault = DX_FAULT_NONE };
        if (there)
            panel = load_file(path, name, err);
        free(path);
        if (there)
            return panel;
    }
    dx_fail(err, DX_FAULT_CONFIG, "there is no panel \"%s\"", name);
    return NULL;
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool among(char *const *names, size_t n, const char *name, size_t len)
{
    for (size_t i = 0; i < n; i++)
        if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0)
            return true;
    return false;
}

char **plugin_names(const struct plugins *plugins)
{
    char **names = mem_new(1, sizeof(*names));
    size_t n = 0;

    for (size_t i = 0; plugins->dirs[i]; i++) {
        DIR *dir = opendir(plugins->dirs[i]);
        struct dirent *entry;

        while (dir && (entry = readdir(dir)) != NULL) {
            size_t len = strlen(entry->d_name);

            if (len < 4 || strcmp(entry->d_name + len - 3, ".so") != 0 ||
                among(names, n, entry->d_name, len - 3))
                continue;
            names = mem_grow(names, n + 2, sizeof(*names));
            names[n++] = mem_print("%.*s", (int)len - 3, entry->d_name);
            names[n] = NULL;
        }
        if (dir)
            (void)closedir(dir);
    }
    qsort(names, n, sizeof(*names), by_name);
    return names;
}

void plugin_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}
