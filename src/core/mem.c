/* mem: allocation that dies, and arenas. */
#include "config.h"

#include "core/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16384 };

static void (*death_hook)(void);

void mem_on_death(void (*hook)(void))
{
    death_hook = hook;
}

_Noreturn void mem_die(void)
{
    if (death_hook)
        death_hook();
    (void)fputs("dxtop: out of memory\n", stderr);
    abort();
}

void *mem_new(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size ? size : 1);

    if (!p)
        mem_die();
    return p;
}

void *mem_grow(void *old, size_t count, size_t size)
{
    size_t bytes = size != 0 && count > SIZE_MAX / size ? SIZE_MAX : count * size;
    void *p = realloc(old, bytes > 0 ? bytes : 1);

    if (!p)
        mem_die();
    return p;
}

char *mem_text(const char *text)
{
    size_t len = strlen(text) + 1;
    char *copy = mem_new(len, 1);

    memcpy(copy, text, len);
    return copy;
}

char *mem_print(const char *fmt, ...)
{
    va_list ap;
    char *text = NULL;

    va_start(ap, fmt);
    if (vasprintf(&text, fmt, ap) < 0)
        mem_die();
    va_end(ap);
    return text;
}

struct arena_block {
    struct arena_block *next;
    size_t used, cap;
    _Alignas(max_align_t) char data[];
};

void *arena_raw(struct arena *arena, size_t size)
{
    const size_t align = _Alignof(max_align_t);
    struct arena_block *b = arena->head;

    if (size > SIZE_MAX / 2)
        mem_die();
    size = (size + align - 1) / align * align;
    if (!b || b->cap - b->used < size) {
        size_t cap = size > BLOCK ? size : BLOCK;

        b = mem_grow(NULL, 1, sizeof(*b) + cap);
        b->used = 0;
        b->cap = cap;
        b->next = arena->head;
        arena->head = b;
    }
    b->used += size;
    return b->data + b->used - size;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    return memset(arena_raw(arena, size), 0, size);
}

char *arena_text(struct arena *arena, const char *text)
{
    size_t len = strlen(text) + 1;

    return memcpy(arena_raw(arena, len), text, len);
}

/* Nearly always it fits into what is left of the block, and is written once. */
char *arena_print(struct arena *arena, const char *fmt, ...)
{
    struct arena_block *b = arena->head;
    size_t room = b ? b->cap - b->used : 0;
    va_list ap, again;
    char *text;

    va_start(ap, fmt);
    va_copy(again, ap);
    int len = vsnprintf(b ? b->data + b->used : NULL, room, fmt, ap);
    va_end(ap);
    if (len < 0)
        mem_die();
    text = arena_raw(arena, (size_t)len + 1);
    if ((size_t)len >= room)
        (void)vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return text;
}

void arena_free(struct arena *arena)
{
    for (struct arena_block *b = arena->head, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    arena->head = NULL;
}
