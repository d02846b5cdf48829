/* company_plan: what the company is before anything happens. */
#include "config.h"

#include "sim/company_plan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/company_blueprints.h"
#include "sim/noise.h"

/* Places of noise: apart from those of world.c and incident.c. */
enum { PLAN = 5000 };

const char *const company_system_names[COMPANY_SYSTEMS] = { "github", "gitlab", "jenkins",
                                                            "azure" };

/* ---- chance ---- */

double dice_roll(struct dice *dice)
{
    return noise_chance(dice->key, 1, dice->n++);
}

double dice_between(struct dice *dice, double low, double high)
{
    return low + (high - low) * dice_roll(dice);
}

uint64_t dice_key(uint64_t key, uint64_t place, int64_t n)
{
    return noise_hash(key, place, n);
}

/* ---- repositories ---- */

/* Of twenty repositories eight are on GitHub, six on GitLab, three on each other. */
static const char systems[] = "GLGJGLAGLGJGLAGLGJLA";

static const char *const owners[COMPANY_SYSTEMS][3] = {
    { "acme", "acme", "acme" },
    { "acme/platform", "acme/mobile", "acme/platform/data" },
    { "payments", "embedded", "tools" },
    { "Desktop", "Billing", "Fabrikam Fiber" },
};

static const char *const words[] = {
    "web",       "api",     "cli",      "firmware", "search",  "auth",      "invoices", "mobile",
    "profile",   "gateway", "ledger",   "docs",     "mailer",  "installer", "checkout", "catalog",
    "analytics", "codec",   "feeds",    "reports",  "images",  "billing",   "tracker",  "scheduler",
    "storage",   "events",  "designer", "maps",     "chat",    "infra",     "pricing",  "video",
    "ranking",   "backup",  "sdk",      "router",   "metrics", "notes",     "quota",    "wallet",
};
static const char *const endings[] = { "", "-service", "-worker", "-ui", "-tools", "-core" };

enum { WORDS = sizeof(words) / sizeof(words[0]), ENDINGS = sizeof(endings) / sizeof(endings[0]) };

static enum company_system system_of(int index)
{
    switch (systems[index % (int)(sizeof(systems) - 1)]) {
    case 'G':
        return COMPANY_GITHUB;
    case 'L':
        return COMPANY_GITLAB;
    case 'J':
        return COMPANY_JENKINS;
    }
    return COMPANY_AZURE;
}

static void name_repo(struct company_repo *repo)
{
    int round = repo->index / WORDS;

    if (repo->index == 10) /* a Jenkins one */
        (void)snprintf(repo->name, sizeof(repo->name), "prüfstand");
    else if (round < ENDINGS)
        (void)snprintf(repo->name, sizeof(repo->name), "%s%s", words[repo->index % WORDS],
                       endings[round]);
    else
        (void)snprintf(repo->name, sizeof(repo->name), "%s-%d", words[repo->index % WORDS], round);
}

static void found_repo(const struct company *company, struct company_repo *repo, int index)
{
    struct dice dice = { .key = dice_key(company->world.seed, PLAN, index) };

    repo->index = index;
    repo->system = system_of(index);
    repo->id = 1000 + index * 17 + (int)(dice_roll(&dice) * 17.);
    repo->owner = owners[repo->system][(int)(dice_roll(&dice) * 3.)];
    repo->default_branch = dice_roll(&dice) < 0.2 ? "master" : "main";
    repo->pushes = 2.5 + 9. * pow(dice_roll(&dice), 2.);
    repo->quality = 0.4 + 1.4 * pow(dice_roll(&dice), 1.5);
    name_repo(repo);
}

/* ---- pipelines ---- */

static int count_jobs(const struct company_blueprint *print)
{
    int n = 0;

    while (n < COMPANY_JOBS_MOST && print->jobs[n].name)
        n++;
    return n;
}

