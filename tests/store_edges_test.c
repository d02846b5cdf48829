/* What happens to a store seldom: a file that somebody makes in the same moment, a schema that
 * lacks something, records without names. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "store/internal.h"
#include "store_kit.h"

static int races; /* files that were made by another just before we make them */

/* Ours is found before the one of libc. */
int open(const char *path, int flags, ...)
{
    unsigned mode = 0;
    va_list ap;

    if (flags & O_CREAT) {
        va_start(ap, flags);
        mode = va_arg(ap, unsigned);
        va_end(ap);
    }
    if ((flags & O_EXCL) && strstr(path, "acme-2.db.")) {
        races++;
        (void)close((int)syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_RDWR, 0600));
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static bool refuses; /* rights cannot be set, as on some file systems */

int chmod(const char *path, mode_t mode)
{
    if (!refuses)
        return (int)syscall(SYS_fchmodat, AT_FDCWD, path, mode);
    errno = EPERM;
    return -1;
}

TestSuite(store_edges, .init = kit_init, .fini = kit_done, .timeout = 60);

Test(store_edges, a_lock_that_another_makes_just_now_is_taken_as_it_is)
{
    kit_collect();
    cr_expect_gt(races, 0);
    cr_expect(kit_exists(".lock"));
}

/* What is in it is not for everybody. */
Test(store_edges, a_file_whose_rights_cannot_be_set_is_no_store)
{
    struct dx_error err = { 0 };

    refuses = true;
    cr_expect_null(store_open(kit.path, STORE_COLLECT, &err));
    cr_expect(strstr(err.text, "acme-2.db: Operation not permitted"), "%s", err.text);
}

Test(store_edges, what_a_viewer_took_for_damage_is_looked_at)
{
    struct batch batch = { 0 };
    struct dx_error err = { 0 };
    sqlite3 *other;

    kit_collect();
    kit_sample(&batch, "load", "{}", T0, 1);
    kit_poll(0, T0, &batch);
    store_check(kit.store);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SERIES, T0), 1, "it was none");
    cr_expect_not(kit_exists(".damaged"));
    cr_assert_eq(sqlite3_open(kit.path, &other), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(other, "DROP TABLE ticket_pause", NULL, NULL, NULL), SQLITE_OK);
    (void)sqlite3_close(other);
    store_check(kit.store);
    cr_expect_not(kit_exists(".damaged"), "not before a while has passed");
    kit.store->checked_ms = 0;
    store_check(kit.store);
    cr_expect(kit_exists(".damaged"));
    cr_assert(store_lock(kit.store));
    kit_name_sources();
    kit_sample(&batch, "load", "{}", T0, 1);
    kit_poll(0, T0, &batch);
    cr_expect_eq(kit_count(kit.store, DX_QUERY_SERIES, T0), 1, "the new one is written: %s",
                 err.text);
}

Test(store_edges, jobs_without_a_name_and_runners_without_a_pool)
{
    struct batch batch = { 0 };
    struct run *run;
    struct job *job;
    struct runner *runner;

    kit_collect();
    run = batch_run(&batch);
    run->project = "acme/web";
    run->pipeline = "ci";
    run->id = "7";
    run->attempt = 1;
    run->outcome.phase = DX_PHASE_RUNNING;
    job = batch_job(&batch, 0);
    job->id = "8";
    job->pool = "linux";
    job->outcome.phase = DX_PHASE_RUNNING;
    runner = batch_runner(&batch);
    *runner = (struct runner){ .pool = "", .name = "r1", .labels = "", .note = "" };
    runner = batch_runner(&batch);
    *runner = (struct runner){ .pool = "linux", .name = "r2", .labels = "", .note = "" };
    kit_poll(0, T0, &batch);
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_JOBS, DX_FILTER(.key = "r1"), T0, DX_FIELD_NAME, DX_FIELD_POOL),
        "-|linux\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_RUNNERS, NULL, T0, DX_FIELD_NAME, DX_FIELD_POOL),
                     "r2|linux\n");
}

/* A panel that is newer than its host may ask for it. */
Test(store_edges, a_query_that_there_is_not_has_no_rows)
{
    kit_collect();
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_COUNT, NULL, T0, DX_FIELD_NAME), "");
    cr_expect_str_eq(ROWS(kit.store, (enum dx_query)(DX_QUERY_COUNT + 7), NULL, T0, DX_FIELD_NAME),
                     "");
}
