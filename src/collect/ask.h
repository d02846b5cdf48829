/* ask: from what a source asks for to what net sends, and from what came back to
 * what the source reads. */
#ifndef COLLECT_ASK_H
#define COLLECT_ASK_H

#include "config/config.h"
#include "net/auth.h"
#include "source/plan.h"
#include "source/source.h"

/* The credentials of the source, in the form that its system takes. */
struct auth *ask_auth(struct ev_loop *loop, const struct source_settings *settings);

/* Everything but the ETag; lives as long as the request of the plan and auth. */
struct http_request ask_request(const struct source_settings *settings,
                                const struct plan_request *request, const struct auth *auth);
struct reply ask_reply(const struct plan_request *request, const struct http_reply *from,
                       int64_t now_ms);

/* Does decode() take this reply? Else *err says what is wrong with its status, also in
 * the words of the source. */
bool ask_taken(const struct source_settings *settings, const struct plan_request *request,
               const struct http_reply *from, const struct reply *reply, struct dx_error *err);

/* An ETag belongs to what was asked, in which form, and to the decoder that understood the
 * answer: that is its key. It belongs to who asked, too, which stands before it, so that a token
 * that changes by the hour leaves none behind. */
enum { ASK_KEY = 1024, ASK_ETAG = 272 };
const char *ask_etag_key(char out[ASK_KEY], int64_t source, const struct source_settings *settings,
                         const struct plan_request *request);
const char *ask_etag_keep(char out[ASK_ETAG], const char *etag, const struct auth *auth);
const char *ask_etag_kept(const char *kept, const struct auth *auth); /* "": another's, or none */

#endif
