/* What a source promises of its tickets: that nobody can be asked for more of them, and that an id
 * is that of one ticket only. */
#include "config.h"

#include "store_kit.h"

TestSuite(ticket_keys, .init = kit_init, .fini = kit_done, .timeout = 20);

static struct batch batch;

static struct ticket *add(const char *key, int64_t updated_ms)
{
    struct ticket *t = batch_ticket(&batch);

    t->parts = TICKET_FIELDS;
    t->project = "DX";
    t->key = key;
    t->title = "CI cannot pull images";
    t->state = DX_TICKET_NEW;
    t->created_ms = T0 - DAY;
    t->updated_ms = updated_ms;
    return t;
}

static const char *replies(void)
{
    return ROWS(kit.store, DX_QUERY_TICKETS, NULL, T0 + DAY, DX_FIELD_NAME, DX_FIELD_REPLY_KNOWN);
}

/* It was printed with "nobody answered yet", then it changed and was printed without a word of
 * that. */
Test(ticket_keys, what_nobody_can_be_asked_for_is_as_it_was)
{
    kit_collect();
    for (int i = 0; i < 2; i++) {
        struct ticket *t = add(i == 0 ? "DX-1" : "DX-2", T0);

        t->parts |= TICKET_RESPONSE;
        t->keeps = i == 0;
    }
    kit_poll(0, T0, &batch);
    cr_expect_str_eq(replies(), "DX-1|1\nDX-2|1\n");
    add("DX-1", T0 + MINUTE)->keeps = true;
    add("DX-2", T0 + MINUTE);
    kit_poll(0, T0 + MINUTE, &batch);
    cr_expect_str_eq(replies(), "DX-1|1\nDX-2|0\n", "that of the other one is asked for again");
}

/* ---- keys of projects that were renamed ---- */

static void finished(const char *key, const char *id, bool unique)
{
    struct ticket *t = add(key, T0 - HOUR);

    t->id = id;
    t->unique = unique;
    t->state = DX_TICKET_DONE;
    t->resolved_ms = T0 - HOUR;
}

static const char *keys(void)
{
    return ROWS(kit.store, DX_QUERY_TICKETS,
                DX_FILTER(.from_ms = T0 - 5 * DAY, .order = DX_BY_NAME), T0 + DAY, DX_FIELD_NAME);
}

Test(ticket_keys, of_a_project_that_was_renamed_tickets_are_there_once)
{
    kit_collect();
    finished("DX-412", "10412", true);
    finished("DX-413", "10413", true);
    finished("OPS-412", "20412", true);
    finished("A_B2-1", "1", true);
    kit_poll(0, T0, &batch);
    finished("DEV-412", "10412", true);
    finished("DEV-413", "77",
             true); /* another server by the same address: its number says nothing */
    finished("A-1", "1", true);
    kit_poll(0, T0 + MINUTE, &batch);
    cr_expect_str_eq(keys(), "A-1\nDEV-412\nDEV-413\nDX-413\nOPS-412\n", "%s", keys());
    finished("DX-412", "10412", true); /* and back */
    kit_poll(0, T0 + 2 * MINUTE, &batch);
    cr_expect_str_eq(keys(), "A-1\nDEV-413\nDX-412\nDX-413\nOPS-412\n", "%s", keys());
}

/* Elsewhere an id is not one, but what requests need beside the key. */
Test(ticket_keys, an_id_that_is_not_unique_says_nothing)
{
    kit_collect();
    finished("DX-412", "ana", false);
    finished("OPS-412", "ana", false);
    finished("X", "", true);
    finished("-9", "ana", true);
    kit_poll(0, T0, &batch);
    finished("Y", "", true);
    finished("DX-413", "ana", true);
    kit_poll(0, T0 + MINUTE, &batch);
    cr_expect_str_eq(keys(), "-9\nDX-412\nDX-413\nOPS-412\nX\nY\n", "%s", keys());
}
