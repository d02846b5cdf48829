/* Any bytes as a file of rules: each line is taken or complained about, and the
 * rules that were taken end on any line. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "insight/cause.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct catalogue *catalogue = catalogue_new();
    char *text = malloc(size + 1);
    struct buf complaints;
    struct verdict verdict;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    buf_init(&complaints, 1 << 22);
    if (catalogue_add(catalogue, "fuzz", text, &complaints) != (complaints.len == 0))
        abort();
    if (cause_of_text(catalogue, text, size, &verdict) && verdict.count == 0)
        abort();
    buf_done(&complaints);
    catalogue_free(catalogue);
    free(text);
    return 0;
}
