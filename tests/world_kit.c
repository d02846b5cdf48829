/* world_kit: a little of everything that a collector writes. */
#include "config.h"

#include "world_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "insight/business.h"
#include "model/kpi.h"
#include "store/alerting.h"
#include "store/internal.h"
#include "store/texts.h"
#include "store_kit.h"

enum { CI, DESK, AM, PROM };

/* ---- what a collector writes ---- */

static bool commit(struct world *w, int source, int64_t now_ms, struct batch *b,
                   struct dx_error *err)
{
    static const struct etag etags[] = { { "http://ci/runs", "W/\"1\"" } };
    static const char *const names[] = { "ci", "desk", "am", "prom" };
    struct poll poll = { .source = w->id[source],
                         .name = names[source],
                         .ok = b != NULL,
                         .state = b ? DX_SOURCE_LIVE : DX_SOURCE_LOST,
                         .now_ms = now_ms,
                         .next_ms = now_ms + MINUTE,
                         .every_ms = MINUTE,
                         .limit = 5000,
                         .skew_known = true };
    bool ok;

    if (!b) {
        poll.error.fault = DX_FAULT_NETWORK;
        (void)snprintf(poll.error.text, sizeof(poll.error.text), "ci: no answer");
    }
    ok = store_commit(w->store, &poll, b, etags, b != NULL, err);
    if (b)
        batch_done(b);
    return ok;
}

static bool sources(struct world *w, struct dx_error *err)
{
    static const struct source_row rows[] = {
        { "ci", "github", "http://ci", 1U << DX_KIND_RUN, MINUTE },
        { "desk", "jira", "http://desk", 1U << DX_KIND_TICKET, MINUTE },
        { "am", "alertmanager", "http://am", 1U << DX_KIND_ALERT, MINUTE },
        { "prom", "prometheus", "http://prom", 1U << DX_KIND_SAMPLE, MINUTE },
    };

    return store_sources(w->store, rows, WORLD_SOURCES, w->id, err);
}

static struct run *add_run(struct batch *b, const char *id, int64_t attempt, enum dx_result result,
                           int64_t age_ms)
{
    struct run *run = batch_run(b);

    *run = (struct run){ .project = "acme/web",
                         .pipeline = "ci",
                         .id = id,
                         .attempt = attempt,
                         .number = id,
                         .title = "Retry",
                         .sha = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                         .branch = "main",
                         .event = "push",
                         .actor = "m.ito",
                         .url = "https://ci.example/acme/web/runs/77",
                         .protected_branch = true,
                         .outcome = { .phase = result ? DX_PHASE_DONE : DX_PHASE_RUNNING,
                                      .result = result,
                                      .evidence = "",
                                      .raw_status = "completed",
                                      .raw_result = "" },
                         .timing = { .created_ms = T0 - age_ms,
                                     .started_ms = T0 - age_ms,
                                     .finished_ms = result ? T0 - age_ms + 5 * MINUTE : 0,
                                     .queued_ms = -1,
                                     .duration_ms = result ? 5 * MINUTE : -1,
                                     .queued_basis = "",
                                     .duration_basis = "" },
                         .gate_ms = 3000,
                         .updated_ms = T0 - age_ms + 6 * MINUTE };
    return run;
}

static struct job *add_job(struct batch *b, size_t nth, const char *id, const char *name)
{
    struct job *job = batch_job(b, nth);
    const struct run *run = &b->runs[nth];

    job->id = id;
    job->name = name;
    job->attempt = run->attempt;
    job->pool = "linux-xl";
    job->runner = "r-1";
    job->stage = "test";
    job->url = "https://ci.example/acme/web/runs/77/job/8";
    job->started = true;
    job->outcome = run->outcome;
    job->timing = run->timing;
    job->timing.queued_ms = 20 * SECOND;
    job->timing.queued_basis = "started_at - created_at";
    return job;
}

static void add_pools(struct batch *b, int64_t online)
{
    struct pool *pool = batch_pool(b);
    struct runner *runner = batch_runner(b);

    *pool = (struct pool){ "linux-xl", online, 1, 4 - online, 3, "" };
    *runner = (struct runner){ "linux-xl", "r-1", "linux, xl", "", online > 0, true };
    b->pools_whole = true;
}

