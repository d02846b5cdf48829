/* jira: service desks: their SLAs and queues. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jira_kit.h"
#include "known_ticket_kit.h"

TestSuite(jira_desk, .timeout = 20);

static const struct {
    const char *name;
    enum dx_sla_state state;
    int64_t breach, remaining, goal, stopped; /* times from T on; 0: none */
} slas[] = {
    { "Time to first response", DX_SLA_MET, -80000000, 7200000, 14400000, -3600000 },
    { "Time to resolution", DX_SLA_RUNNING, 14400000, 10800000, 14400000, 0 },
    { "Paused", DX_SLA_PAUSED, 14400000, 10800000, 14400000, 0 },
    { "Breached", DX_SLA_BREACHED, -600000, -600000, 14400000, 0 },
    { "Neither", DX_SLA_UNKNOWN, 0, SLA_UNSAID, -1, 0 },
    { "Was late", DX_SLA_BREACHED, -80000000, -1000, 14400000, -40000000 },
    { "Runs again", DX_SLA_RUNNING, 14400000, 10800000, 14400000, 0 },
};

Test(jira_desk, slas_are_what_the_server_says)
{
    static const int64_t T = 1795510800000;
    const struct ticket *t =
        jira_of((struct reply){ .step = JIRA_SLA, .detail_text = "DX-412" }, "slas_of_a_request");

    cr_expect_str_eq(t->key, "DX-412");
    cr_expect_eq(t->parts, TICKET_SLAS);
    cr_assert_eq(t->sla_count, sizeof(slas) / sizeof(slas[0]));
    for (size_t i = 0; i < t->sla_count; i++) {
        const struct ticket_sla *sla = &t->slas[i];

        cr_expect_str_eq(sla->name, slas[i].name);
        cr_expect_eq(sla->state, slas[i].state, "%s", sla->name);
        cr_expect_eq(sla->breach_ms, slas[i].breach ? T + slas[i].breach : 0, "%s", sla->name);
        cr_expect_eq(sla->remaining_ms, slas[i].remaining, "%s", sla->name);
        cr_expect_eq(sla->goal_ms, slas[i].goal, "%s", sla->name);
        cr_expect_eq(sla->stopped_ms, slas[i].stopped ? T + slas[i].stopped : 0, "%s", sla->name);
    }
    kit_done(&kit);
}

Test(jira_desk, open_requests_come_with_their_slas)
{
    const struct ticket *t = jira_of((struct reply){ .step = JIRA_REQUESTS }, "requests_with_slas");

    cr_assert_eq(kit.batch.ticket_count, 1);
    cr_expect_str_eq(t->key, "DX-412");
    cr_expect_eq(t->sla_count, 2);
    cr_expect_str_eq(kit.plan.first->path,
                     "/rest/servicedeskapi/request?requestStatus=OPEN_REQUESTS"
                     "&requestOwnership=ALL_REQUESTS&expand=sla&limit=50&start=2");
    cr_expect_str_eq(kit_request(&kit, JIRA_SLA)->detail_text, "DX-413",
                     "its SLAs are on more than a page");
    kit_poll(&kit, NOW);
    cr_assert(jira_decode((struct reply){ .step = JIRA_REQUESTS, .detail = 2 },
                          "requests_of_the_last_page"));
    cr_expect_null(kit.plan.first);
    cr_expect_eq(kit.batch.cursor_count, 1);
    kit_done(&kit);
}

Test(jira_desk, a_page_of_requests_that_comes_again_is_the_last)
{
    (void)jira_of((struct reply){ .step = JIRA_REQUESTS, .detail_text = "" }, "requests_with_slas");
    cr_expect_str_eq(kit_request(&kit, JIRA_REQUESTS)->detail_text, "DX-412");
    for (int i = 0; i < 2; i++) {
        (void)jira_of((struct reply){ .step = JIRA_REQUESTS,
                                      .detail = i == 0 ? 2 : 200000,
                                      .detail_text = i == 0 ? "DX-412" : "DX-9" },
                      "requests_with_slas");
        cr_expect_not(kit_asked(&kit, JIRA_REQUESTS) > 0, "%d", i);
        cr_expect_eq(kit.batch.cursor_count, 1, "%d", i);
    }
    kit_done(&kit);
}

