/* The store on a machine that fails it: memory and disk that say no at any moment, bits that
 * flip, a directory that goes away, a network's file system, another version's file beside. */
#include "config.h"

#include "store_kit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "machine_fault.h"
#include "store/internal.h"

TestSuite(store_faults, .init = kit_init, .fini = kit_done, .timeout = 120);

enum { COMMITS = 4 };

/* ---- a collector that works meanwhile ---- */

/* Whether it said why, where it failed. */
static bool commit(struct store *store, int64_t source, int n, int *told)
{
    struct poll poll = { .source = source, .name = "prom", .ok = true, .now_ms = T0 + n };
    struct dx_error err = { 0 };
    struct batch b = { 0 };
    bool ok;

    kit_sample(&b, "q", "{a=\"1\"}", T0 + n, n);
    kit_sample(&b, "q", "{a=\"2\"}", T0 + n, n);
    batch_cursor(&b, "n", n);
    ok = store_commit(store, &poll, &b, NULL, 0, &err);
    batch_done(&b);
    *told += ok;
    return ok || (err.fault == DX_FAULT_SYSTEM && *err.text);
}

/* The commits that it was told went well; < 0: it failed without a word. Where one fails it
 * tries that one again, as the next poll does. */
static int collect(void)
{
    static const struct source_row row = { "prom", "prometheus", "http://p", 1, 15 * SECOND };
    struct dx_error err = { 0 };
    struct store *store = store_open(kit.path, STORE_COLLECT, &err);
    int64_t id = 0;
    int told = 0;

    if (!store)
        return err.fault == DX_FAULT_SYSTEM && *err.text ? 0 : -1;
    if (!store_lock(store) || !store_sources(store, &row, 1, &id, &err)) {
        store_close(store);
        return 0;
    }
    for (int tries = 0; told < COMMITS && tries < 2 * COMMITS; tries++)
        if (!commit(store, id, told + 1, &told))
            return -2;
    (void)store_upkeep(store, T0, &err);
    store_close(store);
    return told;
}

/* In a process of its own, for what fails there. */
static int collect_in_child(long in, bool for_ever, bool *hit)
{
    int ends[2], told[2] = { -9, 0 }, status;
    pid_t pid;

    cr_assert_eq(pipe(ends), 0);
    pid = fork();
    if (pid == 0) {
        machine_fail(in, for_ever);
        told[0] = collect();
        told[1] = machine_failed();
        _exit(write(ends[1], told, sizeof(told)) == sizeof(told) ? 0 : 1);
    }
    (void)close(ends[1]);
    if (read(ends[0], told, sizeof(told)) != sizeof(told))
        told[0] = -9;
    (void)close(ends[0]);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "after %ld: %x", in, status);
    *hit = told[1] != 0;
    return told[0];
}

/* All that was told is there, and nothing is there in half; then it goes on. */
static void expect_whole(long in, int told)
{
    struct batch b = { 0 };
    int64_t there;

    cr_assert_geq(told, 0, "after %ld: %d", in, told);
    kit_collect();
    there = kit_count(kit.store, DX_QUERY_SAMPLES, T0 + DAY);
    cr_expect(there == 2 * told || there == 2 * told + 2, "after %ld: %d told, %d there", in, told,
              (int)there);
    cr_expect_eq(store_cursor(kit.store, kit.id[0], "n"), there / 2, "after %ld", in);
    cr_expect(!kit_exists(".damaged"), "after %ld", in);
    kit_sample(&b, "q", "{}", T0, 1);
    kit_poll(0, T0 + DAY, &b);
    store_close(kit.store);
    kit.store = NULL;
}

static void new_path(long n)
{
    (void)snprintf(kit.path, sizeof(kit.path), "%s/%ld/acme-2.db", kit.dir, n);
}

/* Whatever number of them goes well before, at steps of about a tenth more. Returns how often
 * something failed. */
static int fail_at_any_moment(long from)
{
    int hits = 0;

    for (long in = from;; in += 1 + in / 10) {
        bool hit = false;
        int told;

        new_path(in);
        told = collect_in_child(in, in % 2 == 0, &hit);
        expect_whole(in, told);
        if (!hit)
            return hits;
        hits++;
    }
}

Test(store_faults, memory_that_runs_out_at_any_moment_loses_nothing)
{
    machine_bad_memory();
    cr_expect_gt(fail_at_any_moment(0), 40);
}

