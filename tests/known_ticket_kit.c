/* known_ticket_kit: the tickets of a source, in memory. */
#include "config.h"

#include "known_ticket_kit.h"

#include <stdio.h>
#include <string.h>

static const unsigned LASTING = TICKET_SLAS | TICKET_PAUSES | TICKET_LINKS;

struct kit_ticket *ticket_find(struct ticket_kit *store, const char *key)
{
    for (size_t i = 0; i < store->count; i++)
        if (strcmp(store->ticket[i].key, key) == 0)
            return &store->ticket[i];
    return NULL;
}

const struct ticket *ticket_part(const struct batch *batch, const char *key, unsigned part)
{
    for (size_t i = 0; i < batch->ticket_count; i++)
        if (strcmp(batch->tickets[i].key, key) == 0 && (batch->tickets[i].parts & part))
            return &batch->tickets[i];
    return NULL;
}

/* A source of tickets may have runs too; here there are none. */
static enum known_run no_run(void *self, const char *project, const char *id, int64_t attempt,
                             int64_t updated_ms)
{
    (void)self;
    (void)project;
    (void)id;
    (void)attempt;
    (void)updated_ms;
    return KNOWN_NOT;
}

static size_t no_open(void *self, const char *project, struct open_run *out, size_t cap)
{
    (void)self;
    (void)project;
    (void)out;
    (void)cap;
    return 0;
}

static int64_t none_owed(void *self)
{
    (void)self;
    return 0;
}

static enum known_run known_ticket(void *self, const char *key, int64_t updated_ms)
{
    const struct kit_ticket *t = ticket_find(self, key);

    if (!t)
        return KNOWN_NOT;
    if (updated_ms > t->updated_ms || t->gone)
        return KNOWN_MOVED;
    return t->state == DX_TICKET_DONE ? KNOWN_DONE : KNOWN_OPEN;
}

static size_t known_tickets(void *self, unsigned lacks, struct known_ticket *out, size_t cap)
{
    const struct ticket_kit *store = self;
    size_t n = 0;

    for (size_t i = 0; i < store->count && n < cap; i++) {
        const struct kit_ticket *t = &store->ticket[i];

        if (lacks ? (t->parts & lacks) != lacks : t->state != DX_TICKET_DONE)
            out[n++] = (struct known_ticket){ .project = t->project,
                                              .key = t->key,
                                              .id = t->id,
                                              .parts = t->parts,
                                              .done = t->state == DX_TICKET_DONE,
                                              .created_ms = t->created_ms,
                                              .updated_ms = t->updated_ms,
                                              .seen_ms = t->seen_ms };
    }
    return n;
}

struct kit_change *change_find(struct ticket_kit *store, const char *project, const char *id)
{
    for (size_t i = 0; i < store->change_count; i++)
        if (strcmp(store->change[i].project, project) == 0 && strcmp(store->change[i].id, id) == 0)
            return &store->change[i];
    return NULL;
}

static enum known_change known_change(void *self, const char *project, const char *id)
{
    const struct kit_change *c = change_find(self, project, id);

    if (!c)
        return KNOWN_CHANGE_NOT;
    return c->reviewed_ms > 0 ? KNOWN_CHANGE_REVIEWED : KNOWN_CHANGE_LACKS;
}

static size_t lacking_changes(void *self, struct lacking *out, size_t cap)
{
    const struct ticket_kit *store = self;
    size_t n = 0;

    for (size_t i = 0; i < store->change_count && n < cap; i++)
        if (store->change[i].reviewed_ms < 0)
            out[n++] = (struct lacking){ store->change[i].project, store->change[i].id,
                                         store->change[i].author };
    return n;
}

void ticket_poll(struct ticket_kit *store, struct kit *kit, int64_t now_ms)
{
    kit_poll(kit, now_ms);
    store->known = (struct known){ .run = no_run,
                                   .open = no_open,
                                   .owed = none_owed,
                                   .ticket = known_ticket,
                                   .tickets = known_tickets,
                                   .change = known_change,
                                   .changes = lacking_changes,
                                   .self = store };
    kit->plan.known = &store->known;
}

static void put_fields(struct ticket_kit *store, const struct ticket *t)
{
    struct kit_ticket *to = ticket_find(store, t->key);

    store->took++;
    if (!to) {
        cr_assert(store->count < TICKET_KIT_MOST);
        to = &store->ticket[store->count++];
        *to = (struct kit_ticket){ 0 };
        snprintf(to->key, sizeof(to->key), "%s", t->key);
    }
    if (t->updated_ms > to->updated_ms) {
        to->parts &= ~LASTING;
        if (to->first_ms == 0)
            to->parts &= ~(unsigned)TICKET_RESPONSE;
    }
    snprintf(to->project, sizeof(to->project), "%s", t->project);
    snprintf(to->id, sizeof(to->id), "%s", t->id);
    to->state = t->state;
    to->gone = false;
    to->created_ms = t->created_ms;
    to->updated_ms = t->updated_ms;
}

/* What is 0 stays. */
static void put_change(struct ticket_kit *store, const struct change *c)
{
    struct kit_change *to = change_find(store, c->project, c->id);

    if (!to) {
        cr_assert(store->change_count < CHANGE_KIT_MOST);
        to = &store->change[store->change_count++];
        *to = (struct kit_change){ .reviewed_ms = -1 };
        snprintf(to->project, sizeof(to->project), "%s", c->project);
        snprintf(to->id, sizeof(to->id), "%s", c->id);
    }
    if (*c->author)
        snprintf(to->author, sizeof(to->author), "%s", c->author);
    if (c->created_ms > 0)
        to->created_ms = c->created_ms;
    if (c->closed_ms > 0)
        to->closed_ms = c->closed_ms;
    if (to->reviewed_ms <= 0)
        to->reviewed_ms = c->reviews_known ? c->first_review_ms : -1;
}

void ticket_commit(struct ticket_kit *store, struct kit *kit)
{
    for (size_t i = 0; i < kit->batch.ticket_count; i++) {
        const struct ticket *t = &kit->batch.tickets[i];
        struct kit_ticket *to;

        if (t->parts & TICKET_FIELDS)
            put_fields(store, t);
        to = ticket_find(store, t->key);
        if (!to)
            continue;
        to->parts |= t->parts;
        to->seen_ms = kit->plan.now_ms;
        if (t->gone) {
            to->gone = true;
            to->state = DX_TICKET_DONE;
        }
        if (t->parts & ~t->refused & TICKET_RESPONSE)
            to->first_ms = t->first_response_ms;
        if (t->parts & ~t->refused & TICKET_SLAS)
            to->slas = t->sla_count;
        if (t->parts & ~t->refused & TICKET_PAUSES)
            to->pauses = t->pause_count;
    }
    for (size_t i = 0; i < kit->batch.change_count; i++)
        put_change(store, &kit->batch.changes[i]);
    kit_commit(kit);
}
