/* report_model: the report as JSON: records as `once` and `export` print them, and
 * of some of them their course. */
#include "config.h"

#include <math.h>
#include <stdlib.h>

#include "app/records.h"
#include "app/report.h"
#include "app/report_words.h"
#include "core/mem.h"
#include "core/time.h"

enum { COURSES = 6 }; /* the slowest pools have theirs */

/* ---- records ---- */

static json_t *records(const struct report_reading *r, enum record_type type,
                       const struct dx_filter *filter)
{
    const struct rows_ops *ops = r->reader->ops;
    void *rows = r->reader->open(r->reader->self, record_kinds[type].query, filter, r->now_ms);
    const struct record_row row = { ops, rows, r->now_ms, filter->window_ms };
    json_t *list = json_array();

    while (ops->next(rows))
        (void)json_array_append_new(list, record_json(type, &row));
    ops->close(rows);
    return list;
}

static int64_t from_of(const struct report_reading *r)
{
    return r->now_ms - r->window_ms;
}

json_t *report_sorted(json_t *list, int (*compare)(const void *a, const void *b))
{
    const size_t count = json_array_size(list);
    json_t **item = mem_new(count + 1, sizeof(json_t *)), *out = json_array();

    for (size_t i = 0; i < count; i++)
        item[i] = json_array_get(list, i);
    qsort(item, count, sizeof(json_t *), compare);
    for (size_t i = 0; i < count; i++)
        (void)json_array_append(out, item[i]);
    free(item);
    json_decref(list);
    return out;
}

/* ---- key numbers ---- */

static int64_t step_of(const struct report_reading *r)
{
    return r->window_ms > DAY_MS ? DAY_MS : HOUR_MS;
}

/* Points of two windows, so that each has one before it to stand against. */
static json_t *points(const struct report_reading *r, enum dx_query query,
                      const struct dx_filter *filter)
{
    const struct rows_ops *ops = r->reader->ops;
    const bool waits = query == DX_QUERY_POOL_HOURS;
    void *rows = r->reader->open(r->reader->self, query, filter, r->now_ms);
    json_t *list = json_array();
    char at[TIME_TEXT];

    while (ops->next(rows)) {
        double value = ops->number(rows, waits ? DX_FIELD_P95 : DX_FIELD_VALUE);

        if (waits)
            value /= 1e3;
        (void)json_array_append_new(
            list,
            json_pack("{s:s, s:o, s:I}", "at", time_format(at, ops->integer(rows, DX_FIELD_AT)),
                      waits ? "p95_s" : "value", isfinite(value) ? json_real(value) : json_null(),
                      "n", (json_int_t)ops->integer(rows, DX_FIELD_N)));
    }
    ops->close(rows);
    return list;
}

/* Those that have a value. */
static json_t *key_numbers(const struct report_reading *r)
{
    json_t *all = records(r, RECORD_KPI, DX_FILTER(.from_ms = 0)), *list = json_array(), *kpi;
    size_t i;

    json_array_foreach (all, i, kpi) {
        const char *id = json_string_value(json_object_get(kpi, "id"));

        if (!json_is_number(json_object_get(kpi, "value")))
            continue;
        (void)json_object_set_new(kpi, "points",
                                  points(r, DX_QUERY_KPI_POINTS,
                                         DX_FILTER(.key = id, .step_ms = step_of(r),
                                                   .from_ms = r->now_ms - 2 * r->window_ms)));
        (void)json_array_append(list, kpi);
    }
    json_decref(all);
    return list;
}

/* ---- pools ---- */

static double p95_of(const void *item)
{
    const json_t *value = json_object_get(*(json_t *const *)item, "p95_s");

    return json_is_number(value) ? json_number_value(value) : -1.;
}

static int by_p95(const void *a, const void *b)
{
    double x = p95_of(a), y = p95_of(b);

    return (x < y) - (x > y);
}

/* Those that jobs waited for in the window, the slowest first. The rows are read anew for
 * their keys: records have none. */
static json_t *pools(const struct report_reading *r)
{
    const struct rows_ops *ops = r->reader->ops;
    void *rows = r->reader->open(r->reader->self, DX_QUERY_POOLS,
                                 DX_FILTER(.window_ms = r->window_ms), r->now_ms);
    const struct record_row row = { ops, rows, r->now_ms, r->window_ms };
    json_t *list = json_array(), *pool;
    size_t i;

    while (ops->next(rows)) {
        if (ops->integer(rows, DX_FIELD_N) == 0 && ops->integer(rows, DX_FIELD_WAITING) == 0)
            continue;
        pool = record_json(RECORD_POOL, &row);
        (void)json_object_set_new(pool, "key", json_string(ops->text(rows, DX_FIELD_KEY)));
        (void)json_array_append_new(list, pool);
    }
    ops->close(rows);
    list = report_sorted(list, by_p95);
    json_array_foreach (list, i, pool) {
        const char *key = json_string_value(json_object_get(pool, "key"));

        if (i < COURSES)
            (void)json_object_set_new(
                pool, "points",
                points(r, DX_QUERY_POOL_HOURS,
                       DX_FILTER(.key = key, .from_ms = r->now_ms - 2 * r->window_ms)));
        (void)json_object_del(pool, "key");
    }
    return list;
}

