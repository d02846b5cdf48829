/* derive_kpi_changes: how long pull and merge requests wait for their first review. */
#include "config.h"

#include <stdlib.h>

#include "core/time.h"
#include "derive/derive_kpi.h"
#include "core/mem.h"

bool derive_kpi_changes(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                        struct dx_error *err)
{
    struct kpi_range range = { at_ms - 2 * (int64_t)KPI_DAYS * DAY_MS, at_ms };
    struct kpi_change *changes;
    struct kpi_event *events;
    struct kpi_events all;
    size_t count, n = 0;
    bool ok;

    if (!settings->business)
        return true;
    if (!store_kpi_changes(store, &range, &changes, &count, err))
        return false;
    events = mem_new(count + 1, sizeof(*events));
    for (size_t i = 0; i < count; i++) {
        const struct kpi_change *c = &changes[i];
        int64_t ms = business_ms(settings->business, c->created_ms, c->reviewed_ms, NULL, 0);

        if (c->reviewed_ms >= c->created_ms) /* else nobody knows, as of tickets */
            events[n++] = (struct kpi_event){ c->reviewed_ms, (double)ms / 1000. };
    }
    all = (struct kpi_events){ events, n, store_first_review(store) };
    derive_sort_events(&all);
    ok = derive_put_quantile(store, settings, KPI_REVIEW_TURNAROUND, &all, at_ms, err);
    free(events);
    free(changes);
    return ok;
}
