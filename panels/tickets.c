/* tickets: the open ones by urgency, what was done lately apart; then one whole. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "nosource.h"
#include "ticket.h"

enum { ROWS_MOST = 1000 };

struct tickets {
    const char *source, *project, *category, *assignee, *label; /* options */
    int64_t up_to, recent_ms, at_risk_ms, old_ms;

    char title[96]; /* view-model */
    int64_t now_ms;
    struct ticket_detail ticket;
};

#define OPTION(field) offsetof(struct tickets, field)

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(source),
      .fallback = "",
      .help = "only tickets of this source" },
    { .name = "project",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(project),
      .fallback = "",
      .help = "only those of this project, table or repository" },
    { .name = "category",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(category),
      .fallback = "",
      .help = "only those of this category" },
    { .name = "up_to",
      .type = DX_OPTION_COUNT,
      .offset = OPTION(up_to),
      .fallback = "0",
      .help = "only those of the priorities 1, the most urgent, up to this one; 0: all" },
    { .name = "assignee",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(assignee),
      .fallback = "",
      .help = "only this person's; nobody: those that nobody works on" },
    { .name = "label",
      .type = DX_OPTION_TEXT,
      .offset = OPTION(label),
      .fallback = "",
      .help = "only those with this label" },
    { .name = "recent",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(recent_ms),
      .fallback = "0s",
      .help = "list those that were done within this time too, apart" },
    { .name = "at_risk",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(at_risk_ms),
      .fallback = "30m",
      .help = "with less than this left of its SLA a ticket is a warning, as with less than a "
              "fifth of the goal" },
    { .name = "old",
      .type = DX_OPTION_DURATION,
      .offset = OPTION(old_ms),
      .fallback = "1h",
      .help = "an SLA that its server said longer ago than this is marked with its age" },
    { 0 },
};

/* ---- columns ---- */

enum { KEY, PRIORITY, AGE, STATE, SLA, SAID, OWNER, STATUS, CATEGORY, TITLE, COUNT };

