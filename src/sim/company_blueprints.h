/* company_blueprints: the pipelines that repositories have, by their kind. */
#ifndef SIM_COMPANY_BLUEPRINTS_H
#define SIM_COMPANY_BLUEPRINTS_H

#include "sim/company.h"

enum { KIND_PIPELINES = 3 };

/* The pipelines of the kind of repository that chance (0 to 1) picks; NULL behind
 * the last when there are fewer than KIND_PIPELINES. */
const struct company_blueprint *const *company_prints_of(double chance);

#endif