static bool runs(struct world *w, struct dx_error *err)
{
    static struct job_step steps[] = { { "checkout", "success", DX_PHASE_DONE, DX_RESULT_SUCCESS, 1,
                                         2 } };
    static const char *const messages[] = { "No space left on device" };
    struct batch b = { 0 };
    struct job *job;

    add_run(&b, "77", 1, DX_RESULT_FAILURE, HOUR);
    add_run(&b, "77", 2, DX_RESULT_SUCCESS, 50 * MINUTE);
    add_run(&b, "78", 1, DX_RESULT_FAILURE, 3 * DAY);
    add_run(&b, "79", 1, DX_RESULT_NONE, MINUTE)->pipeline = "nightly";
    job = add_job(&b, 0, "8", "test");
    job->steps = steps;
    job->step_count = 1;
    job->messages = messages;
    job->message_count = 1;
    job->outcome.cause = DX_CAUSE_PLATFORM;
    job->outcome.evidence = "No space left on device";
    add_job(&b, 1, "9", "test");
    add_job(&b, 2, "10", "lint")->outcome.cause = DX_CAUSE_UNKNOWN;
    job = add_job(&b, 3, "11", "build");
    job->outcome.phase = DX_PHASE_QUEUED;
    job->queue_ref = "q-5";
    job->why = "Waiting for next available executor";
    job->started = false;
    b.waiting_whole = true;
    for (size_t i = 0; i < 3; i++)
        batch_jobs_whole(&b, i);
    batch_owe(&b, 2);
    *batch_tail(&b) = (struct log_tail){ "acme/web",        "77",       "8", 1, 1, "disk full",
                                         DX_CAUSE_PLATFORM, "disk full" };
    add_pools(&b, 2);
    batch_cursor(&b, "runs", T0);
    batch_note(&b, DX_LOG_WARN, "a note of ci");
    b.version = "3.20";
    return commit(w, CI, T0, &b, err);
}

/* What waited has begun, a run that was known ended, a runner went. */
static bool more_runs(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct job *job;
    size_t known;

    add_run(&b, "79", 1, DX_RESULT_CANCELLED, MINUTE)->pipeline = "nightly";
    job = add_job(&b, 0, "11", "build");
    job->queue_ref = "q-5";
    job->outcome.phase = DX_PHASE_RUNNING;
    known = batch_known_run(&b, "acme/web", "78", 1);
    add_job(&b, known, "12", "deploy");
    batch_paid(&b, "acme/web", "78", 1);
    b.waiting_whole = true;
    add_pools(&b, 0);
    batch_cursor(&b, "runs", T0 + MINUTE);
    return commit(w, CI, T0 + MINUTE, &b, err);
}

/* An item that waits in a queue: a run of its own. */
static struct job *add_item(struct batch *b, const char *ref)
{
    size_t nth = b->run_count;
    struct run *run =
        add_run(b, arena_print(&b->arena, "queue/%s", ref), 1, DX_RESULT_NONE, MINUTE);
    struct job *job;

    run->outcome.phase = DX_PHASE_QUEUED;
    run->timing.started_ms = 0;
    job = add_job(b, nth, ref, "build");
    job->queue_ref = ref;
    job->started = false;
    return job;
}

static bool queue(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    (void)add_item(&b, "21");
    (void)add_item(&b, "22");
    b.waiting_whole = true;
    return commit(w, CI, T0 + 2 * MINUTE, &b, err);
}

/* The one became a build that does not know since when it waited, the other one left. */
static bool queue_moves(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct run *run = add_run(&b, "81", 1, DX_RESULT_FAILURE, MINUTE);
    struct job *job = add_job(&b, 0, "81", "build");

    run->timing.created_ms = job->timing.created_ms = 0;
    job->queue_ref = "21";
    b.waiting_whole = true;
    return commit(w, CI, T0 + 3 * MINUTE, &b, err);
}

/* And is a build, too. */
static bool queue_is_empty(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct run *run = add_run(&b, "82", 1, DX_RESULT_NONE, MINUTE);
    struct job *job = add_job(&b, 0, "82", "build");

    run->timing.created_ms = job->timing.created_ms = 0;
    job->queue_ref = "22";
    b.waiting_whole = true;
    return commit(w, CI, T0 + 4 * MINUTE, &b, err);
}

