/* report_tiles: key numbers as tiles, and what each of them means. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report_html.h"
#include "core/text.h"
#include "core/time.h"

/* "Wed 18: 5m 2s, ..." for those who do not see the chart; of many points their highest. */
static void put_course(struct buf *course, const struct report_slots *slots, const char *unit)
{
    char day[REPORT_TEXT], value[REPORT_TEXT];
    size_t known = 0;

    for (size_t i = 0; i < slots->count; i++) {
        int64_t at_ms = slots->end_ms - (int64_t)(slots->count - i) * slots->step_ms;

        if (isnan(slots->now[i]))
            continue;
        (void)buf_print(course, "%s%s: %s", known++ > 0 ? ", " : "",
                        slots->step_ms == DAY_MS ? report_day(day, at_ms)
                                                 : report_clock(day, at_ms),
                        report_value(value, unit, slots->now[i]));
    }
    if (known == 0)
        (void)buf_text(course, "nothing is known");
    (void)buf_text(course, "; the line is the window before");
}

static bool any(const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isnan(values[i]))
            return true;
    return false;
}

static void put_chart(struct report_page *page, const json_t *kpi)
{
    const int64_t step_ms = page->window_ms > DAY_MS ? DAY_MS : HOUR_MS;
    const bool share = strcmp(report_text(kpi, "unit"), "share") == 0;
    struct report_slots slots;
    struct buf course;
    char name[180], title[sizeof(name) + 20];

    report_slots_fill(&slots, page, json_object_get(kpi, "points"), "value", step_ms);
    if (!any(slots.now, slots.count))
        return;
    buf_init(&course, 16 << 10);
    put_course(&course, &slots, report_text(kpi, "unit"));
    text_copy(name, sizeof(name), report_text(kpi, "name"));
    (void)snprintf(title, sizeof(title), "%s, by %s", name, step_ms == DAY_MS ? "day" : "hour");
    (void)buf_text(page->out, "<figure>");
    report_chart(page->out, &(struct report_chart){
                                .id = ++page->charts,
                                .title = title,
                                .course = course.bytes,
                                .now = slots.now,
                                .before = slots.before,
                                .count = slots.count,
                                .goal = report_number(kpi, "target"),
                                .bad = report_number(kpi, "target_bad"),
                                .floor = strcmp(report_text(kpi, "target_is"), "at least") == 0,
                                .share = share });
    (void)buf_text(page->out, "</figure>");
    buf_done(&course);
}

/* Of a number that is as it is now: against how long ago. */
static void put_before(struct report_page *page, const json_t *kpi)
{
    const bool now = strcmp(report_text(kpi, "window"), "now") == 0;
    char before[REPORT_TEXT], span[REPORT_TEXT], n[REPORT_TEXT];

    markup(page->out, "<p class=\"more\">n $", report_whole(n, kpi, "n"));
    (void)report_value(before, report_text(kpi, "unit"), report_number(kpi, "previous"));
    (void)report_kpi_window(span, kpi, "previous_window");
    if (!now && json_is_number(json_object_get(kpi, "previous")))
        markup(page->out, " · before: $ in $, n $", before, span,
               report_whole(n, kpi, "previous_n"));
    else if (json_is_number(json_object_get(kpi, "previous")))
        markup(page->out, " · $ ago: $", span, before);
    if (*report_text(kpi, "note"))
        markup(page->out, " · $", report_text(kpi, "note"));
    (void)buf_text(page->out, "</p>");
}

static void put_tile(struct report_page *page, const json_t *kpi)
{
    const char *state = report_text(kpi, "state");
    char text[REPORT_TEXT], trend[REPORT_TEXT];

    markup(page->out,
           "<article class=\"tile $\"><h3><span class=\"mark $\" aria-hidden=\"true\">$</span>"
           "<span>$<span class=\"unseen\">: $</span></span><small>$</small></h3>",
           state, state, report_glyph(state), report_text(kpi, "name"), report_word(state),
           report_kpi_window(text, kpi, "window"));
    (void)buf_text(page->out, "<p class=\"value\"><b>");
    markup_value(page->out, report_kpi_value(text, kpi));
    (void)report_trend(trend, kpi);
    markup(page->out, "</b></p><p class=\"row\"><span class=\"$\">$</span><span>$</span></p>",
           report_is_worse(kpi) ? "worse" : "better", *trend ? trend : "–", report_goal(text, kpi));
    put_chart(page, kpi);
    put_before(page, kpi);
    (void)buf_text(page->out, "</article>\n");
}

void report_tiles(struct report_page *page)
{
    const json_t *list = json_object_get(page->model, "kpis"), *kpi;
    size_t i;

    (void)buf_text(page->out, "<section>\n<h2>Key numbers</h2>\n");
    if (json_array_size(list) == 0) {
        (void)buf_text(page->out, "<p class=\"dim\">–</p>\n</section>\n");
        return;
    }
    markup(page->out,
           "<p><span class=\"key quiet\"></span>the window, by $ <span class=\"key line\"></span> "
           "the one before; what is past the goal is coloured</p>\n<div class=\"tiles\">\n",
           page->window_ms > DAY_MS ? "day" : "hour");
    json_array_foreach (list, i, kpi) {
        put_tile(page, kpi);
    }
    (void)buf_text(page->out, "</div>\n</section>\n");
}

void report_definitions(struct report_page *page)
{
    const json_t *list = json_object_get(page->model, "kpis"), *kpi;
    size_t i;

    if (json_array_size(list) == 0)
        return;
    (void)buf_text(page->out,
                   "<section class=\"part\">\n<h2>What the key numbers mean</h2>\n<dl>\n");
    json_array_foreach (list, i, kpi) {
        markup(page->out, "<div><dt>$</dt><dd>$</dd></div>\n", report_text(kpi, "name"),
               report_text(kpi, "definition"));
    }
    (void)buf_text(page->out, "</dl>\n</section>\n");
}
