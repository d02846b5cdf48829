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
/* What the endpoint's token becomes, where it is no Authorization: Bearer, and what
 * else is sent with each request ("Name: value", ends at NULL, NULL none), unless
 * the endpoint has a header of that name itself. Before auth_ready(). */
enum auth_token {
    AUTH_BEARER,
    AUTH_PRIVATE_TOKEN, /* PRIVATE-TOKEN: TOKEN */
    AUTH_BASIC,         /* the password of the endpoint's user, which may be "" */
};
void auth_as(struct auth *auth, enum auth_token token, const char *const *headers);
void auth_free(struct auth *auth);

/* Read what is not read yet (a command runs for at most 10 s, without blocking)
 * and call back from the loop: err NULL: auth_fill() can be used. */
typedef void auth_ready_fn(void *self, const struct dx_error *err);
void auth_ready(struct auth *auth, auth_ready_fn *ready, void *self);
void auth_forget(struct auth *auth); /* after a refusal: read again next time */
/* Set authorization and headers of the request; they live until auth_ready(),
 * auth_forget() or auth_free(). */
void auth_fill(const struct auth *auth, struct http_request *request);
/* The token as it was read, in the vault; NULL: it is not read. */
const char *auth_secret(const struct auth *auth);
/* A number that changes, most likely, when the credentials do: 16 bits of a hash, too
 * few to guess a secret by. */
unsigned auth_mark(const struct auth *auth);

/* A server may repeat in its error what we sent: put *** in the place of every
 * secret in text, also of one that text was cut in. */
void auth_hide(const struct auth *auth, char *text);

/* Files that others can read, empty variables: for `check`. false: *err. */
bool auth_check(const struct endpoint *endpoint, struct dx_error *err);

#endif
