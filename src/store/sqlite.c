/* sqlite: statements and transactions of a connection. */
#include "config.h"

#include "store/ci.h"
#include "store/past.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/time.h"
#include "store/bell.h"

enum { KEEP_STATEMENTS_MS = 90000, WHOLE_BITS = 53 };

/* ---- statements ---- */

bool is_damage(const struct store *store)
{
    int code = store->db ? sqlite3_errcode(store->db) & 0xFF : SQLITE_OK;

    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
}

/* The machine's own words, where "disk I/O error" says too little. SQLite keeps
 * no number of what failed in a COMMIT; errno has it still. */
static const char *system_words(const struct store *store)
{
    int left = errno, code = sqlite3_errcode(store->db) & 0xFF;
    int number = sqlite3_system_errno(store->db);

    if (number == 0)
        number = left;
    return code == SQLITE_IOERR && number != 0 ? strerror(number) : "";
}

bool store_fail(struct store *store, struct dx_error *err)
{
    const char *why;

    if (store->db) {
        why = system_words(store);
        store->damaged = store->damaged || is_damage(store);
        (void)dx_fail(err, DX_FAULT_SYSTEM, "%.120s: %s%s%s", store->path,
                      sqlite3_errmsg(store->db), *why ? ": " : "", why);
        held_note(store);
    } else {
        (void)dx_fail(err, DX_FAULT_SYSTEM, "%.120s is not open", store->path);
    }
    if (store->failed.fault == DX_FAULT_NONE)
        store->failed = *err;
    return false;
}

bool store_failed(struct store *store, struct dx_error *err)
{
    bool failed = store->failed.fault != DX_FAULT_NONE;

    if (failed)
        *err = store->failed;
    store->failed = (struct dx_error){ .fault = DX_FAULT_NONE };
    return failed;
}

/* Where a disk or memory fails SQLite undoes the whole transaction by itself: whatever came after
 * that would be written for good, each statement for itself. */
static bool is_undone(struct store *store, struct dx_error *err)
{
    bool undone = store->in_write && store->failed.fault != DX_FAULT_NONE;

    if (undone)
        *err = store->failed;
    return undone;
}

/* A free entry for the literal, prepared; NULL: it could not be prepared. */
static struct statement *entry_for(struct store *store, const char *sql, struct dx_error *err)
{
    struct statement *s = store->statements;
    unsigned char *guess;

    if (!store->db) {
        store_fail(store, err);
        return NULL;
    }
    guess = &store->statement_at[((uintptr_t)sql >> 4) % STATEMENT_SLOTS];
    if (*guess < store->statement_count && s[*guess].sql == sql && !s[*guess].lent) {
        s[*guess].used = true;
        return &s[*guess];
    }
    for (size_t i = 0; i < store->statement_count; i++) {
        if (s[i].sql == sql && !s[i].lent) {
            *guess = (unsigned char)i;
            s[i].used = true;
            return &s[i];
        }
    }
    /* Full, by rows that are open side by side: the least used makes room. */
    for (size_t i = 0; store->statement_count == STATEMENTS && i < STATEMENTS; i++) {
        s = &store->statements[i];
        if (!s->lent) {
            (void)sqlite3_finalize(s->stmt);
            *s = store->statements[--store->statement_count];
        }
    }
    if (store->statement_count == STATEMENTS) {
        dx_fail(err, DX_FAULT_SYSTEM, "too many queries are open");
        return NULL;
    }
    s = &store->statements[store->statement_count];
    *s = (struct statement){ .sql = sql, .used = true };
    if (sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s->stmt, NULL) !=
        SQLITE_OK) {
        bool wrong = (sqlite3_errcode(store->db) & 0xFF) == SQLITE_ERROR;

        store_fail(store, err);
        store->damaged = store->damaged || (wrong && !schema_is_whole(store));
        return NULL;
    }
    store->statement_count++;
    return s;
}

sqlite3_stmt *store_statement(struct store *store, const char *sql, struct dx_error *err)
{
    struct statement *s = entry_for(store, sql, err);

    if (!s)
        return NULL;
    (void)sqlite3_reset(s->stmt);
    (void)sqlite3_clear_bindings(s->stmt);
    return s->stmt;
}

sqlite3_stmt *store_borrow(struct store *store, const char *sql, struct dx_error *err)
{
    struct statement *s = entry_for(store, sql, err);

    if (!s)
        return NULL;
    s->lent = true;
    return s->stmt;
}

void store_give_back(struct store *store, sqlite3_stmt *stmt)
{
    for (size_t i = 0; stmt && i < store->statement_count; i++) {
        if (store->statements[i].stmt == stmt) {
            (void)sqlite3_reset(stmt);
            (void)sqlite3_clear_bindings(stmt);
            store->statements[i].lent = false;
        }
    }
}

