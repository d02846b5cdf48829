/* gitlab: merge requests, and who looked at them first. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "source/field.h"
#include "source/gitlab.h"
#include "known_ticket_kit.h"

static const int64_t NOW = 1795518000000;   /* 2026-11-24T11:00:00Z */
static const int64_t EIGHT = 1795507200000; /* 2026-11-24T08:00:00Z */
static const int64_t MINUTE = 60000;

static const char *web[] = { "acme/web" }, *secret[] = { "acme/secret/*" };
static struct gitlab one = { .projects = { web, 1 }, .group = "", .reviews = true };
static struct gitlab group = { .group = "acme", .exclude = { secret, 1 }, .reviews = true };
static struct ticket_kit store;
static struct kit kit;

static bool decode(const struct gitlab *g, struct reply reply, const char *name)
{
    char path[100];

    snprintf(path, sizeof(path), "gitlab/%s", name);
    return kit_decode_file(&kit, &source_gitlab, g, reply, path);
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

static void begin(const struct gitlab *g, int64_t now)
{
    ticket_poll(&store, &kit, now);
    kit.plan.history_ms = 86400000;
    source_gitlab.begin(g, &kit.cursors, &kit.plan);
}

static void answer(const struct gitlab *g, const struct plan_request *r, const char *head,
                   const char *name)
{
    cr_assert(decode(g,
                     (struct reply){ .step = r->step,
                                     .detail = r->detail,
                                     .detail_text = r->detail_text,
                                     .head = head },
                     name),
              "%s", kit.err.text);
}

/* ---- what is asked about each of a list ---- */

static void answer_body(const struct gitlab *g, const struct plan_request *r, const char *head,
                        const char *body)
{
    cr_assert(kit_decode(&kit, &source_gitlab, g,
                         (struct reply){ .step = r->step,
                                         .detail = r->detail,
                                         .detail_text = r->detail_text,
                                         .head = head,
                                         .body = body }),
              "%s", kit.err.text);
}

/* A page of merge requests that changed one minute after the other, from first on. */
static void answer_page(const struct gitlab *g, const struct plan_request *r, int first, bool more)
{
    static char body[1 << 16];
    size_t len = 0;

    for (int i = first; i < first + 25; i++)
        len += (size_t)snprintf(body + len, sizeof(body) - len,
                                "%s{\"iid\":%d,\"author\":{\"username\":\"ana\"},\"created_at\":"
                                "\"2026-11-24T08:00:00.000Z\",\"updated_at\":"
                                "\"2026-11-24T09:%02d:00.000Z\",\"user_notes_count\":0}",
                                i == first ? "[" : ",", i, i % 60);
    snprintf(body + len, sizeof(body) - len, "]");
    answer_body(g, r, more ? "x-next-page: 2\n" : "", body);
}

Test(gitlab_merges, history_asks_about_some_of_them_at_once_and_about_the_rest_in_turns)
{
    begin(&one, NOW);
    answer_page(&one, request(GITLAB_MERGES, ""), 1, true);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGE_NOTES), 25);
    answer_page(&one, request(GITLAB_MERGES, "updated_after=2026-11-24T09"), 26, false);
    cr_expect_eq(kit.batch.change_count, 50);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGE_NOTES), 30, "%zu",
                 kit_asked(&kit, GITLAB_MERGE_NOTES));
    kit.plan.first = kit.plan.last = NULL;
    ticket_commit(&store, &kit);
    begin(&one, NOW + 15000);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGE_NOTES), 20, "of those that are not known");
    cr_expect(request(GITLAB_MERGE_NOTES, "")->flags & PLAN_FILL);
}

Test(gitlab_merges, what_is_new_is_asked_about_at_once)
{
    begin(&one, NOW);
    answer_page(&one, request(GITLAB_MERGES, ""), 1, false);
    kit.plan.first = kit.plan.last = NULL;
    ticket_commit(&store, &kit);
    begin(&one, NOW + 11 * MINUTE);
    for (int page = 0; page < 2; page++)
        answer_page(&one, request(GITLAB_MERGES, ""), 1 + 25 * page, false);
    cr_expect_geq(kit_asked(&kit, GITLAB_MERGE_NOTES), 50, "%zu",
                  kit_asked(&kit, GITLAB_MERGE_NOTES));
}

