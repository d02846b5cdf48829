/* facts: what the lines around the panels say, read from the store. */
#include "config.h"

#include "app/facts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "core/time.h"
#include "panel/host.h"

static const int64_t TODAY_MS = 20 * HOUR_MS, THIS_WEEK_MS = 6 * DAY_MS;

/* The last warning gives way. false: there is none. */
static bool make_room(struct facts *facts)
{
    for (size_t i = facts->fact_count; i-- > 0;) {
        if (facts->fact[i].role == DX_ROLE_BAD)
            continue;
        facts->fact_count--;
        memmove(&facts->fact[i], &facts->fact[i + 1],
                (facts->fact_count - i) * sizeof(facts->fact[0]));
        return true;
    }
    return false;
}

bool facts_count(struct facts *facts, uint64_t mark)
{
    size_t i = (size_t)(mark >> 1) % FACTS_MARKS;

    while (facts->mark[i] != 0 && facts->mark[i] >> 1 != mark >> 1)
        i = (i + 1) % FACTS_MARKS;
    if (facts->mark[i] != 0)
        return false;
    if (facts->mark_count < FACTS_MARKS / 2) { /* of more it is not known */
        facts->mark[i] = mark;
        facts->mark_count++;
    }
    if (mark & 1)
        facts->bad++;
    else
        facts->warn++;
    return true;
}

void facts_add(struct facts *facts, enum dx_role role, const char *subject, const char *sentence)
{
    struct fact *fact;

    if (!facts_count(facts, finding_mark(role, subject, sentence)))
        return;
    if (facts->fact_count == FACTS_FINDINGS && !(role == DX_ROLE_BAD && make_room(facts)))
        return;
    fact = &facts->fact[facts->fact_count];
    fact->role = role;
    text_copy(fact->subject, sizeof(fact->subject), subject);
    text_copy(fact->sentence, sizeof(fact->sentence), sentence);
    facts->fact_count++;
}

void facts_sort(struct facts *facts)
{
    struct fact sorted[FACTS_FINDINGS] = { { .role = DX_ROLE_BAD } };
    size_t n = 0;

    for (size_t i = 0; i < facts->fact_count; i++)
        if (facts->fact[i].role == DX_ROLE_BAD)
            sorted[n++] = facts->fact[i];
    for (size_t i = 0; i < facts->fact_count; i++)
        if (facts->fact[i].role != DX_ROLE_BAD)
            sorted[n++] = facts->fact[i];
    memcpy(facts->fact, sorted, n * sizeof(sorted[0]));
}

/* One that the collector has made of failures that came together. */
static bool is_incident(const struct rows_ops *ops, const void *rows)
{
    return strcmp(ops->text(rows, DX_FIELD_NAME), "PlatformIncident") == 0 &&
           strcmp(ops->text(rows, DX_FIELD_SOURCE), "dxtop") == 0 &&
           strstr(ops->text(rows, DX_FIELD_SUMMARY), ": ") != NULL;
}

/* By what people know it: of an incident what fails. */
static void name_alert(char *out, size_t cap, const struct rows_ops *ops, const void *rows)
{
    const char *summary = ops->text(rows, DX_FIELD_SUMMARY);

    if (is_incident(ops, rows))
        (void)snprintf(out, cap, "%.*s", (int)(strstr(summary, ": ") - summary), summary);
    else
        text_copy(out, cap, ops->text(rows, DX_FIELD_NAME));
}

/* "14:32", "Tue 14:32", "24 Nov" */
static const char *when_of(char out[32], int64_t at_ms, int64_t now_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    int64_t ago_ms = now_ms - at_ms;
    struct tm tm;

    out[0] = '\0';
    if (localtime_r(&at, &tm))
        (void)strftime(out, 32,
                       ago_ms < TODAY_MS       ? "%H:%M"
                       : ago_ms < THIS_WEEK_MS ? "%a %H:%M"
                                               : "%d %b",
                       &tm);
    return out;
}

/* "registry: 10 jobs of 7 projects failed; the last: ...": what fails is the subject, what logs
 * say of it is for those who look into it, and since when is said as people say it. */
static void add_incident(struct facts *facts, const struct rows_ops *ops, const void *rows,
                         int64_t now_ms)
{
    const char *summary = ops->text(rows, DX_FIELD_SUMMARY), *what = strstr(summary, ": ");
    int64_t since_ms = ops->integer(rows, DX_FIELD_SINCE);
    char subject[96], sentence[200], when[32], lasted[TIME_TEXT];

    name_alert(subject, sizeof(subject), ops, rows);
    what += 2;
    (void)snprintf(sentence, sizeof(sentence), "%.*s since %s, for %s", (int)strcspn(what, ";"),
                   what, when_of(when, since_ms, now_ms),
                   duration_format(lasted, now_ms - since_ms, true));
    facts_add(facts, DX_ROLE_BAD, subject, sentence);
}

