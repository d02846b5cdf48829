/* rules: the company's alerting rules, and what its Alertmanager does with alerts. */
#include "config.h"

#include "sim/rules.h"

const struct rule rules[] = {
    { .group = "queues",
      .interval_s = 60,
      .name = "NoRunners",
      .query = "ci_runner_online == 0",
      .for_s = 120,
      .severity = "critical",
      .summary = "{{ $labels.pool }} has no runner online" },
    { .group = "queues",
      .interval_s = 60,
      .name = "QueueTooLong",
      .query = "ci_queue_wait_seconds_p95 > ci_queue_goal_seconds",
      .for_s = 300,
      .severity = "critical",
      .summary =
          "{{ $labels.pool }}: jobs wait {{ $value | humanizeDuration }} (p95) for a runner" },
    { .group = "queues",
      .interval_s = 60,
      .name = "JobsStuck",
      .query = "ci_oldest_wait_seconds > 600",
      .for_s = 0,
      .severity = "warning",
      .summary = "{{ $labels.pool }}: the oldest job waits {{ $value | humanizeDuration }}" },
    { .group = "queues",
      .interval_s = 60,
      .name = "RunnersBusy",
      .query = "ci_runner_busy / ci_runner_online > 0.9",
      .for_s = 600,
      .severity = "warning",
      .summary = "{{ $labels.pool }}: {{ $value | humanizePercentage }} of the runners are busy" },
    { .group = "services",
      .interval_s = 60,
      .name = "RegistryErrors",
      .query = "ci_registry_up == 0",
      .for_s = 180,
      .severity = "warning",
      .team = "platform",
      .summary = "the container registry does not answer" },
    { .group = "capacity",
      .interval_s = 3600,
      .name = "CacheDiskFilling",
      .query = "ci_cache_disk_used_ratio > 0.8",
      .for_s = 3600,
      .severity = "info",
      .team = "platform",
      .summary = "the build cache's disk is {{ $value | humanizePercentage }} full" },
    { .group = "capacity",
      .interval_s = 3600,
      .name = "RunnerImageOld",
      .query = "ci_runner_image_age_seconds > 40 * 86400",
      .for_s = 0,
      .severity = "info",
      .summary = "{{ $labels.pool }}: the image is {{ $value | humanizeDuration }} old" },
    { 0 },
};

const struct inhibition inhibitions[] = {
    { "NoRunners", "JobsStuck" },
    { "QueueTooLong", "JobsStuck" },
    { "QueueTooLong", "RunnersBusy" },
    { 0 },
};

const char silenced_alert[] = "RunnerImageOld";
const char receiver_name[] = "devex";

const char alertmanager_config[] = "route:\n"
                                   "  receiver: devex\n"
                                   "  group_by:\n"
                                   "  - alertname\n"
                                   "inhibit_rules:\n"
                                   "- source_matchers:\n"
                                   "  - alertname=\"NoRunners\"\n"
                                   "  target_matchers:\n"
                                   "  - alertname=\"JobsStuck\"\n"
                                   "  equal:\n"
                                   "  - pool\n"
                                   "- source_matchers:\n"
                                   "  - alertname=\"QueueTooLong\"\n"
                                   "  target_matchers:\n"
                                   "  - alertname=~\"JobsStuck|RunnersBusy\"\n"
                                   "  equal:\n"
                                   "  - pool\n"
                                   "receivers:\n"
                                   "- name: devex\n";
