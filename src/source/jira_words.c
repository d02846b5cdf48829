/* jira: what its words and lists mean. */
#include "config.h"

#include "source/jira.h"

#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "source/field.h"

enum { LABELS_MOST = 1900 };

/* ---- status ---- */

/* By the key of its category: names are translated, and a status that is called Done may
 * be one in which nobody began. */
enum dx_ticket_state jira_state(struct batch *batch, const json_t *status)
{
    const json_t *key = json_object_get(json_object_get(status, "statusCategory"), "key");

    if (value_is(key, "new"))
        return DX_TICKET_NEW;
    if (value_is(key, "indeterminate"))
        return DX_TICKET_IN_PROGRESS;
    if (value_is(key, "done"))
        return DX_TICKET_DONE;
    if (!value_is(key, "undefined")) /* "No category": that is known */
        batch->unknown++;
    return DX_TICKET_UNKNOWN;
}

/* ---- category ---- */

bool jira_check_category(const char *category, struct dx_error *err)
{
    static const char field[] = "customfield_";
    static const char *const words[] = { "component", "label", "type" };
    size_t len = sizeof(field) - 1;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(category, words[i]) == 0)
            return true;
    if (strncmp(category, field, len) == 0 && category[len] &&
        category[len + strspn(category + len, "0123456789")] == '\0')
        return true;
    return dx_fail(err, DX_FAULT_CONFIG,
                   "`category` is component, label, type or a field like customfield_10050, not "
                   "\"%.60s\"",
                   category);
}

/* A field is a text, an option, a list of these, or the type of a request. */
static const char *value_words(struct batch *batch, const json_t *value)
{
    static const char *const names[] = { "name", "value", "displayName" };
    const json_t *type = json_object_get(value, "requestType");

    if (json_is_array(value))
        value = json_array_get(value, 0);
    if (json_is_string(value))
        return value_text(batch, value);
    if (type)
        value = type;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *words = field_text(batch, value, names[i]);

        if (*words)
            return words;
    }
    return "";
}

const char *jira_category(const struct jira_poll *p, const json_t *fields)
{
    const char *category = p->config->category;

    if (strcmp(category, "component") == 0)
        category = "components";
    else if (strcmp(category, "label") == 0)
        category = "labels";
    else if (strcmp(category, "type") == 0)
        category = "issuetype";
    return value_words(p->batch, json_object_get(fields, category));
}

/* ---- lists ---- */

const char *jira_labels(struct batch *batch, const json_t *labels)
{
    struct buf out;
    const char *text;
    const json_t *label;
    size_t i;

    buf_init(&out, LABELS_MOST);
    json_array_foreach (labels, i, label) {
        if (out.len > 0)
            (void)buf_text(&out, ", ");
        value_append(&out, label);
    }
    text = batch_text(batch, out.bytes ? out.bytes : "", out.len);
    buf_done(&out);
    return text;
}

/* "is blocked by DX-3". */
static const char *link_words(struct batch *batch, const json_t *link)
{
    const json_t *type = json_object_get(link, "type");
    const json_t *outward = json_object_get(link, "outwardIssue");
    const char *words = field_text(batch, type, outward ? "outward" : "inward");
    const char *key =
        field_text(batch, outward ? outward : json_object_get(link, "inwardIssue"), "key");

    if (!*key)
        return NULL;
    return *words ? arena_print(&batch->arena, "%s %s", words, key) : key;
}

const char *const *jira_links(struct batch *batch, const json_t *links, size_t *count)
{
    size_t cap = json_array_size(links), i;
    const char **out;
    const json_t *link;

    *count = 0;
    if (cap == 0)
        return NULL;
    out = arena_alloc(&batch->arena, cap * sizeof(*out));
    json_array_foreach (links, i, link) {
        const char *words = link_words(batch, link);

        if (words)
            out[(*count)++] = words;
    }
    return out;
}

/* ---- people ---- */

const char *jira_user(struct batch *batch, const json_t *user)
{
    static const char *const names[] = { "accountId", "key", "name" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *id = field_text(batch, user, names[i]);

        if (*id)
            return id;
    }
    return "";
}
