/* tickets_text: who writes tickets, and what: subjects from the company's own life. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "sim/company_plan.h"
#include "sim/incident.h"
#include "sim/noise.h"
#include "sim/tickets.h"

#define MANY(list) (sizeof(list) / sizeof((list)[0]))
enum { TEXT_MOST = 600 };

const char *const ticket_system_names[TICKETS_SYSTEMS] = { "jira", "jiradc", "servicenow", "github",
                                                           "gitlab" };
const char *const ticket_type_names[TICKET_TYPES] = { "Incident", "Service Request", "Bug",
                                                      "Task" };

enum {
    RUNNERS,
    REGISTRY,
    CACHE,
    FLAKY,
    PIPELINES,
    ACCESS,
    ONBOARDING,
    QUESTIONS,
    TEMPLATES,
    SECRETS,
    NETWORK,
    ARTIFACTS,
    LICENCES,
    HARDWARE
};
const char *const ticket_categories[TICKET_CATEGORIES] = {
    [RUNNERS] = "Runners",       [REGISTRY] = "Container registry",
    [CACHE] = "Cache",           [FLAKY] = "Flaky jobs",
    [PIPELINES] = "Pipelines",   [ACCESS] = "Access",
    [ONBOARDING] = "Onboarding", [QUESTIONS] = "Questions",
    [TEMPLATES] = "Templates",   [SECRETS] = "Secrets",
    [NETWORK] = "Network",       [ARTIFACTS] = "Artifacts",
    [LICENCES] = "Licences",     [HARDWARE] = "Überwachung 監視",
};

/* ---- people ---- */

static const struct company_person bot = { "triage-bot", "Triage Bot", 1301 };
/* Kai Wu, Amara, Jörgen, Ольга, प्रिया, Zoë, Tomáš */
static const int agents[] = { 0, 1, 2, 4, 8, 10, 15 };

const struct company_person *ticket_person(int index)
{
    return index == TICKET_BOT ? &bot : company_person(index);
}

bool ticket_person_is_bot(int index)
{
    return strstr(ticket_person(index)->login, "bot") != NULL;
}

int ticket_agent(uint64_t chance)
{
    return agents[chance % MANY(agents)];
}

bool ticket_is_agent(int index)
{
    for (size_t i = 0; i < MANY(agents); i++)
        if (agents[i] == index)
            return true;
    return false;
}

/* ---- subjects ---- */

enum cause { NOTHING, OUTAGE, CRUNCH, REGISTRY_DOWN, FLAKY_JOB, ANY_POOL, ANY_JOB };

