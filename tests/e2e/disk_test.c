/* The disk under programs that are at work: it turns read-only, as a kernel does with one that
 * fails, and the store's directory goes and cannot be made again. Until it can be written again
 * what was there is shown, and is old. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "../shared.h"
#include "pty.h"

#ifdef __SANITIZE_ADDRESS__ /* which opens files before what is loaded ahead can pass that on */

Test(disk, is_a_plain_build_s)
{
    fprintf(stderr, "NOT RUN: a disk that fails: ASan stands no library that is loaded ahead\n");
}

#else

static char *dir, config[256], state[256], runtime[256];
static struct sim sim;

/* ---- a file system that can be turned read-only under open files ----
 * The kernel itself refuses to, but for one that failed, of which no test has any. */

static const char shim[] =
    "#define _GNU_SOURCE\n"
    "#include <dlfcn.h>\n"
    "#include <errno.h>\n"
    "#include <fcntl.h>\n"
    "#include <stdarg.h>\n"
    "#include <stdio.h>\n"
    "#include <stdlib.h>\n"
    "#include <string.h>\n"
    "#include <sys/mman.h>\n"
    "#include <sys/stat.h>\n"
    "#include <sys/syscall.h>\n"
    "#include <unistd.h>\n"
    "#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))\n"
    "static int on(void) {\n"
    "    static volatile char *map;\n"
    "    if (!map) {\n"
    "        int fd = (int)syscall(SYS_openat, AT_FDCWD, getenv(\"DX_READONLY\"), O_RDONLY);\n"
    "        map = fd < 0 ? MAP_FAILED : mmap(0, 1, PROT_READ, MAP_SHARED, fd, 0);\n"
    "        if (fd >= 0) syscall(SYS_close, fd); }\n"
    "    return map != MAP_FAILED && *map; }\n"
    "static int is(const char *path) {\n"
    "    const char *dir = getenv(\"DX_DISK\");\n"
    "    if (!on() || !dir || strncmp(path, dir, strlen(dir)) != 0) return 0;\n"
    "    errno = EROFS; return 1; }\n"
    "static int is_fd(int fd) {\n"
    "    char link[64], path[4096]; ssize_t n;\n"
    "    if (!on()) return 0;\n"
    "    snprintf(link, sizeof(link), \"/proc/self/fd/%d\", fd);\n"
    "    n = readlink(link, path, sizeof(path) - 1);\n"
    "    path[n > 0 ? n : 0] = 0;\n"
    "    return is(path); }\n"
    "static int refused(const char *path, int flags) {\n"
    "    if (!(flags & (O_WRONLY | O_RDWR | O_CREAT))) return 0;\n"
    "    if ((flags & O_EXCL) && syscall(SYS_access, path, F_OK) == 0) return 0;\n"
    "    return is(path); }\n"
    "int open(const char *path, int flags, ...) {\n"
    "    va_list more; int mode; va_start(more, flags); mode = va_arg(more, int); va_end(more);\n"
    "    return refused(path, flags) ? -1 : NEXT(open)(path, flags, mode); }\n"
    "int open64(const char *path, int flags, ...) {\n"
    "    va_list more; int mode; va_start(more, flags); mode = va_arg(more, int); va_end(more);\n"
    "    return refused(path, flags) ? -1 : NEXT(open64)(path, flags, mode); }\n"
    "ssize_t pwrite64(int fd, const void *b, size_t n, off64_t at) {\n"
    "    return is_fd(fd) ? -1 : NEXT(pwrite64)(fd, b, n, at); }\n"
    "int ftruncate64(int fd, off64_t n) { return is_fd(fd) ? -1 : NEXT(ftruncate64)(fd, n); }\n"
    "int mkdir(const char *path, mode_t mode) {\n"
    "    struct stat st;\n"
    "    if (stat(path, &st) != 0 && is(path)) return -1;\n"
    "    return NEXT(mkdir)(path, mode); }\n"
    "int unlink(const char *path) { return is(path) ? -1 : NEXT(unlink)(path); }\n"
    "int rename(const char *from, const char *to) { return is(to) ? -1 : NEXT(rename)(from, to); "
    "}\n"
    "int access(const char *path, int mode) {\n"
    "    return (mode & W_OK) && is(path) ? -1 : NEXT(access)(path, mode); }\n";

