/* github: issues as tickets. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "source/field.h"
#include "source/github.h"
#include "known_ticket_kit.h"

static const int64_t NOW = 1795518000000;   /* 2026-11-24T11:00:00Z */
static const int64_t EIGHT = 1795507200000; /* 2026-11-24T08:00:00Z */

static const char *web[] = { "acme/web" }, *secret[] = { "acme/secret" };
static struct github one = { .repos = { web, 1 }, .org = "", .issues = { .on = true } };
static struct github org = { .org = "acme", .exclude = { secret, 1 }, .issues = { .on = true } };
static struct ticket_kit store;
static struct kit kit;

static bool decode(const struct github *config, struct reply reply, const char *name)
{
    char path[100];

    snprintf(path, sizeof(path), "github/%s", name);
    return kit_decode_file(&kit, &source_github, config, reply, path);
}

static const struct ticket *list(const struct github *config, const char *name, size_t count)
{
    struct reply reply = { .step = STEP_ISSUES,
                           .detail = EIGHT,
                           .detail_text = *config->org ? "acme 0" : "acme/web 0" };

    ticket_poll(&store, &kit, NOW);
    cr_assert(decode(config, reply, name), "%s", kit.err.text);
    cr_assert_eq(kit.batch.ticket_count, count, "%zu", kit.batch.ticket_count);
    return kit.batch.tickets;
}

/* ---- an issue ---- */

Test(github_issues, an_issue_is_a_ticket)
{
    const struct ticket *t = list(&one, "issues.json", 4);

    cr_expect_str_eq(t->key, "acme/web#1");
    cr_expect_str_eq(t->project, "acme/web");
    cr_expect_str_eq(t->type, "Issue");
    cr_expect_str_eq(t->reporter, "ana");
    cr_expect_str_eq(t->labels, "area/ci, priority: high");
    cr_expect_str_eq(t->category, "area/ci");
    cr_expect_eq(t->priority, 2);
    cr_expect_str_eq(t->raw_priority, "priority: high");
    cr_expect_str_eq(t->url, "https://github.com/acme/web/issues/1");
    cr_expect_eq(t->state, DX_TICKET_NEW);
    cr_expect_eq(t->created_ms, EIGHT);
    cr_expect_eq(t->parts, TICKET_FIELDS, "its comments are to be read");
    cr_expect_eq(t[1].state, DX_TICKET_DONE);
    cr_expect_str_eq(t[1].raw_status, "closed, not_planned");
    cr_expect_eq(t[1].resolved_ms, EIGHT + 1800000);
    cr_expect_str_eq(t[1].resolved_basis, "closed_at");
    cr_expect_str_eq(t[1].created_basis, "created_at");
    cr_expect_eq(t[2].state, DX_TICKET_IN_PROGRESS, "opened again, and somebody has it");
    cr_expect_eq(t[2].resolved_ms, 0);
    cr_expect_eq(t[2].parts, TICKET_FIELDS | TICKET_RESPONSE, "nobody wrote");
    cr_expect_str_eq(t[2].category, "");
    cr_expect_str_eq(t[3].reporter, "", "an account that was deleted");
    cr_expect_str_eq(t[3].type, "Bug");
    cr_expect_eq(t[3].priority, 1, "the more urgent of two");
    cr_expect_str_eq(t[3].category, "kind/bug");
    cr_expect_eq(kit_asked(&kit, STEP_COMMENTS), 3);
}

Test(github_issues, pull_requests_are_no_issues)
{
    cr_expect_str_eq(list(&one, "pull_requests_are_among_the_issues.json", 1)->key, "acme/web#6");
}

Test(github_issues, those_of_an_organisation_are_of_its_repositories_that_are_wanted)
{
    const struct ticket *t = list(&org, "issues_of_an_organisation.json", 2);

    cr_expect_str_eq(t[0].key, "acme/api#7");
    cr_expect_str_eq(t[1].key, "acme/web#10");
    cr_expect_str_eq(t[1].labels, "support: web", "labels can be plain texts, or have no name");
    cr_expect_eq(kit.batch.unknown, 1, "one is of no repository");
}

Test(github_issues, labels_choose_issues_and_categories)
{
    static const char *support[] = { "support*" }, *area[] = { "area/*" };
    static struct dx_pair own[] = { { "area/ci", "5" } };
    struct github config = org;
    const struct ticket *t;

    config.issues.only = (struct dx_items){ support, 1 };
    cr_expect_str_eq(list(&config, "issues_of_an_organisation.json", 1)->key, "acme/web#10");
    config = one;
    config.issues.category = (struct dx_items){ area, 1 };
    config.issues.priority = (struct dx_items){ own, 1 };
    t = list(&config, "issues.json", 4);
    cr_expect_str_eq(t[0].category, "area/ci");
    cr_expect_eq(t[0].priority, 2);
    cr_expect_str_eq(t[3].category, "");
    own[0].value = "urgent";
    cr_expect_not(source_github.check(&config, &kit.err));
    cr_expect(strstr(kit.err.text, "issue_priority"), "%s", kit.err.text);
    own[0].value = "5";
}

