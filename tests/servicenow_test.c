/* servicenow: what its rows mean. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "source/field.h"
#include "source/servicenow.h"
#include "known_ticket_kit.h"

static const int64_t NOW = 1795518000000;   /* 2026-11-24T11:00:00Z */
static const int64_t EIGHT = 1795507200000; /* 2026-11-24T08:00:00Z */
static const int64_t MINUTE = 60000;

static const char *tables[] = { "incident", "sc_request" }, *bots[] = { "*bot*" };
static struct servicenow config = { .tables = { tables, 2 },
                                    .bots = { bots, 1 },
                                    .category = "category",
                                    .slas = true,
                                    .responses = true,
                                    .pauses = true };
static struct ticket_kit store;
static struct kit kit;

/* Two tickets that something is asked about. */
static const char asked[] = "INC0000001 00000000000000000000000000000001 ana.petrovic\n"
                            "INC0000002 00000000000000000000000000000002 ana.petrovic\n";

static bool decode(unsigned step, const char *name)
{
    ticket_poll(&store, &kit, NOW);
    return kit_decode_file(
        &kit, &source_servicenow, &config,
        (struct reply){ .step = step,
                        .detail = step == SNOW_NEWS ? EIGHT : 0,
                        .detail_text = step <= SNOW_FILL ? "incident 200 0" : asked },
        name);
}

static const struct ticket *rows(const char *name, size_t count)
{
    cr_assert(decode(SNOW_NEWS, name), "%s: %s", name, kit.err.text);
    cr_assert_eq(kit.batch.ticket_count, count, "%s: %zu", name, kit.batch.ticket_count);
    return kit.batch.tickets;
}

static const struct ticket *part(unsigned step, const char *name, const char *key, unsigned which)
{
    const struct ticket *t;

    cr_assert(decode(step, name), "%s: %s", name, kit.err.text);
    t = ticket_part(&kit.batch, key, which);
    cr_assert(t, "%s", name);
    return t;
}

Test(servicenow, a_row_is_a_ticket)
{
    const struct ticket *t = rows("servicenow/incident_with_labels_beside_values.json", 1);

    cr_expect_eq(t->parts, TICKET_FIELDS | TICKET_LINKS);
    cr_expect_str_eq(t->key, "INC0000001");
    cr_expect_str_eq(t->project, "incident");
    cr_expect_str_eq(t->id, "00000000000000000000000000000001 ana.petrovic");
    cr_expect_str_eq(t->title, "Builds wait for a runner");
    cr_expect_str_eq(t->type, "Incident");
    cr_expect_str_eq(t->category, "CI runners");
    cr_expect_str_eq(t->labels, "DX Platform");
    cr_expect_eq(t->priority, 2);
    cr_expect_str_eq(t->raw_priority, "2 - High");
    cr_expect_eq(t->state, DX_TICKET_IN_PROGRESS);
    cr_expect_str_eq(t->raw_status, "In Progress");
    cr_expect_str_eq(t->reporter, "Ana Petrovic");
    cr_expect_str_eq(t->assignee, "Beth Anglin");
    cr_expect_eq(t->created_ms, EIGHT, "opened_at, in UTC, not the user's clock");
    cr_expect_eq(t->updated_ms, EIGHT + 150 * MINUTE);
    cr_expect_eq(t->resolved_ms, 0);
    cr_expect_str_eq(t->url, "https://acme.service-now.com/nav_to.do?uri=incident.do?sys_id="
                             "00000000000000000000000000000001");
    cr_assert_eq(t->link_count, 1);
    cr_expect_str_eq(t->links[0], "child of INC0000007");
}

Test(servicenow, labels_in_another_language_change_no_state)
{
    const struct ticket *t = rows("servicenow/labels_in_another_language.json", 1);

    cr_expect_eq(t->state, DX_TICKET_IN_PROGRESS);
    cr_expect_str_eq(t->raw_status, "Angehalten");
    cr_expect_eq(t->priority, 1);
    cr_expect_str_eq(t->category, "CI-Läufer");
    cr_expect_eq(kit.batch.unknown, 0);
}

