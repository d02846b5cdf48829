/* alerting: when a rule begins to fire, when it is over, and when to tell of it. */
#include "config.h"

#include "insight/alerting.h"

#include <math.h>

static bool is_past(const struct alerting_rule *rule, double value)
{
    if (isnan(value))
        return rule->no_data_fires;
    return rule->above ? value > rule->limit : value < rule->limit;
}

static bool is_good(const struct alerting_rule *rule, double value)
{
    if (isnan(value))
        return false;
    return rule->above ? value <= rule->recover : value >= rule->recover;
}

bool alerting_is_firing(const struct alerting_state *s)
{
    return s->state == ALERTING_FIRING || s->state == ALERTING_RECOVERING;
}

static void go(struct alerting_state *s, enum alerting state, int64_t at_ms)
{
    s->state = state;
    s->since_ms = at_ms;
    if (state == ALERTING_INACTIVE)
        s->began_ms = s->fired_ms = 0;
    if (state == ALERTING_PENDING)
        s->began_ms = at_ms;
    if (state == ALERTING_FIRING && s->fired_ms == 0)
        s->fired_ms = at_ms;
}

/* ---- the state ---- */

static void while_pending(struct alerting_state *s, const struct alerting_rule *rule,
                          const struct alerting_look *look)
{
    if (isnan(look->value) && !rule->no_data_fires)
        return; /* it fires when a number says so */
    if (!is_past(rule, look->value))
        go(s, ALERTING_INACTIVE, look->at_ms);
    else if (look->at_ms - s->since_ms >= rule->hold_ms)
        go(s, ALERTING_FIRING, look->at_ms);
}

static void while_recovering(struct alerting_state *s, const struct alerting_rule *rule,
                             const struct alerting_look *look)
{
    if (isnan(look->value) && !rule->no_data_fires)
        s->since_ms = look->at_ms; /* nobody knows that it stayed good */
    else if (!is_good(rule, look->value))
        go(s, ALERTING_FIRING, look->at_ms);
    else if (look->at_ms - s->since_ms >= rule->recover_ms)
        go(s, ALERTING_INACTIVE, look->at_ms);
}

static void move(struct alerting_state *s, const struct alerting_rule *rule,
                 const struct alerting_look *look)
{
    if (look->lost && (s->state == ALERTING_PENDING || s->state == ALERTING_RECOVERING))
        s->since_ms = look->at_ms;
    if (s->state == ALERTING_INACTIVE && is_past(rule, look->value))
        go(s, ALERTING_PENDING, look->at_ms);
    if (s->state == ALERTING_FIRING && is_good(rule, look->value))
        go(s, ALERTING_RECOVERING, look->at_ms);
    if (s->state == ALERTING_PENDING)
        while_pending(s, rule, look);
    else if (s->state == ALERTING_RECOVERING)
        while_recovering(s, rule, look);
}

/* ---- what people are told ---- */

static enum alerting_tell tell_end(struct alerting_state *s, const struct alerting_look *look)
{
    bool told = s->told;

    s->told = false;
    if (!told || look->snoozed)
        return ALERTING_TELL_NOTHING;
    if (!look->quiet)
        return ALERTING_TELL_ENDS;
    s->held_ends++;
    return ALERTING_TELL_NOTHING;
}

static struct alerting_outcome tell_held(struct alerting_state *s, const struct alerting_look *look)
{
    struct alerting_outcome out = { ALERTING_TELL_SUMMARY, s->held_fires, s->held_ends };

    s->held_fires = s->held_ends = 0;
    if (alerting_is_firing(s)) {
        s->told = true;
        s->told_ms = look->at_ms;
    }
    return out;
}

static bool is_cool(const struct alerting_state *s, const struct alerting_rule *rule,
                    const struct alerting_look *look)
{
    return s->told_ms == 0 || look->at_ms - s->told_ms >= rule->cool_ms;
}

/* The clock was ahead, and was set back: what was to be then is as of now, or nothing would be
 * told until it is then. */
static void come_back(struct alerting_state *s, int64_t at_ms)
{
    int64_t *const times[] = { &s->since_ms, &s->began_ms, &s->fired_ms, &s->no_data_ms,
                               &s->told_ms };

    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
        if (*times[i] > at_ms)
            *times[i] = at_ms;
}

struct alerting_outcome alerting_step(struct alerting_state *s, const struct alerting_rule *rule,
                                      const struct alerting_look *look)
{
    struct alerting_outcome out = { .tell = ALERTING_TELL_NOTHING };
    struct alerting_state was;

    come_back(s, look->at_ms);
    was = *s;
    if (!isnan(look->value))
        s->no_data_ms = 0;
    else if (s->no_data_ms == 0)
        s->no_data_ms = look->at_ms;
    if (!look->gone)
        move(s, rule, look);
    else if (s->state != ALERTING_INACTIVE)
        go(s, ALERTING_INACTIVE, look->at_ms);
    if (alerting_is_firing(&was) && !alerting_is_firing(s))
        out.tell = tell_end(s, look);
    if (look->snoozed) {
        s->told = false;
        return out;
    }
    if (look->quiet) {
        s->held_fires += alerting_is_firing(s) && !alerting_is_firing(&was);
        return out;
    }
    if (s->held_fires > 0 || s->held_ends > 0)
        return tell_held(s, look);
    if (s->state == ALERTING_FIRING && !s->told && is_cool(s, rule, look)) {
        s->told = true;
        s->told_ms = look->at_ms;
        out.tell = ALERTING_TELL_FIRES;
    }
    return out;
}

/* ---- quiet hours ---- */

bool alerting_is_quiet(const struct alerting_quiet *quiet, int64_t at_ms)
{
    if (!quiet)
        return false;
    return (quiet->hours && business_ms(quiet->hours, at_ms, at_ms + 1, NULL, 0) > 0) ||
           (quiet->work && business_ms(quiet->work, at_ms, at_ms + 1, NULL, 0) == 0);
}
