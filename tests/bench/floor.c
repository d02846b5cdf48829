/* floor: what SQLite takes at least. */
#include "config.h"

#include "floor.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/mem.h"

enum { ROWS_A_PIECE = 2000 };

double floor_cpu_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK)
        return stmt;
    fprintf(stderr, "floor: %s\n", sqlite3_errmsg(db));
    exit(1);
}

struct table {
    const char *name;
    sqlite3_value **value; /* row by row */
    size_t count;
    int columns;
};

static void read_rows(sqlite3 *db, struct table *t)
{
    char *sql = mem_print("SELECT * FROM %s", t->name);
    sqlite3_stmt *stmt = prepare(db, sql);
    size_t cap = 0;

    t->columns = sqlite3_column_count(stmt);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        if (t->count + (size_t)t->columns > cap) {
            cap = 2 * cap + (size_t)t->columns;
            t->value = mem_grow(t->value, cap, sizeof(*t->value));
        }
        for (int i = 0; i < t->columns; i++)
            t->value[t->count++] = sqlite3_value_dup(sqlite3_column_value(stmt, i));
    }
    sqlite3_finalize(stmt);
    free(sql);
}

static void write_rows(sqlite3 *db, const struct table *t)
{
    char *sql = mem_print("INSERT INTO %s VALUES (?%s", t->name, "");
    sqlite3_stmt *stmt;

    for (int i = 1; i <= t->columns; i++) {
        char *longer = mem_print("%s%s", sql, i < t->columns ? ", ?" : ")");

        free(sql);
        sql = longer;
    }
    stmt = prepare(db, sql);
    free(sql);
    sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);
    for (size_t at = 0, row = 1; at < t->count; at += (size_t)t->columns, row++) {
        for (int i = 0; i < t->columns; i++)
            sqlite3_bind_value(stmt, i + 1, t->value[at + (size_t)i]);
        sqlite3_step(stmt);
        sqlite3_reset(stmt);
        if (row % ROWS_A_PIECE == 0)
            sqlite3_exec(db, "COMMIT; BEGIN", NULL, NULL, NULL);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_finalize(stmt);
}

static void write_tables(sqlite3 *db, const struct table *tables, size_t count)
{
    for (size_t i = 0; i < count; i++)
        write_rows(db, &tables[i]);
}

/* By a pointer, so that it stays a function: its instructions are counted. */
static void (*volatile const writing)(sqlite3 *, const struct table *, size_t) = write_tables;

static void same_tables(sqlite3 *from, sqlite3 *to)
{
    sqlite3_stmt *stmt = prepare(from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND"
                                       " tbl_name IN ('text', 'run', 'job', 'step')"
                                       " ORDER BY type DESC");

    while (sqlite3_step(stmt) == SQLITE_ROW)
        sqlite3_exec(to, (const char *)sqlite3_column_text(stmt, 0), NULL, NULL, NULL);
    sqlite3_finalize(stmt);
}

double floor_insert_s(const char *from, const char *path)
{
    struct table tables[] = {
        { .name = "text" }, { .name = "run" }, { .name = "job" }, { .name = "step" }
    };
    const size_t count = sizeof(tables) / sizeof(tables[0]);
    sqlite3 *in = NULL, *out = NULL;
    double took;

    if (sqlite3_open(from, &in) != SQLITE_OK || sqlite3_open(path, &out) != SQLITE_OK)
        exit(1);
    sqlite3_exec(out,
                 "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                 "PRAGMA cache_size = -8000",
                 NULL, NULL, NULL);
    same_tables(in, out);
    for (size_t i = 0; i < count; i++)
        read_rows(in, &tables[i]);
    took = floor_cpu_s();
    writing(out, tables, count);
    took = floor_cpu_s() - took;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < tables[i].count; k++)
            sqlite3_value_free(tables[i].value[k]);
        free(tables[i].value);
    }
    sqlite3_close(in);
    sqlite3_close(out);
    return took;
}
