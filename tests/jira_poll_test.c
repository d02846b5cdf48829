/* jira: what a poll asks, in which order, by which clock, and what refusals mean. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jira_kit.h"

TestSuite(jira_poll, .timeout = 20);

static bool begins(const char *text, const char *with)
{
    return strstr(text, with) == text;
}

/* The query of the walk that is asked for, without what the request has else. */
static const char *query(unsigned step)
{
    const struct plan_request *r = kit_request(&kit, step);
    char *text;

    if (!*r->path)
        return "nothing";
    text = kit_decoded(r->path);
    text = strstr(text, "jql=") + 4;
    *strstr(text, "&maxResults=") = '\0';
    return text;
}

/* ---- the first poll ---- */

Test(jira_poll, finds_out_that_it_is_the_cloud)
{
    const char *path;

    jira_begin(NOW);
    jira_answer(JIRA_SERVER, "server_info_of_the_cloud");
    cr_expect_str_eq(kit.batch.version, "Cloud 1001.0.0-SNAPSHOT");
    cr_expect_str_eq(kit.plan.first->path, "/rest/api/3/myself");
    jira_answer(JIRA_MYSELF, "myself_in_shanghai");
    path = kit_request(&kit, JIRA_NEWS)->path;
    cr_expect(begins(path, "/rest/api/3/search/jql?jql="), "%s", path);
    cr_expect(strstr(path, "&fields=issuelinks%2Csummary%2Cstatus%2C"), "%s", path);
    cr_expect(strstr(path, "description%2Ccomment&expand=changelog"), "%s", path);
    cr_expect_not(strstr(path, "startAt"));
    kit_done(&kit);
}

Test(jira_poll, finds_out_that_it_is_data_center)
{
    const char *path;

    jira_first_poll("server_info_of_data_center");
    cr_expect_str_eq(kit.batch.version, "Data Center 9.12.4");
    path = kit_request(&kit, JIRA_OPEN)->path;
    cr_expect(begins(path, "/rest/api/2/search?jql="), "%s", path);
    cr_expect(strstr(path, "&startAt=0"), "%s", path);
    jira_first_poll("server_info_of_an_old_server");
    cr_expect(begins(kit_request(&kit, JIRA_NEWS)->path, "/rest/api/2/search?"));
    kit_done(&kit);
}

Test(jira_poll, asks_the_other_api_where_one_is_not_there)
{
    jira_begin(NOW);
    plan_take(&kit.plan);
    cr_assert(
        jira_decode((struct reply){ .step = JIRA_SERVER, .status = 404, .detail = JIRA_FIRST },
                    "no_issue_404"));
    cr_assert_str_eq(kit.plan.first->path, "/rest/api/3/serverInfo");
    cr_expect_not(jira_decode(
        (struct reply){ .step = JIRA_SERVER, .status = 404, .detail = kit.plan.first->detail },
        "no_issue_404"));
    cr_expect(strstr(kit.err.text, "404") && kit.err.fault == DX_FAULT_REPLY, "%s", kit.err.text);
    cr_expect_not(kit_decode(&kit, &source_jira, &config,
                             (struct reply){ .step = JIRA_SERVER, .body = "{\"ok\":true}" }));
    cr_expect_str_eq(kit.err.text, "this is not the API of a Jira (no version)");
    kit_done(&kit);
}

