/* firings: when an alert rule fired for one of the things it looks at. */
#include "firings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "words.h"

#define WEEK_MS INT64_C(604800000)

enum { FIRINGS_MOST = 200, KEY_MOST = 600, TEXT_MOST = 400 };

enum { STATE, SINCE, LASTED, WORD, SUMMARY, OWNER, NOTE, COUNT };

const struct dx_column firing_columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "✗ critical, ! warning, · info: it fires; ◌ pending; ○ nobody looks; ✓ it is "
                "over" },
    [SINCE] = { "SINCE", DX_CELL_TIME, DX_UNIT_NONE, 0, 5, 12, DX_FIT_RIGHT,
                "when it fired; of a pending one, when it began" },
    [LASTED] = { "LASTED", DX_CELL_NUMBER, DX_UNIT_SECONDS, 0, 6, 7, DX_FIT_RIGHT,
                 "how long it fired: up to its end, up to now, or until somebody looked last" },
    [WORD] = { "STATE", DX_CELL_TEXT, DX_UNIT_NONE, 1, 5, 9, DX_FIT_LEFT, "how it stands" },
    [SUMMARY] = { "WHAT", DX_CELL_TEXT, DX_UNIT_NONE, 0, 12, 0, DX_FIT_LEFT,
                  "what was said of it last" },
    [OWNER] = { "OWNER", DX_CELL_TEXT, DX_UNIT_NONE, 2, 5, 10, DX_FIT_MIDDLE, "who claimed it" },
    [NOTE] = { "NOTE", DX_CELL_TEXT, DX_UNIT_NONE, 3, 8, 30, DX_FIT_LEFT, "with which words" },
    [COUNT] = { 0 },
};

struct firing {
    char key[KEY_MOST], summary[TEXT_MOST], owner[64], note[TEXT_MOST], url[TEXT_MOST], since[32];
    int64_t state, severity, since_ms, fired_ms, ended_ms; /* fired 0: it did not yet */
};

/* "dxtop/rule:long queues/linux-xl (github)/1795530000000" */
static bool is_of(const char *alert_key, const char *rule_key)
{
    static const char head[] = "dxtop/rule:";
    size_t len = strlen(rule_key);

    return strncmp(alert_key, head, sizeof(head) - 1) == 0 &&
           strncmp(alert_key + sizeof(head) - 1, rule_key, len) == 0 &&
           alert_key[sizeof(head) - 1 + len] == '/' && !strchr(alert_key + sizeof(head) + len, '/');
}

static int by_time(const void *a, const void *b)
{
    const struct firing *x = a, *y = b;

    return (x->since_ms < y->since_ms) - (x->since_ms > y->since_ms);
}

/* How the path calls it. */
static void say_since(struct firing *f)
{
    time_t at = (time_t)(f->since_ms / 1000);
    struct tm tm;

    (void)snprintf(f->since, sizeof(f->since), "%s", "–");
    if (localtime_r(&at, &tm))
        (void)strftime(f->since, sizeof(f->since), "%a %H:%M", &tm);
}

/* Where the next one goes: of many the latest stay. NULL: it is older than they are. */
static struct firing *place(struct firing *all, size_t count, int64_t since_ms)
{
    struct firing *oldest = all;

    if (count < FIRINGS_MOST)
        return &all[count];
    for (size_t i = 1; i < FIRINGS_MOST; i++)
        if (all[i].since_ms < oldest->since_ms)
            oldest = &all[i];
    return oldest->since_ms < since_ms ? oldest : NULL;
}

static void take(struct firing *f, const struct dx_rows *rows, int64_t since_ms)
{
    (void)snprintf(f->key, sizeof(f->key), "%s", dx_text(rows, DX_FIELD_KEY));
    (void)snprintf(f->summary, sizeof(f->summary), "%s", dx_text(rows, DX_FIELD_SUMMARY));
    (void)snprintf(f->owner, sizeof(f->owner), "%s", dx_text(rows, DX_FIELD_ASSIGNEE));
    (void)snprintf(f->note, sizeof(f->note), "%s", dx_text(rows, DX_FIELD_TEXT));
    (void)snprintf(f->url, sizeof(f->url), "%s", dx_text(rows, DX_FIELD_URL));
    f->state = dx_int(rows, DX_FIELD_STATE);
    f->severity = dx_int(rows, DX_FIELD_SEVERITY);
    f->fired_ms = dx_int(rows, DX_FIELD_STARTED);
    f->since_ms = since_ms;
    f->ended_ms = dx_int(rows, DX_FIELD_ENDED);
    say_since(f);
}