Test(github_issues, without_the_option_there_are_none)
{
    struct github none = one;

    none.issues.on = false;
    ticket_poll(&store, &kit, NOW);
    source_github.begin(&none, &kit.cursors, &kit.plan);
    cr_expect_eq(kit_asked(&kit, STEP_ISSUES), 0);
    cr_expect_not(source_github.yields_of(&none) & 1u << DX_KIND_TICKET);
    cr_expect(source_github.yields_of(&one) & 1u << DX_KIND_TICKET);
}

/* ---- the first response ---- */

static int64_t response(const char *name, const char *next, int64_t page)
{
    const struct ticket *t;

    ticket_poll(&store, &kit, NOW);
    cr_assert(decode(
        &one,
        (struct reply){
            .step = STEP_COMMENTS, .detail = page, .detail_text = "acme/web#1 ana", .next = next },
        name));
    t = ticket_part(&kit.batch, "acme/web#1", TICKET_RESPONSE);
    return t ? t->first_response_ms : -1;
}

Test(github_issues, the_first_response_is_of_somebody_who_belongs_there)
{
    cr_expect_eq(response("comments_of_who_not_to_count.json", "", 0), EIGHT + 6 * 60000);
    cr_expect_eq(response("comments_of_others_only.json", "", 0), 0);
}

Test(github_issues, an_answer_is_looked_for_on_a_few_pages)
{
    cr_expect_eq(response("comments_of_others_only.json", "/next", 0), -1);
    cr_expect_eq(kit_asked(&kit, STEP_COMMENTS), 1);
    cr_expect_eq(kit.plan.first->detail, 1);
    cr_expect_eq(response("comments_of_others_only.json", "/next", 2), 0);
    cr_expect_eq(response("comments_of_who_not_to_count.json", "/next", 0), EIGHT + 6 * 60000);
}

Test(github_issues, comments_that_cannot_be_had_are_asked_for_once)
{
    ticket_poll(&store, &kit, NOW);
    cr_assert(decode(
        &one,
        (struct reply){ .step = STEP_COMMENTS, .status = 404, .detail_text = "acme/web#1 ana" },
        "not_found_404.json"));
    cr_expect_eq(ticket_part(&kit.batch, "acme/web#1", TICKET_RESPONSE)->refused, TICKET_RESPONSE,
                 "a reply that is known stays");
}

/* ---- polls ---- */

/* A body of issues of acme/web, each a second after the one before. */
static char *issues(int first, int count, int64_t from_ms)
{
    char *body = NULL, text[TIME_TEXT];
    size_t len;
    FILE *out = open_memstream(&body, &len);

    fprintf(out, "[");
    for (int i = 0; i < count; i++)
        fprintf(out,
                "%s{\"number\":%d,\"state\":\"open\",\"comments\":0,\"created_at\":"
                "\"2026-11-01T00:00:00Z\",\"updated_at\":\"%s\",\"repository_url\":"
                "\"https://x/repos/acme/web\"}",
                i > 0 ? "," : "", first + i, time_format(text, from_ms + (int64_t)i * 1000));
    fprintf(out, "]");
    fclose(out);
    return body;
}

/* The first of these whose path holds this; "" as its path: there is none. */
static const struct plan_request *request(unsigned step, const char *part)
{
    static const struct plan_request none = { .path = "", .detail_text = "" };

    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        if (r->step == step && strstr(r->path, part))
            return r;
    return &none;
}

static bool is_asked(unsigned step, const char *part)
{
    return *request(step, part)->path != '\0';
}

static void answer(const struct github *config, const struct plan_request *r, char *body,
                   const char *next)
{
    cr_assert(kit_decode(&kit, &source_github, config,
                         (struct reply){ .step = r->step,
                                         .detail = r->detail,
                                         .detail_text = r->detail_text,
                                         .next = next,
                                         .body = body }),
              "%s", kit.err.text);
    free(body);
}

static void begin(const struct github *config, int64_t now)
{
    ticket_poll(&store, &kit, now);
    source_github.begin(config, &kit.cursors, &kit.plan);
    batch_cursor(&kit.batch, "poll:", now); /* as the lists of runs do */
}

