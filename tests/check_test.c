/* `--check`: what it finds of sources, in words and as JSON. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "collect/collect.h"
#include "collect_kit.h"

TestSuite(check, .init = collector_start, .fini = collector_stop, .timeout = 60);

static int check_text(void *self)
{
    (void)self;
    return collect_check(&collector.config, &collector.clock, false);
}

static int check_json(void *self)
{
    (void)self;
    return collect_check(&collector.config, &collector.clock, true);
}

/* What it prints, with the milliseconds and the port out of it. */
static const char *checked(int code)
{
    static char text[8192];
    const char *url = server_url(collector.server[0]);
    size_t n = 0;

    child_start(check_text, NULL);
    cr_expect_eq(child_code(), code, "%s", child_printed());
    for (const char *p = child_printed(); *p && n + 8 < sizeof(text);) {
        if (strncmp(p, url, strlen(url)) == 0) {
            n += (size_t)sprintf(text + n, "URL");
            p += strlen(url);
        } else if (strncmp(p, " in ", 4) == 0) {
            n += (size_t)sprintf(text + n, " in N");
            p += 4 + strspn(p + 4, "0123456789");
        } else {
            text[n++] = *p++;
        }
    }
    text[n] = '\0';
    return text;
}

#define AT_T0 "Date: Mon, 21 Sep 2026 14:13:20 GMT\r\n"

Test(check, a_source_that_is_well)
{
    collector_sources(1, "");
    server_ok(collector.server[0], AT_T0, "[]");
    server_ok(collector.server[0], AT_T0, "{\"versionInfo\": {\"version\": \"0.28.1\"}}");
    cr_expect_str_eq(checked(COLLECT_OK), "✓ a (alertmanager, URL)\n"
                                          "  ✓ reachable      in N ms\n"
                                          "  ✓ authenticated  yes\n"
                                          "  ✓ version        0.28.1\n"
                                          "  ✓ clock skew     0.5 s\n"
                                          "  ✓ requests       360 an hour\n");
    cr_expect_not(kit_exists(""), "it made a store");
}

Test(check, one_that_refuses_and_whose_clock_is_wrong)
{
    collector_sources(1, ", token: {env: DX_TEST_TOKEN}");
    setenv("DX_TEST_TOKEN", "s3cret", 1);
    server_say(collector.server[0], 0,
               "HTTP/1.1 401 No\r\nDate: Mon, 21 Sep 2026 14:14:20 GMT\r\n"
               "Content-Length: 0\r\n\r\n");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "✗ a (alertmanager, URL)\n  ✓ reachable"), "%s", text);
    cr_expect(strstr(text, "✗ authenticated  refused (401)"), "%s", text);
    cr_expect(strstr(text, "✗ clock skew     60.5 s; set one of the clocks right"), "%s", text);
    cr_expect_null(strstr(text, "s3cret"));
    cr_expect_eq(server_requests(collector.server[0]), 1, "a refused source was asked on");
}

Test(check, one_that_is_something_else)
{
    collector_sources(1, "");
    server_ok(collector.server[0], "Content-Type: text/html\r\n", "<title>Welcome</title>");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "✓ authenticated  yes\n  ✗ answers        answered with a web page"),
              "%s", text);
    cr_expect(strstr(text, "version        not said"), "%s", text);
    cr_expect(strstr(text, "clock skew     not said"), "%s", text);
}

static const char no_runs[] = "{\"total_count\": 0, \"workflow_runs\": []}";

/* A poll begins with one request; what it takes depends on how many repositories there
 * are, on all pages of their list. */
Test(check, an_organisation_takes_what_its_repositories_take)
{
    char text[300], link[200];
    const char *said;

    snprintf(text, sizeof(text),
             "sources:\n  - {type: github, name: a, url: '%s', org: acme, runners: no,"
             " every: 30s}\n",
             server_url(collector.server[0]));
    collector_load(text);
    snprintf(link, sizeof(link), "Link: <%s/orgs/acme/repos?page=2>; rel=\"next\"\r\n",
             server_url(collector.server[0]));
    server_ok(collector.server[0], link,
              "[{\"full_name\": \"acme/a\"}, {\"full_name\": \"acme/b\"},"
              " {\"full_name\": \"acme/c\"}]");
    server_ok(collector.server[0], "", "{}");
    for (int i = 0; i < 3; i++)
        server_ok(collector.server[0], "", no_runs);
    server_ok(collector.server[0], "",
              "[{\"full_name\": \"acme/d\"}, {\"full_name\": \"acme/e\"}]");
    server_ok(collector.server[0], "", no_runs);
    said = checked(COLLECT_OK);
    cr_expect(strstr(said, "requests       about 180 an hour that count: 120 polls of 1, and lists"
                           " led to 5 more\n"),
              "%s", said);
    cr_expect_eq(server_requests(collector.server[0]), 8,
                 "both pages, the probe, and may each be read");
}

