/* success: the success rates of a set of runs or jobs, by a policy that is
 * printed beside them, for the same rows give 78 %, 75 % or 51 % by another. */
#ifndef INSIGHT_SUCCESS_H
#define INSIGHT_SUCCESS_H

#include <dxtop/record.h>

#include "insight/rate.h"

enum success_policy {
    SUCCESS_EXCLUDE_CANCELLED, /* success / (success + failure): the default */
    SUCCESS_STRICT,            /* what was cancelled counts as failed */
    SUCCESS_ALL,               /* success / all that is done, skipped ones too */
};

/* For option tables, ends at NULL, by policy: "exclude-cancelled", "strict", "all". */
extern const char *const success_policy_names[];

/* Counts; { 0 } is none. Those of several sets can be added up field by field. */
struct success {
    int64_t n;                 /* the denominator */
    int64_t ok, failed;        /* failed: of n, by the policy */
    int64_t platform, unknown; /* of failed: by the platform; by nobody knows whom */
    int64_t first_n, first_ok; /* of n and ok: first attempts */
    int64_t left_out;          /* done, and not in n */
    int64_t issues;            /* of ok: the server has doubts about them */
};

/* One more run or job. What is not done (DX_RESULT_NONE) is not counted at all.
 * A failure without a cause (DX_CAUSE_NONE) is one of unknown cause; one that was
 * cancelled and counts as failed is not: somebody or something ended it. */
struct success_item {
    enum dx_result result;
    enum dx_cause cause;
    int64_t attempt; /* from 1 */
    bool with_issues;
};
void success_add(struct success *s, enum success_policy policy, const struct success_item *item);

#endif
