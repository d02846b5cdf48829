/* export: records of the store, one a line, as JSON or CSV. */
#include "config.h"

#include "app/export.h"

#include <stdio.h>

#include "app/aside.h"
#include "app/csv.h"
#include "app/records.h"
#include "derive/derive.h"

const char *const export_kinds[] = { "samples", "alerts",   "runs",    "jobs", "pools", "pipelines",
                                     "flaky",   "failures", "tickets", "kpis", "rules", NULL };
const char *const export_formats[] = { "jsonl", "csv", NULL };

static const enum record_type types[] = { RECORD_SAMPLE, RECORD_ALERT,   RECORD_RUN,
                                          RECORD_JOB,    RECORD_POOL,    RECORD_PIPELINE,
                                          RECORD_FLAKY,  RECORD_FAILURE, RECORD_TICKET,
                                          RECORD_KPI,    RECORD_RULE };

struct printing {
    FILE *out;
    const struct reader *reader;
    enum record_type type;
    bool csv;
    int64_t now_ms;
    int64_t last_ms; /* flaky: those last seen after it */
};

static void print_record(struct printing *p, json_t *record)
{
    if (p->csv) {
        csv_record(p->out, record);
    } else {
        (void)json_dumpf(record, p->out,
                         JSON_COMPACT | JSON_REAL_PRECISION((unsigned)record_digits(record)));
        (void)fputc('\n', p->out);
    }
}

static void print_rows(struct printing *p, const struct dx_filter *filter)
{
    const struct rows_ops *ops = p->reader->ops;
    void *rows = p->reader->open(p->reader->self, record_kinds[p->type].query, filter, p->now_ms);
    const struct record_row row = { ops, rows, p->now_ms, filter->window_ms };

    while (ops->next(rows)) {
        json_t *record;

        if (p->type == RECORD_FLAKY && ops->integer(rows, DX_FIELD_LAST_SEEN) <= p->last_ms)
            continue;
        record = record_json(p->type, &row);
        print_record(p, record);
        json_decref(record);
    }
    ops->close(rows);
}

/* What --since means for numbers: the windows that are no longer; of failures, the
 * window itself; of flaky jobs, those that were last seen within it. */
static void print_all(struct printing *p, const struct arguments *args)
{
    const int64_t from_ms = p->now_ms - args->since_ms;

    switch ((int)p->type) {
    case RECORD_POOL:
    case RECORD_PIPELINE:
        for (int w = 0; w < WINDOWS; w++)
            if (!args->since_given || derive_windows[w] <= args->since_ms)
                print_rows(p, DX_FILTER(.window_ms = derive_windows[w], .parts = true));
        break;
    case RECORD_FLAKY:
        p->last_ms = args->since_given ? from_ms : INT64_MIN;
        print_rows(p, DX_FILTER(.parts = true));
        break;
    case RECORD_FAILURE:
        print_rows(p, DX_FILTER(.window_ms = args->since_ms));
        break;
    default:
        print_rows(p, DX_FILTER(.from_ms = from_ms, .to_ms = p->now_ms, .parts = true));
    }
}

/* Of numbers there are windows, and none is shorter than the first. */
static bool has_window(const struct arguments *args)
{
    enum record_type type = types[args->kind];

    return (type != RECORD_POOL && type != RECORD_PIPELINE) || !args->since_given ||
           args->since_ms >= derive_windows[0];
}

int export_run(struct app *app)
{
    const struct arguments *args = &app->arguments;
    struct aside aside;
    int status;

    if (!has_window(args)) {
        (void)fputs("dxtop: --since of pools and pipelines is 1h or more: their numbers are of the"
                    " last 1h, 24h, 7d and 30d\n",
                    stderr);
        return EXIT_USAGE;
    }
    status = args->poll ? app_collect_once(app, args->wait) : EXIT_OK;
    if (status == EXIT_USAGE)
        return status;
    if (!aside_open(&aside, app))
        return EXIT_FAILED;
    struct printing p = { .out = aside.file,
                          .reader = &aside.reader,
                          .type = types[args->kind],
                          .csv = args->format == 1,
                          .now_ms = aside.now_ms };

    if (p.csv)
        csv_names(p.out, p.type);
    print_all(&p, args);
    return aside_print(&aside, app, stdout) ? status : EXIT_FAILED;
}
