/* auth_kit: the secrets of client.endpoint are read, and filled into a request. */
#ifndef TESTS_AUTH_KIT_H
#define TESTS_AUTH_KIT_H

#include "client.h"
#include "net/auth.h"

struct auth_kit {
    struct auth *auth; /* of the first one that asks */
    struct http_request filled;
    struct dx_error error;
    int answers;
    char *dir; /* the test's own */
};
extern struct auth_kit kit;

void secrets_start(void); /* for .init */
void secrets_stop(void);  /* for .fini */
void secrets_ask(void);   /* the loop brings an answer */
bool secrets_read(void);  /* false: kit.error says why not */

#endif
