/* rules: the inside of a catalogue, shared by what reads it and what matches. */
#ifndef INSIGHT_RULES_H
#define INSIGHT_RULES_H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "insight/catalogue.h"
#include "insight/strip.h"

enum { RULE_ID_MAX = 999999 };
#define CATEGORY_LETTERS "abcdefghijklmnopqrstuvwxyz0123456789_-"

struct rule {
    int id;
    size_t file; /* which call of catalogue_add() brought it */
    char *category;
    char class; /* P C A U, or - : off */
    int weight;
    pcre2_code *code;
    pcre2_code *turn; /* NULL: none */
    char turn_class;
};

struct catalogue {
    struct rule *rules;
    size_t count, cap, files;
    pcre2_compile_context *compiling;
    pcre2_match_context *matching; /* with the limits */
    pcre2_match_data *data;        /* scratch: a catalogue is for one thread */
    pcre2_code *own_peer;          /* the line names the job itself as the peer */
    pcre2_code *own_container;     /* or a container beside it */
    pcre2_code *assertion;         /* the line is of a test */
};

enum match { MATCH_NOT, MATCH_FOUND, MATCH_COSTLY };

/* COSTLY: the limits of catalogue.c were reached before it was known. */
enum match match_text(const struct catalogue *catalogue, const pcre2_code *code, const char *text,
                      size_t len);
/* With "##[error]" before it, if that is there, and without. */
enum match match_line(const struct catalogue *catalogue, const pcre2_code *code,
                      const struct stripped *line);

#endif
