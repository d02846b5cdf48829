/* hours: the desk's business hours, Monday to Friday 09:00 to 17:00 in Berlin. The
 * rule of the European Union is written out here, so that what the platform says of
 * business time depends on nobody's time zone data. */
#ifndef SIM_HOURS_H
#define SIM_HOURS_H

#include <dxtop/record.h>

int64_t hours_offset_ms(int64_t at_ms); /* so far is Berlin's clock ahead of UTC then */
bool hours_open(int64_t at_ms);
/* How much of from .. to lies within the hours; 0 when to is not behind from. */
int64_t hours_between(int64_t from_ms, int64_t to_ms);
/* When so many milliseconds of them have gone by since from. */
int64_t hours_after(int64_t from_ms, int64_t length_ms);

#endif