/* It fired, and nobody sees whether it still does. Rules: read_unseen(). */
static bool is_lost(const struct rows_ops *ops, const void *rows)
{
    return ops->integer(rows, DX_FIELD_STATE) == DX_ALERT_STALE &&
           ops->has(rows, DX_FIELD_STARTED) &&
           ops->integer(rows, DX_FIELD_SEVERITY) >= DX_SEVERITY_WARNING &&
           strcmp(ops->text(rows, DX_FIELD_SOURCE), "dxtop") != 0;
}

static void add_lost(struct facts *facts, const struct rows_ops *ops, const void *rows,
                     int64_t now_ms)
{
    char sentence[80], when[32];

    (void)snprintf(sentence, sizeof(sentence), "fired, and was not seen since %s",
                   when_of(when, ops->integer(rows, DX_FIELD_SEEN), now_ms));
    facts_add(facts, DX_ROLE_WARN, ops->text(rows, DX_FIELD_NAME), sentence);
}

static void read_alerts(struct facts *facts, const struct reader *reader, int64_t now_ms)
{
    const struct rows_ops *ops = reader->ops;
    void *rows = reader->open(reader->self, DX_QUERY_ALERTS, DX_FILTER(.to_ms = now_ms), now_ms);

    while (ops->next(rows)) {
        int64_t severity = ops->integer(rows, DX_FIELD_SEVERITY);
        int64_t state = ops->integer(rows, DX_FIELD_STATE);
        const char *summary = ops->text(rows, DX_FIELD_SUMMARY);

        if (is_lost(ops, rows))
            add_lost(facts, ops, rows, now_ms);
        if (state != DX_ALERT_FIRING || severity < DX_SEVERITY_WARNING) {
            facts->muted =
                facts->muted || (state != DX_ALERT_PENDING && state != DX_ALERT_RESOLVED);
            continue;
        }
        if (is_incident(ops, rows))
            add_incident(facts, ops, rows, now_ms);
        else
            facts_add(facts, severity == DX_SEVERITY_CRITICAL ? DX_ROLE_BAD : DX_ROLE_WARN,
                      ops->text(rows, DX_FIELD_NAME), *summary ? summary : "fires");
    }
    ops->close(rows);
}

/* Whatever they said then, nobody knows whether it still is so. */
static void read_unseen(struct facts *facts, const struct reader *reader, int64_t now_ms)
{
    const struct rows_ops *ops = reader->ops;
    void *rows = reader->open(reader->self, DX_QUERY_UNSEEN, NULL, now_ms);
    char sentence[80], when[32];

    if (ops->next(rows)) {
        (void)snprintf(sentence, sizeof(sentence), "not looked at since %s",
                       when_of(when, ops->integer(rows, DX_FIELD_SEEN), now_ms));
        facts_add(facts, DX_ROLE_WARN, "alert rules", sentence);
    }
    ops->close(rows);
}

static void read_last_ended(struct facts *facts, const struct reader *reader, int64_t now_ms)
{
    const struct rows_ops *ops = reader->ops;
    void *rows =
        reader->open(reader->self, DX_QUERY_ENDED,
                     DX_FILTER(.from_ms = now_ms - WEEK_MS, .to_ms = now_ms, .limit = 1), now_ms);

    if (ops->next(rows)) {
        facts->last_ended_ms = ops->integer(rows, DX_FIELD_ENDED);
        name_alert(facts->last_ended, sizeof(facts->last_ended), ops, rows);
    }
    ops->close(rows);
}

const struct light_look light_looks[] = {
    [LIGHT_LIVE] = { DX_GLYPH_LIVE, DX_ROLE_GOOD, "live" },
    [LIGHT_STALE] = { DX_GLYPH_LOST, DX_ROLE_STALE, "stale" },
    [LIGHT_LIMITED] = { DX_GLYPH_LIMITED, DX_ROLE_WARN, "limited" },
    [LIGHT_LOST] = { DX_GLYPH_LOST, DX_ROLE_STALE, "lost" },
};

enum light facts_light(const struct rows_ops *ops, const void *rows, int64_t now_ms)
{
    enum dx_source_state state = (enum dx_source_state)ops->integer(rows, DX_FIELD_STATE);
    int64_t stale_ms = dx_stale_from(state, ops->integer(rows, DX_FIELD_LAST_OK),
                                     ops->integer(rows, DX_FIELD_EVERY));