/* ---- the rest ---- */

/* As `export flaky --since`: those that were last seen in the window. */
static json_t *flaky(const struct report_reading *r)
{
    const struct rows_ops *ops = r->reader->ops;
    void *rows =
        r->reader->open(r->reader->self, DX_QUERY_FLAKY, DX_FILTER(.parts = true), r->now_ms);
    const struct record_row row = { ops, rows, r->now_ms, r->window_ms };
    json_t *list = json_array();

    while (ops->next(rows))
        if (ops->integer(rows, DX_FIELD_LAST_SEEN) > from_of(r))
            (void)json_array_append_new(list, record_json(RECORD_FLAKY, &row));
    ops->close(rows);
    return list;
}

static int64_t time_of(const json_t *record, const char *key)
{
    const json_t *text = json_object_get(record, key);

    return json_is_string(text) ? time_parse(json_string_value(text), json_string_length(text)) : 0;
}

/* One that goes on has lasted to now, or to the last answer where that is long ago. */
static json_t *incidents(const struct report_reading *r, const json_t *sources)
{
    const int64_t last_ms = report_data_ms(sources);
    const int64_t up_to_ms = report_is_old(last_ms, r->now_ms) ? last_ms : r->now_ms;
    json_t *list =
        records(r, RECORD_ALERT,
                DX_FILTER(.source = "dxtop", .name = "PlatformIncident", .from_ms = from_of(r)));
    json_t *incident;
    size_t i;

    json_array_foreach (list, i, incident) {
        const int64_t since_ms = time_of(incident, "since"), ended_ms = time_of(incident, "ended");

        (void)json_object_set_new(
            incident, "duration_s",
            json_real(fmax((double)((ended_ms > 0 ? ended_ms : up_to_ms) - since_ms), 0.) / 1e3));
    }
    return list;
}

static json_t *ticket_days(const struct report_reading *r)
{
    const struct rows_ops *ops = r->reader->ops;
    void *rows = r->reader->open(r->reader->self, DX_QUERY_TICKET_DAYS,
                                 DX_FILTER(.from_ms = from_of(r)), r->now_ms);
    json_t *list = json_array();
    char at[TIME_TEXT];

    while (ops->next(rows))
        (void)json_array_append_new(
            list, json_pack("{s:s, s:I, s:I, s:I}", "at",
                            time_format(at, ops->integer(rows, DX_FIELD_AT)), "opened",
                            (json_int_t)ops->integer(rows, DX_FIELD_OPENED), "closed",
                            (json_int_t)ops->integer(rows, DX_FIELD_CLOSED), "open",
                            (json_int_t)ops->integer(rows, DX_FIELD_OPEN)));
    ops->close(rows);
    return list;
}

json_t *report_model(const struct report_reading *r, const char *title)
{
    const int64_t from_ms = from_of(r);
    char from[TIME_TEXT], now[TIME_TEXT], first[TIME_TEXT];
    json_t *model = json_pack("{s:s, s:s, s:s, s:I, s:s?}", "title", title, "generated_at",
                              time_format(now, r->now_ms), "from", time_format(from, from_ms),
                              "window_s", (json_int_t)(r->window_ms / 1000), "runs_from",
                              r->first_ms > 0 ? time_format(first, r->first_ms) : NULL);
    json_t *pipelines =
        records(r, RECORD_PIPELINE, DX_FILTER(.window_ms = r->window_ms, .parts = true));
    json_t *slow = pools(r), *sources = records(r, RECORD_SOURCE, DX_FILTER(.from_ms = 0));

    (void)json_object_set_new(model, "summary", json_array()); /* its place is the first */
    (void)json_object_set_new(model, "kpis", key_numbers(r));
    (void)json_object_set_new(model, "totals",
                              records(r, RECORD_TOTAL, DX_FILTER(.window_ms = r->window_ms)));
    (void)json_object_set_new(model, "worse", report_worse(r, pipelines, slow));
    (void)json_object_set_new(model, "flaky", flaky(r));
    (void)json_object_set_new(model, "pools", slow);
    (void)json_object_set_new(model, "failures",
                              records(r, RECORD_FAILURE, DX_FILTER(.window_ms = r->window_ms)));
    (void)json_object_set_new(model, "tickets", report_tickets(r));
    (void)json_object_set_new(model, "ticket_days", ticket_days(r));
    (void)json_object_set_new(model, "incidents", incidents(r, sources));
    (void)json_object_set_new(
        model, "incident_tickets",
        records(r, RECORD_TICKET,
                DX_FILTER(.from_ms = from_ms, .parts = true, .done = DX_DONE_INCIDENTS)));
    (void)json_object_set_new(model, "sources", sources);
    (void)json_object_set_new(model, "summary", report_summary(model));
    json_decref(pipelines);
    return model;
}
