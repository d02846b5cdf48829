/* server: the simulated platform over HTTP. libmicrohttpd runs on our own poll(),
 * in one thread; what has to wait (latency, one byte a second) is suspended by
 * giving its bytes out late. */
#include "config.h"

#include "sim/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "core/mem.h"

enum { BODY_MOST = 64 << 20, FORM_MOST = 1 << 20, SLICE_MS = 100, EXIT_PORT = 1 };

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    (void)number;
    stopped = 1;
}

/* ---- one request ---- */

struct request {
    struct sim *sim;
    struct MHD_Connection *connection;
    struct buf form;
    char **form_values; /* decoded, by name and value in turn; ends at NULL */
    size_t form_count;
    /* an answer that is given out slowly */
    struct buf body;
    struct fault fault;
    int64_t start_ms;
};

static void url_decode(char *text)
{
    char *out = text;

    for (char *in = text; *in; in++) {
        char hex[3] = { 0 };

        if (*in == '%' && in[1] && in[2]) {
            hex[0] = in[1];
            hex[1] = in[2];
            *out++ = (char)strtol(hex, NULL, 16);
            in += 2;
        } else {
            *out++ = *in == '+' ? ' ' : *in;
        }
    }
    *out = '\0';
}

static void decode_form(struct request *r)
{
    char *rest = r->form.bytes;

    for (char *part = strsep(&rest, "&"); part; part = strsep(&rest, "&")) {
        char *value = strchr(part, '=');

        if (!value)
            continue;
        *value++ = '\0';
        url_decode(part);
        url_decode(value);
        r->form_values = mem_grow(r->form_values, r->form_count + 2, sizeof(*r->form_values));
        r->form_values[r->form_count++] = part;
        r->form_values[r->form_count++] = value;
    }
}

static const char *parameter(void *self, const char *name)
{
    struct request *r = self;

    for (size_t i = 0; i < r->form_count; i += 2)
        if (strcmp(r->form_values[i], name) == 0)
            return r->form_values[i + 1];
    return MHD_lookup_connection_value(r->connection, MHD_GET_ARGUMENT_KIND, name);
}

struct nth {
    const char *name, *value;
    size_t left;
};

static enum MHD_Result find_nth(void *self, enum MHD_ValueKind kind, const char *key,
                                const char *value)
{
    struct nth *nth = self;

    (void)kind;
    if (strcmp(key, nth->name) == 0 && nth->left-- == 0)
        nth->value = value;
    return nth->value ? MHD_NO : MHD_YES;
}

static const char *repeated(void *self, const char *name, size_t n)
{
    struct request *r = self;
    struct nth nth = { .name = name, .left = n };

    (void)MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, find_nth, &nth);
    return nth.value;
}

/* ---- answers ---- */

static void header(struct MHD_Response *response, const char *name, const char *value)
{
    (void)MHD_add_response_header(response, name, value);
}

