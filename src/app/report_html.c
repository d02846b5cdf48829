/* report_html: one file that needs nothing else: no script, no request. */
#include "config.h"

#include "app/report_html.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"

void report_slots_fill(struct report_slots *slots, const struct report_page *page,
                       const json_t *points, const char *key, int64_t step_ms)
{
    size_t count = (size_t)(page->window_ms / step_ms), i;
    const json_t *point;

    slots->count = count < REPORT_SLOTS ? count + (count == 0) : REPORT_SLOTS;
    slots->step_ms = step_ms;
    slots->end_ms = (page->now_ms + step_ms - 1) / step_ms * step_ms;
    for (i = 0; i < slots->count; i++)
        slots->now[i] = slots->before[i] = (double)NAN;
    json_array_foreach (points, i, point) {
        int64_t behind = (slots->end_ms - report_time(point, "at")) / step_ms;
        size_t at = slots->count - 1 - (size_t)(behind % (int64_t)slots->count);

        if (behind >= 0 && behind < (int64_t)slots->count)
            slots->now[at] = report_number(point, key);
        else if (behind >= 0 && behind < 2 * (int64_t)slots->count)
            slots->before[at] = report_number(point, key);
    }
}

/* ---- tables ---- */

void report_table(struct report_page *page, const char *caption, const struct report_head *heads)
{
    (void)buf_text(page->out, "<div class=\"wide\"><table>\n");
    if (caption)
        markup(page->out, "<caption>$</caption>\n", caption);
    (void)buf_text(page->out, "<thead><tr>");
    for (const struct report_head *h = heads; h->name; h++)
        markup(page->out,
               strcmp(h->class, "bar") == 0
                   ? "<th scope=\"col\" class=\"$\"><span class=\"unseen\">$</span></th>"
                   : "<th scope=\"col\" class=\"$\">$</th>",
               h->class, h->name);
    (void)buf_text(page->out, "</tr></thead>\n<tbody>\n");
}

void report_table_end(struct report_page *page, size_t count)
{
    (void)buf_text(page->out, "</tbody></table>");
    if (count > REPORT_ROWS)
        (void)buf_print(page->out, "<p class=\"dim\">%d of %zu</p>", REPORT_ROWS, count);
    (void)buf_text(page->out, "</div>\n");
}

void report_cell(struct report_page *page, const char *unit, double value, const char *class)
{
    char text[REPORT_TEXT];

    markup(page->out, "<td class=\"n $\"><b>", class);
    markup_value(page->out, report_value(text, unit, value));
    (void)buf_text(page->out, "</b></td>");
}

void report_cell_count(struct report_page *page, const json_t *record, const char *key)
{
    report_cell(page, "count", report_number(record, key), "");
}

bool report_section(struct report_page *page, const char *title, const char *about, size_t count)
{
    markup(page->out, "<section>\n<h2>$</h2>\n", title);
    if (about)
        markup(page->out, "<p>$</p>\n", about);
    if (count == 0)
        (void)buf_text(page->out, "<p>–</p>\n");
    return count > 0;
}

void report_section_end(struct report_page *page)
{
    (void)buf_text(page->out, "</section>\n");
}

void report_put_days(struct report_page *page, bool brief)
{
    const int64_t step_ms = page->window_ms / 7;
    char day[REPORT_TEXT];

    (void)buf_text(page->out, "<div class=\"days\" aria-hidden=\"true\">");
    for (int64_t i = 0; i < 7; i++) {
        int64_t at_ms = page->now_ms - page->window_ms + i * step_ms + step_ms / 2;

        if (page->window_ms == DAY_MS)
            (void)report_clock(day, at_ms);
        else
            (void)report_day(day, at_ms);
        if (brief && page->window_ms == 7 * DAY_MS)
            day[3] = '\0';
        markup(page->out, "<span>$</span>", day);
    }
    (void)buf_text(page->out, "</div>");
}

void report_label(struct report_page *page, double at, const char *text)
{
    char place[32];

    (void)snprintf(place, sizeof(place), "%.1f%%", 100. * at);
    markup(page->out, "<span style=\"top:$\">$</span>", place, text);
}

/* ---- the head ---- */

