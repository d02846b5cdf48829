/* Tickets of jira that are too large: they hold up no other, and are remembered. */
#include "config.h"

#include "jira_walk_kit.h"

/* In the midst of a page, alone, beside each other, and among hundreds of one minute. */
static void with_large_ones(bool is_cloud)
{
    static const size_t large[] = { 0, 17, 18, 200, 399, 455, 520, 521, 699 };
    enum { LARGE = sizeof(large) / sizeof(large[0]) };

    start(is_cloud, "Europe/Berlin");
    fill();
    for (size_t i = 0; i < LARGE; i++)
        issues[large[i]].large = true;
    cr_assert(poll_some(NOW, 600), "too many requests: %zu", requests);
    for (size_t i = 0; i < LARGE; i++)
        cr_expect_not(rows[large[i]].there);
    add(NOW + MINUTE, false);
    issues[add(NOW + 2 * MINUTE, false)].large = true;
    add(NOW + 3 * MINUTE, false);
    poll_all(NOW + 4 * MINUTE);
    expect_all(NOW);
}

Test(jira_large, one_that_is_too_large_holds_up_no_other)
{
    with_large_ones(false);
}

Test(jira_large, one_that_is_too_large_in_the_cloud_holds_up_no_other)
{
    with_large_ones(true);
}

/* How many answers a poll takes. */
static size_t polled(int64_t now_ms)
{
    size_t before = requests;

    poll_all(now_ms);
    return requests - before;
}

/* It is the newest change, and is asked about with each poll until another one is minutes newer. */
static void remembers_a_large_one(bool is_cloud)
{
    size_t first, large;

    start(is_cloud, "Europe/Berlin");
    for (int i = 0; i < 60; i++)
        add(NOW - 3 * MINUTE + i, false);
    poll_all(NOW - 2 * MINUTE);
    large = add(NOW - MINUTE, false);
    issues[large].large = true;
    first = polled(NOW);
    cr_expect_gt(first, 5, "halved until it is alone: %zu", first);
    cr_expect_eq(polled(NOW + MINUTE), 2, "two pages of what is as new");
    (void)add(NOW + 2 * MINUTE, false); /* another one comes, */
    cr_expect_gt(polled(NOW + 3 * MINUTE), 5);
    cr_expect_eq(polled(NOW + 4 * MINUTE), 2);
    issues[large].updated_ms = NOW + 4 * MINUTE; /* and it changes, */
    cr_expect_gt(polled(NOW + 5 * MINUTE), 5);
    cr_expect_eq(polled(NOW + 6 * MINUTE), 1);
    issues[large].updated_ms = NOW + 6 * MINUTE; /* and becomes small */
    issues[large].large = false;
    (void)polled(NOW + 7 * MINUTE);
    expect_all(NOW);
}

Test(jira_large, one_that_is_too_large_is_remembered_until_it_changes)
{
    remembers_a_large_one(false);
}

Test(jira_large, one_that_is_too_large_in_the_cloud_is_remembered_until_it_changes)
{
    remembers_a_large_one(true);
}
