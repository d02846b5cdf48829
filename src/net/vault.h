/* vault: memory for secrets: not in core dumps, wiped before it is freed. */
#ifndef NET_VAULT_H
#define NET_VAULT_H

#include <stddef.h>

/* size zeroed bytes on pages of their own (MADV_DONTDUMP). */
char *vault_new(size_t size) __attribute__((returns_nonnull));
void vault_free(char *secret); /* NULL is fine */

#endif
