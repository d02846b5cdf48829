/* jira: a description as plain text. In the cloud it is a document, a tree of nodes:
 * https://developer.atlassian.com/cloud/jira/platform/apis/document/structure/ */
#include "config.h"

#include "source/jira.h"

#include <string.h>

#include "core/buf.h"
#include "source/field.h"

enum { TEXT_MOST = 1900, DEPTH_MOST = 40 };

/* What the node itself shows: text, a mention, an emoji, the address of a card. */
static const json_t *shown(const json_t *node)
{
    const json_t *attrs = json_object_get(node, "attrs");
    const json_t *type = json_object_get(node, "type");

    if (value_is(type, "text"))
        return json_object_get(node, "text");
    if (value_is(type, "mention") || value_is(type, "emoji") || value_is(type, "status"))
        return json_object_get(attrs, "text");
    if (value_is(type, "inlineCard") || value_is(type, "blockCard"))
        return json_object_get(attrs, "url");
    return NULL;
}

/* Paragraphs, items and rows are apart; what stands in a line is not. */
static bool is_block(const json_t *node)
{
    static const char *const inside[] = { "text", "mention", "emoji", "status", "inlineCard" };
    const json_t *type = json_object_get(node, "type");

    for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
        if (value_is(type, inside[i]))
            return false;
    return true;
}

/* Half a character at the end is mended when it is cleaned. */
static void put(struct buf *out, const json_t *node)
{
    if (is_block(node) && out->len > 0 && out->bytes[out->len - 1] != ' ')
        (void)buf_add(out, " ", 1);
    value_append(out, shown(node));
}

/* Down the tree and from child to child; what lies deeper than any editor nests is left
 * out. */
static void flatten(struct buf *out, const json_t *document)
{
    struct {
        const json_t *content;
        size_t next;
    } level[DEPTH_MOST];
    size_t depth = 1;

    level[0].content = json_object_get(document, "content");
    level[0].next = 0;
    while (depth > 0 && out->len < out->ceiling) {
        const json_t *node = json_array_get(level[depth - 1].content, level[depth - 1].next++);

        if (!node) {
            depth--;
            continue;
        }
        put(out, node);
        if (depth < DEPTH_MOST) {
            level[depth].content = json_object_get(node, "content");
            level[depth++].next = 0;
        }
    }
}

const char *jira_text(struct batch *batch, const json_t *value)
{
    struct buf out;
    const char *text;

    if (json_is_string(value))
        return value_text(batch, value);
    if (!json_is_object(value))
        return "";
    buf_init(&out, TEXT_MOST);
    flatten(&out, value);
    text = batch_text(batch, out.bytes ? out.bytes : "", out.len);
    buf_done(&out);
    return text;
}
