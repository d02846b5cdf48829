/* ticket_store: what tickets cost in the store, and their panel. Fills a store with OPEN open
 * and CLOSED closed tickets of 40 projects, of which each tenth names one of 12 pools or 200
 * pipelines, then measures a poll, the queries of the panel, and its update and draw.
 *
 * usage: ticket_store DIRECTORY [OPEN [CLOSED]]; prints JSON. Times are the processor's,
 * the mean of twenty: its clock may be coarse. A store that is in the directory already is measured
 * again. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/time.h"
#include "derive/derive.h"
#include "core/mem.h"
#include "panel/host.h"
#include "store/store.h"

enum { PIPELINES = 200, POOLS = 12, PIECE = 500, NEW = 100, TIMES = 20, ROWS = 57, COLS = 198 };

static const int64_t END_MS = INT64_C(1790000000000);

extern const struct dx_panel dx_panel_tickets, dx_panel_desk;

/* By the processor: others may use the machine as well. */
static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(bool ok, const struct dx_error *err)
{
    if (ok)
        return;
    fprintf(stderr, "ticket_store: %s\n", err->text);
    exit(1);
}

static const char *text(struct batch *batch, const char *format, int64_t n)
{
    char out[160];

    snprintf(out, sizeof(out), format, n);
    return batch_text(batch, out, strlen(out));
}

static void commit(struct store *store, int64_t source, struct batch *batch, bool filling)
{
    const struct poll poll = { .source = source,
                               .name = "jira",
                               .ok = true,
                               .state = filling ? DX_SOURCE_FILLING : DX_SOURCE_LIVE,
                               .filling = filling,
                               .now_ms = END_MS,
                               .next_ms = END_MS + MINUTE_MS,
                               .every_ms = MINUTE_MS };
    struct dx_error err = { 0 };

    must(store_commit(store, &poll, batch, NULL, 0, &err), &err);
    batch_done(batch);
}

static const char *title_of(struct batch *batch, int64_t nth)
{
    static const char *const words[] = { "Runner offline again", "Cannot push the image",
                                         "Access to the registry, please", "Cache misses",
                                         "A template for services" };

    if (nth % 20 == 0)
        return text(batch, "Jobs wait on pool-%" PRId64 " for an hour", nth / 20 % POOLS);
    if (nth % 20 == 10)
        return text(batch, "service-%" PRId64 "/build is red", nth / 20 % (PIPELINES / 2));
    return words[nth % 5];
}

static void add_ticket(struct batch *batch, int64_t nth, bool open)
{
    static const char long_text[] =
        "Since this morning each of our builds fails when it wants to fetch its images. We tried "
        "it again, and it failed again. The log says: toomanyrequests. Nobody else of our team "
        "changed anything. Could you have a look? It holds up the release of tomorrow. Thank you.";
    struct ticket *t = batch_ticket(batch);

    t->parts = TICKET_FIELDS | TICKET_RESPONSE | TICKET_SLAS | TICKET_PAUSES | TICKET_LINKS;
    t->project = text(batch, "P%" PRId64, nth % 40);
    t->key = text(batch, "DX-%" PRId64, nth);
    t->title = title_of(batch, nth);
    t->text = long_text;
    t->type = "Service Request";
    t->category = text(batch, "category %" PRId64, nth % 9);
    t->raw_status = open ? "In Progress" : "Done";
    t->raw_priority = "Medium";
    t->reporter = text(batch, "person-%" PRId64, nth % 3000);
    t->assignee = nth % 3 ? text(batch, "agent-%" PRId64, nth % 60) : "";
    t->url = text(batch, "https://acme.atlassian.example/browse/DX-%" PRId64, nth);
    t->labels = "ci";
    t->priority = (int)(nth % 5) + 1;
    t->state = open ? DX_TICKET_IN_PROGRESS : DX_TICKET_DONE;
    t->created_ms = END_MS - (open ? nth % 20000 : nth) * MINUTE_MS;
    t->updated_ms = t->created_ms + 10 * MINUTE_MS;
    t->first_response_ms = t->created_ms + 5 * MINUTE_MS;
    t->resolved_ms = open ? 0 : t->updated_ms;
    t->slas = arena_alloc(&batch->arena, sizeof(*t->slas));
    t->slas[0] = (struct ticket_sla){ .name = "Time to resolution",
                                      .state = open ? DX_SLA_RUNNING : DX_SLA_MET,
                                      .breach_ms = END_MS + (nth * 7919 % 40000 - 200) * MINUTE_MS,
                                      .remaining_ms = (nth * 7919 % 40000 - 200) * MINUTE_MS,
                                      .goal_ms = 2400 * MINUTE_MS };
    t->sla_count = 1;
}