Test(jira_poll, news_begins_when_the_server_was_asked_and_open_ones_come_first)
{
    jira_first_poll("server_info_of_the_cloud");
    /* 11:00Z is 19:00 in Shanghai; five minutes before, for the index may lag */
    cr_expect_str_eq(query(JIRA_NEWS),
                     "updated >= \"2026-11-24 18:55\" ORDER BY updated ASC, key ASC");
    cr_expect_str_eq(query(JIRA_OPEN), "statusCategory != Done ORDER BY updated DESC, key DESC");
    cr_expect_not(kit_asked(&kit, JIRA_FILL) > 0);
    cr_expect(kit_asked(&kit, JIRA_REQUESTS) > 0);
    kit_commit(&kit);
    jira_begin(NOW + MINUTE);
    cr_expect_not(kit_asked(&kit, JIRA_SERVER) > 0, "what it is was just said");
    cr_expect(kit_asked(&kit, JIRA_NEWS) > 0);
    kit_commit(&kit);
    jira_begin(NOW + 61 * MINUTE);
    cr_expect(kit_asked(&kit, JIRA_SERVER) > 0, "once an hour");
    cr_expect_eq(kit_request(&kit, JIRA_SERVER)->detail, JIRA_AGAIN);
    kit_done(&kit);
}

Test(jira_poll, an_answer_of_who_we_are_without_a_name_is_none)
{
    jira_begin(NOW);
    cr_expect_not(kit_decode(&kit, &source_jira, &config,
                             (struct reply){ .step = JIRA_MYSELF, .body = "{}" }));
    kit_done(&kit);
}

/* ---- pages ---- */

static void know(const char *server)
{
    jira_first_poll(server);
    kit_commit(&kit);
}

Test(jira_poll, a_page_of_the_cloud_has_a_token_and_no_total)
{
    know("server_info_of_the_cloud");
    jira_begin(NOW + MINUTE);
    while (kit.plan.first->step != JIRA_OPEN)
        plan_take(&kit.plan);
    jira_answer(JIRA_OPEN, "page_of_the_cloud_has_no_total");
    /* 15:30 in Shanghai is the last change of the page; all of its minute comes again */
    cr_expect_str_eq(query(JIRA_OPEN), "statusCategory != Done AND updated < \"2026-11-24 15:31\""
                                       " ORDER BY updated DESC, key DESC");
    cr_expect_not(strstr(kit_request(&kit, JIRA_OPEN)->path, "nextPageToken"));
    jira_answer(JIRA_OPEN, "page_of_the_cloud_has_no_total");
    cr_expect(strstr(kit_request(&kit, JIRA_OPEN)->path, "&nextPageToken=Ch0jU3RyaW5nJlJFZ%3D%3D"),
              "all of one minute: %s", kit_request(&kit, JIRA_OPEN)->path);
    jira_answer(JIRA_OPEN, "issue_of_the_cloud");
    cr_expect_not(kit_asked(&kit, JIRA_OPEN) > 0, "that was the last page");
    cr_expect_str_eq(query(JIRA_FILL), "statusCategory = Done AND updated >= \"2026-11-24 18:01\""
                                       " ORDER BY updated DESC, key DESC");
    cr_expect(kit_request(&kit, JIRA_FILL)->flags & PLAN_FILL);
    jira_answer(JIRA_REQUESTS, "requests_of_the_last_page");
    while (kit.plan.first && kit.plan.first->step != JIRA_FILL)
        plan_take(&kit.plan);
    jira_answer(JIRA_FILL, "issue_of_the_cloud");
    cr_expect_eq(kit.batch.done, kit.batch.total);
    kit_commit(&kit);
    jira_begin(NOW + 2 * MINUTE);
    cr_expect_not(kit_asked(&kit, JIRA_OPEN) > 0);
    cr_expect_not(kit_asked(&kit, JIRA_FILL) > 0);
    kit_done(&kit);
}

