/* denied: a source whose projects are refused, all or some, poll after poll: a table of the
 * kinds of sources, each against a server that lists two projects. */
#include "config.h"

#include <stdio.h>

#include "poller_kit.h"
#include "source/azure.h"
#include "source/denied.h"
#include "source/github.h"
#include "source/gitlab.h"
#include "source/servicenow.h"

TestSuite(denied, .init = poller_kit_start, .fini = poller_kit_stop, .timeout = 30);

static struct github org = { .org = "acme" };
static struct azure company = { .api_version = "7.1" };
static struct gitlab group = { .group = "acme" };

struct kind {
    const struct source *source;
    void *config;
    const char *list, *runs; /* what it answers: two projects; none of their runs */
    int of_one;              /* requests for one project before those for the next */
    bool listed_always;      /* the list is asked for in each poll, first */
    const char *none, *some; /* what is said */
};

static const struct kind kinds[] = {
    { &source_github, &org,
      "[{\"full_name\": \"acme/a\", \"pushed_at\": \"2026-09-21T14:00:00Z\"},"
      " {\"full_name\": \"acme/b\", \"pushed_at\": \"2026-09-21T14:00:00Z\"}]",
      "{\"total_count\": 0, \"workflow_runs\": []}", 1, true,
      "the token may list 2 repositories and read the runs of none: it needs Actions (read), a "
      "classic token the scope repo",
      "1 of 2 repositories are refused or not there: reading their runs needs Actions (read), a "
      "classic token the scope repo" },
    { &source_azure, &company,
      "{\"count\": 2, \"value\": [{\"id\": \"1\", \"name\": \"a\"}, {\"id\": \"2\", \"name\": "
      "\"b\"}]}",
      "{\"count\": 0, \"value\": []}", 3, false,
      "the token may list 2 projects and read the builds of none: it needs Build (read)",
      "1 of 2 projects are refused or not there: reading their builds needs Build (read)" },
    { &source_gitlab, &group,
      "[{\"path_with_namespace\": \"acme/a\", \"default_branch\": \"main\"},"
      " {\"path_with_namespace\": \"acme/b\", \"default_branch\": \"main\"}]",
      "[]", 1, false,
      "the token may list 2 projects and read the pipelines of none: it needs the role Reporter "
      "there, and CI that is on",
      "1 of 2 projects are refused or not there: reading their pipelines needs the role Reporter "
      "there, and CI that is on" },
};

static struct source polled;

static void start(const struct kind *kind)
{
    polled = *kind->source;
    polled.probe = NULL;
    t.settings.kind = &polled;
    t.settings.settings = kind->config;
    new_poller();
    t.polled = 0;
}

static void expect(const char *what, int state, int fault, const char *text)
{
    char want[300];

    snprintf(want, sizeof(want), "%d|%d|%s\n", state, fault, text);
    cr_expect_str_eq(source_text(), want, "%s, %s: %s", polled.name, what, source_text());
}

/* So many requests, until the list is asked for again. */
static void deny(const struct kind *kind, int requests)
{
    refuse(403, "");
    if (!kind->listed_always)
        return;
    for (int i = 1; i < requests; i++)
        refuse(403, "");
    server_ok(t.server, "", kind->list);
}

static void all(const struct kind *kind)
{
    size_t sent;

    start(kind);
    server_ok(t.server, "", kind->list);
    deny(kind, 2);
    poll_once();
    expect("the first poll", DX_SOURCE_STOPPED, DX_FAULT_AUTH, kind->none);
    for (int i = 0; i < 3; i++) {
        sent = server_requests(t.server);
        deny(kind, 3); /* GitHub is asked for yesterday's reruns, too */
        poll_once();
        expect("a later poll", DX_SOURCE_STOPPED, DX_FAULT_AUTH, kind->none);
        cr_expect_gt(server_requests(t.server), sent + kind->listed_always, "%s: nothing is asked",
                     polled.name);
        start(kind); /* the same when it begins anew */
    }
    server_ok(t.server, "", kind->runs);
    poll_once();
    expect("the right was granted", DX_SOURCE_LIVE, DX_FAULT_NONE, "");
}

