/* A store that somebody else wrote into, or whose bits flipped: what is read of it. */
#include "config.h"

#include "store_kit.h"

#include "store/internal.h"

TestSuite(foul_store, .init = kit_init, .fini = kit_done, .timeout = 20);

/* A shared store is written by its group: what one of them writes drives nobody's terminal, and
 * nobody's sums run over. */
Test(foul_store, rows_that_somebody_else_wrote_are_fit_to_be_shown_and_counted)
{
    struct dx_error err = { 0 };

    kit_collect();
    cr_assert(store_exec(kit.store,
                         "INSERT INTO log (at_ms, last_ms, times, level, source, text) VALUES"
                         " (1, 1, 9223372036854775807, -9223372036854775808, 'x',"
                         " char(27) || ']0;owned' || char(7) || CAST(x'FF' AS TEXT) || '\n' ||"
                         " char(155, 8238))",
                         &err),
              "%s", err.text);
    cr_expect_str_eq(ROWS(kit.store, DX_QUERY_LOG, DX_FILTER(.source = "x"), T0, DX_FIELD_TEXT,
                          DX_FIELD_LEVEL, DX_FIELD_N),
                     "\uFFFD]0;owned\uFFFD\uFFFD\n\uFFFD\uFFFD (\u00d79223372036854775807)"
                     "|-9007199254740992|9007199254740992\n");
}

/* A set up to it would be all the memory that there is, and the end of the program. */
Test(foul_store, a_far_row_id_stays_out_of_sets)
{
    struct ids ids = { 0 };

    ids_add(&ids, 5);
    ids_add(&ids, -1);
    ids_add(&ids, INT64_C(1) << 53);
    cr_expect(ids_has(&ids, 5));
    cr_expect_not(ids_has(&ids, -1));
    cr_expect_not(ids_has(&ids, INT64_C(1) << 53));
    cr_expect_eq(ids_next(&ids, 5), 0);
    ids_done(&ids);
}

/* Of its own: hashes, among them. */
Test(foul_store, what_a_source_remembers_comes_back_whole)
{
    static const int64_t values[] = { INT64_MIN, INT64_MAX, INT64_C(0x7EDCBA9876543210), -1 };
    kit_collect();
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct batch b = { 0 };

        batch_cursor(&b, "branch", values[i]);
        kit_poll(0, T0 + (int64_t)i, &b);
        cr_expect_eq(store_cursor(kit.store, kit.id[0], "branch"), values[i], "%zu", i);
    }
}
