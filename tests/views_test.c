#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "run.h"

/* The views that a configuration without views gets: panels of CI and of tickets only
 * where there may be such, for an empty panel would say that nothing waits. */
static const struct {
    const char *sources;
    bool ci, tickets, tiles;
} cases[] = {
    { "[{type: prometheus, url: 'http://127.0.0.1:1', queries: {up: up}}]", false, false, false },
    { "[{type: prometheus, url: 'http://127.0.0.1:1', queries: {up: up}}]\n"
      "kpis: {change_failure: {query: up}}",
      false, false, true },
    { "[{type: prometheus, url: 'http://127.0.0.1:1', queries: {up: up}}, "
      "{type: alertmanager, url: 'http://127.0.0.1:1'}]",
      false, false, false },
    { "[{type: prometheus, url: 'http://127.0.0.1:1', queries: {up: up}}, "
      "{type: github, org: acme}]",
      true, false, true },
    { "[{type: exec, command: [/bin/true]}]", true, false, true },
    { "[{type: github, org: acme}, {type: jira, url: 'http://127.0.0.1:1'}]", true, true, true },
    { "[{type: jira, url: 'http://127.0.0.1:1'}]", false, true, true },
};

/* With rules what they say is a view; without, alerts stand beside metrics. */
Test(views, rules_have_one, .timeout = 60)
{
    set_paths();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *dir = test_dir(), file[512];
        const char *argv[] = { "dxtop",  "-c",     file,     "--state", dir, "screen",
                               "--size", "120x40", "--view", "Alerts",  NULL };
        char *text;
        int code;

        snprintf(file, sizeof(file), "%s/t.yaml", dir);
        write_file(file, "rules: {a: {pool: x, above: 1m}}\nsources: %s\n", cases[i].sources);
        text = program_run(argv, &code);
        cr_expect_eq(code, 0, "%s", text);
        cr_expect(strstr(text, "\u256d\u2500 Rules "), "%s\n%s", cases[i].sources, text);
        cr_expect(strstr(text, "\u256d\u2500 Alerts "), "%s\n%s", cases[i].sources, text);
        free(text);
        free(dir);
    }
}

Test(views, are_of_what_the_sources_can_tell, .timeout = 60)
{
    set_paths();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *dir = test_dir(), file[512];
        const char *argv[] = { "dxtop",  "-c",     file,     "--state", dir,
                               "screen", "--size", "120x40", NULL };
        char *text;
        int code;

        snprintf(file, sizeof(file), "%s/t.yaml", dir);
        write_file(file, "sources: %s\n", cases[i].sources);
        text = program_run(argv, &code);
        cr_expect_eq(code, 0, "%s", text);
        cr_expect_eq(strstr(text, "Queues") != NULL, cases[i].ci, "%s\n%s", cases[i].sources, text);
        cr_expect_eq(strstr(text, " Tickets") != NULL, cases[i].tickets, "%s\n%s", cases[i].sources,
                     text);
        cr_expect_eq(strstr(text, "Health") != NULL, cases[i].tiles, "%s\n%s", cases[i].sources,
                     text);
        /* in the overview, or a key away */
        cr_expect(strstr(text, "Alerts") || strstr(text, " Metrics"), "%s", text);
        free(text);
        free(dir);
    }
}
