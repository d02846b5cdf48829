/* Files that are damaged, gone, full or somebody else's. */
#include "config.h"

#include "store_kit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/internal.h"

TestSuite(store_damage, .init = kit_init, .fini = kit_done, .timeout = 60);

enum { PAGE = 4096, ROWS_EACH = 20000 };

static struct store *view(void)
{
    struct dx_error err = { 0 };
    struct store *store = store_open(kit.path, STORE_VIEW, &err);

    cr_assert_not_null(store, "%s", err.text);
    return store;
}

static void fill(void)
{
    struct batch b = { 0 };

    for (int i = 0; i < ROWS_EACH; i++)
        kit_sample(&b, "q", i % 2 ? "{a=\"1\"}" : "{a=\"2\"}", T0 + i, i);
    kit_poll(0, T0, &b);
}

static long file_size(void)
{
    struct stat st;

    cr_assert_eq(stat(kit.path, &st), 0);
    return (long)st.st_size;
}

/* ---- ways to damage it ---- */

static void noise(long from, long to)
{
    unsigned char bytes[PAGE];
    unsigned x = 1;

    for (; from < to; from += PAGE) {
        for (size_t i = 0; i < PAGE; i++)
            bytes[i] = (unsigned char)((x = x * 1103515245u + 12345u) >> 16);
        kit_overwrite("", from, bytes, PAGE);
    }
}

static void noise_in_the_middle(void)
{
    noise(2L * PAGE, file_size() / PAGE / 2 * PAGE);
}

static void cut_short(void)
{
    cr_assert_eq(truncate(kit.path, file_size() / 3 / PAGE * PAGE + 100), 0);
}

static void zero_length(void)
{
    cr_assert_eq(truncate(kit.path, 0), 0);
}

static void not_a_database(void)
{
    static const char text[] =
        "<html>This disk was full once and has been restored by hand.</html>";

    cr_assert_eq(truncate(kit.path, 0), 0);
    kit_overwrite("", 0, text, sizeof(text));
}

static void noise_in_the_header(void)
{
    noise(0, PAGE);
}

static void wrong_page_types(void)
{
    for (long page = PAGE; page < file_size(); page += PAGE)
        kit_overwrite("", page, "\x77", 1);
}

static const struct damage {
    const char *name;
    void (*make)(void);
    bool aside; /* an empty file is just begun again */
} damages[] = {
    { "noise in the middle", noise_in_the_middle, true },
    { "cut short", cut_short, true },
    { "zero length", zero_length, false },
    { "not a database", not_a_database, true },
    { "noise in the header", noise_in_the_header, true },
    { "wrong page types", wrong_page_types, true },
};

static void new_path(size_t i, const char *what)
{
    (void)snprintf(kit.path, sizeof(kit.path), "%s/%s%zu/acme-2.db", kit.dir, what, i);
}

Test(store_damage, a_damaged_file_is_moved_aside_by_the_collector_at_its_start)
{
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        const struct damage *d = &damages[i];
        struct batch b = { 0 };
        struct store *viewer;

        new_path(i, "start");
        kit_collect();
        fill();
        store_close(kit.store);
        d->make();
        viewer = view();
        cr_expect(!kit_exists(".damaged"), "%s: a viewer moves nothing", d->name);
        kit_collect();
        kit_sample(&b, "q", "{a=\"1\"}", T0 + 1, 1);
        kit_poll(0, T0 + ROWS_EACH, &b);
        cr_expect_eq(kit_exists(".damaged"), d->aside, "%s", d->name);
        cr_expect_eq(*store_where(kit.store) != '\0', d->aside, "%s", d->name);
        cr_expect_neq(store_data_version(viewer), -1, "%s", d->name);
        cr_expect_eq(kit_count(viewer, DX_QUERY_SAMPLES, T0 + DAY), 1, "%s", d->name);
        cr_expect_eq(kit_count(viewer, DX_QUERY_SOURCES, T0 + DAY), 3, "%s", d->name);
        cr_expect_eq(kit_count(viewer, DX_QUERY_LOG, T0 + DAY), d->aside, "%s: it is said",
                     d->name);
        store_close(viewer);
        store_close(kit.store);
        kit.store = NULL;
    }
}

