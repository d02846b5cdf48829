/* servicenow: the Table API of ServiceNow: pages, headers, and how values are written. */
#include "config.h"

#include "sim/servicenow.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "sim/noise.h"
#include "sim/page.h"

#define ROOT "/snow"

enum { PER_HOUR = 5000, LIMIT = 10000 };

/* ---- answers ---- */

static void put_error(struct exchange *x, int status, const char *message, const char *detail)
{
    exchange_json(x, status,
                  json_pack("{s:{s:s, s:s?}, s:s}", "error", "message", message, "detail", detail,
                            "status", "failure"));
}

static bool begin(struct glide_call *call, struct exchange *x)
{
    struct sim *sim = x->sim;

    *call = (struct glide_call){ .x = x, .desk = sim_helpdesk(sim, x->now_ms) };
    call->base = arena_print(&x->arena, "%s" ROOT, page_origin(x));
    if (x->now_ms >= sim->hourly.reset_ms) {
        sim->hourly.used = 0;
        sim->hourly.reset_ms = x->now_ms - x->now_ms % HOUR_MS + HOUR_MS;
    }
    sim->hourly.used++;
    if (sim->rate.limit == 0)
        return true;
    exchange_header(x, "X-RateLimit-Limit", "%d", PER_HOUR);
    exchange_header(x, "X-RateLimit-Reset", "%" PRId64, sim->hourly.reset_ms / 1000);
    exchange_header(x, "X-RateLimit-Rule", "%s", glide_id(call, "sys_rate_limit_rules", 1));
    if (sim->hourly.used <= PER_HOUR)
        return true;
    exchange_header(x, "Retry-After", "%" PRId64, (sim->hourly.reset_ms - x->now_ms) / 1000 + 1);
    put_error(x, 429, "Rate limit exceeded", "The rate limit of the rule has been exceeded");
    return false;
}

static int64_t number_of(const struct exchange *x, const char *name, int64_t fallback)
{
    const char *text = exchange_parameter(x, name);
    int64_t number = text && *text ? strtoll(text, NULL, 10) : fallback;

    return number < 0 ? 0 : number;
}

static bool is_true(const struct exchange *x, const char *name)
{
    const char *text = exchange_parameter(x, name);

    return text && strcmp(text, "true") == 0;
}

/* ---- values ---- */

enum display { DISPLAY_FALSE, DISPLAY_TRUE, DISPLAY_ALL };

static enum display display_of(const struct exchange *x)
{
    const char *text = exchange_parameter(x, "sysparm_display_value");

    if (text && strcmp(text, "true") == 0)
        return DISPLAY_TRUE;
    return text && strcmp(text, "all") == 0 ? DISPLAY_ALL : DISPLAY_FALSE;
}

static json_t *cell_json(const struct glide_call *call, const struct glide_cell *cell,
                         enum display display, bool with_link)
{
    bool link = with_link && cell->table && *cell->value;
    json_t *json;

    if (!link && display != DISPLAY_ALL)
        return json_string(display == DISPLAY_TRUE ? cell->display : cell->value);
    json = json_object();
    if (display != DISPLAY_FALSE)
        (void)json_object_set_new(json, "display_value", json_string(cell->display));
    if (display != DISPLAY_TRUE)
        (void)json_object_set_new(json, "value", json_string(cell->value));
    if (link)
        (void)json_object_set_new(
            json, "link",
            json_sprintf("%s/api/now/table/%s/%s", call->base, cell->table, cell->value));
    return json;
}

static json_t *row_json(const struct glide_call *call, const struct glide_row *row)
{
    const char *fields = exchange_parameter(call->x, "sysparm_fields");
    bool with_link = !is_true(call->x, "sysparm_exclude_reference_link");
    enum display display = display_of(call->x);
    json_t *json = json_object();
    char *names, *name;

    if (!fields || !*fields) {
        for (size_t i = 0; i < row->count; i++)
            if (!strchr(row->cells[i].name, '.'))
                (void)json_object_set_new(json, row->cells[i].name,
                                          cell_json(call, &row->cells[i], display, with_link));
        return json;
    }
    names = arena_text(&call->x->arena, fields);
    while ((name = strsep(&names, ",")) != NULL) {
        const struct glide_cell *cell = glide_find(row, name);

        if (cell)
            (void)json_object_set_new(json, name, cell_json(call, cell, display, with_link));
    }
    return json;
}

/* ---- pages ---- */

