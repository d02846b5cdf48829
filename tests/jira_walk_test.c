/* The polls of a jira source against a server in memory that changes meanwhile, Cloud and
 * Data Center: whatever happens, every ticket is there as it is. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/time.h"
#include "core/zone.h"
#include "source/jira.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000, MINUTE = 60000, HOUR = 3600000, DAY = 86400000;

enum { MOST = 1500, IN_A_POLL = 200 };

/* ---- the server ---- */

static struct {
    int64_t updated_ms;
    bool done, deleted;
    bool large; /* larger than max_body, whatever is left away but its key and its change */
} issues[MOST];
static size_t count, requests;
static bool cloud;
static struct zone zone;
static const char *zone_name;
static void (*meanwhile)(int64_t now_ms); /* after each page */

static size_t add(int64_t updated_ms, bool done)
{
    cr_assert(count < MOST);
    issues[count].updated_ms = updated_ms;
    issues[count].done = done;
    return count++;
}

static int64_t number_behind(const char *text, const char *key, int64_t otherwise)
{
    const char *at = strstr(text, key);

    return at ? strtoll(at + strlen(key), NULL, 10) : otherwise;
}

/* updated >= "2026-11-24 12:55", by the clock of the account. A time that it shows twice
 * is taken as the one that leaves more out. */
static int64_t bound(const char *text, const char *key, int64_t otherwise)
{
    const char *at = strstr(text, key);
    char whole[32];
    int64_t local, first;
    size_t span = 0;

    if (!at)
        return otherwise;
    snprintf(whole, sizeof(whole), "%.16s:00Z", at + strlen(key));
    local = time_parse(whole, strlen(whole));
    cr_assert(local > 0, "%s", text);
    first = zone_instant_next(&zone, local, &span);
    if (strchr(key, '>') && zone_local(&zone, first + HOUR) == local)
        return first + HOUR;
    return first;
}

static bool ascending;

static int in_order(const void *a, const void *b)
{
    const size_t *one = a, *other = b;
    int64_t x = issues[*one].updated_ms, y = issues[*other].updated_ms;
    int order = x != y ? (x < y ? -1 : 1) : *one < *other ? -1 : 1;

    return ascending ? order : -order;
}

static size_t find(const char *text, size_t *out)
{
    int64_t since = bound(text, "updated >= \"", 0), until = bound(text, "updated < \"", INT64_MAX);
    bool open = strstr(text, "statusCategory != Done"),
         over = strstr(text, "statusCategory = Done");
    size_t n = 0;

    for (size_t i = 0; i < count; i++)
        if (!issues[i].deleted && issues[i].updated_ms >= since && issues[i].updated_ms < until &&
            !(open && issues[i].done) && !(over && !issues[i].done))
            out[n++] = i;
    ascending = strstr(text, " ASC") != NULL;
    qsort(out, n, sizeof(*out), in_order);
    return n;
}

static void put_time(struct buf *out, const char *name, int64_t ms)
{
    int64_t local = zone_local(&zone, ms), offset = (local - ms) / MINUTE;
    char text[TIME_TEXT];

    time_format(text, local);
    buf_print(out, "\"%s\":\"%.19s.%03d%c%02d%02d\"", name, text, (int)(ms % 1000),
              offset < 0 ? '-' : '+', abs((int)offset) / 60, abs((int)offset) % 60);
}

static void put_issue(struct buf *out, size_t i)
{
    buf_print(out,
              "{\"id\":\"%zu\",\"key\":\"DX-%zu\",\"changelog\":{\"total\":0,\"histories\":[]},"
              "\"fields\":{\"status\":{\"statusCategory\":{\"key\":\"%s\"}},\"project\":{\"key\":"
              "\"DX\",\"projectTypeKey\":\"software\"},\"comment\":{\"total\":0,\"comments\":[]},",
              i + 10000, i, issues[i].done ? "done" : "new");
    put_time(out, "updated", issues[i].updated_ms);
    buf_print(out, "}}");
}

