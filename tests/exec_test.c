#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "source_kit.h"

static const int64_t NOW = 1795507380000; /* 2026-11-24T08:03:00Z */

static struct kit kit;
static struct known known;
static const char *stored; /* "project id attempt" that the store has */

static enum known_run known_run(void *self, const char *project, const char *id, int64_t attempt,
                                int64_t updated_ms)
{
    char name[200];

    (void)self;
    (void)updated_ms;
    snprintf(name, sizeof(name), "%s %s %lld", project, id, (long long)attempt);
    return stored && strcmp(stored, name) == 0 ? KNOWN_DONE : KNOWN_NOT;
}

static void start(void)
{
    kit_poll(&kit, NOW);
    known = (struct known){ .run = known_run };
    kit.plan.known = &known;
    stored = NULL;
}

static void stop(void)
{
    kit_done(&kit);
}

TestSuite(exec, .init = start, .fini = stop);

static bool take(struct reply reply)
{
    reply.status = reply.status ? reply.status : 200;
    return kit_decode(&kit, &source_exec, NULL, reply);
}

static bool lines(const char *text)
{
    return take((struct reply){ .body = text });
}

Test(exec, a_run_and_its_jobs)
{
    cr_assert(lines(
        "{\"type\":\"run\",\"source\":\"x\",\"project\":\"acme/"
        "web\",\"pipeline\":\"ci\",\"run_id\":4812,"
        "\"attempt\":2,\"number\":\"12\",\"sha\":\"abc\",\"branch\":\"main\",\"event\":\"push\","
        "\"protected\":true,\"phase\":\"done\",\"result\":\"failure\",\"cause\":null,\"evidence\":"
        "\"\","
        "\"created_at\":\"2026-11-24T08:00:00Z\",\"started_at\":\"2026-11-24T08:00:10.5Z\","
        "\"finished_at\":\"2026-11-24T08:02:00+00:00\",\"queued_s\":null,\"duration_s\":100,"
        "\"gate_s\":4,\"raw_status\":\"COMPLETED\",\"raw_result\":\"FAILED\",\"url\":\"https://ci/"
        "12\","
        "\"title\":\"Fix\\u001b[31m it\",\"actor\":\"ann\"}\n"
        "{\"type\":\"job\",\"project\":\"acme/"
        "web\",\"pipeline\":\"ci\",\"run_id\":\"4812\",\"attempt\":2,"
        "\"job\":\"test\",\"job_id\":\"9\",\"pool\":\"linux\",\"runner\":\"r1\",\"result\":"
        "\"failure\","
        "\"cause\":\"platform\",\"evidence\":\"no disk\",\"created_at\":1795507200,"
        "\"started_at\":1795507205.5,\"finished_at\":1795507320,\"messages\":[\"a\",\"b\"],"
        "\"allow_failure\":true,\"url\":\"javascript:alert(1)\"}\n"));
    cr_assert_eq(kit.batch.run_count, 1);
    cr_assert_eq(kit.batch.job_count, 1);
    const struct run *r = &kit.batch.runs[0];
    cr_expect_str_eq(r->id, "4812");
    cr_expect_eq(r->attempt, 2);
    cr_expect_str_eq(r->title, "Fix\xEF\xBF\xBD[31m it", "%s", r->title);
    cr_expect(r->protected_branch);
    cr_expect_eq(r->outcome.phase, DX_PHASE_DONE);
    cr_expect_eq(r->outcome.result, DX_RESULT_FAILURE);
    cr_expect_eq(r->outcome.cause, DX_CAUSE_NONE);
    cr_expect_str_eq(r->outcome.raw_result, "FAILED");
    cr_expect_eq(r->timing.created_ms, 1795507200000);
    cr_expect_eq(r->timing.queued_ms, 10500);
    cr_expect_str_eq(r->timing.queued_basis, "started_at - created_at");
    cr_expect_eq(r->timing.duration_ms, 100000, "as printed, not as computed");
    cr_expect_str_eq(r->timing.duration_basis, "duration_s");
    cr_expect_eq(r->gate_ms, 4000);
    cr_expect(r->jobs_whole);
    const struct job *j = &kit.batch.jobs[0];
    cr_expect_eq(j->run, 0);
    cr_expect_eq(j->attempt, 2);
    cr_expect_str_eq(j->name, "test");
    cr_expect_str_eq(j->pool, "linux");
    cr_expect_eq(j->outcome.phase, DX_PHASE_DONE, "it has a result");
    cr_expect_eq(j->outcome.cause, DX_CAUSE_PLATFORM);
    cr_expect_str_eq(j->outcome.evidence, "no disk");
    cr_expect_eq(j->timing.queued_ms, 5500);
    cr_expect_eq(j->timing.duration_ms, 114500);
    cr_expect_eq(j->message_count, 2);
    cr_expect_str_eq(j->messages[1], "b");
    cr_expect(j->allow_failure);
    cr_expect(j->started);
    cr_expect_str_eq(j->url, "", "a link that is no page's is none");
    cr_expect_eq(kit.batch.note_count, 0);
}

