/* servicenow: whole polls, against a table in memory that has the ways of the real one:
 * rows hidden by access rules, counted before or after them; mass changes in one second;
 * tickets that change while pages are read. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "source/servicenow.h"
#include "known_ticket_kit.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */
static const int64_t MINUTE = 60000, HOUR = 3600000, DAY = 86400000;

enum { ROWS_MOST = 1200, PAGES_MOST = 400 };

static struct {
    struct row {
        int id;
        int64_t updated_ms;
        bool active, hidden;
        bool large; /* larger than max_body */
    } row[ROWS_MOST];
    int count;
    bool counts_after_rules, says_count, links, ignores_active, ignores_time, ignores_offset;
    int requests, parts;
    bool told;   /* that pages come again */
    int move_at; /* at this request the row that is updated first changes */
} server;

static const char *tables[] = { "incident" };
static struct servicenow config = { .tables = { tables, 1 }, .category = "category" };
static struct ticket_kit store;
static struct kit kit;

/* ---- the server ---- */

static int by_change(const void *a, const void *b)
{
    const struct row *one = a, *other = b;

    if (one->updated_ms != other->updated_ms)
        return one->updated_ms < other->updated_ms ? -1 : 1;
    return one->id - other->id;
}

static int64_t parameter(const char *path, const char *name, int64_t fallback)
{
    const char *at = strstr(path, name);

    return at ? strtoll(at + strlen(name), NULL, 10) : fallback;
}

/* "sys_updated_on%3E%3D2026-11-24%2011%3A00%3A00" */
static int64_t bound(const char *path, const char *name)
{
    const char *at = strstr(path, name);
    char text[32];

    if (!at)
        return 0;
    at += strlen(name);
    snprintf(text, sizeof(text), "%.10sT%.2s:%.2s:%.2sZ", at, at + 13, at + 18, at + 23);
    return time_parse(text, strlen(text));
}

static bool fits(const struct row *row, const char *path)
{
    int64_t from = bound(path, "sys_updated_on%3E%3D"), to = bound(path, "sys_updated_on%3C%3D");

    if (!server.ignores_time && ((from && row->updated_ms < from) || (to && row->updated_ms > to)))
        return false;
    if (server.ignores_active)
        return true;
    return !(strstr(path, "active%3Dtrue") && !row->active) &&
           !(strstr(path, "active%3Dfalse") && row->active);
}

static void put_row(FILE *out, const struct row *row, bool first)
{
    char text[32];
    time_t s = (time_t)(row->updated_ms / 1000);
    struct tm tm;

    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", gmtime_r(&s, &tm));
    fprintf(out,
            "%s{\"sys_id\":\"%032d\",\"number\":\"INC%07d\",\"sys_updated_on\":\"%s\","
            "\"opened_at\":\"2026-11-01 00:00:00\",\"active\":\"%s\",\"state\":\"%d\"}",
            first ? "" : ",", row->id, row->id, text, row->active ? "true" : "false",
            row->active ? 2 : 7);
}

/* NULL: it is too large. */
static char *answer(const char *path, char head[200], const char **next)
{
    bool fits_in = true;
    bool down = strstr(path, "ORDERBYDESC") != NULL;
    int64_t offset = parameter(path, "sysparm_offset=", 0),
            limit = parameter(path, "sysparm_limit=", 10000);
    bool again = server.ignores_offset && offset > 0;
    int64_t nth = 0, shown = 0, counted = 0;
    char *body = NULL;
    size_t len;
    FILE *out = open_memstream(&body, &len);

    qsort(server.row, (size_t)server.count, sizeof(struct row), by_change);
    offset = again ? 0 : offset;
    fprintf(out, "{\"result\":[");
    for (int i = 0; i < server.count; i++) {
        const struct row *row = &server.row[down ? server.count - 1 - i : i];

        if (!fits(row, path))
            continue;
        counted += !(server.counts_after_rules && row->hidden);
        if (nth >= offset && nth < offset + limit && !row->hidden) {
            put_row(out, row, shown++ == 0);
            fits_in = fits_in && !row->large;
        }
        nth++;
    }
    fprintf(out, "]}");
    fclose(out);
    snprintf(head, 200, server.says_count ? "x-total-count: %" PRId64 "\n" : "", counted);
    *next = server.links && offset + limit < counted ? "/there/is/more" : "";
    if (fits_in)
        return body;
    free(body);
    return NULL;
}

