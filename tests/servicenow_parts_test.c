/* servicenow: the groups that are wanted, and what is refused, odd or too much of its parts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/servicenow.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000; /* 2026-11-24T11:00:00Z */

static const char *tables[] = { "incident" }, *groups[] = { "Platform", "CI / CD" };
static struct servicenow config = {
    .tables = { tables, 1 }, .category = "category", .slas = true, .responses = true, .pauses = true
};
static struct kit kit;

static const char asked[] = "INC0000001 00000000000000000000000000000001 ana.petrovic\n"
                            "INC0000002 00000000000000000000000000000002 ana.petrovic\n";

static const char one_asked[] = "INC0000001 00000000000000000000000000000001 ana.petrovic\n";

static bool answer(struct reply reply, const char *body)
{
    kit_poll(&kit, NOW);
    reply.body = body;
    reply.now_ms = NOW;
    if (reply.status == 0)
        reply.status = 200;
    return kit_decode(&kit, &source_servicenow, &config, reply);
}

static void use_groups(size_t count)
{
    config.groups = (struct dx_items){ groups, count };
}

Test(servicenow_parts, only_tickets_of_the_groups_are_asked_for_and_taken)
{
    static const char body[] =
        "{\"result\":[{\"sys_id\":\"00000000000000000000000000000001\",\"number\":\"INC1\","
        "\"sys_updated_on\":\"2026-11-24 10:59:00\",\"assignment_group\":%s}]}";
    const struct reply reply = { .step = SNOW_NEWS,
                                 .detail = NOW - 3600000,
                                 .detail_text = "incident 200 0 0 " };
    const struct {
        const char *group;
        size_t taken;
    } rows[] = {
        { "{\"display_value\":\"platform\",\"value\":\"1\"}", 1 },
        { "{\"display_value\":\"CI / CD\",\"value\":\"2\"}", 1 },
        { "{\"display_value\":\"Network\",\"value\":\"3\"}", 0 },
    };
    char text[400];
    bool seen = false;

    use_groups(2);
    kit_poll(&kit, NOW);
    source_servicenow.begin(&config, &kit.cursors, &kit.plan);
    for (const struct plan_request *r = kit.plan.first; r; r = r->next)
        seen = seen || strstr(r->path, "assignment_group.nameINPlatform%2CCI%20%2F%20CD");
    cr_expect(seen);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        snprintf(text, sizeof(text), body, rows[i].group);
        (void)answer(reply, text);
        cr_expect_eq(kit.batch.ticket_count, rows[i].taken, "%s: %zu %s", rows[i].group,
                     kit.batch.ticket_count, kit.err.text);
    }
    use_groups(0);
    kit_done(&kit);
}

/* Others are wanted with them, so all is walked through anew. */
Test(servicenow_parts, other_groups_begin_the_walks_anew)
{
    size_t fills = 0;

    for (size_t count = 0; count < 2; count++) {
        use_groups(count);
        kit_poll(&kit, NOW);
        source_servicenow.begin(&config, &kit.cursors, &kit.plan);
        for (const struct plan_request *r = kit.plan.first; r; r = r->next) {
            fills += r->step == SNOW_OPEN;
            if (r->step != SNOW_OPEN)
                continue;
            cr_assert(kit_decode(&kit, &source_servicenow, &config,
                                 (struct reply){ .step = r->step,
                                                 .detail = r->detail,
                                                 .detail_text = r->detail_text,
                                                 .status = 200,
                                                 .now_ms = NOW,
                                                 .body = "{\"result\":[]}" }),
                      "%s", kit.err.text);
            break;
        }
        kit_commit(&kit);
    }
    use_groups(0);
    cr_expect_eq(fills, 2, "the open ones are asked for again");
    kit_done(&kit);
}

/* The query is whole, with its order, or refused before anything is asked. */
Test(servicenow_parts, as_many_groups_as_an_address_has_room_for)
{
    static char names[300][40];
    static const char *many[300];
    struct servicenow c = config;
    struct dx_error err = { 0 };

    for (int i = 0; i < 300; i++) {
        snprintf(names[i], sizeof(names[i]), "Group-of-people-on-call-%03d-%03d", i, i);
        many[i] = names[i];
    }
    c.groups = (struct dx_items){ many, 150 };
    cr_expect(source_servicenow.check(&c, &err), "%s", err.text);
    kit_poll(&kit, NOW);
    source_servicenow.begin(&c, &kit.cursors, &kit.plan);
    cr_expect(strstr(kit.plan.first->path, "-149-149%5EORDERBYsys_updated_on%5EORDERBYsys_id&"),
              "%s", kit.plan.first->path);
    cr_expect_lt(strlen(kit.plan.first->path), 7000);
    c.groups.count = 300;
    cr_expect_not(source_servicenow.check(&c, &err));
    cr_expect(strstr(err.text, "`groups`"), "%s", err.text);
    kit_done(&kit);
}

