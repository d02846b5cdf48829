/* rules: the alert rules and how each stands: what fires first, for how long, how often. */
#include <dxtop/panel.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert.h"
#include "firings.h"
#include "words.h"

static const struct dx_level levels[] = { { NULL, firing_columns }, { NULL, NULL } };

struct watched { /* what a row is about */
    struct watched *next;
    char *key;   /* of the row */
    char *alert; /* its open alert; "" */
    bool claimed, snoozed;
};

struct rules {
    const char *rule; /* option */

    struct watched *watched; /* view-model */
    struct alert alert;      /* that was opened; key "": none */
};

static const struct dx_option options[] = {
    { .name = "rule",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct rules, rule),
      .fallback = "",
      .help = "only this rule" },
    { 0 },
};

enum {
    STATE,
    RULE,
    SUBJECT,
    VALUE,
    LIMIT,
    WORD,
    SINCE,
    TIMES,
    LASTED,
    LONGEST,
    LAST,
    OWNER,
    COUNT
};

static const struct dx_column columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✗ fires and is critical, ! fires, ◌ pending or recovering, – no data, ✓ fine; "
                "○ nobody has looked for more than five minutes" },
    [RULE] = { "RULE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 6, 18, DX_FIT_MIDDLE, "its name" },
    [SUBJECT] = { "WATCHES", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 0, DX_FIT_MIDDLE,
                  "the pool, pipeline, series or key number that it looks at" },
    [VALUE] = { "NOW", DX_CELL_TEXT, DX_UNIT_NONE, 0, 6, 8, DX_FIT_RIGHT, "the number" },
    [LIMIT] = { "LIMIT", DX_CELL_TEXT, DX_UNIT_NONE, 1, 6, 9, DX_FIT_RIGHT, "past which it fires" },
    [WORD] = { "STATE", DX_CELL_TEXT, DX_UNIT_NONE, 3, 8, 10, DX_FIT_LEFT, "in a word" },
    [SINCE] = { "FOR", DX_CELL_AGE, DX_UNIT_NONE, 2, 5, 6, DX_FIT_RIGHT, "how long it stands so" },
    [TIMES] = { "7 D", DX_CELL_NUMBER, DX_UNIT_COUNT, 4, 3, 4, DX_FIT_RIGHT,
                "how often it fired in seven days" },
    [LASTED] = { "LASTED", DX_CELL_NUMBER, DX_UNIT_SECONDS, 5, 6, 6, DX_FIT_RIGHT,
                 "how long it fired in them, all in all" },
    [LONGEST] = { "LONGEST", DX_CELL_NUMBER, DX_UNIT_SECONDS, 7, 7, 7, DX_FIT_RIGHT,
                  "the longest of these" },
    [LAST] = { "LAST", DX_CELL_AGE, DX_UNIT_NONE, 8, 5, 6, DX_FIT_RIGHT,
               "time since it began to fire last" },
    [OWNER] = { "OWNER", DX_CELL_TEXT, DX_UNIT_NONE, 6, 5, 10, DX_FIT_MIDDLE, "who claimed it" },
    [COUNT] = { 0 },
};

struct look {
    enum dx_glyph glyph;
    enum dx_role role;
    const char *word;
};

static struct look look_of(int64_t state, int64_t severity, bool snoozed, bool fired)
{
    bool critical = severity >= DX_SEVERITY_CRITICAL;

    if (snoozed && (state == DX_RULE_FIRING || state == DX_RULE_RECOVERING))
        return (struct look){ DX_GLYPH_DOT, DX_ROLE_DIM, "snoozed" };
    switch (state) {
    case DX_RULE_PENDING:
        return (struct look){ DX_GLYPH_RUNNING, DX_ROLE_BUSY, "pending" };
    case DX_RULE_RECOVERING:
        return (struct look){ DX_GLYPH_RUNNING, DX_ROLE_BUSY, "recovering" };
    case DX_RULE_NO_DATA:
        return (struct look){ DX_GLYPH_NONE, DX_ROLE_STALE, "no data" };
    case DX_RULE_STALE: /* as it was then */
        return (struct look){ DX_GLYPH_LOST, DX_ROLE_STALE, fired ? "fired" : "stale" };
    case DX_RULE_FIRING:
        return (struct look){ critical ? DX_GLYPH_BAD : DX_GLYPH_WARN,
                              critical ? DX_ROLE_BAD : DX_ROLE_WARN, "fires" };
    default:
        return (struct look){ DX_GLYPH_GOOD, DX_ROLE_GOOD, "fine" };
    }
}

