/* report_html: the page and its sections. */
#ifndef APP_REPORT_HTML_H
#define APP_REPORT_HTML_H

#include "app/report.h"
#include "app/report_markup.h"

enum { REPORT_ROWS = 12, REPORT_SLOTS = 744 }; /* rows of a table; points of a chart */

struct report_page {
    struct buf *out;
    const json_t *model;
    int64_t now_ms, window_ms;
    int charts;       /* so far */
    double goal, bad; /* of waits: the target of queue_p95 */
};

/* The points of two windows, each behind the other: slots of a step that end at `end_ms`. */
struct report_slots {
    double now[REPORT_SLOTS], before[REPORT_SLOTS];
    size_t count;
    int64_t step_ms, end_ms;
};
void report_slots_fill(struct report_slots *slots, const struct report_page *page,
                       const json_t *points, const char *key, int64_t step_ms);
/* A table: its heads end at name == NULL; class: "n" of numbers, "bar" of a picture, whose name
 * is not shown. At its end "12 of 14", where rows were left out. */
struct report_head {
    const char *name, *class;
};
void report_table(struct report_page *page, const char *caption, const struct report_head *heads);
void report_table_end(struct report_page *page, size_t count);
void report_cell(struct report_page *page, const char *unit, double value, const char *class);
void report_cell_count(struct report_page *page, const json_t *record, const char *key);
/* The head of a section, and what is said of it; then "–" where there is nothing: false. */
bool report_section(struct report_page *page, const char *title, const char *about, size_t count);
void report_section_end(struct report_page *page);
/* "Wed 18" ... under a chart of the window; brief: "Wed". */
void report_put_days(struct report_page *page, bool brief);
/* At the right of a plot; at: how far down, 0 to 1. */
void report_label(struct report_page *page, double at, const char *text);

void report_tiles(struct report_page *page);       /* report_tiles.c */
void report_definitions(struct report_page *page); /* likewise */
void report_ci(struct report_page *page);          /* report_ci.c: worse, totals, flaky, causes */
void report_pools(struct report_page *page);       /* report_pools.c */
void report_people(struct report_page *page);      /* report_people.c: tickets, incidents */

#endif
