/* github: what is refused, odd or too much of its parts. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "source/github.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static const char *repos[] = { "acme/web", "acme/api" };
static struct github config = { .repos = { repos, 2 }, .org = "", .runners = true };
static struct kit kit;

static bool answer(struct reply reply, const char *body)
{
    kit_poll(&kit, NOW);
    kit.plan.history_ms = 35LL * 86400000;
    reply.body = body;
    reply.now_ms = NOW;
    if (reply.status == 0)
        reply.status = 200;
    return kit_decode(&kit, &source_github, &config, reply);
}

static bool is_noted(const char *words)
{
    for (size_t i = 0; i < kit.batch.note_count; i++)
        if (strstr(kit.batch.notes[i].text, words))
            return true;
    return false;
}

/* Path of the first request of this step; "": there is none. */
static const char *asked(unsigned step)
{
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        if (r->step == step)
            return r->path;
    return "";
}

Test(github_parts, a_minute_of_more_than_a_thousand_runs_is_said)
{
    char about[100];

    snprintf(about, sizeof(about), "acme/web %lld %lld", (long long)NOW - 60000, (long long)NOW);
    cr_assert(answer((struct reply){ .step = STEP_FILL, .detail_text = about },
                     "{\"total_count\":1001,\"workflow_runs\":[]}"),
              "%s", kit.err.text);
    cr_expect(is_noted("acme/web: more than 1,000 runs in a minute"));
    snprintf(about, sizeof(about), "acme/web %lld %lld", (long long)NOW - 120000, (long long)NOW);
    cr_assert(answer((struct reply){ .step = STEP_FILL, .detail_text = about },
                     "{\"total_count\":1001,\"workflow_runs\":[]}"));
    cr_expect(
        strstr(asked(STEP_FILL), "created=2026-11-24T10%3A59%3A00Z..2026-11-24T11%3A00%3A00Z"),
        "the later half: %s", asked(STEP_FILL));
    kit_done(&kit);
}

/* Of more than a search gives a part is scanned in each turn, and no page behind the first one. */
Test(github_parts, of_a_day_of_more_than_a_search_gives_each_part_has_its_turn)
{
    enum { TURNS = 200, PARTS = 16 };
    bool seen[PARTS] = { false };
    char about[100];

    snprintf(about, sizeof(about), "acme/web %lld %lld", (long long)NOW - 86400000, (long long)NOW);
    for (int turn = 0; turn < TURNS; turn++) {
        const struct plan_request *r;
        int day, hour, minute;

        cr_assert(answer((struct reply){ .step = STEP_SCAN,
                                         .detail = turn,
                                         .detail_text = about,
                                         .next = "/repos/acme/web/actions/runs?page=2" },
                         "{\"total_count\":1001,\"workflow_runs\":[]}"),
                  "%s", kit.err.text);
        r = kit_request(&kit, STEP_SCAN);
        cr_assert(r);
        cr_expect_eq(kit_asked(&kit, STEP_SCAN), 1);
        cr_expect_eq(r->detail, turn, "or its turn would be another one");
        cr_assert_eq(sscanf(strstr(r->path, "created="), "created=2026-11-%dT%d%%3A%d", &day, &hour,
                            &minute),
                     3, "%s", r->path);
        seen[((day - 23) * 1440 + hour * 60 + minute - 660) / 90] = true;
    }
    for (int i = 0; i < PARTS; i++)
        cr_expect(seen[i], "part %d", i);
    kit_done(&kit);
}

/* A search ends after a thousand runs without a word: what is older is asked for anew. */
Test(github_parts, a_gap_of_more_than_a_search_gives_is_asked_for_again)
{
    kit_poll(&kit, NOW);
    github_remember(&kit.batch, "fill", "acme/web", 1);
    kit_commit(&kit);
    cr_assert(answer((struct reply){ .step = STEP_GAP, .detail_text = "acme/web" },
                     "{\"total_count\":1001,\"workflow_runs\":[{\"id\":5,\"status\":\"queued\","
                     "\"created_at\":\"2026-11-24T10:00:00Z\","
                     "\"updated_at\":\"2026-11-24T10:00:00Z\"}]}"),
              "%s", kit.err.text);
    cr_expect(strstr(asked(STEP_GAP), "..2026-11-24T10%3A00%3A00Z"), "%s", asked(STEP_GAP));
    kit_done(&kit);
}

