#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/buf.h"
#include "core/mem.h"
#include "model/batch.h"

Test(mem, an_arena_gives_zeroed_aligned_memory_of_any_size)
{
    struct arena arena = { 0 };

    for (size_t size = 1; size < 100000; size = size * 3 + 1) {
        char *p = arena_alloc(&arena, size);

        cr_expect_eq((size_t)p % _Alignof(max_align_t), 0);
        cr_expect_eq(p[0] | p[size - 1], 0);
        memset(p, 'x', size);
    }
    cr_expect_str_eq(arena_print(&arena, "%d-%s", 7, "x"), "7-x");
    arena_free(&arena);
}

Test(mem, what_is_printed_fits_at_the_end_of_a_block_as_anywhere)
{
    struct arena arena = { 0 };

    for (int width = 1; width < 1200; width++) {
        const char *text = arena_print(&arena, "%0*d", width, 7);

        cr_expect_eq(strlen(text), (size_t)width);
        cr_expect_eq(text[width - 1], '7');
    }
    cr_expect_eq(strlen(arena_print(&arena, "%0*d", 100000, 7)), 100000);
    arena_free(&arena);
}

Test(mem, an_impossible_size_dies, .signal = SIGABRT)
{
    free(mem_grow(NULL, SIZE_MAX, 8));
}

Test(buf, what_passes_the_ceiling_is_not_taken_and_is_said)
{
    struct buf buf;

    buf_init(&buf, 10);
    cr_expect(buf_text(&buf, "12345"));
    cr_expect_not(buf_print(&buf, "%s", "678901"));
    cr_expect(buf.full);
    cr_expect_str_eq(buf.bytes, "12345");
    buf_clear(&buf);
    cr_expect_not(buf.full);
    cr_expect(buf_print(&buf, "%010d", 7));
    cr_expect_eq(buf.len, 10);
    cr_expect_str_eq(buf.bytes, "0000000007");
    buf_done(&buf);
    cr_expect_null(buf.bytes);
}

Test(batch, a_series_is_found_again_among_ten_thousand)
{
    struct batch batch = { 0 };
    char labels[64];

    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < 10000; i++) {
            snprintf(labels, sizeof(labels), "{n=\"%zu\"}", i);
            cr_assert_eq(
                batch_series(&batch, (struct series){ .query = "q",
                                                      .labels = arena_text(&batch.arena, labels) }),
                i);
        }
    cr_expect_eq(batch.series_count, 10000);
    batch_done(&batch);
}

Test(batch, text_is_cleaned_at_the_one_door)
{
    struct batch batch = { 0 };

    cr_expect_str_eq(batch_text(&batch, "a\x1b[2Jb", 6), "a\xEF\xBF\xBD[2Jb");
    struct alert *alert = batch_alert(&batch);
    cr_expect_str_eq(alert->summary, "");
    batch_done(&batch);
}