/* A thousand rows are all that one answer has: then half of the tickets each. */
Test(servicenow_parts, an_answer_that_is_full_is_asked_for_in_halves)
{
    const struct plan_request *first, *second;
    struct buf body;

    buf_init(&body, 1 << 18);
    for (int i = 0; i < 1000; i++)
        (void)buf_text(&body, i == 0 ? "{\"result\":[{}" : ",{}");
    (void)buf_text(&body, "]}");
    cr_expect(
        answer((struct reply){ .step = SNOW_SLAS, .detail = 1, .detail_text = asked }, body.bytes),
        "%s", kit.err.text);
    first = kit.plan.first;
    cr_assert(first && first->next);
    second = first->next;
    cr_expect(strstr(first->detail_text, "INC0000002") && !strstr(first->detail_text, "INC0000001"),
              "%s", first->detail_text);
    cr_expect(strstr(second->detail_text, "INC0000001"), "%s", second->detail_text);
    cr_expect(second->detail & 1, "when that is there, all were asked about");
    cr_expect_not(first->detail & 1);
    cr_expect_eq(kit.batch.ticket_count, 0);
    buf_done(&body);
    kit_done(&kit);
}

#define COMMENT(id)                                                                                \
    "{\"element\":\"comments\",\"element_id\":\"0000000000000000000000000000000" id "\","          \
    "\"sys_created_on\":\"2026-11-24 08:00:00\",\"sys_created_by\":\"ben\"}"

static const struct plan_request *halved(struct reply reply, const char *body)
{
    cr_expect(answer(reply, body), "%s", kit.err.text);
    cr_expect_eq(kit.batch.ticket_count, 0, "nobody knows of which");
    cr_assert_eq(kit.plan.count, 2);
    return kit.plan.first;
}

/* Rows that are counted and do not come are hidden, be it one among a thousand: they may be
 * those of any. */
Test(servicenow_parts, where_rows_are_hidden_it_is_found_out_of_which_tickets)
{
    static const char all[] = "{\"result\":[" COMMENT("1") "," COMMENT("1") "," COMMENT("2") "]}";
    const struct plan_request *half = halved(
        (struct reply){ .step = SNOW_JOURNAL, .head = "x-total-count: 5\n", .detail_text = asked },
        all);
    struct reply reply = { .step = SNOW_JOURNAL, .detail = half->detail };
    char of[200];

    snprintf(of, sizeof(of), "%s", half->detail_text);
    reply.detail_text = of;
    reply.head = "x-total-count: 2\n";
    cr_expect(answer(reply, "{\"result\":[" COMMENT("2") "]}"));
    cr_expect_null(kit.plan.first, "of a single one there are no halves");
    cr_assert_eq(kit.batch.ticket_count, 1);
    cr_expect_str_eq(kit.batch.tickets->key, "INC0000002");
    cr_expect_eq(kit.batch.tickets->refused, TICKET_RESPONSE, "an earlier one may be hidden");
    cr_expect(answer(reply, "{\"result\":[]}"));
    cr_expect_eq(kit.batch.tickets->refused, TICKET_RESPONSE);
    cr_expect_eq(kit.batch.note_count, 0, "the table is not hidden for that");
    reply.head = "x-total-count: 1\n";
    cr_expect(answer(reply, "{\"result\":[" COMMENT("2") "]}"));
    cr_expect_eq(kit.batch.tickets->refused, 0);
    kit_done(&kit);
}

