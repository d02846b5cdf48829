/* servicenow: from poll to poll: what changed, what is not there any more, what is asked for
 * beside rows. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snow_table.h"

/* ---- what changes ---- */

Test(servicenow_poll, what_changed_comes_once)
{
    size_t took;

    server.says_count = true;
    fill(30, 10 * MINUTE);
    cr_assert(poll_once(NOW));
    took = store.took;
    cr_assert(poll_once(NOW + MINUTE));
    cr_expect_eq(store.took, took, "what overlaps is known");
    server.row[0].updated_ms = NOW + 30000;
    cr_assert(poll_once(NOW + 2 * MINUTE));
    cr_expect_eq(store.took, took + 1);
}

Test(servicenow_poll, a_change_that_is_seen_late_is_not_lost)
{
    server.says_count = true;
    fill(2, 10 * MINUTE);
    cr_assert(poll_once(NOW));
    server.row[server.count++] = (struct row){ .id = 77, .updated_ms = NOW, .active = true };
    cr_assert(poll_once(NOW + MINUTE));
    /* Its transaction began before that of 77, and ended behind it. */
    server.row[server.count++] =
        (struct row){ .id = 78, .updated_ms = NOW - MINUTE, .active = true };
    cr_assert(poll_once(NOW + 2 * MINUTE));
    cr_expect(ticket_find(&store, "INC0000078"));
}

Test(servicenow_poll, a_server_whose_clock_is_hours_late_loses_nothing)
{
    server.says_count = true;
    fill(2, 10 * MINUTE);
    server.row[0].updated_ms = server.row[1].updated_ms = NOW - 5 * HOUR;
    cr_assert(poll_once(NOW));
    server.row[server.count++] =
        (struct row){ .id = 77, .updated_ms = NOW - 4 * HOUR, .active = true };
    cr_assert(poll_once(NOW + MINUTE));
    cr_expect(ticket_find(&store, "INC0000077"));
}

/* An import may write any time. */
Test(servicenow_poll, a_change_of_a_time_to_come_hides_no_other)
{
    server.says_count = true;
    fill(20, 10 * MINUTE);
    server.row[3].updated_ms = NOW + 9000 * DAY;
    cr_assert(poll_once(NOW));
    server.row[server.count++] =
        (struct row){ .id = 77, .updated_ms = NOW + MINUTE, .active = true };
    cr_assert(poll_once(NOW + 2 * MINUTE));
    expect_all("one of them is ahead");
}

Test(servicenow_poll, a_server_whose_clock_was_days_ahead_has_news_again)
{
    server.says_count = true;
    fill(20, 10 * MINUTE);
    server.row[3].updated_ms = NOW + 3 * DAY;
    cr_assert(poll_once(NOW + 3 * DAY));
    server.row[server.count++] =
        (struct row){ .id = 77, .updated_ms = NOW + MINUTE, .active = true };
    cr_assert(poll_once(NOW + 2 * MINUTE));
    cr_assert(poll_once(NOW + 3 * MINUTE));
    expect_all("a clock that was put right");
}

/* Nothing had changed for days when it was asked first, and then it was not asked for days. */
Test(servicenow_poll, what_changes_after_a_quiet_time_comes_whenever_it_is_asked)
{
    server.says_count = true;
    fill(2, 10 * MINUTE);
    server.row[0].updated_ms = server.row[1].updated_ms = NOW - 3 * DAY;
    cr_assert(poll_once(NOW));
    server.row[server.count++] =
        (struct row){ .id = 77, .updated_ms = NOW + 6 * HOUR, .active = true };
    cr_assert(poll_once(NOW + 3 * DAY));
    cr_expect(ticket_find(&store, "INC0000077"));
}

Test(servicenow_poll, the_history_ends_where_it_should)
{
    server.says_count = true;
    fill(2, 0);
    server.row[0] = (struct row){ .id = 1, .updated_ms = NOW - 31 * DAY };
    server.row[1] = (struct row){ .id = 2, .updated_ms = NOW - 300 * DAY, .active = true };
    cr_assert(poll_once(NOW));
    cr_expect_not(ticket_find(&store, "INC0000001"));
    cr_expect(ticket_find(&store, "INC0000002"), "it is open");
}

