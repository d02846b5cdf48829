/* derive_kpi_fed: key numbers that somebody else counts: the values of a query, or of a
 * file that is read anew with every minute. By the day, so that they outlive the samples. */
#include "config.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "derive/derive_kpi.h"
#include "core/error.h"
#include "core/mem.h"
#include "core/text.h"
#include "source/kpi_file.h"

bool derive_is_fed(const struct kpi_settings *settings, enum kpi kpi)
{
    const struct kpi_feed *feed = settings->feeds.item;

    for (size_t i = 0; i < settings->feeds.count; i++)
        if (feed[i].kpi == kpi)
            return true;
    return false;
}

/* ---- what feeds them ---- */

enum { FEED_TEXT = 24, FEEDS_TEXT = KPI_COUNT * 64 };

/* Of what it is made: "own", or a hash of what feeds it. */
static const char *made_of(char out[FEED_TEXT], const struct kpi_settings *settings, int kpi)
{
    const struct kpi_feed *feed = settings->feeds.item;
    uint64_t hash;

    (void)snprintf(out, FEED_TEXT, "own");
    for (size_t i = 0; i < settings->feeds.count; i++) {
        if ((int)feed[i].kpi != kpi)
            continue;
        hash = text_hash_on(text_hash(feed[i].file), "\n");
        hash = text_hash_on(text_hash_on(hash, feed[i].query), "\n");
        hash = text_hash_on(text_hash_on(hash, feed[i].source), "\n");
        (void)snprintf(out, FEED_TEXT, "%016" PRIx64 ".%d", hash, feed[i].unit);
    }
    return out;
}

/* The same as it was, of " id=made id=made". */
static const char *was_made_of(char out[FEED_TEXT], const char *feeds, int kpi)
{
    char name[64];
    const char *at;

    (void)snprintf(name, sizeof(name), " %s=", kpis[kpi].id);
    at = strstr(feeds, name);
    if (at)
        at += strlen(name);
    (void)snprintf(out, FEED_TEXT, "%.*s", at ? (int)strcspn(at, " ") : 3, at ? at : "own");
    return out;
}

bool derive_feeds(struct store *store, const struct kpi_settings *settings, bool *changed,
                  struct dx_error *err)
{
    char was[FEEDS_TEXT], feeds[FEEDS_TEXT] = "", before[FEED_TEXT], now[FEED_TEXT];
    struct touched all = { .totals = false };
    size_t len = 0;
    bool known, ok = store_feeds(store, was, sizeof(was), &known, err);

    *changed = false;
    for (int kpi = 0; ok && kpi < KPI_COUNT; kpi++) {
        if (strcmp(made_of(now, settings, kpi), "own") != 0)
            len += (size_t)snprintf(feeds + len, sizeof(feeds) - len, " %s=%s", kpis[kpi].id, now);
        if (!known || strcmp(was_made_of(before, was, kpi), now) == 0)
            continue;
        *changed = true;
        ok = store_swap_kpi_points(store, kpis[kpi].id, before, now, err);
    }
    if (ok && *changed)
        ok = store_all_keys(store, &all, err) &&
             store_put_dirty(store, &(struct touched){ .flaky_days = all.pipelines }, err);
    touched_done(&all);
    return ok && ((known && strcmp(was, feeds) == 0) || store_put_feeds(store, feeds, err));
}

/* ---- values ---- */

static double in_unit(const struct kpi_feed *feed, double value)
{
    switch ((enum feed_unit)feed->unit) {
    case FEED_OWN:
    case FEED_SCORES:
        return value;
    case FEED_PERCENT:
        return value / 100.;
    case FEED_MINUTES:
        return value * 60.;
    case FEED_HOURS:
        return value * 3600.;
    case FEED_DAYS:
        return value * 86400.;
    }
    return value;
}

/* ---- files ---- */

static int by_time(const void *a, const void *b)
{
    const struct kpi_file_row *x = a, *y = b;

    return (x->at_ms > y->at_ms) - (x->at_ms < y->at_ms);
}

