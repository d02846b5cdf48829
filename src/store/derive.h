/* derive: raw records in the shape that insight takes them, and the rows that it
 * makes of them. Used by the collector within a commit (store_on_derive()) and
 * once a minute, when windows move (store_derive()). Lists are the caller's to free(). */
#ifndef STORE_DERIVE_H
#define STORE_DERIVE_H

#include "store/store.h"
#include "store/touched.h"

/* How many records these functions have read: a measure of work that does not depend
 * on the machine. */
int64_t store_gathered(const struct store *store);
/* How many commits and derivations were rolled back: what was remembered of those is not so. */
int64_t store_undone(const struct store *store);
/* The transaction in which rows are computed anew because time went on. */
bool store_derive(struct store *store, store_derive_fn *derive, void *self, int64_t now_ms,
                  struct dx_error *err);
/* What a commit left to be computed anew, in the order in which that is
 * to be done: pools are made of their days, and what failures say of the platform
 * is in the rates of pipelines. Kept in the store until it is done. */
enum dirty_kind {
    DIRTY_NONE,
    DIRTY_POOL_HOUR, /* nth: the hour */
    DIRTY_POOL_DAY,  /* nth: the day */
    DIRTY_POOL,
    DIRTY_FAILURES, /* nth: the day */
    DIRTY_PIPELINE_DAY,
    DIRTY_PIPELINE,
    DIRTY_FLAKY, /* of a pipeline whose rates are as they should be */
    DIRTY_TOTALS,
    DIRTY_FLAKY_DAYS, /* of a pipeline */
    DIRTY_KPI_DAY,    /* nth: the day */
    DIRTY_TICKET,     /* what it names, its business times */
};
struct dirty {
    enum dirty_kind kind;
    int64_t id, nth;
};
bool store_put_dirty(struct store *store, const struct touched *touched, struct dx_error *err);
bool store_is_dirty(struct store *store, bool *dirty, struct dx_error *err);
bool store_has_dirty(struct store *store, const struct dirty *key, bool *has, struct dx_error *err);
/* Within store_derive(): the first key behind *key, which is none any more. There is
 * none behind it: *key is what all others are behind. */
bool store_take_dirty(struct store *store, struct dirty *key, bool *there, struct dx_error *err);

/* Tickets in whose texts this FTS5 expression finds something, if they are open; NULL:
 * all open ones. */
bool store_put_dirty_tickets(struct store *store, const char *expression, struct dx_error *err);

/* All pools and pipelines there are, as if all had been touched. */
bool store_all_keys(struct store *store, struct touched *all, struct dx_error *err);
/* The moment of the derived rows, kept in the store. */
bool store_put_derived_at(struct store *store, int64_t at_ms, struct dx_error *err);
int64_t store_derived_at(struct store *store); /* 0: never */
/* All runs and jobs are there that ended from then on; of what is before, some or all may
 * be gone: what was made of it stays as it is. 0: none are gone. Of all sources, or of one. */
bool store_raw_from(struct store *store, int64_t *ms, struct dx_error *err);
bool store_raw_of_pool(struct store *store, int64_t pool, int64_t *ms, struct dx_error *err);
bool store_raw_of_pipeline(struct store *store, int64_t pipeline, int64_t *ms,
                           struct dx_error *err);
/* When the first run of its source that is known ended; 0: none did. */
bool store_first_of_pipeline(struct store *store, int64_t pipeline, int64_t *ms,
                             struct dx_error *err);
bool store_first_of_pool(struct store *store, int64_t pool, int64_t *ms, struct dx_error *err);
/* What they count as success, for those who read them. */
bool store_put_policy(struct store *store, const char *policy, struct dx_error *err);

/* ---- pools ---- */

struct stored_wait {
    int64_t started_ms, queued_ms;
};
/* The known waits of a pool's jobs that started in (from, to], by start. */
bool store_waits(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                 struct stored_wait **out, size_t *count, struct dx_error *err);

