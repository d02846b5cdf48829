#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"
#include "core/time.h"
#include "net/auth.h"
#include "net/command.h"
#include "net/vault.h"
#include "run.h"

static struct auth *auth;
static struct http_request filled;
static struct dx_error error;
static int answers;
static char *dir;

static void start(void)
{
    client_start();
    client.endpoint.url = "https://h";
    dir = test_dir();
    error = (struct dx_error){ 0 };
}

static void stop(void)
{
    auth_free(auth);
    client_stop();
    free(dir);
}

TestSuite(secret, .init = start, .fini = stop, .timeout = 60);
TestSuite(command, .init = start, .fini = stop, .timeout = 60);

static void on_ready(void *self, const struct dx_error *err)
{
    (void)self;
    answers++;
    error = err ? *err : (struct dx_error){ 0 };
    ev_break(client.loop, EVBREAK_ALL);
}

/* Read the endpoint's secrets; false: error says why not. */
static bool read_secrets(void)
{
    if (!auth)
        auth = auth_new(client.loop, &client.endpoint);
    auth_ready(auth, on_ready, NULL);
    ev_run(client.loop, 0);
    filled = (struct http_request){ 0 };
    if (error.fault == DX_FAULT_NONE)
        auth_fill(auth, &filled);
    return error.fault == DX_FAULT_NONE;
}

static struct secret from_env(const char *name)
{
    return (struct secret){ .kind = SECRET_ENV, .name = name };
}

static struct secret from_file(const char *path)
{
    return (struct secret){ .kind = SECRET_FILE, .name = path };
}

static struct secret from_shell(const char *script)
{
    static const char *argv[] = { "sh", "-c", NULL, NULL };

    argv[2] = script;
    return (struct secret){ .kind = SECRET_COMMAND, .name = "sh", .argv = argv };
}

static const char *file_of(const char *bytes, size_t len, mode_t mode)
{
    static char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/secret", dir);
    unlink(path);
    file = fopen(path, "w");
    cr_assert(file && fwrite(bytes, 1, len, file) == len && fclose(file) == 0);
    chmod(path, mode);
    return path;
}

/* ---- headers ---- */

Test(secret, basic_is_user_and_password_in_base64)
{
    const struct {
        const char *user, *password, *header;
    } cases[] = {
        { "Aladdin", "open sesame", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==" }, /* RFC 7617 */
        { "a", "b", "Basic YTpi" },
        { "a", "bc", "Basic YTpiYw==" },
        { "a", "bcd", "Basic YTpiY2Q=" },
        { "test", "123\xC2\xA3", "Basic dGVzdDoxMjPCow==" }, /* RFC 7617, UTF-8 */
        { "", "pat", "Basic OnBhdA==" },                     /* Azure DevOps */
    };

    client.endpoint.password = from_env("DX_SECRET");
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        setenv("DX_SECRET", cases[i].password, 1);
        client.endpoint.user = cases[i].user;
        if (auth)
            auth_forget(auth);
        cr_assert(read_secrets(), "%s", error.text);
        cr_expect_str_eq(filled.authorization, cases[i].header);
    }
}

Test(secret, a_user_without_password_is_basic_and_nobody_is_nothing)
{
    cr_assert(read_secrets());
    cr_expect_str_eq(filled.authorization, "");
    cr_expect_eq(filled.header_count, 0);
    client.endpoint.user = "me";
    cr_assert(read_secrets());
    cr_expect_str_eq(filled.authorization, "Basic bWU6");
}

Test(secret, headers_are_plain_or_secret)
{
    struct endpoint_header given[] = {
        { .name = "X-Scope-OrgID", .text = "ci" },
        { .name = "PRIVATE-TOKEN", .text = "", .secret = from_env("DX_SECRET") }
    };

    setenv("DX_SECRET", "glpat-1", 1);
    client.endpoint.headers = (struct dx_items){ .item = given, .count = 2 };
    cr_assert(read_secrets(), "%s", error.text);
    cr_assert_eq(filled.header_count, 2);
    cr_expect_str_eq(filled.headers[0].value, "ci");
    cr_expect_not(filled.headers[0].secret);
    cr_expect_str_eq(filled.headers[1].name, "PRIVATE-TOKEN");
    cr_expect_str_eq(filled.headers[1].value, "glpat-1");
    cr_expect(filled.headers[1].secret);
    auth_forget(auth);
    auth_fill(auth, &filled);
    cr_expect_eq(filled.header_count, 0, "what is forgotten is not given out");
    cr_expect_str_eq(filled.authorization, "");
}

