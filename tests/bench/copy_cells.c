/* copy_cells: what it takes at least to have a frame of 200x60: its cells, copied.
 * usage: copy_cells; prints JSON: microseconds of the processor. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "floor.h"
#include "ui/canvas.h"

enum { ROWS = 60, COLS = 200, TIMES = 2000 };

int main(void)
{
    const size_t count = (size_t)ROWS * COLS;
    struct cell *from = mem_new(count, sizeof(*from)), *to = mem_new(count, sizeof(*to));
    double began;
    unsigned sum = 0;

    began = floor_cpu_s();
    for (int i = 0; i < TIMES; i++) {
        from[(size_t)i % count].cp = (unsigned)i & 0x1FFFFF;
        memcpy(to, from, count * sizeof(*to));
        sum += to[(size_t)i % count].cp; /* or the copy would not be made */
    }
    printf("{\"us\": %.2f, \"bytes\": %zu, \"sum\": %u}\n", (floor_cpu_s() - began) * 1e6 / TIMES,
           count * sizeof(*to), sum);
    free(from);
    free(to);
    return 0;
}
