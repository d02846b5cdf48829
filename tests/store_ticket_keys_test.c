/* What a source promises of its tickets: that nobody can be asked for more of them. */
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
