/* limits: the rate limit that a reply's headers announce. */
#include "config.h"

#include "net/limits.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "net/header.h"

enum { NO_SECONDS = 16 /* strlen("2025-10-08T15:00") */, DELAY_MOST_S = 3600 };

/* What a number is, by its size: nobody waits for 30 years, and milliseconds
 * were as few as this in 1973. */
static const double EPOCH_S_FROM = 1e9, EPOCH_MS_FROM = 1e11, MOST = 1e14;

void limits_clear(struct limits *limits)
{
    *limits = (struct limits){ .limit = -1, .remaining = -1, .fill = -1, .interval_s = -1 };
}

/* A whole number, what is behind it is not looked at ("100, 100;w=60",
 * "199.5"). Less than nothing left is nothing left. */
static void take_number(int64_t *out, const char *value)
{
    char *end;
    double n = strtod(value, &end);

    if (end != value && n > -MOST && n < MOST)
        *out = n > 0. ? (int64_t)n : 0;
}

static void take_reset(struct limits *limits, const char *value)
{
    size_t len = strlen(value);

    /* The first one said is kept: GitLab says it twice. */
    if (*limits->reset == '\0' && len < sizeof(limits->reset))
        memcpy(limits->reset, value, len + 1);
}

static void take_delay(struct limits *limits, const char *value)
{
    double s = strtod(value, NULL);

    if (s > 0. && s < DELAY_MOST_S)
        limits->delay_ms = (int64_t)(s * 1e3);
}

static bool is(const char *name, size_t len, const char *one, const char *other)
{
    return (len == strlen(one) && strncasecmp(name, one, len) == 0) ||
           (len == strlen(other) && strncasecmp(name, other, len) == 0);
}

/* The parameters of RateLimit and RateLimit-Policy: name=value, with ; or , and
 * blanks between them; of several policies the first. */
static void take_parameters(struct limits *limits, const char *value)
{
    static const char apart[] = "=;, \t\"";
    struct limits found = { .limit = -1, .remaining = -1 };
    char number[32];

    for (const char *p = value + strspn(value, apart); *p; p += strspn(p, apart)) {
        size_t len = strcspn(p, apart);
        const char *name = p, *after = p + len + 1;

        p += len;
        if (*p != '=')
            continue;
        (void)snprintf(number, sizeof(number), "%.*s", (int)strcspn(after, apart), after);
        if (found.limit < 0 && is(name, len, "q", "limit"))
            take_number(&found.limit, number);
        else if (found.remaining < 0 && is(name, len, "r", "remaining"))
            take_number(&found.remaining, number);
        else if (is(name, len, "t", "reset"))
            take_reset(limits, number);
    }
    limits->limit = found.limit >= 0 ? found.limit : limits->limit;
    limits->remaining = found.remaining >= 0 ? found.remaining : limits->remaining;
}

static const char *without(const char *name, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncasecmp(name, prefix, len) == 0 ? name + len : name;
}

bool limits_take(struct limits *limits, const char *name, const char *value)
{
    const char *bare = without(without(name, "x-"), "beta-");
    const char *rest = without(bare, "ratelimit");

    if (rest == bare)
        rest = without(bare, "rate-limit");
    if (rest == bare)
        return false;
    value += strspn(value, " \t");
    if (*rest == '\0' || strcasecmp(rest, "-policy") == 0)
        take_parameters(limits, value);
    else if (strcasecmp(rest, "-limit") == 0)
        take_number(&limits->limit, value);
    else if (strcasecmp(rest, "-remaining") == 0)
        take_number(&limits->remaining, value);
    else if (strcasecmp(rest, "-reset") == 0 || strcasecmp(rest, "-resettime") == 0)
        take_reset(limits, value);
    else if (strcasecmp(rest, "-delay") == 0)
        take_delay(limits, value);
    else if (strcasecmp(rest, "-fillrate") == 0)
        take_number(&limits->fill, value);
    else if (strcasecmp(rest, "-interval-seconds") == 0)
        take_number(&limits->interval_s, value);
    else
        return false;
    return true;
}

static int64_t reset_of_number(double n, int64_t now_ms)
{
    if (!(n >= 0.) || n >= MOST)
        return 0;
    if (n >= EPOCH_MS_FROM)
        return (int64_t)n;
    return (int64_t)(n * 1e3) + (n >= EPOCH_S_FROM ? 0 : now_ms);
}

static int64_t bucket_full_ms(const struct limits *limits, int64_t now_ms)
{
    int64_t taken = limits->limit - limits->remaining, s;

    if (limits->remaining < 0 || taken < 0 || limits->fill <= 0 || limits->interval_s <= 0 ||
        limits->interval_s > DELAY_MOST_S)
        return 0;
    s = (taken + limits->fill - 1) / limits->fill * limits->interval_s;
    return (double)s < MOST / 1e3 ? now_ms + s * 1000 : 0;
}

int64_t limits_reset_ms(const struct limits *limits, int64_t now_ms)
{
    const char *value = limits->reset;
    size_t len = strlen(value), digits = strspn(value, "0123456789.");
    char whole[sizeof(limits->reset) + 4];
    int64_t ms;

    if (len == 0)
        return bucket_full_ms(limits, now_ms);
    while (len > 0 && isspace((unsigned char)value[len - 1]))
        len--;
    if (len > 0 && digits >= len)
        return reset_of_number(strtod(value, NULL), now_ms);
    ms = time_parse(value, len);
    if (ms == 0 && len >= NO_SECONDS) {
        (void)snprintf(whole, sizeof(whole), "%.*s:00%.*s", NO_SECONDS, value,
                       (int)(len - NO_SECONDS), value + NO_SECONDS);
        ms = time_parse(whole, strlen(whole));
    }
    if (ms == 0)
        ms = header_date(value);
    return ms > 0 ? ms : 0; /* before 1970: nobody means that */
}
