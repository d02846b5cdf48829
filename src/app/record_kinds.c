/* record_kinds: which fields each kind of record has, and what they mean. */
#include "config.h"

#include "app/records.h"

#define TEXT(name, field, help)                                                                    \
    {                                                                                              \
        name, DX_FIELD_##field, SHAPE_TEXT, help                                                   \
    }
#define TIME(name, field, help)                                                                    \
    {                                                                                              \
        name, DX_FIELD_##field, SHAPE_TIME, help                                                   \
    }
#define WHOLE(name, field, help)                                                                   \
    {                                                                                              \
        name, DX_FIELD_##field, SHAPE_WHOLE, help                                                  \
    }
#define SECONDS(name, field, help)                                                                 \
    {                                                                                              \
        name, DX_FIELD_##field, SHAPE_SECONDS, help                                                \
    }
#define SPAN(name, field, help)                                                                    \
    {                                                                                              \
        name, DX_FIELD_##field, SHAPE_SPAN, help                                                   \
    }
#define RATE(name, field, help)                                                                    \
    {                                                                                              \
        name, DX_FIELD_##field, SHAPE_RATE, help                                                   \
    }

#define SOURCE TEXT("source", SOURCE, "name of the source in the configuration")
#define TYPE                                                                                       \
    TEXT("type", TYPE, "its type: github, gitlab, jenkins, azure, jira, servicenow, exec ...")
#define WINDOW                                                                                     \
    {                                                                                              \
        "window_s", DX_FIELD_COUNT, SHAPE_WINDOW, "the window: (now - window, now]"                \
    }

/* ---- sources, metrics, alerts ---- */

static const struct record_field source_fields[] = {
    SOURCE,
    TEXT("type", TYPE, "its type"),
    TEXT("url", URL, "where it is"),
    { "state", DX_FIELD_STATE, SHAPE_SOURCE_STATE, "new, live, filling, limited, lost, stopped" },
    TEXT("version", VERSION, "of the server"),
    TIME("last_try_at", LAST_TRY, "when it was last polled"),
    TIME("last_ok_at", LAST_OK, "when that last went well"),
    TIME("next_at", NEXT, "when it is polled next"),
    WHOLE("every_ms", EVERY, "between polls, ms"),
    WHOLE("latency_ms", LATENCY, "the last poll's slowest request, ms"),
    { "fault", DX_FIELD_FAULT, SHAPE_FAULT, "what kind of thing went wrong, or none" },
    TEXT("error", TEXT, "in a sentence"),
    WHOLE("limit", LIMIT, "requests that the server allows in its period"),
    WHOLE("remaining", REMAINING, "of them left"),
    TIME("reset_at", RESET, "when that period ends"),
    { "requests_per_hour", DX_FIELD_PER_HOUR, SHAPE_NUMBER, "projected" },
    WHOLE("bytes", BYTES, "received since the collector's start"),
    WHOLE("skew_ms", SKEW, "the server's clock minus ours, ms"),
    { 0 },
};
static const struct record_field series_fields[] = {
    SOURCE,
    TEXT("query", NAME, "name of the query in the configuration"),
    { "labels", DX_FIELD_LABELS, SHAPE_LABELS, "of the series" },
    TIME("at", AT, "of the value"),
    { "value", DX_FIELD_VALUE, SHAPE_NUMBER, "the last; null: the series went away" },
    TEXT("text", TEXT, "of a string result"),
    { 0 },
};
static const struct record_field sample_fields[] = {
    SOURCE,
    TEXT("query", NAME, "name of the query in the configuration"),
    { "labels", DX_FIELD_LABELS, SHAPE_LABELS, "of the series" },
    TIME("at", AT, "of the value"),
    { "value", DX_FIELD_VALUE, SHAPE_NUMBER, "at that time" },
    { 0 },
};
static const struct record_field alert_fields[] = {
    SOURCE,
    TEXT("key", KEY, "its identity"),
    TEXT("name", NAME, "of the rule"),
    { "severity", DX_FIELD_SEVERITY, SHAPE_SEVERITY, "critical, warning, info, unknown" },
    { "state", DX_FIELD_STATE, SHAPE_ALERT_STATE,
      "pending, firing, silenced, inhibited, resolved, stale (nobody sees whether it still is)" },
    TIME("since", SINCE, "when it began"),
    TIME("ended", ENDED, "when it ended"),
    { "labels", DX_FIELD_LABELS, SHAPE_LABELS, "of the alert" },
    TEXT("summary", SUMMARY, "what it says"),
    TEXT("muted_by", MUTED_BY, "silence or alert that mutes it"),
    TEXT("url", URL, "of the alert"),
    TIME("snoozed_until", NEXT, "until then somebody who watches wants to hear nothing of it"),
    TEXT("claimed_by", ASSIGNEE, "who takes care of it"),
    TEXT("note", TEXT, "what he says"),
    WHOLE("fired_7d", N, "how often it fired in seven days"),
    { 0 },
};

