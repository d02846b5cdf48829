/* find: where the configuration and the store are. */
#include "config.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"

static char *home_path(const char *variable, const char *fallback, const char *name)
{
    const char *dir = getenv(variable), *home = getenv("HOME");

    if (dir && dir[0] == '/')
        return mem_print("%s/dxtop%s%s", dir, *name ? "/" : "", name);
    return mem_print("%s/%s/dxtop%s%s", home && *home ? home : "/tmp", fallback, *name ? "/" : "",
                     name);
}

char *config_find(const char *system)
{
    static const char *const names[] = { "dxtop.yaml", "dxtop.yml" };
    char *path;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        path = home_path("XDG_CONFIG_HOME", ".config", names[i]);
        if (access(path, F_OK) == 0)
            return path;
        free(path);
    }
    path = mem_print("%s/%s", system, names[0]);
    if (access(path, F_OK) == 0)
        return path;
    free(path);
    return NULL;
}

/* "acme-1f2e3d4c": the file's name, and a hash of its whole path. */
static char *store_name(const char *identity)
{
    const char *base = strrchr(identity, '/');
    uint32_t hash = 2166136261u;
    char word[33];
    size_t n = 0;

    for (const char *c = identity; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    base = base ? base + 1 : identity;
    for (; *base && *base != '.' && n + 1 < sizeof(word); base++)
        word[n++] = isalnum((unsigned char)*base) ? *base : '-';
    word[n] = '\0';
    return mem_print("%s-%08" PRIx32, n ? word : "dxtop", hash);
}

char *config_store_path(const struct config *config, const char *state, int schema)
{
    char *name, *dir, *path;

    if (*config->store)
        return mem_text(config->store);
    name = store_name(config->path);
    dir = state && *state ? mem_text(state) : home_path("XDG_STATE_HOME", ".local/state", "");
    path = mem_print("%s/%s-%d.db", dir, name, schema);
    free(name);
    free(dir);
    return path;
}