static volatile char *readonly;

static void preload_disk(void)
{
    shared_preload(dir, shim);
    readonly = shared_bytes(dir, "DX_READONLY", 1);
    setenv("DX_DISK", state, 1);
}

/* ---- what is seen ---- */

static void setup(void)
{
    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(state, sizeof(state), "%s/state", dir);
    snprintf(runtime, sizeof(runtime), "%s/run", dir);
    cr_assert_eq(mkdir(state, 0700), 0);
    cr_assert_eq(mkdir(runtime, 0700), 0);
    setenv("XDG_RUNTIME_DIR", runtime, 1);
    sim = sim_start(NULL, NULL);
    write_file(
        config,
        "sources:\n"
        "  - {type: prometheus, url: '%s', every: 1s, history: 1h, alerts: no, timeout: 2s,\n"
        "     queries: {waiting: {query: 'sum by (pool) (ci_jobs_waiting)', step: 60s}}}\n"
        "  - {type: alertmanager, url: '%s', every: 1s, timeout: 2s}\n"
        "views: [{name: One, rows: [{panels: [{panel: metric, query: waiting}, sources]},\n"
        "  {panels: [log]}]}]\n",
        sim.url, sim.url);
    preload_disk();
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

TestSuite(disk, .init = setup, .fini = teardown, .timeout = 300);

static struct pty *view(void)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", state, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");

    cr_assert(pty_shows(p, "2 of 2 live", PTY_PATIENCE_MS), "%s", pty_text(p));
    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

/* Compilers' caches have their own things there. */
static bool went_elsewhere(void)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/dxtop", runtime);
    return access(path, F_OK) == 0;
}

static void quit(struct pty *p)
{
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect(pty_restored(p));
    pty_free(p);
}

/* What was there stays, is marked, keys are answered; and once it can be written again all is
 * as it was, without a key. */
static void expect_waits_and_recovers(struct pty *p, const char *said, void (*mend)(void))
{
    SHOWS_IN(p, said, 20000);
    SHOWS_IN(p, "linux-xl", 1000);
    SHOWS_IN(p, "○ 2 stale", 20000);
    SHOWS(p, "stale ");
    cr_expect_not(strstr(pty_text(p), "● 2 live"));
    pty_send(p, "/xl\n"); /* keys are answered */
    LACKS(p, "windows");
    SHOWS_IN(p, "linux-xl", 1000);
    pty_send(p, "\033");
    SHOWS(p, "windows");
    mend();
    LACKS_IN(p, said, 40000);
    LACKS_IN(p, "stale", 20000);
    SHOWS_IN(p, "2 of 2 live", 20000);
    SHOWS(p, "linux-xl");
    cr_expect_not(went_elsewhere());
}

static void make_writable(void)
{
    *readonly = 0;
}

Test(disk, that_turns_read_only_is_said_and_what_was_there_stays)
{
    struct pty *p = view();

    *readonly = 1;
    expect_waits_and_recovers(p, "Read-only file system", make_writable);
    quit(p);
}

/* Not even the directory can be made: by root, whom no mode keeps from it, for the disk is
 * read-only; by others, for what is above it is not theirs to write. */
static void refuse_directories(bool refuse)
{
    if (geteuid() == 0)
        *readonly = refuse;
    else
        cr_assert_eq(chmod(dir, refuse ? 0555 : 0755), 0);
}

static void allow_directories(void)
{
    refuse_directories(false);
}

Test(disk, whose_directory_goes_and_cannot_be_made_again_is_said)
{
    struct pty *p = view();

    kill(p->pid, SIGSTOP); /* or one of them makes it before it is refused */
    remove_dir(state);
    refuse_directories(true);
    kill(p->pid, SIGCONT);
    expect_waits_and_recovers(p, "cannot be made", allow_directories);
    quit(p);
}

#endif