static void add_names(struct batch *batch)
{
    for (int64_t i = 0; i < POOLS; i++) {
        struct pool *pool = batch_pool(batch);

        pool->name = text(batch, "pool-%" PRId64, i);
        pool->online = 4;
        pool->busy = pool->offline = pool->waiting = -1;
    }
    for (int64_t i = 0; i < PIPELINES; i++) {
        struct run *run = batch_run(batch);

        run->project = text(batch, "acme/service-%" PRId64, i / 2);
        run->pipeline = i % 2 ? "test" : "build";
        run->id = text(batch, "%" PRId64, i);
        run->attempt = 1;
        run->outcome.phase = DX_PHASE_DONE;
        run->outcome.result = DX_RESULT_SUCCESS;
        run->timing.started_ms = run->timing.created_ms = END_MS - 60 * MINUTE_MS;
        run->timing.finished_ms = END_MS - MINUTE_MS;
    }
}

static void fill(struct store *store, struct deriver *deriver, int64_t source, int64_t open,
                 int64_t closed)
{
    struct dx_error err = { 0 };
    struct batch batch = { 0 };
    double begin = now_s();

    add_names(&batch);
    commit(store, source, &batch, false);
    for (int64_t i = 0; i < open + closed; i++) {
        add_ticket(&batch, i, i >= closed);
        if (batch.ticket_count < PIECE && i + 1 < open + closed)
            continue;
        commit(store, source, &batch, true);
        must(store_upkeep(store, END_MS, &err), &err);
    }
    printf(", \"tickets/s\": %.0f", (double)(open + closed) / (now_s() - begin));
    begin = now_s();
    must(deriver_settle(deriver, store, END_MS, &err), &err);
    printf(", \"what they name us/ticket\": %.1f",
           (now_s() - begin) * 1e6 / (double)(open + closed));
}

static double query(struct store *store, enum dx_query which, const struct dx_filter *filter,
                    int64_t *n)
{
    struct reader reader = store_reader(store);
    struct dx_error err = { 0 };
    double begin = now_s();

    must(store_begin(store, &err), &err);
    void *rows = reader.open(reader.self, which, filter, END_MS);
    for (*n = 0; reader.ops->next(rows); ++*n)
        ;
    reader.ops->close(rows);
    store_end(store);
    return now_s() - begin;
}

static void print_query(struct store *store, const char *name, enum dx_query which,
                        const struct dx_filter *filter)
{
    double took = 0.;
    int64_t n = 0;

    for (int i = 0; i < TIMES; i++)
        took += query(store, which, filter, &n);
    printf(", \"%s ms\": %.2f, \"%s rows\": %" PRId64, name, took * 1e3 / TIMES, name, n);
}

/* What the first frame left out. */
static double behind(struct instance *in, struct store *store)
{
    struct reader reader = store_reader(store);
    struct dx_error err = { 0 };
    double begin = now_s();

    must(store_begin(store, &err), &err);
    instance_update(in, &reader, END_MS, ROWS - 2, COLS - 2);
    store_end(store);
    return now_s() - begin;
}