Test(github_issues, one_list_has_those_of_an_organisation)
{
    const struct plan_request *r;

    begin(&org, NOW);
    cr_expect_eq(kit_asked(&kit, STEP_ISSUES), 2, "what changed, and what is open");
    r = request(STEP_ISSUES, "state=all");
    cr_assert(*r->path);
    cr_expect_str_eq(r->path, "/orgs/acme/issues?filter=all&state=all&sort=updated&direction=asc"
                              "&per_page=100&since=2026-11-24T10%3A00%3A00Z");
    cr_expect(r->flags & PLAN_FILL);
    r = request(STEP_ISSUES, "state=open");
    cr_assert(*r->path);
    cr_expect_not(strstr(r->path, "since"), "open ones of any age");
}

Test(github_issues, a_list_goes_on_at_its_last_change_and_comes_to_rest)
{
    const struct plan_request *r;
    int turns = 0;

    begin(&org, NOW);
    answer(&org, request(STEP_ISSUES, "state=open"), issues(1, 2, NOW - 86400000), "");
    answer(&org, request(STEP_ISSUES, "state=all"), issues(10, 100, NOW - 600000), "/next");
    cr_expect(kit.plan.new_is_behind, "unchanged, it says nothing of those that are new");
    cr_assert(is_asked(STEP_ISSUES, "since=2026-11-24T10%3A51%3A38Z"),
              "it begins a second before the last of the page");
    answer(&org, request(STEP_ISSUES, "since=2026-11-24T10%3A51%3A38Z"),
           issues(109, 3, NOW - 501000), "");
    cr_expect_not(kit.plan.new_is_behind);
    ticket_commit(&store, &kit);
    cr_expect_eq(store.count, 104);
    for (int i = 1; i <= 20; i++) {
        begin(&org, NOW + i * 30000);
        if (kit_asked(&kit, STEP_ISSUES) > 0) {
            r = request(STEP_ISSUES, "");
            cr_expect_eq(kit_asked(&kit, STEP_ISSUES), 1);
            cr_expect(strstr(r->path, "since=2026-11-24T10%3A49%3A41Z"), "%s: what is listed late",
                      r->path);
            cr_expect_eq(r->flags & (PLAN_CONDITIONAL | PLAN_FILL), PLAN_CONDITIONAL);
            answer(&org, r, issues(109, 3, NOW - 501000), "");
            cr_expect_eq(kit.batch.ticket_count, 0, "they are known");
            turns++;
        }
        ticket_commit(&store, &kit);
    }
    begin(&org, NOW + 900000);
    answer(&org, request(STEP_ISSUES, ""), issues(10, 100, NOW - 600000), "");
    cr_expect(kit.plan.new_is_behind, "it is full, though there is no other yet");
    cr_expect_eq(turns, 2, "every five minutes; the URL stays while nothing changes");
}

Test(github_issues, a_hundred_changes_in_one_second_are_paged_through)
{
    char *body;

    begin(&org, NOW);
    body = issues(10, 1, NOW - 3600000);
    answer(&org, request(STEP_ISSUES, "state=all"), body, "/organizations/1/issues?page=2");
    cr_expect(is_asked(STEP_ISSUES, "page=2"));
}

Test(github_issues, where_the_organisation_is_refused_repositories_are_asked)
{
    static const char *repos[] = { "acme/web", "acme/api", "other/x" };
    struct github all = { .org = "acme", .repos = { repos, 3 }, .issues = { .on = true } };

    begin(&all, NOW);
    cr_expect_eq(kit_asked(&kit, STEP_ISSUES), 4,
                 "the organisation, and the one that is none of its");
    cr_assert(decode(&all,
                     (struct reply){ .step = STEP_ISSUES, .status = 403, .detail_text = "acme 0" },
                     "not_accessible_403.json"));
    cr_expect_eq(kit.batch.note_count, 1);
    ticket_commit(&store, &kit);
    begin(&all, NOW + 30000);
    cr_expect_eq(kit_asked(&kit, STEP_ISSUES), 6);
    cr_expect(is_asked(STEP_ISSUES, "/repos/acme/api/issues?"));
    begin(&all, NOW + 25 * HOUR_MS);
    cr_expect(is_asked(STEP_ISSUES, "/orgs/acme/issues?"));
}

/* The organisation's list never says so, and its runs are not found for the same reason. */
Test(github_issues, those_of_a_repository_that_is_gone_are_looked_at)
{
    begin(&org, NOW);
    answer(&org, request(STEP_ISSUES, "state=all"), issues(1, 2, NOW - 600000), "");
    answer(&org, request(STEP_ISSUES, "state=open"), issues(1, 2, NOW - 600000), "");
    batch_cursor(&kit.batch, "sweep:from", 0); /* all lists came to their ends */
    batch_cursor(&kit.batch, "gone:acme/web", NOW);
    ticket_commit(&store, &kit);
    begin(&org, NOW + HOUR_MS);
    cr_expect_eq(kit_asked(&kit, STEP_ISSUE), 1);
}