static const struct subject {
    int weight, category;
    enum ticket_type type;
    enum cause cause;
    const char *label, *title, *description;
} subjects[] = {
    { 9, RUNNERS, TICKET_INCIDENT, CRUNCH, "pool-{pool}", "{pool}: jobs wait for ever",
      "Since {time} nothing starts on {pool}.\n\nQueue: all of our builds." },
    { 5, RUNNERS, TICKET_INCIDENT, OUTAGE, "pool-{pool}", "Runner {pool} offline",
      "All runners of {pool} are offline since {time}; the jobs stay queued." },
    { 4, RUNNERS, TICKET_INCIDENT, OUTAGE, "pool-{pool}", "{pool}: no runner picks up our jobs",
      "We need {pool} for a release today." },
    { 3, REGISTRY, TICKET_INCIDENT, REGISTRY_DOWN, "registry", "CI cannot pull images",
      "failed to pull image: received unexpected HTTP status: 503, since {time}." },
    { 9, FLAKY, TICKET_BUG, FLAKY_JOB, "flaky", "{job} fails every other time",
      "Same commit, red and then green. A rerun of {job} helps, mostly." },
    { 3, FLAKY, TICKET_BUG, FLAKY_JOB, "quarantine", "Please quarantine {job}",
      "It blocks merges of {repo} and nobody owns it." },
    { 3, PIPELINES, TICKET_BUG, ANY_JOB, "pipeline", "{job} got slow",
      "It took half the time two weeks ago." },
    { 3, PIPELINES, TICKET_REQUEST, ANY_JOB, "schedule", "Nightly run for {repo}",
      "We would like {job} to run at 02:00." },
    { 2, PIPELINES, TICKET_TASK, ANY_JOB, "migration", "Move {repo} to the new pipeline",
      "Part of the migration of this quarter." },
    { 10, ACCESS, TICKET_REQUEST, NOTHING, "access", "Access to {repo}",
      "I have joined the team of {repo} and need write access." },
    { 4, ACCESS, TICKET_REQUEST, NOTHING, "access", "Access to registry",
      "Push to the registry for {repo}, please." },
    { 3, ACCESS, TICKET_INCIDENT, NOTHING, "sso", "Locked out after SSO change",
      "The login goes round in circles." },
    { 6, ONBOARDING, TICKET_REQUEST, NOTHING, "onboarding", "Onboarding: a new colleague on Monday",
      "Laptop, repositories ({repo}), CI, chat." },
    { 2, ONBOARDING, TICKET_REQUEST, NOTHING, "offboarding", "Offboarding at the end of the month",
      "Please take all access away." },
    { 7, QUESTIONS, TICKET_REQUEST, NOTHING, "question", "How do I cache the build of {repo}?",
      "The documentation mentions two ways." },
    { 4, QUESTIONS, TICKET_REQUEST, ANY_POOL, "question",
      "Which pool for {repo}: {pool} or another?", "We need 16 GB." },
    { 2, QUESTIONS, TICKET_REQUEST, NOTHING, "docs", "Docs for self-hosted runners are out of date",
      "The page still speaks of the old cluster." },
    { 4, TEMPLATES, TICKET_REQUEST, NOTHING, "golden-path", "New service from template for {repo}",
      "It should use the golden path." },
    { 2, TEMPLATES, TICKET_BUG, NOTHING, "golden-path",
      "Template makes a pipeline that fails at once", "Found with {repo}." },
    { 3, SECRETS, TICKET_REQUEST, NOTHING, "rotation", "Rotate deploy token of {repo}",
      "It expires this month." },
    { 2, SECRETS, TICKET_INCIDENT, NOTHING, "certificates", "x509: certificate has expired",
      "curl says so for the internal mirror." },
    { 2, NETWORK, TICKET_INCIDENT, ANY_POOL, "dns", "Could not resolve host on {pool}",
      "Now and then since {time}." },
    { 2, NETWORK, TICKET_TASK, NOTHING, "firewall", "Change: open firewall to the new mirror",
      "Change request; window on Thursday." },
    { 3, CACHE, TICKET_BUG, ANY_JOB, "cache", "Cache misses in {job}",
      "The key changes every day." },
    { 2, CACHE, TICKET_TASK, NOTHING, "cache", "Change: larger disk for the cache",
      "Change request, see the dashboard." },
    { 2, ARTIFACTS, TICKET_BUG, ANY_JOB, "artifacts", "Artifacts of {job} are gone after a day",
      "They should be kept for 30 days." },
    { 1, LICENCES, TICKET_REQUEST, NOTHING, "licence", "A licence for the profiler",
      "For two people." },
    { 1, HARDWARE, TICKET_REQUEST, ANY_POOL, "monitoring",
      "ダッシュボードに {pool} を追加してください", "待ち時間のパネルが必要です。" },
};

