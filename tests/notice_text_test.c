#include "config.h"

#include <math.h>
#include <string.h>

#include <criterion/criterion.h>
#include <jansson.h>

#include "collect/notice_text.h"

static const int64_t NOW = 1790000000000; /* 2026-09-21T14:13:20Z */

static struct alert_rule rule;
static struct notice_facts facts;

/* A pool whose name tries what it can; it came through the one door for foreign text. */
#define HOSTILE "x\xEF\xBF\xBD]9;y;z\xEF\xBF\xBD<!channel> & [a](b) {{DATE(0)}} $(id) \"q\""

static void start(void)
{
    rule = (struct alert_rule){
        .name = "slow queue", .on = RULE_POOL, .value = RULE_P95, .is_above = true
    };
    facts = (struct notice_facts){ .about = NOTICE_FIRES,
                                   .rule = &rule,
                                   .platform = "acme",
                                   .subject = "linux-xl (github)",
                                   .value = 723,
                                   .n = -1,
                                   .limit = 600,
                                   .unit = DX_UNIT_SECONDS,
                                   .severity = DX_SEVERITY_CRITICAL,
                                   .count = 1,
                                   .since_ms = NOW - 900000,
                                   .at_ms = NOW,
                                   .title = "critical: slow queue",
                                   .text = "linux-xl (github): queue p95 12m 03s, above 10m 00s" };
}

TestSuite(notice_text, .init = start);

static const char *sentence(void)
{
    static char out[600];

    notice_sentence(out, sizeof(out), &facts);
    return out;
}

/* Servers divide by zero, and answer with what comes of it. */
Test(notice_text, numbers_that_are_no_span)
{
    struct buf body;
    json_t *json;

    facts.value = (double)INFINITY;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 +Inf, above 10m 00s");
    facts.limit = -(double)INFINITY;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 +Inf, above -Inf");
    buf_init(&body, 1 << 16);
    notice_body(&body, WEBHOOK_JSON, &facts);
    json = json_loads(body.bytes ? body.bytes : "", 0, NULL);
    cr_assert_not_null(json, "%s", body.bytes);
    cr_expect_str_eq(json_string_value(json_object_get(json, "value")), "+Inf");
    cr_expect_str_eq(json_string_value(json_object_get(json, "limit")), "-Inf");
    json_decref(json);
    buf_done(&body);
    buf_init(&body, 1 << 16);
    notice_environment(&body, &facts);
    cr_expect(strstr(body.bytes, "DXTOP_VALUE=+Inf\nDXTOP_LIMIT=-Inf\n"), "%s", body.bytes);
    buf_done(&body);
    facts.limit = 600;
    facts.value = 1e300;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 1e+300, above 10m 00s");
    facts.value = -1e300;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 -1e+300, limit 10m 00s");
    facts.value = 1e10;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 115740d, above 10m 00s");
}

/* 1,234,567 waits are not a round number of them. */
Test(notice_text, large_counts_have_all_their_digits)
{
    facts.unit = DX_UNIT_COUNT;
    facts.value = 1234567;
    facts.limit = 1000000;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 1234567, above 1000000");
    facts.value = 1234567.25;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 1234567, above 1000000");
    facts.value = 123456789012.;
    facts.limit = 123456789011.;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 123456789012, above 123456789011");
    facts.value = 0.1 + 0.2;
    facts.limit = 0.25;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 0.3, above 0.25");
}

Test(notice_text, of_how_many)
{
    facts.n = 84;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 12m 03s (n 84), above 10m 00s");
    facts.value = (double)NAN;
    cr_expect_str_eq(sentence(), "linux-xl (github): no data on queue p95");
    facts.value = 540;
    facts.about = NOTICE_ENDS;
    cr_expect_str_eq(sentence(), "linux-xl (github): over after 15m 00s, queue p95 9m 00s (n 84)");
}