Test(servicenow_poll, a_poll_without_news_is_one_request)
{
    server.says_count = true;
    fill(500, 10 * MINUTE);
    cr_assert(poll_once(NOW));
    cr_assert(poll_once(NOW + MINUTE)); /* and whether the open ones are still there */
    server.requests = 0;
    cr_assert(poll_once(NOW + 2 * MINUTE));
    cr_expect_eq(server.requests, 1, "%d", server.requests);
}

Test(servicenow_poll, a_poll_goes_on_where_the_one_before_ended)
{
    server.says_count = true;
    fill(1000, 10 * MINUTE);
    for (int round = 0; round < 20; round++)
        cr_assert(poll_some(NOW + round * MINUTE, 2), "%s", kit.err.text);
    expect_all("cut polls");
}

/* ---- a query that is passed over ---- */

Test(servicenow_poll, a_part_of_the_query_that_is_passed_over_is_seen)
{
    server.says_count = server.ignores_active = true;
    fill(30, 10 * MINUTE);
    cr_assert(poll_once(NOW), "some rows fit");
    for (size_t i = 0; i < store.count; i++)
        cr_expect_gt(store.ticket[i].updated_ms, 0);
    kit_done(&kit);
    memset(&store, 0, sizeof(store));
    memset(&kit, 0, sizeof(kit));
    for (int i = 0; i < server.count; i++)
        server.row[i] = (struct row){ .id = i + 1, .updated_ms = NOW - 2 * DAY - i * MINUTE };
    cr_expect_not(poll_once(NOW), "none fits");
    cr_expect(strstr(kit.err.text, "passes over \"active\""), "%s", kit.err.text);
}

Test(servicenow_poll, a_window_that_is_passed_over_is_seen)
{
    server.says_count = server.ignores_time = true;
    fill(30, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].updated_ms -= 3 * DAY;
    cr_expect_not(poll_once(NOW));
    cr_expect(strstr(kit.err.text, "passes over \"sys_updated_on\""), "%s", kit.err.text);
}

/* ---- tickets that are not there any more ---- */

Test(servicenow_poll, a_ticket_that_is_not_there_any_more_is_gone)
{
    static const char items[] = "INC0000001 00000000000000000000000000000001 \n"
                                "INC0000002 00000000000000000000000000000002 \n";
    static const char one[] = "{\"result\":[{\"sys_id\":\"00000000000000000000000000000001\"}]}";
    struct reply reply = { .step = SNOW_THERE, .detail_text = items, .body = one };

    server.says_count = true;
    fill(2, MINUTE);
    server.row[0].active = server.row[1].active = true;
    cr_assert(poll_once(NOW));
    reply.head = "x-total-count: 2\n";
    ticket_poll(&store, &kit, NOW + HOUR);
    cr_assert(kit_decode(&kit, &source_servicenow, &config, reply));
    cr_expect_eq(kit.batch.ticket_count, 0, "it is hidden, and not gone");
    reply.head = "x-total-count: 1\n";
    cr_assert(kit_decode(&kit, &source_servicenow, &config, reply));
    ticket_commit(&store, &kit);
    cr_expect_not(ticket_find(&store, "INC0000001")->gone);
    cr_expect(ticket_find(&store, "INC0000002")->gone);
}

