/* ticket_kit: tickets in the store that company_kit made. */
#include "config.h"

#include "ticket_kit.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "derive/derive.h"
#include "run.h"
#include "store/store.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const int64_t now_ms = INT64_C(1795530727000); /* KIT_NOW */

static const struct ticket_of {
    const char *key, *title, *category, *owner, *status;
    int priority;
    int64_t age_m, left_m; /* left 0: it has no SLA */
} of[] = {
    { "DX-412", "CI cannot pull images from the registry, api/test (jdk21) fails", "registry",
      "m.ito", "In Progress", 1, 182, -41 },
    { "DX-409", "Runner gpu offline", "runners", "", "Open", 2, 28 * 60, 35 },
    { "DX-415", "Deploy token expired for web/deploy", "secrets", "a.berg", "In Progress", 2, 90,
      85 },
    { "DX-398", "Access to registry for new team", "access", "", "Open", 3, 59 * 60, 540 },
    { "DX-411", "Build cache misses since Monday on linux-xl", "cache", "r.sand", "In Progress", 3,
      245, 12 * 60 },
    { "DX-407", "Raise quota of linux-arm", "runners", "", "Waiting for support", 3, 33 * 60,
      17 * 60 },
    { "DX-402", "Template for a Go service", "templates", "l.novak", "Open", 4, 51 * 60, 26 * 60 },
    { "DX-396", "Docs: how to rerun one job", "docs", "", "Open", 4, 64 * 60, 30 * 60 },
    { "DX-391", "Move mail/test off Jenkins", "runners", "m.ito", "Open", 4, 96 * 60, 50 * 60 },
    { "DX-388", "Pin the base image of lib/bench", "registry", "", "Open", 4, 120 * 60, 74 * 60 },
    { "DX-380", "Rotate signing key", "secrets", "k.wu", "Open", 4, 168 * 60, 98 * 60 },
    { "DX-377", "Faster checkout of the monorepo", "cache", "", "Open", 4, 192 * 60, 122 * 60 },
    { "DX-371", "Windows images with VS 2026", "runners", "", "Open", 4, 216 * 60, 170 * 60 },
    { "DX-369", "Allow cron runs on gpu runners", "runners", "k.wu", "Open", 4, 240 * 60,
      194 * 60 },
    { "DX-365", "Dependency mirror for Rust", "registry", "", "Open", 4, 264 * 60, 218 * 60 },
    { "DX-361", "Show cost per pipeline", "other", "r.sand", "Open", 4, 288 * 60, 242 * 60 },
    { "DX-357", "Delete old artifacts", "other", "", "Open", 5, 312 * 60, 0 },
    { "DX-353", "Retry policy for mail/test", "other", "m.ito", "Open", 5, 336 * 60, 0 },
    { "DX-349", "Self-service runner labels", "runners", "", "Open", 5, 360 * 60, 0 },
    { "DX-345", "SBOM in the Go template", "templates", "a.berg", "Open", 0, 384 * 60, 0 },
};
enum { TICKETS = sizeof(of) / sizeof(of[0]), MORE = 17, MANY = 1200 };

static const char *const hostile[] = {
    "日本語の題名がここにあり、とても長いので表の幅を超えてしまいます。次の列まで届いてはいけませ"
    "ん",
    "العربية: خط الأنابيب api/test لا يعمل منذ الصباح",
    "עברית: הרץ נכשל שוב ושוב בלי סיבה",
    "z\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87\xcc\x88 combining "
    "m\xcc\x81\xcc\x82rks",
    "zero\xe2\x80\x8bwidth\xe2\x80\x8d and \xe2\x81\xa0joiners\xef\xbb\xbf",
    "👩\xe2\x80\x8d👩\xe2\x80\x8d👧\xe2\x80\x8d👦 👍🏽 🇳🇴 emoji ☺\xef\xb8\x8f",
    "\x1b[2J\x1b[31mred\x1b[0m \x1b]0;owned\x07 \x9b"
    "31m end",
    "bidi \xe2\x80\xae"
    "txet\xe2\x80\xac \xe2\x81\xa6isolate\xe2\x81\xa9 \xd8\x9c mark",
    "tab\there\r\nline two\x0b\x0c \"quotes\" %s %n <b>&amp; linux-xl",
    "\xff\xfe not utf-8 \xc3 \xed\xa0\x80 \xf4\x90\x80\x80",
    "a-title-without-a-single-blank-that-goes-on-and-on-until-there-is-no-room-left-for-anything",
    "",
};
enum { HOSTILE = sizeof(hostile) / sizeof(hostile[0]) };