Test(jira_poll, a_page_that_is_too_large_is_halved_and_then_slimmed)
{
    struct reply reply = { .step = JIRA_NEWS,
                           .detail = NOW,
                           .detail_text = "1 2 0 0 0 0 ",
                           .too_large = true,
                           .now_ms = NOW,
                           .content_type = "",
                           .next = "" };
    const struct dx_error err = { .fault = DX_FAULT_REPLY };

    know("server_info_of_the_cloud");
    kit_poll(&kit, NOW);
    cr_assert(source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch));
    cr_expect(strstr(kit.plan.first->path, "&maxResults=1&"), "%s", kit.plan.first->path);
    cr_expect(strstr(kit.plan.first->path, "comment"));
    reply.detail_text = kit.plan.first->detail_text;
    cr_assert(source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch));
    cr_expect_not(strstr(kit.plan.first->path, "comment"), "%s", kit.plan.first->path);
    cr_expect_not(strstr(kit.plan.first->path, "changelog"));
    reply.detail_text = kit.plan.first->detail_text;
    cr_assert(source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch));
    cr_expect(strstr(kit.plan.first->path, "&fields=updated"), "%s", kit.plan.first->path);
    reply.detail_text = kit.plan.first->detail_text;
    cr_expect_not(source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch),
                  "its key alone is not");
    reply.detail_text = "1 2 0 4 0 0 "; /* what is new, while a large one is known */
    cr_assert(source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch));
    cr_expect(strstr(kit.plan.first->path, "&maxResults=2&"), "%s", kit.plan.first->path);
    cr_expect(strstr(kit.plan.first->path, "comment"), "and now in halves");
    reply.too_large = false;
    reply.detail_text = CLOUD_WALK;
    cr_expect_not(source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch));
    kit_done(&kit);
}

/* ---- a Jira that moves ---- */

Test(jira_poll, an_old_search_that_is_gone_means_the_cloud)
{
    know("server_info_of_data_center");
    jira_begin(NOW + MINUTE);
    plan_take(&kit.plan);
    cr_assert(jira_decode((struct reply){ .step = JIRA_NEWS,
                                          .status = 410,
                                          .detail = NOW,
                                          .detail_text = "2 50 0 0 0 0 " },
                          "search_is_gone_410"),
              "%s", kit.err.text);
    cr_assert(jira_decode((struct reply){ .step = JIRA_OPEN,
                                          .status = 410,
                                          .detail = 0,
                                          .detail_text = "2 50 0 0 0 0 " },
                          "search_is_gone_410"),
              "asked before that was known");
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        if (r->step == JIRA_NEWS)
            cr_expect(begins(r->path, "/rest/api/3/search/jql?"), "%s", r->path);
    cr_expect_not(jira_decode((struct reply){ .step = JIRA_NEWS,
                                              .status = 404,
                                              .detail = NOW,
                                              .detail_text = CLOUD_WALK },
                              "no_issue_404"),
                  "neither is there");
    kit_done(&kit);
}

/* ---- JQL ---- */

Test(jira_poll, the_query_of_the_configuration_is_completed)
{
    static const char *projects[] = { "DX", "a \"b\" \\" };

    config.projects = (struct dx_items){ projects, 2 };
    config.jql = "component = CI OR labels = ci";
    jira_first_poll("server_info_of_the_cloud");
    cr_expect_str_eq(query(JIRA_OPEN), "project in (\"DX\", \"a \\\"b\\\" \\\\\") AND "
                                       "(component = CI OR labels = ci) AND statusCategory != Done"
                                       " ORDER BY updated DESC, key DESC");
    kit_commit(&kit);
    config.jql = "component = CD";
    jira_begin(NOW + MINUTE);
    cr_expect_eq(kit_request(&kit, JIRA_SERVER)->detail, JIRA_FIRST, "another query begins anew");
    kit_done(&kit);
}

static const struct {
    struct jira config;
    const char *says; /* NULL: it is good */
} configs[] = {
    { { .jql = "", .category = "component" }, NULL },
    { { .jql = "text ~ \"order by\" AND summary ~ 'x \\' order by'", .category = "label" }, NULL },
    { { .jql = "project = DX order  BY created", .category = "type" }, NULL },
    { { .jql = "project = DX ORDER BY created", .category = "component" }, "ORDER BY" },
    { { .jql = "summary ~ \"x", .category = "component" }, "quote" },
    { { .jql = "", .category = "customfield_10050" }, NULL },
    { { .jql = "", .category = "customfield_" }, "`category`" },
    { { .jql = "", .category = "customfield_1x" }, "`category`" },
    { { .jql = "", .category = "priority" }, "`category`" },
};

