/* alerts: what fires, worst first; what is muted apart. */
#include <dxtop/panel.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "nosource.h"
#include "words.h"

struct detail { /* of one alert, for the rows under the list */
    struct detail *next;
    char *key, *name, *summary, *labels, *muted_by;
    char *owner, *note; /* who claimed it, and what he says */
    int64_t snoozed_ms; /* until then; 0 */
    int64_t times;      /* that it fired in 7 d */
    char word[64];
};

struct alerts {
    const char *source; /* options */
    int severity;
    bool muted;
    int64_t resolved_ms;

    struct detail *details; /* view-model */
    struct alert alert;     /* that was opened; key "": none */
};

static const char *const severities[] = { "unknown", "info", "warning", "critical", NULL };

static const struct dx_option options[] = {
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct alerts, source),
      .fallback = "",
      .help = "only alerts of this source" },
    { .name = "severity",
      .type = DX_OPTION_CHOICE,
      .offset = offsetof(struct alerts, severity),
      .fallback = "unknown",
      .choices = severities,
      .help = "the least severe that is listed" },
    { .name = "muted",
      .type = DX_OPTION_FLAG,
      .offset = offsetof(struct alerts, muted),
      .fallback = "yes",
      .help = "list silenced and inhibited ones too, apart" },
    { .name = "resolved",
      .type = DX_OPTION_DURATION,
      .offset = offsetof(struct alerts, resolved_ms),
      .fallback = "0s",
      .help = "list those that ended within this time too, apart" },
    { 0 },
};

enum { STATE, ALERT, SINCE, SEVERITY, SUMMARY, TIMES, OWNER, LABELS, SOURCE, COUNT };

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✗ critical, ! warning, ◌ pending, · muted, ✓ resolved; ○ not seen any more, or "
                "its rule not looked at for more than five minutes" },
    [ALERT] = { "ALERT", DX_CELL_TEXT, DX_UNIT_NONE, 0, 10, 28, DX_FIT_MIDDLE, "its name" },
    [SINCE] = { "SINCE", DX_CELL_AGE, DX_UNIT_NONE, 0, 5, 6, DX_FIT_RIGHT,
                "time since it began; of resolved ones, since it ended" },
    [SEVERITY] = { "SEVERITY", DX_CELL_TEXT, DX_UNIT_NONE, 3, 9, 10, DX_FIT_LEFT,
                   "from its label severity; or its state, where it is not firing" },
    [SUMMARY] = { "WHAT", DX_CELL_TEXT, DX_UNIT_NONE, 1, 12, 0, DX_FIT_LEFT,
                  "its annotation summary, description or message" },
    [TIMES] = { "7 D", DX_CELL_NUMBER, DX_UNIT_COUNT, 4, 3, 4, DX_FIT_RIGHT,
                "how often it fired in seven days" },
    [OWNER] = { "OWNER", DX_CELL_TEXT, DX_UNIT_NONE, 2, 5, 10, DX_FIT_MIDDLE, "who claimed it" },
    [LABELS] = { "LABELS", DX_CELL_TEXT, DX_UNIT_NONE, 5, 20, 0, DX_FIT_LEFT, "its other labels" },
    [SOURCE] = { "SOURCE", DX_CELL_TEXT, DX_UNIT_NONE, 6, 8, 16, DX_FIT_MIDDLE, "who told us" },
    [COUNT] = { 0 },
};

static bool is_named(const char *label, size_t len, const char *name)
{
    return len == strlen(name) && strncmp(label, name, len) == 0;
}

/* The labels without those that have a column of their own. */
static const char *other_labels(char *out, size_t cap, const char *labels)
{
    size_t n = 0;

    out[0] = '\0';
    for (const char *p = labels + (*labels == '{'); *p && *p != '}';) {
        size_t name = strcspn(p, "="), end = name + 2;
        bool own = is_named(p, name, "alertname") || is_named(p, name, "severity");

        if (!p[name] || !p[name + 1]) /* it was cut short */
            break;
        for (; p[end] && p[end] != '"'; end++)
            end += p[end] == '\\' && p[end + 1];
        if (!own && n + end + 3 < cap)
            n += (size_t)snprintf(out + n, cap - n, "%s%.*s=%.*s", n ? " " : "", (int)name, p,
                                  (int)(end - name - 2), p + name + 2);
        p += end + (p[end] == '"');
        p += strspn(p, ", ");
    }
    return out;
}