/* Whose SLAs may not be seen has none that are known: those that are stay. */
Test(jira_desk, of_a_ticket_that_is_no_request_no_slas_are_asked_for_again)
{
    struct reply reply = { .step = JIRA_SLA, .status = 403, .detail_text = "DX-412" };
    const struct ticket *t = jira_of(reply, "not_an_agent_403");

    cr_expect_eq(t->parts, TICKET_SLAS);
    cr_expect_eq(t->refused, TICKET_SLAS);
    reply.status = 404;
    t = jira_of(reply, "no_request_404");
    cr_expect_eq(t->parts, TICKET_SLAS);
    cr_expect_eq(t->refused, 0, "it is none, says its desk");
    cr_expect_eq(t->sla_count, 0);
    kit_done(&kit);
}

/* ---- a desk that is away ---- */

static struct ticket_kit store;

/* A request that changed at this time of 24 November. */
static void change(int64_t now, const char *at, const char *type)
{
    char body[500];

    snprintf(body, sizeof(body),
             "{\"issues\":[{\"id\":\"7\",\"key\":\"DX-7\",\"changelog\":{\"histories\":[]},"
             "\"fields\":{\"comment\":{\"comments\":[]},\"created\":"
             "\"2026-11-24T08:00:00.000+0000\",\"updated\":\"2026-11-24T%s.000+0000\","
             "\"project\":{\"key\":\"DX\"%s}}}],\"total\":1}",
             at, type);
    ticket_poll(&store, &kit, now);
    cr_assert(
        kit_decode(&kit, &source_jira, &config,
                   (struct reply){
                       .step = JIRA_NEWS, .detail = 1, .detail_text = SERVER_WALK, .body = body }),
        "%s", kit.err.text);
}

static void answer(unsigned step, int status, const char *body)
{
    cr_assert(kit_decode(&kit, &source_jira, &config,
                         (struct reply){
                             .step = step, .status = status, .detail_text = "DX-7", .body = body }),
              "%s", kit.err.text);
}

#define NO_APP "{\"message\":\"null for uri: http://x/rest/servicedeskapi/\",\"status-code\":404}"

static const char requests[] = "{\"isLastPage\":true,\"values\":[{\"issueKey\":\"DX-7\",\"sla\":"
                               "{\"isLastPage\":true,\"values\":[{\"name\":\"Time to resolution\","
                               "\"ongoingCycle\":{\"breached\":true}}]}}]}";

/* A Data Center comes up, its service desk later: what was known of SLAs stays, and is asked for
 * again soon. An old one does not say of a project whether it is a service desk. */
static void come_back(const char *type)
{
    store.count = 0;
    change(NOW, "10:00:00", type);
    answer(JIRA_REQUESTS, 200, requests);
    ticket_commit(&store, &kit);
    cr_assert_eq(store.ticket[0].slas, 1);
    change(NOW + MINUTE, "11:00:00", type);
    answer(JIRA_SLA, 404, NO_APP);
    ticket_commit(&store, &kit);
    cr_expect_eq(store.ticket[0].slas, 1, "nobody said that it has none");
    change(NOW + 6 * MINUTE, "11:05:00", type);
    answer(JIRA_REQUESTS, 404, NO_APP);
    ticket_commit(&store, &kit);
    change(NOW + 7 * MINUTE, "11:06:00", type);
    cr_expect_eq(kit_asked(&kit, JIRA_SLA), 0, "it is away");
    ticket_commit(&store, &kit);
    cr_expect_eq(store.ticket[0].slas, 1);
    cr_expect_not(store.ticket[0].parts & TICKET_SLAS, "they are to be asked for");
    ticket_poll(&store, &kit, NOW + 17 * MINUTE);
    jira_go_on(&(struct jira_poll){ .config = &config, .plan = &kit.plan });
    cr_expect_eq(kit_asked(&kit, JIRA_REQUESTS), 1, "soon");
    cr_expect_eq(kit_asked(&kit, JIRA_SLA), 0, "it may still be away");
    answer(JIRA_REQUESTS, 200, requests);
    ticket_commit(&store, &kit);
    cr_expect(store.ticket[0].parts & TICKET_SLAS);
    kit_done(&kit);
}

Test(jira_desk, one_that_is_away_for_a_while_takes_no_slas_along)
{
    come_back(",\"projectTypeKey\":\"service_desk\"");
}

Test(jira_desk, one_that_is_away_of_an_old_server_takes_none_along_either)
{
    come_back("");
}

