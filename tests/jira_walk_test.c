/* The polls of a jira source while tickets change, Cloud and Data Center: whatever happens, every
 * ticket is there as it is. */
#include "config.h"

#include "jira_walk_kit.h"

static const char *const zones[] = { "Europe/Berlin", "Asia/Shanghai", "America/St_Johns" };

static void first_start(bool is_cloud, const char *name)
{
    start(is_cloud, name);
    fill();
    poll_all(NOW);
    cr_expect_lt(requests, 40, "%zu", requests);
    for (size_t i = 0; i < issue_count; i++)
        if (issues[i].done && issues[i].updated_ms < NOW - 30 * DAY - 2 * HOUR)
            cr_expect_not(rows[i].there, "DX-%zu is older than the history", i);
    requests = 0;
    poll_all(NOW + MINUTE);
    cr_expect_eq(requests, 1, "nothing new");
    expect_all(NOW);
}

Test(jira_walk, a_first_start_brings_all_of_the_cloud)
{
    first_start(true, zones[1]);
}

Test(jira_walk, a_first_start_brings_all_of_data_center)
{
    first_start(false, zones[0]);
}

/* Of those that were read already, one changes after each page. */
static void change_one(int64_t now_ms)
{
    static size_t next;
    size_t i = (next++ * 7919 + 13) % issue_count;

    issues[i].updated_ms = now_ms;
}

static void while_it_changes(bool is_cloud, const char *name)
{
    start(is_cloud, name);
    fill();
    meanwhile = change_one;
    poll_all(NOW);
    for (int i = 1; i < 4; i++)
        poll_all(NOW + i * MINUTE);
    meanwhile = NULL;
    poll_all(NOW + 5 * MINUTE);
    expect_all(NOW);
}

Test(jira_walk, what_moves_between_pages_of_the_cloud_is_not_lost)
{
    while_it_changes(true, zones[2]);
}

Test(jira_walk, what_moves_between_pages_of_data_center_is_not_lost)
{
    while_it_changes(false, zones[1]);
}

static void change_the_first(int64_t now_ms)
{
    size_t first = SIZE_MAX;

    for (size_t i = 0; i < issue_count; i++)
        if (!issues[i].done && issues[i].updated_ms < NOW - DAY &&
            (first == SIZE_MAX || issues[i].updated_ms >= issues[first].updated_ms))
            first = i;
    if (first != SIZE_MAX)
        issues[first].updated_ms = now_ms;
}

/* The first ones of a minute in which hundreds changed go away, time and again. */
static void change_the_first_three(int64_t now_ms)
{
    static int times;

    for (int i = 0; i < 3 && times < 5; i++)
        change_the_first(now_ms);
    times++;
}

Test(jira_walk, rows_that_go_away_within_a_minute_pull_none_with_them)
{
    start(false, zones[0]);
    for (size_t i = 0; i < 200; i++)
        add(NOW - 2 * DAY + (int64_t)i, false);
    meanwhile = change_the_first_three;
    poll_all(NOW);
    meanwhile = NULL;
    poll_all(NOW + MINUTE);
    expect_all(NOW);
}

static void in_parts(bool is_cloud)
{
    int64_t now = NOW;
    int polls = 0;

    start(is_cloud, zones[0]);
    fill();
    while (!poll_some(now, 9)) {
        cr_assert(++polls < 40);
        now += MINUTE;
        change_one(now - 1);
    }
    cr_expect_gt(polls, 1);
    poll_all(now + MINUTE);
    expect_all(now);
}

Test(jira_walk, a_poll_that_is_cut_short_goes_on_where_it_was)
{
    in_parts(false);
}

Test(jira_walk, a_poll_of_the_cloud_that_is_cut_short_goes_on_where_it_was)
{
    in_parts(true);
}

static void after_an_outage(bool is_cloud, const char *name)
{
    start(is_cloud, name);
    fill();
    poll_all(NOW);
    for (size_t i = 0; i < 500; i++) {
        issues[i].updated_ms = NOW + (int64_t)i * 4 * MINUTE;
        issues[i].done = i % 3 == 0;
    }
    meanwhile = change_one;
    poll_all(NOW + 2 * DAY);
    meanwhile = NULL;
    poll_all(NOW + 2 * DAY + MINUTE);
    expect_all(NOW);
}

Test(jira_walk, an_outage_is_made_up_for)
{
    after_an_outage(false, zones[2]);
}

Test(jira_walk, an_outage_of_the_cloud_is_made_up_for)
{
    after_an_outage(true, zones[0]);
}

/* In the night of October 25, at 01:00Z, the clock in Berlin shows 02:00 again. */
static void in_that_night(bool is_cloud)
{
    static const int64_t midnight = 1792879200000; /* 2026-10-24T22:00Z */

    start(is_cloud, "Europe/Berlin");
    poll_all(midnight - HOUR);
    for (int64_t i = 0; i < 360; i++) {
        add(midnight + i * MINUTE + 500, i % 4 == 0);
        if (i % 7 == 6)
            poll_all(midnight + (i + 1) * MINUTE);
    }
    poll_all(midnight + 361 * MINUTE);
    expect_all(midnight);
}