/* ---- a poll ---- */

static bool less(const struct plan_request *r)
{
    const struct reply reply = { .step = r->step,
                                 .detail = r->detail,
                                 .detail_text = r->detail_text,
                                 .too_large = true,
                                 .content_type = "" };
    const struct dx_error err = { .fault = DX_FAULT_REPLY };

    return source_less(&source_servicenow, &config, &reply, &err, &kit.plan, &kit.batch);
}

static bool poll_once(int64_t now_ms)
{
    struct plan_request *r;
    bool ok = true;
    int pages = 0;

    ticket_poll(&store, &kit, now_ms);
    kit.plan.history_ms = 30 * DAY;
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    while ((r = plan_take(&kit.plan)) != NULL && ok) {
        char head[200], *body;
        const char *next = "";

        cr_assert(++pages < PAGES_MOST, "it pages for ever");
        server.requests++;
        if (server.requests == server.move_at)
            server.row[0].updated_ms = now_ms;
        body = answer(r->path, head, &next);
        ok = body ? kit_decode(&kit, &source_servicenow, &config,
                               (struct reply){ .step = r->step,
                                               .detail = r->detail,
                                               .detail_text = r->detail_text,
                                               .head = head,
                                               .next = next,
                                               .body = body })
                  : less(r);
        free(body);
    }
    for (size_t i = 0; i < kit.batch.note_count; i++)
        server.told |= strstr(kit.batch.notes[i].text, "the same page again") != NULL;
    ticket_commit(&store, &kit);
    return ok;
}

static void fill(int count, int64_t apart_ms)
{
    server.count = count;
    for (int i = 0; i < count; i++)
        server.row[i] = (struct row){ .id = i + 1,
                                      .updated_ms = NOW - HOUR - i * apart_ms,
                                      .active = i % 3 == 0 };
}

static void expect_all(const char *what)
{
    char key[16];
    int missing = 0;

    for (int i = 0; i < server.count; i++) {
        snprintf(key, sizeof(key), "INC%07d", server.row[i].id);
        if (!server.row[i].hidden && !server.row[i].large && !ticket_find(&store, key))
            missing++;
    }
    cr_expect_eq(missing, 0, "%s: %d of %d are missing", what, missing, server.count);
}

/* ---- what comes, comes whole ---- */

static void run_variants(void (*prepare)(void), const char *what)
{
    for (int v = 0; v < 8; v++) {
        char name[80];

        memset(&store, 0, sizeof(store));
        memset(&kit, 0, sizeof(kit));
        memset(&server, 0, sizeof(server));
        server.says_count = v & 1;
        server.links = v & 2;
        server.counts_after_rules = v & 4;
        prepare();
        snprintf(name, sizeof(name), "%s%s%s%s", what, v & 1 ? ", a count" : "",
                 v & 2 ? ", links" : "", v & 4 ? ", after the rules" : "");
        cr_assert(poll_once(NOW), "%s: %s", name, kit.err.text);
        expect_all(name);
        cr_expect_eq(kit.batch.done, 0);
        cr_expect_not(server.told, "%s", name);
        kit_done(&kit);
    }
}

static void plain(void)
{
    fill(1000, 10 * MINUTE);
}

static void every_third_is_hidden(void)
{
    fill(1000, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].hidden = i % 3 == 1;
}

static void all_in_one_second(void)
{
    fill(900, 0);
}

/* More than a page of rows are hidden, and behind them there are others. Without a count
 * and without links nobody can know that. */
static void a_page_is_hidden(void)
{
    fill(1000, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].hidden = i > 100 && i < 900;
    server.counts_after_rules = false;
    if (!server.links)
        server.says_count = true;
}

/* The newest, the oldest, in the midst of a page, beside each other. */
static void some_are_too_large(void)
{
    static const int large[] = { 0, 99, 100, 101, 300, 301, 302, 777, 999 };

    fill(1000, 10 * MINUTE);
    for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++)
        server.row[large[i]].large = true;
}

static void some_of_one_second_are_too_large(void)
{
    fill(900, 0);
    for (int i = 5; i < server.count; i += 90)
        server.row[i].large = true;
}

Test(servicenow_poll, one_that_is_too_large_holds_up_no_other)
{
    run_variants(some_are_too_large, "large");
    run_variants(some_of_one_second_are_too_large, "large, one second");
}