Test(servicenow, a_state_of_ones_own_is_unknown_unless_it_is_over)
{
    const struct ticket *t = rows("servicenow/states_of_an_instance_of_its_own.json", 3);

    cr_expect_eq(t[0].state, DX_TICKET_UNKNOWN);
    cr_expect_eq(t[1].state, DX_TICKET_UNKNOWN);
    cr_expect_eq(t[2].state, DX_TICKET_DONE, "it is not active");
    cr_expect_eq(t[2].resolved_ms, EIGHT + 60 * MINUTE);
    cr_expect_eq(kit.batch.unknown, 3);
}

Test(servicenow, states_can_be_named_by_value_table_and_label)
{
    static struct dx_pair own[] = { { "10", "on_hold" }, { "parked", "new" } };
    const struct ticket *t;

    config.states = (struct dx_items){ own, 2 };
    t = rows("servicenow/states_of_an_instance_of_its_own.json", 3);
    cr_expect_eq(t[0].state, DX_TICKET_IN_PROGRESS);
    cr_expect_eq(t[1].state, DX_TICKET_NEW);
    cr_expect(snow_state(&config, "incident", "10", "").hold);
    own[0].name = "sc_request.10";
    cr_expect_not(snow_state(&config, "incident", "10", "").known);
    cr_expect(snow_state(&config, "sc_request", "10", "").hold);
    own[0].value = "paused";
    cr_expect_not(source_servicenow.check(&config, &kit.err));
    cr_expect(strstr(kit.err.text, "\"paused\""), "%s", kit.err.text);
    config.states = (struct dx_items){ 0 };
}

Test(servicenow, a_ticket_that_was_opened_again_is_not_resolved)
{
    const struct ticket *t = rows("servicenow/opened_again_keeps_resolved_at.json", 4);

    cr_expect_eq(t[0].resolved_ms, 0);
    cr_expect_str_eq(t[0].resolved_basis, "");
    cr_expect_eq(t[1].state, DX_TICKET_DONE);
    cr_expect_eq(t[1].resolved_ms, EIGHT + 60 * MINUTE);
    cr_expect_eq(t[2].resolved_ms, EIGHT + 60 * MINUTE, "resolved before it was closed");
    cr_expect_str_eq(t[2].resolved_basis, "resolved_at");
    cr_expect_eq(t[3].state, DX_TICKET_DONE);
    cr_expect_eq(t[3].resolved_ms, EIGHT + 120 * MINUTE);
    cr_expect_str_eq(t[3].resolved_basis, "closed_at");
}

Test(servicenow, requests_have_states_of_tasks_and_somebody_they_are_for)
{
    const struct ticket *t;

    ticket_poll(&store, &kit, NOW);
    cr_assert(kit_decode_file(
        &kit, &source_servicenow, &config,
        (struct reply){ .step = SNOW_NEWS, .detail = EIGHT, .detail_text = "sc_request 200 0" },
        "servicenow/requests_have_states_of_tasks.json"));
    cr_assert_eq(kit.batch.ticket_count, 2);
    t = kit.batch.tickets;
    cr_expect_eq(t[0].state, DX_TICKET_IN_PROGRESS);
    cr_expect(snow_state(&config, "sc_request", "-5", "").hold);
    cr_expect_str_eq(t[0].reporter, "Fred Luddy");
    cr_expect(strstr(t[0].id, " fred.luddy"));
    cr_expect_eq(t[1].state, DX_TICKET_DONE, "3 is On Hold of an incident only");
    cr_expect_eq(t[1].resolved_ms, EIGHT + 120 * MINUTE);
}