/* ---- runs and jobs ---- */

#define COMMIT                                                                                     \
    TEXT("sha", SHA, "commit"), TEXT("branch", BRANCH, "branch or tag"),                           \
        TEXT("event", EVENT, "what started it, in the server's word")
#define OUTCOME                                                                                    \
    { "phase", DX_FIELD_PHASE, SHAPE_PHASE,                                                        \
      "waiting_gate (for a person, a date or another run), queued (for a runner), running, done, " \
      "unknown" },                                                                                 \
        { "result", DX_FIELD_RESULT, SHAPE_RESULT,                                                 \
          "success, failure, cancelled, skipped, neutral, unknown; null while it is not done" },   \
        { "cause", DX_FIELD_CAUSE, SHAPE_CAUSE,                                                    \
          "of a failure: code, test, lint, dependency, platform, config, user, unknown; else "     \
          "null" },                                                                                \
        TEXT("evidence", EVIDENCE, "what the cause was known by")
#define TIMES                                                                                      \
    TIME("created_at", CREATED, "when it began to wait"),                                          \
        TIME("started_at", STARTED, "when a runner began with it"),                                \
        TIME("finished_at", FINISHED, "when it ended"),                                            \
        SECONDS("queued_s", QUEUED, "waited for a runner, gates left out; negative spans are 0"),  \
        SECONDS("duration_s", DURATION, "ran"),                                                    \
        TEXT("queued_basis", QUEUED_BASIS, "the two fields that queued_s was made of"),            \
        TEXT("raw_status", RAW_STATUS, "phase, in the server's word"),                             \
        TEXT("raw_result", RAW_RESULT, "result, in the server's word"),                            \
        TEXT("url", URL, "of its page"),                                                           \
        TEXT("duration_basis", DURATION_BASIS, "the two fields that duration_s was made of")

static const struct record_field run_fields[] = {
    SOURCE,
    TYPE,
    TEXT("project", PROJECT, "repository, project or folder"),
    TEXT("pipeline", PIPELINE, "of the project: workflow, definition, job"),
    TEXT("run_id", RUN_ID, "the server's id of the run"),
    WHOLE("attempt", ATTEMPT, "from 1"),
    COMMIT,
    TEXT("title", TITLE, "of the run"),
    TEXT("actor", ACTOR, "who started it"),
    OUTCOME,
    TIMES,
    { 0 },
};
static const struct record_field job_fields[] = {
    SOURCE,
    TYPE,
    TEXT("project", PROJECT, "repository, project or folder"),
    TEXT("pipeline", PIPELINE, "of the project: workflow, definition, job"),
    TEXT("job", NAME, "its name, with its matrix"),
    TEXT("run_id", RUN_ID, "the server's id of the run"),
    TEXT("job_id", JOB_ID, "the server's id of the job"),
    WHOLE("attempt", ATTEMPT, "from 1"),
    COMMIT,
    TEXT("pool", POOL, "runner pool, or the labels that it asks for"),
    OUTCOME,
    TIMES,
    { 0 },
};

/* ---- numbers ---- */

