/* ticket_stays: how a ticket stood from its creation on. */
#include "config.h"

#include "source/ticket_stays.h"

#include <string.h>

/* Of two of the same moment the later one counts; one that goes on is one. */
void ticket_stand(struct ticket_trail *trail, enum dx_stay stay, int64_t from_ms)
{
    struct ticket_stay *last = trail->count > 0 ? &trail->stays[trail->count - 1] : NULL;

    if (last && last->from_ms >= from_ms) {
        from_ms = last->from_ms;
        trail->count--;
    }
    if (trail->count > 0 && trail->stays[trail->count - 1].stay == stay)
        return;
    if (trail->count < TICKET_STAYS_MOST)
        trail->stays[trail->count++] = (struct ticket_stay){ stay, from_ms };
}

void ticket_put_stays(struct batch *batch, struct ticket *ticket, const struct ticket_trail *trail)
{
    struct ticket_stay *stays = arena_alloc(&batch->arena, (trail->count + 1) * sizeof(*stays));
    struct ticket_pause *pauses = arena_alloc(&batch->arena, (trail->count + 1) * sizeof(*pauses));

    memcpy(stays, trail->stays, trail->count * sizeof(*stays));
    stays[trail->count] = (struct ticket_stay){ .from_ms = 0 }; /* the last pause has no end */
    for (size_t i = 0; i < trail->count; i++)
        if (stays[i].stay == DX_STAY_WAITING)
            pauses[ticket->pause_count++] =
                (struct ticket_pause){ stays[i].from_ms, stays[i + 1].from_ms };
    ticket->parts |= TICKET_PAUSES;
    ticket->pauses = pauses;
    ticket->stays = stays;
    ticket->stay_count = trail->count;
    ticket->stays_known = true;
}
