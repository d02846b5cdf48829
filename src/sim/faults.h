/* faults: what can go wrong on request: ?fault=NAME:ARG on any path, --fault for
 * all, or POST /sim/fault?fault=... while it runs (an empty one ends it). */
#ifndef SIM_FAULTS_H
#define SIM_FAULTS_H

#include <dxtop/record.h>

enum fault_kind {
    FAULT_NONE,
    FAULT_LATENCY,    /* ms before the answer */
    FAULT_STATUS,     /* 500, 502, 503 ... with a web page */
    FAULT_LIMIT,      /* 429, Retry-After so many seconds */
    FAULT_LIMIT_DATE, /* the same as a date */
    FAULT_TRUNCATE,   /* only so many bytes of the body, and the connection ends */
    FAULT_DRIP,       /* so many bytes a second */
    FAULT_RESET,      /* no answer at all */
    FAULT_HTML,       /* a web page with 200 */
    FAULT_TYPE,       /* the right body with the type text/html */
    FAULT_HANG,       /* never an answer */
    FAULT_BAD_JSON,
    FAULT_BAD_UTF8,
    FAULT_BIG,      /* so many bytes of blanks before the body */
    FAULT_REDIRECT, /* to the port on loopback */
};

struct fault {
    enum fault_kind kind;
    int64_t argument;
};

struct faults {
    struct fault all; /* for every request but those to /sim */
};

bool fault_parse(struct fault *fault, const char *text, struct dx_error *err);

#endif
