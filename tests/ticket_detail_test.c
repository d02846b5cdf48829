/* The detail of one ticket, painted from a store: how it stood, what its times were read
 * from, and what it says of one that its server has no more. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "panel/host.h"
#include "store_kit.h"

extern const struct dx_panel dx_panel_tickets;

static struct grid grid;

static void setup(void)
{
    kit_init();
    kit_collect();
    grid_init(&grid, 30, 90, &glyph_sets[GLYPHS_ASCII]);
}

static void teardown(void)
{
    grid_done(&grid);
    kit_done();
}

TestSuite(ticket_detail, .init = setup, .fini = teardown, .timeout = 20);

/* The line of the detail that begins with this label, its border left out; "": none. */
static const char *line_of(const char *label, int64_t now_ms)
{
    struct options { /* as they stand in struct tickets */
        const char *text[5];
        int64_t number[4];
    } options = { { "", "", "", "", "" }, { 0, 0, 0, 0 } };
    struct reader reader = store_reader(kit.store);
    static char found[400];
    struct dx_canvas canvas = canvas_of(&grid);
    struct dx_error err = { 0 };
    struct instance in;

    cr_assert(instance_open(&in, &dx_panel_tickets, "", &options, sizeof(options)), "%s",
              in.error.text);
    instance_push(&in, &(struct step){ .key = "t1", .name = "DX-1" });
    cr_assert(store_begin(kit.store, &err), "%s", err.text);
    instance_update(&in, &reader, now_ms, grid.rows - 2, grid.cols - 2);
    store_end(kit.store);
    cr_assert_eq(in.error.fault, DX_FAULT_NONE, "%s", in.error.text);
    grid_clear(&grid);
    instance_draw(&in, &canvas, now_ms, true);
    instance_close(&in);
    found[0] = '\0';
    for (int row = 1; row < grid.rows - 1; row++) {
        size_t n = 0;

        for (int col = 2; col < grid.cols - 2; col++) {
            char32_t cp = grid.cells[row * grid.cols + col].cp;

            found[n++] = cp == 0 ? ' ' : cp < 0x80 ? (char)cp : '?';
        }
        while (n > 0 && found[n - 1] == ' ')
            n--;
        found[n] = '\0';
        if (strncmp(found, label, strlen(label)) == 0)
            return found + strlen(label) + strspn(found + strlen(label), " ");
    }
    return "";
}

static void put_ticket(void)
{
    static struct ticket_stay stays[] = {
        { DX_STAY_NEW, 0 },
        { DX_STAY_IN_PROGRESS, T0 - 90 * MINUTE },
        { DX_STAY_WAITING, T0 - 30 * MINUTE },
    };
    struct batch b = { 0 };
    struct ticket *t = batch_ticket(&b);

    t->parts = TICKET_FIELDS | TICKET_PAUSES | TICKET_RESPONSE;
    t->project = "DX";
    t->key = "DX-1";
    t->title = "CI cannot pull images";
    t->raw_status = "Open";
    t->state = DX_TICKET_IN_PROGRESS;
    t->created_ms = T0 - 2 * HOUR;
    t->updated_ms = T0;
    t->created_basis = "created";
    t->first_response_ms = T0 - HOUR;
    t->response_basis = "comment";
    t->stays = stays;
    t->stay_count = 3;
    t->stays_known = true;
    kit_poll(0, T0, &b);
}

Test(ticket_detail, says_how_the_ticket_stood)
{
    put_ticket();
    cr_expect_str_eq(line_of("in status", T0), "new 30m . in progress 1h 00m . waiting 30m");
    cr_expect_str_eq(line_of("in status", T0 - HOUR), "new 30m . in progress 30m",
                     "then it did not wait yet");
}

Test(ticket_detail, says_what_a_time_was_read_from)
{
    put_ticket();
    cr_expect(strstr(line_of("created", T0), "(created)"), "%s", line_of("created", T0));
    cr_expect(strstr(line_of("first reply", T0), "(comment)"), "%s", line_of("first reply", T0));
    cr_expect_not(strstr(line_of("first reply", T0 - 90 * MINUTE), "(comment)"),
                  "then there was none");
}

