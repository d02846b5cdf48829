/* kpi: key numbers of sets of records. */
#include "config.h"

#include "insight/kpi.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "insight/quantile.h"

static bool is_past(const struct kpi_about *about, double value, double limit)
{
    if (isnan(value) || isnan(limit))
        return false;
    return about->better == KPI_MORE ? value < limit : value > limit;
}

enum dx_kpi_state kpi_judge(const struct kpi_about *about, const struct kpi_target *target,
                            const struct kpi_value *value)
{
    double worst = about->better == KPI_MORE ? value->low : value->high;

    if (isnan(value->value))
        return DX_KPI_NOTHING;
    if (isnan(target->warn) && isnan(target->bad))
        return DX_KPI_PLAIN;
    if (value->n < about->few)
        return DX_KPI_FEW;
    if (is_past(about, value->value, target->bad))
        return DX_KPI_BAD;
    if (is_past(about, value->value, target->warn))
        return DX_KPI_WARN;
    return is_past(about, worst, target->warn) || is_past(about, worst, target->bad) ? DX_KPI_FEW
                                                                                     : DX_KPI_GOOD;
}

struct kpi_value kpi_quantile(const struct kpi_event *events, size_t count, int64_t from_ms,
                              int64_t to_ms, double p)
{
    double *values = mem_new(count + 1, sizeof(*values));
    struct kpi_value out = KPI_NOTHING;
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (events[i].at_ms > from_ms && events[i].at_ms <= to_ms)
            values[n++] = events[i].value;
    out.value = quantile_of(values, n, p);
    out.n = (int64_t)n;
    free(values);
    return out;
}

int64_t kpi_open_at(const struct kpi_span *spans, size_t count, int64_t at_ms)
{
    int64_t open = 0;

    for (size_t i = 0; i < count; i++)
        open += spans[i].began_ms <= at_ms && (spans[i].ended_ms == 0 || spans[i].ended_ms > at_ms);
    return open;
}

struct kpi_value kpi_repeats(const struct kpi_ticket *tickets, size_t count, int64_t from_ms,
                             int64_t to_ms)
{
    struct kpi_value out = KPI_NOTHING;
    int64_t repeats = 0;

    for (size_t i = 0; i < count; i++) {
        const struct kpi_ticket *t = &tickets[i], *last = i > 0 ? t - 1 : NULL;

        if (t->category == 0 || t->created_ms <= from_ms || t->created_ms > to_ms)
            continue;
        out.n++;
        repeats += last && last->category == t->category &&
                   t->created_ms - last->created_ms <= KPI_REPEAT_MS;
    }
    if (out.n > 0)
        out.value = (double)repeats / (double)out.n;
    return out;
}