static void date_text(char out[64], int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm tm;

    (void)gmtime_r(&s, &tm);
    (void)strftime(out, 64, "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

/* What is to go out by now; the rest waits. */
static ssize_t give_slowly(void *self, uint64_t pos, char *out, size_t most)
{
    struct request *r = self;
    int64_t now = time_boot_ms() - r->start_ms;
    size_t upto = r->body.len;

    if (r->fault.kind == FAULT_HANG || (r->fault.kind == FAULT_LATENCY && now < r->fault.argument))
        upto = 0;
    else if (r->fault.kind == FAULT_DRIP)
        upto = (size_t)(now * r->fault.argument / 1000);
    else if (r->fault.kind == FAULT_TRUNCATE && pos >= (uint64_t)r->fault.argument)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    else if (r->fault.kind == FAULT_TRUNCATE)
        upto = (size_t)r->fault.argument;
    if (upto > r->body.len)
        upto = r->body.len;
    if (pos >= upto)
        return 0; /* ask again */
    size_t n = upto - (size_t)pos < most ? upto - (size_t)pos : most;
    memcpy(out, r->body.bytes + pos, n);
    return (ssize_t)n;
}

static bool is_slow(enum fault_kind kind)
{
    return kind == FAULT_LATENCY || kind == FAULT_DRIP || kind == FAULT_TRUNCATE ||
           kind == FAULT_HANG;
}

static void page(struct exchange *x, int status)
{
    x->status = status;
    x->content_type = "text/html";
    buf_clear(&x->body);
    (void)buf_print(&x->body, "<html><head><title>%d %s</title></head><body>proxy</body></html>\n",
                    status, status == 503 ? "Service Unavailable" : "Bad Gateway");
}

/* Change the answer as the fault wants it. */
static void spoil(struct exchange *x, const struct fault *fault)
{
    char *blanks;

    switch (fault->kind) {
    case FAULT_STATUS:
        page(x, (int)fault->argument);
        break;
    case FAULT_HTML:
        page(x, 200);
        break;
    case FAULT_LIMIT:
    case FAULT_LIMIT_DATE:
        x->status = 429;
        x->content_type = "text/plain";
        buf_clear(&x->body);
        (void)buf_text(&x->body, "Retry later\n");
        break;
    case FAULT_TYPE:
        x->content_type = "text/html";
        break;
    case FAULT_BAD_JSON:
        if (x->body.len > 0)
            x->body.bytes[x->body.len / 2] = '{';
        break;
    case FAULT_BAD_UTF8:
        for (size_t i = 0; i < x->body.len; i++)
            if (x->body.bytes[i] == 'e')
                x->body.bytes[i] = (char)0xFF;
        break;
    case FAULT_BIG:
        blanks = mem_new((size_t)fault->argument + 1, 1);
        memset(blanks, ' ', (size_t)fault->argument);
        (void)buf_add(&x->body, blanks, (size_t)fault->argument);
        free(blanks);
        break;
    case FAULT_REDIRECT:
        x->status = 302;
        break;
    case FAULT_NONE:
    case FAULT_LATENCY:
    case FAULT_TRUNCATE:
    case FAULT_DRIP:
    case FAULT_RESET:
    case FAULT_HANG:
        break;
    }
}

static enum MHD_Result deliver(struct request *r, struct exchange *x)
{
    struct MHD_Response *response;
    char text[300];
    enum MHD_Result result;

    r->body = x->body; /* it lives until the request is completed */
    r->start_ms = time_boot_ms();
    if (is_slow(r->fault.kind))
        response = MHD_create_response_from_callback(r->body.len, 4096, give_slowly, r, NULL);
    else
        response = MHD_create_response_from_buffer(
            r->body.len, r->body.bytes ? r->body.bytes : text, MHD_RESPMEM_PERSISTENT);
    header(response, "Content-Type", x->content_type);
    date_text(text, clock_now(&r->sim->clock));
    header(response, "Date", text);
    if (r->fault.kind == FAULT_LIMIT) {
        (void)snprintf(text, sizeof(text), "%lld", (long long)r->fault.argument);
        header(response, "Retry-After", text);
    } else if (r->fault.kind == FAULT_LIMIT_DATE) {
        date_text(text, clock_now(&r->sim->clock) + r->fault.argument * 1000);
        header(response, "Retry-After", text);
    } else if (r->fault.kind == FAULT_REDIRECT) {
        (void)snprintf(text, sizeof(text), "http://127.0.0.1:%lld%s", (long long)r->fault.argument,
                       x->path);
        header(response, "Location", text);
    }
    result = MHD_queue_response(r->connection, (unsigned)x->status, response);
    MHD_destroy_response(response);
    return result;
}

static bool is_allowed(struct request *r)
{
    const char *said = MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, "Authorization");

    return !*r->sim->token ||
           (said && strncmp(said, "Bearer ", 7) == 0 && strcmp(said + 7, r->sim->token) == 0);
}

/* /sim/...: how tests steer the world from outside. */
static bool control_answer(struct exchange *x)
{
    struct dx_error err = { 0 };
    const char *fault = x->parameter(x->self, "fault");

    if (strcmp(x->path, "/sim/fault") == 0 &&
        !fault_parse(&x->sim->faults.all, fault ? fault : "", &err)) {
        x->status = 400;
        (void)buf_print(&x->body, "%s\n", err.text);
    } else if (strcmp(x->path, "/sim/fault") == 0 || strcmp(x->path, "/sim/counters") == 0) {
        x->status = 200;
        (void)buf_print(&x->body, "{\"requests\": %lld, \"refused\": %lld}\n",
                        (long long)x->sim->requests, (long long)x->sim->refused);
    } else {
        return false;
    }
    x->content_type = "application/json";
    return true;
}

static enum MHD_Result answer(struct request *r, const char *method, const char *path)
{
    struct exchange x = { .sim = r->sim,
                          .method = method,
                          .path = path,
                          .parameter = parameter,
                          .repeated = repeated,
                          .self = r,
                          .status = 404,
                          .content_type = "text/plain" };
    const char *asked = parameter(r, "fault");
    struct dx_error err = { 0 };
    bool control = strncmp(path, "/sim/", 5) == 0;

    buf_init(&x.body, BODY_MOST);
    r->fault = r->sim->faults.all;
    if (control)
        r->fault = (struct fault){ .kind = FAULT_NONE };
    else if (asked && !fault_parse(&r->fault, asked, &err))
        r->fault = (struct fault){ .kind = FAULT_NONE };
    r->sim->requests += !control;
    if (r->fault.kind == FAULT_RESET) {
        buf_done(&x.body);
        return MHD_NO;
    }
    if (!is_allowed(r)) {
        r->sim->refused++;
        x.status = 401;
        (void)buf_text(&x.body, "Unauthorized\n");
    } else if (!control_answer(&x) && !prometheus_answer(&x) && !alertmanager_answer(&x)) {
        (void)buf_text(&x.body, "404 page not found\n");
    }
    spoil(&x, &r->fault);
    return deliver(r, &x);
}

static enum MHD_Result on_request(void *self, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct request *r = *state;

    (void)version;
    if (!r) {
        r = mem_new(1, sizeof(*r));
        r->sim = self;
        r->connection = connection;
        buf_init(&r->form, FORM_MOST);
        *state = r;
        return MHD_YES;
    }
    if (*upload_size > 0) {
        (void)buf_add(&r->form, upload, *upload_size);
        *upload_size = 0;
        return MHD_YES;
    }
    if (r->form.len > 0 && r->form_count == 0)
        decode_form(r);
    return answer(r, method, url);
}

static void on_completed(void *self, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode code)
{
    struct request *r = *state;

    (void)self;
    (void)connection;
    (void)code;
    if (!r)
        return;
    buf_done(&r->form);
    buf_done(&r->body);
    free(r->form_values);
    free(r);
    *state = NULL;
}

/* ---- the loop ---- */

/* MHD's epoll descriptor and our stdin; at most a slice, for what goes slowly. */
static void loop(struct MHD_Daemon *daemon, bool until_stdin)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    struct pollfd wait[2] = { { .fd = info->epoll_fd, .events = POLLIN },
                              { .fd = until_stdin ? STDIN_FILENO : -1, .events = POLLIN } };
    char bytes[256];

    while (!stopped) {
        MHD_UNSIGNED_LONG_LONG ms = SLICE_MS;

        if (MHD_get_timeout(daemon, &ms) == MHD_YES && ms > SLICE_MS)
            ms = SLICE_MS;
        (void)poll(wait, 2, ms > SLICE_MS ? SLICE_MS : (int)ms);
        if (wait[1].revents && read(STDIN_FILENO, bytes, sizeof(bytes)) <= 0)
            break;
        (void)MHD_run(daemon);
    }
}

int server_run(struct sim *sim, int port, bool until_stdin)
{
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_port = htons((uint16_t)port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const union MHD_DaemonInfo *info;
    struct MHD_Daemon *daemon;

    (void)signal(SIGTERM, on_signal);
    (void)signal(SIGINT, on_signal);
    (void)signal(SIGPIPE, SIG_IGN);
    daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_SUPPRESS_DATE_NO_CLOCK, 0, NULL, NULL,
                              on_request, sim, MHD_OPTION_SOCK_ADDR, &address,
                              MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
                              MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
    if (!daemon) {
        (void)fprintf(stderr, "dxtop-sim: cannot listen on port %d: %s\n", port, strerror(errno));
        return EXIT_PORT;
    }
    info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    (void)printf("{\"port\": %d, \"token\": \"%s\", \"url\": \"http://127.0.0.1:%d\"}\n",
                 info->port, sim->token, info->port);
    (void)fflush(stdout);
    loop(daemon, until_stdin);
    MHD_stop_daemon(daemon);
    return 0;
}
