/* servicenow: the query of a page, and whether a row is an answer to it. */
#include "config.h"

#include "source/servicenow.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/buf.h"
#include "source/field.h"

enum { QUERY_MOST = 8192 }; /* groups have less: see check_groups() */

/* "2026-11-24 14:08:00", as queries have it. */
enum { SNOW_TIME = 32 };
static const char *time_text(char out[SNOW_TIME], int64_t ms)
{
    time_t s = (time_t)(ms / 1000);
    struct tm tm;

    out[0] = '\0';
    if (gmtime_r(&s, &tm))
        (void)strftime(out, SNOW_TIME, "%Y-%m-%d %H:%M:%S", &tm);
    return out;
}

int64_t snow_history_ms(const struct snow_poll *p)
{
    return p->plan->now_ms - p->plan->history_ms;
}

const char *snow_groups(const struct snow_poll *p)
{
    const char *const *group = p->config->groups.item;
    const char *text;
    struct buf query;

    buf_init(&query, QUERY_MOST);
    for (size_t i = 0; i < p->config->groups.count; i++)
        (void)buf_print(&query, "%s%s", i == 0 ? "^assignment_group.nameIN" : ",", group[i]);
    text = arena_text(&p->plan->arena, query.bytes ? query.bytes : "");
    buf_done(&query);
    return text;
}

const char *snow_query(const struct snow_poll *p, const struct snow_window *window)
{
    const char *down = window->walk == SNOW_NEWS ? "" : "DESC", *text;
    char at[SNOW_TIME], history[SNOW_TIME];
    struct buf query;

    buf_init(&query, QUERY_MOST);
    (void)time_text(at, window->at_ms);
    if (window->walk == SNOW_NEWS)
        (void)buf_print(&query, "sys_updated_on>=%s", at);
    else if (window->walk == SNOW_OPEN)
        (void)buf_text(&query, "active=true");
    else
        (void)buf_print(&query, "active=false^sys_updated_on>=%s",
                        time_text(history, snow_history_ms(p)));
    if (window->walk != SNOW_NEWS && window->at_ms > 0)
        (void)buf_print(&query, "^sys_updated_on<=%s", at);
    (void)buf_print(&query, "%s^ORDERBY%ssys_updated_on^ORDERBY%ssys_id", snow_groups(p), down,
                    down);
    text = arena_text(&p->plan->arena, query.bytes ? query.bytes : "");
    buf_done(&query);
    return text;
}

bool snow_in_groups(const struct snow_poll *p, const json_t *row)
{
    const char *const *group = p->config->groups.item;
    const char *label = snow_label(p->batch, row, "assignment_group");

    for (size_t i = 0; i < p->config->groups.count; i++)
        if (strcasecmp(group[i], label) == 0)
            return true;
    return p->config->groups.count == 0;
}

/* Queries know whole seconds. */
const char *snow_misfit(const struct snow_poll *p, const struct snow_window *window,
                        const json_t *row)
{
    int64_t ms = snow_time(row, "sys_updated_on"), at = window->at_ms - window->at_ms % 1000;
    int64_t history = snow_history_ms(p);

    if (ms == 0)
        return "sys_updated_on";
    if (window->walk == SNOW_NEWS ? ms < at : at > 0 && ms > at)
        return "sys_updated_on";
    if (window->walk == SNOW_FILL && ms < history - history % 1000)
        return "sys_updated_on";
    if (window->walk != SNOW_NEWS &&
        !snow_is(row, "active", window->walk == SNOW_OPEN ? "true" : "false"))
        return "active";
    return snow_in_groups(p, row) ? NULL : "assignment_group.name";
}