Test(jira_poll, a_wrong_configuration_is_told)
{
    struct dx_pair wrong[] = { { "Urgent", "0" } }, good[] = { { "Urgent", "1" } };
    struct jira own = { .jql = "", .category = "component", .priority = { wrong, 1 } };
    struct dx_error err = { 0 };

    for (size_t i = 0; i < sizeof(configs) / sizeof(configs[0]); i++) {
        bool ok;

        err = (struct dx_error){ 0 };
        ok = source_jira.check(&configs[i].config, &err);
        cr_expect_eq(ok, configs[i].says == NULL, "%zu: %s", i, err.text);
        cr_expect(ok || strstr(err.text, configs[i].says), "%zu: %s", i, err.text);
    }
    cr_expect_not(source_jira.check(&own, &err));
    cr_expect(strstr(err.text, "Urgent"), "%s", err.text);
    own.priority.item = good;
    cr_expect(source_jira.check(&own, &err));
}

/* ---- the account's clock ---- */

static const struct {
    const char *zone;
    enum jira_bound bound;
    int64_t at_ms;
    const char *text;
} times[] = {
    { "UTC", JIRA_SINCE, 1795518059999, "2026-11-24 11:00" },
    { "UTC", JIRA_UNTIL, 1795518059999, "2026-11-24 11:01" },
    { "UTC", JIRA_UNTIL, 1795518000000, "2026-11-24 11:01" },
    { "Asia/Shanghai", JIRA_SINCE, 1795518000000, "2026-11-24 19:00" },
    { "Asia/Kathmandu", JIRA_SINCE, 1795518000000, "2026-11-24 16:45" },
    { "America/New_York", JIRA_SINCE, 1795518000000, "2026-11-24 06:00" },
    { "Europe/Berlin", JIRA_SINCE, 1782298800000, "2026-06-24 13:00" },
    /* 2026-10-25 03:00 is 02:00 again in Berlin, at 01:00Z: these hours come twice */
    { "Europe/Berlin", JIRA_SINCE, 1792888200000, "2026-10-25 00:30" },
    { "Europe/Berlin", JIRA_UNTIL, 1792891800000, "2026-10-25 04:31" },
    { "Europe/Berlin", JIRA_SINCE, 1792891800000, "2026-10-25 02:30" },
    /* nobody said which zone, or nobody knows it: it may be any */
    { "", JIRA_SINCE, 1795518000000, "2026-11-23 23:00" },
    { "", JIRA_UNTIL, 1795518000000, "2026-11-25 01:01" },
    { "Mars/Olympus", JIRA_SINCE, 1795518000000, "2026-11-23 23:00" },
};

Test(jira_poll, times_are_by_the_clock_of_the_account)
{
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        struct jira_poll p = { .config = &config, .plan = &kit.plan, .batch = &kit.batch };
        char name[64];

        kit_poll(&kit, NOW);
        snprintf(name, sizeof(name), "zone=%s", times[i].zone);
        if (*times[i].zone)
            batch_cursor(&kit.batch, name, NOW);
        cr_expect_str_eq(jira_time(&p, times[i].bound, times[i].at_ms), times[i].text, "%zu: %s", i,
                         times[i].zone);
    }
    kit_done(&kit);
}

/* Before there are requests: the environment is changed then, which other threads may read. */
Test(jira_poll, the_database_of_zones_is_asked_once_for_a_zone)
{
    struct jira_poll p = { .config = &config, .plan = &kit.plan, .batch = &kit.batch };
    char dir[] = "/tmp/dxtop-zone-XXXXXX", file[64];

    cr_assert(mkdtemp(dir));
    snprintf(file, sizeof(file), "%s/Jira", dir);
    cr_assert_eq(symlink("/usr/share/zoneinfo/Asia/Shanghai", file), 0);
    setenv("TZDIR", dir, 1);
    kit_poll(&kit, NOW);
    batch_cursor(&kit.batch, "zone=Jira", NOW);
    kit_commit(&kit);
    source_jira.prepare(&kit.cursors);
    unlink(file);
    rmdir(dir);
    kit_poll(&kit, NOW);
    cr_expect_str_eq(jira_time(&p, JIRA_SINCE, NOW), "2026-11-24 19:00");
    kit_done(&kit);
}

