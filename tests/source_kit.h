/* source_kit: what the tests of the sources share: recorded replies, and
 * cursors in memory. */
#ifndef SOURCE_KIT_H
#define SOURCE_KIT_H

#include <criterion/criterion.h>

#include "source/plan.h"
#include "source/source.h"

enum { KIT_CURSORS = 16 };

/* One poll of one source, as the collector holds it. */
struct kit {
    struct plan plan;
    struct batch batch;
    struct dx_error err;
    struct cursors cursors;
    struct {
        char name[100];
        int64_t value;
    } known[KIT_CURSORS];
};

/* tests/fixtures/<name>, yours to free; ends with a NUL behind its len bytes. */
char *kit_fixture(const char *name, size_t *len);
/* An empty plan and batch at now, every 15 s, one hour of history. */
void kit_poll(struct kit *kit, int64_t now_ms);
/* Remember the cursors of the batch, as a commit does. */
void kit_commit(struct kit *kit);
void kit_done(struct kit *kit);

/* Let the source decode this text, or the fixture, as the reply to a request of
 * this step with this detail_text. */
bool kit_decode(struct kit *kit, const struct source *source, const void *config,
                struct reply reply);
bool kit_decode_file(struct kit *kit, const struct source *source, const void *config,
                     struct reply reply, const char *name);
/* A fixture that came with this status; http_words is what net says of it. */
void kit_refuse(struct kit *kit, const struct source *source, const void *config,
                struct reply reply, const char *name);

#endif
