#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "run.h"
#include "server.h"

static struct server *here, *there;

static void start(void)
{
    client_start();
    here = server_new(client.loop);
    there = server_new(client.loop);
}

static void stop(void)
{
    server_free(here);
    server_free(there);
    client_stop();
}

TestSuite(redirect, .init = start, .fini = stop, .timeout = 30);
TestSuite(proxy, .init = start, .fini = stop, .timeout = 30);

static void redirect(struct server *server, int status, const char *to)
{
    server_say(server, 0, "HTTP/1.1 %d Go\r\nLocation: %s\r\nContent-Length: 2\r\n\r\nno", status,
               to);
}

static bool asked(const struct server *server, size_t n, const char *what)
{
    return strstr(server_request(server, n), what) != NULL;
}

static const struct http_header headers[] = {
    { .name = "PRIVATE-TOKEN", .value = "s3cret", .secret = true },
    { .name = "X-Scope-OrgID", .value = "tenant" }
};

static void give_credentials(void)
{
    client.request.authorization = "Bearer s3cret";
    client.request.headers = headers;
    client.request.header_count = 2;
    client.request.etag = "\"etag\"";
}

Test(redirect, within_its_origin_it_is_followed_with_everything)
{
    char url[128];

    give_credentials();
    redirect(here, 302, "../b?x=1#part");
    server_ok(here, "", "{}");
    const struct got *got = client_get(server_url(here), "/a/list");
    cr_expect_eq(got->status, 200, "%s", got->error.text);
    cr_expect_str_eq(got->body, "{}");
    cr_expect(asked(here, 1, "GET /b?x=1 HTTP"), "%s", server_request(here, 1));
    cr_expect(asked(here, 1, "Authorization: Bearer s3cret") &&
              asked(here, 1, "PRIVATE-TOKEN: s3cret") && asked(here, 1, "X-Scope-OrgID: tenant") &&
              asked(here, 1, "If-None-Match"));
    snprintf(url, sizeof(url), "%s/b?x=1", server_url(here));
    cr_expect_str_eq(got->url, url);
}

Test(redirect, to_another_origin_nothing_of_ours_goes_along)
{
    char url[128];

    give_credentials();
    snprintf(url, sizeof(url), "%s/stolen", server_url(there));
    redirect(here, 302, url);
    server_ok(there, "", "{}");
    const struct got *got = client_get(server_url(here), "/");
    cr_expect_eq(got->status, 200, "%s", got->error.text);
    cr_expect_str_eq(got->url, url);
    cr_expect(asked(there, 0, "GET /stolen HTTP"));
    cr_expect(asked(there, 0, "Accept: application/json"));
    cr_expect_not(asked(there, 0, "s3cret"), "%s", server_request(there, 0));
    cr_expect_not(asked(there, 0, "tenant"));
    cr_expect_not(asked(there, 0, "If-None-Match"));
}

Test(redirect, another_name_of_the_same_machine_is_another_origin)
{
    char url[128];

    give_credentials();
    snprintf(url, sizeof(url), "http://localhost:%d/", server_port(here));
    redirect(here, 301, url);
    server_ok(here, "", "{}");
    cr_expect_eq(client_get(server_url(here), "/")->status, 200);
    cr_expect_not(asked(here, 1, "s3cret"));
}

Test(redirect, a_login_in_the_address_is_not_used)
{
    char url[128];

    snprintf(url, sizeof(url), "http://user:pass@127.0.0.1:%d/x", server_port(there));
    redirect(here, 302, url);
    server_ok(there, "", "{}");
    const struct got *got = client_get(server_url(here), "/");
    cr_expect_eq(got->status, 200);
    cr_expect_not(asked(there, 0, "Authorization"));
    cr_expect_not(strstr(got->url, "pass"), "%s", got->url);
}

