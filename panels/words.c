/* words: what a person says of an alert. */
#include "words.h"

#include <stdio.h>
#include <time.h>

const struct dx_key words_keys[] = {
    { "c", "claim the alert, with a note; once more: give it back" },
    { "Z", "snooze it for some time, and say why; once more: wake it" },
    { NULL, NULL },
};

enum dx_reply words_event(const struct words_of *alert, const struct dx_event *event,
                          struct dx_host *host)
{
    bool claim = event->key == 'c', snooze = event->key == 'Z';

    if (event->type != DX_EVENT_KEY || event->mods & (DX_MOD_CTRL | DX_MOD_ALT) ||
        (!claim && !snooze))
        return DX_IGNORED;
    if (!*alert->key)
        dx_message(host, "there is no alert that is open");
    else if (claim)
        dx_word(host, alert->key, DX_WORD_CLAIM, alert->claimed);
    else
        dx_word(host, alert->key, DX_WORD_SNOOZE, alert->snoozed);
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
