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
    (void)snprintf(out->key, sizeof(out->key), "%.32s@%" PRId64, category, in->pool);
    (void)snprintf(out->labels, sizeof(out->labels),
                   "{category=\"%.32s\"%s%s%s, projects=\"%" PRId64 "\", severity=\"critical\"}",
                   category, *pool ? ", pool=\"" : "", pool, *pool ? "\"" : "", in->projects);
    (void)snprintf(out->summary, sizeof(out->summary),
                   "%.32s: %zu jobs of %" PRId64 " project%s failed%s%s%s", category,
                   in->member_count, in->projects, in->projects == 1 ? "" : "s",
                   in->pool > 0 ? " on " : "", in->pool > 0 ? last->pool_name : "", said);
}

static bool corroborate(struct store *store, const struct incident *in,
                        const struct stored_failure *failures, struct dx_error *err)
{
    for (size_t i = 0; i < in->member_count; i++)
        if (failures[in->member[i]].ambiguous &&
            !store_blame_platform(store, failures[in->member[i]].job, err))
            return false;
    return true;
}

static bool put(struct store *store, int64_t from_ms, int64_t to_ms, const struct incidents *found,
                const struct stored_failure *failures, struct dx_error *err)
{
    struct stored_incident *list = mem_new(found->count, sizeof(*list));
    bool ok = true;

    for (size_t i = 0; ok && i < found->count; i++) {
        describe(&list[i], &found->list[i], failures);
        ok = corroborate(store, &found->list[i], failures, err);
    }
    ok = ok && store_put_incidents(store, from_ms, to_ms, list, found->count, err);
    free(list);
    return ok;
}

bool derive_incidents(struct store *store, int64_t from_ms, int64_t to_ms, int64_t at_ms,
                      struct dx_error *err)
{
    struct stored_failure *failures;
    struct incident_failure *plain;
    struct incidents found = { 0 };
    size_t count;
    int64_t raw_ms;
    bool ok;

    if (!store_raw_from(store, &raw_ms, err))
        return false;
    from_ms -= MARGIN_MS;
    to_ms = to_ms + MARGIN_MS < at_ms ? to_ms + MARGIN_MS : at_ms;
    /* Those that may have begun with what is gone stay as they are. */
    if (raw_ms > 0 && from_ms < raw_ms + MARGIN_MS)
        from_ms = raw_ms + MARGIN_MS;
    if (from_ms >= to_ms)
        return true;
    if (!store_failures(store, from_ms, to_ms, &failures, &count, err))
        return false;
    plain = as_insight(failures, count);
    incidents_find(&found, plain, count, to_ms);
    ok = put(store, from_ms, to_ms, &found, failures, err);
    incidents_done(&found);
    free(plain);
    free(failures);
    return ok;
}
