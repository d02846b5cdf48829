/* world_kit: tickets, alerts and samples. */
#include "config.h"

#include "world_deeds.h"

#include <stdio.h>

#include "store_kit.h"

static struct ticket *add_ticket(struct batch *b, const char *key, enum dx_ticket_state state)
{
    struct ticket *t = batch_ticket(b);

    t->parts = TICKET_FIELDS | TICKET_RESPONSE | TICKET_SLAS | TICKET_PAUSES | TICKET_LINKS;
    t->project = "DX";
    t->key = key;
    t->id = "10001";
    t->unique = true;
    t->title = "linux-xl is full";
    t->type = "Incident";
    t->category = "runners";
    t->raw_priority = "High";
    t->raw_status = "Open";
    t->reporter = "p.olsen";
    t->assignee = "m.ito";
    t->labels = "ci, disk";
    t->text = "acme/web/ci fails on linux-xl";
    t->url = "https://desk.example/browse/DX-1";
    t->priority = 2;
    t->state = state;
    t->created_ms = T0 - 2 * DAY;
    t->updated_ms = T0 - HOUR;
    t->resolved_ms = state == DX_TICKET_DONE ? T0 - HOUR : 0;
    t->first_response_ms = T0 - DAY;
    return t;
}

bool world_tickets(struct world *w, struct dx_error *err)
{
    static struct ticket_sla slas[] = { { "Time to resolution", DX_SLA_RUNNING, T0 + HOUR, HOUR,
                                          4 * HOUR, 0 } };
    static struct ticket_pause pauses[] = { { T0 - 40 * HOUR, T0 - 30 * HOUR } };
    static struct ticket_stay stays[] = { { DX_STAY_NEW, T0 - 2 * DAY },
                                          { DX_STAY_WAITING, T0 - 40 * HOUR } };
    static const char *const links[] = { "blocks DX-3" };
    struct batch b = { 0 };
    struct ticket *t = add_ticket(&b, "DX-1", DX_TICKET_IN_PROGRESS);

    t->slas = slas;
    t->pauses = pauses;
    t->stays = stays;
    t->links = links;
    t->sla_count = t->pause_count = t->link_count = 1;
    t->stay_count = 2;
    t->stays_known = true;
    add_ticket(&b, "DX-2", DX_TICKET_DONE)->first_response_ms = 0;
    add_ticket(&b, "DX-3", DX_TICKET_NEW)->refused = TICKET_SLAS;
    batch_cursor(&b, "tickets", T0);
    return world_commit(w, DESK, T0, &b, err);
}

bool world_more_tickets(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct ticket *t;

    add_ticket(&b, "DX-1", DX_TICKET_DONE)->updated_ms = T0;
    t = batch_ticket(&b);
    t->key = "DX-3";
    t->gone = true;
    t = batch_ticket(&b);
    t->key = "DX-2";
    t->parts = TICKET_RESPONSE;
    t->first_response_ms = T0 - HOUR;
    return world_commit(w, DESK, T0 + MINUTE, &b, err);
}

/* Of DX, which it was until then. */
bool world_renamed_project(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    add_ticket(&b, "OPS-1", DX_TICKET_DONE)->updated_ms = T0;
    return world_commit(w, DESK, T0 + 2 * MINUTE, &b, err);
}

bool world_alerts(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    kit_alert(&b, "a", DX_ALERT_FIRING, T0 - HOUR);
    kit_alert(&b, "b", DX_ALERT_FIRING, 0);
    return world_commit(w, AM, T0, &b, err);
}

bool world_fewer_alerts(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    kit_alert(&b, "b", DX_ALERT_SILENCED, 0);
    return world_commit(w, AM, T0 + MINUTE, &b, err);
}

bool world_samples(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    for (int i = 0; i < 3; i++)
        kit_sample(&b, "waiting", "{pool=\"linux-xl\"}", T0 - i * MINUTE, i);
    (void)batch_series(&b, (struct series){ .query = "says", .labels = "{}", .text = "hello" });
    return world_commit(w, PROM, T0, &b, err);
}

bool world_other_unit(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    (void)batch_series(
        &b, (struct series){ .query = "says", .labels = "{}", .text = "", .unit = DX_UNIT_COUNT });
    b.done = 1;
    b.total = 2;
    return world_commit(w, PROM, T0 + MINUTE, &b, err);
}
