/* Each statement of the store fails once, while it is prepared and when it is run, in all that a
 * viewer reads and a collector asks: it is said, or known, and nothing is shown in half. */
#include "config.h"

#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "derive/derive_kpi.h"
#include "derive/past.h"
#include "statement_fault.h"
#include "store/alerting.h"
#include "store/internal.h"
#include "store/kpi.h"
#include "store/past.h"
#include "world_kit.h"

TestSuite(store_reads, .init = kit_init, .fini = kit_done, .timeout = 120);

enum { STEPS_MOST = 1000 };

/* ---- what a viewer reads ---- */

/* Whether all that could fail did. */
static bool read_with_fault(struct store *store, enum dx_query query, const char *key, int n,
                            void (*fail)(int))
{
    struct dx_error err = { 0 };
    bool said, failed;

    cr_assert(store_begin(store, &err), "%s", err.text);
    fail(n);
    (void)world_rows(store, query, key, &said);
    failed = *statement_failed() != '\0';
    cr_expect_eq(said, failed, "query %d of \"%s\": %s", (int)query, key, statement_failed());
    fail(-1);
    store_end(store);
    store_forget(store);
    return !failed;
}

static void expect_each_is_said(struct store *store, enum dx_query query, const char *key,
                                void (*fail)(int))
{
    struct dx_error err = { 0 };
    uint64_t before;
    bool said;

    cr_assert(store_begin(store, &err), "%s", err.text);
    before = world_rows(store, query, key, &said);
    store_end(store);
    cr_expect_not(said, "query %d of \"%s\"", (int)query, key);
    for (int n = 0; n < STEPS_MOST && !read_with_fault(store, query, key, n, fail); n++)
        ;
    cr_assert(store_begin(store, &err), "%s", err.text);
    cr_expect_eq(world_rows(store, query, key, &said), before, "query %d of \"%s\"", (int)query,
                 key);
    store_end(store);
}

static struct store *viewer_of(const struct world *w)
{
    struct dx_error err = { 0 };
    struct store *viewer = store_open(store_path(w->store), STORE_VIEW, &err);

    cr_assert_not_null(viewer, "%s", err.text);
    return viewer;
}

/* What was written until the years later. */
static void write_all(struct world *w)
{
    world_begin(w, "whole");
    for (const struct world_deed *deed = world_deeds; strcmp(deed->name, "upkeep") != 0; deed++) {
        struct dx_error err = { 0 };

        cr_assert(deed->run(w, &err), "%s: %s", deed->name, err.text);
    }
}

Test(store_reads, that_fail_are_said_to_who_reads)
{
    struct store *viewer;
    struct world w;

    write_all(&w);
    viewer = viewer_of(&w);
    statement_watch(viewer->db);
    for (int query = 0; query < DX_QUERY_COUNT; query++) {
        for (const char *const *key = world_keys; *key; key++) {
            expect_each_is_said(viewer, (enum dx_query)query, *key, statement_fail_prepare);
            expect_each_is_said(viewer, (enum dx_query)query, *key, statement_fail_step);
        }
    }
    store_close(viewer);
    world_end(&w);
}

/* Texts are looked up once in a connection, within the query. */
Test(store_reads, that_look_up_a_text_are_said_too)
{
    struct dx_filter filter = { .size = sizeof(filter), .text = "owner:ito runners" };
    struct world w;
    int n = 0;

    write_all(&w);
    for (bool failed = true; failed && n < STEPS_MOST; n++) {
        struct store *viewer = viewer_of(&w);
        struct reader reader = store_reader(viewer);
        struct dx_error err = { 0 };
        void *rows;
        bool said;

        statement_watch(viewer->db);
        cr_assert(store_begin(viewer, &err), "%s", err.text);
        statement_fail_step(n);
        rows = reader.open(reader.self, DX_QUERY_TICKETS, &filter, T0 + 2 * MINUTE);
        while (reader.ops->next(rows))
            ;
        reader.ops->close(rows);
        said = reader.error(reader.self) != NULL;
        failed = *statement_failed() != '\0';
        cr_expect_eq(said, failed, "%s", statement_failed());
        statement_fail_step(-1);
        store_end(viewer);
        store_close(viewer);
    }
    cr_expect_gt(n, 2, "%d", n);
    world_end(&w);
}