    switch (state) {
    case DX_SOURCE_LIVE:
    case DX_SOURCE_FILLING:
        return now_ms > stale_ms ? LIGHT_STALE : LIGHT_LIVE;
    case DX_SOURCE_LIMITED:
        return LIGHT_LIMITED;
    case DX_SOURCE_LOST:
    case DX_SOURCE_STOPPED:
        return LIGHT_LOST;
    case DX_SOURCE_NEW:
        break;
    }
    return LIGHT_NONE;
}

static void read_source(struct facts *facts, const struct rows_ops *ops, const void *rows,
                        int64_t now_ms)
{
    struct fact_source source = { .light = facts_light(ops, rows, now_ms) };
    bool stopped = ops->integer(rows, DX_FIELD_STATE) == DX_SOURCE_STOPPED;
    int64_t limit = ops->integer(rows, DX_FIELD_LIMIT);
    int64_t ok_ms = ops->integer(rows, DX_FIELD_LAST_OK);
    const char *name = ops->text(rows, DX_FIELD_SOURCE);

    if (now_ms > dx_stale_from((enum dx_source_state)ops->integer(rows, DX_FIELD_STATE), ok_ms,
                               ops->integer(rows, DX_FIELD_EVERY)))
        facts->stale_yields |= (uint32_t)ops->integer(rows, DX_FIELD_YIELDS);
    if (ops->integer(rows, DX_FIELD_YIELDS) & 1 << DX_KIND_ALERT)
        facts->part = facts->part || ops->has(rows, DX_FIELD_NONE_SINCE);
    text_copy(source.name, sizeof(source.name), name);
    facts->lights[source.light]++;
    if (source.light == LIGHT_LOST)
        facts_add(facts, stopped ? DX_ROLE_BAD : DX_ROLE_WARN, name,
                  ops->text(rows, DX_FIELD_TEXT));
    else if (ok_ms > 0 && (facts->ok_ms == 0 || ok_ms < facts->ok_ms))
        facts->ok_ms = ok_ms;
    if (limit > 0) {
        double share = (double)ops->integer(rows, DX_FIELD_REMAINING) / (double)limit;

        if (isnan(facts->budget) || share < facts->budget)
            facts->budget = share;
    }
    if (facts->source_count < FACTS_SOURCES)
        facts->source[facts->source_count++] = source;
}

void facts_read(struct facts *facts, const struct reader *reader, int64_t now_ms)
{
    const struct rows_ops *ops = reader->ops;
    void *rows;

    *facts = (struct facts){ .budget = (double)NAN };
    read_alerts(facts, reader, now_ms);
    read_unseen(facts, reader, now_ms);
    if (facts->fact_count == 0) /* or something else is said */
        read_last_ended(facts, reader, now_ms);
    rows = reader->open(reader->self, DX_QUERY_SOURCES, NULL, now_ms);
    while (ops->next(rows))
        read_source(facts, ops, rows, now_ms);
    ops->close(rows);
}

static bool is_told(const struct facts *facts, const char *subject)
{
    for (size_t i = 0; i < facts->fact_count; i++)
        if (strcmp(facts->fact[i].subject, subject) == 0)
            return true;
    return false;
}

void facts_numbers(struct facts *facts, const struct reader *reader, int64_t now_ms)
{
    const struct rows_ops *ops = reader->ops;
    void *rows = reader->open(reader->self, DX_QUERY_KPIS, NULL, now_ms);

    while (ops->next(rows)) {
        enum dx_kpi_state state = (enum dx_kpi_state)ops->integer(rows, DX_FIELD_STATE);
        const char *name = ops->text(rows, DX_FIELD_NAME);

        if ((uint32_t)ops->integer(rows, DX_FIELD_READS) & facts->stale_yields) {
            facts->past_then = facts->past_then || state >= DX_KPI_WARN;
            continue;
        }
        facts->numbers = facts->numbers || state >= DX_KPI_GOOD;
        if (state == DX_KPI_WARN && facts->fact_count == FACTS_FINDINGS)
            continue; /* it may be among those that did not fit */
        if (state >= DX_KPI_WARN && !is_told(facts, name))
            facts_add(facts, state == DX_KPI_BAD ? DX_ROLE_BAD : DX_ROLE_WARN, name, "past goal");
    }
    ops->close(rows);
    facts_sort(facts);
}

void facts_missed(struct facts *facts)
{
    for (size_t i = 0; i < facts->source_count; i++)
        if (facts->source[i].light == LIGHT_LIVE)
            facts->source[i].light = LIGHT_STALE;
    facts->lights[LIGHT_STALE] += facts->lights[LIGHT_LIVE];
    facts->lights[LIGHT_LIVE] = 0;
}
