/* The ServiceNow face of the simulated company, without sockets. */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"
#include "sim_kit.h"

#define TABLE "/snow/api/now/table/"

static int64_t ms_of(const char *text)
{
    return time_parse(text, strlen(text));
}

/* "2026-11-24 14:32:07", which is UTC and does not say so. */
static int64_t utc_of(const char *text)
{
    char whole[40];

    if (!*text)
        return 0;
    snprintf(whole, sizeof(whole), "%sZ", text);
    return ms_of(whole);
}

static json_t *rows_of(const char *table, const char *query, const char *more)
{
    char url[3500];
    json_t *json, *rows;

    snprintf(url, sizeof(url), TABLE "%s?sysparm_query=%s%s", table, sim_escape(query), more);
    json = sim_json(url);
    rows = json_incref(json_object_get(json, "result"));
    json_decref(json);
    return rows;
}

static size_t count_of(const char *table, const char *query)
{
    json_t *rows = rows_of(table, query, "&sysparm_fields=sys_id");
    size_t count = json_array_size(rows);

    json_decref(rows);
    return count;
}

/* ---- the truth ---- */

static void compare(const json_t *row, const json_t *truth)
{
    bool open = json_is_true(json_object_get(truth, "open"));
    const char *key = text_of(truth, "key"), *state = text_of(row, "state");
    bool incident = strncmp(key, "INC", 3) == 0;

    cr_expect_str_eq(text_of(row, "short_description"), text_of(truth, "title"));
    cr_expect_eq(utc_of(text_of(row, "opened_at")), ms_of(text_of(truth, "created")), "%s", key);
    cr_expect_eq(utc_of(text_of(row, "sys_updated_on")), ms_of(text_of(truth, "updated")), "%s",
                 key);
    cr_expect_eq(utc_of(text_of(row, incident ? "resolved_at" : "closed_at")) > 0, !open, "%s",
                 key);
    cr_expect_eq(strtoll(text_of(row, "priority"), NULL, 10), int_of(truth, "priority"));
    if (incident)
        cr_expect_eq(strchr("678", *state) != NULL, !open, "%s: %s", key, state);
}

Test(sim_servicenow, all_rows_but_the_hidden_are_the_truth)
{
    static const char *const tables[] = { "incident", "sc_request" };
    json_t *by_key = json_object(), *row, *truth;
    size_t i, shown = 0, hidden = 0;
    const char *line;
    char *text;

    sim_start(5);
    for (size_t t = 0; t < 2; t++) {
        json_t *rows = rows_of(tables[t], "", "");

        json_array_foreach (rows, i, row)
            json_object_set(by_key, text_of(row, "number"), row);
        json_decref(rows);
    }
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "servicenow")) != NULL) {
        bool secret = json_is_true(json_object_get(truth, "hidden"));

        row = json_object_get(by_key, text_of(truth, "key"));
        cr_assert_eq(row == NULL, secret, "%s", text_of(truth, "key"));
        hidden += secret;
        shown += !secret;
        if (row)
            compare(row, truth);
        json_decref(truth);
    }
    cr_expect_eq(shown, json_object_size(by_key));
    cr_expect_gt(shown, 150);
    cr_expect_gt(hidden, 0);
    free(text);
    json_decref(by_key);
    sim_stop();
}

/* Every row of what was promised, by the number of its ticket. */
static json_t *slas_of_tickets(void)
{
    json_t *by_key = json_object(), *row;
    json_t *rows = rows_of("task_sla", "",
                           "&sysparm_fields=task.number,sla.target,stage,"
                           "has_breached,start_time,end_time,planned_end_time");
    size_t i;

    json_array_foreach (rows, i, row) {
        const char *key = text_of(row, "task.number");

        if (!json_object_get(by_key, key))
            json_object_set_new(by_key, key, json_array());
        json_array_append(json_object_get(by_key, key), row);
    }
    json_decref(rows);
    return by_key;
}

