/* proxy: what stands between a client and a server and lets things go wrong. */
#include "config.h"

#include "proxy.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "run.h"

enum { REQUEST_MOST = 64 << 10, BLOCK = 64 << 10 };

/* The other process's own: one proxy each. */
static struct {
    int server, port, door, other;
    char there[64];
    _Atomic(const struct proxy_fault *) fault;
    atomic_uint requests, others;
    volatile struct proxy_seen *seen;
} own;

static const struct proxy_fault fine;

/* ---- sockets ---- */

static struct sockaddr_in loopback(int port)
{
    return (struct sockaddr_in){ .sin_family = AF_INET,
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                 .sin_port = htons((unsigned short)port) };
}

/* A door at this port, or at any. */
static int listen_at(int *port)
{
    struct sockaddr_in at = loopback(*port);
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    if (bind(fd, (struct sockaddr *)&at, len) != 0 || listen(fd, 64) != 0 ||
        getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        abort();
    *port = ntohs(at.sin_port);
    return fd;
}

static void hang_up(int fd, bool reset)
{
    if (reset)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ .l_onoff = 1 },
                   sizeof(struct linger));
    close(fd);
}

/* Until the other side is gone: the test ends before an hour is over. */
static void wait_for_end(int fd)
{
    struct pollfd at = { .fd = fd, .events = POLLRDHUP };

    (void)poll(&at, 1, 3600 * 1000);
}

static bool send_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n <= 0)
            return false;
        own.seen->sent += (size_t)n;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

/* Head and body of a request, with a NUL behind it; 0: there is none. */
static size_t read_request(int fd, char *out)
{
    size_t len = 0;

    for (;;) {
        ssize_t n = recv(fd, out + len, REQUEST_MOST - 1 - len, 0);
        const char *end, *length;

        if (n <= 0)
            return 0;
        len += (size_t)n;
        out[len] = '\0';
        end = strstr(out, "\r\n\r\n");
        length = strcasestr(out, "\nContent-Length:");
        if (end && len >= (size_t)(end + 4 - out) +
                              (length && length < end ? strtoul(length + 16, NULL, 10) : 0))
            return len;
    }
}

/* ---- answers ---- */

char *answer_body(const struct answer *a)
{
    char *end = strstr(a->bytes, "\r\n\r\n");

    return end ? end + 4 : a->bytes + a->len;
}

static void set(struct answer *a, char *bytes, size_t len)
{
    free(a->bytes);
    a->bytes = bytes;
    a->len = len;
}

char *answer_print(const char *text)
{
    const char *body = strstr(text, "\r\n\r\n");
    char *out = malloc(strlen(text) + 4096), *end = out;

    for (const char *at = text; *at;) {
        if (strncmp(at, "{there}", 7) == 0)
            end += sprintf(end, "%s", own.there);
        else if (strncmp(at, "{here}", 6) == 0)
            end += sprintf(end, "http://127.0.0.1:%d", own.port);
        else if (strncmp(at, "{length}", 8) == 0)
            end += sprintf(end, "%zu", body ? strlen(body + 4) : 0);
        else {
            *end++ = *at++;
            continue;
        }
        at = strchr(at, '}') + 1;
    }
    *end = '\0';
    return out;
}

void answer_header(struct answer *a, const char *line)
{
    char *more = answer_print(line), *body = answer_body(a), *out, *at = a->bytes;
    size_t name = strcspn(line, ":") + 1, len = 0, rest = a->len - (size_t)(body - a->bytes);

    out = malloc(a->len + strlen(more) + 5);
    while (at < body - 2) {
        size_t n = strcspn(at, "\n") + 1;

        if (strncasecmp(at, line, name) != 0) {
            memcpy(out + len, at, n);
            len += n;
        }
        at += n;
    }
    len += (size_t)sprintf(out + len, "%s%s\r\n", line[name] ? more : "", line[name] ? "\r\n" : "");
    memcpy(out + len, body, rest + 1);
    set(a, out, len + rest);
    free(more);
}

