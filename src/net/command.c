/* command: run a program for what it prints. Its end is the end of its output,
 * then waitpid() on its own id: nobody else's child is ever reaped. */
#include "config.h"

#include "net/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/mem.h"
#include "net/vault.h"

static const double LINGER_S = 0.02;

enum { TIMEOUT_S = 10, OUTPUT_MAX = 64 << 10, VARIABLES_MAX = 128 };

struct command {
    struct ev_loop *loop;
    command_done_fn *done;
    void *self;
    const char *name;
    pid_t pid; /* 0: none */
    int fd;
    ev_io out;
    ev_timer deadline, linger; /* linger: its output ended, it has not */
    char *bytes;               /* in the vault: it may be a secret */
    size_t len;
    int status; /* of waitpid(), once pid is 0 */
    struct dx_error error;
};

/* What tools like vault, aws, az, pass need to find their own things and the
 * network; no more. */
static bool wanted(const char *variable)
{
    static const char *const names[] = {
        "PATH=",     "HOME=",       "USER=",          "LOGNAME=",    "LANG=",
        "LC_ALL=",   "TMPDIR=",     "SSH_AUTH_SOCK=", "HTTP_PROXY=", "HTTPS_PROXY=",
        "NO_PROXY=", "http_proxy=", "https_proxy=",   "no_proxy=",   NULL
    };
    static const char *const families[] = { "XDG_", "VAULT_",          "AWS_", "AZURE_",    "GNUPG",
                                            "GPG",  "PASSWORD_STORE_", "OP_",  "SSL_CERT_", NULL };

    for (size_t i = 0; names[i]; i++)
        if (strncmp(variable, names[i], strlen(names[i])) == 0)
            return true;
    for (size_t i = 0; families[i]; i++)
        if (strncmp(variable, families[i], strlen(families[i])) == 0)
            return true;
    return false;
}

static int spawn(struct command *c, const char *const *argv, int out)
{
    char *env[VARIABLES_MAX + 1], **args = NULL;
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    sigset_t none, all;
    size_t n = 0, argc = 0;
    int status;

    for (char **e = environ; *e && n < VARIABLES_MAX; e++)
        if (wanted(*e))
            env[n++] = *e;
    env[n] = NULL;
    while (argv[argc])
        argc++;
    args = mem_new(argc + 1, sizeof(*args));
    for (size_t i = 0; i < argc; i++)
        args[i] = mem_text(argv[i]);
    (void)sigemptyset(&none);
    (void)sigfillset(&all);
    (void)posix_spawn_file_actions_init(&files);
    (void)posix_spawnattr_init(&attr);
    (void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
    (void)posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    (void)posix_spawn_file_actions_addclosefrom_np(&files,
                                                   STDERR_FILENO + 1); /* whoever left them open */
    (void)posix_spawnattr_setsigmask(&attr, &none);
    (void)posix_spawnattr_setsigdefault(&attr, &all);
    (void)posix_spawnattr_setpgroup(&attr, 0);
    (void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    status = posix_spawnp(&c->pid, argv[0], &files, &attr, args, env);
    (void)posix_spawnattr_destroy(&attr);
    (void)posix_spawn_file_actions_destroy(&files);
    for (size_t i = 0; i < argc; i++)
        free(args[i]);
    free(args);
    return status;
}

static void reap(struct command *c)
{
    while (c->pid > 0 && waitpid(c->pid, &c->status, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
}

static void free_command(struct command *c)
{
    ev_io_stop(c->loop, &c->out);
    ev_timer_stop(c->loop, &c->deadline);
    ev_timer_stop(c->loop, &c->linger);
    if (c->fd >= 0)
        (void)close(c->fd);
    vault_free(c->bytes);
    free(c);
}

static void finish(struct command *c)
{
    if (c->error.fault != DX_FAULT_NONE && c->pid > 0)
        (void)kill(-c->pid, SIGKILL);
    reap(c);
    if (c->error.fault == DX_FAULT_NONE && (!WIFEXITED(c->status) || WEXITSTATUS(c->status) != 0))
        dx_fail(&c->error, DX_FAULT_AUTH, "the command %s failed (%s %d)", c->name,
                WIFEXITED(c->status) ? "exit code" : "signal",
                WIFEXITED(c->status) ? WEXITSTATUS(c->status) : WTERMSIG(c->status));
    c->done(c->self, c->bytes, c->len, c->error.fault == DX_FAULT_NONE ? NULL : &c->error);
    free_command(c);
}

static void on_linger(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct command *c = timer->data;
    pid_t pid = waitpid(c->pid, &c->status, WNOHANG);

    (void)loop;
    (void)revents;
    if (pid == 0)
        return;
    c->pid = 0;
    finish(c);
}

static void on_out(struct ev_loop *loop, ev_io *io, int revents)
{
    struct command *c = io->data;
    ssize_t n = read(c->fd, c->bytes + c->len, OUTPUT_MAX - c->len);

    (void)revents;
    if (n > 0) {
        c->len += (size_t)n;
        if (c->len < OUTPUT_MAX)
            return;
        dx_fail(&c->error, DX_FAULT_AUTH, "the command %s printed more than %d bytes", c->name,
                OUTPUT_MAX);
    } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    } else {
        ev_io_stop(loop, io);
        ev_timer_start(loop, &c->linger);
        return;
    }
    finish(c);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct command *c = timer->data;

    (void)loop;
    (void)revents;
    if (c->error.fault == DX_FAULT_NONE)
        dx_fail(&c->error, DX_FAULT_AUTH, "the command %s did not end within %d s", c->name,
                TIMEOUT_S);
    finish(c);
}

struct command *command_start(struct ev_loop *loop, const char *const *argv, command_done_fn *done,
                              void *self)
{
    struct command *c = mem_new(1, sizeof(*c));
    int pair[2] = { -1, -1 }, status;

    *c = (struct command){ .loop = loop, .done = done, .self = self, .name = argv[0], .fd = -1 };
    c->bytes = vault_new(OUTPUT_MAX);
    status = pipe2(pair, O_CLOEXEC) == 0 ? spawn(c, argv, pair[1]) : errno;
    if (pair[1] >= 0)
        (void)close(pair[1]);
    c->fd = pair[0];
    ev_io_init(&c->out, on_out, c->fd, EV_READ);
    c->out.data = c;
    ev_timer_init(&c->deadline, on_deadline, status == 0 ? (double)TIMEOUT_S : 0., 0.);
    c->deadline.data = c;
    ev_timer_init(&c->linger, on_linger, 0., LINGER_S);
    c->linger.data = c;
    ev_now_update(loop);
    ev_timer_start(loop, &c->deadline);
    if (status == 0) {
        (void)fcntl(c->fd, F_SETFL, O_NONBLOCK);
        ev_io_start(loop, &c->out);
    } else {
        c->pid = 0;
        dx_fail(&c->error, DX_FAULT_AUTH, "cannot start the command %s: %s", argv[0],
                strerror(status));
    }
    return c;
}

void command_stop(struct command *c)
{
    if (!c)
        return;
    if (c->pid > 0)
        (void)kill(-c->pid, SIGKILL);
    reap(c);
    free_command(c);
}
