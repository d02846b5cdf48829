/* github: what is asked for, poll after poll, of a server that is made here. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "github_fake.h"
#include "source/github.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000, HOUR = 3600000, DAY = 86400000, EVERY = 30000;

enum { ETAGS = 1024 };

static struct fake fake = { .lasts = 600000, .repos = 1 };

static struct {
    char path[200];
    size_t mark;
    bool kept;
} etags[ETAGS];
static size_t etag_count;

static struct {
    size_t sent, cost, lists, jobs, fills, of_repo[300];
    bool grows; /* between two pages somebody starts a run */
} count;

static const char *web[] = { "acme/r0" };
static struct github one = { .repos = { web, 1 }, .org = "" };
static struct github org = { .org = "acme" };
static struct kit kit;
static int64_t history = 35 * DAY;
static bool goes_on; /* the next poll */

/* ---- polls ---- */

static size_t hash(const char *text)
{
    size_t h = 5381;

    while (*text)
        h = h * 33 + (unsigned char)*text++;
    return h;
}

/* Whether it is the one that was kept; else it is, once the poll is committed. */
static bool same_etag(const char *path, const char *body)
{
    size_t i = 0;

    while (i < etag_count && strcmp(etags[i].path, path) != 0)
        i++;
    cr_assert(i < ETAGS);
    if (i == etag_count)
        snprintf(etags[etag_count++].path, sizeof(etags[0].path), "%s", path);
    if (etags[i].kept && etags[i].mark == hash(body))
        return true;
    etags[i].mark = hash(body);
    etags[i].kept = true;
    return false;
}

static void tally(const struct plan_request *r, bool free_of_cost)
{
    count.sent++;
    count.cost += !free_of_cost;
    count.lists += r->step == STEP_RUNS;
    count.jobs += r->step == STEP_JOBS;
    count.fills += r->step == STEP_FILL;
    if (r->step == STEP_RUNS)
        count.of_repo[fake_number(r->path, "acme/r", 0)]++;
}

static void add_run(int repo, int64_t created)
{
    cr_assert(fake.run_count < FAKE_RUNS);
    fake.runs[fake.run_count++] =
        (struct fake_run){ .repo = repo, .created = created / 1000 * 1000 };
}

/* At most so many requests: then the poll is cut, and what came is committed. */
static void poll_cut(const struct github *config, int64_t at, size_t most)
{
    struct plan_request *r;

    fake.now = at;
    kit_poll(&kit, at);
    kit.plan.goes_on = goes_on;
    kit.plan.every_ms = EVERY;
    kit.plan.history_ms = history;
    source_github.begin(config, &kit.cursors, &kit.plan);
    kit.plan.begun = kit.plan.count;
    for (size_t n = 0; n < most && (r = plan_take(&kit.plan)) != NULL; n++) {
        char next[300];
        char *body = fake_answer(&fake, r->path, next, sizeof(next));
        bool same = (r->flags & PLAN_CONDITIONAL) && same_etag(r->path, body);

        tally(r, same);
        if (count.grows && (r->step == STEP_RUNS || r->step == STEP_FILL))
            add_run(0, at); /* all that comes behind it moves by one */
        if (!same)
            cr_assert(kit_decode(&kit, &source_github, config,
                                 (struct reply){ .step = r->step,
                                                 .detail = r->detail,
                                                 .detail_text = r->detail_text,
                                                 .next = next,
                                                 .body = body }),
                      "%s: %s", r->path, kit.err.text);
        free(body);
    }
    kit_commit(&kit);
}

static void poll_all(const struct github *config, int64_t at)
{
    poll_cut(config, at, 100000);
}

/* The attempts that are not known to be done, with all their jobs. */
static size_t missing(void)
{
    size_t n = 0;

    for (size_t i = 0; i < fake.run_count; i++) {
        for (int a = 1; a <= fake_attempts(&fake, &fake.runs[i]); a++) {
            char repo[32], id[32];
            const struct kit_run *run;

            snprintf(repo, sizeof(repo), "acme/r%d", fake.runs[i].repo);
            snprintf(id, sizeof(id), "%zu", i + 1);
            run = kit_known(&kit, repo, id, a);
            n += !run || !run->done || !run->whole || run->jobs != FAKE_JOBS;
        }
    }
    return n;
}

/* ---- history ---- */

