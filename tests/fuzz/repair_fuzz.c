/* What was mended needs no more mending, and no longer holds what jansson
 * refuses a whole body for. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "source/repair.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const size_t flags = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY;

/* Bytes, escapes and numbers are no reason to refuse any more. */
static void expect_parsed(const char *body, size_t len)
{
    json_error_t why;
    json_t *json = json_loadb(body, len, flags, &why);

    if (!json && (json_error_code(&why) == json_error_invalid_utf8 ||
                  json_error_code(&why) == json_error_null_byte_in_key))
        abort();
    json_decref(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *body = (const char *)data;
    size_t len = size;
    struct buf once, twice, harder;

    buf_init(&once, 3 * size + 1);
    buf_init(&twice, 9 * size + 1);
    buf_init(&harder, 12 * size + 1);
    if (repair(&once, body, size) > 0) {
        body = once.bytes ? once.bytes : "";
        len = once.len;
    } else if (once.len > 0) {
        abort();
    }
    if (once.full)
        abort();
    /* A BOM may stand behind a BOM. */
    if (!(len >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0) && repair(&twice, body, len) > 0)
        abort();
    expect_parsed(body, len);
    (void)repair_harder(&harder, body, len);
    if (harder.full)
        abort();
    buf_done(&once);
    buf_done(&twice);
    buf_done(&harder);
    return 0;
}
