/* github: pull requests, and who looked at them first. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "source/github.h"
#include "known_ticket_kit.h"

static const int64_t NOW = 1795518000000;   /* 2026-11-24T11:00:00Z */
static const int64_t EIGHT = 1795507200000; /* 2026-11-24T08:00:00Z */
static const int64_t MINUTE = 60000;

static const char *web[] = { "acme/web" }, *two[] = { "acme/web", "acme/api" };
static struct github one = { .repos = { web, 1 }, .org = "", .reviews = true };
static struct ticket_kit store;
static struct kit kit;

static bool decode(struct reply reply, const char *name)
{
    char path[100];

    snprintf(path, sizeof(path), "github/%s", name);
    return kit_decode_file(&kit, &source_github, &one, reply, path);
}

/* The first of these whose path holds this. */
static const struct plan_request *request(unsigned step, const char *part)
{
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        if (r->step == step && strstr(r->path, part))
            return r;
    cr_assert_fail("%s was not asked for", part);
    return NULL;
}

static void begin(const struct github *config, int64_t now)
{
    ticket_poll(&store, &kit, now);
    source_github.begin(config, &kit.cursors, &kit.plan);
    batch_cursor(&kit.batch, "poll:", now); /* as the lists of runs do */
}

static void answer(const struct plan_request *r, const char *name, const char *next)
{
    cr_assert(decode((struct reply){ .step = r->step,
                                     .detail = r->detail,
                                     .detail_text = r->detail_text,
                                     .next = next },
                     name),
              "%s", kit.err.text);
}

/* ---- a list ---- */

Test(github_changes, a_pull_request_is_a_change)
{
    const struct change *c;

    begin(&one, NOW);
    answer(request(STEP_PULLS, ""), "pulls.json", "");
    cr_assert_eq(kit.batch.change_count, 4, "%zu", kit.batch.change_count);
    c = kit.batch.changes;
    cr_expect_str_eq(c[0].project, "acme/web");
    cr_expect_str_eq(c[0].id, "15");
    cr_expect_str_eq(c[0].title, "Change 15");
    cr_expect_str_eq(c[0].author, "ana");
    cr_expect_str_eq(c[0].url, "https://github.com/acme/web/pull/15");
    cr_expect_eq(c[0].created_ms, EIGHT);
    cr_expect_not(c[0].reviews_known);
    cr_expect_eq(c[0].closed_ms, 0);
    cr_expect_str_eq(c[1].id, "14");
    cr_expect_eq(c[1].merged_ms, EIGHT + 160 * MINUTE);
    cr_expect_eq(c[1].closed_ms, EIGHT + 160 * MINUTE);
    cr_expect_str_eq(c[2].id, "12", "a machine keeps nobody waiting");
    cr_expect_str_eq(c[2].author, "", "an account that was deleted");
    cr_expect_str_eq(c[2].url, "");
    cr_expect_eq(c[2].merged_ms, 0);
    cr_expect_str_eq(c[3].id, "11");
    cr_expect_eq(kit.batch.unknown, 1);
    cr_expect_eq(kit_asked(&kit, STEP_TIMELINE), 4);
    cr_expect_str_eq(request(STEP_TIMELINE, "/15/")->path,
                     "/repos/acme/web/issues/15/timeline?per_page=100");
    for (int i = 0; i < 4; i++) {
        static const char *const paths[] = { "/15/", "/14/", "/12/", "/11/" };

        cr_expect_eq((request(STEP_TIMELINE, paths[i])->flags & PLAN_FILL) != 0, i == 3,
                     "%s: it is history, but for the first", paths[i]);
    }
}

Test(github_changes, without_the_option_there_are_none)
{
    struct github none = one;

    none.reviews = false;
    begin(&none, NOW);
    cr_expect_eq(kit_asked(&kit, STEP_PULLS), 0);
    cr_expect_not(source_github.yields_of(&none) & 1u << DX_KIND_CHANGE);
    cr_expect(source_github.yields_of(&one) & 1u << DX_KIND_CHANGE);
}