Test(github_issues, an_issue_that_is_not_there_any_more_is_gone)
{
    static const char *repos[] = { "acme/web", "acme/api" };
    static const struct github both = { .repos = { repos, 2 },
                                        .org = "",
                                        .issues = { .on = true } };

    begin(&one, NOW);
    answer(&one, request(STEP_ISSUES, "state=all"), issues(1, 2, NOW - 600000), "");
    answer(&one, request(STEP_ISSUES, "state=open"), issues(1, 2, NOW - 600000), "");
    batch_cursor(&kit.batch, "sweep:from", 0); /* all lists came to their ends */
    ticket_commit(&store, &kit);
    begin(&one, NOW + HOUR_MS);
    cr_expect_eq(kit_asked(&kit, STEP_ISSUE), 1);
    cr_assert(decode(
        &one, (struct reply){ .step = STEP_ISSUE, .status = 404, .detail_text = "acme/web#1" },
        "not_found_404.json"));
    /* Transferred: the redirect leads to where it is now. */
    cr_assert(
        kit_decode(&kit, &source_github, &both,
                   (struct reply){ .step = STEP_ISSUE,
                                   .detail_text = "acme/web#2",
                                   .body = "{\"number\":7,\"state\":\"open\",\"comments\":0,"
                                           "\"repository_url\":\"https://x/repos/acme/api\"}" }));
    for (size_t i = 0; i < kit.batch.ticket_count; i++)
        if (kit.batch.tickets[i].gone)
            cr_expect_eq(kit.batch.tickets[i].moved,
                         strcmp(kit.batch.tickets[i].key, "acme/web#2") == 0, "%s",
                         kit.batch.tickets[i].key);
    ticket_commit(&store, &kit);
    cr_expect(ticket_find(&store, "acme/web#1")->gone);
    cr_expect(ticket_find(&store, "acme/web#2")->gone);
    cr_expect_not(ticket_find(&store, "acme/api#7")->gone);
}

