/* Whatever a viewer wishes for, and whoever wrote it: what the collector keeps of it may be shown,
 * and what it refuses it refuses in words. The first byte says what is wished. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "fuzz_store.h"
#include "store/alerting.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHECKPOINT = 500 };

static void wish(struct store *store, const char *what, const char *arg, size_t len)
{
    static sqlite3_stmt *stmt;

    if (!stmt && sqlite3_prepare_v2(store->db, "INSERT INTO wish (what, arg) VALUES (?1, ?2)", -1,
                                    &stmt, NULL) != SQLITE_OK)
        abort();
    (void)sqlite3_bind_text(stmt, 1, what, -1, SQLITE_STATIC);
    (void)sqlite3_bind_text(stmt, 2, arg, (int)len, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_DONE)
        abort();
    (void)sqlite3_reset(stmt);
}

/* As it is in the file. */
static void expect_safe(struct store *store, const char *sql)
{
    sqlite3_stmt *stmt;

    if (sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        abort();
    while (sqlite3_step(stmt) == SQLITE_ROW)
        if (!text_is_safe((const char *)sqlite3_column_text(stmt, 0)))
            abort();
    (void)sqlite3_finalize(stmt);
}

/* An alert that is open, which words can be said of. */
static void prepare(struct store *store)
{
    if (sqlite3_exec(
            store->db,
            "DELETE FROM wish; DELETE FROM triage; DELETE FROM alert_word;"
            "UPDATE alert SET ended_ms = NULL, key = 'k', since_ms = 5 WHERE id = 1;"
            "UPDATE source SET name = 's' WHERE id = (SELECT source FROM alert WHERE id = 1)",
            NULL, NULL, NULL) != SQLITE_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const wishes[] = { "claim", "snooze", "triage" };
    static struct store *store;
    static int rounds;
    struct dx_error err = { 0 }, refused = { 0 };
    struct wish next;

    if (size == 0)
        return 0;
    if (!store) {
        store = fuzz_store();
        prepare(store);
    }
    wish(store, wishes[data[0] % 3], (const char *)data + 1, size - 1);
    if (!store_next_wish(store, &next, &err) || next.id == 0 ||
        !store_grant_wish(store, &next, FUZZ_STORE_NOW, &refused, &err))
        abort();
    if (refused.fault != DX_FAULT_NONE && (!*refused.text || !text_is_safe(refused.text)))
        abort();
    expect_safe(store, "SELECT who || note FROM alert_word");
    expect_safe(store, "SELECT category FROM triage");
    if (++rounds % CHECKPOINT == 0)
        (void)sqlite3_wal_checkpoint_v2(store->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return 0;
}