/* The token is the place: rows that move up are left out by it, too. false: it is too large. */
static bool put_page(struct buf *out, const char *text)
{
    bool bare = strstr(text, "&fields=updated") != NULL, fits = true;
    size_t *found = calloc(MOST, sizeof(*found));
    size_t n = find(text, found), size = (size_t)number_behind(text, "&maxResults=", 0);
    size_t from = (size_t)number_behind(text, cloud ? "&nextPageToken=" : "&startAt=", 0);

    cr_assert(size > 0 && size <= 50, "%s", text);
    buf_print(out, "{\"issues\":[");
    for (size_t i = from; i < n && i < from + size; i++) {
        buf_print(out, "%s", i > from ? "," : "");
        put_issue(out, found[i]);
        fits = fits && (bare || !issues[found[i]].large);
    }
    buf_print(out, "]");
    if (!cloud)
        buf_print(out, ",\"total\":%zu}", n);
    else if (from + size < n)
        buf_print(out, ",\"isLast\":false,\"nextPageToken\":\"%zu\"}", from + size);
    else
        buf_print(out, ",\"isLast\":true}");
    free(found);
    return fits;
}

static void put_server(struct buf *out, int64_t now_ms)
{
    buf_print(out, "{\"version\":\"9\",\"deploymentType\":\"%s\",\"baseUrl\":\"https://j\",",
              cloud ? "Cloud" : "Server");
    put_time(out, "serverTime", now_ms);
    buf_print(out, "}");
}

/* Its status; 0: it is too large. */
static int put_answer(struct buf *out, const struct plan_request *r, int64_t now_ms)
{
    const char *text = kit_decoded(r->path);

    if (r->step == JIRA_SERVER)
        put_server(out, now_ms);
    else if (r->step == JIRA_MYSELF)
        buf_print(out, "{\"name\":\"dx\",\"timeZone\":\"%s\"}", zone_name);
    else if (r->step == JIRA_STATUSES)
        buf_print(out, "[]");
    else if (r->step == JIRA_ISSUE && issues[strtoul(r->detail_text + 3, NULL, 10)].deleted)
        return 404;
    else if (r->step == JIRA_ISSUE)
        put_issue(out, strtoul(r->detail_text + 3, NULL, 10));
    else
        return put_page(out, text) ? 200 : 0;
    return 200;
}

/* ---- the store ---- */

static const char *projects[] = { "DX" };
static struct jira config = {
    .jql = "", .category = "component", .projects = { projects, 1 }, .service_desk = JIRA_DESK_NO
};
static struct kit kit;
static struct {
    int64_t updated_ms, seen_ms;
    bool there, done, gone;
    char key[16];
} rows[MOST];

static enum known_run known_ticket(void *self, const char *key, int64_t updated_ms)
{
    size_t i = strtoul(key + 3, NULL, 10);

    (void)self;
    if (!rows[i].there)
        return KNOWN_NOT;
    if (updated_ms > rows[i].updated_ms)
        return KNOWN_MOVED;
    return rows[i].done ? KNOWN_DONE : KNOWN_OPEN;
}

/* All parts come with a row here; so only those that are open are asked for. */
static size_t known_tickets(void *self, unsigned lacks, struct known_ticket *out, size_t cap)
{
    size_t n = 0;

    (void)self;
    for (size_t i = 0; i < count && lacks == 0 && n < cap; i++)
        if (rows[i].there && !rows[i].done && rows[i].seen_ms < kit.plan.now_ms - DAY)
            out[n++] = (struct known_ticket){ .key = rows[i].key, .seen_ms = rows[i].seen_ms };
    return n;
}

static const struct known known = { .ticket = known_ticket, .tickets = known_tickets };

static void commit(void)
{
    for (size_t k = 0; k < kit.batch.ticket_count; k++) {
        const struct ticket *t = &kit.batch.tickets[k];
        size_t i = strtoul(t->key + 3, NULL, 10);

        if (t->gone)
            rows[i].gone = rows[i].done = true;
        if (!(t->parts & TICKET_FIELDS) || t->updated_ms < rows[i].updated_ms)
            continue;
        cr_expect(t->parts & TICKET_RESPONSE && t->parts & TICKET_PAUSES && t->parts & TICKET_SLAS);
        rows[i].there = true;
        rows[i].updated_ms = t->updated_ms;
        rows[i].seen_ms = kit.plan.now_ms;
        rows[i].done = t->state == DX_TICKET_DONE;
        snprintf(rows[i].key, sizeof(rows[i].key), "%s", t->key);
    }
    kit_commit(&kit);
}

