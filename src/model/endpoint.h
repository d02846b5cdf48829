/* endpoint: where a server is and how one gets in. Filled from the
 * configuration, used by net. */
#ifndef MODEL_ENDPOINT_H
#define MODEL_ENDPOINT_H

#include <dxtop/panel.h>

enum secret_kind { SECRET_NONE, SECRET_ENV, SECRET_FILE, SECRET_COMMAND };

/* Where a secret is found; never the secret itself. */
struct secret {
    enum secret_kind kind;
    const char *name;        /* of the variable or file */
    const char *const *argv; /* of the command, ends at NULL */
};

struct endpoint_header {
    const char *name; /* first, as DX_OPTION_TABLES wants it */
    const char *text; /* one of both */
    struct secret secret;
};

struct endpoint {
    const char *url; /* base, http or https, without a final slash, without user:password */
    const char *user;
    struct secret password;      /* with user: basic */
    struct secret token;         /* Authorization: Bearer, unless a source says otherwise */
    struct dx_items headers;     /* of struct endpoint_header */
    const char *ca, *cert, *key; /* files; "" none */
    const char *proxy;           /* "": the environment's */
    bool insecure_http;          /* send credentials over plain http */
    int64_t timeout_ms, connect_timeout_ms;
    int64_t max_body; /* bytes, after decompression */
};

#endif
