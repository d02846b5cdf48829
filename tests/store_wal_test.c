/* The write-ahead log: who carries it over into the file, and that it stays short. */
#include "config.h"

#include "child.h"
#include "store_kit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/internal.h"

TestSuite(wal_store, .init = kit_init, .fini = kit_done, .timeout = 60);

static struct store *open_as(enum store_mode mode)
{
    struct dx_error err = { 0 };
    struct store *store = store_open(kit.path, mode, &err);

    cr_assert_not_null(store, "%s", err.text);
    return store;
}

static int64_t size_of(const char *suffix)
{
    char path[128];
    struct stat st;

    (void)snprintf(path, sizeof(path), "%s%s", kit.path, suffix);
    return stat(path, &st) == 0 ? (int64_t)st.st_size : -1;
}

static void fill(int64_t from, int64_t count)
{
    struct batch b = { 0 };

    for (int64_t i = from; i < from + count; i++)
        kit_sample(&b, "q", "{}", T0 + i, (double)i);
    kit_poll(0, T0 + from, &b);
}

static void fill_and_wait(int fd)
{
    kit_collect();
    fill(0, 1000);
    child_ready(fd);
    child_stay();
}

Test(wal_store, only_the_collector_checkpoints)
{
    int64_t db, wal;
    int fd;

    child_kill(child_start(fill_and_wait, &fd));
    db = size_of("");
    wal = size_of("-wal");
    cr_assert_gt(wal, 16384);
    for (int i = 0; i < 2; i++) { /* one who looks, and one who waits for the lock */
        struct store *other = open_as(i ? STORE_VIEW : STORE_COLLECT);

        cr_expect_eq(kit_count(other, DX_QUERY_SAMPLES, T0 + DAY), 1000);
        store_close(other);
        cr_expect_eq(size_of(""), db);
        cr_expect_eq(size_of("-wal"), wal);
    }
    kit_collect();
    store_close(kit.store);
    kit.store = NULL;
    cr_expect_gt(size_of(""), db);
    cr_expect_eq(size_of("-wal"), 0, "short, for the next one reads all of it");
}

Test(wal_store, a_wal_that_was_left_behind_is_not_of_the_new_file)
{
    int fd;

    child_kill(child_start(fill_and_wait, &fd));
    cr_assert_gt(size_of("-wal"), 16384);
    cr_assert_eq(unlink(kit.path), 0);
    kit_collect();
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0 + DAY), 0);
    fill(0, 10);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SAMPLES, T0 + DAY), 10);
}

Test(wal_store, a_pinned_reader_is_named_after_a_minute)
{
    struct store *viewer = open_as(STORE_VIEW);
    struct reader reader = store_reader(viewer);
    struct dx_error err = { 0 };
    void *rows;

    kit_collect();
    fill(0, 1000);
    cr_assert(store_begin(viewer, &err));
    rows = reader.open(reader.self, DX_QUERY_SAMPLES, NULL, T0 + DAY);
    cr_assert(reader.ops->next(rows));
    fill(1000, 1000);
    cr_expect(store_upkeep(kit.store, T0, &err), "%s", err.text);
    cr_expect(store_upkeep(kit.store, T0, &err), "%s", err.text);
    kit.store->stuck_since_ms -= 60 * SECOND;
    cr_expect(!store_upkeep(kit.store, T0, &err));
    cr_expect(strstr(err.text, "reader") != NULL, "%s", err.text);
    reader.ops->close(rows);
    store_end(viewer);
    cr_expect(store_upkeep(kit.store, T0, &err), "%s", err.text);
    cr_expect_eq(kit.store->stuck_since_ms, 0);
    store_close(viewer);
}

Test(wal_store, a_large_wal_is_cut)
{
    struct dx_error err = { 0 };
    char path[128];

    kit_collect();
    fill(0, 1000);
    (void)snprintf(path, sizeof(path), "%s-wal", kit.path);
    cr_assert_eq(truncate(path, (65 << 20)), 0); /* as long as it was once */
    cr_expect_gt(store_wal_bytes(kit.store), 64 << 20);
    cr_expect(store_upkeep(kit.store, T0, &err), "%s", err.text);
    cr_expect_eq(store_wal_bytes(kit.store), 0);
}

