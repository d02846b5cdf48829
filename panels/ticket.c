/* ticket: how a ticket stands to its SLAs, and the detail of one, read. */
#include "ticket.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- its clock ---- */

const char *ticket_countdown(char *out, size_t cap, double left_ms)
{
    double minutes = isnan(left_ms) ? 0. : floor(fabs(left_ms) / CI_MINUTE_MS);
    const char *sign = left_ms < 0. && minutes > 0. ? "-" : "";
    double hours = floor(minutes / 60.);

    if (isnan(left_ms))
        (void)snprintf(out, cap, "–");
    else if (minutes < 60.)
        (void)snprintf(out, cap, "%s%.0fm", sign, minutes);
    else if (hours < 10.)
        (void)snprintf(out, cap, "%s%.0fh%02.0fm", sign, hours, fmod(minutes, 60.));
    else if (hours < 24.)
        (void)snprintf(out, cap, "%s%.0fh", sign, hours);
    else
        (void)snprintf(out, cap, "%s%.0fd", sign, floor(hours / 24.));
    return out;
}

const char *ticket_span(char *out, size_t cap, double ms)
{
    char text[32];
    const char *unit;

    (void)ticket_countdown(text, sizeof(text), fabs(ms));
    unit = strchr(text, 'h');
    if (unit && unit[1])
        (void)snprintf(out, cap, "%.*s %s", (int)(unit + 1 - text), text, unit + 1);
    else
        (void)snprintf(out, cap, "%s", text);
    return out;
}

/* By its own calendar, as the server said, or by the clock, whichever is less; once it
 * is over, by the clock. */
static double left_of(const struct dx_rows *rows, int64_t now_ms)
{
    double by_clock = ci_time(rows, DX_FIELD_BREACH) - (double)now_ms;
    double said = dx_has(rows, DX_FIELD_LEFT) ? (double)dx_int(rows, DX_FIELD_LEFT) : (double)NAN;

    return by_clock <= 0. ? by_clock : fmin(by_clock, said); /* fmin() drops a NaN */
}

struct ticket_clock ticket_clock(const struct dx_rows *rows, int64_t now_ms)
{
    struct ticket_clock clock = { .role = DX_ROLE_TEXT, .text = "–", .left_ms = (double)NAN };
    int64_t risk = dx_int(rows, DX_FIELD_RISK), state = dx_int(rows, DX_FIELD_SLA_STATE);

    if (dx_int(rows, DX_FIELD_STATE) == DX_TICKET_DONE) {
        clock.glyph = DX_GLYPH_GOOD;
        clock.role = DX_ROLE_GOOD;
        clock.has_glyph = true;
        return clock;
    }
    if (!dx_has(rows, DX_FIELD_SLA_STATE) || state == DX_SLA_UNKNOWN)
        return clock;
    clock.left_ms = left_of(rows, now_ms);
    if (state == DX_SLA_PAUSED) {
        clock.glyph = DX_GLYPH_DOT;
        clock.role = DX_ROLE_DIM;
        clock.has_glyph = true;
        clock.left_ms =
            dx_has(rows, DX_FIELD_LEFT) ? (double)dx_int(rows, DX_FIELD_LEFT) : (double)NAN;
        (void)snprintf(clock.text, sizeof(clock.text), "paused");
        return clock;
    }
    clock.number = true;
    (void)ticket_countdown(clock.text, sizeof(clock.text), clock.left_ms);
    if (risk == DX_RISK_NONE)
        return clock;
    clock.has_glyph = true;
    clock.glyph = risk == DX_RISK_OVER ? DX_GLYPH_BAD : DX_GLYPH_WARN;
    clock.role = risk == DX_RISK_OVER ? DX_ROLE_BAD : DX_ROLE_WARN;
    return clock;
}

bool ticket_sla_over(const struct ticket_sla_line *sla)
{
    return sla->state == DX_SLA_BREACHED || (sla->state == DX_SLA_RUNNING && sla->left_ms < 0.);
}