Test(servicenow_poll, all_tickets_come)
{
    run_variants(plain, "plain");
}

Test(servicenow_poll, rows_that_are_hidden_lose_no_others)
{
    run_variants(every_third_is_hidden, "hidden");
}

Test(servicenow_poll, a_mass_change_in_one_second_is_paged_through)
{
    run_variants(all_in_one_second, "one second");
}

Test(servicenow_poll, a_page_without_rows_is_not_the_end)
{
    run_variants(a_page_is_hidden, "a hidden page");
}

/* The oldest change goes to the end of the list, and all others move up by one. */
Test(servicenow_poll, a_ticket_that_moves_while_pages_are_read_shifts_no_other_out)
{
    int missing = 0;

    server.says_count = server.links = true;
    fill(1000, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].active = true;
    cr_assert(poll_once(NOW));
    for (int i = 0; i < server.count; i++)
        server.row[i].updated_ms = NOW + i * 1000;
    server.move_at = server.requests + 3;
    cr_assert(poll_once(NOW + HOUR));
    for (size_t i = 0; i < store.count; i++)
        missing += store.ticket[i].updated_ms < NOW;
    cr_expect_eq(missing, 0, "%d changes were not seen", missing);
}

Test(servicenow_poll, a_page_that_comes_again_and_again_is_the_end)
{
    for (int v = 0; v < 4; v++) {
        memset(&store, 0, sizeof(store));
        memset(&kit, 0, sizeof(kit));
        memset(&server, 0, sizeof(server));
        server.says_count = v & 1;
        server.links = v & 2;
        server.ignores_offset = true;
        fill(900, 0);
        cr_assert(poll_once(NOW), "%s", kit.err.text);
        cr_expect_lt(server.requests, 10, "%d", server.requests);
        cr_expect(server.told);
        kit_done(&kit);
    }
}

/* ---- what changes ---- */

Test(servicenow_poll, what_changed_comes_once)
{
    size_t took;

    server.says_count = true;
    fill(30, 10 * MINUTE);
    cr_assert(poll_once(NOW));
    took = store.took;
    cr_assert(poll_once(NOW + MINUTE));
    cr_expect_eq(store.took, took, "what overlaps is known");
    server.row[0].updated_ms = NOW + 30000;
    cr_assert(poll_once(NOW + 2 * MINUTE));
    cr_expect_eq(store.took, took + 1);
}

Test(servicenow_poll, a_change_that_is_seen_late_is_not_lost)
{
    server.says_count = true;
    fill(2, 10 * MINUTE);
    cr_assert(poll_once(NOW));
    server.row[server.count++] = (struct row){ .id = 77, .updated_ms = NOW, .active = true };
    cr_assert(poll_once(NOW + MINUTE));
    /* Its transaction began before that of 77, and ended behind it. */
    server.row[server.count++] =
        (struct row){ .id = 78, .updated_ms = NOW - MINUTE, .active = true };
    cr_assert(poll_once(NOW + 2 * MINUTE));
    cr_expect(ticket_find(&store, "INC0000078"));
}

Test(servicenow_poll, a_server_whose_clock_is_hours_late_loses_nothing)
{
    server.says_count = true;
    fill(2, 10 * MINUTE);
    server.row[0].updated_ms = server.row[1].updated_ms = NOW - 5 * HOUR;
    cr_assert(poll_once(NOW));
    server.row[server.count++] =
        (struct row){ .id = 77, .updated_ms = NOW - 4 * HOUR, .active = true };
    cr_assert(poll_once(NOW + MINUTE));
    cr_expect(ticket_find(&store, "INC0000077"));
}

/* Nothing had changed for days when it was asked first, and then it was not asked for days. */
Test(servicenow_poll, what_changes_after_a_quiet_time_comes_whenever_it_is_asked)
{
    server.says_count = true;
    fill(2, 10 * MINUTE);
    server.row[0].updated_ms = server.row[1].updated_ms = NOW - 3 * DAY;
    cr_assert(poll_once(NOW));
    server.row[server.count++] =
        (struct row){ .id = 77, .updated_ms = NOW + 6 * HOUR, .active = true };
    cr_assert(poll_once(NOW + 3 * DAY));
    cr_expect(ticket_find(&store, "INC0000077"));
}

