/* poller_kit: one source's poller against a scripted server. */
#include "config.h"

#include "poller_kit.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/time.h"

struct poller_kit t;

/* ---- the source ---- */

static void begin(const void *config, const struct cursors *cursors, struct plan *plan)
{
    int64_t from = cursors->get(cursors->self, "from");

    (void)config;
    for (int i = 0; t.paths[i]; i++) {
        struct plan_request *r = plan_get(plan, STEP_PART, t.paths[i], NULL);

        if (i == 0 && from > 0)
            plan_append(plan, r, "?from={}", (char[]){ (char)('0' + from), '\0' }, NULL);
        if (plan->goes_on)
            plan_append(plan, r, "?goes_on", NULL);
        r->flags = t.flags[i];
    }
}

/* The server is on the same loop, and hears of nothing otherwise. */
static void await_server(void)
{
    for (int i = 0; i < 200 && server_requests(t.server) < t.awaits; i++) {
        (void)usleep(1000);
        ev_run(t.loop, EVRUN_NOWAIT);
    }
    if (t.decoded > 1)
        return;
    t.asked_first = server_requests(t.server);
    (void)usleep(1000 * t.lingers_ms);
}

/* {"value": of a sample now, "samples": how many before it, "from": the cursor,
 *  "more": a path to ask for, {} being another one each time, "ms": that it takes,
 *  "fail": words} */
static bool decode(const void *config, const struct reply *reply, struct plan *plan,
                   struct batch *batch, struct dx_error *err)
{
    const json_t *said = reply->json;
    int64_t count = (int64_t)json_number_value(json_object_get(said, "samples"));
    const char *more = json_string_value(json_object_get(said, "more"));
    const char *fail = json_string_value(json_object_get(said, "fail"));
    char number[16];

    (void)config;
    t.decoded++;
    await_server();
    (void)usleep(1000 * (unsigned)json_number_value(json_object_get(said, "ms")));
    if (reply->step == STEP_PROBE) {
        batch->version = "9.9";
        return true;
    }
    /* What came before it failed is in the batch already. */
    if (json_object_get(said, "value"))
        kit_sample(batch, "q", "{}", reply->now_ms,
                   json_number_value(json_object_get(said, "value")));
    if (fail)
        return dx_fail(err, DX_FAULT_REPLY, "%s", fail);
    for (int64_t i = 0; i < count; i++)
        kit_sample(batch, "q", "{}", reply->now_ms - (t.decoded * count + i) * SECOND, 1.);
    if (json_object_get(said, "from"))
        batch_cursor(batch, "from", (int64_t)json_number_value(json_object_get(said, "from")));
    if (more) {
        (void)snprintf(number, sizeof(number), "%d", t.decoded);
        plan_get(plan, STEP_PART, more, number, NULL);
        batch->done = 1;
        batch->total = 4;
    }
    return true;
}

struct source fake = {
    .name = "fake", .yields = 1U << DX_KIND_SAMPLE, .version = 3, .begin = begin, .decode = decode
};

/* ---- polling it ---- */

static void on_committed(void *self)
{
    (void)self;
}

static void on_polled(void *self, bool first, bool ok)
{
    (void)self;
    cr_expect_eq(first, !t.was_polled);
    t.was_polled = true;
    t.polled++;
    t.ok = ok;
    ev_break(t.loop, EVBREAK_ALL);
}

static void on_held(void *self, const struct dx_error *err)
{
    (void)self;
    (void)err;
    t.held++;
    ev_break(t.loop, EVBREAK_ALL);
}

static void on_broken(void *self, const struct dx_error *err)
{
    (void)self;
    t.broken = *err;
    ev_break(t.loop, EVBREAK_ALL);
}

void new_poller(void)
{
    poller_free(t.poller);
    t.poller = poller_new(&t.shared, &t.settings, t.id);
    t.was_polled = false;
}

