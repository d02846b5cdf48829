/* words: what a person says of an alert. */
#include "words.h"

#include <stdio.h>
#include <time.h>

enum dx_reply words_event(const struct words_of *alert, const struct dx_event *event,
                          struct dx_host *host)
{
    if (event->type != DX_EVENT_WORD)
        return DX_IGNORED;
    if (!*alert->key)
        dx_message(host, "there is no alert that is open");
    else
        dx_word(host, alert->key, event->word,
                event->word == DX_WORD_CLAIM ? alert->claimed : alert->snoozed);
    return DX_USED;
}

const char *words_until(char *out, size_t cap, int64_t until_ms)
{
    time_t at = (time_t)(until_ms / 1000);
    struct tm tm;

    (void)snprintf(out, cap, "%s", "");
    if (until_ms > 0 && localtime_r(&at, &tm))
        (void)strftime(out, cap, "until %a %H:%M", &tm);
    return out;
}