Test(servicenow_poll, the_history_ends_where_it_should)
{
    server.says_count = true;
    fill(2, 0);
    server.row[0] = (struct row){ .id = 1, .updated_ms = NOW - 31 * DAY };
    server.row[1] = (struct row){ .id = 2, .updated_ms = NOW - 300 * DAY, .active = true };
    cr_assert(poll_once(NOW));
    cr_expect_not(ticket_find(&store, "INC0000001"));
    cr_expect(ticket_find(&store, "INC0000002"), "it is open");
}

Test(servicenow_poll, a_poll_without_news_is_one_request)
{
    server.says_count = true;
    fill(500, 10 * MINUTE);
    cr_assert(poll_once(NOW));
    cr_assert(poll_once(NOW + MINUTE)); /* and whether the open ones are still there */
    server.requests = 0;
    cr_assert(poll_once(NOW + 2 * MINUTE));
    cr_expect_eq(server.requests, 1, "%d", server.requests);
}

Test(servicenow_poll, a_poll_goes_on_where_the_one_before_ended)
{
    server.says_count = true;
    fill(1000, 10 * MINUTE);
    for (int round = 0; round < 20 && kit_known(&kit, "", "", 0) == NULL; round++) {
        struct plan_request *r;

        ticket_poll(&store, &kit, NOW + round * MINUTE);
        kit.plan.history_ms = 30 * DAY;
        source_servicenow.begin(&config, &kit.cursors, &kit.plan);
        for (int i = 0; i < 2 && (r = plan_take(&kit.plan)) != NULL; i++) {
            char head[200], *body;
            const char *next;

            body = answer(r->path, head, &next);
            cr_assert(kit_decode(&kit, &source_servicenow, &config,
                                 (struct reply){ .step = r->step,
                                                 .detail = r->detail,
                                                 .detail_text = r->detail_text,
                                                 .head = head,
                                                 .body = body }));
            free(body);
        }
        ticket_commit(&store, &kit);
    }
    expect_all("cut polls");
}

/* ---- a query that is passed over ---- */

Test(servicenow_poll, a_part_of_the_query_that_is_passed_over_is_seen)
{
    server.says_count = server.ignores_active = true;
    fill(30, 10 * MINUTE);
    cr_assert(poll_once(NOW), "some rows fit");
    for (size_t i = 0; i < store.count; i++)
        cr_expect_gt(store.ticket[i].updated_ms, 0);
    kit_done(&kit);
    memset(&store, 0, sizeof(store));
    memset(&kit, 0, sizeof(kit));
    for (int i = 0; i < server.count; i++)
        server.row[i] = (struct row){ .id = i + 1, .updated_ms = NOW - 2 * DAY - i * MINUTE };
    cr_expect_not(poll_once(NOW), "none fits");
    cr_expect(strstr(kit.err.text, "passes over \"active\""), "%s", kit.err.text);
}

Test(servicenow_poll, a_window_that_is_passed_over_is_seen)
{
    server.says_count = server.ignores_time = true;
    fill(30, 10 * MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].updated_ms -= 3 * DAY;
    cr_expect_not(poll_once(NOW));
    cr_expect(strstr(kit.err.text, "passes over \"sys_updated_on\""), "%s", kit.err.text);
}

/* ---- tickets that are not there any more ---- */

Test(servicenow_poll, a_ticket_that_is_not_there_any_more_is_gone)
{
    static const char items[] = "INC0000001 00000000000000000000000000000001 \n"
                                "INC0000002 00000000000000000000000000000002 \n";
    static const char one[] = "{\"result\":[{\"sys_id\":\"00000000000000000000000000000001\"}]}";
    struct reply reply = { .step = SNOW_THERE, .detail_text = items, .body = one };

    server.says_count = true;
    fill(2, MINUTE);
    server.row[0].active = server.row[1].active = true;
    cr_assert(poll_once(NOW));
    reply.head = "x-total-count: 2\n";
    ticket_poll(&store, &kit, NOW + HOUR);
    cr_assert(kit_decode(&kit, &source_servicenow, &config, reply));
    cr_expect_eq(kit.batch.ticket_count, 0, "it is hidden, and not gone");
    reply.head = "x-total-count: 1\n";
    cr_assert(kit_decode(&kit, &source_servicenow, &config, reply));
    ticket_commit(&store, &kit);
    cr_expect_not(ticket_find(&store, "INC0000001")->gone);
    cr_expect(ticket_find(&store, "INC0000002")->gone);
}

