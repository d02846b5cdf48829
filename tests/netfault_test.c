/* What goes wrong between a source and its server, for every kind of source: the data that came
 * before stays, the error is a sentence, the next poll brings it back, and no more is asked than
 * usual. Each row is a fault of tests/README.md. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netfault_kit.h"

enum { SOON_MS = 200, REDIRECTS = 5, HALVES = 16, SENT_MOST = 24 << 20 };

struct row {
    const char *name;
    int state;         /* enum dx_source_state */
    const char *words; /* in the error */
    struct proxy_fault fault;
};

enum {
    LIVE = DX_SOURCE_LIVE,
    LOST = DX_SOURCE_LOST,
    LIMITED = DX_SOURCE_LIMITED,
    STOPPED = DX_SOURCE_STOPPED
};

/* ---- broken connections ---- */

static const char broke_off[] = "127.0.0.1 broke off the connection", late[] = " within 0.2 s",
                  closed[] = "127.0.0.1 closed the connection without an answer",
                  was_cut[] = "the answer of 127.0.0.1 was cut short";

static const struct row connections[] = {
    { "refused", LOST, "refused the connection", { .door = PROXY_REFUSE } },
    { "reset at once", LOST, "127.0.0.1 ", { .door = PROXY_HANG_UP, .end = PROXY_RESET } },
    { "closed at once", LOST, "127.0.0.1 ", { .door = PROXY_HANG_UP } },
    { "reset behind the request", LOST, broke_off, { .silent = true, .end = PROXY_RESET } },
    { "closed behind the request", LOST, closed, { .silent = true } },
    { "reset in the head", LOST, broke_off, { .cut = 20, .end = PROXY_RESET } },
    { "closed in the head", LOST, "answer", { .cut = 20 } },
    { "reset in the body", LOST, broke_off, { .cut = PROXY_HALF, .end = PROXY_RESET } },
    { "closed in the body", LOST, was_cut, { .cut = PROXY_HALF } },
    { "black hole", LOST, late, { .door = PROXY_HOLE } },
    { "silent in the head", LOST, late, { .cut = 20, .end = PROXY_STALL } },
    { "silent in the body", LOST, late, { .cut = PROXY_HALF, .end = PROXY_STALL } },
    { "a byte now and then", LOST, late, { .drip_ms = 20 } },
};

/* ---- answers that are none ---- */

#define SAYS(status, headers)                                                                      \
    {                                                                                              \
        .reply = "HTTP/1.1 " status " No\r\n" headers "Content-Length: {length}\r\n\r\n"           \
    }
#define BODY(type, text)                                                                           \
    {                                                                                              \
        .reply =                                                                                   \
            "HTTP/1.1 200 OK\r\nContent-Type: " type "\r\nContent-Length: {length}\r\n\r\n" text   \
    }

static const struct row answers[] = {
    { "a web page with 200", LOST, "web page", BODY("text/html", "<title>It works!</title>") },
    { "a login page with 200", STOPPED, "login page", BODY("text/html", "<title>Sign in</title>") },
    { "nothing with 200", LOST, "answered with nothing", BODY("application/json", "") },
    { "a text with 200", LOST, "something else than JSON", BODY("text/plain", "moved away") },
    { "400", LOST, "", SAYS("400", "") },
    { "401", STOPPED, "", SAYS("401", "") },
    { "403", STOPPED, "", SAYS("403", "") },
    { "500", LOST, "answered 500", SAYS("500", "") },
    { "502 with a web page",
      LOST,
      "answered 502",
      { .reply = "HTTP/1.1 502 Bad\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n"
                 "<html><title>Bad gateway</title></html>" } },
    { "503 with Retry-After", LOST, "answered 503", SAYS("503", "Retry-After: 120\r\n") },
    { "a status that there is not", LOST, "", SAYS("999", "") },
};