/* More rows open side by side than there is room for statements. */
Test(store_reads, that_are_too_many_side_by_side_are_said_and_make_room_again)
{
    struct dx_error err = { 0 };
    struct store *viewer;
    struct reader reader;
    void *rows[STATEMENTS + 1];
    struct world w;
    bool said;

    write_all(&w);
    viewer = viewer_of(&w);
    reader = store_reader(viewer);
    cr_assert(store_begin(viewer, &err), "%s", err.text);
    for (int query = 0; query < DX_QUERY_COUNT; query++) /* those that are lent to nobody go */
        (void)world_rows(viewer, (enum dx_query)query, "", &said);
    for (int i = 0; i <= STATEMENTS; i++) {
        const struct dx_error *why;

        rows[i] = reader.open(reader.self, DX_QUERY_LOG, NULL, T0 + DAY);
        why = reader.error(reader.self);
        cr_expect_eq(why != NULL, i == STATEMENTS, "%d", i);
        if (why)
            cr_expect_str_eq(why->text, "too many queries are open");
        cr_expect_eq(reader.ops->next(rows[i]), i < STATEMENTS, "%d", i);
    }
    for (int i = 0; i <= STATEMENTS; i++)
        reader.ops->close(rows[i]);
    (void)world_rows(viewer, DX_QUERY_LOG, "", &said);
    cr_expect_not(said);
    store_end(viewer);
    store_close(viewer);
    world_end(&w);
}

/* ---- what gives no error ---- */

static int64_t quiet(struct store *store, int which)
{
    char text[64];
    unsigned char key[16];
    struct arena arena = { 0 };
    struct stored_open open[4];
    struct stored_ticket ticket[4];
    struct lacking_change change[4];
    struct stored_notice notice[4];
    const struct open_of runs = { .source = 1, .now_ms = T0, .project = "" };
    const struct tickets_of tickets = { .source = 2 };
    int64_t out = 0;

    switch (which) {
    case 0:
        out = store_cursor(store, 1, "runs");
        break;
    case 1:
        out = *store_etag(store, "http://ci/runs", text, sizeof(text));
        break;
    case 2:
        out = store_cursor_after(store, 1, "", text, sizeof(text)) != NULL;
        break;
    case 3:
        out = store_run(
            store,
            &(struct run_key){ .source = 1, .attempt = 1, .project = "acme/web", .id = "77" }, 0,
            T0);
        break;
    case 4:
        out = (int64_t)store_open_runs(store, &runs, open, 4, &arena);
        break;
    case 5:
        out = store_owed_runs(store, &runs);
        break;
    case 6:
        out = store_ticket(store, 2, "DX-1", 0);
        break;
    case 7:
        out = (int64_t)store_tickets(store, &tickets, ticket, 4, &arena);
        break;
    case 8:
        out = store_known_change(store, 1, "acme/web", "5");
        break;
    case 9:
        out = (int64_t)store_lacking_changes(store, 1, change, 4, &arena);
        break;
    case 10:
        out = (int64_t)store_runbook_count(store);
        break;
    case 11:
        out = store_has_runbook(store, "disk.md", T0, 9);
        break;
    case 12:
        out = store_alias_key(store, key);
        break;
    case 13:
        out = store_rules_looked(store);
        break;
    case 14:
        out = store_last_notice(store);
        break;
    case 15:
        out = store_titled(store, T0);
        break;
    case 16:
        store->seen_version = 0; /* as after another one's commit */
        out = store_change(store) > 0;
        break;
    case 17:
        out = store_data_version(store) > 0;
        break;
    case 18:
        out = store_first_run(store);
        break;
    case 19:
        out = store_derived_at(store);
        break;
    case 20:
        out = store_first_done(store);
        break;
    case 21:
        out = store_first_review(store);
        break;
    case 22:
        out = store_next_notice(store, T0 + DAY, &arena, notice);
        break;
    case 23:
        out = (int64_t)store_notices_after(store, 0, notice, 4, &arena);
        break;
    default:
        out = -1;
    }
    arena_free(&arena);
    return out;
}