/* About one test job in twelve is flaky, of a calm company one in twenty; the first system's first
 * repository has one for sure, so that every company has something to show. */
static double flakiness(const struct company_pipeline *p, int job, bool calm, struct dice *dice)
{
    enum company_work work = p->print->jobs[job].work;
    double chance = dice_roll(dice), how = dice_between(dice, 0.06, calm ? 0.16 : 0.3);
    bool tests = work == WORK_TEST || work == WORK_TRAIN;

    if (!tests)
        return 0.;
    return chance < (calm ? 0.05 : 0.08) || (p->index == 0 && p->print->jobs[job].minutes > 8.)
               ? how
               : 0.;
}

static void add_pipeline(struct company *company, struct company_repo *repo,
                         const struct company_blueprint *print)
{
    struct company_pipeline *p = &company->pipelines[company->pipeline_count];
    struct dice dice = { .key = dice_key(company->world.seed, PLAN + 1,
                                         (int64_t)company->pipeline_count) };
    bool broken = dice_roll(&dice) < 0.06;

    *p = (struct company_pipeline){
        .repo = repo,
        .print = print,
        .index = (int)company->pipeline_count,
        .id = 40000 + (int64_t)company->pipeline_count * 31,
        .jobs = count_jobs(print),
        .week_numbers = 40 + (int64_t)(repo->pushes * 14.),
    };
    for (int i = 0; i < p->jobs; i++)
        p->flaky[i] = flakiness(p, i, company->world.calm, &dice);
    if (broken)
        p->breaks[(int)(dice_roll(&dice) * p->jobs)] = true;
    company->pipeline_count++;
    repo->pipelines++;
}

/* ---- pools ---- */

/* How often a push begins a run of it, about. */
static double share_of(const struct company_blueprint *print)
{
    if (print->default_only)
        return 0.3;
    return print->events & (1u << EVENT_PUSH | 1u << EVENT_PULL_REQUEST) ? 1. : 0.2;
}

/* As many runners as the load of a workday's noon needs at the pool's usual load,
 * and some for chance; to spare where the company is calm. */
static void size_pools(struct company *company)
{
    double busy[COMPANY_SYSTEMS][WORLD_POOLS] = { 0 };
    const double noon = 1.75; /* of a workday's mean */
    const bool calm = company->world.calm;
    const double chance = calm ? 4. : 0.6;

    for (size_t i = 0; i < company->pipeline_count; i++) {
        const struct company_pipeline *p = &company->pipelines[i];
        double runs = p->repo->pushes * noon * share_of(p->print) / (24. * 60.);

        for (int j = 0; j < p->jobs; j++)
            busy[p->repo->system][p->print->jobs[j].pool] += runs * p->print->jobs[j].minutes;
    }
    for (int s = 0; s < COMPANY_SYSTEMS; s++)
        for (int pool = 0; pool < WORLD_POOLS; pool++)
            if (busy[s][pool] > 0.)
                company->capacity[s][pool] = (int)ceil(busy[s][pool] / world_pools[pool].load +
                                                       chance * sqrt(busy[s][pool])) +
                                             (calm ? 2 : 0);
}

void company_plan(struct company *company)
{
    size_t repos = (size_t)company->options.repos;

    company->repos = mem_new(repos, sizeof(*company->repos));
    company->pipelines = mem_new(repos * KIND_PIPELINES, sizeof(*company->pipelines));
    for (; company->repo_count < repos; company->repo_count++) {
        struct company_repo *repo = &company->repos[company->repo_count];
        const struct company_blueprint *const *prints;

        found_repo(company, repo, (int)company->repo_count);
        repo->first_pipeline = (int)company->pipeline_count;
        prints = company_prints_of(
            noise_chance(company->world.seed, PLAN + 2, (int64_t)company->repo_count));
        for (size_t i = 0; i < KIND_PIPELINES && prints[i]; i++)
            add_pipeline(company, repo, prints[i]);
    }
    size_pools(company);
}