Test(exec, samples_alerts_pools_and_runners)
{
    cr_assert(lines(
        "{\"type\":\"sample\",\"query\":\"queue\",\"labels\":{\"b\":\"2\",\"a\":\"1\"},"
        "\"at\":\"2026-11-24T08:00:00Z\",\"value\":1.5,\"unit\":\"seconds\"}\n"
        "{\"type\":\"sample\",\"query\":\"queue\",\"value\":\"NaN\"}\n"
        "{\"type\":\"sample\",\"query\":\"version\",\"text\":\"1.2\"}\n"
        "{\"type\":\"alert\",\"name\":\"Down\",\"severity\":\"critical\",\"state\":\"silenced\","
        "\"since\":\"2026-11-24T08:00:00Z\",\"labels\":{\"team\":\"ci\"},\"summary\":\"it is "
        "down\"}\n"
        "{\"type\":\"pool\",\"pool\":\"linux\",\"online\":4,\"busy\":3,\"waiting\":2,\"note\":\"\"}"
        "\n"
        "{\"type\":\"runner\",\"pool\":\"linux\",\"runner\":\"r1\",\"busy\":true}\n"
        "{\"type\":\"runner\",\"pool\":\"linux\",\"runner\":\"r2\",\"online\":false,\"note\":"
        "\"gone\"}"));
    cr_assert_eq(kit.batch.series_count, 3);
    cr_assert_eq(kit.batch.sample_count, 3);
    cr_expect_str_eq(kit.batch.series[0].labels, "{a=\"1\", b=\"2\"}");
    cr_expect_eq(kit.batch.series[0].unit, DX_UNIT_SECONDS);
    cr_expect_float_eq(kit.batch.samples[0].value, 1.5, 1e-9);
    cr_expect(isnan(kit.batch.samples[1].value));
    cr_expect_eq(kit.batch.samples[1].at_ms, NOW, "now where it does not say");
    cr_expect(isnan(kit.batch.samples[2].value) && !strcmp(kit.batch.series[2].text, "1.2"));
    cr_assert_eq(kit.batch.alert_count, 1);
    cr_expect_eq(kit.batch.alerts[0].severity, DX_SEVERITY_CRITICAL);
    cr_expect_eq(kit.batch.alerts[0].state, DX_ALERT_SILENCED);
    cr_expect_str_eq(kit.batch.alerts[0].key, "Down{team=\"ci\"}");
    cr_expect(kit.batch.alerts_whole);
    cr_assert_eq(kit.batch.pool_count, 1);
    cr_expect_eq(kit.batch.pools[0].online, 4);
    cr_expect_eq(kit.batch.pools[0].offline, -1, "it does not say");
    cr_assert_eq(kit.batch.runner_count, 2);
    cr_expect(kit.batch.runners[0].online && kit.batch.runners[0].busy);
    cr_expect_not(kit.batch.runners[1].online);
    cr_expect(kit.batch.pools_whole);
    cr_expect_eq(kit.batch.note_count, 0);
}

