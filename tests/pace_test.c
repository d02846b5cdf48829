/* pace: how often a source is asked, and what is left for its history. */
#include "config.h"

#include <criterion/criterion.h>

#include "collect/pace.h"

static const int64_t NOW = 1795176000000, SECOND = 1000, HOUR = 3600000;
enum { LIMIT = 5000 };

static struct pace pace;
static enum dx_source_state state;

static void start(void)
{
    pace = (struct pace){ .every_ms = 30 * SECOND, .share = 0.5 };
    pace_begin(&pace, 2);
}

TestSuite(pace, .init = start);

static void announce(int64_t now_ms, int64_t remaining)
{
    budget_seen(&pace.budget, now_ms, LIMIT, remaining, NOW + HOUR);
}

/* How many requests for history there is room for. */
static int64_t fill(int64_t now_ms, int64_t remaining)
{
    int64_t n = 0;

    announce(now_ms, remaining);
    while (pace_has_room(&pace, now_ms) && n < remaining)
        announce(now_ms, remaining - ++n);
    return n;
}

/* A poll that has spent all waits for the reset, but not for years. */
Test(pace, a_reset_that_is_years_away_is_not_waited_for)
{
    budget_seen(&pace.budget, NOW, LIMIT, 0, NOW + 30 * 8766 * HOUR);
    cr_expect_eq(pace_wait(&pace, NOW, false), 24 * HOUR);
    cr_expect_eq(pace_wait(&pace, NOW + 24 * HOUR, false), 0);
    budget_seen(&pace.budget, NOW, LIMIT, 0, NOW + HOUR);
    cr_expect_eq(pace_wait(&pace, NOW, false), HOUR);
}

/* Half of the limit is ours. While nobody knows what polls cost, history takes a
 * quarter of that; when it is known, what they leave until the reset. */
Test(pace, the_first_poll_of_a_large_organisation_leaves_room_in_the_hour)
{
    int64_t first = fill(NOW, LIMIT - 100), later = NOW + 60 * SECOND, second;
    struct pace_count count = { .sent = (size_t)first + 100, .fills = (size_t)first, .tagged = 90 };
    int64_t wait = pace_end(&pace, NOW, &count, NULL, &state);

    cr_expect_eq(first, 2500 - 100 - 1875);
    cr_expect_eq(state, DX_SOURCE_LIVE, "the next poll is not put off");
    cr_expect_leq(wait, 30 * SECOND);
    cr_expect_eq(pace.per_poll, 10);
    second = fill(later, LIMIT - (int64_t)count.sent);
    cr_expect_eq(second, 2500 - 100 - first - 118 * 10, "118 polls come until the reset");
}

Test(pace, what_comes_with_an_etag_for_the_first_time_is_no_cost_of_polls)
{
    struct pace_count first = { .sent = 1286, .fills = 1200, .tagged = 81 };
    struct pace_count more = { .sent = 200, .unchanged = 80, .tagged = 100 };
    struct pace_count usual = { .sent = 190, .unchanged = 170 };

    announce(NOW, 3714);
    (void)pace_end(&pace, NOW, &first, NULL, &state);
    cr_expect_eq(pace.per_poll, 5);
    announce(NOW + 30 * SECOND, 3594);
    (void)pace_end(&pace, NOW + 30 * SECOND, &more, NULL, &state);
    cr_expect_eq(pace.per_poll, 12.5, "a hundred repositories were new");
    (void)pace_end(&pace, NOW + 60 * SECOND, &usual, NULL, &state);
    cr_expect_eq(pace.per_poll, 16.25);
}

/* A server that knows no ETags tells nothing of what could be free of cost. */
Test(pace, without_etags_a_poll_costs_what_is_planned)
{
    struct pace_count count = { .sent = 40, .fills = 38 };

    pace_begin(&pace, 2);
    (void)pace_end(&pace, NOW, &count, NULL, &state);
    cr_expect_eq(pace.per_poll, 2);
}

/* Where the clock stands, only what is told of it makes what servers ask for pass. */
Test(pace, what_a_server_makes_us_wait_for_passes)
{
    struct http_reply patience = { .retry_after_s = 60 };
    struct http_reply limit = { .limit = 100, .remaining = 50 };

    pace = (struct pace){ .every_ms = 1000, .share = .5 };
    pace_seen(&pace, 1000, &patience);
    cr_expect_eq(pace_wait(&pace, 1000, true), 60000);
    pace_elapse(&pace, 40000);
    cr_expect_eq(pace_wait(&pace, 1000, true), 20000);
    cr_expect(pace_is_held(&pace, 1000));
    pace_limit(&pace, 1000, &limit, 31000); /* what was left of its patience stays */
    cr_expect_eq(pace_wait(&pace, 1000, true), 20000);
    cr_expect_eq(pace_wait(&pace, 1000, false), 30000, "ours is spent until then");
    cr_expect_not(pace_has_room(&pace, 1000));
    pace_elapse(&pace, 25000);
    cr_expect_not(pace_is_held(&pace, 1000));
    cr_expect_eq(pace_wait(&pace, 1000, false), 5000);
    pace_elapse(&pace, 5000);
    cr_expect_eq(pace_wait(&pace, 1000, false), 0);
    cr_expect(pace_has_room(&pace, 1000));
    pace_limit(&pace, 1000, &(struct http_reply){ .limit = 0 }, 0);
    cr_expect_eq(pace_wait(&pace, 1000, false), 0, "nothing was said anew");
    pace_seen(&pace, 1000, &patience);
    cr_expect_eq(pace_wait(&pace, 1000, true), 60000, "from when it is said on");
    cr_expect_eq(pace_wait(&pace, 1000, false), 60000, "the limit is whole again by then");
}
