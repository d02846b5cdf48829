/* rules: the section `rules`: alerts of dxtop's own. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "config/internal.h"
#include "core/text.h"
#include "core/zone.h"

enum { RULES_MOST = 100, NAME_MOST = 60 };

#define RULE(field) offsetof(struct alert_rule, field)

static const char *const values[] = { "itself",  "waiting", "oldest", "p95",
                                      "runners", "success", "p90",    NULL };
static const char *const no_data[] = { "keep", "alert", NULL };

const struct dx_option config_rule_options[] = {
    { .name = "name",
      .type = DX_OPTION_TEXT,
      .offset = RULE(name),
      .fallback = "",
      .help = "where rules is a list, what it is called" },
    { .name = "kpi",
      .type = DX_OPTION_TEXT,
      .offset = RULE(kpi),
      .fallback = "",
      .choices = kpi_ids,
      .help = "it looks at a key number: its id" },
    { .name = "pool",
      .type = DX_OPTION_TEXT,
      .offset = RULE(pool),
      .fallback = "",
      .help = "or at all pools whose names this pattern fits, each by itself" },
    { .name = "pipeline",
      .type = DX_OPTION_TEXT,
      .offset = RULE(pipeline),
      .fallback = "",
      .help = "or at all pipelines whose project/pipeline this pattern fits" },
    { .name = "query",
      .type = DX_OPTION_TEXT,
      .offset = RULE(query),
      .fallback = "",
      .help = "or at all series of a query: SOURCE/NAME, or its name in any source" },
    { .name = "value",
      .type = DX_OPTION_CHOICE,
      .offset = RULE(value),
      .fallback = "itself",
      .choices = values,
      .help = "of a pool waiting, oldest, p95 (24 h) or runners; of a pipeline success or p90 (24 "
              "h); without it p95 and success" },
    { .name = "above",
      .type = DX_OPTION_TEXT,
      .offset = RULE(above),
      .fallback = "",
      .help = "it fires above this number, share or span" },
    { .name = "below",
      .type = DX_OPTION_TEXT,
      .offset = RULE(below),
      .fallback = "",
      .help = "or below it" },
    { .name = "for",
      .type = DX_OPTION_DURATION,
      .offset = RULE(hold_ms),
      .fallback = "0s",
      .help = "how long it has to be so first" },
    { .name = "least",
      .type = DX_OPTION_COUNT,
      .offset = RULE(least),
      .fallback = "1",
      .help =
          "of how many jobs or runs p95, success, p90 or a key number has to be; of fewer there "
          "is no number" },
    { .name = "recover",
      .type = DX_OPTION_TEXT,
      .offset = RULE(recover),
      .fallback = "",
      .help = "it is over at this better number only; without it at the limit" },
    { .name = "recover_for",
      .type = DX_OPTION_DURATION,
      .offset = RULE(recover_ms),
      .fallback = "0s",
      .help = "and how long it has to stay so" },
    { .name = "cool_down",
      .type = DX_OPTION_DURATION,
      .offset = RULE(cool_ms),
      .fallback = "10m",
      .help = "so long after a notice nobody is told again that it fires" },
    { .name = "quiet",
      .type = DX_OPTION_TABLES,
      .offset = RULE(quiet),
      .fallback = "",
      .fields = config_hours_options,
      .item_size = sizeof(struct calendar_days_settings),
      .shorthand = "hours",
      .help = "hours by days in which nobody is told, like {sat-sun: 00:00-24:00}; it is summed "
              "up after them" },
    { .name = "quiet_off_hours",
      .type = DX_OPTION_FLAG,
      .offset = RULE(quiet_off_hours),
      .fallback = "no",
      .help = "likewise when it is not business time by the calendar" },
    { .name = "zone",
      .type = DX_OPTION_TEXT,
      .offset = RULE(zone),
      .fallback = "",
      .help = "time zone of quiet; without it the calendar's" },
    { .name = "severity",
      .type = DX_OPTION_CHOICE,
      .offset = RULE(severity),
      .fallback = "warning",
      .choices = rule_severities,
      .help = "how bad it is" },
    { .name = "no_data",
      .type = DX_OPTION_CHOICE,
      .offset = RULE(no_data),
      .fallback = "keep",
      .choices = no_data,
      .help = "without a number it stays as it is, or that is an alert itself" },
    { .name = "notify",
      .type = DX_OPTION_LIST,
      .offset = RULE(notify),
      .fallback = "",
      .help = "how people are told: names of notices, and bell, osc9, osc777, title of those who "
              "watch" },
    { 0 },
};

struct judge {
    struct option_context *context;
    const struct config *config;
    struct alert_rule *rule;
    const struct yaml *at, *entry; /* its name; all of it */
};

/* Where a field stands; where it does not, the rule's name. */
static const struct yaml *at_field(const struct judge *j, const char *name)
{
    const struct yaml *field = yaml_get(j->entry, name);

    return field ? field : j->at;
}