/* Of a project of its own; what broke it may be the platform. */
static void add_outage(struct batch *b, int nth, int64_t age_ms)
{
    size_t at = b->run_count;
    struct run *run =
        add_run(b, arena_print(&b->arena, "%d", 90 + nth), 1, DX_RESULT_FAILURE, age_ms);
    struct job *job;

    run->project = arena_print(&b->arena, "acme/p%d", nth);
    job = add_job(b, at, run->id, "test");
    job->outcome.cause = DX_CAUSE_UNKNOWN;
    job->outcome.evidence = "disk?: No space left on device";
    batch_jobs_whole(b, at);
}

static bool outage(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    for (int i = 0; i < 3; i++)
        add_outage(&b, i, (20 - i) * MINUTE);
    return commit(w, CI, T0 + 5 * MINUTE, &b, err);
}

/* It began before: what was raised is another one. */
static bool outage_was_earlier(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    add_outage(&b, 3, 25 * MINUTE);
    return commit(w, CI, T0 + 6 * MINUTE, &b, err);
}

static bool changes(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    for (int i = 0; i < 2; i++) {
        struct change *change = batch_change(&b);

        change->project = "acme/web";
        change->id = i ? "6" : "5";
        change->title = "Faster";
        change->author = "a.berg";
        change->url = "https://ci.example/acme/web/pull/5";
        change->created_ms = T0 - DAY;
        change->reviews_known = i == 0;
        change->first_review_ms = i ? 0 : T0 - HOUR;
        change->merged_ms = change->closed_ms = i ? 0 : T0 - MINUTE;
    }
    return commit(w, CI, T0 + 2 * MINUTE, &b, err);
}

static struct ticket *add_ticket(struct batch *b, const char *key, enum dx_ticket_state state)
{
    struct ticket *t = batch_ticket(b);

    t->parts = TICKET_FIELDS | TICKET_RESPONSE | TICKET_SLAS | TICKET_PAUSES | TICKET_LINKS;
    t->project = "DX";
    t->key = key;
    t->id = "10001";
    t->title = "linux-xl is full";
    t->type = "Incident";
    t->category = "runners";
    t->raw_priority = "High";
    t->raw_status = "Open";
    t->reporter = "p.olsen";
    t->assignee = "m.ito";
    t->labels = "ci, disk";
    t->text = "acme/web/ci fails on linux-xl";
    t->url = "https://desk.example/browse/DX-1";
    t->priority = 2;
    t->state = state;
    t->created_ms = T0 - 2 * DAY;
    t->updated_ms = T0 - HOUR;
    t->resolved_ms = state == DX_TICKET_DONE ? T0 - HOUR : 0;
    t->first_response_ms = T0 - DAY;
    return t;
}

static bool tickets(struct world *w, struct dx_error *err)
{
    static struct ticket_sla slas[] = { { "Time to resolution", DX_SLA_RUNNING, T0 + HOUR, HOUR,
                                          4 * HOUR, 0 } };
    static struct ticket_pause pauses[] = { { T0 - 40 * HOUR, T0 - 30 * HOUR } };
    static struct ticket_stay stays[] = { { DX_STAY_NEW, T0 - 2 * DAY },
                                          { DX_STAY_WAITING, T0 - 40 * HOUR } };
    static const char *const links[] = { "blocks DX-3" };
    struct batch b = { 0 };
    struct ticket *t = add_ticket(&b, "DX-1", DX_TICKET_IN_PROGRESS);

    t->slas = slas;
    t->pauses = pauses;
    t->stays = stays;
    t->links = links;
    t->sla_count = t->pause_count = t->link_count = 1;
    t->stay_count = 2;
    t->stays_known = true;
    add_ticket(&b, "DX-2", DX_TICKET_DONE)->first_response_ms = 0;
    add_ticket(&b, "DX-3", DX_TICKET_NEW)->refused = TICKET_SLAS;
    batch_cursor(&b, "tickets", T0);
    return commit(w, DESK, T0, &b, err);
}

