/* Files of key numbers: what was read is a date and numbers. */
#include "config.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "source/kpi_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dx_error err = { 0 };
    struct kpi_file_row *rows;
    size_t count;
    bool with_n;

    if (!kpi_file_read((const char *)data, size, &rows, &count, &with_n, &err)) {
        if (err.text[0] == '\0' || rows)
            abort();
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        if (rows[i].at_ms <= 0 || !isfinite(rows[i].value) || rows[i].n < 0)
            abort();
    free(rows);
    return 0;
}
