/* What collectors write down, and how they run by themselves. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../server.h"
#include "pty.h"
#include "shell.h"
#include "stage.h"

static char logfile[256];

static void setup(void)
{
    stage_company();
    snprintf(logfile, sizeof(logfile), "%s/t.log", dir);
    sh_begin("S='--state=%s'; C='%s'; ", dir, config);
}

TestSuite(collectors, .init = setup, .fini = stage_end, .timeout = 300);

/* ---- secrets and the log ---- */

/* A server that repeats in its error, or in a warning, what it got. */
static pid_t telltale(bool good, const char *secrets, char url[64])
{
    struct ev_loop *loop = ev_loop_new(EVFLAG_AUTO);
    struct server *server = server_new(loop);
    char body[256];
    pid_t pid;

    snprintf(url, 64, "%s", server_url(server));
    snprintf(body, sizeof(body),
             "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"what is %s?\"}",
             secrets);
    if (good)
        snprintf(body, sizeof(body),
                 "{\"status\":\"success\",\"warnings\":[\"what is %s?\"],\"data\":{\"resultType\":"
                 "\"matrix\",\"result\":[]}}",
                 secrets);
    server_say(server, 0,
               "HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
               good ? 200 : 400, strlen(body), body);
    pid = fork();
    if (pid == 0) {
        ev_loop_fork(loop);
        ev_run(loop, 0);
        _exit(0);
    }
    server_free(server);
    ev_loop_destroy(loop);
    return pid;
}

static void no_secrets(const char *text, const char *where)
{
    static const char *const secrets[] = { "hunter2", "ZHh0b3A6cGFzcy1odW50ZXIy" };

    for (size_t i = 0; i < 2; i++)
        cr_expect_null(strstr(text, secrets[i]), "\"%s\" in %s:\n%s", secrets[i], where, text);
}

Test(collectors, a_secret_reaches_neither_log_nor_store_nor_screen)
{
    static const char *const runs[] = { "once",
                                        "once --format text",
                                        "check",
                                        "check --format json",
                                        "screen --size 200x60",
                                        "export alerts --poll" };
    char first[64], second[64], path[300];
    const char *out;
    pid_t servers[] = { telltale(false, "tok-hunter2, key-hunter2", first),
                        telltale(true, "ZHh0b3A6cGFzcy1odW50ZXIy, pass-hunter2", second) };

    snprintf(path, sizeof(path), "%s/secret", dir);
    write_file(path, "pass-hunter2\n");
    cr_assert_eq(chmod(path, 0600), 0);
    setenv("DX_TOKEN", "tok-hunter2", 1);
    write_file(
        config,
        "sources:\n"
        "  - {type: prometheus, name: a, url: '%s', token: {env: DX_TOKEN}, queries: {up: up},\n"
        "     headers: {X-Key: {secret: {command: [echo, key-hunter2]}}}}\n"
        "  - {type: prometheus, name: b, url: '%s', user: dxtop, password: {file: secret},\n"
        "     queries: {up: up}}\n"
        "views: [{name: V, rows: [{panels: [sources]}, {panels: [log]}]}]\n",
        first, second);
    for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
        out = sh("$B/dxtop -c $C $S --log %s --log-level debug %s", logfile, runs[i]);
        no_secrets(out, runs[i]);
        if (i < 4)
            HAS(out, "what is ***, ***?");
    }
    out = read_file(logfile);
    no_secrets(out, "the log");
    HAS(out, "a: /api/v1/query_range: 400, ");
    HAS(out, "a: poll failed: ");
    HAS(out, "b: note: query \"up\": what is ***, ***?");
    out = sh("strings -n 4 %s/*.db* | grep -c hunter2", dir);
    HAS(out, "0\n");
    for (size_t i = 0; i < 2; i++) {
        kill(servers[i], SIGTERM);
        waitpid(servers[i], NULL, 0);
    }
}

