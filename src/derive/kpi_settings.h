/* kpi_settings: what the configuration says of key numbers, as they are counted by it. */
#ifndef DERIVE_KPI_SETTINGS_H
#define DERIVE_KPI_SETTINGS_H

#include "derive/derive_kpi.h"

struct kpi_setup { /* what the settings point to */
    struct zone zone;
    struct business business;
    struct kpi_settings settings;
};

/* config has to stay. A zone that cannot be had is UTC, with *err. */
void kpi_setup(struct kpi_setup *setup, const struct config *config, struct dx_error *err);
void kpi_setup_done(struct kpi_setup *setup);

#endif
