/* plan: the requests that a poll still has to send, in order. */
#ifndef SOURCE_PLAN_H
#define SOURCE_PLAN_H

#include <dxtop/record.h>

#include "core/mem.h"

struct cursors; /* source/source.h */
struct known;
struct known_ticket;
struct lacking;
struct open_run;

enum plan_flags {
    PLAN_CONDITIONAL = 1, /* send If-None-Match; a 304 brings nothing new */
    /* Its failure is noted and does not fail the poll, unless all that was asked
     * for failed, or the server cannot be reached at all. */
    PLAN_OPTIONAL = 4,
    PLAN_TEXT = 8, /* the body is plain text, not JSON; only its end is kept where it is long */
    /* decode() takes any status but 401, 429, 5xx and what net calls a limit: a 403
     * is one repository or list that the token may not see, not the whole source. */
    PLAN_ANSWER = 16,
    /* History: where there is no room for it, another poll takes it up. */
    PLAN_FILL = 32,
};

struct plan_request {
    struct plan_request *next;
    unsigned step, flags;
    const char *path;   /* "/api/v1/query?...": relative to the base URL, escaped */
    const char *form;   /* body of a form, escaped; NULL: GET */
    const char *accept; /* NULL: the source's */
    int64_t detail;     /* handed back with the reply */
    const char *detail_text;
    size_t mark; /* the collector's: plan.mark when it was asked for */
    /* The open run that it asks for, see plan_of_run(); NULL: none. */
    const char *project, *run;
    int64_t attempt;
};

struct plan {
    int64_t now_ms;                /* of the poll: the only time a source knows */
    int64_t every_ms;              /* the interval in force */
    int64_t history_ms;            /* how far to fill back */
    bool wished;                   /* a person wants to know now */
    bool goes_on;                  /* with history: what is new, the poll just before asked for */
    bool round;                    /* no other poll follows: nothing waits for its turn */
    const struct cursors *cursors; /* where the back-fill stands */
    const struct known *known;     /* which runs the store has */
    struct arena arena;
    struct plan_request *first, *last;
    size_t count; /* asked for in all, the bound against endless pages */
    size_t begun; /* of them by the source's begin() */
    size_t mark;  /* the collector's: which reply is asking */
    /* decode() sets it where the page that it read is full and has the oldest first: what is
     * new comes behind it, and leaves it as it is. So its ETag is not kept. */
    bool new_is_behind;
};

/* Ask for base URL + path. Each {} in path is replaced by the next argument,
 * URL-escaped, but "." and "..", which lead elsewhere: of them nothing is left; NULL ends
 * them. The request is returned so that its detail,
 * flags and form can be set; it belongs to the plan. */
struct plan_request *plan_get(struct plan *plan, unsigned step, const char *path, ...)
    __attribute__((sentinel));
/* The same as a POST with a form: path as it is, form with {}. */
struct plan_request *plan_form(struct plan *plan, unsigned step, const char *path, const char *form,
                               ...) __attribute__((sentinel));
/* Append to the path of a request, with {} as above. */
void plan_append(struct plan *plan, struct plan_request *request, const char *more, ...)
    __attribute__((sentinel));
/* Send a request that was just asked for before those that wait. */
void plan_at_once(struct plan *plan, struct plan_request *request);
/* It asks for this open run: where it is not given, it goes back in the line all the same, for as
 * many others are asked for. */
void plan_of_run(struct plan *plan, struct plan_request *request, const struct open_run *run);
/* How many bytes text takes in a URL, once it is escaped. */
size_t plan_escaped(const char *text);
/* Take the first request off; NULL: none. It lives until plan_done(). */
struct plan_request *plan_take(struct plan *plan);
void plan_done(struct plan *plan);

/* What the store knows (source.h says of what, and in which order); 0: nothing is known. */
size_t plan_open_runs(const struct plan *plan, struct open_run *out, size_t cap);
size_t plan_known_tickets(const struct plan *plan, unsigned lacks, struct known_ticket *out,
                          size_t cap);
size_t plan_known_changes(const struct plan *plan, struct lacking *out, size_t cap);

/* Of many things of which some are looked at in each poll, whose turn it is: a number that grows by
 * one in that time, so that nothing need be kept. Of rounds, which come in even steps, it is any,
 * or some would never have a turn. */
size_t plan_turn(const struct plan *plan, int64_t every_ms);

#endif
