/* calendar: how long its days are. */
#include "config.h"

#include "model/calendar.h"

enum { DAYS = 7 };

int64_t calendar_day_ms(const struct calendar *calendar)
{
    int64_t sorted[DAYS] = { 0 };
    size_t n = 0;

    for (size_t i = 0; i < DAYS; i++) {
        const struct calendar_day *day = &calendar->days[i];
        int64_t sum = 0;
        size_t at = n;

        for (size_t j = 0; j < day->count; j++)
            sum += day->hours[j].to_ms - day->hours[j].from_ms;
        if (sum == 0)
            continue;
        for (; at > 0 && sorted[at - 1] > sum; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = sum;
        n++;
    }
    return n > 0 ? sorted[n / 2] : 0;
}
