/* jira: the query of the configuration, bounded and completed. JQL knows minutes only, and
 * reads them by the clock of the account that asks; there is no way to write a zone. */
#include "config.h"

#include "source/jira.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "core/buf.h"
#include "core/time.h"
#include "core/zone.h"
#include "source/field.h"
#include "source/recall.h"

enum { QUERY_MOST = 16 << 10 };

/* The clocks that are behind and before all others; longer than they are ever put back. */
static const int64_t WEST_MS = -12 * HOUR_MS, EAST_MS = 14 * HOUR_MS, BACK_MS = 2 * HOUR_MS;

/* ---- times ---- */

/* What the clock shows then. An hour that it shows twice may be read as the other one:
 * then the bound moves to where there is no doubt. */
static int64_t shown(const struct zone *zone, enum jira_bound bound, int64_t ms)
{
    int64_t local = zone_local(zone, ms);

    if (bound == JIRA_SINCE && zone_local(zone, ms + BACK_MS) < local + BACK_MS)
        return zone_local(zone, ms - BACK_MS);
    if (bound == JIRA_UNTIL && zone_local(zone, ms - BACK_MS) > local - BACK_MS)
        return zone_local(zone, ms + BACK_MS);
    return local;
}

static int64_t local_of(const struct jira_poll *p, enum jira_bound bound, int64_t ms)
{
    const char *name = jira_told(p, "zone=");
    const struct zone *zone = *name ? zone_named(name) : NULL;

    if (!zone) /* it may be any */
        return ms + (bound == JIRA_SINCE ? WEST_MS : EAST_MS);
    return shown(zone, bound, ms);
}

const char *jira_time(const struct jira_poll *p, enum jira_bound bound, int64_t ms)
{
    int64_t local = local_of(p, bound, ms);
    char text[TIME_TEXT];

    local -= local % MINUTE_MS;
    (void)time_format(text, bound == JIRA_SINCE ? local : local + MINUTE_MS);
    return arena_print(&p->plan->arena, "%.10s %.5s", text, text + strlen("yyyy-MM-ddT"));
}

/* ---- queries ---- */

static void put_quoted(struct buf *out, const char *text)
{
    (void)buf_text(out, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            (void)buf_text(out, "\\");
        (void)buf_add(out, text, 1);
    }
    (void)buf_text(out, "\"");
}

/* What the configuration asks for, ready for an AND. */
static void put_wanted(struct buf *out, const struct jira *config)
{
    const char *const *projects = config->projects.item;

    for (size_t i = 0; i < config->projects.count; i++) {
        (void)buf_text(out, i == 0 ? "project in (" : ", ");
        put_quoted(out, projects[i]);
    }
    if (config->projects.count > 0)
        (void)buf_text(out, ") AND ");
    if (*config->jql)
        (void)buf_print(out, "(%s) AND ", config->jql);
}

static void put_bound(struct buf *out, const struct jira_poll *p, enum jira_bound bound, int64_t ms)
{
    (void)buf_print(out, "updated %s \"%s\"", bound == JIRA_SINCE ? ">=" : "<",
                    jira_time(p, bound, ms));
}

static void put_walk(struct buf *out, const struct jira_poll *p, enum jira_step walk, int64_t at_ms)
{
    if (walk == JIRA_NEWS) {
        put_bound(out, p, JIRA_SINCE, at_ms);
        (void)buf_text(out, " ORDER BY updated ASC, key ASC");
        return;
    }
    if (walk == JIRA_OPEN) {
        (void)buf_text(out, "statusCategory != Done");
    } else {
        (void)buf_text(out, "statusCategory = Done AND ");
        put_bound(out, p, JIRA_SINCE, p->plan->now_ms - p->plan->history_ms);
    }
    if (at_ms > 0) {
        (void)buf_text(out, " AND ");
        put_bound(out, p, JIRA_UNTIL, at_ms);
    }
    (void)buf_text(out, " ORDER BY updated DESC, key DESC");
}

static const char *taken(const struct jira_poll *p, struct buf *query)
{
    const char *text = arena_text(&p->plan->arena, query->bytes ? query->bytes : "");

    buf_done(query);
    return text;
}

const char *jira_query(const struct jira_poll *p, enum jira_step walk, int64_t at_ms)
{
    struct buf query;

    buf_init(&query, QUERY_MOST);
    put_wanted(&query, p->config);
    put_walk(&query, p, walk, at_ms);
    return taken(p, &query);
}

const char *jira_query_to_try(const struct jira_poll *p)
{
    struct buf query;

    buf_init(&query, QUERY_MOST);
    put_wanted(&query, p->config);
    (void)buf_text(&query, "updated >= -1d");
    return taken(p, &query);
}

const char *jira_query_of(const struct jira_poll *p, const char *key)
{
    struct buf query;

    if (p->config->projects.count == 0 && !*p->config->jql)
        return NULL;
    buf_init(&query, QUERY_MOST);
    put_wanted(&query, p->config);
    (void)buf_text(&query, "key = ");
    put_quoted(&query, key);
    return taken(p, &query);
}

/* ---- the configuration ---- */

/* The next character outside of quotes; NULL: the end. *open: a quote is not closed. */
static const char *behind_quotes(const char *at, bool *open)
{
    char quote = *at;

    if (quote != '"' && quote != '\'')
        return at;
    for (at++; *at && *at != quote; at++)
        if (*at == '\\' && at[1])
            at++;
    *open = *at == '\0';
    return *open ? at : at + 1;
}

bool jira_check_jql(const char *jql, struct dx_error *err)
{
    static const char order[] = "order by";
    bool open = false;

    if (strlen(jql) > QUERY_MOST / 2)
        return dx_fail(err, DX_FAULT_CONFIG, "`jql` is longer than %d bytes", QUERY_MOST / 2);
    for (const char *at = jql; *at;) {
        const char *next = behind_quotes(at, &open);

        if (next == at && strncasecmp(at, order, sizeof(order) - 1) == 0)
            return dx_fail(err, DX_FAULT_CONFIG,
                           "`jql`: leave ORDER BY away; tickets are asked for in dxtop's order");
        at = next > at ? next : at + 1;
    }
    if (open)
        return dx_fail(err, DX_FAULT_CONFIG, "`jql`: a quote is not closed");
    return true;
}