/* A thousand comments of one ticket are all that an answer has: the earliest are among them. */
Test(servicenow_parts, of_a_ticket_with_very_many_comments_the_first_response_counts)
{
    for (int answered = 0; answered < 2; answered++) {
        struct buf body;

        buf_init(&body, 1 << 20);
        (void)buf_text(&body, "{\"result\":[");
        for (int i = 0; i < 1000; i++)
            (void)buf_print(&body,
                            "%s{\"element\":\"comments\",\"element_id\":"
                            "\"00000000000000000000000000000001\",\"sys_created_on\":"
                            "\"2026-11-24 08:00:%02d\",\"sys_created_by\":\"%s\"}",
                            i ? "," : "", i % 60, answered && i == 500 ? "ben" : "ana.petrovic");
        (void)buf_text(&body, "]}");
        cr_expect(answer((struct reply){ .step = SNOW_JOURNAL,
                                         .head = "x-total-count: 1500\n",
                                         .detail_text = one_asked },
                         body.bytes),
                  "%s", kit.err.text);
        cr_assert_eq(kit.batch.ticket_count, 1);
        cr_expect_eq(kit.batch.tickets->first_response_ms > 0, answered);
        cr_expect_eq(kit.batch.tickets->refused, answered ? 0 : TICKET_RESPONSE);
        buf_done(&body);
    }
    kit_done(&kit);
}

/* That of a few tickets all rows are hidden says nothing of the others. */
Test(servicenow_parts, a_table_is_refused_for_no_single_ticket)
{
    struct reply reply = { .step = SNOW_JOURNAL,
                           .head = "x-total-count: 1\n",
                           .detail_text = one_asked };
    struct buf many;

    cr_expect(answer(reply, "{\"result\":[]}"));
    cr_expect_eq(kit.batch.note_count, 0);
    cr_assert_eq(kit.batch.ticket_count, 1);
    cr_expect_eq(kit.batch.tickets->refused, TICKET_RESPONSE);
    buf_init(&many, 1 << 12);
    for (int i = 0; i < 4; i++)
        (void)buf_print(&many, "INC000000%d 0000000000000000000000000000000%d ana\n", i, i);
    reply.detail_text = many.bytes;
    cr_expect(answer(reply, "{\"result\":[]}"));
    cr_expect_eq(kit.batch.note_count, 1, "of many they are those of all");
    cr_expect_eq(kit.batch.ticket_count, 0);
    buf_done(&many);
    kit_done(&kit);
}

/* Those of open tickets are asked for again and again: what may be seen of them counts, unless
 * there was no room for all. */
Test(servicenow_parts, slas_are_those_that_may_be_seen)
{
    static const char one[] = "{\"result\":[{\"task\":\"00000000000000000000000000000001\","
                              "\"sla\":\"s\",\"stage\":\"in_progress\"}]}";

    cr_expect(answer(
        (struct reply){ .step = SNOW_SLAS, .head = "x-total-count: 2\n", .detail_text = asked },
        one));
    cr_expect_null(kit.plan.first);
    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_expect_eq(kit.batch.tickets[0].sla_count, 1);
    (void)halved(
        (struct reply){ .step = SNOW_SLAS, .head = "x-total-count: 1200\n", .detail_text = asked },
        one);
    kit_done(&kit);
}

Test(servicenow_parts, what_a_table_says_when_it_fails_is_told_with_its_name)
{
    cr_expect_not(answer(
        (struct reply){ .step = SNOW_NEWS, .status = 400, .detail_text = "incident 200 0 0 " },
        "{\"error\":{\"message\":\"Pagination not supported\",\"detail\":null}}"));
    cr_expect(strstr(kit.err.text, "incident: answered 400: Pagination not supported"), "%s",
              kit.err.text);
    kit_done(&kit);
}

/* They come by when they began: what is cut off behind is what counts now. */
Test(servicenow_parts, a_ticket_that_went_to_and_fro_has_all_of_its_slas)
{
    char *body = NULL;
    size_t len;
    FILE *out = open_memstream(&body, &len);

    fprintf(out, "{\"result\":[");
    for (int i = 0; i < 60; i++)
        fprintf(out,
                "%s{\"task\":\"00000000000000000000000000000001\",\"sla\":\"s%d\","
                "\"stage\":\"%s\"}",
                i ? "," : "", i, i < 59 ? "cancelled" : "in_progress");
    fprintf(out, "]}");
    fclose(out);
    cr_assert(answer((struct reply){ .step = SNOW_SLAS, .detail_text = asked }, body), "%s",
              kit.err.text);
    cr_assert_eq(kit.batch.ticket_count, 2);
    cr_assert_eq(kit.batch.tickets[0].sla_count, 60);
    cr_expect_eq(kit.batch.tickets[0].slas[59].state, DX_SLA_RUNNING);
    cr_expect_eq(kit.batch.tickets[1].sla_count, 0);
    free(body);
    kit_done(&kit);
}
