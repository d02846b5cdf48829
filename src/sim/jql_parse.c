/* jql_parse: JQL into its tree. */
#include "config.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "sim/jql_node.h"

enum { DEPTH_MOST = 20 };

static const struct {
    const char *name;
    enum jql_field field;
} names[] = {
    { "project", JQL_PROJECT },
    { "key", JQL_KEY },
    { "issuekey", JQL_KEY },
    { "id", JQL_KEY },
    { "issue", JQL_KEY },
    { "created", JQL_CREATED },
    { "createdDate", JQL_CREATED },
    { "updated", JQL_UPDATED },
    { "updatedDate", JQL_UPDATED },
    { "resolved", JQL_RESOLVED },
    { "resolutiondate", JQL_RESOLVED },
    { "statusCategory", JQL_CATEGORY },
    { "status", JQL_STATUS },
    { "labels", JQL_LABELS },
    { "component", JQL_COMPONENT },
    { "issuetype", JQL_TYPE },
    { "type", JQL_TYPE },
    { "priority", JQL_PRIORITY },
    { "resolution", JQL_RESOLUTION },
};

struct words {
    struct jql *query;
    const char *start, *at; /* behind the word */
    const char *word;       /* "" at the end */
    size_t place;           /* of the word, from 1 */
    bool quoted;
    int depth;
};

static bool fail(struct words *w, const char *fmt, ...) DX_PRINTF(2, 3);
static bool fail(struct words *w, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (!*w->query->error)
        (void)vsnprintf(w->query->error, sizeof(w->query->error), fmt, ap);
    va_end(ap);
    return false;
}

static bool unexpected(struct words *w, const char *wanted)
{
    if (!*w->word && !w->quoted)
        return fail(w, "Error in the JQL Query: Expecting %s before the end of the query.", wanted);
    return fail(w, "Error in the JQL Query: Expecting %s but got '%.60s'. (line 1, character %zu)",
                wanted, w->word, w->place);
}

static bool quoted_word(struct words *w)
{
    char quote = *w->at, *out = arena_alloc(w->query->arena, strlen(w->at) + 1);

    w->word = out;
    w->quoted = true;
    for (w->at++; *w->at && *w->at != quote; w->at++) {
        if (*w->at == '\\' && w->at[1])
            w->at++;
        *out++ = *w->at;
    }
    if (!*w->at)
        return fail(w,
                    "Error in the JQL Query: The quoted string '%.60s' has not been completed. "
                    "(line 1, character %zu)",
                    w->word, w->place);
    w->at++;
    return true;
}

/* false: an error. The end is a word without letters. */
static bool next(struct words *w)
{
    size_t len;
    char *word;

    while (isspace((unsigned char)*w->at))
        w->at++;
    w->place = (size_t)(w->at - w->start) + 1;
    w->quoted = false;
    if (*w->at == '"' || *w->at == '\'')
        return quoted_word(w);
    if (strchr("(),", *w->at) && *w->at)
        len = 1;
    else
        len = strspn(w->at, "=!<>~");
    if (len == 0)
        len = strcspn(w->at, " \t\r\n\"'(),=!<>~");
    word = arena_alloc(w->query->arena, len + 1);
    memcpy(word, w->at, len);
    w->word = word;
    w->at += len;
    return true;
}

static bool is(const struct words *w, const char *word)
{
    return !w->quoted && strcasecmp(w->word, word) == 0;
}

static struct jql_node *node(struct words *w, enum jql_kind kind)
{
    struct jql_node *n;

    if (w->query->node_count++ == JQL_NODES_MOST) {
        fail(w, "The JQL query is too complex.");
        return NULL;
    }
    n = arena_alloc(w->query->arena, sizeof(*n));
    n->kind = kind;
    return n;
}

static bool field(struct words *w, enum jql_field *found)
{
    if (!*w->word || strchr("(),=!<>~", *w->word))
        return unexpected(w, "a field name");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcasecmp(names[i].name, w->word) == 0) {
            *found = names[i].field;
            return next(w);
        }
    return fail(w, "Field '%.60s' does not exist or you do not have permission to view it.",
                w->word);
}

bool jql_is_time(enum jql_field f)
{
    return f == JQL_CREATED || f == JQL_UPDATED || f == JQL_RESOLVED;
}

static const char *name_of(enum jql_field f)
{
    size_t i = 0;

    while (names[i].field != f)
        i++;
    return names[i].name;
}

/* One value of a term, behind the operator. */
static bool value(struct words *w, struct jql_node *n)
{
    const struct jql_account *account = w->query->account;
    const char *text = w->word;

    if (!w->quoted && (!*text || strchr("(),=!<>~", *text)))
        return unexpected(w, "either a value, list or function");
    if (n->value_count == JQL_VALUES_MOST)
        return fail(w, "The list of values is too long.");
    if (!next(w))
        return false;
    if (is(w, "("))
        return fail(w, "Unable to find JQL function '%.60s'.", text);
    if (jql_is_time(n->field) && !jql_time(account, text, &n->ms))
        return fail(w,
                    "Date value '%.60s' for field '%s' is invalid. Valid formats include: "
                    "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a "
                    "period format e.g. '-5d', '4w 2d'.",
                    text, name_of(n->field));
    if (!jql_is_time(n->field) && !jql_knows(account, n->field, text))
        return fail(w, "The value '%.60s' does not exist for the field '%s'.", text,
                    name_of(n->field));
    n->values[n->value_count++] = text;
    return true;
}

