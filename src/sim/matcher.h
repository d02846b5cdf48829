/* matcher: name="value" and its kin, as Prometheus and Alertmanager match labels. */
#ifndef SIM_MATCHER_H
#define SIM_MATCHER_H

#include <regex.h>
#include <stddef.h>

#include <dxtop/record.h>

enum { WORDS_MOST = 200 };

struct matcher {
    const char *name, *value;
    char *own[2]; /* of one that was parsed: what the two point to */
    bool negative;
    regex_t *regex; /* NULL: compared as text */
};

bool matcher_fits(const struct matcher *matcher, const char *value);

/* Anchored at both ends, in the syntax of RE2 as far as POSIX has it. NULL: words
 * are those of the real servers. */
regex_t *regex_new(const char *pattern, char words[WORDS_MOST]);
void regex_free(regex_t *regex); /* also NULL */

/* One of Alertmanager's filters: name="value", name=value, name!=, name=~, name!~.
 * false: words say why. matcher_done() frees what it holds. */
bool matcher_parse(struct matcher *matcher, const char *text, char words[WORDS_MOST]);
void matcher_done(struct matcher *matcher);

#endif