Test(github_poll, a_history_comes_whole_and_each_run_once)
{
    int polls = 0;

    for (int i = 0; i < 700; i++)
        add_run(0, NOW - 30 * DAY + i * (30 * DAY / 701));
    for (; (polls == 0 || missing() > 0) && polls < 30; polls++) {
        poll_all(&one, NOW + polls * EVERY);
        cr_expect(count.sent <= 180, "%zu requests in a poll", count.sent);
        count.sent = 0;
    }
    cr_expect_eq(missing(), 0);
    cr_expect_lt(polls, 12);
    cr_expect_eq(kit.run_count, 700);
    cr_expect(count.jobs < 710, "%zu: not asked for again", count.jobs);
    count.fills = 0;
    poll_all(&one, NOW + polls * EVERY);
    poll_all(&one, NOW + polls * EVERY + EVERY);
    cr_expect_eq(count.fills, 0, "it ends");
    kit_done(&kit);
}

/* More of them than a poll begins with; 25 have more than a page of runs. */
static int fill_many(bool at_once)
{
    int polls = 0;

    fake.repos = 170;
    history = 30 * DAY;
    for (int i = 0; i < 170; i++)
        fake.pushed[i] = NOW - HOUR;
    for (int i = 0; i < 5000; i++)
        add_run(i % 25, NOW - 29 * DAY + i * (29 * DAY / 5001));
    for (; (polls == 0 || missing() > 0) && polls < 250; polls++) {
        poll_all(&org, NOW + (at_once ? 0 : polls * EVERY));
        goes_on = at_once;
    }
    cr_expect_eq(missing(), 0);
    return polls;
}

Test(github_poll, a_round_asks_for_all_of_very_many_repositories)
{
    static char names[300][24];
    static const char *many[300];
    struct github all = { .repos = { many, 300 }, .org = "" };

    for (int i = 0; i < 300; i++) {
        snprintf(names[i], sizeof(names[i]), "acme/r%d", i);
        many[i] = names[i];
    }
    for (int round = 0; round < 2; round++) {
        kit_poll(&kit, NOW);
        kit.plan.every_ms = EVERY;
        kit.plan.round = round;
        source_github.begin(&all, &kit.cursors, &kit.plan);
        cr_expect_eq(kit_asked(&kit, STEP_RUNS) == 300, round, "%zu", kit_asked(&kit, STEP_RUNS));
    }
}

Test(github_poll, a_history_of_many_repositories_goes_on_beside_their_lists)
{
    cr_expect_lt(fill_many(false), 70);
    kit_done(&kit);
}

Test(github_poll, a_poll_that_goes_on_asks_for_history_alone)
{
    cr_expect_lt(fill_many(true), 70);
    cr_expect(count.lists <= 2 * 170, "%zu lists", count.lists);
    for (int i = 0; i < 170; i++)
        cr_expect_gt(count.of_repo[i], 0, "%d", i);
    kit_done(&kit);
}

Test(github_poll, progress_is_told_while_it_fills)
{
    int64_t done = 0;

    for (int i = 0; i < 700; i++)
        add_run(0, NOW - 30 * DAY + i * (30 * DAY / 701));
    fake.now = NOW;
    for (int polls = 0; polls < 3; polls++) {
        fake.now = NOW + polls * EVERY;
        kit_poll(&kit, fake.now);
        kit.plan.history_ms = history;
        source_github.begin(&one, &kit.cursors, &kit.plan);
        for (struct plan_request *r; (r = plan_take(&kit.plan)) != NULL;) {
            char next[300];
            char *body = fake_answer(&fake, r->path, next, sizeof(next));

            cr_assert(kit_decode(&kit, &source_github, &one,
                                 (struct reply){ .step = r->step,
                                                 .detail = r->detail,
                                                 .detail_text = r->detail_text,
                                                 .next = next,
                                                 .body = body }));
            free(body);
        }
        cr_expect_eq(kit.batch.total, 35 * 24);
        cr_expect_gt(kit.batch.done, done);
        cr_expect_lt(kit.batch.done, kit.batch.total);
        done = kit.batch.done;
        kit_commit(&kit);
    }
    kit_done(&kit);
}

Test(github_poll, a_poll_that_is_cut_loses_nothing)
{
    unsigned seed = 1;
    int polls = 0;

    for (int i = 0; i < 260; i++)
        add_run(0, NOW - 20 * DAY + i * (20 * DAY / 261));
    fake.runs[200].rerun = fake.runs[200].created + DAY;
    for (; polls < 60; polls++) {
        seed = seed * 1103515245 + 12345;
        if (polls % 6 == 5)
            add_run(0, NOW + polls * EVERY - 1000);
        poll_cut(&one, NOW + polls * EVERY, 1 + seed / 65536 % 30);
    }
    for (; polls < 150 && missing() > 0; polls++)
        poll_cut(&one, NOW + polls * EVERY, 25);
    cr_expect_eq(missing(), 0);
    cr_expect_eq(kit.run_count, 271);
    kit_done(&kit);
}

