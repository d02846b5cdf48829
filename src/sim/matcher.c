/* matcher: name="value" and its kin, as Prometheus and Alertmanager match labels. */
#include "config.h"

#include "sim/matcher.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

bool matcher_fits(const struct matcher *m, const char *value)
{
    bool same = m->regex ? regexec(m->regex, value, 0, NULL, 0) == 0 : strcmp(value, m->value) == 0;

    return same != m->negative;
}

enum { PATTERN_MOST = 500, GROUPS_MOST = 5 };

/* What stands between [ and ], from the [ on. */
static size_t bracket_length(const char *at)
{
    size_t n = 1 + (at[1] == '^');

    n += at[n] == ']';
    return n + strcspn(at + n, "]");
}

/* From RE2's syntax to POSIX': groups that do not count, and laziness, make no
 * difference here. What is left out would let regcomp() eat all memory: repetition
 * of repetition, which RE2 refuses too, counted repetition and deep groups. */
static const char *translate(char out[PATTERN_MOST + 8], const char *pattern, size_t *len)
{
    bool repeated = false;
    int depth = 0;

    for (const char *at = pattern; *at; at++) {
        size_t n = 1;

        if (*at == '\\' && at[1])
            n = 2;
        else if (*at == '[')
            n = bracket_length(at) + 1;
        if (n > strlen(at))
            n = strlen(at);
        depth += *at == '(';
        depth -= *at == ')' && depth > 0;
        if (depth > GROUPS_MOST)
            return "groups this deep are not part of this simulation";
        if (*at == '{')
            return "counted repetition is not part of this simulation";
        if (repeated && (*at == '*' || *at == '+'))
            return "invalid nested repetition operator";
        if (!repeated || *at != '?') {
            memcpy(out + *len, at, n);
            *len += n;
        }
        if (strncmp(at, "(?:", 3) == 0)
            n = 3;
        repeated = *at == '*' || *at == '+' || *at == '?';
        at += n - 1;
    }
    return NULL;
}

regex_t *regex_new(const char *pattern, char words[WORDS_MOST])
{
    regex_t *regex = mem_new(1, sizeof(*regex));
    char whole[PATTERN_MOST + 8] = "^(", why[80];
    const char *wrong = "expression too large";
    size_t len = 2;
    int code = REG_ESPACE;

    if (strlen(pattern) <= PATTERN_MOST)
        wrong = translate(whole, pattern, &len);
    (void)snprintf(whole + len, sizeof(whole) - len, ")$");
    if (!wrong)
        code = regcomp(regex, whole, REG_EXTENDED | REG_NOSUB);
    if (code == 0)
        return regex;
    if (!wrong && code != REG_EPAREN)
        (void)regerror(code, regex, why, sizeof(why));
    else
        (void)snprintf(why, sizeof(why), "%s", wrong ? wrong : "missing closing )");
    (void)snprintf(words, WORDS_MOST, "error parsing regexp: %s: `^(?:%.80s)$`", why, pattern);
    free(regex);
    return NULL;
}

void regex_free(regex_t *regex)
{
    if (regex)
        regfree(regex);
    free(regex);
}

/* The value as it is meant: without its quotes and their backslashes. */
static char *unquoted(const char *text)
{
    size_t len = strlen(text), n = 0;
    bool quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';
    char *value = mem_text(quoted ? text + 1 : text);

    if (!quoted)
        return value;
    value[len - 2] = '\0';
    for (size_t i = 0; value[i]; i++) {
        if (value[i] == '\\' && value[i + 1])
            i++;
        value[n++] = value[i];
    }
    value[n] = '\0';
    return value;
}

bool matcher_parse(struct matcher *m, const char *text, char words[WORDS_MOST])
{
    static const char *const operators[] = { "=~", "!~", "!=", "=" };
    size_t len = 0, i = 0;

    *m = (struct matcher){ 0 };
    text += strspn(text, " ");
    while (isalnum((unsigned char)text[len]) || text[len] == '_' || text[len] == ':')
        len++;
    const char *at = text + len + strspn(text + len, " ");
    while (i < 4 && strncmp(at, operators[i], strlen(operators[i])) != 0)
        i++;
    if (len == 0 || isdigit((unsigned char)*text) || i == 4) {
        (void)snprintf(words, WORDS_MOST, "bad matcher format: %.120s", text);
        return false;
    }
    at += strlen(operators[i]);
    m->name = m->own[0] = mem_print("%.*s", (int)len, text);
    m->value = m->own[1] = unquoted(at + strspn(at, " "));
    m->negative = operators[i][0] == '!';
    if (operators[i][1] != '~')
        return true;
    m->regex = regex_new(m->value, words);
    if (!m->regex)
        matcher_done(m);
    return m->name != NULL;
}

void matcher_done(struct matcher *m)
{
    free(m->own[0]);
    free(m->own[1]);
    regex_free(m->regex);
    *m = (struct matcher){ 0 };
}