Test(gitlab_merges, nobody_looked_at_one_that_nothing_happened_to)
{
    static const char body[] =
        "[{\"iid\":7,\"author\":{\"username\":\"ana\"},\"created_at\":"
        "\"2026-11-24T10:59:00.100Z\",\"updated_at\":\"2026-11-24T10:59:02.900Z\","
        "\"user_notes_count\":0},"
        "{\"iid\":8,\"author\":{\"username\":\"ana\"},\"created_at\":"
        "\"2026-11-24T10:59:00.100Z\",\"updated_at\":\"2026-11-24T10:59:02.900Z\","
        "\"user_notes_count\":1},"
        "{\"iid\":9,\"author\":{\"username\":\"ana\"},\"created_at\":"
        "\"2026-11-24T10:59:00.100Z\",\"updated_at\":\"2026-11-24T10:59:30.000Z\","
        "\"user_notes_count\":0}]";
    const struct plan_request *r;

    begin(&one, NOW);
    r = request(GITLAB_MERGES, "");
    cr_assert(kit_decode(
        &kit, &source_gitlab, &one,
        (struct reply){
            .step = r->step, .detail = r->detail, .detail_text = r->detail_text, .body = body }));
    cr_assert_eq(kit.batch.change_count, 3);
    cr_expect(kit.batch.changes[0].reviews_known);
    cr_expect_not(kit.batch.changes[1].reviews_known);
    cr_expect_not(kit.batch.changes[2].reviews_known);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGE_NOTES), 2);
}

/* ---- a list ---- */

Test(gitlab_merges, a_merge_request_is_a_change)
{
    const struct change *c;

    begin(&one, NOW);
    answer(&one, request(GITLAB_MERGES, ""), "", "merge_requests.json");
    cr_assert_eq(kit.batch.change_count, 3, "%zu", kit.batch.change_count);
    c = kit.batch.changes;
    cr_expect_str_eq(c[0].project, "acme/web");
    cr_expect_str_eq(c[0].id, "1");
    cr_expect_str_eq(c[0].title, "Change 1");
    cr_expect_str_eq(c[0].author, "ana");
    cr_expect_str_eq(c[0].url, "https://gitlab.com/acme/web/-/merge_requests/1");
    cr_expect_eq(c[0].created_ms, EIGHT + 123);
    cr_expect_not(c[0].reviews_known);
    cr_expect_eq(c[1].merged_ms, EIGHT + 40 * MINUTE);
    cr_expect_eq(c[1].closed_ms, EIGHT + 40 * MINUTE, "merged is closed, too");
    cr_expect_str_eq(c[2].id, "3", "an access token keeps nobody waiting");
    cr_expect_str_eq(c[2].project, "acme/web", "an old server does not say it");
    cr_expect_eq(c[2].merged_ms, 0);
    cr_expect_eq(c[2].closed_ms, EIGHT + 60 * MINUTE);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGE_NOTES), 3);
    cr_expect_str_eq(request(GITLAB_MERGE_NOTES, "/1/")->path,
                     "/api/v4/projects/acme%2Fweb/merge_requests/1/notes?order_by=created_at"
                     "&sort=asc&per_page=100");
}

Test(gitlab_merges, one_list_has_those_of_a_group)
{
    begin(&group, NOW);
    cr_assert_eq(kit_asked(&kit, GITLAB_MERGES), 1);
    cr_expect_str_eq(request(GITLAB_MERGES, "")->path,
                     "/api/v4/groups/acme/merge_requests?scope=all&state=all&order_by=updated_at"
                     "&sort=asc&per_page=100&updated_after=2026-11-23T11%3A00%3A00Z");
    answer(&group, request(GITLAB_MERGES, ""), "", "merge_requests_of_a_group.json");
    cr_assert_eq(kit.batch.change_count, 1, "one is not wanted");
    cr_expect_str_eq(kit.batch.changes[0].project, "acme/api");
    cr_expect_eq(kit.batch.unknown, 1, "one does not say of which project it is");
}

Test(gitlab_merges, a_part_of_a_clean_text_is_made_clean)
{
    begin(&group, NOW);
    answer_body(&group, request(GITLAB_MERGES, ""), "",
                "[{\"iid\":5,\"author\":{\"username\":\"ana\"},"
                "\"created_at\":\"2026-11-24T08:00:00.000Z\","
                "\"updated_at\":\"2026-11-24T08:30:00.000Z\","
                "\"references\":{\"full\":\"acme/api !5\"}}]");
    cr_assert_eq(kit.batch.change_count, 1);
    cr_expect_str_eq(kit.batch.changes[0].project, "acme/api");
}

