/* Any bytes as a reply of Jira. */
#include "config.h"

#include "fuzz_kit.h"
#include "source/jira.h"

static const char *about(unsigned step)
{
    switch ((enum jira_step)step) {
    case JIRA_NEWS:
    case JIRA_OPEN:
    case JIRA_FILL:
        return "1 50 50 0 0 1 10412";
    case JIRA_CHANGES:
        return "DX-7 1795000000000 2 1-1794000000000,4-1794000060000,1-2,3";
    case JIRA_SERVER:
    case JIRA_MYSELF:
    case JIRA_STATUSES:
    case JIRA_ISSUE:
    case JIRA_FITS:
    case JIRA_COMMENTS:
    case JIRA_REQUESTS:
    case JIRA_SLA:
    case JIRA_DESKS:
    case JIRA_QUEUES:
    case JIRA_TRY:
    case JIRA_STEPS:
        break;
    }
    return "DX-7 712020:ben";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *pauses[] = { "Waiting*", "10005" }, *bots[] = { "auto*" };
    static const struct jira config = { .jql = "labels = ci",
                                        .category = "customfield_10050",
                                        .pauses = { pauses, 2 },
                                        .bots = { bots, 1 } };
    static const struct fuzz_source fuzz = { .source = &source_jira,
                                             .config = &config,
                                             .steps = JIRA_STEPS,
                                             .plain_step = JIRA_STEPS,
                                             .head = "",
                                             .cursor = 1795510000000,
                                             .every_ms = 60000,
                                             .history_ms = 3600000,
                                             .about = about };

    fuzz_source(&fuzz, data, size);
    return 0;
}
