/* ticket_stays: how a ticket stood from its creation on, made of its changes of status. */
#ifndef SOURCE_TICKET_STAYS_H
#define SOURCE_TICKET_STAYS_H

#include "model/batch.h"

enum { TICKET_STAYS_MOST = 200 };
struct ticket_trail {
    struct ticket_stay stays[TICKET_STAYS_MOST];
    size_t count; /* 0: no change was seen */
};

/* It stands so from then on. Changes come in the order of time. */
void ticket_stand(struct ticket_trail *trail, enum dx_stay stay, int64_t from_ms);
/* All changes were seen: say it of the ticket, and its pauses, which are its waits. */
void ticket_put_stays(struct batch *batch, struct ticket *ticket, const struct ticket_trail *trail);

#endif
