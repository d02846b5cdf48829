/* Numbers that cannot be: those that a server says, and those that no dxtop has written, for of a
 * disk whose bits flip SQLite notices only those of its own pages. Who collects and who looks goes
 * on. */
#include "config.h"

#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/internal.h"
#include "world_kit.h"

TestSuite(store_odd, .init = kit_init, .fini = kit_done, .timeout = 600);

enum { SECONDS_MOST = 30, COLUMNS_MOST = 24 };

/* ---- who collects, and who looks ---- */

static void begin(void)
{
    struct world w;

    world_begin(&w, "whole");
    for (const struct world_deed *deed = world_deeds; strcmp(deed->name, "upkeep") != 0; deed++)
        cr_assert(deed->run(&w, &(struct dx_error){ 0 }), "%s", deed->name);
    world_end(&w);
}

static void copy_to(const char *name)
{
    char command[300];

    (void)snprintf(command, sizeof(command), "cp -r '%s/whole' '%s/%s'", kit.dir, kit.dir, name);
    cr_assert_eq(system(command), 0);
}

static void look(const struct world *w)
{
    struct store *viewer = store_open(store_path(w->store), STORE_VIEW, &(struct dx_error){ 0 });
    bool said;

    for (int query = 0; viewer && query < DX_QUERY_COUNT; query++)
        for (const char *const *key = world_keys; *key; key++)
            if (store_begin(viewer, &(struct dx_error){ 0 }))
                (void)world_rows(viewer, (enum dx_query)query, *key, &said);
    store_close(viewer);
}

/* Whatever fails. */
static void go_on(struct world *w)
{
    for (const struct world_deed *deed = world_deeds; deed->name; deed++)
        (void)deed->run(w, &(struct dx_error){ 0 });
    look(w);
}

/* In a process of its own. */
static void expect_end(const char *name, void (*live)(struct world *, const void *),
                       const void *what)
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        struct dx_error err = { 0 };
        struct world w;

        (void)alarm(SECONDS_MOST);
        if (!world_open(&w, name, &err)) {
            (void)fprintf(stderr, "%s\n", err.text);
            _exit(1);
        }
        (void)sqlite3_exec(w.store->db, "PRAGMA synchronous = OFF", NULL, NULL, NULL); /* faster */
        live(&w, what);
        world_end(&w);
        _exit(0);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: %x", name, (unsigned)status);
}

/* ---- what a server says ---- */

static const int64_t odd_numbers[] = { 253402300799999, -253402300799999, 1, -1 };

enum { CREATED, STARTED, FINISHED, QUEUED, DURATION, GATE, UPDATED, ATTEMPT, ALL };

static void set_times(struct timing *t, int which, int64_t odd)
{
    int64_t *const fields[] = { &t->created_ms, &t->started_ms, &t->finished_ms, &t->queued_ms,
                                &t->duration_ms };

    *t = (struct timing){ .created_ms = T0 - HOUR,
                          .started_ms = T0 - HOUR,
                          .finished_ms = T0 - 55 * MINUTE,
                          .queued_ms = 20 * SECOND,
                          .duration_ms = 5 * MINUTE,
                          .queued_basis = "",
                          .duration_basis = "" };
    for (int i = CREATED; i <= DURATION; i++)
        if (which == i || which == ALL)
            *fields[i] = odd;
}

static void add_runs(struct batch *b, int64_t odd)
{
    for (int which = CREATED; which <= ALL; which++) {
        struct run *run = batch_run(b);
        struct job *job;

        run->project = "acme/odd";
        run->pipeline = "ci";
        run->id = arena_print(&b->arena, "%d", 1000 + which);
        run->outcome.phase = DX_PHASE_DONE;
        run->outcome.result = DX_RESULT_FAILURE;
        set_times(&run->timing, which, odd);
        run->gate_ms = which == GATE || which == ALL ? odd : -1;
        run->updated_ms = which == UPDATED || which == ALL ? odd : T0;
        run->attempt = which == ATTEMPT || which == ALL ? odd : 1;
        job = batch_job(b, (size_t)which);
        job->id = run->id;
        job->name = "test";
        job->attempt = run->attempt;
        job->pool = "linux-xl";
        job->started = true;
        job->outcome = run->outcome;
        job->outcome.cause = DX_CAUSE_PLATFORM;
        job->outcome.evidence = "disk: full";
        job->timing = run->timing;
        batch_jobs_whole(b, (size_t)which);
    }
}

