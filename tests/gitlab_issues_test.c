/* gitlab: issues as tickets. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "source/field.h"
#include "source/gitlab.h"
#include "known_ticket_kit.h"

static const int64_t NOW = 1795518000000;   /* 2026-11-24T11:00:00Z */
static const int64_t EIGHT = 1795507200000; /* 2026-11-24T08:00:00Z */

static const char *web[] = { "acme/web" }, *secret[] = { "acme/secret/*" };
static struct gitlab one = { .projects = { web, 1 }, .group = "", .issues = { .on = true } };
static struct gitlab group = { .group = "acme",
                               .exclude = { secret, 1 },
                               .issues = { .on = true } };
static struct ticket_kit store;
static struct kit kit;

/* Flags of detail_text: 8 a group, 1 history, 2 only the open ones. */
static const struct ticket *list(const struct gitlab *g, const char *name, size_t count)
{
    char path[100];

    snprintf(path, sizeof(path), "gitlab/%s", name);
    ticket_poll(&store, &kit, NOW);
    cr_assert(kit_decode_file(
                  &kit, &source_gitlab, g,
                  (struct reply){ .step = GITLAB_ISSUES,
                                  .detail = EIGHT,
                                  .detail_text = *g->group ? "8 0 0 acme" : "0 0 0 acme/web" },
                  path),
              "%s", kit.err.text);
    cr_assert_eq(kit.batch.ticket_count, count, "%zu", kit.batch.ticket_count);
    return kit.batch.tickets;
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

Test(gitlab_issues, an_issue_is_a_ticket)
{
    const struct ticket *t = list(&one, "issues.json", 4);

    cr_expect_str_eq(t->key, "acme/web#1");
    cr_expect_str_eq(t->project, "acme/web");
    cr_expect_str_eq(t->type, "issue");
    cr_expect_str_eq(t->reporter, "ana");
    cr_expect_str_eq(t->labels, "area::ci, priority::2");
    cr_expect_str_eq(t->category, "area::ci");
    cr_expect_eq(t->priority, 2);
    cr_expect_str_eq(t->url, "https://gitlab.com/acme/web/-/issues/1");
    cr_expect_eq(t->state, DX_TICKET_NEW);
    cr_expect_eq(t->created_ms, EIGHT + 123);
    cr_expect_eq(t->parts, TICKET_FIELDS);
    cr_expect_eq(t[1].state, DX_TICKET_DONE);
    cr_expect_eq(t[1].resolved_ms, EIGHT + 1800000);
    cr_expect_str_eq(t[1].resolved_basis, "closed_at");
    cr_expect_str_eq(t[1].created_basis, "created_at");
    cr_expect_eq(t[2].state, DX_TICKET_IN_PROGRESS, "an old server's word");
    cr_expect_eq(t[2].parts, TICKET_FIELDS | TICKET_RESPONSE);
    cr_expect_str_eq(t[3].type, "incident");
    cr_expect_eq(t[3].priority, 1, "an incident has a severity");
    cr_expect_str_eq(t[3].raw_priority, "CRITICAL");
    cr_expect_eq(kit_asked(&kit, GITLAB_NOTES), 3);
    cr_expect_str_eq(request(GITLAB_NOTES, "/issues/1/")->path,
                     "/api/v4/projects/acme%2Fweb/issues/1/notes?order_by=created_at&sort=asc"
                     "&per_page=100");
}

Test(gitlab_issues, those_of_a_group_are_of_its_projects_that_are_wanted)
{
    cr_expect_str_eq(list(&group, "issues_of_a_group.json", 1)->key, "acme/api#5");
    cr_expect_eq(kit.batch.unknown, 1, "one does not say of which project it is");
}

Test(gitlab_issues, a_mail_to_the_service_desk_is_of_who_wrote_it)
{
    const struct ticket *t = list(&one, "service_desk_issue.json", 1);

    cr_expect_str_eq(t->reporter, "ana@example.org");
    cr_expect_str_eq(t->id, "support-bot", "in whose name his answers come");
}

Test(gitlab_issues, the_first_response_is_seen_by_who_asked)
{
    char about[80];
    const struct ticket *t;

    snprintf(about, sizeof(about), "0 %lld 0 acme/web", (long long)(int64_t)text_hash("ana"));
    ticket_poll(&store, &kit, NOW);
    cr_assert(
        kit_decode_file(&kit, &source_gitlab, &one,
                        (struct reply){ .step = GITLAB_NOTES, .detail = 1, .detail_text = about },
                        "gitlab/notes_of_who_not_to_count.json"));
    t = ticket_part(&kit.batch, "acme/web#1", TICKET_RESPONSE);
    cr_assert(t);
    cr_expect_eq(t->first_response_ms, EIGHT + 6 * 60000 + 789);
}

Test(gitlab_issues, notes_that_cannot_be_had_are_asked_for_once)
{
    ticket_poll(&store, &kit, NOW);
    cr_assert(kit_decode_file(
        &kit, &source_gitlab, &one,
        (struct reply){
            .step = GITLAB_NOTES, .status = 404, .detail = 1, .detail_text = "0 0 0 acme/web" },
        "gitlab/no_project_404.json"));
    cr_expect_eq(ticket_part(&kit.batch, "acme/web#1", TICKET_RESPONSE)->refused, TICKET_RESPONSE,
                 "a reply that is known stays");
}

/* ---- polls ---- */

static void answer(const struct gitlab *g, const struct plan_request *r, const char *head,
                   const char *name)
{
    char path[100];

    snprintf(path, sizeof(path), "gitlab/%s", name);
    cr_assert(kit_decode_file(&kit, &source_gitlab, g,
                              (struct reply){ .step = r->step,
                                              .detail = r->detail,
                                              .detail_text = r->detail_text,
                                              .head = head },
                              path),
              "%s", kit.err.text);
}

static void begin(const struct gitlab *g, int64_t now)
{
    ticket_poll(&store, &kit, now);
    kit.plan.history_ms = 86400000;
    source_gitlab.begin(g, &kit.cursors, &kit.plan);
}

Test(gitlab_issues, one_list_has_those_of_a_group)
{
    begin(&group, NOW);
    cr_expect_eq(kit_asked(&kit, GITLAB_ISSUES), 2);
    cr_assert(is_asked(GITLAB_ISSUES, "state=all"));
    cr_expect_str_eq(request(GITLAB_ISSUES, "state=all")->path,
                     "/api/v4/groups/acme/issues?scope=all&state=all&order_by=updated_at&sort=asc"
                     "&per_page=100&updated_after=2026-11-23T11%3A00%3A00Z");
    cr_expect_not(strstr(request(GITLAB_ISSUES, "state=opened")->path, "updated_after"));
}

Test(gitlab_issues, a_list_goes_on_at_its_last_change_and_comes_to_rest)
{
    const struct plan_request *r;

    begin(&one, NOW);
    answer(&one, request(GITLAB_ISSUES, "state=opened"), "", "issues.json");
    answer(&one, request(GITLAB_ISSUES, "state=all"), "x-next-page: 2\n", "issues.json");
    cr_expect(kit.plan.new_is_behind, "unchanged, it says nothing of those that are new");
    r = request(GITLAB_ISSUES, "updated_after=2026-11-24T09%3A00%3A00.456Z");
    cr_assert(*r->path, "it begins at the last of the page");
    cr_expect(r->flags & PLAN_FILL);
    answer(&one, r, "x-next-page: 2\n", "issues.json");
    cr_expect(is_asked(GITLAB_ISSUES, "&page=2"), "all in one moment");
    answer(&one, r, "", "issues.json");
    cr_expect_not(kit.plan.new_is_behind);
    ticket_commit(&store, &kit);
    begin(&one, NOW + 60000);
    cr_expect_eq(kit_asked(&kit, GITLAB_ISSUES), 0);
    begin(&one, NOW + 600000);
    cr_assert_eq(kit_asked(&kit, GITLAB_ISSUES), 1);
    r = request(GITLAB_ISSUES, "updated_after=2026-11-24T08%3A58%3A00.456Z");
    cr_assert(*r->path, "%s: what is listed late", request(GITLAB_ISSUES, "")->path);
    cr_expect_eq(r->flags & (PLAN_CONDITIONAL | PLAN_FILL), PLAN_CONDITIONAL);
    answer(&one, r, "", "issues.json");
    cr_expect_eq(kit.batch.ticket_count, 0, "they are known");
}

Test(gitlab_issues, a_project_whose_issues_are_off_is_asked_again_tomorrow)
{
    begin(&one, NOW);
    cr_assert(kit_decode_file(
        &kit, &source_gitlab, &one,
        (struct reply){ .step = GITLAB_ISSUES, .status = 403, .detail_text = "0 0 0 acme/web" },
        "gitlab/ci_is_off_403.json"));
    cr_expect_eq(kit.batch.note_count, 1);
    ticket_commit(&store, &kit);
    begin(&one, NOW + 600000);
    cr_expect_eq(kit_asked(&kit, GITLAB_ISSUES), 0);
    begin(&one, NOW + 25 * 3600000);
    cr_expect_neq(kit_asked(&kit, GITLAB_ISSUES), 0);
}

/* Nothing of it can be listed for the new ones, so it would be asked for with each poll. */
Test(gitlab_issues, one_that_is_refused_to_who_wants_others_now_is_asked_again_tomorrow)
{
    static const char *support[] = { "support*" };
    struct gitlab others = one;

    others.issues.only = (struct dx_items){ support, 1 };
    begin(&one, NOW);
    answer(&one, request(GITLAB_ISSUES, "state=all"), "", "issues.json");
    ticket_commit(&store, &kit);
    begin(&others, NOW + 60000);
    cr_assert_eq(kit_asked(&kit, GITLAB_ISSUES), 2);
    cr_assert(kit_decode_file(
        &kit, &source_gitlab, &others,
        (struct reply){ .step = GITLAB_ISSUES, .status = 403, .detail_text = "0 0 0 acme/web" },
        "gitlab/ci_is_off_403.json"));
    ticket_commit(&store, &kit);
    begin(&others, NOW + 120000);
    cr_expect_eq(kit_asked(&kit, GITLAB_ISSUES), 0);
    begin(&others, NOW + 25 * 3600000);
    cr_expect_eq(kit_asked(&kit, GITLAB_ISSUES), 2, "and then from the beginning");
    kit_done(&kit);
}

Test(gitlab_issues, an_issue_that_is_not_there_any_more_is_gone)
{
    begin(&one, NOW);
    answer(&one, request(GITLAB_ISSUES, "state=all"), "", "issues.json");
    batch_cursor(&kit.batch, "sweep:from", 0); /* all lists came to their ends */
    ticket_commit(&store, &kit);
    begin(&one, NOW + 3600000);
    cr_expect_eq(kit_asked(&kit, GITLAB_ISSUE), 1);
    cr_assert(kit_decode_file(
        &kit, &source_gitlab, &one,
        (struct reply){
            .step = GITLAB_ISSUE, .status = 404, .detail = 1, .detail_text = "0 0 0 acme/web" },
        "gitlab/no_project_404.json"));
    ticket_commit(&store, &kit);
    cr_expect(ticket_find(&store, "acme/web#1")->gone);
}

Test(gitlab_issues, without_the_option_there_are_none)
{
    struct gitlab none = one;

    none.issues.on = false;
    begin(&none, NOW);
    cr_expect_eq(kit_asked(&kit, GITLAB_ISSUES), 0);
    cr_expect_not(source_gitlab.yields_of(&none) & 1u << DX_KIND_TICKET);
}

Test(gitlab_issues, a_longer_history_is_listed_anew_once)
{
    static const char *const after[] = { "updated_after=2026-11-23T", "updated_after=2026-11-17T",
                                         "updated_after=2026-11-24T" };

    for (int i = 0; i < 3; i++) {
        const struct plan_request *r;

        ticket_poll(&store, &kit, NOW + i * 11 * 60000);
        kit.plan.history_ms = i == 0 ? 86400000 : 7 * (int64_t)86400000;
        source_gitlab.begin(&group, &kit.cursors, &kit.plan);
        r = request(GITLAB_ISSUES, "state=all");
        cr_expect(strstr(r->path, after[i]), "%d: %s", i, r->path);
        answer(&group, r, "", "issues.json");
        kit.plan.first = kit.plan.last = NULL;
        ticket_commit(&store, &kit);
    }
}

/* As a reply of a server whose clock shows this; path: what it asked for. */
static void say(const char *body, int64_t date_ms)
{
    const struct plan_request *r = request(GITLAB_ISSUES, "state=all");

    cr_assert(kit_decode(&kit, &source_gitlab, &group,
                         (struct reply){ .step = r->step,
                                         .detail = r->detail,
                                         .detail_text = r->detail_text,
                                         .date_ms = date_ms,
                                         .body = body }),
              "%s", kit.err.text);
    ticket_commit(&store, &kit);
}

#define ISSUE(n, at)                                                                               \
    "{\"iid\":" n ",\"references\":{\"full\":\"acme/web#" n "\"},\"state\":\"opened\","            \
    "\"created_at\":\"2026-11-24T08:00:00Z\",\"updated_at\":\"" at "\"}"

/* Who owns a project may write any time there. */
Test(gitlab_issues, a_change_of_a_time_to_come_hides_no_other)
{
    begin(&group, NOW);
    say("[" ISSUE("1", "2026-11-24T09:00:00Z") "," ISSUE("2", "2099-01-01T00:00:00Z") "]", NOW);
    begin(&group, NOW + 600000);
    cr_expect(is_asked(GITLAB_ISSUES, "updated_after=2026-11-24T08%3A58%3A00Z"), "%s",
              request(GITLAB_ISSUES, "state=all")->path);
    kit_done(&kit);
}

Test(gitlab_issues, of_a_server_whose_clock_was_days_ahead_are_news_again)
{
    begin(&group, NOW);
    say("[" ISSUE("1", "2026-11-26T11:00:00Z") "]", NOW + 2 * DAY_MS);
    begin(&group, NOW + 600000);
    cr_expect(is_asked(GITLAB_ISSUES, "updated_after=2026-11-26T10%3A58%3A00Z"));
    say("[]", NOW + 600000);
    begin(&group, NOW + 1200000);
    cr_expect(is_asked(GITLAB_ISSUES, "updated_after=2026-11-23T11%3A10%3A00Z"), "%s",
              request(GITLAB_ISSUES, "state=all")->path);
    kit_done(&kit);
}

/* Triage takes labels away; whoever closes it then does not put them on again. */
Test(gitlab_issues, one_that_lost_its_label_is_none_of_those_that_are_wanted)
{
    static const char *support[] = { "support*" };
    static const char body[] =
        "[{\"iid\":1,\"state\":\"%s\",\"updated_at\":\"2026-11-24T09:0%d:00Z\","
        "\"labels\":[%s]}]";
    static const struct {
        const char *state, *labels;
        bool gone;
    } steps[] = { { "opened", "\"support\"", false },
                  { "opened", "", true },
                  { "opened", "\"support\"", false },
                  { "closed", "\"other\"", true } };
    struct gitlab config = one;

    config.issues.only = (struct dx_items){ support, 1 };
    for (int i = 0; i < 4; i++) {
        char text[200];

        snprintf(text, sizeof(text), body, steps[i].state, i, steps[i].labels);
        ticket_poll(&store, &kit, NOW + i * 600000);
        cr_assert(kit_decode(&kit, &source_gitlab, &config,
                             (struct reply){ .step = GITLAB_ISSUES,
                                             .detail = EIGHT,
                                             .detail_text = "0 0 0 acme/web",
                                             .body = text }));
        ticket_commit(&store, &kit);
        cr_expect_eq(ticket_find(&store, "acme/web#1")->gone, steps[i].gone, "%d", i);
    }
    cr_expect_eq(store.count, 1);
    kit_done(&kit);
}

/* Its project was renamed: there it has another key, and would be there twice. */
Test(gitlab_issues, one_that_has_another_key_now_is_there_by_that)
{
    begin(&one, NOW);
    answer(&one, request(GITLAB_ISSUES, "state=all"), "", "issues.json");
    ticket_commit(&store, &kit);
    begin(&one, NOW + 3600000);
    cr_assert(kit_decode(&kit, &source_gitlab, &one,
                         (struct reply){ .step = GITLAB_ISSUE,
                                         .detail = 1,
                                         .detail_text = "0 0 0 acme/web",
                                         .body = "{\"iid\":1,\"state\":\"opened\",\"references\":"
                                                 "{\"full\":\"acme/site#1\"}}" }));
    ticket_commit(&store, &kit);
    cr_expect(ticket_find(&store, "acme/web#1")->gone);
    cr_expect_not(ticket_find(&store, "acme/site#1")->gone);
    kit_done(&kit);
}

/* The answer to who looks at acme/web#1: its project is another one now. */
static void look(const struct gitlab *g, int64_t now, const char *is)
{
    char body[200];

    snprintf(body, sizeof(body),
             "{\"iid\":1,\"project_id\":42,\"state\":\"opened\",\"references\":{\"full\":\"%s\"}}",
             is);
    begin(g, now);
    cr_assert(kit_decode(
        &kit, &source_gitlab, g,
        (struct reply){
            .step = GITLAB_ISSUE, .detail = 1, .detail_text = "0 0 0 acme/web", .body = body }));
}

/* Nobody would ever ask for it there: it would be open for ever. */
Test(gitlab_issues, one_whose_project_went_to_where_nobody_looks_is_gone)
{
    static const struct {
        const char *is;
        int64_t web, site; /* when the group had them */
        bool gone, taken;
    } cases[] = {
        { "other/web#1", NOW, 0, true, false },          /* the group has it no more */
        { "other/web#1", NOW + 60000, 0, false, false }, /* nobody looked since */
        { "acme/secret/x#1", NOW, 0, true, false },
        { "acme/site#1", NOW, NOW + 60000, true, true },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kit = (struct kit){ 0 };
        store.count = 0;
        begin(&group, NOW);
        answer(&group, request(GITLAB_ISSUES, "state=all"), "", "issues.json");
        gitlab_remember(&kit.batch, GITLAB_FOUND, "", NOW + 60000);
        gitlab_remember(&kit.batch, GITLAB_SEEN, "acme/web", cases[i].web);
        gitlab_remember(&kit.batch, GITLAB_SEEN, "acme/site", cases[i].site);
        ticket_commit(&store, &kit);
        look(&group, NOW + 3600000, cases[i].is);
        cr_expect_eq(kit.batch.ticket_count, (size_t)cases[i].gone + cases[i].taken, "%zu: %zu", i,
                     kit.batch.ticket_count);
        if (cases[i].gone)
            cr_expect_eq(kit.batch.tickets[0].moved, cases[i].taken, "%zu", i);
        kit_done(&kit);
    }
}

Test(gitlab_issues, one_whose_project_is_configured_is_followed)
{
    static const char *number[] = { "42" };
    struct gitlab by_number = one;

    by_number.projects.item = number;
    look(&one, NOW, "other/web#1");
    cr_expect_eq(kit.batch.ticket_count, 2, "the old name leads on");
    look(&by_number, NOW, "other/web#1");
    cr_expect_eq(kit.batch.ticket_count, 2);
    kit_done(&kit);
}

/* That closes it here, and nobody resolved it; where it went it is another one. */
Test(gitlab_issues, one_that_was_moved_is_not_done)
{
    static const char body[] = "[{\"iid\":%d,\"state\":\"closed\",\"moved_to_id\":%s,"
                               "\"closed_at\":\"2026-11-24T10:00:00Z\","
                               "\"updated_at\":\"2026-11-24T10:00:00Z\"}]";
    char text[200];

    (void)list(&one, "issues.json", 4);
    ticket_commit(&store, &kit);
    for (int iid = 1; iid < 12; iid += 10) { /* one that is known, and one that is not */
        snprintf(text, sizeof(text), body, iid, "77");
        ticket_poll(&store, &kit, NOW + 600000);
        cr_assert(kit_decode(&kit, &source_gitlab, &one,
                             (struct reply){ .step = GITLAB_ISSUES,
                                             .detail_text = "0 0 0 acme/web",
                                             .body = text }));
        ticket_commit(&store, &kit);
    }
    cr_expect(ticket_find(&store, "acme/web#1")->gone);
    cr_expect_null(ticket_find(&store, "acme/web#11"));
    snprintf(text, sizeof(text), body, 11, "null");
    ticket_poll(&store, &kit, NOW + 600000);
    cr_assert(kit_decode(
        &kit, &source_gitlab, &one,
        (struct reply){ .step = GITLAB_ISSUES, .detail_text = "0 0 0 acme/web", .body = text }));
    cr_expect_eq(kit.batch.ticket_count, 1, "closed by somebody");
    kit_done(&kit);
}

/* Who was not wanted before is in no list of what changed since. */
Test(gitlab_issues, other_labels_or_projects_begin_the_lists_anew)
{
    static const char *support[] = { "support*" };
    struct gitlab config = group;

    for (int i = 0; i < 4;
         i++) { /* all; those with a label, who has to come; no news; all but some */
        bool anew = i == 1 || i == 3;

        if (i == 1)
            config.issues.only = (struct dx_items){ support, 1 };
        if (i == 3)
            config.exclude = (struct dx_items){ NULL, 0 };
        begin(&config, NOW + i * 6 * 60000);
        cr_expect_eq(is_asked(GITLAB_ISSUES, "state=opened"), i == 0 || anew, "%d", i);
        cr_expect_eq(is_asked(GITLAB_ISSUES, "updated_after=2026-11-23T"), i == 0 || anew, "%d", i);
        cr_expect_not(strstr(request(GITLAB_ISSUES, "state=opened")->path, "updated_after"));
        answer(&config, request(GITLAB_ISSUES, "state=all"), "", "issues_of_a_group.json");
        if (i == 0 || anew)
            answer(&config, request(GITLAB_ISSUES, "state=opened"), "", "issues_of_a_group.json");
        ticket_commit(&store, &kit);
    }
    kit_done(&kit);
}
