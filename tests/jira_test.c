/* jira: what its tickets, comments, changes and SLAs mean, one reply a trap. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jira_kit.h"
#include "source/ticket_words.h"

static const int64_t NINE = 1795482000000; /* 2026-11-24T09:00:00+08:00 */

static const char *pauses[] = { "Waiting for customer", "Pending", "10009" };

static void start(void)
{
    config.pauses = (struct dx_items){ pauses, 3 };
}

TestSuite(jira, .init = start, .timeout = 20);

/* ---- fields ---- */

Test(jira, an_issue_of_the_cloud_is_a_ticket)
{
    const struct ticket *t = jira_page("issue_of_the_cloud");

    cr_expect_eq(t->parts, TICKET_FIELDS | TICKET_LINKS | TICKET_RESPONSE | TICKET_PAUSES,
                 "its SLAs are asked for");
    cr_expect_str_eq(t->project, "DX");
    cr_expect_str_eq(t->key, "DX-412");
    cr_expect(t->unique, "its id, by which it is known when its project has another key");
    cr_expect_str_eq(t->id, "10412");
    cr_expect_str_eq(t->title, "No runner takes my job");
    cr_expect_str_eq(t->type, "Incident");
    cr_expect_str_eq(t->category, "CI runners");
    cr_expect_str_eq(t->raw_priority, "High");
    cr_expect_eq(t->priority, 2);
    cr_expect_str_eq(t->raw_status, "Waiting for support");
    cr_expect_eq(t->state, DX_TICKET_IN_PROGRESS);
    cr_expect_str_eq(t->reporter, "Ann Reporter");
    cr_expect_str_eq(t->assignee, "Ben Agent");
    cr_expect_str_eq(t->labels, "pool-linux-xl, outage");
    cr_expect_str_eq(t->text, "It waits. Since nine.");
    cr_expect_str_eq(t->url, "https://acme.atlassian.net/browse/DX-412");
    cr_expect_eq(t->created_ms, NINE);
    cr_expect_eq(t->resolved_ms, 0);
    cr_expect_str_eq(t->resolved_basis, "");
    cr_expect_eq(t->first_response_ms, 0);
    cr_expect_str_eq(kit_request(&kit, JIRA_SLA)->path,
                     "/rest/servicedeskapi/request/DX-412/sla?limit=50");
    kit_done(&kit);
}

Test(jira, an_offset_has_no_colon)
{
    const struct ticket *t = jira_page("offset_without_a_colon");

    cr_expect_eq(t->created_ms, INT64_C(1591920793360));
    cr_expect_eq(t->updated_ms - t->created_ms, HOUR + 1);
    kit_done(&kit);
}

Test(jira, the_state_is_the_key_of_the_category_never_a_name)
{
    const struct ticket *t = jira_page("status_called_done_is_new");

    cr_expect_eq(t->state, DX_TICKET_NEW);
    cr_expect_str_eq(t->raw_status, "Done");
    t = jira_page("status_names_are_localised");
    cr_expect_eq(t[0].state, DX_TICKET_DONE);
    cr_expect_eq(t[0].resolved_ms, NINE + 390 * MINUTE);
    cr_expect_str_eq(t[0].resolved_basis, "resolutiondate");
    cr_expect_str_eq(t[0].created_basis, "created");
    cr_expect_str_eq(t[0].raw_status, "已完成");
    cr_expect_eq(t[1].state, DX_TICKET_IN_PROGRESS);
    cr_expect_eq(t[2].state, DX_TICKET_NEW);
    cr_expect_eq(t[3].state, DX_TICKET_UNKNOWN);
    cr_expect_eq(t[4].state, DX_TICKET_UNKNOWN);
    cr_expect_eq(kit.batch.unknown, 1, "undefined is a word of Jira, parked is none");
    kit_done(&kit);
}

Test(jira, a_reopened_ticket_is_resolved_no_more)
{
    const struct ticket *t = jira_page("reopened_has_no_resolutiondate");

    cr_expect_eq(t->resolved_ms, 0);
    t = jira_page("open_with_a_resolutiondate_left");
    cr_expect_eq(t->resolved_ms, 0);
    t = jira_page("done_without_resolutiondate");
    cr_expect_eq(t->state, DX_TICKET_DONE);
    cr_expect_eq(t->resolved_ms, NINE + 6 * HOUR);
    cr_expect_str_eq(t->resolved_basis, "statuscategorychangedate");
    kit_done(&kit);
}

