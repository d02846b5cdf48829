#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "core/time.h"
#include "net/call.h"

TestSuite(call, .init = client_serve, .fini = client_stop, .timeout = 30);

/* The value of a header of the n-th request: "-" when it was not sent. */
static const char *sent(size_t n, const char *name)
{
    static char value[512];
    char line[128];
    const char *at;

    snprintf(line, sizeof(line), "\r\n%s:", name);
    at = strcasestr(server_request(client.server, n), line);
    if (!at)
        return "-";
    at += strlen(line);
    at += strspn(at, " ");
    snprintf(value, sizeof(value), "%.*s", (int)strcspn(at, "\r\n"), at);
    return value;
}

/* ---- asking ---- */

Test(call, sends_what_it_was_given_and_nothing_else)
{
    const struct http_header headers[] = { { .name = "X-Scope-OrgID", .value = "ci" },
                                           { .name = "X-Key", .value = "k3y", .secret = true } };

    server_ok(client.server, "", "{}");
    client.request.authorization = "Bearer s3cret";
    client.request.headers = headers;
    client.request.header_count = 2;
    client.request.etag = "W/\"a\"";
    client.request.accept = "application/vnd.github+json";
    cr_expect_eq(client_get(server_url(client.server), "/api?x=1")->status, 200);
    cr_expect(strncmp(server_request(client.server, 0), "GET /api?x=1 HTTP/1.1\r\n", 23) == 0, "%s",
              server_request(client.server, 0));
    cr_expect_str_eq(sent(0, "Accept"), "application/vnd.github+json");
    cr_expect_str_eq(sent(0, "Authorization"), "Bearer s3cret");
    cr_expect_str_eq(sent(0, "X-Scope-OrgID"), "ci");
    cr_expect_str_eq(sent(0, "X-Key"), "k3y");
    cr_expect_str_eq(sent(0, "If-None-Match"), "W/\"a\"");
    cr_expect_str_eq(sent(0, "User-Agent"), "dxtop/test");
    cr_expect(strstr(sent(0, "Accept-Encoding"), "gzip"), "%s", sent(0, "Accept-Encoding"));
    cr_expect_str_eq(sent(0, "Expect"), "-");
    cr_expect_str_eq(sent(0, "Cookie"), "-");
}

Test(call, a_long_form_is_posted_without_waiting_for_a_100)
{
    char form[4096];

    memset(form, 'a', sizeof(form) - 1);
    form[sizeof(form) - 1] = '\0';
    server_ok(client.server, "", "{}");
    client.request.form = form;
    const struct got *got = client_get(server_url(client.server), "/query");
    cr_expect_eq(got->status, 200, "%s", got->error.text);
    cr_expect(strncmp(server_request(client.server, 0), "POST /query HTTP/1.1\r\n", 22) == 0);
    cr_expect_str_eq(sent(0, "Expect"), "-"); /* libcurl would wait a second for it */
    cr_expect_str_eq(sent(0, "Content-Type"), "application/x-www-form-urlencoded");
    cr_expect_str_eq(strstr(server_request(client.server, 0), "\r\n\r\n") + 4, form);
}

Test(call, a_whole_address_may_stand_for_the_path)
{
    char url[128];

    server_ok(client.server, "", "{}");
    client.request.authorization = "Bearer s3cret";
    snprintf(url, sizeof(url), "%s/next?page=2", server_url(client.server));
    cr_expect_eq(client_get(server_url(client.server), url)->status, 200);
    cr_expect(strncmp(server_request(client.server, 0), "GET /next?page=2 ", 17) == 0);
    cr_expect_str_eq(sent(0, "Authorization"), "Bearer s3cret");
    /* The next page of another host is another host's. */
    snprintf(url, sizeof(url), "http://localhost:%d/next", server_port(client.server));
    cr_expect_eq(client_get(server_url(client.server), url)->status, 200);
    cr_expect_str_eq(sent(1, "Authorization"), "-");
}

/* As the secret address of a webhook can be; and a call that is late before it began. */
Test(call, an_address_of_another_kind_and_a_deadline_that_is_over_are_said)
{
    const struct got *got = client_get("ftp://127.0.0.1", "/");

    cr_expect_eq(got->error.fault, DX_FAULT_CONFIG);
    cr_expect_str_eq(got->error.text, "not an http or https address");
    client.endpoint.timeout_ms = 0;
    got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect_str_eq(got->error.text, "127.0.0.1 led on and on until 0 s were over");
}