static bool more_tickets(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };
    struct ticket *t;

    add_ticket(&b, "DX-1", DX_TICKET_DONE)->updated_ms = T0;
    t = batch_ticket(&b);
    t->key = "DX-3";
    t->gone = true;
    t = batch_ticket(&b);
    t->key = "DX-2";
    t->parts = TICKET_RESPONSE;
    t->first_response_ms = T0 - HOUR;
    return commit(w, DESK, T0 + MINUTE, &b, err);
}

static bool alerts(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    kit_alert(&b, "a", DX_ALERT_FIRING, T0 - HOUR);
    kit_alert(&b, "b", DX_ALERT_FIRING, 0);
    return commit(w, AM, T0, &b, err);
}

static bool fewer_alerts(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    kit_alert(&b, "b", DX_ALERT_SILENCED, 0);
    return commit(w, AM, T0 + MINUTE, &b, err);
}

static bool samples(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    for (int i = 0; i < 3; i++)
        kit_sample(&b, "waiting", "{pool=\"linux-xl\"}", T0 - i * MINUTE, i);
    (void)batch_series(&b, (struct series){ .query = "says", .labels = "{}", .text = "hello" });
    return commit(w, PROM, T0, &b, err);
}

static bool other_unit(struct world *w, struct dx_error *err)
{
    struct batch b = { 0 };

    (void)batch_series(
        &b, (struct series){ .query = "says", .labels = "{}", .text = "", .unit = DX_UNIT_COUNT });
    b.done = 1;
    b.total = 2;
    return commit(w, PROM, T0 + MINUTE, &b, err);
}

static bool no_answer(struct world *w, struct dx_error *err)
{
    return commit(w, PROM, T0 + 2 * MINUTE, NULL, err);
}

static bool settle(struct world *w, struct dx_error *err)
{
    return deriver_settle(w->deriver, w->store, T0 + 3 * MINUTE, err);
}

static bool settle_a_day_later(struct world *w, struct dx_error *err)
{
    return deriver_settle(w->deriver, w->store, T0 + 26 * HOUR, err);
}

static bool heartbeat(struct world *w, struct dx_error *err)
{
    return store_heartbeat(w->store, T0, err);
}

static bool log_once(struct world *w, struct dx_error *err)
{
    return store_log(w->store, T0, DX_LOG_WARN, "ci", "it rains", err);
}

static bool log_again(struct world *w, struct dx_error *err)
{
    return store_log(w->store, T0 + SECOND, DX_LOG_WARN, "ci", "it rains", err);
}

static bool runbooks(struct world *w, struct dx_error *err)
{
    static const struct stored_runbook shelf[] = {
        { "disk.md", "A disk is full", "# A disk is full\nlinux-xl: prune images.\n", T0, 9 },
        { "registry.md", "Registry", "# Registry\nLook at the proxy.\n", T0, 7 },
    };

    return store_put_runbooks(w->store, shelf, 2, err);
}

static bool fewer_runbooks(struct world *w, struct dx_error *err)
{
    static const struct stored_runbook kept = { "disk.md", "", NULL, T0, 9 };

    return store_put_runbooks(w->store, &kept, 1, err);
}

static bool accept(struct world *w, struct dx_error *err)
{
    return store_wish(w->store, "triage", "t1 accept runners", err);
}

static bool take_back(struct world *w, struct dx_error *err)
{
    return store_wish(w->store, "triage", "t1 undo", err);
}

static bool grant(struct world *w, struct dx_error *err)
{
    struct dx_error refused = { 0 };
    struct wish wish = { 0 };
    bool ok = store_next_wish(w->store, &wish, err) &&
              store_grant_wish(w->store, &wish, T0, &refused, err);

    if (refused.fault != DX_FAULT_NONE)
        *err = refused;
    return ok && refused.fault == DX_FAULT_NONE;
}

static struct stored_rule rule_of(const char *name)
{
    return (struct stored_rule){ .rule = name,
                                 .subject = "linux-xl",
                                 .severity = DX_SEVERITY_CRITICAL,
                                 .state = DX_RULE_FIRING,
                                 .since_ms = T0,
                                 .began_ms = T0,
                                 .fired_ms = T0,
                                 .at_ms = T0,
                                 .above = true,
                                 .limit = 600,
                                 .value = 720,
                                 .unit = DX_UNIT_SECONDS };
}

/* As they stand, with the numbers of their alerts. */
static struct stored_rule rule[3];

