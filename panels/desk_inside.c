/* desk_inside: what the numbers of tickets are made of: categories, their tickets, and one of
 * these whole. */
#include "desk.h"

#include <math.h>
#include <stdio.h>

#include "inside.h"

enum { DONE_DAYS = 30, REPLY_DAYS = 7 };

static const struct ci_look plain = { DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" };

static void list_categories(const struct desk *p, const struct dx_view *view, struct dx_list *list)
{
    const bool replies = p->parts[0] == DESK_REPLIES;
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"));

    dx_empty(list, desk_nothing(p, "No ticket has a category yet."));
    dx_note(list, replies ? "business time to the first reply, 7 d"
                          : "business time to the resolution, 30 d");
    while (dx_next(rows)) {
        const char *name = *dx_text(rows, DX_FIELD_NAME) ? dx_text(rows, DX_FIELD_NAME) : "none";
        char words[160];

        (void)snprintf(words, sizeof(words), "%lld open; %lld opened and %lld closed in 30 d",
                       (long long)dx_int(rows, DX_FIELD_OPEN),
                       (long long)dx_int(rows, DX_FIELD_OPENED),
                       (long long)dx_int(rows, DX_FIELD_CLOSED));
        inside_put(list,
                   &(struct line){
                       .look = plain,
                       .unit = DX_UNIT_SECONDS,
                       .value = ci_seconds(rows, replies ? DX_FIELD_P50 : DX_FIELD_RESOLUTION_P50),
                       .before = replies ? (double)NAN : ci_seconds(rows, DX_FIELD_BEFORE),
                       .n = (double)dx_int(rows, replies ? DX_FIELD_RESPONSE_N : DX_FIELD_N),
                       .key = dx_text(rows, DX_FIELD_KEY),
                       .name = name,
                       .words = words,
                       .into = name },
                   p->now_ms);
    }
}

static void list_ticket(const struct desk *p, struct dx_list *list, const struct dx_rows *rows)
{
    const bool replies = p->parts[0] == DESK_REPLIES;

    inside_put(
        list,
        &(struct line){ .look = plain,
                        .unit = DX_UNIT_SECONDS,
                        .value = ci_seconds(rows, replies ? DX_FIELD_RESPONSE_BUSINESS
                                                          : DX_FIELD_RESOLUTION_BUSINESS),
                        .before = (double)NAN,
                        .n = (double)NAN,
                        .at_ms = dx_int(rows, replies ? DX_FIELD_RESPONDED : DX_FIELD_RESOLVED),
                        .key = dx_text(rows, DX_FIELD_KEY),
                        .url = dx_text(rows, DX_FIELD_URL),
                        .name = dx_text(rows, DX_FIELD_NAME),
                        .words = dx_text(rows, DX_FIELD_TITLE),
                        .into = dx_text(rows, DX_FIELD_NAME) },
        p->now_ms);
}

/* Of replies only what was answered within seven days. */
static void list_these(const struct desk *p, struct dx_list *list, struct dx_rows *rows)
{
    const bool replies = p->parts[0] == DESK_REPLIES;
    int64_t count = 0;

    while (inside_next(list, rows, &count, TICKETS_MOST))
        if (!replies || dx_int(rows, DX_FIELD_RESPONDED) > p->now_ms - REPLY_DAYS * CI_DAY_MS)
            list_ticket(p, list, rows);
}

/* The open ones, then those that were done within 30 days; asked for apart: however many are
 * open, they hide none of what was done. */
static void list_tickets(const struct desk *p, const struct dx_view *view, struct dx_list *list,
                         const char *group)
{
    struct dx_filter filter = { .size = sizeof(filter),
                                .group = group,
                                .from_ms = p->now_ms - DONE_DAYS * CI_DAY_MS,
                                .limit = TICKETS_MOST + 1 };

    dx_empty(list, "Nothing of it is kept.");
    filter.open = true;
    list_these(p, list, dx_rows(view, DX_QUERY_TICKETS, &filter));
    filter.open = false;
    filter.done = DX_DONE_ONLY;
    list_these(p, list, dx_rows(view, DX_QUERY_TICKETS, &filter));
}

void desk_inside(struct desk *p, const struct dx_view *view, struct dx_list *list)
{
    int depth = dx_depth(view);

    if (depth == 1)
        list_categories(p, view, list);
    else if (depth == 2)
        list_tickets(p, view, list, dx_key(view, 2));
    else
        ticket_read(&p->ticket, view, list, DX_FILTER(.key = dx_key(view, 3), .parts = true));
}