Test(call, an_address_that_is_too_long_is_refused_not_cut)
{
    char path[9000];

    memset(path, 'a', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    const struct got *got = client_get(server_url(client.server), path);
    cr_expect_eq(got->error.fault, DX_FAULT_CONFIG);
    cr_expect_str_eq(got->error.text, "an address of more than 8191 bytes; ask for less");
    cr_expect_eq(server_requests(client.server), 0);
}

Test(call, connections_are_used_again_and_at_most_four_a_host)
{
    struct got got[6];

    server_ok(client.server, "", "{}");
    for (int i = 0; i < 3; i++)
        client_get(server_url(client.server), "/");
    cr_expect_eq(server_connections(client.server), 1);
    for (size_t i = 0; i < 6; i++)
        client_begin(&got[i], server_url(client.server), "/");
    for (size_t i = 0; i < 6; i++) {
        client_wait(&got[i]);
        cr_expect_eq(got[i].status, 200);
        client_done(&got[i]);
    }
    cr_expect_leq(server_connections(client.server), 4);
    cr_expect_eq(server_requests(client.server), 9);
}

Test(call, a_connection_that_the_server_closed_meanwhile_is_no_error)
{
    server_say(client.server, SERVE_CLOSE, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
    server_ok(client.server, "", "[]");
    cr_expect_str_eq(client_get(server_url(client.server), "/")->body, "{}");
    cr_expect_str_eq(client_get(server_url(client.server), "/")->body, "[]");
}

/* ---- answers ---- */

Test(call, a_304_is_an_answer_with_its_etag)
{
    server_say(client.server, 0, "HTTP/1.1 304 Not Modified\r\nETag: \"v2\"\r\n\r\n");
    client.request.etag = "\"v2\"";
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NONE);
    cr_expect_eq(got->status, 304);
    cr_expect_str_eq(got->etag, "\"v2\"");
    cr_expect_eq(got->len, 0);
}

Test(call, an_etag_comes_back_as_it_was_or_not_at_all)
{
    char headers[600], tag[400];

    memset(tag, 'x', sizeof(tag) - 1);
    tag[sizeof(tag) - 1] = '\0';
    snprintf(headers, sizeof(headers), "ETag: \"%s\"\r\n", tag);
    server_ok(client.server, "ETag: W/\"a  b\"\r\n", "");
    server_ok(client.server, "ETag: \"a\x1b[31m\"\r\n", "");
    server_ok(client.server, headers, "");
    server_ok(client.server, "ETag: W/\"a1-ä\"\r\n", "");
    cr_expect_str_eq(client_get(server_url(client.server), "/")->etag, "",
                     "two blanks would become one");
    cr_expect_str_eq(client_get(server_url(client.server), "/")->etag, "", "an escape sequence");
    cr_expect_str_eq(client_get(server_url(client.server), "/")->etag, "", "too long");
    cr_expect_str_eq(client_get(server_url(client.server), "/")->etag, "W/\"a1-ä\"");
}

Test(call, the_heads_of_interim_answers_are_not_the_answers)
{
    server_say(client.server, 0,
               "HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\nRetry-After: 9\r\n"
               "Link: </a>; rel=\"next\"\r\n\r\n"
               "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok");
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->status, 200);
    cr_expect_str_eq(got->body, "ok");
    cr_expect_str_eq(got->etag, "");
    cr_expect_str_eq(got->next, "");
    cr_expect_str_eq(got->content_type, "text/plain");
    cr_expect_eq(got->retry_after_s, -1);
}

/* @ is the server. */
static const struct {
    const char *headers, *next;
} pages[] = {
    { "Link: <@/a?page=2>; rel=\"next\"\r\n", "@/a?page=2" },
    { "Link: </a?page=2>; rel=next\r\n", "@/a?page=2" },
    { "Link: <?page=2>; rel=\"next\"\r\n", "@/dir/list?page=2" },
    { "Link: <@/1>; rel=\"first\"\r\nLink: <@/2>; rel=\"next\"\r\n", "@/2" },
    { "Link: <https://evil.example/a>; rel=\"next\"\r\n", "" },
    { "Link: <//evil.example/a>; rel=\"next\"\r\n", "" },
    { "Link: <http://127.0.0.1:1/a>; rel=\"next\"\r\n", "" },
    { "Link: <@@evil.example/a>; rel=\"next\"\r\n", "" },
    { "Link: </a>; rel=\"last\"\r\n", "" },
};

static const char *fill(char out[512], const char *text)
{
    size_t len = 0;

    for (; *text; text++)
        len +=
            (size_t)(*text == '@' ? snprintf(out + len, 512 - len, "%s", server_url(client.server))
                                  : snprintf(out + len, 512 - len, "%c", *text));
    out[len] = '\0';
    return out;
}

Test(call, the_next_page_is_followed_within_the_same_origin_only)
{
    char text[512];

    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
        server_ok(client.server, fill(text, pages[i].headers), "");
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        const struct got *got = client_get(server_url(client.server), "/dir/list");

        cr_expect_str_eq(got->next, fill(text, pages[i].next), "%s", pages[i].headers);
        cr_expect_eq(got->astray, !*pages[i].next && strstr(pages[i].headers, "next"), "%s",
                     pages[i].headers);
    }
}

