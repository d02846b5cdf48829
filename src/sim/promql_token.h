/* promql_token: a query cut into its words. */
#ifndef SIM_PROMQL_TOKEN_H
#define SIM_PROMQL_TOKEN_H

#include <stddef.h>

#include "sim/promql.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_NUMBER,
    TOKEN_DURATION,
    TOKEN_STRING,
    TOKEN_SYMBOL, /* one or two characters of punctuation */
};

struct token {
    enum token_kind kind;
    const char *at;
    size_t len;
};

enum { TOKEN_WORDS = 80 };

/* The word at or after *at, which moves behind it. false: *why, at token->at. */
bool token_next(struct token *token, const char **at, char why[TOKEN_WORDS]);
bool token_is(const struct token *token, const char *text); /* a name or symbol */
/* What the real one calls it: identifier "up", <op:+>, end of input. */
const char *token_describe(const struct token *token, char out[TOKEN_WORDS]);
/* A string token without quotes and backslashes. */
const char *token_unquote(const struct token *token, struct arena *arena);

#endif
