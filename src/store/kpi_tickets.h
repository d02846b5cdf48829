/* kpi_tickets: tickets in the shape that key numbers are made of, and what is made of
 * them; for the collector, as kpi.h. */
#ifndef STORE_KPI_TICKETS_H
#define STORE_KPI_TICKETS_H

#include "store/kpi.h"

/* ---- one ticket: its business time ---- */

struct ticket_times {
    int64_t created_ms, first_ms, resolved_ms; /* 0: not known */
    struct ticket_pause_row {
        int64_t from_ms, to_ms; /* to 0: it goes on */
    } * pauses;                 /* the caller's to free() */
    size_t pause_count;
};
/* false: *err; a ticket that is not there has no times. */
bool store_ticket_times(struct store *store, int64_t ticket, struct ticket_times *out,
                        struct dx_error *err);
/* -1: unknown. */
bool store_put_business(struct store *store, int64_t ticket, int64_t first_ms, int64_t resolved_ms,
                        struct dx_error *err);
/* The calendar that business times are of: with another one those of all tickets are
 * dirty. */
bool store_put_calendar(struct store *store, const char *fingerprint, struct dx_error *err);

/* The same of the pipelines whose durations count, and the points of days. */
bool store_put_critical(struct store *store, const char *fingerprint, struct dx_error *err);

/* ---- all of them ---- */

struct kpi_answered { /* when it was answered first */
    int64_t at_ms, business_ms, category, priority;
};
struct kpi_ended {
    int64_t at_ms, created_ms, resolved_ms, business_ms, category, priority;
    bool incident; /* its type says so */
};
struct kpi_created { /* by category, then time */
    int64_t at_ms, category, priority;
};
struct kpi_open {
    int64_t created_ms, category, priority;
    enum dx_risk risk;
};
struct kpi_gone { /* that their servers have no more: neither done nor open since then */
    int64_t created_ms, gone_ms;
};
struct kpi_tickets { /* business -1: unknown; category and priority 0: none */
    struct kpi_answered *answered;
    struct kpi_ended *ended;
    struct kpi_created *created;
    struct kpi_open *open;
    struct kpi_gone *gone;
    size_t answered_count, ended_count, created_count, open_count, gone_count;
    bool any; /* there is a ticket, of whatever age */
};
/* What was created in (from, to], what ended or went away in the last two thirds of it and was
 * answered in the last third, and what is open then. What went away is among no others. */
bool store_kpi_tickets(struct store *store, const struct kpi_range *range, struct kpi_tickets *out,
                       struct dx_error *err);
void kpi_tickets_done(struct kpi_tickets *tickets);

enum ticket_group_kind { GROUP_CATEGORY = 1, GROUP_PRIORITY };
struct ticket_group {
    int64_t id, open, due, breached, opened, closed, answered, resolved, restored;
    double first_p50, first_p90, resolution_p50, before, restore_p50, repeats; /* NaN: unknown */
};
/* All groups of a kind: what is not among them is there no more. */
bool store_put_ticket_groups(struct store *store, enum ticket_group_kind kind,
                             const struct ticket_group *groups, size_t count, struct dx_error *err);

struct ticket_day {
    int64_t day, opened, closed, backlog;
};
/* Those before the first of them are dropped. */
bool store_put_ticket_days(struct store *store, const struct ticket_day *days, size_t count,
                           struct dx_error *err);

#endif
