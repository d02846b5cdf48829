/* server: the simulated platform over HTTP. libmicrohttpd runs in our own loop;
 * what has to wait is suspended there and woken here, so that nothing is done
 * while there is nothing to do. */
#include "config.h"

#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/request.h"

enum { CONNECTIONS_MOST = 250, FIXED = 2 };

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

/* Both signals come only while ppoll() waits, so that none is missed. */
static void catch_signals(sigset_t *while_waiting)
{
    struct sigaction action = { .sa_handler = on_signal };
    sigset_t ours;

    (void)sigemptyset(&ours);
    (void)sigaddset(&ours, SIGTERM);
    (void)sigaddset(&ours, SIGINT);
    (void)sigprocmask(SIG_BLOCK, &ours, while_waiting);
    (void)sigdelset(while_waiting, SIGTERM);
    (void)sigdelset(while_waiting, SIGINT);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGINT, &action, NULL);
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
}

/* Milliseconds until something is due; -1: nothing is. */
static int64_t next_due(struct MHD_Daemon *daemon, const struct request_queue *queue)
{
    MHD_UNSIGNED_LONG_LONG daemon_ms;
    int64_t due_ms = -1, now_ms = time_boot_ms();

    if (MHD_get_timeout(daemon, &daemon_ms) == MHD_YES)
        due_ms = daemon_ms < INT32_MAX ? (int64_t)daemon_ms : INT32_MAX;
    for (const struct request *r = queue->first; r; r = r->next) {
        int64_t left_ms = r->wake_ms > now_ms ? r->wake_ms - now_ms : 0;

        if (r->wake_ms != INT64_MAX && (due_ms < 0 || left_ms < due_ms))
            due_ms = left_ms;
    }
    return due_ms;
}

/* Sockets of those that wait: libmicrohttpd does not see their clients leave. */
static nfds_t watch(const struct request_queue *queue, struct pollfd *fds)
{
    nfds_t n = FIXED;

    for (const struct request *r = queue->first; r && n < CONNECTIONS_MOST + FIXED; r = r->next)
        fds[n++] = (struct pollfd){ .fd = request_socket(r), .events = POLLRDHUP };
    return n;
}

static void wake(struct request_queue *queue, const struct pollfd *fds, nfds_t n)
{
    int64_t now_ms = time_boot_ms();
    struct request *next;

    for (struct request *r = queue->first; r; r = next) {
        next = r->next;
        for (nfds_t i = FIXED; i < n; i++)
            r->gone = r->gone || (fds[i].fd == request_socket(r) && fds[i].revents);
        if (r->gone || r->wake_ms <= now_ms)
            request_wake(r);
    }
}

/* false: stdin has ended. */
static bool drain_stdin(const struct pollfd *fd)
{
    char bytes[256];
    ssize_t n;

    if (!fd->revents)
        return true;
    n = read(fd->fd, bytes, sizeof(bytes));
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static void loop(struct MHD_Daemon *daemon, struct request_queue *queue, bool until_stdin,
                 const sigset_t *while_waiting)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd fds[CONNECTIONS_MOST + FIXED];
    bool more = true;

    while (!stopped && more) {
        int64_t due_ms = next_due(daemon, queue);
        struct timespec timeout = { .tv_sec = due_ms / 1000, .tv_nsec = due_ms % 1000 * 1000000 };
        nfds_t n = watch(queue, fds);

        fds[0] = (struct pollfd){ .fd = info->epoll_fd, .events = POLLIN };
        fds[1] = (struct pollfd){ .fd = until_stdin ? STDIN_FILENO : -1, .events = POLLIN };
        if (ppoll(fds, n, due_ms < 0 ? NULL : &timeout, while_waiting) < 0)
            continue; /* a signal */
        more = drain_stdin(&fds[1]);
        wake(queue, fds, n);
        (void)MHD_run(daemon);
    }
    /* It may not end while anybody is suspended. */
    while (queue->first) {
        queue->first->gone = true;
        request_wake(queue->first);
    }
    (void)MHD_run(daemon);
}

/* A socket of our own: it can be had again at once after a restart, and not by two
 * at a time, which libmicrohttpd's option for it allows. -1: *err. */
static int listen_on(int port, int *listening, struct dx_error *err)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(address);
    const int yes = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
        bind(fd, (const struct sockaddr *)&address, len) == 0 && listen(fd, SOMAXCONN) == 0 &&
        getsockname(fd, (struct sockaddr *)&address, &len) == 0) {
        *listening = ntohs(address.sin_port);
        return fd;
    }
    dx_fail(err, DX_FAULT_SYSTEM, "cannot listen on port %d: %s", port, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

bool server_run(struct sim *sim, int port, bool until_stdin, struct dx_error *err)
{
    struct request_queue queue = { .sim = sim };
    struct MHD_Daemon *daemon;
    sigset_t while_waiting;
    int listening = 0, fd;

    catch_signals(&while_waiting);
    fd = listen_on(port, &listening, err);
    if (fd < 0)
        return false;
    daemon =
        MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_SUPPRESS_DATE_NO_CLOCK,
                         0, NULL, NULL, request_on_data, &queue, MHD_OPTION_LISTEN_SOCKET, fd,
                         MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MOST,
                         MHD_OPTION_NOTIFY_COMPLETED, request_on_completed, NULL, MHD_OPTION_END);
    if (!daemon) {
        (void)close(fd);
        return dx_fail(err, DX_FAULT_SYSTEM, "libmicrohttpd does not start");
    }
    (void)printf("{\"port\": %d, \"token\": \"%s\", \"url\": \"http://127.0.0.1:%d\"}\n", listening,
                 sim->token, listening);
    (void)fflush(stdout);
    loop(daemon, &queue, until_stdin, &while_waiting);
    MHD_stop_daemon(daemon); /* closes fd too */
    return true;
}
