/* The machine as an enemy: its disk is full or its directory goes, its memory ends, its clock
 * jumps, and it sleeps for a day, while the real programs are at work. */
#include "config.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "../shared.h"
#include "pty.h"

static char *dir, config[256], state[256];
static struct sim sim;

static void setup(void)
{
    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(state, sizeof(state), "%s/state", dir);
    cr_assert_eq(mkdir(state, 0700), 0);
}

/* Once clocks are those of the test, if it has any. */
static void start_sim_every(const char *every)
{
    sim = sim_start(NULL, NULL);
    write_file(
        config,
        "sources:\n"
        "  - {type: prometheus, url: '%s', every: %s, history: 1h, alerts: no, timeout: 2s,\n"
        "     queries: {waiting: {query: 'sum by (pool) (ci_jobs_waiting)', step: 60s}}}\n"
        "  - {type: alertmanager, url: '%s', every: %s, timeout: 2s}\n"
        "views: [{name: One, rows: [{panels: [{panel: metric, query: waiting}, sources]},\n"
        "  {panels: [log]}]}]\n",
        sim.url, every, sim.url, every);
}

static void start_sim(void)
{
    start_sim_every("1s");
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

TestSuite(machine, .init = setup, .fini = teardown, .timeout = 300);

static struct pty *view(void)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", state, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");

    cr_assert(pty_shows(p, "2 of 2 live", PTY_PATIENCE_MS), "%s", pty_text(p));
    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    return p;
}

/* A child of the viewer; 0: it has none. */
static pid_t collector_of(pid_t viewer)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    pid_t found = 0;

    while ((entry = readdir(proc)) != NULL) {
        char path[300], line[300] = "";
        int pid = 0, parent = 0;
        FILE *file;

        snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
        file = atoi(entry->d_name) > 0 ? fopen(path, "r") : NULL;
        if (!file)
            continue;
        if (fgets(line, sizeof(line), file) &&
            sscanf(line, "%d (dxtop-collect) %*c %d", &pid, &parent) == 2 && parent == viewer)
            found = (pid_t)pid;
        fclose(file);
    }
    closedir(proc);
    return found;
}

/* ---- no room ---- */

static off_t largest_file(void)
{
    DIR *open = opendir(state);
    struct dirent *entry;
    off_t most = 0;

    while ((entry = readdir(open)) != NULL) {
        char path[600];
        struct stat st;

        snprintf(path, sizeof(path), "%s/%s", state, entry->d_name);
        if (stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > most)
            most = st.st_size;
    }
    closedir(open);
    return most;
}

static void limit_files(pid_t pid, rlim_t most)
{
    struct rlimit limit = { .rlim_cur = most, .rlim_max = RLIM_INFINITY };

    if (pid > 0)
        cr_assert_eq(prlimit(pid, RLIMIT_FSIZE, &limit, NULL), 0);
}

/* A collector that cannot write ends with a sentence, and another is started until one can:
 * what was there stays on the screen meanwhile. */
static void expect_full_and_recovered(struct pty *p, const char *said,
                                      void (*make_room)(struct pty *))
{
    SHOWS_IN(p, said, 20000);
    SHOWS_IN(p, "linux-xl", 1000);
    make_room(p);
    LACKS_IN(p, said, 40000);
    SHOWS_IN(p, "2 of 2 live", 20000);
}

static void lift_limit(struct pty *p)
{
    limit_files(p->pid, RLIM_INFINITY);
    limit_files(collector_of(p->pid), RLIM_INFINITY);
}

Test(machine, past_the_limit_of_files_it_says_so_and_goes_on_when_there_is_room)
{
    struct pty *p;

    start_sim();
    p = view();
    limit_files(p->pid, (rlim_t)largest_file());
    limit_files(collector_of(p->pid), 4096);
    expect_full_and_recovered(p, "File too large", lift_limit);
    pty_quit(p, "q");
}

static char filler[300];

static void remove_filler(struct pty *p)
{
    (void)p;
    cr_assert_eq(unlink(filler), 0);
}

