/* auth: secrets become headers. A secret is read when it is needed first and
 * again after a refusal; it never enters a log, an error, argv or a core dump
 * (its pages are MADV_DONTDUMP), and it is wiped before it is freed. */
#ifndef NET_AUTH_H
#define NET_AUTH_H

#include <ev.h>

#include "model/endpoint.h"
#include "net/http.h"

struct auth; /* the credentials of one endpoint, once read */

struct auth *auth_new(struct ev_loop *loop, const struct endpoint *endpoint);
void auth_free(struct auth *auth);

/* Read what is not read yet (a command runs for at most 10 s, without blocking)
 * and call back from the loop: err NULL: auth_fill() can be used. */
typedef void auth_ready_fn(void *self, const struct dx_error *err);
void auth_ready(struct auth *auth, auth_ready_fn *ready, void *self);
void auth_forget(struct auth *auth); /* after a 401: read again next time */
/* Set authorization and headers of the request; they live until auth_ready(),
 * auth_forget() or auth_free(). */
void auth_fill(const struct auth *auth, struct http_request *request);

/* A server may repeat in its error what we sent: put *** in the place of every
 * secret in text, also of one that text was cut in. */
void auth_hide(const struct auth *auth, char *text);

/* Files that others can read, empty variables: for `check`. false: *err. */
bool auth_check(const struct endpoint *endpoint, struct dx_error *err);

#endif
