/* servicenow: are the open tickets still there? One that was deleted, or went to another
 * group than those wanted, is in no list any more; nor is one of a table that is not polled now. */
#include "config.h"

#include "source/servicenow.h"

#include <string.h>

#include "core/text.h"
#include "source/field.h"

enum { OPEN_MOST = 500, DROP_MOST = 10000, EVERY_MS = 60 * 60 * 1000 };

static void ask(const struct snow_poll *p, const struct snow_item *items, size_t count)
{
    struct plan_request *r = plan_get(
        p->plan, SNOW_THERE,
        "/api/now/table/{}?sysparm_query=sys_idIN{}{}&sysparm_fields=sys_id,assignment_group"
        "&sysparm_display_value=all&sysparm_exclude_reference_link=true&sysparm_limit=1000",
        items[0].table, snow_ids(p->plan, items, count), snow_groups(p), NULL);

    r->flags = PLAN_OPTIONAL | PLAN_ANSWER;
    r->detail_text = snow_items_text(p->plan, items, count);
}

static void ask_table(const struct snow_poll *p, const char *table, const struct snow_item *items,
                      size_t count)
{
    struct snow_item of[SNOW_ITEMS];
    size_t n = 0;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(items[i].table, table) == 0)
            of[n++] = items[i];
        if (n == SNOW_ITEMS || (n > 0 && i + 1 == count)) {
            ask(p, of, n);
            n = 0;
        }
    }
}

void snow_there_begin(const struct snow_poll *p)
{
    const struct dx_items *all = snow_tables(p->config);
    const char *const *tables = all->item;
    struct snow_item *items;
    size_t n;

    if (!p->plan->known || !snow_is_due(p, "there", "", EVERY_MS))
        return;
    items = arena_alloc(&p->plan->arena, OPEN_MOST * sizeof(*items));
    n = snow_known_open(p, EVERY_MS, items, OPEN_MOST);
    for (size_t i = 0; i < all->count; i++)
        ask_table(p, tables[i], items, n);
}

static uint64_t mark_of(const struct dx_items *tables)
{
    const char *const *table = tables->item;
    uint64_t mark = text_hash("");

    for (size_t i = 0; i < tables->count; i++)
        mark = text_hash_on(text_hash_on(mark, table[i]), " ");
    return mark >> 12 | 1;
}

static bool is_polled(const struct dx_items *tables, const char *name)
{
    const char *const *table = tables->item;
    size_t i = 0;

    while (i < tables->count && strcmp(table[i], name) != 0)
        i++;
    return i < tables->count;
}

/* Should the table be wanted again, its active ones are listed anew. */
void snow_drop_tables(const struct snow_poll *p)
{
    const struct dx_items *tables = snow_tables(p->config);
    int64_t mark = (int64_t)mark_of(tables);
    struct snow_item *items;
    size_t n;

    if (snow_recall(p, "tables", "") == mark)
        return;
    snow_remember(p, "tables", "", mark);
    items = arena_alloc(&p->plan->arena, DROP_MOST * sizeof(*items));
    n = snow_known_open(p, EVERY_MS, items, DROP_MOST);
    for (size_t i = 0; i < n; i++) {
        if (is_polled(tables, items[i].table))
            continue;
        snow_part(p->batch, &items[i], 0)->gone = true;
        if (snow_recall(p, "o", items[i].table) != 0)
            snow_remember(p, "o", items[i].table, 0);
    }
}

static bool is_among(const struct snow_poll *p, const json_t *rows, const char *id)
{
    const json_t *row;
    size_t i;

    json_array_foreach (rows, i, row)
        if (snow_is(row, "sys_id", id) && snow_in_groups(p, row))
            return true;
    return false;
}

/* Rows that are counted and do not come are hidden, and not gone. */
bool snow_decode_there(const struct snow_poll *p, struct dx_error *err)
{
    const json_t *rows = json_object_get(p->reply->json, "result");
    struct snow_item items[SNOW_ITEMS];
    size_t n;

    if (!snow_is_answer(p->reply))
        return true; /* the walk of this table says why */
    if (!json_is_array(rows))
        return dx_fail(err, DX_FAULT_REPLY,
                       "this is not the Table API of a ServiceNow (no list \"result\")");
    batch_cursor(p->batch, "there", p->plan->now_ms);
    if (snow_total(p) > (int64_t)json_array_size(rows))
        return true;
    n = snow_items(p, items);
    for (size_t i = 0; i < n; i++)
        if (!is_among(p, rows, items[i].id))
            snow_part(p->batch, &items[i], 0)->gone = true;
    return true;
}
