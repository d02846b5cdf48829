/* gitlab: what its words for states and failures mean. */
#include "config.h"

#include "source/gitlab.h"

#include <string.h>
#include <strings.h>

/* A job that is `created` waits for earlier ones, one that is waiting_for_resource
 * for another run, one that is waiting_for_callback for another system: no runner is
 * wanted yet, so none of them may count as waiting for one. A pipeline is `created`
 * for a moment only, before its first jobs are pending. */
static const struct {
    const char *word;
    struct gitlab_state state;
} states[] = {
    { "created",
      { DX_PHASE_QUEUED, DX_PHASE_GATE, DX_RESULT_NONE, "waits for the jobs before it" } },
    { "waiting_for_resource",
      { DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE, "waits for its resource group" } },
    { "waiting_for_callback",
      { DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE, "waits for another system" } },
    { "preparing", { DX_PHASE_QUEUED, DX_PHASE_QUEUED, DX_RESULT_NONE, "is being prepared" } },
    { "pending", { DX_PHASE_QUEUED, DX_PHASE_QUEUED, DX_RESULT_NONE, "" } },
    { "running", { DX_PHASE_RUNNING, DX_PHASE_RUNNING, DX_RESULT_NONE, "" } },
    { "canceling", { DX_PHASE_RUNNING, DX_PHASE_RUNNING, DX_RESULT_NONE, "" } },
    { "manual", { DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE, "waits for a person" } },
    { "scheduled", { DX_PHASE_GATE, DX_PHASE_GATE, DX_RESULT_NONE, "is delayed" } },
    { "success", { DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_SUCCESS, "" } },
    { "failed", { DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_FAILURE, "" } },
    { "canceled", { DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_CANCELLED, "" } },
    { "skipped", { DX_PHASE_DONE, DX_PHASE_DONE, DX_RESULT_SKIPPED, "" } },
};

struct gitlab_state gitlab_state(struct batch *batch, const char *status)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcasecmp(states[i].word, status) == 0)
            return states[i].state;
    batch->unknown++;
    return (struct gitlab_state){ .why = "" };
}

/* Every failure_reason that there is or was. Platform is what GitLab's own SLO counts
 * as the system's, and what a platform team answers for besides: runners that fit,
 * quota, the secrets' provider, the API. UNKNOWN says nothing of who has to act: the
 * log may. Categories are those of the catalogue, so that one outage is one incident
 * whatever system shows it, and "service": GitLab itself. */
