/* error: the value that functions which can fail fill in (struct dx_error in
 * <dxtop/record.h>). */
#ifndef CORE_ERROR_H
#define CORE_ERROR_H

#include <dxtop/record.h>

/* "configuration", "network" ...: for logs and JSON. */
const char *fault_name(enum dx_fault fault);

#endif
