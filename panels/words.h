/* words: what a person says of an alert, in the panels that list alerts. */
#ifndef PANELS_WORDS_H
#define PANELS_WORDS_H

#include <dxtop/panel.h>

/* In event(), for the alert with this key ("": there is none). */
struct words_of {
    const char *key;
    bool claimed, snoozed; /* then it is taken back */
};
enum dx_reply words_event(const struct words_of *alert, const struct dx_event *event,
                          struct dx_host *host);

/* "until Tue 15:32", local time; "" for 0. Returns out. */
const char *words_until(char *out, size_t cap, int64_t until_ms);

/* In update(): when somebody looked at the alert rules last, where that is too long ago; 0: they
 * are looked at, or there are none. */
int64_t words_seen(const struct dx_view *view);
/* "not looked at since 12:03", local time; "not seen since 12:03" of an alert whose source is
 * another system. Returns out. */
const char *words_unseen(char *out, size_t cap, const char *source, int64_t seen_ms,
                         int64_t now_ms);

#endif
