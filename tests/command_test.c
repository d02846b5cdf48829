#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "net/command.h"
#include "run.h"

/* Programs that are sources; those that print secrets are in auth_test.c. */

static struct ev_loop *loop;
static struct {
    int calls;
    bool cut;
    char bytes[4096], words[8192];
    size_t len, words_len;
    int64_t took_ms;
    struct dx_error error;
} got;

static void start(void)
{
    loop = ev_loop_new(EVFLAG_AUTO);
    memset(&got, 0, sizeof(got));
}

static void stop(void)
{
    ev_loop_destroy(loop);
}

TestSuite(program, .init = start, .fini = stop, .timeout = 60);

/* Of a program that became another user's, with sudo, nobody but that one has a say. */
static bool is_powerless;
int kill(pid_t pid, int signal_)
{
    if (is_powerless && signal_ != 0) {
        errno = EPERM;
        return -1;
    }
    return (int)syscall(SYS_kill, pid, signal_);
}

static void on_done(void *self, const struct command_result *r)
{
    (void)self;
    got.calls++;
    got.cut = r->cut;
    got.len = r->len;
    snprintf(got.bytes, sizeof(got.bytes), "%s", r->bytes);
    got.words_len = r->stderr_len;
    memcpy(got.words, r->stderr_end, r->stderr_len);
    got.words[r->stderr_len] = '\0';
    got.took_ms = r->took_ms;
    got.error = r->error ? *r->error : (struct dx_error){ 0 };
    ev_break(loop, EVBREAK_ALL);
}

static struct command_spec spec_of(const char *script)
{
    static const char *argv[4] = { "sh", "-c", NULL, NULL };

    argv[2] = script;
    return (struct command_spec){ .argv = argv, .timeout_ms = 20000, .most = 1 << 20 };
}

static void run(struct command_spec spec)
{
    command_start(loop, &spec, on_done, NULL);
    ev_run(loop, 0);
    cr_assert_eq(got.calls, 1);
}

static const struct {
    const char *script, *bytes, *words, *error;
    bool cut;
} scripts[] = {
    { "echo a; echo b", "a\nb\n", "", "", false },
    { "echo a; echo why >&2", "a\n", "why\n", "", false },
    { "cat; echo end", "end\n", "", "", false }, /* stdin is empty */
    { "echo a; echo 1 >&2; echo no >&2; exit 3", "a\n", "1\nno\n",
      "the command sh failed (exit code 3)", false },
    { "echo a; kill -9 $$", "a\n", "", "the command sh failed (signal 9)", false },
    { "echo a; printf half; exec sleep 60", "a\nhalf", "", "the command sh did not end within 2 s",
      true },
    { "echo a; exec >&-; sleep 60", "a\n", "", "the command sh did not end within 2 s", true },
    { "echo a; sleep 60 & exit 0", "a\n", "",
      "the command sh ended, but what it started kept its output open for 2 s", true },
    { "echo a; sleep 60 >/dev/null 2>&1 & exit 0", "a\n", "", "", false },
    { "trap '' TERM INT HUP; echo a; sleep 60; sleep 60", "a\n", "",
      "the command sh did not end within 2 s", true },
};

Test(program, its_end_is_told_with_what_it_printed_until_then)
{
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        struct command_spec spec = spec_of(scripts[i].script);

        memset(&got, 0, sizeof(got));
        if (scripts[i].cut) /* long enough for what it prints before */
            spec.timeout_ms = 2000;
        run(spec);
        cr_expect_str_eq(got.bytes, scripts[i].bytes, "%s", scripts[i].script);
        cr_expect_str_eq(got.words, scripts[i].words, "%s", scripts[i].script);
        cr_expect_str_eq(got.error.text, scripts[i].error, "%s", scripts[i].script);
        cr_expect_eq(got.error.fault, *scripts[i].error ? DX_FAULT_SYSTEM : DX_FAULT_NONE);
        cr_expect_eq(got.cut, scripts[i].cut, "%s", scripts[i].script);
        cr_expect_lt(got.took_ms, 30000);
    }
}

Test(program, that_cannot_be_started_is_for_a_person_to_mend)
{
    static const char *const argv[] = { "/no/such/program", NULL };
    struct command_spec spec = { .argv = argv, .timeout_ms = 500, .most = 1 << 20 };

    run(spec);
    cr_expect_eq(got.error.fault, DX_FAULT_CONFIG);
    cr_expect_str_eq(got.error.text,
                     "cannot start the command /no/such/program: No such file or directory");
}

/* As a shell's "trap '' CHLD" leaves it to its children. */
Test(program, whose_end_nobody_may_know_did_not_end_well)
{
    (void)signal(SIGCHLD, SIG_IGN);
    run(spec_of("echo half; exit 3"));
    (void)signal(SIGCHLD, SIG_DFL);
    cr_expect_eq(got.error.fault, DX_FAULT_SYSTEM);
    cr_expect_str_eq(got.error.text,
                     "how the command sh ended cannot be known: No child processes");
}

Test(program, that_finds_no_descriptor_is_not_started)
{
    struct rlimit all, few;

    cr_assert_eq(getrlimit(RLIMIT_NOFILE, &all), 0);
    for (int left = 0; left < 4; left++) { /* of the four ends of two pipes */
        int next = open("/dev/null", O_RDONLY | O_CLOEXEC);

        (void)close(next);
        few = all;
        few.rlim_cur = (rlim_t)(next + left);
        cr_assert_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
        memset(&got, 0, sizeof(got));
        run(spec_of("exit 0"));
        cr_assert_eq(setrlimit(RLIMIT_NOFILE, &all), 0);
        cr_expect_str_eq(got.error.text, "cannot start the command sh: Too many open files", "%d",
                         left);
        cr_expect_eq(open("/dev/null", O_RDONLY | O_CLOEXEC), next, "one is left open");
        (void)close(next);
    }
}

