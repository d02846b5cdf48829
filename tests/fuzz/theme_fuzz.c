/* Any bytes as a theme: it is refused in words, or each colour of it is one that there is. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(uint32_t rgb, int index256, int index16)
{
    if (rgb > 0xFFFFFF || index256 < -1 || index256 > 255 || index16 < -1 || index16 > 15)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme theme;
    struct dx_error err = { 0 };

    if (!theme_parse(&theme, "fuzz", (const char *)data, size, &err)) {
        if (err.fault == DX_FAULT_NONE || !*err.text)
            abort();
        return 0;
    }
    for (int i = 0; i < DX_ROLE_COUNT; i++)
        check(theme.role[i].rgb, theme.role[i].index256, theme.role[i].index16);
    check(theme.background, theme.background256, theme.background16);
    if (strcmp(theme.kind, "dark") != 0 && strcmp(theme.kind, "light") != 0)
        abort();
    return 0;
}