Test(jira_poll, the_last_zone_that_was_said_counts)
{
    struct jira_poll p = { .config = &config, .plan = &kit.plan };

    kit_poll(&kit, NOW);
    batch_cursor(&kit.batch, "zone=Europe/Berlin", NOW);
    batch_cursor(&kit.batch, "zone=America/New_York", NOW - DAY);
    kit_commit(&kit);
    cr_expect_str_eq(jira_told(&p, "zone="), "Europe/Berlin");
    cr_expect_str_eq(jira_told(&p, "base="), "");
    kit_done(&kit);
}

/* ---- what single tickets lack ---- */

static struct known_ticket lacking[] = {
    { .project = "DX", .key = "DX-1", .parts = TICKET_FIELDS, .seen_ms = NOW },
    { .project = "DX", .key = "DX-2", .parts = TICKET_FIELDS, .done = true, .seen_ms = NOW },
};
static struct known_ticket unseen[] = {
    { .project = "DX", .key = "DX-1", .seen_ms = NOW - 2 * 86400000 },
    { .project = "DX", .key = "DX-3", .seen_ms = NOW - 2 * 86400000 },
    { .project = "DX", .key = "DX-4", .seen_ms = NOW - 3600000 },
};

static size_t lacks(void *self, unsigned part, struct known_ticket *out, size_t cap)
{
    size_t n = part == 0 ? 3 : 2;

    (void)self;
    cr_assert(n <= cap);
    memcpy(out, part == 0 ? unseen : lacking, n * sizeof(*out));
    return n;
}

Test(jira_poll, asks_for_what_tickets_lack_and_looks_after_those_nobody_saw)
{
    struct known known = { .tickets = lacks };
    size_t singles = 0, slas = 0;

    know("server_info_of_the_cloud");
    kit_poll(&kit, NOW + MINUTE);
    kit.plan.known = &known;
    source_jira.begin(&config, &kit.cursors, &kit.plan);
    for (const struct plan_request *r = kit.plan.first; r; r = r->next) {
        singles += r->step == JIRA_ISSUE;
        slas += r->step == JIRA_SLA;
        if (r->step == JIRA_ISSUE && strcmp(r->detail_text, "DX-2") == 0)
            cr_expect(r->flags & PLAN_FILL, "what is done can wait");
    }
    cr_expect_eq(singles, 3, "each once, and none that was seen of late");
    cr_expect_eq(slas, 0, "they come with the whole ticket");
    cr_expect(begins(kit_request(&kit, JIRA_ISSUE)->path, "/rest/api/3/issue/DX-1?fields="));
    kit_done(&kit);
}

/* ---- refusals ---- */

static const struct {
    const char *file;
    unsigned step;
    int status;
    const char *head;
    enum dx_fault fault;
    const char *says;
} refusals[] = {
    { "unauthorized_401", JIRA_MYSELF, 401, "", DX_FAULT_AUTH, "the token is wrong" },
    { "unauthorized_401", JIRA_NEWS, 401,
      "x-authentication-denied-reason: CAPTCHA_CHALLENGE; login-url=https://x\n", DX_FAULT_AUTH,
      "captcha" },
    { "unauthorized_401", JIRA_NEWS, 403, "x-seraph-loginreason: AUTHENTICATION_DENIED\n",
      DX_FAULT_AUTH, "captcha" },
    { "scope_403", JIRA_MYSELF, 403, "", DX_FAULT_AUTH, "scope does not match; " },
    { "scope_403", JIRA_NEWS, 403, "", DX_FAULT_AUTH, "read:jira-work" },
    { "wrong_jql_400", JIRA_NEWS, 400, "", DX_FAULT_CONFIG, "Field 'componant' does not exist" },
    { "unbounded_jql_400", JIRA_FILL, 400, "", DX_FAULT_CONFIG, "Unbounded JQL" },
    { "errors_by_field_400", JIRA_TRY, 400, "", DX_FAULT_CONFIG, "The value is too long." },
    { "wrong_jql_400", JIRA_MYSELF, 400, "", DX_FAULT_REPLY, "answered 400: Field" },
    { "search_is_gone_410", JIRA_ISSUE, 410, "", DX_FAULT_REPLY, "Please migrate" },
};

