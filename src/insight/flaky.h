/* flaky: is a job flaky, broken or neither, judged by what happened to the same
 * commit, and what it costs. One job is (source, project, pipeline, job name with
 * its matrix); its tries are those of the last 14 days.
 *
 * First those that say nothing of the job are dropped: what neither succeeded nor
 * failed, what failed by the platform, what never had a runner. (Five passes and
 * 33 failures of one commit that all never started are a capacity incident, and no
 * flaky job.) Of the rest:
 *   pairs  commits with both outcomes
 *   k      commits that failed and passed later
 *   n      commits with two outcomes or more, or an attempt after the first
 *   rate   k / n, with its Wilson interval
 * Broken:  the last 3 or more on the default branch failed, and none of their
 *          commits passed anywhere. It goes before flaky: a rerun will not help.
 * Flaky:   pairs >= 1 and n >= 5.  Suspect: pairs >= 1 and n < 5. */
#ifndef INSIGHT_FLAKY_H
#define INSIGHT_FLAKY_H

#include <stddef.h>

#include <dxtop/panel.h>
#include <dxtop/record.h>

#define FLAKY_WINDOW_MS   ((int64_t)14 * 24 * 3600 * 1000)
#define FLAKY_WAIT_CAP_MS ((int64_t)8 * 3600 * 1000)
enum { FLAKY_MIN_COMMITS = 5, FLAKY_BROKEN_TRIES = 3 };

struct flaky_try {
    int64_t sha;                    /* interned; 0: not known, and never the same commit */
    int64_t at_ms;                  /* when it ended */
    int64_t duration_ms, queued_ms; /* -1: not known, costs 0 */
    enum dx_result result;
    enum dx_cause cause;
    int attempt;
    bool never_started, default_branch;
};

struct flaky {
    bool listed; /* false: nothing to say, and state means nothing */
    enum dx_flaky_state state;
    int64_t n, k, pairs;
    double rate, low, high; /* NaN: n is 0 */
    /* Of commits that failed and then passed: the failed tries and the pass that
     * ended them, with the queue times of all but the first. */
    int64_t lost_ms;
    /* Of the same: from the first failure to the pass, at most 8 h each, so that a
     * rerun of the next day does not outweigh all others. */
    int64_t wait_ms;
    /* The first and last failure that is evidence: of commits with both outcomes, or
     * where it is broken, of the last tries in a row. 0: none. */
    int64_t first_seen_ms, last_seen_ms;
    int64_t counted, dropped; /* tries */
};

/* tries in order of at_ms; those outside (now - 14 d, now] are not looked at. */
struct flaky flaky_judge(const struct flaky_try *tries, size_t n, int64_t now_ms);

#endif
