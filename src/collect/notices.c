/* notices: gives what the store has for commands and webhooks. */
#include "config.h"

#include "collect/notices.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/log.h"
#include "net/auth.h"
#include "net/command.h"
#include "net/retry.h"
#include "store/alerting.h"

enum { AT_ONCE = 4, TRIES_MOST = 6, FACTS_MOST = 40, OUTPUT_MOST = 64 << 10 };
static const int64_t OLD_MS = 3600000, AGAIN_MS = 10000;

struct delivery {
    struct notices *notices;
    struct delivery *next;
    struct arena arena; /* the notice's texts */
    struct stored_notice notice;
    const struct notice_settings *settings;
    struct endpoint endpoint; /* its url is a secret, in the vault */
    struct auth *auth;
    struct http_call *call;
    struct command *command;
    bool waits; /* for the store, to say this */
    enum notice_state state;
    int64_t next_ms;
};

struct notices {
    struct notices_needs needs;
    struct delivery *under_way;
    size_t count;
};

/* ---- the end of one ---- */

static void drop(struct delivery *d)
{
    if (d->call)
        http_cancel(d->call);
    command_stop(d->command);
    auth_free(d->auth);
    arena_free(&d->arena);
    free(d);
}

static void end(struct delivery *d)
{
    struct delivery **link = &d->notices->under_way;

    while (*link != d)
        link = &(*link)->next;
    *link = d->next;
    d->notices->count--;
    drop(d);
}

static void put(struct delivery *d)
{
    const struct notices_needs *needs = &d->notices->needs;
    struct dx_error err = { 0 };

    d->waits = false;
    if (!store_notice_is(needs->store, d->notice.id, d->state, d->next_ms, &err)) {
        d->waits = store_is_held_up(needs->store);
        needs->warn(needs->self, &err);
    }
    if (!d->waits)
        end(d);
}

static void is(struct delivery *d, enum notice_state state, int64_t next_ms)
{
    d->state = state;
    d->next_ms = next_ms;
    put(d);
}

static void failed(struct delivery *d, struct dx_error *why)
{
    const struct notices_needs *needs = &d->notices->needs;
    struct dx_error err;

    if (d->auth)
        auth_hide(d->auth, why->text);
    (void)dx_fail(&err, why->fault, "notice %.40s was not given: %.160s", d->notice.name,
                  why->text);
    needs->warn(needs->self, &err);
    is(d, NOTICE_FAILED, 0);
}

/* Surely nobody has it yet. */
static void try_again(struct delivery *d, struct dx_error *why)
{
    struct retry retry = { .failures = (unsigned)d->notice.tries };
    int64_t wait_ms = retry_next(&retry, why, AGAIN_MS, drand48());

    if (wait_ms < 0 || d->notice.tries + 1 >= TRIES_MOST) {
        failed(d, why);
        return;
    }
    auth_hide(d->auth, why->text);
    log_line(DX_LOG_INFO, "notice %s: %s; again in %" PRId64 " s", d->notice.name, why->text,
             wait_ms / 1000);
    is(d, NOTICE_WAITS, clock_now(d->notices->needs.clock) + wait_ms);
}

/* ---- commands ---- */

static void on_command(void *self, const struct command_result *result)
{
    struct delivery *d = self;
    struct dx_error why;

    d->command = NULL;
    if (!result->error) {
        log_line(DX_LOG_INFO, "notice %s: the command ran", d->notice.name);
        is(d, NOTICE_GIVEN, 0);
        return;
    }
    why = *result->error;
    failed(d, &why);
}

/* A line each becomes a variable. */
static void run_command(struct delivery *d)
{
    char *facts[FACTS_MOST + 1];
    char *rest = arena_text(&d->arena, d->notice.facts); /* is cut into lines */
    struct command_spec spec = { .argv = d->settings->command.item,
                                 .timeout_ms = d->settings->endpoint.timeout_ms,
                                 .most = OUTPUT_MOST,
                                 .facts = facts };
    size_t n = 0;

    for (char *line = strsep(&rest, "\n"); line && n < FACTS_MOST; line = strsep(&rest, "\n"))
        if (*line)
            facts[n++] = line;
    facts[n] = NULL;
    d->command = command_start(d->notices->needs.loop, &spec, on_command, d);
}

/* ---- webhooks ---- */

