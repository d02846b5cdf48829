/* Whatever the rows are, and whatever is done with them, each panel of each view draws them: no
 * crash, nothing on the screen that no terminal should be sent. */
#include "config.h"

#include <stdlib.h>

#include "fuzz_rows.h"
#include "fuzz_views.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS_MOST = 400 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };
    struct fuzz_rows rows = { .in = &in, .left = ROWS_MOST };
    struct reader reader = fuzz_reader(&rows);

    fuzz_view(&in, &reader, FUZZ_NOW);
    if (rows.open != 0)
        abort();
    return 0;
}
