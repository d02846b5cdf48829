/* servicenow: what the files of this source share.
 *
 * Three walks go through each table, a page at a time: what changed since the last poll
 * (the oldest change first), all active tickets, and the finished ones of the history
 * (both the latest change first). Each has a cursor, the change that it has come to, and
 * begins there again in the next poll. A page begins at the change that the page before
 * ended with, and not at a count of rows: so tickets that move while a walk is under way
 * shift no other out of sight. Only where a page shows no change that is further on, its
 * rows hidden by access rules or changed in the same second, the next one is counted off,
 * by what was asked for and never by what came.
 *
 * The server passes over a part of a query that it does not understand; so each row is
 * held against what was asked.
 *
 * What a ticket's row does not say is asked for fifty tickets at a time: comments (the
 * first response), SLAs, and the changes of the state (pauses); the store knows which
 * tickets lack which.
 *
 * Cursors: of a table (and of the groups, by their hash) n: the latest change that is
 * here, o: how far the active ones are listed (see ticket_open.h), f: how far the history is, x:
 * when it was refused. Of the source, refused:TABLE, slas and there: when all open ones
 * were asked about; tables: which those were, by their hash. */
#ifndef SOURCE_SERVICENOW_H
#define SOURCE_SERVICENOW_H

#include "source/plan.h"
#include "source/source.h"

struct servicenow { /* its options; lists of const char *, the map of struct dx_pair */
    struct dx_items tables, groups, states, bots;
    const char *category;
    bool slas, responses, pauses;
};

enum servicenow_step {
    SNOW_NEWS, /* the walks; detail: the change that the query begins at */
    SNOW_OPEN,
    SNOW_FILL,
    SNOW_THERE, /* are these still there? detail_text: snow_item lines, here and below */
    SNOW_JOURNAL,
    SNOW_SLAS,
    SNOW_AUDIT,
    SNOW_WHO, /* of the check */
    SNOW_ROLES,
    SNOW_BUILD,
    SNOW_STEPS
};

/* One reply being read (reply and batch NULL: a poll begins), and where it goes. */
struct snow_poll {
    const struct servicenow *config;
    struct plan *plan;
    struct batch *batch;
    const struct reply *reply;
};

const struct dx_items *snow_tables(const struct servicenow *config); /* that are polled */

/* ---- servicenow_walk.c ---- */

void snow_denied(const void *config, struct plan *plan, struct batch *batch, struct denied *out);
void snow_walks_begin(const struct snow_poll *p);
bool snow_decode_walk(const struct snow_poll *p, struct dx_error *err);
bool snow_walk_less(const struct snow_poll *p); /* smaller pages, at last without a row */

/* ---- servicenow_query.c: what is asked, and whether the answer is about it ---- */

struct snow_window {
    const char *table;
    enum servicenow_step walk;
    int64_t at_ms; /* the change that it begins at; 0: of OPEN and FILL, the latest */
};
/* The encoded query, in the plan's arena. */
const char *snow_query(const struct snow_poll *p, const struct snow_window *window);
/* NULL: the row is what was asked for; else the part of the query that it does not fit. */
const char *snow_misfit(const struct snow_poll *p, const struct snow_window *window,
                        const json_t *row);
int64_t snow_history_ms(const struct snow_poll *p); /* where the history begins */
const char *snow_groups(const struct snow_poll *p); /* "^assignment_group.nameIN..."; "" */
bool snow_in_groups(const struct snow_poll *p, const json_t *row);

/* ---- servicenow_words.c: cells of a row, and what states mean ---- */

/* With sysparm_display_value=all a cell is {value, display_value}: the value is the same
 * in every language, and in UTC. */
const char *snow_value(struct batch *batch, const json_t *row, const char *name);
const char *snow_label(struct batch *batch, const json_t *row, const char *name);
bool snow_is(const json_t *row, const char *name, const char *value);
int64_t snow_time(const json_t *row, const char *name);
/* A length of time is a date, so long after 1970 began. -1: it is not said. */
int64_t snow_span(const json_t *row, const char *name);

