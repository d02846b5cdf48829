/* derive: the numbers that the screen shows, computed anew from raw records where
 * a commit changed them, and where time moved a window over them. */
#ifndef DERIVE_DERIVE_H
#define DERIVE_DERIVE_H

#include "derive/derive_kpi.h"
#include "insight/success.h"
#include "store/derive.h"

struct deriver;

struct deriver *deriver_new(enum success_policy policy);
void deriver_free(struct deriver *deriver);
/* Targets and what key numbers are made of; what it points to stays. Without it, the usual
 * targets. */
void deriver_kpis(struct deriver *deriver, const struct kpi_settings *settings);
/* Limits other than the usual ones: a store that is small, as that of a test, meets these else
 * never.
 * How many records a commit may read before it leaves the rest to slices; and of how many waits a
 * long window of a pool may be, before it leaves that to the minute: so a commit costs as much in
 * a store of many jobs as in one of few. */
void deriver_room(struct deriver *deriver, int64_t records, int64_t waits);
/* How long a slice is, and how many tickets it looks at before it looks at the time. */
void deriver_slices(struct deriver *deriver, int64_t ms, size_t tickets);

/* For store_on_derive(); self is the deriver. Where a commit touched so much that
 * to compute all of it would take long, the rest is left to slices. */
bool deriver_commit(void *self, struct store *store, const struct touched *touched, int64_t now_ms,
                    struct dx_error *err);
/* A slice of what commits left to be done, or, where time went on, of what
 * its windows moved over, in a transaction of its own. *more: call again soon;
 * false: *err is for the log. */
bool deriver_slice(struct deriver *deriver, struct store *store, int64_t now_ms, bool *more,
                   struct dx_error *err);
/* All that commits left. */
bool deriver_settle(struct deriver *deriver, struct store *store, int64_t now_ms,
                    struct dx_error *err);

/* ---- inside: a pool, a pipeline, incidents ---- */

enum { WINDOWS = 4 };
extern const int64_t derive_windows[WINDOWS]; /* ms: 1 h, 24 h, 7 d, 30 d */

/* Numbers are as of at_ms; *due_ms: when a window's edge next passes a record. most: long
 * windows that have more waits are left out, and *due_ms is at_ms then; 0: none is. */
bool derive_pool(struct store *store, int64_t pool, int64_t at_ms, int64_t most, int64_t *due_ms,
                 struct dx_error *err);
/* Of an hour, or a day, that lasts at at_ms it is what there was by then; INT64_MAX: all of it. */
bool derive_pool_hour(struct store *store, const struct part *part, int64_t at_ms,
                      struct dx_error *err);
bool derive_pool_day(struct store *store, const struct part *part, struct dx_error *err);
bool derive_pipeline(struct store *store, enum success_policy policy, int64_t pipeline,
                     int64_t at_ms, int64_t *due_ms, struct dx_error *err);
bool derive_pipeline_day(struct store *store, enum success_policy policy, const struct part *part,
                         int64_t at_ms, struct dx_error *err);
/* A run counts by its last attempt that ended by then, and first ones are counted beside it. */
void derive_count_run(struct success *s, enum success_policy policy, const struct ended_run *run,
                      int64_t at_ms);
bool derive_totals(struct store *store, struct dx_error *err);
bool derive_flaky(struct store *store, int64_t pipeline, int64_t at_ms, struct dx_error *err);
/* The same of what was left. Tries are read once: where days that are over wait, with those. */
bool derive_flaky_left(struct store *store, int64_t pipeline, int64_t at_ms, struct dx_error *err);
/* What tickets name. names: kept between calls, mentions_free() it; NULL: none yet. New
 * names leave tickets to be looked through. */
struct mentions;
bool refs_look_for_new(struct mentions **names, struct store *store, struct dx_error *err);
bool derive_refs(struct mentions **names, struct store *store, int64_t ticket,
                 struct dx_error *err);
/* Of failures in (from, to], and a day around them. */
bool derive_incidents(struct store *store, int64_t from_ms, int64_t to_ms, int64_t at_ms,
                      struct dx_error *err);

#endif
