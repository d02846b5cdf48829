/* world_read: what is in a world's store, as sums. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "store/internal.h"
#include "store_kit.h"
#include "world_kit.h"

/* Of its own numbers those that are the same in every store where the same was done. */
static const char meta_sql[] =
    "SELECT * FROM meta WHERE key NOT IN ('fence', 'pid', 'boot', 'alias_key', 'change')";

static uint64_t hash_table(sqlite3 *db, const char *name, bool meta)
{
    uint64_t h = UINT64_C(14695981039346656037);
    sqlite3_stmt *stmt;
    char sql[128];

    (void)snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", name);
    if (!meta && strcmp(name, "meta") == 0)
        (void)snprintf(sql, sizeof(sql), "%s", meta_sql);
    cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sql);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            int type = sqlite3_column_type(stmt, i);

            h = world_hash(h, &type, sizeof(type));
            h = world_hash(h, sqlite3_column_blob(stmt, i), (size_t)sqlite3_column_bytes(stmt, i));
        }
    (void)sqlite3_finalize(stmt);
    return h;
}

uint64_t world_sum(const struct world *w, bool meta)
{
    uint64_t h = 0;
    sqlite3_stmt *stmt;
    sqlite3 *db;

    cr_assert_eq(sqlite3_open(store_path(w->store), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_prepare_v2(db,
                                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql"
                                    " NOT LIKE 'CREATE VIRTUAL%'",
                                    -1, &stmt, NULL),
                 SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        h = h * 31 + hash_table(db, (const char *)sqlite3_column_text(stmt, 0), meta);
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return h;
}

const char *const world_keys[] = { "", "p1", "q1", "r1", "j1", "f1:1", "t1", "b1", "c1", NULL };

uint64_t world_rows(struct store *store, enum dx_query query, const char *key, bool *said)
{
    struct reader reader = store_reader(store);
    struct dx_filter filter = { .size = sizeof(filter), .key = key, .parts = true };
    uint64_t h = 0;
    void *rows;

    if (query >= DX_QUERY_RUNBOOKS && query <= DX_QUERY_SIMILAR && !*key)
        filter.name = "disk";
    rows = reader.open(reader.self, query, &filter, T0 + 2 * MINUTE);
    while (reader.ops->next(rows))
        for (int f = 0; f < DX_FIELD_COUNT; f++) {
            const char *text = reader.ops->text(rows, (enum dx_field)f);
            double number = reader.ops->number(rows, (enum dx_field)f);
            bool nothing = isnan(number);

            h = world_hash(h, text, strlen(text) + 1);
            h = world_hash(h, nothing ? (const void *)&nothing : &number,
                           nothing ? sizeof(nothing) : sizeof(number));
        }
    reader.ops->close(rows);
    *said = reader.error(reader.self) != NULL;
    return h;
}
