/* ticket_sweep: which open tickets nobody wants any more. */
#include "config.h"

#include "source/ticket_sweep.h"

#include "core/text.h"
#include "source/recall.h"

enum { DROP_MOST = 10000 /* at a time */ };

/* For which configuration it was made last, and when it began; 0: it is over. */
static const char FOR[] = "sweep:for", FROM[] = "sweep:from";

int64_t ticket_sweep_mark(int64_t mark, const struct dx_items *names, const char *name)
{
    const char *const *item = names->item;
    uint64_t hash = text_hash_on((uint64_t)mark, name);

    for (size_t i = 0; i < names->count; i++)
        hash = text_hash_on(text_hash_on(hash, "\xFF"), item[i]); /* in no UTF-8 */
    return (int64_t)(hash >> 12 | 2);
}

/* Without tickets there is nothing to look for, unless there were some. */
bool ticket_sweep_is_due(const struct plan *plan, const struct batch *batch, int64_t mark)
{
    int64_t was = recall(plan, batch, FOR);
    struct known_ticket one;

    if (was == 0 && mark == TICKET_SWEEP_NONE)
        return plan_known_tickets(plan, 0, &one, 1) > 0;
    return was != mark;
}

bool ticket_sweep_waits(const struct plan *plan, int64_t mark)
{
    return ticket_sweep_is_on(plan) || ticket_sweep_is_due(plan, NULL, mark);
}

void ticket_sweep_ask(struct plan *plan, int64_t mark)
{
    if (plan->first && ticket_sweep_waits(plan, mark))
        plan->first->flags &= ~(unsigned)PLAN_CONDITIONAL;
}

bool ticket_sweep_is_on(const struct plan *plan)
{
    return recall(plan, NULL, FROM) != 0;
}

bool ticket_sweep_begin(const struct plan *plan, struct batch *batch, int64_t mark)
{
    if (!ticket_sweep_is_due(plan, batch, mark))
        return false;
    batch_cursor(batch, FOR, mark);
    batch_cursor(batch, FROM, plan->now_ms);
    return true;
}

void ticket_sweep_see(const struct plan *plan, struct batch *batch, const char *key)
{
    if (recall(plan, batch, FROM) != 0)
        batch_ticket(batch)->key = key;
}

void ticket_sweep_end(struct plan *plan, struct batch *batch,
                      bool (*kept)(void *self, const char *project), void *self)
{
    int64_t from_ms = recall(plan, NULL, FROM);
    struct known_ticket *found;
    size_t n, gone = 0;

    if (from_ms == 0 || recall(plan, batch, FROM) != from_ms)
        return; /* another reply of this poll saw to it */
    found = arena_alloc(&plan->arena, DROP_MOST * sizeof(*found));
    n = plan_known_tickets(plan, 0, found, DROP_MOST);
    for (size_t i = 0; i < n; i++) {
        struct ticket *t;

        if (found[i].seen_ms >= from_ms || (kept && kept(self, found[i].project)))
            continue;
        t = batch_ticket(batch);
        t->key = arena_text(&batch->arena, found[i].key);
        t->gone = true;
        gone++;
    }
    /* The rest is for the next poll: another number, for the replies of this one. */
    batch_cursor(batch, FROM, gone < DROP_MOST ? 0 : from_ms - 1);
}
