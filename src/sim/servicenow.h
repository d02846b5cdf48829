/* servicenow: what the files of the ServiceNow face share: the Table API, under /snow.
 * A row is made of cells; all values are texts. */
#ifndef SIM_SERVICENOW_H
#define SIM_SERVICENOW_H

#include "sim/exchange.h"
#include "sim/sim.h"

enum { CELLS_MOST = 40, SYS_ID = 33 };

struct snow_cell {
    const char *name; /* with a dot: of the record that it refers to; only when asked for */
    const char *value, *display;
    const char *table; /* it refers to a record of that table; NULL: it does not */
};

struct snow_row {
    struct snow_cell cells[CELLS_MOST];
    size_t count;
    bool hidden; /* access rules take it off the page that it is on */
};

struct snow_call {
    struct exchange *x;
    const struct helpdesk *desk;
    const char *base; /* "http://HOST/snow" */
};

struct snow_rows {
    struct snow_row *rows;
    size_t count, room;
};

/* servicenow_rows.c; false: there is no such table. *rows lives in the arena. */
bool snow_table(const struct snow_call *call, const char *table, struct snow_rows *rows);
struct snow_row *snow_add_row(const struct snow_call *call, struct snow_rows *rows);
void snow_cell(struct snow_row *row, const char *name, const char *value, const char *display);
/* A reference; id "": to nothing. */
void snow_reference(struct snow_row *row, const char *name, const char *table, const char *id,
                    const char *display);
/* In UTC, and as the account's zone and format have it; "" for 0. */
void snow_time(const struct snow_call *call, struct snow_row *row, const char *name, int64_t ms);
const char *snow_id(const struct snow_call *call, const char *table, int64_t number);
const char *snow_print(const struct snow_call *call, int64_t number);
/* Whether access rules hide the ticket, and all that belongs to it. */
bool snow_is_hidden(const struct ticket *ticket);
const struct snow_cell *snow_find(const struct snow_row *row, const char *name);

/* servicenow_tasks.c: rows of tickets, and what was promised for them */
void snow_add_task(const struct snow_call *call, struct snow_rows *rows, const struct ticket *t);
void snow_add_slas(const struct snow_call *call, struct snow_rows *rows, const struct ticket *t);
bool snow_is_incident(const struct ticket *ticket);

/* servicenow_query.c: keep the rows that an encoded query wants, in its order. What it
 * does not understand it leaves out, as the real one does. */
void snow_query(const struct snow_call *call, const char *query, struct snow_rows *rows);

#endif
