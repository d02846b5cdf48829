/* Tickets in the store: parts that come one by one, the order of the list, the past. */
#include "config.h"

#include <string.h>

#include "core/mem.h"
#include "store_kit.h"

TestSuite(store_tickets, .init = kit_init, .fini = kit_done, .timeout = 20);

static struct ticket *add(struct batch *batch, const char *key, int64_t created_ms,
                          int64_t updated_ms)
{
    struct ticket *t = batch_ticket(batch);

    t->parts = TICKET_FIELDS;
    t->project = "DX";
    t->key = key;
    t->title = "CI cannot pull images";
    t->raw_status = "Open";
    t->state = DX_TICKET_NEW;
    t->created_ms = created_ms;
    t->updated_ms = updated_ms;
    return t;
}

static struct ticket *part(struct batch *batch, const char *key, unsigned parts)
{
    struct ticket *t = batch_ticket(batch);

    t->parts = parts;
    t->key = key;
    return t;
}

static void done(struct ticket *t, int64_t resolved_ms)
{
    t->state = DX_TICKET_DONE;
    t->resolved_ms = resolved_ms;
}

static const char *list(int64_t now_ms, const struct dx_filter *filter)
{
    return ROWS(kit.store, DX_QUERY_TICKETS, filter, now_ms, DX_FIELD_NAME, DX_FIELD_STATE,
                DX_FIELD_RESPONDED, DX_FIELD_RESOLVED);
}

Test(store_tickets, open_ones_come_by_urgency_then_those_that_were_done)
{
    struct batch b = { 0 };
    struct ticket_sla soon = { "resolution", DX_SLA_RUNNING, T0 + HOUR, HOUR, 4 * HOUR, 0 };
    struct ticket_sla over = { "resolution", DX_SLA_BREACHED, T0 - MINUTE, -MINUTE, HOUR, 0 };
    struct ticket *t;

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0 - DAY);
    add(&b, "DX-2", T0 - DAY, T0 - DAY)->priority = 2;
    t = add(&b, "DX-3", T0 - HOUR, T0);
    t->parts |= TICKET_SLAS;
    t->slas = &soon;
    t->sla_count = 1;
    t = add(&b, "DX-4", T0 - HOUR, T0);
    t->parts |= TICKET_SLAS;
    t->slas = &over;
    t->sla_count = 1;
    done(add(&b, "DX-5", T0 - 3 * DAY, T0), T0 - 2 * DAY);
    done(add(&b, "DX-6", T0 - 3 * DAY, T0), T0 - DAY);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(list(T0, DX_FILTER(.from_ms = T0 - 5 * DAY)), "DX-4|1|-|-\nDX-3|1|-|-\n"
                                                                   "DX-2|1|-|-\nDX-1|1|-|-\n"
                                                                   "DX-6|3|-|-86400\n"
                                                                   "DX-5|3|-|-172800\n");
    cr_expect_str_eq(list(T0, DX_FILTER(.open = true, .limit = 2)), "DX-4|1|-|-\nDX-3|1|-|-\n");
    cr_expect_str_eq(list(T0, DX_FILTER(.from_ms = T0 - 36 * HOUR, .name = "DX-6")),
                     "DX-6|3|-|-86400\n");
    cr_expect_str_eq(list(T0, DX_FILTER(.open = true, .source = "am")), "");
}

/* It changed since: in which state it was open, nobody knows. */
Test(store_tickets, in_the_past_it_was_open)
{
    struct batch b = { 0 };
    struct ticket *t;

    kit_collect();
    t = add(&b, "DX-1", T0 - DAY, T0);
    t->parts |= TICKET_RESPONSE;
    t->first_response_ms = T0 - 2 * HOUR;
    done(t, T0 - HOUR);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(list(T0 - 90 * MINUTE, NULL), "DX-1|4|-7200|-\n");
    cr_expect_str_eq(list(T0 - 3 * HOUR, NULL), "DX-1|4|-|-\n");
    cr_expect_str_eq(list(T0 - 2 * DAY, NULL), "");
    cr_expect_str_eq(list(T0 - 90 * MINUTE, DX_FILTER(.open = true)), "DX-1|4|-7200|-\n");
}

