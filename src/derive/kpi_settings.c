/* kpi_settings: from the configuration to settings. */
#include "config.h"

#include "derive/kpi_settings.h"

#include <math.h>
#include <string.h>

static double goal_of(const struct kpi_about *about, const char *text, int64_t day_ms)
{
    double goal;

    if (!*text || strcmp(text, "none") == 0 || !kpi_parse_goal(about, text, day_ms, &goal))
        return (double)NAN;
    return goal;
}

static struct kpi_target target_of(const struct kpi_about *about, const struct kpi_goal *goal,
                                   int64_t day_ms)
{
    struct kpi_target target = { goal_of(about, goal->warn, day_ms),
                                 goal_of(about, goal->bad, day_ms) };

    if (!*goal->bad && !isnan(target.warn))
        target.bad = kpi_usual_bad(about, target.warn);
    return target;
}

void kpi_setup(struct kpi_setup *setup, const struct config *config, struct dx_error *err)
{
    int64_t day_ms = calendar_day_ms(&config->calendar);

    *setup =
        (struct kpi_setup){ .settings = { .critical = config->critical, .feeds = config->feeds } };
    if (!zone_open(&setup->zone, config->calendar.zone, err))
        (void)zone_open(&setup->zone, "UTC", &(struct dx_error){ 0 });
    setup->business = (struct business){ &config->calendar, &setup->zone };
    setup->settings.business = &setup->business;
    for (int i = 0; i < KPI_COUNT; i++)
        setup->settings.target[i] = target_of(&kpis[i], &config->goals[i], day_ms);
}

void kpi_setup_done(struct kpi_setup *setup)
{
    zone_done(&setup->zone);
    *setup = (struct kpi_setup){ .settings = { .business = NULL } };
}