Test(github_poll, a_day_of_more_runs_than_a_search_gives_is_split)
{
    int polls = 0;

    history = 3 * DAY;
    for (int i = 0; i < 2600; i++)
        add_run(0, NOW - DAY + i * (DAY / 2601));
    for (; (polls == 0 || missing() > 0) && polls < 60; polls++)
        poll_all(&one, NOW + polls * EVERY);
    cr_expect_eq(missing(), 0);
    cr_expect_eq(fake.pages_over_the_search, 0);
    kit_done(&kit);
}

Test(github_poll, history_waits_for_the_hour_s_limit)
{
    struct reply reply = { .now_ms = NOW, .next = "" };
    struct github_poll p = { &one, &kit.plan, &kit.batch, &reply };
    static const struct {
        const char *head;
        bool room;
    } heads[] = {
        { "", true },
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 4950\nx-ratelimit-reset: 1795521600\n",
          true }, /* just reset */
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 4800\nx-ratelimit-reset: 1795521600\n",
          false },
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 4100\nx-ratelimit-reset: 1795519800\n",
          true }, /* half an hour later */
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 3800\nx-ratelimit-reset: 1795519800\n",
          false },
    };

    kit_poll(&kit, NOW);
    for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
        reply.head = heads[i].head;
        cr_expect_eq(github_room(&p), heads[i].room, "%zu", i);
    }
    reply.head = "";
    kit.plan.begun = 150;
    kit.plan.count = 260;
    cr_expect(github_room(&p), "lists of repositories take no room of it");
    kit.plan.count = 270;
    cr_expect_not(github_room(&p), "the poll is long enough");
    kit_done(&kit);
}

/* ---- what is new ---- */

static int64_t settle(const struct github *config, int64_t at)
{
    for (int polls = 0; polls < 100 && (polls == 0 || missing() > 0); polls++, at += EVERY)
        poll_all(config, at);
    cr_assert_eq(missing(), 0);
    return at;
}

Test(github_poll, an_open_run_is_asked_for_until_it_is_done)
{
    int64_t at;

    for (int i = 0; i < 120; i++)
        add_run(0, NOW - DAY + i * HOUR / 10);
    at = settle(&one, NOW);
    add_run(0, at - 1000);
    for (int i = 0; i < 120; i++)
        add_run(0, at - 900 + i); /* pushes it off the first page */
    poll_all(&one, at);
    cr_expect_eq(missing(), 121);
    for (int64_t ms = 0; ms <= fake.lasts + 120 * EVERY && missing() > 0; ms += EVERY)
        poll_all(&one, at + ms);
    cr_expect_eq(missing(), 0);
    kit_done(&kit);
}

Test(github_poll, after_an_outage_pages_are_read_until_one_has_nothing_new)
{
    int64_t at;

    for (int i = 0; i < 300; i++)
        add_run(0, NOW - 2 * DAY + i * HOUR / 10);
    at = settle(&one, NOW) + 10 * HOUR;
    for (int i = 0; i < 250; i++)
        add_run(0, at - 9 * HOUR + i * 60000);
    count.lists = 0;
    poll_all(&one, at);
    cr_expect_eq(count.lists, 4, "the page with new ones and old ones, and one more: %zu",
                 count.lists);
    cr_expect_eq(missing(), 0);
    kit_done(&kit);
}

Test(github_poll, runs_that_move_to_the_next_page_are_not_lost)
{
    for (int i = 0; i < 900; i++)
        add_run(0, NOW - 2 * DAY + i * HOUR / 20);
    count.grows = true;
    for (int polls = 0; polls < 20; polls++)
        poll_all(&one, NOW + polls * EVERY);
    count.grows = false;
    cr_expect_gt(fake.run_count, 910);
    for (int polls = 0; polls < 40; polls++)
        poll_all(&one, NOW + HOUR + polls * EVERY);
    cr_expect_eq(missing(), 0, "%zu of %zu", missing(), fake.run_count);
    kit_done(&kit);
}

Test(github_poll, a_gap_that_a_cut_left_is_closed)
{
    int64_t at;

    for (int i = 0; i < 300; i++)
        add_run(0, NOW - 2 * DAY + i * HOUR / 10);
    at = settle(&one, NOW) + 10 * HOUR;
    for (int i = 0; i < 250; i++)
        add_run(0, at - 9 * HOUR + i * 60000);
    poll_cut(&one, at, 2); /* the first page, and hardly more */
    cr_assert_gt(missing(), 140);
    for (int polls = 1; polls <= 40; polls++)
        poll_all(&one, at + polls * EVERY);
    cr_expect_eq(missing(), 0);
    kit_done(&kit);
}

