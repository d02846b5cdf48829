/* beside: how busy others kept the machine while something was measured. */
#include "config.h"

#include "beside.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static double clock_s(clockid_t which)
{
    struct timespec t;

    (void)clock_gettime(which, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

double beside_wall_s(void)
{
    return clock_s(CLOCK_MONOTONIC);
}

double beside_cpu_s(void)
{
    return clock_s(CLOCK_PROCESS_CPUTIME_ID);
}

/* user, nice, system, idle, iowait, irq, softirq, steal: all but idle and iowait, proc(5).
 * What another machine had is not ours either. */
static double busy_s(void)
{
    FILE *f = fopen("/proc/stat", "re");
    double n[8] = { 0 }, sum = 0.;

    if (!f)
        return 0.;
    if (fscanf(f, "cpu %lf %lf %lf %lf %lf %lf %lf %lf", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5],
               &n[6], &n[7]) == 8)
        sum = n[0] + n[1] + n[2] + n[5] + n[6] + n[7];
    (void)fclose(f);
    return sum / (double)sysconf(_SC_CLK_TCK);
}

struct beside beside_begin(void)
{
    return (struct beside){ beside_wall_s(), beside_cpu_s(), busy_s() };
}

double beside_others(const struct beside *begun)
{
    double all = (beside_wall_s() - begun->wall_s) * (double)sysconf(_SC_NPROCESSORS_ONLN);
    double others = busy_s() - begun->busy_s - (beside_cpu_s() - begun->cpu_s);

    return all > 0. && others > 0. ? 100. * others / all : 0.;
}