static struct {
    struct store *store;
    struct batch batch;
    int64_t id[4];
} kit;

static const char *text(const char *foreign)
{
    return batch_text(&kit.batch, foreign, strlen(foreign));
}

static struct ticket *add(const char *key, const char *title, int64_t age_m)
{
    struct ticket *t = batch_ticket(&kit.batch);

    t->parts = TICKET_FIELDS | TICKET_RESPONSE | TICKET_SLAS | TICKET_PAUSES | TICKET_LINKS;
    t->project = "DX";
    t->key = text(key);
    t->title = text(title);
    t->type = "Service Request";
    t->reporter = "p.olsen";
    t->raw_status = "Open";
    t->state = DX_TICKET_NEW;
    t->url = arena_print(&kit.batch.arena, "https://acme.atlassian.example/browse/%s", t->key);
    t->created_ms = t->updated_ms = now_ms - age_m * MINUTE;
    return t;
}

static void give_sla(struct ticket *t, int64_t left_m, enum dx_sla_state state)
{
    t->slas = arena_alloc(&kit.batch.arena, 2 * sizeof(*t->slas));
    t->slas[0] =
        (struct ticket_sla){ .name = "Time to resolution",
                             .state = state,
                             .breach_ms = state == DX_SLA_PAUSED ? 0 : now_ms + left_m * MINUTE,
                             .remaining_ms = left_m * MINUTE,
                             .goal_ms = 4 * HOUR };
    t->slas[1] = (struct ticket_sla){ .name = "Time to triage",
                                      .state = DX_SLA_MET,
                                      .remaining_ms = 20 * MINUTE,
                                      .goal_ms = 30 * MINUTE,
                                      .stopped_ms = t->created_ms + 10 * MINUTE };
    t->sla_count = 2;
}

/* All that a ticket can have. */
static void give_rest(struct ticket *t)
{
    static const char *const links[] = { "relates to DX-371", "is caused by DX-290" };
    static struct ticket_pause pauses[2];
    static struct ticket_stay stays[5];

    pauses[0] = (struct ticket_pause){ now_ms - 170 * MINUTE, now_ms - 150 * MINUTE };
    pauses[1] = (struct ticket_pause){ now_ms - 20 * MINUTE, 0 };
    t->pauses = pauses;
    t->pause_count = 2;
    stays[0] = (struct ticket_stay){ DX_STAY_NEW, t->created_ms };
    stays[1] = (struct ticket_stay){ DX_STAY_WAITING, pauses[0].from_ms };
    stays[2] = (struct ticket_stay){ DX_STAY_NEW, pauses[0].to_ms };
    stays[3] = (struct ticket_stay){ DX_STAY_IN_PROGRESS, t->created_ms + 95 * MINUTE };
    stays[4] = (struct ticket_stay){ DX_STAY_WAITING, pauses[1].from_ms };
    t->stays = stays;
    t->stay_count = 5;
    t->stays_known = true;
    t->created_basis = "created";
    t->response_basis = "comment";
    t->links = links;
    t->link_count = 2;
    t->labels = "ci, registry";
    t->raw_priority = "Blocker";
    t->first_response_ms = t->created_ms + 95 * MINUTE;
    t->text =
        "Since 11:20 every job on linux-xl that pulls from registry.acme.example fails with "
        "\"toomanyrequests\". We restarted the mirror; it did not help. acme/payments/test is "
        "red as well.";
}