static const struct row limits[] = {
    { "429", LIMITED, "", SAYS("429", "") },
    { "429, in 30 s", LIMITED, "30 s", SAYS("429", "Retry-After: 30\r\n") },
    { "429, at a date", LIMITED, "60 s",
      SAYS("429", "Date: Tue, 24 Nov 2026 14:00:00 GMT\r\n"
                  "Retry-After: Tue, 24 Nov 2026 14:01:00 GMT\r\n") },
    { "429, at a date that is over", LIMITED, "",
      SAYS("429", "Date: Tue, 24 Nov 2026 14:00:00 GMT\r\n"
                  "Retry-After: Tue, 24 Nov 2020 14:01:00 GMT\r\n") },
    { "429, in 30 years", LIMITED, "", SAYS("429", "Retry-After: 999999999\r\n") },
    { "429, in more than there is", LIMITED, "", SAYS("429", "Retry-After: 1e300\r\n") },
    { "429, some time ago", LIMITED, "", SAYS("429", "Retry-After: -5\r\n") },
    { "429, soon", LIMITED, "", SAYS("429", "Retry-After: soon\r\n") },
};

/* ---- redirects ---- */

static const struct row redirects[] = {
    { "a redirect to another origin", STOPPED, "login page",
      SAYS("302", "Location: {there}/login\r\n") },
    { "a redirect to itself", LOST, "127.0.0.1 redirects more than 5 times",
      SAYS("302", "Location: {here}/\r\n") },
    { "a redirect to nowhere", LOST, "redirects to what is no address",
      SAYS("302", "Location: http://\r\n") },
    { "a redirect to ftp", LOST, "redirects to another protocol than http and https",
      SAYS("302", "Location: ftp://127.0.0.1/\r\n") },
    { "a redirect to a file", LOST, "redirects to another protocol than http and https",
      SAYS("302", "Location: file:///etc/passwd\r\n") },
    { "a redirect without an address", LOST, "302", SAYS("302", "") },
};

/* ---- bodies ---- */

enum { MOST = 8 << 20 };

/* A body of so many bytes of the text, again and again, between two others. */
static void fill(struct answer *a, size_t len, const char *begin, const char *text, const char *end)
{
    char *body = malloc(len + 1), *at = body;
    size_t n = strlen(text);

    at += sprintf(at, "%s", begin);
    while ((size_t)(at - body) + n + strlen(end) < len)
        at += sprintf(at, "%s", text);
    memset(at, ' ', len - (size_t)(at - body));
    memcpy(body + len - strlen(end), end, strlen(end));
    answer_set(a, body, len);
    free(body);
}

static void be_deep(struct answer *a, const char *request)
{
    (void)request;
    fill(a, 1 << 20, "", "[", "");
}

static void be_many(struct answer *a, const char *request)
{
    (void)request;
    fill(a, MOST, "[", "[],", "[]]");
}

static void pad(struct answer *a, size_t len)
{
    char *body = malloc(len);
    size_t n = a->len - (size_t)(answer_body(a) - a->bytes);

    memset(body, ' ', len);
    memcpy(body, answer_body(a), n);
    answer_set(a, body, len);
    free(body);
}

static void be_8_mib(struct answer *a, const char *request)
{
    (void)request;
    pad(a, MOST);
}

static void be_more(struct answer *a, const char *request)
{
    (void)request;
    pad(a, MOST + 1);
}

static void say_1_gib(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Content-Length: 1073741824");
}

static void say_no_length(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Content-Length:");
}

static void say_more(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Content-Length: 9999999");
}

static void say_less(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Content-Length: 1");
}

static void say_no_number(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Content-Length: many");
}

static const struct row bodies[] = {
    { "nested without end", LOST, "nested too deeply", { .spoil = be_deep } },
    { "a length that is too large", LOST, was_cut, { .spoil = say_more } },
    { "a length that is too small", LOST, "cut short", { .spoil = say_less } },
    { "a length that is no number", LOST, "", { .spoil = say_no_number } },
    { "no length, cut", LOST, "cut short", { .spoil = say_no_length, .cut = PROXY_HALF } },
};