/* Each is something that has broken a program. */
static const char *const odd_titles[] = {
    "\x1b]0;owned\x07 alert \x1b[31mred\x1b[0m in the title",
    "build \xE2\x80\xAEgnp.exe\xE2\x80\xAC is missing",
    "two\nlines\r\nand a\ttab",
    "ランナーが動きません：検索が遅い",
    "لا يمكنني الدخول إلى المستودع (403)",
    "אין לי גישה \xE2\x80\x8F(registry)\xE2\x80\x8E",
    "zalgo: t\xCC\xB5\xCC\x8D\xCC\x93i\xCC\xB6\xCC\x81\xCC\x9B"
    "c\xCC\xB7\xCD\x84k\xCC\x8D"
    "et",
    "zero\xE2\x80\x8Bwidth\xE2\x80\x8Djoin\xEF\xBB\xBF"
    "er\xE2\x81\xA0 and soft\xC2\xADhyphen",
    "👩‍👩‍👧‍👦 cannot see the family of 🏳️‍🌈 pipelines 🇩🇪",
    "<b>bold</b> & \"quoted\" 'single' %s %n \\u0000 {{7*7}}",
    "C1 \xC2\x9B"
    "31m and DEL \x7F",
    "Please help, since nothing works any more and I have tried everything that is written in the "
    "documentation, and everything that is written in the chat, and what my colleague has told me, "
    "who has left the company since, and now the release is late and my manager asks me every hour "
    "why the pipeline is still red although nobody has changed anything as far as anybody knows",
};

enum { ODD_TITLES = MANY(odd_titles) };

static size_t pick(struct dice *dice)
{
    int sum = 0, left;
    size_t i = 0;

    for (size_t k = 0; k < MANY(subjects); k++)
        sum += subjects[k].weight;
    left = (int)(dice_roll(dice) * sum);
    while (left >= subjects[i].weight)
        left -= subjects[i++].weight;
    return i;
}

/* ---- what it is about ---- */

struct about {
    const char *pool, *repo, *job;
    int64_t since_ms;
};

/* An outage of the kind that has begun on that day, before the ticket. */
static bool find_incident(const struct company *company, enum incident_kind kind,
                          struct ticket *ticket, struct about *about, struct dice *dice)
{
    struct incident incident = incident_of(&company->world, kind, ticket->created_ms);
    int64_t day_ms = ticket->created_ms / DAY_MS * DAY_MS, delay_ms;

    delay_ms = (int64_t)(dice_between(dice, 3., 40.) * (double)MINUTE_MS);
    if (incident.pool < 0 || incident.from_ms + delay_ms < day_ms ||
        incident.from_ms + delay_ms >= day_ms + DAY_MS)
        return false;
    if (!incident_is_on(&incident, ticket->created_ms))
        ticket->created_ms = incident.from_ms + delay_ms;
    about->pool = world_pools[incident.pool].name;
    about->since_ms = incident.from_ms;
    return true;
}

static void choose_job(const struct company *company, struct arena *arena, struct ticket *ticket,
                       bool flaky, struct about *about, struct dice *dice)
{
    for (int tries = 0; tries < 200; tries++) {
        size_t n = (size_t)(dice_roll(dice) * (double)company->pipeline_count);
        const struct company_pipeline *p = &company->pipelines[n];
        int job = (int)(dice_roll(dice) * p->jobs);

        if ((flaky && tries < 150 && p->flaky[job] <= 0.) ||
            (ticket->repo >= 0 && tries < 100 && p->repo->index != ticket->repo))
            continue;
        about->repo = p->repo->name;
        about->job = arena_print(arena, "%s/%s", p->repo->name, p->print->jobs[job].name);
        return;
    }
}

static bool find_about(const struct company *company, struct arena *arena,
                       const struct subject *subject, struct ticket *ticket, struct about *about,
                       struct dice *dice)
{
    size_t repo = ticket->repo >= 0 ? (size_t)ticket->repo
                                    : (size_t)(dice_roll(dice) * (double)company->repo_count);

