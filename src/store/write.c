/* write: a poll and all that it brought, in one transaction. */
#include "config.h"

#include "store/ci.h"
#include "store/derive.h"
#include "store/changes.h"
#include "store/tickets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

struct commit {
    const struct poll *poll;
    const struct batch *batch; /* NULL: the poll failed */
    const struct etag *etags;
    size_t etag_count;
};

/* ---- samples ---- */

static bool find_series(struct store *store, int64_t source, const struct series *series,
                        int64_t *id, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store, "SELECT id, unit FROM series WHERE source = ?1 AND query = ?2 AND labels = ?3", err);
    bool there;

    *id = 0;
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, series->query);
    bind_text(stmt, 3, series->labels);
    if (!store_row(store, stmt, &there, err))
        return false;
    if (there && sqlite3_column_int(stmt, 1) == (int)series->unit)
        *id = column_int(stmt, 0);
    (void)sqlite3_reset(stmt);
    return true;
}

static bool series_id(struct store *store, int64_t source, const struct series *series, int64_t *id,
                      struct dx_error *err)
{
    sqlite3_stmt *stmt;
    bool there;

    if (!find_series(store, source, series, id, err))
        return false;
    if (*id > 0)
        return true;
    stmt =
        store_statement(store,
                        "INSERT INTO series (source, query, labels, unit) VALUES (?1, ?2, ?3, ?4)"
                        " ON CONFLICT (source, query, labels) DO UPDATE SET unit = excluded.unit"
                        " RETURNING id",
                        err);
    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, series->query);
    bind_text(stmt, 3, series->labels);
    (void)sqlite3_bind_int(stmt, 4, (int)series->unit);
    if (!store_row(store, stmt, &there, err))
        return false;
    *id = column_int(stmt, 0);
    return store_step(store, stmt, err);
}

/* Only a text that differs from the last one is kept. */
static bool put_text(struct store *store, int64_t series, int64_t at_ms, const char *text,
                     struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO series_text (series, at_ms, text) SELECT ?1, ?2, ?3 WHERE ?3 IS NOT"
        " (SELECT text FROM series_text WHERE series = ?1 AND at_ms <= ?2 ORDER BY at_ms DESC"
        " LIMIT 1) ON CONFLICT (series, at_ms) DO UPDATE SET text = excluded.text",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, series);
    (void)sqlite3_bind_int64(stmt, 2, at_ms);
    bind_text(stmt, 3, text);
    return store_step(store, stmt, err);
}

/* What the query of this name asks; there are few of them, and they change rarely. */
static bool put_expr(struct store *store, int64_t source, const struct series *series,
                     struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO meta (key, value) VALUES ('expr/' || ?1 || '/' || ?2, ?3) ON CONFLICT (key)"
        " DO UPDATE SET value = excluded.value WHERE value <> excluded.value",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, series->query);
    bind_text(stmt, 3, series->expr);
    return store_step(store, stmt, err);
}

/* Series come query by query. */
static bool is_first(const struct batch *batch, size_t i)
{
    return *batch->series[i].expr &&
           (i == 0 || strcmp(batch->series[i].query, batch->series[i - 1].query) != 0);
}

/* Overlaps count once, and what is as it was makes no page dirty. */
static bool put_sample(struct store *store, int64_t series, const struct sample *sample,
                       struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "INSERT INTO sample (series, at_ms, value) VALUES (?1, ?2, ?3) ON CONFLICT (series, at_ms)"
        " DO UPDATE SET value = excluded.value WHERE value IS NOT excluded.value",
        err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, series);
    (void)sqlite3_bind_int64(stmt, 2, sample->at_ms);
    bind_number(stmt, 3, sample->value);
    return store_step(store, stmt, err);
}

static bool put_samples(struct store *store, const struct poll *poll, const struct batch *batch,
                        struct dx_error *err)
{
    int64_t *ids = mem_new(batch->series_count, sizeof(*ids));
    bool ok = true;

    for (size_t i = 0; ok && i < batch->series_count; i++) {
        ok = series_id(store, poll->source, &batch->series[i], &ids[i], err);
        if (ok && is_first(batch, i))
            ok = put_expr(store, poll->source, &batch->series[i], err);
        if (ok && *batch->series[i].text)
            ok = put_text(store, ids[i], poll->now_ms, batch->series[i].text, err);
    }
    for (size_t i = 0; ok && i < batch->sample_count; i++)
        ok = put_sample(store, ids[batch->samples[i].series], &batch->samples[i], err);
    free(ids);
    return ok;
}

/* ---- cursors, etags, notes ---- */

static bool put_cursors(struct store *store, const struct poll *poll, const struct batch *batch,
                        struct dx_error *err)
{
    for (size_t i = 0; i < batch->cursor_count; i++) {
        const struct cursor *cursor = &batch->cursors[i];
        sqlite3_stmt *stmt = store_statement(
            store,
            cursor->value != 0 ? "INSERT INTO cursor (source, name, value) VALUES (?1, ?2, ?3)"
                                 " ON CONFLICT (source, name) DO UPDATE SET value = excluded.value"
                               : "DELETE FROM cursor WHERE source = ?1 AND name = ?2",
            err);

        if (!stmt)
            return false;
        (void)sqlite3_bind_int64(stmt, 1, poll->source);
        bind_text(stmt, 2, cursor->name);
        if (cursor->value != 0)
            (void)sqlite3_bind_int64(stmt, 3, cursor->value);
        if (!store_step(store, stmt, err))
            return false;
    }
    return true;
}