/* What they give then is nothing, and store_failed() knows. */
Test(store_reads, of_what_has_no_error_are_known_to_have_failed)
{
    static void (*const fails[])(int) = { statement_fail_prepare, statement_fail_step };
    struct world w;

    write_all(&w);
    statement_watch(w.store->db);
    for (int which = 0; quiet(w.store, which) != -1; which++) {
        int64_t before = quiet(w.store, which);

        for (size_t f = 0; f < 2; f++) {
            int n = 0;

            for (bool failed = true; failed && n < STEPS_MOST; n++) {
                struct dx_error err = { 0 };
                int64_t got;

                store_forget(w.store);
                (void)store_failed(w.store, &err);
                fails[f](n);
                got = quiet(w.store, which);
                failed = *statement_failed() != '\0';
                cr_expect(!failed || got <= 0, "%d: %s", which, statement_failed());
                cr_expect_eq(store_failed(w.store, &err), failed, "%d: %s", which,
                             statement_failed());
                fails[f](-1);
            }
            cr_expect_eq(quiet(w.store, which), before, "%d", which);
        }
    }
    world_end(&w);
}

/* Without it numbers would be made anew of what is there in half. */
Test(store_reads, that_say_since_when_runs_are_kept_end_what_is_made_of_them)
{
    static void (*const fails[])(int) = { statement_fail_prepare, statement_fail_step };
    const struct kpi_settings settings = { .no_files = true };
    struct dx_error err;
    struct world w;
    int64_t ms;

    write_all(&w);
    statement_watch(w.store->db);
    for (size_t f = 0; f < 2; f++) {
        store_forget(w.store);
        fails[f](0);
        err = (struct dx_error){ 0 };
        cr_expect_not(store_raw_from(w.store, &ms, &err));
        cr_expect(strchr(err.text, ' '), "%s", err.text);
        store_forget(w.store);
        fails[f](0);
        cr_expect_not(derive_kpi_waits_day(w.store, &settings, T0 / DAY, &err));
        fails[f](-1);
        cr_expect(store_raw_from(w.store, &ms, &err), "%s", err.text);
    }
    world_end(&w);
}

/* ---- what became of a word ---- */

static const char spoken[] = "dxtop/rule:slow/linux-xl/1790000000000\t1790003600000\tm.ito\tlater";

static bool fate_of(struct store *store, const char *wish, enum word_fate *fate,
                    struct dx_error *err)
{
    *fate = WORD_WAITS;
    *err = (struct dx_error){ 0 };
    return store_word_fate(store, WORD_SNOOZE, wish, fate, err);
}

/* Whoever asks is told nothing then, and asks again. */
Test(store_reads, of_what_became_of_a_word_are_said)
{
    static void (*const fails[])(int) = { statement_fail_prepare, statement_fail_step };
    enum word_fate fate;
    struct dx_error err;
    struct store *viewer;
    struct world w;

    write_all(&w);
    viewer = viewer_of(&w);
    statement_watch(viewer->db);
    cr_assert(fate_of(viewer, spoken, &fate, &err), "%s", err.text);
    cr_expect_eq(fate, WORD_STANDS, "%d", (int)fate);
    for (size_t f = 0; f < 2; f++) {
        bool failed = true;
        int n = 0;

        for (; failed && n < STEPS_MOST; n++) {
            bool ok;

            store_forget(viewer);
            fails[f](n);
            ok = fate_of(viewer, spoken, &fate, &err);
            failed = *statement_failed() != '\0';
            cr_expect_eq(ok, !failed, "%s", statement_failed());
            cr_expect(ok || strchr(err.text, ' '), "%s: \"%s\"", statement_failed(), err.text);
            cr_expect_eq(fate, ok ? WORD_STANDS : WORD_WAITS, "%d", (int)fate);
            fails[f](-1);
        }
        cr_expect_gt(n, 1, "%d", n);
    }
    cr_expect_not(fate_of(viewer, "of two\tfields", &fate, &err));
    cr_expect(strstr(err.text, "not a word on an alert"), "\"%s\"", err.text);
    cr_assert_eq(remove(store_path(w.store)), 0);
    cr_expect_not(fate_of(viewer, spoken, &fate, &err));
    cr_expect(strchr(err.text, ' '), "\"%s\"", err.text);
    store_close(viewer);
    world_end(&w);
}

