/* company_blueprints: the pipelines that repositories have, by their kind. */
#include "config.h"

#include "sim/company_blueprints.h"

#define ON_CHANGE (1u << EVENT_PUSH | 1u << EVENT_PULL_REQUEST)

/* Positions of jobs that a later one needs. */
#define AFTER(n) (1u << (n))

static const struct company_blueprint service_ci = {
    .name = "CI",
    .file = "ci",
    .events = ON_CHANGE,
    .supersede = true,
    .jobs = {
        { "lint", "check", WORK_LINT, POOL_LINUX, 2., 0, 0 },
        { "build", "build", WORK_BUILD, POOL_LINUX, 5., 0, 0 },
        { "test (go1.21)", "test", WORK_TEST, POOL_LINUX, 7., AFTER(1), 0 },
        { "test (go1.22)", "test", WORK_TEST, POOL_LINUX, 7., AFTER(1), 0 },
        { "integration", "test", WORK_TEST, POOL_LINUX_XL, 12., AFTER(1), 0 },
    },
};

static const struct company_blueprint service_deploy = {
    .name = "Deploy",
    .file = "deploy",
    .events = 1u << EVENT_PUSH | 1u << EVENT_MANUAL,
    .default_only = true,
    .concurrency = true,
    .jobs = {
        { "image", "build", WORK_BUILD, POOL_LINUX, 4., 0, 0 },
        { "staging", "deploy", WORK_DEPLOY, POOL_RELEASE, 3., AFTER(0), 0 },
        { "production", "deploy", WORK_DEPLOY, POOL_RELEASE, 3., AFTER(1), JOB_APPROVAL },
    },
};

static const struct company_blueprint web_ci = {
    .name = "Web",
    .file = "web",
    .events = ON_CHANGE,
    .supersede = true,
    .jobs = {
        { "lint", "check", WORK_LINT, POOL_LINUX, 3., 0, 0 },
        { "unit (node 20)", "test", WORK_TEST, POOL_LINUX, 6., 0, 0 },
        { "unit (node 22)", "test", WORK_TEST, POOL_LINUX, 6., 0, 0 },
        { "bundle", "build", WORK_BUILD, POOL_LINUX_SPOT, 5., AFTER(0), 0 },
    },
};

static const struct company_blueprint web_e2e = {
    .name = "E2E",
    .file = "e2e",
    .events = 1u << EVENT_PULL_REQUEST,
    .supersede = true,
    .jobs = {
        { "build", "build", WORK_BUILD, POOL_LINUX_XL, 5., 0, 0 },
        { "e2e (chrome)", "e2e", WORK_TEST, POOL_LINUX_XL, 14., AFTER(0), 0 },
        { "e2e (firefox)", "e2e", WORK_TEST, POOL_LINUX_XL, 16., AFTER(0), 0 },
        { "e2e (webkit)", "e2e", WORK_TEST, POOL_MACOS, 15., AFTER(0), JOB_MAY_FAIL },
    },
};

static const struct company_blueprint library = {
    .name = "Build and test",
    .file = "build",
    .events = ON_CHANGE,
    .jobs = {
        { "format", "check", WORK_LINT, POOL_LINUX_SPOT, 2., 0, 0 },
        { "test (linux, x64)", "test", WORK_TEST, POOL_LINUX, 8., 0, 0 },
        { "test (linux, arm64)", "test", WORK_TEST, POOL_LINUX_ARM, 9., 0, 0 },
        { "test (windows, x64)", "test", WORK_TEST, POOL_WINDOWS, 14., 0, 0 },
        { "test (macos, arm64)", "test", WORK_TEST, POOL_MACOS, 11., 0, 0 },
        { "docs", "docs", WORK_LINT, POOL_LINUX_SPOT, 2., 0, JOB_DEFAULT_ONLY },
    },
};

static const struct company_blueprint mobile = {
    .name = "Mobile",
    .file = "mobile",
    .events = ON_CHANGE,
    .supersede = true,
    .jobs = {
        { "lint", "check", WORK_LINT, POOL_LINUX, 3., 0, 0 },
        { "android", "build", WORK_BUILD, POOL_ANDROID, 10., AFTER(0), 0 },
        { "ios", "build", WORK_BUILD, POOL_MACOS, 12., AFTER(0), 0 },
        { "ui tests", "test", WORK_TEST, POOL_ANDROID, 15., AFTER(1), 0 },
        { "beta", "deploy", WORK_DEPLOY, POOL_RELEASE, 4., AFTER(1) | AFTER(2), JOB_DEFAULT_ONLY },
    },
};

static const struct company_blueprint desktop = {
    .name = "Desktop",
    .file = "desktop",
    .events = ON_CHANGE,
    .jobs = {
        { "compile (x64)", "build", WORK_BUILD, POOL_WINDOWS, 12., 0, 0 },
        { "compile (arm64)", "build", WORK_BUILD, POOL_WINDOWS, 14., 0, 0 },
        { "unit tests", "test", WORK_TEST, POOL_WINDOWS, 10., AFTER(0), 0 },
        { "installer", "package", WORK_BUILD, POOL_WINDOWS, 8., AFTER(0) | AFTER(1), JOB_DEFAULT_ONLY },
    },
};

static const struct company_blueprint models = {
    .name = "Models",
    .file = "models",
    .events = ON_CHANGE,
    .jobs = {
        { "unit", "test", WORK_TEST, POOL_LINUX, 6., 0, 0 },
        { "gpu (smoke)", "test", WORK_TEST, POOL_GPU, 8., AFTER(0), 0 },
            { "gpu (train)", "test", WORK_TRAIN, POOL_GPU, 18., AFTER(0), 0 },
            { "evaluate", "test", WORK_TRAIN, POOL_GPU, 25., AFTER(1), JOB_DEFAULT_ONLY },
    },
};

static const struct company_blueprint plan = {
    .name = "Plan",
    .file = "plan",
    .events = ON_CHANGE | 1u << EVENT_MANUAL,
    .concurrency = true,
    .jobs = {
        { "fmt", "check", WORK_LINT, POOL_LINUX_SPOT, 1., 0, 0 },
        { "plan", "plan", WORK_BUILD, POOL_LINUX_SPOT, 4., AFTER(0), 0 },
        { "apply", "apply", WORK_DEPLOY, POOL_RELEASE, 5., AFTER(1), JOB_DEFAULT_ONLY | JOB_APPROVAL },
    },
};

static const struct company_blueprint nightly = {
    .name = "Nightly",
    .file = "nightly",
    .events = 1u << EVENT_SCHEDULE,
    .default_only = true,
    .jobs = {
        { "soak", "test", WORK_TEST, POOL_LINUX_XL, 35., 0, 0 },
        { "fuzz", "test", WORK_TEST, POOL_LINUX_ARM, 30., 0, JOB_MAY_FAIL },
        { "dependencies", "check", WORK_LINT, POOL_LINUX_SPOT, 4., 0, 0 },
    },
};

static const struct {
    double upto; /* of chance */
    const struct company_blueprint *prints[KIND_PIPELINES];
} kinds[] = {
    { 0.36, { &service_ci, &service_deploy, &nightly } },
    { 0.56, { &web_ci, &web_e2e, &service_deploy } },
    { 0.70, { &library, &nightly } },
    { 0.80, { &mobile } },
    { 0.86, { &desktop } },
    { 0.95, { &models, &nightly } },
    { 1.01, { &plan } },
};

const struct company_blueprint *const *company_prints_of(double chance)
{
    size_t i = 0;

    while (chance >= kinds[i].upto)
        i++;
    return kinds[i].prints;
}