const char *ticket_sla_word(const struct ticket_sla_line *sla)
{
    static const char *const words[] = {
        [DX_SLA_UNKNOWN] = "has not begun", [DX_SLA_RUNNING] = "runs",
        [DX_SLA_PAUSED] = "paused",         [DX_SLA_MET] = "met",
        [DX_SLA_BREACHED] = "breached",     [DX_SLA_CANCELLED] = "counts no more",
    };

    if (ticket_sla_over(sla))
        return words[DX_SLA_BREACHED];
    return sla->state >= 0 && sla->state <= DX_SLA_CANCELLED ? words[sla->state] : "?";
}

/* ---- reading ---- */

void ticket_add_word(char *out, size_t cap, const char *before, const char *word)
{
    size_t len = strlen(out);

    if (*word && len + 1 < cap)
        (void)snprintf(out + len, cap - len, "%s%s%.120s", len > 0 ? " · " : "", before, word);
}

static void take_times(struct ticket_detail *t, const struct dx_rows *rows)
{
    static const struct {
        const char *label, *what;
        enum dx_field at, span, business, basis;
    } of[TICKET_TIMES] = {
        { "created", "", DX_FIELD_CREATED, DX_FIELD_COUNT, DX_FIELD_COUNT, DX_FIELD_CREATED_BASIS },
        { "first reply", "in public, by others", DX_FIELD_RESPONDED, DX_FIELD_RESPONSE,
          DX_FIELD_RESPONSE_BUSINESS, DX_FIELD_RESPONDED_BASIS },
        { "resolved", "", DX_FIELD_RESOLVED, DX_FIELD_DURATION, DX_FIELD_RESOLUTION_BUSINESS,
          DX_FIELD_RESOLVED_BASIS },
        { "last change", "", DX_FIELD_UPDATED, DX_FIELD_COUNT, DX_FIELD_COUNT, DX_FIELD_COUNT },
    };

    for (int i = 0; i < TICKET_TIMES; i++) {
        t->times[i] = (struct ticket_time){ .label = of[i].label,
                                            .what = of[i].what,
                                            .at_ms = dx_int(rows, of[i].at),
                                            .seconds = ci_seconds(rows, of[i].span),
                                            .business_s = ci_seconds(rows, of[i].business) };
        (void)ci_copy(t->times[i].basis, sizeof(t->times[i].basis), dx_text(rows, of[i].basis));
    }
    if (t->times[0].at_ms == 0 || t->times[1].at_ms > 0 || t->done)
        return;
    t->times[1].unknown = dx_int(rows, DX_FIELD_REPLY_KNOWN) == 0;
    if (!t->times[1].unknown)
        t->times[1].seconds = (double)(t->now_ms - t->times[0].at_ms) / 1000.;
}

static void take(struct ticket_detail *t, const struct dx_rows *rows)
{
    const char *assignee = dx_text(rows, DX_FIELD_ASSIGNEE);

    t->found = true;
    t->done = dx_int(rows, DX_FIELD_STATE) == DX_TICKET_DONE;
    t->gone = dx_has(rows, DX_FIELD_GONE);
    t->priority = dx_int(rows, DX_FIELD_PRIORITY);
    t->clock = ticket_clock(rows, t->now_ms);
    t->due_ms = dx_int(rows, DX_FIELD_BREACH);
    t->said_ms = dx_int(rows, DX_FIELD_SEEN);
    take_times(t, rows);
    (void)ci_copy(t->title, sizeof(t->title), dx_text(rows, DX_FIELD_TITLE));
    (void)ci_copy(t->sla, sizeof(t->sla), dx_text(rows, DX_FIELD_SLA));
    (void)ci_copy(t->labels, sizeof(t->labels), dx_text(rows, DX_FIELD_LABELS));
    (void)ci_copy(t->text, sizeof(t->text), dx_text(rows, DX_FIELD_TEXT));
    (void)ci_copy(t->url, sizeof(t->url), dx_text(rows, DX_FIELD_URL));
    ticket_add_word(t->kind, sizeof(t->kind), "", dx_text(rows, DX_FIELD_RAW_STATUS));
    ticket_add_word(t->kind, sizeof(t->kind), "", dx_text(rows, DX_FIELD_TICKET_TYPE));
    ticket_add_word(t->kind, sizeof(t->kind), "category ", dx_text(rows, DX_FIELD_CATEGORY));
    ticket_add_word(t->kind, sizeof(t->kind), "priority ", dx_text(rows, DX_FIELD_RAW_PRIORITY));
    ticket_add_word(t->kind, sizeof(t->kind), "in ", dx_text(rows, DX_FIELD_PROJECT));
    ticket_add_word(t->who, sizeof(t->who), "opened by ", dx_text(rows, DX_FIELD_REPORTER));
    ticket_add_word(t->who, sizeof(t->who), *assignee ? "owner " : "",
                    *assignee ? assignee : "nobody works on it");
}