static void add_tickets(struct batch *b, int64_t odd)
{
    static struct ticket_sla slas[1];
    static struct ticket_pause pauses[1];
    static struct ticket_stay stays[2];

    slas[0] = (struct ticket_sla){ "Time", DX_SLA_RUNNING, odd, odd, odd, odd };
    pauses[0] = (struct ticket_pause){ odd, odd };
    stays[0] = (struct ticket_stay){ DX_STAY_NEW, odd };
    stays[1] = (struct ticket_stay){ DX_STAY_WAITING, odd };
    for (int i = 0; i < 6; i++) {
        struct ticket *t = batch_ticket(b);

        t->parts = TICKET_FIELDS | TICKET_RESPONSE | TICKET_SLAS | TICKET_PAUSES;
        t->key = arena_print(&b->arena, "ODD-%d", i);
        t->title = "linux-xl is full";
        t->state = i % 2 ? DX_TICKET_DONE : DX_TICKET_IN_PROGRESS;
        t->created_ms = i == 0 || i > 3 ? odd : T0 - DAY;
        t->updated_ms = i == 1 || i > 3 ? odd : T0 - HOUR;
        t->resolved_ms = i == 2 || i > 3 ? odd : i % 2 ? T0 - HOUR : 0;
        t->first_response_ms = i == 3 || i > 3 ? odd : T0 - HOUR;
        t->slas = slas;
        t->pauses = pauses;
        t->stays = stays;
        t->sla_count = t->pause_count = 1;
        t->stay_count = 2;
        t->stays_known = true;
    }
}

static void add_others(struct batch *b, int64_t odd)
{
    struct change *change = batch_change(b);
    struct pool *pool = batch_pool(b);

    change->project = "acme/odd";
    change->id = "1";
    change->created_ms = change->first_review_ms = change->merged_ms = change->closed_ms = odd;
    change->reviews_known = true;
    *pool = (struct pool){ "linux-xl", odd, odd, odd, odd, "" };
    b->pools_whole = true;
    kit_alert(b, "odd", DX_ALERT_FIRING, odd);
    kit_sample(b, "odd", "{}", odd, 1);
    batch_cursor(b, "odd", odd);
}

struct said {
    int64_t odd;
    bool filling;
};

static void take_in(struct world *w, const void *what)
{
    const struct said *said = what;
    const int64_t odd = said->odd;
    struct poll poll = { .name = "ci",
                         .ok = true,
                         .state = DX_SOURCE_LIVE,
                         .now_ms = T0 + 3 * MINUTE,
                         .next_ms = odd,
                         .every_ms = odd,
                         .reset_ms = odd,
                         .limit = odd,
                         .remaining = odd,
                         .skew_ms = odd,
                         .skew_known = true,
                         .filling = said->filling };
    struct dx_error err = { 0 };
    struct batch b = { 0 };

    add_runs(&b, odd);
    add_tickets(&b, odd);
    add_others(&b, odd);
    (void)world_deeds[0].run(w, &err); /* their numbers */
    poll.source = w->id[0];
    if (!store_commit(w->store, &poll, &b, NULL, 0, &err)) {
        (void)fprintf(stderr, "%s\n", err.text);
        _exit(1);
    }
    batch_done(&b);
    go_on(w);
}

Test(store_odd, numbers_of_a_server_end_nobody)
{
    begin();
    for (size_t i = 0; i < sizeof(odd_numbers) / sizeof(odd_numbers[0]); i++)
        for (int filling = 0; filling < 2; filling++) {
            const struct said said = { odd_numbers[i], filling };
            char name[64];

            (void)snprintf(name, sizeof(name), "said-%d-%d", (int)i, filling);
            copy_to(name);
            expect_end(name, take_in, &said);
        }
}

/* ---- what is in the file ---- */

static const char *const values[] = { "-1", "1 << 33", "'x'" };

/* The nth column of each table gets the value, in all rows where it can be. */
static void spoil(const char *name, int nth, const char *value)
{
    sqlite3_stmt *stmt;
    sqlite3 *db;
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s/acme-7.db", kit.dir, name);
    cr_assert_eq(sqlite3_open(path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db,
                                    "SELECT t.name, c.name FROM sqlite_schema t,"
                                    " pragma_table_info(t.name) c WHERE t.type = 'table'"
                                    " AND t.sql NOT LIKE 'CREATE VIRTUAL%' AND t.name NOT LIKE"
                                    " '%\\_words\\_%' ESCAPE '\\' AND c.cid = ?1"
                                    " AND (t.name <> 'meta' OR c.name <> 'key')",
                                    -1, &stmt, NULL),
                 SQLITE_OK);
    (void)sqlite3_bind_int(stmt, 1, nth);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        char sql[256];

        (void)snprintf(sql, sizeof(sql), "UPDATE OR IGNORE \"%s\" SET \"%s\" = %s",
                       sqlite3_column_text(stmt, 0), sqlite3_column_text(stmt, 1), value);
        (void)sqlite3_exec(db, sql, NULL, NULL, NULL);
    }
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
}

static void live_on(struct world *w, const void *nothing)
{
    (void)nothing;
    go_on(w);
}

Test(store_odd, numbers_in_the_file_end_nobody)
{
    begin();
    for (int nth = 0; nth < COLUMNS_MOST; nth++)
        for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
            char name[32];

            (void)snprintf(name, sizeof(name), "odd-%d-%d", nth, (int)i);
            copy_to(name);
            spoil(name, nth, values[i]);
            expect_end(name, live_on, NULL);
        }
}
