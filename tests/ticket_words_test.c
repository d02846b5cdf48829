/* ticket_words: names of priorities. */
#include "config.h"

#include <criterion/criterion.h>
#include <string.h>

#include "source/ticket_words.h"

static struct dx_pair pairs[] = { { "Whenever", "5" }, { "P1", "2" } };
static const struct dx_items own = { pairs, 2 }, none = { 0 };

Test(ticket_words, names_of_priorities)
{
    static const struct {
        const char *name;
        int priority;
    } cases[] = {
        { "Highest", 1 },
        { "high", 2 },
        { "Medium", 3 },
        { "LOW", 4 },
        { "Lowest", 5 },
        { "P1", 1 },
        { "P2 - urgent", 2 },
        { "1 - Critical", 1 },
        { "3 - Moderate", 3 },
        { "5 - Planning", 5 },
        { "4", 4 },
        { "Sev2", 2 },
        { "Blocker", 1 },
        { "", 0 },
        { "Highland", 0 },
        { "0", 0 },
        { "6", 0 },
        { "12", 0 },
        { "2.5", 0 },
        { "Whenever", 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(ticket_priority(&none, cases[i].name), cases[i].priority, "%s: %d",
                     cases[i].name, ticket_priority(&none, cases[i].name));
    cr_expect_eq(ticket_priority(&own, "whenever"), 5);
    cr_expect_eq(ticket_priority(&own, "P1"), 2, "the user's own count first");
    cr_expect_eq(ticket_priority(NULL, "P1"), 1);
}

Test(ticket_words, labels_that_tell_a_priority)
{
    static const struct {
        const char *label;
        int priority;
    } cases[] = {
        { "priority: 2", 2 },
        { "priority::1", 1 },
        { "Priority/High", 2 },
        { "prio-low", 4 },
        { "severity::4", 4 },
        { "sev: 3", 3 },
        { "sev1", 1 },
        { "P3", 3 },
        { "critical", 1 },
        { "high", 0 },
        { "minor", 0 },
        { "3", 0 },
        { "prioritised", 0 },
        { "priority", 0 },
        { "priority:", 0 },
        { "severe", 0 },
        { "", 0 },
        { "low-code-ui", 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(ticket_label_priority(&none, cases[i].label), cases[i].priority, "%s: %d",
                     cases[i].label, ticket_label_priority(&none, cases[i].label));
    cr_expect_eq(ticket_label_priority(&own, "Whenever"), 5);
}

Test(ticket_words, logins_of_machines)
{
    static const char *patterns[] = { "jenkins*" };
    const struct dx_items mine = { patterns, 1 };
    static const struct {
        const char *login;
        bool bot;
    } cases[] = { { "triage-bot", true }, { "Renovate[bot]", true },
                  { "ci_bot", true },     { "jenkins-7", true },
                  { "abbot", false },     { "bot-tom", false },
                  { "", false },          { "b", false },
                  { "o", false } };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        cr_expect_eq(ticket_is_bot(&mine, cases[i].login), cases[i].bot, "%s", cases[i].login);
}

Test(ticket_words, a_priority_is_1_to_5)
{
    static struct dx_pair bad[] = { { "Whenever", "6" } };
    const struct dx_items six = { bad, 1 };
    struct dx_error err = { 0 };

    cr_expect(ticket_check_priority(&own, "priority", &err));
    cr_expect_not(ticket_check_priority(&six, "priority", &err));
    cr_expect(strstr(err.text, "not \"6\""), "%s", err.text);
}
