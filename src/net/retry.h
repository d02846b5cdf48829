/* retry: when to ask again. Pure: told the time and the random number. */
#ifndef NET_RETRY_H
#define NET_RETRY_H

#include <dxtop/record.h>

struct retry {         /* { 0 }: all is well */
    unsigned failures; /* in a row */
};

/* Milliseconds to wait until the next poll after one that failed with err (or
 * NULL: succeeded): the interval when all is well; else exponential from the
 * interval to 5 min with full jitter (random in [0, 1)), but at least 1 s, never
 * before Retry-After (bounded to 1 h), and a minute where a limit did not say how
 * long; AUTH and CONFIG: -1, stop until asked. */
int64_t retry_next(struct retry *retry, const struct dx_error *err, int64_t every_ms,
                   double random);

#endif
