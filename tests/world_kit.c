/* world_kit: a little of everything that a collector writes. */
#include "config.h"

#include "world_deeds.h"

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

/* ---- what a collector writes ---- */

bool world_commit(struct world *w, int source, int64_t now_ms, struct batch *b,
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
                         .skew_known = true,
                         .tries_are_counted = true };
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

static bool no_answer(struct world *w, struct dx_error *err)
{
    return world_commit(w, PROM, T0 + 2 * MINUTE, NULL, err);
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
    { "runs", world_runs, false },
    { "tickets", world_tickets, false },
    { "alerts", world_alerts, false },
    { "samples", world_samples, false },
    { "more runs", world_more_runs, false },
    { "changes", world_changes, false },
    { "a queue", world_queue, false },
    { "a queue moves", world_queue_moves, false },
    { "a queue is empty", world_queue_is_empty, false },
    { "more tickets", world_more_tickets, false },
    { "a renamed project", world_renamed_project, false },
    { "fewer alerts", world_fewer_alerts, false },
    { "another unit", world_other_unit, false },
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
    { "a verdict is wished", world_accept, false },
    { "a verdict", world_grant, false },
    { "no verdict is wished", world_take_back, false },
    { "no verdict", world_grant, false },
    { "rules", world_rules, false },
    { "rules end", world_rules_end, false },
    { "a notice begins", world_notice_begins, false },
    { "notices are lost", world_notices_are_lost, false },
    { "a snooze is wished", world_snooze, false },
    { "a snooze", world_grant, false },
    { "an outage", world_outage, false },
    { "an outage was earlier", world_outage_was_earlier, false },
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
