/* github_fake: a GitHub with runs of two jobs each, ten minutes long, that answers
 * as the real one does: newest first, by pages, 1,000 results a search. */
#ifndef GITHUB_FAKE_H
#define GITHUB_FAKE_H

#include <stddef.h>
#include <stdint.h>

enum { FAKE_RUNS = 6000, FAKE_REPOS = 300, FAKE_JOBS = 2 };

struct fake_run {
    int repo;               /* "acme/r<repo>" */
    int64_t created, rerun; /* rerun: when its second attempt began; 0 */
};

struct fake {
    int64_t now, lasts;              /* lasts: how long a run takes */
    struct fake_run runs[FAKE_RUNS]; /* oldest first; the id is the index + 1 */
    size_t run_count;
    int repos;
    int64_t pushed[FAKE_REPOS];
    int pages_over_the_search; /* asked for beyond what a search gives */
};

int fake_attempts(const struct fake *fake, const struct fake_run *run);
int64_t fake_number(const char *path, const char *name, int64_t fallback);
/* The body for a path, yours to free; next: the path of the next page, or "". */
char *fake_answer(struct fake *fake, const char *path, char *next, size_t cap);

#endif
