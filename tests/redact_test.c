/* What of a row is private, by its query: aliases, URLs that are left out, texts that others
 * wrote. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "app/records.h"
#include "app/redact.h"
#include "reader.h"

static struct redact redact;
static struct reader reader;

static void start(void)
{
    struct reader raw = fake_reader();

    fake = (struct fake){ .count = 0 };
    redact = (struct redact){ .has_key = true }; /* so no store is asked for one */
    reader = redact_reader(&redact, NULL, &raw);
}

TestSuite(redact, .init = start, .timeout = 20);

/* The text of one field of the only row there is. */
static const char *seen(enum dx_query query, enum dx_field field)
{
    static char out[600];
    void *rows = reader.open(reader.self, query, NULL, 0);

    cr_assert(reader.ops->next(rows));
    snprintf(out, sizeof(out), "%s", reader.ops->text(rows, field));
    reader.ops->close(rows);
    return out;
}

static struct fake_row *job(const char *type, const char *branch, const char *url)
{
    struct fake_row *row = fake_add(DX_QUERY_JOBS);

    fake_text(row, DX_FIELD_TYPE, type);
    fake_text(row, DX_FIELD_RUN_ID, "4711");
    fake_text(row, DX_FIELD_BRANCH, branch);
    fake_text(row, DX_FIELD_URL, url);
    return row;
}

Test(redact, people_branches_and_titles_have_aliases)
{
    static const struct {
        enum dx_field field;
        const char *kind;
    } of[] = { { DX_FIELD_ACTOR, "person-" },
               { DX_FIELD_REPORTER, "person-" },
               { DX_FIELD_ASSIGNEE, "person-" },
               { DX_FIELD_BRANCH, "branch-" },
               { DX_FIELD_TITLE, "title-" } };
    static const enum dx_field stay[] = { DX_FIELD_POOL, DX_FIELD_PIPELINE, DX_FIELD_PROJECT,
                                          DX_FIELD_NAME, DX_FIELD_CATEGORY, DX_FIELD_SHA };
    struct fake_row *row = fake_add(DX_QUERY_TICKETS);

    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        fake_text(row, of[i].field, "canary");
    for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
        fake_text(row, stay[i], "linux-xl");
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        cr_expect(strncmp(seen(DX_QUERY_TICKETS, of[i].field), of[i].kind, strlen(of[i].kind)) == 0,
                  "%s", seen(DX_QUERY_TICKETS, of[i].field));
    for (size_t i = 0; i < sizeof(stay) / sizeof(stay[0]); i++)
        cr_expect_str_eq(seen(DX_QUERY_TICKETS, stay[i]), "linux-xl");
    fake_text(row, DX_FIELD_ASSIGNEE, "");
    cr_expect_str_eq(seen(DX_QUERY_TICKETS, DX_FIELD_ASSIGNEE), "", "nobody stays nobody");
}

Test(redact, a_url_with_the_branch_in_it_is_none)
{
    static const struct {
        const char *type, *branch, *url;
        bool stays;
    } of[] = {
        { "github", "feature/x", "https://ci.example/acme/web/actions/runs/4711", true },
        { "github", "feature/x", "https://ci.example/tree/feature/x", false },
        { "gitlab", "feature/x", "https://ci.example/tree/feature%2Fx", false },
        { "gitlab", "Feature/X", "https://ci.example/tree/feature%2fx", false },
        { "azure", "feature/x", "https://ci.example/job/feature%252Fx/1", false },
        { "azure", "\xc3\xa4nderung", "https://ci.example/%C3%A4nderung", false },
        { "jenkins", "main", "https://ci.example/job/web/12", false }, /* a branch's job, maybe */
        { "exec", "", "https://ci.example/1", false },
        { "github", "", "https://ci.example/acme/web", true },
    };

    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        start();
        (void)job(of[i].type, of[i].branch, of[i].url);
        cr_expect_str_eq(seen(DX_QUERY_JOBS, DX_FIELD_URL), of[i].stays ? of[i].url : "",
                         "case %zu", i);
    }
}

Test(redact, ids_that_are_names_have_aliases)
{
    struct fake_row *row = job("jenkins", "", "");

    cr_expect_str_eq(seen(DX_QUERY_JOBS, DX_FIELD_RUN_ID), "4711");
    fake_text(row, DX_FIELD_RUN_ID, "feature%2Fx/12");
    cr_expect(strncmp(seen(DX_QUERY_JOBS, DX_FIELD_RUN_ID), "run-", 4) == 0);
}