void answer_set(struct answer *a, const char *body, size_t len)
{
    char length[64], *out;
    size_t head;

    snprintf(length, sizeof(length), "Content-Length: %zu", len);
    answer_header(a, length);
    head = (size_t)(answer_body(a) - a->bytes);
    out = malloc(head + len + 1);
    memcpy(out, a->bytes, head);
    memcpy(out + head, body, len);
    out[head + len] = '\0';
    set(a, out, head + len);
}

void answer_swap(struct answer *a, const char *from, const char *to)
{
    const char *at = answer_body(a), *end = a->bytes + a->len, *next;
    size_t was = strlen(from), is = strlen(to), len = 0;
    char *out = malloc((size_t)(end - at) * (is / was + 1) + 1);

    while ((next = memmem(at, (size_t)(end - at), from, was)) != NULL) {
        memcpy(out + len, at, (size_t)(next - at));
        len += (size_t)(next - at);
        memcpy(out + len, to, is);
        len += is;
        at = next + was;
    }
    memcpy(out + len, at, (size_t)(end - at));
    answer_set(a, out, len + (size_t)(end - at));
    free(out);
}

/* To the end of the connection. */
static struct answer read_answer(int fd)
{
    struct answer a = { .bytes = malloc(BLOCK) };
    size_t cap = BLOCK;
    ssize_t n;

    while ((n = recv(fd, a.bytes + a.len, cap - 1 - a.len, 0)) > 0) {
        a.len += (size_t)n;
        if (a.len + 1 == cap)
            a.bytes = realloc(a.bytes, cap *= 2);
    }
    a.bytes[a.len] = '\0';
    return a;
}

/* What the server says: the request goes there with the wish that it hang up. */
static struct answer ask(const char *request, size_t len)
{
    static const char close_it[] = "Connection: close\r\n";
    struct sockaddr_in at = loopback(own.server);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    size_t line = (size_t)(strchr(request, '\n') + 1 - request);
    struct answer a;

    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 &&
        send(fd, request, line, MSG_NOSIGNAL | MSG_MORE) > 0 &&
        send(fd, close_it, strlen(close_it), MSG_NOSIGNAL | MSG_MORE) > 0)
        (void)send(fd, request + line, len - line, MSG_NOSIGNAL);
    a = read_answer(fd);
    close(fd);
    return a;
}

static struct answer canned(const char *reply)
{
    char *bytes = answer_print(reply);

    return (struct answer){ .bytes = bytes, .len = strlen(bytes) };
}

/* ---- one connection ---- */

static size_t whole(const struct proxy_fault *f, const struct answer *a)
{
    size_t head = (size_t)(answer_body(a) - a->bytes), len = a->len;

    if (f->silent)
        return 0;
    if (f->cut == PROXY_HALF)
        len = head + (a->len - head) / 2;
    else if (f->cut > 0)
        len = (size_t)f->cut;
    return len < a->len ? len : a->len;
}

static bool say(int fd, const struct proxy_fault *f, const struct answer *a)
{
    size_t len = whole(f, a);
    char blanks[BLOCK];

    if (f->drip_ms == 0 && !send_all(fd, a->bytes, len))
        return false;
    for (size_t i = 0; f->drip_ms > 0 && i < len; i++) {
        if (!send_all(fd, a->bytes + i, 1))
            return false;
        nanosleep(&(struct timespec){ .tv_sec = f->drip_ms / 1000,
                                      .tv_nsec = f->drip_ms % 1000 * 1000000L },
                  NULL);
    }
    memset(blanks, ' ', sizeof(blanks));
    for (size_t left = f->flood, n; left > 0; left -= n) {
        n = left < sizeof(blanks) ? left : sizeof(blanks);
        if (!send_all(fd, blanks, n))
            return false;
    }
    return true;
}

static void end(int fd, const struct proxy_fault *f)
{
    if (f->end == PROXY_STALL)
        wait_for_end(fd);
    hang_up(fd, f->end == PROXY_RESET);
}

