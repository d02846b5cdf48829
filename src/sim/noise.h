/* noise: chance that is always the same for a seed, a place and a number, so
 * that the simulated company needs no memory. */
#ifndef SIM_NOISE_H
#define SIM_NOISE_H

#include <stdint.h>

/* No enumerators: what is made from them is past the range of int. */

uint64_t noise_hash(uint64_t seed, uint64_t place, int64_t n);
double noise_chance(uint64_t seed, uint64_t place, int64_t n); /* [0, 1) */
/* [0, 1), a chance every so often and a smooth way between. */
double noise_smooth(uint64_t seed, uint64_t place, int64_t at_ms, int64_t every_ms);
double noise_step(double share); /* 0 below 0, 1 above 1, smooth between */

#endif
