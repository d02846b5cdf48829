/* desk: how tickets fare: how soon they are answered, how long each category takes, and
 * whether more come than are done. */
#include "desk.h"
#include "inside.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static const char *const part_words[DESK_PARTS] = {
    [DESK_REPLIES] = "replies",
    [DESK_CATEGORIES] = "categories",
    [DESK_DAYWISE] = "days",
};

static const struct dx_option options[] = {
    { .name = "show",
      .type = DX_OPTION_LIST,
      .offset = offsetof(struct desk, show),
      .fallback = "",
      .help = "which parts, in this order: replies (how soon tickets are answered), categories "
              "(how long each takes) and days (opened and closed); without it all of them" },
    { 0 },
};

static bool find_part(const char *word, enum desk_part *part)
{
    for (int i = 0; i < DESK_PARTS; i++) {
        if (strcmp(part_words[i], word) == 0) {
            *part = (enum desk_part)i;
            return true;
        }
    }
    return false;
}

static bool open_panel(void *state, struct dx_error *err)
{
    struct desk *p = state;
    const char *const *words = p->show.item;

    for (int i = 0; p->show.count == 0 && i < DESK_PARTS; i++)
        p->parts[p->part_count++] = (enum desk_part)i;
    for (size_t i = 0; i < p->show.count; i++) {
        if (i == DESK_PARTS)
            return dx_fail(err, DX_FAULT_CONFIG, "show: there are %d parts", (int)DESK_PARTS);
        if (!find_part(words[i], &p->parts[p->part_count++]))
            return dx_fail(err, DX_FAULT_CONFIG,
                           "show: \"%s\" is none of replies, categories and days", words[i]);
    }
    return true;
}

/* ---- reading ---- */

static void read_kpis(struct desk *p, const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_KPIS, NULL);

    p->p50 = p->p90 = (struct desk_kpi){ .value = (double)NAN, .target = (double)NAN };
    while (dx_next(rows)) {
        const char *id = dx_text(rows, DX_FIELD_KEY);
        struct desk_kpi kpi = { .value = dx_number(rows, DX_FIELD_VALUE),
                                .target = dx_number(rows, DX_FIELD_TARGET),
                                .state = (enum dx_kpi_state)dx_int(rows, DX_FIELD_STATE),
                                .n = dx_int(rows, DX_FIELD_N),
                                .window_ms = dx_int(rows, DX_FIELD_WINDOW) };

        if (strcmp(id, "first_response") == 0)
            p->p50 = kpi;
        else if (strcmp(id, "first_response_p90") == 0)
            p->p90 = kpi;
    }
}

static bool is_known(const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, NULL);

    while (dx_next(rows))
        if ((dx_int(rows, DX_FIELD_YIELDS) & 1 << DX_KIND_TICKET) &&
            dx_int(rows, DX_FIELD_LAST_OK) > 0)
            return true;
    return false;
}

/* Those with the most behind them first, and no others where there are many; of equals as they
 * came. */
static void keep_group(struct desk *p, const struct desk_group *g)
{
    size_t to = p->group_count;

    if (to < DESK_GROUPS)
        p->group_count++;
    else if (p->groups[--to].n >= g->n)
        return;
    for (; to > 0 && p->groups[to - 1].n < g->n; to--)
        p->groups[to] = p->groups[to - 1];
    p->groups[to] = *g;
}

static void read_groups(struct desk *p, const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = "category"));

    p->group_count = 0;
    while (dx_next(rows)) {
        struct desk_group g = { .n = dx_int(rows, DX_FIELD_N),
                                .seconds = ci_seconds(rows, DX_FIELD_RESOLUTION_P50) };
        const char *name = dx_text(rows, DX_FIELD_NAME);

        (void)ci_copy(g.name, sizeof(g.name), *name ? name : "none");
        if (g.n > 0)
            keep_group(p, &g);
    }
}

