/* catalogue: reads rules, compiles them, and matches within limits. */
#include "config.h"

#include "insight/rules.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"

enum {
    RULES_MAX = 2000,
    LINE_MAX_BYTES = 4000,
    WEIGHT_SURE = 3, /* P and C */
    WEIGHT_MAYBE = 2 /* A */
};

/* Ordinary rules stay far below these; with them a hostile pattern costs at most
 * tens of milliseconds on a line of STRIP_MAX bytes, and cause.c gives it up soon. */
enum { STEPS_MAX = 5000, DEPTH_MAX = 1000, HEAP_MAX_KIB = 1024, NESTING_MAX = 50 };

/* ---- matching ---- */

enum match match_text(const struct catalogue *catalogue, const pcre2_code *code, const char *text,
                      size_t len)
{
    int found =
        pcre2_match(code, (PCRE2_SPTR)text, len, 0, 0, catalogue->data, catalogue->matching);

    if (found >= 0)
        return MATCH_FOUND;
    return found == PCRE2_ERROR_NOMATCH ? MATCH_NOT : MATCH_COSTLY;
}

enum match match_line(const struct catalogue *catalogue, const pcre2_code *code,
                      const struct stripped *line)
{
    enum match found = MATCH_NOT;

    if (line->mark_len > 0)
        found =
            match_text(catalogue, code, line->text - line->mark_len, line->len + line->mark_len);
    return found == MATCH_NOT ? match_text(catalogue, code, line->text, line->len) : found;
}

static pcre2_code *compile(const struct catalogue *catalogue, const char *pattern, int *error,
                           size_t *offset)
{
    const uint32_t options = PCRE2_CASELESS | PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
                             PCRE2_NEVER_BACKSLASH_C | PCRE2_DOLLAR_ENDONLY;
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, options, error,
                                     offset, catalogue->compiling);

    if (code) /* where there is no JIT, it is interpreted */
        (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

static pcre2_code *compile_own(const struct catalogue *catalogue, const char *pattern)
{
    int error;
    size_t offset;

    return compile(catalogue, pattern, &error, &offset);
}

struct catalogue *catalogue_new(void)
{
    struct catalogue *c = mem_new(1, sizeof(*c));

    c->compiling = pcre2_compile_context_create(NULL);
    c->matching = pcre2_match_context_create(NULL);
    c->data = pcre2_match_data_create(1, NULL);
    if (!c->compiling || !c->matching || !c->data)
        abort();
    (void)pcre2_set_parens_nest_limit(c->compiling, NESTING_MAX);
    (void)pcre2_set_match_limit(c->matching, STEPS_MAX);
    (void)pcre2_set_depth_limit(c->matching, DEPTH_MAX);
    (void)pcre2_set_heap_limit(c->matching, HEAP_MAX_KIB);
    c->own_peer = compile_own(c, "\\blocalhost\\b|(?<![\\w.])127\\.\\d|\\[::1\\]|"
                                 "\\bhost\\.docker\\.internal\\b");
    c->own_container = compile_own(
        c, "(?<![\\w./-])(postgres|postgresql|mysql|mariadb|redis|mongo|mongodb|rabbitmq|kafka|"
           "zookeeper|elasticsearch|opensearch|memcached|minio|localstack|selenium|db|database)"
           "(:\\d{4,5}\\b|[\"'),;]|\\s*$)");
    c->assertion = compile_own(c, "\\bassert|\\bexpected\\b|\\bgot\\b|--- FAIL");
    if (!c->own_peer || !c->own_container || !c->assertion)
        abort();
    return c;
}

static void rule_done(struct rule *rule)
{
    free(rule->category);
    pcre2_code_free(rule->code);
    pcre2_code_free(rule->turn);
}

void catalogue_free(struct catalogue *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < c->count; i++)
        rule_done(&c->rules[i]);
    free(c->rules);
    pcre2_code_free(c->own_peer);
    pcre2_code_free(c->own_container);
    pcre2_code_free(c->assertion);
    pcre2_match_data_free(c->data);
    pcre2_match_context_free(c->matching);
    pcre2_compile_context_free(c->compiling);
    free(c);
}

/* ---- reading ---- */

enum { ID, CATEGORY, CLASS, PATTERN, SAMPLE, SOURCE, WEIGHT, TURN, FIELDS };

struct reading {
    struct catalogue *catalogue;
    const char *name;
    int line;
    struct buf *complaints;
    char *field[FIELDS]; /* of the line; "" where there is none */
};

static bool complain(struct reading *r, const char *fmt, ...) DX_PRINTF(2, 3);

static bool complain(struct reading *r, const char *fmt, ...)
{
    char text[400], clean[400];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    (void)text_clean(clean, sizeof(clean), text, strlen(text));
    (void)buf_print(r->complaints, "%s:%d: %s\n", r->name, r->line, clean);
    return false;
}

/* 0 to most, of digits only; -1: it is not. */
static int number(const char *text, int most)
{
    int value = 0;

    if (!*text)
        return -1;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        value = 10 * value + (*text - '0');
        if (value > most)
            return -1;
    }
    return value;
}

static bool read_pattern(struct reading *r, pcre2_code **code, const char *what,
                         const char *pattern)
{
    char words[200];
    int error;
    size_t offset;

    if (!*pattern)
        return complain(r, "the %s is missing", what);
    *code = compile(r->catalogue, pattern, &error, &offset);
    if (*code)
        return true;
    if (pcre2_get_error_message(error, (PCRE2_UCHAR *)words, sizeof(words)) < 0)
        words[0] = '\0';
    return complain(r, "the %s cannot be read at its character %zu: %s", what, offset + 1, words);
}

