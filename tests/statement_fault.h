/* statement_fault: a database connection of which one statement fails, while it is prepared or
 * when it is run. Roll-backs never fail, as they do not on a machine. */
#ifndef TESTS_STATEMENT_FAULT_H
#define TESTS_STATEMENT_FAULT_H

#include <sqlite3.h>

void statement_watch(sqlite3 *db);
/* From now on the n-th (from 0) access that is asked for while statements are prepared is
 * refused, once; < 0: none. */
void statement_fail_prepare(int n);
/* The n-th text that is run fails, once, at its first step. */
void statement_fail_step(int n);
/* Whatever runs then fails, once, after n of its instructions (those where SQLite asks). */
void statement_fail_moment(int n);
const char *statement_failed(void); /* since then: what did; "": nothing */

#endif