static const char *add_link(struct exchange *x, const char *links, int64_t offset, const char *rel)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, offset);
    return arena_print(&x->arena, "%s%s<%s%s?%s>;rel=\"%s\"", links, *links ? "," : "",
                       page_origin(x), x->path, page_query(x, "sysparm_offset", text), rel);
}

static void put_links(struct exchange *x, int64_t offset, int64_t limit, int64_t total)
{
    const char *links = "";

    if (is_true(x, "sysparm_suppress_pagination_header") || limit == 0 || total <= limit)
        return;
    links = add_link(x, links, 0, "first");
    if (offset > 0)
        links = add_link(x, links, offset > limit ? offset - limit : 0, "prev");
    if (offset + limit < total)
        links = add_link(x, links, offset + limit, "next");
    links = add_link(x, links, (total - 1) / limit * limit, "last");
    exchange_header(x, "Link", "%s", links);
}

/* The count and the page are made before access rules take rows away. */
static void put_list(const struct glide_call *call, const struct glide_rows *rows)
{
    struct exchange *x = call->x;
    int64_t offset = number_of(x, "sysparm_offset", 0),
            limit = number_of(x, "sysparm_limit", LIMIT);
    int64_t total = (int64_t)rows->count;
    json_t *list = json_array();

    for (int64_t i = offset; i < total && i - offset < limit; i++)
        if (!rows->rows[i].hidden)
            (void)json_array_append_new(list, row_json(call, &rows->rows[i]));
    exchange_json(x, 200, json_pack("{s:o}", "result", list));
    x->content_type = "application/json;charset=UTF-8";
    if (!is_true(x, "sysparm_no_count"))
        exchange_header(x, "X-Total-Count", "%" PRId64, total);
    put_links(x, offset, limit, total);
}

static void put_record(const struct glide_call *call, const struct glide_rows *rows, const char *id)
{
    for (size_t i = 0; i < rows->count; i++)
        if (!rows->rows[i].hidden && strcmp(rows->rows[i].cells[0].value, id) == 0) {
            exchange_json(call->x, 200,
                          json_pack("{s:o}", "result", row_json(call, &rows->rows[i])));
            return;
        }
    put_error(call->x, 404, "No Record found",
              "Record doesn't exist or ACL restricts the record retrieval");
}

/* ---- the face ---- */

static void answer_table(struct exchange *x)
{
    char *table = arena_text(&x->arena, x->path + strlen(ROOT "/api/now/table/"));
    char *id = strchr(table, '/');
    const char *query = exchange_parameter(x, "sysparm_query");
    struct glide_call call;
    struct glide_rows rows;

    if (!begin(&call, x))
        return;
    if (id)
        *id++ = '\0';
    if (!glide_table(&call, table, &rows)) {
        put_error(x, 400, arena_print(&x->arena, "Invalid table %.60s", table), NULL);
        return;
    }
    if (id) {
        put_record(&call, &rows, id);
        return;
    }
    glide_query(&call, query ? query : "", &rows);
    put_list(&call, &rows);
}

/* Only counts, and those after the access rules. */
static void answer_stats(struct exchange *x)
{
    const char *query = exchange_parameter(x, "sysparm_query");
    struct glide_call call;
    struct glide_rows rows;
    int64_t count = 0;

    if (!begin(&call, x))
        return;
    if (!glide_table(&call, x->path + strlen(ROOT "/api/now/stats/"), &rows)) {
        put_error(x, 400, "Invalid table", NULL);
        return;
    }
    glide_query(&call, query ? query : "", &rows);
    for (size_t i = 0; i < rows.count; i++)
        count += !rows.rows[i].hidden;
    exchange_json(
        x, 200, json_pack("{s:{s:{s:s}}}", "result", "stats", "count", glide_print(&call, count)));
}

static void no_path(struct exchange *x)
{
    put_error(x, 400, "Requested URI does not represent any resource", NULL);
}

static void no_method(struct exchange *x, const char *methods)
{
    exchange_header(x, "Allow", "%s", methods);
    put_error(x, 405, "Method not supported", NULL);
}

static void refuse(struct exchange *x)
{
    exchange_header(x, "WWW-Authenticate", "BASIC realm=\"Service-now\"");
    put_error(x, 401, "User Not Authenticated", "Required to provide Auth information");
}

static const struct route routes[] = {
    { ROOT "/api/now/table/", "GET", answer_table },
    { ROOT "/api/now/stats/", "GET", answer_stats },
    { 0 },
};

const struct face face_servicenow = {
    .name = "servicenow",
    .routes = routes,
    .prefix = ROOT "/",
    .no_path = no_path,
    .no_method = no_method,
    .refuse = refuse,
};