static const struct dx_column columns[] = {
    [KEY] = { "KEY", DX_CELL_TEXT, DX_UNIT_NONE, 0, 4, 18, DX_FIT_MIDDLE, "as people call it" },
    [PRIORITY] = { "P", DX_CELL_TEXT, DX_UNIT_NONE, 2, 1, 1, DX_FIT_RIGHT,
                   "priority: 1 the most urgent, 5 the least" },
    [AGE] = { "AGE", DX_CELL_AGE, DX_UNIT_SECONDS, 3, 5, 6, DX_FIT_RIGHT,
              "since it was opened; of those that are done, since then" },
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✗ its SLA is over, ! at risk, · paused, ✓ done" },
    [SLA] = { "SLA", DX_CELL_NUMBER, DX_UNIT_NONE, 0, 6, 7, DX_FIT_RIGHT,
              "what is left of its most urgent SLA: by the SLA's own calendar as the server said, "
              "or by the clock, whichever is less; -: over since" },
    [SAID] = { "SAID", DX_CELL_TEXT, DX_UNIT_NONE, 8, 4, 6, DX_FIT_RIGHT,
               "how long ago its server said so, where that is old" },
    [OWNER] = { "OWNER", DX_CELL_TEXT, DX_UNIT_NONE, 4, 6, 14, DX_FIT_MIDDLE, "who works on it" },
    [STATUS] = { "STATUS", DX_CELL_TEXT, DX_UNIT_NONE, 6, 6, 16, DX_FIT_LEFT,
                 "in its server's word" },
    [CATEGORY] = { "CATEGORY", DX_CELL_TEXT, DX_UNIT_NONE, 5, 8, 16, DX_FIT_MIDDLE,
                   "type, component or label, as the source is configured" },
    [TITLE] = { "TITLE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 10, 0, DX_FIT_LEFT, "what it is about" },
    [COUNT] = { 0 },
};

/* What the query sorts by where the user sorts by a column. */
static const enum dx_ticket_order orders[COUNT] = {
    [KEY] = DX_BY_NAME,       [PRIORITY] = DX_BY_PRIORITY, [AGE] = DX_BY_AGE,
    [STATE] = DX_BY_URGENCY,  [SLA] = DX_BY_BREACH,        [SAID] = DX_BY_URGENCY,
    [OWNER] = DX_BY_ASSIGNEE, [STATUS] = DX_BY_STATUS,     [CATEGORY] = DX_BY_CATEGORY,
    [TITLE] = DX_BY_TITLE,
};

static const struct dx_level levels[] = { { .name = NULL, .columns = NULL } };

static bool open_panel(void *state, struct dx_error *err)
{
    struct tickets *p = state;
    const char *of = *p->project ? p->project : p->category;
    char name[64];

    (void)snprintf(p->title, sizeof(p->title), "Tickets%s%s", *of ? " · " : "",
                   ci_copy(name, sizeof(name), of));
    if (p->up_to > 5)
        return dx_fail(err, DX_FAULT_CONFIG, "up_to: it is 1 to 5, or 0");
    return true;
}

/* ---- rows ---- */

static void tell(struct dx_list *list, const struct tickets *p, const struct dx_rows *rows)
{
    const struct ticket_clock at = ticket_clock(rows, p->now_ms), *clock = &at;
    char sentence[80], span[32];

    if (dx_int(rows, DX_FIELD_RISK) == DX_RISK_NONE ||
        dx_int(rows, DX_FIELD_STATE) == DX_TICKET_DONE)
        return;
    if (isnan(clock->left_ms) || fabs(clock->left_ms) < CI_MINUTE_MS)
        (void)snprintf(sentence, sizeof(sentence),
                       clock->role == DX_ROLE_BAD ? "passed its SLA" : "is about to pass its SLA");
    else if (clock->role == DX_ROLE_BAD)
        (void)snprintf(sentence, sizeof(sentence), "passed its SLA %s ago",
                       ticket_span(span, sizeof(span), clock->left_ms));
    else
        (void)snprintf(sentence, sizeof(sentence), "has %s left of its SLA",
                       ticket_span(span, sizeof(span), clock->left_ms));
    dx_finding(list, clock->role, dx_text(rows, DX_FIELD_NAME), sentence);
}

/* The SLA was said too long ago to be sure of. */
static bool is_old(const struct tickets *p, const struct dx_rows *rows,
                   const struct ticket_clock *clock)
{
    int64_t said_ms = dx_int(rows, DX_FIELD_SEEN);

    return clock->number && said_ms > 0 && p->now_ms - said_ms > p->old_ms;
}

static void add(struct dx_list *list, const struct tickets *p, const struct dx_rows *rows)
{
    struct ticket_clock clock = ticket_clock(rows, p->now_ms);
    bool done = dx_int(rows, DX_FIELD_STATE) == DX_TICKET_DONE, old = is_old(p, rows, &clock);
    bool loud = clock.has_glyph && (clock.role == DX_ROLE_BAD || clock.role == DX_ROLE_WARN);
    bool bad = loud && clock.role == DX_ROLE_BAD;
    enum dx_role text = done ? DX_ROLE_DIM : DX_ROLE_TEXT;
    const char *owner = dx_text(rows, DX_FIELD_ASSIGNEE), *name = dx_text(rows, DX_FIELD_NAME);
    int64_t priority = dx_int(rows, DX_FIELD_PRIORITY);
    char number[24] = "–", said[64] = "", left[32];
    struct dx_cell cells[COUNT];

    if (priority > 0)
        (void)snprintf(number, sizeof(number), "%lld", (long long)priority);
    if (old)
        (void)ticket_countdown(said, sizeof(said),
                               (double)(p->now_ms - dx_int(rows, DX_FIELD_SEEN)));
    (void)snprintf(left, sizeof(left), "%s%s", old ? "≈" : "", clock.text);
    cells[KEY] = (struct dx_cell){ .text = name, .role = text, .attr = bad ? DX_BOLD : 0 };
    cells[PRIORITY] = (struct dx_cell){ .text = number,
                                        .value = priority > 0 ? 10. - (double)priority : 1.,
                                        .role = priority > 0 ? text : DX_ROLE_DIM };
    cells[AGE] =
        (struct dx_cell){ .value = ci_time(rows, done ? DX_FIELD_RESOLVED : DX_FIELD_CREATED),
                          .role = DX_ROLE_DIM };
    cells[STATE] = (struct dx_cell){ .value = clock.has_glyph ? clock.glyph : (double)NAN,
                                     .role = clock.role };
    cells[SLA] = (struct dx_cell){ .text = left,
                                   .value = -clock.left_ms,
                                   .role = old            ? DX_ROLE_STALE
                                           : clock.number ? clock.role
                                                          : DX_ROLE_DIM,
                                   .attr = bad && !old ? DX_BOLD : 0 };
    cells[SAID] = (struct dx_cell){ .text = said, .role = DX_ROLE_STALE };
    cells[OWNER] = (struct dx_cell){ .text = *owner ? owner
                                             : loud ? "nobody"
                                                    : "–",
                                     .role = *owner || !loud ? DX_ROLE_DIM : DX_ROLE_WARN };
    cells[STATUS] =
        (struct dx_cell){ .text = dx_text(rows, DX_FIELD_RAW_STATUS), .role = DX_ROLE_DIM };
    cells[CATEGORY] =
        (struct dx_cell){ .text = dx_text(rows, DX_FIELD_CATEGORY), .role = DX_ROLE_DIM };
    cells[TITLE] = (struct dx_cell){ .text = dx_text(rows, DX_FIELD_TITLE),
                                     .role = text,
                                     .attr = bad ? DX_BOLD : 0 };
    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_KEY), .url = dx_text(rows, DX_FIELD_URL),
                        .cells = cells, .apart = done, .into = name));
}

