/* fuzz_store: a store with some rows in every table. */
#include "config.h"

#include "fuzz_store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/mem.h"
#include "core/time.h"

enum { COLUMNS_MOST = 512, ROWS = 6, SPOILS_MOST = 24, TEXT_MOST = 200, SQL_MOST = 4096 };

struct column {
    char *table, *name, *first; /* first: the column that its rows are told apart by */
    sqlite3_stmt *one, *all;    /* UPDATEs; NULL: not prepared yet */
};

static char path[64];
static struct column columns[COLUMNS_MOST];
static size_t column_count;

static void run(struct store *store, const char *sql)
{
    char *why = NULL;

    if (sqlite3_exec(store->db, sql, NULL, NULL, &why) == SQLITE_OK)
        return;
    (void)fprintf(stderr, "%s: %s\n", sql, why);
    abort();
}

/* ---- where it is ---- */

static void remove_all(void)
{
    static const char *const ends[] = { "",         "-wal",   "-shm",     ".lock",
                                        ".viewers", ".state", ".history", ".damaged" };
    char name[96], *slash;

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)snprintf(name, sizeof(name), "%s%s", path, ends[i]);
        (void)unlink(name);
    }
    slash = strrchr(path, '/');
    *slash = '\0';
    (void)rmdir(path);
    *slash = '/';
}

static struct store *open_at(enum store_mode mode)
{
    struct dx_error err = { 0 };
    struct store *store = store_open(path, mode, &err);

    if (store && (mode == STORE_VIEW || store_lock(store)))
        return store;
    (void)fprintf(stderr, "%s: %s\n", path, err.text);
    abort();
}

/* ---- what is in it ---- */

static bool ends_with(const char *name, const char *end)
{
    size_t len = strlen(name), n = strlen(end);

    return len >= n && strcmp(name + len - n, end) == 0;
}

static int64_t number_for(const char *name, int row)
{
    static const int64_t windows[] = { DAY_MS, 7 * DAY_MS, 30 * DAY_MS };
    static const char *const spans[] = { "every_ms",     "latency_ms",  "lost_ms",
                                         "remaining_ms", "goal_ms",     "queued_ms",
                                         "duration_ms",  "gate_ms",     "before_ms",
                                         "skew_ms",      "business_ms", "first_business_ms" };

    if (ends_with(name, "window_ms"))
        return windows[row % 3];
    if (strcmp(name, "step_ms") == 0)
        return row % 2 ? DAY_MS : HOUR_MS;
    for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
        if (strcmp(name, spans[i]) == 0)
            return (row + 1) * 40 * SECOND_MS;
    if (ends_with(name, "_ms"))
        return FUZZ_STORE_NOW - (row + 1) * 11 * MINUTE_MS;
    if (strcmp(name, "day") == 0)
        return FUZZ_STORE_NOW / DAY_MS - row;
    if (strcmp(name, "hour") == 0)
        return FUZZ_STORE_NOW / HOUR_MS - row;
    if (strcmp(name, "yields") == 0 || strcmp(name, "reads") == 0)
        return 0xFFFF;
    return row % 3 + 1;
}

static void bind_for(sqlite3_stmt *stmt, int at, const char *name, const char *type, int row)
{
    char text[64];

    if (strcmp(name, "id") == 0 && strcmp(type, "INTEGER") == 0) {
        (void)sqlite3_bind_int(stmt, at, row + 1);
    } else if (strcmp(type, "REAL") == 0) {
        (void)sqlite3_bind_double(stmt, at, row * 0.25);
    } else if (strcmp(type, "TEXT") != 0) {
        (void)sqlite3_bind_int64(stmt, at, number_for(name, row));
    } else {
        (void)snprintf(text, sizeof(text),
                       strcmp(name, "labels") == 0 ? "{job=\"%s\", n=\"%d\"}"
                       : strcmp(name, "url") == 0  ? "https://sim.example/%s/%d"
                                                   : "%s %d",
                       name, row);
        (void)sqlite3_bind_text(stmt, at, text, -1, SQLITE_TRANSIENT);
    }
}

static void fill_table(struct store *store, const char *table, size_t from)
{
    static char sql[SQL_MOST];
    size_t len = (size_t)snprintf(sql, sizeof(sql), "INSERT OR IGNORE INTO %s VALUES (?", table);
    sqlite3_stmt *stmt, *info;
    char *ask;

    for (size_t i = from + 1; i < column_count; i++)
        len += (size_t)snprintf(sql + len, sizeof(sql) - len, ", ?");
    (void)snprintf(sql + len, sizeof(sql) - len, ")");
    ask = mem_print("SELECT name, type FROM pragma_table_info('%s')", table);
    if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(store->db, ask, -1, &info, NULL) != SQLITE_OK)
        abort();
    for (int row = 0; row < ROWS; row++) {
        for (int at = 1; sqlite3_step(info) == SQLITE_ROW; at++)
            bind_for(stmt, at, (const char *)sqlite3_column_text(info, 0),
                     (const char *)sqlite3_column_text(info, 1), row);
        (void)sqlite3_reset(info);
        (void)sqlite3_step(stmt);
        (void)sqlite3_reset(stmt);
    }
    (void)sqlite3_finalize(info);
    (void)sqlite3_finalize(stmt);
    free(ask);
}