static void some(const struct kind *kind)
{
    start(kind);
    server_ok(t.server, "", kind->list);
    for (int i = 0; i < kind->of_one; i++)
        server_ok(t.server, "", kind->runs);
    deny(kind, 1);
    poll_once();
    expect("the first poll", DX_SOURCE_LIVE, DX_FAULT_AUTH, kind->some);
    server_ok(t.server, "", kind->runs);
    poll_once();
    expect("while one is left out", DX_SOURCE_LIVE, DX_FAULT_AUTH, kind->some);
    start(kind);
    if (kind->listed_always) {
        server_ok(t.server, "", kind->runs); /* the n-th answer is the n-th request's */
        server_ok(t.server, "", kind->list);
    }
    server_ok(t.server, "", kind->runs);
    t.clock.start_ms += MINUTE;
    poller_wish(t.poller); /* it was granted, and somebody wants to see that */
    run_until(1, SIZE_MAX, 5.);
    expect("a person asked", DX_SOURCE_LIVE, DX_FAULT_NONE, "");
}

Test(denied, of_github_all_are)
{
    all(&kinds[0]);
}

Test(denied, of_github_some_are)
{
    some(&kinds[0]);
}

Test(denied, of_azure_all_are)
{
    all(&kinds[1]);
}

Test(denied, of_azure_some_are)
{
    some(&kinds[1]);
}

Test(denied, of_gitlab_all_are)
{
    all(&kinds[2]);
}

Test(denied, of_gitlab_some_are)
{
    some(&kinds[2]);
}

/* ---- what is configured by itself ---- */

/* Nothing else is asked for, so that no answer is good; and it is said all the same. */
Test(denied, of_repositories_that_are_named)
{
    static const char *two[] = { "acme/a", "acme/b" };
    static struct github named = { .repos = { two, 2 }, .org = "" };
    static const struct kind kind = { .source = &source_github, .config = &named };

    start(&kind);
    server_ok(t.server, "", "{}");
    server_ok(t.server, "", "{}");
    refuse(403, "");
    for (int i = 0; i < 3; i++) {
        poll_once();
        expect("named", DX_SOURCE_STOPPED, DX_FAULT_AUTH,
               "of the 2 repositories that are wanted the token may read the runs of none: it "
               "needs Actions (read), a classic token the scope repo");
    }
    server_ok(t.server, "", kinds[0].runs);
    poll_once();
    expect("named, the right was granted", DX_SOURCE_LIVE, DX_FAULT_NONE, "");
}

/* Refused by their paths, which are known when the numbers have been asked for. */
Test(denied, of_projects_by_number)
{
    static const char *two[] = { "7", "9" };
    static const char *answers[] = { "{\"path_with_namespace\": \"acme/a\"}",
                                     "{\"path_with_namespace\": \"acme/b\"}" };
    static struct gitlab named = { .projects = { two, 2 }, .group = "" };
    static const struct kind kind = { .source = &source_gitlab, .config = &named };

    start(&kind);
    server_ok(t.server, "", answers[0]);
    for (int i = 0; i < 3; i++) {
        server_ok(t.server, "", answers[1]);
        for (int j = 0; j < 2 && i != 1; j++) /* all are since the poll before, then */
            refuse(403, "");
        server_ok(t.server, "", answers[0]); /* for the next poll */
        poll_once();
        if (i > 0)
            expect("by number", DX_SOURCE_STOPPED, DX_FAULT_AUTH,
                   "of the 2 projects that are wanted the token may read the pipelines of none: it "
                   "needs the role Reporter there, and CI that is on");
    }
    server_ok(t.server, "", answers[1]);
    server_ok(t.server, "", "[]");
    poll_once();
    expect("by number, the right was granted", DX_SOURCE_LIVE, DX_FAULT_NONE, "");
}