Test(secret, a_token_goes_as_the_system_takes_it)
{
    static const char *const fixed[] = { "X-GitHub-Api-Version: 2022-11-28", "X-B:b", NULL };
    const struct {
        enum auth_token as;
        const char *user, *authorization, *header;
    } cases[] = {
        { AUTH_BEARER, "", "Bearer t0k", NULL },
        { AUTH_PRIVATE_TOKEN, "", "", "PRIVATE-TOKEN" },
        { AUTH_BASIC, "", "Basic OnQwaw==", NULL },   /* Azure DevOps: nobody's */
        { AUTH_BASIC, "me", "Basic bWU6dDBr", NULL }, /* Jenkins */
        { AUTH_BEARER, "me", "Bearer t0k", NULL },
    };

    setenv("DX_SECRET", "t0k", 1);
    client.endpoint.token = from_env("DX_SECRET");
    auth = auth_new(client.loop, &client.endpoint);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t own = cases[i].header != NULL;

        client.endpoint.user = cases[i].user;
        auth_as(auth, cases[i].as, fixed);
        cr_assert(read_secrets(), "%s", error.text);
        cr_expect_str_eq(filled.authorization, cases[i].authorization, "%zu", i);
        cr_assert_eq(filled.header_count, own + 2, "%zu", i);
        if (own) {
            cr_expect_str_eq(filled.headers[0].name, cases[i].header);
            cr_expect_str_eq(filled.headers[0].value, "t0k");
            cr_expect(filled.headers[0].secret, "never over plain http");
        }
        cr_expect_str_eq(filled.headers[own].name, "X-GitHub-Api-Version");
        cr_expect_str_eq(filled.headers[own].value, "2022-11-28");
        cr_expect_not(filled.headers[own].secret);
        cr_expect_str_eq(filled.headers[own + 1].value, "b");
    }
}

Test(secret, the_users_header_wins_over_that_of_the_kind)
{
    static const char *const fixed[] = { "X-GitHub-Api-Version: 2022-11-28", NULL };
    struct endpoint_header given = { .name = "x-github-api-version", .text = "2026-03-10" };

    client.endpoint.headers = (struct dx_items){ .item = &given, .count = 1 };
    auth = auth_new(client.loop, &client.endpoint);
    auth_as(auth, AUTH_BEARER, fixed);
    cr_assert(read_secrets(), "%s", error.text);
    cr_assert_eq(filled.header_count, 1);
    cr_expect_str_eq(filled.headers[0].value, "2026-03-10");
}

Test(secret, another_secret_has_another_mark_and_the_same_the_same)
{
    unsigned nobody, first;

    cr_assert(read_secrets());
    nobody = auth_mark(auth);
    auth_free(auth);
    auth = NULL;
    client.endpoint.token = from_env("DX_SECRET");
    setenv("DX_SECRET", "one", 1);
    cr_assert(read_secrets());
    first = auth_mark(auth);
    cr_expect_neq(first, nobody);
    auth_forget(auth);
    cr_assert(read_secrets());
    cr_expect_eq(auth_mark(auth), first);
    auth_forget(auth);
    setenv("DX_SECRET", "two", 1);
    cr_assert(read_secrets());
    cr_expect_neq(auth_mark(auth), first);
}

Test(secret, a_header_cannot_bring_another_one)
{
    struct endpoint_header given = { .name = "X-A", .text = "b\nX-Evil: 1" };

    client.endpoint.headers = (struct dx_items){ .item = &given, .count = 1 };
    cr_expect_not(read_secrets());
    cr_expect_eq(error.fault, DX_FAULT_CONFIG);
    cr_expect_str_eq(error.text, "headers: X-A has control characters in it");
    given = (struct endpoint_header){ .name = "X-A: b", .text = "c" };
    cr_expect_not(read_secrets());
    cr_expect_str_eq(error.text, "headers: \"X-A: b\" is no name of a header");
    cr_expect_not(auth_check(&client.endpoint, &error));
    given.name = "";
    cr_expect_not(read_secrets());
}

/* ---- files ---- */

static const struct {
    const char *bytes;
    size_t len;
    mode_t mode;
    const char *authorization, *words; /* one of both */
} files[] = {
    { "token\n", 6, 0600, "Bearer token", NULL },
    { "token\r\n", 7, 0400, "Bearer token", NULL },
    { "token", 5, 0600, "Bearer token", NULL },
    { "two words\n\n", 11, 0600, "Bearer two words", NULL },
    { "token\n", 6, 0640, NULL, "others can read the secret's file" },
    { "token\n", 6, 0604, NULL, "others can read the secret's file" },
    { "token\n", 6, 0620, NULL, "others can read the secret's file" },
    { "", 0, 0600, NULL, "the secret for token is empty" },
    { "\n", 1, 0600, NULL, "the secret for token is empty" },
    { "a\nX-Evil: 1\n", 12, 0600, NULL, "control characters" },
    { "a\0b", 3, 0600, NULL, "control characters" },
    { "a\x7f", 2, 0600, NULL, "control characters" },
};