Test(github_parts, a_repository_that_was_archived_is_looked_at_no_more)
{
    static const char body[] =
        "[{\"full_name\":\"acme/old\",\"archived\":%s,\"pushed_at\":\"2026-11-24T10:00:00Z\"}]";
    struct reply reply = { .step = STEP_REPOS, .detail_text = "", .status = 200, .now_ms = NOW };
    char text[200];

    config.org = "acme";
    snprintf(text, sizeof(text), body, "false");
    cr_assert(answer(reply, text), "%s", kit.err.text);
    kit_commit(&kit);
    snprintf(text, sizeof(text), body, "true");
    reply.body = text;
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_github, &config, reply));
    kit_commit(&kit);
    kit_poll(&kit, NOW + 60000);
    cr_expect_null(github_discovered(&kit.plan, ""));
    config.org = "";
    kit_done(&kit);
}

/* Behind a proxy a server may call itself by another name. */
Test(github_parts, a_list_that_goes_on_elsewhere_is_said_not_to_be_whole)
{
    cr_assert(answer((struct reply){ .step = STEP_RUNS, .detail_text = "acme/web", .astray = true },
                     "{\"workflow_runs\":[]}"));
    cr_expect(is_noted("its lists go on at another address than `url`"));
    kit_done(&kit);
}

/* ---- repositories that are called something else now ---- */

#define A_RUN(n, of)                                                                               \
    "{\"total_count\":1,\"workflow_runs\":[{\"id\":" n ",\"status\":\"queued\",\"created_at\":"    \
    "\"2026-11-24T10:00:00Z\",\"updated_at\":\"2026-11-24T10:00:00Z\",\"repository\":"             \
    "{\"full_name\":\"" of "\"}}]}"

/* How many runs of it are taken. */
static size_t runs_of(const char *repo, unsigned step, const char *body)
{
    char about[100];

    snprintf(about, sizeof(about), "%s %lld %lld", repo, (long long)NOW - 60000, (long long)NOW);
    cr_assert(answer((struct reply){ .step = step,
                                     .detail_text =
                                         step == STEP_RUNS || step == STEP_GAP ? repo : about },
                     body),
              "%s", kit.err.text);
    return kit.batch.run_count;
}

/* Its old name leads on to the new one, and each run would be there twice. */
Test(github_parts, of_a_repository_that_was_renamed_runs_are_read_once)
{
    config.org = "acme";
    config.repos.count = 1;
    cr_assert(answer((struct reply){ .step = STEP_REPOS, .detail_text = "" },
                     "[{\"full_name\":\"acme/old\",\"pushed_at\":\"2026-11-24T10:00:00Z\"}]"));
    kit_commit(&kit);
    cr_expect_eq(runs_of("acme/old", STEP_RUNS, A_RUN("5", "acme/new")), 1,
                 "as long as nobody else asks for it");
    cr_assert(answer((struct reply){ .step = STEP_REPOS, .detail_text = "" },
                     "[{\"full_name\":\"acme/new\",\"pushed_at\":\"2026-11-24T10:00:01Z\"}]"));
    kit_commit(&kit);
    cr_expect_eq(runs_of("acme/old", STEP_GAP, A_RUN("5", "acme/new")), 0);
    cr_expect_eq(runs_of("acme/old", STEP_FILL, A_RUN("5", "acme/new")), 0);
    cr_expect_eq(runs_of("acme/old", STEP_SCAN, A_RUN("5", "acme/new")), 0);
    cr_expect_gt(kit_remembers(&kit, "scan:"), 0, "the next one has its turn");
    cr_expect_eq(runs_of("acme/old", STEP_RUNS, A_RUN("5", "acme/new")), 0);
    cr_expect(is_noted("acme/old is called acme/new now"));
    kit_commit(&kit);
    cr_expect_eq(runs_of("acme/new", STEP_RUNS, A_RUN("5", "acme/new")), 1);
    kit_poll(&kit, NOW + 60000);
    cr_expect_str_eq(github_discovered(&kit.plan, ""), "acme/new");
    cr_expect_null(github_discovered(&kit.plan, "acme/new"));
    config.org = "";
    config.repos.count = 2;
    kit_done(&kit);
}

/* As the user writes it. */
Test(github_parts, a_repository_is_called_as_it_is_configured)
{
    cr_expect_eq(runs_of("acme/web", STEP_RUNS, A_RUN("5", "Acme/Web")), 1);
    cr_expect_eq(runs_of("acme/web", STEP_RUNS, A_RUN("5", "acme/site")), 1);
    cr_expect_eq(runs_of("acme/web", STEP_RUNS, A_RUN("5", "acme/api")), 0, "which is so, too");
    cr_expect(is_noted("acme/web is called acme/api now"));
    kit_done(&kit);
}

