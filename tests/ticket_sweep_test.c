/* ticket_sweep: issues of projects that the configuration does not want any more. */
#include "config.h"

#include <string.h>

#include "core/time.h"
#include "source/github.h"
#include "source/gitlab.h"
#include "source/ticket_sweep.h"
#include "known_ticket_kit.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static struct ticket_kit store;
static struct kit kit;

#define TIMES "\"created_at\":\"2026-11-24T08:00:00Z\",\"updated_at\":\"2026-11-24T08:00:00Z\","
#define GITLAB(of, n)                                                                              \
    "{" TIMES "\"iid\":" n ",\"references\":{\"full\":\"" of "#" n "\"},\"state\":\"opened\"}"
#define GITHUB(of, n)                                                                              \
    "{" TIMES "\"number\":" n ",\"state\":\"open\",\"comments\":0,"                                \
    "\"repository_url\":\"https://x/repos/" of "\"}"

struct system {
    const struct source *source;
    unsigned runs, issues, issue; /* steps */
    const char *about;            /* of the runs */
    struct {
        const char *path, *body;
    } lists[3];
};

static const struct system gitlab = {
    .source = &source_gitlab,
    .runs = GITLAB_PIPELINES,
    .issues = GITLAB_ISSUES,
    .issue = GITLAB_ISSUE,
    .about = "0 0 0 acme/web",
    .lists = { { "/acme%2Fapi/", "[" GITLAB("acme/api", "2") "," GITLAB("acme/api", "3") "]" },
               /* one that is configured by its number */
               { "/42/", "[" GITLAB("acme/tools", "4") "]" },
               { "/acme%2Fweb/", "[" GITLAB("acme/web", "1") "]" } },
};

static const struct system github = {
    .source = &source_github,
    .runs = STEP_RUNS,
    .issues = STEP_ISSUES,
    .issue = STEP_ISSUE,
    .about = "acme/web",
    .lists = { { "/acme/api/", "[" GITHUB("acme/api", "2") "," GITHUB("acme/api", "3") "]" },
               /* one that has another name now: the list leads on to it */
               { "/acme/old/", "[" GITHUB("acme/tools", "4") "]" },
               { "/acme/web/", "[" GITHUB("acme/web", "1") "]" } },
};

static bool quiet; /* nothing changes */

static void answer(const struct system *of, const void *config, const struct plan_request *r,
                   const char *refused)
{
    bool no = *refused && strstr(r->path, refused);
    const char *body = "[]";

    for (size_t i = 0; i < 3; i++)
        if (strstr(r->path, of->lists[i].path))
            body = of->lists[i].body;
    if (quiet && !strstr(r->path, "state=open"))
        body = "[]";
    cr_assert(kit_decode(&kit, of->source, config,
                         (struct reply){ .step = r->step,
                                         .detail = r->detail,
                                         .detail_text = r->detail_text,
                                         .status = no ? 403 : 200,
                                         .body = no ? "{}" : body }),
              "%s", kit.err.text);
}

/* Some polls, a minute each: whoever is asked for a list has it, but for one; "": all. */
static int64_t play(const struct system *of, const void *config, int64_t now, int polls,
                    const char *refused)
{
    const char *no_runs = of == &gitlab ? "[]" : "{\"total_count\":0,\"workflow_runs\":[]}";

    for (int i = 0; i < polls; i++, now += 60000) {
        const struct plan_request *r;

        ticket_poll(&store, &kit, now);
        of->source->begin(config, &kit.cursors, &kit.plan);
        cr_assert(kit_decode(
            &kit, of->source, config,
            (struct reply){ .step = of->runs, .detail_text = of->about, .body = no_runs }));
        while ((r = plan_take(&kit.plan)) != NULL)
            if (r->step == of->issues)
                answer(of, config, r, refused);
        ticket_commit(&store, &kit);
    }
    return now;
}

/* How many are looked at by themselves. */
static size_t looks(const struct system *of, const void *config, int64_t now)
{
    ticket_poll(&store, &kit, now);
    of->source->begin(config, &kit.cursors, &kit.plan);
    return kit_asked(&kit, of->issue);
}

