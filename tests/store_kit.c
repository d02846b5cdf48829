/* store_kit: what the tests of the store share. */
#include "config.h"

#include "store_kit.h"

#include <fcntl.h>
#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/time.h"

struct kit kit;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    return remove(path);
}

void kit_init(void)
{
    (void)snprintf(kit.dir, sizeof(kit.dir), "/tmp/dxtop-test-XXXXXX");
    cr_assert_not_null(mkdtemp(kit.dir));
    (void)snprintf(kit.path, sizeof(kit.path), "%s/state/acme-2.db", kit.dir);
}

void kit_done(void)
{
    store_close(kit.store);
    kit.store = NULL;
    (void)nftw(kit.dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void kit_name_sources(void)
{
    static const uint32_t also = 1U << DX_KIND_TICKET; /* any will do for them */
    static const struct source_row rows[] = {
        { "prom", "prometheus", "http://p", 1U << DX_KIND_SAMPLE | also, 15 * SECOND },
        { "am", "alertmanager", "http://a", 1U << DX_KIND_ALERT | also, 30 * SECOND },
        { "slow", "prometheus", "http://s", 1U << DX_KIND_SAMPLE, 10 * MINUTE },
    };
    struct dx_error err = { 0 };

    cr_assert(store_sources(kit.store, rows, 3, kit.id, &err), "%s", err.text);
}

void kit_collect(void)
{
    struct dx_error err = { 0 };

    kit.store = store_open(kit.path, STORE_COLLECT, &err);
    cr_assert_not_null(kit.store, "%s", err.text);
    cr_assert(store_lock(kit.store));
    kit_name_sources();
}

static struct poll poll_of(int source, int64_t now_ms)
{
    static const char *const names[] = { "prom", "am", "slow" };
    static const int64_t every[] = { 15 * SECOND, 30 * SECOND, 10 * MINUTE };

    return (struct poll){ .source = kit.id[source],
                          .name = names[source],
                          .ok = true,
                          .state = DX_SOURCE_LIVE,
                          .now_ms = now_ms,
                          .next_ms = now_ms + every[source],
                          .every_ms = every[source],
                          .latency_ms = 7,
                          .bytes = 100,
                          .history_ms = kit.history_ms,
                          .ids_are_unique = kit.ids_are_unique,
                          .tries_are_counted = kit.tries_are_counted,
                          .per_hour = 240 };
}

static void commit(const struct poll *poll, struct batch *batch)
{
    struct dx_error err = { 0 };

    cr_assert(store_commit(kit.store, poll, batch, NULL, 0, &err), "%s", err.text);
    batch_done(batch);
}

void kit_poll(int source, int64_t now_ms, struct batch *batch)
{
    struct poll poll = poll_of(source, now_ms);

    commit(&poll, batch);
}

void kit_fill(int source, int64_t now_ms, struct batch *batch)
{
    struct poll poll = poll_of(source, now_ms);

    poll.state = DX_SOURCE_FILLING;
    poll.filling = true;
    commit(&poll, batch);
}

void kit_fail(int source, int64_t now_ms, enum dx_source_state state, const char *text)
{
    struct poll poll = poll_of(source, now_ms);
    struct dx_error err = { 0 };

    poll.ok = false;
    poll.state = state;
    poll.error.fault = DX_FAULT_NETWORK;
    (void)snprintf(poll.error.text, sizeof(poll.error.text), "%s", text);
    cr_assert(store_commit(kit.store, &poll, NULL, NULL, 0, &err), "%s", err.text);
}

void kit_sample(struct batch *batch, const char *query, const char *labels, int64_t at_ms,
                double value)
{
    size_t series = batch_series(batch, (struct series){ .query = query, .labels = labels });

    batch_sample(batch, series, at_ms, value);
}

void kit_alert(struct batch *batch, const char *key, enum dx_alert_state state, int64_t since_ms)
{
    struct alert *alert = batch_alert(batch);

    alert->key = alert->name = key;
    alert->state = state;
    alert->since_ms = since_ms;
    alert->severity = DX_SEVERITY_WARNING;
    batch->alerts_whole = true;
}

/* ---- rows as text ---- */

static bool is_text(enum dx_field field)
{
    switch ((int)field) {
    case DX_FIELD_SOURCE:
    case DX_FIELD_NAME:
    case DX_FIELD_KEY:
    case DX_FIELD_LABELS:
    case DX_FIELD_TEXT:
    case DX_FIELD_SUMMARY:
    case DX_FIELD_URL:
    case DX_FIELD_MUTED_BY:
    case DX_FIELD_TYPE:
    case DX_FIELD_VERSION:
    case DX_FIELD_PROJECT:
    case DX_FIELD_PIPELINE:
    case DX_FIELD_RUN:
    case DX_FIELD_RUN_ID:
    case DX_FIELD_JOB_ID:
    case DX_FIELD_NUMBER:
    case DX_FIELD_SHA:
    case DX_FIELD_BRANCH:
    case DX_FIELD_EVENT:
    case DX_FIELD_TITLE:
    case DX_FIELD_ACTOR:
    case DX_FIELD_POOL:
    case DX_FIELD_RUNNER:
    case DX_FIELD_STAGE:
    case DX_FIELD_WHY:
    case DX_FIELD_EVIDENCE:
    case DX_FIELD_RAW_STATUS:
    case DX_FIELD_RAW_RESULT:
    case DX_FIELD_QUEUED_BASIS:
    case DX_FIELD_DURATION_BASIS:
    case DX_FIELD_STRIP:
    case DX_FIELD_TICKET_TYPE:
    case DX_FIELD_CATEGORY:
    case DX_FIELD_RAW_PRIORITY:
    case DX_FIELD_REPORTER:
    case DX_FIELD_ASSIGNEE:
    case DX_FIELD_SLA:
    case DX_FIELD_SLAS:
    case DX_FIELD_LINKS:
    case DX_FIELD_STAYS:
    case DX_FIELD_CREATED_BASIS:
    case DX_FIELD_RESPONDED_BASIS:
    case DX_FIELD_RESOLVED_BASIS:
    case DX_FIELD_TREND:
    case DX_FIELD_BRIEF:
    case DX_FIELD_DEFINITION:
        return true;
    default:
        return false;
    }
}

static bool is_number(enum dx_field field)
{
    return field == DX_FIELD_REPEATS || field == DX_FIELD_RESTORE_P50 || field == DX_FIELD_TARGET ||
           field == DX_FIELD_RESOLUTION_P50 || field == DX_FIELD_VALUE || field == DX_FIELD_MIN ||
           field == DX_FIELD_MAX || field == DX_FIELD_PER_HOUR ||
           (field >= DX_FIELD_P50 && field <= DX_FIELD_P99) || field == DX_FIELD_BEFORE ||
           field == DX_FIELD_GATE_P50 || field == DX_FIELD_SUCCESS || field == DX_FIELD_FIRST ||
           field == DX_FIELD_PLATFORM || field == DX_FIELD_PLATFORM_LOW || field == DX_FIELD_LOW ||
           field == DX_FIELD_HIGH || field == DX_FIELD_RATE || field == DX_FIELD_PER_HOUR_IN ||
           field == DX_FIELD_PER_HOUR_OUT || field == DX_FIELD_SUCCESS_BEFORE;
}

static bool is_time(enum dx_field field)
{
    switch ((int)field) {
    case DX_FIELD_AT:
    case DX_FIELD_SINCE:
    case DX_FIELD_ENDED:
    case DX_FIELD_SEEN:
    case DX_FIELD_LAST_TRY:
    case DX_FIELD_LAST_OK:
    case DX_FIELD_NEXT:
    case DX_FIELD_RESET:
    case DX_FIELD_RESPONDED:
    case DX_FIELD_RESOLVED:
    case DX_FIELD_UPDATED:
    case DX_FIELD_BREACH:
    case DX_FIELD_GONE:
        return true;
    default:
        return false;
    }
}

static void add_field(struct buf *out, const struct rows_ops *ops, void *rows, enum dx_field field)
{
    if (!ops->has(rows, field))
        (void)buf_text(out, "-");
    else if (is_text(field))
        (void)buf_text(out, ops->text(rows, field));
    else if (is_number(field))
        (void)buf_print(out, "%g", ops->number(rows, field));
    else if (is_time(field)) /* in seconds after T0 */
        (void)buf_print(out, "%g", (double)(ops->integer(rows, field) - T0) / 1000.);
    else
        (void)buf_print(out, "%lld", (long long)ops->integer(rows, field));
}

const char *kit_rows(struct store *store, enum dx_query query, const struct dx_filter *filter,
                     int64_t now_ms, const enum dx_field *fields)
{
    static struct buf out;
    struct dx_error err = { 0 };
    struct reader reader = store_reader(store);
    void *rows;

    buf_done(&out);
    buf_init(&out, 1 << 20);
    (void)buf_text(&out, "");
    cr_assert(store_begin(store, &err), "%s", err.text);
    rows = reader.open(reader.self, query, filter, now_ms);
    while (reader.ops->next(rows)) {
        for (size_t i = 0; fields[i] != DX_FIELD_COUNT; i++) {
            if (i > 0)
                (void)buf_text(&out, "|");
            add_field(&out, reader.ops, rows, fields[i]);
        }
        (void)buf_text(&out, "\n");
    }
    reader.ops->close(rows);
    cr_assert_null(reader.error(reader.self));
    store_end(store);
    return out.bytes ? out.bytes : "";
}

int64_t kit_count(struct store *store, enum dx_query query, int64_t now_ms)
{
    struct dx_error err = { 0 };
    struct reader reader = store_reader(store);
    int64_t n = 0;
    void *rows;

    cr_assert(store_begin(store, &err), "%s", err.text);
    rows = reader.open(reader.self, query, NULL, now_ms);
    while (reader.ops->next(rows))
        n++;
    reader.ops->close(rows);
    store_end(store);
    return n;
}

int64_t kit_boot_ms(void)
{
    return time_boot_ms();
}

bool kit_exists(const char *suffix)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s%s", kit.path, suffix);
    return access(path, F_OK) == 0;
}

void kit_overwrite(const char *suffix, long offset, const void *bytes, size_t len)
{
    char path[128];
    FILE *f;

    (void)snprintf(path, sizeof(path), "%s%s", kit.path, suffix);
    f = fopen(path, offset == 0 && len == 0 ? "w" : "r+");
    cr_assert_not_null(f, "%s", path);
    cr_assert_eq(fseek(f, offset, SEEK_SET), 0);
    cr_assert_eq(fwrite(bytes, 1, len, f), len);
    cr_assert_eq(fclose(f), 0);
}

/* ---- wishes ---- */

bool kit_grant(const char *what, const char *arg, int64_t now_ms, struct dx_error *err)
{
    struct dx_error refused = { 0 };
    struct wish wish;

    if (!store_wish(kit.store, what, arg, err) || !store_next_wish(kit.store, &wish, err) ||
        !store_grant_wish(kit.store, &wish, now_ms, &refused, err))
        return false;
    if (refused.fault != DX_FAULT_NONE)
        *err = refused;
    return refused.fault == DX_FAULT_NONE;
}

const char *kit_wished(void)
{
    static char out[sizeof(struct wish)];
    struct dx_error err = { 0 }, refused = { 0 };
    struct wish wish;

    cr_assert(store_next_wish(kit.store, &wish, &err), "%s", err.text);
    if (wish.id == 0)
        return "";
    cr_assert(store_grant_wish(kit.store, &wish, T0, &refused, &err), "%s", err.text);
    snprintf(out, sizeof(out), "%s|%s", wish.what, wish.arg);
    return out;
}