/* They would end up in paths of requests. */
Test(github_parts, repositories_without_a_name_of_theirs_are_counted_and_left_out)
{
    struct reply reply = { .step = STEP_REPOS, .detail = 1, .detail_text = "" };

    config.org = "acme";
    cr_assert(answer(reply, "[{\"pushed_at\":\"2026-11-24T10:00:00Z\"},{\"full_name\":7},"
                            "{\"full_name\":\"acme/../old\"},{\"full_name\":\"acme\"},7,"
                            "{\"full_name\":\"acme/new\"}]"),
              "%s", kit.err.text);
    cr_expect_eq(kit.batch.unknown, 5, "%d", (int)kit.batch.unknown);
    cr_expect_eq(kit_asked(&kit, STEP_RUNS), 1);
    kit_commit(&kit);
    kit_poll(&kit, NOW + 60000);
    cr_expect_str_eq(github_discovered(&kit.plan, ""), "acme/new");
    cr_expect_null(github_discovered(&kit.plan, "acme/new"));
    reply.detail = 0; /* of what was pushed to, as long as it is new */
    reply.next = "/orgs/acme/repos?page=2";
    cr_assert(answer(reply, "[{\"full_name\":\"acme/../old\"}]"), "%s", kit.err.text);
    cr_expect_eq(kit_asked(&kit, STEP_REPOS), 0);
    config.org = "";
    kit_done(&kit);
}

/* Of runners of a second page, and of those of the next repository. */
Test(github_parts, runners_of_all_pages_and_repositories_are_one_count)
{
    static const char body[] = "{\"runners\":[{\"id\":1,\"name\":\"r1\",\"status\":\"online\","
                               "\"labels\":[{\"name\":\"linux\",\"type\":\"custom\"}]}]}";

    cr_assert(answer((struct reply){ .step = STEP_RUNNERS,
                                     .detail_text = "acme/web",
                                     .next = "/repos/acme/web/actions/runners?page=2" },
                     body),
              "%s", kit.err.text);
    cr_expect(strstr(asked(STEP_RUNNERS), "page=2"), "%s", asked(STEP_RUNNERS));
    cr_expect_not(kit.batch.pools_whole);
    cr_assert(answer((struct reply){ .step = STEP_RUNNERS, .detail_text = "acme/web" }, body));
    cr_expect(strstr(asked(STEP_RUNNERS), "/repos/acme/api/"), "%s", asked(STEP_RUNNERS));
    cr_expect_not(kit.batch.pools_whole);
    cr_assert(answer((struct reply){ .step = STEP_RUNNERS, .detail_text = "acme/api" }, body));
    cr_expect(kit.batch.pools_whole, "that was the last one");
    kit_done(&kit);
}

/* The clock was a month ahead when these were written, and was put right. */
Test(github_parts, what_was_done_in_a_month_s_time_is_done_again)
{
    const int64_t then = NOW + 30LL * 86400000;

    config.org = "acme";
    kit_poll(&kit, then);
    github_remember(&kit.batch, "discovered", "", then);
    github_remember(&kit.batch, "runners", "acme", then);
    kit_commit(&kit);
    kit_poll(&kit, NOW);
    source_github.begin(&config, &kit.cursors, &kit.plan);
    cr_expect(strstr(asked(STEP_REPOS), "sort=full_name"), "%s", asked(STEP_REPOS));
    cr_expect_eq(kit_asked(&kit, STEP_RUNNERS), 1);
    config.org = "";
    kit_done(&kit);
}

/* To put them together takes the longer the more there are. */
Test(github_parts, of_very_many_runners_nothing_is_said)
{
    kit_poll(&kit, NOW);
    for (int i = 0; i < 10000; i++)
        batch_runner(&kit.batch)->pool = "linux";
    cr_assert(kit_decode(&kit, &source_github, &config,
                         (struct reply){ .step = STEP_RUNNERS,
                                         .detail_text = "acme/web",
                                         .next = "https://x/page/101",
                                         .body = "{\"runners\":[]}" }));
    cr_expect_eq(kit_asked(&kit, STEP_RUNNERS), 0);
    cr_expect_not(kit.batch.pools_whole);
    cr_expect(is_noted("it has more than 10000 runners"));
    kit_done(&kit);
}

