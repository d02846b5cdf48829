/* Which configuration is taken where none is named: one's own before the system's. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "config/config.h"
#include "run.h"
#include "tests/where.h"

static char *dir;
static char system_dir[600];

/* $D/home has none yet, and neither has $D/etc. */
static void start(void)
{
    static const char *const below[] = { "etc", "home",     "home/.config", "home/.config/dxtop",
                                         "xdg", "xdg/dxtop" };
    char path[600];

    dir = test_dir();
    for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", dir, below[i]);
        cr_assert_eq(mkdir(path, 0700), 0, "%s", path);
    }
    snprintf(system_dir, sizeof(system_dir), "%s/etc", dir);
    snprintf(path, sizeof(path), "%s/home", dir);
    setenv("HOME", path, 1);
    unsetenv("XDG_CONFIG_HOME");
}

static void stop(void)
{
    free(dir);
}

TestSuite(config_find, .init = start, .fini = stop, .timeout = 20);

static void put(const char *name)
{
    char path[600];

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    write_file(path, "sources: []\n");
}

/* Below the test's directory; "": none. */
static void expect_found(const char *name)
{
    char *path = config_find(system_dir);

    if (*name)
        cr_expect(path && strcmp(path + strlen(dir) + 1, name) == 0, "%s, not %s",
                  path ? path : "none", name);
    else
        cr_expect_null(path, "%s", path);
    free(path);
}

Test(config_find, that_of_the_system_is_the_last)
{
    expect_found("");
    put("etc/dxtop.yaml");
    expect_found("etc/dxtop.yaml");
    put("home/.config/dxtop/dxtop.yml");
    expect_found("home/.config/dxtop/dxtop.yml");
    put("home/.config/dxtop/dxtop.yaml");
    expect_found("home/.config/dxtop/dxtop.yaml");
}

Test(config_find, one_of_another_home_is_not_ones_own)
{
    char path[600];

    put("home/.config/dxtop/dxtop.yaml");
    put("etc/dxtop.yaml");
    snprintf(path, sizeof(path), "%s/xdg", dir);
    setenv("XDG_CONFIG_HOME", path, 1);
    expect_found("etc/dxtop.yaml");
    put("xdg/dxtop/dxtop.yaml");
    expect_found("xdg/dxtop/dxtop.yaml");
    setenv("XDG_CONFIG_HOME", "xdg", 1); /* to be passed over: it is no whole path */
    expect_found("home/.config/dxtop/dxtop.yaml");
}

static bool is_in(const char *file, const char *words)
{
    char path[600], line[1000];
    bool found = false;
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", SRC_DIR, file);
    f = fopen(path, "r");
    cr_assert(f, "%s", path);
    while (!found && fgets(line, sizeof(line), f))
        found = strstr(line, words) != NULL;
    fclose(f);
    return found;
}

/* What people read, and what the service is started with. */
Test(config_find, it_is_where_the_manuals_and_the_service_say)
{
    static const char *const files[] = { "man/dxtop.1", "man/dxtop-collect.8",
                                         "data/dxtop-collect.service.in" };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        cr_expect(is_in(files[i], CONFIG_SYSTEM "/dxtop.yaml"), "%s", files[i]);
}