/* What is in no list is asked for by itself, once its desk is back. */
Test(jira_desk, one_that_is_back_is_asked_for_what_lacks_slas)
{
    change(NOW, "10:00:00", ",\"projectTypeKey\":\"service_desk\"");
    answer(JIRA_REQUESTS, 404, NO_APP);
    ticket_commit(&store, &kit);
    ticket_poll(&store, &kit, NOW + 25 * HOUR);
    jira_go_on(&(struct jira_poll){ .config = &config, .plan = &kit.plan });
    cr_expect_eq(kit_asked(&kit, JIRA_SLA), 0, "there never was any");
    answer(JIRA_REQUESTS, 200, "{\"isLastPage\":true,\"values\":[]}");
    ticket_commit(&store, &kit);
    ticket_poll(&store, &kit, NOW + 25 * HOUR + MINUTE);
    jira_go_on(&(struct jira_poll){ .config = &config, .plan = &kit.plan });
    cr_expect_eq(kit_asked(&kit, JIRA_SLA), 1);
    kit_done(&kit);
}

Test(jira_desk, where_there_never_was_one_no_ticket_lacks_slas)
{
    change(NOW, "10:00:00", ",\"projectTypeKey\":\"software\"");
    cr_expect(kit.batch.tickets->parts & TICKET_SLAS);
    answer(JIRA_REQUESTS, 404, NO_APP);
    ticket_commit(&store, &kit);
    change(NOW + MINUTE, "11:00:00", "");
    cr_expect(kit.batch.tickets->parts & TICKET_SLAS);
    config.service_desk = JIRA_DESK_NO;
    change(NOW + MINUTE, "11:01:00", ",\"projectTypeKey\":\"service_desk\"");
    cr_expect(kit.batch.tickets->parts & TICKET_SLAS, "none are wanted");
    kit_done(&kit);
}

static size_t notes_of(int desk, int status)
{
    config.service_desk = desk;
    kit_poll(&kit, NOW);
    cr_assert(jira_decode((struct reply){ .step = JIRA_REQUESTS, .status = status },
                          status == 403 ? "not_an_agent_403" : "no_issue_404"));
    cr_assert_eq(kit.batch.note_count, 1);
    return kit.batch.notes[0].level;
}

Test(jira_desk, a_jira_without_service_desk_has_no_slas)
{
    cr_expect_eq(notes_of(JIRA_DESK_AUTO, 404), DX_LOG_INFO);
    cr_expect_eq(notes_of(JIRA_DESK_YES, 404), DX_LOG_WARN);
    cr_expect_eq(notes_of(JIRA_DESK_AUTO, 403), DX_LOG_WARN);
    cr_expect(strstr(kit.batch.notes[0].text, "read:servicedesk-request"));
    kit_commit(&kit);
    kit_poll(&kit, NOW + MINUTE);
    cr_assert(
        jira_decode((struct reply){ .step = JIRA_NEWS, .detail = 1, .detail_text = CLOUD_WALK },
                    "issue_of_the_cloud"));
    cr_expect_not(kit.batch.tickets->parts & TICKET_SLAS, "whether it has some is not known");
    cr_expect_not(kit_asked(&kit, JIRA_SLA) > 0);
    jira_requests_begin(&(struct jira_poll){ .config = &config, .plan = &kit.plan });
    cr_expect_eq(kit_asked(&kit, JIRA_REQUESTS), 0, "nobody asks for a day");
    kit_poll(&kit, NOW + 25 * HOUR);
    jira_requests_begin(&(struct jira_poll){ .config = &config, .plan = &kit.plan });
    cr_expect_eq(kit_asked(&kit, JIRA_REQUESTS), 1);
    kit_done(&kit);
}

Test(jira_desk, queues_are_counted)
{
    static const char *projects[] = { "dx" };
    const struct plan_request *r;

    kit_poll(&kit, NOW);
    cr_assert(jira_decode((struct reply){ .step = JIRA_DESKS }, "service_desks"), "%s",
              kit.err.text);
    cr_expect_str_eq(kit_request(&kit, JIRA_QUEUES)->path,
                     "/rest/servicedeskapi/servicedesk/1/queue?includeCount=true&limit=50");
    cr_expect_str_eq(kit_request(&kit, JIRA_QUEUES)->detail_text, "DX 1");
    cr_assert(jira_decode((struct reply){ .step = JIRA_QUEUES, .detail_text = "DX 1" },
                          "queues_with_counts"),
              "%s", kit.err.text);
    cr_assert_eq(kit.batch.series_count, 2, "of one nobody counted");
    cr_expect_str_eq(kit.batch.series[0].query, "queues");
    cr_expect_str_eq(kit.batch.series[0].labels, "{project=\"DX\", queue=\"All open\"}");
    cr_expect_eq(kit.batch.samples[0].value, 41.);
    cr_expect_eq(kit.batch.samples[1].value, 0.);
    kit_poll(&kit, NOW);
    cr_expect(
        jira_decode((struct reply){ .step = JIRA_QUEUES, .status = 403, .detail_text = "HR 2" },
                    "not_an_agent_403"));
    config.projects = (struct dx_items){ projects, 1 };
    cr_assert(jira_decode((struct reply){ .step = JIRA_DESKS }, "service_desks"));
    r = kit_request(&kit, JIRA_QUEUES);
    cr_expect_str_eq(r->detail_text, "DX 1");
    for (r = r->next; r; r = r->next)
        cr_expect_neq(r->step, JIRA_QUEUES, "the other desk is not of these projects");
    kit_done(&kit);
}

