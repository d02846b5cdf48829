/* Secrets that commands print. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "auth_kit.h"
#include "core/time.h"
#include "run.h"

TestSuite(command, .init = secrets_start, .fini = secrets_stop, .timeout = 60);

static struct secret from_shell(const char *script)
{
    static const char *argv[] = { "sh", "-c", NULL, NULL };

    argv[2] = script;
    return (struct secret){ .kind = SECRET_COMMAND, .name = "sh", .argv = argv };
}

static const struct {
    const char *script, *authorization, *words;
} scripts[] = {
    { "echo t0ken", "Bearer t0ken", NULL },
    { "printf t0; exec >&2; printf noise", "Bearer t0", NULL }, /* stderr is nobody's */
    { "cat; echo end", "Bearer end", NULL },                    /* stdin is empty */
    { "exit 3", NULL, "the command sh failed (exit code 3)" },
    { "echo t0ken; exit 1", NULL, "the command sh failed (exit code 1)" },
    { "kill -9 $$", NULL, "the command sh failed (signal 9)" },
    { "true", NULL, "the secret for token is empty" },
    { "printf 'a\\nb'", NULL, "the secret for token has control characters in it" },
    { "head -c 70000 /dev/zero | tr '\\0' a", NULL,
      "the command sh printed more than 65536 bytes" },
};

Test(command, its_output_is_the_secret_or_a_sentence_says_why_not)
{
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        client.endpoint.token = from_shell(scripts[i].script);
        if (kit.auth)
            auth_forget(kit.auth);
        cr_expect_eq(secrets_read(), scripts[i].words == NULL, "%s: %s", scripts[i].script,
                     kit.error.text);
        if (scripts[i].words)
            cr_expect_str_eq(kit.error.text, scripts[i].words, "%s: %s", scripts[i].script,
                             kit.error.text);
        else
            cr_expect_str_eq(kit.filled.authorization, scripts[i].authorization);
    }
}

Test(command, sees_a_small_environment_and_no_descriptor_of_ours)
{
    static const char script[] =
        "test \"${DX_PRIVATE-no}\" = no && test \"$VAULT_ADDR\" = here && test -n \"$PATH\" && "
        "test \"$HTTPS_PROXY\" = p && test $(ls /proc/self/fd | wc -l) -le 4 && echo good";
    int pair[2];

    setenv("DX_PRIVATE", "s3cret", 1);
    setenv("VAULT_ADDR", "here", 1);
    setenv("HTTPS_PROXY", "p", 1);
    cr_assert_eq(pipe2(pair, O_CLOEXEC), 0);
    client.endpoint.token = from_shell(script);
    cr_assert(secrets_read(), "%s", kit.error.text);
    cr_expect_str_eq(kit.filled.authorization, "Bearer good");
}

Test(command, blocked_signals_of_ours_are_not_its)
{
    sigset_t term;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    signal(SIGTERM, SIG_IGN);
    client.endpoint.token = from_shell("kill $$; echo survived");
    cr_expect_not(secrets_read());
    cr_expect_str_eq(kit.error.text, "the command sh failed (signal 15)");
}

static bool gone(void *pid)
{
    return kill(*(pid_t *)pid, 0) < 0 && errno == ESRCH;
}

static pid_t pid_in(const char *path)
{
    FILE *file = fopen(path, "r");
    int pid = 0;

    if (file) {
        cr_assert_eq(fscanf(file, "%d", &pid), 1);
        fclose(file);
    }
    return pid;
}

static bool has_pid(void *path)
{
    FILE *file = fopen(path, "r");
    int pid;
    bool has = file && fscanf(file, "%d", &pid) == 1;

    if (file)
        fclose(file);
    return has;
}

Test(command, that_hangs_is_killed_with_its_children_after_ten_seconds)
{
    char script[512], path[256];
    int64_t begin = time_boot_ms();

    snprintf(path, sizeof(path), "%s/pid", kit.dir);
    snprintf(script, sizeof(script), "sleep 60 & echo $! > %s; wait", path);
    client.endpoint.token = from_shell(script);
    cr_expect_not(secrets_read());
    cr_expect_str_eq(kit.error.text, "the command sh did not end within 10 s");
    cr_expect_lt(time_boot_ms() - begin, 30000);
    pid_t pid = pid_in(path);
    cr_assert_gt(pid, 0);
    cr_expect(wait_for(gone, &pid, 20000), "its child lives on");
}

Test(command, is_ended_with_whoever_waits_for_it)
{
    char script[512], path[256];
    int64_t begin;

    snprintf(path, sizeof(path), "%s/pid", kit.dir);
    snprintf(script, sizeof(script), "echo $$ > %s; exec sleep 60", path);
    client.endpoint.token = from_shell(script);
    secrets_ask();
    secrets_ask(); /* asked twice: one command, one answer */
    cr_assert(wait_for(has_pid, path, 5000));
    pid_t pid = pid_in(path);
    begin = time_boot_ms();
    auth_free(kit.auth);
    kit.auth = NULL;
    cr_expect_lt(time_boot_ms() - begin, 5000); /* it has ten seconds, and the command sixty */
    cr_expect(gone(&pid));
    for (int i = 0; i < 5; i++)
        ev_run(client.loop, EVRUN_NOWAIT);
    cr_expect_eq(kit.answers, 0);
}

Test(command, that_cannot_be_found_is_named)
{
    static const char *const argv[] = { "no-such-program-here", "arg", NULL };

    client.endpoint.token = (struct secret){ .kind = SECRET_COMMAND, .name = "x", .argv = argv };
    cr_expect_not(secrets_read());
    cr_expect_str_eq(kit.error.text,
                     "cannot start the command no-such-program-here: No such file or directory");
}
