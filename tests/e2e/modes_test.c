/* The programs without a screen: exit codes, complaints, limits, and what they write where a
 * terminal is poor. */
#include "config.h"

#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pty.h"
#include "shell.h"
#include "stage.h"

static void begin(void)
{
    sh_begin("S='--state=%s'; C='%s'; ", dir, config);
}

static void setup(void)
{
    stage_set();
    begin();
}

static void setup_with_sim(void)
{
    stage_company();
    begin();
}

TestSuite(modes, .init = setup, .timeout = 300);
TestSuite(modes_sim, .init = setup_with_sim, .fini = stage_end, .timeout = 300);

/* ---- exit codes and complaints ---- */

Test(modes_sim, once_ends_with_0_1_or_2)
{
    const char *out = sh("$B/dxtop -c $C $S once");

    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
    HAS(out, "\"pool\": \"linux-xl\"");
    HAS(out, "\"state\": \"live\"");
    write_file(config,
               "sources:\n  - {type: prometheus, url: '%s', queries: {up: up}}\n"
               "  - {type: alertmanager, name: gone, url: 'http://127.0.0.1:1'}\n",
               sim.url);
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "source gone: lost: 127.0.0.1 port 1 refused the connection");
    HAS(out, "source prometheus: live");
    /* What is refused is asked for some times, not until the time is over. */
    write_file(config,
               "sources:\n  - {type: prometheus, url: '%s', queries: {up: up, bad: 'sum('}}\n",
               sim.url);
    out = sh("timeout 60 $B/dxtop -c $C $S once --format text");
    cr_expect_leq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "bad");
    write_file(config, "sources:\n  - {type: prometheus, url: here}\n");
    out = sh("$B/dxtop -c $C $S once");
    cr_expect_eq(sh_code, 2, "%d %s", sh_code, out);
    HAS(out, "t.yaml:2:");
    out = sh("$B/dxtop --oncee");
    cr_expect_eq(sh_code, 2);
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
        const char *out = sh("$B/dxtop -c $C $S %s", modes[m]);
        const char *at = out;

        cr_expect_eq(sh_code, 2, "%s: %d", modes[m], sh_code);
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
    const char *help = sh("$B/dxtop --help"), *at = strstr(help, "print records, one a line: ");
    int kinds = 0;

    sh("$B/dxtop -c $C $S once");
    for (at = strchr(at, ':') + 1; at; at = *at == ',' ? at + 1 : NULL, kinds++) {
        char kind[32];
        int used = 0;
        const char *out;

        cr_assert_eq(sscanf(at, " %31[a-z]%n", kind, &used), 1, "%s", at);
        at += used;
        out = sh("$B/dxtop -c $C $S export %s --format csv", kind);
        cr_expect_eq(sh_code, 0, "%s: %s", kind, out);
    }
    cr_expect_geq(kinds, 11, "%d", kinds);
}

/* ---- check ---- */

Test(modes_sim, export_refuses_a_time_that_no_window_fits_into)
{
    for (int i = 0; i < 2; i++) {
        HAS(sh("$B/dxtop -c $C $S export %s --since 30m", i ? "pools" : "pipelines"),
            "--since of pools and pipelines is 1h or more");
        cr_expect_eq(sh_code, 2);
    }
}

Test(modes_sim, check_says_what_it_found_of_each_source)
{
    const char *out = sh("$B/dxtop -c $C $S check");

    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
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

/* A panel judges its options when it opens, which on a screen is when its view is shown. */
Test(modes_sim, check_says_which_panels_do_not_open)
{
    const char *out;

    write_file(config,
               "sources:\n  - {type: prometheus, url: '%s', queries: {up: up}}\n"
               "views:\n  - name: A\n    rows:\n      - panels: [{panel: queue, window: 24h}]\n"
               "  - name: B\n    rows:\n      - panels:\n"
               "          - {panel: queue, goals: {a: \"f\\eo\"}}\n"
               "          - {panel: pipelines, window: 5h}\n",
               sim.url);
    out = sh("$B/dxtop -c $C $S check");
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "t.yaml:10: queue: goals: a: \"f�o\" is no duration like 5m\n");
    HAS(out, "t.yaml:11: pipelines: window: it is one of 1h, 24h, 7d and 30d\n");
    HAS(out, "reachable"); /* all the same */
    HAS_NOT(out, "t.yaml:6");
    out = sh("$B/dxtop -c $C $S check --format json 2>/dev/null");
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "\"ok\": true"); /* of the source */
}