static const struct record_field pool_fields[] = {
    SOURCE,
    TYPE,
    TEXT("pool", NAME, "runner pool, or the labels that jobs ask for"),
    WINDOW,
    WHOLE("waiting", WAITING, "jobs that wait for a runner now"),
    TIME("oldest_at", OLDEST, "since when the oldest of them waits"),
    { "oldest_s", DX_FIELD_OLDEST, SHAPE_AGE, "how long that is" },
    WHOLE("online", ONLINE, "runners"),
    WHOLE("busy", BUSY, "runners"),
    WHOLE("offline", OFFLINE, "runners"),
    TIME("none_since", NONE_SINCE, "since when no runner is online"),
    TEXT("note", TEXT, "what the server says of it"),
    WHOLE("n", N, "waits that ended in the window: jobs that started"),
    SECONDS("p50_s", P50, "their median"),
    SECONDS("p90_s", P90, "quantile of them, by linear interpolation"),
    SECONDS("p95_s", P95, "likewise"),
    SECONDS("p99_s", P99, "likewise"),
    { "approx", DX_FIELD_APPROX, SHAPE_FLAG, "the quantiles are within 1 %, of a histogram" },
    SECONDS("p95_before_s", BEFORE, "p95_s of the window before"),
    WHOLE("n_before", N_BEFORE, "n of the window before"),
    WHOLE("skewed", SKEWED, "negative spans that were taken for 0"),
    WHOLE("gate_n", GATE_N, "waits at gates, which are not in the quantiles"),
    SECONDS("gate_p50_s", GATE_P50, "their median"),
    WHOLE("never_started", NEVER, "jobs that failed and never had a runner"),
    { "arrived_per_hour", DX_FIELD_PER_HOUR_IN, SHAPE_NUMBER, "jobs that came in the last hour" },
    { "started_per_hour", DX_FIELD_PER_HOUR_OUT, SHAPE_NUMBER,
      "jobs that started in the last hour" },
    { 0 },
};

#define SUCCESS                                                                                    \
    TEXT("policy", POLICY, "what counts: success_policy of dxtop-config(5)"),                      \
        WHOLE("n", N, "runs that ended and count, each by its last attempt"),                      \
        RATE("success_rate", SUCCESS, "of n"),                                                     \
        RATE("success_low", LOW, "its Wilson interval, 95 %"),                                     \
        RATE("success_high", HIGH, "likewise"), WHOLE("failed", FAILED, "of n, not successes"),    \
        RATE("first_attempt_rate", FIRST, "success rate of first attempts"),                       \
        WHOLE("first_attempt_n", FIRST_N, "first attempts that count"),                            \
        RATE("platform_rate_low", PLATFORM_LOW,                                                    \
             "share that the platform did not fail, unknown causes taken for its own"),            \
        RATE("platform_rate_high", PLATFORM, "the same, unknown causes taken for the code's"),     \
        WHOLE("unknown_cause", UNKNOWN, "of failed, nobody knows why"),                            \
        WHOLE("left_out", LEFT_OUT, "ended, and not counted: cancelled, skipped ..."),             \
        RATE("success_before", SUCCESS_BEFORE, "success_rate of the window before"),               \
        WHOLE("success_n_before", SUCCESS_WAS_N, "n of the window before"),                        \
    {                                                                                              \
        "success_worse", DX_FIELD_WORSE, SHAPE_FLAG,                                               \
            "success_rate is worse than that, by more than 5 points, and by Fisher's exact test"   \
    }
#define DURATIONS                                                                                  \
    WHOLE("duration_n", DURATION_N, "successes of known duration"),                                \
        SECONDS("duration_p50_s", P50, "their median"),                                            \
        SECONDS("duration_p90_s", P90, "quantile of them"),                                        \
        SECONDS("duration_p50_before_s", BEFORE, "duration_p50_s of the window before"),           \
        WHOLE("duration_n_before", N_BEFORE, "duration_n of the window before"),                   \
    {                                                                                              \
        "duration_trend", DX_FIELD_SLOWER, SHAPE_TREND,                                            \
            "slower or faster than the window before, by a rank test; null: neither"               \
    }

