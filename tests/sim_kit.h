/* sim_kit: the faces of the simulated company without sockets, for their tests. */
#ifndef SIM_KIT_H
#define SIM_KIT_H

#include <criterion/criterion.h>

#include <jansson.h>

#include "sim/exchange.h"
#include "sim/sim.h"

extern struct sim sim;      /* of 30 repositories and six days of history */
extern struct exchange got; /* the last answer */
extern int64_t now;
extern const int64_t T; /* 2026-11-24T14:32:07Z, a Tuesday: `now` at the start */

void sim_start(uint64_t seed);
void sim_stop(void);
/* A path with its query, both escaped as in a URL; or a URL that an answer had in it. */
void sim_get(const char *url);
json_t *sim_json(const char *url); /* of a 200; yours */
json_t *sim_body(void);            /* the same of the last answer */
/* That of the next page of the last answer; "" behind the last page. */
const char *sim_next_page(void);
extern const char *sim_tag; /* what is asked for `If-None-Match`; "": nothing */
/* The same by POST, with JSON; NULL: with nothing. */
void sim_post(const char *url, const char *content);
/* A header of the last answer; "": it has none. */
const char *sim_header(const char *name);
/* A text as a value in a query; the same place each time. */
const char *sim_escape(const char *text);

/* What really happened: a line for each "run", "job", "ticket" ...; yours to free. */
char *sim_truth(const char *kind);
/* NULL: there is none. As it is checked under ASan, strchr() reads all of the text each time. */
const char *next_line(const char *text);
/* The next line about Jenkins, taken off; yours. NULL: there are no more. */
json_t *sim_next_truth(const char **line);
/* The same of any system. */
json_t *sim_next_of(const char **line, const char *system);

const char *text_of(const json_t *json, const char *name); /* "" */
int64_t int_of(const json_t *json, const char *name);

#endif