Test(collectors, the_log_has_what_one_looks_for)
{
    const char *out = sh("$B/dxtop -c $C $S --log %s --log-level debug once", logfile), *text;
    struct stat st;

    cr_expect_eq(sh_code, 0, "%s", out);
    text = read_file(logfile);
    HAS(text, " dxtop-collect[");
    HAS(text, " info collector 0.");
    HAS(text, "2 sources; the store is ");
    HAS(text, " debug prometheus: /api/v1/query_range: 200, ");
    HAS(text, " ms\n");
    HAS(text, " info prometheus: live");
    HAS(text, " debug alertmanager: poll done: 2 requests, ");
    HAS(text, " info ends with 0");
    cr_assert_eq(stat(logfile, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    cr_assert_eq(unlink(logfile), 0);
    sh("$B/dxtop -c $C $S --log %s once", logfile);
    text = read_file(logfile);
    HAS(text, " info prometheus: live");
    HAS_NOT(text, " debug ");
    sh("$B/dxtop -c $C $S --log %s --log-level loud once", logfile);
    cr_expect_eq(sh_code, 2);
}

/* ---- the viewer, and collectors by themselves ---- */

static bool has_text(void *words)
{
    return strstr(read_file(logfile), words) != NULL;
}

/* Who waits for what has to come goes on as soon as it is there. */
#define LOGS(words)                                                                                \
    cr_assert(wait_for(has_text, (void *)words, PTY_PATIENCE_MS), "no \"%s\" in:\n%s", words,      \
              read_file(logfile))

/* The process that a line of the log is about. */
static pid_t pid_behind(const char *words)
{
    const char *text = read_file(logfile);
    const char *at = strstr(text, words);

    cr_assert(at, "no \"%s\" in:\n%s", words, text);
    return (pid_t)atoi(at + strlen(words));
}

static char state_of(pid_t pid)
{
    const char *text;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    text = read_file(path);
    return strrchr(text, ')') ? strrchr(text, ')')[2] : '-';
}

Test(collectors, stopping_a_viewer_stops_no_collector)
{
    const char *argv[] = { "dxtop", "-c",    config,        "--state", dir,
                           "--log", logfile, "--log-level", "debug",   NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");
    pid_t collector;

    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    cr_assert(has_text((void *)"nobody collects: started "));
    collector = pid_behind("dxtop-collect, process ");
    cr_expect_neq(getsid(collector), getsid(p->pid), "a session of its own");
    kill(-p->pid, SIGSTOP); /* as Ctrl-Z does to all of a terminal's foreground */
    usleep(200000);
    cr_expect_eq(state_of(p->pid), 'T');
    cr_assert_eq(truncate(logfile, 0), 0);
    LOGS("alertmanager: poll done");
    cr_expect_neq(state_of(collector), 'T');
    kill(-p->pid, SIGCONT);
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    LOGS("the viewer that started us ended");
    pty_free(p);
}

Test(collectors, a_log_is_never_on_the_screen)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--log", "/dev/tty", NULL };
    struct pty *p = pty_start(argv, 24, 80, "xterm-256color");

    cr_expect(pty_ended(p));
    cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 2, "%x", p->status);
    pty_read(p, 50);
    cr_expect(pty_shows(p, "a terminal is no place", PTY_PATIENCE_MS), "%s", pty_text(p));
    pty_free(p);
}

static struct program collect(const char *log)
{
    const char *argv[] = { "dxtop-collect", "-c", config,        "--state", dir,
                           "--log",         log,  "--log-level", "debug",   NULL };

    return program_start(argv);
}

Test(collectors, collectors_run_alone_and_the_next_one_takes_over)
{
    char second_log[300];
    struct program one = collect(logfile), two;
    int status;

    LOGS("prometheus: live");
    snprintf(second_log, sizeof(second_log), "%s", logfile);
    snprintf(logfile, sizeof(logfile), "%s/second.log", dir);
    two = collect(logfile);
    LOGS("another collects into ");
    program_end(&one, SIGKILL);
    LOGS("collector 0.");
    LOGS("prometheus: poll done");
    status = program_end(&two, SIGTERM);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
    HAS(read_file(logfile), "signal 15");
}

Test(collectors, once_beside_a_collector_asks_that_one)
{
    struct program one = collect(logfile);
    const char *out;

    LOGS("prometheus: live");
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
    HAS(out, "source prometheus: live");
    LOGS("a viewer wishes: poll");
    out = sh("$B/dxtop -c $C $S export samples --poll | head -n 1");
    HAS(out, "\"query\":\"waiting\"");
    program_end(&sim.program, SIGTERM);
    LOGS("prometheus: lost");
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    program_end(&one, SIGTERM);
}

/* Not while it writes, for nobody else could then. */
static void stop_between_writes(const struct program *collector)
{
    do {
        kill(collector->pid, SIGCONT);
        usleep(50000);
        kill(collector->pid, SIGSTOP);
        cr_assert_eq(waitpid(collector->pid, NULL, WUNTRACED), collector->pid);
        (void)sh("sqlite3 -cmd '.timeout 0' '%s'/*.db 'BEGIN IMMEDIATE; ROLLBACK'", dir);
    } while (sh_code != 0);
}

/* One that hangs holds up nobody for longer than he said, and its old answers are not passed on as
 * new ones. */
Test(collectors, once_beside_a_collector_that_hangs_says_so)
{
    struct program one = collect(logfile);
    const char *out;

    LOGS("prometheus: live");
    sleep(6); /* what is younger would do */
    stop_between_writes(&one);
    out = sh("$B/dxtop -c $C $S once --wait 1s --format text 2>&1");
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "not all sources answered in time");
    kill(one.pid, SIGCONT);
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
    program_end(&one, SIGTERM);
}

/* The first is polled again and again while the second one takes its time. */
Test(collectors, once_waits_for_the_slowest)
{
    struct sim slow = sim_start("--fault", "latency:1500");
    const char *out;

    write_file(config,
               "sources:\n  - {type: alertmanager, name: a, url: '%s', every: 1s}\n"
               "  - {type: alertmanager, name: b, url: '%s'}\n",
               sim.url, slow.url);
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
    HAS(out, "source a: live");
    HAS(out, "source b: live");
    program_end(&slow.program, SIGTERM);
}

Test(collectors, an_export_that_nobody_reads_holds_no_reader)
{
    const char *out;

    sh("$B/dxtop -c $C $S once");
    /* Far more than a pipe holds; busy (1) is what the checkpoint says of a reader. */
    out = sh("$B/dxtop -c $C $S export samples --since 7d | "
             "(read line; sleep 1; sqlite3 %s/*.db \"INSERT INTO meta VALUES ('x', 1);"
             "PRAGMA wal_checkpoint(TRUNCATE)\"; cat | wc -l)",
             dir);
    HAS(out, "0|0|0\n");
    cr_expect_gt(atoi(strchr(out, '\n') + 1), 10000, "%s", out);
}
