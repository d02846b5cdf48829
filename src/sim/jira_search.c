/* jira_search: which issues, a page at a time, and what belongs to one of them. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/jira.h"
#include "sim/noise.h"
#include "sim/page.h"

enum { IDS_MOST = 5000, ISSUES_MOST = 100, SERVER_MOST = 1000, PAGE = 50 };

static bool expands(const struct exchange *x, const char *what)
{
    const char *expand = exchange_parameter(x, "expand");

    return expand && strstr(expand, what);
}

/* false: the answer, a 400, is there. */
static bool find(struct atlas_call *call, struct jql *query, struct ticket ***found, size_t *count)
{
    const char *text = exchange_parameter(call->x, "jql");

    if (!jql_parse(query, &call->x->arena, &call->account, text ? text : "")) {
        atlas_error(call->x, 400, query->error);
        return false;
    }
    if (call->cloud && !query->root) {
        atlas_error(call->x, 400,
                    "Unbounded JQL queries are not allowed here. Please add a search restriction "
                    "to your query.");
        return false;
    }
    *count = jql_run(query, found);
    return true;
}

static bool read_content(struct exchange *x)
{
    if (strcmp(x->method, "POST") != 0 || exchange_add_content(x))
        return true;
    atlas_error(x, 400,
                "Invalid request payload. Refer to the REST API documentation and try "
                "again.");
    return false;
}

/* ---- the cloud ---- */

/* A token is where the next page begins, and when the first was asked for: after a
 * week it is worth nothing. */
static const char *token_of(const struct atlas_call *call, size_t from, int64_t since_ms)
{
    return arena_print(&call->x->arena, "Ch0jU3RyaW5n%08zx%012" PRIx64 "==", from,
                       (uint64_t)since_ms);
}

static bool read_token(const struct atlas_call *call, size_t *from, int64_t *since_ms)
{
    const char *text = exchange_parameter(call->x, "nextPageToken");
    char begin[9], since[13], *end;

    *from = 0;
    *since_ms = call->x->now_ms;
    if (!text || !*text)
        return true;
    if (strlen(text) != 34 || strncmp(text, "Ch0jU3RyaW5n", 12) != 0)
        return false;
    (void)snprintf(begin, sizeof(begin), "%.8s", text + 12);
    (void)snprintf(since, sizeof(since), "%.12s", text + 20);
    *from = strtoul(begin, &end, 16);
    if (*end)
        return false;
    *since_ms = (int64_t)strtoull(since, &end, 16);
    return !*end && *since_ms + 7 * DAY_MS > call->x->now_ms;
}

void atlas_search_cloud(struct exchange *x)
{
    struct atlas_call call;
    struct jql query;
    struct ticket **found;
    const char *fields;
    size_t count, from, size;
    int64_t since_ms;
    json_t *list, *json;

    if (!atlas_begin(&call, x, true) || !read_content(x) || !find(&call, &query, &found, &count))
        return;
    if (!read_token(&call, &from, &since_ms)) {
        atlas_error(x, 400, "The provided next page token is invalid or expired.");
        return;
    }
    fields = exchange_parameter(x, "fields");
    size = (size_t)atlas_number(x, "maxResults", PAGE, fields ? ISSUES_MOST : IDS_MOST);
    if (size == 0)
        size = PAGE;
    list = json_array();
    for (size_t i = from; i < count && i - from < size; i++)
        (void)json_array_append_new(list,
                                    atlas_issue(&call, found[i], fields, expands(x, "changelog")));
    json = json_pack("{s:o, s:b}", "issues", list, "isLast", from + size >= count);
    if (from + size < count)
        (void)json_object_set_new(json, "nextPageToken",
                                  json_string(token_of(&call, from + size, since_ms)));
    atlas_put(&call, json);
}

void atlas_search_gone(struct exchange *x)
{
    struct atlas_call call;

    if (atlas_begin(&call, x, true))
        atlas_error(x, 410,
                    "The requested API has been removed. Please migrate to the "
                    "/rest/api/3/search/jql API. A full migration guideline is available at "
                    "https://developer.atlassian.com/changelog/#CHANGE-2046");
}

void atlas_count(struct exchange *x)
{
    struct atlas_call call;
    struct jql query;
    struct ticket **found;
    size_t count;

    if (atlas_begin(&call, x, true) && read_content(x) && find(&call, &query, &found, &count))
        atlas_put(&call, json_pack("{s:I}", "count", (json_int_t)count));
}

/* ---- the server ---- */

