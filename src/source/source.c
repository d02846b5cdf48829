/* source: the table of kinds, and the way from bytes to a decoder. */
#include "config.h"

#include "source/source.h"

#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/text.h"
#include "source/lines.h"
#include "source/load.h"
#include "source/repair.h"

const struct source *const sources[] = {
    &source_prometheus, &source_alertmanager, &source_github,     &source_gitlab, &source_jenkins,
    &source_azure,      &source_jira,         &source_servicenow, &source_exec,   NULL,
};

/* Of what is not fine as it came: an integer may be larger than 64 bits, then all are read
 * as doubles. Never JSON_REJECT_DUPLICATES: a key that comes twice is no reason to lose a
 * poll. */
static const size_t json_flags = JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY;

enum { WORDS = 120, SHOWN = 40 };

const struct source *source_find(const char *name)
{
    for (size_t i = 0; sources[i]; i++)
        if (strcmp(sources[i]->name, name) == 0)
            return sources[i];
    return NULL;
}

/* ---- what came in place of JSON ---- */

static size_t skip_blank(const struct reply *reply)
{
    size_t at = reply->len >= 3 && memcmp(reply->body, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (at < reply->len && strchr(" \t\r\n", reply->body[at]) && reply->body[at] != '\0')
        at++;
    return at;
}

static bool is_html(const struct reply *reply)
{
    size_t at = skip_blank(reply);

    return strncasecmp(reply->content_type, "text/html", 9) == 0 ||
           (at < reply->len && reply->body[at] == '<');
}

/* What stands in <title>, cleaned; "" when there is none. */
static void page_title(const struct reply *reply, char *out, size_t cap)
{
    static const char open[] = "<title";
    const char *at = reply->body, *end = reply->body + reply->len, *close;

    out[0] = '\0';
    while ((size_t)(end - at) > sizeof(open) && strncasecmp(at, open, sizeof(open) - 1) != 0)
        at++;
    at = memchr(at, '>', (size_t)(end - at));
    if (!at)
        return;
    at++;
    close = memchr(at, '<', (size_t)(end - at));
    (void)text_clean(out, cap, at, (size_t)((close ? close : end) - at));
}

static bool is_login(const char *title)
{
    static const char *const words[] = { "log in", "login", "log on", "sign in", "signin" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcasestr(title, words[i]))
            return true;
    return false;
}

/* A developer's instance of ServiceNow goes to sleep, and says so with status 200. */
static bool is_asleep(const char *title)
{
    return strcasestr(title, "hibernat") != NULL;
}

/* A gateway's login page comes with status 200: only a person can act. With 203 it is
 * the login page for certain: so Azure DevOps answers to a token that it does not take. */
static bool web_page(const struct reply *reply, struct dx_error *err)
{
    char title[WORDS];

    page_title(reply, title, sizeof(title));
    if (reply->status == 203)
        return dx_fail(err, DX_FAULT_AUTH,
                       "refused (203%s%s%s): the token is missing, wrong or expired",
                       *title ? ", the web page \"" : "", title, *title ? "\"" : "");
    if (is_asleep(title))
        return dx_fail(err, DX_FAULT_NETWORK,
                       "the instance is asleep, says its web page \"%s\"; wake it up in a browser",
                       title);
    if (is_login(title))
        return dx_fail(err, DX_FAULT_AUTH,
                       "answered with the login page \"%s\"; credentials are missing, or `url` "
                       "leads to a gateway",
                       title);
    return dx_fail(err, DX_FAULT_REPLY, "answered with a web page%s%s%s (a proxy, a login?)",
                   *title ? " \"" : "", title, *title ? "\"" : "");
}

/* jansson calls an end inside of a word or an escape invalid. */
static bool is_cut(const struct reply *reply, const json_error_t *why)
{
    return json_error_code(why) == json_error_premature_end_of_input ||
           ((size_t)why->position >= reply->len && strncmp(why->text, "invalid ", 8) == 0 &&
            skip_blank(reply) < reply->len && strchr("[{", reply->body[skip_blank(reply)]));
}

static bool not_json(const struct reply *reply, const json_error_t *why, struct dx_error *err)
{
    char words[WORDS], reason[WORDS];

    if (skip_blank(reply) == reply->len)
        return dx_fail(err, DX_FAULT_REPLY, "answered with nothing");
    if (is_html(reply))
        return web_page(reply, err);
    if (json_error_code(why) == json_error_stack_overflow)
        return dx_fail(err, DX_FAULT_REPLY, "the answer is nested too deeply");
    if (json_error_code(why) == json_error_out_of_memory)
        return dx_fail(err, DX_FAULT_REPLY, "the answer has too much in it for its %zu bytes",
                       reply->len);
    if (is_cut(reply, why))
        return dx_fail(err, DX_FAULT_REPLY, "the answer was cut short after %zu bytes", reply->len);
    (void)text_clean(words, sizeof(words), reply->body, reply->len < SHOWN ? reply->len : SHOWN);
    (void)text_clean(reason, sizeof(reason), why->text, strlen(why->text));
    return dx_fail(err, DX_FAULT_REPLY,
                   "answered with something else than JSON: \"%s\" (line %d: %s)", words, why->line,
                   reason);
}

/* ---- reading ---- */

/* As it came, whatever is not quite right with it: false. Nearly every body passes, and
 * what passes has nothing that repair() would mend. Integers stay integers. */
static bool is_fine(struct parsed *parsed, const char *body, size_t len, json_error_t *why)
{
    parsed->json = load_json(&parsed->arena, body, len, JSON_DECODE_ANY, why);
    if (!parsed->json)
        arena_free(&parsed->arena);
    return parsed->json != NULL;
}

/* The body as JSON, mended where that helps. */
static struct parsed parse(const struct reply *reply, json_error_t *why)
{
    struct parsed parsed = { .mended = 0 };
    struct buf first, second;
    const char *body = reply->body;
    size_t len = reply->len, again = 0;

    if (is_fine(&parsed, body, len, why) || json_error_code(why) == json_error_out_of_memory)
        return parsed;
    buf_init(&first, 3 * len + 1);
    parsed.mended = repair(&first, body, len);
    if (parsed.mended > 0) {
        body = first.bytes ? first.bytes : "";
        len = first.len;
    }
    parsed.json = load_json(&parsed.arena, body, len, json_flags, why);
    if (!parsed.json && json_error_code(why) != json_error_premature_end_of_input &&
        !is_html(reply)) {
        buf_init(&second, 4 * len + 1);
        again = repair_harder(&second, body, len);
        if (again > 0)
            parsed.json = load_json(&parsed.arena, second.bytes, second.len, json_flags, why);
        buf_done(&second);
    }
    buf_done(&first);
    parsed.mended += again;
    return parsed;
}

/* What the source leaves of the body, where that is fine; else json is NULL, and it is the body
 * that has to be looked at. */
static struct parsed parse_short(const struct source *source, const struct reply *reply)
{
    struct parsed parsed = { .mended = 0 };
    json_error_t why;
    struct buf text;

    buf_init(&text, 2 * reply->len + 1);
    if (source->shorten && source->shorten(reply, &text))
        (void)is_fine(&parsed, text.bytes, text.len, &why);
    buf_done(&text);
    return parsed;
}

struct parsed source_parse(const char *body, size_t len, json_error_t *why)
{
    struct reply whole = { .body = body, .len = len, .content_type = "" };

    return parse(&whole, why);
}

void parsed_done(struct parsed *parsed)
{
    arena_free(&parsed->arena);
    *parsed = (struct parsed){ .mended = 0 };
}

/* A text, as lines that are clean. */
static bool decode_text(const struct source *source, const void *config, struct reply *reply,
                        struct plan *plan, struct batch *batch, struct dx_error *err)
{
    struct buf lines;
    bool ok;

    if (strncasecmp(reply->content_type, "text/html", 9) == 0)
        return web_page(reply, err);
    buf_init(&lines, 4 * reply->len + 1);
    source_lines(&lines, reply->body, reply->len, reply->cut);
    reply->body = lines.bytes ? lines.bytes : "";
    reply->len = lines.len;
    ok = source->decode(config, reply, plan, batch, err);
    buf_done(&lines);
    return ok;
}

/* The longest list that it is, or has in it. */
static size_t longest(json_t *json)
{
    size_t most = json_array_size(json);
    const char *name;
    json_t *value;

    json_object_foreach (json, name, value) {
        if (json_array_size(value) > most)
            most = json_array_size(value);
    }
    return most;
}

static bool has_room(const struct source *source, json_t *json, struct dx_error *err)
{
    if (source->list_most == 0 || longest(json) <= source->list_most)
        return true;
    return dx_fail(err, DX_FAULT_REPLY, "answered with a list of %zu, far more than was asked for",
                   longest(json));
}

bool source_decode(const struct source *source, const void *config, const struct reply *reply,
                   struct plan *plan, struct batch *batch, struct dx_error *err)
{
    struct reply whole = *reply;
    bool answer = reply->status >= 300 || reply->status == 204, ok; /* may have no body */
    json_error_t why = { 0 };
    struct parsed parsed;

    whole.body = reply->body ? reply->body : "";
    whole.json = NULL;
    if (source->command)
        return source->decode(config, &whole, plan, batch, err);
    if (reply->text && !answer)
        return decode_text(source, config, &whole, plan, batch, err);
    parsed = parse_short(source, &whole);
    whole.shortened = parsed.json != NULL;
    if (!parsed.json)
        parsed = parse(&whole, &why);
    whole.json = parsed.json;
    if (parsed.json)
        batch->repaired += parsed.mended;
    if (!parsed.json && !answer)
        ok = not_json(&whole, &why, err);
    else
        ok = has_room(source, parsed.json, err) && source->decode(config, &whole, plan, batch, err);
    parsed_done(&parsed);
    return ok;
}

/* What a server says in plain text or on a page, behind net's own words; where
 * credentials or a limit are the matter, those say it better. */
static void add_words(const struct reply *reply, struct dx_error *err)
{
    char words[WORDS];
    struct dx_error said = *err;

    if (err->fault == DX_FAULT_AUTH || err->fault == DX_FAULT_LIMITED)
        return;
    if (is_html(reply))
        page_title(reply, words, sizeof(words));
    else
        (void)text_clean(words, sizeof(words), reply->body, reply->len);
    if (!*words)
        return;
    (void)dx_fail(err, err->fault, is_html(reply) ? "%s with a web page \"%s\"" : "%s: %s",
                  said.text, words);
    err->retry_after_s = said.retry_after_s;
}

bool source_less(const struct source *source, const void *config, const struct reply *reply,
                 const struct dx_error *err, struct plan *plan, struct batch *batch)
{
    struct reply whole = *reply;
    json_error_t why;
    struct parsed parsed;
    bool ok;

    if (!source->less)
        return false;
    whole.body = reply->body ? reply->body : "";
    parsed = parse(&whole, &why);
    whole.json = parsed.json;
    ok = source->less(config, &whole, err, plan, batch);
    parsed_done(&parsed);
    return ok;
}

void source_refused(const struct source *source, const void *config, const struct reply *reply,
                    struct dx_error *err)
{
    struct reply whole = *reply;
    struct dx_error before = *err;
    json_error_t why;
    struct parsed parsed;

    whole.body = reply->body ? reply->body : "";
    parsed = parse(&whole, &why);
    whole.json = parsed.json;
    if (source->refused)
        source->refused(config, &whole, err);
    err->retry_after_s = before.retry_after_s;
    if (!parsed.json && strcmp(err->text, before.text) == 0)
        add_words(&whole, err);
    parsed_done(&parsed);
}