/* A point a day: the mean where it is said of how many, else the last value. */
static size_t add_up(const struct kpi_feed *feed, struct kpi_file_row *rows, size_t count,
                     bool with_n, struct kpi_point *points)
{
    size_t n = 0;

    qsort(rows, count, sizeof(*rows), by_time);
    for (size_t i = 0; i < count; i++) {
        struct kpi_point *last = n > 0 ? &points[n - 1] : NULL;
        int64_t day = rows[i].at_ms / DAY_MS;
        double value = in_unit(feed, rows[i].value);

        if (rows[i].n == 0)
            continue;
        if (!last || last->nth != day) {
            points[n] = (struct kpi_point){ .nth = day, .n = rows[i].n, .value = value };
            n++;
            continue;
        }
        last->value = with_n ? (last->value * (double)last->n + value * (double)rows[i].n) /
                                   (double)(last->n + rows[i].n)
                             : value;
        last->n = with_n ? last->n + rows[i].n : 1;
    }
    return n;
}

/* What a file says beside its points. */
struct told {
    bool with_n;
    int64_t from, to;     /* of days in (from, to] */
    int64_t scores, high; /* answers, and those of 4 or 5; scores 0: it has none */
};

static void count_scores(const struct kpi_file_row *rows, size_t count, struct told *told)
{
    for (size_t i = 0; i < count; i++) {
        int64_t day = rows[i].at_ms / DAY_MS;

        if (day <= told->from || day > told->to)
            continue;
        told->scores += rows[i].n;
        told->high += rows[i].value >= 4. ? rows[i].n : 0;
    }
}

static bool is_same(const struct kpi_point *a, size_t n, const struct kpi_point *b, size_t m)
{
    for (size_t i = 0; n == m && i < n; i++)
        if (a[i].nth != b[i].nth || a[i].n != b[i].n || a[i].value < b[i].value ||
            a[i].value > b[i].value)
            return false;
    return n == m;
}

/* What the file does not say any more is forgotten. */
static bool take_file(struct store *store, const struct kpi_feed *feed, struct told *told,
                      struct dx_error *why, struct dx_error *err)
{
    struct kpi_points all = { .id = kpis[feed->kpi].id, .step_ms = DAY_MS };
    struct kpi_file_row *rows = NULL;
    struct kpi_point *points, *there = NULL;
    size_t count = 0, there_count = 0;
    bool ok;

    if (!kpi_file_load(feed->file, feed->unit == FEED_SCORES, &rows, &count, &told->with_n, why))
        return true;
    points = mem_new(count + 1, sizeof(*points));
    if (feed->unit == FEED_SCORES) {
        told->with_n = true;
        count_scores(rows, count, told);
    }
    all.count = add_up(feed, rows, count, told->with_n, points);
    all.point = points;
    ok = store_kpi_points(store, all.id, -1, &there, &there_count, err);
    if (ok && !is_same(points, all.count, there, there_count))
        ok = store_drop_kpi_points(store, &all, err) && store_put_kpi_points(store, &all, err);
    free(there);
    free(points);
    free(rows);
    return ok;
}

/* ---- queries ---- */

/* at_ms: a whole minute, all of it, or a program that is run once would say nothing. */
static bool take_query(struct store *store, const struct kpi_feed *feed, int64_t at_ms,
                       struct dx_error *err)
{
    struct kpi_points all = { .id = kpis[feed->kpi].id, .step_ms = DAY_MS };
    struct kpi_point *points;
    struct fed fed = { feed->source, feed->query, at_ms + MINUTE_MS - 1 };
    bool ok = store_fed_days(store, &fed, &points, &all.count, err);

    for (size_t i = 0; ok && i < all.count; i++)
        points[i].value = in_unit(feed, points[i].value);
    all.point = points;
    ok = ok && store_put_kpi_points(store, &all, err);
    free(points);
    return ok;
}

/* ---- the number ---- */

/* "82 %"; a few are not nothing, and all but a few are not all. */
static const char *share_text(char out[16], int64_t k, int64_t n)
{
    double percent = 100. * (double)k / (double)n;

    if (k > 0 && percent < 0.5)
        (void)snprintf(out, 16, "<1 %%");
    else if (k < n && percent >= 99.5)
        (void)snprintf(out, 16, ">99 %%");
    else
        (void)snprintf(out, 16, "%.0f %%", percent);
    return out;
}

