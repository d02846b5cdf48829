/* jira: how a ticket stood, by its changes and by what the statuses of these are; and what
 * changes of status make of it, wherever they come from. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "source/jira.h"
#include "source_kit.h"

static const int64_t NOW = 1795518000000;  /* 2026-11-24T11:00:00Z */
static const int64_t NINE = 1795482000000; /* 2026-11-24T09:00:00+08:00 */
static const int64_t MINUTE = 60000;

static const char *pauses[] = { "Waiting for customer" };
static struct jira config = { .jql = "", .category = "component", .pauses = { pauses, 1 } };
static struct kit kit;

static void decode(struct reply reply, const char *file)
{
    char name[200];

    snprintf(name, sizeof(name), "jira/%s.json", file);
    cr_assert(kit_decode_file(&kit, &source_jira, &config, reply, name), "%s: %s", file,
              kit.err.text);
}

static void know_statuses(void)
{
    kit_poll(&kit, NOW);
    decode((struct reply){ .step = JIRA_STATUSES }, "statuses_of_the_cloud");
    kit_commit(&kit);
    kit_poll(&kit, NOW);
}

static const struct ticket *ticket_of(const char *file)
{
    decode((struct reply){ .step = JIRA_NEWS, .detail = 1, .detail_text = "1 50 0 0 0 0 " }, file);
    cr_assert(kit.batch.ticket_count > 0);
    return kit.batch.tickets;
}

static void expect_stays(const struct ticket *t, const struct ticket_stay *stays, size_t count)
{
    cr_expect(t->stays_known);
    cr_assert_eq(t->stay_count, count, "%zu", t->stay_count);
    for (size_t i = 0; i < count; i++) {
        cr_expect_eq(t->stays[i].stay, stays[i].stay, "%zu: %d", i, (int)t->stays[i].stay);
        cr_expect_eq(t->stays[i].from_ms, NINE + stays[i].from_ms, "%zu", i);
    }
}

Test(jira_stays, a_status_is_what_its_category_says_and_never_its_name)
{
    static const struct ticket_stay stays[] = {
        { DX_STAY_NEW, 0 }, /* it is called Open in the changes, and Done in the list */
        { DX_STAY_WAITING, 60 * 60000 },
        { DX_STAY_IN_PROGRESS, 120 * 60000 },
        { DX_STAY_WAITING, 240 * 60000 },
        { DX_STAY_IN_PROGRESS, 300 * 60000 },
    };

    know_statuses();
    expect_stays(ticket_of("changes_come_newest_first"), stays, 5);
    kit_done(&kit);
}

Test(jira_stays, without_the_list_only_waits_are_known)
{
    static const struct ticket_stay stays[] = {
        { DX_STAY_UNKNOWN, 0 },           { DX_STAY_WAITING, 60 * 60000 },
        { DX_STAY_UNKNOWN, 120 * 60000 }, { DX_STAY_WAITING, 240 * 60000 },
        { DX_STAY_UNKNOWN, 300 * 60000 },
    };

    kit_poll(&kit, NOW);
    cr_assert(kit_decode(&kit, &source_jira, &config,
                         (struct reply){ .step = JIRA_STATUSES, .status = 403, .body = "{}" }),
              "it is not the whole poll");
    expect_stays(ticket_of("changes_come_newest_first"), stays, 5);
    kit_done(&kit);
}

Test(jira_stays, one_that_never_changed_stands_as_it_was_made)
{
    static const struct ticket_stay waits[] = { { DX_STAY_WAITING, 0 } };
    const struct ticket *t;

    know_statuses();
    t = ticket_of("made_as_waiting");
    expect_stays(&t[0], waits, 1);
    kit_poll(&kit, NOW);
    t = ticket_of("status_called_done_is_new");
    cr_assert_eq(t->stay_count, 1);
    cr_expect_eq(t->stays[0].stay, DX_STAY_NEW);
    kit_done(&kit);
}