Test(store_tickets, an_older_page_changes_nothing)
{
    struct batch b = { 0 };

    kit_collect();
    done(add(&b, "DX-1", T0 - DAY, T0), T0);
    kit_poll(0, T0, &b);
    add(&b, "DX-1", T0 - DAY, T0 - MINUTE);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(list(T0, NULL), "DX-1|3|-|0\n");
    add(&b, "DX-1", T0 - DAY, T0 + MINUTE); /* reopened */
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_str_eq(list(T0 + MINUTE, NULL), "DX-1|1|-|-\n");
}

/* Which parts it has, of all tickets of the first source. */
static unsigned parts_of(unsigned lacks, size_t *count)
{
    struct stored_ticket out[8];
    struct arena arena = { 0 };
    unsigned parts;

    *count = store_tickets(kit.store, &(struct tickets_of){ .source = kit.id[0], .lacks = lacks },
                           out, 8, &arena);
    parts = *count > 0 ? out[0].parts : 0;
    arena_free(&arena);
    return parts;
}

Test(store_tickets, parts_come_one_by_one_and_again_when_it_moved_on)
{
    struct batch b = { 0 };
    struct ticket_pause pauses[] = { { T0 - HOUR, T0 - MINUTE }, { T0, 0 } };
    struct ticket *t;
    size_t n;

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0, &b);
    cr_expect_eq(parts_of(TICKET_PAUSES, &n), TICKET_FIELDS);
    t = part(&b, "DX-1", TICKET_PAUSES);
    t->pauses = pauses;
    t->pause_count = 2;
    t = part(&b, "DX-1", TICKET_RESPONSE);
    t->first_response_ms = T0 - HOUR;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(list(T0, NULL), "DX-1|1|-3600|-\n");
    (void)parts_of(TICKET_PAUSES, &n);
    cr_expect_eq(n, 0);

    add(&b, "DX-1", T0 - DAY, T0 + MINUTE); /* what was answered stays answered */
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_eq(parts_of(TICKET_PAUSES, &n), TICKET_FIELDS | TICKET_RESPONSE);
    cr_expect_str_eq(list(T0 + MINUTE, NULL), "DX-1|1|-3600|-\n");

    part(&b, "DX-77", TICKET_RESPONSE)->first_response_ms = T0; /* its fields never came */
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_TICKETS, T0 + HOUR), 1);
}

Test(store_tickets, what_is_refused_stays_as_it_was_and_is_not_asked_for_again)
{
    struct batch b = { 0 };
    struct ticket_pause pause = { T0 - HOUR, T0 - MINUTE };
    struct ticket *t;
    size_t n;

    kit_collect();
    t = add(&b, "DX-1", T0 - DAY, T0);
    t->parts |= TICKET_RESPONSE | TICKET_PAUSES;
    t->first_response_ms = T0 - HOUR;
    t->pauses = &pause;
    t->pause_count = 1;
    kit_poll(0, T0, &b);
    part(&b, "DX-1", TICKET_RESPONSE | TICKET_PAUSES | TICKET_SLAS)->refused =
        TICKET_RESPONSE | TICKET_PAUSES;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(list(T0, NULL), "DX-1|1|-3600|-\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_PAUSES, DX_FILTER(.key = "t1"), T0,
                          DX_FIELD_STARTED, DX_FIELD_FINISHED),
                     "1789996400000|1789999940000\n");
    (void)parts_of(TICKET_RESPONSE | TICKET_PAUSES, &n);
    cr_expect_eq(n, 0);

    add(&b, "DX-1", T0 - DAY, T0 + MINUTE); /* it moved on: perhaps it can be had now */
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_eq(parts_of(TICKET_PAUSES, &n), TICKET_FIELDS | TICKET_RESPONSE);
    cr_expect_eq(n, 1);
}

static const char *known(void)
{
    return ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.key = "t1"), T0 + DAY,
                DX_FIELD_REPLY_KNOWN);
}

Test(store_tickets, that_nobody_answered_is_known_where_it_was_said)
{
    struct batch b = { 0 };

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(known(), "0\n", "not asked for yet");
    part(&b, "DX-1", TICKET_RESPONSE)->refused = TICKET_RESPONSE;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(known(), "0\n", "refused");
    part(&b, "DX-1", TICKET_RESPONSE);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(known(), "1\n", "nobody did");
    part(&b, "DX-1", TICKET_RESPONSE)->first_response_ms = T0;
    kit_poll(0, T0, &b);
    part(&b, "DX-1", TICKET_RESPONSE)->refused = TICKET_RESPONSE;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(known(), "1\n", "somebody did");
}

