/* report_pools: the slowest pools: their waits hour by hour, and as numbers. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report_html.h"
#include "core/text.h"
#include "core/time.h"

enum { FIGURES = 6, COURSE = 200 };

static const char *course_of(const struct report_slots *slots, char out[COURSE])
{
    size_t most = slots->count;
    char at[REPORT_TEXT], value[REPORT_TEXT];

    for (size_t i = 0; i < slots->count; i++)
        if (!isnan(slots->now[i]) && (most == slots->count || slots->now[i] > slots->now[most]))
            most = i;
    if (most == slots->count)
        return "nobody waited";
    (void)snprintf(
        out, COURSE, "the longest %.60s, on %.60s; the line is the window before",
        report_value(value, "seconds", slots->now[most]),
        report_moment(at, slots->end_ms - (int64_t)(slots->count - most) * slots->step_ms));
    return out;
}

static void put_figure(struct report_page *page, const json_t *pool)
{
    struct report_slots slots;
    char name[200], title[sizeof(name) + 40], course[COURSE], text[REPORT_TEXT], goal[REPORT_TEXT];
    struct report_chart chart = { .id = ++page->charts, .goal = page->goal, .bad = page->bad };
    double top, at;

    report_slots_fill(&slots, page, json_object_get(pool, "points"), "p95_s", HOUR_MS);
    text_copy(name, sizeof(name), report_text(pool, "pool"));
    (void)snprintf(title, sizeof(title), "%s: p95 of waits, by hour", name);
    chart.title = title;
    chart.course = course_of(&slots, course);
    chart.now = slots.now;
    chart.before = slots.before;
    chart.count = slots.count;
    at = report_chart_goal(&chart, &top);
    markup(page->out,
           "<figure><figcaption><h3>$ <small>$</small></h3></figcaption><div class=\"plot\">",
           report_text(pool, "pool"), report_text(pool, "source"));
    report_chart(page->out, &chart);
    if (isnan(at) || at > 0.3) /* else they would stand on each other */
        report_label(page, 0.05, report_value(text, "seconds", top));
    if (!isnan(at)) {
        (void)snprintf(goal, sizeof(goal), "≤ %.80s", report_value(text, "seconds", page->goal));
        report_label(page, at, goal);
    }
    (void)buf_text(page->out, "</div>");
    report_put_days(page, true);
    (void)buf_text(page->out, "</figure>\n");
}

static const char *state_of(const struct report_page *page, double p95)
{
    return p95 > page->bad ? "bad" : p95 > page->goal ? "warn" : "";
}

static void put_row(struct report_page *page, const json_t *pool)
{
    double p95 = report_number(pool, "p95_s");

    markup(page->out, "<tr><th scope=\"row\">$ <small>$</small></th>", report_text(pool, "pool"),
           report_text(pool, "source"));
    report_cell(page, "seconds", report_number(pool, "p50_s"), "");
    report_cell(page, "seconds", p95, state_of(page, p95));
    report_cell(page, "seconds", report_number(pool, "p95_before_s"), "dim");
    report_cell(page, "seconds", report_number(pool, "p99_s"), "less");
    report_cell(page, "count", report_number(pool, "n"), "less");
    report_cell(page, "count", report_number(pool, "never_started"), "less");
    report_cell(page, "count", report_number(pool, "waiting"), "less");
    report_cell(page, "count", report_number(pool, "online"), "less");
    (void)buf_text(page->out, "</tr>\n");
}

static void put_table(struct report_page *page, const json_t *list)
{
    static const struct report_head heads[] = { { "Pool", "" },
                                                { "p50", "n" },
                                                { "p95", "n" },
                                                { "p95 before", "n" },
                                                { "p99", "n less" },
                                                { "N", "n less" },
                                                { "Never started", "n less" },
                                                { "Wait now", "n less" },
                                                { "Runners", "n less" },
                                                { NULL, NULL } };
    const json_t *pool;
    size_t i;

    report_table(page, NULL, heads);
    json_array_foreach (list, i, pool) {
        if (i < REPORT_ROWS)
            put_row(page, pool);
    }
    report_table_end(page, json_array_size(list));
}

void report_pools(struct report_page *page)
{
    const json_t *list = json_object_get(page->model, "pools"), *pool;
    size_t i;

    if (report_section(page, "The slowest pools",
                       "Waits for a runner, gates left out. Charts are the p95 of each hour, the "
                       "line is the window before.",
                       json_array_size(list))) {
        (void)buf_text(page->out, "<div class=\"figures\">\n");
        json_array_foreach (list, i, pool) {
            if (i < FIGURES && json_array_size(json_object_get(pool, "points")) > 0)
                put_figure(page, pool);
        }
        (void)buf_text(page->out, "</div>\n");
        put_table(page, list);
    }
    report_section_end(page);
}