static bool rules(struct world *w, struct dx_error *err)
{
    const struct rule_change change[] = {
        { &rule[0], RULE_BEGINS, "{pool=\"linux-xl\"}", "12m, above 10m", false },
        { &rule[1], RULE_BEGINS, "{pool=\"linux-xl\"}", "12m, above 10m", false },
        { &rule[2], RULE_STANDS, "", "", false },
    };
    const struct stored_notice notice = { .at_ms = T0,
                                          .name = "chat",
                                          .ways = 1,
                                          .loud = true,
                                          .title = "slow",
                                          .text = "slow: 12m",
                                          .facts = "{}" };
    const struct rules_write write = { change, 3, &notice, 1, T0 };

    rule[0] = rule_of("slow");
    rule[1] = rule_of("slower");
    rule[2] = rule_of("fine");
    return store_put_rules(w->store, &write, err);
}

static bool rules_end(struct world *w, struct dx_error *err)
{
    struct stored_rule one = rule[1], other = rule[2];
    const struct rule_change change[] = { { &one, RULE_ENDS, "", "", false },
                                          { &other, RULE_LAPSES, "", "", true } };
    const struct rules_write write = { change, 2, NULL, 0, T0 + MINUTE };

    one.state = other.state = DX_RULE_FINE;
    return store_put_rules(w->store, &write, err);
}

static bool notice_begins(struct world *w, struct dx_error *err)
{
    return store_notice_is(w->store, 1, NOTICE_UNDER_WAY, 0, err);
}

static bool notices_are_lost(struct world *w, struct dx_error *err)
{
    return store_lost_notices(w->store, err) > 0 || err->fault == DX_FAULT_NONE;
}

static bool snooze(struct world *w, struct dx_error *err)
{
    return store_wish(w->store, "snooze",
                      "dxtop/rule:slow/linux-xl/1790000000000\t1790003600000\tm.ito\tlater", err);
}

/* A word that waits for the next time something is written. */
static bool pending_word(struct world *w, struct dx_error *err)
{
    (void)snprintf(w->store->pending, sizeof(w->store->pending), "the store was opened anew");
    return store_heartbeat(w->store, T0 + MINUTE, err);
}

static bool pending_words(struct world *w, struct dx_error *err)
{
    (void)snprintf(w->store->pending, sizeof(w->store->pending), "the store was opened again");
    return store_log(w->store, T0 + MINUTE, DX_LOG_WARN, "am", "it snows", err);
}

/* As in a new file. */
static bool lock_anew(struct world *w, struct dx_error *err)
{
    return lock_claim(w->store, err);
}

/* Texts that nothing has any more go, table by table. */
static bool upkeep_of_texts(struct world *w, struct dx_error *err)
{
    bool ok = true;

    texts_forget(w->store); /* those that were begun before */
    w->store->forgot.texts_freed = true;
    w->store->forgot.swept_ms = 0;
    for (int i = 0; ok && i < 32 && (i == 0 || w->store->sweep); i++)
        ok = store_upkeep(w->store, T0 + 802 * DAY, err);
    return ok;
}

static bool limit(struct world *w, struct dx_error *err)
{
    return store_limit(w->store, INT64_C(1) << 40, err);
}

static bool upkeep(struct world *w, struct dx_error *err)
{
    return store_upkeep(w->store, T0 + MINUTE, err);
}

/* All is older than it is kept. */
static bool upkeep_years_later(struct world *w, struct dx_error *err)
{
    return store_upkeep(w->store, T0 + 800 * DAY, err);
}

/* Until it went over all that it has, and nothing went. */
static bool upkeep_of_all(struct world *w, struct dx_error *err)
{
    bool ok = true;

    for (int i = 0;
         ok && i < 4 && (i == 0 || w->store->sweep_id > 0 || w->store->forgot.round_gone); i++)
        ok = store_upkeep(w->store, T0 + 2 * MINUTE, err);
    return ok;
}

/* It forgets a day, and no more. */
static bool upkeep_of_a_full_store(struct world *w, struct dx_error *err)
{
    w->store->limit_bytes = 64 << 10;
    return w->store->forgot.fit_ms > 0 || store_upkeep(w->store, T0 + 2 * MINUTE, err);
}

