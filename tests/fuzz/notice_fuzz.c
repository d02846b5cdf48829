/* Whatever things are called and whatever their numbers are, a notice is a body that is JSON, in
 * Slack's text nothing is markup, and a command's environment has the lines that it has always. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "collect/notice_text.h"
#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT = 2001, ROOM = 1 << 20, LINES = 14, LINES_OF_SUMMARY = 17 };

struct numbers { /* where the input begins */
    double value, limit;
    int64_t since_ms, at_ms;
    uint8_t about, unit, severity, above;
};

static size_t lines_of(const struct buf *text)
{
    size_t n = 0;

    for (size_t i = 0; i < text->len; i++)
        n += text->bytes[i] == '\n';
    return n;
}

static void check_body(enum webhook webhook, const struct notice_facts *facts)
{
    const char *text;
    struct buf out;
    json_t *json;

    buf_init(&out, ROOM);
    notice_body(&out, webhook, facts);
    json = json_loadb(out.bytes ? out.bytes : "", out.len, 0, NULL);
    if (!json_is_object(json) || out.full)
        abort();
    text = json_string_value(json_object_get(json, "text"));
    if (webhook == WEBHOOK_SLACK && (!text || strpbrk(text, "<>")))
        abort();
    json_decref(json);
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char name[TEXT], sentence[600], title[160];
    struct alert_rule rule = { .on = RULE_QUERY };
    struct numbers n;
    struct notice_facts facts;
    struct buf out;

    if (size < sizeof(n))
        return 0;
    memcpy(&n, data, sizeof(n));
    (void)text_clean(name, sizeof(name), (const char *)data + sizeof(n), size - sizeof(n));
    rule.name = name;
    rule.is_above = n.above & 1;
    facts = (struct notice_facts){ .about = n.about % (NOTICE_SUMMARY + 1),
                                   .rule = &rule,
                                   .platform = name,
                                   .subject = name,
                                   .value = n.value,
                                   .limit = n.limit,
                                   .unit = n.unit % (DX_UNIT_BYTES + 1),
                                   .severity = n.severity % (DX_SEVERITY_CRITICAL + 1),
                                   .since_ms = n.since_ms / 4,
                                   .at_ms = n.at_ms / 4,
                                   .count = 1 };
    notice_sentence(sentence, sizeof(sentence), &facts);
    notice_title(title, sizeof(title), &facts);
    facts.text = sentence;
    facts.title = title;
    buf_init(&out, ROOM);
    notice_environment(&out, &facts);
    if (lines_of(&out) != (facts.about == NOTICE_SUMMARY ? LINES_OF_SUMMARY : LINES))
        abort();
    buf_done(&out);
    for (int webhook = WEBHOOK_SLACK; webhook <= WEBHOOK_JSON; webhook++)
        check_body((enum webhook)webhook, &facts);
    return 0;
}
