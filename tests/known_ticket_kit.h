/* known_ticket_kit: what the store would hold between the polls of a source of tickets: its
 * cursors, its tickets and its changes, in memory. */
#ifndef KNOWN_TICKET_KIT_H
#define KNOWN_TICKET_KIT_H

#include "source_kit.h"

enum { TICKET_KIT_MOST = 4000, CHANGE_KIT_MOST = 500, TICKET_KIT_TEXT = 100 };

struct ticket_kit {
    struct known known;
    struct kit_ticket {
        char project[TICKET_KIT_TEXT], key[TICKET_KIT_TEXT], id[TICKET_KIT_TEXT];
        unsigned parts;
        enum dx_ticket_state state;
        int64_t created_ms, updated_ms, first_ms, seen_ms;
        size_t slas, pauses;
        bool gone;
    } ticket[TICKET_KIT_MOST];
    size_t count;
    struct kit_change {
        char project[TICKET_KIT_TEXT], id[TICKET_KIT_TEXT], author[TICKET_KIT_TEXT];
        int64_t created_ms, closed_ms, reviewed_ms; /* reviewed: -1: not known */
    } change[CHANGE_KIT_MOST];
    size_t change_count;
    size_t took; /* tickets with fields that were committed, in all */
};

/* A poll as kit_poll() begins it, which knows what the store holds. */
void ticket_poll(struct ticket_kit *store, struct kit *kit, int64_t now_ms);
/* Take the batch over, as a commit does. */
void ticket_commit(struct ticket_kit *store, struct kit *kit);
struct kit_ticket *ticket_find(struct ticket_kit *store,
                               const char *key); /* NULL: it is not there */

struct kit_change *change_find(struct ticket_kit *store, const char *project,
                               const char *id); /* NULL: it is not there */

/* The ticket of the batch that says this part of this key; NULL: none does. */
const struct ticket *ticket_part(const struct batch *batch, const char *key, unsigned part);

#endif
