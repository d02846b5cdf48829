/* ci_ingest: what it costs to take in the jobs of a CI system. Polls the sources of a
 * configuration as the collector does, until all history or JOBS jobs of each are there,
 * keeps the answers, and then, by the processor's time, for each source:
 *
 *   parse    json_loadb() of the bodies, and no more
 *   decode   source_decode() of them: records in a batch
 *   ingest   decode, causes, commits in pieces and slices, until all is derived
 *   insert   the rows that ingest made, into equal tables of a store of their own
 *
 * Each is done TIMES, of which the fastest counts. ./dev bench counts the instructions of
 * parse_s(), decode_s(), ingest_s() and write_tables() (floor.c), so they stay functions.
 *
 * usage: ci_ingest DIRECTORY JOBS TIMES --config FILE [--clock T]; prints JSON, a line each. */
#include "config.h"

#include <ev.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collect/arguments.h"
#include "collect/ask.h"
#include "collect/causes.h"
#include "derive/derive.h"
#include "collect/kinds.h"
#include "collect/memory.h"
#include "collect/piece.h"
#include "core/mem.h"
#include "net/http.h"

#include "floor.h"

enum { TIMES_MOST = 9, POLLS_MOST = 1000 };

static const double SLICE_EVERY_S = 0.05;

static struct bench {
    const struct source_settings *settings;
    const struct source *source;
    struct ev_loop *loop;
    struct http *http;
    struct causes *causes;
    const char *directory;
    int64_t now_ms, jobs_most;
    int times;

    struct arena arena; /* holds the answers */
    struct reply *replies;
    size_t reply_count, reply_cap, bytes;

    const struct plan_request *request; /* under way */
    struct reply reply;
    bool taken;
} b;

static void must(bool ok, const struct dx_error *err)
{
    if (ok)
        return;
    fprintf(stderr, "ci_ingest: %s\n", err->text);
    exit(1);
}

/* ---- a store, as the collector has it ---- */

struct sink {
    char *path;
    struct store *store;
    struct deriver *deriver;
    struct memory memory;
    int64_t source;
    int64_t jobs, runs;
    double sliced;
};

static void sink_open(struct sink *s, const char *name)
{
    const struct source_row row = { b.settings->name, b.settings->type, b.settings->endpoint.url,
                                    1U << DX_KIND_RUN | 1U << DX_KIND_POOL, 30000 };
    struct dx_error err = { 0 };

    *s = (struct sink){ .path = mem_print("%s/%s-%s.db", b.directory, b.settings->name, name) };
    s->store = store_open(s->path, STORE_COLLECT, &err);
    must(s->store && store_lock(s->store), &err);
    must(store_sources(s->store, &row, 1, &s->source, &err), &err);
    s->deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED);
    store_on_derive(s->store, deriver_commit, s->deriver);
    memory_init(&s->memory, s->source);
    memory_begin(&s->memory, s->store, b.now_ms);
    s->sliced = floor_cpu_s();
}

static void sink_close(struct sink *s)
{
    memory_done(&s->memory);
    store_close(s->store);
    deriver_free(s->deriver);
    free(s->path);
}

static void sink_commit(struct sink *s, struct batch *batch)
{
    const struct poll poll = { .source = s->source,
                               .name = b.settings->name,
                               .ok = true,
                               .state = DX_SOURCE_FILLING,
                               .filling = true,
                               .now_ms = b.now_ms,
                               .next_ms = b.now_ms + 30000,
                               .every_ms = 30000 };
    struct dx_error err = { 0 };
    bool more;

    causes_of_jobs(b.causes, batch);
    s->jobs += (int64_t)batch->job_count;
    s->runs += (int64_t)batch->run_count;
    must(store_commit(s->store, &poll, batch, NULL, 0, &err), &err);
    batch_done(batch);
    must(store_tidy(s->store, &err), &err);
    if (floor_cpu_s() - s->sliced < SLICE_EVERY_S)
        return;
    must(deriver_slice(s->deriver, s->store, b.now_ms, &more, &err), &err);
    s->sliced = floor_cpu_s();
}

/* ---- asking ---- */

static struct plan plan_of(const struct cursors *cursors, const struct known *known)
{
    return (struct plan){ .now_ms = b.now_ms,
                          .every_ms = b.settings->every_ms,
                          .history_ms = b.settings->history_ms,
                          .cursors = cursors,
                          .known = known };
}

