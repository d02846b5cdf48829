/* promql: the part of PromQL that the simulated Prometheus understands: metrics
 * with matchers, sum avg min max count by (...), topk, rate and increase,
 * arithmetic, comparison as a filter, numbers, strings, vector(), time(). What it
 * does not understand it refuses, as the real one does. */
#ifndef SIM_PROMQL_H
#define SIM_PROMQL_H

#include "core/mem.h"
#include "sim/world.h"

enum { LABELS_MOST = 6 };

struct label {
    const char *name, *value;
};

struct element {                      /* of an instant vector */
    struct label labels[LABELS_MOST]; /* sorted by name; __name__ among them */
    size_t label_count;
    double value;
};

enum result_type { RESULT_VECTOR, RESULT_SCALAR, RESULT_STRING };

struct result {
    enum result_type type;
    struct element *elements;
    size_t count;
    double scalar;
    const char *text;
};

/* The value of query at at_ms; everything lives in the arena. false: error has
 * the words of a bad_data answer. */
bool promql_eval(struct result *result, const struct world *world, const char *query, int64_t at_ms,
                 struct arena *arena, char error[256]);

#endif
