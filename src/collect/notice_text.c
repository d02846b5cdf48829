/* notice_text: what is said of an alert rule.
 *
 * Slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks; its
 * blocks have plain_text, in which nothing is markup or a mention; `text`, which is for
 * notifications, has & < > escaped.
 * Teams: https://learn.microsoft.com/connectors/teams "When a Teams webhook request is
 * received": a message with an Adaptive Card. A TextBlock reads Markdown and {{DATE()}}, a
 * RichTextBlock does not. */
#include "config.h"

#include "collect/notice_text.h"

#include <jansson.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"

static const double SPAN_MOST_S = 1e12; /* what is more is no span, as on the screen */
static const double WHOLE_LEAST = 1e5, WHOLE_MOST = 1e15; /* six digits; all that a double has */

enum { TITLE_MOST = 140, TEXT_MOST = 2900 }; /* Slack: 150 letters, 3,000 */
enum { SUBJECT_MOST = 400, SENTENCE_MOST = 600 };

/* ---- words ---- */

static const char *words_of_value(char *out, size_t cap, enum dx_unit unit, double value)
{
    char span[TIME_TEXT], share[PERCENT_TEXT];

    if (isnan(value))
        (void)snprintf(out, cap, "no data");
    else if (isinf(value))
        (void)snprintf(out, cap, "%s", value > 0 ? "+Inf" : "-Inf");
    else if (unit == DX_UNIT_SECONDS && fabs(value) < SPAN_MOST_S)
        (void)snprintf(out, cap, "%s", duration_format(span, llround(value) * 1000, true));
    else if (unit == DX_UNIT_RATIO)
        (void)snprintf(out, cap, "%s %%", text_percent(share, value * 100.));
    else if (unit == DX_UNIT_PERCENT)
        (void)snprintf(out, cap, "%s %%", text_percent(share, value));
    else
        (void)snprintf(out, cap,
                       fabs(value) >= WHOLE_LEAST && fabs(value) < WHOLE_MOST ? "%.0f" : "%.6g",
                       value);
    return out;
}

/* Of one that is past its limit by less than words say: "98.0 %, below 98.0 %" is none. */
static void words_exactly(char *out, size_t cap, enum dx_unit unit, double value)
{
    bool share = unit == DX_UNIT_RATIO || unit == DX_UNIT_PERCENT;

    (void)snprintf(out, cap, "%.8g%s", unit == DX_UNIT_RATIO ? value * 100. : value,
                   share                     ? " %"
                   : unit == DX_UNIT_SECONDS ? "s"
                                             : "");
}

static bool is_past(const struct notice_facts *f)
{
    return f->rule->is_above ? f->value > f->limit : f->value < f->limit;
}

/* A series may be of very many labels. */
static void words_of_subject(char out[SUBJECT_MOST], const char *subject)
{
    static const char more[] = "\xE2\x80\xA6";
    size_t room = strlen(subject) < SUBJECT_MOST ? SUBJECT_MOST : SUBJECT_MOST - strlen(more);

    text_copy(out, room, subject);
    if (room < SUBJECT_MOST)
        text_copy(out + strlen(out), SUBJECT_MOST - strlen(out), more);
}

void notice_sentence(char *out, size_t cap, const struct notice_facts *f)
{
    const char *what = rule_values[f->rule->value].words, *side = "limit";
    char value[48], limit[48], span[TIME_TEXT], n[32] = "";
    char subject[SUBJECT_MOST], whole[SENTENCE_MOST];

    words_of_subject(subject, f->subject);
    (void)words_of_value(value, sizeof(value), f->unit, f->value);
    (void)words_of_value(limit, sizeof(limit), f->unit, f->limit);
    if (is_past(f)) {
        side = f->rule->is_above ? "above" : "below";
        if (strcmp(value, limit) == 0)
            words_exactly(value, sizeof(value), f->unit, f->value);
    }
    if (f->n >= 0 && !isnan(f->value))
        (void)snprintf(n, sizeof(n), " (n %" PRId64 ")", f->n);
    if (f->about == NOTICE_ENDS && isnan(f->value)) /* it was about that */
        (void)snprintf(whole, sizeof(whole), "%s: over after %s, there is data", subject,
                       duration_format(span, f->at_ms - f->since_ms, true));
    else if (f->about == NOTICE_ENDS)
        (void)snprintf(whole, sizeof(whole), "%s: over after %s, %s%s%s%s", subject,
                       duration_format(span, f->at_ms - f->since_ms, true), what, *what ? " " : "",
                       value, n);
    else if (isnan(f->value))
        (void)snprintf(whole, sizeof(whole), "%s: no data%s%s", subject, *what ? " on " : "", what);
    else
        (void)snprintf(whole, sizeof(whole), "%s: %s%s%s%s, %s %s", subject, what, *what ? " " : "",
                       value, n, side, limit);
    (void)text_clean(out, cap, whole, strlen(whole)); /* no half character where it was cut */
}

