/* Alert rules from end to end: the simulated platform runs, a rule fires, who watches is told
 * in the terminal, a command runs, two webhooks are posted; it is claimed in one viewer and
 * snoozed in another; the collector is killed, and nobody is told twice. */
#include "config.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "core/time.h"
#include "pty.h"

#define NOW "2026-11-24T14:32:07Z"

enum { ROWS = 40, COLS = 120, SOON_MS = 20000, LOOKS_MS = 7000 /* more than three of them */ };

static char *dir, config[256];
static struct sim sim;
static int hooks; /* listens for webhooks */

/* ---- a server for webhooks ---- */

static int listen_here(int *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    cr_assert_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    cr_assert_eq(listen(fd, 8), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&at, &len), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static bool is_whole(const char *request)
{
    const char *body = strstr(request, "\r\n\r\n"),
               *length = strcasestr(request, "content-length:");

    return body && length && strlen(body + 4) >= (size_t)strtoul(length + 15, NULL, 10);
}

/* The next request, answered; false: none came within ms. */
static bool take_hook(char *out, size_t cap, int ms)
{
    struct pollfd ready = { .fd = hooks, .events = POLLIN };
    static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    size_t len = 0;
    ssize_t n;
    int fd;

    out[0] = '\0';
    if (poll(&ready, 1, ms) <= 0)
        return false;
    fd = accept(hooks, NULL, NULL);
    while (!is_whole(out) && len + 1 < cap && (n = read(fd, out + len, cap - 1 - len)) > 0) {
        len += (size_t)n;
        out[len] = '\0';
    }
    cr_assert_gt(write(fd, ok, sizeof(ok) - 1), 0);
    close(fd);
    return true;
}

/* ---- programs ---- */

/* The collector of our configuration; 0: none runs. */
static pid_t collector(void)
{
    DIR *proc = opendir("/proc");
    pid_t found = 0;

    for (struct dirent *e = proc ? readdir(proc) : NULL; e; e = readdir(proc)) {
        char path[300], line[2048];
        FILE *file;
        size_t n;

        snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
        file = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (!file)
            continue;
        n = fread(line, 1, sizeof(line) - 1, file);
        line[n] = '\0';
        fclose(file);
        if (strstr(line, "dxtop-collect") && memmem(line, n, config, strlen(config)))
            found = (pid_t)strtol(e->d_name, NULL, 10);
    }
    if (proc)
        closedir(proc);
    return found;
}

static bool is_another(void *killed)
{
    pid_t now = collector();

    return now > 0 && now != *(pid_t *)killed;
}

static const char *ran(void)
{
    char path[300];

    snprintf(path, sizeof(path), "%s/ran", dir);
    return read_file(path);
}

static bool has_run(void *self)
{
    (void)self;
    return strstr(ran(), "end\n") != NULL;
}

static size_t count(const char *text, size_t len, const char *what)
{
    size_t n = 0;
    const char *at = text;

    while ((at = memmem(at, len - (size_t)(at - text), what, strlen(what))) != NULL) {
        at += strlen(what);
        n++;
    }
    return n;
}

/* ---- the screen ---- */

static void setup(void)
{
    const char *argv[] = { "dxtop-sim", "--until-stdin", "--clock", NOW "@1", NULL };
    char url[64];
    int port;

    set_paths();
    dir = test_dir();
    sim = sim_start_as(argv);
    hooks = listen_here(&port);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/slack/s3cret", port);
    setenv("DX_SLACK", url, 1);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d/teams/s3cret", port);
    setenv("DX_TEAMS", url, 1);
    setenv("TZ", "UTC", 1);
    unsetenv("TMUX");
    unsetenv("STY");
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(
        config,
        "title: acme\ntheme: dark\nstore: %s/t.db\nsources:\n"
        "  - type: prometheus\n    name: prom\n    url: '%s'\n    every: 2s\n"
        "    alerts: no\n    queries: {waiting: sum(ci_jobs_waiting)}\n"
        "notices:\n"
        "  page: {command: [sh, -c, 'env | grep ^DXTOP_ | sort >>%s/ran; echo end >>%s/ran']}\n"
        "  team: {webhook: slack, url: {env: DX_SLACK}}\n"
        "  others: {webhook: teams, url: {env: DX_TEAMS}}\n"
        "rules:\n"
        "  many wait: {query: prom/waiting, above: 1, for: 3s, severity: critical,"
        " notify: [page, team, others, bell, osc9, osc777, title]}\n"
        "views:\n  - name: Alerts\n    rows:\n"
        "      - {weight: 3, panels: [alerts]}\n      - {panels: [rules]}\n",
        dir, sim.url, dir, dir);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
    close(hooks);
}

TestSuite(rules, .init = setup, .fini = teardown, .timeout = 300);

/* All of them, and the collectors, by one clock: what was said a moment ago is not yet said for who
 * begins his day anew. */
static struct pty *watch(void)
{
    static int64_t began_ms;
    char now[TIME_TEXT], clock[TIME_TEXT + 8];
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--clock", clock, NULL };

    if (began_ms == 0)
        began_ms = time_boot_ms();
    snprintf(clock, sizeof(clock), "%s@1",
             time_format(now, time_parse(NOW, strlen(NOW)) + time_boot_ms() - began_ms));
    return pty_start(argv, ROWS, COLS, "xterm-256color");
}

#define RAW(p, text) count((p)->raw, (p)->raw_len, text)

static void fires(struct pty *p)
{
    char one[8192], other[8192];
    const char *slack, *teams;

    SHOWS_IN(p, "many wait", SOON_MS);
    SHOWS_IN(p, "1 firing", SOON_MS);
    SHOWS_IN(p, "waiting (prom): ", SOON_MS);
    SHOWS_IN(p, "fires", SOON_MS);
    cr_expect_eq(RAW(p, "\033]9;critical: many wait: waiting (prom): "), 1);
    cr_expect_eq(RAW(p, "\033]777;notify;critical: many wait;waiting (prom): "), 1);
    cr_expect(RAW(p, ";(1!) acme") > 0);
    cr_assert(take_hook(one, sizeof(one), SOON_MS));
    cr_assert(take_hook(other, sizeof(other), SOON_MS));
    slack = strstr(one, "POST /slack/s3cret ") ? one : other;
    teams = slack == one ? other : one;
    cr_expect(strstr(slack, "\"text\":\"critical: many wait: waiting (prom): "), "%s", slack);
    cr_expect(strstr(slack, "\"blocks\":["), "%s", slack);
    cr_expect(strstr(teams, "POST /teams/s3cret "), "%s", teams);
    cr_expect(strstr(teams, "\"contentType\":\"application/vnd.microsoft.card.adaptive\""), "%s",
              teams);
    cr_expect(strstr(teams, "critical: many wait"), "%s", teams);
    cr_assert(wait_for(has_run, NULL, SOON_MS));
    cr_expect(strstr(ran(), "DXTOP_RULE=many wait\n"), "%s", ran());
    cr_expect(strstr(ran(), "DXTOP_STATE=firing\n"), "%s", ran());
    cr_expect(strstr(ran(), "DXTOP_LIMIT=1\n"), "%s", ran());
    cr_expect(strstr(ran(), "DXTOP_SUBJECT=waiting (prom)\n"), "%s", ran());
    cr_expect(!strstr(ran(), "s3cret"), "%s", ran());
}

static void is_claimed_and_snoozed(struct pty *p)
{
    struct pty *other = watch();

    SHOWS_IN(other, "1 firing", SOON_MS);
    cr_expect_eq(RAW(other, "\033]9;"), 0, "what was before is no news");
    pty_send(p, "cI look at it\r");
    SHOWS_IN(p, "claimed by", SOON_MS);
    SHOWS_IN(other, ": I look at it", SOON_MS);
    SHOWS_IN(other, "OWNER", SOON_MS);
    pty_send(other, "Z");
    SHOWS_IN(other, "snooze: for how long (1h), and why", SOON_MS);
    pty_send(other, "soon\r");
    SHOWS_IN(other, "that is no span like 30m, 2h or 1d", SOON_MS);
    pty_send(other, "\0252h more runners come\r");
    SHOWS_IN(other, "snoozed until", SOON_MS);
    SHOWS_IN(p, "silenced by", SOON_MS);
    SHOWS_IN(p, ": more runners come until Tue 16:3", SOON_MS);
    SHOWS_IN(p, "snoozed", SOON_MS);
    cr_assert(pty_lacks(p, "1 firing", SOON_MS));
    pty_send(p, "Z");
    SHOWS_IN(other, "1 firing", SOON_MS);
    pty_send(other, "c");
    cr_assert(pty_lacks(p, "claimed by", SOON_MS), "%s", pty_text(p));
    pty_quit(other, "q");
}

Test(rules, one_fires_and_all_are_told_once)
{
    struct pty *p = watch();
    char request[8192];
    pid_t killed;

    fires(p);
    killed = collector();
    cr_assert_gt(killed, 0);
    cr_assert_eq(kill(killed, SIGKILL), 0);
    for (int i = 0; i < 100 && !is_another(&killed); i++)
        pty_read(p, 200); /* the viewer starts another */
    cr_assert(is_another(&killed));
    pty_read(p, LOOKS_MS);
    cr_expect_not(take_hook(request, sizeof(request), 0), "told twice: %s", request);
    cr_expect_eq(count(ran(), strlen(ran()), "end\n"), 1, "%s", ran());
    cr_expect_eq(RAW(p, "\033]9;"), 1);
    SHOWS_IN(p, "1 firing", SOON_MS);
    is_claimed_and_snoozed(p);
    pty_quit(p, "q");
}

Test(rules, a_viewer_may_leave_it)
{
    struct pty *p;

    kill(sim.program.pid, SIGSTOP); /* on a slow machine it fires before the key is there */
    p = watch();
    SHOWS_IN(p, "Alerts", SOON_MS);
    pty_send(p, "b");
    SHOWS_IN(p, "ring no bell here", SOON_MS);
    kill(sim.program.pid, SIGCONT);
    SHOWS_IN(p, "1 firing", SOON_MS);
    SHOWS_IN(p, "fires", SOON_MS);
    pty_read(p, LOOKS_MS);
    cr_expect_eq(RAW(p, "\033]9;"), 0);
    cr_expect_eq(RAW(p, "\033]777;"), 0);
    cr_expect_eq(RAW(p, "(1!) acme"), 0);
    pty_quit(p, "q");
    p = watch();
    SHOWS_IN(p, "1 firing", SOON_MS);
    cr_expect_eq(RAW(p, "(1!) acme"), 0, "it is remembered");
    pty_send(p, "b");
    SHOWS_IN(p, "ring the bell here", SOON_MS);
    cr_expect(RAW(p, "(1!) acme") > 0);
    pty_quit(p, "q");
}

/* ---- without a platform ---- */

TestSuite(check, .timeout = 300);

Test(check, says_which_notices_could_not_be_given)
{
    const char *argv[] = { "dxtop", "check", "-c", config, "--state", NULL, NULL };
    char *text;
    int code;

    set_paths();
    dir = test_dir();
    argv[5] = dir;
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    write_file(config, "notices:\n"
                       "  good: {command: [sh, -c, 'touch /nowhere']}\n"
                       "  here: {command: [/bin/sh, -c, 'true']}\n"
                       "  folder: {command: [/usr]}\n"
                       "  gone: {command: [no-such-program]}\n"
                       "  unset: {webhook: slack, url: {env: DX_NONE}}\n"
                       "  set: {webhook: teams, url: {env: HOME}}\n");
    unsetenv("DX_NONE");
    text = program_run(argv, &code);
    cr_expect_eq(code, 1, "%s", text);
    cr_expect(strstr(text, "\u2713 notice good: command\n"), "%s", text);
    cr_expect(strstr(text, "\u2713 notice here: command\n"), "%s", text);
    cr_expect(strstr(text, "\u2717 notice folder: command: there is no program /usr"), "%s", text);
    cr_expect(strstr(text, "\u2717 notice gone: command: there is no program "), "%s", text);
    cr_expect(strstr(text, "\u2717 notice unset: Slack webhook: the variable DX_NONE is not set"),
              "%s", text);
    cr_expect(strstr(text, "\u2713 notice set: Teams webhook\n"), "%s", text);
    free(text);
}

Test(check, says_which_patterns_of_failures_cannot_be_used)
{
    const char *argv[] = { "dxtop", "check", "-c", config, "--state", NULL, NULL };
    char *text, path[200];
    int code;

    set_paths();
    dir = test_dir();
    argv[5] = dir;
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(path, sizeof(path), "%s/own.tsv", dir);
    write_file(path, "platform\tours\t(unclosed\n");
    write_file(config, "patterns: own.tsv\n");
    text = program_run(argv, &code);
    cr_expect_eq(code, 1, "%s", text);
    cr_expect(strstr(text, "\u2717 patterns\n"), "%s", text);
    cr_expect(strstr(text, "/own.tsv:1: a rule begins with its id"), "%s", text);
    free(text);
}
