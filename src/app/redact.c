/* redact: aliases in place of what is private. */
#include "config.h"

#include "app/redact.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "core/buf.h"
#include "core/mem.h"

enum { LABELS_MOST = 64 << 10, URL_MOST = 4096 };

static const char hidden[] = "(hidden)";

struct rows { /* one open query */
    const struct redact *redact;
    enum dx_query query;
    void *rows;
    char **text; /* by field, of the current row, as far as it was asked for */
};

static const struct rows_ops *ops_of(const struct rows *r)
{
    return r->redact->from.ops;
}

static const char *raw(const struct rows *r, enum dx_field field)
{
    return ops_of(r)->text(r->rows, field);
}

static char *alias(const struct redact *redact, const char *kind, const char *name)
{
    char out[ALIAS_TEXT];

    if (!redact->has_key)
        return mem_text(*name ? hidden : "");
    return mem_text(alias_of(out, &redact->key, kind, name));
}

/* ---- URLs, ids ---- */

static bool is_number(const char *text)
{
    return strspn(text, "0123456789-.") == strlen(text);
}

/* Of systems whose ids are names that people chose, so the URLs made of them are. */
static bool has_named_ids(const struct rows *r)
{
    const char *type = raw(r, DX_FIELD_TYPE);

    return strcmp(type, "jenkins") == 0 || strcmp(type, "exec") == 0 ||
           !is_number(raw(r, DX_FIELD_RUN_ID));
}

static bool has_in(const char *text, const char *part)
{
    size_t len = strlen(part);

    for (; len > 0 && *text; text++)
        if (strncasecmp(text, part, len) == 0)
            return true;
    return false;
}

/* As a URL has it; percent: "%25" where it is encoded twice. */
static void encode(char *out, size_t cap, const char *text, const char *percent)
{
    size_t n = 0;

    out[0] = '\0';
    for (; *text && n + 6 < cap; text++) {
        if (isalnum((unsigned char)*text) || strchr("-._~", *text))
            n += (size_t)snprintf(out + n, cap - n, "%c", *text);
        else
            n += (size_t)snprintf(out + n, cap - n, "%s%02X", percent, (unsigned char)*text);
    }
}

static bool names_branch(const char *url, const char *branch)
{
    char once[600], twice[1200];

    encode(once, sizeof(once), branch, "%");
    encode(twice, sizeof(twice), branch, "%25");
    return has_in(url, branch) || has_in(url, once) || has_in(url, twice);
}

/* ---- texts that others wrote ---- */

/* "registry: (rule 34)": what failed, and how that is known; not the line of a log. */
static char *evidence(const char *text)
{
    const char *colon = strchr(text, ':'), *rule = strstr(text, "(rule ");

    if (!*text)
        return mem_text("");
    return mem_print("%.*s%s", colon && colon - text < 40 ? (int)(colon - text) + 2 : 0, text,
                     rule ? rule : hidden);
}

/* The next word of a name: "head" and "Ref" of "headRef", "created" and "by" of "created_by". */
static size_t word_len(const char *name, size_t len)
{
    size_t n = 0;

    while (n < len && isalnum((unsigned char)name[n]) &&
           !(n > 0 && isupper((unsigned char)name[n]) && islower((unsigned char)name[n - 1])))
        n++;
    return n;
}

static bool is_private_word(const char *word, size_t len)
{
    static const char *const words[] = { "branch", "ref",      "author",    "user",  "username",
                                         "actor",  "assignee", "reporter",  "email", "login",
                                         "owner",  "creator",  "committer", "title" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strlen(words[i]) == len && strncasecmp(words[i], word, len) == 0)
            return true;
    return false;
}

/* One of its words says so, or it ends with "_by". */
static bool is_private_label(const char *name, size_t len)
{
    for (size_t at = 0; at < len;) {
        size_t word = word_len(name + at, len - at);

        if (is_private_word(name + at, word) ||
            (at > 0 && at + word == len && word == 2 && strncasecmp(name + at, "by", 2) == 0))
            return true;
        at += word > 0 ? word : 1;
    }
    return false;
}

/* A query that asks for people or branches may name them. */
static bool asks_for_private(const char *text)
{
    while (*text) {
        size_t len =
            strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

        if (len > 0 && is_private_label(text, len))
            return true;
        text += len > 0 ? len : 1;
    }
    return false;
}

/* How deep in other values a quote stands that so many backslashes are before. */
static int depth_of(size_t slashes)
{
    int depth = 0;

    for (; slashes % 2 == 1; slashes = (slashes - 1) / 2)
        depth++;
    return depth;
}

/* Up to the quote that ends a value which began so deep. */
static size_t value_len(const char *value, int depth)
{
    size_t i = 0;

    while (value[i]) {
        size_t slashes = strspn(value + i, "\\");

        if (value[i + slashes] == '"' && depth_of(slashes) <= depth)
            break;
        i += slashes + (value[i + slashes] != '\0');
    }
    return i;
}