Test(modes_sim, check_looks_at_the_modes_of_secrets_files)
{
    const char *out;
    char path[300];

    snprintf(path, sizeof(path), "%s/secret", dir);
    write_file(path, "hunter2hunter2\n");
    write_file(config, "sources:\n  - {type: prometheus, url: '%s', token: {file: secret}}\n",
               sim.url);
    cr_assert_eq(chmod(path, 0640), 0);
    out = sh("$B/dxtop -c $C $S check");
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "others can read the secret's file");
    HAS(out, "chmod 600 it");
    HAS_NOT(out, "hunter2");
    cr_assert_eq(chmod(path, 0600), 0);
    out = sh("$B/dxtop -c $C $S check");
    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
}

Test(modes, check_sees_a_clock_that_is_wrong)
{
    const char *out;

    sim = sim_start("--clock", "2031-01-01T00:00:00Z");
    write_file(config, "sources:\n  - {type: prometheus, url: '%s', queries: {up: up}}\n", sim.url);
    out = sh("$B/dxtop -c $C $S --clock 2031-01-01T00:01:00Z check");
    HAS(out, "✗ clock skew     -");
    HAS(out, "set one of the clocks right");
    stage_end();
}

/* Of a directory that is another one, or another user's: an empty answer is no good news. */
Test(modes_sim, that_there_is_nothing_since_the_store_is_elsewhere_is_said)
{
    static const char *const commands[] = { "export kpis", "once --offline", "report -f md" };

    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        const char *out = sh("$B/dxtop -c $C --state '%s/typo' %s", dir, commands[i]);

        cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
        HAS(out, "dxtop: nobody has collected into ");
        out =
            sh("XDG_RUNTIME_DIR='%s/run' $B/dxtop -c $C --state /proc/dxtop %s", dir, commands[i]);
        HAS(out, "dxtop: /proc/dxtop cannot be made");
    }
    (void)sh("$B/dxtop -c $C $S once");
    HAS_NOT(sh("$B/dxtop -c $C $S report -f md"), "nobody has collected");
}

/* ---- patience ---- */

static const char *ask_sim(const char *method, const char *path)
{
    return sh("python3 -c 'import sys, urllib.request as u; "
              "print(u.urlopen(u.Request(sys.argv[1], method=sys.argv[2])).read().decode())' "
              "\"%s%s\" %s",
              sim.url, path, method);
}

Test(modes_sim, once_waits_where_a_server_asks_for_patience)
{
    const char *out;

    (void)ask_sim("POST", "/sim/fault?fault=limit:1:50%25");
    out = sh("$B/dxtop -c $C $S once --format text");
    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
    HAS(out, "source prometheus: live");
    HAS_NOT(ask_sim("GET", "/sim/counters"), "\"faulted\": 0,");
    (void)ask_sim("POST", "/sim/fault?fault=limit:100");
    out = sh("$B/dxtop -c $C $S once --wait 50s --format text");
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "limited by the server for 100 s");
}

/* It is told of on it, and to who only looks at the status. */
Test(modes_sim, a_picture_of_a_store_that_cannot_be_read_fails)
{
    const char *out = sh("$B/dxtop -c $C $S once >/dev/null && $B/dxtop -c $C $S screen");

    cr_expect_eq(sh_code, 0, "%d %s", sh_code, out);
    out = sh("for db in %s/*.db; do echo no database >$db; done; $B/dxtop -c $C $S screen", dir);
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "file is not a database");
    cr_expect_null(strstr(out, "budget"), "nothing is known of it: %s", out);
}

/* ---- a line for each change ---- */

static bool says(const struct program *program, const char *what)
{
    static char text[8192];
    size_t len = strlen(text);
    ssize_t n = 1;

    while (!strstr(text, what) && len + 1 < sizeof(text) && n > 0) {
        n = read(program->out, text + len, sizeof(text) - 1 - len);
        len += n > 0 ? (size_t)n : 0;
        text[len] = '\0';
    }
    return strstr(text, what);
}

/* What it prints until it has said both, and is told to end. */
static const char *printed(struct program *program, const char *one, const char *other)
{
    static char text[8192];
    size_t len = 0;
    ssize_t n = 1;

    text[0] = '\0';
    while (!(strstr(text, one) && strstr(text, other)) && len + 1 < sizeof(text) && n > 0) {
        struct pollfd fd = { .fd = program->out, .events = POLLIN };

        if (poll(&fd, 1, PTY_PATIENCE_MS) != 1)
            break;
        n = read(program->out, text + len, sizeof(text) - 1 - len);
        len += n > 0 ? (size_t)n : 0;
        text[len] = '\0';
    }
    (void)program_end(program, SIGTERM);
    HAS(text, one);
    HAS(text, other);
    return text;
}