Test(servicenow, values_without_labels_do_too)
{
    const struct ticket *t = rows("servicenow/values_without_labels.json", 1);

    cr_expect_eq(t->state, DX_TICKET_IN_PROGRESS);
    cr_expect_eq(t->created_ms, EIGHT);
    cr_expect_str_eq(t->raw_priority, "2");
    cr_expect_str_eq(t->url, "");
}

Test(servicenow, fields_that_may_not_be_read_are_unknown)
{
    const struct ticket *t = rows("servicenow/no_rights_to_fields.json", 1);

    cr_expect_eq(t->state, DX_TICKET_NEW);
    cr_expect_eq(t->priority, 0);
    cr_expect_eq(t->created_ms, 0);
    cr_expect_str_eq(t->reporter, "");
}

Test(servicenow, a_row_without_a_number_loses_no_other)
{
    cr_expect_str_eq(rows("servicenow/row_without_a_number.json", 1)->key, "INC0000014");
    cr_expect_eq(kit.batch.unknown, 1);
}

/* ---- SLAs ---- */

Test(servicenow, a_task_has_several_slas)
{
    const struct ticket *t =
        part(SNOW_SLAS, "servicenow/several_slas_of_a_task.json", "INC0000001", TICKET_SLAS);

    cr_assert_eq(t->sla_count, 2);
    cr_expect_str_eq(t->slas[0].name, "Priority 2 response");
    cr_expect_eq(t->slas[0].state, DX_SLA_MET);
    cr_expect_eq(t->slas[0].stopped_ms, EIGHT + 20 * MINUTE);
    cr_expect_eq(t->slas[1].state, DX_SLA_RUNNING);
    cr_expect_eq(t->slas[1].breach_ms, EIGHT + 240 * MINUTE);
    cr_expect_eq(t->slas[1].remaining_ms, 90 * MINUTE);
    cr_expect_eq(t->slas[1].goal_ms, 240 * MINUTE);
    t = ticket_part(&kit.batch, "INC0000002", TICKET_SLAS);
    cr_assert_eq(t->sla_count, 1);
    cr_expect_eq(t->slas[0].state, DX_SLA_PAUSED);
    cr_expect_eq(t->slas[0].breach_ms, 0);
}

Test(servicenow, breached_is_told_by_has_breached_and_never_by_the_stage)
{
    const struct ticket *t = part(SNOW_SLAS, "servicenow/breached_is_told_by_has_breached.json",
                                  "INC0000001", TICKET_SLAS);

    cr_assert_eq(t->sla_count, 5);
    cr_expect_eq(t->slas[0].state, DX_SLA_BREACHED);
    cr_expect_eq(t->slas[0].remaining_ms, SLA_UNSAID, "how much it is over is not said");
    cr_expect_eq(t->slas[0].goal_ms, -1);
    cr_expect_eq(t->slas[1].state, DX_SLA_BREACHED, "fulfilled, too late");
    cr_expect_eq(t->slas[1].stopped_ms, EIGHT + 300 * MINUTE);
    cr_expect_eq(t->slas[2].state, DX_SLA_RUNNING);
    cr_expect_eq(t->slas[3].state, DX_SLA_CANCELLED);
    cr_expect_eq(t->slas[4].state, DX_SLA_UNKNOWN);
    cr_expect_eq(kit.batch.unknown, 1);
}

/* ---- the first response ---- */

Test(servicenow, the_first_response_is_nobodys_but_an_agents)
{
    const struct ticket *t = part(SNOW_JOURNAL, "servicenow/first_comment_is_the_callers.json",
                                  "INC0000001", TICKET_RESPONSE);

    cr_expect_eq(t->first_response_ms, EIGHT + 20 * MINUTE);
    cr_expect_str_eq(t->response_basis, "comments");
    t = ticket_part(&kit.batch, "INC0000002", TICKET_RESPONSE);
    cr_expect_eq(t->first_response_ms, 0, "only its caller wrote");
    cr_expect_str_eq(t->response_basis, "");
}