static const struct record_field pipeline_fields[] = {
    SOURCE,
    TYPE,
    TEXT("project", PROJECT, "repository, project or folder"),
    TEXT("pipeline", PIPELINE, "of the project: workflow, definition, job"),
    TEXT("part", NAME, "all, protected (branches), other (pull requests and branches)"),
    WINDOW,
    SUCCESS,
    DURATIONS,
    WHOLE("running", RUNNING, "runs that wait or run now; with part all"),
    TEXT("last_results", STRIP,
         "of the last runs, oldest first, with part all: o ok, c code, p platform, u unknown, "
         "- other"),
    TEXT("url", URL, "of the last run"),
    { 0 },
};
static const struct record_field total_fields[] = {
    TEXT("part", NAME, "all, protected (branches), other (pull requests and branches)"),
    WINDOW,
    SUCCESS,
    { 0 },
};
static const struct record_field flaky_fields[] = {
    SOURCE,
    TYPE,
    TEXT("project", PROJECT, "repository, project or folder"),
    TEXT("pipeline", PIPELINE, "of the project: workflow, definition, job"),
    TEXT("job", NAME, "its name, with its matrix"),
    { "state", DX_FIELD_STATE, SHAPE_FLAKY,
      "flaky: a commit failed and passed, of 5 that were tried again; suspect: of fewer; broken: "
      "the last 3 of the default branch failed" },
    RATE("rate", RATE, "failed / n"),
    RATE("rate_low", LOW, "its Wilson interval, 95 %"),
    RATE("rate_high", HIGH, "likewise"),
    WHOLE("n", N, "commits that were tried more than once in 14 days"),
    WHOLE("failed", FAILED, "of them failed, and passed later"),
    WHOLE("pairs", PAIRS, "commits that failed and passed, in whatever order"),
    { "lost_min", DX_FIELD_LOST, SHAPE_MINUTES,
      "tries that failed and the passes that ended them, with their queue times" },
    TIME("first_seen_at", FIRST_SEEN, "the first failure that is evidence"),
    TIME("last_seen_at", LAST_SEEN, "the last one"),
    RATE("rate_before", BEFORE, "rate of the 14 days before"),
    TEXT("url", URL, "of the last failure"),
    { "rate_by_day", DX_FIELD_TREND, SHAPE_RATES,
      "rate as it was at the end of each of the 13 days before, UTC, and now, the oldest first; "
      "null: of too few; empty: it is not flaky" },
    { 0 },
};
static const struct record_field failure_fields[] = {
    WINDOW,
    { "cause", DX_FIELD_CAUSE, SHAPE_CAUSE, "as of a job" },
    TEXT("category", NAME, "what it was: the evidence up to its colon"),
    TEXT("evidence", TEXT, "of one of them"),
    WHOLE("n", N, "jobs that failed so in the window"),
    WHOLE("projects", PROJECTS, "that they belong to"),
    TEXT("pool", POOL, "where all of them ran on one"),
    TIME("last_seen_at", LAST_SEEN, "when the last of them ended"),
    { 0 },
};

/* ---- tickets ---- */