Test(github_changes, a_list_is_read_until_what_is_known_and_comes_to_rest)
{
    const struct plan_request *r;
    int turns = 0;

    begin(&one, NOW);
    r = request(STEP_PULLS, "");
    cr_expect_str_eq(r->path,
                     "/repos/acme/web/pulls?state=all&sort=updated&direction=desc&per_page=100");
    cr_expect_not(r->flags & PLAN_CONDITIONAL, "all of it has to come once");
    cr_expect_eq(r->detail, NOW - HOUR_MS, "the history");
    answer(r, "pulls.json", "/next"); /* its last one is older than that */
    cr_expect_eq(kit_asked(&kit, STEP_PULLS), 1, "no other page");
    ticket_commit(&store, &kit);
    for (int i = 1; i <= 40; i++) {
        begin(&one, NOW + i * 30000);
        if (kit_asked(&kit, STEP_PULLS) > 0) {
            r = request(STEP_PULLS, "");
            cr_expect_eq(r->flags & (PLAN_CONDITIONAL | PLAN_FILL), PLAN_CONDITIONAL);
            cr_expect_eq(r->detail, EIGHT + 168 * MINUTE, "what is listed late");
            answer(r, "pulls.json", "/next");
            cr_expect_eq(kit.batch.change_count, 1);
            cr_expect_eq(kit.batch.changes[0].created_ms, 0, "it stays");
            turns++;
        }
        ticket_commit(&store, &kit);
    }
    cr_expect_eq(turns, 2, "every ten minutes");
}

static void answer_empty(const struct plan_request *r)
{
    cr_assert(kit_decode(&kit, &source_github, &one,
                         (struct reply){ .step = r->step,
                                         .detail = r->detail,
                                         .detail_text = r->detail_text,
                                         .next = "",
                                         .now_ms = kit.plan.now_ms,
                                         .body = "[]" }));
}

/* The server's clock is behind ours: what is opened next has a time before that of the poll. */
Test(github_changes, the_first_ones_are_seen_whatever_the_clock_says)
{
    begin(&one, NOW);
    answer_empty(request(STEP_PULLS, ""));
    ticket_commit(&store, &kit);
    begin(&one, NOW + 10 * MINUTE);
    cr_expect_leq(request(STEP_PULLS, "")->detail, NOW - HOUR_MS);
}

Test(github_changes, a_longer_history_is_listed_anew_once)
{
    const struct plan_request *r;

    begin(&one, NOW);
    answer(request(STEP_PULLS, ""), "pulls.json", "");
    ticket_commit(&store, &kit);
    ticket_poll(&store, &kit, NOW + 10 * MINUTE);
    kit.plan.history_ms = WEEK_MS;
    source_github.begin(&one, &kit.cursors, &kit.plan);
    batch_cursor(&kit.batch, "poll:", kit.plan.now_ms);
    r = request(STEP_PULLS, "");
    cr_expect_eq(r->detail, NOW + 10 * MINUTE - WEEK_MS);
    cr_expect_not(r->flags & PLAN_CONDITIONAL, "all of it has to come");
    answer(r, "pulls.json", "");
    ticket_commit(&store, &kit);
    ticket_poll(&store, &kit, NOW + 20 * MINUTE);
    kit.plan.history_ms = WEEK_MS;
    source_github.begin(&one, &kit.cursors, &kit.plan);
    r = request(STEP_PULLS, "");
    cr_expect_eq(r->detail, EIGHT + 168 * MINUTE);
    cr_expect(r->flags & PLAN_CONDITIONAL);
}

Test(github_changes, a_list_without_an_end_goes_on)
{
    const struct plan_request *r;

    begin(&one, NOW);
    r = request(STEP_PULLS, "");
    cr_assert(decode((struct reply){ .step = STEP_PULLS,
                                     .detail = EIGHT - 30 * HOUR_MS,
                                     .detail_text = r->detail_text,
                                     .next = "/page2" },
                     "pulls.json"));
    cr_expect_not(request(STEP_TIMELINE, "/15/")->flags & PLAN_FILL);
    r = request(STEP_PULLS, "/page2");
    cr_expect_str_eq(r->detail_text, "acme/web 1795517400000");
    cr_expect_eq(r->detail, EIGHT - 30 * HOUR_MS);
    cr_expect_eq(github_recall(&kit.plan, &kit.batch, "pulls", "acme/web"), 0, "not yet");
    kit.plan.first = kit.plan.last = NULL;
    answer(r, "pulls.json", "");
    cr_expect(request(STEP_TIMELINE, "/15/")->flags & PLAN_FILL, "the first page had its own");
    cr_expect_eq(github_recall(&kit.plan, &kit.batch, "pulls", "acme/web"), 1795517400000);
}