static char *copy(const char *text, size_t len)
{
    char *out = arena_alloc(&b.arena, len + 1);

    memcpy(out, text, len);
    return out;
}

static void keep(const struct reply *from)
{
    struct reply *to;

    if (b.reply_count == b.reply_cap) {
        b.reply_cap = b.reply_cap ? 2 * b.reply_cap : 64;
        b.replies = mem_grow(b.replies, b.reply_cap, sizeof(*b.replies));
    }
    to = &b.replies[b.reply_count++];
    *to = *from;
    to->detail_text = from->detail_text ? arena_text(&b.arena, from->detail_text) : NULL;
    to->content_type = arena_text(&b.arena, from->content_type);
    to->body = copy(from->body, from->len);
    to->next = arena_text(&b.arena, from->next);
    to->head = arena_text(&b.arena, from->head);
    b.bytes += from->len;
}

static void on_reply(void *self, const struct http_reply *from)
{
    struct dx_error err = { 0 };
    struct reply reply;

    (void)self;
    must(!from->error, from->error);
    reply = ask_reply(b.request, from, b.now_ms);
    b.taken = ask_taken(b.settings, b.request, from, &reply, &err);
    if (b.taken)
        keep(&reply);
    ev_break(b.loop, EVBREAK_ALL);
}

static void on_ready(void *self, const struct dx_error *err)
{
    (void)self;
    must(!err, err);
}

/* One poll; false: it asked for no history. */
static bool poll_once(struct sink *s, struct auth *auth)
{
    struct plan plan = plan_of(&s->memory.cursors, &s->memory.known);
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    bool fills = false;

    b.source->begin(b.settings->settings, &s->memory.cursors, &plan);
    memory_rest(&s->memory);
    while (s->jobs + (int64_t)batch.job_count < b.jobs_most &&
           (b.request = plan_take(&plan)) != NULL) {
        struct http_request request = ask_request(b.settings, b.request, auth);

        fills = fills || (b.request->flags & PLAN_FILL);
        (void)http_start(b.http, &request, on_reply, NULL);
        ev_run(b.loop, 0);
        if (b.taken)
            must(source_decode(b.source, b.settings->settings, &b.replies[b.reply_count - 1], &plan,
                               &batch, &err),
                 &err);
        memory_rest(&s->memory);
        if (piece_is_full(&batch, 0))
            sink_commit(s, &batch);
    }
    sink_commit(s, &batch);
    plan_done(&plan);
    return fills && s->jobs < b.jobs_most;
}

static void ask_all(void)
{
    struct auth *auth = ask_auth(b.loop, b.settings);
    struct sink s;
    bool more = true;

    sink_open(&s, "asked");
    auth_ready(auth, on_ready, NULL);
    for (int i = 0; more && i < POLLS_MOST; i++)
        more = poll_once(&s, auth);
    auth_free(auth);
    sink_close(&s);
}

/* ---- measuring ---- */

static __attribute__((noinline)) double parse_s(void)
{
    double began = floor_cpu_s();

    for (size_t i = 0; i < b.reply_count; i++)
        json_decref(json_loadb(b.replies[i].body, b.replies[i].len, 0, NULL));
    return floor_cpu_s() - began;
}

/* All is new to the source, as in a first back-fill. */
static int64_t no_cursor(void *self, const char *name)
{
    (void)self;
    (void)name;
    return 0;
}

static const char *no_name(void *self, const char *name)
{
    (void)self;
    (void)name;
    return NULL;
}

static enum known_run no_run(void *self, const char *project, const char *id, int64_t attempt,
                             int64_t updated_ms)
{
    (void)self;
    (void)project;
    (void)id;
    (void)attempt;
    (void)updated_ms;
    return KNOWN_NOT;
}

static size_t none_open(void *self, const char *project, struct open_run *out, size_t cap)
{
    (void)self;
    (void)project;
    (void)out;
    (void)cap;
    return 0;
}

