/* What came out clean stays as it is, and cutting keeps within its columns. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char once[257], twice[257], cut[257];
    size_t n = text_clean(once, sizeof(once), (const char *)data, size);

    if (once[n] != '\0' || text_clean(twice, sizeof(twice), once, n) != n ||
        memcmp(once, twice, n) != 0)
        abort();
    for (int cols = 0; cols < 20; cols += 3)
        if (text_cut(cut, sizeof(cut), once, cols, "~") > cols ||
            text_cut_middle(cut, sizeof(cut), once, cols, "~") > cols)
            abort();
    return 0;
}