static void forget(struct rules *p)
{
    struct watched *w;

    while ((w = p->watched)) {
        p->watched = w->next;
        free(w->key);
        free(w->alert);
        free(w);
    }
}

static void keep(struct rules *p, const struct dx_rows *rows)
{
    struct watched *w = calloc(1, sizeof(*w));

    if (!w)
        return; /* the list itself does not need them */
    w->key = strdup(dx_text(rows, DX_FIELD_KEY));
    w->alert = strdup(dx_text(rows, DX_FIELD_TEXT));
    w->claimed = *dx_text(rows, DX_FIELD_ASSIGNEE) != '\0';
    w->snoozed = dx_has(rows, DX_FIELD_NEXT);
    w->next = p->watched;
    p->watched = w;
}

/* ---- rows ---- */

/* "≤5m", "≥90 %": what it is to be at most, or at least, without zeros that say nothing. */
static const char *goal_of(char out[80], const struct dx_rows *rows)
{
    bool above = dx_int(rows, DX_FIELD_BETTER) < 0;
    char limit[64];
    size_t len;

    (void)dx_format(limit, sizeof(limit), (enum dx_unit)dx_int(rows, DX_FIELD_UNIT),
                    dx_number(rows, DX_FIELD_TARGET));
    len = strlen(limit);
    if (len > 4 && strcmp(limit + len - 4, ".0 %") == 0)
        (void)memmove(limit + len - 4, " %", 3);
    if (len > 3 && limit[len - 4] >= 'a' &&
        (strcmp(limit + len - 3, "00s") == 0 || strcmp(limit + len - 3, "00m") == 0 ||
         strcmp(limit + len - 3, "00h") == 0))
        limit[len - 3] = '\0';
    (void)snprintf(out, 80, "%s%s", above ? "≤" : "≥", limit);
    return out;
}