/* Whatever of it fails: a viewer has a sentence and nothing else, or a store that can be read. */
Test(store_faults, memory_that_runs_out_while_it_is_opened_is_said)
{
    int hits = 0;

    machine_bad_memory();
    kit_collect();
    for (long in = 0;; in++, hits++) {
        struct dx_error err = { 0 };
        struct store *viewer;
        bool failed;

        machine_fail(in, false);
        viewer = store_open(kit.path, STORE_VIEW, &err);
        failed = machine_failed();
        machine_fail(-1, false);
        cr_expect(viewer || (err.fault == DX_FAULT_SYSTEM && strchr(err.text, ' ')), "%ld: \"%s\"",
                  in, err.text);
        cr_expect(!viewer || store_begin(viewer, &err), "%ld: %s", in, err.text);
        store_close(viewer);
        if (!failed)
            break;
    }
    cr_expect_gt(hits, 100, "%d", hits);
}

Test(store_faults, a_disk_that_fills_at_any_moment_loses_nothing)
{
    machine_bad_disk();
    cr_expect_gt(fail_at_any_moment(0), 20);
}

/* ---- bits ---- */

static unsigned next(unsigned *x)
{
    *x = *x * 1103515245u + 12345u;
    return *x >> 8;
}

static void flip(unsigned seed)
{
    unsigned x = seed;
    struct stat st;
    FILE *file = fopen(kit.path, "r+");

    cr_assert(file && stat(kit.path, &st) == 0);
    for (int i = 0; i < 8; i++) {
        long at = (long)(next(&x) % (unsigned long)st.st_size);
        int byte;

        cr_assert_eq(fseek(file, at, SEEK_SET), 0);
        byte = fgetc(file);
        cr_assert_eq(fseek(file, at, SEEK_SET), 0);
        cr_assert_neq(fputc(byte ^ 1 << next(&x) % 8, file), EOF);
    }
    cr_assert_eq(fclose(file), 0);
}

/* Read all there is; 0: it was read, or its damage was said. */
static int look(void)
{
    struct dx_error err = { 0 };
    struct store *viewer = store_open(kit.path, STORE_VIEW, &err);

    if (!viewer)
        return *err.text ? 0 : 1;
    for (int query = 0; query <= DX_QUERY_LOG; query++) {
        struct reader reader = store_reader(viewer);
        void *rows;

        if (!store_begin(viewer, &err))
            continue;
        rows = reader.open(reader.self, (enum dx_query)query, NULL, T0 + DAY);
        while (rows && reader.ops->next(rows))
            ;
        if (rows)
            reader.ops->close(rows);
        store_end(viewer);
    }
    store_close(viewer);
    return 0;
}

/* Eight of them, anywhere: a viewer lives, and the collector goes on, with the file or with a
 * new one. What neither reads is not noticed: SQLite has no sums over its pages. */
Test(store_faults, bits_that_flip_end_nothing)
{
    for (unsigned seed = 1; seed <= 30; seed++) {
        struct batch b = { 0 };
        int status;
        pid_t pid;

        new_path((long)seed);
        kit_collect();
        for (int i = 0; i < 3000; i++)
            kit_sample(&b, "q", i % 2 ? "{a=\"1\"}" : "{a=\"2\"}", T0 + i, i);
        kit_poll(0, T0, &b);
        store_close(kit.store);
        kit.store = NULL;
        flip(seed);
        pid = fork();
        if (pid == 0)
            _exit(look());
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "seed %u: %x", seed, status);
        for (int round = 0; round < 2; round++) {
            struct dx_error err = { 0 };

            kit.store = store_open(kit.path, STORE_COLLECT, &err);
            if (!kit.store) { /* the version's own bits: it says so and leaves it alone */
                cr_expect(strstr(err.text, "has schema"), "seed %u: %s", seed, err.text);
                break;
            }
            cr_assert(store_lock(kit.store), "seed %u", seed);
            kit_name_sources();
            kit_sample(&b, "r", "{}", T0 + DAY, 1);
            kit_poll(0, T0 + DAY + round, &b);
            cr_expect(store_upkeep(kit.store, T0 + DAY, &err), "seed %u: %s", seed, err.text);
            store_close(kit.store);
            kit.store = NULL;
        }
    }
}

/* ---- places ---- */

static unsigned long magic; /* of every file system but the runtime directory's; 0: as it is */
static const char *spared = "";

/* The one of this program. */
__attribute__((visibility("default"))) int statfs(const char *path, struct statfs *out)
{
    int status = (int)syscall(SYS_statfs, path, out);

    if (status == 0 && magic != 0 && (!*spared || strncmp(path, spared, strlen(spared)) != 0))
        out->f_type = (__typeof__(out->f_type))magic;
    return status;
}