/* What it says of the token is what the collector would find. */
static const char *check_of_two(const char *first, int code)
{
    char text[300];

    snprintf(text, sizeof(text),
             "sources:\n  - {type: github, name: a, url: '%s', org: acme, runners: no,"
             " every: 30s}\n",
             server_url(collector.server[0]));
    collector_load(text);
    server_ok(collector.server[0], "",
              "[{\"full_name\": \"acme/a\"}, {\"full_name\": \"acme/b\"}]");
    server_ok(collector.server[0], "", "{}");
    if (first)
        server_ok(collector.server[0], "", first);
    server_say(collector.server[0], 0, "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n");
    return checked(code);
}

Test(check, a_token_that_may_list_repositories_and_read_none)
{
    const char *said = check_of_two(NULL, COLLECT_SOURCE_FAILED);

    cr_expect(strstr(said, "  ✗ answers        the token may list 2 repositories and read the runs "
                           "of none: it needs Actions (read)"),
              "%s", said);
}

Test(check, a_token_that_may_read_some)
{
    const char *said = check_of_two(no_runs, COLLECT_OK);

    cr_expect(strstr(said, "  ✗ may read       1 of 2 repositories are refused or not there"), "%s",
              said);
}

Test(check, one_that_is_not_there)
{
    collector_load("sources:\n  - {type: alertmanager, name: a, url: 'http://127.0.0.1:1'}\n");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "  ✗ reachable      "), "%s", text);
    cr_expect_null(strstr(text, "authenticated"), "%s", text);
}

/* What would do, whether the source is reached or not. */
Test(check, says_which_scopes_suffice)
{
    static const char want[] = "Browse Projects; of a token with scopes: read:jira-work, "
                               "read:jira-user";
    json_t *list;
    const char *text;

    collector_load(
        "sources:\n  - {type: jira, name: a, url: 'http://127.0.0.1:1', service_desk: no}\n");
    text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "\n  · scopes         Browse Projects; of a token with scopes: "
                           "read:jira-work, read:jira-user\n"),
              "%s", text);
    child_start(check_json, NULL);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    list = json_loads(child_printed(), 0, NULL);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "scopes")), want,
                     "%s", child_printed());
    json_decref(list);
}

Test(check, one_whose_secret_is_missing)
{
    collector_sources(1, ", token: {env: DX_TEST_NONE}");
    unsetenv("DX_TEST_NONE");
    const char *text = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(text, "  ✗ secrets        the variable DX_TEST_NONE is not set\n"), "%s",
              text);
    cr_expect_eq(server_requests(collector.server[0]), 0);
}

/* Tickets and reviews are records as runs are. */
Test(check, a_program)
{
    collector_load("sources: [{type: exec, name: desk, command: [echo, '"
                   "{\"type\": \"ticket\", \"key\": \"A-1\", \"title\": \"t\", \"created_at\": 1}"
                   "']}]\n");
    cr_expect_str_eq(checked(COLLECT_OK), "✓ desk (exec)\n"
                                          "  ✓ ran            in N ms\n"
                                          "  · records        1\n");
}

Test(check, none)
{
    collector_load("sources: []\n");
    cr_expect_str_eq(checked(COLLECT_OK), "the configuration names no sources\n");
}

