/* incident: a failure of the platform that shows in several places at once, and so
 * is nobody's code. Raised when failures of the same category come within 10 minutes
 * of each other
 *   - in 3 projects or more, or
 *   - 3 times or more on one pool (in 2 projects or more, where every one of them is
 *     ambiguous: a job that is rerun three times fails on its pool three times).
 * It then takes in each further one of its category (and pool), and clears by itself
 * when none came for 15 minutes. Incidents of the same category that overlap are one. */
#ifndef INSIGHT_INCIDENT_H
#define INSIGHT_INCIDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INCIDENT_WINDOW_MS ((int64_t)10 * 60 * 1000)
#define INCIDENT_QUIET_MS  ((int64_t)15 * 60 * 1000)
enum { INCIDENT_PROJECTS = 3, INCIDENT_ON_POOL = 3, INCIDENT_AMBIGUOUS_PROJECTS = 2 };

/* A failure by the platform, or one that may be (an ambiguous hit of the catalogue,
 * see cause.h); other failures are not handed in. */
struct incident_failure {
    int64_t at_ms;
    int64_t category, project; /* interned */
    int64_t pool;              /* 0: not known */
    bool ambiguous;
};

struct incident {
    int64_t category;
    int64_t pool;                      /* all members are of this pool; 0: they are not */
    int64_t from_ms, raised_ms, to_ms; /* first failure, when it was enough, last one */
    int64_t cleared_ms;                /* 0: it still holds */
    int64_t projects;                  /* how many */
    const size_t *member;              /* indices of the failures: the evidence; by time */
    size_t member_count;
};

struct incidents {         /* { 0 } is empty */
    struct incident *list; /* by from_ms */
    size_t count;
    size_t *members;
};

/* failures in order of at_ms; what came after now_ms has not happened yet. An
 * ambiguous failure that is a member is corroborated: it counts as the platform's. */
void incidents_find(struct incidents *out, const struct incident_failure *failures, size_t n,
                    int64_t now_ms);
void incidents_done(struct incidents *incidents);

#endif