Test(github_changes, what_was_reviewed_is_not_asked_for_again)
{
    begin(&one, NOW);
    answer(request(STEP_PULLS, ""), "pulls.json", "");
    answer(request(STEP_TIMELINE, "/15/"), "timeline_reviewed.json", "");
    answer(request(STEP_TIMELINE, "/11/"), "timeline_of_who_not_to_count.json", "");
    ticket_commit(&store, &kit);
    cr_expect_eq(change_find(&store, "acme/web", "15")->reviewed_ms, EIGHT + 7 * MINUTE);
    cr_expect_eq(change_find(&store, "acme/web", "11")->reviewed_ms, 0);
    begin(&one, NOW + 30000);
    cr_expect_eq(kit_asked(&kit, STEP_TIMELINE), 2, "those that did not come");
    cr_expect(request(STEP_TIMELINE, "/14/")->flags & PLAN_FILL);
    cr_expect_str_eq(request(STEP_TIMELINE, "/14/")->detail_text, "acme/web 14 0 ben");
    begin(&one, NOW + 30000);
    cr_assert(decode(
        (struct reply){
            .step = STEP_PULLS, .detail = EIGHT, .detail_text = "acme/web 0", .next = "" },
        "pulls.json"));
    cr_expect_eq(kit_asked(&kit, STEP_TIMELINE), 3, "the one that nobody had looked at, too");
}

/* The list of repositories is the first answer: those that it names have no cursors yet. */
static size_t lists_of(const struct github *config, int repos)
{
    static char body[1 << 16];
    size_t len = 0;

    begin(config, NOW);
    for (int i = 0; i < repos; i++)
        len += (size_t)snprintf(body + len, sizeof(body) - len,
                                "%s{\"full_name\":\"acme/r%d\",\"pushed_at\":"
                                "\"2026-11-24T08:00:00Z\",\"default_branch\":\"main\"}",
                                i == 0 ? "[" : ",", i);
    snprintf(body + len, sizeof(body) - len, "]");
    cr_assert(kit_decode(&kit, &source_github, config,
                         (struct reply){ .step = STEP_REPOS, .detail = 1, .body = body }),
              "%s", kit.err.text);
    return kit_asked(&kit, STEP_PULLS);
}

Test(github_changes, those_of_an_organisation_come_with_its_repositories)
{
    struct github org = { .org = "acme", .reviews = true };

    cr_expect_eq(lists_of(&org, 3), 3);
    cr_expect_eq(kit_asked(&kit, STEP_RUNS), 3);
    ticket_commit(&store, &kit);
    begin(&org, NOW + 1000);
    cr_expect_eq(kit_asked(&kit, STEP_PULLS), 3, "they did not come");
    for (int i = 0; i < 3; i++) {
        char text[24];

        snprintf(text, sizeof(text), "acme/r%d 0", i);
        cr_assert(
            kit_decode(&kit, &source_github, &org,
                       (struct reply){ .step = STEP_PULLS, .detail_text = text, .body = "[]" }));
    }
    ticket_commit(&store, &kit);
    begin(&org, NOW + 2000);
    cr_expect_eq(kit_asked(&kit, STEP_PULLS), 0, "and now they did, a second ago");
}

Test(github_changes, of_many_repositories_so_many_lists_come_at_once)
{
    struct github org = { .org = "acme", .reviews = true };

    cr_expect_eq(lists_of(&org, 60), 40);
    cr_expect_eq(kit_asked(&kit, STEP_RUNS), 60);
}

Test(github_changes, without_the_option_repositories_have_none)
{
    struct github org = { .org = "acme" };

    cr_expect_eq(lists_of(&org, 3), 0);
}

Test(github_changes, nobody_looked_at_one_that_nothing_happened_to)
{
    static const char body[] =
        "[{\"number\":7,\"user\":{\"login\":\"ana\"},\"created_at\":\"2026-11-24T10:59:00Z\","
        "\"updated_at\":\"2026-11-24T10:59:00Z\"},"
        "{\"number\":8,\"user\":{\"login\":\"ana\"},\"created_at\":\"2026-11-24T10:59:00Z\","
        "\"updated_at\":\"2026-11-24T10:59:01Z\"}]";

    begin(&one, NOW);
    cr_assert(kit_decode(
        &kit, &source_github, &one,
        (struct reply){ .step = STEP_PULLS, .detail_text = "acme/web 0", .body = body }));
    cr_assert_eq(kit.batch.change_count, 2);
    cr_expect(kit.batch.changes[0].reviews_known);
    cr_expect_eq(kit.batch.changes[0].first_review_ms, 0);
    cr_expect_not(kit.batch.changes[1].reviews_known);
    cr_expect_eq(kit_asked(&kit, STEP_TIMELINE), 1);
    (void)request(STEP_TIMELINE, "/8/");
}

