/* report_md: the report as Markdown, as GitHub shows it. Names stand in code spans,
 * in which nothing is markup, a mention or a link. */
#include "config.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "app/report.h"
#include "app/report_markup.h"

enum { ROWS = 12 };

/* ---- text from outside ---- */

static size_t longest_run(const char *text, char c)
{
    size_t most = 0, run = 0;

    for (; *text; text++) {
        run = *text == c ? run + 1 : 0;
        most = run > most ? run : most;
    }
    return most;
}

/* As code; a bar would end the cell even there. */
static void put_code(struct buf *out, const char *text)
{
    size_t fence = longest_run(text, '`') + 1;
    const bool apart = text[0] == '`' || (*text && text[strlen(text) - 1] == '`');

    if (!*text) {
        (void)buf_text(out, "–");
        return;
    }
    for (size_t i = 0; i < fence; i++)
        (void)buf_add(out, "`", 1);
    if (apart)
        (void)buf_add(out, " ", 1);
    for (; *text; text++) {
        if (*text == '|')
            (void)buf_add(out, "\\", 1);
        (void)buf_add(out, text, 1);
    }
    if (apart)
        (void)buf_add(out, " ", 1);
    for (size_t i = 0; i < fence; i++)
        (void)buf_add(out, "`", 1);
}

/* In a sentence: every sign that means something is taken as it is; behind @ and # stands a
 * character of no width, as GitHub makes mentions and references of escaped ones, too. */
static void put_plain(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (strchr("\\`*_{}[]<>()#+!|~@:&^$=", *text))
            (void)buf_add(out, "\\", 1);
        (void)buf_add(out, text, 1);
        if (*text == '@' || *text == '#')
            (void)buf_text(out, "\xE2\x81\xA0");
        if (strncmp(text, "www.", 4) == 0)
            (void)buf_text(out, "\xE2\x81\xA0");
    }
}

/* '$': an argument as code, '~': as it is in a sentence. */
static void md(struct buf *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (; *format; format++) {
        if (*format == '$')
            put_code(out, va_arg(args, const char *));
        else if (*format == '~')
            put_plain(out, va_arg(args, const char *));
        else
            (void)buf_add(out, format, 1);
    }
    va_end(args);
}

struct words { /* several values of a row at once */
    char text[8][REPORT_TEXT];
};

static const char *value(struct words *w, int i, const char *unit, double number)
{
    return report_value(w->text[i], unit, number);
}

static const char *whole(struct words *w, int i, const json_t *record, const char *key)
{
    return report_whole(w->text[i], record, key);
}

/* The head of its table, or what is said where there are no rows. */
static const json_t *list_or(const json_t *model, const char *key, struct buf *out,
                             const char *head, const char *nothing)
{
    const json_t *list = json_object_get(model, key);

    (void)buf_text(out, json_array_size(list) == 0 ? nothing : head);
    return list;
}

static const json_t *list_of(const json_t *model, const char *key, struct buf *out,
                             const char *head)
{
    return list_or(model, key, out, head, "–\n");
}

static void put_rest(struct buf *out, const json_t *list)
{
    if (json_array_size(list) > ROWS)
        (void)buf_print(out, "\n%d of %zu\n", ROWS, json_array_size(list));
}

/* ---- sections ---- */

static void put_head(struct buf *out, const json_t *model)
{
    const json_t *list = json_object_get(model, "summary"), *one;
    int64_t now_ms = report_time(model, "generated_at");
    int64_t last_ms = report_data_ms(json_object_get(model, "sources"));
    struct words w = { 0 };
    size_t i;

    md(out, "# ~\n\n", report_text(model, "title"));
    md(out, "~ – ~ UTC~", report_moment(w.text[0], report_time(model, "from")),
       report_moment(w.text[1], now_ms), report_against(w.text[2], model));
    if (last_ms == 0)
        (void)buf_text(out, " · no source has answered yet");
    else if (report_is_old(last_ms, now_ms))
        md(out, " · **data as of ~**", report_moment(w.text[3], last_ms));
    (void)buf_text(out, "\n\n");
    json_array_foreach (list, i, one) {
        md(out, "- ~ ~\n", report_glyph(report_text(one, "state")), report_text(one, "text"));
    }
}