struct look {
    enum dx_glyph glyph;
    enum dx_role role, text; /* of the glyph and the word; of the rest */
    const char *word;
};

static struct look look_of(const struct firing *f)
{
    switch (f->state) {
    case DX_ALERT_RESOLVED:
        return (struct look){ DX_GLYPH_GOOD, DX_ROLE_GOOD, DX_ROLE_DIM, "over" };
    case DX_ALERT_PENDING:
        return (struct look){ DX_GLYPH_RUNNING, DX_ROLE_DIM, DX_ROLE_TEXT, "pending" };
    case DX_ALERT_STALE:
        return (struct look){ DX_GLYPH_LOST, DX_ROLE_STALE, DX_ROLE_STALE,
                              f->fired_ms > 0 ? "fired" : "stale" };
    case DX_ALERT_FIRING:
        break;
    default:
        return (struct look){ DX_GLYPH_DOT, DX_ROLE_DIM, DX_ROLE_TEXT, "snoozed" };
    }
    if (f->severity >= DX_SEVERITY_CRITICAL)
        return (struct look){ DX_GLYPH_BAD, DX_ROLE_BAD, DX_ROLE_TEXT, "fires" };
    if (f->severity >= DX_SEVERITY_WARNING)
        return (struct look){ DX_GLYPH_WARN, DX_ROLE_WARN, DX_ROLE_TEXT, "fires" };
    return (struct look){ DX_GLYPH_DOT, DX_ROLE_TEXT, DX_ROLE_TEXT, "fires" };
}

/* seen_ms: up to when it is known that what is not over went on. */
static void add(struct dx_list *list, const struct firing *f, int64_t seen_ms)
{
    struct look look = look_of(f);
    int64_t end_ms = f->state == DX_ALERT_RESOLVED ? f->ended_ms : seen_ms;
    double lasted_s = end_ms > f->fired_ms ? (double)(end_ms - f->fired_ms) / 1e3 : 0.;
    struct dx_cell cells[COUNT] = {
        [STATE] = { .value = look.glyph, .role = look.role },
        [SINCE] = { .value = (double)f->since_ms, .role = look.text },
        [LASTED] = { .value = f->fired_ms > 0 ? lasted_s : (double)NAN, .role = look.text },
        [WORD] = { .text = look.word,
                   .role = f->state == DX_ALERT_RESOLVED ? DX_ROLE_DIM : look.role },
        [SUMMARY] = { .text = f->summary, .role = look.text },
        [OWNER] = { .text = f->owner, .role = look.text },
        [NOTE] = { .text = f->note, .role = DX_ROLE_DIM },
    };

    dx_add(list, DX_ROW(.key = f->key, .url = f->url, .cells = cells, .into = f->since));
}

void firings_list(const struct dx_view *view, struct dx_list *list, const char *rule_key)
{
    struct firing *all = calloc(FIRINGS_MOST, sizeof(*all));
    struct dx_rows *rows = dx_rows(view, DX_QUERY_ALERTS,
                                   DX_FILTER(.source = "dxtop", .from_ms = dx_now(view) - WEEK_MS));
    int64_t seen_ms = words_seen(view);
    size_t count = 0;
    int64_t all_of_them = 0;
    char note[64];

    dx_note(list,
            seen_ms > 0 ? words_unseen(note, sizeof(note), "dxtop", seen_ms, dx_now(view)) : "7 d");
    dx_empty(list, "It did not fire within seven days.");
    while (all && dx_next(rows)) {
        int64_t since_ms =
            dx_int(rows, dx_int(rows, DX_FIELD_STARTED) > 0 ? DX_FIELD_STARTED : DX_FIELD_SINCE);
        struct firing *f;

        if (!is_of(dx_text(rows, DX_FIELD_KEY), rule_key))
            continue;
        all_of_them++;
        f = place(all, count, since_ms);
        if (!f)
            continue;
        take(f, rows, since_ms);
        count += count < FIRINGS_MOST;
    }
    if (count > 1)
        qsort(all, count, sizeof(*all), by_time);
    if (all_of_them > (int64_t)count)
        dx_part_of(list, all_of_them);
    for (size_t i = 0; i < count; i++)
        add(list, &all[i], seen_ms > 0 ? seen_ms : dx_now(view));
    free(all);
}
