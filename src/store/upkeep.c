/* upkeep: checkpoints between commits, and what is past its retention. */
#include "config.h"

#include "store/internal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/mem.h"
#include "core/time.h"
#include "store/limit.h"
#include "store/retain.h"
#include "store/shrink.h"
#include "store/texts.h"

enum {
    WAL_TRUNCATE = 64 << 20, /* bytes */
    FRAME_BYTES = 4096 + 24, /* a page and its head */
    TIDY_BYTES = WAL_USUAL,  /* so much more in the WAL: a checkpoint */
    TRY_AGAIN_MS = 2000,     /* while readers keep it large */
    STUCK_MS = 60000,
    SAY_AGAIN_MS = 50000,
    TRUNCATE_BUSY_MS = 100,
    RESTART_BUSY_MS = 20,
    LOG_ROWS = 10000,
    /* one slice of the pruning */
    SLICE_SERIES = 5000,
    SLICE_SAMPLES = 20000,
    SLICE_ROWS = 2000
};

static const int64_t RAW_MS = (int64_t)70 * 86400 * 1000;
static const int64_t NOTICES_MS = (int64_t)7 * 86400 * 1000;
static const int64_t LONG_MS = (int64_t)400 * 86400 * 1000;

int64_t store_wal_bytes(const struct store *store)
{
    char *path = mem_print("%s-wal", store->path);
    struct stat st;
    int64_t bytes = stat(path, &st) == 0 ? (int64_t)st.st_size : 0;

    free(path);
    return bytes;
}

/* ---- retention ---- */

bool forget(struct store *store, const char *sql, int64_t before, int rows, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, before);
    (void)sqlite3_bind_int(stmt, 2, rows);
    if (!store_step(store, stmt, err))
        return false;
    store->left = store->left || sqlite3_changes(store->db) >= rows;
    return true;
}

struct sweep { /* over the series, in slices */
    int64_t before_ms;
    int64_t id, to_id; /* those behind id, up to to_id; 0: all were gone over */
};

/* The last series of the next slice. */
static bool slice_end(struct store *store, struct sweep *sweep, struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(
        store,
        "SELECT max(id) FROM (SELECT id FROM series WHERE id > ?1 ORDER BY id LIMIT ?2) AS slice",
        err);
    bool there;

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, sweep->id);
    (void)sqlite3_bind_int(stmt, 2, SLICE_SERIES);
    if (!store_row(store, stmt, &there, err))
        return false;
    sweep->to_id = there ? column_int(stmt, 0) : 0;
    (void)sqlite3_reset(stmt);
    return true;
}

static bool forget_of_series(struct store *store, const char *sql, const struct sweep *sweep,
                             struct dx_error *err)
{
    sqlite3_stmt *stmt = store_statement(store, sql, err);

    if (!stmt)
        return false;
    (void)sqlite3_bind_int64(stmt, 1, sweep->id);
    (void)sqlite3_bind_int64(stmt, 2, sweep->to_id);
    (void)sqlite3_bind_int64(stmt, 3, sweep->before_ms);
    (void)sqlite3_bind_int(stmt, 4, SLICE_SAMPLES);
    return store_step(store, stmt, err);
}

/* Sample rows are found by series, so a slice of the series is asked for its
 * old ones; a series that has none left goes too. Of the old texts the last one is
 * what it was when the samples that stay began. */
static bool forget_samples(struct store *store, struct sweep *sweep, struct dx_error *err)
{
    if (!slice_end(store, sweep, err))
        return false;
    if (sweep->to_id == 0) {
        sweep->id = 0;
        return true;
    }
    if (!forget_of_series(store,
                          "DELETE FROM sample WHERE (series, at_ms) IN (SELECT s.series, s.at_ms"
                          " FROM series CROSS JOIN sample AS s ON s.series = series.id"
                          " AND s.at_ms < ?3 WHERE series.id > ?1 AND series.id <= ?2 LIMIT ?4)",
                          sweep, err))
        return false;
    store->forgot.round_gone = store->forgot.round_gone || sqlite3_changes(store->db) > 0;
    if (sqlite3_changes(store->db) >= SLICE_SAMPLES) {
        store->left = true;
        return true; /* go on with the same series next time */
    }
    if (!forget_of_series(store,
                          "DELETE FROM series_text WHERE series > ?1 AND series <= ?2"
                          " AND ?4 IS NOT NULL AND (NOT EXISTS"
                          " (SELECT 1 FROM sample WHERE sample.series = series_text.series)"
                          " OR at_ms < (SELECT max(later.at_ms) FROM series_text AS later"
                          "  WHERE later.series = series_text.series AND later.at_ms < ?3))",
                          sweep, err) ||
        !forget_of_series(store,
                          "DELETE FROM series WHERE id > ?1 AND id <= ?2"
                          " AND ?3 IS NOT NULL AND ?4 IS NOT NULL AND NOT EXISTS"
                          " (SELECT 1 FROM sample WHERE sample.series = series.id)",
                          sweep, err))
        return false;
    sweep->id = sweep->to_id;
    return true;
}