static void add_all(enum kit_world world)
{
    for (int i = 0; i < TICKETS; i++) {
        bool bad = world == KIT_HOSTILE && i < HOSTILE;
        struct ticket *t = add(of[i].key, bad ? hostile[i] : of[i].title, of[i].age_m);

        t->category = bad ? text(hostile[(i + 1) % HOSTILE]) : of[i].category;
        t->assignee = bad ? text(hostile[(i + 3) % HOSTILE]) : of[i].owner;
        t->raw_status = bad ? text(hostile[(i + 5) % HOSTILE]) : of[i].status;
        t->priority = of[i].priority;
        t->state = *of[i].owner ? DX_TICKET_IN_PROGRESS : DX_TICKET_NEW;
        if (of[i].left_m != 0)
            give_sla(t, of[i].left_m,
                     i == 0   ? DX_SLA_BREACHED
                     : i == 7 ? DX_SLA_PAUSED
                              : DX_SLA_RUNNING);
        if (i == 0)
            give_rest(t);
        if (i == TICKETS - 1) /* its comments may not be read */
            t->parts &= ~(unsigned)TICKET_RESPONSE;
        if (i == 0 && bad)
            t->text = text(hostile[6]);
    }
}

static void add_more(int count, const char *what)
{
    char key[32], title[80];

    for (int i = 0; i < count; i++) {
        snprintf(key, sizeof(key), "DX-%d", 300 - i);
        snprintf(title, sizeof(title), "%s %d", what, i);
        if (i == 1100)
            snprintf(title, sizeof(title), "needle in the hay");
        if (i >= 300)
            snprintf(key, sizeof(key), "OLD-%d", i);
        add(key, title, 400 * 60 + i)->priority = 5;
    }
}

static void add_done(void)
{
    for (int i = 0; i < 3; i++) {
        struct ticket *t = add(i == 0   ? "DX-410"
                               : i == 1 ? "DX-408"
                                        : "DX-406",
                               "Runner image without git", 3000 + i * 600);

        t->state = DX_TICKET_DONE;
        t->raw_status = "Done";
        t->assignee = "k.wu";
        t->priority = 3;
        t->type = i == 0 ? "Incident" : t->type;
        t->updated_ms = t->resolved_ms = now_ms - (i + 1) * 5 * HOUR;
        t->first_response_ms = t->created_ms + HOUR;
    }
}

static void commit(int64_t at_ms)
{
    const struct poll poll = { .source = kit.id[3],
                               .name = "jira",
                               .ok = true,
                               .state = DX_SOURCE_LIVE,
                               .now_ms = at_ms,
                               .next_ms = at_ms + MINUTE,
                               .every_ms = MINUTE };
    struct dx_error err = { 0 };

    cr_assert(store_commit(kit.store, &poll, &kit.batch, NULL, 0, &err), "%s", err.text);
    batch_done(&kit.batch);
}

static struct deriver *begin(const char *path)
{
    static const uint32_t ci = 1U << DX_KIND_RUN | 1U << DX_KIND_POOL;
    static const struct source_row rows[] = {
        { "github", "github", "https://api.github.example", ci, 30 * SECOND },
        { "gitlab", "gitlab", "https://gitlab.example", ci, 30 * SECOND },
        { "jenkins", "jenkins", "https://jenkins.example", ci, 30 * SECOND },
        { "jira", "jira", "https://acme.atlassian.example", 1U << DX_KIND_TICKET, MINUTE },
    };
    struct deriver *deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED);
    struct dx_error err = { 0 };

    memset(&kit, 0, sizeof(kit));
    kit.store = store_open(path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    cr_assert(store_lock(kit.store));
    cr_assert(store_sources(kit.store, rows, 4, kit.id, &err), "%s", err.text);
    store_on_derive(kit.store, deriver_commit, deriver);
    return deriver;
}

