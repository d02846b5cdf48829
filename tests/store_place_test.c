/* Where a store can lie, and where it goes when it cannot. */
#include "config.h"

#include "store_kit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/internal.h"

TestSuite(place, .init = kit_init, .fini = kit_done, .timeout = 60);

Test(place, network_file_systems_are_known)
{
    static const struct {
        unsigned long magic;
        const char *name;
    } cases[] = {
        { 0x6969, "nfs" },
        { 0xFF534D42, "cifs" },
        { (unsigned long)(long)(int)0xFF534D42, "cifs" },
        { 0xFE534D42, "smb" },
        { 0x00C36400, "ceph" },
        { 0x0BD00BD0, "lustre" },
        { 0x01021997, "9p" },
        { 0x65735546, "fuse" },
        { 0xEF53, NULL },
        { 0x58465342, NULL },
        { 0x01021994, NULL },
        { 0x794c7630, NULL },
        { 0x9123683E, NULL },
        { 0x2FC12FC1, NULL },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *name = place_remote(cases[i].magic);

        cr_expect(cases[i].name ? name && strcmp(name, cases[i].name) == 0 : !name, "%lx",
                  cases[i].magic);
    }
}

/* In a process of its own, not as root: root may write everywhere. */
static int as_nobody(int (*body)(void))
{
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        if (geteuid() == 0 && (setgid(65534) != 0 || setuid(65534) != 0))
            _exit(99);
        _exit(body());
    }
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_assert(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char runtime[96];

static int open_elsewhere(void)
{
    struct dx_error err = { 0 };
    struct store *store, *other;

    (void)setenv("XDG_RUNTIME_DIR", runtime, 1);
    store = store_open(kit.path, STORE_VIEW, &err);
    if (!store || strncmp(store_path(store), runtime, strlen(runtime)) != 0)
        return 1;
    if (!strstr(store_where(store), "not outlive"))
        return 2;
    other = store_open(kit.path, STORE_COLLECT, &err);
    if (!other || strcmp(store_path(other), store_path(store)) != 0 || !store_lock(other))
        return 3;
    if (!store_log(other, T0, DX_LOG_INFO, "", "x", &err) || !store_upkeep(other, T0, &err))
        return 4;
    store_close(other);
    (void)snprintf(kit.path, sizeof(kit.path), "%s/state/other.db", kit.dir);
    other = store_open(kit.path, STORE_VIEW, &err);
    if (!other || strcmp(store_path(other), store_path(store)) == 0)
        return 5;
    store_close(other);
    store_close(store);
    return 0;
}

static int open_in_tmp(void)
{
    char expected[64];
    struct dx_error err = { 0 };
    struct store *store;
    int status;

    (void)setenv("XDG_RUNTIME_DIR", kit.dir, 1); /* not ours to write either */
    store = store_open(kit.path, STORE_VIEW, &err);
    (void)snprintf(expected, sizeof(expected), "/tmp/dxtop-%lu/", (unsigned long)geteuid());
    status = !store || strncmp(store_path(store), expected, strlen(expected)) != 0;
    if (store) {
        static const char *const parts[] = { "", "-wal", "-shm", ".lock" };
        char path[256];

        for (size_t i = 0; i < 4; i++) {
            (void)snprintf(path, sizeof(path), "%s%s", store_path(store), parts[i]);
            (void)unlink(path);
        }
        store_close(store);
        *strrchr(expected, '/') = '\0';
        (void)rmdir(expected); /* unless somebody uses it */
    }
    return status;
}

Test(place, where_nothing_can_be_written_it_goes_elsewhere_and_says_so)
{
    char dir[128];

    (void)snprintf(dir, sizeof(dir), "%s/state", kit.dir);
    (void)snprintf(runtime, sizeof(runtime), "%s/run", kit.dir);
    cr_assert_eq(mkdir(dir, 0555), 0);
    cr_assert_eq(mkdir(runtime, 0700), 0);
    cr_assert(geteuid() != 0 || chown(runtime, 65534, 65534) == 0);
    cr_assert_eq(chmod(kit.dir, 0555), 0);
    cr_expect_eq(as_nobody(open_elsewhere), 0);
    cr_expect_eq(as_nobody(open_in_tmp), 0);
    cr_assert_eq(chmod(kit.dir, 0700), 0);
    cr_assert_eq(chmod(dir, 0700), 0);
}

/* A viewer has it open there, whatever can be written by now. */
Test(place, a_collector_that_is_told_where_goes_nowhere_else)
{
    struct dx_error err = { 0 };
    struct store *store;

    cr_expect_null(store_open_at(kit.path, "/proc/dxtop/acme.db", &err));
    cr_expect_eq(err.fault, DX_FAULT_SYSTEM);
    cr_expect(strstr(err.text, "cannot be made") != NULL, "%s", err.text);
    store = store_open_at("/proc/dxtop/acme.db", kit.path, &err);
    cr_assert_not_null(store, "%s", err.text);
    cr_expect_str_eq(store_path(store), kit.path);
    cr_expect(strstr(store_where(store), "will not outlive") != NULL, "%s", store_where(store));
    store_close(store);
    store = store_open_at(kit.path, kit.path, &err);
    cr_assert_not_null(store, "%s", err.text);
    cr_expect_str_eq(store_where(store), "");
    store_close(store);
}

Test(place, somebody_elses_directory_is_no_place)
{
    char why[256], out[4096], dir[128];
    struct dx_error err = { 0 };

    (void)snprintf(runtime, sizeof(runtime), "%s/run", kit.dir);
    (void)snprintf(dir, sizeof(dir), "%s/dxtop", runtime);
    cr_assert_eq(mkdir(runtime, 0700), 0);
    cr_assert_eq(symlink("/tmp", dir), 0);
    (void)setenv("XDG_RUNTIME_DIR", runtime, 1);
    cr_assert(place_choose("/proc/dxtop/acme.db", out, why, &err), "%s", err.text);
    cr_expect(strncmp(out, runtime, strlen(runtime)) != 0, "not through a link: %s", out);
    cr_expect(strncmp(out, "/tmp/dxtop-", 11) == 0, "%s", out);
    cr_expect(strstr(why, "/proc/dxtop cannot be made") != NULL, "%s", why);
    *strrchr(out, '/') = '\0';
    (void)rmdir(out);
}

Test(place, a_path_that_is_too_long_is_refused)
{
    static char path[5000];
    struct dx_error err = { 0 };

    memset(path, 'a', sizeof(path) - 1);
    cr_expect_null(store_open(path, STORE_VIEW, &err));
    cr_expect_eq(err.fault, DX_FAULT_CONFIG);
}