/* Of days in (from, to]. */
static struct kpi_value value_of(const struct kpi_point *points, size_t count, int64_t from,
                                 int64_t to, bool mean)
{
    struct kpi_value out = KPI_NOTHING;
    double sum = 0.;

    for (size_t i = 0; i < count; i++) {
        if (points[i].nth <= from || points[i].nth > to)
            continue;
        out.n += points[i].n;
        sum += points[i].value * (double)points[i].n;
        out.value = points[i].value;
    }
    if (mean && out.n > 0)
        out.value = sum / (double)out.n;
    return out;
}

static int64_t last_day(const struct kpi_point *points, size_t count, int64_t otherwise)
{
    int64_t last = INT64_MIN;

    for (size_t i = 0; i < count; i++)
        if (points[i].nth > last && points[i].nth <= otherwise)
            last = points[i].nth;
    return last == INT64_MIN ? otherwise : last;
}

/* A number of a day is that of today, or of yesterday as long as nothing is said of today;
 * it is compared with the mean of the days before, of which one alone says little. */
static void take_live(struct kpi_result *result, const struct kpi_points *days, int64_t today,
                      int64_t before)
{
    int64_t last = last_day(days->point, days->count, today);

    if (last < today - 1)
        last = today;
    result->now = value_of(days->point, days->count, last - 1, last, false);
    result->before = value_of(days->point, days->count, last - 1 - before, last - 1, true);
}

static bool put_fed(struct store *store, const struct kpi_settings *settings,
                    const struct kpi_feed *feed, int64_t at_ms, struct dx_error *err)
{
    const struct kpi_about *about = &kpis[feed->kpi];
    int64_t today = at_ms / DAY_MS, before = about->before_ms / DAY_MS;
    int64_t window = about->window_ms > 0 ? about->window_ms / DAY_MS : before;
    struct kpi_result result = { .fed = true, .reads = *feed->query ? 1U << DX_KIND_SAMPLE : 0 };
    struct dx_error why = { .fault = DX_FAULT_NONE };
    struct kpi_points days = { .id = about->id };
    struct kpi_point *points = NULL;
    struct told told = { .from = today - window, .to = today };
    char note[300], share[16];
    bool ok;

    if (*feed->file)
        ok = settings->no_files || take_file(store, feed, &told, &why, err);
    else
        ok = take_query(store, feed, at_ms, err);
    ok = ok &&
         store_kpi_points(store, about->id, today - window - before - 1, &points, &days.count, err);
    if (!ok)
        return false;
    days.point = points;
    if (window == 1) {
        take_live(&result, &days, today, before);
    } else {
        result.now = value_of(points, days.count, today - window, today, told.with_n);
        result.before =
            value_of(points, days.count, today - window - before, today - window, told.with_n);
    }
    if (told.scores > 0) {
        (void)snprintf(note, sizeof(note), "%s gave 4 or 5",
                       share_text(share, told.high, told.scores));
        result.note = note;
    }
    if (why.fault != DX_FAULT_NONE) {
        (void)snprintf(note, sizeof(note), "%.120s: %.160s", feed->file, why.text);
        result.note = note;
        result.now = KPI_NOTHING;
    }
    ok = derive_put_kpi(store, settings, feed->kpi, &result, err);
    free(points);
    return ok;
}

bool derive_kpi_fed(struct store *store, const struct kpi_settings *settings, int64_t at_ms,
                    struct dx_error *err)
{
    const struct kpi_feed *feed = settings->feeds.item;

    for (size_t i = 0; i < settings->feeds.count; i++)
        if (!put_fed(store, settings, &feed[i], at_ms, err))
            return false;
    for (int kpi = 0; kpi < KPI_COUNT; kpi++)
        if (kpis[kpi].reads == 0 && !derive_is_fed(settings, (enum kpi)kpi) &&
            !store_drop_kpi(store, kpis[kpi].id, err))
            return false;
    return true;
}
