/* golden: a screen as text and roles, compared with the one in tests/golden. */
#include "config.h"

#include "golden.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

void golden_text(const char *have, const char *name)
{
    const char *mode = getenv("DX_GOLDEN");
    char path[512], *want = calloc(1, 1 << 20);
    FILE *file;

    snprintf(path, sizeof(path), "%s/tests/golden/%s.txt", getenv("DX_SRC"), name);
    if (mode && strcmp(mode, "write") == 0) {
        file = fopen(path, "w");
        cr_assert(file, "%s", path);
        fputs(have, file);
    } else {
        file = fopen(path, "r");
        cr_assert(file, "there is no %s; DX_GOLDEN=write makes it", path);
        want[fread(want, 1, (1 << 20) - 1, file)] = '\0';
        cr_expect(strcmp(have, want) == 0, "%s differs:\n%s", name, have);
    }
    fclose(file);
    free(want);
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
