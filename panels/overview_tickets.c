/* overview_tickets: key numbers of tickets by category or priority, and the tickets. */
#include "inside.h"
#include "overview.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DAYS = 30, REPLY_DAYS = 7 };

static bool is(const struct tile *tile, const char *id)
{
    return strcmp(tile->id, id) == 0;
}

bool overview_of_tickets(const struct tile *tile)
{
    return is(tile, "open_tickets") || is(tile, "first_response") ||
           is(tile, "first_response_p90") || is(tile, "resolution") || is(tile, "repeat_tickets") ||
           is(tile, "mttr");
}

/* Time to restore is told apart by how severe it was. */
static const char *kind_of(const struct tile *tile)
{
    return is(tile, "mttr") ? "priority" : "category";
}

/* ---- groups ---- */

static void number_of(const struct tile *tile, const struct dx_rows *rows, struct line *line)
{
    line->before = (double)NAN;
    if (is(tile, "open_tickets")) {
        line->value = (double)dx_int(rows, DX_FIELD_OPEN);
        line->n = (double)NAN; /* it counts by itself */
    } else if (is(tile, "mttr")) {
        line->value = ci_seconds(rows, DX_FIELD_RESTORE_P50);
        line->n = (double)dx_int(rows, DX_FIELD_RESTORE_N);
    } else if (is(tile, "resolution")) {
        line->value = ci_seconds(rows, DX_FIELD_RESOLUTION_P50);
        line->before = ci_seconds(rows, DX_FIELD_BEFORE);
        line->n = (double)dx_int(rows, DX_FIELD_N);
    } else if (is(tile, "repeat_tickets")) {
        line->value = dx_number(rows, DX_FIELD_REPEATS);
        line->n = (double)dx_int(rows, DX_FIELD_OPENED);
    } else {
        line->value =
            ci_seconds(rows, is(tile, "first_response_p90") ? DX_FIELD_P90 : DX_FIELD_P50);
        line->n = (double)dx_int(rows, DX_FIELD_RESPONSE_N);
    }
}

static const char *say(const struct dx_rows *rows, char *out, size_t cap)
{
    (void)snprintf(out, cap, "%lld open, %lld due, %lld over; %lld opened and %lld closed in 30 d",
                   (long long)dx_int(rows, DX_FIELD_OPEN), (long long)dx_int(rows, DX_FIELD_DUE),
                   (long long)dx_int(rows, DX_FIELD_BREACHED),
                   (long long)dx_int(rows, DX_FIELD_OPENED),
                   (long long)dx_int(rows, DX_FIELD_CLOSED));
    return out;
}

/* Of a part of all open tickets the goal of all says nothing. */
static struct ci_look look_of(const struct tile *tile, double value)
{
    return is(tile, "open_tickets") ? (struct ci_look){ DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" }
                                    : overview_look(tile, value);
}

void overview_list_groups(const struct overview *p, const struct tile *tile,
                          const struct dx_view *view, struct dx_list *list)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_GROUPS, DX_FILTER(.name = kind_of(tile)));

    while (dx_next(rows)) {
        const char *group = dx_text(rows, DX_FIELD_NAME);
        char name[200], words[160];
        struct line line = { .unit = tile->unit, .key = dx_text(rows, DX_FIELD_KEY) };

        (void)snprintf(name, sizeof(name), "%s%.180s",
                       *group && is(tile, "mttr") ? "priority " : "", *group ? group : "none");
        number_of(tile, rows, &line);
        line.look = look_of(tile, line.value);
        line.name = line.into = name;
        line.words = say(rows, words, sizeof(words));
        inside_put(list, &line, p->now_ms);
    }
}

/* ---- tickets ---- */

static double span_of(const struct tile *tile, const struct dx_rows *rows, int64_t now_ms)
{
    if (is(tile, "mttr"))
        return ci_seconds(rows, DX_FIELD_DURATION);
    if (is(tile, "resolution"))
        return ci_seconds(rows, DX_FIELD_RESOLUTION_BUSINESS);
    if (is(tile, "first_response") || is(tile, "first_response_p90"))
        return ci_seconds(rows, DX_FIELD_RESPONSE_BUSINESS);
    return ((double)now_ms - ci_time(rows, DX_FIELD_CREATED)) / 1000.;
}

static bool is_reply(const struct tile *tile)
{
    return is(tile, "first_response") || is(tile, "first_response_p90");
}

/* What is open and unanswered has an age, and no number yet. */
static const char *describe(const struct tile *tile, const struct dx_rows *rows, int64_t now_ms,
                            char *out, size_t cap)
{
    char age[32];
    double old = ((double)now_ms - ci_time(rows, DX_FIELD_CREATED)) / 1000.;
    bool open = dx_int(rows, DX_FIELD_STATE) != DX_TICKET_DONE;
    bool waits = is_reply(tile) && open && dx_int(rows, DX_FIELD_REPLY_KNOWN) &&
                 !dx_has(rows, DX_FIELD_RESPONDED) && !isnan(old);

    (void)snprintf(out, cap, "%s%s%.200s", waits ? ci_span(age, sizeof(age), old) : "",
                   waits ? " old: " : "", dx_text(rows, DX_FIELD_TITLE));
    return out;
}

