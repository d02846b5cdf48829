/* Days of simulated time on the wall, with faults of every kind: what the programs take stays
 * the same, and at the end the store knows what happened. A day; DX_SOAK_DAYS=30 makes it 30
 * (./dev soak does). */
#include "config.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "pty.h"
#include "truth_kit.h"

/* A log is there for a minute of the simulated clock, and what is older than two intervals is
 * stale: where all is slow that goes slower, too. */
enum {
    SPEED = SANITIZED ? 2160 : 8640,
    HISTORY_S = 9 * 86400,
    HOUR_S = 3600,
    HOURS_MOST = 24 * 400
};

static const int64_t BEGIN_S = 1795435200; /* Monday, 2026-11-23, noon */

/* What is taken, hour by hour; 0: nobody to ask. */
static struct sample {
    long viewer_kb, collector_kb, viewer_files, collector_files, threads, db_kb, wal_kb;
} samples[HOURS_MOST];
static int hours;

static struct kit_clock soak_clock = { .began_s = BEGIN_S, .speed = SPEED };
static pid_t collector;

TestSuite(soak, .init = kit_init, .fini = kit_done, .timeout = 20000);

/* ---- the company ---- */

/* It has been there since the same moment, whenever it is started; now_s 0: it works. */
static void company(int64_t now_s)
{
    int64_t at_s = now_s ? now_s : BEGIN_S + (int64_t)kit_clock_gone_s(&soak_clock);
    char history[32], when[64];
    time_t at = (time_t)at_s;
    struct tm utc;

    snprintf(history, sizeof(history), "%llds", (long long)(HISTORY_S + at_s - BEGIN_S));
    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
    if (!now_s)
        snprintf(when + strlen(when), sizeof(when) - strlen(when), "@%d", SPEED);
    kit_company((struct kit_company){ "8", "6", history, now_s ? "--now" : "--clock", when, NULL });
}

static void configure(void)
{
    static const char every[] = "every: 30m, timeout: 2s";

    write_file(kit.config,
               "sources:\n"
               "  - {type: github, url: 'http://127.0.0.1:%d/api/v3', org: acme, logs: yes,"
               " history: 400d, token: {env: DX_TOKEN}, %s}\n"
               "  - {type: gitlab, url: 'http://127.0.0.1:%d/gitlab', group: acme, logs: yes,"
               " history: 400d, %s}\n"
               "  - {type: jenkins, url: 'http://127.0.0.1:%d/jenkins', logs: yes, history: 400d,"
               " %s}\n"
               "  - {type: prometheus, url: 'http://127.0.0.1:%d', history: 70d, %s, queries:\n"
               "     {waiting: {query: 'sum by (pool) (ci_jobs_waiting)', step: 1h}}}\n"
               "  - {type: alertmanager, url: 'http://127.0.0.1:%d', %s}\n",
               kit.port, every, kit.port, every, kit.port, every, kit.port, every, kit.port, every);
}

