/* kpi: raw records over all sources at once, and the key numbers that insight makes of
 * them; for the collector, as derive.h. Lists are the caller's to free(). */
#ifndef STORE_KPI_H
#define STORE_KPI_H

#include "store/derive.h"

/* ---- what they are made of ---- */

struct kpi_range {
    int64_t from_ms, to_ms; /* (from, to] */
};

/* The known waits of all pools' jobs that started then, in no order. */
bool store_all_waits(struct store *store, const struct kpi_range *range, struct stored_wait **out,
                     size_t *count, struct dx_error *err);
/* How many jobs started in whole hours [from, to), of all pools. */
bool store_all_hours_n(struct store *store, int64_t from_hour, int64_t to_hour, int64_t *count,
                       struct dx_error *err);
/* The histogram of whole days [from, to) of all pools, by bucket. */
bool store_all_buckets(struct store *store, int64_t from_day, int64_t to_day,
                       struct pool_bucket **out, size_t *count, struct dx_error *err);

struct kpi_run {
    int64_t pipeline;
    struct ended_run run;
};
/* Done runs of all pipelines that ended then, by pipeline, then end. */
bool store_all_runs(struct store *store, const struct kpi_range *range, struct kpi_run **out,
                    size_t *count, struct dx_error *err);

struct kpi_pipeline {
    int64_t id;
    char name[400]; /* "project/pipeline" */
};
bool store_pipeline_names(struct store *store, struct kpi_pipeline **out, size_t *count,
                          struct dx_error *err);

struct kpi_change {
    int64_t created_ms, reviewed_ms;
};
/* Pull and merge requests that were reviewed then. */
bool store_kpi_changes(struct store *store, const struct kpi_range *range, struct kpi_change **out,
                       size_t *count, struct dx_error *err);

struct kpi_flaky {
    int64_t flaky, suspect, lost_ms, runs; /* runs: that ended in the window */
};
/* What is flaky now. */
bool store_flaky_now(struct store *store, const struct kpi_range *range, struct kpi_flaky *out,
                     struct dx_error *err);

struct flaky_day {
    int64_t day, n, lost_ms;
};
/* Those of a pipeline, and none before the day that is before them. */
bool store_put_flaky_days(struct store *store, int64_t pipeline, const struct flaky_day *days,
                          size_t count, struct dx_error *err);
/* Of all pipelines together, by day. */
bool store_flaky_days(struct store *store, struct flaky_day **out, size_t *count,
                      struct dx_error *err);
/* How far back runs are known, of the source that is known the furthest; 0: none ended. A single
 * older one says nothing of what else ran then. */
int64_t store_first_run(struct store *store);
/* The same of tickets that are done, and of pull requests that somebody looked at. */
int64_t store_first_done(struct store *store);
int64_t store_first_review(struct store *store);

/* ---- what is made of them ---- */

struct kpi_row {
    const char *id, *name, *brief, *definition, *note;
    int64_t place, unit, better, reads, window_ms, before_ms, state, n, n_before;
    double warn, bad, value, low, high, previous; /* NaN: unknown */
};
bool store_put_kpi(struct store *store, const struct kpi_row *row, struct dx_error *err);
/* It is not fed any more. */
bool store_drop_kpi(struct store *store, const char *id, struct dx_error *err);

struct kpi_point {
    int64_t nth, n; /* n 0: there is none */
    double value;
};
struct kpi_points {
    const char *id;
    int64_t step_ms, keep; /* those with nth < keep are dropped */
    const struct kpi_point *point;
    size_t count, unknown; /* so many of the first are put only where there is one */
};
bool store_put_kpi_points(struct store *store, const struct kpi_points *points,
                          struct dx_error *err);

/* What feeds KPIs, as a short text; *known: of the last time, cut to fit. */
bool store_put_feeds(struct store *store, const char *feeds, struct dx_error *err);
bool store_feeds(struct store *store, char *out, size_t cap, bool *known, struct dx_error *err);
/* The points of a KPI are of another definition now; those of one come back with it. What is
 * missing since is to be made. */
bool store_swap_kpi_points(struct store *store, const char *id, const char *was, const char *is,
                           struct dx_error *err);

/* All points of a KPI of this step. */
bool store_drop_kpi_points(struct store *store, const struct kpi_points *points,
                           struct dx_error *err);
/* The daily points of a KPI behind a day, by day. */
bool store_kpi_points(struct store *store, const char *id, int64_t after_day,
                      struct kpi_point **out, size_t *count, struct dx_error *err);
/* By the day, the last value of a query's first series up to a moment, and of how many.
 * source "": any. */
struct fed {
    const char *source, *query;
    int64_t to_ms;
};
bool store_fed_days(struct store *store, const struct fed *fed, struct kpi_point **out,
                    size_t *count, struct dx_error *err);

#endif
