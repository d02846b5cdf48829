/* known_kit: what the store would hold between the polls of a source of runs: its
 * cursors and its runs, in memory. */
#ifndef KNOWN_KIT_H
#define KNOWN_KIT_H

#include "source_kit.h"

enum { KNOWN_RUNS = 4000, KNOWN_JOBS = 8000, KNOWN_CURSORS = 2000, KNOWN_TEXT = 80 };

struct known_kit {
    struct known known;
    struct {
        char project[KNOWN_TEXT], id[24], event[24];
        int64_t updated_ms, seen_ms;
        bool done, whole, gone;
    } run[KNOWN_RUNS];
    struct {
        size_t run;
        char id[24];
        int64_t attempt;
    } job[KNOWN_JOBS];
    struct {
        char name[KNOWN_TEXT];
        int64_t value;
    } cursor[KNOWN_CURSORS];
    size_t run_count, job_count, cursor_count;
};

/* A poll as kit_poll() begins it, which knows what the store holds. */
void known_poll(struct known_kit *store, struct kit *kit, int64_t now_ms);
/* Take the batch over, as a commit does. */
void known_commit(struct known_kit *store, struct kit *kit);
size_t known_find(const struct known_kit *store, const char *project, const char *id);

#endif