static struct complaints *complaints(const struct judge *j)
{
    return &j->context->complaints;
}

/* ---- name, and what it is about ---- */

static bool judge_name(const struct judge *j, const struct alert_rule *first)
{
    const char *name = j->rule->name;
    char clean[4 * NAME_MOST];

    (void)text_clean(clean, sizeof(clean), name, strlen(name));
    if (!*name || strlen(name) > NAME_MOST || strcmp(clean, name) != 0)
        return complain(complaints(j), j->at,
                        "name: a rule has a name of at most %d printable letters", NAME_MOST);
    for (const struct alert_rule *r = first; r < j->rule; r++)
        if (strcmp(r->name, name) == 0)
            return complain(complaints(j), j->at, "a second rule is called \"%s\"", name);
    return true;
}

bool source_judge(struct option_context *context, const struct config *config,
                  const struct yaml *at, const char *what, const char *name)
{
    enum { NEAR_MOST = 64, NAMED = 8 };
    const char *const *names = config->names.item, *sources[NEAR_MOST + 1] = { NULL };
    const char *list = "";
    struct yaml part = *at;

    for (size_t n = 0; n < config->names.count; n++) {
        if (strcmp(names[n], name) == 0)
            return true;
        if (n < NEAR_MOST)
            sources[n] = names[n];
        if (n < NAMED)
            list = arena_print(context->arena, "%s%s%s", list, n > 0 ? ", " : "", names[n]);
    }
    if (!sources[0])
        return true; /* whoever only looks at a store of others does not know them */
    part.text = arena_print(context->arena, "%s", name);
    if (text_nearest(name, sources))
        return complain_word(&context->complaints, &part, what, sources);
    return complain(&context->complaints, at, "%s \"%s\"; there %s %s%s", what, name,
                    sources[1] ? "are" : "is", list, config->names.count > NAMED ? ", …" : "");
}

static bool judge_query(const struct judge *j)
{
    struct alert_rule *rule = j->rule;
    const char *slash = strchr(rule->query, '/');

    rule->source = "";
    rule->pattern = rule->query;
    if (!slash)
        return true;
    rule->source = arena_print(j->context->arena, "%.*s", (int)(slash - rule->query), rule->query);
    rule->pattern = slash + 1;
    return source_judge(j->context, j->config, at_field(j, "query"), "query: unknown source",
                        rule->source);
}

static bool judge_about(const struct judge *j)
{
    struct alert_rule *rule = j->rule;
    const char *const about[] = { rule->kpi, rule->pool, rule->pipeline, rule->query };
    int count = 0;

    for (int i = RULE_KPI; i <= RULE_QUERY; i++) {
        if (!*about[i])
            continue;
        count++;
        rule->on = (enum rule_on)i;
        rule->pattern = about[i];
    }
    if (count != 1)
        return complain(complaints(j), j->at,
                        "%s: a rule looks at one of kpi, pool, pipeline and query", rule->name);
    if (rule->on == RULE_QUERY)
        return judge_query(j);
    if (rule->on != RULE_KPI)
        return true;
    rule->which = kpi_find(rule->kpi);
    return rule->which < KPI_COUNT ||
           complain_word(complaints(j), at_field(j, "kpi"), "unknown KPI", kpi_ids);
}

static bool judge_value(const struct judge *j)
{
    static const char *const has[] = {
        [RULE_KPI] = "a kpi has no value but itself",
        [RULE_POOL] = "a pool has waiting, oldest, p95 and runners",
        [RULE_PIPELINE] = "a pipeline has success and p90",
        [RULE_QUERY] = "a query has no value but itself",
    };
    struct alert_rule *rule = j->rule;

    if (rule->value == RULE_ITSELF && rule->on == RULE_POOL)
        rule->value = RULE_P95;
    if (rule->value == RULE_ITSELF && rule->on == RULE_PIPELINE)
        rule->value = RULE_SUCCESS;
    if (rule->value == RULE_ITSELF || rule_values[rule->value].on == rule->on)
        return true;
    return complain(complaints(j), at_field(j, "value"), "value: %s", has[rule->on]);
}

/* ---- limits ---- */

static bool judge_limit(const struct judge *j, const char *field, const char *text, double *out)
{
    const char *wanted = "a number, a share like 95% or a span like 5m";

    if (alert_rule_limit(j->rule, text, calendar_day_ms(&j->config->calendar), out))
        return true;
    if (j->rule->on != RULE_QUERY && alert_rule_unit(j->rule) == DX_UNIT_SECONDS)
        wanted = "a span like 5m or 2h";
    else if (j->rule->on != RULE_QUERY && alert_rule_unit(j->rule) == DX_UNIT_RATIO)
        wanted = "a share like 95%";
    else if (j->rule->on != RULE_QUERY)
        wanted = "a number";
    return complain(complaints(j), at_field(j, field), "%s: \"%s\" is not %s", field, text, wanted);
}

