/* check: reach each source once, without a store, and say what was found. */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "collect/ask.h"
#include "collect/causes.h"
#include "collect/check_files.h"
#include "collect/check_notices.h"
#include "collect/collect.h"
#include "collect/program.h"
#include "core/letters.h"
#include "core/mem.h"
#include "core/text.h"
#include "net/http.h"
#include "source/denied.h"
#include "source/plan.h"
#include "source/source.h"

enum {
    PAGES_MOST = 50,
    STEPS = 32,
    TRIES =
        20, /* so many of the projects that its lists lead to are asked whether they can be read */
    TRIED = STEPS + 1, /* the mark of what these lead to */
};

struct check { /* of one source */
    struct ev_loop *loop;
    struct http *http;
    const struct source_settings *settings;
    const struct source *source;
    const struct clock *clock;
    struct auth *auth;
    struct plan plan;
    struct plan_request *request;
    struct batch batch;
    /* what was found */
    bool reachable, authenticated;
    char version[64];
    int64_t latency_ms, skew_ms;
    bool skew_known;
    size_t planned;           /* requests that a poll begins with */
    size_t led[STEPS], pages; /* by step: those that its lists lead to */
    bool asks; /* it tells of projects that may not be read, by the answers to this step */
    unsigned step;
    size_t tries;
    size_t records;          /* of a program */
    struct dx_error refused; /* how many of how many projects; none */
    struct dx_error error;
};