/* What a first reply is stands in the help, what this one was read from only here. */
Test(ticket_detail, what_it_is_gives_way_to_what_it_was_read_from)
{
    static const struct {
        int cols;
        bool said;
    } cases[] = { { 66, true }, { 60, false }, { 44, false } };

    put_ticket();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *line;

        grid_done(&grid);
        grid_init(&grid, 30, cases[i].cols, &glyph_sets[GLYPHS_ASCII]);
        line = line_of("first reply", T0);
        cr_expect(strstr(line, "(comment)"), "%d: %s", cases[i].cols, line);
        cr_expect_eq(strstr(line, "in public, by others") != NULL, cases[i].said, "%d: %s",
                     cases[i].cols, line);
    }
}

Test(ticket_detail, says_of_one_that_is_gone_that_its_server_has_it_no_more)
{
    struct batch b = { 0 };
    struct ticket *t;

    put_ticket();
    cr_expect_str_eq(line_of("gone", T0), "");
    t = batch_ticket(&b);
    t->key = "DX-1";
    t->gone = true;
    kit_poll(0, T0 + MINUTE, &b);
    cr_expect(strstr(line_of("gone", T0 + HOUR), "moved to another key, or not asked for any more"),
              "%s", line_of("gone", T0 + HOUR));
    cr_expect_str_eq(line_of("gone", T0), "", "at that moment it had");
    cr_expect_str_eq(line_of("in status", T0 + HOUR), "new 30m . in progress 1h 00m . waiting 31m",
                     "until then");
}

/* "due 14:13" of tomorrow would read as if it were over. */
Test(ticket_detail, says_on_which_day_it_is_due)
{
    static const struct {
        int64_t in_ms;
        const char *due;
    } dues[] = { { 2 * HOUR, "due 16:13" },
                 { DAY, "due Tue 14:13" },
                 { 6 * DAY, "due 27 Sep" },
                 { -2 * HOUR, "due 12:13" },
                 { -DAY, "due Sun 14:13" } };

    cr_assert(setenv("TZ", "UTC", 1) == 0);
    put_ticket();
    for (size_t i = 0; i < sizeof(dues) / sizeof(dues[0]); i++) {
        struct ticket_sla sla = { "reply", DX_SLA_RUNNING, T0 + dues[i].in_ms, SLA_UNSAID, -1, 0 };
        struct batch b = { 0 };
        struct ticket *t = batch_ticket(&b);
        const char *line;

        t->key = "DX-1";
        t->parts = TICKET_SLAS;
        t->slas = &sla;
        t->sla_count = 1;
        kit_poll(0, T0, &b);
        line = line_of("SLA", T0);
        cr_expect(strstr(line, dues[i].due), "%s, not %s", line, dues[i].due);
    }
}

Test(ticket_detail, says_how_many_slas_and_links_have_no_room)
{
    static const char *const links[] = { "blocks DX-2", "blocks DX-3", "blocks DX-4", "blocks DX-5",
                                         "blocks DX-6", "blocks DX-7", "blocks DX-8", "blocks DX-9",
                                         "causes DX-2", "causes DX-3", "causes DX-4" };
    struct ticket_sla slas[10];
    struct batch b = { 0 };
    struct ticket *t;

    t = batch_ticket(&b);
    for (int i = 0; i < 10; i++)
        slas[i] = (struct ticket_sla){ "reply", DX_SLA_RUNNING, T0 + HOUR, SLA_UNSAID, -1, 0 };
    t->key = "DX-1";
    t->parts = TICKET_FIELDS | TICKET_SLAS | TICKET_LINKS;
    t->created_ms = T0 - HOUR;
    t->title = "x";
    t->updated_ms = T0;
    t->slas = slas;
    t->sla_count = 10;
    t->links = links;
    t->link_count = 11;
    kit_poll(0, T0, &b);
    grid_done(&grid);
    grid_init(&grid, 50, 90, &glyph_sets[GLYPHS_ASCII]);
    cr_expect_str_eq(line_of("             and 2", T0), "more", "SLAs");
    cr_expect_str_eq(line_of("links", T0), "blocks DX-2");
    cr_expect_str_eq(line_of("             and 3", T0), "more", "links");
}