/* Twelve pools in which much waits, and an alert. */
static void print_records(const char *state)
{
    const char *out = sh("for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo '{\"type\": \"sample\","
                         " \"query\": \"depth\", \"value\": 50, \"labels\": {\"pool\":"
                         " \"'$i'\"}}'; done >%s/next && echo '{\"type\": \"alert\", \"name\":"
                         " \"Disk\", \"severity\": \"critical\", \"state\": \"%s\"}'"
                         " >>%s/next && mv %s/next %s/records",
                         dir, state, dir, dir, dir);

    cr_assert_eq(sh_code, 0, "%s", out);
}

/* What a panel finds past the eighth is not seen, and may not be over; an alert is seen. */
Test(modes, plain_an_alert_is_over_also_where_much_is_wrong)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--plain", NULL };
    struct program program;

    write_file(config,
               "sources: [{type: exec, name: x, command: [cat, %s/records], every: 10s}]\n"
               "views: [{name: v, rows: [{panels: [{panel: metric, query: depth, bad: 10}]}]}]\n",
               dir);
    print_records("firing");
    program = program_start(argv);
    cr_expect(says(&program, "bad: alert Disk: fires\n"));
    print_records("resolved");
    cr_expect(says(&program, "ok: alert Disk: over, after"));
    (void)program_end(&program, SIGTERM);
}

/* What others say of an alert may name anybody, and so does a branch. */
Test(modes, plain_no_name_is_told_where_names_are_hidden)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--plain", NULL, NULL };
    char records[300];

    snprintf(records, sizeof(records), "%s/records", dir);
    write_file(config,
               "sources: [{type: exec, name: x, command: [cat, %s/records], every: 10s}]\n"
               "views: [{name: v, rows: [{panels: [{panel: metric, query: depth, bad: 10}]}]}]\n",
               dir);
    write_file(records, "{\"type\": \"alert\", \"name\": \"Disk\", \"severity\": \"critical\","
                        " \"state\": \"firing\", \"summary\": \"canary-1 filled it\"}\n"
                        "{\"type\": \"sample\", \"query\": \"depth\", \"value\": 50,"
                        " \"labels\": {\"branch\": \"canary-2\"}}\n");
    (void)sh("$B/dxtop -c $C $S once >/dev/null");
    for (int i = 0; i < 2; i++) {
        struct program program;
        const char *out;

        argv[6] = i ? "--redact" : NULL;
        program = program_start(argv);
        out = printed(&program, "bad: alert Disk: ", ": depth 50.0, past 10.0");
        cr_expect_eq(strstr(out, "canary") == NULL, i == 1, "%d %s", i, out);
    }
}

/* Its company is of then. */
Test(modes, a_demo_of_another_time_has_something_to_show)
{
    const char *argv[] = { "dxtop", "demo", "--now", "2025-06-18T14:30:00Z", "--plain", NULL };
    struct program program = program_start(argv);

    cr_expect(says(&program, ": queue p95 "));
    (void)program_end(&program, SIGTERM);
}

Test(modes, a_demo_takes_nobodys_configuration)
{
    const char *out;

    write_file(config, "title: mine\n"); /* t.yaml */
    out = sh("mv $C %s/dxtop.yaml; $B/dxtop demo $S --plain", dir);
    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "dxtop.yaml is none of a demo, and stays: choose another --state");
    cr_expect_str_eq(sh("cat %s/dxtop.yaml", dir), "title: mine\n");
}

/* Nor what it keeps while it runs, where nobody reads on. */
Test(modes, a_demo_leaves_nothing_behind)
{
    const char *out = sh("mkdir %s/tmp; TMPDIR=%s/tmp $B/dxtop demo --now 2025-06-18T14:30:00Z"
                         " --plain | head -1; ls %s/tmp",
                         dir, dir, dir);

    cr_expect_str_eq(out, "# a line for each change from here on; Ctrl-C ends\n");
}

/* ---- limits ---- */

Test(modes_sim, past_the_limit_of_file_sizes_it_fails_in_words)
{
    const char *out = sh("ulimit -f 120; $B/dxtop-collect -c $C $S --once");

    cr_expect_eq(sh_code, 1, "%d %s", sh_code, out);
    HAS(out, "disk I/O error: File too large");
}

/* ---- what a terminal cannot show ---- */

static const char *raw_of(const char *ascii)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, ascii, NULL };
    struct pty *p = pty_start(argv, 40, 120, "xterm-256color");
    const char *raw;

    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s", pty_text(p));
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    raw = sh_keep(strdup(p->raw));
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
    const char *raw = raw_of(NULL);

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
