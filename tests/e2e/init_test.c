/* init: questions, answers of a file and of a terminal, and a configuration that holds. */
#include "config.h"

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
#include "pty.h"
#include "shell.h"

static char *dir, config[256];
static struct sim sim;

static void setup(void)
{
    static const char *const argv[] = {
        "dxtop-sim", "--until-stdin", "--now", "2026-11-24T14:32:07Z", "--repos",
        "8",         "--history",     "2d",    "--rate-limit",         "0",
        NULL
    };

    set_paths();
    dir = test_dir();
    snprintf(config, sizeof(config), "%s/new/dir/t.yaml", dir);
    sh_begin("D='%s'; C='%s'; X=\"$B/dxtop --state $D/state --now 2026-11-24T14:32:07Z -c $C\"; ",
             dir, config);
    sim = sim_start_as(argv);
    setenv("SIM", sim.url, 1);
    unsetenv("GITHUB_TOKEN");
}

static void teardown(void)
{
    program_end(&sim.program, SIGTERM);
}

TestSuite(init, .init = setup, .fini = teardown, .timeout = 300);

static bool exists(const char *suffix)
{
    char path[300];

    snprintf(path, sizeof(path), "%s%s", config, suffix);
    return access(path, F_OK) == 0;
}

Test(init, what_it_writes_is_checked_and_polled)
{
    struct stat st;
    const char *said =
        sh("printf '%%s\\n' 'acme \"dev\" \\ platform' github $SIM/api/v3 acme none yes"
           " jira $SIM/jira 'DX , DX' '' none"
           " prometheus $SIM '' prometheus metrics $SIM none done | $X init");

    cr_assert_eq(sh_code, 0, "%s", said);
    HAS(said, "✓ authenticated  yes");
    HAS(said, "Wrote ");
    HAS(said, "Now try: dxtop -c /"); /* or another one would be watched */
    cr_expect_not(exists(".part"));
    cr_assert_eq(stat(config, &st), 0);
    cr_expect_eq(st.st_mode & 0777, 0600);
    said = sh("cat $C");
    HAS(said, "title: \"acme \\\"dev\\\" \\\\ platform\"\n");
    HAS(said, "    org: \"acme\"\n");
    HAS(said, "    projects: [\"DX\", \"DX\"]\n");
    HAS(said, "    name: \"metrics\"\n");
    HAS_NOT(said, "token: "); /* none has one */
    said = sh("$X check");
    cr_expect_eq(sh_code, 0, "%s", said);
    HAS(said, "✓ metrics (prometheus, ");
    said = sh("$X once --format text");
    cr_expect_eq(sh_code, 0, "%s", said);
    HAS(said, "source github: live");
    HAS(said, "source jira: live");
}

/* A file with two sources of one name would be refused by the next command. */
Test(init, wrong_answers_are_asked_again)
{
    const char *said =
        sh("printf '%%s\\n' acme Promethius PROM 'ftp://x' 'localhost:9090' $SIM y none"
           " prom prometheus gitlab $SIM n"
           " git gitl '' $SIM acme n y"
           " gitlab gitlab-2 '' $SIM acme none Y"
           " d | $X init");

    cr_assert_eq(sh_code, 0, "%s", said);
    HAS(said, "\"Promethius\" is none of these; did you mean prometheus?");
    HAS(said, "it begins with https:// or http://");
    HAS(said, "\"y\" is none of these");
    HAS(said, "another source is called so");
    HAS(said, "\"git\" is none of these"); /* github, or gitlab */
    said = sh("cat $C");
    HAS(said, "  - type: prometheus\n    url");
    HAS(said, "    name: \"gitlab\"\n"); /* of the second Prometheus: so GitLab has another one */
    HAS(said, "    name: \"gitlab-2\"\n");
    HAS(said, "    name: \"gitlab-3\"\n");
    HAS(said, "    logs: yes");
    said = sh("$X check");
    cr_expect_eq(sh_code, 0, "%s", said);
}

Test(init, what_it_offers_in_comments_is_taken)
{
    const char *said = sh("printf '%%s\\n' '' prometheus $SIM none done | $X init && sed -i -e"
                          " 's/^# \\(targets:\\|calendar:\\|runbooks:\\|  [a-z]\\)/\\1/' -e "
                          "'s,^runbooks: .*,runbooks: .,' $C &&"
                          " $X check && grep -c '^  [a-z].*: ' $C");

    cr_expect_eq(sh_code, 0, "%s", said);
    HAS_NOT(said, "unknown key");
    said = sh("grep '^targets:' $C && grep '^  queue_p95: 5m' $C && grep '^  zone: ' $C &&"
              " grep '^runbooks: ' $C");
    cr_expect_eq(sh_code, 0, "%s", said);
}