static bool forget_alerts(struct store *store, int64_t before_ms, struct dx_error *err)
{
    return forget(store,
                  "DELETE FROM alert_word WHERE alert IN"
                  " (SELECT id FROM alert WHERE ended_ms < ?1 ORDER BY ended_ms, id LIMIT ?2)",
                  before_ms, SLICE_ROWS, err) &&
           forget(store,
                  "DELETE FROM alert_state WHERE alert IN"
                  " (SELECT id FROM alert WHERE ended_ms < ?1 ORDER BY ended_ms, id LIMIT ?2)",
                  before_ms, SLICE_ROWS, err) &&
           forget(store,
                  "DELETE FROM alert WHERE id IN"
                  " (SELECT id FROM alert WHERE ended_ms < ?1 ORDER BY ended_ms, id LIMIT ?2)",
                  before_ms, SLICE_ROWS, err);
}

/* The last poll and the last good one stay, however long ago they were. */
static bool forget_polls(struct store *store, int64_t before_ms, struct dx_error *err)
{
    return forget(store,
                  "DELETE FROM poll WHERE (source, at_ms) IN (SELECT p.source, p.at_ms FROM poll p"
                  " WHERE p.last_ms < ?1 AND p.at_ms < (SELECT max(at_ms) FROM poll"
                  " WHERE source = p.source) AND p.at_ms <> (SELECT coalesce(max(at_ms), 0)"
                  " FROM poll WHERE source = p.source AND ok) LIMIT ?2)",
                  before_ms, SLICE_ROWS, err);
}

static bool forget_log(struct store *store, int64_t before_ms, struct dx_error *err)
{
    return forget(store,
                  "DELETE FROM log WHERE id IN"
                  " (SELECT id FROM log WHERE last_ms < ?1 ORDER BY last_ms LIMIT ?2)",
                  before_ms, SLICE_ROWS, err) &&
           forget(store,
                  "DELETE FROM log WHERE id IN (SELECT id FROM log ORDER BY last_ms DESC, id DESC"
                  " LIMIT ?2 OFFSET ?1)",
                  LOG_ROWS, SLICE_ROWS, err);
}

void store_keep(struct store *store, int64_t ms)
{
    if (ms > store->keep_ms)
        store->keep_ms = ms;
}

struct pruning {
    int64_t now_ms;
    int64_t sweep_id; /* how far the sweep came; in the store when all of it is done */
};

static bool prune(struct store *store, void *what, struct dx_error *err)
{
    struct pruning *pruning = what;
    const int64_t now_ms = pruning->now_ms;
    const int64_t keep_ms = store->keep_ms > RAW_MS ? store->keep_ms : RAW_MS;
    const int64_t hours_ms = keep_ms > LONG_MS ? keep_ms : LONG_MS;
    const int64_t before_ms = limit_before(store, now_ms - keep_ms);
    struct sweep sweep = { .before_ms = before_ms, .id = store->sweep_id };

    if (!log_pending(store, now_ms, err) || !forget_samples(store, &sweep, err))
        return false;
    pruning->sweep_id = sweep.id;
    return retain_runs(store, before_ms, now_ms, err) && limit_look(store, now_ms, keep_ms, err) &&
           texts_sweep(store, now_ms, err) && retain_hours(store, now_ms - hours_ms, err) &&
           forget_polls(store, now_ms - RAW_MS, err) &&
           forget_alerts(store, now_ms - LONG_MS, err) &&
           forget_log(store, now_ms - LONG_MS, err) &&
           forget(store,
                  "DELETE FROM notice WHERE id IN"
                  " (SELECT id FROM notice WHERE at_ms < ?1 ORDER BY at_ms LIMIT ?2)",
                  now_ms - NOTICES_MS, SLICE_ROWS, err) &&
           forget(store,
                  "DELETE FROM etag WHERE key IN"
                  " (SELECT key FROM etag WHERE used_ms < ?1 LIMIT ?2)",
                  now_ms - RAW_MS, SLICE_ROWS, err);
}

/* ---- checkpoints ---- */

static int on_commit(void *self, sqlite3 *db, const char *name, int frames)
{
    struct store *store = self;

    (void)db;
    (void)name;
    store->wal_bytes = store->frames_bytes = (int64_t)frames * FRAME_BYTES;
    if (store->wal_bytes < store->tried_bytes)
        store->tried_bytes = 0; /* all was in the database, so the WAL begins anew */
    return SQLITE_OK;
}