Test(github_poll, a_rerun_of_an_old_run_is_found_by_the_scan)
{
    int64_t at;

    for (int i = 0; i < 400; i++)
        add_run(0, NOW - 8 * DAY + i * HOUR / 3);
    at = settle(&one, NOW);
    fake.runs[150].rerun = at / 1000 * 1000;
    at += fake.lasts + 1000;
    for (int polls = 0; polls < 8 && (polls == 0 || missing() > 0); polls++, at += EVERY)
        poll_all(&one, at);
    cr_expect_eq(missing(), 0);
    cr_expect(kit_known(&kit, "acme/r0", "151", 2));
    cr_expect_eq(kit_known(&kit, "acme/r0", "151", 1)->jobs, FAKE_JOBS);
    kit_done(&kit);
}

Test(github_poll, nothing_new_costs_one_request)
{
    int64_t at;

    for (int i = 0; i < 20; i++)
        add_run(0, NOW - DAY + i * HOUR);
    at = settle(&one, NOW) + EVERY;
    poll_all(&one, at);
    count.cost = count.sent = 0;
    poll_all(&one, at + EVERY);
    cr_expect_eq(count.cost, 1, "the scan");
    cr_expect_eq(count.sent, 2);
    kit_done(&kit);
}

/* ---- an organisation ---- */

Test(github_poll, an_organisation_is_discovered_and_all_of_it_is_read)
{
    static const char *exclude[] = { "*/r1??", "acme/R7" };
    int64_t at;

    fake.repos = 230;
    history = DAY;
    for (int i = 0; i < 230; i++)
        fake.pushed[i] = NOW - HOUR;
    for (int i = 0; i < 300; i++)
        add_run(i % 230 == 7 || (i % 230 >= 100 && i % 230 < 200) ? 0 : i % 230,
                NOW - 20 * HOUR + i * 60000);
    org.exclude = (struct dx_items){ exclude, 2 };
    at = settle(&org, NOW);
    cr_expect_eq(count.of_repo[7], 0);
    cr_expect_eq(count.of_repo[100], 0);
    cr_expect_gt(count.of_repo[229], 0);
    cr_expect_lt(at - NOW, 6 * EVERY);
    kit_done(&kit);
}

Test(github_poll, an_idle_repository_is_asked_rarely_and_at_once_when_somebody_pushes)
{
    int64_t at;

    fake.repos = 3;
    fake.pushed[0] = NOW - HOUR;
    fake.pushed[1] = NOW - 3 * DAY;
    fake.pushed[2] = NOW - 90 * DAY;
    at = settle(&org, NOW) + EVERY;
    memset(&count, 0, sizeof(count));
    for (int i = 0; i < 120; i++, at += EVERY)
        poll_all(&org, at);
    cr_expect_eq(count.of_repo[0], 120);
    cr_expect(count.of_repo[1] >= 29 && count.of_repo[1] <= 31, "%zu", count.of_repo[1]);
    cr_expect(count.of_repo[2] >= 2 && count.of_repo[2] <= 3, "%zu", count.of_repo[2]);
    fake.pushed[2] = at - 1000;
    count.of_repo[2] = 0;
    poll_all(&org, at);
    cr_expect_eq(count.of_repo[2], 1);
    kit_done(&kit);
}

/* 200 repositories, a run in each every half hour, ten minutes long. */
Test(github_poll, two_hundred_repositories_stay_under_half_of_the_limit, .timeout = 240)
{
    int64_t at = NOW, from;

    fake.repos = 200;
    history = 2 * HOUR;
    for (int i = 0; i < 200; i++)
        fake.pushed[i] = NOW - HOUR;
    at = settle(&org, NOW) + 4 * EVERY;
    from = at;
    for (int i = 0; i < 800; i++)
        add_run(i % 200, from + i * (2 * HOUR / 800));
    for (; at < from + HOUR; at += EVERY)
        poll_all(&org, at);
    memset(&count, 0, sizeof(count));
    for (; at < from + 2 * HOUR; at += EVERY)
        poll_all(&org, at);
    cr_expect_lt(count.cost, 2500, "%zu", count.cost);
    cr_log_info("%zu of 5,000 an hour, %zu sent", count.cost, count.sent);
    for (; at < from + 3 * HOUR && missing() > 0; at += EVERY)
        poll_all(&org, at);
    cr_expect_eq(missing(), 0);
    kit_done(&kit);
}
