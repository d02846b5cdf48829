/* report_people: what reached people: tickets, and incidents. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/report_html.h"

enum { DAYS_MOST = 31, SPANS_MOST = 200 };

/* ---- tickets ---- */

static void put_ticket_days(struct report_page *page)
{
    const json_t *list = json_object_get(page->model, "ticket_days"), *day;
    size_t count = json_array_size(list), skip = count > DAYS_MOST ? count - DAYS_MOST : 0, i;
    double opened[DAYS_MOST], closed[DAYS_MOST];
    struct report_pairs pairs = { .title = "Tickets opened and closed, by day",
                                  .first = opened,
                                  .second = closed };
    struct buf course, days;
    char text[REPORT_TEXT];
    double most = 0.;

    if (count == 0)
        return;
    buf_init(&course, 16 << 10);
    buf_init(&days, 16 << 10);
    json_array_foreach (list, i, day) {
        int64_t at_ms = report_time(day, "at") - 1;

        if (i < skip)
            continue;
        opened[i - skip] = report_number(day, "opened");
        closed[i - skip] = report_number(day, "closed");
        most = fmax(most, fmax(opened[i - skip], closed[i - skip]));
        (void)buf_print(&course, "%s: %.0f opened, %.0f closed; ", report_day(text, at_ms),
                        opened[i - skip], closed[i - skip]);
        markup(&days, "<span>$</span>",
               count > 10 ? report_day(text, at_ms) + 4 : report_day(text, at_ms));
    }
    pairs.id = ++page->charts;
    pairs.count = count - skip;
    pairs.course = course.bytes;
    (void)buf_text(page->out, "<p class=\"dim\"><span class=\"key quiet\"></span>opened &#160; "
                              "<span class=\"key other\"></span>closed, by day</p>\n<figure>"
                              "<div class=\"plot\">");
    report_pairs(page->out, &pairs);
    report_label(page, 0.05, report_value(text, "count", most));
    (void)buf_text(page->out, "</div>");
    (void)buf_print(page->out, "<div class=\"days\" aria-hidden=\"true\">%s</div></figure>\n",
                    days.bytes);
    buf_done(&course);
    buf_done(&days);
}

static void put_group(struct report_page *page, const json_t *group)
{
    const char *category = report_text(group, "category");

    markup(page->out, "<tr><th scope=\"row\">$</th>", *category ? category : "–");
    report_cell_count(page, group, "opened");
    report_cell_count(page, group, "closed");
    report_cell_count(page, group, "sla_breached");
    report_cell_count(page, group, "open");
    (void)buf_text(page->out, "</tr>\n");
}

static void put_tickets(struct report_page *page)
{
    static const struct report_head heads[] = { { "Category", "" },  { "Opened", "n" },
                                                { "Closed", "n" },   { "SLA passed", "n" },
                                                { "Open now", "n" }, { NULL, NULL } };
    const json_t *list = json_object_get(page->model, "tickets"), *group;
    size_t i;

    if (report_section(page, "Tickets", NULL, json_array_size(list))) {
        put_ticket_days(page);
        report_table(page, NULL, heads);
        json_array_foreach (list, i, group) {
            if (i < REPORT_ROWS)
                put_group(page, group);
        }
        report_table_end(page, json_array_size(list));
    }
    report_section_end(page);
}

/* ---- incidents ---- */

static void put_lane(struct report_page *page, const json_t *list)
{
    struct report_span spans[SPANS_MOST];
    const int64_t from_ms = page->now_ms - page->window_ms;
    const json_t *one;
    size_t count = 0, i;

    json_array_foreach (list, i, one) {
        double since = (double)(report_time(one, "since") - from_ms);

        if (count == SPANS_MOST)
            break;
        spans[count++] = (struct report_span){ since / (double)page->window_ms,
                                               (since + 1e3 * report_number(one, "duration_s")) /
                                                   (double)page->window_ms };
    }
    (void)buf_text(page->out, "<figure class=\"lane\"><div class=\"plot\">");
    report_lane(page->out, ++page->charts, "When there was an incident", spans, count, 7);
    (void)buf_text(page->out, "</div>");
    report_put_days(page, false);
    (void)buf_text(page->out, "</figure>\n");
}

static void put_incident(struct report_page *page, const json_t *one)
{
    const json_t *labels = json_object_get(one, "labels");
    char at[REPORT_TEXT];

    markup(page->out, "<tr><th scope=\"row\">$</th><td class=\"n\">$</td>",
           report_text(labels, "category"), report_moment(at, report_time(one, "since")));
    report_cell(page, "seconds", report_number(one, "duration_s"), "");
    markup(page->out,
           "<td class=\"less\">$</td><td class=\"n less\">$</td><td class=\"text less "
           "dim\"><span>$</span></td></tr>\n",
           report_lasts(page->model, one), report_text(labels, "projects"), report_seen(one));
}

static void put_platform(struct report_page *page, const json_t *list)
{
    static const struct report_head heads[] = {
        { "Incident", "" },  { "Since", "n" },         { "Lasted", "n" },
        { "State", "less" }, { "Projects", "n less" }, { "The last of it", "less" },
        { NULL, NULL }
    };
    const json_t *one;
    size_t i;

    put_lane(page, list);
    report_table(page, NULL, heads);
    json_array_foreach (list, i, one) {
        if (i < REPORT_ROWS)
            put_incident(page, one);
    }
    report_table_end(page, json_array_size(list));
}

static void put_incident_tickets(struct report_page *page, const json_t *list)
{
    static const struct report_head heads[] = { { "Ticket", "" },
                                                { "Opened", "n less" },
                                                { "Resolved after", "n" },
                                                { "Title", "" },
                                                { NULL, NULL } };
    const json_t *one;
    char at[REPORT_TEXT];
    size_t i;

    report_table(page, "Incidents that were resolved as tickets", heads);
    json_array_foreach (list, i, one) {
        if (i >= REPORT_ROWS)
            break;
        markup(page->out, "<tr><th scope=\"row\">$</th><td class=\"n less\">$</td>",
               report_text(one, "key"), report_moment(at, report_time(one, "created_at")));
        report_cell(page, "seconds", 60. * report_number(one, "lead_min"), "");
        markup(page->out, "<td class=\"text\">$</td></tr>\n", report_text(one, "title"));
    }
    report_table_end(page, json_array_size(list));
}

static void put_incidents(struct report_page *page)
{
    const json_t *seen = json_object_get(page->model, "incidents");
    const json_t *resolved = json_object_get(page->model, "incident_tickets");

    (void)report_section(page, "Incidents",
                         "Failures of the platform that showed in several places at once.",
                         json_array_size(seen) + json_array_size(resolved));
    if (json_array_size(seen) > 0)
        put_platform(page, seen);
    if (json_array_size(resolved) > 0)
        put_incident_tickets(page, resolved);
    report_section_end(page);
}

void report_people(struct report_page *page)
{
    put_tickets(page);
    put_incidents(page);
}
