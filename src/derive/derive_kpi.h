/* derive_kpi: the key numbers. They are made of all sources at once, so they are not
 * part of a commit, but computed anew a little after it, and with every minute. */
#ifndef DERIVE_DERIVE_KPI_H
#define DERIVE_DERIVE_KPI_H

#include "config/config.h"
#include "insight/business.h"
#include "insight/kpi.h"
#include "insight/success.h"
#include "store/kpi_tickets.h"

struct kpi_settings {
    enum success_policy policy;
    struct kpi_target target[KPI_COUNT];
    const struct business *business; /* NULL: business times are not known */
    struct dx_items feeds;           /* of struct kpi_feed */
    struct dx_items critical;        /* patterns of "project/pipeline"; none: all are */
    bool no_files;                   /* what a feed's file said stays as it was read last */
};

/* The parts that they are made of. */
enum kpi_part {
    KPI_PART_WAITS,
    KPI_PART_RUNS,
    KPI_PART_HOURS,
    KPI_PART_FLAKY,
    KPI_PART_TICKETS,
    KPI_PART_CHANGES,
    KPI_PART_FED,
    KPI_PARTS
};

/* Unless the configuration has another one. */
struct kpi_target derive_usual_target(const struct kpi_about *about);

/* All of them, in steps of some milliseconds, with commits between them. What those change of
 * tickets is to be said; other parts are made in one step. { 0 } with at_ms: at its beginning. */
struct kpi_pass {
    int64_t at_ms;
    enum kpi_part part; /* KPI_PARTS: it is through */
    struct ticket_pass *tickets;
    size_t rows; /* that a step looks at; 0: as usual */
    bool before; /* the hours of the day before too, which may lack something */
};
bool derive_kpis(struct store *store, const struct kpi_settings *settings, struct kpi_pass *pass,
                 struct dx_error *err);
void kpi_pass_moved(struct kpi_pass *pass, int64_t ticket);
void kpi_pass_done(struct kpi_pass *pass);

/* The business times of a ticket. */
bool derive_ticket(struct store *store, const struct kpi_settings *settings, int64_t ticket,
                   struct dx_error *err);
/* What they depend on, as a short text; the same of the pipelines that are critical. Return
 * out. */
const char *derive_critical(const struct kpi_settings *settings, char out[20]);
const char *derive_calendar(const struct business *business, char out[20]);
/* Before all else: where something else than before makes a KPI, its points are put aside for those
 * that go with that, and days that are over are to be made anew; *changed says so. */
bool derive_feeds(struct store *store, const struct kpi_settings *settings, bool *changed,
                  struct dx_error *err);
/* What the rows are for: the moment, and what counts. */
bool derive_moment(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                   struct dx_error *err);
/* derive_flaky(), and by the same reading how many of a pipeline's jobs were flaky on days that
 * are over. */
bool derive_flaky_days(struct store *store, int64_t pipeline, int64_t at_ms, struct dx_error *err);
/* The points of a day that is over. */
bool derive_kpi_day(struct store *store, const struct kpi_settings *settings, int64_t day,
                    struct dx_error *err);

/* ---- inside ---- */

/* Of the day, and of the one before, which a day is compared with. */
enum { KPI_HOURS = 25, KPI_HOURS_KEPT = 48, KPI_DAYS = 30 };

struct kpi_result {
    struct kpi_value now, before;
    uint32_t reads; /* of one that is fed: what the source yields */
    bool fed;
    const char *note; /* beside the value; NULL: none, or why there is none */
    int64_t kept_ms;  /* there is none, for what is before is forgotten; 0: not for that */
};
/* Judges it, and writes the row; of one that is fed nothing else is written. */
bool derive_put_kpi(struct store *store, const struct kpi_settings *settings, enum kpi kpi,
                    const struct kpi_result *result, struct dx_error *err);
struct kpi_events {
    struct kpi_event *event;
    size_t count;
    int64_t first_ms; /* of all that the store has; 0: none */
};
void derive_sort_events(struct kpi_events *e); /* by time, as the next one wants them */
/* The quantile over the window of the KPI, the one before, and each of the last days. */
bool derive_put_quantile(struct store *store, const struct kpi_settings *settings, enum kpi kpi,
                         const struct kpi_events *e, int64_t at_ms, struct dx_error *err);
/* Points of a step that end with the one that at_ms lies in. */
bool derive_put_points(struct store *store, const struct kpi_settings *settings,
                       const struct kpi_points *points, struct dx_error *err);

bool derive_kpi_waits(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                      struct dx_error *err);
bool derive_kpi_waits_day(struct store *store, const struct kpi_settings *settings, int64_t day,
                          struct dx_error *err);
bool derive_kpi_runs(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                     struct dx_error *err);
bool derive_kpi_runs_day(struct store *store, const struct kpi_settings *settings, int64_t day,
                         struct dx_error *err);
/* The points of the hours that derive_kpi_waits() and derive_kpi_runs() leave as they are. */
bool derive_kpi_hours_before(struct store *store, const struct kpi_settings *settings,
                             int64_t at_ms, struct dx_error *err);
/* A step of it; *more: it is not through. */
bool derive_kpi_tickets(struct store *store, const struct kpi_settings *settings,
                        struct kpi_pass *pass, bool *more, struct dx_error *err);
void ticket_pass_free(struct ticket_pass *pass); /* NULL is fine */
bool derive_kpi_changes(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                        struct dx_error *err);
bool derive_is_fed(const struct kpi_settings *settings, enum kpi kpi);
bool derive_kpi_fed(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                    struct dx_error *err);
bool derive_kpi_flaky(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                      struct dx_error *err);

#endif