void upkeep_watch(struct store *store)
{
    store->wal_bytes = store->frames_bytes = store->tried_bytes = 0;
    (void)sqlite3_wal_hook(store->db, on_commit, store);
}

/* Always the same words, for the log counts them; and not with each commit. */
static bool say_stuck(struct store *store, int64_t boot_ms, struct dx_error *err)
{
    if (boot_ms - store->stuck_since_ms < STUCK_MS ||
        (store->stuck_said_ms > 0 && boot_ms - store->stuck_said_ms < SAY_AGAIN_MS))
        return true;
    store->stuck_said_ms = boot_ms;
    return dx_fail(err, DX_FAULT_SYSTEM,
                   "a reader has kept the store from being tidied for more than 60 s; it grows");
}

/* A checkpoint alone does not make the WAL begin anew: the next commit does, unless somebody
 * reads it just then; and each that does not adds to it. So one that is as long as it is to be
 * is begun anew by the checkpoint, when nobody reads it for a moment. */
static int mode_of(const struct store *store)
{
    if (store_wal_bytes(store) > WAL_TRUNCATE)
        return SQLITE_CHECKPOINT_TRUNCATE;
    return store->frames_bytes >= TIDY_BYTES ? SQLITE_CHECKPOINT_RESTART
                                             : SQLITE_CHECKPOINT_PASSIVE;
}

static bool checkpoint(struct store *store, struct dx_error *err)
{
    int64_t boot_ms = time_boot_ms();
    int mode = mode_of(store), frames = 0, done = 0, status;

    store->tried_bytes = store->wal_bytes;
    store->tried_ms = boot_ms;
    (void)sqlite3_busy_timeout(store->db, /* readers are waited for */
                               mode == SQLITE_CHECKPOINT_TRUNCATE ? TRUNCATE_BUSY_MS
                                                                  : RESTART_BUSY_MS);
    status = sqlite3_wal_checkpoint_v2(store->db, NULL, mode, &frames, &done);
    held_patience(store);
    if (status == SQLITE_OK && mode != SQLITE_CHECKPOINT_PASSIVE)
        store->frames_bytes = 0; /* the next commit is its first */
    if ((status == SQLITE_OK || (status & 0xFF) == SQLITE_BUSY) && frames == done && frames >= 0) {
        store->stuck_since_ms = store->stuck_said_ms = 0;
        store->wal_bytes = 0; /* what is in it is in the database too */
        return true;
    }
    if (status != SQLITE_OK && (status & 0xFF) != SQLITE_BUSY)
        return store_fail(store, err);
    if (store->stuck_since_ms == 0)
        store->stuck_since_ms = boot_ms;
    return say_stuck(store, boot_ms, err);
}

bool store_tidy(struct store *store, struct dx_error *err)
{
    bool large = store->frames_bytes > TIDY_BYTES;

    if (!store->db || store->lock_fd < 0 ||
        (store->wal_bytes - store->tried_bytes < TIDY_BYTES &&
         !(large && time_boot_ms() - store->tried_ms >= TRY_AGAIN_MS)))
        return true;
    return checkpoint(store, err);
}

bool store_is_strained(const struct store *store)
{
    return store->wal_bytes > store->strain_bytes;
}

/* Where files are swept away by age, ours are not old: the lock and the shared
 * memory are in use, but never written. By path: nothing is opened. */
static void touch(const struct store *store)
{
    static const char *const parts[] = { "", "-wal", "-shm", ".lock", ".viewers" };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        char *path = mem_print("%s%s", store->path, parts[i]);

        (void)utimensat(AT_FDCWD, path, NULL, 0);
        free(path);
    }
}

/* What it noted of a pruning that was rolled back is not so; what was looked through was without
 * the rows that are there again. */
static void take_back(struct store *store, const struct forgot *before)
{
    bool sweeps = store->sweep != NULL;

    store->forgot = *before;
    if (!sweeps)
        return;
    texts_forget(store);
    store->forgot.texts_freed = true;
    store->forgot.swept_ms = 0;
}

bool store_owes_upkeep(const struct store *store)
{
    return store->left || store->sweep_id > 0 || store->sweep || store_is_full(store);
}

bool store_upkeep(struct store *store, int64_t now_ms, struct dx_error *err)
{
    struct pruning pruning = { .now_ms = now_ms };
    const struct forgot before = store->forgot;

    store->full = store->shrinks = store->left = false; /* what fails is not tried again at once */
    if (*store->where)
        touch(store);
    if (!store_write(store, prune, &pruning, err)) {
        take_back(store, &before);
        return false;
    }
    store->sweep_id = pruning.sweep_id;
    return checkpoint(store, err) && shrink(store, err);
}