/* Those of a repository that may not be asked are neither there nor gone. */
Test(github_parts, runners_of_a_repository_that_may_not_be_seen_are_hidden)
{
    static const char body[] = "{\"runners\":[{\"id\":1,\"name\":\"r1\",\"status\":\"online\","
                               "\"labels\":[{\"name\":\"linux\",\"type\":\"custom\"}]}]}";

    cr_assert(
        answer((struct reply){ .step = STEP_RUNNERS, .status = 403, .detail_text = "acme/web" },
               "{\"message\":\"no\"}"));
    cr_expect_not(kit.batch.pools_whole);
    kit_commit(&kit);
    cr_assert(answer((struct reply){ .step = STEP_RUNNERS, .detail_text = "acme/api" }, body));
    cr_expect(kit.batch.pools_whole);
    cr_expect(kit.batch.pools_hidden);
    kit_done(&kit);
}

Test(github_parts, issues_that_are_off_in_a_repository_are_none)
{
    struct github issues = { .repos = { repos, 1 }, .org = "", .issues = { .on = true } };

    cr_expect(
        answer((struct reply){ .step = STEP_ISSUES, .status = 410, .detail_text = "acme/web 0" },
               "{\"message\":\"Issues are disabled for this repo\"}"),
        "%s", kit.err.text);
    cr_expect_eq(kit.batch.ticket_count, 0);
    kit_commit(&kit);
    for (int i = 1; i < 3; i++) {
        kit_poll(&kit, NOW + i * 30000);
        source_github.begin(&issues, &kit.cursors, &kit.plan);
        cr_expect_eq(kit_asked(&kit, STEP_ISSUES), 0, "it is asked again tomorrow");
    }
    kit_poll(&kit, NOW + 25 * HOUR_MS);
    source_github.begin(&issues, &kit.cursors, &kit.plan);
    cr_expect_eq(kit_asked(&kit, STEP_ISSUES), 2, "for all of them");
    kit_done(&kit);
}

Test(github_parts, jobs_of_a_run_that_is_gone_end_it)
{
    cr_expect(
        answer((struct reply){ .step = STEP_JOBS, .status = 404, .detail_text = "acme/web 501 1" },
               "{\"message\":\"Not Found\"}"),
        "%s", kit.err.text);
    cr_expect(answer((struct reply){ .step = STEP_GAP, .status = 404, .detail_text = "acme/web" },
                     "{\"message\":\"Not Found\"}"),
              "%s", kit.err.text);
    cr_expect_eq(github_recall(&kit.plan, &kit.batch, "gap", "acme/web"), 0);
    kit_done(&kit);
}

/* The list of jobs may be behind its run for a while; some say for ever that a job is queued. */
Test(github_parts, a_job_that_stays_queued_does_not_hold_its_run_for_ever)
{
    static const char list[] =
        "{\"workflow_runs\":[{\"id\":501,\"run_attempt\":1,\"status\":"
        "\"completed\",\"conclusion\":\"cancelled\",\"created_at\":"
        "\"2026-11-24T10:50:00Z\",\"updated_at\":\"2026-11-24T10:58:00Z\"}]}",
                      jobs[] = "{\"jobs\":[{\"id\":9,\"run_attempt\":1,\"name\":\"report\","
                               "\"status\":\"queued\"}]}";
    char run[sizeof(list)];
    struct reply reply = { .step = STEP_RUNS, .detail_text = "acme/web", .body = list };

    snprintf(run, sizeof(run), "%.*s", (int)strlen(list) - 20, list + 18);
    kit_poll(&kit, NOW);
    kit.plan.history_ms = 35LL * 86400000;
    cr_assert(kit_decode(&kit, &source_github, &config, reply), "%s", kit.err.text);
    reply = (struct reply){ .step = STEP_JOBS, .detail_text = "acme/web 501 1", .body = jobs };
    cr_assert(kit_decode(&kit, &source_github, &config, reply));
    kit_commit(&kit);
    cr_expect_not(kit_known(&kit, "acme/web", "501", 1)->whole, "its end may come");
    kit_poll(&kit, NOW + 10 * MINUTE_MS);
    source_github.begin(&config, &kit.cursors, &kit.plan);
    cr_expect_eq(kit_request(&kit, STEP_JOBS)->detail, 1);
    reply.detail = 1;
    cr_assert(kit_decode(&kit, &source_github, &config, reply));
    cr_assert(kit_request(&kit, STEP_RUN), "is it done still?");
    reply = (struct reply){ .step = STEP_RUN, .detail_text = "acme/web 501 1", .body = run };
    plan_done(&kit.plan);
    cr_assert(kit_decode(&kit, &source_github, &config, reply), "%s", kit.err.text);
    cr_assert_eq(kit_asked(&kit, STEP_JOBS), 1);
    reply = (struct reply){ .step = STEP_JOBS, .detail_text = "acme/web 501 1", .body = jobs };
    cr_assert(kit_decode(&kit, &source_github, &config, reply));
    kit_commit(&kit);
    cr_expect(kit_known(&kit, "acme/web", "501", 1)->whole);
    kit_done(&kit);
}

