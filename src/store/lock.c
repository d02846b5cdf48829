/* lock: whoever holds <path>.lock collects. Each holder has a number one higher
 * than the last; a transaction of a holder whose number was passed is refused. */
#include "config.h"

#include "store/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/time.h"

enum { ASK_TRIES = 3, VIEW_TRIES = 5 };

static void pause_a_little(void)
{
    (void)nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

int open_beside(const struct store *store, const char *suffix)
{
    char *path = mem_print("%s%s", store->path, suffix);
    const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
    int fd = open(path, flags);
    bool made = false;

    if (fd < 0 && errno == ENOENT) {
        fd = open(path, flags | O_CREAT | O_EXCL, 0600);
        made = fd >= 0;
        if (!made && errno == EEXIST) /* just now */
            fd = open(path, flags | O_CREAT, 0600);
    }
    if (made && store->shared)
        (void)fchmod(fd, 0660); /* whatever the umask */
    free(path);
    return fd;
}

/* Was the file removed while we waited for its lock? Then nobody else sees it. */
static bool is_in_place(const struct store *store, int fd)
{
    char *path = mem_print("%s.lock", store->path);
    struct stat ours, theirs;
    bool same = fstat(fd, &ours) == 0 && stat(path, &theirs) == 0 && ours.st_ino == theirs.st_ino &&
                ours.st_dev == theirs.st_dev;

    free(path);
    return same;
}

int lock_borrow(const struct store *store)
{
    int fd = open_beside(store, ".lock");

    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && is_in_place(store, fd))
        return fd;
    (void)close(fd);
    return -1;
}

bool lock_take(struct store *store)
{
    /* A viewer that asks who holds it has it for some microseconds. */
    for (int i = 0; store->lock_fd < 0 && i < ASK_TRIES; i++) {
        if (i > 0)
            pause_a_little();
        store->lock_fd = lock_borrow(store);
    }
    return store->lock_fd >= 0;
}

/* ---- who holds it ---- */

static bool set_meta(struct store *store, const char *key, int64_t number, const char *text,
                     struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         "INSERT INTO meta (key, value) VALUES (?1, ?2)"
                                         " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                                         err);

    if (!stmt)
        return false;
    bind_text(stmt, 1, key);
    if (text)
        bind_text(stmt, 2, text);
    else
        (void)sqlite3_bind_int64(stmt, 2, number);
    return store_step(store, stmt, err);
}

static int64_t get_meta(struct store *store, const char *key, char *text, size_t cap)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(store, "SELECT value FROM meta WHERE key = ?1", &err);
    int64_t number = 0;
    bool row;

    if (!stmt)
        return 0;
    bind_text(stmt, 1, key);
    if (!store_row(store, stmt, &row, &err))
        return 0;
    if (row) {
        number = column_int(stmt, 0);
        if (text)
            (void)snprintf(text, cap, "%s", column_text(stmt, 0));
    }
    (void)sqlite3_reset(stmt);
    return number;
}

bool lock_claim(struct store *store, struct dx_error *err)
{
    char host[64] = "";
    int64_t last;
    bool ok;

    (void)gethostname(host, sizeof(host) - 1);
    if (!store_begin_write(store, err))
        return false;
    store->rings = true; /* another file may have come */
    last = get_meta(store, "fence", NULL, 0);
    store->fence = (last > store->fence ? last : store->fence) + 1;
    ok = set_meta(store, "fence", store->fence, NULL, err) &&
         set_meta(store, "pid", (int64_t)getpid(), NULL, err) &&
         set_meta(store, "host", 0, host, err) &&
         set_meta(store, "boot", time_boot_ms(), NULL, err) &&
         store_exec(store,
                    "INSERT OR IGNORE INTO meta (key, value) VALUES ('alias_key', randomblob(16))",
                    err) &&
         sources_restore(store, err);
    return store_end_write(store, ok, err);
}

bool store_alias_key(struct store *store, unsigned char key[16])
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT value FROM meta WHERE key = 'alias_key'", &err);
    bool row, whole;

    if (!stmt || !store_row(store, stmt, &row, &err))
        return false;
    whole = row && sqlite3_column_bytes(stmt, 0) == 16;
    if (whole)
        memcpy(key, sqlite3_column_blob(stmt, 0), 16);
    (void)sqlite3_reset(stmt);
    return whole;
}

bool store_lock(struct store *store)
{
    struct dx_error err = { 0 };

    store->lock_error = err;
    if (store->lock_fd >= 0 && store->fence > 0)
        return true;
    if (!lock_take(store))
        return false;
    if (!was_replaced(store) && !store->damaged && lock_claim(store, &err))
        return true;
    /* It was moved aside while we waited, or is damaged. */
    if ((store->damaged || was_replaced(store)) && store_mend(store, &err))
        return true;
    (void)close(store->lock_fd);
    store->lock_fd = -1;
    store->lock_error = err;
    return false;
}

bool store_lock_failed(const struct store *store, struct dx_error *err)
{
    if (store->lock_error.fault != DX_FAULT_NONE)
        *err = store->lock_error;
    return store->lock_error.fault != DX_FAULT_NONE;
}

struct beat {
    int64_t now_ms;
};

static bool beat(struct store *store, void *what, struct dx_error *err)
{
    const struct beat *b = what;

    return set_meta(store, "heartbeat", b->now_ms, NULL, err) &&
           set_meta(store, "boot", time_boot_ms(), NULL, err) && log_pending(store, b->now_ms, err);
}

bool store_heartbeat(struct store *store, int64_t now_ms, struct dx_error *err)
{
    return store_write(store, beat, &(struct beat){ .now_ms = now_ms }, err);
}

bool store_is_held(struct store *store)
{
    int fd = store->lock_fd >= 0 ? -1 : open_beside(store, ".lock");
    bool held = store->lock_fd >= 0;

    if (fd >= 0) {
        /* Shared, so that those who ask do not hinder each other. */
        held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
        (void)close(fd);
    }
    return held;
}

void store_holder(struct store *store, struct holder *holder)
{
    *holder = (struct holder){ .held = store_is_held(store) };
    if (!holder->held || !store->db)
        return;
    holder->pid = get_meta(store, "pid", NULL, 0);
    holder->heartbeat_ms = get_meta(store, "heartbeat", NULL, 0);
    holder->boot_ms = get_meta(store, "boot", NULL, 0);
    (void)get_meta(store, "host", holder->host, sizeof(holder->host));
}

/* ---- the viewers' lock ---- */

bool store_view_lock(struct store *store)
{
    if (store->viewers_fd < 0)
        store->viewers_fd = open_beside(store, ".viewers");
    /* A collector that asks has it for some microseconds. */
    for (int i = 0; store->viewers_fd >= 0 && i < VIEW_TRIES; i++) {
        if (flock(store->viewers_fd, LOCK_SH | LOCK_NB) == 0)
            return true;
        pause_a_little();
    }
    return false;
}

bool store_has_viewers(struct store *store)
{
    int fd = open_beside(store, ".viewers");
    bool others = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;

    if (fd >= 0)
        (void)close(fd);
    return others;
}
