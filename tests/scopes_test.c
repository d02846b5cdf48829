/* Which scopes or roles suffice: what sources say of what they are configured for. */
#include "config.h"

#include <stdio.h>

#include <criterion/criterion.h>

#include "collect/kinds.h"
#include "core/buf.h"
#include "core/mem.h"
#include "source/source.h"

static const struct {
    const char *source, *scopes;
} cases[] = {
    { "type: github, org: acme, issues: yes",
      "to read Metadata, Actions, Issues; for runners: Self-hosted runners of the organisation; "
      "for annotations: Checks, which a fine-grained token cannot be given; a classic token: "
      "repo, admin:org" },
    { "type: github, repos: [a/b], annotations: no",
      "to read Metadata, Actions; for runners: Administration; a classic token: repo" },
    { "type: github, org: acme, annotations: no, runners: no, issues: yes, reviews: yes",
      "to read Metadata, Actions, Issues, Pull requests; a classic token: repo" },
    { "type: github, org: acme, annotations: no, runners: no",
      "to read Metadata, Actions; a classic token: repo" },
    { "type: gitlab, group: acme", "read_api, as Reporter; for runners: Owner of the group" },
    { "type: gitlab, projects: [a/b]",
      "read_api, as Reporter; for runners: Maintainer of the projects" },
    { "type: gitlab, projects: [a/b], runners: no", "read_api, as Reporter" },
    { "type: jenkins", "Overall/Read, Job/Read" },
    { "type: azure", "Project and Team (read), Build (read), Agent Pools (read)" },
    { "type: azure, pools: no", "Project and Team (read), Build (read)" },
    { "type: jira", "Browse Projects; for SLAs and queues: agent of the service desk; of a token "
                    "with scopes: read:jira-work, read:jira-user, read:servicedesk-request" },
    { "type: jira, service_desk: no",
      "Browse Projects; of a token with scopes: read:jira-work, read:jira-user" },
    { "type: servicenow", "itil, and read access to sys_journal_field (responses), sys_audit "
                          "(pauses)" },
    { "type: servicenow, tables: [incident], slas: no, responses: no, pauses: no",
      "sn_incident_read" },
    { "type: servicenow, tables: [incident, u_idea], responses: no, pauses: no",
      "itil, and read access to u_idea" },
};

static void expect(const char *source, const char *scopes)
{
    struct config_kinds kinds = kinds_of_sources(), none = { 0 };
    struct config config = { 0 };
    struct arena arena = { 0 };
    const struct source *kind;
    struct buf complaints;
    char text[300];

    buf_init(&complaints, 4096);
    snprintf(text, sizeof(text), "sources:\n  - {%s, name: a, url: 'http://127.0.0.1:1'}\n",
             source);
    config_load(&config, "t.yaml", text, &kinds, &none, &complaints);
    cr_assert_eq(complaints.len, 0, "%s", complaints.bytes);
    kind = config.sources[0].kind;
    cr_expect_str_eq(kind->scopes(config.sources[0].settings, &arena), scopes, "%s", source);
    arena_free(&arena);
    config_done(&config);
    buf_done(&complaints);
}

Test(scopes, are_those_of_what_is_configured)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect(cases[i].source, cases[i].scopes);
}

/* Who wants a token by the nature of his server has something to say of it. */
Test(scopes, of_metrics_and_programs_are_none)
{
    for (size_t i = 0; sources[i]; i++)
        cr_expect_eq(sources[i]->scopes == NULL,
                     sources[i] == &source_prometheus || sources[i] == &source_alertmanager ||
                         sources[i] == &source_exec,
                     "%s", sources[i]->name);
}