static const char rerun[] =
    "{\"id\":501,\"run_attempt\":%d,\"status\":\"completed\",\"conclusion\":"
    "\"%s\",\"created_at\":\"2026-11-24T10:30:00Z\","
    "\"updated_at\":\"2026-11-24T10:4%d:00Z\"}";

/* It is looked at with its rerun only, of which all is known. */
Test(github_parts, a_job_that_stays_queued_does_not_hold_an_earlier_attempt_either)
{
    static const char jobs[] = "{\"jobs\":[{\"id\":9,\"run_attempt\":1,\"name\":\"report\","
                               "\"status\":\"queued\"},{\"id\":10,\"run_attempt\":2,\"name\":"
                               "\"report\",\"status\":\"completed\",\"conclusion\":\"success\"}]}";
    struct reply reply = {
        .step = STEP_JOBS, .detail = 1, .detail_text = "acme/web 501 2", .body = jobs
    };
    char run[sizeof(rerun) + 20];

    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_github, &config, reply), "%s", kit.err.text);
    cr_assert(kit_request(&kit, STEP_RUN));
    snprintf(run, sizeof(run), rerun, 2, "success", 6);
    reply = (struct reply){ .step = STEP_RUN, .detail_text = "acme/web 501 2", .body = run };
    cr_assert(kit_decode(&kit, &source_github, &config, reply), "%s", kit.err.text);
    plan_done(&kit.plan);
    snprintf(run, sizeof(run), rerun, 1, "cancelled", 0);
    reply =
        (struct reply){ .step = STEP_RUN, .detail_text = "acme/web 501 1 attempt 2", .body = run };
    cr_assert(kit_decode(&kit, &source_github, &config, reply), "%s", kit.err.text);
    cr_assert_eq(kit_asked(&kit, STEP_JOBS), 1);
    cr_expect_str_eq(kit_request(&kit, STEP_JOBS)->detail_text, "acme/web 501 2");
    reply = (struct reply){ .step = STEP_JOBS, .detail_text = "acme/web 501 2", .body = jobs };
    plan_done(&kit.plan);
    cr_assert(kit_decode(&kit, &source_github, &config, reply));
    cr_expect_eq(kit.plan.count, 0, "no more is asked for");
    kit_commit(&kit);
    for (int attempt = 1; attempt <= 2; attempt++)
        cr_expect(kit_known(&kit, "acme/web", "501", attempt)->whole, "%d", attempt);
    kit_done(&kit);
}

/* A limit whose hour ends later than in an hour, or was over long ago: other clocks. */
Test(github_parts, there_is_room_by_any_clock_but_not_past_the_limit)
{
    static const struct {
        const char *head;
        bool room;
    } limits[] = {
        { "", true },
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 5000\nx-ratelimit-reset: 1895518000\n",
          true },
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 5000\nx-ratelimit-reset: 1\n", true },
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 10\nx-ratelimit-reset: 1895518000\n",
          false },
        { "x-ratelimit-limit: 5000\nx-ratelimit-remaining: 10\nx-ratelimit-reset: 1\n", false },
    };

    for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
        struct reply reply = { .head = limits[i].head, .now_ms = NOW };

        kit_poll(&kit, NOW);
        cr_expect_eq(github_room(&(struct github_poll){ &config, &kit.plan, &kit.batch, &reply }),
                     limits[i].room, "%zu", i);
    }
    kit_done(&kit);
}

/* What the store says of a ticket is a key; one that is none makes no path. */
Test(github_parts, comments_of_what_is_no_key_are_not_asked_for)
{
    kit_poll(&kit, NOW);
    github_comments_ask(&kit.plan, "acme/web", "m.ito", 0);
    github_comments_ask(&kit.plan, "acme/web#../../x", "m.ito", 0);
    cr_expect_null(kit.plan.first);
    github_comments_ask(&kit.plan, "acme/web#12", "m.ito", 0);
    cr_expect_str_eq(asked(STEP_COMMENTS), "/repos/acme/web/issues/12/comments?per_page=100");
    kit_done(&kit);
}
