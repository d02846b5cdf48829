/* Secrets from the environment and from files, and the headers that they become. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "auth_kit.h"

TestSuite(secret, .init = secrets_start, .fini = secrets_stop, .timeout = 60);

static struct secret from_env(const char *name)
{
    return (struct secret){ .kind = SECRET_ENV, .name = name };
}

static struct secret from_file(const char *path)
{
    return (struct secret){ .kind = SECRET_FILE, .name = path };
}

static const char *file_of(const char *bytes, size_t len, mode_t mode)
{
    static char path[256];
    FILE *file;

    snprintf(path, sizeof(path), "%s/secret", kit.dir);
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
        if (kit.auth)
            auth_forget(kit.auth);
        cr_assert(secrets_read(), "%s", kit.error.text);
        cr_expect_str_eq(kit.filled.authorization, cases[i].header);
    }
}

Test(secret, a_user_without_password_is_basic_and_nobody_is_nothing)
{
    cr_assert(secrets_read());
    cr_expect_str_eq(kit.filled.authorization, "");
    cr_expect_eq(kit.filled.header_count, 0);
    client.endpoint.user = "me";
    cr_assert(secrets_read());
    cr_expect_str_eq(kit.filled.authorization, "Basic bWU6");
}

Test(secret, headers_are_plain_or_secret)
{
    struct endpoint_header given[] = {
        { .name = "X-Scope-OrgID", .text = "ci" },
        { .name = "PRIVATE-TOKEN", .text = "", .secret = from_env("DX_SECRET") }
    };

    setenv("DX_SECRET", "glpat-1", 1);
    client.endpoint.headers = (struct dx_items){ .item = given, .count = 2 };
    cr_assert(secrets_read(), "%s", kit.error.text);
    cr_assert_eq(kit.filled.header_count, 2);
    cr_expect_str_eq(kit.filled.headers[0].value, "ci");
    cr_expect_not(kit.filled.headers[0].secret);
    cr_expect_str_eq(kit.filled.headers[1].name, "PRIVATE-TOKEN");
    cr_expect_str_eq(kit.filled.headers[1].value, "glpat-1");
    cr_expect(kit.filled.headers[1].secret);
    auth_forget(kit.auth);
    auth_fill(kit.auth, &kit.filled);
    cr_expect_eq(kit.filled.header_count, 0, "what is forgotten is not given out");
    cr_expect_str_eq(kit.filled.authorization, "");
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
    kit.auth = auth_new(client.loop, &client.endpoint);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        size_t own = cases[i].header != NULL;

        client.endpoint.user = cases[i].user;
        auth_as(kit.auth, cases[i].as, fixed);
        cr_assert(secrets_read(), "%s", kit.error.text);
        cr_expect_str_eq(kit.filled.authorization, cases[i].authorization, "%zu", i);
        cr_assert_eq(kit.filled.header_count, own + 2, "%zu", i);
        if (own) {
            cr_expect_str_eq(kit.filled.headers[0].name, cases[i].header);
            cr_expect_str_eq(kit.filled.headers[0].value, "t0k");
            cr_expect(kit.filled.headers[0].secret, "never over plain http");
        }
        cr_expect_str_eq(kit.filled.headers[own].name, "X-GitHub-Api-Version");
        cr_expect_str_eq(kit.filled.headers[own].value, "2022-11-28");
        cr_expect_not(kit.filled.headers[own].secret);
        cr_expect_str_eq(kit.filled.headers[own + 1].value, "b");
    }
}

Test(secret, the_users_header_wins_over_that_of_the_kind)
{
    static const char *const fixed[] = { "X-GitHub-Api-Version: 2022-11-28", NULL };
    struct endpoint_header given = { .name = "x-github-api-version", .text = "2026-03-10" };

    client.endpoint.headers = (struct dx_items){ .item = &given, .count = 1 };
    kit.auth = auth_new(client.loop, &client.endpoint);
    auth_as(kit.auth, AUTH_BEARER, fixed);
    cr_assert(secrets_read(), "%s", kit.error.text);
    cr_assert_eq(kit.filled.header_count, 1);
    cr_expect_str_eq(kit.filled.headers[0].value, "2026-03-10");
}

Test(secret, another_secret_has_another_mark_and_the_same_the_same)
{
    unsigned nobody, first;

    cr_assert(secrets_read());
    nobody = auth_mark(kit.auth);
    auth_free(kit.auth);
    kit.auth = NULL;
    client.endpoint.token = from_env("DX_SECRET");
    setenv("DX_SECRET", "one", 1);
    cr_assert(secrets_read());
    first = auth_mark(kit.auth);
    cr_expect_neq(first, nobody);
    auth_forget(kit.auth);
    cr_assert(secrets_read());
    cr_expect_eq(auth_mark(kit.auth), first);
    auth_forget(kit.auth);
    setenv("DX_SECRET", "two", 1);
    cr_assert(secrets_read());
    cr_expect_neq(auth_mark(kit.auth), first);
}

Test(secret, a_header_cannot_bring_another_one)
{
    struct endpoint_header given = { .name = "X-A", .text = "b\nX-Evil: 1" };

    client.endpoint.headers = (struct dx_items){ .item = &given, .count = 1 };
    cr_expect_not(secrets_read());
    cr_expect_eq(kit.error.fault, DX_FAULT_CONFIG);
    cr_expect_str_eq(kit.error.text, "headers: X-A has control characters in it");
    given = (struct endpoint_header){ .name = "X-A: b", .text = "c" };
    cr_expect_not(secrets_read());
    cr_expect_str_eq(kit.error.text, "headers: \"X-A: b\" is no name of a header");
    cr_expect_not(auth_check(&client.endpoint, &kit.error));
    given.name = "";
    cr_expect_not(secrets_read());
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
        if (kit.auth)
            auth_forget(kit.auth);
        cr_expect_eq(secrets_read(), files[i].words == NULL, "%zu: %s", i, kit.error.text);
        if (files[i].words) {
            cr_expect_eq(kit.error.fault, DX_FAULT_AUTH);
            cr_expect(strstr(kit.error.text, files[i].words), "%zu: %s", i, kit.error.text);
            cr_expect_not(strstr(kit.error.text, "Evil"));
        } else {
            cr_expect_str_eq(kit.filled.authorization, files[i].authorization);
        }
    }
}

Test(secret, a_file_of_more_than_64_KiB_is_refused_not_cut)
{
    enum { MOST = 64 << 10 };
    char *bytes = malloc(MOST + 1);

    memset(bytes, 'a', MOST + 1);
    client.endpoint.token = from_file(file_of(bytes, MOST, 0600));
    cr_expect(secrets_read(), "%s", kit.error.text);
    cr_expect_eq(strlen(kit.filled.authorization), MOST + 7);
    auth_forget(kit.auth);
    client.endpoint.token = from_file(file_of(bytes, MOST + 1, 0600));
    cr_expect_not(secrets_read());
    cr_expect(strstr(kit.error.text, "is larger than 65536 bytes"), "%s", kit.error.text);
    free(bytes);
}

Test(secret, what_is_no_ordinary_file_is_not_waited_for)
{
    char path[256];

    client.endpoint.token = from_file(kit.dir);
    cr_expect_not(secrets_read());
    cr_expect(strstr(kit.error.text, "is no ordinary file"), "%s", kit.error.text);
    snprintf(path, sizeof(path), "%s/fifo", kit.dir);
    cr_assert_eq(mkfifo(path, 0600), 0);
    client.endpoint.token = from_file(path);
    cr_expect_not(secrets_read());
    cr_expect(strstr(kit.error.text, "is no ordinary file"), "%s", kit.error.text);
    client.endpoint.token = from_file("/nowhere/at/all");
    cr_expect_not(secrets_read());
    cr_expect(strstr(kit.error.text, "/nowhere/at/all: No such file"), "%s", kit.error.text);
    client.endpoint.token = from_file("/proc/self/mem"); /* whose beginning cannot be read */
    cr_expect_not(secrets_read());
    cr_expect(strstr(kit.error.text, "/proc/self/mem: Input/output error"), "%s", kit.error.text);
    client.endpoint.token = from_file("/nowhere/at/all");
    cr_expect_not(auth_check(&client.endpoint, &kit.error));
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
    cr_assert(secrets_read());
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[64];

        (void)snprintf(text, sizeof(text), "%s", cases[i].said);
        auth_hide(kit.auth, text);
        cr_expect_str_eq(text, cases[i].shown);
    }
}