static void put_kpis(struct buf *out, const json_t *model)
{
    const json_t *list, *kpi;
    size_t i;

    (void)buf_text(out, "\n## Key numbers\n\n");
    list = list_of(model, "kpis", out,
                   "| | Key number | Value | Trend | Goal | n | Window | Before |\n"
                   "|---|---|--:|--:|--:|--:|--:|--:|\n");
    json_array_foreach (list, i, kpi) {
        struct words w = { 0 };
        const char *trend = report_trend(w.text[1], kpi), *goal = report_goal(w.text[2], kpi);

        md(out, "| ~ | ~ | ~ | ~ | ~ | ~ | ~ | ~ |\n", report_glyph(report_text(kpi, "state")),
           report_text(kpi, "name"), report_kpi_value(w.text[0], kpi), *trend ? trend : "–",
           *goal ? goal : "–", whole(&w, 3, kpi, "n"), report_kpi_window(w.text[4], kpi, "window"),
           value(&w, 5, report_text(kpi, "unit"), report_number(kpi, "previous")));
    }
}

static void put_worse(struct buf *out, const json_t *model)
{
    static const char *const kinds[][2] = { { "duration", "median duration" },
                                            { "job_duration", "job, median" },
                                            { "success_rate", "success rate" },
                                            { "queue_p95", "queue p95" } };
    const json_t *list, *one;
    size_t i;

    (void)buf_text(out, "\n## What got worse\n\n");
    list = list_or(model, "worse", out,
                   "| Where | What | Before | Now | n | n before |\n|---|---|--:|--:|--:|--:|\n",
                   "Nothing, as far as can be told\n");
    json_array_foreach (list, i, one) {
        const char *what = report_text(one, "what"), *unit = report_text(one, "unit");
        char where[512];
        struct words w = { 0 };

        if (i >= ROWS)
            break;
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
            if (strcmp(kinds[k][0], what) == 0)
                what = kinds[k][1];
        md(out, "| $ ~ | ~ | ~ | ~ | ~ | ~ |\n", report_what(where, sizeof(where), one),
           report_text(one, "source"), what, value(&w, 0, unit, report_number(one, "before")),
           value(&w, 1, unit, report_number(one, "value")), whole(&w, 2, one, "n"),
           whole(&w, 3, one, "n_before"));
    }
    put_rest(out, list);
}

static void put_totals(struct buf *out, const json_t *model)
{
    const json_t *list, *one;
    size_t i;

    (void)buf_text(out, "\n## Runs of CI\n\n");
    list = list_of(model, "totals", out,
                   "| Runs of | n | Success | Before | First try | Platform |\n"
                   "|---|--:|--:|--:|--:|--:|\n");
    json_array_foreach (list, i, one) {
        struct words w = { 0 };

        md(out, "| ~ | ~ | ~ | ~ | ~ | ~ to ~ |\n", report_text(one, "part"),
           whole(&w, 0, one, "n"), value(&w, 1, "share", report_number(one, "success_rate")),
           value(&w, 2, "share", report_number(one, "success_before")),
           value(&w, 3, "share", report_number(one, "first_attempt_rate")),
           value(&w, 4, "share", report_number(one, "platform_rate_low")),
           value(&w, 5, "share", report_number(one, "platform_rate_high")));
    }
}

static void put_flaky(struct buf *out, const json_t *model)
{
    const json_t *list, *one;
    size_t i;

    (void)buf_text(out, "\n## Flaky jobs\n\n");
    list = list_of(model, "flaky", out,
                   "| Job | State | Lost in 14 d | Rate | Commits |\n|---|---|--:|--:|--:|\n");
    json_array_foreach (list, i, one) {
        char where[512];
        struct words w = { 0 };

        if (i >= ROWS)
            break;
        md(out, "| $ ~ | ~ | ~ | ~ | ~ of ~ |\n", report_what(where, sizeof(where), one),
           report_text(one, "source"), report_text(one, "state"),
           value(&w, 0, "seconds", 60. * report_number(one, "lost_min")),
           value(&w, 1, "share", report_number(one, "rate")), whole(&w, 2, one, "failed"),
           whole(&w, 3, one, "n"));
    }
    put_rest(out, list);
}

static void put_pools(struct buf *out, const json_t *model)
{
    const json_t *list, *one;
    size_t i;

    (void)buf_text(out, "\n## The slowest pools\n\n");
    list = list_of(model, "pools", out,
                   "| Pool | p50 | p95 | p95 before | p99 | n | Never started | Wait now | Runners "
                   "|\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    json_array_foreach (list, i, one) {
        struct words w = { 0 };

        if (i >= ROWS)
            break;
        md(out, "| $ ~ | ~ | ~ | ~ | ~ | ~ | ~ | ~ | ~ |\n", report_text(one, "pool"),
           report_text(one, "source"), value(&w, 0, "seconds", report_number(one, "p50_s")),
           value(&w, 1, "seconds", report_number(one, "p95_s")),
           value(&w, 2, "seconds", report_number(one, "p95_before_s")),
           value(&w, 3, "seconds", report_number(one, "p99_s")), whole(&w, 4, one, "n"),
           whole(&w, 5, one, "never_started"), whole(&w, 6, one, "waiting"),
           whole(&w, 7, one, "online"));
    }
    put_rest(out, list);
}

