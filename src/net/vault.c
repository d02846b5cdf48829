/* vault: memory for secrets. */
#include "config.h"

#include "net/vault.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/mem.h"

enum { HEAD = 64, PAGE = 4096, KEPT_MOST = 8 };

/* Wiped ones, for the next secret: each request has one, and to ask the system for its pages, and
 * to give them back, is ten calls. */
static char *kept[KEPT_MOST];
static size_t kept_count;

static size_t length_of(size_t whole)
{
    return whole > PAGE ? whole : PAGE;
}

static char *map(size_t len)
{
    char *pages = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED)
        mem_die();
    (void)madvise(pages, len, MADV_DONTDUMP);
    (void)mlock(pages, len); /* not in swap either, where the limit allows it */
    return pages;
}

char *vault_new(size_t size)
{
    size_t whole = size + HEAD;
    bool is_kept = whole <= PAGE && kept_count > 0;
    char *pages = is_kept ? kept[--kept_count] : map(length_of(whole));

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
    if (whole <= PAGE && kept_count < KEPT_MOST)
        kept[kept_count++] = secret - HEAD;
    else
        (void)munmap(secret - HEAD, length_of(whole));
}