struct pool_counts { /* of (from, to] */
    int64_t skewed;  /* negative spans that were clamped */
    int64_t never;   /* failed and never had a runner */
    double *gate_ms; /* what its runs waited at gates, ascending */
    int64_t gates;
};
bool store_pool_counts(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                       struct pool_counts *counts, struct dx_error *err);
struct pool_flow { /* in (from, to]; to is the present: what came and waits still counts too */
    int64_t arrived, started;
};
bool store_pool_flow(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                     struct pool_flow *flow, struct dx_error *err);

/* When the first job of the pool started, came and waits, or ended without a runner, after that
 * moment; INT64_MAX: none did. */
bool store_next_of_pool(struct store *store, int64_t pool, int64_t after_ms, int64_t *ms,
                        struct dx_error *err);
/* The same of those that came and wait, and ended without a runner, in (from, to]. */
struct pool_firsts {
    int64_t came_ms, never_ms;
};
bool store_firsts_of_pool(struct store *store, int64_t pool, int64_t from_ms, int64_t to_ms,
                          struct pool_firsts *firsts, struct dx_error *err);

struct pool_row {
    int64_t pool, window_ms, n;
    double p50, p90, p95, p99, before, gate_p50, per_hour_in, per_hour_out;
    bool approx;
    int64_t n_before, skewed, gate_n, never;
};
bool store_put_pool(struct store *store, const struct pool_row *row, struct dx_error *err);

struct pool_hour {
    int64_t pool, hour, n;
    double p50, p95;
};
/* Replaces what was there; n 0: nothing is left of it. */
bool store_put_pool_hour(struct store *store, const struct pool_hour *hour, struct dx_error *err);
struct pool_bucket {
    int64_t bucket, count;
};
/* The histogram of a day, in place of what was there. */
bool store_put_pool_day(struct store *store, const struct part *day,
                        const struct pool_bucket *buckets, size_t count, struct dx_error *err);
/* The histogram of whole days [from, to), by bucket. */
bool store_buckets(struct store *store, int64_t pool, int64_t from_day, int64_t to_day,
                   struct pool_bucket **out, size_t *count, struct dx_error *err);
/* How many jobs of the pool started in whole hours [from, to). */
bool store_hours_n(struct store *store, int64_t pool, int64_t from_hour, int64_t to_hour,
                   int64_t *count, struct dx_error *err);

/* ---- pipelines ---- */

struct ended_run {
    int64_t id, finished_ms, duration_ms; /* -1: unknown */
    enum dx_result result;
    enum dx_cause cause;
    int64_t attempt, later_ms; /* when a later attempt took its place; 0: never */
    bool protected_branch;
};
/* Done runs of a pipeline that ended in (from, to], by end. */
bool store_runs(struct store *store, int64_t pipeline, int64_t from_ms, int64_t to_ms,
                struct ended_run **out, size_t *count, struct dx_error *err);

/* When the first run of the pipeline ended after that moment; INT64_MAX: none did. */
bool store_next_end(struct store *store, int64_t pipeline, int64_t after_ms, int64_t *ms,
                    struct dx_error *err);

struct stored_try { /* a job's attempt */
    int64_t id;
    int64_t name, sha; /* sha: numbered within the pipeline; 0: unknown */
    int64_t at_ms, duration_ms, queued_ms, attempt;
    enum dx_result result;
    enum dx_cause cause;
    bool started, protected_branch;
};
/* Successes and failures of a pipeline's jobs that ended in (from, to], by name,
 * then end. */
bool store_tries(struct store *store, int64_t pipeline, int64_t from_ms, int64_t to_ms,
                 struct stored_try **out, size_t *count, struct dx_error *err);

enum store_part { PART_ALL, PART_PROTECTED, PART_OTHER, PARTS };

struct pipeline_row {
    int64_t pipeline, window_ms; /* pipeline 0: all together */
    int64_t n, ok, platform, unknown, first_n, first_ok, left_out, duration_n, n_before;
    double low, high, p50, p90, before;
    int64_t was_n, was_ok; /* n and ok of the window before */
    const char *last;      /* enum dx_mark a run, oldest first */
    enum store_part part;
    int slower;
    bool worse; /* than the window before: the rate, by a test */
};
bool store_put_pipeline(struct store *store, const struct pipeline_row *row, struct dx_error *err);
/* The address of the last run that ended by then; none leaves what there is. */
bool store_put_pipeline_last(struct store *store, int64_t pipeline, int64_t at_ms,
                             struct dx_error *err);
