/* header: what a reply's headers mean. */
#include "config.h"

#include "net/header.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/time.h"

enum { EPOCH_FROM = 1000000000 }; /* a smaller reset is seconds to wait */

int64_t header_date(const char *value)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm = { 0 };
    char month[4] = "", zone[4] = "";
    const char *at;

    if (sscanf(value, "%*3s, %2d %3s %4d %2d:%2d:%2d %3s", &tm.tm_mday, month, &tm.tm_year,
               &tm.tm_hour, &tm.tm_min, &tm.tm_sec, zone) != 7)
        return 0;
    at = strlen(month) == 3 ? strstr(months, month) : NULL;
    if (!at || (at - months) % 3 != 0 || tm.tm_year < 1970)
        return 0;
    tm.tm_mon = (int)(at - months) / 3;
    tm.tm_year -= 1900;
    return (int64_t)timegm(&tm) * 1000;
}

int64_t header_retry_after(const char *value, int64_t now_ms)
{
    char *end;
    int64_t seconds = strtoll(value, &end, 10), date;

    if (end != value && end[strspn(end, " ")] == '\0')
        return seconds < 0 ? 0 : seconds;
    date = header_date(value);
    if (date == 0)
        return -1;
    return date > now_ms ? (date - now_ms + 999) / 1000 : 0;
}

/* <https://host/next?page=2>; rel="next", <...>; rel="last" */
const char *header_next(const char *value, char *out, size_t cap)
{
    out[0] = '\0';
    for (const char *p = value; (p = strchr(p, '<')) != NULL;) {
        const char *url = p + 1, *end = strchr(url, '>'), *stop, *rel;

        if (!end)
            break;
        stop = strchr(end, '<');
        rel = strcasestr(end, "rel=");
        if (rel && (!stop || rel < stop) &&
            strncasecmp(rel + 4 + (rel[4] == '"'), "next", 4) == 0 && (size_t)(end - url) < cap) {
            (void)snprintf(out, cap, "%.*s", (int)(end - url), url);
            break;
        }
        p = end;
    }
    return out;
}

static int64_t reset_of(const char *value, int64_t now_ms)
{
    char *end;
    double n = strtod(value, &end);

    if (end == value || *end == '-' || *end == 'T')
        return time_parse(value, strlen(value));
    if (n >= EPOCH_FROM)
        return (int64_t)(n * 1e3);
    return n >= 0. ? now_ms + (int64_t)(n * 1e3) : 0;
}

void header_limit(struct limits *limits, const char *name, const char *value, int64_t now_ms)
{
    char *end;
    long long n;

    if (strncasecmp(name, "x-", 2) == 0)
        name += 2;
    if (strncasecmp(name, "ratelimit-", 10) != 0)
        return;
    name += 10;
    n = strtoll(value, &end, 10);
    if (strcasecmp(name, "limit") == 0 && end != value)
        limits->limit = n;
    else if (strcasecmp(name, "remaining") == 0 && end != value)
        limits->remaining = n;
    else if (strcasecmp(name, "reset") == 0)
        limits->reset_ms = reset_of(value, now_ms);
}