Test(jira, fields_may_be_null)
{
    const struct ticket *t = jira_page("fields_may_be_null");

    cr_expect_eq(t->priority, 0);
    cr_expect_str_eq(t->raw_priority, "");
    cr_expect_str_eq(t->assignee, "");
    cr_expect_str_eq(t->reporter, "");
    cr_expect_str_eq(t->category, "");
    cr_expect_str_eq(t->labels, "");
    cr_expect_str_eq(t->text, "");
    kit_done(&kit);
}

Test(jira, a_row_without_fields_is_no_ticket)
{
    kit_poll(&kit, NOW);
    cr_expect(
        jira_decode((struct reply){ .step = JIRA_NEWS, .detail = 1, .detail_text = CLOUD_WALK },
                    "only_ids_without_fields"));
    cr_expect_eq(kit.batch.ticket_count, 0);
    kit_done(&kit);
}

Test(jira, links_go_both_ways)
{
    const struct ticket *t = jira_page("links_go_both_ways");

    cr_assert_eq(t->link_count, 2);
    cr_expect_str_eq(t->links[0], "blocks DX-3");
    cr_expect_str_eq(t->links[1], "is duplicated by DX-4");
    kit_done(&kit);
}

Test(jira, a_document_is_read_as_text)
{
    const struct ticket *t = jira_page("description_is_a_document");

    cr_expect_str_eq(t->text, "Steps Run make, ask @Ben. Then one https://ci.example/42❌ end");
    kit_done(&kit);
}

Test(jira, what_a_ticket_is_about_is_the_users_choice)
{
    config.category = "label";
    cr_expect_str_eq(jira_page("issue_of_the_cloud")->category, "pool-linux-xl");
    config.category = "type";
    cr_expect_str_eq(jira_page("issue_of_the_cloud")->category, "Incident");
    config.category = "customfield_10050";
    cr_expect_str_eq(jira_page("issue_of_the_cloud")->category, "");
    kit_done(&kit);
}

static const char *category_of(const char *field)
{
    char body[500];

    config.category = "customfield_10010";
    snprintf(body, sizeof(body),
             "{\"isLast\":true,\"issues\":[{\"id\":\"1\",\"key\":\"DX-1\",\"fields\":{"
             "\"updated\":\"2026-11-24T09:00:00.000+0800\",\"customfield_10010\":%s}}]}",
             field);
    kit_poll(&kit, NOW);
    cr_assert(
        kit_decode(&kit, &source_jira, &config,
                   (struct reply){
                       .step = JIRA_NEWS, .detail = 1, .detail_text = CLOUD_WALK, .body = body }),
        "%s", kit.err.text);
    cr_assert_eq(kit.batch.ticket_count, 1);
    return kit.batch.tickets->category;
}

Test(jira, fields_have_many_shapes)
{
    cr_expect_str_eq(category_of("\"CI\""), "CI");
    cr_expect_str_eq(category_of("{\"value\":\"CI\",\"id\":\"7\"}"), "CI");
    cr_expect_str_eq(category_of("[{\"name\":\"CI\"},{\"name\":\"CD\"}]"), "CI");
    cr_expect_str_eq(category_of("{\"requestType\":{\"name\":\"Get access\"}}"), "Get access");
    cr_expect_str_eq(category_of("7"), "");
    kit_done(&kit);
}

/* ---- priority ---- */

static const struct {
    const char *name;
    int priority;
} priorities[] = {
    { "Highest", 1 },    { "High", 2 },       { "Medium", 3 },
    { "Low", 4 },        { "Lowest", 5 },     { "P1", 1 },
    { "p5", 5 },         { "P2 - Major", 2 }, { "Blocker", 1 },
    { "3 - Normal", 3 }, { "4", 4 },          { "11", 0 },
    { "Wish", 5 },       { "Highly odd", 0 }, { "Critical: now", 1 },
    { "", 0 },           { "6", 0 },          { "low", 1 /* as configured */ },
};

Test(jira, priorities_have_names)
{
    struct dx_pair own[] = { { "wish", "5" }, { "Low", "1" } };

    for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]); i++) {
        bool is_own = i + 1 == sizeof(priorities) / sizeof(priorities[0]) ||
                      strcmp(priorities[i].name, "Wish") == 0;

        config.priority = (struct dx_items){ own, is_own ? 2 : 0 };
        cr_expect_eq(ticket_priority(&config.priority, priorities[i].name), priorities[i].priority,
                     "%s", priorities[i].name);
    }
}