/* As a viewer does it, from nothing to a full screen. */
static void print_panel(struct store *store, const char *name, const struct dx_panel *panel,
                        const char *search, const char *inside)
{
    struct instance in;
    struct grid grid;
    struct reader reader = store_reader(store);
    struct dx_error err = { 0 };
    double update = 0., draw = 0., later = 0.;
    struct options { /* as they stand in struct tickets */
        const char *text[5];
        int64_t number[4];
    } options = { { "", "", "", "", "" }, { 0, 0, 30 * MINUTE_MS, 60 * MINUTE_MS } };

    grid_init(&grid, ROWS, COLS, &glyph_sets[GLYPHS_BRAILLE]);
    if (!instance_open(&in, panel, "", panel == &dx_panel_tickets ? &options : NULL,
                       sizeof(options)))
        must(false, &in.error);
    in.hurried = true;
    if (in.columns)
        (void)snprintf(in.table->filter, sizeof(in.table->filter), "%s", search);
    if (*inside) {
        struct step step = { .url = "" };

        (void)snprintf(step.key, sizeof(step.key), "%s", inside);
        instance_push(&in, &step);
    }
    for (int i = 0; i < TIMES; i++) {
        struct dx_canvas canvas = canvas_of(&grid);
        double begin = now_s();

        in.begun = false;
        must(store_begin(store, &err), &err);
        instance_update(&in, &reader, END_MS, ROWS - 2, COLS - 2);
        store_end(store);
        update += now_s() - begin;
        must(in.error.fault == DX_FAULT_NONE || in.off, &in.error);
        in.off = false; /* by the clock it may have been slow: others use the machine too */
        in.error.fault = DX_FAULT_NONE;
        begin = now_s();
        grid_clear(&grid);
        instance_draw(&in, &canvas, END_MS, true);
        draw += now_s() - begin;
        later += in.owes ? behind(&in, store) : 0.;
    }
    if (in.columns && grid.cells[COLS + 2].cp[0] != 'K') /* of KEY: it has drawn */
        must(false, &(struct dx_error){ .text = "nothing was drawn" });
    printf(", \"%s update ms\": %.2f, \"draw ms\": %.2f, \"rows\": %zu", name, update * 1e3 / TIMES,
           draw * 1e3 / TIMES, in.columns ? in.table->row_count : 0);
    if (later > 0.)
        printf(", \"behind the frame ms\": %.2f", later * 1e3 / TIMES);
    instance_close(&in);
    grid_done(&grid);
}

static void measure(struct store *store, int64_t source, int64_t first)
{
    struct batch batch = { 0 };
    double begin;

    for (int64_t i = 0; i < NEW; i++)
        add_ticket(&batch, first + time(NULL) % 100000 * NEW + i, true);
    begin = now_s();
    commit(store, source, &batch, false);
    printf(", \"poll of %d tickets ms\": %.1f", NEW, (now_s() - begin) * 1e3);
}

/* The key numbers of the next minute, as the collector makes them. */
static void print_slices(struct store *store, struct deriver *deriver)
{
    struct dx_error err = { 0 };
    double all = 0., longest = 0.;
    int slices = 0;

    for (bool more = true; more; slices++) {
        double begin = now_s();

        must(deriver_slice(deriver, store, END_MS + MINUTE_MS, &more, &err), &err);
        begin = now_s() - begin;
        all += begin;
        longest = begin > longest ? begin : longest;
    }
    printf(", \"slices\": %d, \"slices ms\": %.1f, \"longest slice ms\": %.1f", slices, all * 1e3,
           longest * 1e3);
}