static bool list(struct words *w, struct jql_node *n)
{
    if (jql_is_time(n->field))
        return fail(w, "The operator 'in' is not supported by the '%s' field.", name_of(n->field));
    if (!is(w, "("))
        return unexpected(w, "'('");
    do {
        if (!next(w) || !value(w, n))
            return false;
    } while (is(w, ","));
    return is(w, ")") ? next(w) : unexpected(w, "')' or ','");
}

/* "is EMPTY", "is not EMPTY" */
static bool emptiness(struct words *w, struct jql_node *n)
{
    n->op = JQL_IS;
    if (is(w, "not")) {
        n->op = JQL_IS_NOT;
        if (!next(w))
            return false;
    }
    if (!is(w, "EMPTY") && !is(w, "NULL"))
        return unexpected(w, "EMPTY");
    n->empty = true;
    return next(w);
}

static bool compare(struct words *w, struct jql_node *n)
{
    static const struct {
        const char *word;
        enum jql_op op;
        bool times;
    } ops[] = { { "=", JQL_IS, false },   { "!=", JQL_IS_NOT, false }, { ">=", JQL_AT_LEAST, true },
                { ">", JQL_AFTER, true }, { "<=", JQL_AT_MOST, true }, { "<", JQL_BEFORE, true } };
    size_t i = 0;

    while (i < 6 && !is(w, ops[i].word))
        i++;
    if (i == 6)
        return unexpected(w, "operator");
    if (ops[i].times && !jql_is_time(n->field))
        return fail(w, "The operator '%s' is not supported by the '%s' field.", ops[i].word,
                    name_of(n->field));
    n->op = ops[i].op;
    if (!next(w))
        return false;
    if ((is(w, "EMPTY") || is(w, "NULL")) && !ops[i].times) {
        n->empty = true;
        return next(w);
    }
    return value(w, n);
}

static struct jql_node *term(struct words *w)
{
    struct jql_node *n = node(w, JQL_TERM);
    bool good;

    if (!n || !field(w, &n->field))
        return NULL;
    if (is(w, "is")) {
        good = next(w) && emptiness(w, n);
    } else if (is(w, "in")) {
        good = next(w) && list(w, n);
    } else if (is(w, "not")) {
        n->op = JQL_IS_NOT;
        good = next(w) && (is(w, "in") || unexpected(w, "'in'")) && next(w) && list(w, n);
    } else {
        good = compare(w, n);
    }
    return good ? n : NULL;
}

static struct jql_node *either(struct words *w);

static struct jql_node *part(struct words *w) /* NOLINT(misc-no-recursion) */
{
    struct jql_node *n;

    if (!is(w, "("))
        return term(w);
    if (++w->depth > DEPTH_MOST) {
        fail(w, "The JQL query is too complex.");
        return NULL;
    }
    if (!next(w))
        return NULL;
    n = either(w);
    w->depth--;
    if (n && !is(w, ")")) {
        unexpected(w, "')'");
        return NULL;
    }
    return n && next(w) ? n : NULL;
}

static struct jql_node *both(struct words *w) /* NOLINT(misc-no-recursion) */
{
    struct jql_node *left = part(w);

    while (left && is(w, "AND")) {
        struct jql_node *n = node(w, JQL_AND);

        if (!n || !next(w))
            return NULL;
        n->left = left;
        n->right = part(w);
        left = n->right ? n : NULL;
    }
    return left;
}

static struct jql_node *either(struct words *w) /* NOLINT(misc-no-recursion) */
{
    struct jql_node *left = both(w);

    while (left && is(w, "OR")) {
        struct jql_node *n = node(w, JQL_OR);

        if (!n || !next(w))
            return NULL;
        n->left = left;
        n->right = both(w);
        left = n->right ? n : NULL;
    }
    return left;
}

static bool order(struct words *w)
{
    struct jql *q = w->query;

    if (!next(w) || !is(w, "by"))
        return unexpected(w, "'by'");
    do {
        enum jql_field f = JQL_KEY;

        if (q->order_count == JQL_ORDERS_MOST)
            return fail(w, "The ORDER BY clause has too many fields.");
        if (!next(w) || !field(w, &f))
            return false;
        q->orders[q->order_count].field = (int)f;
        q->orders[q->order_count].descending = is(w, "desc") || (jql_is_time(f) && !is(w, "asc"));
        q->order_count++;
        if ((is(w, "asc") || is(w, "desc")) && !next(w))
            return false;
    } while (is(w, ","));
    return true;
}

bool jql_parse(struct jql *query, struct arena *arena, const struct jql_account *account,
               const char *text)
{
    struct words w = { .query = query, .start = text, .at = text };

    *query = (struct jql){ .arena = arena, .account = account };
    if (!next(&w))
        return false;
    if (!is(&w, "order") && (*w.word || w.quoted)) {
        query->root = either(&w);
        if (!query->root)
            return false;
    }
    if (is(&w, "order") && !order(&w))
        return false;
    return (!*w.word && !w.quoted) || unexpected(&w, "either 'OR' or 'AND'");
}
