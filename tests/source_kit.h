/* source_kit: what the tests of the sources share: recorded replies, and
 * cursors and known runs in memory. */
#ifndef SOURCE_KIT_H
#define SOURCE_KIT_H

#include <criterion/criterion.h>

#include "source/plan.h"
#include "source/source.h"

enum { KIT_CURSORS = 2048, KIT_RUNS = 8192 };

/* One poll of one source, as the collector holds it. */
struct kit {
    struct plan plan;
    struct batch batch;
    struct dx_error err;
    struct cursors cursors;
    struct {
        char name[100];
        int64_t value;
    } known[KIT_CURSORS]; /* by their names */
    size_t known_count;
    struct known runs; /* what the store has of them */
    struct kit_run {
        char project[100], id[64];
        int64_t attempt, updated_ms, seen_ms;
        bool done, whole;
        size_t jobs;
    } run[KIT_RUNS];
    size_t run_count;
};

/* tests/fixtures/<name>, yours to free; ends with a NUL behind its len bytes. */
char *kit_fixture(const char *name, size_t *len);
/* An empty plan and batch at now, every 15 s, one hour of history. */
void kit_poll(struct kit *kit, int64_t now_ms);
/* Remember the cursors and runs of the batch, as a commit does. */
void kit_commit(struct kit *kit);
void kit_done(struct kit *kit);
struct kit_run *kit_known(struct kit *kit, const char *project, const char *id,
                          int64_t attempt); /* NULL: it is not there */

/* Let the source decode this text, or the fixture, as the reply to a request of
 * this step with this detail_text. */
bool kit_decode(struct kit *kit, const struct source *source, const void *config,
                struct reply reply);
bool kit_decode_file(struct kit *kit, const struct source *source, const void *config,
                     struct reply reply, const char *name);
/* A fixture that came with this status; http_words is what net says of it. */
void kit_refuse(struct kit *kit, const struct source *source, const void *config,
                struct reply reply, const char *name);

/* What is asked for: is this path, how often is this step; the first of it, "" where it is not. */
bool kit_asks(const struct kit *kit, const char *path);
size_t kit_asked(const struct kit *kit, unsigned step);
const struct plan_request *kit_request(const struct kit *kit, unsigned step);
/* Does a note of the batch have these words? */
bool kit_notes(const struct kit *kit, const char *words);
/* What the batch remembers, the last time; -1: nothing. */
int64_t kit_remembers(const struct kit *kit, const char *name);
/* How many cursors that begin so are kept. */
size_t kit_keeps(const struct kit *kit, const char *prefix);
/* A path without its escapes; it lives until the next one. */
char *kit_decoded(const char *path);

#endif