static void read_slas(struct ticket_detail *t, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_SLAS, DX_FILTER(.key = key));

    for (; dx_next(rows); t->sla_count++) {
        struct ticket_sla_line *sla;

        if (t->sla_count >= TICKET_SLAS)
            continue;
        sla = &t->slas[t->sla_count];
        (void)ci_copy(sla->name, sizeof(sla->name), dx_text(rows, DX_FIELD_NAME));
        sla->state = dx_int(rows, DX_FIELD_SLA_STATE);
        sla->due_ms = dx_int(rows, DX_FIELD_BREACH);
        sla->said_ms = dx_int(rows, DX_FIELD_SEEN);
        sla->goal_s = ci_seconds(rows, DX_FIELD_GOAL);
        sla->left_ms = dx_has(rows, DX_FIELD_LEFT) ? dx_number(rows, DX_FIELD_LEFT) : (double)NAN;
        sla->of_its_own = sla->state == DX_SLA_BREACHED && !isnan(sla->left_ms);
        if (sla->state == DX_SLA_RUNNING || (sla->state == DX_SLA_BREACHED && isnan(sla->left_ms)))
            sla->left_ms = left_of(rows, t->now_ms);
    }
}

static void read_pauses(struct ticket_detail *t, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_PAUSES, DX_FILTER(.key = key));

    for (; dx_next(rows); t->pauses++) {
        int64_t from_ms = dx_int(rows, DX_FIELD_STARTED), to_ms = dx_int(rows, DX_FIELD_FINISHED);

        if (!dx_has(rows, DX_FIELD_FINISHED)) {
            t->waits_since_ms = from_ms;
            to_ms = t->now_ms;
        }
        t->paused_s += (double)(to_ms - from_ms) / 1000.;
    }
}

static void read_stays(struct ticket_detail *t, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_STAYS, DX_FILTER(.key = key));

    while (dx_next(rows)) {
        int64_t stay = dx_int(rows, DX_FIELD_STATE), from_ms = dx_int(rows, DX_FIELD_STARTED);
        int64_t to_ms =
            dx_has(rows, DX_FIELD_FINISHED) ? dx_int(rows, DX_FIELD_FINISHED) : t->now_ms;

        t->stays_known = true;
        if (stay >= 0 && stay <= DX_STAY_WAITING && to_ms > from_ms)
            t->stayed_s[stay] += (double)(to_ms - from_ms) / 1000.;
    }
}

static void read_links(struct ticket_detail *t, const struct dx_view *view, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKET_LINKS, DX_FILTER(.key = key));

    for (; dx_next(rows); t->link_count++)
        if (t->link_count < TICKET_LINKS)
            (void)ci_copy(t->links[t->link_count], sizeof(t->links[0]),
                          dx_text(rows, DX_FIELD_TEXT));
}

void ticket_read(struct ticket_detail *t, const struct dx_view *view, struct dx_list *list,
                 const struct dx_filter *filter)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_TICKETS, filter);
    char note[64], name[48];

    *t = (struct ticket_detail){ .now_ms = dx_now(view) };
    if (!dx_next(rows))
        return;
    take(t, rows);
    (void)snprintf(note, sizeof(note), "P%lld", (long long)t->priority);
    if (t->priority == 0)
        note[0] = '\0';
    ticket_add_word(note, sizeof(note), "",
                    ci_copy(name, sizeof(name), dx_text(rows, DX_FIELD_ASSIGNEE)));
    dx_note(list, note);
    read_slas(t, view, filter->key);
    read_pauses(t, view, filter->key);
    read_stays(t, view, filter->key);
    read_links(t, view, filter->key);
    t->name_count = tie_named(view, filter->key, t->names, TICKET_NAMES);
    (void)ci_copy(t->key, sizeof(t->key), filter->key);
    if (!t->done)
        suggest_read(&t->suggestions, view, filter->key);
}