bool store_row(struct store *store, sqlite3_stmt *stmt, bool *row, struct dx_error *err)
{
    int status = SQLITE_ABORT;

    errno = 0;
    if (!is_undone(store, err)) {
        status = sqlite3_step(stmt);
        if (status != SQLITE_ROW && status != SQLITE_DONE)
            store_fail(store, err);
    }
    *row = status == SQLITE_ROW;
    if (status == SQLITE_ROW || status == SQLITE_DONE)
        return true;
    (void)sqlite3_reset(stmt);
    return false;
}

bool store_step(struct store *store, sqlite3_stmt *stmt, struct dx_error *err)
{
    bool row, ok = store_row(store, stmt, &row, err);

    if (ok)
        (void)sqlite3_reset(stmt);
    return ok;
}

bool store_number(struct store *store, sqlite3_stmt *stmt, int64_t *number, struct dx_error *err)
{
    bool row;

    if (!stmt || !store_row(store, stmt, &row, err))
        return false;
    if (row)
        *number = column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return true;
}

bool store_ask(struct store *store, const char *sql, int64_t *number, struct dx_error *err)
{
    *number = 0;
    return store_number(store, store_statement(store, sql, err), number, err);
}

bool store_ask_of(struct store *store, const char *sql, int64_t id, int64_t *number,
                  struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    *number = 0;
    if (stmt)
        (void)sqlite3_bind_int64(stmt, 1, id);
    return store_number(store, stmt, number, err);
}