static bool fill_disk(void)
{
    static char bytes[4096];
    int fd = open(filler, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    while (fd >= 0 && write(fd, bytes, sizeof(bytes)) > 0)
        ;
    return fd >= 0 && close(fd) == 0;
}

/* A disk of its own takes root, and a kernel that lets root mount. */
Test(machine, on_a_full_disk_it_says_so_and_goes_on_when_there_is_room)
{
    struct pty *p;

    if (mount("dxtop-test", state, "tmpfs", MS_NOSUID | MS_NODEV, "size=4m,mode=0700") != 0) {
        fprintf(stderr, "NOT RUN: a full disk: only root can mount a small one\n");
        return;
    }
    start_sim();
    snprintf(filler, sizeof(filler), "%s/filler", state);
    p = view();
    cr_assert(fill_disk());
    expect_full_and_recovered(p, "full", remove_filler);
    pty_quit(p, "q");
    for (int i = 0; i < 1000 && umount(state) != 0; i++)
        usleep(20000); /* until the collector ended too */
}

/* ---- the directory ---- */

Test(machine, a_directory_that_was_removed_is_made_again)
{
    struct pty *p;

    start_sim();
    p = view();
    remove_dir(state);
    for (int i = 0; i < 1000 && access(state, F_OK) != 0; i++)
        pty_read(p, 20);
    cr_expect_eq(access(state, F_OK), 0, "%s", pty_text(p));
    pty_read(p, 1500);
    SHOWS_IN(p, "2 of 2 live", 20000);
    SHOWS(p, "linux-xl");
    pty_quit(p, "q");
}

/* ---- memory ---- */

#ifndef __SANITIZE_ADDRESS__ /* which takes a hundred times as much, and dies by itself */
Test(machine, a_collector_without_memory_is_said_and_another_goes_on)
{
    struct rlimit none = { .rlim_cur = 1 << 20, .rlim_max = RLIM_INFINITY };
    struct pty *p;
    pid_t first;

    start_sim();
    p = view();
    first = collector_of(p->pid);
    cr_assert_gt(first, 0);
    cr_assert_eq(prlimit(first, RLIMIT_AS, &none, NULL), 0);
    for (int i = 0; i < 1000 && collector_of(p->pid) == first; i++)
        pty_read(p, 20);
    cr_expect_neq(collector_of(p->pid), first, "it lives without memory");
    SHOWS_IN(p, "linux-xl", 1000);
    for (int i = 0; i < 1000 && collector_of(p->pid) == 0; i++)
        pty_read(p, 20);
    pty_read(p, 1500);
    SHOWS_IN(p, "2 of 2 live", 20000);
    pty_quit(p, "q");
}
#endif

/* ---- clocks ---- */

static const char shim[] =
    "#define _GNU_SOURCE\n"
    "#include <fcntl.h>\n#include <stdint.h>\n#include <stdlib.h>\n#include <sys/mman.h>\n"
    "#include <sys/syscall.h>\n#include <sys/time.h>\n#include <time.h>\n#include <unistd.h>\n"
    "static volatile int64_t *shift;\n" /* ms: of the date, and of the time since boot */
    "static int64_t of(clockid_t id) {\n"
    "    if (!shift) {\n"
    "        static int64_t none[2]; void *map = MAP_FAILED;\n"
    "        int fd = open(getenv(\"DX_SHIFT\"), O_RDONLY | O_CLOEXEC);\n"
    "        if (fd >= 0) map = mmap(0, 16, PROT_READ, MAP_SHARED, fd, 0);\n"
    "        if (fd >= 0) close(fd);\n"
    "        shift = map == MAP_FAILED ? none : map; }\n"
    "    return id == CLOCK_REALTIME ? shift[0] : id == CLOCK_BOOTTIME ? shift[1] : 0; }\n"
    "int clock_gettime(clockid_t id, struct timespec *ts) {\n"
    "    int status = syscall(SYS_clock_gettime, id, ts);\n"
    "    if (status == 0) ts->tv_sec += of(id) / 1000;\n"
    "    return status; }\n"
    "int gettimeofday(struct timeval *tv, void *zone) {\n"
    "    struct timespec ts; (void)zone; clock_gettime(CLOCK_REALTIME, &ts);\n"
    "    tv->tv_sec = ts.tv_sec; tv->tv_usec = ts.tv_nsec / 1000; return 0; }\n"
    "time_t time(time_t *out) {\n"
    "    struct timespec ts; clock_gettime(CLOCK_REALTIME, &ts);\n"
    "    if (out) *out = ts.tv_sec; return ts.tv_sec; }\n";

static volatile int64_t *shift; /* of all programs that are started from now on, in ms */

static void preload_clock(void)
{
    shared_preload(dir, shim);
    shift = shared_bytes(dir, "DX_SHIFT", 16);
}

static void fault(const char *what)
{
    const char *argv[] = { "python3", "-c",
                           "import sys, urllib.request as u\n"
                           "u.urlopen(u.Request(sys.argv[1], method='POST')).read()",
                           NULL, NULL };
    char url[200];
    int status;

    snprintf(url, sizeof(url), "%s/sim/fault?fault=%s", sim.url, what);
    argv[3] = url;
    (void)program_run(argv, &status);
    cr_assert_eq(status, 0);
}

/* What is on the screen is what happens: a server that fails is lost, and comes back. */
static void expect_follows(struct pty *p, const char *after)
{
    cr_expect(pty_shows(p, "2 of 2 live", PTY_PATIENCE_MS), "%s:\n%s", after, pty_text(p));
    fault("status:503");
    cr_expect(pty_shows(p, "2 lost", PTY_PATIENCE_MS), "%s:\n%s", after, pty_text(p));
    fault("");
    cr_expect(pty_shows(p, "2 of 2 live", 60000), "%s:\n%s", after, pty_text(p));
    cr_expect(pty_lacks(p, "has not moved", PTY_PATIENCE_MS), "%s:\n%s", after, pty_text(p));
}

Test(machine, a_clock_that_jumps_both_ways_is_followed)
{
    struct pty *p;

    preload_clock();
    start_sim();
    p = view();
    shift[0] = INT64_C(86400000);
    pty_read(p, 2500);
    expect_follows(p, "a day ahead");
    shift[0] = -INT64_C(86400000);
    pty_read(p, 2500);
    expect_follows(p, "two days back");
    shift[0] = 0;
    pty_read(p, 2500);
    expect_follows(p, "right again");
    pty_quit(p, "q");
}

/* As the kernel does it: all stops, and then it is tomorrow, but no time of CLOCK_MONOTONIC
 * went by. */
static pid_t sleep_a_day(struct pty *p)
{
    pid_t collector = collector_of(p->pid);

    cr_assert_gt(collector, 0);
    kill(p->pid, SIGSTOP);
    kill(collector, SIGSTOP);
    usleep(200000);
    shift[0] = shift[1] = INT64_C(86400000);
    kill(collector, SIGCONT);
    kill(p->pid, SIGCONT);
    pty_read(p, 2500);
    return collector;
}

Test(machine, after_a_day_of_sleep_it_is_right_at_once)
{
    struct pty *p;
    pid_t collector;

    preload_clock();
    start_sim();
    p = view();
    collector = sleep_a_day(p);
    expect_follows(p, "a day of sleep");
    cr_expect_eq(collector_of(p->pid), collector, "nobody took over");
    pty_quit(p, "q");
}

Test(machine, after_a_day_of_sleep_what_was_due_meanwhile_is_polled)
{
    struct pty *p;

    preload_clock();
    start_sim_every("1h");
    p = view();
    fault("status:503"); /* is seen by the next poll */
    (void)sleep_a_day(p);
    cr_expect(pty_shows(p, "2 lost", 15000), "%s", pty_text(p));
    pty_quit(p, "q");
}