static size_t open_ones(void)
{
    size_t n = 0;

    for (size_t i = 0; i < store.count; i++)
        n += store.ticket[i].state != DX_TICKET_DONE;
    return n;
}

static const struct stage { /* of a configuration, one after the other */
    size_t projects;
    bool off;
    size_t open;
} stages[] = { { 3, false, 4 }, { 2, false, 2 }, { 3, false, 4 }, { 3, true, 0 }, { 1, false, 1 } };
enum { STAGES = sizeof(stages) / sizeof(stages[0]) };

Test(ticket_sweep, of_a_project_of_gitlab_that_is_wanted_no_more_none_is_open)
{
    static const char *projects[] = { "acme/web", "42", "acme/api" };
    int64_t now = NOW;

    for (size_t i = 0; i < STAGES; i++) {
        struct gitlab g = { .projects = { projects, stages[i].projects },
                            .group = "",
                            .issues = { .on = !stages[i].off } };

        now = play(&gitlab, &g, now, 3, "");
        cr_expect_eq(open_ones(), stages[i].open, "%zu: %zu", i, open_ones());
    }
    kit_done(&kit);
}

Test(ticket_sweep, of_a_repository_of_github_that_is_wanted_no_more_none_is_open)
{
    static const char *repos[] = { "acme/web", "acme/old", "acme/api" };
    int64_t now = NOW;

    for (size_t i = 0; i < STAGES; i++) {
        struct github g = { .repos = { repos, stages[i].projects },
                            .org = "",
                            .issues = { .on = !stages[i].off } };

        now = play(&github, &g, now, 3, "");
        cr_expect_eq(open_ones(), stages[i].open, "%zu: %zu", i, open_ones());
    }
    kit_done(&kit);
}

/* What it has open nobody knows; it is not gone for that. */
Test(ticket_sweep, of_a_project_that_is_refused_they_stay_as_they_are)
{
    static const char *before[] = { "acme/web", "acme/api" }, *after[] = { "acme/api", "acme/lib" };
    struct gitlab lab = { .projects = { before, 2 }, .group = "", .issues = { .on = true } };
    struct github hub = { .repos = { before, 2 }, .org = "", .issues = { .on = true } };

    (void)play(&gitlab, &lab, NOW, 3, "");
    lab.projects.item = after;
    (void)play(&gitlab, &lab, NOW + 600000, 4, "/acme%2Fapi/");
    cr_expect_not(ticket_find(&store, "acme/api#2")->gone);
    cr_expect(ticket_find(&store, "acme/web#1")->gone);
    kit_done(&kit);
    kit = (struct kit){ 0 };
    store.count = 0;
    (void)play(&github, &hub, NOW, 3, "");
    hub.repos.item = after;
    (void)play(&github, &hub, NOW + 600000, 4, "/acme/api/");
    cr_expect_not(ticket_find(&store, "acme/api#2")->gone);
    cr_expect(ticket_find(&store, "acme/web#1")->gone);
    kit_done(&kit);
}

/* A list that was on its way when the configuration changed begins anew: what it had before is
 * not gone. */
Test(ticket_sweep, a_list_that_is_half_way_begins_anew)
{
    static const char *projects[] = { "acme/web", "acme/api" };
    struct gitlab g = { .projects = { projects, 2 }, .group = "", .issues = { .on = true } };
    int64_t now = play(&gitlab, &g, NOW, 3, "");

    ticket_poll(&store, &kit, now);
    gitlab_remember(&kit.batch, GITLAB_ISSUES_OPEN, "acme/api", NOW);
    ticket_commit(&store, &kit);
    g.projects.count = 1;
    g.projects.item = projects + 1;
    ticket_poll(&store, &kit, now + 600000);
    source_gitlab.begin(&g, &kit.cursors, &kit.plan);
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        cr_expect(r->step != GITLAB_ISSUES || !strstr(r->path, "opened") ||
                      !strstr(r->path, "updated_after"),
                  "%s", r->path);
    cr_assert(kit.plan.first);
    cr_expect_not(kit.plan.first->flags & PLAN_CONDITIONAL, "it gets an answer");
    kit_done(&kit);
}

/* A repository that the token could not see for two days: each of its issues was not found by
 * itself, and none changed since. */
