/* Lists of more tickets than there is room for: what is left out, and that it is said. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "panel/host.h"
#include "store_kit.h"

extern const struct dx_panel dx_panel_tickets, dx_panel_desk;

static struct instance in;
static bool over; /* their SLAs are */

static void setup(void)
{
    over = false;
    kit_init();
    kit_collect();
}

static void teardown(void)
{
    instance_close(&in);
    kit_done();
}

TestSuite(ticket_many, .init = setup, .fini = teardown, .timeout = 20);

/* The first of them are open, the others were done within the hour. */
static void put_tickets(int open, int done)
{
    static char keys[2100][16];
    static struct ticket_sla sla = { .name = "resolution",
                                     .state = DX_SLA_BREACHED,
                                     .breach_ms = T0 - HOUR };
    struct batch b = { 0 };

    for (int i = 0; i < open + done; i++) {
        struct ticket *t = batch_ticket(&b);

        (void)snprintf(keys[i], sizeof(keys[i]), "DX-%d", i);
        t->parts = TICKET_FIELDS;
        t->key = keys[i];
        t->project = "DX";
        t->title = i < open ? "open" : "done";
        t->state = i < open ? DX_TICKET_NEW : DX_TICKET_DONE;
        t->created_ms = t->updated_ms = T0 - 2 * HOUR;
        t->resolved_ms = i < open ? 0 : T0 - HOUR + i;
        t->parts |= over ? TICKET_SLAS : 0;
        t->slas = &sla;
        t->sla_count = over;
    }
    kit_poll(0, T0, &b);
}

static void show(void)
{
    struct reader reader = store_reader(kit.store);
    struct dx_error err = { 0 };

    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    instance_update(&in, &reader, T0 + MINUTE, 20, 100);
    store_end(kit.store);
    cr_assert_eq(in.error.fault, DX_FAULT_NONE, "%s", in.error.text);
}

/* Its filter looks at all of them then. */
Test(ticket_many, done_ones_that_have_no_room_are_said)
{
    struct { /* as they stand in struct tickets */
        const char *text[5];
        int64_t up_to, recent_ms, at_risk_ms, old_ms;
    } options = { { "", "", "", "", "" }, 0, DAY, 0, 0 };

    put_tickets(3, 1200);
    cr_assert(instance_open(&in, &dx_panel_tickets, "", &options, sizeof(options)));
    show();
    cr_expect_eq(in.table->row_count, 1000);
    cr_expect_eq(in.total, 1203, "%d", (int)in.total);
}

/* The headline has no room for all of them, but their number; while one is read, too. */
Test(ticket_many, all_that_are_over_are_told)
{
    struct { /* as they stand in struct tickets */
        const char *text[5];
        int64_t up_to, recent_ms, at_risk_ms, old_ms;
    } options = { { "", "", "", "", "" }, 0, DAY, 0, 0 };

    over = true;
    put_tickets(30, 5);
    cr_assert(instance_open(&in, &dx_panel_tickets, "", &options, sizeof(options)));
    show();
    cr_expect_eq(in.found_count, 30, "%zu", in.found_count);
    cr_expect_eq(in.finding_count, FINDINGS_MOST);
    cr_assert(instance_enter(&in));
    show();
    cr_expect_eq(in.found_count, 30, "%zu", in.found_count);
}

/* The desk, at the tickets that have no category: all of them. */
static void open_category(void)
{
    static const char *const part[] = { "categories" };
    struct dx_items options = { (void *)part, 1 };

    cr_assert(instance_open(&in, &dx_panel_desk, "", &options, sizeof(options)));
    instance_push(&in, &(struct step){ .key = "all", .name = "by category" });
    instance_push(&in, &(struct step){ .key = "c0", .name = "none" });
    show();
}

/* Behind what was resolved stands what was resolved. */
Test(ticket_many, open_ones_hide_none_that_was_done)
{
    put_tickets(400, 5);
    open_category();
    cr_expect_eq(in.table->row_count, 405, "%d", (int)in.table->row_count);
    cr_expect_eq(in.total, 0, "they are all");
}

Test(ticket_many, that_there_are_more_is_said_where_nobody_counts_them)
{
    put_tickets(1001, 1000);
    open_category();
    cr_expect_eq(in.table->row_count, 2000, "%d", (int)in.table->row_count);
    cr_expect_eq(in.total, -1);
}