Test(redact, of_a_log_only_what_is_known_by_it_stays)
{
    struct fake_row *row = job("github", "", "");

    fake_text(row, DX_FIELD_EVIDENCE, "registry: pull of canary failed: 503 (rule 34)");
    cr_expect_str_eq(seen(DX_QUERY_JOBS, DX_FIELD_EVIDENCE), "registry: (rule 34)");
    fake_text(row, DX_FIELD_EVIDENCE, "capacity: no runner took it from canary");
    cr_expect_str_eq(seen(DX_QUERY_JOBS, DX_FIELD_EVIDENCE), "capacity: (hidden)");
    fake_text(row, DX_FIELD_EVIDENCE, "canary");
    cr_expect_str_eq(seen(DX_QUERY_JOBS, DX_FIELD_EVIDENCE), "(hidden)");
    fake_text(row, DX_FIELD_EVIDENCE, "");
    cr_expect_str_eq(seen(DX_QUERY_JOBS, DX_FIELD_EVIDENCE), "");
}

Test(redact, labels_that_name_people_and_branches_have_aliases)
{
    struct fake_row *row = fake_add(DX_QUERY_SERIES);
    const char *text;

    fake_text(row, DX_FIELD_LABELS, "{pool=\"linux\", branch=\"can\\\"ary\", n=\"1\"}");
    text = seen(DX_QUERY_SERIES, DX_FIELD_LABELS);
    cr_expect(strncmp(text, "{pool=\"linux\", branch=\"label-", 29) == 0, "%s", text);
    cr_expect(strstr(text, "\", n=\"1\"}") && !strstr(text, "can") && !strstr(text, "ary"), "%s",
              text);
    fake_text(row, DX_FIELD_LABELS, "linux, x64, user");
    cr_expect_str_eq(seen(DX_QUERY_SERIES, DX_FIELD_LABELS), "linux, x64, user");
    fake_text(row, DX_FIELD_LABELS, "{user=\"canary");
    cr_expect(!strstr(seen(DX_QUERY_SERIES, DX_FIELD_LABELS), "canary"));
}

Test(redact, what_people_said_of_an_alert_names_nobody)
{
    struct fake_row *alert = fake_add(DX_QUERY_ALERTS), *rule = fake_add(DX_QUERY_RULES);
    char who[64];

    fake_text(alert, DX_FIELD_ASSIGNEE, "bob");
    fake_text(alert, DX_FIELD_TEXT, "ask bob");
    fake_text(alert, DX_FIELD_MUTED_BY, "7f3a");
    cr_expect(strncmp(seen(DX_QUERY_ALERTS, DX_FIELD_ASSIGNEE), "person-", 7) == 0);
    cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_TEXT), "(hidden)");
    cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_MUTED_BY), "7f3a", "a silence");
    snprintf(who, sizeof(who), "%s", seen(DX_QUERY_ALERTS, DX_FIELD_ASSIGNEE));
    fake_set(alert, DX_FIELD_NEXT, 1);
    fake_text(alert, DX_FIELD_MUTED_BY, "bob");
    cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_MUTED_BY), who, "snoozed, by the same");
    fake_text(alert, DX_FIELD_MUTED_BY, "bob: ann said so: yes");
    cr_expect(strncmp(seen(DX_QUERY_ALERTS, DX_FIELD_MUTED_BY), who, strlen(who)) == 0);
    cr_expect_null(strstr(seen(DX_QUERY_ALERTS, DX_FIELD_MUTED_BY), "ann"));
    fake_text(rule, DX_FIELD_TITLE, "linux-xl (github)");
    cr_expect_str_eq(seen(DX_QUERY_RULES, DX_FIELD_TITLE), "linux-xl (github)");
    fake_text(rule, DX_FIELD_TITLE, "disk {user=\"bob\"}");
    cr_expect_null(strstr(seen(DX_QUERY_RULES, DX_FIELD_TITLE), "bob"));
}