static void on_reply(void *self, const struct http_reply *reply)
{
    struct delivery *d = self;
    struct dx_error why = { 0 };

    d->call = NULL;
    if (!reply->error && reply->status >= 200 && reply->status < 300) {
        log_line(DX_LOG_INFO, "notice %s: the webhook answered %d", d->notice.name, reply->status);
        is(d, NOTICE_GIVEN, 0);
        return;
    }
    if (reply->error)
        why = *reply->error;
    else if (reply->status >= 300 && reply->status < 400)
        (void)dx_fail(&why, DX_FAULT_REPLY, "answered %d, a redirect, which is not followed",
                      reply->status);
    else
        (void)http_refused(reply, &why);
    if (reply->unsent || (!reply->error && (reply->status == 429 || reply->status == 503)))
        try_again(d, &why);
    else
        failed(d, &why);
}

static void on_ready(void *self, const struct dx_error *err)
{
    static const struct http_header type = { .name = "Content-Type", .value = "application/json" };
    struct delivery *d = self;
    struct dx_error why = { 0 };
    struct http_request request = { .endpoint = &d->endpoint,
                                    .path = "",
                                    .form = d->notice.facts,
                                    .accept = "*/*",
                                    .secret_url = true,
                                    .headers = &type,
                                    .header_count = 1 };

    if (err) {
        why = *err;
        failed(d, &why);
        return;
    }
    d->endpoint.url = auth_secret(d->auth);
    d->call = http_start(d->notices->needs.http, &request, on_reply, d);
}

static void call_webhook(struct delivery *d)
{
    d->endpoint = d->settings->endpoint;
    d->endpoint.token = d->settings->url;
    d->auth = auth_new(d->notices->needs.loop, &d->endpoint);
    auth_ready(d->auth, on_ready, d);
}

/* ---- the beginning ---- */

static const struct notice_settings *settings_of(const struct notices *n, const char *name)
{
    const struct notice_settings *all = n->needs.config->notices.item;

    for (size_t i = 0; i < n->needs.config->notices.count; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    return NULL;
}

/* false: it cannot be begun, nor others now. */
static bool begin(struct notices *n, struct delivery *d, int64_t now_ms)
{
    struct dx_error err = { 0 };

    d->settings = settings_of(n, d->notice.name);
    if (!store_notice_is(n->needs.store, d->notice.id, NOTICE_UNDER_WAY, 0, &err)) {
        n->needs.warn(n->needs.self, &err);
        end(d);
        return false;
    }
    if (!d->settings) {
        (void)dx_fail(&err, DX_FAULT_CONFIG, "the configuration has it no more");
        failed(d, &err);
    } else if (d->notice.tries == 0 && now_ms - d->notice.at_ms > OLD_MS) {
        (void)dx_fail(&err, DX_FAULT_SYSTEM, "it was more than an hour old");
        failed(d, &err);
    } else if (d->settings->command.count > 0) {
        run_command(d);
    } else {
        call_webhook(d);
    }
    return true;
}

void notices_look(struct notices *n)
{
    int64_t now_ms = clock_now(n->needs.clock);

    for (struct delivery *d = n->under_way, *next; d; d = next) {
        next = d->next;
        if (d->waits)
            put(d);
    }
    while (n->count < AT_ONCE) {
        struct delivery *d = mem_new(1, sizeof(*d));

        if (!store_next_notice(n->needs.store, now_ms, &d->arena, &d->notice)) {
            free(d);
            return;
        }
        d->notices = n;
        d->next = n->under_way;
        n->under_way = d;
        n->count++;
        if (!begin(n, d, now_ms))
            return;
    }
}

struct notices *notices_new(const struct notices_needs *needs)
{
    struct notices *n = mem_new(1, sizeof(*n));
    struct dx_error err = { 0 };
    int64_t lost;

    n->needs = *needs;
    lost = store_lost_notices(needs->store, &err);
    if (lost > 0) {
        (void)dx_fail(&err, DX_FAULT_SYSTEM,
                      "%" PRId64 " notice%s may not have been given: the collector ended before it "
                      "knew",
                      lost, lost == 1 ? "" : "s");
        needs->warn(needs->self, &err);
    }
    return n;
}

void notices_free(struct notices *n)
{
    if (!n)
        return;
    while (n->under_way) {
        struct delivery *d = n->under_way;

        n->under_way = d->next;
        drop(d);
    }
    free(n);
}
