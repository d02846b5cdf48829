/* Files that cannot be moved aside, of another store, or in a place without a directory. */
#include "config.h"

#include "store_kit.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/internal.h"

TestSuite(store_aside, .init = kit_init, .fini = kit_done, .timeout = 30);

/* Where the damaged file is to go there is a directory. */
Test(store_aside, a_damaged_file_that_cannot_be_moved_is_said_and_stays)
{
    static const char page[] = "<html>This disk was full once.</html>";
    struct dx_error err = { 0 };
    char path[128];

    kit_collect();
    store_close(kit.store);
    kit.store = NULL;
    kit_overwrite("", 0, page, sizeof(page));
    (void)snprintf(path, sizeof(path), "%s.damaged", kit.path);
    cr_assert_eq(mkdir(path, 0700), 0);
    cr_expect_null(store_open(kit.path, STORE_COLLECT, &err));
    cr_expect_eq(err.fault, DX_FAULT_SYSTEM);
    cr_expect(strstr(err.text, "cannot move the damaged ") && strstr(err.text, "aside: "), "%s",
              err.text);
    cr_expect_eq(access(kit.path, F_OK), 0);
}

/* One that was put in its place has these sources under other numbers: what is written with the
 * old ones would be theirs. */
Test(store_aside, a_store_that_was_put_in_its_place_is_not_written_into)
{
    static const struct source_row rows[] = {
        { "am", "alertmanager", "http://a", 1U << DX_KIND_ALERT, 30 * SECOND },
        { "prom", "prometheus", "http://p", 1U << DX_KIND_SAMPLE, 15 * SECOND },
    };
    struct dx_error err = { 0 };
    struct store *other;
    char path[128];
    int64_t id[2];

    kit_collect();
    (void)snprintf(path, sizeof(path), "%s/other/acme-7.db", kit.dir);
    other = store_open(path, STORE_COLLECT, &err);
    cr_assert(other && store_lock(other) && store_sources(other, rows, 2, id, &err), "%s",
              err.text);
    store_close(other);
    for (size_t i = 0; i < 2; i++) { /* its own go with the old file */
        char part[128];

        (void)snprintf(part, sizeof(part), "%s%s", kit.path, i ? "-shm" : "-wal");
        (void)unlink(part);
    }
    cr_assert_eq(rename(path, kit.path), 0);
    cr_expect_not(store_log(kit.store, T0, DX_LOG_WARN, "am", "hello", &err));
    cr_expect(strstr(err.text, "was replaced by another store"), "%s", err.text);
}

Test(store_aside, a_name_without_a_directory_is_of_this_one)
{
    struct dx_error err = { 0 };
    char out[PATH_MAX], why[256];

    cr_assert_eq(chdir(kit.dir), 0);
    cr_assert(place_choose("acme-7.db", out, why, &err), "%s", err.text);
    cr_expect_str_eq(out, "acme-7.db");
    cr_expect_str_eq(why, "");
    cr_assert(place_choose("/acme-7.db", out, why, &err), "%s", err.text);
    cr_expect(strcmp(out, "/acme-7.db") == 0 || strstr(why, "/ cannot be written"), "%s: %s", out,
              why);
}

Test(store_aside, a_place_below_a_file_or_of_too_long_a_name_is_said)
{
    struct dx_error err = { 0 };
    char out[PATH_MAX], why[256], path[PATH_MAX];

    (void)snprintf(path, sizeof(path), "%s/file", kit.dir);
    cr_assert_eq(close(creat(path, 0600)), 0);
    (void)snprintf(path, sizeof(path), "%s/file/below/acme-7.db", kit.dir);
    cr_expect_not(place_stay(path, out, why, &err));
    cr_expect(strstr(err.text, "cannot be reached (Not a directory)"), "%s", err.text);
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    cr_expect_not(place_stay(path, out, why, &err));
    cr_expect_str_eq(err.text, "the path of the store is too long");
    cr_expect_not(place_choose(path, out, why, &err));
}

/* A collector that asks whether there are viewers has it for a moment; more is said. */
Test(store_aside, the_lock_of_viewers_that_is_not_given_back_is_not_waited_for)
{
    char path[128];
    int fd;

    kit_collect();
    (void)snprintf(path, sizeof(path), "%s.viewers", kit.path);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    cr_assert(fd >= 0 && flock(fd, LOCK_EX) == 0);
    cr_expect_not(store_view_lock(kit.store));
    cr_assert_eq(close(fd), 0);
    cr_expect(store_view_lock(kit.store));
}
