/* collector: the viewer's hold on dxtop-collect. */
#include "config.h"

#include "app/collector.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/log.h"
#include "core/mem.h"
#include "core/text.h"

enum {
    EXIT_CONFIG = 2,
    EXIT_LOCKED = 3, /* somebody else was faster */
    HEART_STILL_MS = 10000,
    WRITES_LONG_MS = 1500,
    AGAIN_FIRST_MS = 1000,
    AGAIN_MOST_MS = 30000
};

static void trouble(struct collector *c, const char *text)
{
    if (strcmp(c->trouble, text) == 0)
        return;
    (void)snprintf(c->trouble, sizeof(c->trouble), "%s", text);
    c->changed = true;
    log_line(*text ? DX_LOG_WARN : DX_LOG_INFO, "%s", *text ? text : "somebody collects");
}

/* Keep the last whole line that it said. */
static void hear(struct collector *c, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n')
            c->said_len = 0;
        else if (c->said_len + 1 < sizeof(c->said)) {
            c->said[c->said_len++] = bytes[i];
            c->said[c->said_len] = '\0';
        }
    }
}

static void ended(struct collector *c, int status)
{
    char clean[200], text[320];
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

    (void)text_clean(clean, sizeof(clean), c->said, strlen(c->said));
    log_line(DX_LOG_INFO, "the collector that we started ended, status %d%s%s", status,
             *clean ? ": " : "", clean);
    if (code == 0 || code == EXIT_LOCKED)
        return;
    if (c->failures < 16)
        c->failures++;
    /* A person has to act; but it may have been read while somebody wrote it. */
    int64_t wait =
        code == EXIT_CONFIG ? AGAIN_MOST_MS : AGAIN_FIRST_MS << (c->failures < 6 ? c->failures : 5);
    c->again_ms = time_boot_ms() + (wait < AGAIN_MOST_MS ? wait : AGAIN_MOST_MS);
    if (code == EXIT_CONFIG)
        (void)snprintf(text, sizeof(text), "configuration: %s", clean);
    else if (WIFSIGNALED(status))
        (void)snprintf(text, sizeof(text), "the collector was ended by signal %d%s%s",
                       WTERMSIG(status), *clean ? ": " : "", clean);
    else
        (void)snprintf(text, sizeof(text), "the collector ended: %s",
                       *clean ? clean : "it did not say why");
    trouble(c, text);
}

static void forget(struct collector *c)
{
    int status = 0;

    ev_io_stop(c->loop, &c->err);
    (void)close(c->err.fd);
    (void)close(c->stdin_fd);
    c->stdin_fd = -1;
    while (waitpid(c->pid, &status, 0) < 0 && errno == EINTR)
        ;
    c->pid = 0;
    ended(c, status);
}

static void on_err(struct ev_loop *loop, ev_io *io, int revents)
{
    struct collector *c = io->data;
    char bytes[1024];
    ssize_t n = read(io->fd, bytes, sizeof(bytes));

    (void)loop;
    (void)revents;
    if (n > 0)
        hear(c, bytes, (size_t)n);
    else if (n == 0 || (errno != EAGAIN && errno != EINTR))
        forget(c); /* the end of its stderr is the end of it */
}

/* A clock that was begun goes on: the collector's must not begin anew with each one. */
static void pass_clock(struct collector *c)
{
    static const char name[] = "--clock=";
    char now[TIME_TEXT];

    for (size_t i = 0; c->argv[i]; i++) {
        if (strncmp(c->argv[i], name, strlen(name)) != 0)
            continue;
        free(c->argv[i]);
        c->argv[i] =
            mem_print("%s%s@%.17g", name, time_format(now, clock_now(c->clock)), c->clock->speed);
    }
}