/* ---- the list ---- */

static struct dx_filter filter_of(const struct tickets *p)
{
    return (struct dx_filter){ .size = sizeof(struct dx_filter),
                               .source = p->source,
                               .project = p->project,
                               .category = p->category,
                               .assignee = p->assignee,
                               .label = p->label,
                               .priority = (int)p->up_to,
                               .at_risk_ms = p->at_risk_ms,
                               .from_ms = p->now_ms - p->recent_ms,
                               .open = p->recent_ms == 0,
                               .limit = ROWS_MOST };
}

/* "37 open · 1 over · 3 due", for what has no room is cut at the end. How many there are to be
 * listed. */
static int64_t count(const struct dx_view *view, struct dx_list *list,
                     const struct dx_filter *filter)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_COUNTS, filter);
    bool any = dx_next(rows);
    int64_t n = any ? dx_int(rows, DX_FIELD_N) : 0, done = any ? dx_int(rows, DX_FIELD_CLOSED) : 0;
    long long due = any ? dx_int(rows, DX_FIELD_DUE) : 0;
    long long over = any ? dx_int(rows, DX_FIELD_OVER) : 0;
    char note[120], number[64];
    int len = snprintf(note, sizeof(note), "%s open",
                       dx_format(number, sizeof(number), DX_UNIT_COUNT, (double)n));

    if (over > 0)
        len += snprintf(note + len, sizeof(note) - (size_t)len, " · %lld over", over);
    if (due > 0)
        (void)snprintf(note + len, sizeof(note) - (size_t)len, " · %lld due", due);
    if (n > 0)
        dx_note(list, note);
    return n + done;
}

/* Only where a source has answered is it known that nothing is open. */
static bool is_known(const struct tickets *p, const struct dx_view *view)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, DX_FILTER(.source = p->source));

    while (dx_next(rows))
        if ((dx_int(rows, DX_FIELD_YIELDS) & 1 << DX_KIND_TICKET) &&
            dx_int(rows, DX_FIELD_LAST_OK) > 0)
            return true;
    return false;
}