Test(servicenow, work_notes_are_no_answer)
{
    cr_expect_eq(part(SNOW_JOURNAL, "servicenow/work_notes_are_no_answer.json", "INC0000001",
                      TICKET_RESPONSE)
                     ->first_response_ms,
                 EIGHT + 30 * MINUTE);
}

/* ---- pauses ---- */

Test(servicenow, on_hold_is_a_pause)
{
    const struct ticket *t =
        part(SNOW_AUDIT, "servicenow/on_hold_twice_and_still.json", "INC0000001", TICKET_PAUSES);

    cr_assert_eq(t->pause_count, 2);
    cr_expect_eq(t->pauses[0].from_ms, EIGHT + 30 * MINUTE);
    cr_expect_eq(t->pauses[0].to_ms, EIGHT + 60 * MINUTE);
    cr_expect_eq(t->pauses[1].from_ms, EIGHT + 120 * MINUTE);
    cr_expect_eq(t->pauses[1].to_ms, 0, "it still waits");
    cr_assert_eq(t->stay_count, 5);
    cr_expect(t->stays_known);
    cr_expect_eq(t->stays[0].stay, DX_STAY_NEW);
    cr_expect_eq(t->stays[0].from_ms, 0, "since its creation");
    cr_expect_eq(t->stays[1].stay, DX_STAY_IN_PROGRESS);
    cr_expect_eq(t->stays[1].from_ms, EIGHT + 10 * MINUTE);
    cr_expect_eq(t->stays[4].stay, DX_STAY_WAITING);
    t = ticket_part(&kit.batch, "INC0000002", TICKET_PAUSES);
    cr_expect_eq(t->pause_count, 0, "since when is not said");
    cr_assert(t->stay_count > 0);
    cr_expect_eq(t->stays[0].stay, DX_STAY_UNKNOWN);
}

/* ---- what may not be read ---- */

static bool decode_of(const char *tickets, unsigned step, int status, const char *head,
                      const char *name)
{
    return kit_decode_file(
        &kit, &source_servicenow, &config,
        (struct reply){ .step = step, .status = status, .head = head, .detail_text = tickets },
        name);
}

static bool decode_part(unsigned step, int status, const char *head, const char *name)
{
    return decode_of(asked, step, status, head, name);
}

Test(servicenow, hidden_comments_are_no_want_of_comments)
{
    static const char many[] = "INC1 1 ana\nINC2 2 ana\nINC3 3 ana\nINC4 4 ana\n";
    static const char empty[] = "servicenow/empty.json";

    ticket_poll(&store, &kit, NOW);
    cr_assert(decode_of(many, SNOW_JOURNAL, 200, "x-total-count: 3\n", empty));
    cr_expect_eq(kit.batch.ticket_count, 0, "nobody knows");
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect(strstr(kit.batch.notes[0].text, "sys_journal_field"), "%s", kit.batch.notes[0].text);
    cr_assert(decode_of(many, SNOW_JOURNAL, 200, "x-total-count: 3\n", empty));
    cr_expect_eq(kit.batch.note_count, 1, "it is said once");
    kit_commit(&kit);
    ticket_poll(&store, &kit, NOW + MINUTE);
    cr_assert(decode_part(SNOW_JOURNAL, 200, "x-total-count: 0\n", empty));
    cr_expect_eq(kit.batch.ticket_count, 2, "nobody wrote");
}

Test(servicenow, what_is_refused_is_asked_for_again_tomorrow)
{
    static const struct snow_item one = { .key = "INC1", .id = "1", .user = "ana" };
    const struct snow_poll p = { .config = &config, .plan = &kit.plan };

    ticket_poll(&store, &kit, NOW);
    snow_ask_parts(&p, &one, 1, false);
    cr_expect_eq(kit.plan.count, 3, "comments, SLAs and the audit");
    ticket_poll(&store, &kit, NOW);
    cr_assert(decode_part(SNOW_AUDIT, 403, "", "servicenow/not_authorized_403.json"));
    kit_commit(&kit);
    ticket_poll(&store, &kit, NOW + MINUTE);
    snow_ask_parts(&p, &one, 1, false);
    cr_expect_eq(kit.plan.count, 2);
    ticket_poll(&store, &kit, NOW + 25 * 60 * MINUTE);
    snow_ask_parts(&p, &one, 1, false);
    cr_expect_eq(kit.plan.count, 3);
}