static void launch(struct collector *c)
{
    struct spawn ends;
    struct dx_error err = { 0 };

    c->said_len = 0;
    c->said[0] = '\0';
    c->began_ms = time_boot_ms();
    pass_clock(c);
    c->pid = spawn_child(c->argv, &ends, false, &err);
    if (c->pid == 0) {
        c->again_ms = time_boot_ms() + AGAIN_MOST_MS;
        trouble(c, err.text);
        return;
    }
    log_line(DX_LOG_INFO, "nobody collects: started %s, process %ld", c->argv[0], (long)c->pid);
    c->stdin_fd = ends.in;
    (void)fcntl(ends.err, F_SETFL, O_NONBLOCK);
    ev_io_init(&c->err, on_err, ends.err, EV_READ);
    c->err.data = c;
    ev_io_start(c->loop, &c->err);
}

void collector_init(struct collector *c, struct ev_loop *loop, struct store *store, char **argv,
                    const struct clock *clock)
{
    *c = (struct collector){
        .loop = loop, .store = store, .argv = argv, .clock = clock, .stdin_fd = -1
    };
}

/* One that waits for another program is not the one to look at. Whoever writes just now ends mostly
 * before the next look, as a collector does that begins. */
static bool waits_for(struct collector *c, const struct holder *holder, char writer[STORE_WRITER])
{
    int64_t pid = store_writer(c->store, writer), now_ms = time_boot_ms();

    if (pid != c->writer)
        c->writer_ms = now_ms;
    c->writer = pid;
    return pid > 0 && pid != holder->pid && now_ms - c->writer_ms >= WRITES_LONG_MS;
}

static void say_still(struct collector *c, const struct holder *holder, int64_t still_ms)
{
    char text[320], writer[STORE_WRITER];

    if (waits_for(c, holder, writer))
        (void)snprintf(text, sizeof(text),
                       "%s writes in the store and does not end: the collector has waited for %lld"
                       " s",
                       writer, (long long)(still_ms / 1000));
    else
        (void)snprintf(text, sizeof(text),
                       "the collector (process %lld on %s) has not moved for %lld s",
                       (long long)holder->pid, holder->host, (long long)(still_ms / 1000));
    trouble(c, text);
}

/* Who did not look for so long was asleep, as the machine may have been. */
static void forgive_sleep(struct collector *c, int64_t now_ms)
{
    if (c->looked_ms > 0 && now_ms - c->looked_ms > HEART_STILL_MS)
        c->still_ms = now_ms + HEART_STILL_MS;
    c->looked_ms = now_ms;
}

void collector_look(struct collector *c)
{
    struct holder holder = { 0 };
    int64_t now_ms = time_boot_ms(), still;

    forgive_sleep(c, now_ms);
    if (!store_is_held(c->store)) {
        c->still_ms = c->old_ms = 0;
        if (c->still)
            trouble(c, "");
        c->still = false;
        if (c->pid == 0 && now_ms >= c->again_ms)
            launch(c);
        return;
    }
    if (!*c->trouble && now_ms < c->still_ms)
        return;
    store_holder(c->store, &holder);
    still = now_ms - holder.boot_ms;
    if (holder.boot_ms > 0 && still > HEART_STILL_MS) {
        c->still = c->old_ms == holder.boot_ms;
        c->old_ms = holder.boot_ms;
        if (c->still)
            say_still(c, &holder, still);
        return;
    }
    c->still = false;
    if (holder.boot_ms > 0) /* a beat of another boot may be to come */
        c->still_ms = (still > 0 ? holder.boot_ms : now_ms) + HEART_STILL_MS;
    /* One that died soon after its start may well do so again. */
    if (c->pid == 0 || now_ms - c->began_ms >= AGAIN_MOST_MS)
        c->failures = 0;
    trouble(c, "");
}

void collector_done(struct collector *c)
{
    if (c->pid == 0)
        return;
    ev_io_stop(c->loop, &c->err);
    (void)close(c->err.fd);
    (void)close(c->stdin_fd);
    c->stdin_fd = -1;
}