Test(denied, of_tables)
{
    static const char *two[] = { "incident", "sc_req_item" };
    static struct servicenow tables = { .tables = { two, 2 }, .category = "category" };
    static const struct kind kind = { .source = &source_servicenow, .config = &tables };

    start(&kind);
    refuse(403, "");
    refuse(403, "");
    server_ok(t.server, "", "{\"result\": []}");
    poll_once();
    expect("one table", DX_SOURCE_LIVE, DX_FAULT_AUTH,
           "1 of 2 tables are refused or not there: reading their tickets needs a role like itil "
           "that lets the user read each");
    t.clock.start_ms += HOUR;
    for (int i = 0; i < 3; i++) {
        refuse(403, "");
        poll_once();
        expect("all tables", DX_SOURCE_STOPPED, DX_FAULT_AUTH,
               "incident: refused (403); the role sn_incident_read or itil lets its user read it");
    }
    server_ok(t.server, "", "{\"result\": []}");
    poll_once();
    expect("the role was granted", DX_SOURCE_LIVE, DX_FAULT_NONE, "");
}

/* ---- how many are asked for again ---- */

static int64_t granted_ms;

static int64_t get(void *self, const char *name)
{
    (void)self;
    return strcmp(name, "granted") == 0 ? granted_ms : 0;
}

Test(denied, of_many_those_that_wait_longest_are_asked_for)
{
    const struct cursors cursors = { .get = get };
    const struct plan plan = { .now_ms = T0, .cursors = &cursors };
    struct denied denied = { .wanted = 0 };
    char name[16];
    int again = 0;

    for (int i = 0; i < 20; i++) { /* the later ones longer ago */
        snprintf(name, sizeof(name), "%d", i);
        denied_add(&denied, &plan, NULL, name, T0 - i * MINUTE);
    }
    cr_assert(denied_all(&denied));
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "%d", i);
        again += denied_again(&denied, name);
        cr_expect_eq(denied_again(&denied, name), i >= 20 - DENIED_AGAIN, "%d", i);
    }
    cr_expect_eq(again, DENIED_AGAIN);
    denied_add(&denied, &plan, NULL, "good", 0);
    cr_expect_not(denied_all(&denied));
    cr_expect_not(denied_again(&denied, "19"), "with one that is good they wait");
    denied.wished = true;
    cr_expect(denied_again(&denied, "19"), "but for a person");
    cr_expect_not(denied_again(&denied, "1"), "who does not ask for all of them at once either");
    granted_ms = T0 - 5 * MINUTE;
    cr_expect_not(denied_now(&plan, NULL, T0 - 6 * MINUTE), "what was refused before may be now");
    cr_expect(denied_now(&plan, NULL, T0 - 5 * MINUTE), "and what was since may not");
    granted_ms = 0;
    cr_expect_not(denied_now(&plan, NULL, T0 - 6 * HOUR), "it is asked again after six hours");
    cr_expect_not(denied_now(&plan, NULL, T0 + 1), "a clock set back");
}

/* Two requests an hour for all of them together. */
Test(denied, the_fewer_the_sooner)
{
    const struct cursors cursors = { .get = get };
    const struct plan plan = { .now_ms = T0, .cursors = &cursors };

    granted_ms = 0;
    for (int count = 1; count <= 3; count++) {
        for (int late = 0; late < 2; late++) {
            struct denied denied = { .wanted = 0 };

            denied_add(&denied, &plan, NULL, "good", 0);
            for (int i = 1; i < count; i++)
                denied_add(&denied, &plan, NULL, "young", T0 - MINUTE);
            denied_add(&denied, &plan, NULL, "old", T0 - count * 30 * MINUTE + 1 - late);
            cr_expect_eq(denied_again(&denied, "old"), late == 1, "%d, %d", count, late);
            cr_expect_not(denied_again(&denied, "young"));
        }
    }
}