int64_t store_cursor(struct store *store, int64_t source, const char *name)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt =
        store_statement(store, "SELECT value FROM cursor WHERE source = ?1 AND name = ?2", &err);
    int64_t value = 0;
    bool there;

    if (!stmt)
        return 0;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, name);
    if (!store_row(store, stmt, &there, &err))
        return 0;
    if (there)
        value = sqlite3_column_int64(stmt, 0); /* whole: it may be a hash */
    (void)sqlite3_reset(stmt);
    return value;
}

const char *store_cursor_after(struct store *store, int64_t source, const char *name, char *out,
                               size_t cap)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(store,
                                         "SELECT name FROM cursor WHERE source = ?1 AND name > ?2"
                                         " AND typeof(name) = 'text' ORDER BY name LIMIT 1",
                                         &err);
    bool there;

    if (!stmt)
        return NULL;
    (void)sqlite3_bind_int64(stmt, 1, source);
    bind_text(stmt, 2, name);
    if (!store_row(store, stmt, &there, &err))
        return NULL;
    if (there)
        (void)snprintf(out, cap, "%s", column_text(stmt, 0));
    (void)sqlite3_reset(stmt);
    return there ? out : NULL;
}

static bool put_etags(struct store *store, const struct commit *c, struct dx_error *err)
{
    for (size_t i = 0; i < c->etag_count; i++) {
        sqlite3_stmt *stmt = store_statement(
            store,
            "INSERT INTO etag (key, value, used_ms) VALUES (?1, ?2, ?3)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value, used_ms = excluded.used_ms",
            err);

        if (!stmt)
            return false;
        bind_text(stmt, 1, c->etags[i].key);
        bind_text(stmt, 2, c->etags[i].value);
        (void)sqlite3_bind_int64(stmt, 3, c->poll->now_ms);
        if (!store_step(store, stmt, err))
            return false;
    }
    return true;
}

const char *store_etag(struct store *store, const char *key, char *out, size_t cap)
{
    struct dx_error err = { 0 };
    sqlite3_stmt *stmt = store_statement(store, "SELECT value FROM etag WHERE key = ?1", &err);
    bool there;

    out[0] = '\0';
    if (!stmt)
        return out;
    bind_text(stmt, 1, key);
    if (!store_row(store, stmt, &there, &err))
        return out;
    /* Half an ETag would be a wrong one. */
    if (there && (size_t)sqlite3_column_bytes(stmt, 0) < cap)
        (void)snprintf(out, cap, "%s", column_text(stmt, 0));
    (void)sqlite3_reset(stmt);
    return out;
}

static bool put_notes(struct store *store, const struct poll *poll, const struct batch *batch,
                      struct dx_error *err)
{
    for (size_t i = 0; i < batch->note_count; i++) {
        const struct entry entry = { .now_ms = poll->now_ms,
                                     .level = batch->notes[i].level,
                                     .source = poll->name,
                                     .text = batch->notes[i].text,
                                     .standing = true };

        if (!log_put(store, &entry, err))
            return false;
    }
    return true;
}

/* ---- runs, jobs, pools, tickets, and what is derived of them ---- */

void store_on_derive(struct store *store, store_derive_fn *derive, void *self)
{
    store->derive = derive;
    store->derive_self = self;
}

static bool put_records(struct store *store, const struct poll *poll, const struct batch *batch,
                        struct dx_error *err)
{
    struct writing w = { .store = store,
                         .poll = poll,
                         .batch = batch,
                         .runs = mem_new(batch->run_count, sizeof(*w.runs)),
                         .state = mem_new(batch->run_count, sizeof(*w.state)) };
    bool ok;

    touched_done(&store->touched);
    ok = runs_put(&w, err) && first_put(store, poll, batch, err) && jobs_put(&w, err) &&
         queue_put(&w, err) && tails_put(&w, err) && pools_put(&w, err) &&
         tickets_put(store, poll, batch, err) && changes_put(store, poll, batch, err);
    parts_sort(&store->touched.pool_hours);
    parts_sort(&store->touched.pipeline_days);
    parts_sort(&store->touched.failed_days);
    if (ok && store->derive)
        ok = poll->filling
                 ? store_put_dirty(store, &store->touched, err)
                 : store->derive(store->derive_self, store, &store->touched, poll->now_ms, err);
    touched_done(&store->touched);
    free(w.runs);
    free(w.state);
    return ok;
}

/* ---- all of it ---- */

static bool put_all(struct store *store, void *what, struct dx_error *err)
{
    const struct commit *c = what;
    const struct batch *batch = c->batch;

    if (!store_touch(store, err) || !log_pending(store, c->poll->now_ms, err) ||
        !poll_put(store, c->poll, batch, err))
        return false;
    return !batch ||
           (put_samples(store, c->poll, batch, err) && alerts_put(store, c->poll, batch, err) &&
            put_records(store, c->poll, batch, err) && put_cursors(store, c->poll, batch, err) &&
            put_notes(store, c->poll, batch, err) && put_etags(store, c, err));
}

bool store_commit(struct store *store, const struct poll *poll, const struct batch *batch,
                  const struct etag *etags, size_t etag_count, struct dx_error *err)
{
    struct commit commit = {
        .poll = poll, .batch = batch, .etags = etags, .etag_count = etag_count
    };

    store_cache(store, poll->filling);
    if (!store_write(store, put_all, &commit, err)) {
        store->undone++;
        return false;
    }
    for (size_t i = 0; i < store->known_count; i++)
        if (store->known[i].id == poll->source)
            store->known[i].bytes += poll->bytes;
    return true;
}