/* However the list is narrowed and sorted, and while one of them is read. */
static void tell_urgent(const struct tickets *p, const struct dx_view *view, struct dx_list *list)
{
    struct dx_filter filter = filter_of(p);
    struct dx_rows *rows;

    filter.open = true;
    rows = dx_rows(view, DX_QUERY_TICKETS, &filter);
    while (dx_next(rows))
        tell(list, p, rows);
}

static void list_all(struct tickets *p, const struct dx_view *view, struct dx_list *list)
{
    struct dx_filter filter = filter_of(p);
    int64_t all = count(view, list, &filter);
    struct dx_rows *rows;
    char sentence[240];
    bool reverse;
    int sorted;

    if (all > ROWS_MOST) { /* what the user looks for may be behind the first ones */
        tell_urgent(p, view, list);
        sorted = dx_sorted(view, &reverse);
        filter.text = dx_search(view);
        filter.order = sorted >= 0 ? (int)orders[sorted] : DX_BY_URGENCY;
        filter.reverse = reverse;
        dx_part_of(list, all);
    }
    dx_empty(list, no_source(sentence, sizeof(sentence), view, p->source) ? sentence
                   : is_known(p, view)                                    ? "No ticket is open."
                                       : "No source of tickets has answered yet.");
    rows = dx_rows(view, DX_QUERY_TICKETS, &filter);
    while (dx_next(rows)) {
        if (all <= ROWS_MOST)
            tell(list, p, rows);
        add(list, p, rows);
    }
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct tickets *p = state;

    (void)err;
    p->now_ms = dx_now(view);
    p->ticket.key[0] = '\0';
    if (dx_depth(view) == 0) {
        list_all(p, view, list);
    } else {
        tell_urgent(p, view, list);
        ticket_read(&p->ticket, view, list,
                    DX_FILTER(.key = dx_key(view, 1), .parts = true, .at_risk_ms = p->at_risk_ms));
    }
    return true;
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    ticket_draw(&((const struct tickets *)state)->ticket, canvas);
}

/* Of what is suggested for the ticket that is read. */
static enum dx_reply event(void *state, const struct dx_event *event, struct dx_host *host)
{
    const struct ticket_detail *t = &((const struct tickets *)state)->ticket;

    return suggest_event(&t->suggestions, event, host, t->key);
}

static const char *title(const void *state)
{
    return ((const struct tickets *)state)->title;
}

static const char *source(const void *state)
{
    return ((const struct tickets *)state)->source;
}

CI_CHANGES({ "it was not open a week before, or less is left of its SLA", SLA, 1, DX_MISSING_NEW,
             DX_CHANGE_NOT })

extern const struct dx_panel dx_panel_tickets;
DX_EXPORT const struct dx_panel dx_panel_tickets = {
    DX_PANEL_HEAD,
    .name = "tickets",
    .summary = "what is open, the most urgent first; how much is left of each SLA",
    .help =
        "SLAs are the servers'; dxtop computes none. Of a ticket that has several, the one that "
        "breaches first, or breached, is shown. At risk (!): less than a fifth of its goal is "
        "left, or less than the option at_risk. Over (✗): the moment of its breach has passed, "
        "or its server says so. A paused one waits for somebody outside and does not run. "
        "≈: the server said it longer ago than the option old; it may have been paused since.\n"
        "The first 1,000 are listed. Where there are more, the frame says of how many, and a "
        "filter or a sort looks at all of them: a filter for words in KEY, P, OWNER, STATUS, "
        "CATEGORY and TITLE.",
    .reads = 1u << DX_KIND_TICKET,
    .state_size = sizeof(struct tickets),
    .options = options,
    .min_rows = 3,
    .min_cols = 30,
    .columns = columns,
    .open = open_panel,
    .update = update,
    .draw = draw,
    .event = event,
    .title = title,
    .source = source,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .changes = changes,
};