/* A rule on a query looks at series: their labels are in all that its alert says. */
Test(redact, an_alert_of_a_series_does_not_name_whom_it_is_of)
{
    struct fake_row *alert = fake_add(DX_QUERY_ALERTS);
    const char *text;

    fake_text(alert, DX_FIELD_SOURCE, "dxtop");
    fake_text(alert, DX_FIELD_KEY, "dxtop/rule:full/disk{user=\"bob\"}/5");
    fake_text(alert, DX_FIELD_LABELS, "{query=\"disk{n=\\\"1\\\", user=\\\"bob\\\"}\", n=\"2\"}");
    fake_text(alert, DX_FIELD_SUMMARY, "disk{user=\"bob\"}: 95 %, goal 90 %");
    text = seen(DX_QUERY_ALERTS, DX_FIELD_LABELS);
    cr_expect(strncmp(text, "{query=\"disk{n=\\\"1\\\", user=\\\"label-", 35) == 0, "%s", text);
    cr_expect(strstr(text, "\\\"}\", n=\"2\"}") && !strstr(text, "bob"), "%s", text);
    text = seen(DX_QUERY_ALERTS, DX_FIELD_SUMMARY);
    cr_expect(strncmp(text, "disk{user=\"label-", 17) == 0, "%s", text);
    cr_expect(strstr(text, "\"}: 95 %, goal 90 %") && !strstr(text, "bob"), "%s", text);
    text = seen(DX_QUERY_ALERTS, DX_FIELD_KEY);
    cr_expect(strstr(text, "bob"), "what it is looked up by stays");
    redact.tells_keys = true;
    text = seen(DX_QUERY_ALERTS, DX_FIELD_KEY);
    cr_expect(strncmp(text, "dxtop/rule:full/disk{user=\"label-", 33) == 0, "%s", text);
    cr_expect(strstr(text, "\"}/5") && !strstr(text, "bob"), "%s", text);
    fake_text(alert, DX_FIELD_LABELS, "{a=\"user=\", b=\"c\\\\\", user=\"bob\\\\\", d=\"e\"}");
    text = seen(DX_QUERY_ALERTS, DX_FIELD_LABELS);
    cr_expect(strncmp(text, "{a=\"user=\", b=\"c\\\\\", user=\"label-", 33) == 0, "%s", text);
    cr_expect(strstr(text, "\", d=\"e\"}") && !strstr(text, "bob"), "%s", text);
    fake_text(alert, DX_FIELD_LABELS, "{path=\"c:\\\\x \\\"y\\\"\", kind=\"user\"}");
    cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_LABELS),
                     "{path=\"c:\\\\x \\\"y\\\"\", kind=\"user\"}");
}

/* A panel finds the samples of a series by its labels. */
Test(redact, samples_have_the_labels_of_their_series)
{
    char labels[100];

    fake_text(fake_add(DX_QUERY_SERIES), DX_FIELD_LABELS, "{user=\"bob\"}");
    fake_text(fake_add(DX_QUERY_SAMPLES), DX_FIELD_KEY, "{user=\"bob\"}");
    snprintf(labels, sizeof(labels), "%s", seen(DX_QUERY_SERIES, DX_FIELD_LABELS));
    cr_expect_null(strstr(labels, "bob"));
    cr_expect_str_eq(seen(DX_QUERY_SAMPLES, DX_FIELD_KEY), labels);
}

/* Samples are told with their labels, as their key is. */
Test(redact, labels_of_samples_are_those_without_names)
{
    struct fake_row *row = fake_add(DX_QUERY_SAMPLES);
    void *rows;
    json_t *record;
    const char *user;

    fake_text(row, DX_FIELD_KEY, "{user=\"bob\"}");
    fake_text(row, DX_FIELD_LABELS, "{user=\"bob\"}");
    rows = reader.open(reader.self, DX_QUERY_SAMPLES, NULL, 0);
    cr_assert(reader.ops->next(rows));
    record = record_json(RECORD_SAMPLE, &(struct record_row){ reader.ops, rows, 0, 0 });
    user = json_string_value(json_object_get(json_object_get(record, "labels"), "user"));
    cr_expect(user && strncmp(user, "label-", 6) == 0, "%s", user ? user : "none");
    json_decref(record);
    reader.ops->close(rows);
}