void atlas_search_server(struct exchange *x)
{
    struct atlas_call call;
    struct jql query;
    struct ticket **found;
    json_t *list;
    size_t count, from, size;

    if (!atlas_begin(&call, x, false) || !read_content(x) || !find(&call, &query, &found, &count))
        return;
    from = (size_t)atlas_number(x, "startAt", 0, INT32_MAX);
    size = (size_t)atlas_number(x, "maxResults", PAGE, SERVER_MOST);
    list = json_array();
    for (size_t i = from; i < count && i - from < size; i++)
        (void)json_array_append_new(
            list,
            atlas_issue(&call, found[i], exchange_parameter(x, "fields"), expands(x, "changelog")));
    atlas_put(&call, json_pack("{s:s, s:I, s:I, s:I, s:o}", "expand", "schema,names", "startAt",
                               (json_int_t)from, "maxResults", (json_int_t)size, "total",
                               (json_int_t)count, "issues", list));
}

/* ---- one issue ---- */

static void put_changes(const struct atlas_call *call, const struct ticket *t)
{
    json_t *all = atlas_changes(call, t), *list = json_array(), *json;
    size_t total = json_array_size(all);
    size_t from = (size_t)atlas_number(call->x, "startAt", 0, INT32_MAX);
    size_t size = (size_t)atlas_number(call->x, "maxResults", 100, 100);
    const char *self =
        arena_print(&call->x->arena, "%s/issue/%" PRId64 "/changelog", call->api, atlas_id(t));

    for (size_t i = from; i < total && i - from < size; i++)
        (void)json_array_append(list, json_array_get(all, i));
    json_decref(all);
    json = json_pack("{s:s, s:I, s:I, s:I, s:b, s:o}", "self", self, "maxResults", (json_int_t)size,
                     "startAt", (json_int_t)from, "total", (json_int_t)total, "isLast",
                     from + size >= total, "values", list);
    if (from + size < total)
        (void)json_object_set_new(
            json, "nextPage",
            json_sprintf("%s?maxResults=%zu&startAt=%zu", self, size, from + size));
    atlas_put(call, json);
}

static void put_comments(const struct atlas_call *call, const struct ticket *t)
{
    const char *order = exchange_parameter(call->x, "orderBy");
    json_t *all = atlas_comments(call, t, expands(call->x, "properties")), *list = json_array();
    size_t total = json_array_size(all);
    size_t from = (size_t)atlas_number(call->x, "startAt", 0, INT32_MAX);
    size_t size = (size_t)atlas_number(call->x, "maxResults", call->cloud ? 100 : 1048576, 1048576);

    if (call->cloud && size > 100)
        size = 100;
    for (size_t i = from; i < total && i - from < size; i++)
        (void)json_array_append(list,
                                json_array_get(all, order && *order == '-' ? total - 1 - i : i));
    json_decref(all);
    atlas_put(call, json_pack("{s:I, s:I, s:I, s:o}", "startAt", (json_int_t)from, "maxResults",
                              (json_int_t)size, "total", (json_int_t)total, "comments", list));
}

static struct ticket *by_id_or_key(const struct atlas_call *call, const char *text)
{
    enum ticket_system system = call->account.system;
    char *end;
    int64_t id = strtoll(text, &end, 10);

    for (size_t i = 0; !*end && i < call->desk->count[system]; i++) {
        struct ticket *t = call->desk->tickets[system][i];

        if (atlas_id(t) == id && t->created_ms <= call->x->now_ms)
            return t;
    }
    return ticket_by_key(call->desk, system, text, call->x->now_ms);
}

void atlas_answer_issue(struct atlas_call *call, const char *rest)
{
    char *key = arena_text(&call->x->arena, rest), *more = strchr(key, '/');
    const char *fields = exchange_parameter(call->x, "fields");
    struct ticket *t;

    if (more)
        *more++ = '\0';
    t = by_id_or_key(call, key);
    if (!t)
        atlas_error(call->x, 404, "Issue does not exist or you do not have permission to see it.");
    else if (!more)
        atlas_put(call, atlas_issue(call, t, fields && *fields ? fields : "*all",
                                    expands(call->x, "changelog")));
    else if (strcmp(more, "comment") == 0)
        put_comments(call, t);
    else if (strcmp(more, "changelog") == 0 && call->cloud)
        put_changes(call, t);
    else
        exchange_json(call->x, 404,
                      json_pack("{s:i, s:s}", "status-code", 404, "message", "null for uri"));
}
