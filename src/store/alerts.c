/* alerts: each from its beginning to its end, with the states it went through. */
#include "config.h"

#include "store/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"

/* What a viewer opens is known by its source, this and its start, in 600 bytes. */
enum { KEY_BYTES = 500, HASH_BYTES = 16 };

/* Of a key that is longer its beginning and a hash: it is the same in the next poll. */
static const char *brief_key(char out[KEY_BYTES], const char *key)
{
    if (strlen(key) < KEY_BYTES)
        return key;
    text_copy(out, KEY_BYTES - HASH_BYTES, key);
    (void)snprintf(out + strlen(out), HASH_BYTES + 1, "%016" PRIx64, text_hash(key));
    return out;
}

/* An alert without a start keeps the one that it was seen with first, also when it is told again
 * that it is over. */
static bool since_of(struct store *store, const struct poll *poll, const struct alert *alert,
                     int64_t *since_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt;

    *since_ms = alert->since_ms;
    if (alert->since_ms > 0)
        return true;
    *since_ms = poll->now_ms;
    if (alert->ended_ms > 0 && alert->ended_ms < poll->now_ms)
        *since_ms = alert->ended_ms;
    stmt = store_statement(store,
                           "SELECT since_ms FROM alert WHERE source = ?1 AND key = ?2"
                           " AND (ended_ms IS NULL OR ended_ms = ?3)"
                           " ORDER BY since_ms DESC LIMIT 1",
                           err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, poll->source);
    bind_text(stmt, 2, alert->key);
    bind_time(stmt, 3, alert->ended_ms);
    return store_number(store, stmt, since_ms, err);
}

static bool put_alert(struct store *store, const struct poll *poll, const struct alert *alert,
                      int64_t *id, struct dx_error *err)
{
    int64_t since;
    sqlite3_stmt *stmt;
    bool there;

    if (!since_of(store, poll, alert, &since, err))
        return false;
    stmt = store_statement(
        store,
        "INSERT INTO alert (source, key, since_ms, name, severity, labels, summary, url, first_ms,"
        " seen_ms, ended_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)"
        " ON CONFLICT (source, key, since_ms) DO UPDATE SET name = excluded.name,"
        " severity = excluded.severity, labels = excluded.labels, summary = excluded.summary,"
        " url = excluded.url, first_ms = min(first_ms, excluded.first_ms),"
        " seen_ms = excluded.seen_ms, ended_ms = excluded.ended_ms"
        " RETURNING id",
        err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, poll->source);
    bind_text(stmt, 2, alert->key);
    (void)sqlite3_bind_int64(stmt, 3, since);
    bind_text(stmt, 4, alert->name);
    (void)sqlite3_bind_int(stmt, 5, (int)alert->severity);
    bind_text(stmt, 6, alert->labels);
    bind_text(stmt, 7, alert->summary);
    bind_text(stmt, 8, alert->url);
    (void)sqlite3_bind_int64(stmt, 9, poll->now_ms);
    bind_time(stmt, 10, alert->ended_ms);
    if (!store_row(store, stmt, &there, err))
        return false;
    *id = column_int(stmt, 0);
    return store_step(store, stmt, err);
}

/* What a clock noted that was ahead would be taken for the last when it is that time. */
bool alert_come_back(struct store *store, int64_t alert, int64_t now_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "DELETE FROM alert_state WHERE alert = ?1 AND at_ms > ?2", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, alert);
    (void)sqlite3_bind_int64(stmt, 2, now_ms);
    return store_step(store, stmt, err);
}