static void add(struct dx_list *list, const struct dx_rows *rows)
{
    enum dx_unit unit = (enum dx_unit)dx_int(rows, DX_FIELD_UNIT);
    bool snoozed = dx_has(rows, DX_FIELD_NEXT);
    int64_t state = dx_int(rows, DX_FIELD_STATE), times = dx_int(rows, DX_FIELD_N);
    struct look look =
        look_of(state, dx_int(rows, DX_FIELD_SEVERITY), snoozed, dx_has(rows, DX_FIELD_STARTED));
    bool stale = state == DX_RULE_STALE;
    bool loud = look.role == DX_ROLE_BAD || look.role == DX_ROLE_WARN;
    enum dx_role text = stale ? DX_ROLE_STALE : snoozed ? DX_ROLE_DIM : DX_ROLE_TEXT;
    char value[64], goal[80], into[340];
    struct dx_cell cells[COUNT] = {
        [STATE] = { .value = look.glyph, .role = look.role },
        [RULE] = { .text = dx_text(rows, DX_FIELD_NAME),
                   .role = text,
                   .attr = look.role == DX_ROLE_BAD ? DX_BOLD : 0 },
        [SUBJECT] = { .text = dx_text(rows, DX_FIELD_TITLE), .role = text },
        [VALUE] = { .text = dx_format(value, sizeof(value), unit, dx_number(rows, DX_FIELD_VALUE)),
                    .value = dx_number(rows, DX_FIELD_VALUE),
                    .role = loud ? look.role : text },
        [LIMIT] = { .text = goal_of(goal, rows),
                    .value = dx_number(rows, DX_FIELD_TARGET),
                    .role = DX_ROLE_DIM },
        [WORD] = { .text = look.word, .role = loud || stale ? look.role : DX_ROLE_DIM },
        [SINCE] = { .value = dx_has(rows, DX_FIELD_SINCE) ? (double)dx_int(rows, DX_FIELD_SINCE)
                                                          : (double)NAN,
                    .role = text },
        [TIMES] = { .value = (double)times, .role = times > 0 ? text : DX_ROLE_DIM },
        [LASTED] = { .value = times > 0 ? dx_number(rows, DX_FIELD_LOST) / 1e3 : (double)NAN,
                     .role = text },
        [LONGEST] = { .value = dx_number(rows, DX_FIELD_MAX) / 1e3, .role = text },
        [LAST] = { .value = dx_has(rows, DX_FIELD_LAST_SEEN)
                                ? (double)dx_int(rows, DX_FIELD_LAST_SEEN)
                                : (double)NAN,
                   .role = text },
        [OWNER] = { .text = dx_text(rows, DX_FIELD_ASSIGNEE), .role = DX_ROLE_DIM },
    };

    (void)snprintf(into, sizeof(into), "%.120s · %.200s", dx_text(rows, DX_FIELD_NAME),
                   dx_text(rows, DX_FIELD_TITLE));
    dx_add(list,
           DX_ROW(.key = dx_text(rows, DX_FIELD_KEY), .url = "", .cells = cells, .into = into));
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct rules *p = state;
    struct dx_rows *rows = dx_rows(view, DX_QUERY_RULES, DX_FILTER(.name = p->rule));
    size_t firing = 0, count = 0;
    int64_t seen_ms = words_seen(view);
    char note[64];

    (void)err;
    forget(p);
    for (; dx_depth(view) > 0 && dx_next(rows);)
        keep(p, rows);
    p->alert.key[0] = '\0';
    if (dx_depth(view) == 1)
        firings_list(view, list, dx_key(view, 1));
    else if (dx_depth(view) > 1)
        alert_read(&p->alert, view, dx_key(view, 2));
    if (dx_depth(view) > 0)
        return true;
    dx_empty(list, "No alert rule was looked at yet; `rules` of the configuration has them.");
    for (; dx_next(rows); count++) {
        int64_t stands = dx_int(rows, DX_FIELD_STATE);

        firing += stands == DX_RULE_FIRING || stands == DX_RULE_RECOVERING;
        add(list, rows);
        keep(p, rows);
    }
    if (seen_ms > 0) {
        dx_note(list, words_unseen(note, sizeof(note), "dxtop", seen_ms, dx_now(view)));
    } else if (count > 0) {
        (void)snprintf(note, sizeof(note), "%zu of %zu fire", firing, count);
        dx_note(list, note);
    }
    return true;
}

/* Its own one, or what fires in it. */
static bool is_row(const struct watched *watched, const char *row_key)
{
    return (watched->key && strcmp(watched->key, row_key) == 0) ||
           (watched->alert && strcmp(watched->alert, row_key) == 0);
}

static enum dx_reply event(void *state, const struct dx_event *event, struct dx_host *host)
{
    const struct rules *p = state;
    struct words_of alert = { .key = "" };
    const char *key = *p->alert.key ? p->alert.key : event->row_key;
    const struct watched *w = p->watched;

    while (w && !is_row(w, key))
        w = w->next;
    if (w)
        alert = (struct words_of){ w->alert ? w->alert : "", w->claimed, w->snoozed };
    return words_event(&alert, event, host);
}

static void draw(const void *state, struct dx_canvas *canvas)
{
    alert_draw(&((const struct rules *)state)->alert, canvas);
}

static void close_panel(void *state)
{
    struct rules *p = state;

    forget(p);
}

extern const struct dx_panel dx_panel_rules;
DX_EXPORT const struct dx_panel dx_panel_rules = {
    DX_PANEL_HEAD,
    .name = "rules",
    .summary = "the alert rules and how each stands: what fires first, how long, how often",
    .help =
        "Each rule of the configuration, for all that it looks at. Pending: past the limit, but "
        "not yet as long as the rule asks. Recovering: good again, but not yet long enough. No "
        "data is never fine: nothing ends by it. Where nobody collects but in single rounds nobody "
        "looks "
        "at them, and they are as they were then. The times are those of the last seven days; "
        "what fires now counts up to now.\n"
        "Enter shows when one fired: since when, for how long, what was said of it and by whom.",
    .state_size = sizeof(struct rules),
    .options = options,
    .min_rows = 3,
    .min_cols = 30,
    .columns = columns,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
    .close = close_panel,
    .update = update,
    .draw = draw,
    .event = event,
};