static void open_store(void)
{
    const struct source_row row = { "fake", "fake", server_url(t.server),
                                    poller_yields(&t.settings), 15 * SECOND };
    struct dx_error err = { 0 };

    kit.store = store_open(kit.path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    cr_assert(store_lock(kit.store));
    cr_assert(store_sources(kit.store, &row, 1, &t.id, &err), "%s", err.text);
    t.shared.store = kit.store;
}

void restart(void)
{
    poller_free(t.poller);
    t.poller = NULL;
    store_close(kit.store);
    open_store();
    new_poller();
}

void poller_kit_start_of(const struct source *kind)
{
    kit_init();
    t.loop = ev_loop_new(EVFLAG_AUTO);
    t.server = server_new(t.loop);
    t.clock = (struct clock){ .simulated = true, .start_ms = T0, .boot_ms = time_boot_ms() };
    t.shared = (struct pollers){ .loop = t.loop,
                                 .http = http_new(t.loop, "dxtop/test"),
                                 .clock = &t.clock,
                                 .polled = on_polled,
                                 .committed = on_committed,
                                 .held = on_held,
                                 .broken = on_broken };
    t.settings = (struct source_settings){ .type = "fake",
                                           .name = "fake",
                                           .kind = kind,
                                           .endpoint = { .url = server_url(t.server),
                                                         .user = "",
                                                         .ca = "",
                                                         .cert = "",
                                                         .key = "",
                                                         .proxy = "",
                                                         .timeout_ms = 2000,
                                                         .connect_timeout_ms = 1000,
                                                         .max_body = 1 << 20 },
                                           .every_ms = 15 * SECOND,
                                           .history_ms = HOUR,
                                           .share = 0.5 };
    t.paths[0] = "/a";
    open_store();
    new_poller();
}

/* The clock stands, so a poll comes when the test says so. */
void poller_kit_start(void)
{
    poller_kit_start_of(&fake);
}

void poller_kit_stop(void)
{
    poller_free(t.poller);
    http_free(t.shared.http);
    server_free(t.server);
    kit_done();
    ev_loop_destroy(t.loop);
}

static void on_late(struct ev_loop *loop, ev_timer *timer, int revents)
{
    (void)revents;
    timer->data = timer;
    ev_break(loop, EVBREAK_ALL);
}

void run_until(int polled, size_t asked, double seconds)
{
    ev_timer late, look;
    int held = t.held;

    ev_timer_init(&late, on_late, seconds, 0.);
    ev_timer_init(&look, on_late, 0.01, 0.01); /* at the counts, every 10 ms */
    late.data = look.data = NULL;
    ev_now_update(t.loop);
    ev_timer_start(t.loop, &late);
    ev_timer_start(t.loop, &look);
    while (t.polled < polled && server_requests(t.server) < asked && !late.data && t.held == held)
        ev_run(t.loop, 0);
    ev_timer_stop(t.loop, &late);
    ev_timer_stop(t.loop, &look);
}

bool poll_now(void)
{
    int before = t.polled;

    poller_start(t.poller, 0.);
    run_until(before + 1, SIZE_MAX, 20.);
    cr_assert_eq(t.polled, before + 1, "no poll ended: %s", t.broken.text);
    return t.ok;
}

void poll_once(void)
{
    t.clock.start_ms += 15 * SECOND;
    (void)poll_now();
}

const char *samples(void)
{
    return ROWS(kit.store, DX_QUERY_SAMPLES, NULL, t.clock.start_ms, DX_FIELD_AT, DX_FIELD_VALUE);
}

const char *source_text(void)
{
    return ROWS(kit.store, DX_QUERY_SOURCES, NULL, clock_now(&t.clock), DX_FIELD_STATE,
                DX_FIELD_FAULT, DX_FIELD_TEXT);
}

const char *said(void)
{
    return ROWS(kit.store, DX_QUERY_LOG, NULL, clock_now(&t.clock), DX_FIELD_LEVEL, DX_FIELD_TEXT);
}

void refuse(int status, const char *headers)
{
    server_say(t.server, 0, "HTTP/1.1 %d No\r\n%sContent-Length: 0\r\n\r\n", status, headers);
}

bool asked(size_t n, const char *text)
{
    return strstr(server_request(t.server, n), text) != NULL;
}
