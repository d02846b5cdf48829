/* ticket_words: names of priorities and of machines. */
#include "config.h"

#include "source/ticket_words.h"

#include <string.h>
#include <strings.h>

#include "source/pattern.h"

/* Those of Jira, ServiceNow and service desks, and what companies call theirs. plain: as
 * a label without "priority" before it, it means nothing else. */
static const struct {
    const char *name;
    int priority;
    bool plain;
} names[] = {
    { "highest", 1, false }, { "high", 2, false },    { "medium", 3, false },
    { "low", 4, false },     { "lowest", 5, false },  { "p0", 1, true },
    { "p1", 1, true },       { "p2", 2, true },       { "p3", 3, true },
    { "p4", 4, true },       { "p5", 5, true },       { "sev0", 1, true },
    { "sev1", 1, true },     { "sev2", 2, true },     { "sev3", 3, true },
    { "sev4", 4, true },     { "sev5", 5, true },     { "s1", 1, true },
    { "s2", 2, true },       { "s3", 3, true },       { "s4", 4, true },
    { "blocker", 1, true },  { "urgent", 1, true },   { "critical", 1, true },
    { "major", 2, false },   { "normal", 3, false },  { "moderate", 3, false },
    { "minor", 4, false },   { "trivial", 5, false }, { "planning", 5, false },
};

static const char apart[] = " :-./_=";

/* "P1 - Critical" begins with the word; "high" does not begin with "highest". */
static bool begins_with(const char *text, const char *word)
{
    size_t len = strlen(word);

    return strncasecmp(word, text, len) == 0 && (!text[len] || strchr(apart, text[len]));
}

static int own_priority(const struct dx_items *own, const char *name)
{
    const struct dx_pair *pair = own ? own->item : NULL;

    for (size_t i = 0; own && i < own->count; i++)
        if (strcasecmp(pair[i].name, name) == 0)
            return pair[i].value[0] - '0';
    return 0;
}

static int known_priority(const char *name, bool plain)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if ((names[i].plain || !plain) && begins_with(name, names[i].name))
            return names[i].priority;
    return 0;
}

int ticket_priority(const struct dx_items *own, const char *name)
{
    int priority = own_priority(own, name);

    if (priority == 0)
        priority = known_priority(name, false);
    /* "1 - Critical", "2" */
    if (priority == 0 && strspn(name, "12345") == 1 &&
        (!name[1] || (strchr(apart, name[1]) && strspn(name + 1, ".0123456789") < 2)))
        priority = name[0] - '0';
    return priority;
}

int ticket_label_priority(const struct dx_items *own, const char *label)
{
    static const char *const before[] = { "priority", "prio", "severity", "urgency", "sev" };
    int priority = own_priority(own, label);

    if (priority == 0)
        priority = known_priority(label, true);
    for (size_t i = 0; priority == 0 && i < sizeof(before) / sizeof(before[0]); i++) {
        const char *rest = label + strlen(before[i]);

        if (begins_with(label, before[i]) && *rest)
            priority = ticket_priority(own, rest + strspn(rest, apart));
    }
    return priority;
}

bool ticket_is_bot(const struct dx_items *own, const char *login)
{
    static const char *machines[] = { "*-bot", "*_bot", "*\\[bot]" };
    static const struct dx_items usual = { machines, sizeof(machines) / sizeof(machines[0]) };

    return pattern_fits(&usual, login, PATTERN_ANY_CASE) ||
           pattern_fits(own, login, PATTERN_ANY_CASE);
}

bool ticket_check_priority(const struct dx_items *own, const char *option, struct dx_error *err)
{
    const struct dx_pair *pair = own->item;

    for (size_t i = 0; i < own->count; i++)
        if (strlen(pair[i].value) != 1 || !strchr("12345", pair[i].value[0]))
            return dx_fail(err, DX_FAULT_CONFIG,
                           "`%s`: \"%.60s\" is 1, the most urgent, to 5, not \"%.20s\"", option,
                           pair[i].name, pair[i].value);
    return true;
}