Test(program, a_flood_ends_it_at_the_limit)
{
    struct command_spec spec = spec_of("yes");

    spec.timeout_ms = 20000;
    run(spec);
    cr_expect(got.cut);
    cr_expect_eq(got.len, 1 << 20);
    cr_expect_str_eq(got.error.text, "the command sh printed more than 1048576 bytes");
}

Test(program, of_a_flood_of_complaints_the_end_is_kept)
{
    struct command_spec spec =
        spec_of("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done >&2; echo a");

    spec.timeout_ms = 20000;
    run(spec);
    cr_expect_str_eq(got.bytes, "a\n");
    cr_expect_eq(got.words_len, 4096);
    cr_expect_str_eq(got.words + got.words_len - 11, "line 19999\n");
}

/* It ends before anybody looks. */
Test(program, complaints_that_lie_in_the_pipe_at_its_end_are_told)
{
    struct command_spec spec = spec_of("head -c 30000 /dev/zero >&2; echo why >&2; exit 3");
    siginfo_t info;

    command_start(loop, &spec, on_done, NULL);
    cr_assert_eq(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
    ev_run(loop, 0);
    cr_assert_eq(got.calls, 1);
    cr_expect_eq(got.words_len, 4096);
    cr_expect_str_eq(got.words + got.words_len - 4, "why\n");
    cr_expect_str_eq(got.error.text, "the command sh failed (exit code 3)");
}

Test(program, sees_what_it_was_given_and_works_in_the_root)
{
    static const char *const names[] = { "CI_TOKEN", "CI_NONE" };
    struct command_spec spec =
        spec_of("pwd; env | cut -d= -f1 | sort | tr '\\n' ' '; ls /proc/self/fd "
                "| wc -l");

    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    setenv("HOME", "/root", 1);
    setenv("LANG", "C", 1);
    setenv("TZ", "UTC", 1);
    setenv("CI_TOKEN", "s3cret", 1);
    setenv("CI_TOKEN_2", "s3cret", 1);
    setenv("DX_PRIVATE", "s3cret", 1);
    setenv("AWS_SECRET", "s3cret", 1);
    spec.variables = names;
    spec.variable_count = 2;
    run(spec);
    cr_expect_str_eq(got.bytes, "/\nCI_TOKEN HOME LANG PATH PWD TZ 4\n", "%s", got.bytes);
}

Test(program, is_told_facts_which_no_shell_reads)
{
    static char rule[] = "DXTOP_RULE=$(id) `id`; 'x", value[] = "DXTOP_VALUE=";
    char *const facts[] = { rule, value, NULL };
    struct command_spec spec =
        spec_of("printf '%s|%s|%s' \"$DXTOP_RULE\" \"${DXTOP_VALUE-unset}\" \"$PATH\"");

    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    spec.facts = facts;
    run(spec);
    cr_expect_str_eq(got.bytes, "$(id) `id`; 'x||/usr/bin:/bin");
}

static bool gone(void *pid)
{
    return kill(*(pid_t *)pid, 0) < 0 && errno == ESRCH;
}

Test(program, takes_its_children_along_however_it_ends)
{
    const char *const scripts_[] = { "sleep 60 >/dev/null 2>&1 & echo $!; exit 0",
                                     "sleep 60 & echo $!; sleep 60", "sleep 60 & echo $!; exit 1" };

    for (size_t i = 0; i < sizeof(scripts_) / sizeof(scripts_[0]); i++) {
        struct command_spec spec = spec_of(scripts_[i]);
        pid_t child;

        spec.timeout_ms = 2000;
        memset(&got, 0, sizeof(got));
        run(spec);
        child = (pid_t)strtol(got.bytes, NULL, 10);
        cr_assert_gt(child, 1);
        cr_expect(wait_for(gone, &child, 20000), "%s", scripts_[i]);
    }
}

static bool childless(void *self)
{
    (void)self;
    return waitpid(-1, NULL, WNOHANG) == -1;
}

Test(program, a_program_that_is_stopped_never_calls_back)
{
    struct command_spec spec = spec_of("sleep 60");
    struct command *command = command_start(loop, &spec, on_done, NULL);

    ev_run(loop, EVRUN_NOWAIT);
    command_stop(command);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_eq(got.calls, 0);
    cr_expect(wait_for(childless, NULL, 20000), "and it is reaped");
}

/* Nobody waits for it: neither where its time is over, nor at the end of ours. */
Test(program, that_cannot_be_killed_is_left_and_not_started_again_and_again)
{
    struct command_spec spec = spec_of("echo $$; exec sleep 600");
    pid_t pids[4];

    spec.timeout_ms = 500;
    for (size_t i = 0; i < 4; i++) {
        is_powerless = true;
        memset(&got, 0, sizeof(got));
        run(spec);
        is_powerless = false;
        pids[i] = (pid_t)strtol(got.bytes, NULL, 10);
        cr_assert(i == 3 || pids[i] > 1, "%s", got.bytes);
        if (i < 3)
            cr_expect_str_eq(got.error.text, "the command sh did not end within 0.5 s");
    }
    cr_expect_str_eq(got.error.text, "the command sh was ended 3 times and goes on: its processes "
                                     "are another user's, or wait for a disk");
    cr_expect_eq(pids[3], 0, "it is not started");
    for (size_t i = 0; i < 3; i++)
        (void)kill(pids[i], SIGKILL);
    do {
        memset(&got, 0, sizeof(got));
        run(spec);
    } while (strstr(got.error.text, "goes on"));
    cr_expect_str_eq(got.error.text, "the command sh did not end within 0.5 s", "%s",
                     got.error.text);
}