/* ---- details ---- */

static void forget(struct alerts *p)
{
    struct detail *d;

    while ((d = p->details)) {
        p->details = d->next;
        free(d->key);
        free(d->name);
        free(d->summary);
        free(d->labels);
        free(d->muted_by);
        free(d->owner);
        free(d->note);
        free(d);
    }
}

static void keep(struct alerts *p, const struct dx_rows *rows, const char *word)
{
    struct detail *d = calloc(1, sizeof(*d));

    if (!d)
        return; /* the list itself does not need them */
    d->key = strdup(dx_text(rows, DX_FIELD_KEY));
    d->name = strdup(dx_text(rows, DX_FIELD_NAME));
    d->summary = strdup(dx_text(rows, DX_FIELD_SUMMARY));
    d->labels = strdup(dx_text(rows, DX_FIELD_LABELS));
    d->muted_by = strdup(dx_text(rows, DX_FIELD_MUTED_BY));
    d->owner = strdup(dx_text(rows, DX_FIELD_ASSIGNEE));
    d->note = strdup(dx_text(rows, DX_FIELD_TEXT));
    d->snoozed_ms = dx_int(rows, DX_FIELD_NEXT);
    d->times = dx_int(rows, DX_FIELD_N);
    (void)snprintf(d->word, sizeof(d->word), "%s", word);
    d->next = p->details;
    p->details = d;
}

/* What people said of it, and how often it fired: a line each. Returns the rows used. */
static int put_words(const struct detail *d, struct dx_canvas *canvas, int row)
{
    struct dx_style dim = { .role = DX_ROLE_DIM };
    int cols = dx_canvas_cols(canvas) - 2, used = 0;
    char line[600];

    if (d->owner && *d->owner) {
        (void)snprintf(line, sizeof(line), "claimed by %.60s%s%.500s", d->owner,
                       d->note && *d->note ? ": " : "", d->note ? d->note : "");
        dx_put_fit(canvas, (struct dx_box){ row + used++, 1, 1, cols }, DX_FIT_LEFT, NULL, line);
    }
    if (d->times > 1) {
        (void)snprintf(line, sizeof(line), "fired %lld times in 7 d", (long long)d->times);
        dx_put_fit(canvas, (struct dx_box){ row + used++, 1, 1, cols }, DX_FIT_LEFT, &dim, line);
    }
    return used;
}

/* Under the list: the selected alert whole. */
static void draw_under(const void *state, const char *row_key, struct dx_canvas *canvas)
{
    const struct alerts *p = state;
    struct dx_style dim = { .role = DX_ROLE_DIM };

    for (const struct detail *d = p->details; d; d = d->next) {
        int row = 1, used;
        char until[64];

        if (!d->key || strcmp(d->key, row_key) != 0)
            continue;
        used = dx_put(canvas, row, 1, &(struct dx_style){ .role = DX_ROLE_TITLE, .attr = DX_BOLD },
                      d->name ? d->name : "");
        used += 2 + dx_put(canvas, row, used + 2, &dim, d->word);
        if (d->muted_by && *d->muted_by) {
            used += 1 + dx_put(canvas, row, used + 1, &dim, "by");
            used += 1 + dx_put(canvas, row, used + 1, &dim, d->muted_by);
        }
        if (d->snoozed_ms > 0)
            (void)dx_put(canvas, row, used + 1, &dim,
                         words_until(until, sizeof(until), d->snoozed_ms));
        row++;
        row += dx_put_wrapped(
            canvas,
            (struct dx_box){ row, 1, dx_canvas_rows(canvas) - row, dx_canvas_cols(canvas) - 2 },
            NULL, d->summary ? d->summary : "");
        row += put_words(d, canvas, row);
        (void)alert_labels(canvas, row, d->labels ? d->labels : "");
        return;
    }
}

/* ---- rows ---- */