static bool read_class(struct reading *r, struct rule *rule)
{
    const char *class = r->field[CLASS];

    if (!*class || class[1] || !strchr("PCAU-", *class))
        return complain(r, "the class is P, C, A, U or -, not \"%.20s\"", class);
    rule->class = *class;
    return true;
}

static bool read_category(struct reading *r, struct rule *rule)
{
    const char *category = r->field[CATEGORY];
    size_t len = strspn(category, CATEGORY_LETTERS);

    if (len == 0 || category[len] || len > 30)
        return complain(r,
                        "the category is a word of a-z, 0-9, _ and -, at most 30 letters, not "
                        "\"%.40s\"",
                        category);
    rule->category = mem_text(category);
    return true;
}

static bool read_weight(struct reading *r, struct rule *rule)
{
    const char *weight = r->field[WEIGHT];

    if (*weight) {
        rule->weight = number(weight, 9);
        return rule->weight >= 0 ||
               complain(r, "the weight is a number from 0 to 9, not \"%.20s\"", weight);
    }
    if (rule->class == 'P' || rule->class == 'C')
        rule->weight = WEIGHT_SURE;
    else if (rule->class == 'A')
        rule->weight = WEIGHT_MAYBE;
    return true;
}

static bool read_turn(struct reading *r, struct rule *rule)
{
    const char *turn = r->field[TURN];

    if (!*turn)
        return true;
    if (!strchr("PCAU", *turn) || turn[1] != ':')
        return complain(r, "the turn is like \"A:not found\", of class P, C, A or U");
    rule->turn_class = *turn;
    return read_pattern(r, &rule->turn, "pattern of the turn", turn + 2);
}

static bool check_sample(struct reading *r, const struct rule *rule)
{
    const char *sample = r->field[SAMPLE];
    char room[STRIP_MAX];
    struct stripped line = strip_line(room, sample, strlen(sample), false);

    if (!*sample)
        return complain(r, "the sample is missing: a line that the pattern matches");
    switch (match_line(r->catalogue, rule->code, &line)) {
    case MATCH_FOUND:
        return true;
    case MATCH_NOT:
        return complain(r, "the pattern does not match its sample");
    case MATCH_COSTLY:
        break;
    }
    return complain(r, "the pattern takes too many steps on its sample");
}

static struct rule *rule_of(struct catalogue *c, int id)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->rules[i].id == id)
            return &c->rules[i];
    return NULL;
}

/* Puts the rule in the place of that of its id, or at the end. */
static bool keep(struct reading *r, const struct rule *rule)
{
    struct catalogue *c = r->catalogue;
    struct rule *old = rule_of(c, rule->id);

    if (old && old->file == rule->file)
        return complain(r, "rule %d is in this file twice", rule->id);
    if (!old && rule->class == '-')
        return complain(r, "there is no rule %d to switch off", rule->id);
    if (!old && c->count == RULES_MAX)
        return complain(r, "more than %d rules", RULES_MAX);
    if (old) {
        rule_done(old);
        *old = *rule;
        return true;
    }
    if (c->count == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 64;
        c->rules = mem_grow(c->rules, c->cap, sizeof(*c->rules));
    }
    c->rules[c->count++] = *rule;
    return true;
}

static bool read_rule(struct reading *r)
{
    struct rule rule = { .file = r->catalogue->files, .id = number(r->field[ID], RULE_ID_MAX) };

    if (rule.id < 1)
        return complain(r, "a rule begins with its id, a number from 1, not \"%.20s\"",
                        r->field[ID]);
    if (!read_class(r, &rule))
        return false;
    if (rule.class == '-' && keep(r, &rule))
        return true;
    if (rule.class != '-' && read_category(r, &rule) && read_weight(r, &rule) &&
        read_pattern(r, &rule.code, "pattern", r->field[PATTERN]) && read_turn(r, &rule) &&
        check_sample(r, &rule) && keep(r, &rule))
        return true;
    rule_done(&rule);
    return false;
}

/* Takes the line apart at its tabs, in place. */
static void split(struct reading *r, char *line)
{
    static char nothing[] = "";

    for (int i = 0; i < FIELDS; i++) {
        r->field[i] = line ? line : nothing;
        line = line ? strchr(line, '\t') : NULL;
        if (line)
            *line++ = '\0';
    }
}

static bool read_line(struct reading *r, const char *line, size_t len)
{
    char copy[LINE_MAX_BYTES + 1];

    if (len > 0 && line[len - 1] == '\r')
        len--;
    if (len == 0 || *line == '#' || (len >= 3 && memcmp(line, "id\t", 3) == 0))
        return true;
    if (len > LINE_MAX_BYTES)
        return complain(r, "a rule has at most %d bytes, this one %zu", LINE_MAX_BYTES, len);
    memcpy(copy, line, len);
    copy[len] = '\0';
    split(r, copy);
    return read_rule(r);
}

bool catalogue_add(struct catalogue *c, const char *name, const char *text, struct buf *complaints)
{
    struct reading r = { .catalogue = c, .name = name, .complaints = complaints };
    bool ok = true;

    c->files++;
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3;
    while (*text) {
        size_t len = strcspn(text, "\n");

        r.line++;
        ok = read_line(&r, text, len) && ok;
        text += len + (text[len] == '\n');
    }
    return ok;
}
