/* jira: what is refused, too large or odd of single tickets, and what is known of them then. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/jira.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static struct jira config = { .jql = "", .category = "component" };
static struct kit kit;

static bool answer(struct reply reply, const char *body)
{
    kit_poll(&kit, NOW);
    reply.body = body;
    return kit_decode(&kit, &source_jira, &config, reply);
}

/* Whether anything less is asked for than what was too large. */
static bool less(struct reply reply)
{
    const struct dx_error err = { .fault = DX_FAULT_REPLY };

    kit_poll(&kit, NOW);
    reply.too_large = true;
    reply.now_ms = NOW;
    reply.content_type = reply.next = "";
    return source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch);
}

static bool is_noted(const char *words)
{
    for (size_t i = 0; i < kit.batch.note_count; i++)
        if (strstr(kit.batch.notes[i].text, words))
            return true;
    return false;
}

#define ISSUE(status)                                                                              \
    "{\"id\":\"1\",\"key\":\"DX-7\",\"fields\":{\"created\":\"2026-11-24T08:00:00.000+0000\","     \
    "\"updated\":\"2026-11-24T09:00:00.000+0000\",\"status\":{\"name\":\"" status "\"}}}"

Test(jira_parts, a_ticket_that_is_too_large_comes_without_comments_and_changes)
{
    struct reply reply = { .step = JIRA_ISSUE,
                           .detail = JIRA_WHOLE | (TICKET_RESPONSE | TICKET_PAUSES) << 4,
                           .detail_text = "DX-7" };
    const struct plan_request *r;
    const struct ticket *t;

    cr_assert(less(reply));
    r = kit.plan.first;
    cr_assert(r && r->step == JIRA_ISSUE);
    cr_expect(strstr(r->path, "/issue/DX-7?fields="), "%s", r->path);
    cr_expect_not(strstr(r->path, "comment") || strstr(r->path, "changelog"), "%s", r->path);
    reply.detail = r->detail;
    cr_assert(answer(reply, ISSUE("Open")), "%s", kit.err.text);
    t = kit.batch.tickets;
    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_expect_eq(t[0].parts & (TICKET_RESPONSE | TICKET_PAUSES), 0);
    cr_expect_eq(t[1].refused, TICKET_RESPONSE | TICKET_PAUSES, "and is not asked for again");
    kit_done(&kit);
}

/* Its parts are asked for no more, and it is noted as looked after, whether it lacks any. */
Test(jira_parts, a_ticket_that_is_too_large_without_them_is_passed_over)
{
    static const unsigned missing[] = { TICKET_RESPONSE | TICKET_PAUSES, 0 };

    for (size_t i = 0; i < 2; i++) {
        cr_assert(less((struct reply){
            .step = JIRA_ISSUE, .detail = JIRA_SLIM | missing[i] << 4, .detail_text = "DX-7" }));
        cr_expect_null(kit.plan.first, "there is nothing less");
        cr_expect(is_noted("DX-7: even without comments and changes it is larger than max_body"));
        cr_assert_eq(kit.batch.ticket_count, 1);
        cr_expect_str_eq(kit.batch.tickets->key, "DX-7");
        cr_expect_eq(kit.batch.tickets->parts, missing[i]);
        cr_expect_eq(kit.batch.tickets->refused, missing[i]);
    }
    kit_done(&kit);
}

Test(jira_parts, comments_and_changes_that_are_too_large_are_given_up)
{
    static const struct {
        unsigned step;
        const char *text;
        unsigned part;
    } parts[] = {
        { JIRA_COMMENTS, "DX-7 p.olsen", TICKET_RESPONSE },
        { JIRA_CHANGES, "DX-7 1795000000000 2 ", TICKET_PAUSES },
    };

    for (size_t i = 0; i < 2; i++) {
        cr_assert(less((struct reply){ .step = parts[i].step, .detail_text = parts[i].text }));
        cr_expect(is_noted("DX-7: its comments or changes are larger than max_body"));
        cr_assert_eq(kit.batch.ticket_count, 1);
        cr_expect_str_eq(kit.batch.tickets->key, "DX-7");
        cr_expect_eq(kit.batch.tickets->refused, parts[i].part);
    }
    cr_expect_not(less((struct reply){ .step = JIRA_QUEUES, .detail_text = "DX" }));
    kit_done(&kit);
}

Test(jira_parts, what_is_refused_of_a_ticket_is_given_up)
{
    static const struct {
        unsigned step;
        int64_t detail;
        const char *text;
        unsigned part, refused;
    } parts[] = {
        { JIRA_ISSUE, JIRA_WHOLE | TICKET_PAUSES << 4, "DX-7", TICKET_PAUSES, TICKET_PAUSES },
        { JIRA_ISSUE, JIRA_WHOLE, "DX-7", 0, 0 }, /* nobody saw it for long */
        { JIRA_CHANGES, 0, "DX-7 1795000000000 2 ", TICKET_PAUSES, TICKET_PAUSES },
        { JIRA_SLA, 0, "DX-7", TICKET_SLAS, TICKET_SLAS },
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        cr_assert(answer((struct reply){ .step = parts[i].step,
                                         .detail = parts[i].detail,
                                         .detail_text = parts[i].text,
                                         .status = 403 },
                         "{}"),
                  "%s", kit.err.text);
        cr_assert_eq(kit.batch.ticket_count, 1);
        cr_expect_eq(kit.batch.tickets->parts, parts[i].part);
        cr_expect_eq(kit.batch.tickets->refused, parts[i].refused);
    }
    kit_done(&kit);
}

