/* alerting: drives the alert rules. */
#include "config.h"

#include "collect/alerting.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "collect/rule_change.h"
#include "core/log.h"
#include "core/time.h"

enum { REST_MS = 2000 };
static const int64_t GONE_MS = DAY_MS;

struct setup { /* of one rule */
    struct alerting_rule rule;
    struct zone zone;
    struct business hours;
    struct alerting_quiet quiet;
};

struct alerting_loop {
    struct store *store;
    const struct config *config;
    const struct clock *clock;
    struct setup *setups;
    int64_t boot_ms;   /* of the last pass */
    int64_t looked_ms; /* by the clock; 0: not by us */
    int64_t good_ms;   /* how long a look is good for: longer by a clock that runs fast */
    bool idle;         /* there are no rules, and none is left in the store */
};

/* ---- the rules ---- */

static double limit_of(const struct alert_rule *rule, const char *text, int64_t day_ms)
{
    double limit = 0.;

    (void)alert_rule_limit(rule, text, day_ms, &limit); /* config has judged it */
    return limit;
}

static void set_up(struct setup *setup, const struct alert_rule *rule,
                   const struct business *business)
{
    int64_t day_ms = calendar_day_ms(business->calendar);
    const char *text = rule->is_above ? rule->above : rule->below;
    struct dx_error err = { 0 };

    setup->rule = (struct alerting_rule){ .above = rule->is_above,
                                          .limit = limit_of(rule, text, day_ms),
                                          .hold_ms = rule->hold_ms,
                                          .recover_ms = rule->recover_ms,
                                          .cool_ms = rule->cool_ms,
                                          .no_data_fires = rule->no_data > 0 };
    setup->rule.recover =
        *rule->recover ? limit_of(rule, rule->recover, day_ms) : setup->rule.limit;
    if (rule->quiet_off_hours)
        setup->quiet.work = business;
    if (!rule->has_quiet)
        return;
    if (!zone_open(&setup->zone, rule->hours.zone, &err)) {
        log_line(DX_LOG_WARN, "%s: zone: %s", rule->name, err.text);
        (void)zone_open(&setup->zone, "UTC", &err);
    }
    setup->hours = (struct business){ &rule->hours, &setup->zone };
    setup->quiet.hours = &setup->hours;
}

struct alerting_loop *alerting_new(struct store *store, const struct config *config,
                                   const struct business *business, const struct clock *clock)
{
    struct alerting_loop *loop = mem_new(1, sizeof(*loop));
    const struct alert_rule *rules = config->rules.item;

    loop->store = store;
    loop->config = config;
    loop->clock = clock;
    loop->good_ms = RULES_GOOD_MS;
    if (clock->simulated && clock->speed > 1.)
        loop->good_ms = (int64_t)(RULES_GOOD_MS * clock->speed);
    loop->setups = mem_new(config->rules.count + 1, sizeof(*loop->setups));
    for (size_t i = 0; i < config->rules.count; i++)
        set_up(&loop->setups[i], &rules[i], business);
    return loop;
}

void alerting_free(struct alerting_loop *loop)
{
    if (!loop)
        return;
    for (size_t i = 0; i < loop->config->rules.count; i++)
        if (loop->setups[i].quiet.hours)
            zone_done(&loop->setups[i].zone);
    free(loop->setups);
    free(loop);
}

/* ---- one pass ---- */

struct pass {
    struct alerting_loop *loop;
    int64_t now_ms;
    bool lost; /* nobody looked for long */
    struct rule_list values;
    struct stored_rule *stored; /* by rule and subject */
    size_t stored_count;
    bool *seen; /* of stored */
    struct changes changes;
};

static int by_name(const void *a, const void *b)
{
    const struct stored_rule *x = a, *y = b;
    int order = strcmp(x->rule, y->rule);

    return order != 0 ? order : strcmp(x->subject, y->subject);
}

static size_t rule_number(const struct pass *p, const struct alert_rule *rule)
{
    return (size_t)(rule - (const struct alert_rule *)p->loop->config->rules.item);
}

/* What it looks at was there before, or is new. */
static struct stored_rule *stored_of(struct pass *p, const struct rule_value_of *value)
{
    struct stored_rule key = { .rule = value->rule->name, .subject = value->subject };
    struct stored_rule *found =
        p->stored_count > 0 ? bsearch(&key, p->stored, p->stored_count, sizeof(key), by_name)
                            : NULL;

    if (found) {
        p->seen[found - p->stored] = true;
        return found;
    }
    found = arena_alloc(&p->values.arena, sizeof(*found));
    *found = key;
    return found;
}