static bool less(const struct reply *from)
{
    const struct dx_error err = { .fault = DX_FAULT_REPLY, .text = "larger than max_body" };
    struct reply reply = *from;

    reply.content_type = reply.next = "";
    return source_less(&source_jira, &config, &reply, &err, &kit.plan, &kit.batch);
}

/* At most so many requests, as when the collector ends a long poll; returns whether it
 * came to its end. */
static bool poll_some(int64_t now_ms, size_t most)
{
    struct plan_request *r = NULL;

    kit_poll(&kit, now_ms);
    kit.plan.known = &known;
    kit.plan.history_ms = 30 * DAY;
    source_jira.begin(&config, &kit.cursors, &kit.plan);
    for (size_t i = 0; i < most && (r = plan_take(&kit.plan)) != NULL; i++) {
        struct reply reply = { .step = r->step,
                               .detail = r->detail,
                               .detail_text = r->detail_text };
        struct buf body;

        requests++;
        buf_init(&body, 1 << 20);
        reply.status = put_answer(&body, r, now_ms);
        reply.body = body.bytes ? body.bytes : "{}";
        reply.too_large = reply.status == 0;
        cr_assert(reply.too_large ? less(&reply) : kit_decode(&kit, &source_jira, &config, reply),
                  "%s: %s", r->path, kit.err.text);
        buf_done(&body);
        if (meanwhile && r->step >= JIRA_NEWS)
            meanwhile(now_ms + (int64_t)i);
    }
    commit();
    return r == NULL || kit.plan.first == NULL;
}

static void poll(int64_t now_ms)
{
    cr_assert(poll_some(now_ms, IN_A_POLL), "too many requests: %zu", requests);
}

static void start(bool is_cloud, const char *name)
{
    struct dx_error err = { 0 };

    cloud = is_cloud;
    zone_name = name;
    cr_assert(zone_open(&zone, name, &err), "%s", err.text);
}

/* Everything as it is, but for what is older than the history. */
static void expect_all(int64_t now_ms)
{
    for (size_t i = 0; i < count; i++) {
        if (issues[i].deleted || issues[i].large ||
            (issues[i].done && issues[i].updated_ms < now_ms - 30 * DAY))
            continue;
        cr_expect(rows[i].there, "DX-%zu is missing", i);
        cr_expect_eq(rows[i].updated_ms, issues[i].updated_ms, "DX-%zu is old", i);
        cr_expect_eq(rows[i].done, issues[i].done, "DX-%zu", i);
    }
    kit_done(&kit);
    zone_done(&zone);
}

/* ---- what happens ---- */

static const char *const zones[] = { "Europe/Berlin", "Asia/Shanghai", "America/St_Johns" };

static void fill(void)
{
    for (size_t i = 0; i < 400; i++) /* open ones of two years, done ones of 40 days */
        add(NOW - (int64_t)(i + 1) * (i % 2 ? DAY / 10 : 2 * DAY) - (int64_t)i, i % 2);
    for (size_t i = 0; i < 300; i++) /* somebody changed many at once */
        add(NOW - 3 * DAY + (int64_t)i % 7, i % 3 == 0);
}

static void first_start(bool is_cloud, const char *name)
{
    start(is_cloud, name);
    fill();
    poll(NOW);
    cr_expect_lt(requests, 40, "%zu", requests);
    for (size_t i = 0; i < count; i++)
        if (issues[i].done && issues[i].updated_ms < NOW - 30 * DAY - 2 * HOUR)
            cr_expect_not(rows[i].there, "DX-%zu is older than the history", i);
    requests = 0;
    poll(NOW + MINUTE);
    cr_expect_eq(requests, 1, "nothing new");
    expect_all(NOW);
}

Test(jira_walk, a_first_start_brings_all_of_the_cloud)
{
    first_start(true, zones[1]);
}

