/* check_notices: whether notices could be given: nothing is run and nothing is posted. */
#ifndef COLLECT_CHECK_NOTICES_H
#define COLLECT_CHECK_NOTICES_H

#include "config/config.h"

/* A line for each; with json those that could not, to stderr. */
bool check_notices(const struct config *config, bool json);

#endif
