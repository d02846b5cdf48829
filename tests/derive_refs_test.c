/* What tickets name, and when it is looked for. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/mem.h"
#include "store/past.h"
#include "derive_kit.h"

static struct batch batch;

TestSuite(refs, .init = derive_start, .fini = derive_stop, .timeout = 60);

static struct ticket *add_ticket(const char *key, const char *title, const char *text)
{
    struct ticket *t = batch_ticket(&batch);

    t->parts = TICKET_FIELDS;
    t->project = "DX";
    t->key = key;
    t->title = title;
    t->text = text;
    t->state = DX_TICKET_NEW;
    t->created_ms = t->updated_ms = T0 - HOUR;
    return t;
}

static void add_run(const char *project, const char *pipeline, const char *id)
{
    struct run *run = batch_run(&batch);

    run->project = project;
    run->pipeline = pipeline;
    run->id = id;
    run->attempt = 1;
    run->outcome.phase = DX_PHASE_DONE;
    run->outcome.result = DX_RESULT_SUCCESS;
    run->timing.created_ms = run->timing.started_ms = T0 - HOUR;
    run->timing.finished_ms = T0 - MINUTE;
}

static void add_pool(const char *name)
{
    struct pool *pool = batch_pool(&batch);

    pool->name = name;
    pool->online = 1;
    pool->busy = pool->offline = pool->waiting = -1;
}

/* What is left to slices is done too. */
static void poll(int64_t at_ms)
{
    kit_poll(0, at_ms, &batch);
    derive_settle(at_ms);
}

static const char *named(const char *ticket)
{
    return ROWS(kit.store, DX_QUERY_TICKET_REFS, DX_FILTER(.key = ticket), T0 + HOUR, DX_FIELD_REF,
                DX_FIELD_KEY, DX_FIELD_NAME);
}

static const char *naming(const char *key)
{
    return ROWS(kit.store, DX_QUERY_TICKET_REFS, DX_FILTER(.key = key), T0 + HOUR, DX_FIELD_NAME,
                DX_FIELD_TITLE);
}

Test(refs, of_a_ticket_that_comes_after_what_it_names)
{
    add_pool("linux-xl");
    add_run("acme/api", "test", "1");
    poll(T0);
    add_ticket("DX-1", "Slow", "Jobs wait on linux-xl; api/test is red.");
    add_ticket("DX-2", "acme/api is slow", "");
    add_ticket("DX-3", "the linux runners, and a test", "");
    poll(T0);
    cr_expect_str_eq(named("t1"), "1|q1|linux-xl\n2|l1|test\n");
    cr_expect_str_eq(named("t2"), "3|-|acme/api\n");
    cr_expect_str_eq(named("t3"), "");
    cr_expect_str_eq(naming("q1"), "DX-1|Slow\n");
    cr_expect_str_eq(naming("l1"), "DX-1|Slow\nDX-2|acme/api is slow\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_REFS, NULL, T0 + HOUR, DX_FIELD_KEY,
                          DX_FIELD_NAME, DX_FIELD_N),
                     "l1|DX-1|2\nq1|DX-1|1\n");
}

/* Of several the most urgent one is told, and what has it comes first. */
Test(refs, of_all_things_by_their_most_urgent_ticket)
{
    static struct ticket_sla soon = { "resolution", DX_SLA_RUNNING, T0 + 2 * HOUR, HOUR, -1, 0 };
    static struct ticket_sla over = { "resolution", DX_SLA_BREACHED, 0, SLA_UNSAID, -1, 0 };
    const struct dx_filter *first = DX_FILTER(.limit = 1);
    struct ticket *t;

    add_pool("linux-xl");
    add_pool("mac14");
    poll(T0);
    add_ticket("DX-1", "linux-xl is slow", "")->priority = 1;
    t = add_ticket("DX-2", "mac14 is slow, and linux-xl", "");
    t->parts |= TICKET_SLAS;
    t->slas = &soon;
    t->sla_count = 1;
    t = add_ticket("DX-3", "mac14 is gone", ""); /* its server does not say since when */
    t->parts |= TICKET_SLAS;
    t->slas = &over;
    t->sla_count = 1;
    poll(T0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_REFS, NULL, T0 + HOUR, DX_FIELD_KEY,
                          DX_FIELD_NAME, DX_FIELD_N, DX_FIELD_RISK),
                     "q2|DX-3|2|2\nq1|DX-2|2|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_REFS, first, T0 + HOUR, DX_FIELD_KEY), "q2\n");
}