Test(store_faults, on_a_network_file_system_it_goes_elsewhere_and_says_so)
{
    static const struct {
        unsigned long magic;
        const char *said;
    } cases[] = {
        { 0x6969, "/state is on nfs, where a database cannot be shared" },
        { 0xFF534D42, "/state is on cifs, " },
        { 0x65735546, "/state is on fuse, " },
    };
    char runtime[128];

    (void)snprintf(runtime, sizeof(runtime), "%s/run", kit.dir);
    cr_assert_eq(mkdir(runtime, 0700), 0);
    (void)setenv("XDG_RUNTIME_DIR", runtime, 1);
    spared = runtime;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct dx_error err = { 0 };
        struct store *store;

        magic = cases[i].magic;
        store = store_open(kit.path, STORE_COLLECT, &err);
        cr_assert_not_null(store, "%s", err.text);
        cr_expect(strncmp(store_path(store), runtime, strlen(runtime)) == 0, "%s",
                  store_path(store));
        cr_expect(strstr(store_where(store), cases[i].said), "%s", store_where(store));
        cr_expect(strstr(store_where(store), "will not outlive"), "%s", store_where(store));
        cr_expect(!kit_exists(""), "nothing was made there");
        store_close(store);
    }
    spared = ""; /* nor will what is local do */
    cr_expect_null(store_open(kit.path, STORE_COLLECT, &(struct dx_error){ 0 }));
    magic = 0;
}

Test(store_faults, a_directory_that_goes_away_is_said_and_one_that_comes_back_is_used)
{
    struct dx_error err = { 0 };
    char dir[128], away[128];
    struct store *viewer;
    struct batch b = { 0 };

    kit_collect();
    kit_sample(&b, "q", "{}", T0, 1);
    kit_poll(0, T0, &b);
    viewer = store_open(kit.path, STORE_VIEW, &err);
    cr_assert_not_null(viewer);
    (void)snprintf(dir, sizeof(dir), "%s/state", kit.dir);
    (void)snprintf(away, sizeof(away), "%s/away", kit.dir);
    cr_assert_eq(rename(dir, away), 0);
    cr_expect(!store_heartbeat(kit.store, T0, &err));
    cr_expect(strstr(err.text, kit.path), "%s", err.text);
    (void)store_failed(kit.store, &err);
    cr_expect_eq(store_cursor(kit.store, kit.id[0], "n"), 0);
    cr_expect(store_failed(kit.store, &err) && strstr(err.text, "is not open"), "%s", err.text);
    cr_expect(!store_begin(viewer, &err), "nor is a viewer left with what is no more");
    cr_expect_eq(store_data_version(viewer), -1);
    cr_assert_eq(rename(away, dir), 0);
    cr_expect(store_heartbeat(kit.store, T0 + 1, &err), "%s", err.text);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0 + DAY), 1);
    cr_expect_eq(kit_count(viewer, DX_QUERY_SAMPLES, T0 + DAY), 1);
    store_close(viewer);
}

/* ---- another version ---- */

static size_t bytes_of(const char *path, char *bytes, size_t cap)
{
    FILE *file = fopen(path, "r");
    size_t n = file ? fread(bytes, 1, cap, file) : 0;

    if (file)
        (void)fclose(file);
    return n;
}

/* The number is in the name, so that each version has its own; and where the user named the
 * file, the other version's is left as it is. */
Test(store_faults, the_file_of_another_version_is_left_as_it_is)
{
    static char before[1 << 20], after[1 << 20];
    struct dx_error err = { 0 };
    char version[64];
    size_t len;

    kit_collect();
    store_close(kit.store);
    kit.store = NULL;
    for (int other = STORE_SCHEMA - 1; other <= STORE_SCHEMA + 1; other += 2) {
        sqlite3 *db;

        cr_assert_eq(sqlite3_open(kit.path, &db), SQLITE_OK);
        (void)snprintf(version, sizeof(version), "PRAGMA user_version = %d", other);
        cr_assert_eq(sqlite3_exec(db, version, 0, 0, 0), SQLITE_OK);
        cr_assert_eq(sqlite3_exec(db, "PRAGMA wal_checkpoint(TRUNCATE)", 0, 0, 0), SQLITE_OK);
        (void)sqlite3_close(db);
        len = bytes_of(kit.path, before, sizeof(before));
        for (int mode = 0; mode < 2; mode++) {
            cr_expect_null(store_open(kit.path, mode ? STORE_COLLECT : STORE_VIEW, &err));
            cr_expect_eq(err.fault, DX_FAULT_CONFIG);
            cr_expect(strstr(err.text, "this program knows"), "%s", err.text);
        }
        cr_expect_eq(bytes_of(kit.path, after, sizeof(after)), len);
        cr_expect_eq(memcmp(before, after, len), 0);
    }
}
