/* rule_values: the numbers that alert rules look at. */
#include "config.h"

#include "collect/rule_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "core/time.h"
#include "model/stale.h"
#include "source/pattern.h"

enum { SUBJECT_MOST = 300, VALUES_MOST = 2000 }; /* values of one rule */
/* A source that is asked often may miss a few polls before its alerts are without data. */
static const int64_t GRACE_MS = 5 * MINUTE_MS;

struct reading {
    struct rule_list *list;
    const struct config *config;
    const struct reader *reader;
    int64_t now_ms;
    struct fresh { /* sources whose last poll that went well is not long ago */
        const char *name;
        uint32_t yields;
    } * fresh;
    size_t fresh_count, fresh_cap;
    size_t *counts; /* of the values of each rule */
};

static const struct alert_rule *rules_of(const struct reading *r)
{
    return r->config->rules.item;
}

/* ---- sources ---- */

static void add_fresh(struct reading *r, const char *name, uint32_t yields)
{
    if (r->fresh_count == r->fresh_cap) {
        r->fresh_cap = r->fresh_cap ? 2 * r->fresh_cap : 16;
        r->fresh = mem_grow(r->fresh, r->fresh_cap, sizeof(*r->fresh));
    }
    r->fresh[r->fresh_count++] = (struct fresh){ arena_text(&r->list->arena, name), yields };
}

static void read_sources(struct reading *r)
{
    const struct rows_ops *ops = r->reader->ops;
    void *rows = r->reader->open(r->reader->self, DX_QUERY_SOURCES, NULL, r->now_ms);

    while (ops->next(rows)) {
        int64_t ok_ms = ops->integer(rows, DX_FIELD_LAST_OK);
        int64_t from_ms = stale_from((enum dx_source_state)ops->integer(rows, DX_FIELD_STATE),
                                     ok_ms, ops->integer(rows, DX_FIELD_EVERY));

        if (ok_ms > 0 && (r->now_ms <= from_ms || r->now_ms - ok_ms <= GRACE_MS))
            add_fresh(r, ops->text(rows, DX_FIELD_SOURCE),
                      (uint32_t)ops->integer(rows, DX_FIELD_YIELDS));
    }
    ops->close(rows);
}

static bool is_fresh(const struct reading *r, const char *source)
{
    for (size_t i = 0; i < r->fresh_count; i++)
        if (strcmp(r->fresh[i].name, source) == 0)
            return true;
    return false;
}

/* Of what a KPI is made of, something is. One that is fed by a file needs no source. */
static bool yields_any(const struct reading *r, uint32_t reads)
{
    for (size_t i = 0; i < r->fresh_count; i++)
        if (r->fresh[i].yields & reads)
            return true;
    return reads == 0;
}

/* ---- the list ---- */

static void put(struct rule_list *list, const struct rule_value_of *value)
{
    if (list->count == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 32;
        list->item = mem_grow(list->item, list->cap, sizeof(*list->item));
    }
    list->item[list->count++] = *value;
}

/* What is not looked at any more is one without data. */
static void add(struct reading *r, const struct rule_value_of *value)
{
    size_t count = r->counts[value->rule - rules_of(r)]++;
    struct rule_value_of rest = *value;

    if (count < VALUES_MOST)
        put(r->list, value);
    if (count != VALUES_MOST)
        return;
    rest.subject =
        arena_print(&r->list->arena, "%s: all but the first %d", value->rule->pattern, VALUES_MOST);
    rest.labels = "{}";
    rest.value = (double)NAN;
    rest.n = -1;
    put(r->list, &rest);
}