/* ---- first response ---- */

Test(jira, the_first_response_is_public_and_of_somebody_else)
{
    const struct ticket *t = jira_page("internal_comments_are_no_answer");

    cr_expect(t->parts & TICKET_RESPONSE);
    cr_expect_eq(t->first_response_ms, NINE + 30 * MINUTE);
    kit_done(&kit);
}

Test(jira, bots_that_are_no_apps_have_names)
{
    static const char *bots[] = { "ben*" };

    config.bots = (struct dx_items){ bots, 1 };
    cr_expect_eq(jira_page("internal_comments_are_no_answer")->first_response_ms, 0);
    kit_done(&kit);
}

Test(jira, comments_that_are_cut_off_are_read_from_the_first)
{
    const struct ticket *t = jira_page("comments_are_cut_off");
    const struct plan_request *r = kit_request(&kit, JIRA_COMMENTS);

    cr_expect_not(t->parts & TICKET_RESPONSE, "those at hand may be the last ones");
    cr_assert(*r->path);
    cr_expect_str_eq(r->path, "/rest/api/2/issue/DX-412/comment?orderBy=created&maxResults=100"
                              "&startAt=0");
    cr_expect_str_eq(r->detail_text, "DX-412 5b10a2844c20165700ede21g");
    kit_poll(&kit, NOW);
    cr_assert(jira_decode(
        (struct reply){ .step = JIRA_COMMENTS, .detail_text = "DX-412 5b10a2844c20165700ede21g" },
        "comments_of_a_page"));
    cr_expect_eq(kit.batch.ticket_count, 0, "all are the reporter's own");
    r = kit_request(&kit, JIRA_COMMENTS);
    cr_assert(*r->path);
    cr_expect_eq(r->detail, 100);
    t = jira_of((struct reply){ .step = JIRA_COMMENTS,
                                .detail = 100,
                                .detail_text = "DX-412 5b10a2844c20165700ede21g" },
                "comments_of_the_last_page");
    cr_expect_str_eq(t->key, "DX-412");
    cr_expect_eq(t->parts, TICKET_RESPONSE);
    cr_expect_eq(t->first_response_ms, NINE + 2 * HOUR);
    cr_expect_eq(t->refused, 0);
    t = jira_of((struct reply){ .step = JIRA_COMMENTS,
                                .status = 403,
                                .detail_text = "DX-412 5b10a2844c20165700ede21g" },
                "comments_of_the_last_page");
    cr_expect_eq(t->parts, TICKET_RESPONSE);
    cr_expect_eq(t->refused, TICKET_RESPONSE);
    kit_done(&kit);
}

/* The first answer of the list is a note; Data Center says so with properties only. */
Test(jira, data_center_says_by_a_property_what_is_internal)
{
    const struct ticket *t;

    kit_poll(&kit, NOW);
    batch_cursor(&kit.batch, "kind", JIRA_DATA_CENTER);
    cr_assert(
        jira_decode((struct reply){ .step = JIRA_NEWS, .detail = 1, .detail_text = SERVER_WALK },
                    "page_of_a_desk_of_data_center"));
    cr_expect_not(kit.batch.tickets[0].parts & TICKET_RESPONSE, "it is not known yet");
    cr_expect_str_eq(kit_request(&kit, JIRA_COMMENTS)->path,
                     "/rest/api/2/issue/OPS-7/comment?orderBy=created&maxResults=100&startAt=0"
                     "&expand=properties");
    cr_expect_str_eq(kit_request(&kit, JIRA_COMMENTS)->detail_text, "OPS-7 JIRAUSER13");
    t = jira_of((struct reply){ .step = JIRA_COMMENTS, .detail_text = "OPS-7 JIRAUSER13" },
                "comments_with_properties");
    cr_expect_str_eq(t->key, "OPS-7");
    cr_expect_eq(t->first_response_ms, NINE + 7 * HOUR + 40 * MINUTE);
    kit_done(&kit);
}

Test(jira, a_ticket_does_not_have_that_many_comments)
{
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(
        &kit, &source_jira, &config,
        (struct reply){
            .step = JIRA_COMMENTS,
            .detail = 9999,
            .detail_text = "DX-412 ann",
            .body =
                "{\"total\":1000000,\"comments\":[{\"created\":\"2026-11-24T09:00:00.000+0800\","
                "\"author\":{\"name\":\"ann\"}}]}" }));
    cr_expect_not(kit_asked(&kit, JIRA_COMMENTS) > 0);
    cr_assert_eq(kit.batch.ticket_count, 1);
    cr_expect_eq(kit.batch.tickets[0].parts, TICKET_RESPONSE);
    kit_done(&kit);
}

