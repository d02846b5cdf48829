/* number: numbers and instants as Prometheus and Alertmanager write them. */
#ifndef SIM_NUMBER_H
#define SIM_NUMBER_H

#include <dxtop/record.h>

enum { NUMBER_TEXT = 400 }; /* 1e-300 in plain digits */

/* The fewest digits that say it exactly, never with an exponent; NaN, +Inf, -Inf. */
const char *number_plain(char out[NUMBER_TEXT], double value);
/* The same with an exponent: 1e+00, 2.5e-01. */
const char *number_exponent(char out[NUMBER_TEXT], double value);
/* RFC 3339 with milliseconds always, as Alertmanager. */
enum { INSTANT_TEXT = 40 };
const char *number_instant(char out[INSTANT_TEXT], int64_t ms);

#endif