Test(gitlab_merges, a_list_goes_on_at_its_last_change_and_comes_to_rest)
{
    const struct plan_request *r;

    begin(&one, NOW);
    answer(&one, request(GITLAB_MERGES, ""), "x-next-page: 2\n", "merge_requests.json");
    r = request(GITLAB_MERGES, "updated_after=2026-11-24T09%3A00%3A00.456Z");
    cr_expect(r->flags & PLAN_FILL);
    cr_expect_not(r->flags & PLAN_CONDITIONAL);
    answer(&one, r, "x-next-page: 2\n", "merge_requests.json");
    cr_expect(kit.plan.new_is_behind, "unchanged, it says nothing of those that are new");
    (void)request(GITLAB_MERGES, "&page=2"); /* all in one moment */
    answer(&one, r, "", "merge_requests.json");
    cr_expect_not(kit.plan.new_is_behind);
    ticket_commit(&store, &kit);
    begin(&one, NOW + 60000);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGES), 0);
    begin(&one, NOW + 600000);
    cr_assert_eq(kit_asked(&kit, GITLAB_MERGES), 1);
    r = request(GITLAB_MERGES, "updated_after=2026-11-24T08%3A58%3A00.456Z");
    cr_expect_eq(r->flags & (PLAN_CONDITIONAL | PLAN_FILL), PLAN_CONDITIONAL);
    answer(&one, r, "", "merge_requests.json");
    cr_expect_eq(kit.batch.changes[0].created_ms, 0, "it stays");
}

Test(gitlab_merges, what_was_reviewed_is_not_asked_for_again)
{
    begin(&one, NOW);
    answer(&one, request(GITLAB_MERGES, ""), "", "merge_requests.json");
    answer(&one, request(GITLAB_MERGE_NOTES, "/1/"), "", "merge_notes_approved.json");
    answer(&one, request(GITLAB_MERGE_NOTES, "/3/"), "", "merge_notes_of_who_not_to_count.json");
    ticket_commit(&store, &kit);
    cr_expect_eq(change_find(&store, "acme/web", "1")->reviewed_ms, EIGHT + 7 * MINUTE + 789);
    begin(&one, NOW + 600000);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGE_NOTES), 1, "those that did not come");
    cr_expect(request(GITLAB_MERGE_NOTES, "/2/")->flags & PLAN_FILL);
    begin(&one, NOW + 600000);
    answer(&one, request(GITLAB_MERGES, ""), "", "merge_requests.json");
    (void)request(GITLAB_MERGE_NOTES, "/3/"); /* nobody had looked at it */
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        cr_expect_not(strstr(r->path, "merge_requests/1/"));
}

Test(gitlab_merges, a_project_that_refuses_is_asked_again_tomorrow)
{
    begin(&one, NOW);
    cr_assert(decode(
        &one,
        (struct reply){ .step = GITLAB_MERGES, .status = 403, .detail_text = "0 0 0 acme/web" },
        "ci_is_off_403.json"));
    cr_expect_eq(kit.batch.note_count, 1);
    ticket_commit(&store, &kit);
    begin(&one, NOW + 600000);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGES), 0);
    begin(&one, NOW + 25 * 3600000);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGES), 1);
}

Test(gitlab_merges, without_the_option_there_are_none)
{
    struct gitlab none = one;

    none.reviews = false;
    begin(&none, NOW);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGES), 0);
    cr_expect_not(source_gitlab.yields_of(&none) & 1u << DX_KIND_CHANGE);
    cr_expect(source_gitlab.yields_of(&one) & 1u << DX_KIND_CHANGE);
}

/* ---- the notes of one ---- */

static void read_notes(int status, const char *head, const char *name)
{
    char about[80];

    snprintf(about, sizeof(about), "0 %" PRId64 " 0 acme/web", (int64_t)text_hash("ana"));
    ticket_poll(&store, &kit, NOW);
    cr_assert(decode(&one,
                     (struct reply){ .step = GITLAB_MERGE_NOTES,
                                     .status = status,
                                     .detail = 1,
                                     .detail_text = about,
                                     .head = head },
                     name),
              "%s", kit.err.text);
}

static void expect_first(const char *name, int64_t ready_min, int64_t first_min)
{
    const struct change *c;

    read_notes(200, "", name);
    cr_assert_eq(kit.batch.change_count, 1);
    c = kit.batch.changes;
    cr_expect_str_eq(c->project, "acme/web");
    cr_expect_str_eq(c->id, "1");
    cr_expect(c->reviews_known);
    cr_expect_eq(c->created_ms, ready_min ? EIGHT + ready_min * MINUTE + 789 : 0, "%s", name);
    cr_expect_eq(c->first_review_ms, first_min ? EIGHT + first_min * MINUTE + 789 : 0, "%s", name);
}

Test(gitlab_merges, the_first_review_is_of_somebody_else)
{
    expect_first("merge_notes_of_who_not_to_count.json", 0, 0);
    expect_first("merge_notes_approved.json", 0, 7);
    expect_first("merge_notes_requested_changes.json", 0, 7);
    expect_first("merge_notes_commented.json", 0, 6);
}

Test(gitlab_merges, a_draft_is_open_for_review_when_it_is_ready)
{
    expect_first("merge_notes_draft_that_was_ready.json", 30, 55);
    expect_first("merge_notes_became_a_draft_later.json", 0, 55);
    expect_first("merge_notes_draft_that_was_reviewed.json", 0, 10);
}