static void tell(const char *path)
{
    struct sockaddr_in a = { .sin_family = AF_INET,
                             .sin_port = htons((unsigned short)kit.port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    char request[400], reply[400];
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int n = snprintf(request, sizeof(request),
                     "POST %s HTTP/1.0\r\nHost: x\r\nContent-Length: 0\r\n\r\n", path);

    cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    cr_assert_eq(write(fd, request, (size_t)n), n);
    n = (int)read(fd, reply, sizeof(reply) - 1);
    reply[n > 0 ? n : 0] = '\0';
    cr_assert(strstr(reply, " 200 "), "%s: %s", path, reply);
    close(fd);
}

/* ---- what is taken ---- */

static long status_of(pid_t pid, const char *name)
{
    char path[64], line[200];
    long value = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    file = fopen(path, "r");
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    if (file)
        fclose(file);
    return value;
}

static long files_of(pid_t pid)
{
    char path[64];
    long count = -2; /* . and .. */
    DIR *fds;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    fds = opendir(path);
    while (fds && readdir(fds))
        count++;
    if (fds)
        closedir(fds);
    return count > 0 ? count : 0;
}

static long size_kb(const char *suffix)
{
    long size = strtol(sh("stat -c %%s $D/state/*.db%s 2>/dev/null || echo 0", suffix), NULL, 10);

    return size / 1024;
}

static pid_t collecting(void)
{
    if (collector <= 0 || rss_kb(collector) == 0)
        collector = (pid_t)strtol(
            sh("sqlite3 $D/state/*.db \"SELECT value FROM meta WHERE key = 'pid'\""), NULL, 10);
    return collector > 0 && rss_kb(collector) > 0 ? collector : 0;
}

static void take(struct pty *p)
{
    struct sample *s = &samples[hours++];
    pid_t pid = collecting();

    *s = (struct sample){ .viewer_kb = status_of(p->pid, "VmRSS:"),
                          .viewer_files = files_of(p->pid),
                          .threads = status_of(p->pid, "Threads:"),
                          .db_kb = size_kb(""),
                          .wal_kb = size_kb("-wal") };
    if (pid > 0) {
        s->collector_kb = status_of(pid, "VmRSS:");
        s->collector_files = files_of(pid);
        s->threads += status_of(pid, "Threads:");
    }
}

static int by_size(const void *a, const void *b)
{
    long x = *(const long *)a, y = *(const long *)b;

    return (x > y) - (x < y);
}

/* The median of a column of samples over some hours. */
static long median(size_t column, int from, int to)
{
    static long values[HOURS_MOST];
    size_t n = 0;

    for (int i = from; i < to; i++) {
        long value = *(const long *)(const void *)((const char *)&samples[i] + column);

        if (value > 0)
            values[n++] = value;
    }
    qsort(values, n, sizeof(*values), by_size);
    return n > 0 ? values[n / 2] : 0;
}

static const struct {
    const char *name;
    size_t column;
    long most; /* that it may have grown by, from the first quarter to the last */
} columns[] = {
    { "KiB of the viewer", offsetof(struct sample, viewer_kb), 1024 },
    { "KiB of the collector", offsetof(struct sample, collector_kb), 3072 },
    { "descriptors of the viewer", offsetof(struct sample, viewer_files), 1 },
    { "descriptors of the collector", offsetof(struct sample, collector_files), 6 },
    { "threads", offsetof(struct sample, threads), 2 },
    { "KiB of the WAL", offsetof(struct sample, wal_kb), 4096 },
};

static void expect_flat(void)
{
    for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
        long before = median(columns[i].column, hours / 8, hours / 4 + 1),
             after = median(columns[i].column, hours - hours / 4 - 1, hours);

        fprintf(stderr, "%s: %ld, then %ld\n", columns[i].name, before, after);
#ifdef __SANITIZE_ADDRESS__ /* which keeps what was freed */
        if (strncmp(columns[i].name, "KiB of the", 10) == 0)
            continue;
#endif
        cr_expect_leq(after - before, columns[i].most, "%s: %ld, then %ld", columns[i].name, before,
                      after);
    }
}

/* ---- what goes wrong ---- */

/* Each second hour, noon first: what goes wrong in one is made good in the next. */
static const char *const faults[] = {
    "status:503",
    "reset:50%25",
    "status:401", /* expired tokens */
    "limit:60:50%25",
    "KILL latency:300:20%25",
    "OUTAGE",
    "truncate:100:30%25",
    "rst:30%25&fault=status:500:30%25",
    "bad-json:20%25",
    "html:20%25",
    "KILL status:401@/gitlab",
    "latency:100:50%25&fault=rst:10%25",
};

static void begin_hour(int hour)
{
    static const char kills[] = "KILL ";
    const char *fault = hour % 2 ? faults[hour / 2 % (sizeof(faults) / sizeof(faults[0]))] : "";
    char path[200];
    static bool down;

    if (down) /* it comes back */
        company(0);
    down = strcmp(fault, "OUTAGE") == 0;
    if (down) {
        kit_done();
        return;
    }
    if (strncmp(fault, kills, strlen(kills)) == 0) {
        fault += strlen(kills);
        if (collecting() > 0)
            kill(collecting(), SIGKILL);
    }
    snprintf(path, sizeof(path), "/sim/fault?fault=%s", fault);
    tell(path);
}

static void live_through(struct pty *p, int days)
{
    const double began_s = kit_clock_gone_s(&soak_clock);

    for (int hour = 0; hour < 24 * days && hours < HOURS_MOST; hour++) {
        begin_hour(hour);
        while (kit_clock_gone_s(&soak_clock) - began_s < (hour + 1.) * HOUR_S)
            pty_read(p, 20);
        take(p);
        cr_assert_not(pty_ends_unread(p, 0), "it ended in hour %d", hour);
    }
    tell("/sim/fault?fault=");
    cr_expect(pty_shows(p, "● 5 live", 30000), "%s", pty_text(p));
}

/* ---- the end ---- */

static void expect_truth(int64_t now_s)
{
    char when[64];
    time_t at = (time_t)now_s;
    struct tm utc;

    strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &utc));
    company(now_s);
    poll_once("--now", when);
    sh("for kind in alerts runs jobs pools pipelines flaky failures; do"
       "  $B/dxtop $C $S --now %s export $kind --since 5000d >$D/$kind.jsonl || exit;"
       " done",
       when);
    cr_assert_eq(sh_code, 0);
    fetch_truth("");
    expect_same("truth.py --after-faults $D %s github gitlab jenkins", when);
}

Test(soak, days_with_faults_change_nothing_but_the_records)
{
    const char *text = getenv("DX_SOAK_DAYS");
    int days = text && *text ? atoi(text) : 1;
    char state[300], file[300], when[80], log[300];
    const char *argv[] = { "dxtop", file, state, "--clock", when, "--wall", "--log", log, NULL };
    struct pty *p;

    setenv("DX_TOKEN", "soak", 1);
    kit_clock_start(&soak_clock);
    company(0);
    configure();
    snprintf(state, sizeof(state), "--state=%s/state", kit.dir);
    snprintf(file, sizeof(file), "--config=%s", kit.config);
    snprintf(log, sizeof(log), "%s/log", kit.dir);
    snprintf(when, sizeof(when), "%s", kit_clock_now(&soak_clock));
    p = pty_start(argv, 40, 120, "xterm-256color");
    cr_assert(pty_shows(p, "● 5 live", 60000), "%s", pty_text(p));
    live_through(p, days);
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect(pty_restored(p));
    pty_free(p);
    for (int i = 0; i < 3000 && collecting() > 0; i++)
        usleep(20000);
    cr_assert_eq(collecting(), 0, "with its last viewer it ends");
    expect_flat();
    expect_truth((BEGIN_S + (int64_t)kit_clock_gone_s(&soak_clock)) / 60 * 60 + 60);
}
