/* What a poll of CI asks for, knows and brings. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/causes.h"
#include "poller_ci_kit.h"
#include "run.h"
#include "source/azure.h"

TestSuite(poller_ci, .init = poller_ci_start, .fini = poller_kit_stop, .timeout = 60);

/* ---- history with --once ---- */

/* A collector that was killed left runs without their jobs: each poll brings what it
 * can of them, and only when none is left, or none came, it is through. */
Test(poller_ci, goes_on_until_nothing_is_owed)
{
    server_ok(t.server, "", "{\"runs\": [{\"id\": \"1\"}, {\"id\": \"2\"}, {\"id\": \"3\"}]}");
    cr_assert(poll_now());
    t.shared.once = true;
    server_ok(t.server, "", "{\"runs\": [{\"id\": \"1\", \"whole\": true}]}");
    server_ok(t.server, "", "{\"runs\": [{\"id\": \"2\", \"whole\": true}]}");
    server_ok(t.server, "", "{}");
    cr_assert(poll_now());
    cr_expect_eq(server_requests(t.server), 4);
    cr_expect_eq(stored("2"), STORED_DONE);
    cr_expect_eq(stored("3"), STORED_OPEN);
}

/* ---- what is sent ---- */

Test(poller_ci, sends_what_the_kind_of_source_wants)
{
    setenv("DX_SECRET", "glpat-1", 1);
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_SECRET" };
    new_poller();
    server_ok(t.server, "X-Page: 7\r\n", "{}");
    cr_assert(poll_now());
    cr_expect(asked(0, "PRIVATE-TOKEN: glpat-1\r\n"), "%s", server_request(t.server, 0));
    cr_expect_not(asked(0, "Authorization"));
    cr_expect(asked(0, "X-Kind: test\r\n"));
    cr_expect(asked(0, "Accept: application/vnd.test+json\r\n"));
    cr_expect_str_eq(script.heads[0], "7", "and hands on the head");
}

Test(poller_ci, a_log_on_another_host_is_read_without_our_token)
{
    struct server *there = server_new(t.loop);

    setenv("DX_SECRET", "glpat-1", 1);
    t.settings.endpoint.token = (struct secret){ .kind = SECRET_ENV, .name = "DX_SECRET" };
    new_poller();
    script.flags = PLAN_TEXT;
    server_say(t.server, 0,
               "HTTP/1.1 302 Found\r\nLocation: %s/blob?sig=1\r\nContent-Length: 0\r\n\r\n",
               server_url(there));
    server_ok(there, "Content-Type: text/plain\r\n", "a\r\n\x1b[31mb\n");
    cr_assert(poll_now());
    cr_expect_str_eq(script.bodies[0], "a\nb");
    cr_expect_not(strstr(server_request(there, 0), "glpat-1"), "%s", server_request(there, 0));
    cr_expect_not(strstr(server_request(there, 0), "X-Kind"));
    server_free(there);
}

Test(poller_ci, answers_that_are_no_success_are_decoded_where_the_source_takes_them)
{
    const struct {
        int status;
        const char *head, *body;
        bool taken;
    } cases[] = {
        { 404, "", "gone", true },
        { 410, "", "{}", true },
        { 403, "", "{\"message\": \"no\"}", true },
        { 403, "Retry-After: 1\r\n", "{}", false },
        { 403, "", "{\"message\": \"You have exceeded a secondary rate limit\"}", false },
        { 429, "", "{}", false },
        { 500, "", "{}", false },
        { 503, "", "{}", false },
    };

    script.flags = PLAN_ANSWER;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t before = script.replies;

        server_say(t.server, 0, "HTTP/1.1 %d No\r\n%sContent-Length: %zu\r\n\r\n%s",
                   cases[i].status, cases[i].head, strlen(cases[i].body), cases[i].body);
        cr_expect_not(poll_now(), "%d: nothing else came", cases[i].status);
        cr_expect_eq(script.replies - before, cases[i].taken, "%d", cases[i].status);
        if (cases[i].taken)
            cr_expect_eq(script.statuses[before % 8], cases[i].status);
    }
}

/* ---- what it knows ---- */