Test(jira_stays, what_a_page_has_found_goes_on_in_the_next)
{
    static const struct ticket_stay stays[] = {
        { DX_STAY_NEW, 0 },
        { DX_STAY_WAITING, 60 * 60000 },
        { DX_STAY_IN_PROGRESS, 120 * 60000 },
        { DX_STAY_WAITING, 180 * 60000 },
        { DX_STAY_IN_PROGRESS, 210 * 60000 },
    };
    struct reply reply = { .step = JIRA_CHANGES };
    char trail[400];

    snprintf(trail, sizeof(trail), "DX-412 %lld 2 ", (long long)NINE);
    reply.detail_text = trail;
    know_statuses();
    decode(reply, "changes_of_a_page");
    cr_assert_not_null(kit.plan.first);
    snprintf(trail, sizeof(trail), "%s", kit.plan.last->detail_text);
    reply.detail = kit.plan.last->detail;
    cr_expect_eq(kit.batch.ticket_count, 0);
    decode(reply, "changes_of_the_last_page");
    cr_assert_eq(kit.batch.ticket_count, 1);
    expect_stays(&kit.batch.tickets[0], stays, 5);
    kit_done(&kit);
}

Test(jira_stays, the_list_is_asked_for_before_any_ticket)
{
    kit_poll(&kit, NOW);
    source_jira.begin(&config, &kit.cursors, &kit.plan);
    decode((struct reply){ .step = JIRA_SERVER, .detail = JIRA_FIRST }, "server_info_of_the_cloud");
    decode((struct reply){ .step = JIRA_MYSELF, .detail = JIRA_FIRST, .detail_text = "1" },
           "myself_in_shanghai");
    cr_assert_str_eq(kit.plan.first->path, "/rest/api/3/status");
    cr_expect_eq(kit.plan.first->flags & (PLAN_OPTIONAL | PLAN_ANSWER),
                 PLAN_OPTIONAL | PLAN_ANSWER);
    kit_done(&kit);
}

/* ---- any source ---- */

Test(ticket_stays, what_goes_on_is_one_and_of_a_moment_the_last_counts)
{
    struct ticket_trail trail = { .count = 0 };
    struct batch batch = { 0 };
    struct ticket *t = batch_ticket(&batch);

    ticket_stand(&trail, DX_STAY_NEW, 0);
    ticket_stand(&trail, DX_STAY_NEW, NINE); /* another status of the same kind */
    cr_expect_eq(trail.count, 1);
    ticket_stand(&trail, DX_STAY_IN_PROGRESS, NINE + MINUTE);
    ticket_stand(&trail, DX_STAY_WAITING, NINE + MINUTE);
    cr_expect_eq(trail.count, 2);
    cr_expect_eq(trail.stays[1].stay, DX_STAY_WAITING);
    ticket_stand(&trail, DX_STAY_NEW, NINE + MINUTE); /* and back, in no time */
    cr_expect_eq(trail.count, 1);
    ticket_stand(&trail, DX_STAY_WAITING, NINE + 2 * MINUTE);
    ticket_put_stays(&batch, t, &trail);
    cr_expect_eq(t->parts, TICKET_PAUSES);
    cr_assert_eq(t->pause_count, 1);
    cr_expect_eq(t->pauses[0].from_ms, NINE + 2 * MINUTE);
    cr_expect_eq(t->pauses[0].to_ms, 0, "it still waits");
    batch_done(&batch);
}

Test(ticket_stays, a_ticket_that_is_moved_to_and_fro_has_an_end)
{
    struct ticket_trail trail = { .count = 0 };

    for (int i = 0; i < 2 * TICKET_STAYS_MOST; i++)
        ticket_stand(&trail, i % 2 ? DX_STAY_WAITING : DX_STAY_NEW, NINE + i * MINUTE);
    cr_expect_eq(trail.count, TICKET_STAYS_MOST);
    cr_expect_eq(trail.stays[TICKET_STAYS_MOST - 1].from_ms,
                 NINE + (TICKET_STAYS_MOST - 1) * MINUTE);
}
