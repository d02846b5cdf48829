/* limit: a store that is as large as it may be forgets its oldest days of runs, jobs and samples
 * before their time, a day after the other, until it has room again. How far that went stays in
 * the store: what is gone is not asked for again. */
#include "config.h"

#include "store/limit.h"

#include <stdio.h>

#include "core/time.h"
#include "store/ci.h"
#include "store/derive.h"
#include "store/retain.h"
#include "store/shrink.h"

/* Pages that are free are filled before the file grows. */
static bool size_of(struct store *store, int64_t *bytes, struct dx_error *err)
{
    struct file_size size;

    if (!file_size(store, &size, err))
        return false;
    *bytes = (size.pages - size.free_pages) * size.page_bytes;
    return true;
}

/* ---- how far it went ---- */

static bool keep_border(struct store *store, int64_t ms, struct dx_error *err)
{
    store->forgot.fit_ms = ms;
    return forget(store,
                  "INSERT INTO meta (key, value) SELECT 'fit_ms', ?1 WHERE ?2 > 0"
                  " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                  ms, 1, err);
}

bool store_limit(struct store *store, int64_t bytes, struct dx_error *err)
{
    int64_t ms = 0;

    if (bytes > 0 && !store_ask(store, "SELECT value FROM meta WHERE key = 'fit_ms'", &ms, err))
        return false;
    store->limit_bytes = bytes;
    store->forgot.fit_ms = store->forgot.gone_ms = store->forgot.fit_said_ms = ms;
    return true;
}

bool store_is_full(const struct store *store)
{
    return store->full || store->shrinks;
}

int64_t limit_before(const struct store *store, int64_t kept_ms)
{
    return store->forgot.fit_ms > kept_ms ? store->forgot.fit_ms : kept_ms;
}

/* ---- going on ---- */

/* The day that goes next ends then. Runs say when they ended; samples are not sorted by time,
 * so that their days go one by one. */
static bool next_border(struct store *store, int64_t kept_ms, int64_t *ms, struct dx_error *err)
{
    int64_t series, oldest_ms, border_ms = limit_before(store, kept_ms);

    if (!store_ask(store, "SELECT EXISTS (SELECT 1 FROM series)", &series, err) ||
        !store_ask(store,
                   "SELECT finished_ms FROM run WHERE finished_ms > 0"
                   " ORDER BY finished_ms LIMIT 1",
                   &oldest_ms, err))
        return false;
    border_ms -= border_ms % DAY_MS;
    if (series == 0 && oldest_ms > border_ms)
        border_ms = oldest_ms - oldest_ms % DAY_MS;
    *ms = border_ms + DAY_MS;
    return true;
}

static bool say(struct store *store, int64_t now_ms, const char *words, struct dx_error *err)
{
    struct entry entry = {
        .now_ms = now_ms, .level = DX_LOG_WARN, .source = "", .text = words, .standing = true
    };

    return log_put(store, &entry, err);
}

/* Once there is room again: what numbers are made of is less than it was. */
static bool say_gone(struct store *store, int64_t now_ms, struct dx_error *err)
{
    struct touched all = { .totals = true };
    char words[200], date[TIME_TEXT];
    bool ok;

    (void)snprintf(words, sizeof(words),
                   "the store is as large as store_size lets it be: runs, jobs and samples before"
                   " %.10s are forgotten",
                   time_format(date, store->forgot.fit_ms));
    store->forgot.fit_said_ms = store->forgot.fit_ms;
    ok = say(store, now_ms, words, err) && store_all_keys(store, &all, err) &&
         store_put_dirty(store, &all, err);
    touched_done(&all);
    return ok;
}

static bool forget_more(struct store *store, int64_t now_ms, int64_t kept_ms, struct dx_error *err)
{
    int64_t next_ms;

    if (!next_border(store, kept_ms, &next_ms, err))
        return false;
    if (next_ms <= now_ms)
        return keep_border(store, next_ms, err);
    store->full = false; /* that it is asked again and again makes it no smaller */
    return say(store, now_ms,
               "the store is larger than store_size, and has nothing left to forget but today, and"
               " what stays for good",
               err);
}

bool limit_look(struct store *store, int64_t now_ms, int64_t keep_ms, struct dx_error *err)
{
    bool whole = store->sweep_id == 0, gone = store->forgot.round_gone;
    int64_t bytes;

    store->full = false;
    if (store->limit_bytes <= 0)
        return true;
    if (whole)
        store->forgot.round_gone = false;
    if (!size_of(store, &bytes, err))
        return false;
    if (store->forgot.fit_ms > now_ms ||
        (store->forgot.fit_ms > 0 && bytes < store->limit_bytes / 2)) {
        store->forgot.fit_said_ms = 0; /* the clock was ahead, or there is room for all of it */
        return keep_border(store, 0, err);
    }
    store->full = bytes > store->limit_bytes;
    if (!store->full)
        return store->forgot.fit_ms == store->forgot.fit_said_ms || say_gone(store, now_ms, err);
    if (!whole || gone) /* there is something left before the border */
        return true;
    return forget_more(store, now_ms, now_ms - keep_ms, err);
}
