/* jql_time: what JQL takes for a time: minutes at best, and never a zone. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "sim/jql_node.h"
#include "sim/noise.h"

/* "-15m", "4w 2d": so far from now. */
static bool period(const struct jql_account *account, const char *text, int64_t *ms)
{
    bool past = *text == '-', any = false;
    int64_t sum_ms = 0;

    text += *text == '-' || *text == '+';
    while (*text) {
        static const struct {
            char letter;
            int64_t ms;
        } units[] = { { 'm', MINUTE_MS }, { 'h', HOUR_MS }, { 'd', DAY_MS }, { 'w', WEEK_MS } };
        char *end;
        long count = strtol(text, &end, 10);
        size_t i = 0;

        if (end == text || !isdigit((unsigned char)*text) || count > 100000)
            return false;
        while (i < 4 && units[i].letter != *end)
            i++;
        if (i == 4)
            return false;
        sum_ms += count * units[i].ms;
        any = true;
        text = end + 1;
        text += *text == ' ';
    }
    *ms = account->now_ms + (past ? -sum_ms : sum_ms);
    return any;
}

static bool digits(const char *text, const char *shape)
{
    for (; *shape; shape++, text++)
        if (*shape == '0' ? !isdigit((unsigned char)*text) : *shape != *text)
            return false;
    return !*text;
}

bool jql_time(const struct jql_account *account, const char *text, int64_t *ms)
{
    static const char *const shapes[] = { "0000-00-00 00:00", "0000/00/00 00:00", "0000-00-00",
                                          "0000/00/00" };
    struct tm tm = { 0 }, back;
    int64_t local_ms;
    time_t s;

    for (size_t i = 0; i < 4; i++) {
        if (!digits(text, shapes[i]))
            continue;
        tm.tm_year = (int)strtol(text, NULL, 10) - 1900;
        tm.tm_mon = (int)strtol(text + 5, NULL, 10) - 1;
        tm.tm_mday = (int)strtol(text + 8, NULL, 10);
        if (strlen(text) > 10) {
            tm.tm_hour = (int)strtol(text + 11, NULL, 10);
            tm.tm_min = (int)strtol(text + 14, NULL, 10);
        }
        back = tm;
        s = timegm(&back);
        if (back.tm_mday != tm.tm_mday || back.tm_mon != tm.tm_mon || back.tm_hour != tm.tm_hour ||
            back.tm_min != tm.tm_min)
            return false;
        local_ms = (int64_t)s * 1000;
        *ms = local_ms - account->offset_ms(local_ms - account->offset_ms(local_ms));
        return true;
    }
    return period(account, text, ms);
}
