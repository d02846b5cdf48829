/* words: what a person says of an alert. */
#include "words.h"

#include <stdio.h>
#include <string.h>
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

const char *words_unseen(char *out, size_t cap, const char *source, int64_t seen_ms, int64_t now_ms)
{
    time_t at = (time_t)(seen_ms / 1000);
    int64_t hours = (now_ms - seen_ms) / 3600000, days = hours / 24;
    char when[32] = "–";
    struct tm tm;

    if (localtime_r(&at, &tm))
        (void)strftime(when, sizeof(when),
                       hours < 20 ? "%H:%M"
                       : days < 6 ? "%a %H:%M"
                                  : "%d %b",
                       &tm);
    (void)snprintf(out, cap, "not %s since %s", strcmp(source, "dxtop") == 0 ? "looked at" : "seen",
                   when);
    return out;
}

int64_t words_seen(const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_UNSEEN, NULL);

    return dx_next(rows) ? dx_int(rows, DX_FIELD_SEEN) : 0;
}