static const char *no_cursor_after(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

static int64_t no_cursor(void *self, const char *name)
{
    (void)self;
    (void)name;
    return 0;
}

static void next_request(struct check *c);

/* A list led to it, and its answer says whether a project can be read. */
static bool is_try(const struct check *c, const struct plan_request *r)
{
    return c->asks && r->step == c->step && r->mark > 0 && r->mark != r->step + 1;
}

static void on_reply(void *self, const struct http_reply *from)
{
    struct check *c = self;
    struct reply reply = ask_reply(c->request, from, c->plan.now_ms);
    struct dx_error err = { 0 };

    if (from->latency_ms > c->latency_ms)
        c->latency_ms = from->latency_ms;
    if (from->error) {
        c->error = *from->error;
        ev_break(c->loop, EVBREAK_ALL);
        return;
    }
    c->reachable = true;
    if (from->date_ms > 0) {
        c->skew_ms = from->date_ms + 500 - clock_now(c->clock);
        c->skew_known = true;
    }
    if (ask_taken(c->settings, c->request, from, &reply, &err)) {
        c->plan.mark = is_try(c, c->request) ? TRIED : c->request->step + 1;
        (void)source_decode(c->source, c->settings->settings, &reply, &c->plan, &c->batch, &err);
        c->plan.mark = 0;
    }
    auth_hide(c->auth, err.text);
    if (err.fault == DX_FAULT_AUTH)
        c->authenticated = false;
    else if (from->status < 300 || from->status == 400 || from->status == 422)
        c->authenticated = true; /* it read what we asked for */
    if (err.fault != DX_FAULT_NONE && c->error.fault == DX_FAULT_NONE)
        c->error = err;
    next_request(c);
}

/* What a reply leads to is the collector's matter, but for the pages of its own list:
 * only with them it is known how much a poll asks for. */
static struct plan_request *take(struct check *c)
{
    struct plan_request *r;

    while ((r = plan_take(&c->plan)) != NULL && r->mark > 0) {
        if (r->flags & PLAN_FILL)
            continue;
        if (r->mark == r->step + 1 && c->pages < PAGES_MOST) {
            c->pages++;
            break;
        }
        c->plan.count--; /* it is not sent, or not by polls that find nothing new */
        if (r->mark == TRIED)
            continue;
        c->led[r->step % STEPS]++;
        if (is_try(c, r) && c->tries < TRIES) {
            c->tries++;
            break;
        }
    }
    return r;
}

static void next_request(struct check *c)
{
    struct http_request request;

    c->request = c->error.fault == DX_FAULT_AUTH ? NULL : take(c);
    if (!c->request) {
        ev_break(c->loop, EVBREAK_ALL);
        return;
    }
    request = ask_request(c->settings, c->request, c->auth);
    (void)http_start(c->http, &request, on_reply, c);
}

static void on_ready(void *self, const struct dx_error *err)
{
    struct check *c = self;

    if (!err) {
        next_request(c);
        return;
    }
    c->error = *err;
    ev_break(c->loop, EVBREAK_ALL);
}

static void print_line(bool ok, const char *what, const char *words)
{
    (void)fprintf(letters_out(), "  %s %-14s %s\n", ok ? "✓" : "✗", what, words);
}

/* What is neither right nor wrong. */
static void print_fact(const char *what, const char *words)
{
    (void)fprintf(letters_out(), "  · %-14s %s\n", what, words);
}

/* ---- a program ---- */

static void on_program(void *self, const struct command_result *result)
{
    struct check *c = self;

    c->latency_ms = result->took_ms;
    c->reachable = !result->error || result->error->fault != DX_FAULT_CONFIG;
    c->authenticated = c->reachable; /* whatever it needs is its own matter */
    (void)program_take(c->settings, result, &c->plan, &c->batch, &c->error);
    ev_break(c->loop, EVBREAK_ALL);
}

static void run_program(struct check *c)
{
    c->planned = 1;
    (void)program_begin(c->loop, c->settings, on_program, c);
    ev_run(c->loop, 0);
    c->records = c->batch.run_count + c->batch.job_count + c->batch.sample_count +
                 c->batch.alert_count + c->batch.pool_count + c->batch.runner_count +
                 c->batch.ticket_count + c->batch.change_count;
    batch_done(&c->batch);
    plan_done(&c->plan);
}

/* Where none may be read it fails, whatever else it may read. */
static void count_denied(struct check *c)
{
    struct denied denied = denied_of(c->source, c->settings->settings, &c->plan, &c->batch);

    denied.asked = c->tries;
    if (denied_words(&denied, &c->refused) && denied_all(&denied) &&
        c->error.fault == DX_FAULT_NONE)
        c->error = c->refused;
}

static void print_program(const struct check *c)
{
    char words[128];

    (void)snprintf(words, sizeof(words), "in %" PRId64 " ms", c->latency_ms);
    print_line(c->error.fault == DX_FAULT_NONE, "ran",
               c->error.fault == DX_FAULT_NONE ? words : c->error.text);
    (void)snprintf(words, sizeof(words), "%zu", c->records);
    if (c->error.fault == DX_FAULT_NONE)
        print_fact("records", words);
}

/* ---- a server ---- */

static void run(struct check *c)
{
    const struct cursors none = { .get = no_cursor, .after = no_cursor_after };

    c->source = c->settings->kind;
    c->plan = (struct plan){ .now_ms = clock_now(c->clock),
                             .every_ms = c->settings->every_ms,
                             .history_ms = c->settings->every_ms, /* the newest will do */
                             .cursors = &none };
    if (program_is(c->settings)) {
        run_program(c);
        return;
    }
    c->asks = c->source->denied != NULL;
    c->step = denied_of(c->source, c->settings->settings, &c->plan, NULL).step;
    c->source->begin(c->settings->settings, &none, &c->plan);
    c->planned = c->plan.count;
    if (c->source->probe)
        c->source->probe(c->settings->settings, &c->plan);
    if (auth_check(&c->settings->endpoint, &c->error)) {
        c->auth = ask_auth(c->loop, c->settings);
        auth_ready(c->auth, on_ready, c);
        ev_run(c->loop, 0);
        count_denied(c);
    }
    text_copy(c->version, sizeof(c->version), c->batch.version ? c->batch.version : "");
    auth_free(c->auth);
    plan_done(&c->plan);
    batch_done(&c->batch);
}

static double polls_per_hour(const struct check *c)
{
    return 3600e3 / (double)c->settings->every_ms;
}

static double per_hour(const struct check *c)
{
    double polls = polls_per_hour(c), sum = (double)c->planned * polls;

    for (unsigned step = 0; step < STEPS; step++)
        if (c->led[step] > 0)
            sum += c->source->counted ? c->source->counted(step, c->led[step], polls)
                                      : (double)c->led[step] * polls;
    return sum;
}

/* How many, and what they are made of. */
static void print_requests(const struct check *c)
{
    size_t led = 0;
    char words[160];

    for (size_t step = 0; step < STEPS; step++)
        led += c->led[step];
    if (led == 0)
        (void)snprintf(words, sizeof(words), "%.0f an hour", per_hour(c));
    else
        (void)snprintf(
            words, sizeof(words),
            "about %.0f an hour that count: %.0f polls of %zu, and lists led to %zu more",
            per_hour(c), polls_per_hour(c), c->planned, led);
    print_line(true, "requests", words);
}

/* NULL: the source needs none, or does not say. */
static const char *scopes_of(const struct check *c, struct arena *arena)
{
    return c->source->scopes ? c->source->scopes(c->settings->settings, arena) : NULL;
}

/* What would do, not what there is: most servers do not tell. */
static void print_scopes(const struct check *c)
{
    struct arena arena = { 0 };
    const char *scopes = scopes_of(c, &arena);

    if (scopes)
        print_fact("scopes", scopes);
    arena_free(&arena);
}

static void print_server(const struct check *c)
{
    char words[128];
    bool ok = c->error.fault == DX_FAULT_NONE;
    bool skewed = c->skew_known && (c->skew_ms > 5000 || c->skew_ms < -5000);

    if (c->error.fault == DX_FAULT_AUTH && !c->reachable) {
        print_line(false, "secrets", c->error.text);
        return;
    }
    (void)snprintf(words, sizeof(words), "in %" PRId64 " ms", c->latency_ms);
    print_line(c->reachable, "reachable", c->reachable ? words : c->error.text);
    if (!c->reachable)
        return;
    print_line(c->authenticated, "authenticated", c->authenticated ? "yes" : c->error.text);
    if (!ok && c->authenticated)
        print_line(false, "answers", c->error.text);
    if (c->refused.fault != DX_FAULT_NONE && strcmp(c->refused.text, c->error.text) != 0)
        print_line(false, "may read", c->refused.text);
    print_line(true, "version", *c->version ? c->version : "not said");
    (void)snprintf(words, sizeof(words), "%.1f s%s", (double)c->skew_ms / 1e3,
                   skewed ? "; set one of the clocks right" : "");
    print_line(!skewed, "clock skew", c->skew_known ? words : "not said");
    print_requests(c);
}

static void print_text(const struct check *c)
{
    (void)fprintf(letters_out(), "%s %s (%s%s%s)\n", c->error.fault == DX_FAULT_NONE ? "✓" : "✗",
                  c->settings->name, c->settings->type, *c->settings->endpoint.url ? ", " : "",
                  c->settings->endpoint.url);
    if (program_is(c->settings)) {
        print_program(c);
        return;
    }
    print_server(c);
    print_scopes(c);
}

static json_t *to_json(const struct check *c)
{
    char error[sizeof(c->error.text)];
    struct arena arena = { 0 };
    json_t *json;

    (void)text_clean(error, sizeof(error), c->error.text, strlen(c->error.text));
    json =
        json_pack("{s:s, s:s, s:s, s:b, s:b, s:b, s:s, s:I, s:o, s:f, s:s?, s:s}", "source",
                  c->settings->name, "type", c->settings->type, "url", c->settings->endpoint.url,
                  "ok", c->error.fault == DX_FAULT_NONE, "reachable", c->reachable, "authenticated",
                  c->authenticated, "version", c->version, "latency_ms", (json_int_t)c->latency_ms,
                  "skew_ms", c->skew_known ? json_integer(c->skew_ms) : json_null(),
                  "requests_per_hour", per_hour(c), "scopes", scopes_of(c, &arena), "error", error);
    arena_free(&arena);
    return json;
}

/* Texts that say why jobs failed, and cannot be used. */
static bool check_causes(const struct config *config, bool json)
{
    struct buf complaints;
    bool ok;

    buf_init(&complaints, 64 << 10);
    causes_free(causes_new(config, &complaints));
    ok = complaints.len == 0;
    if (!ok)
        (void)fprintf(json ? stderr : letters_out(), "✗ patterns\n%s", complaints.bytes);
    buf_done(&complaints);
    return ok;
}

int collect_check(const struct config *config, const struct clock *clock, bool json)
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct http *http = http_new(loop, "dxtop/" PACKAGE_VERSION);
    json_t *list = json_array();
    int status = COLLECT_OK;

    for (size_t i = 0; i < config->source_count; i++) {
        struct check c = {
            .loop = loop, .http = http, .settings = &config->sources[i], .clock = clock
        };

        run(&c);
        if (c.error.fault != DX_FAULT_NONE)
            status = COLLECT_SOURCE_FAILED;
        if (json)
            (void)json_array_append_new(list, to_json(&c));
        else
            print_text(&c);
    }
    if (!(check_causes(config, json) & check_files(config, json) & check_notices(config, json)))
        status = COLLECT_SOURCE_FAILED;
    if (json) {
        (void)json_dumpf(list, stdout, JSON_INDENT(2));
        (void)putchar('\n');
    } else if (config->source_count == 0) {
        (void)fputs("the configuration names no sources\n", letters_out());
    }
    json_decref(list);
    http_free(http);
    ev_loop_destroy(loop);
    if (fflush(letters_out()) == 0 && fflush(stdout) == 0)
        return status;
    (void)fprintf(stderr, "cannot write: %s\n", strerror(errno));
    return COLLECT_SOURCE_FAILED;
}