/* ---- pauses ---- */

static void expect_pause(const struct ticket *t, size_t i, int64_t from, int64_t to)
{
    cr_assert(i < t->pause_count);
    cr_expect_eq(t->pauses[i].from_ms, NINE + from * MINUTE);
    cr_expect_eq(t->pauses[i].to_ms, to == 0 ? 0 : NINE + to * MINUTE);
}

Test(jira, changes_come_in_any_order)
{
    const struct ticket *t = jira_page("changes_come_newest_first");

    cr_expect(t->parts & TICKET_PAUSES);
    cr_assert_eq(t->pause_count, 2);
    expect_pause(t, 0, 60, 120);
    expect_pause(t, 1, 240, 300);
    kit_done(&kit);
}

Test(jira, a_pause_may_still_last_or_begin_with_the_ticket)
{
    const struct ticket *t = jira_page("still_waits_for_the_customer");

    cr_assert_eq(t->pause_count, 1);
    expect_pause(t, 0, 60, 0);
    t = jira_page("made_as_waiting");
    cr_assert_eq(t[0].pause_count, 1);
    expect_pause(&t[0], 0, 0, 0);
    cr_assert_eq(t[1].pause_count, 1);
    expect_pause(&t[1], 0, 0, 60);
    config.pauses.count = 0; /* the usual ones of a service desk */
    cr_expect_eq(jira_page("still_waits_for_the_customer")->pause_count, 1);
    cr_expect_eq(jira_page("pause_by_the_id_of_a_status")->pause_count, 0);
    config.pauses.count = 3;
    t = jira_page("pause_by_the_id_of_a_status");
    cr_assert_eq(t->pause_count, 1);
    expect_pause(t, 0, 60, 120);
    kit_done(&kit);
}

Test(jira, changes_behind_the_first_hundred_come_in_pages)
{
    const struct ticket *t = jira_page("changes_are_cut_at_100");
    const struct plan_request *r = kit_request(&kit, JIRA_CHANGES);
    char trail[400];

    cr_expect_not(t->parts & TICKET_PAUSES);
    cr_assert(*r->path);
    cr_expect_str_eq(r->path, "/rest/api/2/issue/DX-412/changelog?maxResults=100&startAt=0");
    snprintf(trail, sizeof(trail), "%s", r->detail_text);
    kit_poll(&kit, NOW);
    cr_assert(jira_decode((struct reply){ .step = JIRA_CHANGES, .detail_text = trail },
                          "changes_of_a_page"));
    r = kit_request(&kit, JIRA_CHANGES);
    cr_assert(*r->path);
    cr_expect_eq(r->detail, 3);
    snprintf(trail, sizeof(trail), "%s", r->detail_text);
    t = jira_of((struct reply){ .step = JIRA_CHANGES, .detail = 3, .detail_text = trail },
                "changes_of_the_last_page");
    cr_expect_str_eq(t->key, "DX-412");
    cr_expect_eq(t->parts, TICKET_PAUSES);
    cr_assert_eq(t->pause_count, 2);
    expect_pause(t, 0, 60, 120);
    expect_pause(t, 1, 180, 210);
    kit_done(&kit);
}

/* ---- Data Center ---- */

Test(jira, data_center_knows_users_by_key_and_writes_markup)
{
    const struct ticket *t =
        jira_of((struct reply){ .step = JIRA_NEWS, .detail = 1, .detail_text = SERVER_WALK },
                "page_of_data_center");

    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_expect_eq(t->parts,
                 TICKET_FIELDS | TICKET_LINKS | TICKET_RESPONSE | TICKET_PAUSES | TICKET_SLAS,
                 "a software project has no SLAs");
    cr_expect_eq(t->sla_count, 0);
    cr_expect_str_eq(t->reporter, "Ann");
    cr_expect_eq(t->first_response_ms - t->created_ms, 20 * MINUTE);
    cr_expect_str_eq(t->text, "h2. Steps * one {code}make{code}");
    cr_expect_str_eq(t->url, "https://jira.example/ctx/browse/OPS-7");
    kit_done(&kit);
}

/* ---- single tickets ---- */