static void end(struct deriver *deriver)
{
    struct dx_error err = { 0 };

    cr_assert(deriver_settle(deriver, kit.store, now_ms, &err), "%s", err.text);
    store_close(kit.store);
    deriver_free(deriver);
}

void tickets_write(const char *path, enum kit_world world)
{
    struct deriver *deriver = begin(path);
    struct ticket *t;

    t = add("DX-394", "Which runner for GPU builds?", 70 * 60); /* said some hours ago */
    t->assignee = "l.novak";
    t->priority = 4;
    give_sla(t, 22 * 60, DX_SLA_RUNNING);
    commit(now_ms - 3 * HOUR);
    add_all(world);
    add_more(MORE - 1, "An older wish, number");
    add_done();
    commit(now_ms - 41 * SECOND);
    end(deriver);
}

void tickets_write_many(const char *path)
{
    struct deriver *deriver = begin(path);

    add_all(KIT_NORMAL);
    add_more(MANY, "Hay, straw");
    add_done();
    commit(now_ms - 41 * SECOND);
    end(deriver);
}

/* Answered and done by day, fewer on some, and more slowly in some categories. */
static void add_history(void)
{
    static const char *const categories[] = { "access", "registry", "runners", "templates",
                                              "日本語のカテゴリ" };

    for (int i = 0; i < 60; i++) {
        int64_t age_m = 60 * (i * 7 + i % 3) + 90, answered_m = 20 + i * i % 90;
        char key[32];
        struct ticket *t;

        (void)snprintf(key, sizeof(key), "DX-%d", 100 + i);
        t = add(key, "Done, as it should be", age_m);
        t->category = categories[i % 7 % 5];
        t->first_response_ms = t->created_ms + answered_m * MINUTE;
        if (i % 4 == 0)
            continue;
        t->state = DX_TICKET_DONE;
        t->raw_status = "Done";
        t->resolved_ms = t->updated_ms =
            t->created_ms + (30 + 45 * (i % 7 % 5) + 11 * (i % 5)) * MINUTE;
    }
}

void tickets_write_history(const char *path)
{
    static const struct calendar_hours whole = { 0, DAY_MS };
    struct calendar calendar = { .zone = "UTC" }; /* open round the clock */
    struct zone zone;
    struct business business = { &calendar, &zone };
    struct kpi_settings settings = { .business = &business };
    struct deriver *deriver = begin(path);
    struct dx_error err = { 0 };

    cr_assert(zone_open(&zone, calendar.zone, &err), "%s", err.text);
    for (int i = 0; i < 7; i++)
        calendar.days[i] = (struct calendar_day){ &whole, 1 };
    for (int i = 0; i < KPI_COUNT; i++)
        settings.target[i] = derive_usual_target(&kpis[i]);
    deriver_kpis(deriver, &settings);
    add_all(KIT_NORMAL);
    add_history();
    commit(now_ms - 41 * SECOND);
    end(deriver);
    zone_done(&zone);
}

void tickets_config(const char *path, const char *store)
{
    write_file(path,
               "title: acme\nstore: %s\n"
               "views:\n"
               "  - name: Tickets\n    rows:\n"
               "      - weight: 3\n"
               "        panels: [{panel: tickets, project: DX, recent: 24h, priority: 0}]\n"
               "      - weight: 2\n"
               "        panels: [{panel: tickets, follow: yes, priority: 1}]\n"
               "  - name: Overview\n    rows:\n"
               "      - panels: [{panel: queue, priority: 0}, {panel: pipelines, priority: 1}]\n"
               "      - panels: [{panel: flaky, priority: 3}, {panel: tickets, priority: 2}]\n"
               "  - name: Queues\n    rows:\n"
               "      - panels: [{panel: queue, priority: 0}]\n"
               "      - panels: [{panel: queue, follow: yes, priority: 1}]\n"
               "  - name: Flaky\n    rows:\n"
               "      - panels: [{panel: flaky, priority: 0}]\n"
               "      - panels: [{panel: flaky, follow: yes, priority: 1}]\n",
               store);
}
