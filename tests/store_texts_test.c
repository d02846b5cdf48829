/* Texts that nothing has any more go, and no others. */
#include "config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run.h"
#include "store/ci.h"
#include "store/texts.h"
#include "ticket_kit.h"

/* Numbers of texts are from here on: what is as large and no time is one. */
enum { FIRST = 60000000, TEXTS_MOST = 100000, UNUSED = 3000, UPKEEPS_MOST = 500 };

static const int64_t now_ms = INT64_C(1795530727000); /* KIT_NOW */

static char *dir, path[300];
static struct store *store;
static struct dx_error err;

static void run(const char *sql)
{
    cr_assert_eq(sqlite3_exec(store->db, sql, NULL, NULL, NULL), SQLITE_OK, "%s: %s", sql,
                 sqlite3_errmsg(store->db));
}

static int64_t number(const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t n;

    cr_assert_eq(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sql);
    cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", sql);
    n = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return n;
}

static void collect(void)
{
    store = store_open(path, STORE_COLLECT, &err);
    cr_assert(store && store_lock(store), "%s", err.text);
}

static void start(void)
{
    char sql[100];

    dir = test_dir();
    snprintf(path, sizeof(path), "%s/acme.db", dir);
    collect();
    snprintf(sql, sizeof(sql), "INSERT INTO text (id, text) VALUES (%d, 'the first')", FIRST);
    run(sql);
}

static void stop(void)
{
    store_close(store);
    free(dir);
}

TestSuite(store_texts, .init = start, .fini = stop, .timeout = 120);

static void upkeep(int64_t at_ms)
{
    cr_assert(store_upkeep(store, at_ms, &err), "%s", err.text);
}

static void sweep(int64_t at_ms)
{
    store->forgot.texts_freed = true;
    upkeep(at_ms);
    for (int i = 0; store->sweep && i < UPKEEPS_MOST; i++)
        upkeep(at_ms);
    cr_expect_null(store->sweep);
}

/* All columns of all tables that have numbers of texts, by what is in them; those without a
 * text: *lost. */
static int columns_with_texts(int *lost)
{
    sqlite3_stmt *columns;
    int found = 0;

    *lost = 0;
    cr_assert_eq(sqlite3_prepare_v2(store->db,
                                    "SELECT m.name, c.name FROM sqlite_schema m,"
                                    " pragma_table_info(m.name) c WHERE m.type = 'table'"
                                    " AND m.name NOT LIKE '%words%' AND m.name <> 'text'",
                                    -1, &columns, NULL),
                 SQLITE_OK);
    while (sqlite3_step(columns) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(columns, 0);
        const char *column = (const char *)sqlite3_column_text(columns, 1);
        char sql[400];

        snprintf(sql, sizeof(sql),
                 "SELECT count(*) FROM %s WHERE typeof(%s) = 'integer' AND %s BETWEEN %d AND %d",
                 table, column, column, FIRST, FIRST + TEXTS_MOST);
        if (number(sql) == 0)
            continue;
        found++;
        snprintf(sql + strlen(sql), sizeof(sql) - strlen(sql),
                 " AND NOT EXISTS (SELECT 1 FROM text WHERE id = %s)", column);
        if (number(sql) > 0) {
            cr_log_error("%s.%s has numbers without a text", table, column);
            ++*lost;
        }
    }
    (void)sqlite3_finalize(columns);
    return found;
}

Test(store_texts, what_anything_has_stays)
{
    int64_t used;
    int lost;

    store_close(store);
    company_write(path, KIT_NORMAL);
    tickets_write(path, KIT_NORMAL);
    collect();
    cr_expect_geq(columns_with_texts(&lost), 30);
    cr_expect_eq(lost, 0);
    sweep(now_ms);
    used = number("SELECT count(*) FROM text");
    for (int i = 0; i < UNUSED; i++) {
        char sql[80];

        snprintf(sql, sizeof(sql), "INSERT INTO text (text) VALUES ('unused %d')", i);
        run(sql);
    }
    sweep(now_ms + INT64_C(86400000));
    cr_expect_geq(columns_with_texts(&lost), 30);
    cr_expect_eq(lost, 0);
    cr_expect_eq(number("SELECT count(*) FROM text"), used);
    cr_expect_eq(number("SELECT count(*) FROM text WHERE text LIKE 'unused%'"), 0);
    cr_expect_gt(used, 100);
}

/* In the middle of it one is asked for, and another is made. */
Test(store_texts, what_is_asked_for_meanwhile_stays)
{
    int64_t asked, made;

    run("INSERT INTO text (text) VALUES ('asked for'), ('not'), ('kept in memory')");
    cr_expect_gt(text_id(store, "kept in memory", &err), 0);
    store->forgot.texts_freed = true;
    upkeep(now_ms);
    cr_assert_not_null(store->sweep);
    asked = text_id(store, "asked for", &err);
    made = text_id(store, "made", &err);
    cr_expect_gt(text_id(store, "kept in memory", &err), 0);
    for (int i = 0; store->sweep && i < UPKEEPS_MOST; i++)
        upkeep(now_ms);
    cr_expect_eq(number("SELECT count(*) FROM text"), 3);
    cr_expect_eq(text_known(store, "asked for", &err), asked);
    cr_expect_eq(text_known(store, "made", &err), made);
    cr_expect_eq(text_known(store, "not", &err), 0);
}

/* Texts are judged in slices, of which one may have nothing that goes. */
Test(store_texts, however_many_stay_those_behind_them_go)
{
    run("WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 25000)"
        " INSERT INTO text (text) SELECT 'used ' || n FROM n");
    run("INSERT INTO pool (source, name) SELECT 1, id FROM text");
    run("INSERT INTO text (text) VALUES ('unused')");
    sweep(now_ms);
    cr_expect_eq(text_known(store, "unused", &err), 0);
    cr_expect_eq(number("SELECT count(*) FROM text"), 25001);
}

Test(store_texts, a_number_that_was_kept_in_memory_is_asked_for_anew)
{
    int64_t before = text_id(store, "gone", &err);

    run("INSERT INTO text (text) VALUES ('the last')");
    sweep(now_ms);
    cr_expect_eq(text_known(store, "gone", &err), 0);
    cr_expect_neq(text_id(store, "gone", &err), before);
}

Test(store_texts, once_a_day_and_only_where_something_went)
{
    run("INSERT INTO text (text) VALUES ('unused')");
    upkeep(now_ms);
    cr_expect_null(store->sweep, "nothing went");
    sweep(now_ms);
    store->forgot.texts_freed = true;
    upkeep(now_ms + INT64_C(3600000));
    cr_expect_null(store->sweep, "it is only an hour later");
    upkeep(now_ms + INT64_C(86400000));
    cr_expect_not_null(store->sweep);
    upkeep(now_ms + INT64_C(86400000));
}