static void find_cycle(const json_t *rows, const char *target, const json_t *cycle, const char *key)
{
    const json_t *row;
    size_t i;

    json_array_foreach (rows, i, row) {
        const char *stage = text_of(row, "stage");

        if (strcmp(text_of(row, "sla.target"), target) != 0 ||
            utc_of(text_of(row, "start_time")) !=
                ms_of(text_of(cycle, "start")) - ms_of(text_of(cycle, "start")) % 1000)
            continue;
        cr_expect_eq(utc_of(text_of(row, "end_time")) > 0, *text_of(cycle, "stop") != '\0', "%s",
                     key);
        cr_expect_eq(strcmp(stage, "completed") == 0 || strcmp(stage, "cancelled") == 0,
                     *text_of(cycle, "stop") != '\0', "%s: %s", key, stage);
        if (*text_of(cycle, "stop")) /* the others lag behind by up to a minute */
            cr_expect_eq(strcmp(text_of(row, "has_breached"), "true") == 0,
                         json_is_true(json_object_get(cycle, "breached")), "%s", key);
        return;
    }
    cr_expect_fail("%s has no row for %s", key, target);
}

Test(sim_servicenow, what_was_promised_is_the_truth)
{
    json_t *by_key, *truth, *cycle;
    const char *line;
    size_t i, found = 0;
    char *text;

    sim_start(5);
    by_key = slas_of_tickets();
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "servicenow")) != NULL) {
        const char *key = text_of(truth, "key");
        const json_t *rows = json_object_get(by_key, key);

        if (json_is_true(json_object_get(truth, "hidden"))) {
            cr_expect_null(rows, "%s is hidden, and all that belongs to it", key);
            json_decref(truth);
            continue;
        }
        json_array_foreach (json_object_get(truth, "response_sla"), i, cycle)
            find_cycle(rows, "response", cycle, key);
        json_array_foreach (json_object_get(truth, "resolution_sla"), i, cycle)
            find_cycle(rows, "resolution", cycle, key);
        found += json_array_size(rows);
        json_decref(truth);
    }
    cr_expect_gt(found, 300);
    cr_expect_eq(count_of("task_sla", "stage=achieved"), 0, "there is no such stage");
    cr_expect_gt(count_of("task_sla", "stage=paused"), 0);
    free(text);
    json_decref(by_key);
    sim_stop();
}

Test(sim_servicenow, the_first_public_comment_is_in_the_journal)
{
    json_t *rows, *row, *tasks, *truth, *firsts = json_object(), *callers = json_object();
    const char *line;
    size_t i, checked = 0;
    char *text;

    sim_start(5);
    tasks = rows_of("incident", "", "&sysparm_fields=sys_id,number,caller_id.user_name");
    json_array_foreach (tasks, i, row)
        json_object_set(callers, text_of(row, "sys_id"), row);
    rows = rows_of("sys_journal_field", "name=incident^element=comments^ORDERBYsys_created_on", "");
    json_array_foreach (rows, i, row) {
        const json_t *task = json_object_get(callers, text_of(row, "element_id"));
        const char *by = text_of(row, "sys_created_by");

        if (task && strcmp(by, text_of(task, "caller_id.user_name")) != 0 && !strstr(by, "bot") &&
            !json_object_get(firsts, text_of(task, "number")))
            json_object_set(firsts, text_of(task, "number"), row);
    }
    line = text = sim_truth("ticket");
    while ((truth = sim_next_of(&line, "servicenow")) != NULL) {
        const char *key = text_of(truth, "key");

        if (strncmp(key, "INC", 3) == 0 && !json_is_true(json_object_get(truth, "hidden"))) {
            row = json_object_get(firsts, key);
            cr_expect_eq(row ? utc_of(text_of(row, "sys_created_on")) : 0,
                         ms_of(text_of(truth, "first_response")), "%s", key);
            checked++;
        }
        json_decref(truth);
    }
    cr_expect_gt(checked, 50);
    free(text);
    json_decref(rows);
    json_decref(tasks);
    json_decref(firsts);
    json_decref(callers);
    sim_stop();
}

