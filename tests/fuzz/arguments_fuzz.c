/* Any words as a command line: they are understood or refused in a sentence, and what they ask for
 * is something that there is. A line feed stands between two words. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/arguments.h"
#include "app/report.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORDS_MOST = 16, SIDE_MOST = 10000 };

/* --help and the like print. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    if (!freopen("/dev/null", "w", stdout))
        abort();
    return 0;
}

static void check(const struct arguments *args, int argc)
{
    if (args->mode > MODE_INIT || args->format < 0 || args->kind < 0 || args->rows < 1 ||
        args->rows > SIDE_MOST || args->cols < 1 || args->cols > SIDE_MOST || args->slow < 0 ||
        args->since_ms < 0 || args->common.rest < 1 || args->common.rest > argc)
        abort();
    if (args->mode == MODE_REPORT && args->format > REPORT_JSON)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arguments args = { .mode = MODE_VIEW };
    char *text = malloc(size + 1), *argv[WORDS_MOST + 1] = { NULL }, *rest = text;
    struct dx_error err = { 0 };
    bool done = false;
    int argc = 0;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    argv[argc++] = strdup("dxtop");
    while (rest && argc < WORDS_MOST)
        argv[argc++] = strsep(&rest, "\n");
    if (!arguments_parse(&args, argc, argv, &done, &err)) {
        if (err.fault == DX_FAULT_NONE || !*err.text)
            abort();
    } else if (!done) {
        check(&args, argc);
    }
    free(argv[0]);
    free(text);
    return 0;
}