Test(store_tickets, of_one_that_is_gone_nothing_more_is_known)
{
    struct batch b = { 0 };

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0, &b);
    part(&b, "DX-1", 0)->gone = true;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(known(), "0\n");
}

/* When the first of the open tickets, by that, was seen last. */
static int64_t seen_ms(void)
{
    struct stored_ticket out[1] = { { 0 } };
    struct arena arena = { 0 };

    (void)store_tickets(kit.store, &(struct tickets_of){ .source = kit.id[0] }, out, 1, &arena);
    arena_free(&arena);
    return out[0].seen_ms;
}

Test(store_tickets, one_that_stays_as_it_is_was_seen_to_an_hour)
{
    struct batch b = { 0 };

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0, &b);
    cr_expect_eq(seen_ms(), T0);
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0 + HOUR, &b);
    cr_expect_eq(seen_ms(), T0, "no page is made dirty for less");
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0 + HOUR + MINUTE, &b);
    cr_expect_eq(seen_ms(), T0 + HOUR + MINUTE);
}

/* Else it would be looked after in each poll, and no other in its place. */
Test(store_tickets, one_that_was_asked_for_in_vain_waits_its_turn_again)
{
    struct batch b = { 0 };
    struct stored_ticket out[2] = { { 0 } };
    struct arena arena = { 0 };

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0, &b);
    add(&b, "DX-2", T0 - DAY, T0);
    kit_poll(0, T0 + MINUTE, &b);
    part(&b, "DX-1", 0);
    part(&b, "DX-3", 0); /* it never came */
    kit_poll(0, T0 + DAY, &b);
    cr_expect_eq(
        store_tickets(kit.store, &(struct tickets_of){ .source = kit.id[0] }, out, 2, &arena), 2);
    cr_expect(out[0].key && strcmp(out[0].key, "DX-2") == 0, "%s", out[0].key);
    cr_expect_eq(out[1].seen_ms, T0 + DAY);
    part(&b, "DX-2", TICKET_RESPONSE)->refused = TICKET_RESPONSE;
    kit_poll(0, T0 + DAY + MINUTE, &b);
    cr_expect_eq(seen_ms(), T0 + DAY);
    arena_free(&arena);
}

Test(store_tickets, the_server_has_it_no_more)
{
    struct batch b = { 0 };
    size_t n;

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0, &b);
    cr_expect_eq(store_ticket(kit.store, kit.id[0], "DX-1", T0), STORED_OPEN);
    cr_expect_eq(store_ticket(kit.store, kit.id[0], "DX-1", T0 + 1), STORED_MOVED);
    cr_expect_eq(store_ticket(kit.store, kit.id[0], "DX-2", T0), STORED_NOT);
    part(&b, "DX-1", 0)->gone = true;
    kit_poll(0, T0 + MINUTE, &b);
    (void)parts_of(TICKET_LINKS, &n);
    cr_expect_eq(n, 0);
    cr_expect_str_eq(list(T0 + HOUR, DX_FILTER(.open = true)), "");
    cr_expect_eq(store_ticket(kit.store, kit.id[0], "DX-1", T0), STORED_MOVED, "if it comes again");
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0 + 2 * MINUTE, &b);
    cr_expect_eq(store_ticket(kit.store, kit.id[0], "DX-1", T0), STORED_OPEN);
    cr_expect(strncmp(list(T0 + HOUR, DX_FILTER(.open = true)), "DX-1", 4) == 0);
}

Test(store_tickets, an_sla_is_the_servers)
{
    struct batch b = { 0 };
    struct ticket_sla slas[] = {
        { "first response", DX_SLA_MET, T0 - HOUR, 5 * MINUTE, HOUR, T0 - 2 * HOUR },
        { "resolution", DX_SLA_RUNNING, T0 + HOUR, SLA_UNSAID, -1, 0 },
    };
    const char *const links[] = { "blocks DX-3" };
    struct ticket *t;

    kit_collect();
    t = add(&b, "DX-1", T0 - DAY, T0);
    t->parts |= TICKET_SLAS | TICKET_LINKS;
    t->slas = slas;
    t->sla_count = 2;
    t->links = links;
    t->link_count = 1;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.parts = true), T0, DX_FIELD_SLA,
                          DX_FIELD_SLA_STATE, DX_FIELD_BREACH, DX_FIELD_LEFT, DX_FIELD_LINKS),
                     "resolution|1|3600|-|[\"blocks DX-3\"]\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_SLAS, DX_FILTER(.key = "t1"), T0,
                          DX_FIELD_NAME, DX_FIELD_SLA_STATE, DX_FIELD_LEFT, DX_FIELD_GOAL),
                     "first response|3|300000|3600000\nresolution|1|-|-\n");
    t = part(&b, "DX-1", TICKET_SLAS); /* it has none any more */
    kit_poll(0, T0, &b);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, NULL, T0, DX_FIELD_SLA, DX_FIELD_BREACH),
                     "-|-\n");
}

