/* open: the database file: opening, making, closing it. */
#include "config.h"

#include "store/ci.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/time.h"
#include "store/haul.h"
#include "store/rows.h"
#include "store/schema.h"
#include "store/search.h"
#include "store/texts.h"

enum { COLLECT_BUSY_MS = 5000, VIEW_BUSY_MS = 50, PATIENCE_MS = 2000 };

void close_db(struct store *store)
{
    rows_end_all(store);
    store_forget(store);
    intern_forget(store);
    texts_forget(store);
    (void)sqlite3_close(store->db);
    store->db = NULL;
    store->in_read = store->in_write = false;
    store->past_ms = 0; /* its tables went with the connection */
}

/* SQLite compares the inode that it opened with the path's, by stat(): nothing
 * of ours may open the file beside it, for closing it would drop its locks. */
bool was_replaced(const struct store *store)
{
    int moved = 0;

    return !store->db ||
           (sqlite3_file_control(store->db, NULL, SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
            moved != 0);
}

/* -1: *err. */
static int64_t pragma(struct store *store, const char *sql, struct dx_error *err)
{
    sqlite3_stmt *stmt = NULL;
    int64_t value = -1;

    if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        value = sqlite3_column_int64(stmt, 0);
    else
        store_fail(store, err);
    (void)sqlite3_finalize(stmt);
    return value;
}

/* Open what is there, or with SQLITE_OPEN_CREATE an empty file, and read its
 * schema's number. */
static bool connect_to(struct store *store, int more_flags, int64_t *version, struct dx_error *err)
{
    /* mmap_size 0: a file cut short by somebody else would be a SIGBUS. */
    static const char settings[] = "PRAGMA wal_autocheckpoint = 0; PRAGMA synchronous = NORMAL;"
                                   "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;";
    char limit[64]; /* what the WAL was longer by once, it gives back as it begins anew */
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    *version = -1;
    close_db(store);
    if (sqlite3_open_v2(store->path, &store->db, flags | more_flags, NULL) != SQLITE_OK)
        return store_fail(store, err);
    /* Also for collectors: they checkpoint while they hold the lock, not when
     * they end, which they may do without it. */
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    held_patience(store);
    (void)snprintf(limit, sizeof(limit), "PRAGMA journal_size_limit = %d", WAL_USUAL);
    if (!store_exec(store, settings, err) || !store_exec(store, limit, err) ||
        !ticket_narrow_begin(store, err) || !search_rank_begin(store, err) ||
        !haul_begin(store, err))
        return false;
    (void)sqlite3_create_function_v2(store->db, "excerpt", 3, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                     NULL, excerpt, NULL, NULL, NULL);
    store->cache_kib = 0;
    store_cache(store, false);
    upkeep_watch(store);
    *version = pragma(store, "PRAGMA user_version", err);
    return *version >= 0;
}

static bool make_schema(struct store *store, struct dx_error *err)
{
    int64_t tables = pragma(store, "SELECT count(*) FROM sqlite_schema", err);
    char version[64];
    bool ok;

    if (tables < 0)
        return false;
    if (tables > 0)
        return dx_fail(err, DX_FAULT_CONFIG, "%.120s is a database, but not one of dxtop",
                       store->path);
    (void)snprintf(version, sizeof(version), "PRAGMA user_version = %d", STORE_SCHEMA);
    /* Before there is a first page: later it would take a VACUUM. */
    if (!store_exec(store, "PRAGMA auto_vacuum = INCREMENTAL", err) ||
        pragma(store, "PRAGMA journal_mode = WAL", err) < 0 || !store_begin_write(store, err))
        return false;
    ok = store_exec(store, version, err);
    for (size_t i = 0; ok && schema_sql[i]; i++)
        ok = store_exec(store, schema_sql[i], err);
    return store_end_write(store, ok, err);
}

/* Make the file, or what a killed process left of its making. Under the lock,
 * so that nobody makes one while its holder moves a damaged one aside. */
static bool make_db(struct store *store, struct dx_error *err)
{
    int64_t version;
    struct stat st;

    if (!connect_to(store, SQLITE_OPEN_CREATE, &version, err))
        return false;
    /* -wal and -shm take their mode from it. */
    if (stat(store->path, &st) == 0 && st.st_size == 0 && st.st_uid == geteuid() &&
        chmod(store->path, store->shared ? 0660 : 0600) != 0)
        return dx_fail(err, DX_FAULT_SYSTEM, "%.120s: %s", store->path, strerror(errno));
    (void)sqlite3_busy_timeout(store->db, COLLECT_BUSY_MS);
    if (version == 0 && !make_schema(store, err))
        return false;
    held_patience(store);
    return true;
}

/* Somebody has all of it to himself, as who makes it. */
static bool is_busy(const struct store *store)
{
    return store->db && (sqlite3_errcode(store->db) & 0xFF) == SQLITE_BUSY;
}

enum found { FOUND, FOUND_NONE, FOUND_BUSY, FOUND_BAD };

static enum found find_db(struct store *store, struct dx_error *err)
{
    int64_t version = 0;
    struct stat st;

    if (stat(store->path, &st) != 0 || st.st_size == 0)
        return FOUND_NONE;
    if (!connect_to(store, 0, &version, err))
        return is_busy(store) ? FOUND_BUSY : FOUND_BAD;
    if (version == 0 || was_replaced(store)) /* half made; or moved while we opened it */
        return FOUND_NONE;
    if (version == STORE_SCHEMA)
        return FOUND;
    dx_fail(err, DX_FAULT_CONFIG, "%.120s has schema %lld, this program knows %d", store->path,
            (long long)version, STORE_SCHEMA);
    return FOUND_BAD;
}

/* Under the lock, which may be ours already. FOUND_NONE: somebody makes it just now, or a collector
 * will. */
static enum found make_it(struct store *store, struct dx_error *err)
{
    int fd = store->lock_fd < 0 ? lock_borrow(store) : -1;
    bool ok;

    if (store->lock_fd < 0 && fd < 0)
        return FOUND_NONE;
    ok = make_db(store, err);
    if (fd >= 0)
        (void)close(fd);
    if (ok)
        return FOUND;
    return is_busy(store) ? FOUND_BUSY : FOUND_BAD;
}

static bool find_or_make(struct store *store, int patience_ms, struct dx_error *err)
{
    const int64_t until_ms = time_boot_ms() + patience_ms;

    for (;;) {
        enum found found = find_db(store, err);

        if (found == FOUND_NONE)
            found = make_it(store, err);
        if (found == FOUND || found == FOUND_BAD)
            return found == FOUND;
        if (time_boot_ms() >= until_ms)
            return found == FOUND_NONE &&
                   dx_fail(err, DX_FAULT_SYSTEM, "%.120s is not there yet", store->path);
        (void)nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
    }
}

bool open_db(struct store *store, int patience_ms, struct dx_error *err)
{
    store->damaged = false;
    if (!find_or_make(store, patience_ms, err)) {
        store->damaged = is_damage(store);
        close_db(store);
        return false;
    }
    store->damaged = false;
    store->generation++;
    return true;
}

/* Before the first open. Our programs have one thread each: a lock at each allocation and
 * each step would be a tenth of what a look at the store takes. */
static void configure(enum store_mode mode)
{
    (void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    if (mode == STORE_VIEW) /* no block of pages that cannot be given back */
        (void)sqlite3_config(SQLITE_CONFIG_PAGECACHE, NULL, 0, 0);
}

/* stay: there and nowhere else. */
static struct store *open_store(const char *path, enum store_mode mode, bool stay,
                                struct dx_error *err)
{
    struct store *store = mem_new(1, sizeof(*store));
    char used[PATH_MAX];

    configure(mode);
    store->mode = mode;
    store->lock_fd = store->viewers_fd = -1;
    store->busy_ms = mode == STORE_VIEW ? VIEW_BUSY_MS : COLLECT_BUSY_MS;
    store->strain_bytes = STRAIN_BYTES;
    if (!(stay ? place_stay(path, used, store->where, err)
               : place_choose(path, used, store->where, err))) {
        free(store);
        return NULL;
    }
    store->path = mem_text(used);
    store->shared = place_shared(used);
    if (open_db(store, PATIENCE_MS, err))
        return store;
    /* A viewer waits with it for the collector, which it may have to start. */
    if (err->fault == DX_FAULT_SYSTEM && mode == STORE_VIEW && store->damaged)
        return store;
    if (mode == STORE_COLLECT && store->damaged && lock_take(store) && store_mend(store, err))
        return store;
    store_close(store);
    return NULL;
}

struct store *store_open(const char *path, enum store_mode mode, struct dx_error *err)
{
    return open_store(path, mode, false, err);
}

struct store *store_open_at(const char *path, const char *at, struct dx_error *err)
{
    struct store *store = open_store(at, STORE_COLLECT, true, err);

    if (store && strcmp(path, at) != 0)
        (void)snprintf(store->where, sizeof(store->where),
                       "the store is elsewhere, %.100s; the history will not outlive this machine's"
                       " run",
                       at);
    return store;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    /* Leave a short WAL behind: the next one who opens reads all of it. */
    rows_end_all(store);
    if (store->lock_fd >= 0 && store->db && store_is_ours(store, &(struct dx_error){ 0 })) {
        (void)sqlite3_busy_timeout(store->db, VIEW_BUSY_MS);
        (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    close_db(store);
    if (store->lock_fd >= 0)
        (void)close(store->lock_fd);
    if (store->viewers_fd >= 0)
        (void)close(store->viewers_fd);
    sources_forget(store);
    touched_done(&store->touched);
    free(store->path);
    free(store);
}

const char *store_path(const struct store *store)
{
    return store->path;
}

const char *store_where(const struct store *store)
{
    return store->where;
}
