/* prometheus: what the files of the Prometheus face share. */
#ifndef SIM_PROMETHEUS_H
#define SIM_PROMETHEUS_H

#include "sim/exchange.h"
#include "sim/promql.h"
#include "sim/sim.h"

void prometheus_data(struct exchange *x, json_t *data); /* takes data */
/* The same with the warning that limit= cut it, where it did. */
void prometheus_limited(struct exchange *x, json_t *data, bool cut);
void prometheus_error(struct exchange *x, int status, const char *type, const char *fmt, ...)
    DX_PRINTF(4, 5);
/* limit=; SIZE_MAX: none. */
bool prometheus_limit(struct exchange *x, size_t *limit);

json_t *prometheus_labels(const struct element *element);

/* prometheus_series.c */
void prometheus_label_names(struct exchange *x);
void prometheus_label_values(struct exchange *x);
void prometheus_series(struct exchange *x);
void prometheus_metadata(struct exchange *x);

/* prometheus_rules.c */
void prometheus_alerts(struct exchange *x);
void prometheus_rules(struct exchange *x);

#endif
