/* sim_ci_kit: the company's CI, and ids, to compare what its faces list with the truth. */
#ifndef SIM_CI_KIT_H
#define SIM_CI_KIT_H

#include "sim_kit.h"

/* sim_start() with so many requests an hour (0: any number), repositories, and 30 days. */
void sim_ci_start(int64_t limit, int repos);

struct ids {
    int64_t *ids;
    size_t count;
};
void ids_add(struct ids *ids, int64_t id);
/* Follow the pages from url on; key "": the body is the list. */
void ids_add_pages(struct ids *ids, const char *url, const char *key);
/* Those of the truth's lines. */
void ids_add_truth(struct ids *ids, const char *kind, const char *system, const char *field);
/* Both have the same, a hundred and more; frees them. */
void ids_expect_same(struct ids *a, struct ids *b, const char *what);
int ids_by_value(const void *a, const void *b); /* for qsort() */

#endif