static const struct row large[] = {
    { "8 MiB of empty lists", LOST, "too much in it", { .spoil = be_many } },
    { "8 MiB", LIVE, "", { .spoil = be_8_mib } },
    { "1 GiB", LOST, "larger than max_body", { .spoil = say_1_gib, .flood = 1 << 30 } },
    { "1 GiB without a length", LOST, "max_body", { .spoil = say_no_length, .flood = 1 << 30 } },
    { "8 MiB and a byte", LOST, "larger than max_body", { .spoil = be_more } },
};

/* ---- bodies that are odd ---- */

/* More members of the first object. */
static void add_members(struct answer *a, const char *members)
{
    const char *body = answer_body(a), *at = strchr(body, '{');
    size_t len = a->len - (size_t)(body - a->bytes), before;
    char *out;

    if (!at || at[1] != '"')
        return;
    before = (size_t)(at + 1 - body);
    out = malloc(len + strlen(members) + 1);
    memcpy(out, body, before);
    memcpy(out + before, members, strlen(members));
    memcpy(out + before + strlen(members), at + 1, len - before);
    answer_set(a, out, len + strlen(members));
    free(out);
}

static void say_twice(struct answer *a, const char *request)
{
    (void)request;
    add_members(a, "\"x\":1,\"x\":[2],\"x\":null,");
}

static void say_bad_bytes(struct answer *a, const char *request)
{
    (void)request;
    add_members(a, "\"x\":\"\xFF\xC0\x80\xED\xA0\x80 \xF4\x90\x80\x80\",\"\xFE\":1,");
}

static void say_odd_words(struct answer *a, const char *request)
{
    (void)request;
    add_members(
        a, "\"x\":\"\\ud800\",\"y\\u0000\":\"a\\u0000b\",\"z\":123456789012345678901234567890,");
}

static void call_it_a_page(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Content-Type: text/html");
}

static void link_there(struct answer *a, const char *request)
{
    (void)request;
    answer_header(a, "Link: <{there}/next>; rel=\"next\"");
}

static const struct row odd[] = {
    { "keys that come twice", LIVE, "", { .spoil = say_twice } },
    { "bytes that are no UTF-8", LIVE, "", { .spoil = say_bad_bytes } },
    { "half surrogates, NULs, huge numbers", LIVE, "", { .spoil = say_odd_words } },
    { "JSON that is called a page", LIVE, "", { .spoil = call_it_a_page } },
    { "a next page at another origin", LIVE, "", { .spoil = link_there } },
};

/* ---- what all rows promise ---- */

static bool is_slow(const struct proxy_fault *fault)
{
    return fault->door == PROXY_HOLE || fault->end == PROXY_STALL || fault->drip_ms > 0;
}

/* Requests more than usual: a refused secret is read again, redirects are followed, and what is
 * too large is asked for in halves. */
static unsigned more(const struct row *row)
{
    if (row->fault.reply && strstr(row->fault.reply, "\nLocation:"))
        return REDIRECTS;
    return strstr(row->words, "max_body") ? HALVES : 1;
}

static void suffers(const struct row *row, const char *type)
{
    struct standing before = netfault_standing(), now;
    long records = netfault_records();
    unsigned requests;
    char where[128];

    snprintf(where, sizeof(where), "%s, %s", type, row->name);
    proxy_fault(&proxy, &row->fault);
    netfault_deadline(is_slow(&row->fault) ? SOON_MS : NETFAULT_LATE_MS);
    requests = netfault_poll();
    now = netfault_standing();
    cr_expect_eq(now.state, row->state, "%s: %d, %s", where, now.state, now.text);
    cr_expect_leq(requests, netfault_usual + more(row), "%s: %u of %u requests", where, requests,
                  netfault_usual);
    cr_expect_geq(netfault_records(), records, "%s", where);
    cr_expect_geq(now.next_ms, netfault_now_ms() + 1000, "%s", where);
    cr_expect_leq(now.next_ms, netfault_now_ms() + 4000 * 1000, "%s", where);
    cr_expect_not(proxy.seen->leaked, "%s: credentials came to another origin", where);
    cr_expect_eq(proxy.seen->there > 0, row->fault.reply && strstr(row->fault.reply, "{there}"),
                 "%s: %u requests at another origin", where, proxy.seen->there);
    cr_expect_lt(proxy.seen->sent, (size_t)SENT_MOST * (requests + 1), "%s: %zu bytes", where,
                 proxy.seen->sent);
    if (row->state != LIVE) {
        cr_expect_eq(now.last_ok_ms, before.last_ok_ms, "%s: what is old is not marked", where);
        cr_expect(strstr(now.text, row->words), "%s: %s", where, now.text);
        netfault_is_sentence(now.text, where);
    }
}