/* A template of theirs may put any label into it, and any name. */
Test(redact, of_an_alert_of_another_system_only_its_labels_are_told)
{
    static const char *const names[] = { "head_branch", "headRef",   "git-ref", "triggered_by",
                                         "userName",    "pr_author", "OWNER",   "pr.title" };
    static const char *const others[] = { "by", "standby", "referee", "group" };
    struct fake_row *alert = fake_add(DX_QUERY_ALERTS), *end = fake_add(DX_QUERY_ENDED);
    char text[100];

    fake_text(alert, DX_FIELD_SOURCE, "am");
    fake_text(alert, DX_FIELD_SUMMARY, "canary broke the build of feature/x");
    cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_SUMMARY), "(hidden)");
    fake_text(alert, DX_FIELD_SUMMARY, "");
    cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_SUMMARY), "");
    fake_text(end, DX_FIELD_SOURCE, "am");
    fake_text(end, DX_FIELD_SUMMARY, "canary");
    cr_expect_str_eq(seen(DX_QUERY_ENDED, DX_FIELD_SUMMARY), "(hidden)");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(text, sizeof(text), "{%s=\"canary\"}", names[i]);
        fake_text(alert, DX_FIELD_LABELS, text);
        cr_expect_null(strstr(seen(DX_QUERY_ALERTS, DX_FIELD_LABELS), "canary"), "%s", text);
    }
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        snprintf(text, sizeof(text), "{%s=\"linux\"}", others[i]);
        fake_text(alert, DX_FIELD_LABELS, text);
        cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_LABELS), text);
    }
    fake_text(alert, DX_FIELD_MUTED_BY, "canary's maintenance");
    cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_MUTED_BY), "(hidden)");
}

Test(redact, a_url_that_asks_for_people_is_none)
{
    static const struct {
        const char *url;
        bool stays;
    } of[] = { { "https://prom.example/graph?g0.expr=up%7Bpool%3D%22linux%22%7D", true },
               { "https://prom.example/graph?g0.expr=up%7Bactor%3D%22canary%22%7D", false },
               { "https://grafana.example/d/x?var-user=canary", false },
               { "https://grafana.example/d/x?of=feature%2Fx", false },
               { "https://grafana.example/d/x%00?var-user=canary", false } };
    struct fake_row *alert = fake_add(DX_QUERY_ALERTS);

    fake_text(alert, DX_FIELD_LABELS, "{pool=\"linux\", branch=\"feature/x\"}");
    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++) {
        fake_text(alert, DX_FIELD_URL, of[i].url);
        cr_expect_str_eq(seen(DX_QUERY_ALERTS, DX_FIELD_URL), of[i].stays ? of[i].url : "",
                         "case %zu", i);
    }
}

/* Why a runner is offline, and what a server says of a failing query. */
Test(redact, what_servers_say_names_nobody)
{
    static const enum dx_query says[] = { DX_QUERY_LOG, DX_QUERY_POLLS, DX_QUERY_SOURCES };

    fake_text(fake_add(DX_QUERY_RUNNERS), DX_FIELD_TEXT, "disconnected by canary");
    fake_text(fake_add(DX_QUERY_POOLS), DX_FIELD_TEXT, "disconnected by canary");
    cr_expect_str_eq(seen(DX_QUERY_RUNNERS, DX_FIELD_TEXT), "(hidden)");
    cr_expect_str_eq(seen(DX_QUERY_POOLS, DX_FIELD_TEXT), "(hidden)");
    for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
        fake_text(fake_add(says[i]), DX_FIELD_TEXT,
                  "rule x fails: duplicate series {pool=\"linux\", user=\"canary\"}");
        cr_expect(strncmp(seen(says[i], DX_FIELD_TEXT),
                          "rule x fails: duplicate series {pool=\"linux\", user=\"label-", 57) == 0,
                  "%s", seen(says[i], DX_FIELD_TEXT));
    }
}

/* It goes into a URL, too. */
Test(redact, a_query_that_asks_for_people_is_not_told)
{
    struct fake_row *series = fake_add(DX_QUERY_SERIES);

    fake_text(series, DX_FIELD_DEFINITION, "sum by (pool) (ci_jobs{refs=\"7\"})");
    cr_expect_str_eq(seen(DX_QUERY_SERIES, DX_FIELD_DEFINITION),
                     "sum by (pool) (ci_jobs{refs=\"7\"})");
    fake_text(series, DX_FIELD_DEFINITION, "sum(ci_jobs{author=~\"bob|ann\"})");
    cr_expect_str_eq(seen(DX_QUERY_SERIES, DX_FIELD_DEFINITION), "");
}

Test(redact, without_a_key_nothing_is_said)
{
    struct fake_row *row = fake_add(DX_QUERY_RUNS);

    redact.has_key = false;
    fake_text(row, DX_FIELD_ACTOR, "canary");
    cr_expect_str_eq(seen(DX_QUERY_RUNS, DX_FIELD_ACTOR), "(hidden)");
}