Test(check, as_json)
{
    static const char *const keys[] = {
        "source",        "type",    "url",        "ok",      "reachable",
        "authenticated", "version", "latency_ms", "skew_ms", "requests_per_hour",
        "scopes",        "error"
    };
    json_t *list, *a, *b;
    const char *key;
    json_t *value;
    size_t n = 0;

    collector_sources(2, "");
    server_ok(collector.server[0], "", "[]");
    server_ok(collector.server[0], "", "{\"versionInfo\": {\"version\": \"0.28.1\"}}");
    server_say(collector.server[1], 0, "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n");
    child_start(check_json, NULL);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    list = json_loads(child_printed(), 0, NULL);
    cr_assert_eq(json_array_size(list), 2, "%s", child_printed());
    a = json_array_get(list, 0);
    b = json_array_get(list, 1);
    json_object_foreach (a, key, value) {
        cr_assert_lt(n, sizeof(keys) / sizeof(keys[0]));
        cr_expect_str_eq(key, keys[n++]);
    }
    cr_expect_eq(n, sizeof(keys) / sizeof(keys[0]));
    cr_expect(json_is_true(json_object_get(a, "ok")));
    cr_expect_str_eq(json_string_value(json_object_get(a, "version")), "0.28.1");
    cr_expect(json_is_null(json_object_get(a, "skew_ms")), "no Date was sent");
    cr_expect(json_is_null(json_object_get(a, "scopes")), "an Alertmanager has none");
    cr_expect_str_eq(json_string_value(json_object_get(a, "error")), "");
    cr_expect(json_is_false(json_object_get(b, "ok")));
    cr_expect(json_is_true(json_object_get(b, "reachable")));
    cr_expect(strstr(json_string_value(json_object_get(b, "error")), "503"));
    json_decref(list);
}

static void put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0, "%s", path);
}

Test(check, files_that_the_configuration_names)
{
    char text[600], csv[96], books[96];
    const char *said;

    (void)snprintf(csv, sizeof(csv), "%s/csat.csv", kit.dir);
    (void)snprintf(books, sizeof(books), "%s/books", kit.dir);
    (void)snprintf(text, sizeof(text),
                   "runbooks: %s\nkpis: {csat: {file: %s, unit: scores}, onboarding: {query: q}}\n",
                   books, csv);
    collector_load(text);
    said = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(said, "✗ kpi csat: /"), "%s", said);
    cr_expect(strstr(said, "/csat.csv: cannot be read: No such file or directory\n"), "%s", said);
    cr_expect(strstr(said, "✗ runbooks: /"), "%s", said);
    cr_expect(strstr(said, "/books: No such file or directory\n"), "%s", said);

    put_file(csv, "date,value\n2026-09-01,4\n2026-09-02,7\n");
    cr_assert_eq(mkdir(books, 0700), 0);
    said = checked(COLLECT_SOURCE_FAILED);
    cr_expect(strstr(said, "/csat.csv: 7 is no score from 1 to 5\n"), "%s", said);
    cr_expect(strstr(said, "✓ runbooks: /"), "%s", said);

    put_file(csv, "date,value\n2026-09-01,4\n2026-09-02,5\n");
    said = checked(COLLECT_OK);
    cr_expect(strstr(said, "✓ kpi csat: /"), "%s", said);
    cr_expect(strstr(said, "/csat.csv: 2 values\n"), "%s", said);
    cr_expect_null(strstr(said, "onboarding"));
}

Test(check, files_that_cannot_be_read_do_not_end_in_json)
{
    collector_load("runbooks: /nonexistent/books\n");
    child_start(check_json, NULL);
    cr_expect_eq(child_code(), COLLECT_SOURCE_FAILED);
    cr_expect_str_eq(child_printed(), "[]\n");
}

/* JSON with half a character in it is none, and all that was found of the source would be gone. */
Test(check, as_json_what_is_cut_is_cut_between_characters)
{
    char body[200], version[64];
    json_t *list;

    memset(version, 'v', sizeof(version) - 1);
    version[62] = '\0';
    (void)snprintf(body, sizeof(body), "{\"versionInfo\": {\"version\": \"%sé\"}}", version);
    collector_sources(1, "");
    server_ok(collector.server[0], "", "[]");
    server_ok(collector.server[0], "", body);
    child_start(check_json, NULL);
    cr_expect_eq(child_code(), COLLECT_OK);
    list = json_loads(child_printed(), 0, NULL);
    cr_assert_eq(json_array_size(list), 1, "%s", child_printed());
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(list, 0), "version")),
                     version);
    json_decref(list);
}
