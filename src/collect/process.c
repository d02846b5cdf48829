/* process: what the collector asks of its own process. */
#include "config.h"

#include "collect/process.h"

#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>

enum { MALLOC_LARGE = 32 << 10, MALLOC_PAD = 4096 /* bytes */ };

/* What a poll took goes back when it is done: else the heap keeps 2 MiB between polls. */
void process_be_small(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, MALLOC_LARGE);
    (void)mallopt(M_TRIM_THRESHOLD, MALLOC_LARGE);
    (void)mallopt(M_TOP_PAD, MALLOC_PAD);
}

/* No core with secrets in it, and nobody of this user's looks into us. */
void process_harden(void)
{
    (void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}
