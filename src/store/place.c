/* place: where the database can lie. WAL and locks do not work on network file
 * systems, so there it goes to the machine's own memory or disk and does not
 * outlive it. */
#include "config.h"

#include "store/internal.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static const struct {
    unsigned long magic;
    const char *name;
} remote[] = {
    /* linux/magic.h, statfs(2) and the file systems' own sources */
    { 0x6969, "nfs" },        { 0x517B, "smb" },        { 0xFF534D42, "cifs" },
    { 0xFE534D42, "smb" },    { 0x00C36400, "ceph" },   { 0x0BD00BD0, "lustre" },
    { 0x01021997, "9p" },     { 0x65735546, "fuse" },   { 0x5346414F, "afs" },
    { 0x47504653, "gpfs" },   { 0x7461636F, "ocfs2" },  { 0x01161970, "gfs2" },
    { 0x564C, "ncp" },        { 0x73757245, "coda" },   { 0x786F4256, "vboxsf" },
    { 0xBACBACBC, "vmhgfs" }, { 0x19830326, "beegfs" },
};

const char *place_remote(unsigned long magic)
{
    for (size_t i = 0; i < sizeof(remote) / sizeof(remote[0]); i++)
        if (remote[i].magic == (magic & 0xFFFFFFFF))
            return remote[i].name;
    return NULL;
}

/* Write the directory of path into dir (PATH_MAX): "/" or without a final one. */
static void directory_of(const char *path, char *dir)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        (void)snprintf(dir, PATH_MAX, ".");
    else if (slash == path)
        (void)snprintf(dir, PATH_MAX, "/");
    else
        (void)snprintf(dir, PATH_MAX, "%.*s", (int)(slash - path), path);
}

/* Make a directory and what is missing above it, 0700. */
static bool make_dirs(const char *path)
{
    char dir[PATH_MAX];
    char *slash = dir;

    (void)snprintf(dir, sizeof(dir), "%s", path);
    while ((slash = strchr(slash + 1, '/')) != NULL) {
        *slash = '\0';
        if (mkdir(dir, 0700) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return false;
        *slash = '/';
    }
    return mkdir(dir, 0700) == 0 || errno == EEXIST;
}

/* The file system of the nearest directory that is there: of those that were
 * made below it too. */
static bool file_system(const char *path, struct statfs *fs)
{
    char dir[PATH_MAX], below[PATH_MAX];

    (void)snprintf(dir, sizeof(dir), "%s", path);
    while (statfs(dir, fs) != 0) {
        if (errno != ENOENT || strcmp(dir, "/") == 0 || strcmp(dir, ".") == 0)
            return false;
        memcpy(below, dir, sizeof(below));
        directory_of(below, dir);
    }
    return true;
}

/* Why the directory will not do, into words; false: it will. */
static bool objection(const char *dir, char *words, size_t cap)
{
    const char *name;
    struct statfs fs;

    if (!file_system(dir, &fs)) {
        (void)snprintf(words, cap, "cannot be reached (%s)", strerror(errno));
        return true;
    }
    name = place_remote((unsigned long)fs.f_type);
    if (name) {
        (void)snprintf(words, cap, "is on %s, where a database cannot be shared", name);
        return true;
    }
    if (!make_dirs(dir)) {
        (void)snprintf(words, cap, "cannot be made (%s)", strerror(errno));
        return true;
    }
    if (access(dir, R_OK | W_OK | X_OK) != 0) {
        (void)snprintf(words, cap, "cannot be written (%s)", strerror(errno));
        return true;
    }
    return false;
}

/* In /tmp a directory may be somebody else's trap. */
static bool is_ours_alone(const char *dir)
{
    struct stat st;

    return lstat(dir, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() &&
           (st.st_mode & 077) == 0;
}

/* Stores of the same name from several directories must not meet there. */
static unsigned hash(const char *text)
{
    unsigned h = 2166136261U;

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619U;
    return h;
}

static bool fallback(const char *wanted, const char *dir, char *out)
{
    const char *slash = strrchr(wanted, '/'), *name = slash ? slash + 1 : wanted;
    char real[PATH_MAX], words[128];
    int len;

    if (objection(dir, words, sizeof(words)) || !is_ours_alone(dir))
        return false;
    directory_of(wanted, out);
    len =
        snprintf(out, PATH_MAX, "%s/%08x-%s", dir, hash(realpath(out, real) ? real : wanted), name);
    return len > 0 && len < PATH_MAX - 16; /* with -wal, .damaged-shm */
}

bool place_choose(const char *wanted, char *out, char why[256], struct dx_error *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char words[128], dir[PATH_MAX];

    why[0] = '\0';
    if (strlen(wanted) >= PATH_MAX - 16)
        return dx_fail(err, DX_FAULT_CONFIG, "the path of the store is too long");
    directory_of(wanted, dir);
    if (!objection(dir, words, sizeof(words))) {
        (void)snprintf(out, PATH_MAX, "%s", wanted);
        return true;
    }
    (void)snprintf(why, 256, "%.100s %.80s; the history will not outlive this machine's run", dir,
                   words);
    if (runtime && runtime[0] == '/' && strlen(runtime) < PATH_MAX - 16) {
        (void)snprintf(dir, sizeof(dir), "%s/dxtop", runtime);
        if (fallback(wanted, dir, out))
            return true;
    }
    (void)snprintf(dir, sizeof(dir), "/tmp/dxtop-%lu", (unsigned long)geteuid());
    if (fallback(wanted, dir, out))
        return true;
    return dx_fail(err, DX_FAULT_SYSTEM, "no place for the store: %.100s %.80s, nor does %.40s do",
                   wanted, words, dir);
}

bool place_stay(const char *at, char *out, char why[256], struct dx_error *err)
{
    char words[128], dir[PATH_MAX];

    why[0] = '\0';
    if (strlen(at) >= PATH_MAX - 16)
        return dx_fail(err, DX_FAULT_CONFIG, "the path of the store is too long");
    directory_of(at, dir);
    if (objection(dir, words, sizeof(words)))
        return dx_fail(err, DX_FAULT_SYSTEM, "the store's directory %.80s: %.100s", words, dir);
    (void)snprintf(out, PATH_MAX, "%s", at);
    return true;
}

bool place_shared(const char *path)
{
    char dir[PATH_MAX];
    struct stat st;

    directory_of(path, dir);
    return stat(dir, &st) == 0 && (st.st_mode & S_IWGRP) != 0;
}
