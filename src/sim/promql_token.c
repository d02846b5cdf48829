/* promql_token: a query cut into its words. */
#include "config.h"

#include "sim/promql_token.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == ':';
}

static size_t name_length(const char *at)
{
    size_t n = 0;

    while (in_name(at[n]))
        n++;
    return n;
}

/* Digits with a unit are a duration, else a number as strtod() reads it. */
static void take_number(struct token *t)
{
    size_t n = strspn(t->at, "0123456789");

    if (n > 0 && t->at[n] && strchr("smhdwy", t->at[n])) {
        t->kind = TOKEN_DURATION;
        t->len = strspn(t->at, "0123456789smhdwy");
        return;
    }
    t->kind = TOKEN_NUMBER;
    if (t->at[0] == '0' && (t->at[1] == 'x' || t->at[1] == 'X')) {
        t->len = 2 + strspn(t->at + 2, "0123456789abcdefABCDEF");
        return;
    }
    n += t->at[n] == '.';
    n += strspn(t->at + n, "0123456789");
    if (t->at[n] == 'e' || t->at[n] == 'E') {
        size_t sign = t->at[n + 1] == '+' || t->at[n + 1] == '-';
        size_t digits = strspn(t->at + n + 1 + sign, "0123456789");

        n += digits > 0 ? 1 + sign + digits : 0;
    }
    t->len = n;
}

static bool take_string(struct token *t, char why[TOKEN_WORDS])
{
    char quote = t->at[0];
    size_t n = 1;

    while (t->at[n] && t->at[n] != quote)
        n += quote != '`' && t->at[n] == '\\' && t->at[n + 1] ? 2 : 1;
    t->kind = TOKEN_STRING;
    t->len = n + 1;
    if (t->at[n] == quote)
        return true;
    (void)snprintf(why, TOKEN_WORDS, "unterminated quoted string");
    return false;
}

static bool is_number_name(const struct token *t)
{
    return t->len == 3 && (strncasecmp(t->at, "inf", 3) == 0 || strncasecmp(t->at, "nan", 3) == 0);
}

bool token_next(struct token *t, const char **at, char why[TOKEN_WORDS])
{
    static const char *const doubles[] = { "=~", "!~", "!=", "==", ">=", "<=" };

    while (isspace((unsigned char)**at) || **at == '#') /* a comment ends with its line */
        *at += **at == '#' ? strcspn(*at, "\n") : 1;
    *t = (struct token){ .kind = TOKEN_SYMBOL, .at = *at, .len = 1 };
    if (!**at) {
        t->kind = TOKEN_END;
        t->len = 0;
    } else if (isdigit((unsigned char)**at) || (**at == '.' && isdigit((unsigned char)(*at)[1]))) {
        take_number(t);
    } else if (in_name(**at) && **at != ':') {
        t->len = name_length(*at);
        t->kind = is_number_name(t) ? TOKEN_NUMBER : TOKEN_NAME;
    } else if (strchr("\"'`", **at)) {
        if (!take_string(t, why))
            return false;
    } else if (!strchr("(){}[],=!<>+-*/%^@:~", **at)) {
        (void)snprintf(why, TOKEN_WORDS, "unexpected character: '%c'",
                       isprint((unsigned char)**at) ? **at : '?');
        return false;
    }
    for (size_t i = 0; t->kind == TOKEN_SYMBOL && i < sizeof(doubles) / sizeof(doubles[0]); i++)
        if (strncmp(t->at, doubles[i], 2) == 0)
            t->len = 2;
    *at += t->len;
    return true;
}

bool token_is(const struct token *t, const char *text)
{
    return (t->kind == TOKEN_NAME || t->kind == TOKEN_SYMBOL) && strlen(text) == t->len &&
           strncmp(t->at, text, t->len) == 0;
}

const char *token_describe(const struct token *t, char out[TOKEN_WORDS])
{
    int len = t->len < 40 ? (int)t->len : 40;

    switch (t->kind) {
    case TOKEN_END:
        (void)snprintf(out, TOKEN_WORDS, "end of input");
        break;
    case TOKEN_NAME:
        if (token_is(t, "by") || token_is(t, "without") || token_is(t, "offset"))
            (void)snprintf(out, TOKEN_WORDS, "<%.*s>", len, t->at);
        else
            (void)snprintf(out, TOKEN_WORDS, "identifier \"%.*s\"", len, t->at);
        break;
    case TOKEN_NUMBER:
        (void)snprintf(out, TOKEN_WORDS, "number \"%.*s\"", len, t->at);
        break;
    case TOKEN_DURATION:
        (void)snprintf(out, TOKEN_WORDS, "duration \"%.*s\"", len, t->at);
        break;
    case TOKEN_STRING:
        if (t->at[0] == '"') /* as Go's %q */
            (void)snprintf(out, TOKEN_WORDS, "string \"\\\"%.*s\\\"\"", len - 2, t->at + 1);
        else
            (void)snprintf(out, TOKEN_WORDS, "string \"%.*s\"", len, t->at);
        break;
    case TOKEN_SYMBOL:
        if (strchr("(){}[],=", t->at[0]) && t->len == 1)
            (void)snprintf(out, TOKEN_WORDS, "\"%c\"", t->at[0]);
        else
            (void)snprintf(out, TOKEN_WORDS, "<op:%.*s>", len, t->at);
        break;
    }
    return out;
}

const char *token_unquote(const struct token *t, struct arena *arena)
{
    char *text = arena_alloc(arena, t->len);
    size_t n = 0;

    for (size_t i = 1; i + 1 < t->len; i++) {
        char c = t->at[i];

        if (c == '\\' && t->at[0] != '`') {
            c = t->at[++i];
            if (c == 'n')
                c = '\n';
            else if (c == 't')
                c = '\t';
        }
        text[n++] = c;
    }
    return text;
}
