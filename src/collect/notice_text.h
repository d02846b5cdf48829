/* notice_text: what is said of an alert rule: the sentence, the facts for a command, and
 * the bodies of webhooks. Pure. Names are clean text, but else anything: each format has
 * them as plain text, never as markup. */
#ifndef COLLECT_NOTICE_TEXT_H
#define COLLECT_NOTICE_TEXT_H

#include "core/buf.h"
#include "model/alert_rule.h"

enum notice_about { NOTICE_FIRES, NOTICE_ENDS, NOTICE_SUMMARY };

struct notice_facts {
    enum notice_about about;
    const struct alert_rule *rule; /* NULL: a summary of several */
    const char *platform;          /* as the configuration calls it; "" */
    const char *subject;
    double value, limit; /* value NaN: no data */
    int64_t n; /* of so many jobs, runs or tickets the value is; -1: it counts by itself */
    enum dx_unit unit;
    enum dx_severity severity;
    int64_t since_ms, at_ms;
    int count;               /* of subjects; 1: subject and value are of that one */
    int fired, ended, still; /* of a summary */
    const char *title, *text;
};

/* "linux-xl (github): queue p95 12m 03s (n 84), above 10m 00s"; of what is over "linux-xl
 * (github): over after 15m 00s, queue p95 4m 00s (n 97)"; "...: no data on queue p95". facts->text
 * is not read. */
void notice_sentence(char *out, size_t cap, const struct notice_facts *facts);
/* "critical: slow queue", "over: slow queue" */
void notice_title(char *out, size_t cap, const struct notice_facts *facts);

/* "DXTOP_RULE=slow queue\n...": a line each, no value has a line break in it. */
void notice_environment(struct buf *out, const struct notice_facts *facts);
/* The body of the request, JSON. */
void notice_body(struct buf *out, enum webhook webhook, const struct notice_facts *facts);

#endif
