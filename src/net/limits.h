/* limits: the rate limit that a reply's headers announce, in the dialects of
 * the systems that are polled. Pure. */
#ifndef NET_LIMITS_H
#define NET_LIMITS_H

#include <dxtop/record.h>

struct limits {
    int64_t limit, remaining; /* -1: not said */
    char reset[64];           /* as it was written; "": not said */
    int64_t delay_ms;         /* the answer was held back so long; 0: it was not */
    int64_t fill, interval_s; /* of a bucket: so much comes back in each interval; -1: not said */
};

void limits_clear(struct limits *limits);

/* Take a header over; false: it is none of these:
 *   X-RateLimit-Limit, -Remaining, -Reset           GitHub, Azure, Jira, ServiceNow
 *   RateLimit-Limit, -Remaining, -Reset, -ResetTime GitLab, PagerDuty
 *   RateLimit: limit=9, remaining=8, reset=7        IETF draft 6 and before
 *   RateLimit: "name";r=8;t=7                       IETF draft 8 and later, Jira's beta
 *   RateLimit-Policy: "name";q=9;w=60               its limit
 *   X-RateLimit-Delay                               Azure, in seconds
 *   X-RateLimit-FillRate, -Interval-Seconds         Jira Data Center, a bucket
 * each with X-, Beta- or both before it, and Rate-Limit as well. */
bool limits_take(struct limits *limits, const char *name, const char *value);

/* When the limit is whole again, in Unix ms by the server's clock; 0: not said,
 * or not readable. The value is Unix seconds (GitHub, GitLab), Unix ms, seconds
 * to wait (PagerDuty), RFC 3339 with or without seconds (Jira) or an HTTP date
 * (GitLab), told apart by size and shape; of a bucket, when it is full again.
 * now_ms: the reply's Date. */
int64_t limits_reset_ms(const struct limits *limits, int64_t now_ms);

#endif