Test(jira_walk, the_night_in_which_the_clock_goes_back_leaves_nothing_out)
{
    in_that_night(false);
}

Test(jira_walk, the_first_start_in_that_night_leaves_nothing_out)
{
    static const int64_t midnight = 1792879200000;

    start(false, "Europe/Berlin");
    for (int64_t i = 0; i < 360; i++)
        add(midnight + i * MINUTE + 500, i % 4 == 0);
    poll_all(midnight + 361 * MINUTE);
    expect_all(midnight);
}

Test(jira_walk, an_open_ticket_that_is_deleted_is_found_out_within_days)
{
    start(false, zones[0]);
    for (size_t i = 0; i < 30; i++)
        add(NOW - (int64_t)i * HOUR, false);
    poll_all(NOW);
    issues[7].deleted = true;
    poll_all(NOW + HOUR);
    cr_expect_not(rows[7].gone);
    for (int i = 0; i < 4; i++)
        poll_all(NOW + 25 * HOUR + i * MINUTE);
    cr_expect(rows[7].gone);
    cr_expect_not(rows[8].gone);
    cr_expect_eq(rows[29].seen_ms, NOW + 25 * HOUR + 2 * MINUTE, "ten in a poll");
    expect_all(NOW);
}

/* The account lost a role for two days, say: searches were shorter, and nothing changed since. */
static void comes_back(bool is_cloud)
{
    size_t before, listing;

    start(is_cloud, zones[0]);
    for (size_t i = 0; i < 120; i++)
        add(NOW - (int64_t)i * HOUR, i >= 100);
    poll_all(NOW);
    issues[7].deleted = true;
    for (int i = 0; i < 11; i++)
        poll_all(NOW + 25 * HOUR + i * MINUTE);
    cr_assert(rows[7].gone);
    issues[7].deleted = false;
    poll_all(NOW + 26 * HOUR);
    cr_expect(rows[7].gone, "once a day");
    before = requests;
    poll_all(NOW + 50 * HOUR);
    cr_expect_not(rows[7].gone);
    cr_expect_not(rows[7].done);
    listing = requests - before;
    before = requests;
    poll_all(NOW + 50 * HOUR + MINUTE);
    cr_expect_leq(listing, requests - before + 6, "%zu: no more than its pages", listing);
    expect_all(NOW);
}

Test(jira_walk, an_open_ticket_that_could_not_be_seen_for_a_while_comes_back)
{
    comes_back(false);
}

Test(jira_walk, an_open_ticket_of_the_cloud_that_could_not_be_seen_comes_back)
{
    comes_back(true);
}

/* It went to others: another project, another component of `jql`. */
static void leaves(bool is_cloud)
{
    start(is_cloud, zones[0]);
    for (size_t i = 0; i < 30; i++)
        add(NOW - (int64_t)i * HOUR, false);
    poll_all(NOW);
    issues[7].left = true;
    issues[7].updated_ms = NOW + MINUTE;
    poll_all(NOW + HOUR);
    cr_expect_not(rows[7].gone);
    for (int i = 0; i < 4; i++)
        poll_all(NOW + 25 * HOUR + i * MINUTE);
    cr_expect(rows[7].gone);
    cr_expect_not(rows[8].gone);
    cr_expect_not(rows[29].gone);
}

Test(jira_walk, an_open_ticket_that_the_query_finds_no_more_is_found_out_within_days)
{
    leaves(false);
}

Test(jira_walk, an_open_ticket_that_the_query_of_the_cloud_finds_no_more_is_found_out)
{
    leaves(true);
}

/* ---- times to come ---- */

/* An import may write any time; and a server's clock may have been ahead. */
static void has_news(bool is_cloud, int64_t first_ms, int64_t ahead_ms)
{
    start(is_cloud, zones[0]);
    for (int i = 0; i < 60; i++)
        add(NOW - 3 * HOUR + i * MINUTE, i % 2);
    (void)add(NOW + ahead_ms, false);
    poll_all(first_ms);
    (void)add(NOW + MINUTE, false);
    poll_all(NOW + 2 * MINUTE);
    poll_all(NOW + 3 * MINUTE);
    expect_all(NOW);
}

Test(jira_walk, a_change_of_a_time_to_come_hides_no_other)
{
    has_news(false, NOW, 9000 * DAY);
}

Test(jira_walk, a_change_of_a_time_to_come_hides_no_other_of_the_cloud)
{
    has_news(true, NOW, 9000 * DAY);
}

Test(jira_walk, a_server_whose_clock_was_days_ahead_has_news_again)
{
    has_news(false, NOW + 3 * DAY, 3 * DAY);
}