static void add_alias(struct buf *out, const struct redact *redact, const char *value, size_t len)
{
    char *was = mem_print("%.*s", (int)len, value), *now = alias(redact, "label", was);

    (void)buf_text(out, now);
    free(was);
    free(now);
}

/* {a="b", branch="c"}: the values of those that name people and branches. What a rule looks at
 * is a label of its alert, with labels of its own: {query="disk{branch=\"c\"}"}. */
char *redact_labels(const struct redact *redact, const char *text)
{
    int inside = -1; /* the depth of the value that is read */
    struct buf out;
    char *made;

    buf_init(&out, LABELS_MOST);
    (void)buf_text(&out, "");
    while (*text) {
        size_t name = strcspn(text, "={}, \"\\"), is = text[name] == '=';
        size_t slashes = strspn(text + name + is, "\\"), len = name + is + slashes;
        const int depth = depth_of(slashes);
        const bool quote = text[len] == '"', opens = quote && is > 0 && depth > inside;

        if (opens || (quote && is == 0)) {
            len++;
            inside = opens ? depth : depth <= inside ? depth - 1 : inside;
        } else if (is > 0) {
            len = name + 1;
        } else if (slashes == 0) {
            len += text[len] != '\0';
        }
        (void)buf_add(&out, text, len);
        if (opens && is_private_label(text, name)) {
            size_t value = value_len(text + len, depth);

            add_alias(&out, redact, text + len, value);
            len += value;
        }
        text += len;
    }
    made = mem_text(out.bytes);
    buf_done(&out);
    return made;
}

/* "disk{branch=\"c\"}: 95 %" of dxtop's own; of an incident it goes on with lines of logs. What
 * others say of their alerts may name anybody. */
static char *summary(const struct rows *r, const char *text)
{
    char *first, *made;

    if (strcmp(raw(r, DX_FIELD_SOURCE), "dxtop") != 0)
        return mem_text(*text ? hidden : "");
    first = mem_print("%.*s", (int)strcspn(text, ";"), text);
    made = redact_labels(r->redact, first);
    free(first);
    return made;
}

/* "bob: the rack is moved", who snoozed it and why; of other systems what silences it, by its id:
 * what is none is a text. */
static char *muted_by(const struct rows *r, const char *text)
{
    const char *colon = strstr(text, ": ");
    char *who, *name, *made;

    if (!*text)
        return NULL;
    if (!ops_of(r)->has(r->rows, DX_FIELD_NEXT))
        return strspn(text, "0123456789abcdefABCDEF-") == strlen(text) ? NULL : mem_text(hidden);
    name = mem_print("%.*s", colon ? (int)(colon - text) : (int)strlen(text), text);
    who = alias(r->redact, "person", name);
    made = mem_print("%s%s%s", who, colon ? ": " : "", colon ? hidden : "");
    free(name);
    free(who);
    return made;
}

/* Whether the value of a label of the row that names people or branches is in it. */
static bool names_label(const struct rows *r, const char *url)
{
    const char *at = raw(r, DX_FIELD_LABELS);
    bool named = false;

    while (*at && !named) {
        size_t name = strcspn(at, "={}, \""), value;
        char *text;

        if (at[name] != '=' || at[name + 1] != '"') {
            at += name + (at[name] != '\0');
            continue;
        }
        value = value_len(at + name + 2, 0);
        text = mem_print("%.*s", (int)value, at + name + 2);
        named = is_private_label(at, name) && names_branch(url, text);
        free(text);
        at += name + 2 + value;
        at += *at == '"';
    }
    return named;
}

/* The character that stands there in a URL, and on. */
static char decoded(const char **at)
{
    char digits[3] = "", c;

    if (**at != '%' || !isxdigit((unsigned char)(*at)[1]) || !isxdigit((unsigned char)(*at)[2]))
        return *(*at)++;
    memcpy(digits, *at + 1, 2);
    *at += 3;
    c = (char)strtoul(digits, NULL, 16);
    if (c == '\0')
        c = ' ';
    return c;
}

/* A link to a query asks for people or branches as the query does. */
static bool names_private(const struct rows *r, const char *url)
{
    const char *at = url;
    char plain[URL_MOST];
    size_t n = 0;

    while (*at && n + 1 < sizeof(plain))
        plain[n++] = decoded(&at);
    plain[n] = '\0';
    return *at || asks_for_private(plain) || names_label(r, url);
}

static char *url_of(const struct rows *r)
{
    const char *url = raw(r, DX_FIELD_URL);

    if (r->query == DX_QUERY_ALERTS)
        return mem_text(names_private(r, url) ? "" : url);
    if (r->query != DX_QUERY_SOURCES &&
        (has_named_ids(r) || names_branch(url, raw(r, DX_FIELD_BRANCH))))
        return mem_text("");
    return mem_text(url);
}

