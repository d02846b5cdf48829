/* machine_fault: a machine whose memory or disk says no to SQLite, at any moment. */
#ifndef TESTS_MACHINE_FAULT_H
#define TESTS_MACHINE_FAULT_H

#include <stdbool.h>

/* One of them, before the first store is opened. */
void machine_bad_memory(void);
void machine_bad_disk(void);

/* So many more things that it is asked for go well, then one fails, or all from then on; < 0:
 * nothing fails. */
void machine_fail(long in, bool for_ever);
bool machine_failed(void); /* since then */

#endif
