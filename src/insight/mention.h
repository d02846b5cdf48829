/* mention: which pools, pipelines, projects and jobs a text names, so that a ticket is
 * tied to what it is about.
 *
 * A name is found in whichever case, and whole: what touches it on either side is no
 * letter or digit, and no -_/.:@ that has one behind it, so that "linux" is not in
 * "linux-xl", nor "acme/web" in "acme/web/issues". Blanks in a name are any blanks.
 *
 *   pool      its name
 *   project   "acme/api"; "api", its last part
 *   pipeline  "acme/api/test", "api/test"; "test"
 *   job       its name, where the text names its pipeline as well
 *
 * People write of tests and of linux without meaning the pipeline or the pool. A name is
 * plain when it is one word without a digit, or when all its words are such that any
 * company has (unit tests, self-hosted). A plain name counts only beside a word that says
 * what it is: "runner gpu", "the test pipeline"; of a job also in brackets: "web/e2e (chrome)". The
 * name of a pipeline or the last part of a project counts only where no other one is called so; any
 * other name ties up to three things (a repository that two systems build), and none where more are
 * called so. */
#ifndef INSIGHT_MENTION_H
#define INSIGHT_MENTION_H

#include <dxtop/record.h>

struct mention {
    enum dx_ref kind;
    int64_t id, nth; /* the caller's; of a job: its pipeline's id, and which one */
};

struct mentions; /* what can be named */

struct mentions *mentions_new(void);
void mentions_free(struct mentions *mentions); /* NULL is fine */
/* project: of all but pools; name: of all but projects; of a job also its pipeline. */
struct mention_name {
    struct mention what;
    const char *project, *name, *pipeline;
};
void mentions_add(struct mentions *mentions, const struct mention_name *name);
/* What the text names, each once, pools, projects and pipelines before jobs: at most cap. */
size_t mentions_find(const struct mentions *mentions, const char *text, struct mention *out,
                     size_t cap);

/* An expression for a full-text search (FTS5) that finds each text which may name it.
 * Returns out; "": there is nothing to look for. */
enum { MENTION_SEARCH = 2048 };
const char *mention_search(char out[MENTION_SEARCH], const struct mention_name *name);

#endif
