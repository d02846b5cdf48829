/* report: what happened in a window, from the store: `dxtop report`. The model is
 * JSON, made of the same queries and records as `once` and `export`; HTML and
 * Markdown are written from it, so that no format knows a number of its own. */
#ifndef APP_REPORT_H
#define APP_REPORT_H

#include <jansson.h>

#include "app/app.h"

extern const char *const report_formats[]; /* "html", "md", "json" */
enum report_format { REPORT_HTML, REPORT_MD, REPORT_JSON };

int report_run(struct app *app);

/* ---- the model: report_model.c ---- */

struct report_reading {
    const struct reader *reader;
    int64_t now_ms, window_ms; /* (now - window, now], against the window before */
    int64_t first_ms;          /* since when runs are known; 0: none is */
};
/* Yours; dxtop(1) has its keys. title: of the platform. */
json_t *report_model(const struct report_reading *reading, const char *title);

/* The same items in another order, in place of `list`; a and b: json_t *const *. */
json_t *report_sorted(json_t *list, int (*compare)(const void *a, const void *b));

/* What got worse, the most first: report_worse.c. pools, pipelines: records. */
json_t *report_worse(const struct report_reading *reading, const json_t *pipelines,
                     const json_t *pools);
/* By category, the most opened first: report_tickets.c. */
json_t *report_tickets(const struct report_reading *reading);
/* What is said first, in sentences: report_summary.c. */
json_t *report_summary(const json_t *model);

/* ---- as text ---- */

struct report_themes {
    struct theme light, dark;
};
void report_html(struct buf *out, const json_t *model, const struct report_themes *themes);
void report_md(struct buf *out, const json_t *model);
void report_json(struct buf *out, json_t *model);

#endif
