/* command: run a program for what it prints. Its end is the end of its output,
 * then waitpid() on its own id: nobody else's child is ever reaped. */
#include "config.h"

#include "net/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/time.h"
#include "net/spawn.h"
#include "net/vault.h"

static const double LINGER_S = 0.02;

enum { STDERR_KEPT = 4096, WAITS_MOST = 20, LEFT_MOST = 3 /* of one command */ };

struct command {
    struct ev_loop *loop;
    struct command_spec spec;
    command_done_fn *done;
    void *self;
    pid_t pid; /* 0: none */
    int out_fd, err_fd;
    ev_io out, err;
    ev_timer deadline, linger; /* linger: its output ended, it has not */
    char *bytes;               /* in the vault where it may be a secret */
    size_t len;
    char complaints[2 * STDERR_KEPT];
    size_t complaints_len;
    int64_t start_ms; /* boot time */
    int status;       /* of waitpid(), once pid is 0 */
    bool cut;
    struct dx_error error;
};

static const char *name_of(const struct command *c)
{
    return c->spec.argv[0];
}

static enum dx_fault fault_of(const struct command *c)
{
    return c->spec.secret ? DX_FAULT_AUTH : DX_FAULT_SYSTEM;
}

/* ---- the end ---- */

/* Those that were killed and have not ended: one of another user's cannot be, nor one that waits
 * for a disk. They are reaped when they have. */
static struct left {
    pid_t pid;
    const char *const *argv;
} * left;
static size_t left_count;

static size_t count_left(const char *const *argv)
{
    size_t n = 0, of = 0;

    for (size_t i = 0; i < left_count; i++)
        if (waitpid(left[i].pid, NULL, WNOHANG) == 0) {
            left[n++] = left[i];
            of += left[i].argv == argv;
        }
    left_count = n;
    if (n == 0) {
        free(left);
        left = NULL;
    }
    return of;
}

/* Nobody waits longer for what was killed than it takes to end, or all would wait for it. */
static void end(struct command *c)
{
    const struct timespec moment = { .tv_nsec = 1000000 };
    int waits = 0;

    (void)kill(-c->pid, SIGKILL);
    (void)kill(c->pid, SIGKILL); /* where it went to another group */
    while (waitpid(c->pid, NULL, WNOHANG) == 0) {
        if (++waits < WAITS_MOST) {
            (void)nanosleep(&moment, NULL);
            continue;
        }
        left = mem_grow(left, left_count + 1, sizeof(*left));
        left[left_count++] = (struct left){ c->pid, c->spec.argv };
        break;
    }
    c->pid = 0;
}

/* 0, or why its end cannot be known: whoever started us may have left us without SIGCHLD. */
static int reap(struct command *c)
{
    int why = 0;

    while (c->pid > 0 && why == 0 && waitpid(c->pid, &c->status, 0) < 0)
        why = errno == EINTR ? 0 : errno;
    c->pid = 0;
    return why;
}

static void free_command(struct command *c)
{
    ev_io_stop(c->loop, &c->out);
    ev_io_stop(c->loop, &c->err);
    ev_timer_stop(c->loop, &c->deadline);
    ev_timer_stop(c->loop, &c->linger);
    if (c->out_fd >= 0)
        (void)close(c->out_fd);
    if (c->err_fd >= 0)
        (void)close(c->err_fd);
    if (c->spec.secret)
        vault_free(c->bytes);
    else
        free(c->bytes);
    free(c);
}

/* The last of what it complained of; false: no more for now. */
static bool read_complaints(struct command *c)
{
    size_t skip = c->complaints_len > STDERR_KEPT ? c->complaints_len - STDERR_KEPT : 0;
    ssize_t n;

    if (c->err_fd < 0)
        return false;
    c->complaints_len -= skip;
    memmove(c->complaints, c->complaints + skip, c->complaints_len);
    n = read(c->err_fd, c->complaints + c->complaints_len, STDERR_KEPT);
    if (n > 0)
        c->complaints_len += (size_t)n;
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        ev_io_stop(c->loop, &c->err);
    return n > 0;
}

static void finish(struct command *c)
{
    struct command_result result = { .bytes = c->bytes, .cut = c->cut };
    bool failed = c->error.fault != DX_FAULT_NONE;
    size_t skip;
    int why;

    /* Before it is reaped, for then the number may be another's. */
    if (c->pid > 0 && failed)
        end(c);
    else if (c->pid > 0 && !c->spec.secret)
        (void)kill(-c->pid, SIGKILL);
    why = reap(c);
    for (int i = 0; i < 64 && read_complaints(c);) /* what lies in the pipe, if it fills no more */
        i++;
    if (!failed && why != 0)
        dx_fail(&c->error, fault_of(c), "how the command %s ended cannot be known: %s", name_of(c),
                strerror(why));
    else if (!failed && (!WIFEXITED(c->status) || WEXITSTATUS(c->status) != 0))
        dx_fail(&c->error, fault_of(c), "the command %s failed (%s %d)", name_of(c),
                WIFEXITED(c->status) ? "exit code" : "signal",
                WIFEXITED(c->status) ? WEXITSTATUS(c->status) : WTERMSIG(c->status));
    skip = c->complaints_len > STDERR_KEPT ? c->complaints_len - STDERR_KEPT : 0;
    result.len = c->len;
    result.stderr_end = c->complaints + skip;
    result.stderr_len = c->complaints_len - skip;
    result.took_ms = time_boot_ms() - c->start_ms;
    result.error = c->error.fault == DX_FAULT_NONE ? NULL : &c->error;
    c->done(c->self, &result);
    free_command(c);
}

