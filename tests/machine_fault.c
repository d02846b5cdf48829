/* machine_fault: by SQLite's own doors for other allocators and other disks. */
#include "config.h"

#include "machine_fault.h"

#include <criterion/criterion.h>
#include <sqlite3.h>

static struct {
    long in;       /* so many more go well; < 0: nothing fails */
    bool for_ever; /* not once, but from then on */
    bool hit;
} failing = { .in = -1 };

static bool fails(void)
{
    if (failing.in < 0 || (failing.hit && !failing.for_ever))
        return false;
    if (failing.in > 0) {
        failing.in--;
        return false;
    }
    failing.hit = true;
    return true;
}

void machine_fail(long in, bool for_ever)
{
    failing.in = in;
    failing.for_ever = for_ever;
    failing.hit = false;
}

bool machine_failed(void)
{
    return failing.hit;
}

/* ---- memory ---- */

static sqlite3_mem_methods memory;

static void *bad_malloc(int size)
{
    return fails() ? NULL : memory.xMalloc(size);
}

static void *bad_realloc(void *old, int size)
{
    return fails() ? NULL : memory.xRealloc(old, size);
}

void machine_bad_memory(void)
{
    sqlite3_mem_methods bad;

    (void)sqlite3_shutdown();
    cr_assert_eq(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory), SQLITE_OK);
    bad = memory;
    bad.xMalloc = bad_malloc;
    bad.xRealloc = bad_realloc;
    cr_assert_eq(sqlite3_config(SQLITE_CONFIG_MALLOC, &bad), SQLITE_OK);
}

/* ---- disk ---- */

static const sqlite3_io_methods *disk;

static int bad_read(sqlite3_file *file, void *bytes, int len, sqlite3_int64 at)
{
    return fails() ? SQLITE_IOERR_READ : disk->xRead(file, bytes, len, at);
}

static int bad_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 at)
{
    return fails() ? SQLITE_FULL : disk->xWrite(file, bytes, len, at);
}

static int bad_sync(sqlite3_file *file, int flags)
{
    return fails() ? SQLITE_IOERR_FSYNC : disk->xSync(file, flags);
}

static int bad_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return fails() ? SQLITE_IOERR_TRUNCATE : disk->xTruncate(file, size);
}

static sqlite3_vfs *plain_vfs;

/* Databases are locked and their journals are not: two sets of methods, which write alike. */
static int open_bad(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out)
{
    static sqlite3_io_methods bad[2];
    int status = plain_vfs->xOpen(vfs, name, file, flags, out);
    bool locked = (flags & SQLITE_OPEN_MAIN_DB) != 0;

    if (status != SQLITE_OK || !file->pMethods)
        return status;
    disk = file->pMethods;
    bad[locked] = *disk;
    bad[locked].xRead = bad_read;
    bad[locked].xWrite = bad_write;
    bad[locked].xSync = bad_sync;
    bad[locked].xTruncate = bad_truncate;
    file->pMethods = &bad[locked];
    return status;
}

void machine_bad_disk(void)
{
    static sqlite3_vfs bad;

    plain_vfs = sqlite3_vfs_find(NULL);
    bad = *plain_vfs;
    bad.zName = "bad";
    bad.xOpen = open_bad;
    cr_assert_eq(sqlite3_vfs_register(&bad, 1), SQLITE_OK);
}
