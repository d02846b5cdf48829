/* servicenow: what the files of the ServiceNow face share: the Table API, under /snow.
 * A row is made of cells; all values are texts. */
#ifndef SIM_SERVICENOW_H
#define SIM_SERVICENOW_H

#include "sim/exchange.h"
#include "sim/sim.h"

enum { CELLS_MOST = 40, SYS_ID = 33 };

struct glide_cell {
    const char *name; /* with a dot: of the record that it refers to; only when asked for */
    const char *value, *display;
    const char *table; /* it refers to a record of that table; NULL: it does not */
};

struct glide_row {
    struct glide_cell cells[CELLS_MOST];
    size_t count;
    bool hidden; /* access rules take it off the page that it is on */
};

struct glide_call {
    struct exchange *x;
    const struct helpdesk *desk;
    const char *base; /* "http://HOST/snow" */
};

struct glide_rows {
    struct glide_row *rows;
    size_t count, room;
};

/* servicenow_rows.c; false: there is no such table. *rows lives in the arena. */
bool glide_table(const struct glide_call *call, const char *table, struct glide_rows *rows);
struct glide_row *glide_add_row(const struct glide_call *call, struct glide_rows *rows);
void glide_cell(struct glide_row *row, const char *name, const char *value, const char *display);
/* A reference; id "": to nothing. */
void glide_reference(struct glide_row *row, const char *name, const char *table, const char *id,
                     const char *display);
/* In UTC, and as the account's zone and format have it; "" for 0. */
void glide_time(const struct glide_call *call, struct glide_row *row, const char *name, int64_t ms);
const char *glide_id(const struct glide_call *call, const char *table, int64_t number);
const char *glide_print(const struct glide_call *call, int64_t number);
/* Whether access rules hide the ticket, and all that belongs to it. */
bool glide_is_hidden(const struct ticket *ticket);
const struct glide_cell *glide_find(const struct glide_row *row, const char *name);

/* servicenow_tasks.c: rows of tickets, and what was promised for them */
void glide_add_task(const struct glide_call *call, struct glide_rows *rows, const struct ticket *t);
void glide_add_slas(const struct glide_call *call, struct glide_rows *rows, const struct ticket *t);
bool glide_is_incident(const struct ticket *ticket);
/* The value of its field `state`. */
const char *glide_state(const struct ticket *ticket, enum ticket_status status);

/* servicenow_query.c: keep the rows that an encoded query wants, in its order. What it
 * does not understand it leaves out, as the real one does. */
void glide_query(const struct glide_call *call, const char *query, struct glide_rows *rows);

#endif