Test(refs, of_a_ticket_that_came_before)
{
    add_ticket("DX-1", "Slow", "Jobs wait on linux-xl; api/test is red.");
    add_ticket("DX-2", "Runner gpu offline", "");
    poll(T0);
    cr_expect_str_eq(named("t1"), "");
    add_pool("linux-xl");
    add_pool("gpu");
    poll(T0 + 1);
    cr_expect_str_eq(named("t1"), "1|q1|linux-xl\n");
    cr_expect_str_eq(named("t2"), "1|q2|gpu\n");
    add_run("acme/api", "test", "1");
    poll(T0 + 2);
    cr_expect_str_eq(named("t1"), "1|q1|linux-xl\n2|l1|test\n");
}

Test(refs, of_many_new_names_at_once)
{
    add_ticket("DX-1", "p39/ci fails", "");
    poll(T0);
    for (int i = 0; i < 40; i++)
        add_run(arena_print(&batch.arena, "acme/p%d", i), "ci", arena_print(&batch.arena, "%d", i));
    poll(T0 + 1);
    cr_expect_str_eq(named("t1"), "2|l40|ci\n");
}

Test(refs, of_a_name_that_another_one_has_too)
{
    add_ticket("DX-1", "deploy-eu fails", "");
    add_run("acme/pay", "deploy-eu", "1");
    poll(T0);
    cr_expect_str_eq(named("t1"), "2|l1|deploy-eu\n");
    add_run("acme/shop", "deploy-eu", "2");
    poll(T0 + 1);
    cr_expect_str_eq(named("t1"), "", "nobody can say which one");
}

Test(refs, of_a_ticket_that_changes_and_is_done)
{
    struct ticket *t;

    add_pool("linux-xl");
    add_pool("mac14");
    add_ticket("DX-1", "linux-xl is slow", "");
    poll(T0);
    t = add_ticket("DX-1", "mac14 is slow", "");
    t->updated_ms = T0;
    poll(T0 + 1);
    cr_expect_str_eq(named("t1"), "1|q2|mac14\n");
    cr_expect_str_eq(naming("q1"), "");
    cr_expect_str_eq(naming("q2"), "DX-1|mac14 is slow\n");
    t = add_ticket("DX-1", "mac14 is slow", "");
    t->updated_ms = t->resolved_ms = T0 + MINUTE;
    t->state = DX_TICKET_DONE;
    poll(T0 + MINUTE);
    cr_expect_str_eq(named("t1"), "1|q2|mac14\n");
    cr_expect_str_eq(naming("q2"), "", "it is done");
}

Test(refs, of_history_come_with_the_slices)
{
    add_pool("linux-xl");
    kit_poll(0, T0, &batch);
    add_ticket("DX-1", "linux-xl is slow", "");
    kit_fill(0, T0, &batch);
    cr_expect_str_eq(named("t1"), "");
    derive_settle(T0);
    cr_expect_str_eq(named("t1"), "1|q1|linux-xl\n");
}

static void add_job(const char *name, enum dx_result result)
{
    struct job *job = batch_job(&batch, batch.run_count - 1);

    job->id = name;
    job->name = name;
    job->attempt = 1;
    job->outcome.phase = DX_PHASE_DONE;
    job->outcome.result = result;
    job->timing.created_ms = job->timing.started_ms = T0 - HOUR;
    job->timing.finished_ms = T0 - MINUTE;
}

/* Once is enough, and no rerun has to say that it is flaky. */
Test(refs, of_a_job_that_failed)
{
    add_ticket("DX-1", "api/test: compile-jdk21 fails", "unit-jdk17 does not");
    add_ticket("DX-2", "api/test is red", "");
    add_run("acme/api", "test", "1");
    add_job("compile-jdk21", DX_RESULT_FAILURE);
    add_job("unit-jdk17", DX_RESULT_SUCCESS);
    poll(T0);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_REFS, DX_FILTER(.key = "t1"), T0, DX_FIELD_REF,
                          DX_FIELD_NAME, DX_FIELD_PIPELINE),
                     "2|test|test\n4|compile-jdk21|test\n");
    cr_expect_str_eq(naming("j1"), "DX-1|api/test: compile-jdk21 fails\nDX-2|api/test is red\n");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_TICKET_REFS, NULL, T0, DX_FIELD_REF, DX_FIELD_NAME, DX_FIELD_N),
        "4|DX-1|1\n2|DX-1|2\n");
    add_run("acme/api", "test", "2");
    poll(T0 + 29 * DAY); /* and has not for four weeks */
    cr_expect_str_eq(named("t1"), "2|l1|test\n");
}

