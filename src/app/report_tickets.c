/* report_tickets: tickets of the window by category, counted from their records. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "app/records.h"
#include "app/report.h"
#include "core/mem.h"
#include "core/time.h"

struct group {
    char *category;
    json_int_t opened, closed, breached, open;
};
struct groups {
    struct group *group;
    size_t count;
};

static struct group *group_of(struct groups *all, const char *category)
{
    for (size_t i = 0; i < all->count; i++)
        if (strcmp(all->group[i].category, category) == 0)
            return &all->group[i];
    all->group = mem_grow(all->group, all->count + 1, sizeof(*all->group));
    all->group[all->count] = (struct group){ .category = mem_text(category) };
    return &all->group[all->count++];
}

static const char *word_of(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));

    return text ? text : "";
}

static int64_t time_of(const json_t *record, const char *key)
{
    const char *text = word_of(record, key);

    return *text ? time_parse(text, strlen(text)) : 0;
}

/* The time of an SLA was over in the window, and it was not met by then. Where the server does
 * not say when, it was in a window that the ticket was opened in. */
static bool was_breached(const json_t *ticket, const struct report_reading *r)
{
    const int64_t from_ms = r->now_ms - r->window_ms;
    const json_t *list = json_object_get(ticket, "sla"), *sla;
    size_t i;

    json_array_foreach (list, i, sla) {
        const char *state = word_of(sla, "state");
        int64_t over_ms = time_of(sla, "breach_at");
        bool breached = strcmp(state, "breached") == 0;

        if (breached && over_ms == 0)
            over_ms = time_of(ticket, "created_at");
        if ((breached || strcmp(state, "running") == 0) && over_ms > from_ms &&
            over_ms <= r->now_ms)
            return true;
    }
    return false;
}

static int by_opened(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->opened != y->opened)
        return x->opened < y->opened ? 1 : -1;
    if (x->open != y->open)
        return x->open < y->open ? 1 : -1;
    return strcmp(x->category, y->category);
}

json_t *report_tickets(const struct report_reading *r)
{
    const struct rows_ops *ops = r->reader->ops;
    const int64_t from_ms = r->now_ms - r->window_ms;
    void *rows = r->reader->open(r->reader->self, DX_QUERY_TICKETS,
                                 DX_FILTER(.from_ms = from_ms, .parts = true), r->now_ms);
    const struct record_row row = { ops, rows, r->now_ms, r->window_ms };
    struct groups all = { 0 };
    json_t *list = json_array();

    while (ops->next(rows)) {
        json_t *ticket = record_json(RECORD_TICKET, &row);
        struct group *group = group_of(&all, word_of(ticket, "category"));
        bool done = strcmp(word_of(ticket, "state"), "done") == 0;

        group->opened += time_of(ticket, "created_at") > from_ms;
        group->closed += done;
        group->open += !done;
        group->breached += was_breached(ticket, r);
        json_decref(ticket);
    }
    ops->close(rows);
    if (all.count > 0)
        qsort(all.group, all.count, sizeof(*all.group), by_opened);
    for (size_t i = 0; i < all.count; i++) {
        struct group *g = &all.group[i];

        (void)json_array_append_new(list,
                                    json_pack("{s:s, s:I, s:I, s:I, s:I}", "category", g->category,
                                              "opened", g->opened, "closed", g->closed, "open",
                                              g->open, "sla_breached", g->breached));
        free(g->category);
    }
    free(all.group);
    return list;
}
