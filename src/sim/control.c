/* control: /sim/: how tests steer the platform while it runs. Nothing there is
 * counted, and no fault hits it. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/exchange.h"
#include "sim/sim.h"

static void put_counters(struct exchange *x)
{
    const struct sim *sim = x->sim;

    exchange_json(x, 200,
                  json_pack("{s:I, s:I, s:I, s:I}", "requests", (json_int_t)sim->requests,
                            "refused", (json_int_t)sim->refused, "faulted",
                            (json_int_t)sim->faulted, "unchanged", (json_int_t)sim->unchanged));
}

/* The faults of the parameters take the place of those before; none ends them. */
static void switch_faults(struct exchange *x)
{
    struct faults faults = { 0 };
    struct dx_error err = { 0 };
    const char *text;

    for (size_t i = 0; (text = exchange_nth(x, "fault", i)) != NULL; i++) {
        if (*text && !faults_add(&faults, text, &err)) {
            exchange_text(x, 400, arena_print(&x->arena, "%s\n", err.text));
            return;
        }
    }
    x->sim->faults = faults;
    put_counters(x);
}

/* ---- tickets ---- */

static bool find_system(const char *name, enum ticket_system *system)
{
    for (int i = 0; i < TICKETS_SYSTEMS; i++)
        if (strcmp(ticket_system_names[i], name) == 0) {
            *system = (enum ticket_system)i;
            return true;
        }
    return false;
}

static struct ticket *create(struct exchange *x, struct helpdesk *desk, enum ticket_system system)
{
    const char *priority = exchange_parameter(x, "priority"), *goal = exchange_parameter(x, "goal");
    struct ticket_wish wish = { .title = exchange_parameter(x, "title"),
                                .category = exchange_parameter(x, "category") };

    if (priority) {
        wish.priority = (int)strtol(priority, NULL, 10);
        if (wish.priority < 1 || wish.priority > 5) {
            exchange_text(x, 400, "a priority is a number from 1 to 5\n");
            return NULL;
        }
    }
    if (wish.category && ticket_category(wish.category) < 0) {
        exchange_text(x, 400, "there is no such category\n");
        return NULL;
    }
    if (goal && (!duration_parse(&wish.goal_ms, goal) || wish.goal_ms <= 0)) {
        exchange_text(x, 400, "a goal is a duration, like 90s\n");
        return NULL;
    }
    return helpdesk_create(desk, system, &wish, x->now_ms);
}

/* do=create makes a ticket now; another deed is done to the one with that key. */
static void change_ticket(struct exchange *x)
{
    struct helpdesk *desk = sim_helpdesk(x->sim, x->now_ms);
    const char *name = exchange_parameter(x, "system"), *deed = exchange_parameter(x, "do"),
               *key = exchange_parameter(x, "key");
    enum ticket_system system = TICKETS_JIRA;
    char text[TICKET_KEY];
    struct ticket *t;

    if (name && !find_system(name, &system)) {
        exchange_text(x, 400, "system is one of jira, jiradc, servicenow, github, gitlab\n");
        return;
    }
    if (deed && strcmp(deed, "create") == 0) {
        t = create(x, desk, system);
        if (!t)
            return;
    } else {
        t = key ? ticket_by_key(desk, system, key, x->now_ms) : NULL;
        if (!t) {
            exchange_text(x, 404, "there is no such ticket\n");
            return;
        }
        if (!deed || !helpdesk_change(t, deed, x->now_ms)) {
            exchange_text(x, 400,
                          "do is one of create; answer, note, ask, reply, resolve for an "
                          "open ticket; reopen for one that is over\n");
            return;
        }
    }
    exchange_json(x, 200,
                  json_pack("{s:s, s:s}", "system", ticket_system_names[system], "key",
                            ticket_key(text, desk->company, t)));
}

static void no_path(struct exchange *x)
{
    exchange_text(x, 404, "here are /sim/fault (POST), /sim/ticket (POST) and /sim/counters\n");
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    exchange_text(x, 405, "Method Not Allowed\n");
}

static const struct route routes[] = {
    { "/sim/fault", "POST", switch_faults },
    { "/sim/ticket", "POST", change_ticket },
    { "/sim/counters", "GET", put_counters },
    { 0 },
};

const struct face face_control = {
    .name = "control",
    .routes = routes,
    .prefix = "/sim/",
    .no_path = no_path,
    .no_method = no_method,
};