Test(notice_text, sentences)
{
    char title[160];

    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 12m 03s, above 10m 00s");
    facts.unit = DX_UNIT_PERCENT; /* as a query says of its own */
    facts.value = 91.26;
    facts.limit = 90;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 91.3 %, above 90.0 %");
    facts.unit = DX_UNIT_SECONDS;
    facts.limit = 600;
    facts.value = 600.4;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 600.4s, above 10m 00s");
    facts.value = 540;
    cr_expect_str_eq(sentence(), "linux-xl (github): queue p95 9m 00s, limit 10m 00s",
                     "it recovers");
    facts.about = NOTICE_ENDS;
    cr_expect_str_eq(sentence(), "linux-xl (github): over after 15m 00s, queue p95 9m 00s");
    notice_title(title, sizeof(title), &facts);
    cr_expect_str_eq(title, "over: slow queue");
    facts.about = NOTICE_FIRES;
    facts.value = (double)NAN;
    cr_expect_str_eq(sentence(), "linux-xl (github): no data on queue p95");
    rule = (struct alert_rule){ .name = "red", .on = RULE_KPI };
    facts.unit = DX_UNIT_RATIO;
    facts.subject = "Platform success";
    facts.value = .9712;
    facts.limit = .98;
    cr_expect_str_eq(sentence(), "Platform success: 97.1 %, below 98.0 %");
    facts.value = .97998;
    cr_expect_str_eq(sentence(), "Platform success: 97.998 %, below 98.0 %");
    facts.limit = 1.;
    facts.value = .9997;
    cr_expect_str_eq(sentence(), "Platform success: 99.97 %, below 100.0 %");
    facts.value = (double)NAN;
    cr_expect_str_eq(sentence(), "Platform success: no data");
    notice_title(title, sizeof(title), &facts);
    cr_expect_str_eq(title, "critical: red");
    facts.about = NOTICE_SUMMARY;
    facts.fired = 3;
    facts.ended = 2;
    facts.still = 1;
    notice_title(title, sizeof(title), &facts);
    cr_expect_str_eq(title, "in quiet hours: 3 fired, 2 ended, 1 still fires");
}

static const char *environment(void)
{
    static char kept[8192];
    struct buf out;

    buf_init(&out, sizeof(kept));
    notice_environment(&out, &facts);
    snprintf(kept, sizeof(kept), "%s", out.bytes);
    buf_done(&out);
    return kept;
}

Test(notice_text, facts_for_a_command)
{
    cr_expect_str_eq(environment(),
                     "DXTOP_STATE=firing\n"
                     "DXTOP_PLATFORM=acme\n"
                     "DXTOP_TITLE=critical: slow queue\n"
                     "DXTOP_SUMMARY=linux-xl (github): queue p95 12m 03s, above 10m 00s\n"
                     "DXTOP_SEVERITY=critical\n"
                     "DXTOP_RULE=slow queue\n"
                     "DXTOP_SUBJECT=linux-xl (github)\n"
                     "DXTOP_KIND=pool\n"
                     "DXTOP_COUNT=1\n"
                     "DXTOP_VALUE=723\n"
                     "DXTOP_LIMIT=600\n"
                     "DXTOP_UNIT=seconds\n"
                     "DXTOP_N=\n"
                     "DXTOP_SINCE=2026-09-21T13:58:20Z\n"
                     "DXTOP_AT=2026-09-21T14:13:20Z\n",
                     "%s", environment());
    facts.subject = "a\nDXTOP_RULE=other\tb\x1b[31m";
    facts.value = (double)NAN;
    cr_expect(strstr(environment(), "DXTOP_SUBJECT=a DXTOP_RULE=other b\xEF\xBF\xBD[31m\n"), "%s",
              environment());
    cr_expect(strstr(environment(), "DXTOP_VALUE=\n"));
    facts.n = 84;
    cr_expect(strstr(environment(), "DXTOP_N=84\n"));
}

static json_t *body(enum webhook webhook)
{
    struct buf out;
    json_t *json;

    buf_init(&out, 64 << 10);
    notice_body(&out, webhook, &facts);
    json = json_loadb(out.bytes ? out.bytes : "", out.len, 0, NULL);
    cr_assert(json, "%s", out.bytes);
    buf_done(&out);
    return json;
}

static const char *at(const json_t *json, const char *path)
{
    char copy[128], *rest = copy;

    snprintf(copy, sizeof(copy), "%s", path);
    for (char *step = strsep(&rest, "/"); step; step = strsep(&rest, "/"))
        json = json_is_array(json) ? json_array_get(json, (size_t)(step[0] - '0'))
                                   : json_object_get(json, step);
    cr_assert(json_is_string(json), "%s", path);
    return json_string_value(json);
}

Test(notice_text, slack_takes_nothing_for_markup)
{
    json_t *json;

    facts.subject = HOSTILE;
    facts.text = HOSTILE ": queue p95 12m 03s, above 10m 00s";
    json = body(WEBHOOK_SLACK);
    cr_expect_str_eq(at(json, "text"),
                     "critical: slow queue: x\xEF\xBF\xBD]9;y;z\xEF\xBF\xBD&lt;!channel&gt; &amp; "
                     "[a](b) {{DATE(0)}} $(id) \"q\": queue p95 12m 03s, above 10m 00s");
    cr_expect_str_eq(at(json, "blocks/0/type"), "header");
    cr_expect_str_eq(at(json, "blocks/0/text/type"), "plain_text");
    cr_expect_str_eq(at(json, "blocks/0/text/text"), "critical: slow queue");
    cr_expect_str_eq(at(json, "blocks/1/type"), "section");
    cr_expect_str_eq(at(json, "blocks/1/text/type"), "plain_text");
    cr_expect_str_eq(at(json, "blocks/1/text/text"), facts.text);
    cr_expect_str_eq(at(json, "blocks/2/elements/0/type"), "plain_text");
    cr_expect_str_eq(at(json, "blocks/2/elements/0/text"),
                     "dxtop \xC2\xB7 acme \xC2\xB7 since 2026-09-21T13:58:20Z");
    json_decref(json);
}