Test(store_damage, a_file_damaged_while_in_use_is_moved_aside_and_ids_stay)
{
    for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
        const struct damage *d = &damages[i];
        struct dx_error err = { 0 };
        struct batch b = { 0 };
        struct store *viewer;
        int64_t version;

        new_path(i, "use");
        kit_collect();
        fill();
        viewer = view();
        (void)kit_count(viewer, DX_QUERY_SAMPLES, T0 + DAY);
        cr_assert(store_upkeep(kit.store, T0, &err));
        version = store_data_version(viewer);
        d->make();
        /* as after a restart of the collector: nothing in its cache */
        (void)sqlite3_db_release_memory(kit.store->db);
        kit_sample(&b, "q", "{a=\"1\"}", T0 + ROWS_EACH / 2, 1);
        kit_sample(&b, "r", "{}", T0, 1);
        kit_poll(0, T0 + ROWS_EACH, &b);
        cr_expect_neq(store_data_version(viewer), version, "%s", d->name);
        cr_expect(kit_exists(".damaged"), "%s", d->name);
        cr_expect_eq(kit_count(viewer, DX_QUERY_SERIES, T0 + DAY), 2, "%s", d->name);
        cr_expect_str_eq(
            ROWS(viewer, DX_QUERY_SOURCES, NULL, T0 + DAY, DX_FIELD_SOURCE, DX_FIELD_STATE),
            "prom|1\nam|0\nslow|0\n", "%s", d->name);
        store_close(viewer);
        store_close(kit.store);
        kit.store = NULL;
    }
}

Test(store_damage, a_viewer_that_meets_damage_has_the_collector_look)
{
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    struct store *viewer;
    struct reader reader;
    const struct dx_error *said;
    void *rows;

    kit_collect();
    fill();
    store_close(kit.store);
    kit_collect();
    viewer = view();
    noise(file_size() - 40L * PAGE, file_size() - 20L * PAGE); /* of samples only */
    kit_poll(1, T0, &b);
    cr_expect(!kit_exists(".damaged"));
    cr_assert(store_begin(viewer, &err));
    reader = store_reader(viewer);
    rows = reader.open(reader.self, DX_QUERY_SAMPLES, NULL, T0 + DAY);
    while (reader.ops->next(rows))
        ;
    reader.ops->close(rows);
    said = reader.error(reader.self);
    cr_assert_not_null(said);
    cr_expect_eq(said->fault, DX_FAULT_SYSTEM);
    store_end(viewer);
    cr_expect_str_eq(kit_wished(), "check|");
    cr_expect(kit_exists(".damaged"));
    kit_poll(1, T0 + SECOND, &b);
    cr_expect_eq(kit_count(viewer, DX_QUERY_SOURCES, T0 + DAY), 3);
    cr_expect(store_wish(viewer, "check", "", &err));
    cr_expect_str_eq(kit_wished(), "check|");
    cr_expect_eq(kit_count(viewer, DX_QUERY_SOURCES, T0 + DAY), 3, "a sound file stays");
    store_close(viewer);
}