static const char *then(int64_t at_ms)
{
    return ROWS(kit.store, DX_QUERY_TICKET_REFS, DX_FILTER(.key = "q1"), at_ms, DX_FIELD_NAME,
                DX_FIELD_RISK);
}

static const char *marked(int64_t at_ms)
{
    return ROWS(kit.store, DX_QUERY_TICKET_REFS, NULL, at_ms, DX_FIELD_KEY, DX_FIELD_NAME,
                DX_FIELD_N, DX_FIELD_RISK);
}

static const char *marked_then(int64_t at_ms)
{
    struct dx_error err = { 0 };
    const char *rows;

    cr_assert(store_past_begin(kit.store, at_ms, &err), "%s", err.text);
    rows = marked(at_ms);
    store_past_end(kit.store);
    return rows;
}

Test(refs, as_of_a_moment)
{
    static struct ticket_sla late = { "resolution", DX_SLA_BREACHED, T0, SLA_UNSAID, -1, 0 };
    struct ticket *t;

    add_pool("linux-xl");
    add_ticket("DX-1", "linux-xl is slow", "");
    t = add_ticket("DX-2", "linux-xl is gone", "");
    t->state = DX_TICKET_DONE;
    t->resolved_ms = T0 + 2 * MINUTE;
    t->parts |= TICKET_SLAS;
    t->slas = &late;
    t->sla_count = 1;
    poll(T0 + 3 * MINUTE);
    cr_expect_str_eq(then(T0 - 2 * HOUR), "", "there was none");
    cr_expect_str_eq(then(T0 - 30 * MINUTE), "DX-2|0\nDX-1|0\n", "not over yet");
    cr_expect_str_eq(then(T0 + MINUTE), "DX-2|2\nDX-1|0\n");
    cr_expect_str_eq(then(T0 + 2 * MINUTE), "DX-1|0\n");
    cr_expect_str_eq(marked_then(T0 - 2 * HOUR), "");
    cr_expect_str_eq(marked_then(T0 + MINUTE), "q1|DX-2|2|2\n");
    cr_expect_str_eq(marked(T0 + 3 * MINUTE), "q1|DX-1|1|0\n");
}

/* As the list of tickets has it: how it stood before it changed nobody knows. */
Test(refs, of_one_that_changed_since_it_is_not_said_that_it_was_over)
{
    static struct ticket_sla late = { "resolution", DX_SLA_BREACHED, T0 - HOUR, SLA_UNSAID, -1, 0 };
    struct ticket *t;

    add_pool("linux-xl");
    add_ticket("DX-1", "linux-xl is slow", "")->priority = 1;
    t = add_ticket("DX-2", "linux-xl is gone", "");
    t->updated_ms = T0 + 2 * MINUTE;
    t->parts |= TICKET_SLAS;
    t->slas = &late;
    t->sla_count = 1;
    poll(T0 + 3 * MINUTE);
    cr_expect_str_eq(then(T0 + 3 * MINUTE), "DX-2|2\nDX-1|0\n");
    cr_expect_str_eq(then(T0 + MINUTE), "DX-1|0\nDX-2|0\n");
    cr_expect_str_eq(marked_then(T0 + MINUTE), "q1|DX-1|2|0\n");
}

/* A list of what is down; each of them is to lead to it. */
Test(refs, of_one_that_names_many_all_are_there)
{
    char text[400] = "";
    int lines = 0;

    for (int i = 10; i < 50; i++) {
        const char *name = arena_print(&batch.arena, "node-%d", i);

        add_pool(name);
        snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s, ", name);
    }
    add_ticket("DX-1", text, "");
    poll(T0);
    for (const char *line = named("t1"); (line = strchr(line, '\n')) != NULL; line++)
        lines++;
    cr_expect_eq(lines, 40, "%d: %s", lines, named("t1"));
    cr_expect(strstr(naming("q40"), "DX-1|node-10"), "%s", naming("q40"));
}