static const char *name_of(const struct report_page *page)
{
    return page->window_ms == DAY_MS       ? "Daily report"
           : page->window_ms == 7 * DAY_MS ? "Weekly report"
                                           : "Monthly report";
}

static void put_head(struct report_page *page, const struct report_themes *themes)
{
    const char *title = report_text(page->model, "title");

    (void)buf_text(page->out,
                   "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta name=\"generator\" content=\"dxtop " PACKAGE_VERSION "\">\n");
    markup(page->out, "<title>$: $</title>\n", title, name_of(page));
    report_style(page->out, themes);
    (void)buf_text(page->out, "</head>\n<body>\n");
}

static void put_title(struct report_page *page)
{
    char from[REPORT_TEXT], to[REPORT_TEXT], data[REPORT_TEXT], against[REPORT_TEXT];
    int64_t last_ms = report_data_ms(json_object_get(page->model, "sources"));

    markup(page->out, "<header>\n<p>$</p>\n<h1>$</h1>\n<p>$ – $, up to $ UTC$", name_of(page),
           report_text(page->model, "title"), report_date(from, page->now_ms - page->window_ms),
           report_date(to, page->now_ms), report_clock(data, page->now_ms),
           report_against(against, page->model));
    if (last_ms == 0)
        (void)buf_text(page->out, " · no source has answered yet");
    else if (report_is_old(last_ms, page->now_ms))
        markup(page->out, " · <b class=\"worse\">data as of $</b>", report_moment(data, last_ms));
    (void)buf_text(page->out, "</p>\n");
}

static void put_summary(struct report_page *page)
{
    const json_t *list = json_object_get(page->model, "summary"), *one;
    size_t i;

    (void)buf_text(page->out, "<ul class=\"short\" aria-label=\"In short\">\n");
    json_array_foreach (list, i, one) {
        const char *state = report_text(one, "state");

        markup(page->out,
               "<li><span class=\"chip $\" aria-hidden=\"true\">$</span><span>"
               "<span class=\"unseen\">$: </span>$</span></li>\n",
               state, report_glyph(state), report_word(state), report_text(one, "text"));
    }
    if (json_array_size(list) == 0)
        (void)buf_text(page->out,
                       "<li><span class=\"chip\">–</span><span>Nothing is known.</span></li>\n");
    (void)buf_text(page->out, "</ul>\n</header>\n<main>\n");
}

static void put_sources(struct report_page *page)
{
    const json_t *list = json_object_get(page->model, "sources"), *one;
    char at[REPORT_TEXT];
    size_t i;

    (void)buf_text(page->out, "</main>\n<footer>\n<p>Sources: ");
    json_array_foreach (list, i, one) {
        const char *state = report_text(one, "state");

        markup(page->out, "$$ <small>$, last answer $</small>", i > 0 ? " · " : "",
               report_text(one, "source"), state,
               report_moment(at, report_time(one, "last_ok_at")));
    }
    if (json_array_size(list) == 0)
        (void)buf_text(page->out, "–");
    markup(page->out,
           "</p>\n<p>Times are UTC. – is what is not known. Made by dxtop $.</p>\n"
           "</footer>\n</body>\n</html>\n",
           PACKAGE_VERSION);
}

static void take_goal(struct report_page *page)
{
    const json_t *kpi;
    size_t i;

    page->goal = page->bad = (double)NAN;
    json_array_foreach (json_object_get(page->model, "kpis"), i, kpi) {
        if (strcmp(report_text(kpi, "id"), "queue_p95") != 0)
            continue;
        page->goal = report_number(kpi, "target");
        page->bad = report_number(kpi, "target_bad");
    }
}

void report_html(struct buf *out, const json_t *model, const struct report_themes *themes)
{
    struct report_page page = { .out = out,
                                .model = model,
                                .now_ms = report_time(model, "generated_at"),
                                .window_ms = 1000 * report_count(model, "window_s") };

    take_goal(&page);
    put_head(&page, themes);
    put_title(&page);
    put_summary(&page);
    report_tiles(&page);
    report_ci(&page);
    report_pools(&page);
    report_people(&page);
    report_definitions(&page);
    put_sources(&page);
}
