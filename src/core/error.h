/* error: the value that functions which can fail fill in (struct dx_error in
 * <dxtop/record.h>), and how a layer puts its own words before it. */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <dxtop/record.h>

/* Put "fmt: " before the text already in *err, return false. */
bool error_in(struct dx_error *err, const char *fmt, ...) DX_PRINTF(2, 3);

/* "configuration", "network" ...: for logs and JSON. */
const char *fault_name(enum dx_fault fault);

#endif