/* What counts by itself is of no number of others. */
static bool is_of_many(const struct alert_rule *rule)
{
    if (rule->on == RULE_KPI)
        return kpis[rule->which].few > 0;
    return rule->on == RULE_PIPELINE || (rule->on == RULE_POOL && rule->value == RULE_P95);
}

static bool judge_least(const struct judge *j)
{
    return !yaml_given(j->entry, "least") || is_of_many(j->rule) ||
           complain(complaints(j), at_field(j, "least"),
                    "least: it goes with p95 of a pool, with a pipeline, and with a kpi that is "
                    "of jobs, runs or tickets");
}

static bool judge_limits(const struct judge *j)
{
    struct alert_rule *rule = j->rule;
    double limit, recover;

    if ((*rule->above != '\0') == (*rule->below != '\0'))
        return complain(complaints(j), j->at, "%s: a rule has a limit: above or below", rule->name);
    rule->is_above = *rule->above != '\0';
    if (!judge_limit(j, rule->is_above ? "above" : "below",
                     rule->is_above ? rule->above : rule->below, &limit))
        return false;
    if (!*rule->recover)
        return true;
    if (!judge_limit(j, "recover", rule->recover, &recover))
        return false;
    if (rule->is_above ? recover <= limit : recover >= limit)
        return true;
    return complain(complaints(j), at_field(j, "recover"),
                    "recover: \"%s\" is past the limit; it is over at a better number",
                    rule->recover);
}

/* ---- quiet hours, and who is told ---- */

static bool judge_quiet(const struct judge *j)
{
    struct alert_rule *rule = j->rule;
    const struct yaml *quiet = yaml_given(j->entry, "quiet");
    struct dx_error err = { 0 };

    rule->has_quiet = quiet != NULL;
    if (*rule->zone && !rule->has_quiet)
        return complain(complaints(j), at_field(j, "zone"), "zone: it goes with quiet");
    if (*rule->zone && !zone_check(rule->zone, &err))
        return complain(complaints(j), at_field(j, "zone"), "zone: %s", err.text);
    if (!rule->has_quiet)
        return true;
    rule->hours.zone = *rule->zone ? rule->zone : j->config->calendar.zone;
    hours_load(j->context, &rule->hours, &rule->quiet, quiet);
    return true;
}

/* All names that `notify` may have. */
static const char **names_of(const struct judge *j)
{
    const struct notice_settings *notices = j->config->notices.item;
    const char **names =
        arena_alloc(j->context->arena, (j->config->notices.count + 5) * sizeof(*names));
    size_t n = 0;

    for (size_t i = 0; notice_ways[i]; i++)
        names[n++] = notice_ways[i];
    for (size_t i = 0; i < j->config->notices.count; i++)
        if (*notices[i].name)
            names[n++] = notices[i].name;
    return names;
}

static void judge_one_name(const struct judge *j, const char *name, size_t *tells,
                           const struct yaml *at)
{
    const struct notice_settings *notices = j->config->notices.item;
    struct yaml part = *at;

    for (size_t i = 0; notice_ways[i]; i++) {
        if (strcmp(notice_ways[i], name) == 0) {
            j->rule->ways |= 1u << i;
            return;
        }
    }
    for (size_t i = 0; i < j->config->notices.count; i++) {
        if (strcmp(notices[i].name, name) == 0) {
            j->rule->tell[(*tells)++] = &notices[i];
            return;
        }
    }
    part.text = name;
    (void)complain_word(complaints(j), &part, "notify: unknown notice", names_of(j));
}

static void judge_notify(const struct judge *j)
{
    const char *const *names = j->rule->notify.item;
    const struct yaml *list = at_field(j, "notify");
    size_t tells = 0;

    j->rule->tell = arena_alloc(j->context->arena, (j->rule->notify.count + 1) *
                                                       sizeof(const struct notice_settings *));
    for (size_t i = 0; i < j->rule->notify.count; i++)
        judge_one_name(j, names[i], &tells, list->kind == YAML_LIST ? &list->items[i] : list);
}

void rules_load(struct option_context *context, const struct config *config,
                const struct yaml *section)
{
    struct alert_rule *rules = config->rules.item;

    if (section && config->rules.count > RULES_MOST)
        (void)complain(&context->complaints, section, "rules: at most %d", RULES_MOST);
    for (size_t i = 0; section && i < config->rules.count && i < section->count; i++) {
        const struct yaml *entry = &section->items[i], *name = yaml_get(entry, "name");
        struct judge j = { context, config, &rules[i], name ? name : entry, entry };

        if (section->kind == YAML_MAP)
            j.at = &section->keys[i];
        if (entry->wrong || !judge_name(&j, rules))
            continue;
        if (judge_about(&j) && judge_value(&j) && judge_least(&j))
            (void)judge_limits(&j);
        (void)judge_quiet(&j);
        judge_notify(&j);
    }
}