/* Into a sink, in pieces; NULL: the records are dropped. */
static void decode_all(struct sink *s)
{
    static const struct cursors cursors = { .get = no_cursor, .after = no_name };
    static const struct known known = { .run = no_run, .open = none_open };
    struct batch batch = { 0 };
    struct dx_error err = { 0 };

    for (size_t i = 0; i < b.reply_count; i++) {
        struct plan plan =
            s ? plan_of(&s->memory.cursors, &s->memory.known) : plan_of(&cursors, &known);

        must(source_decode(b.source, b.settings->settings, &b.replies[i], &plan, &batch, &err),
             &err);
        plan_done(&plan);
        if (s)
            memory_rest(&s->memory);
        if (piece_is_full(&batch, 0) && s)
            sink_commit(s, &batch);
        else if (piece_is_full(&batch, 0))
            batch_done(&batch);
    }
    if (s)
        sink_commit(s, &batch);
    batch_done(&batch);
}

static __attribute__((noinline)) double decode_s(void)
{
    double began = floor_cpu_s();

    decode_all(NULL);
    return floor_cpu_s() - began;
}

static __attribute__((noinline)) double ingest_s(int nth, char **path, int64_t *jobs)
{
    char name[32];
    struct dx_error err = { 0 };
    struct sink s;
    double took;

    snprintf(name, sizeof(name), "ingest-%d", nth);
    sink_open(&s, name);
    took = floor_cpu_s();
    decode_all(&s);
    must(deriver_settle(s.deriver, s.store, b.now_ms, &err), &err);
    took = floor_cpu_s() - took;
    *path = mem_text(s.path);
    *jobs = s.jobs;
    sink_close(&s);
    return took;
}

/* ---- all of it ---- */

static double least(const double *values)
{
    double out = values[0];

    for (int i = 1; i < b.times; i++)
        out = values[i] < out ? values[i] : out;
    return out;
}

static void measure(void)
{
    double parse[TIMES_MOST] = { 0 }, decode[TIMES_MOST] = { 0 }, ingest[TIMES_MOST] = { 0 },
           insert[TIMES_MOST] = { 0 };
    int64_t jobs = 0;

    ask_all();
    for (int i = 0; i < b.times; i++) {
        char *path, *into;

        parse[i] = parse_s();
        decode[i] = decode_s();
        ingest[i] = ingest_s(i, &path, &jobs);
        into = mem_print("%s/%s-insert-%d.db", b.directory, b.settings->name, i);
        insert[i] = floor_insert_s(path, into);
        free(path);
        free(into);
    }
    printf("{\"source\": \"%s\", \"replies\": %zu, \"MB\": %.1f, \"jobs\": %" PRId64
           ", \"parse s\": %.3f, \"decode s\": %.3f, \"ingest s\": %.3f, \"insert s\": %.3f"
           ", \"decode / parse\": %.2f, \"jobs/s\": %.0f, \"jobs/s of parse and insert\": %.0f"
           ", \"share of it\": %.2f}\n",
           b.settings->name, b.reply_count, (double)b.bytes / 1e6, jobs, least(parse),
           least(decode), least(ingest), least(insert), least(decode) / least(parse),
           (double)jobs / least(ingest), (double)jobs / (least(parse) + least(insert)),
           (least(parse) + least(insert)) / least(ingest));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct config_kinds kinds = kinds_of_sources(), none = { 0 };
    struct collect_arguments args;
    struct dx_error err = { 0 };
    struct config config;
    struct buf complaints;
    struct clock clock;

    buf_init(&complaints, 1 << 20);
    must(argc > 4 && collect_arguments_parse(&args, argc - 3, argv + 3, &err), &err);
    if (!common_args_load(&args.common, &config, &kinds, &none, &complaints)) {
        fputs(complaints.bytes, stderr);
        return 1;
    }
    must(common_args_start(&args.common, &clock, &err), &err);
    b.loop = ev_loop_new(EVFLAG_AUTO);
    b.http = http_new(b.loop, "ci_ingest");
    b.causes = causes_new(&config, &complaints);
    b.directory = argv[1];
    b.jobs_most = strtoll(argv[2], NULL, 10);
    b.times = (int)strtol(argv[3], NULL, 10);
    b.times = b.times < 1 ? 1 : b.times > TIMES_MOST ? TIMES_MOST : b.times;
    b.now_ms = clock_now(&clock);
    for (size_t i = 0; i < config.source_count; i++) {
        b.settings = &config.sources[i];
        b.source = b.settings->kind;
        b.reply_count = b.bytes = 0;
        measure();
        arena_free(&b.arena);
    }
    free(b.replies);
    causes_free(b.causes);
    http_free(b.http);
    ev_loop_destroy(b.loop);
    buf_done(&complaints);
    config_done(&config);
    return 0;
}
