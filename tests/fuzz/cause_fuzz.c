/* Any bytes as a log against the shipped patterns: the verdict holds together, its
 * evidence is clean and says of which rule it is. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "insight/cause.h"
#include "patterns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_of_its_rule(const struct verdict *v)
{
    size_t len = strlen(v->evidence), category_len = strlen(v->category);
    const char *rest = v->evidence + category_len + v->ambiguous;
    char end[32];
    size_t end_len = (size_t)snprintf(end, sizeof(end), " (rule %d)", v->top[0].rule);

    return strncmp(v->evidence, v->category, category_len) == 0 &&
           (v->evidence[category_len] == '?') == v->ambiguous && strncmp(rest, ": ", 2) == 0 &&
           len > end_len && strcmp(v->evidence + len - end_len, end) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct catalogue *catalogue;
    char again[2 * CAUSE_EVIDENCE], *log = malloc(size + 1); /* no byte behind it is read */
    struct verdict v;
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
    if (*v.category && !is_of_its_rule(&v))
        abort();
    for (size_t i = 0; i < v.count; i++)
        if (v.top[i].text < log || v.top[i].text + v.top[i].len > log + size)
            abort();
    free(log);
    return 0;
}
