/* kpi: key numbers of sets of records, and whether they are as they should be. Pure. */
#ifndef INSIGHT_KPI_H
#define INSIGHT_KPI_H

#include <stddef.h>

#include "model/kpi.h"

struct kpi_value {
    double value, low, high; /* low and high: a range, NaN where there is none */
    int64_t n;
};
#define KPI_NOTHING ((struct kpi_value){ (double)NAN, (double)NAN, (double)NAN, 0 })

/* Of less than about->few nobody can say; nor where only one end of the range is past the
 * goal. */
enum dx_kpi_state kpi_judge(const struct kpi_about *about, const struct kpi_target *target,
                            const struct kpi_value *value);

/* One event with a number: a wait that ended, a ticket that was answered. */
struct kpi_event {
    int64_t at_ms;
    double value;
};
/* The quantile of those in (from, to]; n is how many there are. */
struct kpi_value kpi_quantile(const struct kpi_event *events, size_t count, int64_t from_ms,
                              int64_t to_ms, double p);

/* Something that began and, by now, may have ended. */
struct kpi_span {
    int64_t began_ms, ended_ms; /* ended 0: not yet */
};
/* How many were under way then. */
int64_t kpi_open_at(const struct kpi_span *spans, size_t count, int64_t at_ms);

/* Tickets by category, then time: the share of those created in (from, to] whose category
 * had one at most 30 days before. Those without a category (0) are not counted. */
struct kpi_ticket {
    int64_t category, created_ms;
};
struct kpi_value kpi_repeats(const struct kpi_ticket *tickets, size_t count, int64_t from_ms,
                             int64_t to_ms);
#define KPI_REPEAT_MS (INT64_C(30) * 86400000)

#endif
