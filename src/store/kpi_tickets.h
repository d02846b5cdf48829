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

enum kpi_list { /* what happened to tickets, or how they are; one can be in several lists */
                KPI_ANSWERED,
                KPI_ENDED,
                KPI_CREATED,
                KPI_OPEN,
                KPI_GONE, /* that their servers have no more: neither done nor open since then */
                KPI_LISTS
};
struct kpi_entry {
    int64_t ticket;
    int64_t at_ms;         /* when it was answered, ended, was created, or went away */
    int64_t created_ms;    /* of those that ended, are open or gone */
    int64_t business_ms;   /* that an answer, or all of it, took; -1: unknown */
    int64_t category;      /* 0: none */
    int priority;          /* 0: none */
    bool incident, solved; /* of those that ended: its type says so; the server says when */
    unsigned char risk;    /* of open ones: enum dx_risk */
};
struct kpi_entries {
    struct kpi_entry *entry;
    size_t count, cap;
};
struct kpi_tickets {
    struct kpi_entries list[KPI_LISTS]; /* each in the order of at_ms, but for the open ones */
    bool any;                           /* there is a ticket, of whatever age */

    int64_t at_ms, span_ms; /* where reading is: */
    enum kpi_list reading;  /* KPI_LISTS: all are read */
    int64_t source, from_ms;
};

/* What was created in (at - span, at], what ended or went away in the last two thirds of it and
 * was answered in the last third, and what is open then. What went away is among no others. */
void kpi_tickets_begin(struct kpi_tickets *tickets, int64_t at_ms, int64_t span_ms);
/* The next ones, about so many, as commits may come in between: what those change is to be
 * read again. */
bool store_read_kpi_tickets(struct store *store, struct kpi_tickets *tickets, size_t most,
                            struct dx_error *err);
/* These, as they are now. */
bool store_reread_kpi_tickets(struct store *store, struct kpi_tickets *tickets,
                              const struct ids *ids, struct dx_error *err);
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
/* Those before the first of them are dropped; the first `unknown` ones are put only where there is
 * one: somebody looked on that day. */
bool store_put_ticket_days(struct store *store, const struct ticket_day *days, size_t count,
                           size_t unknown, struct dx_error *err);

#endif
