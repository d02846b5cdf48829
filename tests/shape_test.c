/* Answers that are JSON, with 200, and not what was asked for: each list of each source says so in
 * a sentence, and takes nothing of it. */
#include "config.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/azure.h"
#include "source/github.h"
#include "source/gitlab.h"
#include "source/jenkins.h"
#include "source/jira.h"
#include "source/prometheus.h"
#include "source/servicenow.h"
#include "source_kit.h"
#include "tests/where.h"

static const int64_t NOW = 1795510800000; /* 2026-11-24T09:00:00Z */

static const char *web = "acme/web", *incident = "incident";
static struct query queries[] = { { .name = "q", .query = "up" } };
static const struct azure azure = { .api_version = "7.1", .pools = true };
static const struct github github = { .repos = { &web, 1 }, .org = "" };
static const struct gitlab gitlab = { .projects = { &web, 1 }, .group = "" };
static const struct jenkins jenkins = { .executors = true };
static const struct jira jira = { .jql = "", .category = "component" };
static const struct prometheus prometheus = { { queries, 1 }, true, true };
static const struct servicenow servicenow = { .tables = { &incident, 1 }, .category = "category" };

/* What requests are about, as the sources put it. */
#define OF_BUILD  "0\t0\t-1\t0\t0\t0\t0\tBilling\tBilling/invoices\t\t"
#define OF_WEB    "0 0 0 acme/web"
#define OF_LIST   "0 20 0 0 acme/web/main"
#define OF_RUN    "0 0 0 0 0 0 0\nacme/web\nmain/7@1795507200000\n\n\n"
#define OF_WALK   "1 50 0 0 0 0 "
#define OF_TRAIL  "DX-7 1795000000000 2 "
#define OF_TABLE  "incident 200 0"
#define OF_TICKET "INC0000001 00000000000000000000000000000001 ana.petrovic\n"
#define OF_QUERY  "1795507200000 1795510800000 0 0"

