/* mem: allocation that dies. Out of memory is not an error to handle: the hook
 * (which restores the terminal) runs, a line is printed, the program aborts.
 * Counts are checked for overflow. */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include <stddef.h>

#include <dxtop/record.h>

/* Zeroed memory, freed by free(). */
void *mem_new(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *mem_grow(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *mem_text(const char *text) __attribute__((malloc, returns_nonnull)); /* strdup */
char *mem_print(const char *fmt, ...) __attribute__((malloc, returns_nonnull)) DX_PRINTF(1, 2);

/* The same where a library has none left, or the system. */
_Noreturn void mem_die(void);
/* Called once before the program dies of want of memory; NULL: none. */
void mem_on_death(void (*hook)(void));

/* An arena: allocate at will (zeroed), free all at once. { 0 } is empty. */
struct arena {
    struct arena_block *head;
};

void *arena_alloc(struct arena *arena, size_t size) __attribute__((returns_nonnull));
/* The same, not zeroed, for what is written at once. */
void *arena_raw(struct arena *arena, size_t size) __attribute__((returns_nonnull));
char *arena_text(struct arena *arena, const char *text) __attribute__((returns_nonnull));
char *arena_print(struct arena *arena, const char *fmt, ...) __attribute__((returns_nonnull))
DX_PRINTF(2, 3);
void arena_free(struct arena *arena); /* empties it; it can be used again */

#endif
