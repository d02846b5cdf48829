/* views: what is shown when the configuration names no views. */
#include "config.h"

#include "app/views.h"

#include <stdbool.h>

#include "core/mem.h"

#define SOURCES                                                                                    \
    "  - name: Sources\n"                                                                          \
    "    rows:\n"                                                                                  \
    "      - {weight: 1, panels: [sources]}\n"                                                     \
    "      - {weight: 2, panels: [log]}\n"

/* Of metrics alone; above: the key numbers, where some are fed. */
#define OF_METRICS(above)                                                                          \
    "views:\n"                                                                                     \
    "  - name: Overview\n"                                                                         \
    "    rows:\n" above "      - {weight: 3, panels: [{panel: metric, show: table}]}\n"            \
    "      - {weight: 2, panels: [alerts, sources]}\n"                                             \
    "  - name: Alerts\n"                                                                           \
    "    rows:\n"                                                                                  \
    "      - {panels: [{panel: alerts, resolved: 1d}]}\n"
#define TILES "      - panels: [{panel: overview, priority: 0}]\n"
#define OF_TICKETS                                                                                 \
    "views:\n"                                                                                     \
    "  - name: Overview\n"                                                                         \
    "    rows:\n" TILES "      - {weight: 3, panels: [{panel: tickets, priority: 1}]}\n"           \
    "      - weight: 2\n"                                                                          \
    "        panels:\n"                                                                            \
    "          - {panel: tickets, follow: yes, weight: 3, priority: 3}\n"                          \
    "          - {panel: sources, weight: 2, priority: 2}\n"
#define RULES_TOO "      - {panels: [rules]}\n"

/* Each view: what there is, and beside it what is in the selected row. A list of priority 0
 * keeps room for more of that row under itself: the pools have a panel for it. beside: the flaky
 * jobs in the overview. */
#define OVERVIEW(beside)                                                                           \
    "views:\n"                                                                                     \
    "  - name: Overview\n"                                                                         \
    "    rows:\n" TILES "      - weight: 3\n"                                                      \
    "        panels: [{panel: queue, priority: 0}, {panel: pipelines, priority: 1}]\n"             \
    "      - weight: 2\n"                                                                          \
    "        panels:\n"                                                                            \
    "          - {panel: flaky, weight: 6, priority: 3}\n"                                         \
    "          - {panel: " beside ", weight: 6, priority: 2}\n"                                    \
    "          - {panel: sources, weight: 5, priority: 4, min_cols: 180}\n"
#define CI                                                                                         \
    "  - name: Queues\n"                                                                           \
    "    rows:\n"                                                                                  \
    "      - panels: [{panel: queue, show: heat, priority: 1}]\n"                                  \
    "      - weight: 2\n"                                                                          \
    "        panels:\n"                                                                            \
    "          - {panel: queue, show: graph, follow: yes, weight: 2, priority: 3}\n"               \
    "          - {panel: queue, follow: yes, weight: 3, priority: 2}\n"                            \
    "  - name: Pipelines\n"                                                                        \
    "    rows:\n"                                                                                  \
    "      - panels: [{panel: pipelines, priority: 0}, {panel: pipelines, follow: yes, priority: " \
    "1}]\n"                                                                                        \
    "      - panels:\n"                                                                            \
    "          - {panel: pipelines, follow: yes, priority: 3}\n"                                   \
    "          - {panel: pipelines, follow: yes, priority: 2}\n"                                   \
    "  - name: Flaky\n"                                                                            \
    "    rows:\n"                                                                                  \
    "      - panels: [{panel: flaky, priority: 0}]\n"                                              \
    "      - panels:\n"                                                                            \
    "          - {panel: flaky, follow: yes, weight: 3, priority: 1}\n"                            \
    "          - {panel: flaky, show: detail, follow: yes, weight: 2, priority: 2}\n"
#define FAILURES                                                                                   \
    "  - name: Failures\n"                                                                         \
    "    rows:\n"                                                                                  \
    "      - panels: [{panel: failures, priority: 0}]\n"                                           \
    "      - weight: 2\n"                                                                          \
    "        panels:\n"                                                                            \
    "          - {panel: failures, follow: yes, priority: 1}\n"                                    \
    "          - {panel: failures, follow: yes, priority: 2}\n"
#define METRICS                                                                                    \
    "  - name: Metrics\n"                                                                          \
    "    rows:\n"                                                                                  \
    "      - {weight: 3, panels: [{panel: metric, show: table}]}\n"                                \
    "      - {weight: 2, panels: [{panel: alerts, resolved: 1d}]}\n"
/* With rules of its own, what they say comes first. */
#define ALERTS                                                                                     \
    "  - name: Alerts\n"                                                                           \
    "    rows:\n"                                                                                  \
    "      - {weight: 3, panels: [{panel: alerts, resolved: 1d, priority: 0}]}\n"                  \
    "      - {weight: 3, panels: [{panel: rules, priority: 1}]}\n"                                 \
    "      - {weight: 2, panels: [{panel: metric, show: table, priority: 2}]}\n"
/* How they fare stands beside the list where that keeps room for its titles. */
#define TICKETS                                                                                    \
    "  - name: Tickets\n"                                                                          \
    "    rows:\n"                                                                                  \
    "      - weight: 3\n"                                                                          \
    "        panels:\n"                                                                            \
    "          - {panel: tickets, weight: 13, priority: 0}\n"                                      \
    "          - {panel: desk, show: [replies, categories], weight: 7, priority: 2, min_cols: "    \
    "108}\n"                                                                                       \
    "      - weight: 2\n"                                                                          \
    "        panels:\n"                                                                            \
    "          - {panel: tickets, follow: yes, weight: 13, priority: 1}\n"                         \
    "          - {panel: desk, show: [days], weight: 7, priority: 3, min_cols: 108}\n"

#define RUNBOOKS                                                                                   \
    "  - name: Runbooks\n"                                                                         \
    "    rows:\n"                                                                                  \
    "      - panels:\n"                                                                            \
    "          - {panel: runbooks, priority: 0}\n"                                                 \
    "          - {panel: runbooks, follow: yes, weight: 2, priority: 1}\n"

char *views_builtin(unsigned of)
{
    const bool ci = of & VIEWS_OF_CI, tickets = of & VIEWS_OF_TICKETS, rules = of & VIEWS_OF_RULES;
    const char *first = of & VIEWS_OF_KPIS ? OF_METRICS(TILES) : OF_METRICS("");
    const char *metrics = rules ? ALERTS : METRICS;

    if (ci)
        first = tickets ? OVERVIEW("tickets") CI : OVERVIEW("alerts") CI;
    else if (tickets)
        first = OF_TICKETS;
    return mem_print("%s%s%s%s%s%s%s", first, rules && !ci && !tickets ? RULES_TOO : "",
                     tickets ? TICKETS : "", ci ? FAILURES : "",
                     of & VIEWS_OF_RUNBOOKS ? RUNBOOKS : "", ci || tickets ? metrics : "", SOURCES);
}
