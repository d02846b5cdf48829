/* servicenow: whatever pages are like, what comes, comes whole, and they have an end. */
#include "config.h"

#include <stdio.h>

#include "snow_table.h"

static void run_variants(void (*prepare)(void), const char *what)
{
    for (int v = 0; v < 8; v++) {
        char name[80];

        forget();
        server.says_count = v & 1;
        server.links = v & 2;
        server.counts_after_rules = v & 4;
        prepare();
        snprintf(name, sizeof(name), "%s%s%s%s", what, v & 1 ? ", a count" : "",
                 v & 2 ? ", links" : "", v & 4 ? ", after the rules" : "");
        cr_assert(poll_once(NOW), "%s: %s", name, kit.err.text);
        expect_all(name);
        cr_expect_eq(kit.batch.done, 0);
        cr_expect_not(server.told, "%s", name);
        kit_done(&kit);
    }
}

static void plain(void)
{
    fill(1000, 10 * MINUTE);
}

static void every_third_is_hidden(void)
{
    fill(1000, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].hidden = i % 3 == 1;
}

static void all_in_one_second(void)
{
    fill(900, 0);
}

/* More than a page of rows are hidden, and behind them there are others. Without a count
 * and without links nobody can know that. */
static void a_page_is_hidden(void)
{
    fill(1000, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].hidden = i > 100 && i < 900;
    server.counts_after_rules = false;
    if (!server.links)
        server.says_count = true;
}

/* The newest, the oldest, in the midst of a page, beside each other. */
static void some_are_too_large(void)
{
    static const int large[] = { 0, 99, 100, 101, 300, 301, 302, 777, 999 };

    fill(1000, 10 * MINUTE);
    for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++)
        server.row[large[i]].large = true;
}

static void some_of_one_second_are_too_large(void)
{
    fill(900, 0);
    for (int i = 5; i < server.count; i += 90)
        server.row[i].large = true;
}

Test(servicenow_pages, one_that_is_too_large_holds_up_no_other)
{
    run_variants(some_are_too_large, "large");
    run_variants(some_of_one_second_are_too_large, "large, one second");
}

Test(servicenow_pages, all_tickets_come)
{
    run_variants(plain, "plain");
}

Test(servicenow_pages, rows_that_are_hidden_lose_no_others)
{
    run_variants(every_third_is_hidden, "hidden");
}

Test(servicenow_pages, a_mass_change_in_one_second_is_paged_through)
{
    run_variants(all_in_one_second, "one second");
}

Test(servicenow_pages, a_page_without_rows_is_not_the_end)
{
    run_variants(a_page_is_hidden, "a hidden page");
}

/* The oldest change goes to the end of the list, and all others move up by one. */
Test(servicenow_pages, a_ticket_that_moves_while_pages_are_read_shifts_no_other_out)
{
    int missing = 0;

    server.says_count = server.links = true;
    fill(1000, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].active = true;
    cr_assert(poll_once(NOW));
    for (int i = 0; i < server.count; i++)
        server.row[i].updated_ms = NOW + i * 1000;
    server.move_at = server.requests + 3;
    cr_assert(poll_once(NOW + HOUR));
    for (size_t i = 0; i < store.count; i++)
        missing += store.ticket[i].updated_ms < NOW;
    cr_expect_eq(missing, 0, "%d changes were not seen", missing);
}

Test(servicenow_pages, a_page_that_comes_again_and_again_is_the_end)
{
    for (int v = 0; v < 4; v++) {
        forget();
        server.says_count = v & 1;
        server.links = v & 2;
        server.ignores_offset = true;
        fill(900, 0);
        cr_assert(poll_once(NOW), "%s", kit.err.text);
        cr_expect_lt(server.requests, 10, "%d", server.requests);
        cr_expect(server.told);
        kit_done(&kit);
    }
}

/* ---- more is said to be there than comes ---- */

/* How many pages of active tickets are asked for, where only some of them have a row, all of
 * them of one second. */
static int pages_with_rows_on(const int *with, size_t count)
{
    const struct plan_request *r;
    int asked = 0;

    forget();
    ticket_poll(&store, &kit, NOW);
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    while ((r = plan_take(&kit.plan)) != NULL) {
        char body[300] = "{\"result\":[]}";

        if (r->step != SNOW_OPEN)
            continue;
        for (size_t i = 0; i < count; i++)
            if (with[i] == asked)
                snprintf(body, sizeof(body),
                         "{\"result\":[{\"sys_id\":\"%032d\",\"number\":\"INC%07d\","
                         "\"sys_updated_on\":\"2026-11-02 00:00:00\",\"active\":\"true\","
                         "\"opened_at\":\"2026-11-01 00:00:00\",\"state\":\"2\"}]}",
                         asked, asked);
        cr_assert(++asked < PAGES_MOST, "it pages for ever");
        cr_assert(kit_decode(&kit, &source_servicenow, &config,
                             (struct reply){ .step = r->step,
                                             .detail = r->detail,
                                             .detail_text = r->detail_text,
                                             .head = "x-total-count: 1000000\n",
                                             .body = body }));
    }
    kit_done(&kit);
    return asked;
}

Test(servicenow_pages, pages_without_rows_have_an_end)
{
    cr_expect_eq(pages_with_rows_on(NULL, 0), 21);
}

/* The window begins anew with the first, and pages on in its second from the next one on. */
Test(servicenow_pages, only_pages_in_a_row_without_rows_are_the_end)
{
    cr_expect_eq(pages_with_rows_on((const int[]){ 0, 1, 21 }, 3), 22 + 21);
}
