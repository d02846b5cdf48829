/* report_worse: what got worse against the window before: pipelines' and jobs'
 * durations by the rank test, success rates by Fisher's test, waits of pools. The
 * tests of pipelines are the store's; jobs are tested here by the same rule. */
#include "config.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/report.h"
#include "core/mem.h"
#include "insight/quantile.h"
#include "insight/rank.h"
#include "insight/reach.h"

/* A p95 of less is hardly more than the longest wait. */
enum { WAITS_LEAST = 20 };
#define WAIT_EFFECT 0.10

struct spans { /* ms */
    double *ms;
    size_t count, cap;
};
struct job_times {
    char *source, *project, *pipeline, *job;
    struct spans now, before;
};
struct all_jobs {
    struct job_times *job;
    size_t count, cap;
    json_t *index; /* names to places in `job` */
};

static double number_of(const json_t *record, const char *key)
{
    const json_t *value = json_object_get(record, key);

    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

/* "times" is what they are ordered by: how many times as long, or as many failures. */
static json_t *worse(const char *what, double value, double before, double times)
{
    return json_pack("{s:s, s:s, s:f, s:f, s:f}", "what", what, "unit",
                     strcmp(what, "success_rate") == 0 ? "share" : "seconds", "value", value,
                     "before", before, "times", times);
}

static void copy(json_t *to, const json_t *record, const char *as, const char *key)
{
    json_t *value = json_object_get(record, key);

    (void)json_object_set(to, as, value ? value : json_null());
}

/* ---- pipelines and pools, from their records ---- */

static void add_duration(json_t *list, const json_t *pipeline)
{
    double now = number_of(pipeline, "duration_p50_s");
    double before = number_of(pipeline, "duration_p50_before_s");
    const char *trend = json_string_value(json_object_get(pipeline, "duration_trend"));
    json_t *one;

    if (!trend || strcmp(trend, "slower") != 0 || !(before > 0.))
        return;
    one = worse("duration", now, before, now / before);
    copy(one, pipeline, "source", "source");
    copy(one, pipeline, "project", "project");
    copy(one, pipeline, "pipeline", "pipeline");
    copy(one, pipeline, "n", "duration_n");
    copy(one, pipeline, "n_before", "duration_n_before");
    (void)json_array_append_new(list, one);
}

static void add_success(json_t *list, const json_t *pipeline)
{
    double now = number_of(pipeline, "success_rate");
    double before = number_of(pipeline, "success_before");
    double n_before = number_of(pipeline, "success_n_before");
    json_t *one;

    if (!json_is_true(json_object_get(pipeline, "success_worse")))
        return;
    /* Where nothing failed before, one failure is taken for what did. */
    one = worse("success_rate", now, before, (1. - now) / fmax(1. - before, 1. / n_before));
    copy(one, pipeline, "source", "source");
    copy(one, pipeline, "project", "project");
    copy(one, pipeline, "pipeline", "pipeline");
    copy(one, pipeline, "n", "n");
    copy(one, pipeline, "n_before", "success_n_before");
    (void)json_array_append_new(list, one);
}

static void add_wait(json_t *list, const json_t *pool)
{
    double now = number_of(pool, "p95_s"), before = number_of(pool, "p95_before_s");
    json_t *one;

    if (!(number_of(pool, "n") >= WAITS_LEAST && number_of(pool, "n_before") >= WAITS_LEAST) ||
        !(now - before >= RANK_MIN_MS / 1e3 && now >= (1. + WAIT_EFFECT) * before))
        return;
    one = worse("queue_p95", now, before, now / fmax(before, 1.));
    copy(one, pool, "source", "source");
    copy(one, pool, "pool", "pool");
    copy(one, pool, "n", "n");
    copy(one, pool, "n_before", "n_before");
    (void)json_array_append_new(list, one);
}

/* ---- jobs ---- */

static void add_span(struct spans *spans, double ms)
{
    if (spans->count == spans->cap) {
        spans->cap = spans->cap ? 2 * spans->cap : 16;
        spans->ms = mem_grow(spans->ms, spans->cap, sizeof(*spans->ms));
    }
    spans->ms[spans->count++] = ms;
}

static struct job_times *job_of(struct all_jobs *all, const struct rows_ops *ops, const void *rows)
{
    static const enum dx_field fields[] = { DX_FIELD_SOURCE, DX_FIELD_PROJECT, DX_FIELD_PIPELINE,
                                            DX_FIELD_NAME };
    char *name[4];
    char *key;
    json_t *place;

    for (int i = 0; i < 4; i++)
        name[i] = mem_text(ops->text(rows, fields[i]));
    key = mem_print("%s\n%s\n%s\n%s", name[0], name[1], name[2], name[3]);
    place = json_object_get(all->index, key);
    if (!place) {
        if (all->count == all->cap) {
            all->cap = all->cap ? 2 * all->cap : 64;
            all->job = mem_grow(all->job, all->cap, sizeof(*all->job));
        }
        (void)json_object_set_new(all->index, key, json_integer((json_int_t)all->count));
        all->job[all->count++] = (struct job_times){
            .source = name[0], .project = name[1], .pipeline = name[2], .job = name[3]
        };
        free(key);
        return &all->job[all->count - 1];
    }
    for (int i = 0; i < 4; i++)
        free(name[i]);
    free(key);
    return &all->job[json_integer_value(place)];
}

/* Successes of known duration, as of pipelines. */
static void read_jobs(struct all_jobs *all, const struct report_reading *r)
{
    const struct rows_ops *ops = r->reader->ops;
    const int64_t from_ms = r->now_ms - r->window_ms;
    void *rows = r->reader->open(r->reader->self, DX_QUERY_JOBS,
                                 DX_FILTER(.from_ms = from_ms - r->window_ms), r->now_ms);

    while (ops->next(rows)) {
        struct job_times *job;

        if (ops->integer(rows, DX_FIELD_RESULT) != DX_RESULT_SUCCESS ||
            !ops->has(rows, DX_FIELD_DURATION))
            continue;
        job = job_of(all, ops, rows);
        add_span(ops->integer(rows, DX_FIELD_FINISHED) > from_ms ? &job->now : &job->before,
                 ops->number(rows, DX_FIELD_DURATION));
    }
    ops->close(rows);
}

static void add_job(json_t *list, struct job_times *job)
{
    double now, before;
    json_t *one;

    quantile_sort(job->now.ms, job->now.count);
    quantile_sort(job->before.ms, job->before.count);
    if (rank_change(job->now.ms, job->now.count, job->before.ms, job->before.count) <= 0)
        return;
    now = quantile(job->now.ms, job->now.count, 0.5) / 1e3;
    before = quantile(job->before.ms, job->before.count, 0.5) / 1e3;
    one = worse("job_duration", now, before, now / fmax(before, 1e-3));
    (void)json_object_set_new(one, "source", json_string(job->source));
    (void)json_object_set_new(one, "project", json_string(job->project));
    (void)json_object_set_new(one, "pipeline", json_string(job->pipeline));
    (void)json_object_set_new(one, "job", json_string(job->job));
    (void)json_object_set_new(one, "n", json_integer((json_int_t)job->now.count));
    (void)json_object_set_new(one, "n_before", json_integer((json_int_t)job->before.count));
    (void)json_array_append_new(list, one);
}

/* As of pipelines, where the window before is not known there is nothing to compare with. */
static void add_jobs(json_t *list, const struct report_reading *r)
{
    struct all_jobs all = { .index = json_object() };

    if (reaches(r->first_ms, r->now_ms - 2 * r->window_ms, r->window_ms))
        read_jobs(&all, r);
    for (size_t i = 0; i < all.count; i++) {
        struct job_times *job = &all.job[i];

        if (job->now.count > 0 && job->before.count > 0)
            add_job(list, job);
        free(job->source);
        free(job->project);
        free(job->pipeline);
        free(job->job);
        free(job->now.ms);
        free(job->before.ms);
    }
    free(all.job);
    json_decref(all.index);
}

static int by_times(const void *a, const void *b)
{
    double x = number_of(*(json_t *const *)a, "times"), y = number_of(*(json_t *const *)b, "times");

    return (x < y) - (x > y);
}

json_t *report_worse(const struct report_reading *r, const json_t *pipelines, const json_t *pools)
{
    json_t *list = json_array(), *record;
    size_t i;

    json_array_foreach (pipelines, i, record) {
        const char *part = json_string_value(json_object_get(record, "part"));

        if (!part || strcmp(part, "all") != 0)
            continue;
        add_duration(list, record);
        add_success(list, record);
    }
    json_array_foreach (pools, i, record) {
        add_wait(list, record);
    }
    add_jobs(list, r);
    return report_sorted(list, by_times);
}