/* The day that ends at AT; false: it is none of those. */
static bool day_of(const struct dx_rows *rows, int64_t from_ms, size_t *nth)
{
    int64_t day = (dx_int(rows, DX_FIELD_AT) - from_ms) / CI_DAY_MS - 1;

    *nth = (size_t)day;
    return day >= 0 && day < DESK_DAYS;
}

static void read_days(struct desk_days *days, const struct dx_view *view)
{
    int64_t from_ms = (dx_now(view) / CI_DAY_MS + 1 - DESK_DAYS) * CI_DAY_MS;
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_KPI_POINTS,
                DX_FILTER(.key = "first_response", .from_ms = from_ms, .step_ms = CI_DAY_MS));
    size_t i;

    for (i = 0; i < DESK_DAYS; i++)
        days->replies[i] = days->opened[i] = days->closed[i] = days->open[i] = (double)NAN;
    while (dx_next(rows))
        if (day_of(rows, from_ms, &i))
            days->replies[i] = dx_number(rows, DX_FIELD_VALUE);
    rows = dx_rows(view, DX_QUERY_TICKET_DAYS, DX_FILTER(.from_ms = from_ms));
    while (dx_next(rows)) {
        if (!day_of(rows, from_ms, &i))
            continue;
        days->opened[i] = (double)dx_int(rows, DX_FIELD_OPENED);
        days->closed[i] = (double)dx_int(rows, DX_FIELD_CLOSED);
        days->open[i] = (double)dx_int(rows, DX_FIELD_OPEN);
    }
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct desk *p = state;
    const struct dx_view *before = dx_before(view);
    char note[160];

    (void)err;
    p->now_ms = dx_now(view);
    p->level = dx_depth(view);
    p->ticket.key[0] = '\0';
    p->known = is_known(view);
    if (p->level > 0) {
        desk_inside(p, view, list);
        return true;
    }
    read_kpis(p, view);
    read_groups(p, view);
    read_days(&p->days, view);
    p->week = before != NULL;
    if (before)
        read_days(&p->before, before);
    dx_note(list, desk_note(p, p->parts[0], note, sizeof(note)));
    dx_add(list, DX_ROW(.key = "all", .url = "", .into = "by category"));
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    const struct desk *p = state;

    if (p->level > 0)
        ticket_draw(&p->ticket, canvas);
    else
        desk_draw(p, canvas);
}

/* Of what is suggested for the ticket that is read. */
static enum dx_reply event(void *state, const struct dx_event *event, struct dx_host *host)
{
    const struct ticket_detail *t = &((const struct desk *)state)->ticket;

    return suggest_event(&t->suggestions, event, host, t->key);
}

static const struct dx_level levels[] = {
    { NULL, inside_columns },
    { NULL, inside_columns },
    { NULL, NULL },
};

static const char *title(const void *state)
{
    return desk_name(((const struct desk *)state)->parts[0]);
}

extern const struct dx_panel dx_panel_desk;
DX_EXPORT const struct dx_panel dx_panel_desk = {
    DX_PANEL_HEAD,
    .name = "desk",
    .summary = "how tickets fare: first replies, how long categories take, opened and closed",
    .help = "First reply: business time from the creation of a ticket to the first public answer "
            "by somebody else than its reporter; p50 and p90 are the key numbers first_response "
            "and first_response_p90 with their goals, the graph is the p50 of each day. "
            "Resolution by category: p50 of the business time from the creation to the "
            "resolution of tickets that were resolved within 30 days, N of them, the category "
            "with the most of them first. Opened and closed: by the day, of UTC; and how many "
            "are open now against the beginning of these days.\n"
            "Enter shows the categories, their tickets, and each of these whole.",
    .reads = 1u << DX_KIND_TICKET,
    .state_size = sizeof(struct desk),
    .options = options,
    .min_rows = 6,
    .min_cols = 34,
    .want_cols = 52,
    .open = open_panel,
    .update = update,
    .draw = draw,
    .event = event,
    .title = title,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
};