void notice_title(char *out, size_t cap, const struct notice_facts *f)
{
    static const char *const severities[] = { [DX_SEVERITY_UNKNOWN] = "alert",
                                              [DX_SEVERITY_INFO] = "info",
                                              [DX_SEVERITY_WARNING] = "warning",
                                              [DX_SEVERITY_CRITICAL] = "critical" };

    if (f->about == NOTICE_SUMMARY)
        (void)snprintf(out, cap, "in quiet hours: %d fired, %d ended, %d still fire%s", f->fired,
                       f->ended, f->still, f->still == 1 ? "s" : "");
    else
        (void)snprintf(out, cap, "%s: %.60s",
                       f->about == NOTICE_ENDS ? "over" : severities[f->severity], f->rule->name);
}

static const char *const kinds[] = { "kpi", "pool", "pipeline", "query" };
static const char *const states[] = { "firing", "ended", "summary" };

static const char *unit_of(const struct notice_facts *f)
{
    if (f->unit == DX_UNIT_SECONDS)
        return "seconds";
    return f->unit == DX_UNIT_RATIO ? "share" : "";
}

/* ---- a command's environment ---- */

static void fact(struct buf *out, const char *name, const char *value)
{
    char clean[TEXT_MOST + 1];

    (void)text_clean(clean, sizeof(clean), value, strlen(value));
    (void)buf_print(out, "DXTOP_%s=%s\n", name, clean);
}

static void number(struct buf *out, const char *name, double value)
{
    char text[48] = "";

    if (isinf(value))
        (void)snprintf(text, sizeof(text), "%s", value > 0 ? "+Inf" : "-Inf");
    else if (!isnan(value))
        (void)snprintf(text, sizeof(text), "%.10g", value);
    fact(out, name, text);
}

static const char *severity_of(const struct notice_facts *f)
{
    return f->severity > DX_SEVERITY_UNKNOWN ? rule_severities[f->severity - 1] : "";
}

void notice_environment(struct buf *out, const struct notice_facts *f)
{
    const struct alert_rule *rule = f->rule;
    char at[TIME_TEXT];

    fact(out, "STATE", states[f->about]);
    fact(out, "PLATFORM", f->platform);
    fact(out, "TITLE", f->title);
    fact(out, "SUMMARY", f->text);
    fact(out, "SEVERITY", severity_of(f));
    fact(out, "RULE", rule ? rule->name : "");
    fact(out, "SUBJECT", f->subject);
    fact(out, "KIND", rule ? kinds[rule->on] : "");
    number(out, "COUNT", f->count);
    number(out, "VALUE", f->value);
    number(out, "LIMIT", f->limit);
    fact(out, "UNIT", unit_of(f));
    number(out, "N", f->n >= 0 ? (double)f->n : (double)NAN);
    fact(out, "SINCE", time_format(at, f->since_ms));
    fact(out, "AT", time_format(at, f->at_ms));
    if (f->about != NOTICE_SUMMARY)
        return;
    number(out, "FIRED", f->fired);
    number(out, "ENDED", f->ended);
    number(out, "STILL", f->still);
}

/* ---- bodies ---- */

static json_t *text_of(const char *text, size_t most)
{
    char part[TEXT_MOST + 1];

    (void)text_clean(part, most < sizeof(part) ? most : sizeof(part), text, strlen(text));
    return json_string(part);
}

/* "dxtop · acme platform · since 2026-11-24T14:32:07Z" */
static json_t *foot(const struct notice_facts *f)
{
    char since[TIME_TEXT], text[256];

    (void)snprintf(text, sizeof(text), "dxtop%s%.80s%s%s", *f->platform ? " \xC2\xB7 " : "",
                   f->platform, f->since_ms > 0 ? " \xC2\xB7 since " : "",
                   time_format(since, f->since_ms));
    return text_of(text, sizeof(text));
}

/* What Slack would take for markup or a mention. */
static const char *slack_word(char letter)
{
    switch (letter) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    default:
        return "";
    }
}

