/* A poll waits where a server asks for it, and leaves of its limits what others need. */
#include "config.h"

#include "poller_ci_kit.h"

TestSuite(poller_patience, .init = poller_ci_start, .fini = poller_kit_stop, .timeout = 60);

Test(poller_patience, waits_between_requests_where_a_good_answer_says_so)
{
    double before;

    server_ok(t.server, "Retry-After: 20\r\n", "{\"get\": [\"/page2\"]}");
    server_ok(t.server, "", "{}");
    ev_now_update(t.loop);
    before = ev_now(t.loop);
    cr_assert(poll_now());
    cr_expect_eq(server_requests(t.server), 2);
    ev_now_update(t.loop);
    cr_expect_geq(ev_now(t.loop) - before, 0.19, "20 s of a clock that runs 100 times as fast");
}

static void look(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)loop;
    (void)revents;
    if (server_requests(t.server) == 1)
        *(enum stored_run *)timer->data = stored("1");
}

Test(poller_patience, commits_what_came_before_it_waits)
{
    enum stored_run meanwhile = STORED_NOT;
    ev_timer timer;

    server_ok(t.server, "Retry-After: 20\r\n",
              "{\"runs\": [{\"id\": \"1\", \"jobs\": 1, \"whole\": true}], \"pools\": 2,"
              " \"get\": [\"/page2\"]}");
    server_ok(t.server, "", "{\"pools\": 3, \"whole\": true}");
    ev_timer_init(&timer, look, 0.1, 0.);
    timer.data = &meanwhile;
    ev_now_update(t.loop);
    ev_timer_start(t.loop, &timer);
    cr_assert(poll_now());
    cr_expect_eq(server_requests(t.server), 2);
    cr_expect_eq(meanwhile, STORED_DONE);
    cr_expect_eq(number("SELECT count(DISTINCT pool) FROM pool_count"), 3, "lists are for the end");
    cr_expect_eq(number("SELECT state FROM poll"), 1, "and then it is live");
}

Test(poller_patience, ends_a_poll_where_it_would_have_to_wait_long_or_to_spend_others_share)
{
    server_ok(t.server, "Retry-After: 300\r\n", "{\"get\": [\"/page2\"]}");
    cr_assert(poll_now());
    cr_expect_eq(server_requests(t.server), 1);
    new_poller();
    server_ok(t.server,
              "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 50\r\nX-RateLimit-Reset: 3600\r\n",
              "{\"get\": [\"/page2\"]}");
    cr_assert(poll_now());
    cr_expect_eq(server_requests(t.server), 2, "half of the limit is others'");
}

Test(poller_patience, history_does_not_take_what_the_polls_need)
{
    /* 50 of 100 are others', and 20 polls come before the reset. */
    server_ok(
        t.server,
        "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 90\r\nX-RateLimit-Reset: 1795507800\r\n",
        "{\"get\": [\"/fill\"], \"flags\": 32}");
    server_ok(
        t.server,
        "X-RateLimit-Limit: 100\r\nX-RateLimit-Remaining: 60\r\nX-RateLimit-Reset: 1795507800\r\n",
        "{\"get\": [\"/fill\"], \"flags\": 32}");
    server_ok(t.server, "", "{}");
    cr_assert(poll_now());
    cr_expect_eq(server_requests(t.server), 2, "there was room for one");
    cr_assert(poll_now());
    cr_expect_eq(server_requests(t.server), 3, "and then for none");
}
