/* golden: a screen as text and roles, compared with the one in tests/golden. */
#include "config.h"

#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include "tests/where.h"

enum { MOST = 1 << 20, LOOKS = 400, LOOK_MS = 50 };

static bool is_written(void)
{
    const char *mode = getenv("DX_GOLDEN");

    return mode && strcmp(mode, "write") == 0;
}

static void path_of(char path[512], const char *name)
{
    snprintf(path, 512, "%s/tests/golden/%s.txt", SRC_DIR, name);
}

static bool is_golden(const char *have, const char *name)
{
    char path[512], *want = calloc(1, MOST);
    FILE *file;
    bool same;

    path_of(path, name);
    file = fopen(path, "r");
    cr_assert(file, "there is no %s; DX_GOLDEN=write makes it", path);
    want[fread(want, 1, MOST - 1, file)] = '\0';
    same = strcmp(have, want) == 0;
    fclose(file);
    free(want);
    return same;
}

void golden_text(const char *have, const char *name)
{
    char path[512];
    FILE *file;

    if (!is_written()) {
        cr_expect(is_golden(have, name), "%s differs:\n%s", name, have);
        return;
    }
    path_of(path, name);
    file = fopen(path, "w");
    cr_assert(file, "%s", path);
    fputs(have, file);
    fclose(file);
}

void golden_wait(char *(*look)(void *self), void *self, const char *name)
{
    bool there = is_written();

    for (int i = 0; i < LOOKS && !there; i++) {
        char *have = look(self);

        there = is_golden(have, name);
        free(have);
        if (!there)
            nanosleep(&(struct timespec){ .tv_nsec = LOOK_MS * 1000000L }, NULL);
    }
}

void golden_hide_port(char *text, int port)
{
    char address[24];

    snprintf(address, sizeof(address), "127.0.0.1:%d", port);
    for (char *at = strstr(text, address); at; at = strstr(at, address))
        memset(at + 10, 'p', strlen(address) - 10);
}

void golden(const struct grid *grid, const char *name)
{
    char *have = NULL;
    size_t len;
    FILE *out = open_memstream(&have, &len);

    grid_dump(grid, out);
    fclose(out);
    golden_text(have, name);
    free(have);
}