/* Each change begins where the one before ended, and the last one ends where the ticket is. */
Test(sim_servicenow, the_audit_has_each_change_of_the_state)
{
    json_t *tasks, *rows, *row, *states = json_object();
    size_t i;

    sim_start(5);
    tasks = rows_of("incident", "", "&sysparm_fields=sys_id,state");
    json_array_foreach (tasks, i, row)
        json_object_set_new(states, text_of(row, "sys_id"), json_string("1"));
    rows = rows_of("sys_audit", "tablename=incident^fieldname=state^ORDERBYsys_created_on", "");
    cr_expect_gt(json_array_size(rows), 100);
    json_array_foreach (rows, i, row) {
        const char *id = text_of(row, "documentkey");

        cr_expect_str_eq(text_of(row, "oldvalue"), text_of(states, id));
        cr_expect_str_neq(text_of(row, "newvalue"), text_of(row, "oldvalue"));
        json_object_set(states, id, json_object_get(row, "newvalue"));
    }
    json_array_foreach (tasks, i, row)
        cr_expect_str_eq(text_of(row, "state"), text_of(states, text_of(row, "sys_id")));
    json_decref(tasks);
    json_decref(rows);
    json_decref(states);
    sim_stop();
}

/* ---- queries ---- */

Test(sim_servicenow, an_invalid_part_is_ignored)
{
    size_t all, active;

    sim_start(5);
    all = count_of("incident", "");
    active = count_of("incident", "active=true");
    cr_expect_gt(active, 0);
    cr_expect_lt(active, all);
    cr_expect_eq(count_of("incident", "actve=true"), all, "a misspelt field");
    cr_expect_eq(count_of("incident", "actve=true^active=true"), active);
    cr_expect_eq(count_of("incident", "active~true"), all, "no operator");
    cr_expect_eq(count_of("incident", "active=true^active=false"), 0);
    cr_expect_eq(count_of("incident", "active=true^ORactive=false"), all);
    cr_expect_eq(count_of("incident", "active=true^NQactive=false"), all);
    cr_expect_eq(count_of("incident", "active!=true"), all - active);
    cr_expect_eq(count_of("incident", "stateIN1,2,3^priorityIN1,2,3,4,5") +
                     count_of("incident", "stateNOT IN1,2,3"),
                 all);
    cr_expect_eq(count_of("incident", "assigned_toISEMPTY") +
                     count_of("incident", "assigned_toISNOTEMPTY"),
                 all);
    cr_expect_eq(count_of("incident", "opened_at>=javascript:gs.dateGenerate('2026-11-01',"
                                      "'00:00:00')"),
                 count_of("incident", "opened_at>=2026-11-01 00:00:00"));
    cr_expect_lt(count_of("incident", "opened_at>=2026-11-01 00:00:00"), all);
    sim_stop();
}

Test(sim_servicenow, rows_come_in_their_order)
{
    const char *before = "";
    json_t *rows, *row;
    size_t i;

    sim_start(5);
    rows = rows_of("incident", "ORDERBYsys_updated_on^ORDERBYsys_id", "");
    json_array_foreach (rows, i, row) {
        cr_expect_leq(strcmp(before, text_of(row, "sys_updated_on")), 0);
        before = text_of(row, "sys_updated_on");
    }
    json_decref(rows);
    rows = rows_of("incident", "ORDERBYDESCpriority", "");
    cr_expect_str_eq(text_of(json_array_get(rows, 0), "priority"), "5");
    json_decref(rows);
    sim_stop();
}

/* ---- pages ---- */

