/* floor: what SQLite takes at least: the rows that a store has, inserted into equal
 * tables of a file of their own, and no more. */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

double floor_cpu_s(void); /* of this process so far */
/* Of the texts, runs, jobs and steps of the store `from`, which is closed, in the new
 * file at path. */
double floor_insert_s(const char *from, const char *path);

#endif