static const struct record_field ticket_fields[] = {
    SOURCE,
    TEXT("key", NAME, "as people call it: DX-412"),
    TEXT("title", TITLE, "in one line"),
    TEXT("type", TICKET_TYPE, "in the server's word: Bug, Incident ..."),
    TEXT("category", CATEGORY, "type, component or label, as the source is configured"),
    WHOLE("priority", PRIORITY, "1 the most urgent, 5 the least"),
    { "state", DX_FIELD_STATE, SHAPE_TICKET_STATE,
      "new, in_progress, done, by the category of its status; unknown; open: of a past moment, "
      "where no more is known" },
    TEXT("raw_status", RAW_STATUS, "status, in the server's word"),
    TEXT("reporter", REPORTER, "who opened it"),
    TEXT("assignee", ASSIGNEE, "who works on it"),
    TIME("created_at", CREATED, "when it was opened"),
    TIME("first_response_at", RESPONDED,
         "the first public answer by somebody else than the reporter"),
    TIME("resolved_at", RESOLVED, "when it was resolved"),
    TIME("updated_at", UPDATED, "when it last changed"),
    { "lead_min", DX_FIELD_DURATION, SHAPE_FULL_MINUTES,
      "from created_at to resolved_at, whole minutes, rounded down" },
    { "first_response_min", DX_FIELD_RESPONSE, SHAPE_FULL_MINUTES,
      "from created_at to first_response_at, likewise" },
    { "first_response_business_min", DX_FIELD_RESPONSE_BUSINESS, SHAPE_FULL_MINUTES,
      "of that, business time: calendar of dxtop-config(5), pauses left out" },
    { "sla", DX_FIELD_SLAS, SHAPE_SLAS,
      "as the server says them: name, state (running, paused, met, breached, cancelled, unknown), "
      "breach_at, remaining_s" },
    { "links", DX_FIELD_LINKS, SHAPE_LIST, "to other tickets: \"blocks DX-3\"" },
    TEXT("url", URL, "of its page"),
    TEXT("project", PROJECT, "Jira project, table or repository"),
    TEXT("labels", LABELS, "separated by commas"),
    TEXT("raw_priority", RAW_PRIORITY, "priority, in the server's word"),
    { "resolution_business_min", DX_FIELD_RESOLUTION_BUSINESS, SHAPE_FULL_MINUTES,
      "of lead_min, business time" },
    { "time_in_status_min", DX_FIELD_STAYS, SHAPE_STAYS,
      "by the history of its statuses: new, in_progress, waiting (for somebody outside), whole "
      "minutes, rounded down; null: not known" },
    TEXT("created_basis", CREATED_BASIS, "what created_at was read from"),
    TEXT("first_response_basis", RESPONDED_BASIS, "what first_response_at was read from"),
    TEXT("resolved_basis", RESOLVED_BASIS, "what resolved_at was read from"),
    { 0 },
};

/* ---- key numbers ---- */

static const struct record_field kpi_fields[] = {
    TEXT("id", KEY, "as targets of dxtop-config(5) call it"),
    TEXT("name", NAME, "as tiles call it"),
    { "value", DX_FIELD_VALUE, SHAPE_NUMBER, "in its unit; null: there is none, note says why" },
    { "unit", DX_FIELD_UNIT, SHAPE_UNIT, "seconds, share (0 to 1), count, number" },
    { "low", DX_FIELD_LOW, SHAPE_NUMBER, "of a range: at worst, unknown causes the platform's" },
    { "high", DX_FIELD_HIGH, SHAPE_NUMBER, "of a range: at best" },
    WHOLE("n", N, "what it is made of"),
    SPAN("window", WINDOW, "up to now: 24h, 7d, 30d ...; now: as it is now"),
    { "previous", DX_FIELD_BEFORE, SHAPE_NUMBER, "the value over the window before" },
    SPAN("previous_window", BEFORE_WINDOW, "of that; where window is now, how long ago"),
    WHOLE("previous_n", N_BEFORE, "what that is made of"),
    { "target", DX_FIELD_TARGET, SHAPE_NUMBER, "the goal; null: none" },
    { "target_bad", DX_FIELD_TARGET_BAD, SHAPE_NUMBER, "from there on it is bad" },
    { "target_is", DX_FIELD_BETTER, SHAPE_FLOOR, "at least, at most" },
    { "state", DX_FIELD_STATE, SHAPE_KPI_STATE,
      "good, warn, bad, few (to say), plain (no target), nothing (no data)" },
    TEXT("note", TEXT, "why there is no value, or what is beside it"),
    TEXT("definition", DEFINITION, "what it means"),
    { 0 },
};

/* ---- alert rules ---- */

static const struct record_field rule_fields[] = {
    TEXT("rule", NAME, "as rules of dxtop-config(5) call it"),
    TEXT("subject", TITLE, "the pool, pipeline, series or key number that it looks at"),
    { "state", DX_FIELD_STATE, SHAPE_RULE_STATE,
      "fine, pending, firing, recovering, no_data, stale (nobody looks at it)" },
    TIME("since", SINCE, "since when it stands so; when it is stale, since it was looked at last"),
    { "severity", DX_FIELD_SEVERITY, SHAPE_SEVERITY, "critical, warning, info" },
    { "value", DX_FIELD_VALUE, SHAPE_NUMBER, "what it saw last; null: no data" },
    { "unit", DX_FIELD_UNIT, SHAPE_UNIT, "seconds, share (0 to 1), count, number" },
    { "limit", DX_FIELD_TARGET, SHAPE_NUMBER, "what the value is to be" },
    { "limit_is", DX_FIELD_BETTER, SHAPE_FLOOR, "at least, at most" },
    TIME("no_data_since", NONE_SINCE, "since when there is no value"),
    WHOLE("fired_7d", N, "how often it fired in seven days"),
    SECONDS("lasted_7d_s", LOST, "how long, all in all"),
    SECONDS("longest_7d_s", MAX, "the longest of these"),
    TIME("fired_at", LAST_SEEN, "when it began to fire last"),
    TEXT("claimed_by", ASSIGNEE, "who takes care of its alert"),
    TIME("snoozed_until", NEXT, "until then somebody who watches wants to hear nothing of it"),
    { 0 },
};

