/* poll: how each poll of a source ended, for the Sources panel at any moment. */
#include "config.h"

#include "store/internal.h"

#include "core/text.h"

struct last_poll { /* the row that this poll may go on */
    int64_t at_ms; /* 0: this poll begins a row of its own */
    char version[128];
};

/* Polls that end alike keep one row: only its moving parts change. */
static bool find_last(struct store *store, const struct poll *poll, struct last_poll *last,
                      struct dx_error *err)
{
    bool there;
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT at_ms, version, ok = ?3 AND state = ?4 AND fault = ?5 AND text = ?6 FROM poll"
        " WHERE source = ?1 AND at_ms <= ?2 ORDER BY at_ms DESC LIMIT 1",
        err);

    *last = (struct last_poll){ .at_ms = 0 };
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, poll->source);
    (void)sqlite3_bind_int64(stmt, 2, poll->now_ms);
    (void)sqlite3_bind_int(stmt, 3, poll->ok);
    (void)sqlite3_bind_int(stmt, 4, (int)poll->state);
    (void)sqlite3_bind_int(stmt, 5, (int)poll->error.fault);
    bind_text(stmt, 6, poll->error.text);
    if (!store_row(store, stmt, &there, err))
        return false;
    if (there) {
        last->at_ms = sqlite3_column_int(stmt, 2) != 0 ? column_int(stmt, 0) : 0;
        text_copy(last->version, sizeof(last->version), column_text(stmt, 1));
    }
    (void)sqlite3_reset(stmt);
    return true;
}

static int64_t bytes_of(struct store *store, const struct poll *poll)
{
    for (size_t i = 0; i < store->known_count; i++)
        if (store->known[i].id == poll->source)
            return store->known[i].bytes + poll->bytes;
    return poll->bytes;
}

static void bind_details(sqlite3_stmt *stmt, const struct poll *poll, const struct batch *batch)
{
    bind_time(stmt, 9, poll->next_ms);
    (void)sqlite3_bind_int64(stmt, 10, poll->every_ms);
    (void)sqlite3_bind_int64(stmt, 11, poll->latency_ms);
    if (poll->limit > 0) {
        (void)sqlite3_bind_int64(stmt, 13, poll->limit);
        (void)sqlite3_bind_int64(stmt, 14, poll->remaining);
        bind_time(stmt, 15, poll->reset_ms);
    }
    bind_number(stmt, 16, poll->per_hour);
    if (poll->skew_known)
        (void)sqlite3_bind_int64(stmt, 17, poll->skew_ms);
    (void)sqlite3_bind_int64(stmt, 18, batch ? batch->done : 0);
    (void)sqlite3_bind_int64(stmt, 19, batch ? batch->total : 0);
}

bool poll_put(struct store *store, const struct poll *poll, const struct batch *batch,
              struct dx_error *err)
{
    struct last_poll last;
    sqlite3_stmt *stmt;

    if (!find_last(store, poll, &last, err))
        return false;
    stmt = store_statement(
        store,
        "INSERT INTO poll (source, at_ms, last_ms, ok, state, fault, text, version, next_ms,"
        " every_ms, latency_ms, bytes, lim, remaining, reset_ms, per_hour, skew_ms, done, total)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19) ON CONFLICT (source, at_ms) DO UPDATE SET last_ms = excluded.last_ms,"
        " ok = excluded.ok, state = excluded.state, fault = excluded.fault, text = excluded.text,"
        " version = excluded.version, next_ms = excluded.next_ms, every_ms = excluded.every_ms,"
        " latency_ms = excluded.latency_ms, bytes = excluded.bytes, lim = excluded.lim,"
        " remaining = excluded.remaining, reset_ms = excluded.reset_ms,"
        " per_hour = excluded.per_hour, skew_ms = excluded.skew_ms, done = excluded.done,"
        " total = excluded.total",
        err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, poll->source);
    (void)sqlite3_bind_int64(stmt, 2, last.at_ms > 0 ? last.at_ms : poll->now_ms);
    (void)sqlite3_bind_int64(stmt, 3, poll->now_ms);
    (void)sqlite3_bind_int(stmt, 4, poll->ok);
    (void)sqlite3_bind_int(stmt, 5, (int)poll->state);
    (void)sqlite3_bind_int(stmt, 6, (int)poll->error.fault);
    bind_text(stmt, 7, poll->error.text);
    bind_text(stmt, 8, batch && batch->version && *batch->version ? batch->version : last.version);
    (void)sqlite3_bind_int64(stmt, 12, bytes_of(store, poll));
    bind_details(stmt, poll, batch);
    return store_step(store, stmt, err);
}
