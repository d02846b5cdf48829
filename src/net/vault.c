/* vault: memory for secrets. */
#include "config.h"

#include "net/vault.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HEAD = 64 };

char *vault_new(size_t size)
{
    size_t whole = size + HEAD;
    char *pages = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        abort();
    (void)madvise(pages, whole, MADV_DONTDUMP);
    (void)mlock(pages, whole); /* not in swap either, where the limit allows it */
    memcpy(pages, &whole, sizeof(whole));
    return pages + HEAD;
}

void vault_free(char *secret)
{
    size_t whole;

    if (!secret)
        return;
    memcpy(&whole, secret - HEAD, sizeof(whole));
    explicit_bzero(secret - HEAD, whole);
    (void)munmap(secret - HEAD, whole);
}