Test(servicenow_poll, of_many_open_tickets_some_are_looked_at_in_turns)
{
    static struct snow_item items[40];
    const struct snow_poll p = { .config = &config, .plan = &kit.plan };
    bool seen[101] = { false };
    int count = 0;

    server.says_count = true;
    fill(100, MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].active = true;
    cr_assert(poll_once(NOW));
    for (int hour = 0; hour < 5; hour++) {
        ticket_poll(&store, &kit, NOW + hour * HOUR);
        cr_expect_eq(snow_known_open(&p, HOUR, items, 40), 40);
        for (size_t i = 0; i < 40; i++)
            seen[strtol(items[i].key + 3, NULL, 10)] = true;
    }
    for (int i = 1; i <= 100; i++)
        count += seen[i];
    cr_expect_eq(count, 100, "%d", count);
}

/* ---- more is said to be there than comes ---- */

/* How many pages of active tickets are asked for, where only some of them have a row, all of
 * them of one second. */
static int pages_with_rows_on(const int *with, size_t count)
{
    const struct plan_request *r;
    int asked = 0;

    memset(&store, 0, sizeof(store));
    memset(&kit, 0, sizeof(kit));
    ticket_poll(&store, &kit, NOW);
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    while ((r = plan_take(&kit.plan)) != NULL) {
        char body[300] = "{\"result\":[]}";

        if (r->step != SNOW_OPEN)
            continue;
        for (size_t i = 0; i < count; i++)
            if (with[i] == asked)
                snprintf(body, sizeof(body),
                         "{\"result\":[{\"sys_id\":\"%032d\",\"number\":\"INC%07d\","
                         "\"sys_updated_on\":\"2026-11-02 00:00:00\",\"active\":\"true\","
                         "\"opened_at\":\"2026-11-01 00:00:00\",\"state\":\"2\"}]}",
                         asked, asked);
        cr_assert(++asked < PAGES_MOST, "it pages for ever");
        cr_assert(kit_decode(&kit, &source_servicenow, &config,
                             (struct reply){ .step = r->step,
                                             .detail = r->detail,
                                             .detail_text = r->detail_text,
                                             .head = "x-total-count: 1000000\n",
                                             .body = body }));
    }
    kit_done(&kit);
    return asked;
}

Test(servicenow_poll, pages_without_rows_have_an_end)
{
    cr_expect_eq(pages_with_rows_on(NULL, 0), 21);
}

/* The window begins anew with the first, and pages on in its second from the next one on. */
Test(servicenow_poll, only_pages_in_a_row_without_rows_are_the_end)
{
    cr_expect_eq(pages_with_rows_on((const int[]){ 0, 1, 21 }, 3), 22 + 21);
}

/* ---- parts ---- */

Test(servicenow_poll, what_a_row_does_not_say_is_asked_fifty_at_a_time)
{
    size_t journal = 0, slas = 0;

    config.responses = config.slas = true;
    server.says_count = true;
    fill(120, MINUTE);
    for (int i = 0; i < server.count; i++)
        server.row[i].active = true;
    ticket_poll(&store, &kit, NOW);
    {
        char head[200];
        const char *next;
        char *body = answer("sysparm_limit=200&sysparm_offset=0", head, &next);

        cr_assert(kit_decode(
            &kit, &source_servicenow, &config,
            (struct reply){
                .step = SNOW_OPEN, .detail_text = "incident 200 0", .head = head, .body = body }));
        free(body);
    }
    for (struct plan_request *r = kit.plan.first; r; r = r->next) {
        journal += r->step == SNOW_JOURNAL;
        slas += r->step == SNOW_SLAS;
        cr_expect_lt(strlen(r->path), 4000);
    }
    cr_expect_eq(journal, 3);
    cr_expect_eq(slas, 3);
    ticket_commit(&store, &kit);
    /* None was answered: the next poll asks again, in batches of two hundred. */
    ticket_poll(&store, &kit, NOW + MINUTE);
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    journal = 0;
    for (struct plan_request *r = kit.plan.first; r; r = r->next)
        journal += r->step == SNOW_JOURNAL;
    cr_expect_eq(journal, 3);
    config.responses = config.slas = false;
}