Test(jira, a_deleted_ticket_is_gone)
{
    const struct ticket *t = jira_of((struct reply){ .step = JIRA_ISSUE,
                                                     .status = 404,
                                                     .detail = JIRA_WHOLE | TICKET_PAUSES << 4,
                                                     .detail_text = "DX-412" },
                                     "no_issue_404");

    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_expect_str_eq(t[0].key, "DX-412");
    cr_expect(t[0].gone && !t[0].moved);
    cr_expect_not(t[1].gone, "one that was done is not asked for again, and stays");
    cr_expect_eq(t[1].parts, TICKET_PAUSES, "only what it lacks: it may have been answered");
    kit_done(&kit);
}

Test(jira, a_ticket_that_moved_has_another_key)
{
    const struct ticket *t;
    char *body;
    size_t len;

    kit_poll(&kit, NOW);
    body = kit_fixture("jira/issue_of_the_cloud.json", &len);
    *strrchr(body, ']') = '\0'; /* the page around it */
    cr_assert(kit_decode(&kit, &source_jira, &config,
                         (struct reply){ .step = JIRA_ISSUE,
                                         .detail = JIRA_WHOLE,
                                         .detail_text = "OLD-9",
                                         .body = strchr(strchr(body, '['), '{') }),
              "%s", kit.err.text);
    t = kit.batch.tickets;
    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_expect_str_eq(t[0].key, "OLD-9");
    cr_expect(t[0].gone && t[0].moved);
    cr_expect_str_eq(t[1].key, "DX-412");
    cr_expect(t[1].parts & TICKET_FIELDS);
    free(body);
    kit_done(&kit);
}

/* One that was done is not asked for again by its old key: it would be there twice. It may come
 * back, and a field that somebody made may be called so, too. */
Test(jira, by_its_changes_a_ticket_that_moved_is_there_once)
{
    static const char body[] =
        "{\"issues\":[{\"id\":\"10412\",\"key\":\"DX-412\",\"fields\":{\"summary\":\"s\","
        "\"created\":\"2026-11-20T09:00:00.000+0800\","
        "\"updated\":\"2026-11-24T09:00:00.000+0800\"},"
        "\"changelog\":{\"total\":3,\"histories\":["
        "{\"created\":\"2026-11-23T09:00:00.000+0800\",\"items\":["
        "{\"field\":\"project\",\"fieldtype\":\"jira\",\"fromString\":\"Old\","
        "\"toString\":\"Developer Experience\"},"
        "{\"field\":\"Key\",\"fieldtype\":\"jira\",\"from\":null,\"fromString\":\"OLD-9\","
        "\"to\":null,\"toString\":\"DX-412\"}]},"
        "{\"created\":\"2026-11-22T09:00:00.000+0800\",\"items\":["
        "{\"field\":\"Key\",\"fieldtype\":\"jira\",\"fromString\":\"DX-412\","
        "\"toString\":\"OLD-9\"}]},"
        "{\"created\":\"2026-11-21T09:00:00.000+0800\",\"items\":["
        "{\"field\":\"Key\",\"fieldtype\":\"custom\",\"fromString\":\"DX-7\","
        "\"toString\":\"DX-8\"}]}]}}]}";
    size_t gone = 0;

    kit_poll(&kit, NOW);
    cr_assert(
        kit_decode(&kit, &source_jira, &config,
                   (struct reply){
                       .step = JIRA_NEWS, .detail = 1, .detail_text = CLOUD_WALK, .body = body }),
        "%s", kit.err.text);
    for (size_t i = 0; i < kit.batch.ticket_count; i++) {
        const struct ticket *t = &kit.batch.tickets[i];

        gone += t->gone;
        cr_expect_str_eq(t->key, t->gone ? "OLD-9" : "DX-412");
        cr_expect_eq(t->gone, t->moved);
    }
    cr_expect_eq(gone, 1);
    kit_done(&kit);
}

Test(jira, by_a_page_of_its_changes_too)
{
    static const char body[] = "{\"isLast\":true,\"values\":[{\"items\":[{\"field\":\"Key\","
                               "\"fieldtype\":\"jira\",\"fromString\":\"OLD-9\"}]}]}";

    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_jira, &config,
                         (struct reply){ .step = JIRA_CHANGES,
                                         .detail_text = "DX-412 1795000000000 3 ",
                                         .body = body }),
              "%s", kit.err.text);
    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_expect_str_eq(kit.batch.tickets[0].key, "OLD-9");
    cr_expect(kit.batch.tickets[0].moved);
    kit_done(&kit);
}