static void add(struct alerts *p, struct dx_list *list, const struct dx_rows *rows, int64_t now_ms)
{
    int64_t state = dx_int(rows, DX_FIELD_STATE), severity = dx_int(rows, DX_FIELD_SEVERITY);
    struct alert_look look = alert_look(state, severity);
    bool loud = state == DX_ALERT_FIRING && severity >= DX_SEVERITY_WARNING;
    bool stale = state == DX_ALERT_STALE;
    enum dx_role text = look.apart ? DX_ROLE_DIM : stale ? DX_ROLE_STALE : DX_ROLE_TEXT;
    char labels[512], unseen[64];
    struct dx_cell cells[COUNT] = {
        [STATE] = { .value = look.glyph, .role = look.role },
        [ALERT] = { .text = dx_text(rows, DX_FIELD_NAME),
                    .role = text,
                    .attr = loud && severity >= DX_SEVERITY_CRITICAL ? DX_BOLD : 0 },
        [SINCE] = { .value = (double)dx_int(rows, state == DX_ALERT_RESOLVED ? DX_FIELD_ENDED
                                                                             : DX_FIELD_SINCE),
                    .role = text },
        [SEVERITY] = { .text = look.word, .role = loud || stale ? look.role : DX_ROLE_DIM },
        [SUMMARY] = { .text = dx_text(rows, DX_FIELD_SUMMARY), .role = text },
        [TIMES] = { .value = (double)dx_int(rows, DX_FIELD_N),
                    .role = dx_int(rows, DX_FIELD_N) > 1 ? text : DX_ROLE_DIM },
        [OWNER] = { .text = dx_text(rows, DX_FIELD_ASSIGNEE), .role = text },
        [LABELS] = { .text = other_labels(labels, sizeof(labels), dx_text(rows, DX_FIELD_LABELS)),
                     .role = DX_ROLE_DIM },
        [SOURCE] = { .text = dx_text(rows, DX_FIELD_SOURCE), .role = DX_ROLE_DIM },
    };

    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_KEY), .url = dx_text(rows, DX_FIELD_URL),
                        .cells = cells, .apart = look.apart, .into = dx_text(rows, DX_FIELD_NAME)));
    keep(p, rows,
         stale ? words_unseen(unseen, sizeof(unseen), dx_text(rows, DX_FIELD_SOURCE),
                              dx_int(rows, DX_FIELD_SEEN), now_ms)
               : look.word);
    if (loud)
        dx_finding(list, look.role, dx_text(rows, DX_FIELD_NAME),
                   *dx_text(rows, DX_FIELD_SUMMARY) ? dx_text(rows, DX_FIELD_SUMMARY) : "fires");
}

struct left_out { /* by the options: muted ones; ones that fire, and are less severe */
    bool muted, lesser;
};

static bool has_own(const struct alerts *p)
{
    return !*p->source || strcmp(p->source, "dxtop") == 0;
}

/* Only where a source has answered is it known that nothing fires; of dxtop's own rules where
 * somebody looks at them. part: a source of which not all alerts came. */
static bool is_known(const struct alerts *p, const struct dx_view *view, char *part, size_t cap)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, DX_FILTER(.source = p->source));
    bool known = false;

    *part = '\0';
    while (dx_next(rows)) {
        if (!(dx_int(rows, DX_FIELD_YIELDS) & 1 << DX_KIND_ALERT) ||
            dx_int(rows, DX_FIELD_LAST_OK) <= 0)
            continue;
        known = true;
        if (!*part && dx_has(rows, DX_FIELD_NONE_SINCE))
            (void)snprintf(part, cap, "%s", dx_text(rows, DX_FIELD_SOURCE));
    }
    if (known)
        return true;
    rows = dx_rows(view, DX_QUERY_RULES, DX_FILTER(.limit = 1));
    return has_own(p) && dx_next(rows) && dx_int(rows, DX_FIELD_STATE) != DX_RULE_STALE;
}

/* Where something fires, or would, that the options leave out. */
static const char *nothing(const struct alerts *p, const struct left_out *out)
{
    static const char *const sentences[] = { "Nothing fires.",
                                             "Nothing fires that is info or more.",
                                             "Nothing fires that is a warning or more.",
                                             "Nothing fires that is critical." };

    if (out->muted && !out->lesser)
        return "Nothing fires that is not muted.";
    return sentences[out->lesser ? p->severity : 0];
}