static bool refuse(const char *table, int status)
{
    char about[80];

    snprintf(about, sizeof(about), "%s 200 0", table);
    return kit_decode_file(
        &kit, &source_servicenow, &config,
        (struct reply){ .step = SNOW_NEWS, .status = status, .detail_text = about },
        "servicenow/not_authorized_403.json");
}

Test(servicenow, a_table_that_may_not_be_read_loses_no_other)
{
    static const char *two[] = { "incident", "problem" };

    config.tables = (struct dx_items){ two, 2 };
    ticket_poll(&store, &kit, NOW);
    cr_expect(refuse("problem", 403));
    cr_assert_eq(kit.batch.note_count, 1);
    cr_expect(strstr(kit.batch.notes[0].text, "sn_problem_read"), "%s", kit.batch.notes[0].text);
    ticket_commit(&store, &kit);
    ticket_poll(&store, &kit, NOW + MINUTE);
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    for (struct plan_request *r = kit.plan.first; r; r = r->next)
        cr_expect_not(strstr(r->path, "/problem?"), "%s", r->path);
    cr_expect(refuse("incident", 403));
    ticket_commit(&store, &kit);
    ticket_poll(&store, &kit, NOW + 2 * MINUTE);
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    cr_expect_eq(kit.plan.count, 4, "now all are: both are asked for");
    cr_expect(refuse("incident", 403));
    cr_expect_eq(kit.batch.note_count, 0, "that was said");
}

Test(servicenow, the_only_table_that_may_not_be_read_stops_the_source)
{
    config.tables.count = 1;
    ticket_poll(&store, &kit, NOW);
    cr_expect_not(refuse("incident", 403));
    cr_expect_eq(kit.err.fault, DX_FAULT_AUTH);
}

