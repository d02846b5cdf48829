/* derive_ticket: how much business time a ticket took to its first answer and to its
 * resolution, its pauses left out. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/derive_kpi.h"
#include "core/mem.h"

/* -1: unknown, as for an end before the beginning: a clock that is wrong, or a ticket that
 * was brought over from elsewhere. */
static int64_t spent(const struct business *business, const struct ticket_times *times,
                     int64_t to_ms)
{
    struct business_pause *pauses;
    int64_t ms;

    if (times->created_ms == 0 || to_ms < times->created_ms)
        return -1;
    pauses = mem_new(times->pause_count + 1, sizeof(*pauses));
    for (size_t i = 0; i < times->pause_count; i++)
        pauses[i] = (struct business_pause){ times->pauses[i].from_ms, times->pauses[i].to_ms };
    ms = business_ms(business, times->created_ms, to_ms, pauses, times->pause_count);
    free(pauses);
    return ms;
}

bool derive_ticket(struct store *store, const struct kpi_settings *settings, int64_t ticket,
                   struct dx_error *err)
{
    struct ticket_times times;
    bool ok;

    if (!settings->business)
        return true;
    ok = store_ticket_times(store, ticket, &times, err);
    if (ok)
        ok = store_put_business(store, ticket, spent(settings->business, &times, times.first_ms),
                                spent(settings->business, &times, times.resolved_ms), err);
    free(times.pauses);
    return ok;
}

/* ---- which calendar they are of ---- */

static uint64_t mix(uint64_t hash, const void *bytes, size_t len) /* FNV-1a */
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ p[i]) * UINT64_C(1099511628211);
    return hash;
}

/* Offsets too: where the zone is the machine's own, its name says nothing. */
const char *derive_calendar(const struct business *business, char out[20])
{
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t d = 0; d < 7; d++) {
        const struct calendar_day *day = &business->calendar->days[d];

        hash = mix(hash, &d, sizeof(d));
        hash = mix(hash, day->hours, day->count * sizeof(*day->hours));
    }
    hash = mix(hash, business->calendar->holidays,
               business->calendar->holiday_count * sizeof(*business->calendar->holidays));
    for (size_t i = 0; i < business->zone->count; i++) {
        hash = mix(hash, &business->zone->spans[i].from_ms, sizeof(int64_t));
        hash = mix(hash, &business->zone->spans[i].offset_ms, sizeof(int64_t));
    }
    (void)snprintf(out, 20, "%016llx", (unsigned long long)hash);
    return out;
}

const char *derive_critical(const struct kpi_settings *settings, char out[20])
{
    const char *const *pattern = settings->critical.item;
    uint64_t hash = UINT64_C(14695981039346656037);

    for (size_t i = 0; i < settings->critical.count; i++)
        hash = mix(hash, pattern[i], strlen(pattern[i]) + 1);
    (void)snprintf(out, 20, "%016llx", (unsigned long long)hash);
    return out;
}
