/* deriver: what is remembered from one commit or slice to the next, as the files see it that derive
 * with them. */
#ifndef DERIVE_DERIVER_H
#define DERIVE_DERIVER_H

#include "derive/derive.h"
#include "derive/dues.h"
#include "insight/mention.h"

enum { DERIVER_BEFORE_DAYS = 2 }; /* the hours of the day before lie in today and so many days */

struct deriver {
    enum success_policy policy;
    struct kpi_settings kpis;
    int64_t room, waits; /* see deriver_room() */
    struct dues pools, pipelines;
    struct touched all;     /* what the slices still go over */
    int64_t at_ms;          /* the minute that they are for */
    int64_t pool, pipeline; /* how far they came */
    int64_t day, new_day;   /* up to which past days were looked at; and with this transaction */
    int64_t from_ms;        /* the moment of what was there before; -1: not looked yet */
    struct kpi_pass kpi;    /* likewise */
    int64_t slice_ms;       /* how long a slice is */
    bool kpis_touched;      /* a commit changed what key numbers are made of */
    bool before_is_made;    /* and none that of the hours of the day before since they were made */
    int64_t kpis_due_ms;    /* boot time from which on they are made of it */
    int64_t late_ms;        /* boot time: what commits left out of pools is made then; 0: nothing */
    bool going, totals;
    bool knows_feeds;       /* what makes key numbers is what the store knows of it */
    struct dirty left;      /* what was left to be done is done up to here */
    bool was_left;          /* the last slice was of that */
    int64_t undone;         /* what is remembered here is of rows that are there, up to this one */
    struct mentions *names; /* that tickets may have in them */
};

int64_t deriver_minute(int64_t now_ms); /* numbers are of whole minutes */
/* most: waits that it may read; 0: all. The next minute makes what a commit leaves out; where
 * the clock stands, none comes. */
bool deriver_pool(struct deriver *d, struct store *store, int64_t pool, int64_t at_ms, int64_t most,
                  struct dx_error *err);
bool deriver_pipeline(struct deriver *d, struct store *store, int64_t pipeline, int64_t at_ms,
                      struct dx_error *err);
/* The first thing in a transaction. */
bool deriver_know_feeds(struct deriver *d, struct store *store, struct dx_error *err);
/* What was rolled back is remembered as done: with the next minute all begins anew. */
void deriver_forget_undone(struct deriver *d, struct store *store);
void deriver_touch_kpis(struct deriver *d); /* they are made of what changed just now */
#endif