static const struct gitlab_reason reasons[] = {
    { "unknown_failure", DX_CAUSE_UNKNOWN, "", NULL },
    { "script_failure", DX_CAUSE_UNKNOWN, "", NULL },
    { "api_failure", DX_CAUSE_PLATFORM, "service", NULL },
    { "stuck_or_timeout_failure", DX_CAUSE_PLATFORM, "capacity", NULL },
    { "stuck_pending_with_matching_runners", DX_CAUSE_PLATFORM, "capacity",
      "stuck_or_timeout_failure" },
    { "stuck_pending_no_matching_runners", DX_CAUSE_PLATFORM, "capacity",
      "stuck_or_timeout_failure" },
    { "no_updates_running", DX_CAUSE_PLATFORM, "runner", "stuck_or_timeout_failure" },
    { "no_updates_canceling", DX_CAUSE_PLATFORM, "runner", "stuck_or_timeout_failure" },
    { "runner_system_failure", DX_CAUSE_PLATFORM, "runner", NULL },
    { "runner_configuration_error", DX_CAUSE_PLATFORM, "runner", "runner_system_failure" },
    { "runner_external_dependency_failure", DX_CAUSE_PLATFORM, "network", "runner_system_failure" },
    { "runner_interrupted", DX_CAUSE_PLATFORM, "runner", "runner_system_failure" },
    { "missing_dependency_failure", DX_CAUSE_CONFIG, "config", NULL },
    { "runner_unsupported", DX_CAUSE_PLATFORM, "runner", NULL },
    { "stale_schedule", DX_CAUSE_PLATFORM, "service", NULL },
    /* Most jobs that run out of their time do so by themselves, but not all. */
    { "job_execution_timeout", DX_CAUSE_UNKNOWN, "", NULL },
    { "server_timeout_running", DX_CAUSE_UNKNOWN, "", "job_execution_timeout" },
    { "server_timeout_canceling", DX_CAUSE_UNKNOWN, "", "job_execution_timeout" },
    { "job_execution_server_timeout", DX_CAUSE_UNKNOWN, "", NULL },
    { "archived_failure", DX_CAUSE_CONFIG, "config", NULL },
    { "unmet_prerequisites", DX_CAUSE_PLATFORM, "service", NULL },
    { "scheduler_failure", DX_CAUSE_PLATFORM, "service", NULL },
    { "data_integrity_failure", DX_CAUSE_PLATFORM, "service", NULL },
    { "forward_deployment_failure", DX_CAUSE_CONFIG, "config", NULL },
    { "failed_outdated_deployment_job", DX_CAUSE_CONFIG, "config", "forward_deployment_failure" },
    { "user_blocked", DX_CAUSE_USER, "user", NULL },
    { "project_deleted", DX_CAUSE_USER, "user", NULL },
    { "ci_quota_exceeded", DX_CAUSE_PLATFORM, "capacity", NULL },
    { "pipeline_loop_detected", DX_CAUSE_CONFIG, "config", NULL },
    { "no_matching_runner", DX_CAUSE_PLATFORM, "capacity", NULL },
    { "trace_size_exceeded", DX_CAUSE_CODE, "log", NULL },
    { "builds_disabled", DX_CAUSE_CONFIG, "config", NULL },
    { "environment_creation_failure", DX_CAUSE_PLATFORM, "service", NULL },
    { "deployment_rejected", DX_CAUSE_USER, "user", NULL },
    { "protected_environment_failure", DX_CAUSE_USER, "user", NULL },
    { "insufficient_bridge_permissions", DX_CAUSE_USER, "user", NULL },
    { "downstream_bridge_project_not_found", DX_CAUSE_CONFIG, "config", NULL },
    { "invalid_bridge_trigger", DX_CAUSE_CONFIG, "config", NULL },
    { "upstream_bridge_project_not_found", DX_CAUSE_CONFIG, "config", NULL },
    { "insufficient_upstream_permissions", DX_CAUSE_USER, "user", NULL },
    { "bridge_pipeline_is_child_pipeline", DX_CAUSE_CONFIG, "config", NULL },
    { "downstream_pipeline_creation_failed", DX_CAUSE_CONFIG, "config", NULL },
    { "downstream_project_trigger_resolved_to_empty", DX_CAUSE_CONFIG, "config", NULL },
    { "secrets_provider_not_found", DX_CAUSE_PLATFORM, "secrets", NULL },
    { "secrets_manager_access_denied", DX_CAUSE_PLATFORM, "secrets", NULL },
    { "reached_max_descendant_pipelines_depth", DX_CAUSE_CONFIG, "config", NULL },
    { "reached_max_pipeline_hierarchy_size", DX_CAUSE_CONFIG, "config", NULL },
    { "reached_downstream_pipeline_trigger_rate_limit", DX_CAUSE_CONFIG, "config", NULL },
    { "ip_restriction_failure", DX_CAUSE_PLATFORM, "network", NULL },
    { "duo_workflow_not_allowed", DX_CAUSE_USER, "user", NULL },
    { "duo_workflow_connection_failure", DX_CAUSE_PLATFORM, "network", NULL },
    { "job_router_failure", DX_CAUSE_PLATFORM, "service", NULL },
    { "job_token_expired", DX_CAUSE_CONFIG, "config", NULL },
    { "id_token_burned_project_path", DX_CAUSE_CONFIG, "config", NULL },
};

const struct gitlab_reason *gitlab_reason(const char *name)
{
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (strcmp(reasons[i].name, name) == 0)
            return &reasons[i];
    return NULL;
}