Test(secret, files_are_read_when_they_are_private_and_sane)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        client.endpoint.token = from_file(file_of(files[i].bytes, files[i].len, files[i].mode));
        if (auth)
            auth_forget(auth);
        cr_expect_eq(read_secrets(), files[i].words == NULL, "%zu: %s", i, error.text);
        if (files[i].words) {
            cr_expect_eq(error.fault, DX_FAULT_AUTH);
            cr_expect(strstr(error.text, files[i].words), "%zu: %s", i, error.text);
            cr_expect_not(strstr(error.text, "Evil"));
        } else {
            cr_expect_str_eq(filled.authorization, files[i].authorization);
        }
    }
}

Test(secret, a_file_of_more_than_64_KiB_is_refused_not_cut)
{
    enum { MOST = 64 << 10 };
    char *bytes = malloc(MOST + 1);

    memset(bytes, 'a', MOST + 1);
    client.endpoint.token = from_file(file_of(bytes, MOST, 0600));
    cr_expect(read_secrets(), "%s", error.text);
    cr_expect_eq(strlen(filled.authorization), MOST + 7);
    auth_forget(auth);
    client.endpoint.token = from_file(file_of(bytes, MOST + 1, 0600));
    cr_expect_not(read_secrets());
    cr_expect(strstr(error.text, "is larger than 65536 bytes"), "%s", error.text);
    free(bytes);
}

Test(secret, what_is_no_ordinary_file_is_not_waited_for)
{
    char path[256];

    client.endpoint.token = from_file(dir);
    cr_expect_not(read_secrets());
    cr_expect(strstr(error.text, "is no ordinary file"), "%s", error.text);
    snprintf(path, sizeof(path), "%s/fifo", dir);
    cr_assert_eq(mkfifo(path, 0600), 0);
    client.endpoint.token = from_file(path);
    cr_expect_not(read_secrets());
    cr_expect(strstr(error.text, "is no ordinary file"), "%s", error.text);
    client.endpoint.token = from_file("/nowhere/at/all");
    cr_expect_not(read_secrets());
    cr_expect(strstr(error.text, "/nowhere/at/all: No such file"), "%s", error.text);
    client.endpoint.token = from_file("/proc/self/mem"); /* whose beginning cannot be read */
    cr_expect_not(read_secrets());
    cr_expect(strstr(error.text, "/proc/self/mem: Input/output error"), "%s", error.text);
    client.endpoint.token = from_file("/nowhere/at/all");
    cr_expect_not(auth_check(&client.endpoint, &error));
}

Test(secret, that_a_text_repeats_is_hidden_in_it)
{
    static const struct {
        const char *said, *shown;
    } cases[] = {
        { "no such token: ghp_0123456789", "no such token: ***" },
        { "ghp_0123456789 and ghp_0123456789 are one", "*** and *** are one" },
        { "cut off: ghp_012", "cut off: ***" },
        { "Z2hwXzAxMjM0NTY3ODk is another", "Z2hwXzAxMjM0NTY3ODk is another" },
        { "a github token", "a github token" },
    };

    client.endpoint.token = from_env("DX_SECRET");
    setenv("DX_SECRET", "ghp_0123456789", 1);
    cr_assert(read_secrets());
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];

        (void)snprintf(text, sizeof(text), "%s", cases[i].said);
        auth_hide(auth, text);
        cr_expect_str_eq(text, cases[i].shown);
    }
}

Test(secret, that_can_be_had_is_no_matter_to_ask_for)
{
    client.endpoint.token = from_file(file_of("token\n", 6, 0600));
    client.endpoint.password = from_env("DX_SECRET");
    setenv("DX_SECRET", "x", 1);
    cr_expect(auth_check(&client.endpoint, &error), "%s", error.text);
    cr_expect_eq(fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_GETFD), FD_CLOEXEC);
    unsetenv("DX_SECRET");
    cr_expect_not(auth_check(&client.endpoint, &error));
    cr_expect_str_eq(error.text, "the variable DX_SECRET is not set");
}

Test(secret, is_read_once_and_again_when_forgotten)
{
    client.endpoint.token = from_env("DX_SECRET");
    setenv("DX_SECRET", "old", 1);
    cr_assert(read_secrets());
    setenv("DX_SECRET", "new", 1);
    cr_assert(read_secrets());
    cr_expect_str_eq(filled.authorization, "Bearer old");
    auth_forget(auth);
    cr_assert(read_secrets());
    cr_expect_str_eq(filled.authorization, "Bearer new");
    unsetenv("DX_SECRET");
    auth_forget(auth);
    cr_expect_not(read_secrets());
    cr_expect_str_eq(error.text, "the variable DX_SECRET with the secret for token is not set");
}