bool store_exec(struct store *store, const char *sql, struct dx_error *err)
{
    errno = 0;
    if (is_undone(store, err))
        return false;
    if (!store->db || sqlite3_exec(store->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return store_fail(store, err);
    return true;
}

void store_cache(struct store *store, bool filling)
{
    /* What a viewer keeps, the collector's next commit makes worthless: it needs
     * room for one look at the store, no more. */
    enum { LOOK_KIB = 256, USUAL_KIB = 2000, FILLING_KIB = 8000 };
    const int kib = store->mode == STORE_VIEW ? LOOK_KIB : filling ? FILLING_KIB : USUAL_KIB;
    char sql[64];

    if (!store->db || store->cache_kib == kib)
        return;
    store->cache_kib = kib;
    (void)snprintf(sql, sizeof(sql), "PRAGMA cache_size = -%d", store->cache_kib);
    (void)store_exec(store, sql, &(struct dx_error){ 0 });
    if (!filling)
        (void)sqlite3_db_release_memory(store->db);
}

void store_forget(struct store *store)
{
    for (size_t i = 0; i < store->statement_count; i++)
        (void)sqlite3_finalize(store->statements[i].stmt);
    store->statement_count = 0;
}

/* Each takes some KiB. What a collector does, it does again with the next minute or the next poll
 * of a source, and to prepare all of that each time is a twentieth of its work. */
static void forget_unused(struct store *store)
{
    const int64_t boot_ms = time_boot_ms();

    if (store->mode == STORE_COLLECT && boot_ms - store->forgot_ms < KEEP_STATEMENTS_MS)
        return;
    store->forgot_ms = boot_ms;
    for (size_t i = store->statement_count; i-- > 0;) {
        struct statement *s = &store->statements[i];

        if (!s->used && !s->lent) {
            (void)sqlite3_finalize(s->stmt);
            *s = store->statements[--store->statement_count];
        } else {
            s->used = false;
        }
    }
}

void store_rest(struct store *store)
{
    forget_unused(store);
    if (store->db)
        (void)sqlite3_db_release_memory(store->db);
    intern_forget(store);
}

void bind_text(sqlite3_stmt *stmt, int index, const char *text)
{
    (void)sqlite3_bind_text(stmt, index, text, -1, SQLITE_STATIC);
}

void bind_copy(sqlite3_stmt *stmt, int index, const char *text)
{
    (void)sqlite3_bind_text(stmt, index, text ? text : "", -1, SQLITE_TRANSIENT);
}

void bind_time(sqlite3_stmt *stmt, int index, int64_t ms)
{
    if (ms == 0)
        (void)sqlite3_bind_null(stmt, index);
    else
        (void)sqlite3_bind_int64(stmt, index, ms);
}

void bind_number(sqlite3_stmt *stmt, int index, double value)
{
    if (isnan(value))
        (void)sqlite3_bind_null(stmt, index);
    else
        (void)sqlite3_bind_double(stmt, index, value);
}

int64_t bounded(int64_t n)
{
    const int64_t most = INT64_C(1) << WHOLE_BITS;

    return n < -most ? -most : n > most ? most : n;
}

int64_t column_int(sqlite3_stmt *stmt, int column)
{
    return bounded(sqlite3_column_int64(stmt, column));
}

const char *column_text(sqlite3_stmt *stmt, int column)
{
    const unsigned char *text = sqlite3_column_text(stmt, column);

    return text ? (const char *)text : "";
}

/* ---- transactions of the lock's holder ---- */

void store_look(struct store *store)
{
    if (store->db && sqlite3_get_autocommit(store->db))
        (void)store_exec(store, "BEGIN", &(struct dx_error){ 0 });
}

/* By the other way where the one fails: what stays open lets nothing begin. What was made of a
 * past moment meanwhile goes with it. */
static void end_look(struct store *store)
{
    if (store_exec(store, "COMMIT", &(struct dx_error){ 0 }))
        return;
    (void)store_exec(store, "ROLLBACK", &(struct dx_error){ 0 });
    store_past_end(store);
}

void store_look_end(struct store *store)
{
    if (store->db && !sqlite3_get_autocommit(store->db))
        end_look(store);
}

/* Is our number as holder of the lock still the last one? Where it is not,
 * another collector was started beside us (the lock's file was deleted). */
bool store_is_ours(struct store *store, struct dx_error *err)
{
    sqlite3_stmt *fence = store_statement(store, "SELECT value FROM meta WHERE key = 'fence'", err);
    bool ours;

    if (!fence || !store_row(store, fence, &ours, err))
        return false;
    ours = ours && column_int(fence, 0) == store->fence;
    (void)sqlite3_reset(fence);
    return ours ||
           dx_fail(err, DX_FAULT_SYSTEM, "another collector has taken over %.120s", store->path);
}

bool store_begin_write(struct store *store, struct dx_error *err)
{
    (void)store_failed(store, &(struct dx_error){ 0 });
    store->in_write = store_exec(store, "BEGIN IMMEDIATE", err);
    if (store->in_write)
        held_over(store);
    return store->in_write;
}

static void roll_back(struct store *store)
{
    store->in_write = false;
    (void)store_exec(store, "ROLLBACK", &(struct dx_error){ 0 });
}

static bool begin_write(struct store *store, struct dx_error *err)
{
    store_look_end(store);
    if (store->lock_fd < 0)
        return dx_fail(err, DX_FAULT_SYSTEM, "the lock of %.120s is not ours", store->path);
    if ((store->damaged || was_replaced(store)) && !store_mend(store, err))
        return false;
    if (!store_begin_write(store, err))
        return false;
    if (store_is_ours(store, err))
        return true;
    roll_back(store);
    return false;
}

bool store_end_write(struct store *store, bool ok, struct dx_error *err)
{
    bool pending_put = store->pending_put, rings = store->rings;

    store->pending_put = store->rings = false;
    if (ok && !store_failed(store, err) && store_exec(store, "COMMIT", err)) {
        store->in_write = false;
        if (pending_put)
            store->pending[0] = '\0';
        if (rings)
            bell_ring(store);
        return true;
    }
    roll_back(store);
    intern_forget(store); /* numbers given in it are not in the file */
    return false;
}

bool store_touch(struct store *store, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store,
                                         "INSERT INTO meta (key, value) VALUES ('change', 1)"
                                         " ON CONFLICT (key) DO UPDATE SET value = value + 1",
                                         err);

    store->rings = true;
    return stmt && store_step(store, stmt, err);
}

bool store_write(struct store *store, bool (*write)(struct store *, void *, struct dx_error *),
                 void *what, struct dx_error *err)
{
    for (int again = 0; again < 2; again++) {
        if (begin_write(store, err) && store_end_write(store, write(store, what, err), err))
            return true;
        if (!store->damaged)
            return false;
    }
    return false;
}

/* ---- reading ---- */

int64_t store_change(struct store *store)
{
    struct dx_error err = { 0 };
    int64_t version = store_data_version(store);
    sqlite3_stmt *stmt;
    bool row;

    if (version == -1 || version == store->seen_version)
        return version == -1 ? -1 : store->seen_change;
    stmt = store_statement(store, "SELECT value FROM meta WHERE key = 'change'", &err);
    if (!stmt || !store_row(store, stmt, &row, &err))
        return -1;
    store->seen_version = version;
    store->seen_change = store->generation << 32 | (row ? column_int(stmt, 0) & 0xFFFFFFFF : 0);
    (void)sqlite3_reset(stmt);
    return store->seen_change;
}

int64_t store_data_version(struct store *store)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt;
    int64_t version;
    bool row;

    if (store->in_read || !store_follow(store, &err))
        return -1;
    stmt = store_statement(store, "PRAGMA data_version", &err);
    if (!stmt || !store_row(store, stmt, &row, &err))
        return -1;
    version = row ? column_int(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    return store->generation << 32 | (version & 0xFFFFFFFF);
}

bool store_begin(struct store *store, struct dx_error *err)
{
    store_end(store);
    store->read_error = (struct dx_error){ .fault = DX_FAULT_NONE };
    if (!store_follow(store, err))
        return false;
    store->in_read = store_exec(store, "BEGIN", err);
    return store->in_read;
}

void store_end(struct store *store)
{
    rows_end_all(store); /* or the transaction would live as long as they do */
    if (store->in_read)
        end_look(store);
    store->in_read = false;
    if (store->damaged && store->mode == STORE_VIEW) {
        /* Only the collector can move the file aside, and it may never read
         * the page that we did. */
        store->damaged = false;
        (void)store_wish(store, "check", "", &(struct dx_error){ 0 });
    }
}