Test(call, waiting_times_are_counted_by_the_servers_clock)
{
    const int64_t date_ms = 1795500000000; /* Tue, 24 Nov 2026 06:00:00 GMT */
    const char *const headers[] = {
        "Retry-After: Tue, 24 Nov 2026 06:02:00 GMT\r\nDate: Tue, 24 Nov 2026 06:00:00 GMT\r\n",
        "Date: Tue, 24 Nov 2026 06:00:00 GMT\r\nRetry-After: Tue, 24 Nov 2026 06:02:00 GMT\r\n",
        "RateLimit-Limit: 9\r\nRateLimit-Remaining: 8\r\nRateLimit-Reset: 30\r\n"
        "Date: Tue, 24 Nov 2026 06:00:00 GMT\r\n",
    };

    for (size_t i = 0; i < 3; i++)
        server_ok(client.server, headers[i], "");
    for (size_t i = 0; i < 2; i++)
        cr_expect_eq(client_get(server_url(client.server), "/")->retry_after_s, 120);
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->retry_after_s, -1);
    cr_expect_eq(got->date_ms, date_ms);
    cr_expect_eq(got->limit, 9);
    cr_expect_eq(got->remaining, 8);
    cr_expect_eq(got->reset_ms, date_ms + 30000, "%lld", (long long)got->reset_ms);
}

Test(call, without_a_date_our_own_clock_has_to_do)
{
    const struct clock machine = { 0 };
    char headers[200], date[64];
    time_t later = time(NULL) + 100;

    strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime(&later));
    snprintf(headers, sizeof(headers), "Retry-After: %s\r\nRateLimit-Reset: 50\r\n", date);
    server_ok(client.server, headers, "");
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect(got->retry_after_s >= 95 && got->retry_after_s <= 101, "%lld",
              (long long)got->retry_after_s);
    cr_expect_eq(got->date_ms, 0);
    cr_expect_lt(llabs(got->reset_ms - clock_now(&machine) - 50000), 5000);
    cr_expect_eq(got->limit, -1);
}

/* ---- the head as sources see it ---- */

Test(call, the_head_is_handed_on_in_lower_case_without_cookies)
{
    char large[4096], head[9000];

    memset(large, 'x', sizeof(large) - 1);
    large[sizeof(large) - 1] = '\0';
    snprintf(head, sizeof(head), "X-A: %s\r\nX-B: %s\r\nX-Next-Page: 3\r\n", large, large);
    server_ok(client.server, "X-Next-Page:  2 \r\nSet-Cookie: id=s3cret\r\nX-Total: 7\r\n", "{}");
    server_ok(client.server, head, "{}");
    cr_expect_str_eq(client_get(server_url(client.server), "/")->head,
                     "x-next-page: 2\nx-total: 7\ncontent-length: 2\n");
    /* What does not fit is not there, what is behind it is. */
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect(strstr(got->head, "x-a: xxx"));
    cr_expect_not(strstr(got->head, "x-b:"));
    cr_expect(strstr(got->head, "\nx-next-page: 3\n"));
    cr_expect_lt(strlen(got->head), 8192);
}

Test(call, a_delay_of_the_server_is_told)
{
    server_ok(client.server, "X-RateLimit-Delay: 2.5\r\nRetry-After: 3\r\n", "{}");
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->status, 200);
    cr_expect_eq(got->delay_ms, 2500);
    cr_expect_eq(got->retry_after_s, 3);
}

Test(call, a_head_without_end_is_stopped)
{
    char *head = malloc(400 << 10);
    size_t len = (size_t)sprintf(head, "HTTP/1.1 200 OK\r\n");

    while (len < (390 << 10))
        len +=
            (size_t)sprintf(head + len, "X-Filler: 0123456789012345678901234567890123456789\r\n");
    server_bytes(client.server, 0, head, len);
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_REPLY);
    cr_expect_str_eq(got->error.text, "the head of 127.0.0.1's answer does not end");
    free(head);
}

