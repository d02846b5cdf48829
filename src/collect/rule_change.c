/* rule_change: what a pass over the alert rules changes. */
#include "config.h"

#include "collect/rule_change.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"

enum { SENTENCE = 600, TITLE = 160, SUMMARY = 2800, FACTS_MOST = 64 << 10 };

/* ---- lists ---- */

static void add_change(struct changes *c, const struct rule_change *change)
{
    if (c->change_count == c->change_cap) {
        c->change_cap = c->change_cap ? 2 * c->change_cap : 16;
        c->change = mem_grow(c->change, c->change_cap, sizeof(*c->change));
    }
    c->change[c->change_count++] = *change;
}

static void add_notice(struct changes *c, const struct stored_notice *notice)
{
    if (c->notice_count == c->notice_cap) {
        c->notice_cap = c->notice_cap ? 2 * c->notice_cap : 8;
        c->notice = mem_grow(c->notice, c->notice_cap, sizeof(*c->notice));
    }
    c->notice[c->notice_count++] = *notice;
}

static void add_event(struct changes *c, const struct notice_facts *facts)
{
    if (c->event_count == c->event_cap) {
        c->event_cap = c->event_cap ? 2 * c->event_cap : 8;
        c->event = mem_grow(c->event, c->event_cap, sizeof(*c->event));
    }
    c->event[c->event_count++] = *facts;
}

static void add_summed(struct changes *c, const struct summed *summed)
{
    if (c->summed_count == c->summed_cap) {
        c->summed_cap = c->summed_cap ? 2 * c->summed_cap : 8;
        c->summed = mem_grow(c->summed, c->summed_cap, sizeof(*c->summed));
    }
    c->summed[c->summed_count++] = *summed;
}

/* ---- notices ---- */

static const char *facts_of(struct changes *c, const struct notice_settings *to,
                            const struct notice_facts *facts)
{
    struct buf out;
    const char *text;

    buf_init(&out, FACTS_MOST);
    if (to->command.count > 0)
        notice_environment(&out, facts);
    else
        notice_body(&out, (enum webhook)to->webhook, facts);
    text = arena_text(c->arena, out.bytes ? out.bytes : "");
    buf_done(&out);
    return text;
}

/* To those that the rule names, and to who watches. */
static void tell(struct changes *c, const struct notice_settings *const *to, unsigned ways,
                 const struct notice_facts *facts)
{
    struct stored_notice notice = { .at_ms = c->now_ms,
                                    .loud = facts->about != NOTICE_ENDS,
                                    .title = facts->title,
                                    .text = facts->text };

    for (; *to; to++) {
        if (facts->about == NOTICE_ENDS && !(*to)->ends)
            continue;
        notice.name = (*to)->name;
        notice.facts = facts_of(c, *to, facts);
        add_notice(c, &notice);
    }
    if (ways == 0)
        return;
    notice.name = notice.facts = "";
    notice.ways = ways;
    add_notice(c, &notice);
}

/* ---- one step ---- */

static struct alerting_state state_of(const struct stored_rule *s)
{
    return (struct alerting_state){ .state = (enum alerting)s->state,
                                    .since_ms = s->since_ms,
                                    .began_ms = s->began_ms,
                                    .fired_ms = s->fired_ms,
                                    .no_data_ms = s->no_data_ms,
                                    .told_ms = s->told_ms,
                                    .told = s->told,
                                    .held_fires = s->held_fires,
                                    .held_ends = s->held_ends };
}

static bool differ(const struct alerting_state *a, const struct alerting_state *b)
{
    return a->state != b->state || a->since_ms != b->since_ms || a->began_ms != b->began_ms ||
           a->fired_ms != b->fired_ms || (a->no_data_ms > 0) != (b->no_data_ms > 0) ||
           a->told_ms != b->told_ms || a->told != b->told || a->held_fires != b->held_fires ||
           a->held_ends != b->held_ends;
}

static enum rule_deed deed_of(const struct alerting_state *was, const struct alerting_state *is)
{
    if (was->state == ALERTING_INACTIVE)
        return is->state == ALERTING_INACTIVE ? RULE_STANDS : RULE_BEGINS;
    if (is->state == ALERTING_INACTIVE)
        return was->state == ALERTING_PENDING ? RULE_LAPSES : RULE_ENDS;
    return was->state == ALERTING_PENDING && is->state != ALERTING_PENDING ? RULE_FIRES
                                                                           : RULE_GOES_ON;
}

