/* metrics: what the simulated company exports to its Prometheus. */
#ifndef SIM_METRICS_H
#define SIM_METRICS_H

#include <stddef.h>

#include "sim/world.h"

enum { LABELS_MOST = 6 };

struct label {
    const char *name, *value; /* borrowed: of tables that live for ever, or of a query */
};

/* A series with its value at one instant. */
struct element {
    struct label labels[LABELS_MOST]; /* sorted by name; __name__ among them */
    size_t label_count;
    double value;
};

const char *element_label(const struct element *element, const char *name); /* "" none */
int element_compare(const void *a, const void *b);                   /* by labels, for qsort() */
bool element_same(const struct element *a, const struct element *b); /* the same labels */
void element_drop(struct element *element, const char *label);

struct metric {
    const char *name, *type, *help; /* type as Prometheus has it: gauge, counter */
    int over;                       /* what it is exported of; known to metrics.c */
    double (*value)(const struct world *world, int row, int column, int64_t at_ms);
};
extern const struct metric metrics[]; /* ends with a name NULL */

size_t metric_series(const struct metric *metric); /* at most so many */
/* Its series at at_ms; one without a value (NaN) is left out. Returns how many. */
size_t metric_read(const struct metric *metric, const struct world *world, int64_t at_ms,
                   struct element *out);

#endif
