/* company_failure: why jobs fail, in the words that the systems and tools print.
 * Patterns are those of the catalogue that dxtop ships. */
#include "config.h"

#include "sim/company_plan.h"

#include <string.h>

#define MANY(list) (sizeof(list) / sizeof((list)[0]))

const char *const company_signal_names[] = { "none", "log", "annotation", "structured" };

/* ---- the platform's ---- */

const struct company_failure company_never_started = {
    "never-started",
    DX_CAUSE_PLATFORM,
    PLACE_NEVER,
    3,
    "",
    "",
    "The job was not acquired by Runner of type self-hosted even after multiple attempts",
    "stuck_or_timeout_failure",
    true,
    0
};
const struct company_failure company_shutdown = {
    "runner-shutdown",
    DX_CAUSE_PLATFORM,
    PLACE_WORK,
    1,
    "The runner has received a shutdown signal. This can happen when the runner service is "
    "stopped, or a manually started runner is canceled.",
    "",
    "The runner has received a shutdown signal. This can happen when the runner service is "
    "stopped, or a manually started runner is canceled.",
    "runner_system_failure",
    true,
    143
};
const struct company_failure company_runner_lost = {
    "runner-lost",
    DX_CAUSE_PLATFORM,
    PLACE_WORK,
    2,
    "",
    "",
    "The self-hosted runner: %s lost communication with the server. Verify the machine is running "
    "and has a healthy network connection. Anything in your workflow that terminates the runner "
    "process, starves it for CPU/Memory, or blocks its network access can cause this error.",
    "runner_system_failure",
    true,
    0
};
const struct company_failure company_registry_down = {
    "registry-5xx",
    DX_CAUSE_PLATFORM,
    PLACE_CONTAINERS,
    34,
    "Error response from daemon: received unexpected HTTP status: 503 Service Unavailable",
    "Pulling image registry.acme.example/ci/build:24.04 ...",
    "Docker pull failed with exit code 1",
    "runner_system_failure",
    false,
    1
};
const struct company_failure company_disk_full = {
    "disk-full",
    DX_CAUSE_PLATFORM,
    PLACE_WORK,
    38,
    "write /var/lib/docker/tmp/layer.tar: no space left on device",
    "Extracting 812 MB ...",
    "System.IO.IOException: No space left on device : '/opt/runner/_diag/Worker.log'",
    "script_failure",
    false,
    1
};
/* Whose fault it is cannot be known. */
const struct company_failure company_timeout = {
    "timeout",
    DX_CAUSE_UNKNOWN,
    PLACE_WORK,
    43,
    "still waiting for 1 worker",
    "waiting for 1 worker",
    "The job has exceeded the maximum execution time of 1h0m0s",
    "job_execution_timeout",
    false,
    0
};

static const struct company_failure platform[] = {
    { "network-reset", DX_CAUSE_PLATFORM, PLACE_WORK, 21,
      "read tcp 10.1.0.4:52134->10.9.3.1:443: read: connection reset by peer",
      "Downloading modules ...", NULL, "script_failure", false, 1 },
    { "dns", DX_CAUSE_PLATFORM, PLACE_WORK, 28,
      "curl: (6) Could not resolve host: artifacts.acme.example", "Fetching tools ...", NULL,
      "script_failure", false, 6 },
    { "git-remote", DX_CAUSE_PLATFORM, PLACE_CHECKOUT, 24,
      "fatal: The remote end hung up unexpectedly", "Fetching changes ...", NULL,
      "runner_system_failure", false, 128 },
    { "docker-daemon", DX_CAUSE_PLATFORM, PLACE_CONTAINERS, 10,
      "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon "
      "running?",
      "", NULL, "runner_system_failure", false, 1 },
    { "pull-limit", DX_CAUSE_PLATFORM, PLACE_CONTAINERS, 30,
      "toomanyrequests: You have reached your pull rate limit. You may increase the limit by "
      "authenticating and upgrading",
      "Pulling image alpine:3.20 ...", NULL, "runner_system_failure", false, 1 },
    { "mirror", DX_CAUSE_PLATFORM, PLACE_WORK, 37,
      "E: Failed to fetch http://deb.acme.example/debian/pool/main/c/curl/curl_7.88.deb  Hash Sum "
      "mismatch",
      "Reading package lists...", NULL, "script_failure", false, 100 },
    { "bad-gateway", DX_CAUSE_PLATFORM, PLACE_WORK, 27,
      "error: failed to download from https://artifacts.acme.example/libs: 502 Bad Gateway",
      "Resolving dependencies ...", NULL, "script_failure", false, 1 },
};

/* ---- the code's ---- */

