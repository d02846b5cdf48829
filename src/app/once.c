/* once: poll every source once (not with --offline), print what the store then holds, and end.
 * Runs, jobs and tickets are those of the last 24 hours. */
#include "config.h"

#include <stdio.h>

#include "app/aside.h"
#include "app/export.h"
#include "app/once_text.h"
#include "app/records.h"
#include "core/letters.h"

#define WINDOW_MS INT64_C(86400000)

const char *const once_formats[] = { "json", "text", NULL };

struct printing {
    FILE *out;
    const struct reader *reader;
    struct once_text text; /* what its lines are made of */
    bool as_text;
    int64_t now_ms;
};

/* A record a line, so that a store of any size passes through. */
static void print_kind(struct printing *p, enum record_type type)
{
    const struct rows_ops *ops = p->reader->ops;
    /* Without a from, alerts that ended are left out. */
    const bool ended = type == RECORD_RUN || type == RECORD_JOB || type == RECORD_TICKET;
    void *rows = p->reader->open(p->reader->self, record_kinds[type].query,
                                 DX_FILTER(.from_ms = ended ? p->now_ms - WINDOW_MS : 0,
                                           .window_ms = WINDOW_MS, .parts = true),
                                 p->now_ms);
    const struct record_row row = { ops, rows, p->now_ms, WINDOW_MS };
    const char *comma = "";

    if (!p->as_text)
        (void)fprintf(p->out, ",\n  \"%s\": [", record_kinds[type].name);
    while (ops->next(rows)) {
        json_t *record = record_json(type, &row);

        if (p->as_text) {
            once_text_record(&p->text, type, record);
        } else {
            (void)fprintf(p->out, "%s\n    ", comma);
            (void)json_dumpf(record, p->out, JSON_REAL_PRECISION((unsigned)record_digits(record)));
        }
        comma = ",";
        json_decref(record);
    }
    ops->close(rows);
    if (p->as_text)
        once_text_end(&p->text, type);
    else
        (void)fputs(*comma ? "\n  ]" : "]", p->out);
}

static void print_all(struct printing *p)
{
    static const enum record_type order[] = {
        RECORD_SOURCE,  RECORD_KPI,   RECORD_TOTAL,  RECORD_POOL, RECORD_PIPELINE, RECORD_FLAKY,
        RECORD_FAILURE, RECORD_ALERT, RECORD_SERIES, RECORD_RUN,  RECORD_JOB,      RECORD_TICKET,
    };
    char now[TIME_TEXT];

    if (!p->as_text)
        (void)fprintf(p->out, "{\n  \"generated_at\": \"%s\",\n  \"window_s\": %lld",
                      time_format(now, p->now_ms), (long long)(WINDOW_MS / 1000));
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        print_kind(p, order[i]);
    if (!p->as_text)
        (void)fputs("\n}\n", p->out);
}

int once_run(struct app *app)
{
    int status = app->arguments.offline ? EXIT_OK : app_collect_once(app, app->arguments.wait);
    struct aside aside;

    if (status == EXIT_USAGE)
        return status;
    if (!aside_open(&aside, app))
        return EXIT_FAILED;
    struct printing p = { .out = aside.file,
                          .reader = &aside.reader,
                          .text = { .out = aside.file },
                          .as_text = app->arguments.format == 1,
                          .now_ms = aside.now_ms };

    print_all(&p);
    return aside_print(&aside, app, p.as_text ? letters_out() : stdout) ? status : EXIT_FAILED;
}
