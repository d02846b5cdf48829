/* aside: what is read of the store is written to a temporary file first: a pager
 * that waits must not keep the store's reader open, and with it everything that
 * the collector writes meanwhile. */
#ifndef APP_ASIDE_H
#define APP_ASIDE_H

#include <stdbool.h>
#include <stdio.h>

FILE *aside_open(void); /* NULL: stderr says why */
/* Copy all of it and close it. false: it could not be written or copied; stderr says
 * so where it is the file's fault. */
bool aside_print(FILE *aside, FILE *to);

#endif
