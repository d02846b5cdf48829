/* denied: of the projects that a source wants, those that it may not read. */
#include "config.h"

#include "source/denied.h"

#include "core/text.h"
#include "source/field.h"
#include "source/recall.h"

/* For each that is refused, so that all of them take two requests an hour, as long as none
 * waits longer than the most. */
enum { AGAIN_MS = 30 * 60 * 1000, AGAIN_MOST_MS = 6 * 60 * 60 * 1000 };

static const char granted[] = "granted"; /* the cursor: when one could be read again */

/* What was refused before another was granted may be granted, too. */
bool denied_now(const struct plan *plan, const struct batch *batch, int64_t at_ms)
{
    int64_t since = plan->now_ms - at_ms;

    return at_ms > 0 && since >= 0 && since < AGAIN_MOST_MS &&
           at_ms >= recall(plan, batch, granted);
}

bool denied_said(const struct plan *plan, const struct batch *batch, int64_t at_ms)
{
    return at_ms > 0 && at_ms >= recall(plan, batch, granted);
}

static void keep_oldest(struct denied *denied, uint64_t name, int64_t at_ms)
{
    size_t at = denied->count < DENIED_AGAIN ? denied->count : DENIED_AGAIN;

    while (at > 0 && at_ms < denied->oldest[at - 1].at_ms) {
        if (at < DENIED_AGAIN)
            denied->oldest[at] = denied->oldest[at - 1];
        at--;
    }
    if (at < DENIED_AGAIN) {
        denied->oldest[at].name = name;
        denied->oldest[at].at_ms = at_ms;
    }
}

void denied_add(struct denied *denied, const struct plan *plan, const struct batch *batch,
                const char *name, int64_t at_ms)
{
    denied->wanted++;
    denied->now_ms = plan->now_ms;
    denied->wished = plan->wished;
    if (!denied_now(plan, batch, at_ms))
        return;
    keep_oldest(denied, text_hash(name), at_ms);
    denied->count++;
}

static size_t asked(const struct denied *denied)
{
    return denied->asked > 0 && denied->asked < denied->wanted ? denied->asked : denied->wanted;
}

bool denied_all(const struct denied *denied)
{
    return denied->count > 0 && denied->count == asked(denied);
}

/* Has it waited for its turn? */
static bool is_due(const struct denied *denied, int64_t at_ms)
{
    return denied->now_ms - at_ms >= AGAIN_MS * (int64_t)denied->count;
}

bool denied_again(const struct denied *denied, const char *name)
{
    size_t n = denied->count < DENIED_AGAIN ? denied->count : DENIED_AGAIN;
    bool at_once = denied->wished || denied_all(denied);
    uint64_t hash = text_hash(name);

    for (size_t i = 0; i < n; i++)
        if (denied->oldest[i].name == hash && (at_once || is_due(denied, denied->oldest[i].at_ms)))
            return true;
    return false;
}

void denied_over(const struct plan *plan, struct batch *batch)
{
    batch_cursor(batch, granted, plan->now_ms);
}

bool denied_words(const struct denied *denied, struct dx_error *err)
{
    const char *who = denied->who ? denied->who : "the token";

    if (denied->count == 0)
        return false;
    if (!denied_all(denied))
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "%zu of %zu %s are refused or not there: reading their %s needs %s",
                      denied->count, asked(denied), denied->things, denied->reads, denied->right);
    else if (denied->listed)
        (void)dx_fail(err, DX_FAULT_AUTH, "%s may list %zu %s and read the %s of none: it needs %s",
                      who, denied->wanted, denied->things, denied->reads, denied->right);
    else
        (void)dx_fail(err, DX_FAULT_AUTH,
                      "of the %zu %s that are wanted %s may read the %s of none: it needs %s",
                      denied->wanted, denied->things, who, denied->reads, denied->right);
    return true;
}

struct denied denied_of(const struct source *source, const void *config, struct plan *plan,
                        struct batch *batch)
{
    struct denied denied = { .wanted = 0 };

    if (source->denied)
        source->denied(config, plan, batch, &denied);
    return denied;
}
