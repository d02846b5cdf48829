/* retry: when to ask again. Exponential back-off with full jitter:
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
#include "config.h"

#include "net/retry.h"

enum {
    LEAST_MS = 1000,
    MOST_MS = 5 * 60 * 1000,
    AFTER_MOST_S = 3600, /* a server that says more is not believed */
    DOUBLINGS = 16
};

int64_t retry_next(struct retry *retry, const struct dx_error *err, int64_t every_ms, double random)
{
    int64_t wait = every_ms > LEAST_MS ? every_ms : LEAST_MS, most = MOST_MS, after;

    if (!err || err->fault == DX_FAULT_NONE) {
        retry->failures = 0;
        return every_ms;
    }
    if (retry->failures < DOUBLINGS)
        retry->failures++;
    if (err->fault == DX_FAULT_AUTH || err->fault == DX_FAULT_CONFIG)
        return -1;
    if (most < every_ms)
        most = every_ms;
    for (unsigned i = 1; i < retry->failures && wait < most; i++)
        wait *= 2;
    if (wait > most)
        wait = most;
    /* Full jitter, but never sooner than a second. */
    wait = LEAST_MS + (int64_t)((double)(wait - LEAST_MS) * random);
    after = err->retry_after_s < AFTER_MOST_S ? err->retry_after_s : AFTER_MOST_S;
    return wait > after * 1000 ? wait : after * 1000;
}
