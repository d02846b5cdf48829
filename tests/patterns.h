/* patterns: the shipped catalogue, for tests. */
#ifndef TESTS_PATTERNS_H
#define TESTS_PATTERNS_H

#include "insight/catalogue.h"

char *patterns_text(void);                  /* the file; yours to free */
struct catalogue *patterns_catalogue(void); /* dies where it has a complaint */

#endif
