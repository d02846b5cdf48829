/* derive_incidents: failures of the platform that come together raise one alert
 * of dxtop's own, which clears by itself. */
#include "config.h"

#include "derive/derive.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"
#include "insight/incident.h"

enum { SOURCES_TOLD = 3, SOURCE_TOLD = 21, EVIDENCE_TOLD = 91 };

/* An incident may have begun before what was touched, and go on after it. */
static const int64_t MARGIN_MS = INT64_C(24) * 3600000;

/* A number for each category, from 1; categories are few. */
static int64_t category_of(const struct stored_failure *failures, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(failures[k].category, failures[i].category) == 0)
            return (int64_t)k + 1;
    return (int64_t)i + 1;
}

static struct incident_failure *as_insight(const struct stored_failure *failures, size_t count)
{
    struct incident_failure *out = mem_new(count, sizeof(*out));

    for (size_t i = 0; i < count; i++)
        out[i] = (struct incident_failure){ .at_ms = failures[i].at_ms,
                                            .category = category_of(failures, i),
                                            .project = failures[i].project,
                                            .pool = failures[i].pool,
                                            .ambiguous = failures[i].ambiguous };
    return out;
}

/* A label's value as PromQL writes it. */
static void quoted(char *out, size_t cap, const char *text)
{
    size_t n = 0;

    for (; *text && n + 3 < cap; text++) {
        if (*text == '"' || *text == '\\')
            out[n++] = '\\';
        out[n++] = *text;
    }
    out[n] = '\0';
}

/* The last evidence of each source that saw it: what one system says of an outage may
 * be less than what another does. */
static void last_of_each(char *out, size_t cap, const struct incident *in,
                         const struct stored_failure *failures)
{
    char name[SOURCE_TOLD], evidence[EVIDENCE_TOLD];
    int64_t seen[SOURCES_TOLD];
    size_t n = 0, len = 0;

    out[0] = '\0';
    for (size_t i = in->member_count; i-- > 0 && n < SOURCES_TOLD;) {
        const struct stored_failure *f = &failures[in->member[i]];
        size_t k = 0, before = *f->category ? strlen(f->category) + f->ambiguous + 2 : 0;

        while (k < n && seen[k] != f->source)
            k++;
        if (k < n)
            continue;
        seen[n++] = f->source;
        text_copy(name, sizeof(name), f->source_name);
        text_copy(evidence, sizeof(evidence), f->evidence + before);
        len += (size_t)snprintf(out + len, cap - len, "; %s%s: %s", n == 1 ? "the last: " : "",
                                name, evidence);
    }
}

static void describe(struct stored_incident *out, const struct incident *in,
                     const struct stored_failure *failures)
{
    const struct stored_failure *last = &failures[in->member[in->member_count - 1]];
    const char *category = *last->category ? last->category : "platform";
    char pool[180] = "", said[SOURCES_TOLD * 130];

    last_of_each(said, sizeof(said), in, failures);
    if (in->pool > 0)
        quoted(pool, sizeof(pool), last->pool_name);
    *out = (struct stored_incident){ .from_ms = in->from_ms,
                                     .raised_ms = in->raised_ms,
                                     .to_ms = in->to_ms,
                                     .cleared_ms = in->cleared_ms };
    (void)snprintf(out->key, sizeof(out->key), "%.32s", category); /* one at a time */
    (void)snprintf(out->labels, sizeof(out->labels),
                   "{category=\"%.32s\"%s%s%s, projects=\"%" PRId64 "\", severity=\"critical\"}",
                   category, *pool ? ", pool=\"" : "", pool, *pool ? "\"" : "", in->projects);
    (void)snprintf(out->summary, sizeof(out->summary),
                   "%.32s: %zu jobs of %" PRId64 " project%s failed%s%s%s", category,
                   in->member_count, in->projects, in->projects == 1 ? "" : "s",
                   in->pool > 0 ? " on " : "", in->pool > 0 ? last->pool_name : "", said);
}

struct look {
    int64_t from_ms, to_ms; /* (from, to] */
    struct stored_failure *failures;
    size_t count;
    struct incidents found;
};

/* Those that are doubtful are the platform's in an incident, and nobody's without one. */
static bool corroborate(struct store *store, const struct look *look, int64_t until_ms,
                        struct dx_error *err)
{
    bool *is_member = mem_new(look->count, sizeof(*is_member)), ok = true;

