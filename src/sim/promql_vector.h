/* promql_vector: what can be done to instant vectors. All of it happens in the
 * memory of the vector given; false: *error. */
#ifndef SIM_PROMQL_VECTOR_H
#define SIM_PROMQL_VECTOR_H

#include "sim/promql_node.h"

bool vector_unique(const struct promql_result *vector, struct promql_error *error);
void vector_aggregate(struct promql_result *vector, const struct node *node);
void vector_top(struct promql_result *vector, const struct node *node, double k);
void vector_histogram_quantile(struct promql_result *vector, double q);

double binary_apply(enum binary op, double a, double b);
/* swapped: the scalar stands on the left. */
void vector_with_scalar(struct promql_result *vector, enum binary op, double scalar, bool swapped);
bool vector_with_vector(struct promql_result *left, enum binary op,
                        const struct promql_result *right, struct promql_error *error);

#endif
