/* auth: secrets become headers. */
#include "config.h"

#include "net/auth.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/text.h"
#include "net/command.h"
#include "net/vault.h"

enum { SECRET_MAX = 64 << 10, COMMAND_MS = 10000 };

/* One secret of the endpoint: where it is found, and what was found. */
struct item {
    const struct secret *secret;
    const char *what; /* "token", "password", a header's name: for errors */
    char *value;      /* in the vault; NULL: not read */
};

struct auth {
    struct ev_loop *loop;
    const struct endpoint *endpoint;
    struct item *items; /* password, token, then the headers */
    size_t count;
    char *authorization; /* in the vault */
    enum auth_token as;
    struct fixed *fixed; /* of the kind of source */
    size_t fixed_count;
    struct http_header *headers; /* PRIVATE-TOKEN, fixed ones, the endpoint's own */
    size_t header_count, made;   /* of the endpoint's; of all, 0 until all is read */

    auth_ready_fn *ready;
    void *self;
    struct command *command; /* that runs now */
    size_t running;          /* item that it is for */
    ev_timer soon;           /* the answer always comes from the loop */
    struct dx_error error;
};

enum { PASSWORD, TOKEN, HEADERS };

struct fixed {
    char *name;
    const char *value;
};

/* ---- reading ---- */

/* A line break in a value would begin another header. */
static bool has_controls(const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)bytes[i] < ' ' || bytes[i] == 0x7F)
            return true;
    return false;
}

static bool accept_value(struct item *item, const char *bytes, size_t len, struct dx_error *err)
{
    while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == '\r'))
        len--;
    if (len == 0)
        return dx_fail(err, DX_FAULT_AUTH, "the secret for %s is empty", item->what);
    if (has_controls(bytes, len))
        return dx_fail(err, DX_FAULT_AUTH, "the secret for %s has control characters in it",
                       item->what);
    item->value = vault_new(len + 1);
    memcpy(item->value, bytes, len);
    return true;
}

static bool open_file(const char *path, int *fd, struct dx_error *err)
{
    struct stat st;

    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0 || fstat(*fd, &st) != 0)
        dx_fail(err, DX_FAULT_AUTH, "cannot read the secret's file %s: %s", path, strerror(errno));
    else if (!S_ISREG(st.st_mode))
        dx_fail(err, DX_FAULT_AUTH, "%s is no ordinary file; a secret is not read from it", path);
    else if ((st.st_mode & 077) != 0)
        dx_fail(err, DX_FAULT_AUTH, "others can read the secret's file %s; chmod 600 it", path);
    else
        return true;
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    return false;
}

/* Up to cap bytes; -1: errno says why. */
static ssize_t read_all(int fd, char *bytes, size_t cap)
{
    size_t len = 0;

    while (len < cap) {
        ssize_t n = read(fd, bytes + len, cap - len);

        if (n < 0 && errno != EINTR)
            return -1;
        if (n == 0)
            break;
        len += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)len;
}

static bool read_file(struct item *item, struct dx_error *err)
{
    char *bytes;
    ssize_t n;
    bool ok;
    int fd;

    if (!open_file(item->secret->name, &fd, err))
        return false;
    bytes = vault_new(SECRET_MAX + 1);
    n = read_all(fd, bytes, SECRET_MAX + 1);
    if (n < 0)
        ok = dx_fail(err, DX_FAULT_AUTH, "cannot read the secret's file %s: %s", item->secret->name,
                     strerror(errno));
    else if (n > SECRET_MAX)
        ok = dx_fail(err, DX_FAULT_AUTH, "the secret's file %s is larger than %d bytes",
                     item->secret->name, SECRET_MAX);
    else
        ok = accept_value(item, bytes, (size_t)n, err);
    vault_free(bytes);
    (void)close(fd);
    return ok;
}

static bool read_env(struct item *item, struct dx_error *err)
{
    const char *value = getenv(item->secret->name);

    if (!value || !*value)
        return dx_fail(err, DX_FAULT_AUTH, "the variable %s with the secret for %s is not set",
                       item->secret->name, item->what);
    return accept_value(item, value, strlen(value), err);
}

/* ---- headers ---- */

static char *basic(const char *user, const char *password)
{
    size_t len = strlen(user) + 1 + strlen(password);
    size_t room = strlen("Basic ") + (len + 2) / 3 * 4 + 1;
    char *plain = vault_new(len + 1), *out = vault_new(room);

    (void)snprintf(plain, len + 1, "%s:%s", user, password);
    (void)snprintf(out, room, "Basic ");
    (void)text_base64(out + strlen(out), plain, len); /* the memory was zeroed */
    vault_free(plain);
    return out;
}

static void drop_headers(struct auth *auth)
{
    vault_free(auth->authorization);
    auth->authorization = NULL;
    auth->made = 0;
}