struct snow_state {
    enum dx_ticket_state state;
    bool hold, known; /* it waits for somebody outside */
};
struct snow_state snow_state(const struct servicenow *config, const char *table, const char *value,
                             const char *label);
bool snow_check_states(const struct servicenow *config, struct dx_error *err);

/* ---- servicenow_ticket.c ---- */

struct snow_item {               /* a ticket that something is asked about */
    const char *key, *id, *user; /* user: the login of its caller */
    const char *table;           /* of what the store knows; NULL elsewhere */
};
/* The fields of a ticket, as ?sysparm_fields= has them; in the plan's arena. */
const char *snow_fields(const struct snow_poll *p);
/* The ticket of this row, in the batch. false: it has no number. */
bool snow_take(const struct snow_poll *p, const char *table, const json_t *row,
               struct snow_item *item);

/* ---- servicenow_parts.c: what rows of tickets do not say ---- */

enum { SNOW_ITEMS = 50 };       /* in one request: an id takes 35 bytes of its URL */
enum { SNOW_ROWS_MOST = 1000 }; /* of one answer about them */
void snow_parts_begin(const struct snow_poll *p);
/* All parts of these, at once. */
void snow_ask_parts(const struct snow_poll *p, const struct snow_item *items, size_t count,
                    bool fill);
/* The open ones; where there are more than most, so many each time in every_ms, in turns. */
size_t snow_known_open(const struct snow_poll *p, int64_t every_ms, struct snow_item *items,
                       size_t most);
const char *snow_ids(struct plan *plan, const struct snow_item *items, size_t count);
const char *snow_items_text(struct plan *plan, const struct snow_item *items, size_t count);
/* The tickets that the reply is about; their texts live as long as the batch. */
size_t snow_items(const struct snow_poll *p, struct snow_item items[SNOW_ITEMS]);
const struct snow_item *snow_find(const struct snow_item *items, size_t count, const char *id);
/* The rows of the reply; NULL: none, *err says why, unless it was noted or asked anew. */
const json_t *snow_part_rows(const struct snow_poll *p, struct dx_error *err);
/* A ticket of which only this part is known here. */
struct ticket *snow_part(struct batch *batch, const struct snow_item *item, unsigned part);

/* ---- servicenow_journal.c, servicenow_sla.c, servicenow_audit.c ---- */

bool snow_decode_journal(const struct snow_poll *p, struct dx_error *err);
bool snow_decode_slas(const struct snow_poll *p, struct dx_error *err);
bool snow_decode_audit(const struct snow_poll *p, struct dx_error *err);

/* ---- servicenow_there.c: are the open ones still there? ---- */

void snow_there_begin(const struct snow_poll *p);
bool snow_decode_there(const struct snow_poll *p, struct dx_error *err);
void snow_drop_tables(const struct snow_poll *p); /* what is of no table of the configuration */

/* ---- servicenow_probe.c: what `check` tells ---- */

void snow_probe(const void *config, struct plan *plan);
void snow_decode_probe(const struct snow_poll *p);
const char *snow_scopes(const void *config, struct arena *arena);

/* ---- servicenow_refused.c ---- */

void snow_refused(const void *config, const struct reply *reply, struct dx_error *err);
bool snow_is_answer(const struct reply *reply);
/* How many rows the query has, by the server's count; -1: it does not say. */
int64_t snow_total(const struct snow_poll *p);

/* ---- servicenow_cursors.c ---- */

int64_t snow_recall(const struct snow_poll *p, const char *what, const char *table);
void snow_remember(const struct snow_poll *p, const char *what, const char *table, int64_t value);
/* Was it so long ago, or never? */
bool snow_is_due(const struct snow_poll *p, const char *what, const char *table, int64_t every_ms);

#endif