/* ---- a past moment ---- */

static uint64_t pools_of(struct store *store)
{
    bool said;
    uint64_t h = world_rows(store, DX_QUERY_POOLS, "", &said) * 31 +
                 world_rows(store, DX_QUERY_PIPELINES, "", &said) * 7 +
                 world_rows(store, DX_QUERY_KPIS, "", &said);

    cr_expect_not(said);
    return h;
}

static uint64_t look_at(struct store *store)
{
    struct dx_error err = { 0 };
    uint64_t h;

    cr_assert(store_begin(store, &err), "%s", err.text);
    h = pools_of(store);
    store_end(store);
    return h;
}

static bool make(struct store *store, struct past *past, struct dx_error *err)
{
    bool ok = store_begin(store, err);

    while (ok && !past_is_done(past))
        ok = past_slice(past, INT64_MAX, err);
    store_end(store);
    return ok;
}

/* Where a step of it fails the present is there again, or the moment is made anew: never a bit
 * of the one in the other. */
static void expect_past_is_whole(void (*fail)(int))
{
    struct kpi_settings settings = { .business = NULL };
    uint64_t now, then;
    struct store *viewer;
    struct past *past;
    struct world w;
    int n = 0;

    write_all(&w);
    viewer = viewer_of(&w);
    now = look_at(viewer);
    past = past_new(viewer, &settings, T0 - 2 * HOUR);
    cr_assert(make(viewer, past, &(struct dx_error){ 0 }));
    then = look_at(viewer);
    cr_assert_neq(now, then);
    past_free(past);
    store_past_end(viewer);
    cr_expect_eq(look_at(viewer), now);
    statement_watch(viewer->db);
    for (bool failed = true; failed && n < STEPS_MOST; n++) {
        struct dx_error err = { 0 };
        bool ok;

        past = past_new(viewer, &settings, T0 - 2 * HOUR);
        store_forget(viewer);
        fail(n);
        ok = make(viewer, past, &err);
        failed = *statement_failed() != '\0';
        cr_expect(!failed == ok || strstr(statement_failed(), "COMMIT"), "%s", statement_failed());
        cr_expect(ok || strchr(err.text, ' '), "%s: \"%s\"", statement_failed(), err.text);
        fail(-1);
        if (store_past(viewer) == 0) {
            cr_expect_eq(look_at(viewer), now, "after %d", n);
            past_free(past);
            past = past_new(viewer, &settings, T0 - 2 * HOUR);
        }
        cr_assert(make(viewer, past, &err), "%s", err.text);
        cr_expect_eq(look_at(viewer), then, "after %d", n);
        past_free(past);
        store_past_end(viewer);
        cr_expect_eq(look_at(viewer), now, "after %d", n);
    }
    cr_expect(n > 50 && n < STEPS_MOST, "%d", n);
    store_close(viewer);
    world_end(&w);
}

Test(store_reads, of_a_past_moment_that_cannot_be_prepared_leave_nothing_in_half)
{
    expect_past_is_whole(statement_fail_prepare);
}

Test(store_reads, of_a_past_moment_that_cannot_be_run_leave_nothing_in_half)
{
    expect_past_is_whole(statement_fail_step);
}