static const struct row {
    const struct source *source;
    const void *config;
    unsigned step;
    int64_t detail;
    const char *text, *body, *words;
} rows[] = {
    { &source_azure, &azure, AZURE_PROJECTS, 0, OF_BUILD, "{}", "no list of projects" },
    { &source_azure, &azure, AZURE_QUEUES, 0, OF_BUILD, "[]", "no list of queues" },
    { &source_azure, &azure, AZURE_NEWEST, 0, OF_BUILD, "{\"value\":{}}", "no list of builds" },
    { &source_azure, &azure, AZURE_POOLS, 0, OF_BUILD, "{\"value\":7}", "no list of agent pools" },
    { &source_azure, &azure, AZURE_AGENTS, 3, OF_BUILD, "\"x\"", "no list of agents" },
    { &source_azure, &azure, AZURE_REQUESTS, 3, OF_BUILD, "null", "no list of job requests" },
    { &source_azure, &azure, AZURE_BUILD, 7, OF_BUILD, "{\"id\":8}", "this is not build 7" },
    { &source_github, &github, STEP_RUNS, 0, "acme/web", "[]", "no \"workflow_runs\"" },
    { &source_github, &github, STEP_RUNNERS, 0, "acme/web", "{}", "no \"runners\"" },
    { &source_github, &github, STEP_JOBS, 0, "acme/web 501 1", "{\"jobs\":7}", "no \"jobs\"" },
    { &source_github, &github, STEP_ISSUES, 0, "acme/web news 0", "{}", "no list of issues" },
    { &source_github, &github, STEP_COUNT, 0, "", "{}", "an answer to no question" },
    { &source_gitlab, &gitlab, GITLAB_PROJECT, 0, OF_WEB, "{}", "a project without a path" },
    { &source_gitlab, &gitlab, GITLAB_PIPELINES, 0, OF_WEB, "{}", "no list of pipelines" },
    { &source_gitlab, &gitlab, GITLAB_PIPELINE, 7, OF_WEB, "{}", "this is not pipeline 7" },
    { &source_gitlab, &gitlab, GITLAB_JOBS, 7, OF_WEB, "{}", "no list of the jobs of pipeline 7" },
    { &source_gitlab, &gitlab, GITLAB_BRIDGES, 7, OF_WEB, "7",
      "no list of the bridges of pipeline 7" },
    { &source_gitlab, &gitlab, GITLAB_RUNNERS, 0, OF_WEB, "{}", "no list of runners" },
    { &source_gitlab, &gitlab, GITLAB_ISSUES, 0, OF_WEB, "{}", "no list of issues" },
    { &source_gitlab, &gitlab, GITLAB_NOTES, 7, OF_WEB, "{}", "no list of notes" },
    { &source_gitlab, &gitlab, GITLAB_MERGES, 0, OF_WEB, "{}", "no list of merge requests" },
    { &source_gitlab, &gitlab, GITLAB_MERGE_NOTES, 7, OF_WEB, "{}", "no list of notes" },
    { &source_jenkins, &jenkins, JENKINS_NODES, 0, "", "{}", "no \"computer\"" },
    { &source_jenkins, &jenkins, JENKINS_QUEUE, 0, "", "{}", "no \"items\"" },
    { &source_jenkins, &jenkins, JENKINS_TREE, 0, "", "[]", "no \"jobs\"" },
    { &source_jenkins, &jenkins, JENKINS_TREE, 0, "", "{\"jobs\":7}", "no \"jobs\"" },
    { &source_jenkins, &jenkins, JENKINS_BUILDS, 0, OF_LIST, "[]", "main: no list of builds" },
    { &source_jenkins, &jenkins, JENKINS_BUILD, 0, OF_RUN, "{}", "main: this is not build 7" },
    { &source_jenkins, &jenkins, JENKINS_STAGES, 0, OF_RUN, "{}", "main #7: no \"stages\"" },
    { &source_jira, &jira, JIRA_STATUSES, 0, "", "{}", "no list of statuses" },
    { &source_jira, &jira, JIRA_NEWS, 0, OF_WALK, "{\"issues\":7}", "no list of issues" },
    { &source_jira, &jira, JIRA_ISSUE, 0, "DX-7", "{}", "an issue without key" },
    { &source_jira, &jira, JIRA_COMMENTS, 0, "DX-7 p.olsen", "[]", "no comments" },
    { &source_jira, &jira, JIRA_CHANGES, 0, OF_TRAIL, "{}", "no changes" },
    { &source_jira, &jira, JIRA_REQUESTS, 0, "", "{}", "service desks answered without a list" },
    { &source_jira, &jira, JIRA_SLA, 0, "DX-7", "{}", "without a list of SLAs" },
    { &source_jira, &jira, JIRA_DESKS, 0, "", "[]", "service desks answered without a list" },
    { &source_jira, &jira, JIRA_QUEUES, 1, "DX 1", "{}", "without a list of queues" },
    { &source_prometheus, &prometheus, STEP_INSTANT, 0, OF_QUERY,
      "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":7}}",
      "query \"q\": the answer has no \"result\"" },
    { &source_prometheus, &prometheus, STEP_RULES, 0, OF_QUERY,
      "{\"status\":\"success\",\"data\":{\"groups\":7}}", "no groups of rules" },
    { &source_prometheus, &prometheus, STEP_INSTANT, 9, OF_QUERY,
      "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}",
      "an answer to no query" },
    { &source_servicenow, &servicenow, SNOW_NEWS, 0, OF_TABLE, "{}", "no list \"result\"" },
    { &source_servicenow, &servicenow, SNOW_THERE, 0, OF_TICKET, "[]", "no list \"result\"" },
    { &source_servicenow, &servicenow, SNOW_JOURNAL, 0, OF_TICKET, "{}",
      "the table sys_journal_field answered without a list" },
    { &source_servicenow, &servicenow, SNOW_SLAS, 0, OF_TICKET, "{\"result\":{}}",
      "the table task_sla answered without a list" },
    { &source_servicenow, &servicenow, SNOW_AUDIT, 0, OF_TICKET, "7",
      "the table sys_audit answered without a list" },
};

