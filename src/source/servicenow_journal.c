/* servicenow: the first response: the first comment by somebody else than the caller who
 * is no machine. Work notes are among agents: their caller does not see them. */
#include "config.h"

#include "source/servicenow.h"

#include <string.h>
#include <strings.h>

#include "source/field.h"
#include "source/ticket_words.h"

static bool is_answer(const struct snow_poll *p, const struct snow_item *item, const char *by)
{
    if (strcmp(by, "system") == 0 || strcmp(by, "guest") == 0)
        return false;
    return *by && strcasecmp(by, item->user) != 0 && !ticket_is_bot(&p->config->bots, by);
}

bool snow_decode_journal(const struct snow_poll *p, struct dx_error *err)
{
    const json_t *rows = snow_part_rows(p, err), *row;
    struct snow_item items[SNOW_ITEMS];
    int64_t first[SNOW_ITEMS] = { 0 };
    size_t n, i;

    if (!rows)
        return err->fault == DX_FAULT_NONE;
    n = snow_items(p, items);
    json_array_foreach (rows, i, row) {
        const struct snow_item *item = snow_find(items, n, snow_value(p->batch, row, "element_id"));
        int64_t ms = snow_time(row, "sys_created_on");

        if (!item || ms == 0 || !snow_is(row, "element", "comments") ||
            !is_answer(p, item, snow_value(p->batch, row, "sys_created_by")))
            continue;
        if (first[item - items] == 0 || ms < first[item - items])
            first[item - items] = ms;
    }
    for (i = 0; i < n; i++) {
        struct ticket *t = snow_part(p->batch, &items[i], TICKET_RESPONSE);

        if (first[i] == 0 && json_array_size(rows) >= SNOW_ROWS_MOST)
            t->refused = TICKET_RESPONSE; /* it may be behind them */
        t->first_response_ms = first[i];
        t->response_basis = first[i] > 0 ? "comments" : "";
    }
    return true;
}