Test(secret, that_can_be_had_is_no_matter_to_ask_for)
{
    client.endpoint.token = from_file(file_of("token\n", 6, 0600));
    client.endpoint.password = from_env("DX_SECRET");
    setenv("DX_SECRET", "x", 1);
    cr_expect(auth_check(&client.endpoint, &kit.error), "%s", kit.error.text);
    cr_expect_eq(fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_GETFD), FD_CLOEXEC);
    unsetenv("DX_SECRET");
    cr_expect_not(auth_check(&client.endpoint, &kit.error));
    cr_expect_str_eq(kit.error.text, "the variable DX_SECRET is not set");
}

Test(secret, is_read_once_and_again_when_forgotten)
{
    client.endpoint.token = from_env("DX_SECRET");
    setenv("DX_SECRET", "old", 1);
    cr_assert(secrets_read());
    setenv("DX_SECRET", "new", 1);
    cr_assert(secrets_read());
    cr_expect_str_eq(kit.filled.authorization, "Bearer old");
    auth_forget(kit.auth);
    cr_assert(secrets_read());
    cr_expect_str_eq(kit.filled.authorization, "Bearer new");
    unsetenv("DX_SECRET");
    auth_forget(kit.auth);
    cr_expect_not(secrets_read());
    cr_expect_str_eq(kit.error.text, "the variable DX_SECRET with the secret for token is not set");
}