/* A server may go on to say when a clock that stands would have run out. */
Test(store_tickets, what_is_paused_hides_nothing_that_is_over)
{
    struct batch b = { 0 };
    struct ticket_sla paused = { "reply", DX_SLA_PAUSED, T0 - HOUR, SLA_UNSAID, -1, 0 };
    struct ticket_sla both[] = { paused,
                                 { "resolution", DX_SLA_BREACHED, T0 - MINUTE, -MINUTE, -1, 0 } };
    struct ticket *t;

    kit_collect();
    t = add(&b, "DX-1", T0 - DAY, T0);
    t->parts |= TICKET_SLAS;
    t->slas = &paused;
    t->sla_count = 1;
    t = add(&b, "DX-2", T0 - DAY, T0);
    t->parts |= TICKET_SLAS;
    t->slas = both;
    t->sla_count = 2;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.open = true), T0, DX_FIELD_NAME,
                          DX_FIELD_SLA, DX_FIELD_SLA_STATE, DX_FIELD_BREACH, DX_FIELD_RISK),
                     "DX-2|resolution|4|-60|2\nDX-1|reply|2|-|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_SLAS, DX_FILTER(.key = "t1"), T0,
                          DX_FIELD_NAME, DX_FIELD_BREACH),
                     "reply|-3600\n", "as its server said it");
}

Test(store_tickets, what_is_over_since_nobody_knows_when_is_over)
{
    struct batch b = { 0 };
    struct ticket_sla slas[] = {
        { "reply", DX_SLA_RUNNING, T0 + HOUR, SLA_UNSAID, -1, 0 },
        { "resolution", DX_SLA_BREACHED, 0, SLA_UNSAID, -1, 0 },
    };
    struct ticket *t;

    kit_collect();
    t = add(&b, "DX-1", T0 - DAY, T0);
    t->parts |= TICKET_SLAS;
    t->slas = slas;
    t->sla_count = 2;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, NULL, T0, DX_FIELD_SLA, DX_FIELD_RISK),
                     "resolution|2\n");
}

Test(store_tickets, what_is_as_it_was_is_not_written)
{
    struct batch b = { 0 };

    kit_collect();
    for (int i = 0; i < 2; i++) {
        add(&b, "DX-1", T0 - DAY, T0);
        kit_poll(0, T0 + i, &b);
    }
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, NULL, T0 + 1, DX_FIELD_KEY, DX_FIELD_TITLE),
                     "t1|CI cannot pull images\n");
}

/* ---- those that are gone ---- */

Test(store_tickets, one_that_is_gone_was_open_until_then_and_is_done_by_nobody)
{
    struct batch b = { 0 };
    const struct dx_filter *of[] = { DX_FILTER(.from_ms = T0 - 5 * DAY),
                                     DX_FILTER(.from_ms = T0 - 5 * DAY, .order = DX_BY_NAME),
                                     DX_FILTER(.from_ms = T0 - 5 * DAY, .text = "DX") };

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0 - HOUR);
    done(add(&b, "DX-2", T0 - DAY, T0 - HOUR), T0 - HOUR);
    done(add(&b, "DX-3", T0 - DAY, T0 - HOUR), T0 - HOUR);
    kit_poll(0, T0, &b);
    part(&b, "DX-1", 0)->gone = true;
    part(&b, "DX-2", 0)->moved = true;
    kit_poll(0, T0 + HOUR, &b);
    for (size_t i = 0; i < 3; i++) {
        cr_expect_str_eq(list(T0 + DAY, of[i]), "DX-3|3|-|-3600\n", "%zu", i);
        cr_expect_str_eq(list(T0 + MINUTE, of[i]), "DX-1|4|-|-\nDX-3|3|-|-3600\n", "%zu", i);
    }
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.key = "t1"), T0 + DAY,
                          DX_FIELD_NAME, DX_FIELD_GONE),
                     "DX-1|3600\n", "it says so of itself");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.key = "t1"), T0 + MINUTE,
                          DX_FIELD_NAME, DX_FIELD_GONE),
                     "DX-1|-\n");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_SEARCH, DX_FILTER(.name = "images"), T0 + DAY, DX_FIELD_NAME),
        "DX-3\n");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_SIMILAR, DX_FILTER(.key = "t3"), T0 + DAY, DX_FIELD_NAME), "");
    add(&b, "DX-1", T0 - DAY, T0 - HOUR); /* it is there again */
    kit_poll(0, T0 + 2 * HOUR, &b);
    cr_expect_str_eq(list(T0 + DAY, of[0]), "DX-1|1|-|-\nDX-3|3|-|-3600\n");
}

