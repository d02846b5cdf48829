/* prometheus: what the files of this source share. */
#ifndef SOURCE_PROMETHEUS_H
#define SOURCE_PROMETHEUS_H

#include "source/plan.h"
#include "source/source.h"

struct query { /* one entry of `queries` */
    const char *name, *query;
    bool instant;
    int64_t step_ms, history_ms; /* 0: of the source */
    int unit;                    /* enum dx_unit */
};

struct prometheus {          /* its options */
    struct dx_items queries; /* of struct query */
    bool alerts, rules;
};

enum prometheus_step { STEP_RANGE, STEP_INSTANT, STEP_ALERTS, STEP_RULES, STEP_BUILD };

/* The query at this place in the options; NULL: there is none. */
const struct query *prometheus_query(const struct prometheus *p, int64_t index);

/* ---- prometheus_range.c: which times are asked for ---- */

/* Ask for the newest points of a query. index: its place in the options, the
 * request's detail. */
void range_begin(struct plan *plan, const struct query *q, int64_t index);
/* The times between which the samples of this reply have to lie. */
struct span {
    int64_t from_ms, to_ms; /* both belong to it; { 0 }: none */
};
struct span range_asked(const struct reply *reply);
/* The reply to one chunk is in the batch: move the cursors, and ask for the chunk before it where
 * history is missing. whole: the server did not say that it is a part only. */
void range_go_on(const struct query *q, const struct reply *reply, bool whole, struct plan *plan,
                 struct batch *batch);
/* The chunk was too much: ask for half of it; a piece of history that cannot be
 * halved any more is named, with these words, and left out. false: it cannot be. */
bool range_less(const struct query *q, const struct reply *reply, const char *words,
                struct plan *plan, struct batch *batch);
/* How much of the history of all queries is there: into the batch. */
void range_progress(const struct prometheus *p, const struct plan *plan, struct batch *batch);

/* ---- prometheus_points.c: the points of a range stay text ---- */

/* The body of a range in which all "values" of its series stand as [where they begin in it]: all
 * or none, so that no server can write such a place itself. false: as it is, and what is in out
 * is of no use. */
bool range_shorten(const struct reply *reply, struct buf *out);
/* The points that such values of a shortened reply stand for. */
struct points {
    const char *at, *end; /* still text */
};
struct points range_points(const struct reply *reply, const json_t *values);
struct point {
    int64_t at_ms; /* 0: it is no time */
    const char *value;
    size_t len;
};
bool range_next_point(struct points *points, struct point *out); /* false: no more */

/* ---- prometheus_alerts.c ---- */

void alerts_begin(const struct prometheus *p, struct plan *plan);
/* whole: the server did not say that something is missing. */
bool alerts_decode(const json_t *data, bool whole, struct batch *batch, struct dx_error *err);
bool rules_decode(const json_t *data, const struct reply *reply, struct batch *batch,
                  struct dx_error *err);

/* ---- prometheus_refused.c ---- */

void prometheus_refused(const void *config, const struct reply *reply, struct dx_error *err);
bool prometheus_less(const void *config, const struct reply *reply, const struct dx_error *err,
                     struct plan *plan, struct batch *batch);

#endif
