/* company_views: a configuration with all views of its CI, beside the company's store. */
#include "config.h"

#include "company_kit.h"
#include "run.h"

void company_config(const char *path, const char *store)
{
    write_file(
        path,
        "title: acme\nstore: %s\n"
        "views:\n"
        "  - name: Overview\n    rows:\n"
        "      - weight: 3\n        panels:\n"
        "          - {panel: queue, goals: {windows: 10m, macos: 10m, release: 1m}, priority: 0}\n"
        "          - {panel: pipelines, priority: 1}\n"
        "      - weight: 2\n        panels:\n"
        "          - {panel: flaky, priority: 2}\n"
        "          - {panel: failures, priority: 3}\n"
        "  - name: Queues\n    rows:\n"
        "      - panels: [{panel: queue, show: heat, goals: {windows: 10m, macos: 10m}, priority: "
        "0}]\n"
        "      - weight: 2\n        panels:\n"
        "          - {panel: queue, show: graph, follow: yes, weight: 2, priority: 2}\n"
        "          - {panel: queue, follow: yes, weight: 3, priority: 1}\n"
        "  - name: Pipelines\n    rows:\n"
        "      - panels:\n"
        "          - {panel: pipelines, priority: 0}\n"
        "          - {panel: pipelines, follow: yes, priority: 1}\n"
        "      - panels:\n"
        "          - {panel: pipelines, follow: yes, priority: 3}\n"
        "          - {panel: pipelines, follow: yes, priority: 2}\n"
        "  - name: Flaky\n    rows:\n"
        "      - panels: [{panel: flaky, priority: 0}]\n"
        "      - panels:\n"
        "          - {panel: flaky, follow: yes, weight: 3, priority: 1}\n"
        "          - {panel: flaky, show: detail, follow: yes, weight: 2, priority: 2}\n"
        "  - name: Failures\n    rows:\n"
        "      - panels: [{panel: failures, priority: 0}]\n"
        "      - weight: 2\n        panels:\n"
        "          - {panel: failures, follow: yes, priority: 1}\n"
        "          - {panel: failures, follow: yes, priority: 2}\n"
        "  - name: Runs\n    rows:\n"
        "      - weight: 2\n        panels: [{panel: runs, priority: 0}]\n"
        "      - panels:\n"
        "          - {panel: runs, follow: yes, priority: 1}\n"
        "          - {panel: runs, follow: yes, priority: 2}\n",
        store);
}

void company_health(const char *path, const char *store)
{
    write_file(path,
               "title: acme\nstore: %s\nviews:\n  - name: Health\n    rows:\n"
               "      - panels: [{panel: overview, priority: 0}]\n"
               "      - panels: [{panel: queue, priority: 1}, {panel: pipelines, priority: 2}]\n",
               store);
}