static bool upkeep_with_room_again(struct world *w, struct dx_error *err)
{
    struct stat st;
    bool ok;

    if (stat(store_path(w->store), &st) != 0)
        return dx_fail(err, DX_FAULT_SYSTEM, "there is no store");
    w->store->limit_bytes = (int64_t)st.st_size + 64 * 1024;
    ok = w->store->forgot.fit_said_ms == w->store->forgot.fit_ms ||
         store_upkeep(w->store, T0 + 3 * MINUTE, err);
    w->store->limit_bytes = 0; /* any, as before */
    return ok;
}

static bool dirty(struct world *w, struct dx_error *err)
{
    struct touched all = { 0 };
    bool ok = store_all_keys(w->store, &all, err);

    touched_done(&all);
    return ok;
}

const struct world_deed world_deeds[] = {
    { "sources", sources, false },
    { "runs", runs, false },
    { "tickets", tickets, false },
    { "alerts", alerts, false },
    { "samples", samples, false },
    { "more runs", more_runs, false },
    { "changes", changes, false },
    { "a queue", queue, false },
    { "a queue moves", queue_moves, false },
    { "a queue is empty", queue_is_empty, false },
    { "more tickets", more_tickets, false },
    { "fewer alerts", fewer_alerts, false },
    { "another unit", other_unit, false },
    { "no answer", no_answer, false },
    { "settle", settle, true },
    { "heartbeat", heartbeat, false },
    { "a log's line", log_once, false },
    { "a log's line again", log_again, false },
    { "a word that waits", pending_word, false },
    { "words that wait", pending_words, false },
    { "the lock anew", lock_anew, false },
    { "runbooks", runbooks, false },
    { "fewer runbooks", fewer_runbooks, false },
    { "a verdict is wished", accept, false },
    { "a verdict", grant, false },
    { "no verdict is wished", take_back, false },
    { "no verdict", grant, false },
    { "rules", rules, false },
    { "rules end", rules_end, false },
    { "a notice begins", notice_begins, false },
    { "notices are lost", notices_are_lost, false },
    { "a snooze is wished", snooze, false },
    { "a snooze", grant, false },
    { "an outage", outage, false },
    { "an outage was earlier", outage_was_earlier, false },
    { "all keys", dirty, false },
    { "upkeep", upkeep, false },
    { "a limit", limit, false },
    { "upkeep of all", upkeep_of_all, true },
    { "upkeep of a full store", upkeep_of_a_full_store, true },
    { "upkeep with room again", upkeep_with_room_again, true },
    { "settle a day later", settle_a_day_later, true },
    { "upkeep years later", upkeep_years_later, false },
    { "upkeep of texts", upkeep_of_texts, true },
    { NULL, NULL, false },
};

/* With a calendar, so that tickets have business times. */
static void set_kpis(struct deriver *deriver)
{
    static const struct calendar_hours hours = { 9 * HOUR, 17 * HOUR };
    static const struct calendar calendar = {
        .zone = "UTC", .days = { { &hours, 1 }, { &hours, 1 }, { &hours, 1 } }
    };
    static struct zone_span utc = { INT64_MIN, 0, INT64_MAX };
    static const struct zone zone = { &utc, 1 };
    static const struct business business = { &calendar, &zone };
    struct kpi_settings settings = { .business = &business };

    for (int i = 0; i < KPI_COUNT; i++)
        settings.target[i] = derive_usual_target(&kpis[i]);
    deriver_kpis(deriver, &settings);
}

bool world_open(struct world *w, const char *name, struct dx_error *err)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s/acme-7.db", kit.dir, name);
    *w = (struct world){ .deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED) };
    set_kpis(w->deriver);
    w->store = store_open(path, STORE_COLLECT, err);
    if (!w->store)
        return false;
    if (!store_lock(w->store))
        return dx_fail(err, DX_FAULT_SYSTEM, "%s: another one has the lock", name);
    store_on_derive(w->store, deriver_commit, w->deriver);
    return true;
}

void world_begin(struct world *w, const char *name)
{
    struct dx_error err = { 0 };

    cr_assert(world_open(w, name, &err), "%s", err.text);
}

void world_end(struct world *w)
{
    store_close(w->store);
    deriver_free(w->deriver);
}
