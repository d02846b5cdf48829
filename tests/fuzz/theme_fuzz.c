#include "config.h"

#include <stdint.h>

#include "ui/theme.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct theme theme;
    struct dx_error err = { 0 };

    (void)theme_parse(&theme, "fuzz", (const char *)data, size, &err);
    return 0;
}
