/* reviews: the pull and merge requests behind the company's runs: who looked at them
 * first, and when they were merged. A function of the runs and the seed. */
#ifndef SIM_REVIEWS_H
#define SIM_REVIEWS_H

#include "core/mem.h"
#include "sim/company.h"

enum review_state { REVIEW_COMMENTED, REVIEW_CHANGES, REVIEW_APPROVED };
extern const char *const review_state_names[]; /* as GitHub has them */

struct review {
    int64_t at_ms;
    int person; /* ticket_person(); may be a machine, or the author */
    enum review_state state;
};

enum { REVIEWS_MOST = 4 };
struct pull {
    const struct company_repo *repo;
    const struct company_run *run; /* the newest one that is known */
    int64_t number, created_ms;
    int64_t closed_ms; /* merged, or not */
    bool merged;
    int author;
    size_t review_count;
    struct review reviews[REVIEWS_MOST]; /* oldest first */
};

/* Of a repository until at_ms, newest first; *pulls lives in the arena. */
size_t pulls_of(const struct company *company, const struct company_repo *repo, int64_t at_ms,
                struct arena *arena, struct pull **pulls);
bool pull_is_closed(const struct pull *pull, int64_t at_ms);
int64_t pull_updated_ms(const struct pull *pull, int64_t at_ms);
/* The first review by somebody else who is no machine; NULL: there is none yet. */
const struct review *pull_first_review(const struct pull *pull, int64_t at_ms);

#endif