Test(redirect, five_times_and_no_more)
{
    for (int i = 0; i < 5; i++)
        redirect(here, 302, "/again");
    server_ok(here, "", "{}");
    redirect(here, 302, "/again");
    cr_expect_eq(client_get(server_url(here), "/")->status, 200);
    const struct got *got = client_get(server_url(here), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect_str_eq(got->error.text, "127.0.0.1 redirects more than 5 times");
    cr_expect_eq(server_requests(here), 6 + 6);
}

static const struct {
    const char *to, *words;
} nowhere[] = {
    { "ftp://127.0.0.1/x", "127.0.0.1 redirects to another protocol than http and https" },
    { "file:///etc/passwd", "127.0.0.1 redirects to another protocol than http and https" },
    { "javascript://x", "127.0.0.1 redirects to another protocol than http and https" },
    { "http://", "127.0.0.1 redirects to what is no address" },
    { "http://h:99999/", "127.0.0.1 redirects to what is no address" },
};

Test(redirect, to_other_protocols_or_nowhere_is_refused_in_words)
{
    for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++)
        redirect(here, 302, nowhere[i].to);
    for (size_t i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
        const struct got *got = client_get(server_url(here), "/");

        cr_expect_eq(got->error.fault, DX_FAULT_NETWORK, "%s", nowhere[i].to);
        cr_expect_str_eq(got->error.text, nowhere[i].words, "%s: %s", nowhere[i].to,
                         got->error.text);
        cr_expect_eq(got->len, 0, "the page that comes with it is nothing to read");
    }
}

Test(redirect, blanks_and_raw_utf8_are_encoded)
{
    redirect(here, 302, "/a b/ü");
    server_ok(here, "", "{}");
    cr_expect_eq(client_get(server_url(here), "/")->status, 200);
    cr_expect(asked(here, 1, "GET /a%20b/%c3%bc HTTP"), "%s", server_request(here, 1));
}

static const struct {
    int status;
    bool post; /* the second request is one */
} forms[] = { { 301, false }, { 302, false }, { 303, false }, { 307, true }, { 308, true } };

Test(redirect, a_form_is_posted_again_only_where_the_status_says_so)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        redirect(here, forms[i].status, "/b");
        server_ok(here, "", "{}");
    }
    client.request.form = "query=up";
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        cr_expect_eq(client_get(server_url(here), "/a")->status, 200);
        cr_expect(asked(here, 2 * i, "POST /a HTTP"));
        cr_expect(asked(here, 2 * i + 1, forms[i].post ? "POST /b HTTP" : "GET /b HTTP"));
        cr_expect_eq(asked(here, 2 * i + 1, "query=up"), forms[i].post, "%d", forms[i].status);
    }
}