Test(call, the_deadline_ends_a_server_that_drips)
{
    server_say(client.server, SERVE_DRIP, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n%0500d",
               1);
    client.endpoint.timeout_ms = 400;
    const struct got *got = client_get(server_url(client.server), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect_str_eq(got->error.text, "127.0.0.1 did not finish its answer within 0.4 s");
    cr_expect_eq(got->status, 0);
    cr_expect(got->latency_ms >= 390 && got->latency_ms < 5000, "%lld", (long long)got->latency_ms);
}

Test(call, who_waits_behind_four_others_has_its_deadline_too)
{
    struct got got[6];

    client.endpoint.timeout_ms = 2000;
    for (size_t i = 0; i < 6; i++)
        client_begin(&got[i], server_url(client.server), "/");
    for (size_t i = 0; i < 6; i++) {
        client_wait(&got[i]);
        cr_expect_eq(got[i].error.fault, DX_FAULT_NETWORK);
        cr_expect_lt(got[i].latency_ms, 3500); /* counted from its turn it were twice as long */
        client_done(&got[i]);
    }
}

/* ---- failing ---- */

static const struct {
    const char *reply;
    unsigned how;
    enum dx_fault fault;
    const char *words;
} broken[] = {
    { "", SERVE_CLOSE, DX_FAULT_NETWORK, "127.0.0.1 closed the connection without an answer" },
    { "", SERVE_RESET, DX_FAULT_NETWORK, "127.0.0.1 broke off the connection" },
    { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", SERVE_CLOSE, DX_FAULT_NETWORK,
      "the answer of 127.0.0.1 was cut short" },
    { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", SERVE_CLOSE, DX_FAULT_NETWORK,
      "the answer of 127.0.0.1 was cut short" },
    { "SSH-2.0-OpenSSH_9.2\r\n", SERVE_CLOSE, DX_FAULT_REPLY, "does not speak HTTP" },
    { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbrok", 0,
      DX_FAULT_REPLY, "the answer of 127.0.0.1 cannot be decompressed" },
    { "HTTP/1.1 200 OK\r\nContent-Encoding: rot13\r\nContent-Length: 2\r\n\r\n{}", 0,
      DX_FAULT_REPLY, "the answer of 127.0.0.1 cannot be decompressed" },
};

Test(call, every_way_to_break_off_has_its_sentence)
{
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
        server_say(client.server, broken[i].how, "%s", broken[i].reply);
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        const struct got *got = client_get(server_url(client.server), "/");

        cr_expect_eq(got->error.fault, broken[i].fault, "%zu: %s", i, got->error.text);
        cr_expect(strstr(got->error.text, broken[i].words), "%zu: %s", i, got->error.text);
        cr_expect_eq(got->status, 0);
    }
}

Test(call, a_handshake_that_stalls_ends_at_the_deadline_of_the_connection)
{
    char url[64];

    snprintf(url, sizeof(url), "https://127.0.0.1:%d", server_port(client.server));
    client.endpoint.connect_timeout_ms = 300;
    client.endpoint.timeout_ms = 6000;
    const struct got *got = client_get(url, "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect_str_eq(got->error.text, "no connection to 127.0.0.1 within 0.3 s");
    cr_expect_lt(got->latency_ms, 4500); /* that of the answer is 6 s */
}

/* One that is old leads where the name did long ago; one that did not help may be dead. */
Test(call, a_connection_is_not_used_for_ever_nor_after_it_did_not_help)
{
    server_ok(client.server, "", "{}");
    for (int i = 0; i < 2; i++)
        cr_expect_eq(client_get(server_url(client.server), "/")->status, 200);
    cr_expect_eq(server_connections(client.server), 1);
    (void)usleep(2100 * 1000);
    (void)client_get(server_url(client.server), "/");
    cr_expect_eq(server_connections(client.server), 1);
    client.request.fresh = true;
    (void)client_get(server_url(client.server), "/");
    cr_expect_eq(server_connections(client.server), 2);
    client.request.fresh = false;
    client.http->lifetime_s = 1;
    (void)usleep(2100 * 1000);
    (void)client_get(server_url(client.server), "/");
    cr_expect_eq(server_connections(client.server), 3);
}

/* In libcurl's words, which are many. */
Test(call, a_proxy_that_is_none_is_said_with_what_it_did)
{
    char proxy[64];

    snprintf(proxy, sizeof(proxy), "socks5h://%s", server_url(client.server) + strlen("http://"));
    client.endpoint.proxy = proxy;
    server_say(client.server, SERVE_AT_ONCE, "HTTP/1.1 400 Bad Request\r\n\r\n");
    const struct got *got = client_get("http://ci.example", "/");

    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect(strncmp(got->error.text, "ci.example: ", 12) == 0 &&
                  strcasestr(got->error.text, "socks"),
              "%s", got->error.text);
}

Test(call, https_to_a_port_that_speaks_http_says_so)
{
    char url[64];

    server_say(client.server, SERVE_AT_ONCE | SERVE_CLOSE, "HTTP/1.1 400 Bad Request\r\n\r\n");
    snprintf(url, sizeof(url), "https://127.0.0.1:%d", server_port(client.server));
    const struct got *got = client_get(url, "/");
    cr_expect_eq(got->error.fault, DX_FAULT_CONFIG);
    cr_expect(strstr(got->error.text, "does not speak https; is it http?"), "%s", got->error.text);
}
