/* The list of tickets, narrowed, sorted and counted by the query. */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "store_kit.h"

TestSuite(ticket_list, .init = kit_init, .fini = kit_done, .timeout = 20);

static const struct {
    const char *key, *project, *category, *labels, *assignee, *status, *title;
    int priority;
    enum dx_sla_state sla; /* UNKNOWN: it has none */
    int64_t left_m, said_m, goal_m;
} of[] = {
    { "DX-1", "DX", "registry", "ci, red", "m.ito", "Open", "CI cannot pull", 1, DX_SLA_BREACHED,
      -41, -41, 240 },
    { "DX-2", "DX", "runners", "ci", "", "Waiting", "Runner gpu offline", 2, DX_SLA_RUNNING, 35, 35,
      240 },
    { "DX-3", "DX", "access", "", "a.berg", "Open", "access please", 3, DX_SLA_RUNNING, 85, 85,
      60 },
    { "OPS-1", "OPS", "runners", "red", "m.ito", "Open", "Zebra", 2, DX_SLA_RUNNING, 3000, 20,
      1000 },
    { "OPS-2", "OPS", "", "", "", "Open", "alpha", 0, DX_SLA_PAUSED, 0, 1, 240 },
    { "OPS-3", "OPS", "docs", "reds", "k.wu", "Open", "Beta", 5, DX_SLA_UNKNOWN, 0, 0, 0 },
    { "OPS-4", "OPS", "docs", "", "k.wu", "Open", "over by the clock", 4, DX_SLA_RUNNING, -1, 5,
      60 },
};
enum { TICKETS = sizeof(of) / sizeof(of[0]) };

static void put_all(void)
{
    struct ticket_sla slas[TICKETS];
    struct batch b = { 0 };

    kit_collect();
    for (int i = 0; i < TICKETS; i++) {
        struct ticket *t = batch_ticket(&b);

        t->parts = TICKET_FIELDS | TICKET_SLAS;
        t->key = of[i].key;
        t->project = of[i].project;
        t->category = of[i].category;
        t->labels = of[i].labels;
        t->assignee = of[i].assignee;
        t->raw_status = of[i].status;
        t->title = of[i].title;
        t->priority = of[i].priority;
        t->state = DX_TICKET_NEW;
        t->created_ms = t->updated_ms = T0 - DAY + i * HOUR;
        slas[i] = (struct ticket_sla){ .name = "resolution",
                                       .state = of[i].sla,
                                       .remaining_ms = of[i].said_m * MINUTE,
                                       .goal_ms = of[i].goal_m * MINUTE };
        if (of[i].sla != DX_SLA_PAUSED)
            slas[i].breach_ms = T0 + of[i].left_m * MINUTE;
        t->slas = &slas[i];
        t->sla_count = of[i].sla != DX_SLA_UNKNOWN;
    }
    kit_poll(0, T0, &b);
}

static const char *keys(const struct dx_filter *filter)
{
    static char out[256];
    const char *rows = ROWS(kit.store, DX_QUERY_TICKETS, filter, T0, DX_FIELD_NAME);

    snprintf(out, sizeof(out), "%s", rows);
    for (char *p = out; *p; p++)
        if (*p == '\n')
            *p = ' ';
    return out;
}

#define EXPECT(words, ...)                                                                         \
    cr_expect_str_eq(keys(DX_FILTER(__VA_ARGS__)), words, "%s", keys(DX_FILTER(__VA_ARGS__)))

Test(ticket_list, is_narrowed_by_what_it_is_of)
{
    put_all();
    EXPECT("DX-1 OPS-4 DX-2 DX-3 OPS-1 OPS-3 OPS-2 ", .limit = 10);
    EXPECT("OPS-4 OPS-1 OPS-3 OPS-2 ", .project = "OPS");
    EXPECT("DX-2 OPS-1 ", .category = "runners");
    EXPECT("", .category = "run");
    EXPECT("DX-1 OPS-1 ", .label = "red"); /* not "reds" */
    EXPECT("DX-1 OPS-1 ", .assignee = "m.ito");
    EXPECT("DX-2 OPS-2 ", .assignee = "nobody");
    EXPECT("DX-1 DX-2 OPS-1 ", .priority = 2);
    EXPECT("OPS-1 ", .priority = 2, .project = "OPS", .open = true);
}

Test(ticket_list, is_narrowed_by_words_as_users_type_them)
{
    put_all();
    EXPECT("DX-2 OPS-1 ", .text = "RUNNER");
    EXPECT("DX-2 ", .text = "runner  gpu");
    EXPECT("OPS-1 ", .text = "runner !gpu");
    EXPECT("DX-2 ", .text = "title:runner");
    EXPECT("DX-2 OPS-1 ", .text = "cat:run");
    EXPECT("DX-1 OPS-1 ", .text = "owner:m.ito");
    EXPECT("DX-2 OPS-1 ", .text = "p:2");
    EXPECT("DX-1 OPS-4 DX-3 OPS-1 OPS-3 OPS-2 ", .text = "!stat:waiting");
    EXPECT("DX-2 ", .text = "sla:35 runner gpu"); /* no column of the store's: who asks looks */
    EXPECT("", .text = "nothing-has-this");
}