Test(init, secrets_are_named_and_never_written)
{
    const char *said =
        sh("echo abc >$D/token; chmod 600 $D/token; export CI_TOKEN=abc; printf '%%s\\n' ''"
           " github $SIM/api/v3 acme env ghp_16C7e42F292c6912E7710c838347 'A B' CI_TOKEN no"
           " gitlab $SIM/gitlab acme file $D/token no"
           " jenkins $SIM/jenkins '' bot command 'printf a\"b\\n' no"
           " servicenow $SIM/snow '' admin env CI_TOKEN done | $X init");

    cr_assert_eq(sh_code, 0, "%s", said);
    HAS(said, "this looks like the secret itself");
    HAS(said, "a name has letters, digits and _ only");
    said = sh("cat $C");
    HAS(said, "    token: {env: \"CI_TOKEN\"}\n");
    HAS(said, "/token\"}\n");
    HAS(said, "    user: \"bot\"\n    token: {command: [\"printf\", \"a\\\"b\\\\n\"]}\n");
    HAS(said, "    user: \"admin\"\n    password: {env: \"CI_TOKEN\"}\n");
    HAS_NOT(said, "ghp_");
    HAS_NOT(said, "abc");
    said = sh("CI_TOKEN=abc $X check");
    cr_expect_eq(sh_code, 0, "%s", said);
}

Test(init, what_does_not_answer_is_asked_again_taken_or_left_out)
{
    const char *said = sh("printf '%%s\\n' '' prometheus http://127.0.0.1:1 none leave-out"
                          " alertmanager ftp://x http://127.0.0.1:1 none again $SIM none"
                          " prometheus http://127.0.0.1:1 none take done | $X init");

    cr_assert_eq(sh_code, 0, "%s", said);
    HAS(said, "✗ reachable      127.0.0.1 port 1 refused the connection");
    HAS(said, "it begins with https:// or http://");
    said = sh("grep -c 'type: prometheus' $C; grep 'url:' $C; grep name: $C");
    HAS(said, "1\n    url: \"http://127.0.0.1:");
    HAS(said, "    url: \"http://127.0.0.1:1\"\n");
    HAS_NOT(said, "name:"); /* the one that was left out is no other one */
}

Test(init, a_file_that_is_there_stays)
{
    const char *said;

    sh("mkdir -p $D/new/dir && echo 'title: mine' >$C");
    said = sh("echo no | $X init");
    cr_expect_eq(sh_code, 1, "%s", said);
    HAS(said, "stays as it is");
    HAS(sh("cat $C"), "title: mine\n");
    said = sh("printf '%%s\\n' yes '' prometheus $SIM none | $X init");
    cr_expect_eq(sh_code, 1, "%s", said);
    HAS(said, "the answers ended; nothing was written");
    HAS(sh("cat $C"), "title: mine\n");
    cr_expect_not(exists(".part"));
    said = sh("printf '%%s\\n' yes '' prometheus $SIM none done | $X init");
    cr_expect_eq(sh_code, 0, "%s", said);
    HAS_NOT(sh("cat $C"), "mine");
}

Test(init, without_c_it_is_the_one_that_dxtop_looks_for)
{
    const char *said =
        sh("export XDG_CONFIG_HOME=$D/config; printf '%%s\\n' '' prometheus $SIM none done |"
           " $B/dxtop init && $B/dxtop check && ls $D/config/dxtop");

    cr_expect_eq(sh_code, 0, "%s", said);
    HAS(said, "✓ prometheus");
    HAS(said, "dxtop.yaml\n");
    said = sh("$B/dxtop --github acme init");
    cr_expect_eq(sh_code, 2, "%s", said);
}

Test(init, ctrl_c_leaves_nothing)
{
    const char *argv[] = { "dxtop", "-c", config, "init", NULL };
    struct pty *pty = pty_start(argv, 30, 100, "xterm");
    char answer[128];

    cr_assert(pty_shows(pty, "Name of your platform [platform]:", PTY_PATIENCE_MS));
    pty_send(pty, "\rprometheus\r");
    snprintf(answer, sizeof(answer), "%s\r", sim.url);
    pty_send(pty, answer);
    pty_send(pty, "none\r");
    cr_assert(pty_shows(pty, "Another system", 20000));
    pty_send(pty, "\x03");
    cr_assert(pty_shows(pty, "nothing was written", PTY_PATIENCE_MS));
    cr_assert(pty_ended(pty));
    cr_expect(WIFEXITED(pty->status) && WEXITSTATUS(pty->status) == 130, "%x", pty->status);
    cr_expect_not(exists(""));
    cr_expect_not(exists(".part"));
    HAS_NOT(sh("ls $D"), "new"); /* nor the directories that it made */
    pty_free(pty);
}

Test(init, answers_that_end_leave_nothing)
{
    const char *said = sh("mkdir $D/new; echo mine | $X init; ls $D $D/new");

    HAS(said, "the answers ended; nothing was written");
    HAS(said, "new\n"); /* it was there */
    HAS_NOT(said, "dir\n");
}

/* While a source is tried the file that it is tried with is there. */
Test(init, ctrl_c_while_it_tries_leaves_nothing)
{
    const char *argv[] = { "dxtop", "-c", config, "init", NULL };
    struct pty *pty = pty_start(argv, 30, 100, "xterm");
    char answer[128];

    cr_assert(pty_shows(pty, "Name of your platform [platform]:", PTY_PATIENCE_MS));
    pty_send(pty, "\rprometheus\r");
    snprintf(answer, sizeof(answer), "%s\rcommand\rsleep 60\r", sim.url);
    pty_send(pty, answer);
    cr_assert(pty_shows(pty, "trying it", PTY_PATIENCE_MS));
    cr_expect(exists(".part"));
    pty_send(pty, "\x03");
    cr_assert(pty_ended(pty));
    cr_expect_not(exists(""));
    cr_expect_not(exists(".part"));
    pty_free(pty);
}