Test(jira_walk, a_first_start_brings_all_of_data_center)
{
    first_start(false, zones[0]);
}

/* Of those that were read already, one changes after each page. */
static void change_one(int64_t now_ms)
{
    static size_t next;
    size_t i = (next++ * 7919 + 13) % count;

    issues[i].updated_ms = now_ms;
}

static void while_it_changes(bool is_cloud, const char *name)
{
    start(is_cloud, name);
    fill();
    meanwhile = change_one;
    poll(NOW);
    for (int i = 1; i < 4; i++)
        poll(NOW + i * MINUTE);
    meanwhile = NULL;
    poll(NOW + 5 * MINUTE);
    expect_all(NOW);
}

Test(jira_walk, what_moves_between_pages_of_the_cloud_is_not_lost)
{
    while_it_changes(true, zones[2]);
}

Test(jira_walk, what_moves_between_pages_of_data_center_is_not_lost)
{
    while_it_changes(false, zones[1]);
}

static void change_the_first(int64_t now_ms)
{
    size_t first = SIZE_MAX;

    for (size_t i = 0; i < count; i++)
        if (!issues[i].done && issues[i].updated_ms < NOW - DAY &&
            (first == SIZE_MAX || issues[i].updated_ms >= issues[first].updated_ms))
            first = i;
    if (first != SIZE_MAX)
        issues[first].updated_ms = now_ms;
}

/* The first ones of a minute in which hundreds changed go away, time and again. */
static void change_the_first_three(int64_t now_ms)
{
    static int times;

    for (int i = 0; i < 3 && times < 5; i++)
        change_the_first(now_ms);
    times++;
}

Test(jira_walk, rows_that_go_away_within_a_minute_pull_none_with_them)
{
    start(false, zones[0]);
    for (size_t i = 0; i < 200; i++)
        add(NOW - 2 * DAY + (int64_t)i, false);
    meanwhile = change_the_first_three;
    poll(NOW);
    meanwhile = NULL;
    poll(NOW + MINUTE);
    expect_all(NOW);
}

static void in_parts(bool is_cloud)
{
    int64_t now = NOW;
    int polls = 0;

    start(is_cloud, zones[0]);
    fill();
    while (!poll_some(now, 9)) {
        cr_assert(++polls < 40);
        now += MINUTE;
        change_one(now - 1);
    }
    cr_expect_gt(polls, 1);
    poll(now + MINUTE);
    expect_all(now);
}

Test(jira_walk, a_poll_that_is_cut_short_goes_on_where_it_was)
{
    in_parts(false);
}

Test(jira_walk, a_poll_of_the_cloud_that_is_cut_short_goes_on_where_it_was)
{
    in_parts(true);
}

static void after_an_outage(bool is_cloud, const char *name)
{
    start(is_cloud, name);
    fill();
    poll(NOW);
    for (size_t i = 0; i < 500; i++) {
        issues[i].updated_ms = NOW + (int64_t)i * 4 * MINUTE;
        issues[i].done = i % 3 == 0;
    }
    meanwhile = change_one;
    poll(NOW + 2 * DAY);
    meanwhile = NULL;
    poll(NOW + 2 * DAY + MINUTE);
    expect_all(NOW);
}

Test(jira_walk, an_outage_is_made_up_for)
{
    after_an_outage(false, zones[2]);
}

Test(jira_walk, an_outage_of_the_cloud_is_made_up_for)
{
    after_an_outage(true, zones[0]);
}

/* In the night of October 25, at 01:00Z, the clock in Berlin shows 02:00 again. */
static void in_that_night(bool is_cloud)
{
    static const int64_t midnight = 1792879200000; /* 2026-10-24T22:00Z */

    start(is_cloud, "Europe/Berlin");
    poll(midnight - HOUR);
    for (int64_t i = 0; i < 360; i++) {
        add(midnight + i * MINUTE + 500, i % 4 == 0);
        if (i % 7 == 6)
            poll(midnight + (i + 1) * MINUTE);
    }
    poll(midnight + 361 * MINUTE);
    expect_all(midnight);
}