/* Those that are wanted may stand on any. */
Test(jira_desk, service_desks_come_in_pages)
{
    static const char *projects[] = { "DX" };
    const struct plan_request *r;

    config.projects = (struct dx_items){ projects, 1 };
    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_jira, &config,
                         (struct reply){ .step = JIRA_DESKS,
                                         .body = "{\"isLastPage\":false,\"values\":["
                                                 "{\"id\":\"7\",\"projectKey\":\"HR\"},"
                                                 "{\"id\":\"8\",\"projectKey\":\"IT\"}]}" }));
    cr_expect_eq(kit_asked(&kit, JIRA_QUEUES), 0);
    r = kit_request(&kit, JIRA_DESKS);
    cr_expect_str_eq(r->path, "/rest/servicedeskapi/servicedesk?limit=50&start=2");
    cr_assert(kit_decode(&kit, &source_jira, &config,
                         (struct reply){ .step = JIRA_DESKS,
                                         .detail = r->detail,
                                         .body = "{\"isLastPage\":true,\"values\":["
                                                 "{\"id\":\"9\",\"projectKey\":\"DX\"}]}" }));
    cr_expect_eq(kit_asked(&kit, JIRA_QUEUES), 1);
    kit_done(&kit);
}

/* Of queues so many, from a number on, of a list that goes on. */
static char *queues(int first, int count, bool last)
{
    char *body = NULL;
    size_t len;
    FILE *out = open_memstream(&body, &len);

    fprintf(out, "{\"isLastPage\":%s,\"values\":[", last ? "true" : "false");
    for (int i = 0; i < count; i++)
        fprintf(out, "%s{\"name\":\"q%d\",\"issueCount\":%d}", i ? "," : "", first + i, i);
    fprintf(out, "]}");
    fclose(out);
    return body;
}

static void answer_queues(int64_t start, char *body)
{
    cr_assert(kit_decode(
        &kit, &source_jira, &config,
        (struct reply){
            .step = JIRA_QUEUES, .detail = start, .detail_text = "DX 1", .body = body }));
    free(body);
}

Test(jira_desk, queues_come_in_pages)
{
    kit_poll(&kit, NOW);
    answer_queues(0, queues(0, 50, false));
    cr_expect_str_eq(
        kit_request(&kit, JIRA_QUEUES)->path,
        "/rest/servicedeskapi/servicedesk/1/queue?includeCount=true&limit=50&start=50");
    answer_queues(50, queues(50, 7, true));
    cr_expect_eq(kit_asked(&kit, JIRA_QUEUES), 1);
    cr_expect_eq(kit.batch.series_count, 57);
    answer_queues(57, queues(57, 0, false));
    cr_expect_eq(kit_asked(&kit, JIRA_QUEUES), 1, "an empty one is the last");
    answer_queues(950, queues(950, 50, false));
    cr_expect_eq(kit_asked(&kit, JIRA_QUEUES), 1);
    cr_expect(kit_notes(&kit, "DX: the first 1000 queues"));
    kit_done(&kit);
}

Test(jira_desk, of_many_slas_all_are_taken_and_what_is_missing_is_said)
{
    for (int last = 0; last < 2; last++) {
        char *body = queues(0, 50, last == 1);

        kit_poll(&kit, NOW);
        cr_assert(
            kit_decode(&kit, &source_jira, &config,
                       (struct reply){ .step = JIRA_SLA, .detail_text = "DX-412", .body = body }));
        cr_assert_eq(kit.batch.ticket_count, 1);
        cr_expect_eq(kit.batch.tickets[0].sla_count, 50);
        cr_expect_eq(kit_notes(&kit, "DX-412 has more SLAs than the 50 that are read"), last == 0);
        free(body);
    }
    kit_done(&kit);
}
