/* How fast is a log looked through for a cause: MB/s of CPU time, and as a ratio to
 * finding its line ends, which any reader has to. make tests/bench/cause_bench, then
 * tests/bench/cause_bench [LOG] */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/mem.h"
#include "insight/cause.h"
#include "patterns.h"

enum { LOG_MAX = 64 << 20, LINES = 100000 };

static double cpu_s(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A log that nothing matches but its last line. */
static size_t invent(char *log)
{
    static const char *const words[] = { "the",      "build",    "of",     "module",
                                         "cache",    "restored", "step",   "package",
                                         "download", "object",   "passed", "note" };
    unsigned seed = 1;
    size_t len = 0;

    for (int line = 0; line < LINES; line++) {
        len += (size_t)sprintf(log + len, "2026-11-24T08:%02d:%02d.1234567Z", line / 1667,
                               line / 28 % 60);
        for (int i = 0; i < 12; i++) {
            seed = seed * 1103515245 + 12345;
            len += (size_t)sprintf(log + len, " %s", words[(seed >> 16) % 12]);
        }
        log[len++] = '\n';
    }
    return len + (size_t)sprintf(log + len, "FAILED tests/a.py::test_b\n");
}

int main(int argc, char **argv)
{
    struct catalogue *catalogue = patterns_catalogue();
    char *log = mem_new(LOG_MAX, 1);
    FILE *file = argc > 1 ? fopen(argv[1], "r") : NULL;
    size_t len = file ? fread(log, 1, LOG_MAX, file) : invent(log), ends = 0;
    struct verdict verdict;
    double began, found, split;

    if (argc > 1 && !file) {
        perror(argv[1]);
        return 1;
    }
    began = cpu_s();
    (void)cause_of_text(catalogue, log, len, &verdict);
    found = cpu_s() - began;
    began = cpu_s();
    for (const char *p = log; (p = memchr(p, '\n', (size_t)(log + len - p))) != NULL; p++)
        ends++;
    split = cpu_s() - began;
    printf("%.1f MB, %zu lines: %.1f MB/s, %.0f times as long as finding the line ends\n%s\n",
           (double)len / 1e6, ends, (double)len / 1e6 / found, found / split, verdict.evidence);
    catalogue_free(catalogue);
    free(log);
    return 0;
}