Test(jira_walk, the_night_in_which_the_clock_goes_back_leaves_nothing_out)
{
    in_that_night(false);
}

Test(jira_walk, the_first_start_in_that_night_leaves_nothing_out)
{
    static const int64_t midnight = 1792879200000;

    start(false, "Europe/Berlin");
    for (int64_t i = 0; i < 360; i++)
        add(midnight + i * MINUTE + 500, i % 4 == 0);
    poll(midnight + 361 * MINUTE);
    expect_all(midnight);
}

Test(jira_walk, an_open_ticket_that_is_deleted_is_found_out_within_days)
{
    start(false, zones[0]);
    for (size_t i = 0; i < 30; i++)
        add(NOW - (int64_t)i * HOUR, false);
    poll(NOW);
    issues[7].deleted = true;
    poll(NOW + HOUR);
    cr_expect_not(rows[7].gone);
    for (int i = 0; i < 4; i++)
        poll(NOW + 25 * HOUR + i * MINUTE);
    cr_expect(rows[7].gone);
    cr_expect_not(rows[8].gone);
    cr_expect_eq(rows[29].seen_ms, NOW + 25 * HOUR + 2 * MINUTE, "ten in a poll");
    expect_all(NOW);
}

/* ---- those that cannot be had ---- */

/* In the midst of a page, alone, beside each other, and among hundreds of one minute. */
static void with_large_ones(bool is_cloud)
{
    static const size_t large[] = { 0, 17, 18, 200, 399, 455, 520, 521, 699 };
    enum { LARGE = sizeof(large) / sizeof(large[0]) };

    start(is_cloud, zones[0]);
    fill();
    for (size_t i = 0; i < LARGE; i++)
        issues[large[i]].large = true;
    cr_assert(poll_some(NOW, 600), "too many requests: %zu", requests);
    for (size_t i = 0; i < LARGE; i++)
        cr_expect_not(rows[large[i]].there);
    add(NOW + MINUTE, false);
    issues[add(NOW + 2 * MINUTE, false)].large = true;
    add(NOW + 3 * MINUTE, false);
    poll(NOW + 4 * MINUTE);
    expect_all(NOW);
}

Test(jira_walk, one_that_is_too_large_holds_up_no_other)
{
    with_large_ones(false);
}

Test(jira_walk, one_that_is_too_large_in_the_cloud_holds_up_no_other)
{
    with_large_ones(true);
}

/* How many answers a poll takes. */
static size_t polled(int64_t now_ms)
{
    size_t before = requests;

    poll(now_ms);
    return requests - before;
}

/* It is the newest change, and is asked about with each poll until another one is minutes newer. */
static void remembers_a_large_one(bool is_cloud)
{
    size_t first, large;

    start(is_cloud, zones[0]);
    for (int i = 0; i < 60; i++)
        add(NOW - 3 * MINUTE + i, false);
    poll(NOW - 2 * MINUTE);
    large = add(NOW - MINUTE, false);
    issues[large].large = true;
    first = polled(NOW);
    cr_expect_gt(first, 5, "halved until it is alone: %zu", first);
    cr_expect_eq(polled(NOW + MINUTE), 2, "two pages of what is as new");
    (void)add(NOW + 2 * MINUTE, false); /* another one comes, */
    cr_expect_gt(polled(NOW + 3 * MINUTE), 5);
    cr_expect_eq(polled(NOW + 4 * MINUTE), 2);
    issues[large].updated_ms = NOW + 4 * MINUTE; /* and it changes, */
    cr_expect_gt(polled(NOW + 5 * MINUTE), 5);
    cr_expect_eq(polled(NOW + 6 * MINUTE), 1);
    issues[large].updated_ms = NOW + 6 * MINUTE; /* and becomes small */
    issues[large].large = false;
    (void)polled(NOW + 7 * MINUTE);
    expect_all(NOW);
}

Test(jira_walk, one_that_is_too_large_is_remembered_until_it_changes)
{
    remembers_a_large_one(false);
}

Test(jira_walk, one_that_is_too_large_in_the_cloud_is_remembered_until_it_changes)
{
    remembers_a_large_one(true);
}