Test(exec, a_ticket_with_all_its_parts)
{
    const struct ticket *t;

    cr_assert(lines(
        "{\"type\":\"ticket\",\"source\":\"x\",\"key\":\"DX-1\",\"title\":\"a\\u001b[31mb\","
        "\"ticket_type\":\"Bug\",\"category\":\"runners\",\"priority\":2,\"state\":\"in_progress\","
        "\"created_at\":1795507200,\"first_response_at\":null,\"lead_min\":7,\"sla\":[{\"name\":"
        "\"resolution\",\"state\":\"breached\",\"breach_at\":1795507260,\"remaining_s\":-90.5,"
        "\"goal_s\":3600},{\"name\":\"reply\"}],\"pauses\":[{\"from\":1795507210,\"to\":null}],"
        "\"links\":[\"blocks DX-2\"]}\n"
        "{\"type\":\"ticket\",\"key\":\"DX-2\",\"title\":\"c\",\"created_at\":1795507200,"
        "\"resolved_at\":1795507260,\"resolved_basis\":\"closed\",\"created_basis\":\"opened\","
        "\"first_response_basis\":\"mail\",\"time_in_status_min\":{\"new\":1}}\n"));
    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_expect_eq(kit.batch.note_count, 0);
    t = &kit.batch.tickets[0];
    cr_expect_eq(t->parts,
                 TICKET_FIELDS | TICKET_RESPONSE | TICKET_SLAS | TICKET_PAUSES | TICKET_LINKS);
    cr_expect_str_eq(t->title, "a\ufffd[31mb");
    cr_expect_str_eq(t->type, "Bug");
    cr_expect_eq(t->priority, 2);
    cr_expect_eq(t->state, DX_TICKET_IN_PROGRESS);
    cr_expect_eq(t->first_response_ms, 0);
    cr_assert_eq(t->sla_count, 2);
    cr_expect_eq(t->slas[0].state, DX_SLA_BREACHED);
    cr_expect_eq(t->slas[0].breach_ms, 1795507260000);
    cr_expect_eq(t->slas[0].remaining_ms, -90500);
    cr_expect_eq(t->slas[0].goal_ms, 3600000);
    cr_expect_eq(t->slas[1].state, DX_SLA_UNKNOWN);
    cr_expect_eq(t->slas[1].remaining_ms, SLA_UNSAID);
    cr_assert_eq(t->pause_count, 1);
    cr_expect_eq(t->pauses[0].to_ms, 0);
    cr_expect_str_eq(t->links[0], "blocks DX-2");
    cr_expect(kit.batch.tickets[1].parts == TICKET_FIELDS && kit.batch.tickets[1].keeps);
    cr_expect_eq(kit.batch.tickets[1].state, DX_TICKET_DONE);
    cr_expect_str_eq(kit.batch.tickets[1].created_basis, "opened");
    cr_expect_str_eq(kit.batch.tickets[1].resolved_basis, "closed");
    cr_expect_str_eq(kit.batch.tickets[1].response_basis, "mail");
}

Test(exec, a_pull_request_with_all_its_parts)
{
    const struct change *c;

    cr_assert(lines("{\"type\":\"change\",\"source\":\"x\",\"project\":\"acme/web\",\"id\":\"7\","
                    "\"title\":\"a\\u001b[31mb\",\"author\":\"ann\",\"url\":\"https://x/7\","
                    "\"created_at\":1795507200,\"first_review_at\":1795507260,"
                    "\"merged_at\":1795507320}\n"
                    "{\"type\":\"change\",\"id\":\"8\",\"created_at\":1795507200,"
                    "\"first_review_at\":null,\"closed_at\":1795507380}\n"
                    "{\"type\":\"change\",\"id\":\"9\",\"created_at\":1795507200}\n"));
    cr_assert_eq(kit.batch.change_count, 3);
    cr_expect_eq(kit.batch.note_count, 0);
    c = kit.batch.changes;
    cr_expect_str_eq(c[0].project, "acme/web");
    cr_expect_str_eq(c[0].id, "7");
    cr_expect_str_eq(c[0].title, "a\uFFFD[31mb");
    cr_expect_str_eq(c[0].author, "ann");
    cr_expect_str_eq(c[0].url, "https://x/7");
    cr_expect_eq(c[0].created_ms, 1795507200000);
    cr_expect(c[0].reviews_known);
    cr_expect_eq(c[0].first_review_ms, 1795507260000);
    cr_expect_eq(c[0].merged_ms, 1795507320000);
    cr_expect_eq(c[0].closed_ms, 1795507320000, "merged is closed, too");
    cr_expect(c[1].reviews_known, "nobody yet");
    cr_expect_eq(c[1].first_review_ms, 0);
    cr_expect_eq(c[1].closed_ms, 1795507380000);
    cr_expect_not(c[2].reviews_known, "it stays");
}

