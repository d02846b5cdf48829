/* check_files: whether the files that the configuration names can be read, and say what they
 * should: those of key numbers, the folder of runbooks. */
#ifndef COLLECT_CHECK_FILES_H
#define COLLECT_CHECK_FILES_H

#include "config/config.h"

/* A line for each; with json those that cannot, to stderr. */
bool check_files(const struct config *config, bool json);

#endif