/* As a back-fill does it: many commits, one after the other. */
static int64_t longest_wal(int pieces)
{
    struct dx_error err = { 0 };
    int64_t longest = 0;

    static int64_t n;

    for (int i = 0; i < pieces; i++, n++) {
        fill(n * INT64_C(20000), 20000);
        cr_expect(store_tidy(kit.store, &err), "%s", err.text);
        if (store_wal_bytes(kit.store) > longest)
            longest = store_wal_bytes(kit.store);
    }
    return longest;
}

Test(wal_store, a_back_fill_does_not_grow_the_wal)
{
    kit_collect();
    cr_expect_leq(longest_wal(60), 6 << 20);
    cr_expect_gt(size_of(""), 12 << 20, "it was more than that: %lld", (long long)size_of(""));
    cr_expect(!store_is_strained(kit.store));
}

/* A viewer reads just when the WAL could begin anew, each time: as soon as nobody does, it
 * begins anew all the same, and the file is as small as it was. */
Test(wal_store, readers_at_the_wrong_moment_do_not_grow_the_wal)
{
    struct store *viewer = open_as(STORE_VIEW);
    struct reader reader = store_reader(viewer);
    struct dx_error err = { 0 };
    int64_t longest = 0;

    kit_collect();
    for (int round = 0; round < 12; round++) {
        void *rows;

        (void)longest_wal(5);
        cr_assert(store_begin(viewer, &err));
        rows = reader.open(reader.self, DX_QUERY_SAMPLES, NULL, T0 + DAY);
        cr_assert(reader.ops->next(rows));
        cr_assert(store_upkeep(kit.store, T0, &err), "%s", err.text); /* a checkpoint */
        fill((1000 + round) * INT64_C(20000), 20000);
        reader.ops->close(rows);
        store_end(viewer);
        kit.store->tried_ms -= 2 * SECOND;
        cr_expect(store_tidy(kit.store, &err), "%s", err.text);
        longest = store_wal_bytes(kit.store) > longest ? store_wal_bytes(kit.store) : longest;
    }
    cr_expect_leq(longest, 8 << 20, "%lld", (long long)longest);
    fill(0, 10);
    cr_expect_leq(store_wal_bytes(kit.store), 4 << 20, "%lld",
                  (long long)store_wal_bytes(kit.store));
    store_close(viewer);
}

Test(wal_store, a_pinned_reader_strains_it_until_it_goes)
{
    struct store *viewer = open_as(STORE_VIEW);
    struct dx_error err = { 0 };

    kit_collect();
    fill(0, 10);
    kit.store->strain_bytes = 8 << 20;
    cr_assert(store_begin(viewer, &err));
    struct reader reader = store_reader(viewer);
    void *rows = reader.open(reader.self, DX_QUERY_SAMPLES, NULL, T0 + DAY);
    cr_assert(reader.ops->next(rows));
    cr_expect_gt(longest_wal(60), 8 << 20);
    cr_expect(store_is_strained(kit.store));
    kit.store->stuck_since_ms -= 60 * SECOND;
    kit.store->tried_bytes = 0;
    cr_expect(!store_tidy(kit.store, &err));
    cr_expect(strstr(err.text, "reader"), "%s", err.text);
    kit.store->tried_bytes = 0;
    cr_expect(store_tidy(kit.store, &err), "not with each commit: %s", err.text);
    reader.ops->close(rows);
    store_end(viewer);
    kit.store->tried_bytes = 0;
    cr_expect(store_tidy(kit.store, &err), "%s", err.text);
    cr_expect(!store_is_strained(kit.store));
    fill(0, 10);
    cr_expect_lt(kit.store->wal_bytes, 1 << 20, "it begins anew");
    store_close(viewer);
}