Test(jira_parts, a_server_that_is_refused_without_a_name_says_what_it_wants)
{
    cr_expect_not(answer((struct reply){ .step = JIRA_SERVER, .status = 403 },
                         "{\"errorMessages\":[\"one\",\"two\"]}"));
    cr_expect_eq(kit.err.fault, DX_FAULT_AUTH);
    cr_expect(strstr(kit.err.text, "403") && strstr(kit.err.text, "one; two"), "%s", kit.err.text);
    kit_done(&kit);
}

/* By its changes it waits; its state, which was said later, is another one. */
Test(jira_parts, one_that_waits_by_its_changes_only_does_not)
{
    static const char changes[] =
        "{\"isLast\":true,\"values\":["
        "{\"created\":\"2026-11-24T08:30:00.000+0000\",\"items\":[{\"fieldId\":\"status\","
        "\"fromString\":\"Open\",\"toString\":\"In Progress\"}]},"
        "{\"created\":\"2026-11-24T08:30:00.000+0000\",\"items\":[{\"field\":\"status\","
        "\"fromString\":\"In Progress\",\"toString\":\"Waiting for customer\"}]}]}";
    static const char *waiting = "Waiting for customer";
    const struct ticket *t;

    config.pauses = (struct dx_items){ &waiting, 1 };
    cr_assert(answer((struct reply){ .step = JIRA_CHANGES, .detail_text = "DX-7 1795507200000 1 " },
                     changes),
              "%s", kit.err.text);
    config.pauses.count = 0;
    cr_assert_eq(kit.batch.ticket_count, 1);
    t = kit.batch.tickets;
    cr_assert_gt(t->stay_count, 0);
    cr_expect_neq(t->stays[t->stay_count - 1].stay, DX_STAY_WAITING);
    cr_expect_eq(t->pause_count, 0);
    kit_done(&kit);
}

Test(jira_parts, requests_without_slas_are_passed_over_and_a_category_of_its_own_is_asked_for)
{
    cr_assert(answer((struct reply){ .step = JIRA_REQUESTS, .detail_text = "" },
                     "{\"isLastPage\":true,\"values\":[{\"issueKey\":\"DX-1\"},{\"sla\":{}},7]}"),
              "%s", kit.err.text);
    cr_expect_eq(kit.batch.ticket_count, 0);
    config.category = "customfield_10010";
    cr_assert(
        less((struct reply){ .step = JIRA_ISSUE, .detail = JIRA_WHOLE, .detail_text = "DX-7" }));
    config.category = "component";
    cr_expect(strstr(kit.plan.first->path, "customfield_10010"), "%s", kit.plan.first->path);
    kit_done(&kit);
}

Test(jira_parts, a_jql_that_no_url_takes_is_refused)
{
    char *jql = calloc(1, 10001);
    struct dx_error err = { 0 };

    memset(jql, 'x', 10000);
    cr_expect_not(jira_check_jql(jql, &err));
    cr_expect(strstr(err.text, "`jql` is longer than"), "%s", err.text);
    free(jql);
}

/* A server without totals: a page that is full is not the last one. */
Test(jira_parts, a_page_without_a_total_is_followed_while_it_is_full)
{
    for (int full = 0; full < 2; full++) {
        struct reply reply = { .step = JIRA_NEWS,
                               .detail = 1,
                               .detail_text = full ? "2 1 0 0 0 0 " : "2 50 0 0 0 0 ",
                               .now_ms = NOW };

        cr_assert(answer(reply, "{\"startAt\":0,\"issues\":[" ISSUE("Open") "]}"), "%s",
                  kit.err.text);
        bool more = false;
        for (const struct plan_request *r = kit.plan.first; r; r = r->next)
            more = more || r->step == JIRA_NEWS;
        cr_expect_eq(more, full);
    }
    kit_done(&kit);
}

Test(jira_parts, of_many_links_none_is_left_out)
{
    char *body = NULL;
    size_t len;
    FILE *out = open_memstream(&body, &len);

    fprintf(out, "{\"id\":\"1\",\"key\":\"DX-7\",\"fields\":{\"issuelinks\":[");
    for (int i = 0; i < 150; i++)
        fprintf(out, "%s{\"type\":{\"outward\":\"blocks\"},\"outwardIssue\":{\"key\":\"DX-%d\"}}",
                i ? "," : "", 1000 + i);
    fprintf(out, "]}}");
    fclose(out);
    cr_assert(answer((struct reply){ .step = JIRA_ISSUE, .detail_text = "DX-7" }, body), "%s",
              kit.err.text);
    cr_assert_eq(kit.batch.tickets[0].link_count, 150);
    cr_expect_str_eq(kit.batch.tickets[0].links[149], "blocks DX-1149");
    free(body);
    kit_done(&kit);
}
