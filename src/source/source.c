/* source: the table of kinds, and the way from bytes to a decoder. */
#include "config.h"

#include "source/source.h"

#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/text.h"
#include "source/repair.h"

const struct source *const sources[] = {
    &source_prometheus,
    &source_alertmanager,
    NULL,
};

const struct source *source_find(const char *name)
{
    for (size_t i = 0; sources[i]; i++)
        if (strcmp(sources[i]->name, name) == 0)
            return sources[i];
    return NULL;
}

/* What stands in <title>, cleaned; "" when there is none. */
static void page_title(const char *body, char *out, size_t cap)
{
    const char *from = strcasestr(body, "<title"), *end;

    out[0] = '\0';
    from = from ? strchr(from, '>') : NULL;
    if (!from)
        return;
    end = strchr(++from, '<');
    (void)text_clean(out, cap, from, end ? (size_t)(end - from) : strlen(from));
}

static bool is_html(const struct reply *reply)
{
    size_t blank = strspn(reply->body, " \t\r\n");

    return strncasecmp(reply->content_type, "text/html", 9) == 0 || reply->body[blank] == '<';
}

static bool not_json(const struct reply *reply, const json_error_t *why, struct dx_error *err)
{
    char words[80];

    if (is_html(reply)) {
        page_title(reply->body, words, sizeof(words));
        return dx_fail(err, DX_FAULT_REPLY, "answered with a web page%s%s%s (a proxy, a login?)",
                       *words ? " \"" : "", words, *words ? "\"" : "");
    }
    if (reply->len == 0)
        return dx_fail(err, DX_FAULT_REPLY, "answered with nothing");
    if (json_error_code(why) == json_error_premature_end_of_input)
        return dx_fail(err, DX_FAULT_REPLY, "the answer was cut short after %zu bytes", reply->len);
    (void)text_clean(words, sizeof(words), reply->body, reply->len < 40 ? reply->len : 40);
    return dx_fail(err, DX_FAULT_REPLY,
                   "answered with something else than JSON: \"%s\" (line %d: %s)", words, why->line,
                   why->text);
}

bool source_decode(const struct source *source, const void *config, const struct reply *reply,
                   struct plan *plan, struct batch *batch, struct dx_error *err)
{
    struct reply whole = *reply;
    json_error_t why;
    struct buf mended;
    bool ok;

    buf_init(&mended, 2 * reply->len + 16);
    batch->repaired += repair(&mended, reply->body, reply->len);
    if (mended.len > 0) {
        whole.body = mended.bytes;
        whole.len = mended.len;
    }
    /* Not JSON_REJECT_DUPLICATES: a key that comes twice is no reason to lose a poll. */
    json_t *json = json_loadb(whole.body, whole.len,
                              JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, &why);
    whole.json = json;
    ok = json ? source->decode(config, &whole, plan, batch, err) : not_json(&whole, &why, err);
    json_decref(json);
    buf_done(&mended);
    return ok;
}

void source_refused(const struct source *source, const void *config, const struct reply *reply,
                    struct dx_error *err)
{
    struct reply whole = *reply;
    json_t *json = json_loadb(reply->body, reply->len,
                              JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY, NULL);

    whole.json = json;
    if (json && source->refused)
        source->refused(config, &whole, err);
    json_decref(json);
}