/* ---- commands ---- */

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
        if (auth)
            auth_forget(auth);
        cr_expect_eq(read_secrets(), scripts[i].words == NULL, "%s: %s", scripts[i].script,
                     error.text);
        if (scripts[i].words)
            cr_expect_str_eq(error.text, scripts[i].words, "%s: %s", scripts[i].script, error.text);
        else
            cr_expect_str_eq(filled.authorization, scripts[i].authorization);
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
    cr_assert(read_secrets(), "%s", error.text);
    cr_expect_str_eq(filled.authorization, "Bearer good");
}

Test(command, blocked_signals_of_ours_are_not_its)
{
    sigset_t term;

    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    signal(SIGTERM, SIG_IGN);
    client.endpoint.token = from_shell("kill $$; echo survived");
    cr_expect_not(read_secrets());
    cr_expect_str_eq(error.text, "the command sh failed (signal 15)");
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

    snprintf(path, sizeof(path), "%s/pid", dir);
    snprintf(script, sizeof(script), "sleep 60 & echo $! > %s; wait", path);
    client.endpoint.token = from_shell(script);
    cr_expect_not(read_secrets());
    cr_expect_str_eq(error.text, "the command sh did not end within 10 s");
    cr_expect_lt(time_boot_ms() - begin, 30000);
    pid_t pid = pid_in(path);
    cr_assert_gt(pid, 0);
    cr_expect(wait_for(gone, &pid, 20000), "its child lives on");
}

Test(command, is_ended_with_whoever_waits_for_it)
{
    char script[512], path[256];
    int64_t begin;

    snprintf(path, sizeof(path), "%s/pid", dir);
    snprintf(script, sizeof(script), "echo $$ > %s; exec sleep 60", path);
    client.endpoint.token = from_shell(script);
    auth = auth_new(client.loop, &client.endpoint);
    answers = 0;
    auth_ready(auth, on_ready, NULL);
    auth_ready(auth, on_ready, NULL); /* asked twice: one command, one answer */
    cr_assert(wait_for(has_pid, path, 5000));
    pid_t pid = pid_in(path);
    begin = time_boot_ms();
    auth_free(auth);
    auth = NULL;
    cr_expect_lt(time_boot_ms() - begin, 5000); /* it has ten seconds, and the command sixty */
    cr_expect(gone(&pid));
    for (int i = 0; i < 5; i++)
        ev_run(client.loop, EVRUN_NOWAIT);
    cr_expect_eq(answers, 0);
}

Test(command, that_cannot_be_found_is_named)
{
    static const char *const argv[] = { "no-such-program-here", "arg", NULL };

    client.endpoint.token = (struct secret){ .kind = SECRET_COMMAND, .name = "x", .argv = argv };
    cr_expect_not(read_secrets());
    cr_expect_str_eq(error.text,
                     "cannot start the command no-such-program-here: No such file or directory");
}

/* ---- vault ---- */

Test(secret, pages_of_the_vault_are_not_dumped)
{
    char *secret = vault_new(100), line[512];
    unsigned long from, to;
    bool ours = false, checked = false;
    FILE *maps = fopen("/proc/self/smaps", "r");

    cr_assert(maps);
    for (size_t i = 0; i < 100; i++)
        cr_expect_eq(secret[i], 0);
    memset(secret, 's', 100);
    while (fgets(line, sizeof(line), maps)) {
        if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
            ours = (unsigned long)secret >= from && (unsigned long)secret < to;
        if (ours && strncmp(line, "VmFlags:", 8) == 0) {
            cr_expect(strstr(line, " dd"), "%s", line);
            checked = true;
        }
    }
    fclose(maps);
    cr_expect(checked);
    vault_free(secret);
    vault_free(NULL);
}

Test(secret, pages_that_come_again_are_wiped)
{
    char *secrets[20], *large = vault_new(10000), *again;

    for (size_t round = 0; round < 2; round++) {
        for (size_t i = 0; i < 20; i++) {
            secrets[i] = vault_new(4000);
            for (size_t n = 0; n < 4000; n++)
                cr_assert_eq(secrets[i][n], 0);
            memset(secrets[i], 's', 4000);
        }
        for (size_t i = 0; i < 20; i++)
            vault_free(secrets[i]);
    }
    again = vault_new(10);
    cr_expect_eq(again, secrets[7], "the last of those that were kept");
    vault_free(again);
    memset(large, 's', 10000);
    vault_free(large);
}
