/* beside: how busy others kept the machine while something was measured. */
#ifndef BENCH_BESIDE_H
#define BENCH_BESIDE_H

struct beside {
    double wall_s, cpu_s; /* of this process */
    double busy_s;        /* of all processors, by all */
};

double beside_wall_s(void);
double beside_cpu_s(void);

struct beside beside_begin(void);
/* The share of the machine's processors that others had since then, in per cent. */
double beside_others(const struct beside *begun);

#endif