Test(poller_ci, a_source_can_ask_what_the_store_knows_of_its_runs)
{
    server_ok(t.server, "",
              "{\"runs\": [{\"id\": \"1\", \"whole\": true}, {\"id\": \"2\"},"
              " {\"id\": \"4\", \"owed\": true}], \"ask\": [{\"id\": \"1\"}]}");
    server_ok(t.server, "",
              "{\"ask\": [{\"id\": \"1\"}, {\"id\": \"1\", \"updated_ms\": 9}, {\"id\": \"2\"},"
              " {\"id\": \"3\"}, {\"id\": \"4\"}]}");
    cr_assert(poll_now());
    cr_expect_eq(script.open, 0);
    cr_expect_eq(script.known[0], KNOWN_NOT, "it is not committed yet");
    cr_assert(poll_now());
    cr_expect_eq(script.open, 1, "the jobs of run 2 did not come");
    cr_expect_eq(script.known[1], KNOWN_DONE);
    cr_expect_eq(script.known[2], KNOWN_MOVED);
    cr_expect_eq(script.known[3], KNOWN_OPEN);
    cr_expect_eq(script.known[4], KNOWN_NOT);
    cr_expect_eq(script.known[5], KNOWN_DONE, "its log did not come: not just now");
}

/* Of more open runs than a poll asks for, those that are refused go back in the line, whatever kind
 * of refusal it is. */
Test(poller_ci, a_run_that_is_refused_keeps_no_other_from_its_turn)
{
    static const char *const runs[] = { "GET /run/1 ", "GET /run/2 ", "GET /run/3 ",
                                        "GET /run/1 " };

    server_ok(t.server, "", "{\"runs\": [{\"id\": \"1\"}, {\"id\": \"2\"}, {\"id\": \"3\"}]}");
    cr_assert(poll_now());
    script.slots = 1;
    for (int i = 0; i < 4; i++) {
        size_t before = server_requests(t.server);

        if (i == 1)
            server_say(t.server, 0, "HTTP/1.1 500 Broken\r\nContent-Length: 2\r\n\r\n{}");
        else if (i == 2)
            server_ok(t.server, "", "{\"fail\": 1}");
        else
            server_say(t.server, 0, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\n{}");
        server_ok(t.server, "", "{}");
        cr_assert(poll_now());
        cr_expect(asked(before, runs[i]), "%s", server_request(t.server, before));
    }
}

/* ---- logs ---- */

Test(poller_ci, the_end_of_a_log_says_why_its_job_failed)
{
    struct config config = { .patterns = { .count = 0 } };
    struct causes *causes;
    struct buf complaints;

    set_paths();
    buf_init(&complaints, 4096);
    causes = causes_new(&config, &complaints);
    cr_assert_eq(complaints.len, 0, "%s", complaints.bytes);
    t.shared.causes = causes;
    new_poller();
    server_ok(t.server, "",
              "{\"runs\": [{\"id\": \"1\", \"jobs\": 2, \"failed\": 1, \"whole\": true}],"
              " \"get\": [\"/log\"]}");
    server_ok(t.server, "",
              "{\"tail\": {\"run\": \"1\", \"job\": \"1\","
              " \"text\": \"ERROR: Job failed (system failure): prepare environment\"}}");
    cr_assert(poll_now());
    cr_expect_eq(number("SELECT cause FROM job WHERE ext = 1"), DX_CAUSE_PLATFORM);
    cr_expect_eq(number("SELECT cause FROM job WHERE ext = 0"), DX_CAUSE_UNKNOWN);
    poller_free(t.poller);
    t.poller = NULL;
    causes_free(causes);
    buf_done(&complaints);
}

/* ---- a source as it is ---- */

TestSuite(poller_azure, .fini = poller_kit_stop, .timeout = 60);

/* Builds are counted by the organisation, not by the repository or project. */
Test(poller_azure, a_build_of_a_repository_that_was_renamed_is_there_once)
{
    static const char *const names[] = { "old", "new" };
    static const char *project = "P";
    struct azure config = { .projects = { &project, 1 }, .api_version = "7.1" };
    struct source azure = source_azure;

    azure.yields_of = NULL; /* the kit asks before it has a configuration */
    poller_kit_start_of(&azure);
    t.settings.settings = &config;
    new_poller();
    for (size_t i = 0; i < 2; i++) {
        char body[300];

        (void)snprintf(body, sizeof(body),
                       "{\"value\":[{\"id\":5,\"status\":\"notStarted\",\"definition\":{\"name\":"
                       "\"ci\"},\"queueTime\":\"2026-09-21T13:00:00Z\",\"repository\":{\"name\":"
                       "\"%s\"}}],\"records\":[]}",
                       names[i]);
        server_ok(t.server, "", body);
        cr_assert(poll_now(), "%s", source_text());
        cr_expect_eq(number("SELECT count(*) FROM run"), 1);
    }
    cr_expect_eq(number("SELECT count(*) FROM run JOIN text ON text.id = run.project"
                        " WHERE text = 'P/new'"),
                 1);
}