static void make_authorization(struct auth *auth)
{
    const char *password = auth->items[PASSWORD].value, *token = auth->items[TOKEN].value;

    if (token && auth->as == AUTH_PRIVATE_TOKEN) {
        auth->headers[auth->made++] =
            (struct http_header){ .name = "PRIVATE-TOKEN", .value = token, .secret = true };
    } else if (token && auth->as == AUTH_BEARER) {
        auth->authorization = vault_new(strlen(token) + 8);
        (void)snprintf(auth->authorization, strlen(token) + 8, "Bearer %s", token);
    } else if (token || *auth->endpoint->user || password) {
        password = token ? token : password;
        auth->authorization = basic(auth->endpoint->user, password ? password : "");
    }
}

static bool is_given(const struct auth *auth, const char *name)
{
    const struct endpoint_header *given = auth->endpoint->headers.item;

    for (size_t i = 0; i < auth->header_count; i++)
        if (strcasecmp(given[i].name, name) == 0)
            return true;
    return false;
}

static void make_headers(struct auth *auth)
{
    const struct endpoint_header *given = auth->endpoint->headers.item;

    drop_headers(auth);
    make_authorization(auth);
    for (size_t i = 0; i < auth->fixed_count; i++)
        if (!is_given(auth, auth->fixed[i].name))
            auth->headers[auth->made++] =
                (struct http_header){ .name = auth->fixed[i].name, .value = auth->fixed[i].value };
    for (size_t i = 0; i < auth->header_count; i++) {
        const char *value = auth->items[HEADERS + i].value;

        auth->headers[auth->made++] = (struct http_header){ .name = given[i].name,
                                                            .value = value ? value : given[i].text,
                                                            .secret = value != NULL };
    }
}

/* What the configuration says itself. A name is a token of RFC 9110. */
static bool judge_headers(const struct endpoint *endpoint, struct dx_error *err)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const struct endpoint_header *given = endpoint->headers.item;

    for (size_t i = 0; i < endpoint->headers.count; i++) {
        if (!*given[i].name || given[i].name[strspn(given[i].name, token)])
            return dx_fail(err, DX_FAULT_CONFIG, "headers: \"%.60s\" is no name of a header",
                           given[i].name);
        if (given[i].secret.kind == SECRET_NONE &&
            has_controls(given[i].text, strlen(given[i].text)))
            return dx_fail(err, DX_FAULT_CONFIG, "headers: %s has control characters in it",
                           given[i].name);
    }
    return true;
}

/* ---- the run over the secrets ---- */

static void answer(struct auth *auth)
{
    ev_timer_set(&auth->soon, 0., 0.);
    ev_timer_start(auth->loop, &auth->soon);
}

static void on_soon(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct auth *auth = timer->data;

    (void)loop;
    (void)revents;
    auth->ready(auth->self, auth->error.fault == DX_FAULT_NONE ? NULL : &auth->error);
}

static void read_on(struct auth *auth);

static void on_command(void *self, const struct command_result *result)
{
    struct auth *auth = self;
    struct item *item = &auth->items[auth->running];

    auth->command = NULL;
    if (result->error) {
        auth->error = *result->error;
        answer(auth);
        return;
    }
    if (accept_value(item, result->bytes, result->len, &auth->error))
        read_on(auth);
    else
        answer(auth);
}

static void run_command(struct auth *auth, const struct item *item)
{
    struct command_spec spec = {
        .argv = item->secret->argv, .timeout_ms = COMMAND_MS, .most = SECRET_MAX, .secret = true
    };

    auth->running = (size_t)(item - auth->items);
    auth->command = command_start(auth->loop, &spec, on_command, auth);
}

/* Read what is not read yet; a command interrupts the run and takes it up again. */
static void read_on(struct auth *auth)
{
    for (size_t i = 0; i < auth->count; i++) {
        struct item *item = &auth->items[i];
        bool ok = true;

        if (item->value)
            continue;
        switch (item->secret->kind) {
        case SECRET_NONE:
            break;
        case SECRET_ENV:
            ok = read_env(item, &auth->error);
            break;
        case SECRET_FILE:
            ok = read_file(item, &auth->error);
            break;
        case SECRET_COMMAND:
            run_command(auth, item);
            return;
        }
        if (!ok)
            break;
    }
    if (auth->error.fault == DX_FAULT_NONE)
        make_headers(auth);
    answer(auth);
}

void auth_ready(struct auth *auth, auth_ready_fn *ready, void *self)
{
    auth->ready = ready;
    auth->self = self;
    if (auth->command)
        return; /* the answer is under way */
    auth->error = (struct dx_error){ .fault = DX_FAULT_NONE };
    if (judge_headers(auth->endpoint, &auth->error))
        read_on(auth);
    else
        answer(auth);
}

void auth_forget(struct auth *auth)
{
    drop_headers(auth); /* they point to what goes now */
    for (size_t i = 0; i < auth->count; i++) {
        vault_free(auth->items[i].value);
        auth->items[i].value = NULL;
    }
}

void auth_fill(const struct auth *auth, struct http_request *request)
{
    request->authorization = auth->authorization ? auth->authorization : "";
    request->headers = auth->headers;
    request->header_count = auth->made;
}

