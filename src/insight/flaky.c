/* flaky: same commit, both outcomes. */
#include "config.h"

#include "insight/flaky.h"

#include <math.h>
#include <stdlib.h>

#include "core/mem.h"
#include "insight/rate.h"

/* A try that counts: its commit, and where it is. */
struct mark {
    int64_t sha;
    size_t at;
};

static int by_sha(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;

    if (x->sha != y->sha)
        return x->sha < y->sha ? -1 : 1;
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool in_window(const struct flaky_try *t, int64_t now_ms)
{
    return t->at_ms <= now_ms && t->at_ms > now_ms - FLAKY_WINDOW_MS;
}

static bool failed(const struct flaky_try *t)
{
    return t->result == DX_RESULT_FAILURE;
}

static bool says_something(const struct flaky_try *t)
{
    return (t->result == DX_RESULT_SUCCESS || failed(t)) && t->cause != DX_CAUSE_PLATFORM &&
           !t->never_started;
}

/* The tries that count, by commit, then time. */
static size_t marks_of(const struct flaky_try *tries, size_t n, int64_t now_ms, struct mark *marks)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        if (in_window(&tries[i], now_ms) && says_something(&tries[i]))
            marks[count++] = (struct mark){ tries[i].sha, i };
    if (count > 1)
        qsort(marks, count, sizeof(*marks), by_sha);
    return count;
}

/* How many of the marks are of the first one's commit. What has no commit is alone. */
static size_t group_len(const struct mark *marks, size_t count)
{
    size_t len = 1;

    while (len < count && marks[0].sha != 0 && marks[len].sha == marks[0].sha)
        len++;
    return len;
}

struct commit {
    bool pair;   /* both outcomes, in whatever order */
    bool mended; /* it passed after a failure */
};

static struct commit commit_of(const struct flaky_try *tries, const struct mark *marks, size_t len)
{
    struct commit commit = { .pair = false };
    bool ok = false, bad = false;

    for (size_t i = 0; i < len; i++) {
        if (failed(&tries[marks[i].at])) {
            bad = true;
        } else {
            ok = true;
            commit.mended = commit.mended || bad;
        }
    }
    commit.pair = ok && bad;
    return commit;
}

static int64_t known(int64_t ms)
{
    return ms > 0 ? ms : 0;
}

/* What the failures of one commit cost that passed later. */
static void add_cost(struct flaky *flaky, const struct flaky_try *tries, const struct mark *marks,
                     size_t len)
{
    const struct flaky_try *first = NULL;
    int64_t lost = 0;

    for (size_t i = 0; i < len; i++) {
        const struct flaky_try *t = &tries[marks[i].at];

        if (!first && !failed(t))
            continue;
        lost += known(t->duration_ms) + (first ? known(t->queued_ms) : 0);
        if (failed(t)) {
            first = first ? first : t;
            continue;
        }
        flaky->lost_ms += lost;
        flaky->wait_ms += t->at_ms - first->at_ms < FLAKY_WAIT_CAP_MS ? t->at_ms - first->at_ms
                                                                      : FLAKY_WAIT_CAP_MS;
        first = NULL;
        lost = 0;
    }
}

static void see(struct flaky *flaky, int64_t at_ms)
{
    if (flaky->first_seen_ms == 0 || at_ms < flaky->first_seen_ms)
        flaky->first_seen_ms = at_ms;
    if (at_ms > flaky->last_seen_ms)
        flaky->last_seen_ms = at_ms;
}

static void add_commit(struct flaky *flaky, const struct flaky_try *tries, const struct mark *marks,
                       size_t len)
{
    struct commit commit = commit_of(tries, marks, len);
    bool again = len > 1;

    for (size_t i = 0; i < len; i++) {
        const struct flaky_try *t = &tries[marks[i].at];

        again |= t->attempt > 1;
        if (commit.pair && failed(t))
            see(flaky, t->at_ms);
    }
    flaky->n += again;
    flaky->pairs += commit.pair;
    flaky->k += commit.mended;
    add_cost(flaky, tries, marks, len);
}

/* Did a try of this commit pass? */
static bool passed_anywhere(const struct flaky_try *tries, const struct mark *marks, size_t count,
                            int64_t sha)
{
    size_t low = 0, high = count;

    if (sha == 0)
        return false;
    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (marks[mid].sha < sha)
            low = mid + 1;
        else
            high = mid;
    }
    for (; low < count && marks[low].sha == sha; low++)
        if (!failed(&tries[marks[low].at]))
            return true;
    return false;
}

/* The last tries on the default branch: do they all fail, and none of their commits
 * passed? Then *flaky is about them. */
static bool is_broken(struct flaky *flaky, const struct flaky_try *tries, size_t n, int64_t now_ms,
                      const struct mark *marks)
{
    int row = 0;
    int64_t first = 0, last = 0;

    for (size_t i = n; i-- > 0;) {
        const struct flaky_try *t = &tries[i];

        if (!in_window(t, now_ms) || !says_something(t) || !t->default_branch)
            continue;
        if (!failed(t) || passed_anywhere(tries, marks, (size_t)flaky->counted, t->sha))
            break;
        last = row == 0 ? t->at_ms : last;
        first = t->at_ms;
        row++;
    }
    if (row < FLAKY_BROKEN_TRIES)
        return false;
    flaky->first_seen_ms = first;
    flaky->last_seen_ms = last;
    return true;
}

struct flaky flaky_judge(const struct flaky_try *tries, size_t n, int64_t now_ms)
{
    struct flaky flaky = { .rate = (double)NAN };
    struct mark *marks = mem_new(n + 1, sizeof(*marks));
    size_t count = marks_of(tries, n, now_ms, marks), len;
    struct range range;

    for (size_t i = 0; i < n; i++)
        flaky.dropped += in_window(&tries[i], now_ms) && !says_something(&tries[i]);
    flaky.counted = (int64_t)count;
    for (size_t i = 0; i < count; i += len) {
        len = group_len(marks + i, count - i);
        add_commit(&flaky, tries, marks + i, len);
    }
    range = wilson(flaky.k, flaky.n);
    flaky.low = range.low;
    flaky.high = range.high;
    if (flaky.n > 0)
        flaky.rate = (double)flaky.k / (double)flaky.n;
    flaky.listed = true;
    if (is_broken(&flaky, tries, n, now_ms, marks))
        flaky.state = DX_FLAKY_BROKEN;
    else if (flaky.pairs > 0)
        flaky.state = flaky.n < FLAKY_MIN_COMMITS ? DX_FLAKY_SUSPECT : DX_FLAKY_FLAKY;
    else
        flaky.listed = false;
    free(marks);
    return flaky;
}