/* A role was taken away and given back, say; nothing changed since. */
Test(servicenow_poll, a_ticket_that_could_not_be_seen_for_a_while_comes_back)
{
    static const char items[] = "INC0000001 00000000000000000000000000000001 \n";
    struct reply reply = { .step = SNOW_THERE,
                           .detail_text = items,
                           .head = "x-total-count: 0\n",
                           .body = "{\"result\":[]}" };

    server.says_count = true;
    server.row[server.count++] =
        (struct row){ .id = 1, .updated_ms = NOW - 5 * HOUR, .active = true };
    server.row[server.count++] = (struct row){ .id = 2, .updated_ms = NOW - HOUR };
    cr_assert(poll_once(NOW));
    ticket_poll(&store, &kit, NOW + HOUR);
    cr_assert(kit_decode(&kit, &source_servicenow, &config, reply));
    ticket_commit(&store, &kit);
    cr_assert(ticket_find(&store, "INC0000001")->gone);
    cr_assert(poll_once(NOW + 23 * HOUR));
    cr_expect(ticket_find(&store, "INC0000001")->gone, "once a day");
    cr_assert(poll_once(NOW + 25 * HOUR));
    cr_expect_not(ticket_find(&store, "INC0000001")->gone);
    cr_expect_neq(ticket_find(&store, "INC0000001")->state, DX_TICKET_DONE);
}

/* Nobody asks for it again. */
Test(servicenow_poll, a_ticket_of_a_table_that_is_not_polled_now_is_gone)
{
    static const char *others[] = { "problem" };
    const struct dx_items before = config.tables;
    struct reply reply = { .step = SNOW_NEWS,
                           .detail_text = "problem 200 0 0 ",
                           .head = "x-total-count: 0\n",
                           .body = "{\"result\":[]}" };

    server.says_count = true;
    fill(2, MINUTE);
    server.row[0].active = true;
    cr_assert(poll_once(NOW));
    cr_assert(poll_once(NOW + MINUTE));
    cr_expect_not(ticket_find(&store, "INC0000001")->gone, "it is polled");
    config.tables = (struct dx_items){ others, 1 };
    ticket_poll(&store, &kit, NOW + HOUR);
    cr_assert(kit_decode(&kit, &source_servicenow, &config, reply));
    ticket_commit(&store, &kit);
    config.tables = before;
    cr_expect(ticket_find(&store, "INC0000001")->gone);
    cr_expect_not(ticket_find(&store, "INC0000002")->gone, "it was done");
}

Test(servicenow_poll, of_many_open_tickets_some_are_looked_at_in_turns)
{
    static struct snow_item items[40];
    const struct snow_poll p = { .config = &config, .plan = &kit.plan };
    bool seen[101] = { false };
    int count = 0;

    server.says_count = true;
    fill(100, MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].active = true;
    cr_assert(poll_once(NOW));
    for (int hour = 0; hour < 5; hour++) {
        ticket_poll(&store, &kit, NOW + hour * HOUR);
        cr_expect_eq(snow_known_open(&p, HOUR, items, 40), 40);
        for (size_t i = 0; i < 40; i++)
            seen[strtol(items[i].key + 3, NULL, 10)] = true;
    }
    for (int i = 1; i <= 100; i++)
        count += seen[i];
    cr_expect_eq(count, 100, "%d", count);
}

/* ---- parts ---- */

Test(servicenow_poll, what_a_row_does_not_say_is_asked_fifty_at_a_time)
{
    size_t journal = 0, slas = 0;

    config.responses = config.slas = true;
    server.says_count = true;
    fill(120, MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].active = true;
    ticket_poll(&store, &kit, NOW);
    {
        char head[200];
        const char *next;
        char *body = table_answer("sysparm_limit=200&sysparm_offset=0", head, &next);

        cr_assert(kit_decode(
            &kit, &source_servicenow, &config,
            (struct reply){
                .step = SNOW_OPEN, .detail_text = "incident 200 0", .head = head, .body = body }));
        free(body);
    }
    for (struct plan_request *r = kit.plan.first; r; r = r->next) {
        journal += r->step == SNOW_JOURNAL;
        slas += r->step == SNOW_SLAS;
        cr_expect_lt(strlen(r->path), 4000);
    }
    cr_expect_eq(journal, 3);
    cr_expect_eq(slas, 3);
    ticket_commit(&store, &kit);
    /* None was answered: the next poll asks again, in batches of two hundred. */
    ticket_poll(&store, &kit, NOW + MINUTE);
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    journal = 0;
    for (struct plan_request *r = kit.plan.first; r; r = r->next)
        journal += r->step == SNOW_JOURNAL;
    cr_expect_eq(journal, 3);
    config.responses = config.slas = false;
}
