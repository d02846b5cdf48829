/* Any bytes as a log against the shipped patterns: the verdict holds together, its
 * evidence is clean and can be taken apart. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "insight/cause.h"
#include "patterns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct catalogue *catalogue;
    char again[2 * CAUSE_EVIDENCE], *log = malloc(size + 1); /* no byte behind it is read */
    struct verdict v;
    struct cause_words words;
    size_t len;

    if (!log)
        return 0;
    if (!catalogue)
        catalogue = patterns_catalogue();
    memcpy(log, data, size);
    if (cause_of_text(catalogue, log, size, &v) != (*v.category != '\0') || v.count > CAUSE_TOP)
        abort();
    len = strlen(v.evidence);
    if (text_clean(again, sizeof(again), v.evidence, len) != len)
        abort();
    if (*v.category && (!cause_words(v.evidence, &words) || words.rule != v.top[0].rule ||
                        words.ambiguous != v.ambiguous))
        abort();
    for (size_t i = 0; i < v.count; i++)
        if (v.top[i].text < log || v.top[i].text + v.top[i].len > log + size)
            abort();
    free(log);
    return 0;
}
