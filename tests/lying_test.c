/* Servers that lie, about how much there is or about the time, and one that is down for a while.
 * What is promised is that polls end, and that the next one brings what there is. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netfault_kit.h"

/* ---- how much there is ---- */

/* The number behind it becomes another one. */
static void set_number(struct answer *a, const char *name, const char *number)
{
    const char *body = answer_body(a), *at = strstr(body, name);
    size_t len = a->len - (size_t)(body - a->bytes), before, digits;
    char *out;

    if (!at)
        return;
    before = (size_t)(at - body) + strlen(name);
    digits = strspn(body + before, "0123456789");
    out = malloc(len + strlen(number) + 1);
    memcpy(out, body, before);
    memcpy(out + before, number, strlen(number));
    memcpy(out + before + strlen(number), body + before + digits, len - before - digits);
    answer_set(a, out, len - digits + strlen(number));
    free(out);
}

static void set_totals(struct answer *a, const char *number)
{
    char header[64];

    set_number(a, "\"total_count\":", number);
    set_number(a, "\"total\":", number);
    set_number(a, "\"count\":", number);
    snprintf(header, sizeof(header), "X-Total-Count: %s", number);
    answer_header(a, header);
    snprintf(header, sizeof(header), "X-Total: %s", number);
    answer_header(a, header);
}

static void say_a_billion(struct answer *a, const char *request)
{
    (void)request;
    set_totals(a, "999999999");
}

static void say_none(struct answer *a, const char *request)
{
    (void)request;
    set_totals(a, "0");
}

/* The next page is this one, whatever the dialect. */
static void say_again(struct answer *a, const char *request)
{
    char line[8192];
    const char *path = strchr(request, ' ') + 1;

    snprintf(line, sizeof(line), "Link: <%.*s>; rel=\"next\"", (int)strcspn(path, " "), path);
    answer_header(a, line);
    answer_header(a, "X-Next-Page: 2");
    answer_header(a, "x-ms-continuationtoken: again");
    answer_swap(a, "\"isLast\":true", "\"isLast\":false,\"nextPageToken\":\"again\"");
    answer_swap(a, "\"isLastPage\":true", "\"isLastPage\":false");
    set_totals(a, "999999999");
}

static const struct {
    const char *name;
    struct proxy_fault fault;
} lies[] = {
    { "a billion in all", { .spoil = say_a_billion } },
    { "none in all", { .spoil = say_none } },
    { "the same page for ever", { .spoil = say_again } },
};

enum { REQUESTS_MOST = 100, DAY_S = 86400 };

TestSuite(lying, .init = netfault_start, .fini = netfault_stop, .timeout = 120);

Test(lying, about_how_much_there_is)
{
    for (size_t i = 0; netfault_types[i]; i++) {
        const char *type = netfault_types[i];

        netfault_source(type);
        for (size_t j = 0; j < sizeof(lies) / sizeof(lies[0]); j++) {
            long records = netfault_records();
            unsigned requests;

            proxy_fault(&proxy, &lies[j].fault);
            requests = netfault_poll();
            cr_expect_leq(requests, REQUESTS_MOST, "%s, %s: %u requests", type, lies[j].name,
                          requests);
            cr_expect_geq(netfault_records(), records, "%s, %s", type, lies[j].name);
            netfault_recovers(type, lies[j].name);
        }
    }
}

/* ---- what time it is ---- */

static void at_skew(const char *type, long ahead_s, long *records)
{
    struct standing now;

    netfault_clock(ahead_s, "30d");
    netfault_source(type);
    now = netfault_standing();
    *records = ahead_s == 0 ? netfault_records() : *records;
    cr_expect_eq(netfault_records(), *records, "%s, %ld s ahead: %ld of %ld", type, ahead_s,
                 netfault_records(), *records);
    cr_expect_lt(labs((long)now.skew_ms / 1000 + ahead_s), 3600, "%s: %ld ms", type,
                 (long)now.skew_ms);
    if (ahead_s != 0)
        cr_expect(strstr(netfault_log(), ahead_s < 0 ? "s ahead of ours" : "s behind ours"),
                  "%s: %s", type, netfault_log());
}

/* The times of records are the server's own, so all that there is comes, and it is told how far
 * away they are. What a Prometheus is asked for is by our clock. */
Test(lying, about_the_time)
{
    for (size_t i = 1; netfault_types[i]; i++) {
        long records = 0;

        at_skew(netfault_types[i], 0, &records);
        at_skew(netfault_types[i], 3 * DAY_S, &records);
        at_skew(netfault_types[i], -3 * DAY_S, &records);
    }
}

/* ---- storms ---- */

static const struct proxy_fault storm = {
    .reply = "HTTP/1.1 503 No\r\nContent-Length: {length}\r\n\r\n"
};

/* Polls come by themselves, further and further apart, and it is live again without anybody's
 * help: the clock runs a thousand times as fast. */
Test(lying, down_for_a_quarter_of_an_hour)
{
    unsigned requests;

    netfault_source("prometheus");
    proxy_fault(&proxy, &storm);
    netfault_run(1000., 0.9);
    requests = proxy.seen->requests;
    cr_expect_eq(netfault_standing().state, DX_SOURCE_LOST, "%s", netfault_standing().text);
    cr_expect(requests >= 3 && requests <= 20, "%u in 900 s", requests);
    proxy_fault(&proxy, NULL);
    netfault_run(1000., 1.5);
    cr_expect_eq(netfault_standing().state, DX_SOURCE_LIVE, "%s", netfault_standing().text);
    cr_expect_geq(proxy.seen->requests, 3);
}