static void step(struct pass *p, const struct rule_value_of *value, bool gone)
{
    size_t n = rule_number(p, value->rule);
    const struct setup *setup = &p->loop->setups[n];
    struct stored_rule *stored = stored_of(p, value);
    struct rule_step s = { .stored = stored,
                           .value = value,
                           .rule = &setup->rule,
                           .place = (int64_t)n,
                           .look = { .at_ms = p->now_ms,
                                     .value = value->value,
                                     .lost = p->lost,
                                     .quiet = alerting_is_quiet(&setup->quiet, p->now_ms),
                                     .snoozed = stored->snoozed,
                                     .gone = gone } };

    changes_step(&p->changes, &s);
}

/* Nothing of it is left to be told. */
static bool is_over(const struct stored_rule *stored)
{
    return stored->state == ALERTING_INACTIVE && stored->held_fires == 0 && stored->held_ends == 0;
}

/* Found no more: without data for a day, or ending at once where others were found in the place
 * of a pattern that fitted nothing. */
static void step_missing(struct pass *p, struct stored_rule *stored)
{
    const struct alert_rule *rules = p->loop->config->rules.item;
    const struct alert_rule *rule = NULL;
    bool found;

    for (size_t i = 0; i < p->loop->config->rules.count; i++)
        if (strcmp(rules[i].name, stored->rule) == 0)
            rule = &rules[i];
    found = rule && strcmp(stored->subject, rule->pattern) == 0;
    if (!rule || (found && is_over(stored)) ||
        (!found && stored->no_data_ms > 0 && p->now_ms - stored->no_data_ms >= GONE_MS))
        changes_forget(&p->changes, stored);
    else
        step(p,
             &(struct rule_value_of){ .rule = rule,
                                      .subject = stored->subject,
                                      .labels = "{}",
                                      .value = (double)NAN,
                                      .unit = stored->unit },
             found);
}

static bool read_all(struct pass *p, struct dx_error *err)
{
    struct alerting_loop *loop = p->loop;
    struct reader reader = store_reader(loop->store);
    const struct dx_error *read_error;
    bool ok;

    store_look_end(loop->store);
    if (!store_begin(loop->store, err))
        return false;
    if (loop->looked_ms == 0)
        loop->looked_ms = store_rules_looked(loop->store);
    ok = store_rules(loop->store, p->now_ms, &p->values.arena, &p->stored, &p->stored_count, err);
    rule_values_read(&p->values, loop->config, &reader, p->now_ms);
    read_error = reader.error(reader.self);
    if (ok && read_error) {
        *err = *read_error;
        ok = false;
    }
    store_end(loop->store);
    return ok;
}

static bool run(struct pass *p, struct dx_error *err)
{
    struct alerting_loop *loop = p->loop;

    if (!read_all(p, err))
        return false;
    loop->idle = loop->config->rules.count == 0 && p->stored_count == 0;
    if (loop->idle)
        return true;
    if (loop->looked_ms > p->now_ms)
        loop->looked_ms = 0; /* the clock was set back */
    p->lost = loop->looked_ms > 0 && p->now_ms - loop->looked_ms > loop->good_ms;
    p->seen = mem_new(p->stored_count + 1, sizeof(*p->seen));
    p->changes = (struct changes){ .arena = &p->values.arena,
                                   .config = loop->config,
                                   .now_ms = p->now_ms,
                                   .good_ms = loop->good_ms };
    for (size_t i = 0; i < p->values.count; i++)
        step(p, &p->values.item[i], false);
    for (size_t i = 0; i < p->stored_count; i++)
        if (!p->seen[i])
            step_missing(p, &p->stored[i]);
    changes_tell(&p->changes);
    if (p->changes.change_count == 0 && p->now_ms - loop->looked_ms < MINUTE_MS)
        return true;
    if (!changes_write(&p->changes, loop->store, err))
        return false;
    loop->looked_ms = p->now_ms;
    return true;
}

bool alerting_pass(struct alerting_loop *loop, int64_t now_ms, struct dx_error *err)
{
    struct pass p = { .loop = loop, .now_ms = now_ms };
    bool ok = run(&p, err);

    changes_done(&p.changes);
    free(p.seen);
    free(p.stored);
    rule_values_done(&p.values);
    return ok;
}

bool alerting_look(struct alerting_loop *loop, struct dx_error *err)
{
    int64_t boot_ms = time_boot_ms();

    if (loop->idle || (loop->boot_ms > 0 && boot_ms - loop->boot_ms < REST_MS))
        return true;
    loop->boot_ms = boot_ms;
    return alerting_pass(loop, clock_now(loop->clock), err);
}
