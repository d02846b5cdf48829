/* recall: the cursors of a source. */
#include "config.h"

#include "source/recall.h"

#include "core/time.h"

#include <stdio.h>
#include <string.h>

int64_t recall_mark(const struct plan *plan, const struct batch *batch, const char *name)
{
    const struct cursor *brought = batch ? batch_find_cursor(batch, name) : NULL;

    return brought ? brought->value : plan->cursors->get(plan->cursors->self, name);
}

int64_t recall(const struct plan *plan, const struct batch *batch, const char *name)
{
    const int64_t most = INT64_C(1) << 53, number = recall_mark(plan, batch, name);

    return number < -most ? -most : number > most ? most : number;
}

const char *recall_after(const struct plan *plan, const char *prefix, const char *rest)
{
    const struct cursors *cursors = plan->cursors;
    char name[1024];
    const char *next;

    (void)snprintf(name, sizeof(name), "%s%s", prefix, rest);
    next = cursors->after ? cursors->after(cursors->self, name) : NULL;
    /* One that is not behind it: the name was cut, and it would come again and again. */
    if (!next || strncmp(next, prefix, strlen(prefix)) != 0 || strcmp(next, name) <= 0)
        return NULL;
    return next + strlen(prefix);
}

/* Where it begins moves on with time; what is less than a day is no change of the configuration. */
bool recall_is_short(const struct plan *plan, int64_t began_ms)
{
    return began_ms > 0 && plan->now_ms - plan->history_ms < began_ms - DAY_MS;
}

bool recall_is_ahead(const struct reply *reply, int64_t changed_ms)
{
    /* Where it does not say its time: no clock is more than a day off. */
    return changed_ms > (reply->date_ms > 0 ? reply->date_ms + MINUTE_MS : reply->now_ms + DAY_MS);
}

int64_t recall_news(const struct reply *reply, int64_t at_ms)
{
    int64_t now_ms = reply->date_ms > 0 ? reply->date_ms : reply->now_ms;

    return recall_is_ahead(reply, at_ms) ? now_ms - DAY_MS : at_ms;
}