Test(ticket_list, is_sorted_over_all_of_it)
{
    put_all();
    EXPECT("DX-3 OPS-2 OPS-3 ", .order = DX_BY_TITLE, .limit = 3, .text = "!pull");
    EXPECT("OPS-1 DX-2 OPS-4 ", .order = DX_BY_TITLE, .reverse = true, .limit = 3);
    EXPECT("DX-1 DX-2 OPS-1 DX-3 OPS-4 OPS-3 OPS-2 ", .order = DX_BY_PRIORITY);
    EXPECT("OPS-3 OPS-4 DX-3 DX-2 OPS-1 DX-1 OPS-2 ", .order = DX_BY_PRIORITY, .reverse = true);
    EXPECT("OPS-4 OPS-3 ", .order = DX_BY_AGE, .reverse = true, .limit = 2, .assignee = "k.wu");
    EXPECT("DX-3 OPS-4 OPS-3 DX-1 OPS-1 DX-2 OPS-2 ", .order = DX_BY_ASSIGNEE);
    EXPECT("OPS-1 DX-3 ", .order = DX_BY_URGENCY, .reverse = true, .limit = 2,
           .text = "!beta !alpha !over");
}

Test(ticket_list, says_how_each_stands_to_its_sla)
{
    put_all();
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.at_risk_ms = 30 * MINUTE), T0,
                          DX_FIELD_NAME, DX_FIELD_RISK),
                     "DX-1|2\nOPS-4|2\n" /* its server has not said so yet */
                     "DX-2|1\n"          /* 35 of 240 minutes are left */
                     "DX-3|0\n"
                     "OPS-1|1\n" /* 20 minutes by its own calendar */
                     "OPS-3|0\nOPS-2|0\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_COUNTS, DX_FILTER(.at_risk_ms = 30 * MINUTE),
                          T0, DX_FIELD_N, DX_FIELD_DUE, DX_FIELD_OVER),
                     "7|2|2\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_COUNTS,
                          DX_FILTER(.at_risk_ms = 2 * HOUR, .project = "DX", .limit = 1), T0,
                          DX_FIELD_N, DX_FIELD_DUE, DX_FIELD_OVER),
                     "3|2|1\n");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKET_COUNTS, DX_FILTER(.source = "am"), T0,
                          DX_FIELD_N, DX_FIELD_DUE, DX_FIELD_OVER),
                     "0|0|0\n");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_TICKETS, DX_FILTER(.key = "t1"), T0, DX_FIELD_GOAL, DX_FIELD_SEEN),
        "14400000|0\n");
}

static void put_done(const char *key, const char *type, int priority)
{
    struct batch b = { 0 };
    struct ticket *t = batch_ticket(&b);

    t->parts = TICKET_FIELDS;
    t->key = key;
    t->type = type;
    t->category = "docs";
    t->priority = priority;
    t->state = DX_TICKET_DONE;
    t->created_ms = T0 - DAY;
    t->updated_ms = t->resolved_ms = T0 - HOUR;
    kit_poll(0, T0, &b);
}

/* The key of the group that the first ticket with this name is in: its category's text is
 * the store's. */
static const char *group_of(const char *category)
{
    static char key[32];
    sqlite3 *db;
    sqlite3_stmt *stmt;

    cr_assert_eq(sqlite3_open(kit.path, &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db, "SELECT id FROM text WHERE text = ?1", -1, &stmt, NULL),
                 SQLITE_OK);
    (void)sqlite3_bind_text(stmt, 1, category, -1, SQLITE_STATIC);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", category);
    snprintf(key, sizeof(key), "c%lld", (long long)sqlite3_column_int64(stmt, 0));
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return key;
}

Test(ticket_list, is_of_one_group_of_key_numbers)
{
    put_all();
    put_done("OLD-1", "Incident", 4);
    EXPECT("OPS-4 OPS-3 OLD-1 ", .group = group_of("docs"));
    EXPECT("OPS-3 OPS-4 OLD-1 ", .group = group_of("docs"), .order = DX_BY_AGE);
    EXPECT("OPS-2 ", .group = "c0"); /* in no category */
    EXPECT("OPS-4 OLD-1 ", .group = "p4");
    EXPECT("OPS-2 ", .group = "p0");
    EXPECT("DX-3 ", .group = "p3");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_TICKET_COUNTS, DX_FILTER(.group = "p4"), T0, DX_FIELD_N), "1\n");
}

Test(ticket_list, is_of_what_is_done_alone)
{
    put_all();
    put_done("OLD-1", "Incident", 4);
    put_done("OLD-2", "Service Request", 4);
    for (int i = 0; i < 2; i++) { /* by the index, and sorted */
        bool reverse = i > 0;

        EXPECT("OLD-1 OLD-2 ", .done = DX_DONE_ONLY, .limit = 2, .order = i);
        EXPECT("OLD-1 ", .done = DX_DONE_INCIDENTS, .limit = 2, .order = i, .reverse = reverse);
        EXPECT("", .done = DX_DONE_ONLY, .open = true, .order = i);
    }
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_TICKET_COUNTS, DX_FILTER(.done = DX_DONE_ONLY), T0, DX_FIELD_N),
        "0\n");
}

static void want(uint32_t yields)
{
    const struct source_row row = { "prom", "prometheus", "http://p", yields, 15 * SECOND };
    struct dx_error err = { 0 };

    cr_assert(store_sources(kit.store, &row, 1, kit.id, &err), "%s", err.text);
}

/* `issues: no`, `alerts: no`: nobody asks any more whether they are open. */
Test(ticket_list, is_of_sources_whose_tickets_are_wanted)
{
    struct batch b = { 0 };

    put_all();
    kit_alert(&b, "page", DX_ALERT_FIRING, T0);
    kit_poll(0, T0, &b);
    want(1U << DX_KIND_RUN);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_TICKETS, NULL, T0, DX_FIELD_KEY), "");
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, T0, DX_FIELD_KEY), "");
    want(1U << DX_KIND_TICKET);
    cr_expect_str_neq(ROWS(kit.store, DX_QUERY_TICKETS, NULL, T0, DX_FIELD_KEY), "");
    want(1U << DX_KIND_ALERT);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_ALERTS, NULL, T0, DX_FIELD_NAME), "page\n");
}
