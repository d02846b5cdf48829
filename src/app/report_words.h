/* report_words: the model's values as words, for HTML and Markdown alike. */
#ifndef APP_REPORT_WORDS_H
#define APP_REPORT_WORDS_H

#include <jansson.h>

#include <dxtop/record.h>

enum { REPORT_TEXT = 96 };

const char *report_text(const json_t *record, const char *key); /* "" */
double report_number(const json_t *record, const char *key);    /* NaN */
int64_t report_time(const json_t *record, const char *key);     /* ms; 0: unknown */
json_int_t report_count(const json_t *record, const char *key); /* 0 */

/* In the unit of a record ("seconds", "share" ...): "7m 12s", "93.8 %", "1,204"; unknown "–". */
const char *report_value(char out[REPORT_TEXT], const char *unit, double value);
const char *report_whole(char out[REPORT_TEXT], const json_t *record, const char *key);
const char *report_moment(char out[REPORT_TEXT], int64_t ms);     /* "24 Nov 14:32"; "–" */
const char *report_clock(char out[REPORT_TEXT], int64_t ms);      /* "14:32" */
const char *report_day(char out[REPORT_TEXT], int64_t ms);        /* "Tue 24" */
const char *report_window(char out[REPORT_TEXT], double seconds); /* "7 d", "24 h"; 0: "now" */

/* When the last source answered, 0: none has; a report of old data is to say so. */
int64_t report_data_ms(const json_t *sources);
bool report_is_old(int64_t data_ms, int64_t now_ms);

/* What the window stands against: ", against the 7 d before"; or that there is nothing, where
 * records do not go back that far. */
const char *report_against(char out[REPORT_TEXT], const json_t *model);
/* "96.3–99.1 %", of shares; the dash where one is unknown, or is none. */
const char *report_range(char out[REPORT_TEXT], double low, double high);

/* Of a key number. */
const char *report_kpi_value(char out[REPORT_TEXT],
                             const json_t *kpi);                    /* a range, where it is one */
const char *report_goal(char out[REPORT_TEXT], const json_t *kpi);  /* "≤ 5m"; "" */
const char *report_trend(char out[REPORT_TEXT], const json_t *kpi); /* "▲ 1m 04s", "=", "" */
const char *report_kpi_window(char out[REPORT_TEXT], const json_t *kpi,
                              const char *key); /* its "window": "7 d", "now" */
bool report_is_worse(const json_t *kpi);        /* than the window before */

/* Where it is: "acme/api · test · jdk21", "linux-xl". */
const char *report_what(char *out, size_t cap, const json_t *record);
const char *report_date(char out[REPORT_TEXT], int64_t ms); /* "24 Nov 2026" */
/* "over", "goes on"; where the data is old nobody knows more than how it stood then. */
const char *report_lasts(const json_t *model, const json_t *incident);
/* Of an incident's summary what the last failure said. */
const char *report_seen(const json_t *incident);

#endif
