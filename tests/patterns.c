/* patterns: reads data/failure_patterns.tsv. */
#include "config.h"

#include "patterns.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/mem.h"
#include "tests/where.h"

char *patterns_text(void)
{
    enum { MOST = 1 << 20 };
    char *text = mem_new(MOST, 1);
    FILE *file = fopen(SRC_DIR "/data/failure_patterns.tsv", "r");

    if (!file || fread(text, 1, MOST - 1, file) == 0)
        abort();
    (void)fclose(file);
    return text;
}

struct catalogue *patterns_catalogue(void)
{
    struct catalogue *catalogue = catalogue_new();
    char *text = patterns_text();
    struct buf complaints;

    buf_init(&complaints, 1 << 16);
    if (!catalogue_add(catalogue, "failure_patterns.tsv", text, &complaints)) {
        (void)fprintf(stderr, "%s", complaints.bytes);
        abort();
    }
    buf_done(&complaints);
    free(text);
    return catalogue;
}