static void print_queries(struct store *store)
{
    print_query(store, "first 1000", DX_QUERY_TICKETS, DX_FILTER(.open = true, .limit = 1000));
    print_query(store, "counts", DX_QUERY_TICKET_COUNTS, DX_FILTER(.at_risk_ms = 30 * MINUTE_MS));
    print_query(store, "by title", DX_QUERY_TICKETS,
                DX_FILTER(.open = true, .limit = 1000, .order = DX_BY_TITLE));
    print_query(store, "with words", DX_QUERY_TICKETS,
                DX_FILTER(.open = true, .limit = 1000, .text = "title:pool-7"));
    print_query(store, "all that is named", DX_QUERY_TICKET_REFS, NULL);
    print_query(store, "of a pool", DX_QUERY_TICKET_REFS, DX_FILTER(.key = "q7"));
    print_query(store, "search", DX_QUERY_SEARCH,
                DX_FILTER(.name = "jobs pool-7 hour", .limit = 50));
    print_query(store, "search of what all have", DX_QUERY_SEARCH,
                DX_FILTER(.name = "builds images", .limit = 50));
    print_query(store, "search by a beginning", DX_QUERY_SEARCH,
                DX_FILTER(.name = "im", .limit = 50));
    print_query(store, "search by a letter", DX_QUERY_SEARCH, DX_FILTER(.name = "t", .limit = 50));
    print_query(store, "search of few by a beginning", DX_QUERY_SEARCH,
                DX_FILTER(.name = "jobs pool-7 im", .limit = 50));
    print_query(store, "search of few and what all have", DX_QUERY_SEARCH,
                DX_FILTER(.name = "pool-7 builds fails images jobs", .limit = 50));
    print_query(store, "search of what nobody has", DX_QUERY_SEARCH,
                DX_FILTER(.name = "builds images zebra", .limit = 50));
    print_query(store, "similar", DX_QUERY_SIMILAR, DX_FILTER(.key = "t7", .limit = 10));
}

static void print_panels(struct store *store)
{
    print_panel(store, "tickets", &dx_panel_tickets, "", "");
    print_panel(store, "filtered", &dx_panel_tickets, "title:pool-7", "");
    print_panel(store, "one ticket", &dx_panel_tickets, "", "t7");
    print_panel(store, "desk", &dx_panel_desk, "", "");
}

int main(int argc, char **argv)
{
    int64_t open = argc > 2 ? strtoll(argv[2], NULL, 10) : 20000, id;
    int64_t closed = argc > 3 ? strtoll(argv[3], NULL, 10) : 500000;
    const struct source_row row = { "jira", "jira", "https://acme.atlassian.example",
                                    1U << DX_KIND_TICKET | 1U << DX_KIND_RUN, MINUTE_MS };
    char *path = mem_print("%s/ticket-bench.db", argc > 1 ? argv[1] : ".");
    bool fresh = access(path, F_OK) != 0;
    struct deriver *deriver = deriver_new(SUCCESS_EXCLUDE_CANCELLED);
    struct dx_error err = { 0 };
    struct store *store = store_open(path, STORE_COLLECT, &err);
    struct rusage usage;
    struct stat st;
    double begin;

    must(store && store_lock(store), &err);
    must(store_sources(store, &row, 1, &id, &err), &err);
    store_on_derive(store, deriver_commit, deriver);
    printf("{\"open\": %" PRId64 ", \"closed\": %" PRId64, open, closed);
    if (fresh)
        fill(store, deriver, id, open, closed);
    else
        measure(store, id, open + closed);
    begin = now_s();
    must(deriver_settle(deriver, store, END_MS, &err), &err);
    printf(", \"key numbers ms\": %.1f", (now_s() - begin) * 1e3);
    print_slices(store, deriver);
    must(store_upkeep(store, END_MS, &err), &err);
    store_close(store);
    (void)stat(path, &st);
    printf(", \"bytes/ticket\": %.0f", (double)st.st_size / (double)(open + closed));
    store = store_open(path, STORE_VIEW, &err);
    must(store != NULL, &err);
    print_queries(store);
    print_panels(store);
    getrusage(RUSAGE_SELF, &usage);
    printf(", \"max RSS MiB\": %.1f}\n", (double)usage.ru_maxrss / 1024.);
    store_close(store);
    deriver_free(deriver);
    free(path);
    return 0;
}