/* Nobody would ever ask for it there: it would be open for ever. */
Test(github_issues, one_that_went_to_where_nobody_looks_is_gone)
{
    static const struct {
        const char *repo;
        int number;
        bool taken;
    } cases[] = {
        { "acme/api", 7, false }, /* transferred */
        { "acme/site", 1, true }, /* its repository was renamed */
        { "acme/web", 1, true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool stays = i == 2;
        char body[200];

        snprintf(body, sizeof(body),
                 "{\"number\":%d,\"state\":\"open\",\"comments\":0,"
                 "\"repository_url\":\"https://x/repos/%s\"}",
                 cases[i].number, cases[i].repo);
        ticket_poll(&store, &kit, NOW);
        cr_assert(kit_decode(
            &kit, &source_github, &one,
            (struct reply){ .step = STEP_ISSUE, .detail_text = "acme/web#1", .body = body }));
        cr_assert_eq(kit.batch.ticket_count, (size_t)!stays + cases[i].taken, "%zu", i);
        if (!stays) {
            cr_expect(kit.batch.tickets[0].gone, "%zu", i);
            cr_expect_eq(kit.batch.tickets[0].moved, cases[i].taken, "%zu", i);
        }
        kit_done(&kit);
    }
}

Test(github_issues, what_lacks_its_comments_is_asked_again)
{
    begin(&one, NOW);
    cr_assert(decode(
        &one, (struct reply){ .step = STEP_ISSUES, .detail = EIGHT, .detail_text = "acme/web 0" },
        "issues.json"));
    ticket_commit(&store, &kit);
    begin(&one, NOW + 30000);
    cr_expect_eq(kit_asked(&kit, STEP_COMMENTS), 3);
    cr_expect_str_eq(request(STEP_COMMENTS, "/issues/1/")->path,
                     "/repos/acme/web/issues/1/comments?per_page=100");
    cr_expect_str_eq(request(STEP_COMMENTS, "/issues/1/")->detail_text, "acme/web#1 ana");
}

Test(github_issues, a_longer_history_is_listed_anew_once)
{
    static const char *const since[] = { "since=2026-11-24T10", "since=2026-11-17T11",
                                         "since=2026-11-24T09" };

    for (int i = 0; i < 3; i++) {
        ticket_poll(&store, &kit, NOW + i * 10 * MINUTE_MS);
        kit.plan.history_ms = i == 0 ? HOUR_MS : WEEK_MS;
        source_github.begin(&org, &kit.cursors, &kit.plan);
        batch_cursor(&kit.batch, "poll:", kit.plan.now_ms);
        cr_assert(is_asked(STEP_ISSUES, "state=all"));
        cr_expect(strstr(request(STEP_ISSUES, "state=all")->path, since[i]), "%d: %s", i,
                  request(STEP_ISSUES, "state=all")->path);
        cr_expect_eq((request(STEP_ISSUES, "state=all")->flags & PLAN_FILL) != 0, i < 2);
        answer(&org, request(STEP_ISSUES, "state=all"), issues(1, 2, NOW - HOUR_MS), "");
        if (is_asked(STEP_ISSUES, "state=open"))
            answer(&org, request(STEP_ISSUES, "state=open"), issues(1, 2, NOW - HOUR_MS), "");
        kit.plan.first = kit.plan.last = NULL;
        ticket_commit(&store, &kit);
    }
}

Test(github_issues, a_change_of_a_time_to_come_hides_no_other)
{
    for (int i = 0; i < 2; i++) {
        ticket_poll(&store, &kit, NOW + i * 6 * 60000);
        source_github.begin(&org, &kit.cursors, &kit.plan);
        if (i == 0)
            answer(&org, request(STEP_ISSUES, "state=all"), issues(1, 1, NOW + 9 * DAY_MS), "");
        else
            cr_expect(is_asked(STEP_ISSUES, "since=2026-11-24T10%3A00%3A00Z"), "%s",
                      request(STEP_ISSUES, "state=all")->path);
        ticket_commit(&store, &kit);
    }
    kit_done(&kit);
}

/* Triage takes labels away; whoever closes it then does not put them on again. */
Test(github_issues, one_that_lost_its_label_is_none_of_those_that_are_wanted)
{
    static const char *support[] = { "support*" };
    static const char body[] =
        "[{\"number\":1,\"state\":\"%s\",\"created_at\":\"2026-11-01T00:00:00Z\",\"updated_at\":"
        "\"2026-11-24T09:0%d:00Z\",\"repository_url\":\"https://x/repos/acme/"
        "web\",\"labels\":[%s]}]";
    static const struct {
        const char *state, *labels;
        bool gone;
    } steps[] = { { "open", "\"support\"", false },
                  { "open", "", true },
                  { "open", "\"support\"", false },
                  { "closed", "\"other\"", true } };
    struct github config = one;

    config.issues.only = (struct dx_items){ support, 1 };
    for (int i = 0; i < 4; i++) {
        char text[400];

        snprintf(text, sizeof(text), body, steps[i].state, i, steps[i].labels);
        ticket_poll(&store, &kit, NOW + i * 600000);
        cr_assert(kit_decode(
            &kit, &source_github, &config,
            (struct reply){
                .step = STEP_ISSUES, .detail = EIGHT, .detail_text = "acme/web 0", .body = text }));
        ticket_commit(&store, &kit);
        cr_expect_eq(ticket_find(&store, "acme/web#1")->gone, steps[i].gone, "%d", i);
    }
    cr_expect_eq(store.count, 1);
    kit_done(&kit);
}

/* Who was not wanted before is in no list of what changed since. */
Test(github_issues, other_labels_or_repositories_begin_the_lists_anew)
{
    static const char *support[] = { "support*" };
    struct github config = org;

    for (int i = 0; i < 4;
         i++) { /* all; those with a label, which has to come; no news; all but some */
        bool anew = i == 1 || i == 3;

        if (i == 1)
            config.issues.only = (struct dx_items){ support, 1 };
        if (i == 3)
            config.exclude = (struct dx_items){ support, 1 };
        ticket_poll(&store, &kit, NOW + i * 6 * 60000);
        kit.plan.history_ms = 86400000;
        source_github.begin(&config, &kit.cursors, &kit.plan);
        cr_expect_eq(is_asked(STEP_ISSUES, "state=open"), i == 0 || anew, "%d", i);
        cr_expect_eq(is_asked(STEP_ISSUES, "since=2026-11-23T"), i == 0 || anew, "%d", i);
        cr_expect_not(strstr(request(STEP_ISSUES, "state=open")->path, "since="));
        answer(&config, request(STEP_ISSUES, "state=all"), issues(1, 1, NOW - 600000), "");
        if (i == 0 || anew)
            answer(&config, request(STEP_ISSUES, "state=open"), issues(1, 1, NOW - 600000), "");
        ticket_commit(&store, &kit);
    }
    kit_done(&kit);
}