/* What the number is made of, and, of replies, who waits for one. */
static bool counts(const struct tile *tile, const struct dx_rows *rows, int64_t now_ms)
{
    int64_t ms = dx_int(rows, DX_FIELD_RESPONDED);

    if (is_reply(tile) && ms == 0)
        return dx_int(rows, DX_FIELD_STATE) != DX_TICKET_DONE;
    if (is_reply(tile) && ms <= now_ms - REPLY_DAYS * CI_DAY_MS)
        return false;
    if (is(tile, "repeat_tickets") && dx_int(rows, DX_FIELD_CREATED) <= now_ms - DAYS * CI_DAY_MS)
        return false;
    return !isnan(span_of(tile, rows, now_ms));
}

static void list_these(const struct overview *p, const struct tile *tile, struct dx_rows *rows,
                       struct dx_list *list)
{
    int64_t count = 0;

    while (inside_next(list, rows, &count, TICKETS_MOST)) {
        double span = span_of(tile, rows, p->now_ms);
        char words[260];

        if (!counts(tile, rows, p->now_ms))
            continue;
        inside_put(
            list,
            &(struct line){ .look = look_of(tile, is(tile, "repeat_tickets") ? (double)NAN : span),
                            .unit = DX_UNIT_SECONDS,
                            .value = span,
                            .before = (double)NAN,
                            .n = (double)NAN,
                            .at_ms = dx_int(rows, DX_FIELD_RESOLVED),
                            .key = dx_text(rows, DX_FIELD_KEY),
                            .url = dx_text(rows, DX_FIELD_URL),
                            .name = dx_text(rows, DX_FIELD_NAME),
                            .words = describe(tile, rows, p->now_ms, words, sizeof(words)),
                            .into = dx_text(rows, DX_FIELD_NAME) },
            p->now_ms);
    }
}

/* Open ones and those that are done are asked for apart: however many are open, they hide
 * none of what was done. */
void overview_list_tickets(const struct overview *p, const struct tile *tile,
                           const struct dx_view *view, struct dx_list *list, const char *key)
{
    struct dx_filter filter = { .size = sizeof(filter),
                                .from_ms = p->now_ms - DAYS * CI_DAY_MS,
                                .limit = TICKETS_MOST + 1,
                                .group = key };

    filter.open = true;
    if (!is(tile, "mttr") && !is(tile, "resolution"))
        list_these(p, tile, dx_rows(view, DX_QUERY_TICKETS, &filter), list);
    filter.open = false;
    filter.done = is(tile, "mttr") ? DX_DONE_INCIDENTS : DX_DONE_ONLY;
    if (!is(tile, "open_tickets"))
        list_these(p, tile, dx_rows(view, DX_QUERY_TICKETS, &filter), list);
}

/* ---- one ticket: its times and SLAs, each with what it was read from; below it whole ---- */

static void list_time(const struct ticket_detail *t, const struct ticket_time *time,
                      struct dx_list *list)
{
    const bool business = !isnan(time->business_s);
    char words[200];

    (void)snprintf(words, sizeof(words), "%s%s%s%s", *time->basis ? "from " : "", time->basis,
                   *time->basis && business ? "; " : "", business ? "in business time" : "");
    inside_put(list,
               &(struct line){ .look = { DX_GLYPH_DOT, DX_ROLE_DIM, 0, "" },
                               .unit = DX_UNIT_SECONDS,
                               .value = business ? time->business_s : time->seconds,
                               .before = (double)NAN,
                               .n = (double)NAN,
                               .at_ms = time->at_ms,
                               .key = time->label,
                               .url = t->url,
                               .name = time->label,
                               .words = words,
                               .into = time->label },
               t->now_ms);
}

static void list_sla(const struct ticket_detail *t, const struct ticket_sla_line *sla,
                     struct dx_list *list)
{
    const bool over = ticket_sla_over(sla), valid = sla->state != DX_SLA_CANCELLED;
    const bool runs = over || sla->state == DX_SLA_RUNNING;
    char words[120];

    (void)snprintf(words, sizeof(words), "%s%s%s", ticket_sla_word(sla),
                   valid && !isnan(sla->left_ms) ? "; VALUE: what is left of this SLA" : "",
                   runs && sla->due_ms > 0 ? "; AT: when it is over" : "");
    inside_put(list,
               &(struct line){ .look = { over ? DX_GLYPH_BAD : DX_GLYPH_DOT,
                                         over ? DX_ROLE_BAD : DX_ROLE_DIM, 0, "" },
                               .unit = DX_UNIT_SECONDS,
                               .value = valid ? sla->left_ms / 1e3 : (double)NAN,
                               .before = (double)NAN,
                               .n = (double)NAN,
                               .at_ms = runs ? sla->due_ms : 0,
                               .key = sla->name,
                               .url = t->url,
                               .name = sla->name,
                               .words = words,
                               .into = sla->name },
               t->now_ms);
}

void overview_list_ticket(struct overview *p, const struct dx_view *view, struct dx_list *list,
                          const char *key)
{
    struct ticket_detail *t = &p->ticket;

    ticket_read(t, view, list, DX_FILTER(.key = key, .parts = true));
    for (int i = 0; t->found && i < TICKET_TIMES; i++)
        if (t->times[i].at_ms > 0)
            list_time(t, &t->times[i], list);
    for (size_t i = 0; i < t->sla_count; i++)
        list_sla(t, &t->slas[i], list);
}
