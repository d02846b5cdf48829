/* promql_selector: the parser's ground, and selectors: metric{label="value"}[5m] offset 1h. */
#include "config.h"

#include "sim/promql_parser.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"

enum { WINDOW_DAYS = 35 };

struct node *parser_fail(struct parser *p, const char *at, const char *fmt, ...)
{
    int line = 1, column = 1;
    char words[256];
    va_list ap;

    if (p->failed)
        return NULL;
    p->failed = true;
    for (const char *c = p->start; c < at; c++) {
        line += *c == '\n';
        column = *c == '\n' ? 1 : column + 1;
    }
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof(words), fmt, ap);
    va_end(ap);
    p->error->execution = false;
    (void)snprintf(p->error->text, sizeof(p->error->text), "%d:%d: parse error: %s", line, column,
                   words);
    return NULL;
}

struct node *parser_unexpected(struct parser *p, const char *context)
{
    char what[TOKEN_WORDS];

    return parser_fail(p, p->token.at, "unexpected %s%s", token_describe(&p->token, what), context);
}

bool parser_next(struct parser *p)
{
    char why[TOKEN_WORDS];

    if (p->failed)
        return false;
    if (!token_next(&p->token, &p->at, why))
        return parser_fail(p, p->token.at, "%s", why);
    p->open += token_is(&p->token, "(");
    p->open -= token_is(&p->token, ")");
    if (p->open < 0)
        return parser_fail(p, p->at, "unexpected right parenthesis ')'");
    if (p->token.kind == TOKEN_END && p->open > 0 && !p->braces)
        return parser_fail(p, p->token.at, "unclosed left parenthesis");
    return true;
}

bool parser_accept(struct parser *p, const char *text)
{
    return !p->failed && token_is(&p->token, text) && parser_next(p);
}

struct node *parser_node(struct parser *p, enum node_kind kind, enum promql_type type,
                         const char *at)
{
    struct node *node;

    if (++p->query->node_count > NODES_MOST)
        return parser_fail(p, at, "the query is too large for this simulation");
    node = arena_alloc(&p->query->arena, sizeof(*node));
    node->kind = kind;
    node->type = type;
    node->at = at;
    node->text = "";
    return node;
}

const char *parser_copy(struct parser *p)
{
    return arena_print(&p->query->arena, "%.*s", (int)p->token.len, p->token.at);
}

static bool add_regex(struct parser *p, struct matcher *m, const char *at)
{
    char words[WORDS_MOST] = "";

    if (p->query->regex_count == REGEXES_MOST)
        return parser_fail(p, at, "the query is too large for this simulation");
    m->regex = regex_new(m->value, words);
    if (!m->regex)
        return parser_fail(p, at, "%s", words);
    p->query->regexes[p->query->regex_count++] = m->regex;
    return true;
}

static bool matcher(struct parser *p, struct node *node)
{
    struct matcher *m = &node->matchers[node->matcher_count];
    const char *at = p->token.at;
    char what[TOKEN_WORDS];
    bool regex;

    if (p->token.kind == TOKEN_END)
        return parser_fail(p, p->token.at, "unexpected end of input inside braces");
    if (p->token.kind != TOKEN_NAME || node->matcher_count == MATCHERS_MOST)
        return parser_unexpected(p, " in label matching, expected identifier or \"}\"");
    m->name = parser_copy(p);
    if (!parser_next(p))
        return false;
    if (p->token.kind == TOKEN_END)
        return parser_fail(p, p->token.at, "unexpected end of input inside braces");
    if (token_is(&p->token, "~"))
        return parser_fail(p, p->token.at, "unexpected character inside braces: '~'");
    regex = token_is(&p->token, "=~") || token_is(&p->token, "!~");
    m->negative = p->token.at[0] == '!';
    if (!regex && !token_is(&p->token, "=") && !token_is(&p->token, "!="))
        return parser_unexpected(p, " in label matching, expected label matching operator");
    if (!parser_next(p))
        return false;
    if (p->token.kind != TOKEN_STRING)
        return parser_fail(p, p->token.at, "unexpected %s in label matching, expected string",
                           token_describe(&p->token, what));
    m->value = token_unquote(&p->token, &p->query->arena);
    node->matcher_count++;
    return (!regex || add_regex(p, m, at)) && parser_next(p);
}

static bool braces(struct parser *p, struct node *node)
{
    while (!token_is(&p->token, "}")) {
        if (!matcher(p, node))
            return false;
        if (p->token.kind == TOKEN_END)
            return parser_fail(p, p->token.at, "unexpected end of input inside braces");
        if (!parser_accept(p, ",") && !token_is(&p->token, "}"))
            return parser_unexpected(p, " in label matching, expected \",\" or \"}\"");
    }
    p->braces = false;
    return parser_next(p);
}

/* After the metric's name and the braces: [5m], offset 1h. */
static struct node *modifiers(struct parser *p, struct node *node)
{
    if (token_is(&p->token, "[")) {
        const char *at = p->at;
        size_t digits = strspn(at, "0123456789"), len = strspn(at, "0123456789smhdwy");
        char text[32];

        if (len == 0)
            return parser_fail(p, at, "missing unit character in duration");
        (void)snprintf(text, sizeof(text), "%.*s", (int)(len < 31 ? len : 31), at);
        if (!duration_parse(&node->window_ms, text) || node->window_ms <= 0)
            return parser_fail(p, at, "bad duration syntax: \"%.*s\"",
                               (int)(digits < 20 ? digits : 20), at);
        if (node->window_ms > WINDOW_DAYS * DAY_MS)
            return parser_fail(p, at, "ranges over %dd are not part of this simulation",
                               WINDOW_DAYS);
        p->at += len;
        if (!parser_next(p))
            return NULL;
        if (token_is(&p->token, ":"))
            return parser_fail(p, p->token.at, "subqueries are not part of this simulation");
        if (!parser_accept(p, "]"))
            return parser_fail(p, p->token.at, "unclosed left bracket");
        node->type = PROMQL_RANGE;
    }
    if (parser_accept(p, "offset")) {
        bool back = parser_accept(p, "-");

        if (p->token.kind != TOKEN_DURATION)
            return parser_unexpected(p, " in offset, expected duration");
        if (!duration_parse(&node->offset_ms, parser_copy(p)))
            return parser_fail(p, p->token.at, "bad duration syntax");
        node->offset_ms = back ? -node->offset_ms : node->offset_ms;
        (void)parser_next(p);
    }
    return p->failed ? NULL : node;
}

struct node *parser_selector(struct parser *p, const char *metric, const char *at)
{
    struct node *node = parser_node(p, NODE_SELECTOR, PROMQL_VECTOR, at);
    bool selects = *metric != '\0';

    if (!node)
        return NULL;
    node->text = metric;
    if (token_is(&p->token, "{")) {
        p->braces = true;
        if (!parser_next(p) || !braces(p, node))
            return NULL;
    }
    for (size_t i = 0; i < node->matcher_count; i++) {
        const struct matcher *m = &node->matchers[i];

        selects = selects || !matcher_fits(m, "");
        if (*metric && !m->regex && !m->negative && strcmp(m->name, "__name__") == 0)
            return parser_fail(p, at, "metric name must not be set twice: \"%.60s\" or \"%.60s\"",
                               metric, m->value);
    }
    if (!selects && !p->failed)
        return parser_fail(p, at, "vector selector must contain at least one non-empty matcher");
    return p->failed ? NULL : modifiers(p, node);
}