    *about = (struct about){ .pool = world_pools[(int)(dice_roll(dice) * WORLD_POOLS)].name,
                             .repo = company->repos[repo].name,
                             .job = "",
                             .since_ms = ticket->created_ms };
    switch (subject->cause) {
    case OUTAGE:
        return find_incident(company, INCIDENT_OUTAGE, ticket, about, dice);
    case CRUNCH:
        return find_incident(company, INCIDENT_CRUNCH, ticket, about, dice);
    case REGISTRY_DOWN:
        return find_incident(company, INCIDENT_REGISTRY, ticket, about, dice);
    case FLAKY_JOB:
    case ANY_JOB:
        choose_job(company, arena, ticket, subject->cause == FLAKY_JOB, about, dice);
        return *about->job != '\0';
    case NOTHING:
    case ANY_POOL:
        break;
    }
    return true;
}

/* {pool}, {repo}, {job} and {time} are filled in. */
static const char *fill(struct arena *arena, const char *text, const struct about *about)
{
    char time[32], out[TEXT_MOST];
    const struct {
        const char *name, *value;
    } all[] = { { "{pool}", about->pool },
                { "{repo}", about->repo },
                { "{job}", about->job },
                { "{time}", time } };
    size_t len = 0;

    (void)snprintf(time, sizeof(time), "%02d:%02d UTC", (int)(about->since_ms / HOUR_MS % 24),
                   (int)(about->since_ms / MINUTE_MS % 60));
    while (*text && len + 1 < sizeof(out)) {
        size_t i = 0;

        while (i < MANY(all) && strncmp(text, all[i].name, strlen(all[i].name)) != 0)
            i++;
        if (i == MANY(all)) {
            out[len++] = *text++;
            continue;
        }
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s", all[i].value);
        text += strlen(all[i].name);
    }
    out[len < sizeof(out) ? len : sizeof(out) - 1] = '\0';
    return arena_text(arena, out);
}

void ticket_write(const struct company *company, struct arena *arena, struct ticket *t,
                  struct dice *dice)
{
    const struct subject *subject;
    struct about about;

    do
        subject = &subjects[pick(dice)];
    while (!find_about(company, arena, subject, t, &about, dice));
    t->type = subject->type;
    t->category = subject->category;
    t->software = subject->category == FLAKY || subject->category == PIPELINES;
    t->title = fill(arena, subject->title, &about);
    t->description = fill(arena, subject->description, &about);
    (void)snprintf(t->label, sizeof(t->label), "%s", fill(arena, subject->label, &about));
    if (dice_roll(dice) < 0.05)
        t->title = odd_titles[(size_t)(dice_roll(dice) * ODD_TITLES)];
}

/* ---- comments ---- */

static const char *const sayings[][4] = {
    [SAY_RECEIVED] = { "Thank you, we have received your ticket.",
                       "Your ticket was sorted by keyword.", "Have you seen the status page?",
                       "Ticket received. 🤖" },
    [SAY_LOOKING] = { "We are looking into it.", "I see it too, the pool is being restarted.",
                      "Danke, ich schaue es mir an.", "Смотрю, спасибо за отчёт." },
    [SAY_NOTE] = { "Internal: same as last week, see the runbook.",
                   "Internal: the node group is at its limit.", "Internal: 要確認 (cost centre?)",
                   "Internal: ask the network team." },
    [SAY_QUESTION] = { "Which run is it? Please send a link.", "Does it still happen?",
                       "Who is the owner of the repository?", "Can you try again, please?" },
    [SAY_ANSWER] = { "Yes, it still does.", "Here is the log:\n\n```\nexit code 137\n```",
                     "لا يزال الخطأ موجودا.", "देख लिया, अब भी वही है।" },
    [SAY_MORE] = { "Any news?", "It blocks the whole team.", "PS: only on Mondays.", "+1" },
    [SAY_SOLVED] = { "Solved, please open it again if it comes back.", "Done.",
                     "The pool has twice as many runners now.", "Rolled back." },
    [SAY_AGAIN] = { "It is back.", "Sorry, it happens again.", "まだ直っていません。",
                    "עדיין לא עובד" },
};

const char *ticket_saying(enum ticket_saying what, uint64_t chance)
{
    return sayings[what][chance % MANY(sayings[what])];
}