static void add_label(struct buf *out, const char *name, const char *value)
{
    (void)buf_print(out, "%s%s=\"", out->len > 1 ? ", " : "", name);
    for (; *value; value++)
        (void)buf_print(out, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
    (void)buf_text(out, "\"");
}

static const char *labels_of(struct reading *r, const struct alert_rule *rule, const char *name,
                             const char *source)
{
    static const char *const kinds[] = { "kpi", "pool", "pipeline", "query" };
    struct buf out;
    const char *labels;

    buf_init(&out, 4096);
    (void)buf_text(&out, "{");
    add_label(&out, kinds[rule->on], name);
    add_label(&out, "severity", rule_severities[rule->severity]);
    if (*source)
        add_label(&out, "source", source);
    (void)buf_text(&out, "}");
    labels = arena_text(&r->list->arena, out.bytes);
    buf_done(&out);
    return labels;
}

static const char *subject_of(struct reading *r, const char *name, const char *source)
{
    char part[SUBJECT_MOST];

    if (strlen(name) < sizeof(part))
        return arena_print(&r->list->arena, "%s (%s)", name, source);
    /* Two that are alike in what there is room for are not one. */
    text_copy(part, sizeof(part), name);
    return arena_print(&r->list->arena, "%s… #%08x (%s)", part, (unsigned)text_hash(name), source);
}

/* A value of n others, if they are as many as the rule wants. */
static void of_many(struct rule_value_of *value, int64_t n, int64_t least)
{
    value->n = n;
    if (n >= 0 && n < least)
        value->value = (double)NAN;
}

static bool fits(const struct alert_rule *rule, const char *name)
{
    const char *pattern = rule->pattern;
    struct dx_items one = { .item = &pattern, .count = 1 };

    return pattern_fits(&one, name, PATTERN_EXACT);
}

/* ---- key numbers ---- */

static const struct kpi_feed *feed_of(const struct reading *r, enum kpi kpi)
{
    const struct kpi_feed *feed = r->config->feeds.item;

    for (size_t i = 0; i < r->config->feeds.count; i++)
        if (feed[i].kpi == kpi)
            return &feed[i];
    return NULL;
}

/* Whether a file says of how many its values are: else each counts as one. */
static bool has_answers(const struct reading *r, const struct kpi_about *about)
{
    const struct rows_ops *ops = r->reader->ops;
    void *rows = r->reader->open(r->reader->self, DX_QUERY_KPI_POINTS,
                                 DX_FILTER(.key = about->id, .step_ms = DAY_MS,
                                           .from_ms = r->now_ms - about->window_ms - DAY_MS),
                                 r->now_ms);
    bool has = false;

    while (!has && ops->next(rows))
        has = ops->integer(rows, DX_FIELD_N) > 1;
    ops->close(rows);
    return has;
}

/* What is counted of a fed one is samples and days, but where a file says of how many it is. */
static void of_kpi(const struct reading *r, struct rule_value_of *value, int64_t n)
{
    const struct kpi_about *about = &kpis[value->rule->which];
    const struct kpi_feed *feed = feed_of(r, value->rule->which);

    if (feed)
        of_many(value, *feed->file && has_answers(r, about) ? n : -1, value->rule->least);
    else
        of_many(value, about->few > 0 ? n : -1,
                value->rule->least > about->few ? value->rule->least : about->few);
}

static void read_kpis(struct reading *r)
{
    const struct rows_ops *ops = r->reader->ops;

    for (size_t i = 0; i < r->config->rules.count; i++) {
        const struct alert_rule *rule = &rules_of(r)[i];
        const struct kpi_about *about = &kpis[rule->which];
        void *rows;

        if (rule->on != RULE_KPI)
            continue;
        rows =
            r->reader->open(r->reader->self, DX_QUERY_KPIS, DX_FILTER(.key = about->id), r->now_ms);
        if (ops->next(rows)) {
            bool known = yields_any(r, (uint32_t)ops->integer(rows, DX_FIELD_READS));
            struct rule_value_of value = { .rule = rule,
                                           .subject = about->name,
                                           .labels = labels_of(r, rule, about->id, ""),
                                           .value = known ? ops->number(rows, DX_FIELD_VALUE)
                                                          : (double)NAN,
                                           .unit = about->unit };

            of_kpi(r, &value, ops->integer(rows, DX_FIELD_N));
            add(r, &value);
        }
        ops->close(rows);
    }
}

/* ---- pools ---- */

static double oldest_value(const struct reading *r, const void *rows)
{
    const struct rows_ops *ops = r->reader->ops;

    if (ops->has(rows, DX_FIELD_OLDEST))
        return (double)(r->now_ms - ops->integer(rows, DX_FIELD_OLDEST)) / 1e3;
    /* Where nothing waits, nothing waits long; of jobs that are only counted nobody knows it. */
    return ops->has(rows, DX_FIELD_WAITING) && ops->integer(rows, DX_FIELD_WAITING) == 0
               ? 0.
               : (double)NAN;
}

static double pool_value(const struct reading *r, int value, const void *rows)
{
    const struct rows_ops *ops = r->reader->ops;

    if (value == RULE_WAITING)
        return ops->number(rows, DX_FIELD_WAITING);
    if (value == RULE_OLDEST)
        return oldest_value(r, rows);
    return value == RULE_RUNNERS ? ops->number(rows, DX_FIELD_ONLINE)
                                 : ops->number(rows, DX_FIELD_P95) / 1e3;
}

/* Waiting jobs and runners are not of others. */
static int64_t n_of(const struct reading *r, int value, const void *rows)
{
    const struct rows_ops *ops = r->reader->ops;

    if (value == RULE_P90)
        return ops->integer(rows, DX_FIELD_DURATION_N);
    return value == RULE_P95 || value == RULE_SUCCESS ? ops->integer(rows, DX_FIELD_N) : -1;
}

static double pipeline_value(const struct reading *r, int value, const void *rows)
{
    const struct rows_ops *ops = r->reader->ops;

    return value == RULE_P90 ? ops->number(rows, DX_FIELD_P90) / 1e3
                             : ops->number(rows, DX_FIELD_SUCCESS);
}

/* The name of the row in these rules' words: "linux-xl", "acme/web/ci". */
static const char *name_of(const struct reading *r, enum rule_on on, const void *rows)
{
    const struct rows_ops *ops = r->reader->ops;
    const char *project = ops->text(rows, DX_FIELD_PROJECT);
    const char *pipeline = ops->text(rows, DX_FIELD_PIPELINE);

    if (on == RULE_POOL)
        return ops->text(rows, DX_FIELD_NAME);
    return arena_print(&r->list->arena, "%s%s%s", project, *pipeline ? "/" : "", pipeline);
}

static bool asks_for(const struct reading *r, enum rule_on on)
{
    for (size_t i = 0; i < r->config->rules.count; i++)
        if (rules_of(r)[i].on == on)
            return true;
    return false;
}

static void read_named(struct reading *r, enum rule_on on, enum dx_query query)
{
    const struct rows_ops *ops = r->reader->ops;
    void *rows;

    if (!asks_for(r, on))
        return;
    rows = r->reader->open(r->reader->self, query, NULL, r->now_ms);
    while (ops->next(rows)) {
        const char *source = ops->text(rows, DX_FIELD_SOURCE), *name = name_of(r, on, rows);
        bool fresh = is_fresh(r, source);

        for (size_t i = 0; i < r->config->rules.count; i++) {
            const struct alert_rule *rule = &rules_of(r)[i];
            struct rule_value_of value = { .rule = rule, .value = (double)NAN };

            if (rule->on != on || !fits(rule, name))
                continue;
            value.subject = subject_of(r, name, source);
            value.labels = labels_of(r, rule, name, source);
            value.unit = alert_rule_unit(rule);
            if (fresh)
                value.value = on == RULE_POOL ? pool_value(r, rule->value, rows)
                                              : pipeline_value(r, rule->value, rows);
            of_many(&value, n_of(r, rule->value, rows), rule->least);
            add(r, &value);
        }
    }
    ops->close(rows);
}

/* ---- queries ---- */

static void add_series(struct reading *r, const struct alert_rule *rule, const void *rows)
{
    const struct rows_ops *ops = r->reader->ops;
    const char *labels = ops->text(rows, DX_FIELD_LABELS);
    const char *source = ops->text(rows, DX_FIELD_SOURCE);
    struct rule_value_of value = { .rule = rule,
                                   .value = ops->number(rows, DX_FIELD_VALUE),
                                   .n = -1,
                                   .unit = (enum dx_unit)ops->integer(rows, DX_FIELD_UNIT) };
    const char *name = arena_print(&r->list->arena, "%s%s", rule->pattern,
                                   strcmp(labels, "{}") == 0 ? "" : labels);

    if (alert_rule_is_share(rule)) {
        value.value /= value.unit == DX_UNIT_PERCENT ? 100. : 1.;
        value.unit = DX_UNIT_RATIO;
    }
    value.subject = subject_of(r, name, source);
    value.labels = labels_of(r, rule, name, source);
    add(r, &value);
}

static void read_queries(struct reading *r)
{
    const struct rows_ops *ops = r->reader->ops;

    for (size_t i = 0; i < r->config->rules.count; i++) {
        const struct alert_rule *rule = &rules_of(r)[i];
        void *rows;

        if (rule->on != RULE_QUERY)
            continue;
        rows = r->reader->open(r->reader->self, DX_QUERY_SERIES,
                               DX_FILTER(.source = rule->source, .name = rule->pattern), r->now_ms);
        /* One that its source tells no more is gone, not only without data. */
        while (ops->next(rows))
            if (ops->has(rows, DX_FIELD_VALUE) || !is_fresh(r, ops->text(rows, DX_FIELD_SOURCE)))
                add_series(r, rule, rows);
        ops->close(rows);
    }
}

/* ---- all ---- */

void rule_values_read(struct rule_list *list, const struct config *config,
                      const struct reader *reader, int64_t now_ms)
{
    struct reading r = { .list = list,
                         .config = config,
                         .reader = reader,
                         .now_ms = now_ms,
                         .counts = mem_new(config->rules.count + 1, sizeof(*r.counts)) };

    read_sources(&r);
    read_kpis(&r);
    read_named(&r, RULE_POOL, DX_QUERY_POOLS);
    read_named(&r, RULE_PIPELINE, DX_QUERY_PIPELINES);
    read_queries(&r);
    for (size_t i = 0; i < config->rules.count; i++) {
        const struct alert_rule *rule = &rules_of(&r)[i];

        if (r.counts[i] == 0)
            add(&r, &(struct rule_value_of){ .rule = rule,
                                             .subject = rule->pattern,
                                             .labels = labels_of(&r, rule, rule->pattern, ""),
                                             .value = (double)NAN,
                                             .n = -1,
                                             .unit = alert_rule_unit(rule) });
    }
    free(r.fresh);
    free(r.counts);
}

void rule_values_done(struct rule_list *list)
{
    arena_free(&list->arena);
    free(list->item);
    *list = (struct rule_list){ .count = 0 };
}