Test(notice_text, what_is_escaped_for_slack_is_cut_between_letters)
{
    static char text[2801];
    const char *cut;

    for (size_t lead = 0; lead < 5; lead++) {
        json_t *json;

        memset(text, 'x', lead);
        memset(text + lead, '&', sizeof(text) - 1 - lead);
        facts.text = text;
        json = body(WEBHOOK_SLACK);
        cut = at(json, "text");
        cr_expect_geq(strlen(cut), 2800);
        cr_expect_str_eq(cut + strlen(cut) - 5, "&amp;", "lead %zu", lead);
        json_decref(json);
    }
}

Test(notice_text, teams_gets_an_adaptive_card_without_markdown)
{
    json_t *json;

    facts.text = HOSTILE;
    json = body(WEBHOOK_TEAMS);
    cr_expect_str_eq(at(json, "type"), "message");
    cr_expect_str_eq(at(json, "attachments/0/contentType"),
                     "application/vnd.microsoft.card.adaptive");
    cr_expect_str_eq(at(json, "attachments/0/content/type"), "AdaptiveCard");
    for (const char *const *path =
             (const char *const[]){ "attachments/0/content/body/0/type",
                                    "attachments/0/content/body/1/type",
                                    "attachments/0/content/body/2/type", NULL };
         *path; path++)
        cr_expect_str_eq(at(json, *path), "RichTextBlock", "a TextBlock reads Markdown");
    cr_expect_str_eq(at(json, "attachments/0/content/body/0/inlines/0/color"), "Attention");
    cr_expect_str_eq(at(json, "attachments/0/content/body/0/inlines/0/text"),
                     "critical: slow queue");
    cr_expect_str_eq(at(json, "attachments/0/content/body/1/inlines/0/text"), HOSTILE);
    json_decref(json);
    facts.severity = DX_SEVERITY_INFO;
    json = body(WEBHOOK_TEAMS);
    cr_expect_str_eq(at(json, "attachments/0/content/body/0/inlines/0/color"), "Default");
    json_decref(json);
    facts.about = NOTICE_ENDS;
    json = body(WEBHOOK_TEAMS);
    cr_expect_str_eq(at(json, "attachments/0/content/body/0/inlines/0/color"), "Good");
    json_decref(json);
}

Test(notice_text, plain_json_has_all_facts)
{
    json_t *json = body(WEBHOOK_JSON);

    cr_expect_str_eq(at(json, "state"), "firing");
    cr_expect_str_eq(at(json, "rule"), "slow queue");
    cr_expect_str_eq(at(json, "subject"), "linux-xl (github)");
    cr_expect_float_eq(json_real_value(json_object_get(json, "value")), 723., 0.);
    cr_expect_str_eq(at(json, "unit"), "seconds");
    cr_expect_str_eq(at(json, "since"), "2026-09-21T13:58:20Z");
    json_decref(json);
    facts.about = NOTICE_SUMMARY;
    facts.rule = NULL;
    facts.value = facts.limit = (double)NAN;
    facts.fired = 3;
    facts.still = 1;
    json = body(WEBHOOK_JSON);
    cr_expect_str_eq(at(json, "state"), "summary");
    cr_expect(json_is_null(json_object_get(json, "value")));
    cr_expect_eq(json_integer_value(json_object_get(json, "fired")), 3);
    cr_expect_eq(json_integer_value(json_object_get(json, "still")), 1);
    json_decref(json);
}

/* Cut where the services cut, and never in the middle of a character. */
Test(notice_text, long_texts_are_cut_to_what_is_taken)
{
    static char text[8000];
    json_t *json;

    for (size_t i = 0; i + 3 < sizeof(text); i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    facts.text = facts.title = text;
    json = body(WEBHOOK_SLACK);
    cr_expect_leq(strlen(at(json, "blocks/0/text/text")), 150);
    cr_expect_leq(strlen(at(json, "blocks/1/text/text")), 3000);
    cr_expect_geq(strlen(at(json, "blocks/1/text/text")), 2000);
    json_decref(json);
    memset(text, 'x', 4);
    for (int lead = 0; lead < 2; lead++) {
        facts.subject = text + 2 + lead;
        cr_expect_leq(strlen(sentence()), 599);
        cr_expect_not(strstr(sentence(), "\xEF\xBF\xBD"), "%s", sentence());
        cr_expect(strstr(sentence(), "\xC3\xA9\xE2\x80\xA6: queue p95 12m 03s"), "%s", sentence());
    }
    json_decref(body(WEBHOOK_TEAMS));
    json_decref(body(WEBHOOK_JSON));
}
