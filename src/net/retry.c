/* retry: when to ask again. Exponential back-off with full jitter:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
#include "config.h"

#include "net/retry.h"

enum {
    LEAST_MS = 1000,
    MOST_MS = 5 * 60 * 1000,
    LIMITED_LEAST_MS = 60 * 1000, /* GitHub: a minute where it does not say how long */
    AFTER_MOST_S = 3600,          /* a server that says more is not believed */
    DOUBLINGS = 16
};

int64_t retry_next(struct retry *retry, const struct dx_error *err, int64_t every_ms, double random)
{
    int64_t least = LEAST_MS, wait = every_ms, most = MOST_MS, after;

    if (!err || err->fault == DX_FAULT_NONE) {
        retry->failures = 0;
        return every_ms;
    }
    if (retry->failures < DOUBLINGS)
        retry->failures++;
    if (err->fault == DX_FAULT_AUTH || err->fault == DX_FAULT_CONFIG)
        return -1;
    if (err->fault == DX_FAULT_LIMITED && err->retry_after_s <= 0)
        least = LIMITED_LEAST_MS;
    if (most < every_ms)
        most = every_ms;
    if (wait < least)
        wait = least;
    for (unsigned i = 1; i < retry->failures && wait < most; i++)
        wait *= 2;
    if (wait > most)
        wait = most;
    wait = least + (int64_t)((double)(wait - least) * random); /* full jitter above the least */
    after = err->retry_after_s < AFTER_MOST_S ? err->retry_after_s : AFTER_MOST_S;
    return wait > after * 1000 ? wait : after * 1000;
}