Test(shape, of_another_kind_is_said_and_nothing_is_taken)
{
    static struct kit kit;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        bool ok;

        kit_poll(&kit, NOW);
        ok = kit_decode(&kit, r->source, r->config,
                        (struct reply){ .step = r->step,
                                        .detail = r->detail,
                                        .detail_text = r->text,
                                        .status = 200,
                                        .body = r->body });
        cr_expect_not(ok, "%s, %u: %s", r->source->name, r->step, r->body);
        cr_expect(kit.err.fault == DX_FAULT_REPLY && strstr(kit.err.text, r->words),
                  "%s, %u: \"%s\" is not in \"%s\"", r->source->name, r->step, r->words,
                  kit.err.text);
        cr_expect(kit.batch.run_count + kit.batch.job_count + kit.batch.ticket_count +
                          kit.batch.pool_count + kit.batch.change_count + kit.batch.sample_count ==
                      0,
                  "%s, %u", r->source->name, r->step);
    }
    kit_done(&kit);
}

/* ---- numbers ---- */

static const char *const numbers[] = { "9223372036854775807", "-9223372036854775808",
                                       "253402300799000", "1e308", "-1" };
static const char *const times[] = { "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z",
                                     "1969-12-31T23:59:59Z" };

/* How long a number is that begins here; 0: none does. */
static size_t number_at(const char *at)
{
    return *at == '-' || isdigit((unsigned char)*at) ? 1 + strspn(at + 1, "0123456789.eE+-") : 0;
}

static bool is_time(const char *text, size_t len)
{
    return len >= strlen("2026-11-24T09:00") && text[4] == '-' && text[7] == '-' &&
           isdigit((unsigned char)*text) && strchr("T ", text[10]);
}

/* All numbers and times of a body, replaced; the caller's to free. */
static char *with(const char *body, const char *number, const char *time)
{
    struct buf out;

    buf_init(&out, 64 << 20);
    while (*body) {
        size_t len = number_at(body);

        if (len > 0) {
            (void)buf_text(&out, number);
        } else if (*body == '"') {
            len = 1;
            while (body[len] && body[len] != '"')
                len += body[len] == '\\' && body[len + 1] ? 2 : 1;
            (void)buf_text(&out, "\"");
            if (is_time(body + 1, len - 1))
                (void)buf_text(&out, time);
            else
                (void)buf_add(&out, body + 1, len - 1);
            (void)buf_text(&out, "\"");
            len += body[len] == '"';
        } else {
            len = 1;
            (void)buf_add(&out, body, 1);
        }
        body += len;
    }
    return out.bytes;
}

/* Whatever is in a file as the answer to a request of a row. */
static void decode(struct kit *kit, const struct row *r, const char *name, const char *body)
{
    kit_poll(kit, NOW);
    if (!kit_decode(kit, r->source, r->config,
                    (struct reply){ .step = r->step,
                                    .detail = r->detail,
                                    .detail_text = r->text,
                                    .status = 200,
                                    .body = body }))
        cr_expect(strchr(kit->err.text, ' '), "%s, %u: %s: \"%s\"", r->source->name, r->step, name,
                  kit->err.text);
}

static int decode_file(struct kit *kit, const struct row *r, const char *name)
{
    char path[300];
    size_t len;
    char *body;
    int n = 0;

    (void)snprintf(path, sizeof(path), "%s/%s", r->source->name, name);
    body = kit_fixture(path, &len);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++, n++) {
        char *odd = with(body, numbers[i], times[i % (sizeof(times) / sizeof(times[0]))]);

        decode(kit, r, name, odd);
        free(odd);
    }
    free(body);
    return n;
}

/* Sums and products of them are no numbers of C: a sanitizer sees to it. */
Test(shape, of_numbers_and_times_that_cannot_be_is_no_matter)
{
    static struct kit kit;
    int n = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[300];
        struct dirent *entry;
        DIR *dir;

        (void)snprintf(path, sizeof(path), "%s/tests/fixtures/%s", SRC_DIR, rows[i].source->name);
        dir = opendir(path);
        cr_assert_not_null(dir, "%s", path);
        while ((entry = readdir(dir)))
            if (strstr(entry->d_name, ".json"))
                n += decode_file(&kit, &rows[i], entry->d_name);
        (void)closedir(dir);
    }
    cr_expect_gt(n, 1000, "%d", n);
    kit_done(&kit);
}
