/* environment: what we were given in it. */
#include "config.h"

#include "core/environment.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* It lies in one piece, above the stack. */
void environment_hide(void)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    char *from = environ ? environ[0] : NULL, *to = from;
    size_t before;

    for (char **text = environ; text && *text; text++) {
        from = *text < from ? *text : from;
        to = *text + strlen(*text) > to ? *text + strlen(*text) : to;
    }
    if (!from)
        return;
    before = (uintptr_t)from & (page - 1);
    (void)madvise(from - before, before + (size_t)(to - from) + 1, MADV_DONTDUMP);
}