static void learn_table(struct store *store, const char *table)
{
    char *ask = mem_print("SELECT name FROM pragma_table_info('%s') ORDER BY pk = 0, pk", table);
    size_t from = column_count;
    sqlite3_stmt *stmt;

    if (sqlite3_prepare_v2(store->db, ask, -1, &stmt, NULL) != SQLITE_OK)
        abort();
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        if (column_count == COLUMNS_MOST)
            abort();
        columns[column_count].table = mem_text(table);
        columns[column_count].name = mem_text((const char *)sqlite3_column_text(stmt, 0));
        columns[column_count].first = columns[from].name;
        column_count++;
    }
    (void)sqlite3_finalize(stmt);
    free(ask);
    if (strcmp(table, "meta") != 0)
        fill_table(store, table, from);
}

static void learn(struct store *store)
{
    char **table = NULL;
    int count, cols;

    if (sqlite3_get_table(store->db,
                          "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE"
                          " 'sqlite_%' AND name NOT LIKE '%_words%' ORDER BY name",
                          &table, &count, &cols, NULL) != SQLITE_OK)
        abort();
    for (int i = 1; i <= count; i++)
        learn_table(store, table[i]);
    sqlite3_free_table(table);
}

struct store *fuzz_store(void)
{
    const char *dir = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    struct store *store;

    (void)snprintf(path, sizeof(path), "%s/dxtop-fuzz-XXXXXX", dir);
    if (!mkdtemp(path))
        abort();
    (void)strcat(path, "/s.db");
    (void)atexit(remove_all);
    store = open_at(STORE_COLLECT);
    run(store, "PRAGMA writable_schema = ON;"
               "UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'"
               " AND name NOT LIKE '%_words%';"
               "PRAGMA writable_schema = RESET");
    store_close(store);
    store = open_at(STORE_COLLECT);
    learn(store);
    run(store, "INSERT OR REPLACE INTO meta (key, value) VALUES ('derived_ms', 1795518000000),"
               " ('success_policy', 'strict')");
    return store;
}

/* ---- what it may not hold ---- */

static sqlite3_stmt *update_of(struct store *store, struct column *c, bool all)
{
    sqlite3_stmt **stmt = all ? &c->all : &c->one;
    char *sql;

    if (*stmt)
        return *stmt;
    sql = mem_print(all ? "UPDATE OR IGNORE %s SET %s = ?1"
                        : "UPDATE OR IGNORE %s SET %s = ?1 WHERE %s ="
                          " (SELECT %s FROM %s ORDER BY 1 LIMIT 1 OFFSET ?2)",
                    c->table, c->name, c->first, c->first, c->table);
    if (sqlite3_prepare_v2(store->db, sql, -1, stmt, NULL) != SQLITE_OK) {
        (void)fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(store->db));
        abort();
    }
    free(sql);
    return *stmt;
}

static void bind_any(sqlite3_stmt *stmt, struct fuzz_input *in)
{
    unsigned kind = fuzz_byte(in);
    const char *bytes;
    double number;
    uint64_t bits;
    size_t len;

    switch (kind % 7) {
    case 0:
        (void)sqlite3_bind_null(stmt, 1);
        break;
    case 1:
        (void)sqlite3_bind_int(stmt, 1, (int8_t)fuzz_byte(in));
        break;
    case 2:
        (void)sqlite3_bind_int64(stmt, 1, FUZZ_STORE_NOW + (int16_t)fuzz_number(in, 2) * MINUTE_MS);
        break;
    case 3:
        (void)sqlite3_bind_int64(stmt, 1, (int64_t)fuzz_number(in, 8));
        break;
    case 4:
        bits = fuzz_number(in, 8);
        memcpy(&number, &bits, sizeof(number));
        (void)sqlite3_bind_double(stmt, 1, number);
        break;
    case 5:
        bytes = fuzz_bytes(in, fuzz_byte(in) % TEXT_MOST, &len);
        (void)sqlite3_bind_text(stmt, 1, bytes, (int)len, SQLITE_TRANSIENT);
        break;
    default:
        bytes = fuzz_bytes(in, kind / 7, &len);
        (void)sqlite3_bind_blob(stmt, 1, bytes, (int)len, SQLITE_TRANSIENT);
    }
}

void fuzz_store_spoil(struct store *store, struct fuzz_input *in)
{
    unsigned count = fuzz_byte(in) % SPOILS_MOST;

    for (unsigned i = 0; i < count && in->left > 0; i++) {
        struct column *c = &columns[fuzz_number(in, 2) % column_count];
        unsigned row = fuzz_byte(in);
        sqlite3_stmt *stmt = update_of(store, c, row % 4 == 3);

        bind_any(stmt, in);
        if (row % 4 != 3)
            (void)sqlite3_bind_int(stmt, 2, (int)(row / 4 % ROWS));
        (void)sqlite3_step(stmt); /* some may not be so after all: then it stays as it was */
        (void)sqlite3_reset(stmt);
    }
}

struct store *fuzz_store_try(void (*look)(struct store *store, struct fuzz_input *in),
                             struct fuzz_input *in)
{
    static struct store *store;
    struct dx_error err = { 0 };

    if (!store)
        store = fuzz_store();
    if (!store_begin(store, &err) || !store_exec(store, "SAVEPOINT spoilt", &err))
        abort();
    look(store, in);
    rows_end_all(store);
    if (!store_exec(store, "ROLLBACK TO spoilt; RELEASE spoilt", &err))
        abort();
    store->damaged = false; /* that it is, is said; whoever has the lock would move it aside */
    store_end(store);
    return store;
}