/* ---- what it was read from, and how it stood ---- */

Test(store_tickets, a_time_has_what_it_was_read_from)
{
    struct batch b = { 0 };
    struct ticket *t;

    kit_collect();
    t = add(&b, "DX-1", T0 - DAY, T0);
    t->created_basis = "created";
    t->resolved_basis = "resolutiondate";
    done(t, T0 - HOUR);
    t = part(&b, "DX-1", TICKET_RESPONSE);
    t->first_response_ms = T0 - 2 * HOUR;
    t->response_basis = "comment";
    kit_poll(0, T0, &b);
#define BASES(at)                                                                                  \
    ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.key = "t1", .parts = true), at,                   \
         DX_FIELD_CREATED_BASIS, DX_FIELD_RESPONDED_BASIS, DX_FIELD_RESOLVED_BASIS)
    cr_expect_str_eq(BASES(T0), "created|comment|resolutiondate\n");
    cr_expect_str_eq(BASES(T0 - 90 * MINUTE), "created|comment|-\n", "then it was not resolved");
    add(&b, "DX-1", T0 - DAY, T0 + MINUTE); /* reopened */
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect_str_eq(BASES(T0 + MINUTE), "-|comment|-\n");
}

static const char *stays(int64_t at_ms)
{
    return ROWS(kit.store, DX_QUERY_TICKET_STAYS, DX_FILTER(.key = "t1"), at_ms, DX_FIELD_STATE,
                DX_FIELD_STARTED, DX_FIELD_FINISHED);
}

Test(store_tickets, how_it_stood_is_a_history)
{
    struct batch b = { 0 };
    struct ticket_stay list[] = { { DX_STAY_NEW, 0 },
                                  { DX_STAY_IN_PROGRESS, T0 - 3 * HOUR },
                                  { DX_STAY_WAITING, T0 - HOUR } };
    struct ticket *t;

    kit_collect();
    add(&b, "DX-1", T0 - DAY, T0);
    kit_poll(0, T0, &b);
    cr_expect_str_eq(stays(T0), "", "not known");
    t = part(&b, "DX-1", TICKET_PAUSES);
    t->stays = list;
    t->stay_count = 3;
    t->stays_known = true;
    kit_poll(0, T0, &b);
    cr_expect_str_eq(stays(T0), "1|1789913600000|1789989200000\n2|1789989200000|1789996400000\n"
                                "4|1789996400000|-\n");
    cr_expect_str_eq(stays(T0 - 2 * HOUR), "1|1789913600000|1789989200000\n2|1789989200000|-\n");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.parts = true), T0 - 2 * HOUR, DX_FIELD_STAYS),
        "[[1,1789913600000],[2,1789989200000]]\n");
    part(&b, "DX-1", TICKET_PAUSES)->stays_known = true; /* it never changed */
    kit_poll(0, T0, &b);
    cr_expect_str_eq(stays(T0), "1|1789913600000|-\n");
    part(&b, "DX-1", 0)->gone = true;
    kit_poll(0, T0 + HOUR, &b);
    cr_expect_str_eq(stays(T0 + DAY), "1|1789913600000|1790003600000\n", "until it was gone");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, NULL, T0 + MINUTE, DX_FIELD_STATE), "1\n",
                     "as it stood then");
    part(&b, "DX-1", TICKET_PAUSES); /* of its pauses only it is known when they were */
    kit_poll(0, T0 + HOUR, &b);
    cr_expect_str_eq(stays(T0 + DAY), "");
}
