/* colour: how colours look, to every kind of sight. The test kit of themes. */
#ifndef TESTS_COLOUR_H
#define TESTS_COLOUR_H

#include <stdint.h>

struct lab { /* CIE L*a*b*, D65 */
    double l, a, b;
};

/* Machado, Oliveira, Fernandes 2009, at full severity, in linear RGB. */
enum sight { SIGHT_NORMAL, SIGHT_PROTAN, SIGHT_DEUTAN, SIGHT_TRITAN, SIGHTS };

const char *sight_name(enum sight sight);

double colour_contrast(uint32_t a, uint32_t b); /* WCAG 2: 1 to 21 */
struct lab colour_lab(uint32_t rgb, enum sight sight);
double colour_distance(struct lab x, struct lab y); /* CIEDE2000 */
double colour_apart(uint32_t a, uint32_t b, enum sight sight);
double colour_apart_least(uint32_t a, uint32_t b); /* of all kinds of sight */

/* The fixed part of the 256 colours: 16 to 255. The first 16 are the user's. */
enum { INDEX_FIRST = 16, INDEX_LAST = 255 };
uint32_t colour_of_index(int index);

#endif