static void all_of(const char *type, const struct row *rows, size_t count)
{
    netfault_source(type);
    for (size_t i = 0; i < count; i++) {
        suffers(&rows[i], type);
        netfault_recovers(type, rows[i].name);
    }
}

enum { CUTS = 257 };

static struct proxy_fault cuts[CUTS]; /* at so many KiB; made before the proxy is */

static void start(void)
{
    for (int kib = 0; kib < CUTS; kib++)
        cuts[kib] = (struct proxy_fault){ .spoil = say_no_length, .cut = kib * 1024 };
    netfault_start();
}

TestSuite(netfault, .init = start, .fini = netfault_stop, .timeout = 300);

static void everywhere(const struct row *rows, size_t count)
{
    for (size_t i = 0; netfault_types[i]; i++)
        all_of(netfault_types[i], rows, count);
}

#define AT(type, rows)   all_of(type, rows, sizeof(rows) / sizeof((rows)[0]))
#define EVERYWHERE(rows) everywhere(rows, sizeof(rows) / sizeof((rows)[0]))

Test(netfault, connections_that_break)
{
    EVERYWHERE(connections);
}

Test(netfault, answers_that_are_none)
{
    EVERYWHERE(answers);
}

Test(netfault, limits_of_all_kinds)
{
    EVERYWHERE(limits);
}

Test(netfault, redirects_that_lead_nowhere)
{
    EVERYWHERE(redirects);
}

Test(netfault, bodies_that_are_wrong)
{
    EVERYWHERE(bodies);
}

Test(netfault, bodies_that_are_odd)
{
    EVERYWHERE(odd);
}

/* ---- an answer without a length, cut anywhere ---- */

static void cut_at(const struct proxy_fault *fault, const char *type, size_t bytes)
{
    struct standing before = netfault_standing(), now;
    long records = netfault_records();
    char where[128];

    snprintf(where, sizeof(where), "%s, cut at %zu", type, bytes);
    proxy_fault(&proxy, fault);
    netfault_poll();
    now = netfault_standing();
    cr_expect_geq(netfault_records(), records, "%s", where);
    if (now.state == LIVE) /* all of its answers are shorter, or only one that may fail is longer */
        return;
    cr_expect_eq(now.state, LOST, "%s: %s", where, now.text);
    cr_expect_eq(now.last_ok_ms, before.last_ok_ms, "%s", where);
    netfault_is_sentence(now.text, where);
    netfault_recovers(type, where);
}

/* With DX_FAULTS=all at every kilobyte, else at the powers of two. */
Test(netfault, bodies_cut_at_every_kilobyte)
{
    bool all = getenv("DX_FAULTS") && strcmp(getenv("DX_FAULTS"), "all") == 0;

    for (size_t i = 0; netfault_types[i]; i++) {
        netfault_source(netfault_types[i]);
        for (int kib = 1; kib < CUTS; kib += all ? 1 : kib)
            cut_at(&cuts[kib], netfault_types[i], (size_t)cuts[kib].cut);
    }
}

/* Of one list or many: they are read in the same way everywhere. */
Test(netfault, bodies_that_are_large)
{
    AT("prometheus", large);
    AT("alertmanager", large);
    AT("github", large);
}