Test(jira_poll, refusals_are_told_in_words)
{
    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        char name[200];

        kit_poll(&kit, NOW);
        snprintf(name, sizeof(name), "jira/%s.json", refusals[i].file);
        kit_refuse(&kit, &source_jira, &config,
                   (struct reply){ .step = refusals[i].step,
                                   .status = refusals[i].status,
                                   .head = refusals[i].head },
                   name);
        cr_expect_eq(kit.err.fault, refusals[i].fault, "%zu: %s", i, kit.err.text);
        cr_expect(strstr(kit.err.text, refusals[i].says), "%zu: %s", i, kit.err.text);
    }
    kit_done(&kit);
}

Test(jira_poll, a_limit_has_a_reason)
{
    struct reply reply = { .step = JIRA_NEWS,
                           .status = 429,
                           .head = "ratelimit-reason: jira-burst-based\n",
                           .body = "{}",
                           .len = 2,
                           .content_type = "",
                           .next = "",
                           .detail_text = "" };
    struct dx_error err = { 0 };

    dx_fail(&err, DX_FAULT_LIMITED, "limited by the server for 7 s");
    err.retry_after_s = 7;
    source_refused(&source_jira, &config, &reply, &err);
    cr_expect_str_eq(err.text, "limited by the server for 7 s (jira-burst-based)");
    cr_expect_eq(err.retry_after_s, 7);
    cr_expect_eq(err.fault, DX_FAULT_LIMITED);
    reply.head = "x-beta-ratelimit-reason: jira-quota-tenant-based\n";
    source_refused(&source_jira, &config, &reply, &err);
    cr_expect(strstr(err.text, "jira-quota-tenant-based"));
}

Test(jira_poll, a_wrong_query_stops_the_walk_that_answers_with_it)
{
    know("server_info_of_the_cloud");
    kit_poll(&kit, NOW);
    cr_expect_not(jira_decode(
        (struct reply){
            .step = JIRA_NEWS, .status = 400, .detail = NOW, .detail_text = CLOUD_WALK },
        "wrong_jql_400"));
    cr_expect_eq(kit.err.fault, DX_FAULT_CONFIG);
    cr_expect_not(jira_decode((struct reply){ .step = JIRA_TRY, .status = 400 }, "wrong_jql_400"));
    cr_expect(jira_decode((struct reply){ .step = JIRA_TRY, .status = 410 }, "search_is_gone_410"));
    kit_done(&kit);
}

/* ---- check ---- */

Test(jira_poll, a_check_asks_who_we_are_and_tries_the_query)
{
    size_t n = 0;

    kit_poll(&kit, NOW);
    kit.plan.known = NULL;
    source_jira.probe(&config, &kit.plan);
    for (const struct plan_request *r = kit.plan.first; r; r = r->next) {
        cr_expect_eq(r->step, JIRA_TRY);
        cr_expect_null(r->form, "nothing is sent but GET");
        n++;
    }
    cr_expect_eq(n, 4);
    kit_poll(&kit, NOW);
    source_jira.probe(&config, &kit.plan);
    cr_expect_null(kit.plan.first, "a poll does that itself");
    kit_done(&kit);
}
