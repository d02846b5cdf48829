/* faults: what can go wrong on request:
 *     NAME[:ARGUMENT][:SHARE%][@/PREFIX]
 * as ?fault=... of a request, as --fault for all, or by POST /sim/fault while it
 * runs. SHARE is how many of the requests it hits (all, unless given), evenly
 * spread; PREFIX are the paths that it hits. */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include "core/buf.h"

enum fault_kind {
    FAULT_NONE,
    FAULT_LATENCY,    /* ms before the answer */
    FAULT_STATUS,     /* 500, 502, 503 ... with a web page */
    FAULT_LIMIT,      /* 429, Retry-After so many seconds */
    FAULT_SECONDARY,  /* 403 of GitHub, who has seen too many requests at once */
    FAULT_LIMIT_DATE, /* the same as a date */
    FAULT_TRUNCATE,   /* only so many bytes of the body, and the connection ends */
    FAULT_DRIP,       /* so many bytes a second */
    FAULT_RESET,      /* the connection ends without an answer */
    FAULT_RST,        /* the same by a TCP reset */
    FAULT_HTML,       /* a web page with 200 */
    FAULT_HIBERNATE,  /* the web page of a ServiceNow instance that sleeps, with 200 */
    FAULT_TYPE,       /* the right body with another content type */
    FAULT_HANG,       /* never an answer */
    FAULT_BAD_JSON,
    FAULT_BAD_UTF8,
    FAULT_HOSTILE,  /* texts that try to drive what shows them */
    FAULT_BIG,      /* so many bytes of blanks after the body */
    FAULT_REDIRECT, /* to a URL, or to a port on loopback */
};

enum { FAULT_TEXT = 200, FAULTS_MOST = 8 };

struct fault {
    enum fault_kind kind;
    int64_t number;        /* the argument, where it is a number */
    char text[FAULT_TEXT]; /* the argument as it was given */
    int share;             /* in per cent */
    char prefix[80];       /* "": every path */
    int64_t seen;          /* requests that it might have hit */
};

struct faults {
    struct fault fault[FAULTS_MOST];
    size_t count;
};

bool fault_parse(struct fault *fault, const char *text, struct dx_error *err);
bool faults_add(struct faults *faults, const char *text, struct dx_error *err);
/* The first that hits this request; NULL: none. Counts. */
const struct fault *faults_hit(struct faults *faults, const char *path);
void faults_put_words(struct buf *out);   /* the names alone, blanks between them */
void faults_print_names(struct buf *out); /* one a line, with what each does */

/* Change an answer as the fault wants it; what concerns the connection is the
 * server's part. */
struct exchange;
void fault_spoil(struct exchange *x, const struct fault *fault);

#endif