const struct record_kind record_kinds[RECORD_TYPES] = {
    [RECORD_SOURCE] = { "sources", DX_QUERY_SOURCES, source_fields },
    [RECORD_SERIES] = { "series", DX_QUERY_SERIES, series_fields },
    [RECORD_SAMPLE] = { "samples", DX_QUERY_SAMPLES, sample_fields },
    [RECORD_ALERT] = { "alerts", DX_QUERY_ALERTS, alert_fields },
    [RECORD_RUN] = { "runs", DX_QUERY_RUNS, run_fields },
    [RECORD_JOB] = { "jobs", DX_QUERY_JOBS, job_fields },
    [RECORD_POOL] = { "pools", DX_QUERY_POOLS, pool_fields },
    [RECORD_PIPELINE] = { "pipelines", DX_QUERY_PIPELINES, pipeline_fields },
    [RECORD_TOTAL] = { "totals", DX_QUERY_TOTALS, total_fields },
    [RECORD_FLAKY] = { "flaky", DX_QUERY_FLAKY, flaky_fields },
    [RECORD_FAILURE] = { "failures", DX_QUERY_FAILURES, failure_fields },
    [RECORD_TICKET] = { "tickets", DX_QUERY_TICKETS, ticket_fields },
    [RECORD_KPI] = { "kpis", DX_QUERY_KPIS, kpi_fields },
    [RECORD_RULE] = { "rules", DX_QUERY_RULES, rule_fields },
};

/* ---- the manual ---- */

static const char *const units[] = {
    [SHAPE_TEXT] = "text",       [SHAPE_TIME] = "time",         [SHAPE_AGE] = "seconds",
    [SHAPE_WHOLE] = "count",     [SHAPE_NUMBER] = "number",     [SHAPE_SECONDS] = "seconds",
    [SHAPE_MINUTES] = "minutes", [SHAPE_RATE] = "0 to 1",       [SHAPE_FLAG] = "true, false",
    [SHAPE_LABELS] = "object",   [SHAPE_SOURCE_STATE] = "word", [SHAPE_FAULT] = "word",
    [SHAPE_SEVERITY] = "word",   [SHAPE_ALERT_STATE] = "word",  [SHAPE_PHASE] = "word",
    [SHAPE_RESULT] = "word",     [SHAPE_CAUSE] = "word",        [SHAPE_FLAKY] = "word",
    [SHAPE_TREND] = "word",      [SHAPE_WINDOW] = "seconds",    [SHAPE_TICKET_STATE] = "word",
    [SHAPE_SLAS] = "list",       [SHAPE_LIST] = "list",         [SHAPE_FULL_MINUTES] = "minutes",
    [SHAPE_UNIT] = "word",       [SHAPE_KPI_STATE] = "word",    [SHAPE_RULE_STATE] = "word",
    [SHAPE_RATES] = "list",      [SHAPE_FLOOR] = "words",       [SHAPE_STAYS] = "object",
    [SHAPE_SPAN] = "span",
};

/* A section for each kind, between comments that name it. */
void record_print_mdoc(struct buf *out)
{
    for (int type = 0; type < RECORD_TYPES; type++) {
        (void)buf_print(out, ".\\\" record-%s\n", record_kinds[type].name);
        for (const struct record_field *f = record_kinds[type].fields; f->name; f++)
            (void)buf_print(out, ".It %s Ta %s Ta %s\n", f->name, units[f->shape], f->help);
    }
}
