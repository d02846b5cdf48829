/* Bodies that are too large, and texts of which the end is wanted. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

TestSuite(body_call, .init = client_serve, .fini = client_stop, .timeout = 30);

/* ---- limits ---- */

/* Zeros, compressed by gzip; gives its length. */
static size_t zip(char *out, size_t cap, size_t zeros)
{
    char command[128];
    FILE *pipe;

    snprintf(command, sizeof(command), "head -c %zu /dev/zero | gzip -9", zeros);
    pipe = popen(command, "r");
    cr_assert(pipe);
    size_t len = fread(out, 1, cap, pipe);
    cr_assert(pclose(pipe) == 0 && len < cap);
    return len;
}

static void serve_zipped(const char *bytes, size_t len)
{
    char *reply = malloc(len + 200);
    int head =
        snprintf(reply, 200,
                 "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", len);

    memcpy(reply + head, bytes, len);
    server_bytes(client.server, 0, reply, (size_t)head + len);
    free(reply);
}

Test(body_call, the_limit_of_the_body_holds_after_decompression)
{
    enum { CAP = 1 << 20 };
    char *zipped = malloc(CAP);
    size_t bomb = zip(zipped, CAP, 64 << 20);

    serve_zipped(zipped, bomb);
    serve_zipped(zipped, zip(zipped, CAP, 1 << 20));
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_REPLY);
    cr_expect_str_eq(got->error.text, "the answer is larger than max_body (1048576 bytes)");
    cr_expect_leq(got->len, 1 << 20);
    cr_expect_lt(got->bytes, (int64_t)bomb + 1000, "counted as it came over the wire");
    got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NONE, "%s", got->error.text);
    cr_expect_eq(got->len, 1 << 20, "max_body itself is not too large");
    cr_expect_lt(got->bytes, 10000);
    free(zipped);
}

/* ---- the end of a long text ---- */

static char *lines_of(size_t count, size_t *len)
{
    char *text = malloc(count * 16 + 1);

    *len = 0;
    for (size_t i = 0; i < count; i++)
        *len += (size_t)sprintf(text + *len, "line %zu\n", i);
    return text;
}

Test(body_call, of_a_long_text_the_end_is_kept_and_max_body_does_not_count)
{
    size_t len;
    char *text = lines_of(200000, &len);

    cr_assert_gt(len, (size_t)client.endpoint.max_body);
    server_ok(client.server, "", text);
    client.request.tail = 4096;
    const struct got *got = client_get(server_url(client.server), "/log");
    cr_expect_eq(got->error.fault, DX_FAULT_NONE, "%s", got->error.text);
    cr_expect(got->cut);
    cr_assert_geq(got->len, 4096);
    cr_expect_leq(got->len, 2 * 4096 + 16384);
    cr_expect_str_eq(got->body, text + len - got->len);
    free(text);
}

Test(body_call, a_short_text_is_kept_whole_and_so_is_one_behind_a_long_redirect)
{
    size_t len;
    char *text = lines_of(20000, &len);

    server_ok(client.server, "", "a\nb\n");
    server_say(client.server, 0,
               "HTTP/1.1 302 Found\r\nLocation: /short\r\nContent-Length: %zu\r\n\r\n%s", len,
               text);
    server_ok(client.server, "", "c\n");
    client.request.tail = 4096;
    const struct got *got = client_get(server_url(client.server), "/log");
    cr_expect_str_eq(got->body, "a\nb\n");
    cr_expect_not(got->cut);
    got = client_get(server_url(client.server), "/log");
    cr_expect_str_eq(got->body, "c\n");
    cr_expect_not(got->cut);
    free(text);
}

Test(body_call, the_end_of_a_text_that_never_ends_is_not_waited_for)
{
    enum { CAP = 4 << 20 };
    char *zipped = malloc(CAP);

    serve_zipped(zipped, zip(zipped, CAP, HTTP_TAIL_OF + (1 << 20)));
    client.request.tail = 4096;
    client.endpoint.timeout_ms = 20000;
    const struct got *got = client_get(server_url(client.server), "/log");
    cr_expect_eq(got->error.fault, DX_FAULT_REPLY);
    cr_expect_str_eq(got->error.text, "the answer is larger than 268435456 bytes");
    free(zipped);
}
