/* noise: chance that is always the same for a seed, a place and a number. */
#include "config.h"

#include "sim/noise.h"

/* splitmix64: https://prng.di.unimi.it/splitmix64.c */
static uint64_t mix(uint64_t x)
{
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

uint64_t noise_hash(uint64_t seed, uint64_t place, int64_t n)
{
    return mix(mix(seed ^ place * 0x632BE59BD9B4E019u) + (uint64_t)n);
}

double noise_chance(uint64_t seed, uint64_t place, int64_t n)
{
    return (double)(noise_hash(seed, place, n) >> 11) * 0x1.0p-53;
}

double noise_step(double share)
{
    if (share <= 0.)
        return 0.;
    return share >= 1. ? 1. : share * share * (3. - 2. * share);
}

double noise_smooth(uint64_t seed, uint64_t place, int64_t at_ms, int64_t every_ms)
{
    int64_t n = at_ms / every_ms;
    double way = noise_step((double)(at_ms % every_ms) / (double)every_ms);

    return noise_chance(seed, place, n) * (1. - way) + noise_chance(seed, place, n + 1) * way;
}
