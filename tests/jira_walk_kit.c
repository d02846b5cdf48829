/* jira_walk_kit: a jira in memory, and polls of it. */
#include "config.h"

#include "jira_walk_kit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/time.h"
#include "core/zone.h"
#include "source/jira.h"

enum { IN_A_POLL = 200 };

struct walk_issue issues[ISSUES_MOST];
struct walk_row rows[ISSUES_MOST];
size_t issue_count, requests;
void (*meanwhile)(int64_t now_ms);

/* ---- the server ---- */

static bool cloud;
static struct zone zone;
static const char *zone_name;

size_t add(int64_t updated_ms, bool done)
{
    cr_assert(issue_count < ISSUES_MOST);
    issues[issue_count].updated_ms = updated_ms;
    issues[issue_count].done = done;
    return issue_count++;
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
    const char *key = strstr(text, "key = \"DX-");
    size_t n = 0;

    for (size_t i = 0; i < issue_count; i++)
        if (!issues[i].deleted && !issues[i].left && (!key || strtoul(key + 10, NULL, 10) == i) &&
            issues[i].updated_ms >= since && issues[i].updated_ms < until &&
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
    size_t *found = calloc(ISSUES_MOST, sizeof(*found));
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

static enum known_run known_ticket(void *self, const char *key, int64_t updated_ms)
{
    size_t i = strtoul(key + 3, NULL, 10);

    (void)self;
    if (!rows[i].there)
        return KNOWN_NOT;
    if (updated_ms > rows[i].updated_ms || rows[i].gone)
        return KNOWN_MOVED;
    return rows[i].done ? KNOWN_DONE : KNOWN_OPEN;
}

/* All parts come with a row here; so only those that are open are asked for. */
static size_t known_tickets(void *self, unsigned lacks, struct known_ticket *out, size_t cap)
{
    size_t n = 0;

    (void)self;
    for (size_t i = 0; i < issue_count && lacks == 0 && n < cap; i++)
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
        rows[i].gone = false;
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

bool poll_some(int64_t now_ms, size_t most)
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

void poll_all(int64_t now_ms)
{
    cr_assert(poll_some(now_ms, IN_A_POLL), "too many requests: %zu", requests);
}

void start(bool is_cloud, const char *name)
{
    struct dx_error err = { 0 };

    cloud = is_cloud;
    zone_name = name;
    cr_assert(zone_open(&zone, name, &err), "%s", err.text);
}

void expect_all(int64_t now_ms)
{
    for (size_t i = 0; i < issue_count; i++) {
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

void fill(void)
{
    for (size_t i = 0; i < 400; i++) /* open ones of two years, done ones of 40 days */
        add(NOW - (int64_t)(i + 1) * (i % 2 ? DAY / 10 : 2 * DAY) - (int64_t)i, i % 2);
    for (size_t i = 0; i < 300; i++) /* somebody changed many at once */
        add(NOW - 3 * DAY + (int64_t)i % 7, i % 3 == 0);
}