static void *serve(void *self)
{
    const struct proxy_fault *f = atomic_load(&own.fault);
    int fd = (int)(long)self;
    char *request = malloc(REQUEST_MOST);
    size_t len = 0, number;

    if (f->door == PROXY_HOLE)
        wait_for_end(fd);
    if (f->door == PROXY_PASS)
        len = read_request(fd, request);
    number = atomic_fetch_add(&own.requests, len > 0 || f->door != PROXY_PASS);
    own.seen->requests = atomic_load(&own.requests);
    if (len > 0) {
        char *etag = strcasestr(request, "\nIf-None-Match:");
        struct answer a = { 0 };

        f = number < f->skip ? &fine : f;
        if (etag && f != &fine)
            memcpy(etag, "\nX-Not-Asked:  ", 15); /* a 304 has no body that could go wrong */
        a = f->reply ? canned(f->reply) : ask(request, len);
        if (f->spoil && a.len > 0)
            f->spoil(&a, request);
        (void)say(fd, f, &a);
        free(a.bytes);
    }
    end(fd, f);
    free(request);
    return NULL;
}

static bool has_credentials(const char *request)
{
    return strcasestr(request, "\nAuthorization:") || strcasestr(request, "\nPRIVATE-TOKEN:") ||
           strcasestr(request, "\nCookie:") || strcasestr(request, "\nX-Key:");
}

/* The other door is that of those who ask for a password. */
static void *serve_there(void *self)
{
    static const char reply[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 28\r\n"
        "Connection: close\r\n\r\n<html><title>Sign in</title>";
    int fd = (int)(long)self;
    char *request = malloc(REQUEST_MOST);

    if (read_request(fd, request) > 0) {
        own.seen->there = atomic_fetch_add(&own.others, 1) + 1;
        if (has_credentials(request))
            own.seen->leaked = true;
        (void)send_all(fd, reply, sizeof(reply) - 1);
    }
    close(fd);
    free(request);
    return NULL;
}

/* ---- the process ---- */

static void take(int listener, void *(*what)(void *))
{
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    pthread_t thread;

    if (fd < 0 || pthread_create(&thread, NULL, what, (void *)(long)fd) != 0)
        return;
    pthread_detach(thread);
}

/* Skips count from here on. */
static void change(int control)
{
    const struct proxy_fault *fault;

    if (read(control, &fault, sizeof(fault)) != sizeof(fault))
        _exit(0);
    if (fault->door == PROXY_REFUSE && own.door >= 0) {
        close(own.door);
        own.door = -1;
    } else if (fault->door != PROXY_REFUSE && own.door < 0) {
        own.door = listen_at(&own.port);
    }
    atomic_store(&own.fault, fault);
    atomic_store(&own.requests, 0);
    atomic_store(&own.others, 0);
    *own.seen = (struct proxy_seen){ 0 };
    (void)!write(control, "", 1);
}

static void run(int control)
{
    for (;;) {
        struct pollfd at[] = { { .fd = control, .events = POLLIN },
                               { .fd = own.other, .events = POLLIN },
                               { .fd = own.door, .events = POLLIN } };

        (void)poll(at, 3, -1);
        if (at[0].revents)
            change(control);
        else if (at[1].revents)
            take(own.other, serve_there);
        else if (at[2].revents)
            take(own.door, serve);
    }
}

struct proxy proxy_start(int server)
{
    struct proxy p = { .port = free_port() }; /* which stays ours while its door is closed */
    int ends[2], other = 0;

    own.seen =
        mmap(NULL, sizeof(*own.seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert(own.seen != MAP_FAILED && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    own.server = server;
    own.door = listen_at(&p.port);
    own.other = listen_at(&other);
    own.port = p.port;
    snprintf(own.there, sizeof(own.there), "http://127.0.0.1:%d", other);
    atomic_store(&own.fault, &fine);
    p.pid = fork();
    if (p.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(ends[0]);
        run(ends[1]);
    }
    close(ends[1]);
    close(own.door);
    close(own.other);
    snprintf(p.there, sizeof(p.there), "%s", own.there);
    p.control = ends[0];
    p.seen = own.seen;
    return p;
}

void proxy_fault(const struct proxy *p, const struct proxy_fault *fault)
{
    char done;

    fault = fault ? fault : &fine;
    cr_assert(write(p->control, &fault, sizeof(fault)) == sizeof(fault) &&
              read(p->control, &done, 1) == 1);
}

void proxy_end(struct proxy *p)
{
    if (p->pid <= 0)
        return;
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
    close(p->control);
    munmap((void *)(unsigned long)p->seen, sizeof(*p->seen));
    p->pid = -1;
}