/* What the field's text is in this query; NULL: as it is. */
static char *replace(const struct rows *r, enum dx_field field)
{
    const char *text = raw(r, field);

    switch ((int)field) {
    case DX_FIELD_ACTOR:
    case DX_FIELD_REPORTER:
    case DX_FIELD_ASSIGNEE:
        return alias(r->redact, "person", text);
    case DX_FIELD_BRANCH:
        return alias(r->redact, "branch", text);
    case DX_FIELD_TITLE:
        if (r->query == DX_QUERY_RULES) /* a pool, a pipeline, a series */
            return redact_labels(r->redact, text);
        return r->query == DX_QUERY_RUNBOOKS ? NULL : alias(r->redact, "title", text);
    case DX_FIELD_MUTED_BY:
        return muted_by(r, text);
    case DX_FIELD_RUN_ID:
    case DX_FIELD_NUMBER:
        return is_number(text) ? NULL : alias(r->redact, "run", text);
    case DX_FIELD_URL:
        return url_of(r);
    case DX_FIELD_EVIDENCE:
        return evidence(text);
    case DX_FIELD_WHY:
        return *text && has_named_ids(r) ? mem_text(hidden) : NULL;
    case DX_FIELD_KEY:
        return r->query == DX_QUERY_SAMPLES ||
                       (r->query == DX_QUERY_ALERTS && r->redact->tells_keys)
                   ? redact_labels(r->redact, text)
                   : NULL;
    case DX_FIELD_SUMMARY:
        return summary(r, text);
    case DX_FIELD_DEFINITION:
        return r->query == DX_QUERY_SERIES && asks_for_private(text) ? mem_text("") : NULL;
    case DX_FIELD_LABELS:
        return r->query == DX_QUERY_TICKETS ? NULL : redact_labels(r->redact, text);
    case DX_FIELD_TEXT:
        if (r->query == DX_QUERY_FAILURES || r->query == DX_QUERY_FLAKY_COMMITS)
            return evidence(text);
        if (r->query == DX_QUERY_TICKETS || r->query == DX_QUERY_SEARCH ||
            r->query == DX_QUERY_SIMILAR || r->query == DX_QUERY_ALERTS)
            return mem_text(*text ? hidden : "");
        if (r->query == DX_QUERY_RUNNERS || r->query == DX_QUERY_POOLS) /* "disconnected by bob" */
            return mem_text(*text ? hidden : "");
        return r->query == DX_QUERY_LOG || r->query == DX_QUERY_POLLS ||
                       r->query == DX_QUERY_SOURCES
                   ? redact_labels(r->redact, text)
                   : NULL;
    default:
        return NULL;
    }
}

/* ---- the rows ---- */

static void forget(struct rows *r)
{
    for (int i = 0; i < DX_FIELD_COUNT; i++) {
        free(r->text[i]);
        r->text[i] = NULL;
    }
}

static bool next(void *self)
{
    struct rows *r = self;

    forget(r);
    return ops_of(r)->next(r->rows);
}

static bool has(const void *self, enum dx_field field)
{
    const struct rows *r = self;

    return ops_of(r)->has(r->rows, field);
}

static int64_t integer(const void *self, enum dx_field field)
{
    const struct rows *r = self;

    return ops_of(r)->integer(r->rows, field);
}

static double number(const void *self, enum dx_field field)
{
    const struct rows *r = self;

    return ops_of(r)->number(r->rows, field);
}

static const char *text(const void *self, enum dx_field field)
{
    const struct rows *r = self;

    if ((unsigned)field >= DX_FIELD_COUNT)
        return "";
    if (!r->text[field])
        r->text[field] = replace(r, field);
    return r->text[field] ? r->text[field] : raw(r, field);
}

static void close_rows(void *self)
{
    struct rows *r = self;

    forget(r);
    ops_of(r)->close(r->rows);
    free(r->text);
    free(r);
}

static const struct rows_ops ops = {
    .next = next,
    .has = has,
    .integer = integer,
    .number = number,
    .text = text,
    .close = close_rows,
};

static void *open_rows(void *self, enum dx_query query, const struct dx_filter *filter,
                       int64_t now_ms)
{
    const struct redact *redact = self;
    struct rows *r = mem_new(1, sizeof(*r));

    r->redact = redact;
    r->query = query;
    r->text = mem_new(DX_FIELD_COUNT, sizeof(*r->text));
    r->rows = redact->from.open(redact->from.self, query, filter, now_ms);
    return r;
}

static const struct dx_error *read_error(void *self)
{
    const struct redact *redact = self;

    return redact->from.error(redact->from.self);
}

struct reader redact_reader(struct redact *redact, struct store *store, const struct reader *from)
{
    if (!redact->has_key)
        redact->has_key = store_alias_key(store, redact->key.bytes) ||
                          getrandom(redact->key.bytes, sizeof(redact->key.bytes), 0) ==
                              (ssize_t)sizeof(redact->key.bytes);
    redact->from = *from;
    return (struct reader){ .ops = &ops, .open = open_rows, .error = read_error, .self = redact };
}

struct reader redact_store(struct redact *redact, struct store *store, bool hide)
{
    struct reader reader = store_reader(store);

    return hide ? redact_reader(redact, store, &reader) : reader;
}
