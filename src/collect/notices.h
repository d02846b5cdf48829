/* notices: gives what the store has for commands and webhooks.
 *
 * At most once: that a notice is begun is committed before anything of it leaves, and one
 * that somebody else began is never begun again, for it may have been given. It is tried
 * again where it surely was not taken: no connection, or a webhook that says 429 or 503. One
 * that is older than an hour before its first try is not given any more. */
#ifndef COLLECT_NOTICES_H
#define COLLECT_NOTICES_H

#include <ev.h>

#include "config/config.h"
#include "core/time.h"
#include "net/http.h"
#include "store/store.h"

struct notices;

struct notices_needs {
    struct ev_loop *loop;
    struct http *http;
    struct store *store;
    const struct config *config;
    const struct clock *clock;
    /* What went wrong, for the log; no secret is in it. */
    void (*warn)(void *self, const struct dx_error *err);
    void *self;
};

struct notices *notices_new(const struct notices_needs *needs);
void notices_free(struct notices *notices); /* ends what is under way; NULL is fine */
/* Begin what is due. */
void notices_look(struct notices *notices);

#endif