static void set(struct stored_rule *s, const struct rule_step *step,
                const struct alerting_state *is, int64_t now_ms)
{
    const struct alert_rule *rule = step->value->rule;

    *s = (struct stored_rule){ .rule = rule->name,
                               .subject = step->value->subject,
                               .state = (int)is->state,
                               .since_ms = is->since_ms,
                               .began_ms = is->began_ms,
                               .fired_ms = is->fired_ms,
                               .no_data_ms = is->no_data_ms,
                               .told_ms = is->told_ms,
                               .told = is->told,
                               .held_fires = is->held_fires,
                               .held_ends = is->held_ends,
                               .alert = s->alert,
                               .place = step->place,
                               .ways = rule->ways,
                               .severity = (enum dx_severity)(rule->severity + 1),
                               .above = rule->is_above,
                               .limit = step->rule->limit,
                               .value = step->value->value,
                               .unit = step->value->unit,
                               .at_ms = now_ms };
}

static void say(struct changes *c, const struct rule_step *step, struct notice_facts *facts,
                const struct alerting_state *was)
{
    char title[TITLE], text[SENTENCE];
    bool ends = facts->about == NOTICE_ENDS;

    *facts = (struct notice_facts){ .about = facts->about,
                                    .rule = step->value->rule,
                                    .platform = c->config->title,
                                    .subject = step->value->subject,
                                    .value = step->value->value,
                                    .n = step->value->n,
                                    .limit = step->rule->limit,
                                    .unit = step->value->unit,
                                    .severity = step->stored->severity,
                                    .since_ms = ends ? was->fired_ms : step->stored->began_ms,
                                    .at_ms = c->now_ms,
                                    .count = 1 };
    notice_title(title, sizeof(title), facts);
    notice_sentence(text, sizeof(text), facts);
    facts->title = arena_text(c->arena, title);
    facts->text = arena_text(c->arena, text);
}

void changes_step(struct changes *c, const struct rule_step *step)
{
    struct stored_rule *stored = step->stored;
    const struct alerting_state was = state_of(stored);
    struct alerting_state is = was;
    struct alerting_outcome out = alerting_step(&is, step->rule, &step->look);
    enum rule_deed deed = deed_of(&was, &is);
    struct notice_facts facts = { .about = deed == RULE_ENDS ? NOTICE_ENDS : NOTICE_FIRES };

    if (!differ(&was, &is) && stored->at_ms / MINUTE_MS == c->now_ms / MINUTE_MS)
        return; /* a number by itself is written once a minute */
    set(stored, step, &is, c->now_ms);
    say(c, step, &facts, &was);
    add_change(c, &(struct rule_change){ .rule = stored,
                                         .deed = deed,
                                         .labels = step->value->labels,
                                         .summary = facts.text });
    if (out.tell == ALERTING_TELL_SUMMARY)
        add_summed(c, &(struct summed){ .rule = step->value->rule,
                                        .subject = stored->subject,
                                        .fires = out.fires,
                                        .ends = out.ends,
                                        .still = alerting_is_firing(&is),
                                        .since_ms = is.fired_ms });
    else if (out.tell != ALERTING_TELL_NOTHING)
        add_event(c, &facts);
}

void changes_forget(struct changes *c, struct stored_rule *stored)
{
    enum rule_deed deed = RULE_STANDS;

    if (stored->alert > 0)
        deed = stored->state == ALERTING_PENDING ? RULE_LAPSES : RULE_ENDS;
    add_change(
        c, &(struct rule_change){
               .rule = stored,
               .deed = deed,
               .labels = "{}",
               .summary = arena_print(c->arena, "%s: it is not there any more", stored->subject),
               .forget = true });
}

/* ---- what happened in this pass ---- */

static bool are_alike(const struct notice_facts *a, const struct notice_facts *b)
{
    return a->rule == b->rule && a->about == b->about;
}

static bool is_first(const struct changes *c, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (are_alike(&c->event[k], &c->event[i]))
            return false;
    return true;
}

/* What there was room for, and how many more there are. */
static const char *list_of(struct changes *c, const struct buf *items, int left)
{
    return left > 0 ? arena_print(c->arena, "%s; and %d more", items->bytes, left)
                    : arena_text(c->arena, items->bytes);
}

