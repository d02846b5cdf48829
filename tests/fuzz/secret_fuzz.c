/* Whatever a secret's file, its variable or its command gives: it is refused in words, none of
 * which is of the secret, or it becomes headers of one line each; and in what a server repeats of
 * it nothing of it is left. The first byte says what the secret is for and where it is found, the
 * next ones what the server says around it. */
#include "config.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "fuzz_input.h"
#include "net/auth.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { AROUND_MOST = 40, HIDDEN_LEAST = 4, SHOWN = 512 };

static struct ev_loop *loop;
static char dir[64], path[80];
static struct dx_error answer;
static int answers;

static void remove_all(void)
{
    (void)unlink(path);
    (void)rmdir(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    (void)snprintf(dir, sizeof(dir), "%s/dxtop-fuzz-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    loop = ev_loop_new(EVFLAG_AUTO);
    if (!loop || !mkdtemp(dir))
        abort();
    (void)snprintf(path, sizeof(path), "%s/secret", dir);
    (void)atexit(remove_all);
    return 0;
}

static void on_ready(void *self, const struct dx_error *err)
{
    (void)self;
    answers++;
    answer = err ? *err : (struct dx_error){ .fault = DX_FAULT_NONE };
}

static void put_file(const char *bytes, size_t len)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) != 0)
        abort();
}

/* Where it is found; a command takes a thousand times as long as the others, so it is seldom. */
static struct secret put(unsigned where, const char *bytes, size_t len)
{
    static const char *argv[] = { "cat", path, NULL };
    char *text;

    if (where % 32 == 0) {
        put_file(bytes, len);
        return (struct secret){ .kind = SECRET_COMMAND, .name = "cat", .argv = argv };
    }
    if (where % 2) {
        put_file(bytes, len);
        return (struct secret){ .kind = SECRET_FILE, .name = path };
    }
    text = mem_print("%.*s", (int)len, bytes);
    (void)setenv("DX_SECRET", text, 1);
    free(text);
    return (struct secret){ .kind = SECRET_ENV, .name = "DX_SECRET" };
}

/* ---- what becomes of it ---- */

static void check_line(const char *value)
{
    for (; *value; value++)
        if ((unsigned char)*value < ' ' || *value == 0x7F)
            abort();
}

/* As a server that repeats what it was sent, before and behind it what it likes, all of it or
 * cut. */
static void check_hidden(const struct auth *auth, const char *secret, const char *around)
{
    size_t len = strlen(secret);
    char text[SHOWN];

    if (len < HIDDEN_LEAST || len > SHOWN / 2 || strchr(secret, '*'))
        return;
    for (size_t cut = 0; cut < len; cut += 1 + len / 8) {
        (void)snprintf(text, sizeof(text), "%s%.*s%s", around, (int)(len - cut), secret,
                       cut > 0 ? "" : around);
        auth_hide(auth, text);
        if (strlen(text) >= sizeof(text) || strstr(text, secret))
            abort();
        if (len - cut >= HIDDEN_LEAST && cut > 0 && !strstr(text, "***"))
            abort();
    }
}

static void check(const struct auth *auth, unsigned what, const char *around)
{
    struct http_request request = { .headers = NULL };

    if (answer.fault != DX_FAULT_NONE) {
        if (!*answer.text)
            abort();
        return;
    }
    auth_fill(auth, &request);
    check_line(request.authorization);
    for (size_t i = 0; i < request.header_count; i++)
        check_line(request.headers[i].value);
    if (!*request.authorization && request.header_count == 0)
        abort();
    if (what % 3 == 0)
        check_hidden(auth, auth_secret(auth), around);
    else if (*request.authorization && strchr(request.authorization, ' '))
        check_hidden(auth, strchr(request.authorization, ' ') + 1, around);
    (void)auth_mark(auth);
}

static void use(const struct endpoint *endpoint, unsigned what, const char *around)
{
    static const char *const fixed[] = { "Accept: application/json", "X-Thing:", NULL };
    struct auth *auth = auth_new(loop, endpoint);
    struct dx_error err = { 0 };

    auth_as(auth, (enum auth_token)(what / 4 % 3), what & 64 ? fixed : NULL);
    if (auth_check(endpoint, &err) != (err.fault == DX_FAULT_NONE))
        abort();
    answers = 0;
    for (int round = 0; round < 2; round++) { /* after a 401 it is read again */
        auth_ready(auth, on_ready, NULL);
        (void)ev_run(loop, 0);
        if (answers != round + 1)
            abort();
        check(auth, what, around);
        auth_forget(auth);
    }
    auth_free(auth);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = { data, size };
    unsigned what = fuzz_byte(&in), where = fuzz_byte(&in);
    size_t around_len, len;
    const char *around = fuzz_bytes(&in, fuzz_byte(&in) % AROUND_MOST, &around_len);
    char *before = mem_print("%.*s", (int)around_len, around);
    const char *bytes = fuzz_bytes(&in, size, &len);
    struct secret secret = put(where, bytes, len);
    struct endpoint_header header = { .name = "X-Token", .secret = secret };
    struct endpoint endpoint = { .url = "https://h", .user = what & 128 ? "" : "user" };

    if (what % 3 == 0)
        endpoint.token = secret;
    else if (what % 3 == 1)
        endpoint.password = secret;
    else
        endpoint.headers = (struct dx_items){ .item = &header, .count = 1 };
    use(&endpoint, what, before);
    free(before);
    return 0;
}
