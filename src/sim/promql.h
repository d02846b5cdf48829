/* promql: the part of PromQL that the simulated Prometheus understands: selectors
 * with matchers and offset; sum, avg, min, max, count, topk with by or without;
 * rate and increase; histogram_quantile, vector, time; + - * / and comparisons as
 * filters, between numbers and vectors with equal labels; numbers and strings.
 * What it does not understand it refuses, and what the real one refuses it
 * refuses in the same words. */
#ifndef SIM_PROMQL_H
#define SIM_PROMQL_H

#include "core/mem.h"
#include "sim/metrics.h"

enum promql_type { PROMQL_SCALAR, PROMQL_VECTOR, PROMQL_RANGE, PROMQL_STRING };

struct promql_error {
    bool execution; /* else the query itself is bad */
    char text[600];
};

struct promql; /* a query that was understood */

/* NULL: *error says why. */
struct promql *promql_new(const char *text, struct promql_error *error);
void promql_free(struct promql *query); /* also NULL */
enum promql_type promql_type_of(const struct promql *query);
const char *promql_type_name(enum promql_type type);  /* "instant vector" */
int64_t promql_window_ms(const struct promql *query); /* of type range: how far back it reaches */
bool promql_is_selector(const struct promql *query);  /* fit for match[] */

struct promql_result {
    enum promql_type type;
    struct element *elements; /* of a vector; of a range: its samples at this instant */
    size_t count;
    double scalar;
    const char *text;
};

/* The value at at_ms; lives in the arena, and no longer than the query. */
bool promql_eval(const struct promql *query, const struct world *world, int64_t at_ms,
                 struct arena *arena, struct promql_result *result, struct promql_error *error);

#endif
