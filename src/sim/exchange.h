/* exchange: a request to the simulated platform, and the answer that a face fills
 * in. It knows nothing of sockets, so that faces can be tried without any. */
#ifndef SIM_EXCHANGE_H
#define SIM_EXCHANGE_H

#include <jansson.h>

#include "core/buf.h"
#include "core/mem.h"

struct sim;

enum { BODY_MOST = 80 << 20, HEADERS_MOST = 24 };

struct parameter { /* of the query or of the form, decoded */
    const char *name, *value;
};

struct header {
    const char *name, *value;
};

struct exchange {
    struct sim *sim;
    int64_t now_ms;
    const char *method, *path;
    struct parameter *parameters;
    size_t parameter_count;
    const char *content; /* JSON that came with a POST; NULL: none did */
    struct arena arena;  /* for whoever answers */
    /* A header of the request, NULL: not there; see exchange_asked(). */
    const char *(*asked)(const void *self, const char *name);
    const void *asked_self;

    int status;
    const char *content_type;
    bool steady; /* the same until the program ends: it gets an ETag */
    struct header headers[HEADERS_MOST];
    size_t header_count;
    struct buf body;
};

void exchange_init(struct exchange *x, struct sim *sim, const char *method, const char *path);
void exchange_done(struct exchange *x);

/* Both texts must live as long as x. */
void exchange_add_parameter(struct exchange *x, const char *name, const char *value);
/* A header of the request; "": not there. */
const char *exchange_asked(const struct exchange *x, const char *name);
/* "a=b&c=d", as in a query or in a form; it is decoded in place, and must live too. */
void exchange_add_parameters(struct exchange *x, char *text);
/* The fields of the JSON that came, as parameters; a list with commas between. false:
 * it is no object. */
bool exchange_add_content(struct exchange *x);
/* The nth value of a parameter, from 0; NULL: not there. */
const char *exchange_nth(const struct exchange *x, const char *name, size_t nth);
const char *exchange_parameter(const struct exchange *x, const char *name); /* the first */

void exchange_header(struct exchange *x, const char *name, const char *fmt, ...) DX_PRINTF(3, 4);
void exchange_text(struct exchange *x, int status, const char *text); /* text/plain */
void exchange_json(struct exchange *x, int status, json_t *json);     /* takes json */

/* Give the answer, a 200, an ETag made of its body, and turn it into a 304 for who
 * has that body. true: it is a 304 now. */
bool exchange_spare(struct exchange *x, bool weak);

/* A path of a face: what may be done there and who answers. */
struct route {
    const char *path;    /* whole, or a beginning when it ends with a slash */
    const char *methods; /* "GET POST" */
    void (*answer)(struct exchange *x);
};

/* A system that is simulated: its paths, and how it says no. */
struct face {
    const char *name;
    const struct route *routes;
    const char *prefix; /* paths that are this face's even when no route is; NULL: none */
    void (*no_path)(struct exchange *x);
    void (*no_method)(struct exchange *x, const char *methods);
    void (*refuse)(struct exchange *x); /* who has no token, or a wrong one; NULL: plain 401 */
    const char *open;                   /* paths for which nobody needs a token; NULL: none */
};
/* Let the face that the path belongs to fill in the answer; 404 where it is none's. */
void faces_answer(struct exchange *x);

/* Whether the path may be asked for without a token. */
bool faces_open(const struct exchange *x);
/* Has it the token, or needs it none? Each system has its own ways to say one; all are good
 * everywhere. */
bool faces_let_in(const struct exchange *x);
void faces_refuse(struct exchange *x);

extern const struct face face_prometheus, face_alertmanager, face_control, face_github, face_gitlab,
    face_gitlab_root, face_jenkins, face_azure, face_truth, face_jira, face_jiradc, face_servicenow;

#endif
