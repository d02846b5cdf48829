/* servicenow: what it remembers from poll to poll. */
#include "config.h"

#include "source/servicenow.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/text.h"
#include "source/field.h"
#include "source/recall.h"

enum { NAME = 128 };

/* With other groups other tickets are wanted: all begins anew. */
static uint64_t groups_mark(const struct servicenow *config)
{
    const char *const *groups = config->groups.item;
    uint64_t mark = 0;

    for (size_t i = 0; i < config->groups.count; i++)
        mark = mark * 31 + text_hash(groups[i]);
    return mark;
}

static const char *name_of(const struct snow_poll *p, char out[NAME], const char *what,
                           const char *table)
{
    if (*table)
        (void)snprintf(out, NAME, "%s:%.80s:%" PRIx64, what, table, groups_mark(p->config));
    else
        (void)snprintf(out, NAME, "%s", what);
    return out;
}

int64_t snow_recall(const struct snow_poll *p, const char *what, const char *table)
{
    char name[NAME];

    return recall(p->plan, p->batch, name_of(p, name, what, table));
}

void snow_remember(const struct snow_poll *p, const char *what, const char *table, int64_t value)
{
    char name[NAME];

    batch_cursor(p->batch, name_of(p, name, what, table), value);
}

bool snow_is_due(const struct snow_poll *p, const char *what, const char *table, int64_t every_ms)
{
    int64_t at = snow_recall(p, what, table), since = p->plan->now_ms - at;

    return at == 0 || since < 0 || since >= every_ms;
}