#define TICKET "\"type\":\"ticket\",\"key\":\"A-1\",\"title\":\"t\""
#define RUN    "\"type\":\"run\",\"project\":\"p\",\"run_id\":\"1\""

Test(exec, a_bad_line_is_named_and_the_others_live_on)
{
    const struct {
        const char *line, *why;
    } cases[] = {
        { "hello", "line 2: not JSON: " },
        { "[1]", "line 2: not a JSON object" },
        { "{}", "line 2: type is missing" },
        { "{\"type\":\"rnu\"}", "line 2: \"rnu\" is no type of record" },
        { "{" TICKET "}", "line 2: created_at is missing" },
        { "{\"type\":\"ticket\",\"key\":\"A-1\",\"created_at\":1}", "line 2: title is missing" },
        { "{\"type\":\"change\",\"id\":\"1\"}", "line 2: created_at is missing" },
        { "{\"type\":\"change\",\"created_at\":1}", "line 2: id is missing" },
        { "{" TICKET ",\"created_at\":1,\"priority\":6}", "line 2: priority is none of 1 to 5" },
        { "{" TICKET ",\"created_at\":1,\"sla\":7}", "line 2: sla is no list" },
        { "{" TICKET ",\"created_at\":1,\"sla\":[7]}",
          "line 2: an entry of sla or pauses is no object" },
        { "{" TICKET ",\"created_at\":1,\"sla\":[{}]}", "line 2: name is missing" },
        { "{" TICKET ",\"created_at\":1,\"pauses\":[{\"from\":\"now\"}]}",
          "line 2: from is no time like 2026-11-24T08:43:00Z" },
        { "{\"type\":\"run\",\"run_id\":\"1\"}", "line 2: project is missing" },
        { "{\"type\":\"run\",\"project\":\"p\",\"run_id\":null}", "line 2: run_id is missing" },
        { "{" RUN ",\"title\":[1]}", "line 2: title is no text" },
        { "{" RUN ",\"created_at\":\"yesterday\"}",
          "line 2: created_at is no time like 2026-11-24T08:43:00Z" },
        { "{" RUN ",\"queued_s\":-1}", "line 2: queued_s is no number of seconds" },
        { "{" RUN ",\"queued_s\":\"1\"}", "line 2: queued_s is no number of seconds" },
        { "{" RUN ",\"attempt\":\"first\"}", "line 2: attempt is no count" },
        { "{" RUN ",\"protected\":1}", "line 2: protected is no true or false" },
        { "{" RUN ",\"result\":7}", "line 2: result is no text" },
        { "{\"type\":\"sample\",\"query\":\"q\",\"value\":\"much\"}",
          "line 2: value is no number" },
        { "{\"type\":\"job\",\"project\":\"p\",\"run_id\":\"1\"}", "line 2: job is missing" },
        { "{\"type\":\"pool\",\"online\":1}", "line 2: pool is missing" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[512];

        start();
        snprintf(text, sizeof(text),
                 "{\"type\":\"run\",\"project\":\"p\",\"run_id\":\"a\"}\n%s\n\n"
                 "{\"type\":\"run\",\"project\":\"p\",\"run_id\":\"b\",\"result\":\"success\"}\r\n",
                 cases[i].line);
        cr_assert(lines(text), "%s", cases[i].line);
        cr_expect_eq(kit.batch.run_count, 2, "%s", cases[i].line);
        cr_assert_eq(kit.batch.note_count, 1, "%s", cases[i].line);
        cr_expect(strncmp(kit.batch.notes[0].text, cases[i].why, strlen(cases[i].why)) == 0,
                  "%s: %s", cases[i].line, kit.batch.notes[0].text);
        cr_expect_not(kit.batch.alerts_whole, "it may have been an alert");
        cr_expect_not(kit.batch.runs[1].jobs_whole, "or a job");
        /* Alone it is a failed poll that says so. */
        start();
        snprintf(text, sizeof(text), "\n%s", cases[i].line);
        cr_expect_not(lines(text));
        cr_expect(strstr(kit.err.text, cases[i].why), "%s", kit.err.text);
    }
}

Test(exec, five_bad_lines_are_named_and_the_rest_is_counted)
{
    cr_assert(lines("{" RUN "}\n1\n2\n3\n4\n5\n6\n7\n"));
    cr_expect_eq(kit.batch.note_count, 6);
    cr_expect(kit_notes(&kit, "line 6: "));
    cr_expect_not(kit_notes(&kit, "line 7: "));
    cr_expect(kit_notes(&kit, "2 more lines were left out"));
}

Test(exec, a_line_that_is_too_long_is_left_out)
{
    size_t len = 70000;
    char *text = malloc(len + 200);

    snprintf(text, len, "{" RUN ",\"title\":\"%*s\"}\n{" RUN "}\n", 66000, "x");
    cr_assert(lines(text));
    cr_expect(kit_notes(&kit, "line 1: longer than 64 KiB"));
    cr_expect_eq(kit.batch.run_count, 1);
    free(text);
}

Test(exec, fields_that_are_not_known_are_counted)
{
    cr_assert(lines("{" RUN ",\"colour\\u001b\":\"red\",\"weight\":1}\n{" RUN ",\"x\":1}\n"));
    cr_expect_eq(kit.batch.run_count, 1);
    cr_expect(kit_notes(&kit, "line 1 has a field that is not known: \"colour\xEF\xBF\xBD\""));
    cr_expect(kit_notes(&kit, "3 fields are not known"));
}

Test(exec, words_that_are_not_known_are_unknown_and_counted)
{
    cr_assert(lines("{" RUN ",\"phase\":\"paused\",\"result\":\"odd\",\"cause\":\"gremlins\"}"));
    cr_expect_eq(kit.batch.runs[0].outcome.phase, DX_PHASE_UNKNOWN);
    cr_expect_eq(kit.batch.runs[0].outcome.result, DX_RESULT_NONE, "it is not done");
    cr_expect_eq(kit.batch.runs[0].outcome.cause, DX_CAUSE_UNKNOWN);
    cr_expect_eq(kit.batch.unknown, 3);
}

Test(exec, the_phase_follows_from_what_is_there)
{
    const struct {
        const char *more;
        enum dx_phase phase;
        enum dx_result result;
    } cases[] = {
        { "", DX_PHASE_QUEUED, DX_RESULT_NONE },
        { ",\"started_at\":1795507200", DX_PHASE_RUNNING, DX_RESULT_NONE },
        { ",\"finished_at\":1795507200", DX_PHASE_DONE, DX_RESULT_UNKNOWN },
        { ",\"result\":\"skipped\"", DX_PHASE_DONE, DX_RESULT_SKIPPED },
        { ",\"phase\":\"waiting_gate\"", DX_PHASE_GATE, DX_RESULT_NONE },
        { ",\"phase\":\"running\",\"result\":\"success\"", DX_PHASE_RUNNING, DX_RESULT_NONE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[256];

        start();
        snprintf(text, sizeof(text), "{" RUN "%s}", cases[i].more);
        cr_assert(lines(text));
        cr_expect_eq(kit.batch.runs[0].outcome.phase, cases[i].phase, "%s", cases[i].more);
        cr_expect_eq(kit.batch.runs[0].outcome.result, cases[i].result, "%s", cases[i].more);
    }
}

Test(exec, a_span_that_is_negative_is_nothing_and_counted)
{
    cr_assert(lines("{" RUN ",\"created_at\":1795507210,\"started_at\":1795507200,"
                    "\"finished_at\":1795507200}"));
    cr_expect_eq(kit.batch.runs[0].timing.queued_ms, 0);
    cr_expect(kit.batch.runs[0].timing.skewed);
    cr_expect_eq(kit.batch.runs[0].timing.duration_ms, 0);
}

/* ---- jobs whose run was not printed ---- */

#define JOB(id, name, more)                                                                        \
    "{\"type\":\"job\",\"project\":\"p\",\"run_id\":\"" id "\",\"job\":\"" name "\"" more "}\n"

Test(exec, a_run_is_made_of_its_jobs)
{
    cr_assert(lines(
        JOB("1", "a", ",\"result\":\"success\",\"finished_at\":1795507200")
            JOB("1", "b", ",\"result\":\"failure\",\"finished_at\":1795507210")
                JOB("1", "b", ",\"attempt\":2,\"result\":\"success\",\"finished_at\":1795507220")
                    JOB("2", "a", ",\"result\":\"success\"") JOB("2", "b", "")
                        JOB("3", "a", ",\"result\":\"failure\",\"allow_failure\":true")
                            JOB("4", "a", ",\"result\":\"failure\"")));
    cr_assert_eq(kit.batch.run_count, 4);
    cr_assert_eq(kit.batch.job_count, 7);
    cr_expect_eq(kit.batch.runs[0].outcome.result, DX_RESULT_SUCCESS, "the last attempt counts");
    cr_expect_eq(kit.batch.runs[0].timing.finished_ms, 1795507220000);
    cr_expect(kit.batch.runs[0].jobs_whole);
    cr_expect_eq(kit.batch.runs[1].outcome.phase, DX_PHASE_QUEUED, "one of them waits");
    cr_expect_eq(kit.batch.runs[1].outcome.result, DX_RESULT_NONE);
    cr_expect_eq(kit.batch.runs[2].outcome.result, DX_RESULT_SUCCESS, "it may fail");
    cr_expect_eq(kit.batch.runs[3].outcome.result, DX_RESULT_FAILURE);
}

Test(exec, a_run_is_as_the_worst_of_its_jobs)
{
    static const enum dx_result want[] = { DX_RESULT_FAILURE, DX_RESULT_CANCELLED,
                                           DX_RESULT_SUCCESS, DX_RESULT_SKIPPED };

    cr_assert(lines(JOB("1", "a", ",\"result\":\"failure\"")
                        JOB("1", "b", ",\"result\":\"failure\",\"allow_failure\":true")
                            JOB("2", "a", ",\"result\":\"success\"")
                                JOB("2", "b", ",\"result\":\"cancelled\"")
                                    JOB("3", "a", ",\"result\":\"skipped\"")
                                        JOB("3", "b", ",\"result\":\"success\"")
                                            JOB("4", "a", ",\"result\":\"skipped\"")));
    cr_assert_eq(kit.batch.run_count, 4);
    for (size_t i = 0; i < 4; i++)
        cr_expect_eq(kit.batch.runs[i].outcome.result, want[i], "%zu", i + 1);
}

Test(exec, a_job_that_failed_and_never_began_waited_until_then)
{
    cr_assert(lines(JOB("1", "a", ",\"result\":\"failure\",\"created_at\":1,\"finished_at\":601")));
    cr_expect_eq(kit.batch.jobs->timing.queued_ms, 600000);
    cr_expect_str_eq(kit.batch.jobs->timing.queued_basis,
                     "finished_at - created_at (never started)");
}

Test(exec, a_run_that_the_store_has_stays_as_it_is)
{
    stored = "p 1 2";
    cr_assert(lines(JOB("1", "a", ",\"attempt\":2,\"result\":\"success\"")));
    cr_assert_eq(kit.batch.run_count, 1);
    cr_expect(kit.batch.runs[0].bare);
    cr_expect_eq(kit.batch.runs[0].attempt, 2);
}

/* It was done as long as there were those that were printed first. */
Test(exec, a_run_that_the_store_has_is_not_whole_while_a_job_goes_on)
{
    stored = "p 1 1";
    cr_assert(lines(JOB("1", "a", ",\"result\":\"success\"")));
    cr_expect(kit.batch.runs[0].jobs_whole);
    start();
    stored = "p 1 1";
    cr_assert(lines(JOB("1", "a", ",\"result\":\"success\"") JOB("1", "b", "")));
    cr_expect(kit.batch.runs[0].bare);
    cr_expect_not(kit.batch.runs[0].jobs_whole, "b waits");
}

Test(exec, a_run_may_be_printed_behind_its_jobs_and_twice)
{
    cr_assert(lines(
        JOB("1", "a", ",\"result\":\"success\"") "{" RUN ",\"title\":\"one\"}\n{" RUN
                                                 ",\"title\":\"two\",\"result\":\"failure\"}\n"));
    cr_assert_eq(kit.batch.run_count, 1);
    cr_expect_str_eq(kit.batch.runs[0].title, "two");
    cr_expect_eq(kit.batch.runs[0].outcome.result, DX_RESULT_FAILURE, "what was printed counts");
}

Test(exec, many_runs_are_found_again)
{
    char *text = malloc(4 << 20);
    size_t len = 0;

    for (int i = 0; i < 10000; i++)
        len +=
            (size_t)sprintf(text + len, "{\"type\":\"run\",\"project\":\"p\",\"run_id\":%d}\n", i);
    for (int i = 0; i < 10000; i++)
        len += (size_t)sprintf(
            text + len, "{\"type\":\"job\",\"project\":\"p\",\"run_id\":%d,\"job\":\"a\"}\n", i);
    cr_assert(lines(text));
    cr_expect_eq(kit.batch.run_count, 10000);
    cr_assert_eq(kit.batch.job_count, 10000);
    cr_expect_eq(kit.batch.jobs[7777].run, 7777);
    free(text);
}

/* ---- programs that did not end well ---- */

Test(exec, half_a_line_of_a_program_that_was_ended_is_no_record)
{
    cr_assert(
        take((struct reply){ .body = "{" RUN ",\"result\":\"success\"}\n{\"type\":\"run\",\"pro",
                             .cut = true,
                             .status = 1 }));
    cr_expect_eq(kit.batch.run_count, 1);
    cr_expect_eq(kit.batch.note_count, 0);
    cr_expect_not(kit.batch.runs[0].jobs_whole);
    cr_expect_not(kit.batch.alerts_whole || kit.batch.pools_whole);
    start();
    cr_assert(take((struct reply){ .body = "{" RUN "}\n{" RUN "}", .cut = true, .status = 1 }));
    cr_expect_eq(kit.batch.run_count, 1, "even where it could be a whole one");
}

/* Labels as the text that they are kept as, and an alert that began just now. */
Test(exec, labels_may_be_their_text_and_an_alert_may_have_no_beginning)
{
    cr_assert(
        lines("{\"type\":\"sample\",\"query\":\"q\",\"labels\":\"{a=\\\"b\\\"}\",\"value\":1}\n"
              "{\"type\":\"alert\",\"name\":\"Full\"}\n"));
    cr_assert_eq(kit.batch.series_count, 1);
    cr_expect_str_eq(kit.batch.series[0].labels, "{a=\"b\"}");
    cr_assert_eq(kit.batch.alert_count, 1);
    cr_expect_eq(kit.batch.alerts[0].since_ms, 0, "the store knows when it came");
    cr_expect_str_eq(kit.batch.alerts[0].key, "Full{}");
}

Test(exec, nothing_is_an_answer)
{
    cr_assert(lines(""));
    cr_expect(kit.batch.alerts_whole, "all alerts have ended");
    cr_assert(lines("\n \n\t\r\n"));
}

Test(exec, its_options_are_judged)
{
    const struct {
        const char *program, *variable, *words;
    } cases[] = {
        { "", NULL, "command: a program has to be named" },
        { "./mine", NULL, "command: \"./mine\" has to begin with /" },
        { "mine", "A=b", "env: \"A=b\" is no name of a variable" },
        { "mine", "A", "" },
        { "/usr/bin/mine", NULL, "" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct {
            struct dx_items command, env;
        } config = { { .item = (void *)&cases[i].program, .count = 1 },
                     { .item = (void *)&cases[i].variable, .count = cases[i].variable != NULL } };
        struct dx_error err = { 0 };

        cr_expect_eq(source_exec.check(&config, &err), *cases[i].words == '\0');
        cr_expect(strncmp(err.text, cases[i].words, strlen(cases[i].words)) == 0, "%s", err.text);
    }
}
