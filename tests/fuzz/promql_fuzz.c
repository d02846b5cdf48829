/* PromQL of the simulated Prometheus: whatever is asked, it is answered or refused
 * in words. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/promql.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    const struct world world = { .seed = 1 };
    const int64_t at_ms = 1795530727000;
    char *text = malloc(len + 1);
    struct promql_result result;
    struct promql_error error;
    struct arena arena = { 0 };
    struct promql *query;

    memcpy(text, bytes, len);
    text[len] = '\0';
    query = promql_new(text, &error);
    if (!query && !*error.text)
        abort();
    if (query && !promql_eval(query, &world, at_ms, &arena, &result, &error) && !error.execution)
        abort();
    arena_free(&arena);
    promql_free(query);
    free(text);
    return 0;
}