/* The sums of all pipelines of known sources, into rows of which window and part are given;
 * their intervals are for the caller to fill in. */
bool store_totals(struct store *store, struct pipeline_row *rows, size_t count,
                  struct dx_error *err);

struct pipeline_day {
    int64_t pipeline, day, n, ok;
    double p50, p90;
};
bool store_put_pipeline_day(struct store *store, const struct pipeline_day *day,
                            struct dx_error *err);

enum { FLAKY_TREND = 80 };
struct flaky_row {
    int64_t name;
    int state; /* enum dx_flaky_state */
    int64_t n, failed, pairs, lost_ms, first_ms, last_ms;
    double rate, low, high, before;
    char trend[FLAKY_TREND]; /* "0 12 -": the rate of each day per mille, -: not known */
};
/* All flaky jobs of a pipeline: what is not among them is flaky no more. */
bool store_put_flaky(struct store *store, int64_t pipeline, const struct flaky_row *rows,
                     size_t count, struct dx_error *err);
/* All jobs of a pipeline that failed lately, by their names. */
bool store_put_failed(struct store *store, int64_t pipeline, const int64_t *names, size_t count,
                      struct dx_error *err);

/* ---- what tickets name ---- */

struct stored_name {
    enum dx_ref kind;
    int64_t id, nth; /* as in ticket_ref; a project is its text's number */
    char project[200], name[200], pipeline[200];
};
/* All pools, pipelines, projects and flaky jobs there are. */
bool store_names(struct store *store, struct stored_name **out, size_t *count,
                 struct dx_error *err);
/* Those of them that were not there the last time; *gone: some flaky jobs are not
 * any more, and nothing is tied to them now. */
bool store_new_names(struct store *store, struct stored_name **out, size_t *count, bool *gone,
                     struct dx_error *err);
/* Its title and the beginning of its text, cut to fit; *there: there is such a ticket. */
bool store_ticket_text(struct store *store, int64_t ticket, char *out, size_t cap, bool *there,
                       struct dx_error *err);
struct ticket_ref {
    enum dx_ref kind;
    int64_t id, nth;
};
/* All that it names; what is as it was is not written. */
bool store_put_refs(struct store *store, int64_t ticket, const struct ticket_ref *refs,
                    size_t count, struct dx_error *err);

/* ---- failures ---- */

struct stored_failure {
    int64_t at_ms, project, pool, job, source; /* ids; 0: none */
    enum dx_cause cause;
    char category[32]; /* "": the source's own words */
    char evidence[160], pool_name[80], source_name[64];
    bool ambiguous;
    bool blamed; /* by store_blame_platform() */
};
/* Jobs that the platform failed, or may have, that ended in (from, to], by end. */
bool store_failures(struct store *store, int64_t from_ms, int64_t to_ms,
                    struct stored_failure **out, size_t *count, struct dx_error *err);

/* An ambiguous failure turned out to be the platform's. */
bool store_blame_platform(struct store *store, int64_t job, struct dx_error *err);
/* And that is not so any more, unless an incident that began by from_ms holds it. */
bool store_blame_nobody(struct store *store, int64_t job, int64_t from_ms, struct dx_error *err);

struct stored_incident {
    char key[120], labels[400], summary[600];
    int64_t from_ms, raised_ms, to_ms, cleared_ms; /* cleared 0: it holds */
};
/* When the first of those began that were under way at the moment; 0: none was. */
bool store_incident_since(struct store *store, int64_t at_ms, int64_t *since_ms,
                          struct dx_error *err);
/* Those end there. */
bool store_cut_incidents(struct store *store, int64_t at_ms, struct dx_error *err);
/* All incidents that began in (from, to]: alerts of the source "dxtop". Of what began later some
 * may be there, too. */
bool store_put_incidents(struct store *store, int64_t from_ms, int64_t to_ms,
                         const struct stored_incident *list, size_t count, struct dx_error *err);

#endif