Test(ticket_sweep, what_could_not_be_seen_for_a_while_is_listed_again_within_a_day)
{
    static const char *names[] = { "acme/web", "acme/api" };
    struct gitlab lab = { .projects = { names, 2 }, .group = "", .issues = { .on = true } };
    struct github hub = { .repos = { names, 2 }, .org = "", .issues = { .on = true } };
    const struct system *const systems[] = { &gitlab, &github };
    const void *const configs[] = { &lab, &hub };

    for (int i = 0; i < 2; i++) {
        int64_t now = NOW + 600000;
        struct reply reply = { .step = systems[i]->issue, .status = 404, .body = "{}" };

        kit_done(&kit);
        kit = (struct kit){ 0 };
        store.count = 0;
        quiet = false;
        (void)play(systems[i], configs[i], NOW, 3, "");
        ticket_poll(&store, &kit, now);
        reply.detail = 2; /* gitlab: the number; github: all of it */
        reply.detail_text = i == 0 ? "0 0 0 acme/api" : "acme/api#2";
        cr_assert(kit_decode(&kit, systems[i]->source, configs[i], reply));
        ticket_commit(&store, &kit);
        cr_assert_eq(open_ones(), 2, "%d", i);
        quiet = true;
        (void)play(systems[i], configs[i], now + 60000, 20, "");
        cr_expect_eq(open_ones(), 2, "%d: once a day", i);
        (void)play(systems[i], configs[i], NOW + DAY_MS + HOUR_MS, 2, "");
        cr_expect_eq(open_ones(), 3, "%d: %zu", i, open_ones());
    }
    kit_done(&kit);
}

/* Whose list is refused, of that nobody knows whether they are gone. */
Test(ticket_sweep, of_a_list_that_is_refused_none_is_looked_at_by_itself)
{
    static const char *names[] = { "acme/api" };
    struct gitlab lab = { .projects = { names, 1 }, .group = "", .issues = { .on = true } };
    struct github hub = { .repos = { names, 1 }, .org = "", .issues = { .on = true } };
    const struct system *const systems[] = { &gitlab, &github };
    const void *const configs[] = { &lab, &hub };

    for (int i = 0; i < 2; i++) {
        int64_t now = NOW + HOUR_MS;

        kit_done(&kit);
        kit = (struct kit){ 0 };
        store.count = 0;
        (void)play(systems[i], configs[i], NOW, 3, "");
        cr_expect_eq(looks(systems[i], configs[i], now), 1, "%d", i);
        now = play(systems[i], configs[i], now, 12, "/acme"); /* in one of them is its turn */
        cr_expect_eq(looks(systems[i], configs[i], now + HOUR_MS), 0, "%d", i);
    }
    kit_done(&kit);
}

/* It would come back by that, and nobody would say that it is gone. */
Test(ticket_sweep, meanwhile_none_is_looked_at_by_itself)
{
    static const char *names[] = { "acme/web", "acme/api" };
    struct gitlab lab = { .projects = { names, 2 }, .group = "", .issues = { .on = true } };
    struct github hub = { .repos = { names, 2 }, .org = "", .issues = { .on = true } };
    const struct system *const systems[] = { &gitlab, &github };
    const void *const configs[] = { &lab, &hub };

    for (int i = 0; i < 2; i++) {
        int64_t now = NOW + 600000;

        kit_done(&kit);
        kit = (struct kit){ 0 };
        store.count = 0;
        lab.projects.count = hub.repos.count = 2;
        (void)play(systems[i], configs[i], NOW, 3, "");
        cr_expect_eq(looks(systems[i], configs[i], now), 1, "%d", i);
        lab.projects.count = hub.repos.count = 1;
        for (int poll = 0; poll < 3; poll++) {
            cr_expect_eq(looks(systems[i], configs[i], now + (int64_t)poll * 600000), 0, "%d",
                         poll);
            (void)play(systems[i], configs[i], now + (int64_t)poll * 600000, 1, "");
        }
        cr_expect_eq(looks(systems[i], configs[i], now + (int64_t)3 * 600000), 1, "%d", i);
    }
    kit_done(&kit);
}