static const struct company_failure lint[] = {
    { "flake8", DX_CAUSE_LINT, PLACE_WORK, 61, "app/models.py:210:80: E501 line too long (93 > 79)",
      "Checking 214 files", NULL, "script_failure", false, 1 },
    { "black", DX_CAUSE_LINT, PLACE_WORK, 61, "would reformat src/handlers/session.py",
      "Checking formatting", NULL, "script_failure", false, 1 },
    { "eslint", DX_CAUSE_LINT, PLACE_WORK, 61, "\xE2\x9C\x96 2 problems (2 errors, 0 warnings)",
      "  14:7  error  'total' is assigned a value but never used  no-unused-vars", NULL,
      "script_failure", false, 1 },
};
static const struct company_failure compile[] = {
    { "compile", DX_CAUSE_CODE, PLACE_WORK, 56,
      "src/cache.c:128:17: error: unknown type name 'cache_entry'", "[ 62%] Building C object",
      NULL, "script_failure", false, 2 },
    { "typescript", DX_CAUSE_CODE, PLACE_WORK, 56,
      "src/cart.ts(41,9): error TS2322: Type 'string' is not assignable to type 'number'.",
      "Compiling ...", NULL, "script_failure", false, 2 },
    { "link", DX_CAUSE_CODE, PLACE_WORK, 57, "main.o: undefined reference to `session_open'",
      "Linking ...", NULL, "script_failure", false, 1 },
    { "missing-version", DX_CAUSE_DEPENDENCY, PLACE_WORK, 51,
      "ERROR: No matching distribution found for acme-models==4.9.0", "Collecting acme-models",
      NULL, "script_failure", false, 1 },
    { "npm-resolve", DX_CAUSE_DEPENDENCY, PLACE_WORK, 52, "npm ERR! code ERESOLVE", "npm ci", NULL,
      "script_failure", false, 1 },
    { "silent", DX_CAUSE_CODE, PLACE_WORK, 0, "task ended early", "running task 7 of 9", NULL,
      "script_failure", false, 3 },
};
static const struct company_failure tests[] = {
    { "pytest", DX_CAUSE_TEST, PLACE_WORK, 59,
      "FAILED tests/test_login.py::test_expired_session - assert 401 == 200", "collected 412 items",
      NULL, "script_failure", false, 1 },
    { "go-test", DX_CAUSE_TEST, PLACE_WORK, 59, "--- FAIL: TestRetryStopsAtDeadline (1.20s)",
      "=== RUN   TestRetryStopsAtDeadline", NULL, "script_failure", false, 1 },
    { "assertion", DX_CAUSE_TEST, PLACE_WORK, 60, "AssertionError: expected 3 rows but got 2",
      "running 88 specs", NULL, "script_failure", false, 1 },
    { "surefire", DX_CAUSE_TEST, PLACE_WORK, 59,
      "Tests run: 231, Failures: 1, Errors: 0, Skipped: 4", "Running com.acme.LedgerTest", NULL,
      "script_failure", false, 1 },
    { "silent-test", DX_CAUSE_TEST, PLACE_WORK, 0, "1 of 40 scenarios did not end well",
      "scenario 17", NULL, "script_failure", false, 1 },
};
static const struct company_failure deploy[] = {
    { "credentials", DX_CAUSE_CONFIG, PLACE_WORK, 50, "/bin/sh: 1: kubectl: command not found",
      "Deploying ...", NULL, "script_failure", false, 127 },
    { "silent-deploy", DX_CAUSE_UNKNOWN, PLACE_WORK, 0, "rollout did not become healthy",
      "waiting for rollout", NULL, "script_failure", false, 1 },
};

static const struct company_failure *pick(const struct company_failure *list, size_t count,
                                          double chance)
{
    return &list[(size_t)(chance * (double)count)];
}

const struct company_failure *company_failure_of(enum dx_cause cause, enum company_work work,
                                                 double chance)
{
    if (cause == DX_CAUSE_PLATFORM)
        return pick(platform, MANY(platform), chance);
    switch (work) {
    case WORK_LINT:
        return pick(lint, MANY(lint), chance);
    case WORK_BUILD:
        return pick(compile, MANY(compile), chance);
    case WORK_TEST:
    case WORK_TRAIN:
        break;
    case WORK_DEPLOY:
        return pick(deploy, MANY(deploy), chance);
    }
    return pick(tests, MANY(tests), chance);
}

enum company_signal company_signal(const struct company_failure *f, enum company_system system)
{
    bool logged = f->pattern != 0 && *f->line;

    switch (system) {
    case COMPANY_GITHUB:
        if (f->place == PLACE_NEVER || f->place == PLACE_SETUP || f->place == PLACE_CONTAINERS)
            return SIGNAL_STRUCTURED; /* no runner, or the failed step's name */
        if (f->annotation)
            return SIGNAL_ANNOTATION;
        break;
    case COMPANY_GITLAB:
        if (strcmp(f->reason, "script_failure") != 0)
            return SIGNAL_STRUCTURED;
        break;
    case COMPANY_JENKINS:
        if (f->place == PLACE_NEVER || f->abandoned)
            return SIGNAL_LOG; /* what Jenkins itself writes there */
        break;
    case COMPANY_AZURE:
        if (f->abandoned)
            return SIGNAL_STRUCTURED;
        if (f->annotation || f->cause == DX_CAUSE_PLATFORM)
            return SIGNAL_ANNOTATION; /* issues of the timeline */
        break;
    case COMPANY_SYSTEMS:
        break;
    }
    return logged ? SIGNAL_LOG : SIGNAL_NONE;
}