/* What stands in place of an empty list, and the note: "2 firing". */
static void say(const struct alerts *p, const struct dx_view *view, struct dx_list *list,
                size_t firing, const struct left_out *out)
{
    int64_t seen_ms = has_own(p) ? words_seen(view) : 0;
    char unseen[64], count[40] = "", text[240], part[96];
    bool known = is_known(p, view, part, sizeof(part));

    if (firing > 0)
        (void)snprintf(count, sizeof(count), "%zu firing", firing);
    dx_note(list, count);
    dx_empty(list, known ? nothing(p, out) : "No source of alerts has answered yet.");
    if (*part) {
        (void)snprintf(text, sizeof(text),
                       "Nothing fires that is known of; not all alerts of %s came.", part);
        dx_empty(list, text);
    }
    if (!has_own(p) && no_source(text, sizeof(text), view, p->source))
        dx_empty(list, text);
    if (seen_ms == 0)
        return;
    (void)words_unseen(unseen, sizeof(unseen), "dxtop", seen_ms, dx_now(view));
    (void)snprintf(text, sizeof(text), "%s%srules %s", count, *count ? " · " : "", unseen);
    dx_note(list, text);
    (void)snprintf(text, sizeof(text), "%s alert rules were %s.",
                   known && !*part ? "Nothing fires elsewhere; the" : "The", unseen);
    dx_empty(list, text);
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct alerts *p = state;
    int64_t from_ms = p->resolved_ms > 0 ? dx_now(view) - p->resolved_ms : 0;
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_ALERTS, DX_FILTER(.source = p->source, .from_ms = from_ms));
    struct left_out out = { false, false };
    size_t firing = 0;

    (void)err;
    forget(p);
    p->alert.key[0] = '\0';
    if (dx_depth(view) > 0) {
        alert_read(&p->alert, view, dx_key(view, 1));
        return true;
    }
    while (dx_next(rows)) {
        int64_t alert = dx_int(rows, DX_FIELD_STATE);
        bool muted = alert == DX_ALERT_SILENCED || alert == DX_ALERT_INHIBITED;
        bool lesser = dx_int(rows, DX_FIELD_SEVERITY) < p->severity;

        out.muted = out.muted || (muted && !p->muted && !lesser);
        out.lesser = out.lesser || (lesser && alert == DX_ALERT_FIRING);
        if (lesser || (muted && !p->muted))
            continue;
        firing += alert == DX_ALERT_FIRING;
        add(p, list, rows, dx_now(view));
    }
    say(p, view, list, firing, &out);
    return true;
}

static enum dx_reply event(void *state, const struct dx_event *event, struct dx_host *host)
{
    const struct alerts *p = state;
    struct words_of alert = { .key = event->row_key };

    if (*p->alert.key && p->alert.ended_ms == 0)
        alert = (struct words_of){ p->alert.found ? p->alert.key : "", *p->alert.owner != '\0',
                                   p->alert.snoozed_ms > 0 };
    for (const struct detail *d = p->details; d; d = d->next) {
        if (d->key && strcmp(d->key, event->row_key) == 0) {
            alert.claimed = d->owner && *d->owner;
            alert.snoozed = d->snoozed_ms > 0;
        }
    }
    return words_event(&alert, event, host);
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    alert_draw(&((const struct alerts *)state)->alert, canvas);
}

static const struct dx_level levels[] = { { NULL, NULL } };

static const char *source(const void *state)
{
    return ((const struct alerts *)state)->source;
}

static void close_panel(void *state)
{
    struct alerts *p = state;

    forget(p);
}

extern const struct dx_panel dx_panel_alerts;
DX_EXPORT const struct dx_panel dx_panel_alerts = {
    DX_PANEL_HEAD,
    .name = "alerts",
    .summary = "what fires, worst first; what is muted apart",
    .help = "Critical before warning before the rest, the longest first. Pending: the condition "
            "holds, but not yet as long as its rule asks. Silenced (somebody muted it) and "
            "inhibited (another alert explains it) stand apart at the end, as do resolved ones. An "
            "alert has ended when its source no longer lists it. Enter shows one whole, and when "
            "it fired before.",
    .reads = 1u << DX_KIND_ALERT,
    .state_size = sizeof(struct alerts),
    .options = options,
    .min_rows = 3,
    .min_cols = 30,
    .columns = columns,
    .close = close_panel,
    .update = update,
    .draw = draw,
    .event = event,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .source = source,
    .under = draw_under,
};