    for (size_t i = 0; i < look->found.count; i++)
        for (size_t k = 0; k < look->found.list[i].member_count; k++)
            is_member[look->found.list[i].member[k]] = true;
    for (size_t i = 0; ok && i < look->count; i++) {
        const struct stored_failure *f = &look->failures[i];

        if (is_member[i] && f->ambiguous)
            ok = store_blame_platform(store, f->job, err);
        else if (!is_member[i] && f->blamed && f->at_ms <= until_ms)
            ok = store_blame_nobody(store, f->job, look->from_ms, err);
    }
    free(is_member);
    return ok;
}

/* Of the last minutes of what is long over, an incident may be raised only behind them: those stay
 * as they are. */
static bool put(struct store *store, const struct look *look, int64_t at_ms, struct dx_error *err)
{
    struct stored_incident *list = mem_new(look->found.count, sizeof(*list));
    int64_t until_ms = look->to_ms < at_ms ? look->to_ms - INCIDENT_WINDOW_MS : look->to_ms;
    bool ok;

    for (size_t i = 0; i < look->found.count; i++)
        describe(&list[i], &look->found.list[i], look->failures);
    ok = store_put_incidents(store, look->from_ms, until_ms, list, look->found.count, err) &&
         corroborate(store, look, until_ms, err);
    free(list);
    return ok;
}

/* ---- how far is to be looked ---- */

/* To before what was under way at the beginning, or what is left of it would be another one; not
 * farther than to the beginning of that week, where one that never ends is cut. */
static bool go_back(struct store *store, struct look *look, int64_t least_ms, struct dx_error *err)
{
    int64_t week_ms = look->from_ms - look->from_ms % WEEK_MS, since_ms;

    least_ms = week_ms > least_ms ? week_ms : least_ms;
    do {
        if (!store_incident_since(store, look->from_ms, &since_ms, err))
            return false;
        if (since_ms > 0)
            look->from_ms = since_ms > least_ms ? since_ms - 1 : least_ms;
    } while (since_ms > 0 && look->from_ms > least_ms);
    return since_ms == 0 || week_ms != least_ms || store_cut_incidents(store, week_ms, err);
}

static bool find(struct store *store, struct look *look, struct dx_error *err)
{
    struct incident_failure *plain;

    if (!store_failures(store, look->from_ms, look->to_ms, &look->failures, &look->count, err))
        return false;
    plain = as_insight(look->failures, look->count);
    incidents_find(&look->found, plain, look->count, look->to_ms);
    free(plain);
    return true;
}

static void look_done(struct look *look)
{
    incidents_done(&look->found);
    free(look->failures);
    look->failures = NULL;
}

static bool goes_on(const struct look *look)
{
    for (size_t i = 0; i < look->found.count; i++)
        if (look->found.list[i].cleared_ms == 0)
            return true;
    return false;
}

/* To behind what goes on at the end, which is long over. */
static bool find_whole(struct store *store, struct look *look, int64_t at_ms, struct dx_error *err)
{
    if (!find(store, look, err))
        return false;
    if (look->to_ms >= at_ms || !goes_on(look))
        return true;
    look_done(look);
    look->to_ms = look->to_ms + WEEK_MS < at_ms ? look->to_ms + WEEK_MS : at_ms;
    if (!find(store, look, err))
        return false;
    for (size_t i = 0; look->to_ms < at_ms && i < look->found.count; i++)
        if (look->found.list[i].cleared_ms == 0)
            look->found.list[i].cleared_ms = look->to_ms;
    return true;
}

bool derive_incidents(struct store *store, int64_t from_ms, int64_t to_ms, int64_t at_ms,
                      struct dx_error *err)
{
    struct look look = { .from_ms = from_ms - MARGIN_MS,
                         .to_ms = to_ms + MARGIN_MS < at_ms ? to_ms + MARGIN_MS : at_ms };
    int64_t raw_ms;
    bool ok;

    if (!store_raw_from(store, &raw_ms, err))
        return false;
    /* Those that may have begun with what is gone stay as they are. */
    if (raw_ms > 0 && look.from_ms < raw_ms + MARGIN_MS)
        look.from_ms = raw_ms + MARGIN_MS;
    if (look.from_ms >= look.to_ms)
        return true;
    ok = go_back(store, &look, raw_ms > 0 ? raw_ms + MARGIN_MS : INT64_MIN, err) &&
         find_whole(store, &look, at_ms, err) && put(store, &look, at_ms, err);
    look_done(&look);
    return ok;
}