Test(servicenow, refusals_in_words)
{
    static const struct {
        int status;
        unsigned step;
        enum dx_fault fault;
        const char *name, *words;
    } cases[] = {
        { 401, SNOW_NEWS, DX_FAULT_AUTH, "servicenow/not_authenticated_401.json",
          "refused (401): User Not Authenticated; user, password or token are wrong or expired" },
        { 403, SNOW_NEWS, DX_FAULT_AUTH, "servicenow/not_authorized_403.json",
          "incident: refused (403): User Not Authorized; the role sn_incident_read or itil lets" },
        { 400, SNOW_NEWS, DX_FAULT_CONFIG, "servicenow/invalid_table_400.json",
          "there is no table \"incident\" (400); see `tables`" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        kit_poll(&kit, NOW);
        kit_refuse(&kit, &source_servicenow, &config,
                   (struct reply){ .step = cases[i].step,
                                   .status = cases[i].status,
                                   .detail_text = "incident 200 0" },
                   cases[i].name);
        cr_expect_eq(kit.err.fault, cases[i].fault, "%s", cases[i].name);
        cr_expect(strstr(kit.err.text, cases[i].words), "%s: %s", cases[i].name, kit.err.text);
    }
}

Test(servicenow, of_a_limit_the_words_of_net_stay)
{
    size_t len;
    char *body = kit_fixture("servicenow/rate_limit_429.json", &len);

    (void)dx_fail(&kit.err, DX_FAULT_LIMITED, "limited by the server for 20 s");
    source_refused(&source_servicenow, &config,
                   &(struct reply){ .status = 429,
                                    .content_type = "application/json",
                                    .detail_text = "incident 200 0",
                                    .body = body,
                                    .len = len },
                   &kit.err);
    cr_expect_str_eq(kit.err.text, "limited by the server for 20 s");
    free(body);
}

Test(servicenow, an_instance_that_sleeps_is_no_data)
{
    ticket_poll(&store, &kit, NOW);
    cr_expect_not(kit_decode_file(&kit, &source_servicenow, &config,
                                  (struct reply){ .step = SNOW_NEWS,
                                                  .content_type = "text/html;charset=utf-8",
                                                  .detail_text = "incident 200 0" },
                                  "servicenow/hibernating_200.html"));
    cr_expect_eq(kit.err.fault, DX_FAULT_NETWORK);
    cr_expect(strstr(kit.err.text, "asleep"), "%s", kit.err.text);
}

Test(servicenow, pages_that_are_too_large_become_smaller)
{
    struct reply reply = { .step = SNOW_OPEN,
                           .detail_text = "incident 200 400",
                           .too_large = true,
                           .body = "",
                           .content_type = "" };
    struct dx_error err = { DX_FAULT_REPLY, 0, "too large" };

    ticket_poll(&store, &kit, NOW);
    cr_assert(source_less(&source_servicenow, &config, &reply, &err, &kit.plan, &kit.batch));
    cr_expect_str_eq(kit.plan.first->detail_text, "incident 100 400 0 ");
    reply.detail_text = "incident 1 3";
    plan_take(&kit.plan);
    cr_assert(source_less(&source_servicenow, &config, &reply, &err, &kit.plan, &kit.batch));
    cr_expect_str_eq(kit.plan.first->detail_text, "incident 1 4 0 ");
    cr_expect_str_eq(kit.batch.notes[0].text,
                     "incident: a row is larger than max_body by itself; it is left out");
}

/* ---- the check ---- */

Test(servicenow, check_says_what_it_is_and_who_we_are)
{
    ticket_poll(&store, &kit, NOW);
    snow_probe(&config, &kit.plan);
    cr_expect_eq(kit.plan.count, 3);
    cr_assert(
        kit_decode(&kit, &source_servicenow, &config,
                   (struct reply){
                       .step = SNOW_BUILD,
                       .body = "{\"result\":[{\"value\":\"glide-xanadu-07-02-2024__patch4\"}]}" }));
    cr_assert(kit_decode(
        &kit, &source_servicenow, &config,
        (struct reply){ .step = SNOW_WHO, .body = "{\"result\":[{\"user_name\":\"dxtop\"}]}" }));
    cr_assert(kit_decode(&kit, &source_servicenow, &config,
                         (struct reply){ .step = SNOW_ROLES,
                                         .body = "{\"result\":[{\"role.name\":\"itil\"},"
                                                 "{\"role.name\":\"snc_internal\"}]}" }));
    cr_expect_str_eq(kit.batch.version, "Xanadu, as dxtop, with itil, snc_internal");
    cr_assert(kit_decode(&kit, &source_servicenow, &config,
                         (struct reply){ .step = SNOW_WHO,
                                         .body = "{\"result\":[{\"user_name\":\"a\"},"
                                                 "{\"user_name\":\"b\"}]}" }));
    cr_expect_str_eq(kit.batch.version, "Xanadu, as dxtop, with itil, snc_internal",
                     "the server passed over the query");
}

Test(servicenow, options_that_no_query_can_hold)
{
    static const char *bad[] = { "DX^active=false" };
    struct servicenow c = config;

    cr_expect(source_servicenow.check(&c, &kit.err));
    c.groups = (struct dx_items){ bad, 1 };
    cr_expect_not(source_servicenow.check(&c, &kit.err));
    c.groups = (struct dx_items){ 0 };
    c.category = "category,state";
    cr_expect_not(source_servicenow.check(&c, &kit.err));
    c.category = "u_area";
    bad[0] = "incident?x=1";
    c.tables = (struct dx_items){ bad, 1 };
    cr_expect_not(source_servicenow.check(&c, &kit.err));
}
