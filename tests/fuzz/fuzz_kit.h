/* fuzz_kit: any bytes as a reply to any request of a source. */
#ifndef FUZZ_KIT_H
#define FUZZ_KIT_H

#include <stdint.h>

#include "source/plan.h"
#include "source/source.h"

struct fuzz_source {
    const struct source *source;
    const void *config;
    unsigned steps;      /* of the source, from 0 */
    unsigned plain_step; /* its body is no JSON: it does not come through source_decode() */
    const char *head;    /* of each reply; "" */
    int64_t cursor;      /* the value of those whose name begins with n */
    int64_t every_ms, history_ms;
    const char *(*about)(unsigned step); /* detail_text of a request */
    void (*before)(struct batch *batch); /* what is in the batch already; NULL: nothing */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What begins with this byte is a reply to one step, by the byte behind it; else it is one to
 * each, which takes a hundred times as long. fuzz_json.c makes the former of the latter. */
enum { FUZZ_CHOSEN = 1, FUZZ_CHOICE = 2 };

/* As success, as answer and as refusal, to each step: no crash, no failure without
 * words, no text that is not clean, no job without a run, and nothing asked for that is no path
 * of the server. aborts where there is. */
void fuzz_source(const struct fuzz_source *fuzz, const uint8_t *data, size_t size);

/* The same of what any source brought. */
void fuzz_expect_sound(const struct batch *batch);
/* And of what it asks for: whatever is said to it, only its server, and paths that are such. */
void fuzz_expect_asked(const struct plan *plan);

#endif