/* All of them in the words of one: an outage is one notice, not thirty. */
static void tell_alike(struct changes *c, size_t i, int count)
{
    struct notice_facts facts = c->event[i];
    struct buf text, subjects;
    int left = 0;

    buf_init(&text, SUMMARY); /* whole items only */
    buf_init(&subjects, SUMMARY);
    for (size_t k = i; k < c->event_count; k++) {
        if (!are_alike(&c->event[k], &facts))
            continue;
        left += !buf_print(&text, "%s%s", text.len > 0 ? "; " : "", c->event[k].text);
        (void)buf_print(&subjects, "%s%s", subjects.len > 0 ? ", " : "", c->event[k].subject);
    }
    facts.count = count;
    facts.value = (double)NAN;
    facts.n = -1;
    facts.title = arena_print(c->arena, "%s (%d)", facts.title, count);
    facts.text = list_of(c, &text, left);
    facts.subject = arena_text(c->arena, subjects.bytes);
    tell(c, facts.rule->tell, facts.rule->ways, &facts);
    buf_done(&text);
    buf_done(&subjects);
}

static void tell_events(struct changes *c)
{
    for (size_t i = 0; i < c->event_count; i++) {
        int count = 0;

        for (size_t k = i; k < c->event_count; k++)
            count += are_alike(&c->event[k], &c->event[i]);
        if (!is_first(c, i))
            continue;
        if (count > 1)
            tell_alike(c, i, count);
        else
            tell(c, c->event[i].rule->tell, c->event[i].rule->ways, &c->event[i]);
    }
}

/* ---- after quiet hours ---- */

static bool rule_tells(const struct alert_rule *rule, const struct notice_settings *to)
{
    for (const struct notice_settings *const *t = rule->tell; *t; t++)
        if (*t == to)
            return true;
    return false;
}

/* Of what goes to one notice, or to the viewers by one of these ways. */
static void sum_up(struct changes *c, const struct notice_settings *to, unsigned ways)
{
    const struct notice_settings *const none[] = { NULL }, *const one[] = { to, NULL };
    struct notice_facts facts = { .about = NOTICE_SUMMARY,
                                  .platform = c->config->title,
                                  .subject = "",
                                  .value = (double)NAN,
                                  .n = -1,
                                  .limit = (double)NAN,
                                  .at_ms = c->now_ms };
    char title[TITLE], at[TIME_TEXT];
    struct buf text;
    int left = 0;

    buf_init(&text, SUMMARY); /* whole items only */
    for (size_t i = 0; i < c->summed_count; i++) {
        const struct summed *s = &c->summed[i];

        if (to ? !rule_tells(s->rule, to) : !(s->rule->ways & ways))
            continue;
        facts.count++;
        facts.fired += s->fires;
        facts.ended += s->ends + s->fires - (s->still && s->fires > 0);
        facts.still += s->still;
        if ((enum dx_severity)(s->rule->severity + 1) > facts.severity)
            facts.severity = (enum dx_severity)(s->rule->severity + 1);
        left += !buf_print(&text, "%s%s %s: %s%s", text.len > 0 ? "; " : "", s->rule->name,
                           s->subject, s->still ? "fires since " : "is over",
                           s->still ? time_format(at, s->since_ms) : "");
    }
    if (text.len > 0) {
        notice_title(title, sizeof(title), &facts);
        facts.title = arena_text(c->arena, title);
        facts.text = list_of(c, &text, left);
        tell(c, to ? one : none, ways, &facts);
    }
    buf_done(&text);
}

static void sum_up_all(struct changes *c)
{
    const struct notice_settings *notices = c->config->notices.item;
    unsigned ways = 0;

    for (size_t i = 0; i < c->summed_count; i++)
        ways |= c->summed[i].rule->ways;
    for (size_t i = 0; c->summed_count > 0 && i < c->config->notices.count; i++)
        sum_up(c, &notices[i], 0);
    if (ways != 0)
        sum_up(c, NULL, ways);
}

/* ---- all ---- */

void changes_tell(struct changes *c)
{
    tell_events(c);
    sum_up_all(c);
}

bool changes_write(const struct changes *c, struct store *store, struct dx_error *err)
{
    return store_put_rules(store,
                           &(struct rules_write){ .changes = c->change,
                                                  .change_count = c->change_count,
                                                  .notices = c->notice,
                                                  .notice_count = c->notice_count,
                                                  .now_ms = c->now_ms,
                                                  .good_ms = c->good_ms },
                           err);
}

void changes_done(struct changes *c)
{
    free(c->change);
    free(c->notice);
    free(c->event);
    free(c->summed);
    *c = (struct changes){ .change_count = 0 };
}
