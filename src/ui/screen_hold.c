/* screen_hold: the bytes of a frame held back to so many a second. While some are left no
 * frame is made, so that what is shown next is what is then, and nothing queues. */
#include "config.h"

#include "ui/screen_internal.h"

enum { AT_ONCE_MS = 200, LEAST = 16 };

static double most(const struct hold *hold)
{
    double bytes = (double)hold->rate * AT_ONCE_MS / 1e3;

    return bytes > LEAST ? bytes : LEAST;
}

size_t hold_allows(struct hold *hold, size_t want, int64_t boot_ms)
{
    double passed = hold->last_ms > 0 ? (double)(boot_ms - hold->last_ms) : AT_ONCE_MS;
    size_t may;

    if (hold->rate == 0)
        return want;
    hold->credit += passed * (double)hold->rate / 1e3;
    if (hold->credit > most(hold))
        hold->credit = most(hold);
    hold->last_ms = boot_ms;
    may = hold->credit < LEAST ? 0 : (size_t)hold->credit;
    if (may > want)
        may = want;
    hold->credit -= (double)may;
    return may;
}

double screen_wait(const struct screen *s)
{
    double missing = most(&s->hold) / 2. - s->hold.credit;

    if (s->hold.rate == 0)
        return 0.;
    return missing > 0. ? missing / (double)s->hold.rate + 1e-3 : 1e-3;
}