static json_t *slack_text(const struct notice_facts *f)
{
    char whole[TITLE_MOST + TEXT_MOST];
    struct buf out;
    json_t *text;

    (void)snprintf(whole, sizeof(whole), "%s: %s", f->title, f->text);
    buf_init(&out, 6 * sizeof(whole));
    for (const char *c = whole; *c; c++) {
        const char *word = slack_word(*c);

        if (*word && out.len + strlen(word) > TEXT_MOST)
            break; /* half a word would be read as letters */
        if (*word)
            (void)buf_text(&out, word);
        else
            (void)buf_add(&out, c, 1);
    }
    text = text_of(out.bytes ? out.bytes : "", SIZE_MAX);
    buf_done(&out);
    return text;
}

static json_t *slack_plain(json_t *text)
{
    return json_pack("{s:s, s:o, s:b}", "type", "plain_text", "text", text, "emoji", 0);
}

static json_t *slack(const struct notice_facts *f)
{
    return json_pack("{s:o, s:[{s:s, s:o}, {s:s, s:o}, {s:s, s:[o]}]}", "text", slack_text(f),
                     "blocks", "type", "header", "text", slack_plain(text_of(f->title, TITLE_MOST)),
                     "type", "section", "text", slack_plain(text_of(f->text, TEXT_MOST)), "type",
                     "context", "elements", slack_plain(foot(f)));
}

static json_t *teams_run(json_t *text, const char *weight, const char *colour)
{
    return json_pack("{s:s, s:[{s:s, s:o, s:s, s:s}]}", "type", "RichTextBlock", "inlines", "type",
                     "TextRun", "text", text, "weight", weight, "color", colour);
}

static json_t *teams(const struct notice_facts *f)
{
    const char *colour = f->severity == DX_SEVERITY_CRITICAL ? "Attention" : "Warning";
    json_t *card;

    if (f->about == NOTICE_ENDS)
        colour = "Good";
    if (f->severity <= DX_SEVERITY_INFO && f->about != NOTICE_ENDS)
        colour = "Default";
    card = json_pack("{s:s, s:s, s:s, s:o, s:[o, o, o]}", "$schema",
                     "http://adaptivecards.io/schemas/adaptive-card.json", "type", "AdaptiveCard",
                     "version", "1.4", "fallbackText", text_of(f->title, TITLE_MOST), "body",
                     teams_run(text_of(f->title, TITLE_MOST), "Bolder", colour),
                     teams_run(text_of(f->text, TEXT_MOST), "Default", "Default"),
                     teams_run(foot(f), "Lighter", "Default"));
    return json_pack("{s:s, s:[{s:s, s:n, s:o}]}", "type", "message", "attachments", "contentType",
                     "application/vnd.microsoft.card.adaptive", "contentUrl", "content", card);
}

/* JSON has no word for it: as in exports. */
static json_t *json_value(double value)
{
    if (isinf(value))
        return json_string(value > 0 ? "+Inf" : "-Inf");
    return isnan(value) ? json_null() : json_real(value);
}

static json_t *plain(const struct notice_facts *f)
{
    const struct alert_rule *rule = f->rule;
    char since[TIME_TEXT], at[TIME_TEXT];
    json_t *body = json_pack(
        "{s:i, s:s, s:o, s:o, s:o, s:s, s:o, s:o, s:i, s:s, s:o, s:o, s:o, s:s, s:s, s:s}",
        "version", 1, "state", states[f->about], "platform", text_of(f->platform, TITLE_MOST),
        "title", text_of(f->title, TITLE_MOST), "text", text_of(f->text, TEXT_MOST), "severity",
        severity_of(f), "rule", json_string(rule ? rule->name : ""), "subject",
        text_of(f->subject, TEXT_MOST), "count", f->count, "kind", rule ? kinds[rule->on] : "",
        "value", json_value(f->value), "n", f->n >= 0 ? json_integer(f->n) : json_null(), "limit",
        json_value(f->limit), "unit", unit_of(f), "since", time_format(since, f->since_ms), "at",
        time_format(at, f->at_ms));

    if (f->about == NOTICE_SUMMARY)
        (void)json_object_update_new(body, json_pack("{s:i, s:i, s:i}", "fired", f->fired, "ended",
                                                     f->ended, "still", f->still));
    return body;
}

void notice_body(struct buf *out, enum webhook webhook, const struct notice_facts *f)
{
    json_t *body = NULL;
    char *text;

    switch (webhook) {
    case WEBHOOK_NONE:
        return;
    case WEBHOOK_SLACK:
        body = slack(f);
        break;
    case WEBHOOK_TEAMS:
        body = teams(f);
        break;
    case WEBHOOK_JSON:
        body = plain(f);
        break;
    }
    text = json_dumps(body, JSON_COMPACT);
    (void)buf_text(out, text ? text : "");
    free(text);
    json_decref(body);
}