Test(redirect, the_deadline_is_that_of_all_hops_together)
{
    /* 20 ms a byte, 100 bytes a hop: it is over in the middle of the second one. */
    server_say(here, SERVE_DRIP,
               "HTTP/1.1 302 Go\r\nX-Pad: 0123456789012345678901234567890123456789\r\n"
               "Location: /\r\nContent-Length: 0\r\n\r\n");
    client.endpoint.timeout_ms = 3000;
    const struct got *got = client_get(server_url(here), "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect_eq(server_requests(here), 2);
    cr_expect(got->latency_ms >= 2900 && got->latency_ms < 5000, "%lld",
              (long long)got->latency_ms);
}

Test(redirect, without_an_address_it_is_an_answer_like_any_other)
{
    struct dx_error err = { 0 };

    server_say(here, 0, "HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    const struct got *got = client_get(server_url(here), "/");
    cr_expect_eq(got->status, 302);
    http_refused(&(struct http_reply){ .status = 302, .remaining = -1, .retry_after_s = -1 }, &err);
    cr_expect_str_eq(err.text, "answered 302, a redirect without an address");
}

/* ---- plain http ---- */

Test(redirect, credentials_are_refused_to_plain_http_but_tenants_are_not)
{
    client.endpoint.proxy = server_url(there);
    server_ok(there, "", "{}");
    client.request.headers = &headers[1];
    client.request.header_count = 1;
    cr_expect_eq(client_get("http://mimir.invalid", "/")->status, 200, "a tenant is no secret");
    client.request.headers = headers;
    const struct got *got = client_get("http://gitlab.invalid", "/");
    cr_expect_eq(got->error.fault, DX_FAULT_CONFIG);
    cr_expect_str_eq(got->error.text,
                     "credentials are not sent to gitlab.invalid over plain http; use "
                     "https, or set insecure_http");
    client.request.header_count = 0;
    client.request.authorization = "Basic czNjcmV0";
    cr_expect_eq(client_get("http://gitlab.invalid", "/")->error.fault, DX_FAULT_CONFIG);
    cr_expect_eq(server_requests(there), 1);
    client.endpoint.insecure_http = true;
    cr_expect_eq(client_get("http://gitlab.invalid", "/")->status, 200);
}

/* ---- addresses that are secrets ---- */

Test(redirect, a_secret_address_is_left_for_nothing)
{
    redirect(here, 307, "/b");
    client.request.form = "{}";
    client.request.secret_url = true;
    const struct got *got = client_get(server_url(here), "/hook");
    cr_expect_eq(got->status, 307);
    cr_expect_eq(server_requests(here), 1);
    client.endpoint.proxy = server_url(there);
    got = client_get("http://hooks.invalid", "/hook");
    cr_expect_eq(got->error.fault, DX_FAULT_CONFIG, "%s", got->error.text);
    cr_expect(got->unsent);
    cr_expect_eq(server_requests(there), 0);
}

Test(redirect, what_the_server_may_have_seen_is_told_from_what_it_cannot)
{
    char closed[64];

    snprintf(closed, sizeof(closed), "http://127.0.0.1:%d", free_port());
    cr_expect(client_get(closed, "/")->unsent);
    cr_expect(client_get("http://name.invalid", "/")->unsent);
    server_say(here, SERVE_RESET, "%s", "HTTP/1.1 2");
    const struct got *got = client_get(server_url(here), "/");
    cr_expect_neq(got->error.fault, DX_FAULT_NONE);
    cr_expect_not(got->unsent, "%s", got->error.text);
    server_ok(there, "", "{}");
    cr_expect_not(client_get(server_url(there), "/")->unsent);
}

/* ---- proxies ---- */

Test(proxy, takes_what_goes_out_but_not_loopback)
{
    client.endpoint.proxy = server_url(there);
    server_ok(there, "", "{}");
    server_ok(here, "", "[]");
    cr_expect_str_eq(client_get("http://prometheus.invalid:9090", "/api")->body, "{}");
    cr_expect(asked(there, 0, "GET http://prometheus.invalid:9090/api HTTP/1.1"), "%s",
              server_request(there, 0));
    cr_expect_str_eq(client_get(server_url(here), "/api")->body, "[]");
    cr_expect_eq(server_requests(there), 1);
}

Test(proxy, the_environments_is_used_unless_one_is_configured)
{
    setenv("http_proxy", server_url(here), 1);
    server_ok(here, "", "{}");
    server_ok(there, "", "[]");
    cr_expect_str_eq(client_get("http://prometheus.invalid", "/")->body, "{}");
    client.endpoint.proxy = server_url(there);
    cr_expect_str_eq(client_get("http://prometheus.invalid", "/")->body, "[]");
    setenv("no_proxy", "prometheus.invalid", 1);
    cr_expect_str_eq(client_get("http://prometheus.invalid", "/")->body, "[]",
                     "what is configured wins over all of the environment");
    client.endpoint.proxy = "";
    cr_expect(strstr(client_get("http://prometheus.invalid", "/")->error.text,
                     "no address for the name"));
    cr_expect_str_eq(client_get("http://grafana.invalid", "/")->body, "{}");
}

Test(proxy, its_refusals_are_told_from_the_servers)
{
    char url[64];
    const struct got *got;

    client.endpoint.proxy = server_url(there);
    server_say(there, SERVE_CLOSE,
               "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n"
               "Retry-After: 9\r\n\r\n");
    server_say(there, SERVE_CLOSE, "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
    got = client_get("https://gitlab.invalid", "/");
    cr_expect(asked(there, 0, "CONNECT gitlab.invalid:443 HTTP/1.1"));
    cr_expect_eq(got->error.fault, DX_FAULT_AUTH);
    cr_expect_str_eq(got->error.text, "the proxy wants credentials (407)", "%s", got->error.text);
    cr_expect_eq(got->retry_after_s, -1, "the head of a tunnel is not the server's");
    got = client_get("https://gitlab.invalid", "/");
    cr_expect_eq(got->error.fault, DX_FAULT_NETWORK);
    cr_expect(strstr(got->error.text, "the proxy did not connect to gitlab.invalid"), "%s",
              got->error.text);
    snprintf(url, sizeof(url), "http://127.0.0.1:%d", server_port(there));
    server_free(there);
    there = NULL;
    client.endpoint.proxy = url;
    got = client_get("http://gitlab.invalid", "/");
    cr_expect(strstr(got->error.text, "the proxy 127.0.0.1 port "), "%s", got->error.text);
    client.endpoint.proxy = "http://user:s3cret@proxy.invalid:3128";
    got = client_get("http://gitlab.invalid", "/");
    cr_expect_str_eq(got->error.text, "no address for the proxy's name");
}