Test(github_changes, a_repository_that_refuses_is_asked_again_tomorrow)
{
    struct github both = { .repos = { two, 2 }, .org = "", .reviews = true };

    begin(&both, NOW);
    cr_expect_eq(kit_asked(&kit, STEP_PULLS), 2);
    for (int i = 0; i < 2; i++)
        cr_assert(decode((struct reply){ .step = STEP_PULLS,
                                         .status = 403,
                                         .detail_text = i == 0 ? "acme/web 0" : "acme/api 0" },
                         "not_accessible_403.json"));
    cr_expect_eq(kit.batch.note_count, 1, "said once");
    ticket_commit(&store, &kit);
    begin(&both, NOW + HOUR_MS);
    cr_expect_eq(kit_asked(&kit, STEP_PULLS), 0);
    begin(&both, NOW + 25 * HOUR_MS);
    cr_expect_eq(kit_asked(&kit, STEP_PULLS), 2);
}

/* ---- a timeline ---- */

static const struct change *timeline(const char *name, const char *next, int64_t page)
{
    ticket_poll(&store, &kit, NOW);
    cr_assert(decode((struct reply){ .step = STEP_TIMELINE,
                                     .detail = page,
                                     .detail_text = "acme/web 15 0 ana",
                                     .next = next },
                     name),
              "%s", kit.err.text);
    return kit.batch.change_count > 0 ? kit.batch.changes : NULL;
}

static void expect_first(const char *name, int64_t ready_min, int64_t first_min)
{
    const struct change *c = timeline(name, "", 0);

    cr_assert(c, "%s", name);
    cr_expect_str_eq(c->project, "acme/web");
    cr_expect_str_eq(c->id, "15");
    cr_expect(c->reviews_known, "%s", name);
    cr_expect_eq(c->created_ms, ready_min ? EIGHT + ready_min * MINUTE : 0, "%s", name);
    cr_expect_eq(c->first_review_ms, first_min ? EIGHT + first_min * MINUTE : 0, "%s", name);
}

Test(github_changes, the_first_review_is_of_somebody_else)
{
    expect_first("timeline_of_who_not_to_count.json", 0, 0);
    expect_first("timeline_reviewed.json", 0, 7);
    expect_first("timeline_commented.json", 0, 6);
}

Test(github_changes, a_draft_is_open_for_review_when_it_is_ready)
{
    expect_first("timeline_draft_that_was_ready.json", 30, 55);
    expect_first("timeline_became_a_draft_later.json", 0, 55);
    expect_first("timeline_draft_that_was_reviewed.json", 0, 10);
}

Test(github_changes, what_a_page_said_of_a_draft_counts_on_the_next_one)
{
    const struct plan_request *r;

    ticket_poll(&store, &kit, NOW);
    cr_assert(decode((struct reply){ .step = STEP_TIMELINE,
                                     .detail_text = "acme/web 15 0 ana",
                                     .next = "/page2" },
                     "timeline_draft_that_is_ready.json"));
    cr_assert_eq(kit.batch.change_count, 1);
    cr_expect_eq(kit.batch.changes[0].created_ms, EIGHT + 30 * MINUTE);
    cr_expect_not(kit.batch.changes[0].reviews_known);
    r = request(STEP_TIMELINE, "/page2");
    cr_expect_str_eq(r->detail_text, "acme/web 15 1 ana");
    answer(r, "timeline_draft_that_was_ready.json", "");
    cr_assert_eq(kit.batch.change_count, 2);
    cr_expect_eq(kit.batch.changes[1].created_ms, 0, "it stays");
    cr_expect_eq(kit.batch.changes[1].first_review_ms, EIGHT + 55 * MINUTE);
}

Test(github_changes, a_review_is_looked_for_on_a_few_pages)
{
    cr_expect_not(timeline("timeline_of_who_not_to_count.json", "/next", 0));
    cr_expect_str_eq(request(STEP_TIMELINE, "/next")->detail_text, "acme/web 15 0 ana");
    cr_expect_eq(request(STEP_TIMELINE, "/next")->detail, 1);
    cr_expect(timeline("timeline_of_who_not_to_count.json", "/next", 4)->reviews_known);
    cr_expect(timeline("timeline_reviewed.json", "/next", 0)->reviews_known);
    cr_expect_eq(kit_asked(&kit, STEP_TIMELINE), 0);
}

Test(github_changes, a_timeline_that_cannot_be_had_is_asked_for_once)
{
    ticket_poll(&store, &kit, NOW);
    cr_assert(decode(
        (struct reply){ .step = STEP_TIMELINE, .status = 404, .detail_text = "acme/web 15 0 ana" },
        "not_found_404.json"));
    cr_assert_eq(kit.batch.change_count, 1);
    cr_expect(kit.batch.changes[0].reviews_known);
    cr_expect_eq(kit.batch.changes[0].first_review_ms, 0);
}
