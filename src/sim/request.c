/* request: one HTTP request from its first byte to the last of its answer. */
#include "config.h"

#include "sim/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { FORM_MOST = 1 << 20, CHUNK = 16384, DRIP_MS = 20 };

/* ---- waiting ---- */

int request_socket(const struct request *r)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(r->connection, MHD_CONNECTION_INFO_CONNECTION_FD);

    return info ? info->connect_fd : -1;
}

/* Meanwhile libmicrohttpd does not look at the connection. */
static void wait_until(struct request *r, int64_t wake_ms)
{
    r->wake_ms = wake_ms;
    r->next = r->queue->first;
    r->queue->first = r;
    MHD_suspend_connection(r->connection);
}

void request_wake(struct request *r)
{
    struct request **at = &r->queue->first;

    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    MHD_resume_connection(r->connection);
}

/* ---- the beginning ---- */

static enum MHD_Result add_argument(void *self, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    (void)kind;
    exchange_add_parameter(self, name, value ? value : "");
    return MHD_YES;
}

static bool is_control(const struct exchange *x)
{
    return strncmp(x->path, "/sim/", 5) == 0;
}

/* false: its own ?fault= is none; that is the answer. */
static bool find_fault(struct request *r)
{
    struct exchange *x = &r->exchange;
    const char *asked = exchange_parameter(x, "fault");
    const struct fault *hit;
    struct dx_error err = { 0 };

    if (is_control(x))
        return true;
    if (asked && !fault_parse(&r->fault, asked, &err)) {
        r->fault = (struct fault){ 0 };
        exchange_text(x, 400, arena_print(&x->arena, "%s\n", err.text));
        return false;
    }
    hit = asked ? NULL : faults_hit(&x->sim->faults, x->path);
    if (hit)
        r->fault = *hit;
    x->sim->faulted += r->fault.kind != FAULT_NONE;
    return true;
}

static const char *asked(const void *self, const char *name)
{
    const struct request *r = self;

    return MHD_lookup_connection_value(r->connection, MHD_HEADER_KIND, name);
}

/* false: the answer is there already. */
static bool begin(struct request *r, const char *method, const char *path)
{
    struct exchange *x = &r->exchange;
    struct sim *sim = r->queue->sim;

    r->begun = true;
    r->begin_ms = time_boot_ms();
    exchange_init(x, sim, method, path);
    x->asked = asked;
    x->asked_self = r;
    x->now_ms = clock_now(&sim->clock);
    /* What stands in the form counts before the query. */
    if (strncmp(exchange_asked(x, "Content-Type"), "application/json", 16) == 0)
        x->content = r->form.bytes;
    else if (r->form.len > 0)
        exchange_add_parameters(x, r->form.bytes);
    (void)MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND, add_argument, x);
    sim->requests += !is_control(x);
    if (r->form.full) {
        exchange_text(x, 413, "the form is larger than a megabyte\n");
        return false;
    }
    return find_fault(r);
}

/* ---- the answer ---- */

static void add_date(struct MHD_Response *response, int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    char text[64];
    struct tm tm;

    (void)gmtime_r(&s, &tm);
    (void)strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_DATE, text);
}

/* An answer that stays the same has an ETag, and is not sent to who has it. Some
 * faces have seen to that by themselves. */
static void spare(struct exchange *x)
{
    if (x->steady && x->status == 200 && strcmp(x->method, "GET") == 0)
        (void)exchange_spare(x, false);
    x->sim->unchanged += x->status == 304;
}

static void fill(struct request *r)
{
    struct exchange *x = &r->exchange;

    x->now_ms = clock_now(&x->sim->clock); /* it may have waited */
    if (faces_let_in(x)) {
        faces_answer(x);
        spare(x);
    } else {
        x->sim->refused++;
        faces_refuse(x);
    }
    fault_spoil(x, &r->fault);
}

