/* touched: what a commit changed, so that only what is derived of it is computed
 * anew. Everything in it is a row's id or a time's part. */
#ifndef STORE_TOUCHED_H
#define STORE_TOUCHED_H

#include <dxtop/record.h>

/* A set of row ids: they are small and dense. { 0 } is empty. One of more than 28 bits is of a
 * damaged file, and stays out: the set would take all the memory that there is. */
struct ids {
    uint64_t *word;
    size_t words;
};
void ids_add(struct ids *ids, int64_t id); /* of a row; what can be none is left out */
bool ids_has(const struct ids *ids, int64_t id);
int64_t ids_next(const struct ids *ids, int64_t after); /* 0: no more */
void ids_done(struct ids *ids);

/* Parts of a pool's or pipeline's time: the hours or days since 1970. */
struct part {
    int64_t id, nth;
};
struct parts {
    struct part *part;
    size_t count, cap;
};
void parts_add(struct parts *parts, int64_t id, int64_t nth);
void parts_sort(struct parts *parts); /* each once */

struct touched {
    struct ids pools, pipelines, tickets;
    struct ids flaky_days; /* pipelines of which that is to be done for past days */
    struct ids flaky;      /* pipelines of which only the flaky jobs are to be looked at */
    bool totals;
    bool changes; /* pull or merge requests */
    struct parts pool_hours, pipeline_days;
    struct parts kpi_days; /* whose points of key numbers are to be made anew; id 0 */
    /* When jobs ended that failed, or whose cause is known better; 0: none did. */
    int64_t failed_from_ms, failed_to_ms;
    struct parts failed_days; /* the same by the day; id 0 */
};
void touched_done(struct touched *touched);

#endif
