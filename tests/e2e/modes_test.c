/* The programs without a screen, and what they write down: exit codes,
 * complaints, the log, limits, secrets. */
#include "config.h"

#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "../server.h"
#include "pty.h"

static char *dir, config[256], logfile[256];
static struct sim sim;

static void setup(void)
{
    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/t.yaml", dir);
    snprintf(logfile, sizeof(logfile), "%s/t.log", dir);
}

static void setup_with_sim(void)
{
    setup();
    sim = sim_start(NULL, NULL);
    write_file(config,
               "sources:\n  - type: prometheus\n    url: %s\n    every: 1s\n    queries:\n"
               "      waiting: {query: 'sum by (pool) (ci_jobs_waiting)', step: 60s}\n"
               "  - type: alertmanager\n    url: %s\n    every: 1s\n",
               sim.url, sim.url);
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

TestSuite(modes, .init = setup, .timeout = 60);
TestSuite(modes_sim, .init = setup_with_sim, .fini = teardown, .timeout = 100);

/* A shell's command line: what it wrote to both, and its exit code. %s: the
 * directory of the programs comes as $B. */
static int code;

/* Texts live as long as the test, and are no leaks. */
static char *keep(char *text)
{
    static char *kept[256];
    static size_t count;

    cr_assert_lt(count, 256);
    return kept[count++] = text;
}

static char *sh(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static char *sh(const char *fmt, ...)
{
    char command[2048];
    const char *argv[] = { "/bin/sh", "-c", command, NULL };
    size_t n =
        (size_t)snprintf(command, sizeof(command), "exec 2>&1; B='%s'; S='--state=%s'; C='%s'; ",
                         getenv("DX_BUILD"), dir, config);
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(command + n, sizeof(command) - n, fmt, ap);
    va_end(ap);
    return keep(program_run(argv, &code));
}

static char *read_text(const char *path)
{
    char *text = calloc(1, 1 << 20);
    FILE *f = fopen(path, "r");

    if (f) {
        cr_assert(fread(text, 1, (1 << 20) - 1, f) < (1 << 20));
        fclose(f);
    }
    return text;
}

static char *text_of(const char *path)
{
    return keep(read_text(path));
}

#define HAS(text, words)   cr_expect(strstr(text, words), "no \"%s\" in:\n%s", words, text)
#define LACKS(text, words) cr_expect_null(strstr(text, words), "\"%s\" in:\n%s", words, text)

/* ---- exit codes and complaints ---- */

Test(modes_sim, once_ends_with_0_1_or_2)
{
    char *out = sh("$B/dxtop -c $C $S once");

    cr_expect_eq(code, 0, "%d %s", code, out);
    HAS(out, "\"pool\": \"linux-xl\"");
    HAS(out, "\"state\": \"live\"");
    write_file(config,
               "sources:\n  - {type: prometheus, url: '%s', queries: {up: up}}\n"
               "  - {type: alertmanager, name: gone, url: 'http://127.0.0.1:1'}\n",
               sim.url);
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(code, 1, "%d %s", code, out);
    HAS(out, "source gone: lost: 127.0.0.1 port 1 refused the connection");
    HAS(out, "source prometheus: live");
    write_file(config, "sources:\n  - {type: prometheus, url: here}\n");
    out = sh("$B/dxtop -c $C $S once");
    cr_expect_eq(code, 2, "%d %s", code, out);
    HAS(out, "t.yaml:2:");
    out = sh("$B/dxtop --oncee");
    cr_expect_eq(code, 2);
    HAS(out, "unknown option --oncee");
}

Test(modes, complaints_of_both_programs_come_together_in_the_order_of_the_file)
{
    static const char *const modes[] = { "once", "check", "export alerts", "screen", "" };
    static const char *const wanted[] = {
        "t.yaml:1:1: unknown key \"tilte\"; did you mean \"title\"?\n",
        "t.yaml:3:11: unknown type of source \"promtheus\"; did you mean \"prometheus\"?\n",
        "t.yaml:6:6: unknown key \"tokn\"; did you mean \"token\"?\n",
        "t.yaml:10:18: unknown panel \"alrets\"; did you mean \"alerts\"?\n",
    };

    write_file(config, "tilte: x\nsources:\n  - type: promtheus\n    url: http://x\n"
                       "  - {type: alertmanager, url: 'http://a',\n     tokn: {env: X}}\n"
                       "views:\n  - name: V\n    rows:\n      - panels: [alrets]\n");
    for (size_t m = 0; m < sizeof(modes) / sizeof(modes[0]); m++) {
        char *out = sh("$B/dxtop -c $C $S %s", modes[m]);
        const char *at = out;

        cr_expect_eq(code, 2, "%s: %d", modes[m], code);
        for (size_t i = 0; at && i < sizeof(wanted) / sizeof(wanted[0]); i++) {
            at = strstr(at, wanted[i]);
            cr_expect(at, "%s: no \"%s\" behind the others in:\n%s", modes[m], wanted[i], out);
        }
        cr_expect_null(strstr(strstr(out, "tilte") + 1, "tilte"), "said once:\n%s", out);
    }
}

/* Those that --help names. */
Test(modes_sim, export_knows_each_kind_that_is_told_of)
{
    char *help = sh("$B/dxtop --help"), *at = strstr(help, "print records, one a line: ");
    int kinds = 0;

    sh("$B/dxtop -c $C $S once");
    for (at = strchr(at, ':') + 1; at; at = *at == ',' ? at + 1 : NULL, kinds++) {
        char kind[32];
        int used = 0;
        char *out;

        cr_assert_eq(sscanf(at, " %31[a-z]%n", kind, &used), 1, "%s", at);
        at += used;
        out = sh("$B/dxtop -c $C $S export %s --format csv", kind);
        cr_expect_eq(code, 0, "%s: %s", kind, out);
    }
    cr_expect_geq(kinds, 11, "%d", kinds);
}

/* ---- check ---- */

Test(modes_sim, check_says_what_it_found_of_each_source)
{
    char *out = sh("$B/dxtop -c $C $S check");

    cr_expect_eq(code, 0, "%d %s", code, out);
    HAS(out, "✓ prometheus (prometheus, http://127.0.0.1:");
    HAS(out, "reachable");
    HAS(out, "authenticated  yes");
    HAS(out, "version        2.");
    HAS(out, "clock skew");
    HAS(out, "requests       10800 an hour"); /* queries, alerts, rules: once a second */
    out = sh("$B/dxtop -c $C $S check --format json");
    HAS(out, "\"requests_per_hour\": 10800.0");
    HAS(out, "\"ok\": true");
}

Test(modes_sim, check_looks_at_the_modes_of_secrets_files)
{
    char path[300], *out;

    snprintf(path, sizeof(path), "%s/secret", dir);
    write_file(path, "hunter2hunter2\n");
    write_file(config, "sources:\n  - {type: prometheus, url: '%s', token: {file: secret}}\n",
               sim.url);
    cr_assert_eq(chmod(path, 0640), 0);
    out = sh("$B/dxtop -c $C $S check");
    cr_expect_eq(code, 1, "%d %s", code, out);
    HAS(out, "others can read the secret's file");
    HAS(out, "chmod 600 it");
    LACKS(out, "hunter2");
    cr_assert_eq(chmod(path, 0600), 0);
    out = sh("$B/dxtop -c $C $S check");
    cr_expect_eq(code, 0, "%d %s", code, out);
}

Test(modes, check_sees_a_clock_that_is_wrong)
{
    char *out;

    sim = sim_start("--clock", "2031-01-01T00:00:00Z");
    write_file(config, "sources:\n  - {type: prometheus, url: '%s', queries: {up: up}}\n", sim.url);
    out = sh("$B/dxtop -c $C $S --clock 2031-01-01T00:01:00Z check");
    HAS(out, "✗ clock skew     -");
    HAS(out, "set one of the clocks right");
    teardown();
}

/* ---- patience ---- */

static char *ask_sim(const char *method, const char *path)
{
    return sh("python3 -c 'import sys, urllib.request as u; "
              "print(u.urlopen(u.Request(sys.argv[1], method=sys.argv[2])).read().decode())' "
              "\"%s%s\" %s",
              sim.url, path, method);
}

Test(modes_sim, once_waits_where_a_server_asks_for_patience)
{
    char *out;

    (void)ask_sim("POST", "/sim/fault?fault=limit:1:50%25");
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(code, 0, "%d %s", code, out);
    HAS(out, "source prometheus: live");
    LACKS(ask_sim("GET", "/sim/counters"), "\"faulted\": 0,");
    (void)ask_sim("POST", "/sim/fault?fault=limit:100");
    out = sh("$B/dxtop -c $C $S once --wait 50s --format text");
    cr_expect_eq(code, 1, "%d %s", code, out);
    HAS(out, "limited by the server for 100 s");
}

/* ---- limits ---- */

Test(modes_sim, past_the_limit_of_file_sizes_it_fails_in_words)
{
    char *out = sh("ulimit -f 120; $B/dxtop-collect -c $C $S --once");

    cr_expect_eq(code, 1, "%d %s", code, out);
    HAS(out, "disk I/O error: File too large");
}

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

Test(modes, a_secret_reaches_neither_log_nor_store_nor_screen)
{
    static const char *const runs[] = { "once",
                                        "once --format text",
                                        "check",
                                        "check --format json",
                                        "screen --size 200x60",
                                        "export alerts --poll" };
    char first[64], second[64], path[300], *out;
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
    out = text_of(logfile);
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

Test(modes_sim, the_log_has_what_one_looks_for)
{
    char *out = sh("$B/dxtop -c $C $S --log %s --log-level debug once", logfile), *text;
    struct stat st;

    cr_expect_eq(code, 0, "%s", out);
    text = text_of(logfile);
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
    text = text_of(logfile);
    HAS(text, " info prometheus: live");
    LACKS(text, " debug ");
    sh("$B/dxtop -c $C $S --log %s --log-level loud once", logfile);
    cr_expect_eq(code, 2);
}

/* ---- the viewer, and collectors by themselves ---- */

static bool has_text(void *words)
{
    char *text = read_text(logfile);
    bool has = strstr(text, words) != NULL;

    free(text);
    return has;
}

/* The process that a line of the log is about. */
static pid_t pid_behind(const char *words)
{
    char *text = text_of(logfile);
    const char *at = strstr(text, words);

    cr_assert(at, "no \"%s\" in:\n%s", words, text);
    return (pid_t)atoi(at + strlen(words));
}

static char state_of(pid_t pid)
{
    char path[64], *text;

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    text = text_of(path);
    return strrchr(text, ')') ? strrchr(text, ')')[2] : '-';
}

Test(modes_sim, stopping_a_viewer_stops_no_collector)
{
    const char *argv[] = { "dxtop", "-c",    config,        "--state", dir,
                           "--log", logfile, "--log-level", "debug",   NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");
    pid_t collector;

    cr_assert(pty_shows(p, "linux-xl", 10000), "%s", pty_text(p));
    cr_assert(has_text((void *)"nobody collects: started "));
    collector = pid_behind("dxtop-collect, process ");
    cr_expect_neq(getsid(collector), getsid(p->pid), "a session of its own");
    kill(-p->pid, SIGSTOP); /* as Ctrl-Z does to all of a terminal's foreground */
    usleep(200000);
    cr_expect_eq(state_of(p->pid), 'T');
    cr_assert_eq(truncate(logfile, 0), 0);
    cr_expect(wait_for(has_text, (void *)"alertmanager: poll done", 5000), "it goes on polling");
    cr_expect_neq(state_of(collector), 'T');
    kill(-p->pid, SIGCONT);
    pty_send(p, "q");
    pty_read(p, 100);
    cr_expect(pty_ended(p, 2000));
    cr_expect(wait_for(has_text, (void *)"the viewer that started us ended", 3000));
    pty_free(p);
}

Test(modes_sim, a_log_is_never_on_the_screen)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--log", "/dev/tty", NULL };
    struct pty *p = pty_start(argv, 24, 80, "xterm-256color");

    cr_expect(pty_ended(p, 3000));
    cr_expect_eq(WEXITSTATUS(p->status), 2);
    pty_read(p, 50);
    cr_expect(pty_shows(p, "a terminal is no place", 1000), "%s", pty_text(p));
    pty_free(p);
}

static struct program collect(const char *log)
{
    const char *argv[] = { "dxtop-collect", "-c", config,        "--state", dir,
                           "--log",         log,  "--log-level", "debug",   NULL };

    return program_start(argv);
}

Test(modes_sim, collectors_run_alone_and_the_next_one_takes_over)
{
    char second_log[300];
    struct program one = collect(logfile), two;
    int status;

    cr_assert(wait_for(has_text, (void *)"prometheus: live", 10000), "%s", text_of(logfile));
    snprintf(second_log, sizeof(second_log), "%s", logfile);
    snprintf(logfile, sizeof(logfile), "%s/second.log", dir);
    two = collect(logfile);
    cr_assert(wait_for(has_text, (void *)"another collects into ", 5000), "%s", text_of(logfile));
    program_end(&one, SIGKILL);
    cr_expect(wait_for(has_text, (void *)"collector 0.", 5000), "%s", text_of(logfile));
    cr_expect(wait_for(has_text, (void *)"prometheus: poll done", 5000), "%s", text_of(logfile));
    status = program_end(&two, SIGTERM);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%x", status);
    HAS(text_of(logfile), "signal 15");
}

Test(modes_sim, once_beside_a_collector_asks_that_one)
{
    struct program one = collect(logfile);
    char *out;

    cr_assert(wait_for(has_text, (void *)"prometheus: live", 10000), "%s", text_of(logfile));
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(code, 0, "%d %s", code, out);
    HAS(out, "source prometheus: live");
    cr_expect(wait_for(has_text, (void *)"a viewer wishes: poll", 3000), "%s", text_of(logfile));
    out = sh("$B/dxtop -c $C $S export samples --poll | head -n 1");
    HAS(out, "\"query\":\"waiting\"");
    program_end(&sim.program, SIGTERM);
    cr_assert(wait_for(has_text, (void *)"prometheus: lost", 10000), "%s", text_of(logfile));
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(code, 1, "%d %s", code, out);
    program_end(&one, SIGTERM);
}

/* The first is polled again and again while the second one takes its time. */
Test(modes_sim, once_waits_for_the_slowest)
{
    struct sim slow = sim_start("--fault", "latency:1500");
    char *out;

    write_file(config,
               "sources:\n  - {type: alertmanager, name: a, url: '%s', every: 1s}\n"
               "  - {type: alertmanager, name: b, url: '%s'}\n",
               sim.url, slow.url);
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(code, 0, "%d %s", code, out);
    HAS(out, "source a: live");
    HAS(out, "source b: live");
    program_end(&slow.program, SIGTERM);
}

Test(modes_sim, an_export_that_nobody_reads_holds_no_reader)
{
    char *out;

    sh("$B/dxtop -c $C $S once");
    /* Far more than a pipe holds; busy (1) is what the checkpoint says of a reader. */
    out = sh("$B/dxtop -c $C $S export samples --since 7d | "
             "(read line; sleep 1; sqlite3 %s/*.db \"INSERT INTO meta VALUES ('x', 1);"
             "PRAGMA wal_checkpoint(TRUNCATE)\"; cat | wc -l)",
             dir);
    HAS(out, "0|0|0\n");
    cr_expect_gt(atoi(strchr(out, '\n') + 1), 10000, "%s", out);
}

/* ---- what a terminal cannot show ---- */

static char *raw_of(const char *ascii)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, ascii, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");
    char *raw;

    cr_assert(pty_shows(p, "linux-xl", 10000), "%s", pty_text(p));
    pty_send(p, "q");
    pty_read(p, 100);
    cr_expect(pty_ended(p, 2000));
    raw = keep(strdup(p->raw));
    pty_free(p);
    return raw;
}

static bool is_ascii(const char *text)
{
    while (*text && isascii((unsigned char)*text))
        text++;
    return !*text;
}

/* Is there an SGR with a colour: 30 to 49, 90 to 107? */
static bool has_colour(const char *text)
{
    for (const char *at = strstr(text, "\033["); at; at = strstr(at + 1, "\033[")) {
        const char *end = at + 2 + strspn(at + 2, "0123456789;:");

        for (const char *n = at + 1; *end == 'm' && n < end; n += 1 + strcspn(n + 1, ";m")) {
            int number = atoi(n + 1);

            if ((number >= 30 && number <= 48 && number != 39) || number >= 90)
                return true;
        }
    }
    return false;
}

Test(modes_sim, no_color_ascii_and_the_c_locale)
{
    char *raw = raw_of(NULL);

    cr_expect(has_colour(raw));
    cr_expect_not(is_ascii(raw));
    cr_expect(is_ascii(raw_of("--ascii")));
    setenv("NO_COLOR", "1", 1);
    raw = raw_of(NULL);
    cr_expect_not(has_colour(raw), "%s", raw);
    unsetenv("NO_COLOR");
    setenv("LC_ALL", "C", 1);
    cr_expect(is_ascii(raw_of(NULL)));
}