static void put_failures(struct buf *out, const json_t *model)
{
    const json_t *list, *one;
    size_t i;

    (void)buf_text(out, "\n## Why jobs failed\n\n");
    list = list_of(model, "failures", out,
                   "| Category | Cause | Jobs | Projects | One of them said |\n"
                   "|---|---|--:|--:|---|\n");
    json_array_foreach (list, i, one) {
        struct words w = { 0 };

        if (i >= ROWS)
            break;
        md(out, "| $ | ~ | ~ | ~ | $ |\n", report_text(one, "category"), report_text(one, "cause"),
           whole(&w, 0, one, "n"), whole(&w, 1, one, "projects"), report_text(one, "evidence"));
    }
    put_rest(out, list);
}

static void put_tickets(struct buf *out, const json_t *model)
{
    const json_t *list, *one;
    size_t i;

    (void)buf_text(out, "\n## Tickets\n\n");
    list =
        list_of(model, "tickets", out,
                "| Category | Opened | Closed | SLA passed | Open now |\n|---|--:|--:|--:|--:|\n");
    json_array_foreach (list, i, one) {
        struct words w = { 0 };

        if (i >= ROWS)
            break;
        md(out, "| $ | ~ | ~ | ~ | ~ |\n", report_text(one, "category"),
           whole(&w, 0, one, "opened"), whole(&w, 1, one, "closed"),
           whole(&w, 2, one, "sla_breached"), whole(&w, 3, one, "open"));
    }
    put_rest(out, list);
}

static void put_incidents(struct buf *out, const json_t *model)
{
    const json_t *list, *one;
    size_t i;

    (void)buf_text(out, "\n## Incidents\n\n");
    list =
        list_of(model, "incidents", out,
                "| Incident | Since | Lasted | State | The last of it |\n|---|--:|--:|---|---|\n");
    json_array_foreach (list, i, one) {
        struct words w = { 0 };

        if (i >= ROWS)
            break;
        md(out, "| $ | ~ | ~ | ~ | $ |\n", report_text(json_object_get(one, "labels"), "category"),
           report_moment(w.text[0], report_time(one, "since")),
           value(&w, 1, "seconds", report_number(one, "duration_s")), report_lasts(model, one),
           report_seen(one));
    }
    put_rest(out, list);
    list = json_object_get(model, "incident_tickets");
    if (json_array_size(list) == 0)
        return;
    (void)buf_text(out, "\n| Ticket | Opened | Resolved after | Title |\n|---|--:|--:|---|\n");
    json_array_foreach (list, i, one) {
        struct words w = { 0 };

        if (i >= ROWS)
            break;
        md(out, "| $ | ~ | ~ | $ |\n", report_text(one, "key"),
           report_moment(w.text[0], report_time(one, "created_at")),
           value(&w, 1, "seconds", 60. * report_number(one, "lead_min")),
           report_text(one, "title"));
    }
    put_rest(out, list);
}

static void put_definitions(struct buf *out, const json_t *model)
{
    const json_t *kpi;
    size_t i;

    if (json_array_size(json_object_get(model, "kpis")) == 0)
        return;
    (void)buf_text(out, "\n## What the key numbers mean\n\n");
    json_array_foreach (json_object_get(model, "kpis"), i, kpi) {
        md(out, "- **~**: ~\n", report_text(kpi, "name"), report_text(kpi, "definition"));
    }
}

static void put_sources(struct buf *out, const json_t *model)
{
    const json_t *list = json_object_get(model, "sources"), *one;
    size_t i;

    (void)buf_text(out, "\n## Sources\n\n");
    json_array_foreach (list, i, one) {
        struct words w = { 0 };

        md(out, "- $ ~, last answer ~\n", report_text(one, "source"), report_text(one, "state"),
           report_moment(w.text[0], report_time(one, "last_ok_at")));
    }
    (void)buf_text(out, json_array_size(list) == 0 ? "–\n" : "");
}

void report_md(struct buf *out, const json_t *model)
{
    put_head(out, model);
    put_kpis(out, model);
    put_worse(out, model);
    put_totals(out, model);
    put_flaky(out, model);
    put_pools(out, model);
    put_failures(out, model);
    put_tickets(out, model);
    put_incidents(out, model);
    put_definitions(out, model);
    put_sources(out, model);
}