/* The bytes that may go out by now; the rest waits. */
static ssize_t give(void *self, uint64_t pos, char *out, size_t most)
{
    struct request *r = self;
    const struct buf *body = &r->exchange.body;
    int64_t n = r->fault.number, now_ms = time_boot_ms() - r->begin_ms;
    uint64_t upto = body->len;

    if (r->gone || (r->fault.kind == FAULT_TRUNCATE && pos >= (uint64_t)n))
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (r->fault.kind == FAULT_TRUNCATE && (uint64_t)n < upto)
        upto = (uint64_t)n;
    if (r->fault.kind == FAULT_DRIP && (uint64_t)now_ms * (uint64_t)n / 1000 < upto)
        upto = (uint64_t)now_ms * (uint64_t)n / 1000;
    if (pos >= upto) {
        int64_t due_ms = r->begin_ms + (int64_t)(pos + 1) * 1000 / n + 1;

        wait_until(r, due_ms > time_boot_ms() + DRIP_MS ? due_ms : time_boot_ms() + DRIP_MS);
        return 0;
    }
    if (most > upto - pos)
        most = (size_t)(upto - pos);
    memcpy(out, body->bytes + pos, most);
    return (ssize_t)most;
}

static enum MHD_Result deliver(struct request *r)
{
    struct exchange *x = &r->exchange;
    struct MHD_Response *response;
    enum MHD_Result result;

    if (r->fault.kind == FAULT_DRIP || r->fault.kind == FAULT_TRUNCATE)
        response = MHD_create_response_from_callback(x->body.len, CHUNK, give, r, NULL);
    else
        response =
            MHD_create_response_from_buffer(x->body.len, x->body.bytes, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return MHD_NO;
    if (x->status != 304)
        (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, x->content_type);
    for (size_t i = 0; i < x->header_count; i++)
        (void)MHD_add_response_header(response, x->headers[i].name, x->headers[i].value);
    add_date(response, x->now_ms);
    result = MHD_queue_response(r->connection, (unsigned)x->status, response);
    MHD_destroy_response(response);
    return result;
}

/* Dissolving a TCP connection this way sends a reset; libmicrohttpd would say
 * goodbye before it closes. */
static enum MHD_Result hang_up(const struct request *r)
{
    const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

    if (r->fault.kind == FAULT_RST)
        (void)connect(request_socket(r), &nobody, sizeof(nobody));
    return MHD_NO;
}

static enum MHD_Result go_on(struct request *r, const char *method, const char *path)
{
    bool done = !r->begun && !begin(r, method, path);

    if (r->gone)
        return MHD_NO;
    switch (r->fault.kind) {
    case FAULT_RESET:
    case FAULT_RST:
        return hang_up(r);
    case FAULT_HANG:
        wait_until(r, INT64_MAX);
        return MHD_YES;
    case FAULT_LATENCY:
        if (time_boot_ms() < r->begin_ms + r->fault.number) {
            wait_until(r, r->begin_ms + r->fault.number);
            return MHD_YES;
        }
        break;
    case FAULT_NONE:
    case FAULT_STATUS:
    case FAULT_LIMIT:
    case FAULT_LIMIT_DATE:
    case FAULT_SECONDARY:
    case FAULT_TRUNCATE:
    case FAULT_DRIP:
    case FAULT_HTML:
    case FAULT_HIBERNATE:
    case FAULT_TYPE:
    case FAULT_BAD_JSON:
    case FAULT_BAD_UTF8:
    case FAULT_HOSTILE:
    case FAULT_BIG:
    case FAULT_REDIRECT:
        break;
    }
    if (!done)
        fill(r);
    return deliver(r);
}

/* The parameters are libmicrohttpd's. NOLINTNEXTLINE(readability-function-size) */
enum MHD_Result request_on_data(void *self, struct MHD_Connection *connection, const char *url,
                                const char *method, const char *version, const char *upload,
                                size_t *upload_size, void **state)
{
    struct request *r = *state;

    (void)version;
    if (!r) {
        r = mem_new(1, sizeof(*r));
        r->queue = self;
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
    return go_on(r, method, url);
}

void request_on_completed(void *self, struct MHD_Connection *connection, void **state,
                          enum MHD_RequestTerminationCode code)
{
    struct request *r = *state;

    (void)self;
    (void)connection;
    (void)code;
    *state = NULL;
    if (!r)
        return;
    buf_done(&r->form);
    exchange_done(&r->exchange);
    free(r);
}