/* Only a state that differs from the last one is kept. */
static bool put_state(struct store *store, const struct poll *poll, int64_t id,
                      const struct alert *alert, struct dx_error *err)
{
    sqlite3_stmt *stmt;

    if (!alert_come_back(store, id, poll->now_ms, err))
        return false;
    stmt = store_statement(
        store,
        "INSERT INTO alert_state (alert, at_ms, state, muted_by) SELECT ?1, ?2, ?3, ?4"
        " WHERE NOT EXISTS (SELECT 1 FROM (SELECT state, muted_by FROM alert_state"
        " WHERE alert = ?1 AND at_ms <= ?2 ORDER BY at_ms DESC LIMIT 1) AS last"
        " WHERE state = ?3 AND muted_by = ?4)"
        " ON CONFLICT (alert, at_ms) DO UPDATE SET state = excluded.state,"
        " muted_by = excluded.muted_by",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, poll->now_ms);
    (void)sqlite3_bind_int(stmt, 3, (int)alert->state);
    bind_text(stmt, 4, alert->muted_by);
    return store_step(store, stmt, err);
}

/* ---- those that are missing from a whole list have ended ---- */

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static bool end_alert(struct store *store, int64_t id, int64_t now_ms, struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "UPDATE alert SET ended_ms = ?2 WHERE id = ?1", err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, id);
    (void)sqlite3_bind_int64(stmt, 2, now_ms);
    return store_step(store, stmt, err);
}

/* Not by the time they were seen last: the clock of a test may stand still. */
static bool end_missing(struct store *store, const struct poll *poll, int64_t *seen, size_t count,
                        struct dx_error *err)
{
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT id FROM alert WHERE ended_ms IS NULL AND source = ?1", err);
    int64_t *missing = NULL;
    size_t n = 0, cap = 0;
    bool ok = stmt != NULL, row = true;

    qsort(seen, count, sizeof(*seen), by_id);
    if (stmt)
        (void)sqlite3_bind_int64(stmt, 1, poll->source);
    while (ok && row) {
        int64_t id;

        ok = store_row(store, stmt, &row, err);
        if (!ok || !row)
            break;
        id = column_int(stmt, 0);
        if (bsearch(&id, seen, count, sizeof(*seen), by_id))
            continue;
        if (n == cap) {
            cap = cap ? 2 * cap : 16;
            missing = mem_grow(missing, cap, sizeof(*missing));
        }
        missing[n++] = id;
    }
    if (stmt)
        (void)sqlite3_reset(stmt);
    for (size_t i = 0; ok && i < n; i++)
        ok = end_alert(store, missing[i], poll->now_ms, err);
    free(missing);
    return ok;
}

/* Since when polls that went well have brought only a part of its alerts, or none. Queries may go
 * well where the list of alerts does not, and the other way round: the poll's error says neither.
 */
static bool put_part(struct store *store, const struct poll *poll, bool whole, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        whole ? "DELETE FROM cursor WHERE source = ?1 AND name = " ALERTS_PART
                " AND ?2 IS NOT NULL AND ?3 IS NOT NULL"
              : "INSERT OR IGNORE INTO cursor (source, name, value)"
                " SELECT id, " ALERTS_PART ", ?2 FROM source WHERE id = ?1 AND yields & ?3",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, poll->source);
    (void)sqlite3_bind_int64(stmt, 2, poll->now_ms);
    (void)sqlite3_bind_int64(stmt, 3, 1 << DX_KIND_ALERT);
    return store_step(store, stmt, err);
}

bool alerts_put(struct store *store, const struct poll *poll, const struct batch *batch,
                struct dx_error *err)
{
    int64_t *seen = mem_new(batch->alert_count, sizeof(*seen));
    bool ok = true;

    for (size_t i = 0; ok && i < batch->alert_count; i++) {
        struct alert alert = batch->alerts[i];
        char key[KEY_BYTES];

        alert.key = brief_key(key, alert.key);
        ok = put_alert(store, poll, &alert, &seen[i], err) &&
             put_state(store, poll, seen[i], &alert, err);
    }
    if (ok && batch->alerts_whole)
        ok = end_missing(store, poll, seen, batch->alert_count, err);
    if (ok && poll->ok && !poll->piece)
        ok = put_part(store, poll, batch->alerts_whole, err);
    free(seen);
    return ok;
}
