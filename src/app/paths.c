/* paths: where the program's own files are. */
#include "config.h"

#include "app/paths.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/mem.h"

static const char *env(const char *name, const char *fallback)
{
    const char *value = getenv(name);

    return value && *value ? value : fallback;
}

char *paths_xdg(const char *variable, const char *fallback)
{
    const char *dir = getenv(variable);

    if (dir && dir[0] == '/')
        return mem_text(dir);
    return mem_print("%s/%s", env("HOME", "/tmp"), fallback);
}

void paths_find(struct paths *paths)
{
    char *data = paths_xdg("XDG_DATA_HOME", ".local/share");
    size_t n = 0;

    *paths = (struct paths){ 0 };
    paths->collector = mem_print("%s/dxtop-collect", env("DXTOP_BIN", DX_BINDIR));
    paths->sim = mem_print("%s/dxtop-sim", env("DXTOP_BIN", DX_BINDIR));
    paths->themes = mem_text(env("DXTOP_THEMES", DX_THEMEDIR));
    if (*env("DXTOP_PANELS", ""))
        paths->panels[n++] = mem_text(env("DXTOP_PANELS", ""));
    paths->panels[n++] = mem_print("%s/dxtop/panels", data);
    paths->panels[n] = mem_text(DX_PANELDIR);
    free(data);
}

void paths_done(struct paths *paths)
{
    free(paths->collector);
    free(paths->sim);
    free(paths->themes);
    for (size_t i = 0; i < sizeof(paths->panels) / sizeof(paths->panels[0]); i++)
        free(paths->panels[i]);
    *paths = (struct paths){ 0 };
}

bool paths_make_dirs(const char *path, struct dx_error *err)
{
    char *dir = mem_text(path);
    bool ok = true;

    for (char *at = strchr(dir + 1, '/'); ok && at; at = strchr(at + 1, '/')) {
        *at = '\0';
        ok = mkdir(dir, 0700) == 0 || errno == EEXIST || errno == EISDIR;
        if (!ok)
            dx_fail(err, DX_FAULT_SYSTEM, "cannot make %.160s: %s", dir, strerror(errno));
        *at = '/';
    }
    free(dir);
    return ok;
}
