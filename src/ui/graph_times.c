/* graph_times: the marks of a graph's time axis: how many there are, and what they are called. */
#include "config.h"

#include <stdio.h>

#include "ui/widgets.h"

struct unit {
    int64_t ms, below_ms; /* of spans below that */
    char name;
};

/* That it is a whole number of; NULL: none. */
static const struct unit *unit_of(int64_t ms, int64_t span)
{
    static const struct unit units[] = { { HOUR_MS, 49 * HOUR_MS, 'h' },
                                         { MINUTE_MS, 2 * HOUR_MS, 'm' },
                                         { DAY_MS, INT64_MAX, 'd' } };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (ms % units[i].ms == 0 && span < units[i].below_ms)
            return &units[i];
    return NULL;
}

int time_marks(int64_t span_ms, int cols)
{
    static const int counts[] = { 4, 3, 7, 2 };

    if (cols < 60)
        return cols >= 30 ? 2 : 1;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
        if (span_ms % counts[i] == 0 && unit_of(span_ms / counts[i], span_ms))
            return counts[i];
    return counts[0];
}

const char *time_mark(char out[TIME_TEXT], int64_t ago_ms, int64_t span_ms)
{
    const struct unit *unit = unit_of(ago_ms, span_ms);
    char span[TIME_TEXT];

    if (unit)
        (void)snprintf(out, TIME_TEXT, "-%lld%c", (long long)(ago_ms / unit->ms), unit->name);
    else
        (void)snprintf(out, TIME_TEXT, "-%.30s", duration_format(span, ago_ms, false));
    return out;
}
