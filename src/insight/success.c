/* success: counts and rates by a policy. */
#include "config.h"

#include "insight/success.h"

#include <stddef.h>

const char *const success_policy_names[] = {
    [SUCCESS_EXCLUDE_CANCELLED] = "exclude-cancelled",
    [SUCCESS_STRICT] = "strict",
    [SUCCESS_ALL] = "all",
    NULL,
};

/* Does it count, and if so as what? */
enum counts { COUNTS_NOT, COUNTS_OK, COUNTS_FAILED, COUNTS_NEITHER };

static enum counts counts_as(enum success_policy policy, enum dx_result result)
{
    switch (result) {
    case DX_RESULT_SUCCESS:
        return COUNTS_OK;
    case DX_RESULT_FAILURE:
        return COUNTS_FAILED;
    case DX_RESULT_CANCELLED:
        if (policy == SUCCESS_STRICT)
            return COUNTS_FAILED;
        break;
    case DX_RESULT_NONE:
    case DX_RESULT_SKIPPED:
    case DX_RESULT_NEUTRAL:
    case DX_RESULT_UNKNOWN:
        break;
    }
    return policy == SUCCESS_ALL ? COUNTS_NEITHER : COUNTS_NOT;
}

void success_add(struct success *s, enum success_policy policy, const struct success_item *item)
{
    enum counts as = counts_as(policy, item->result);
    bool first = item->attempt <= 1;

    if (item->result == DX_RESULT_NONE)
        return;
    if (as == COUNTS_NOT) {
        s->left_out++;
        return;
    }
    s->n++;
    s->first_n += first;
    if (as == COUNTS_OK) {
        s->ok++;
        s->first_ok += first;
        s->issues += item->with_issues;
    }
    if (as == COUNTS_FAILED) {
        s->failed++;
        s->platform += item->cause == DX_CAUSE_PLATFORM;
        s->unknown += item->cause == DX_CAUSE_UNKNOWN ||
                      (item->cause == DX_CAUSE_NONE && item->result == DX_RESULT_FAILURE);
    }
}