Test(store_damage, a_damaged_file_stays_where_it_is_while_another_holds_the_lock)
{
    struct dx_error err = { 0 };
    struct store *viewer, *other;
    int status;
    pid_t pid;

    kit_collect();
    store_close(kit.store);
    kit.store = NULL;
    not_a_database();
    viewer = view();
    cr_expect(!store_begin(viewer, &err));
    cr_expect_eq(err.fault, DX_FAULT_SYSTEM);
    cr_expect_eq(store_data_version(viewer), -1);
    cr_expect(!store_wish(viewer, "poll", "", &err));
    cr_assert(lock_take(viewer)); /* as somebody else */
    pid = fork();
    if (pid == 0) {
        other = store_open(kit.path, STORE_COLLECT, &err);
        _exit(other ? 1 : 0);
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    cr_expect(!kit_exists(".damaged"));
    store_close(viewer);
}

Test(store_damage, a_store_that_was_removed_is_made_again_and_viewers_follow)
{
    static const char *const parts[] = { "", "-wal", "-shm" };
    struct store *viewer;
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    int64_t version;

    kit_collect();
    kit_sample(&b, "q", "{}", T0, 1);
    kit_poll(0, T0, &b);
    viewer = view();
    version = store_data_version(viewer);
    for (size_t i = 0; i < 3; i++) {
        char path[128];

        (void)snprintf(path, sizeof(path), "%s%s", kit.path, parts[i]);
        cr_assert_eq(unlink(path), 0);
    }
    cr_expect(!store_begin(viewer, &err), "a viewer makes none while somebody collects");
    cr_expect(store_heartbeat(kit.store, T0 + SECOND, &err), "%s", err.text);
    cr_expect_neq(store_data_version(viewer), version);
    kit_sample(&b, "q", "{}", T0 + SECOND, 1);
    kit_poll(0, T0 + SECOND, &b);
    cr_expect_eq(kit_count(viewer, DX_QUERY_SAMPLES, T0 + DAY), 1);
    cr_expect_eq(kit_count(viewer, DX_QUERY_SOURCES, T0 + DAY), 3);
    cr_expect_eq(kit_count(viewer, DX_QUERY_LOG, T0 + DAY), 1);
    store_close(viewer);
}

/* ---- other people's files ---- */

static void make_foreign(const char *sql)
{
    char dir[128];
    sqlite3 *db;

    (void)snprintf(dir, sizeof(dir), "%s/state", kit.dir);
    (void)mkdir(dir, 0700);
    cr_assert_eq(sqlite3_open(kit.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, sql, 0, 0, 0), SQLITE_OK);
    (void)sqlite3_close(db);
}

Test(store_damage, a_database_of_something_else_is_left_alone)
{
    static const char *const sql[] = { "CREATE TABLE mail (x)", "PRAGMA user_version = 77" };

    for (int i = 0; i < 4; i++) {
        struct dx_error err = { 0 };

        make_foreign(i < 2 ? sql[0] : sql[1]);
        cr_expect_null(store_open(kit.path, i % 2 ? STORE_VIEW : STORE_COLLECT, &err));
        cr_expect_eq(err.fault, DX_FAULT_CONFIG, "%s", err.text);
        cr_expect(!kit_exists(".damaged"));
        cr_assert_eq(unlink(kit.path), 0);
    }
}

/* ---- no room ---- */

Test(store_damage, a_full_disk_fails_a_commit_whole)
{
    struct rlimit small = { .rlim_cur = 600000,
                            .rlim_max = RLIM_INFINITY }; /* the schema is half */
    struct poll poll = { .name = "prom", .ok = true };
    struct dx_error err = { 0 };
    int64_t done = 0, failed = 0;

    (void)signal(SIGXFSZ, SIG_IGN);
    kit_collect();
    poll.source = kit.id[0];
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    for (int n = 0; n < 40; n++) {
        struct batch b = { 0 };

        for (int i = 0; i < 500; i++)
            kit_sample(&b, "q", "{}", T0 + n * INT64_C(500) + i, i);
        poll.now_ms = T0 + n;
        if (store_commit(kit.store, &poll, &b, NULL, 0, &err))
            done++;
        else
            failed++;
        batch_done(&b);
    }
    cr_expect_gt(done, 0);
    cr_expect_gt(failed, 0);
    cr_expect_eq(err.fault, DX_FAULT_SYSTEM);
    cr_expect(strstr(err.text, ": File too large"), "%s", err.text);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0 + DAY), 500 * done);
    small.rlim_cur = RLIM_INFINITY;
    cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
    cr_expect(store_heartbeat(kit.store, T0, &err), "%s", err.text);
    cr_expect(store_upkeep(kit.store, T0, &err), "%s", err.text);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0 + DAY), 500 * done);
    cr_expect(!kit_exists(".damaged"));
}

Test(store_damage, a_viewer_may_be_there_before_the_collector)
{
    struct store *viewer = view();
    struct batch b = { 0 };
    int64_t version = store_data_version(viewer);

    cr_expect_eq(kit_count(viewer, DX_QUERY_SOURCES, T0), 0);
    kit_collect();
    cr_expect_neq(store_data_version(viewer), version);
    kit_sample(&b, "q", "{}", T0, 1);
    kit_poll(0, T0, &b);
    cr_expect_eq(kit_count(viewer, DX_QUERY_SAMPLES, T0), 1);
    store_close(viewer);
}