Test(gitlab_merges, what_a_page_said_of_a_draft_counts_on_the_next_one)
{
    const struct plan_request *r;

    read_notes(200, "x-next-page: 2\n", "merge_notes_draft_that_is_ready.json");
    cr_assert_eq(kit.batch.change_count, 1);
    cr_expect_eq(kit.batch.changes[0].created_ms, EIGHT + 30 * MINUTE + 789);
    cr_expect_not(kit.batch.changes[0].reviews_known);
    r = request(GITLAB_MERGE_NOTES, "&page=2");
    answer(&one, r, "", "merge_notes_draft_that_was_ready.json");
    cr_assert_eq(kit.batch.change_count, 2);
    cr_expect_eq(kit.batch.changes[1].created_ms, 0, "it stays");
    cr_expect_eq(kit.batch.changes[1].first_review_ms, EIGHT + 55 * MINUTE + 789);
}

Test(gitlab_merges, a_review_is_looked_for_on_all_pages)
{
    read_notes(200, "x-next-page: 2\n", "merge_notes_of_who_not_to_count.json");
    cr_expect_eq(kit.batch.change_count, 0);
    (void)request(GITLAB_MERGE_NOTES, "&page=2");
    read_notes(200, "x-next-page: 2\n", "merge_notes_approved.json");
    cr_expect_eq(kit.batch.change_count, 1);
    cr_expect_eq(kit_asked(&kit, GITLAB_MERGE_NOTES), 0);
}

Test(gitlab_merges, notes_that_cannot_be_had_are_asked_for_once)
{
    read_notes(404, "", "no_project_404.json");
    cr_assert_eq(kit.batch.change_count, 1);
    cr_expect(kit.batch.changes[0].reviews_known);
}

Test(gitlab_merges, a_longer_history_is_listed_anew_once)
{
    static const char *const after[] = { "updated_after=2026-11-23T", "updated_after=2026-11-17T",
                                         "updated_after=2026-11-24T09" };

    for (int i = 0; i < 3; i++) {
        ticket_poll(&store, &kit, NOW + i * 11 * MINUTE);
        kit.plan.history_ms = i == 0 ? 86400000 : 7 * (int64_t)86400000;
        source_gitlab.begin(&one, &kit.cursors, &kit.plan);
        cr_expect(strstr(request(GITLAB_MERGES, "")->path, after[i]), "%d: %s", i,
                  request(GITLAB_MERGES, "")->path);
        answer_page(&one, request(GITLAB_MERGES, ""), 20, false);
        kit.plan.first = kit.plan.last = NULL;
        ticket_commit(&store, &kit);
    }
}

/* Who owns a project may write any time there. */
/* Of an excluded project nothing was taken from the list. */
Test(gitlab_merges, a_group_is_listed_anew_for_other_projects)
{
    struct gitlab all = group;

    all.exclude = (struct dx_items){ NULL, 0 };
    begin(&group, NOW);
    answer_page(&group, request(GITLAB_MERGES, "/groups/"), 1, false);
    kit.plan.first = kit.plan.last = NULL;
    ticket_commit(&store, &kit);
    begin(&group, NOW + 6 * MINUTE);
    (void)request(GITLAB_MERGES, "updated_after=2026-11-24T09");
    kit.plan.first = kit.plan.last = NULL;
    begin(&all, NOW + 6 * MINUTE);
    cr_expect(request(GITLAB_MERGES, "updated_after=2026-11-23T11")->flags & PLAN_FILL);
    answer_page(&all, request(GITLAB_MERGES, "updated_after=2026-11-23T11"), 1, true);
    answer_page(&all, request(GITLAB_MERGES, "updated_after=2026-11-24T09"), 26, false);
    kit.plan.first = kit.plan.last = NULL;
    ticket_commit(&store, &kit);
    begin(&all, NOW + 12 * MINUTE);
    (void)request(GITLAB_MERGES, "updated_after=2026-11-24T09");
}

Test(gitlab_merges, a_change_of_a_time_to_come_hides_no_other)
{
    static const char body[] = "[{\"iid\":1,\"updated_at\":\"2026-11-24T09:00:00Z\"},"
                               "{\"iid\":2,\"updated_at\":\"2099-01-01T00:00:00Z\"}]";
    const struct plan_request *r;

    begin(&one, NOW);
    r = request(GITLAB_MERGES, "");
    cr_assert(kit_decode(&kit, &source_gitlab, &one,
                         (struct reply){ .step = r->step,
                                         .detail = r->detail,
                                         .detail_text = r->detail_text,
                                         .date_ms = NOW,
                                         .body = body }));
    ticket_commit(&store, &kit);
    begin(&one, NOW + 10 * MINUTE);
    (void)request(GITLAB_MERGES, "updated_after=2026-11-24T08%3A58%3A00Z");
    kit_done(&kit);
}
