/* held: another program writes in the file and does not end, as a shell does whose transaction
 * somebody left open. It is waited for once; from then on it is only looked whether it is gone, for
 * whoever writes has other work, too. */
#include "config.h"

#include "store/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"

enum {
    LOOK_MS = 20,
    LOOKS_MOST = 10,
    WRITE_LOCK = 120 /* the byte of -shm that a writer locks: https://sqlite.org/walformat.html */
};

void held_patience(struct store *store)
{
    (void)sqlite3_busy_timeout(store->db, store->held_since_ms > 0 ? LOOK_MS : store->busy_ms);
}

static const char *field(const char *line, int n)
{
    line += strspn(line, " ");
    for (; n > 0; n--) {
        line += strcspn(line, " ");
        line += strspn(line, " ");
    }
    return line;
}

/* Of a line of /proc/locks: "1: POSIX ADVISORY WRITE 4711 fe:01:1310738 120 120". 0: another. */
static int64_t writer_of(const char *line, ino_t inode)
{
    const char *colon = strchr(field(line, 5), ':');
    int64_t pid = strtoll(field(line, 4), NULL, 10);

    colon = colon ? strchr(colon + 1, ':') : NULL;
    if (!colon || strncmp(field(line, 3), "WRITE ", 6) != 0 ||
        strtoull(colon + 1, NULL, 10) != (unsigned long long)inode ||
        strtol(field(line, 6), NULL, 10) != WRITE_LOCK || pid == (int64_t)getpid())
        return 0;
    return pid;
}

static int64_t look_for_writer(ino_t inode)
{
    FILE *locks = fopen("/proc/locks", "re");
    char line[256];
    int64_t pid = 0;

    while (locks && pid <= 0 && fgets(line, sizeof(line), locks))
        pid = writer_of(line, inode);
    if (locks)
        (void)fclose(locks);
    return pid > 0 ? pid : 0;
}

/* 0: nobody, or it cannot be told. The kernel lists its locks in pieces, and leaves some out where
 * others are taken and dropped between two of them. */
static int64_t find_writer(const struct store *store)
{
    char *path = mem_print("%s-shm", store->path);
    struct stat st;
    bool there = stat(path, &st) == 0; /* nothing is opened: closing it would drop our locks */
    int64_t pid = 0;

    for (int i = 0; there && pid == 0 && i < LOOKS_MOST; i++)
        pid = look_for_writer(st.st_ino);
    free(path);
    return pid;
}

int64_t store_writer(const struct store *store, char name[STORE_WRITER])
{
    int64_t pid = find_writer(store);
    char path[64], comm[32] = "", clean[64];
    FILE *file;

    (void)snprintf(name, STORE_WRITER, "another program");
    (void)snprintf(path, sizeof(path), "/proc/%" PRId64 "/comm", pid);
    file = pid > 0 ? fopen(path, "re") : NULL;
    if (!file)
        return pid;
    if (fgets(comm, sizeof(comm), file)) {
        (void)text_clean(clean, sizeof(clean), comm, strcspn(comm, "\n"));
        (void)snprintf(name, STORE_WRITER, "%s (process %" PRId64 ")", clean, pid);
    }
    (void)fclose(file);
    return pid;
}

void held_note(struct store *store)
{
    bool busy = (sqlite3_errcode(store->db) & 0xFF) == SQLITE_BUSY;

    if (store->mode != STORE_COLLECT || busy == (store->held_since_ms > 0))
        return;
    store->held_since_ms = busy ? time_boot_ms() - store->busy_ms : 0;
    if (busy)
        (void)store_writer(store, store->held_by);
    held_patience(store);
}

void held_over(struct store *store)
{
    if (store->held_since_ms == 0)
        return;
    store->held_since_ms = 0;
    held_patience(store);
}

bool store_is_held_up(const struct store *store)
{
    return store->held_since_ms > 0;
}

const char *store_held_by(const struct store *store, int64_t *ms)
{
    *ms = store->held_since_ms > 0 ? time_boot_ms() - store->held_since_ms : 0;
    return store->held_by;
}
