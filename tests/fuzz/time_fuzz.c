/* What is read as a time, a date or a span is written so that it is read as the same. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 200 };

static const int64_t YEAR_10000 = 253402300800000;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[MOST + 1], out[TIME_TEXT];
    struct dx_error err = { 0 };
    struct clock clock = { 0 };
    int64_t ms, again;

    if (size > MOST)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    ms = time_parse(text, size);
    if (ms > 0 && ms < YEAR_10000) {
        (void)time_format(out, ms);
        if (time_parse(out, strlen(out)) != ms)
            abort();
    }
    if (duration_parse(&ms, text)) {
        (void)duration_write(out, ms);
        if (ms < 0 || !duration_parse(&again, out) || again != ms)
            abort();
        (void)duration_format(out, ms, true);
    }
    if (!clock_parse(&clock, text, &err) && err.fault == DX_FAULT_NONE)
        abort();
    memcpy(&ms, data, size < sizeof(ms) ? size : sizeof(ms));
    (void)duration_format(out, ms, false);
    (void)time_format(out, ms);
    return 0;
}