Test(sim_servicenow, pages_are_shorter_than_asked_for)
{
    json_t *seen = json_object();
    size_t total, pages = 0, shorter = 0, all;
    char next[3000];

    sim_start(5);
    all = count_of("incident", "");
    snprintf(next, sizeof(next),
             TABLE "incident?sysparm_limit=20&sysparm_fields=number&sysparm_query=ORDERBYnumber");
    while (*next) {
        json_t *json = sim_json(next), *row;
        const char *links = sim_header("Link"), *end = strstr(links, ">;rel=\"next\""), *begin;
        size_t i;

        total = (size_t)strtoll(sim_header("X-Total-Count"), NULL, 10);
        json_array_foreach (json_object_get(json, "result"), i, row)
            json_object_set_new(seen, text_of(row, "number"), json_true());
        pages++;
        shorter += end && json_array_size(json_object_get(json, "result")) < 20;
        json_decref(json);
        cr_expect(strstr(links, ";rel=\"first\""));
        *next = '\0';
        for (begin = end; begin && *begin != '<';)
            begin--;
        if (end)
            snprintf(next, sizeof(next), "%.*s", (int)(end - strstr(begin, "/snow/")),
                     strstr(begin, "/snow/"));
    }
    cr_expect_gt(pages, 4);
    cr_expect_gt(shorter, 0, "access rules hide rows of a page");
    cr_expect_eq(json_object_size(seen), all);
    cr_expect_gt(total, all);
    sim_get(TABLE "incident");
    cr_expect_str_eq(sim_header("Link"), "", "there is one page");
    json_decref(seen);
    sim_stop();
}

/* ---- values ---- */

Test(sim_servicenow, values_are_texts_in_three_ways)
{
    json_t *rows, *row, *cell;
    const char *name;

    sim_start(5);
    rows = rows_of("incident", "active=true^assigned_toISNOTEMPTY", "&sysparm_limit=5");
    row = json_array_get(rows, 0);
    json_object_foreach (row, name, cell)
        cr_expect(json_is_string(cell) || json_is_object(cell), "%s", name);
    cr_expect_str_eq(text_of(row, "active"), "true");
    cell = json_object_get(row, "assigned_to");
    cr_expect(strstr(text_of(cell, "link"), TABLE "sys_user/"));
    cr_expect_eq(strlen(text_of(cell, "value")), 32);
    json_decref(rows);

    rows = rows_of("incident", "active=true^assigned_toISNOTEMPTY",
                   "&sysparm_limit=5&sysparm_display_value=all&sysparm_fields=state,opened_at,no");
    row = json_array_get(rows, 0);
    cr_expect_eq(json_object_size(row), 2, "what is no field is left out");
    cr_expect_str_neq(text_of(json_object_get(row, "state"), "value"),
                      text_of(json_object_get(row, "state"), "display_value"));
    cr_expect_str_neq(text_of(json_object_get(row, "opened_at"), "value"),
                      text_of(json_object_get(row, "opened_at"), "display_value"));
    json_decref(rows);

    rows = rows_of("incident", "active=true^assigned_toISNOTEMPTY",
                   "&sysparm_limit=5&sysparm_exclude_reference_link=true");
    cr_expect_eq(strlen(text_of(json_array_get(rows, 0), "assigned_to")), 32);
    json_decref(rows);
    sim_stop();
}

/* ---- what goes wrong ---- */

Test(sim_servicenow, limits_and_errors)
{
    sim_start(5);
    sim.rate.limit = 5000;
    sim_get(TABLE "nothing");
    cr_expect_eq(got.status, 400);
    sim_get(TABLE "incident/0123");
    cr_expect_eq(got.status, 404);
    sim_get(TABLE "sys_user?sysparm_limit=1");
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(sim_header("X-RateLimit-Limit"), "5000");
    cr_expect_eq(strlen(sim_header("X-RateLimit-Rule")), 32);
    cr_expect_eq(strtoll(sim_header("X-RateLimit-Reset"), NULL, 10),
                 ms_of("2026-11-24T15:00:00Z") / 1000);
    sim.hourly.used = 5000;
    sim_get(TABLE "sys_user?sysparm_limit=1");
    cr_expect_eq(got.status, 429);
    cr_expect_gt(strtoll(sim_header("Retry-After"), NULL, 10), 1600);
    now += HOUR_MS;
    sim_get(TABLE "sys_user?sysparm_limit=1");
    cr_expect_eq(got.status, 200);
    fault_spoil(&got, &(struct fault){ .kind = FAULT_HIBERNATE });
    cr_expect_eq(got.status, 200);
    cr_expect_str_eq(got.content_type, "text/html");
    cr_expect(strstr(got.body.bytes, "hibernating"));
    sim_stop();
}