/* Has it ended? It is not reaped yet, so that its group can still be killed. */
static bool has_ended(const struct command *c)
{
    siginfo_t info = { .si_pid = 0 };

    return waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
           info.si_pid == c->pid;
}

/* ---- while it runs ---- */

static void on_linger(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct command *c = timer->data;

    (void)loop;
    (void)revents;
    if (has_ended(c))
        finish(c);
}

static void on_out(struct ev_loop *loop, ev_io *io, int revents)
{
    struct command *c = io->data;
    ssize_t n = read(c->out_fd, c->bytes + c->len, c->spec.most - c->len);

    (void)revents;
    if (n > 0) {
        c->len += (size_t)n;
        if (c->len < c->spec.most)
            return;
        c->cut = true;
        dx_fail(&c->error, fault_of(c), "the command %s printed more than %zu bytes", name_of(c),
                c->spec.most);
        finish(c);
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        ev_io_stop(loop, io);
        ev_timer_start(loop, &c->linger);
    }
}

static void on_err(struct ev_loop *loop, ev_io *io, int revents)
{
    (void)loop;
    (void)revents;
    (void)read_complaints(io->data);
}

static void on_deadline(struct ev_loop *loop, ev_timer *timer, int revents)
{
    struct command *c = timer->data;
    double s = (double)c->spec.timeout_ms / 1e3;

    (void)loop;
    (void)revents;
    if (c->error.fault == DX_FAULT_NONE && has_ended(c)) {
        c->cut = true;
        dx_fail(&c->error, fault_of(c),
                "the command %s ended, but what it started kept its output open for %g s",
                name_of(c), s);
    } else if (c->error.fault == DX_FAULT_NONE) {
        c->cut = true;
        dx_fail(&c->error, fault_of(c), "the command %s did not end within %g s", name_of(c), s);
    }
    finish(c);
}

/* ---- the beginning ---- */

static void init_watchers(struct command *c, double deadline_s)
{
    ev_io_init(&c->out, on_out, c->out_fd, EV_READ);
    ev_io_init(&c->err, on_err, c->err_fd, EV_READ);
    ev_timer_init(&c->deadline, on_deadline, deadline_s, 0.);
    ev_timer_init(&c->linger, on_linger, 0., LINGER_S);
    c->out.data = c->err.data = c->deadline.data = c->linger.data = c;
    ev_now_update(c->loop);
    ev_timer_start(c->loop, &c->deadline);
}

static int start(struct command *c)
{
    int out[2] = { -1, -1 }, err[2] = { -1, -1 };
    int status = pipe2(out, O_CLOEXEC) == 0 ? 0 : errno;

    if (status == 0 && !c->spec.secret)
        status = pipe2(err, O_CLOEXEC) == 0 ? 0 : errno;
    if (status == 0)
        status = spawn_command(&c->spec, out[1], err[1], &c->pid);
    if (out[1] >= 0)
        (void)close(out[1]);
    if (err[1] >= 0)
        (void)close(err[1]);
    c->out_fd = out[0];
    c->err_fd = err[0];
    if (c->out_fd >= 0)
        (void)fcntl(c->out_fd, F_SETFL, O_NONBLOCK);
    if (c->err_fd >= 0)
        (void)fcntl(c->err_fd, F_SETFL, O_NONBLOCK);
    return status;
}

struct command *command_start(struct ev_loop *loop, const struct command_spec *spec,
                              command_done_fn *done, void *self)
{
    struct command *c = mem_new(1, sizeof(*c));
    int status;

    c->loop = loop;
    c->spec = *spec;
    c->done = done;
    c->self = self;
    c->start_ms = time_boot_ms();
    c->bytes = spec->secret ? vault_new(spec->most + 1) : mem_new(spec->most + 1, 1);
    c->out_fd = c->err_fd = -1;
    status = count_left(spec->argv) < LEFT_MOST ? start(c) : EBUSY;
    init_watchers(c, status == 0 ? (double)spec->timeout_ms / 1e3 : 0.);
    if (status == 0) {
        ev_io_start(loop, &c->out);
        if (c->err_fd >= 0)
            ev_io_start(loop, &c->err);
    } else if (status == EBUSY) {
        dx_fail(&c->error, fault_of(c),
                "the command %s was ended %d times and goes on: its processes are another user's, "
                "or wait for a disk",
                name_of(c), LEFT_MOST);
    } else {
        c->pid = 0;
        dx_fail(&c->error, spec->secret ? DX_FAULT_AUTH : DX_FAULT_CONFIG,
                "cannot start the command %s: %s", name_of(c), strerror(status));
    }
    return c;
}

void command_stop(struct command *c)
{
    if (!c)
        return;
    if (c->pid > 0)
        end(c);
    free_command(c);
}
