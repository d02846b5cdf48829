/* catalogue: the texts that say why a job failed: patterns of the shipped file
 * failure_patterns.tsv and of the user's own of the same form. A file is UTF-8, one
 * rule a line, fields between tabs; lines that are empty or begin with # are left
 * out, and so is the heading ("id<TAB>...").
 *
 *   id        whole number from 1; one that was there in a file before replaces that
 *             rule
 *   category  "runner", "network" ...: [a-z0-9_-]+
 *   class     P the platform's fault; C not (who then, the category says); A it may
 *             be: only other failures like it can tell (incident.h); U it says
 *             nothing; - switches off the rule of this id
 *   pattern   PCRE2, caseless, against one line; POSIX extended expressions mean
 *             the same
 *   sample    a line that it matches, which is tested
 *   source    where it is from; may be missing, and so may
 *   weight    0 to 9: against other rules; "" is 3 for P and C, 2 for A, 0 for U
 *   turn      "A:PATTERN": of class A (P, C, U) where the line matches this one too
 */
#ifndef INSIGHT_CATALOGUE_H
#define INSIGHT_CATALOGUE_H

#include "core/buf.h"

struct catalogue;

struct catalogue *catalogue_new(void); /* empty; never NULL */
void catalogue_free(struct catalogue *catalogue);

/* Adds the rules of a file's text. Each line that cannot be used is left out and
 * gets a complaint, "NAME:LINE: what is wrong" and a line feed; false: there were
 * some. */
bool catalogue_add(struct catalogue *catalogue, const char *name, const char *text,
                   struct buf *complaints);

#endif