const char *auth_secret(const struct auth *auth)
{
    return auth->items[TOKEN].value;
}

/* Shorter ones are no secrets, and words would lose their letters. */
enum { HIDE_LEAST = 4 };

static void hide_one(char *text, const char *secret)
{
    size_t len = secret ? strlen(secret) : 0, n;
    char *at = text;

    if (len < HIDE_LEAST)
        return;
    while ((at = strstr(at, secret)) != NULL) {
        memset(at, '*', 3);
        memmove(at + 3, at + len, strlen(at + len) + 1);
        at += 3;
    }
    /* The longest beginning of it that text ends with. */
    n = strlen(text) < len ? strlen(text) : len - 1;
    while (n >= HIDE_LEAST && memcmp(text + strlen(text) - n, secret, n) != 0)
        n--;
    if (n >= HIDE_LEAST)
        memcpy(text + strlen(text) - n, "***", sizeof("***"));
}

void auth_hide(const struct auth *auth, char *text)
{
    const char *authorization = auth->authorization;

    for (size_t i = 0; i < auth->count; i++)
        hide_one(text, auth->items[i].value);
    if (authorization && strchr(authorization, ' '))
        hide_one(text, strchr(authorization, ' ') + 1);
}

static unsigned mark_of(unsigned hash, const char *text)
{
    for (; text && *text; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u; /* FNV-1a */
    return (hash ^ 0xFFu) * 16777619u;
}

unsigned auth_mark(const struct auth *auth)
{
    unsigned hash = mark_of(2166136261u, auth->authorization);

    for (size_t i = 0; i < auth->made; i++)
        hash = mark_of(mark_of(hash, auth->headers[i].name), auth->headers[i].value);
    return (hash ^ hash >> 16) & 0xFFFFu;
}

static void drop_fixed(struct auth *auth)
{
    for (size_t i = 0; i < auth->fixed_count; i++)
        free(auth->fixed[i].name);
    free(auth->fixed);
    auth->fixed = NULL;
    auth->fixed_count = 0;
}

void auth_as(struct auth *auth, enum auth_token token, const char *const *headers)
{
    size_t n = 0;

    drop_headers(auth);
    drop_fixed(auth);
    while (headers && headers[n])
        n++;
    auth->as = token;
    auth->fixed = mem_new(n, sizeof(*auth->fixed));
    auth->headers = mem_grow(auth->headers, 1 + n + auth->header_count, sizeof(*auth->headers));
    for (size_t i = 0; i < n; i++) {
        size_t len = strcspn(headers[i], ":"), skip = len + (headers[i][len] == ':');

        auth->fixed[auth->fixed_count++] =
            (struct fixed){ .name = mem_print("%.*s", (int)len, headers[i]),
                            .value = headers[i] + skip + strspn(headers[i] + skip, " ") };
    }
}

struct auth *auth_new(struct ev_loop *loop, const struct endpoint *endpoint)
{
    struct auth *auth = mem_new(1, sizeof(*auth));
    const struct endpoint_header *given = endpoint->headers.item;

    auth->loop = loop;
    auth->endpoint = endpoint;
    auth->header_count = endpoint->headers.count;
    auth->headers = mem_new(1 + auth->header_count, sizeof(*auth->headers));
    auth->count = HEADERS + auth->header_count;
    auth->items = mem_new(auth->count, sizeof(*auth->items));
    auth->items[PASSWORD] = (struct item){ .secret = &endpoint->password, .what = "password" };
    auth->items[TOKEN] = (struct item){ .secret = &endpoint->token, .what = "token" };
    for (size_t i = 0; i < auth->header_count; i++)
        auth->items[HEADERS + i] =
            (struct item){ .secret = &given[i].secret, .what = given[i].name };
    ev_timer_init(&auth->soon, on_soon, 0., 0.);
    auth->soon.data = auth;
    return auth;
}

void auth_free(struct auth *auth)
{
    if (!auth)
        return;
    command_stop(auth->command);
    ev_timer_stop(auth->loop, &auth->soon);
    auth_forget(auth);
    drop_fixed(auth);
    free(auth->headers);
    free(auth->items);
    free(auth);
}

bool auth_check(const struct endpoint *endpoint, struct dx_error *err)
{
    const struct endpoint_header *given = endpoint->headers.item;

    if (!judge_headers(endpoint, err))
        return false;
    for (size_t i = 0; i < HEADERS + endpoint->headers.count; i++) {
        const struct secret *s = i == PASSWORD ? &endpoint->password
                                 : i == TOKEN  ? &endpoint->token
                                               : &given[i - HEADERS].secret;
        const char *value;
        int fd = -1;

        if (s->kind == SECRET_FILE && !open_file(s->name, &fd, err))
            return false;
        if (fd >= 0)
            (void)close(fd);
        value = s->kind == SECRET_ENV ? getenv(s->name) : "given";
        if (!value || !*value)
            return dx_fail(err, DX_FAULT_AUTH, "the variable %s is not set", s->name);
    }
    return true;
}
