/* history: what a source went through, newest first. */
#include "history.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "told.h"

enum { EACH_MOST = 200, ALL_MOST = 2 * EACH_MOST, KEY_MOST = 32, TEXT_MOST = 400 };

enum { STATE, AT, LASTED, WHAT, COUNT };

const struct dx_column history_columns[] = {
    [STATE] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "polls: ● succeeded, ◐ slowed or limited, ○ failed; of the log: ! warning, ✗ "
                "error" },
    [AT] = { "SINCE", DX_CELL_TIME, DX_UNIT_NONE, 0, 5, 12, DX_FIT_RIGHT,
             "when polls began to end so, or when it happened last" },
    [LASTED] = { "LASTED", DX_CELL_NUMBER, DX_UNIT_SECONDS, 1, 6, 7, DX_FIT_RIGHT,
                 "until the last poll that ended so" },
    [WHAT] = { "WHAT", DX_CELL_TEXT, DX_UNIT_NONE, 0, 12, 0, DX_FIT_LEFT,
               "how polls ended, and what they refused, left out or warned of" },
    [COUNT] = { 0 },
};

struct event {
    char key[KEY_MOST], text[TEXT_MOST];
    int64_t at_ms;
    double lasted_s; /* NaN: it is of a moment */
    enum dx_glyph glyph;
    enum dx_role role;
};

struct events {
    struct event *item;
    size_t count;
};

static void read_polls(struct events *events, const struct dx_view *view, const char *source)
{
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_POLLS, DX_FILTER(.source = source, .limit = EACH_MOST));

    for (size_t n = 0; n < EACH_MOST && dx_next(rows); n++) {
        struct event *e = &events->item[events->count++];
        int64_t state = dx_int(rows, DX_FIELD_STATE);
        const struct facts_look *look =
            &facts_looks[state >= 0 && state <= DX_SOURCE_STOPPED ? state : 0];

        e->at_ms = dx_int(rows, DX_FIELD_AT);
        e->lasted_s = (double)(dx_int(rows, DX_FIELD_SEEN) - e->at_ms) / 1e3;
        if (!(e->lasted_s > 0.))
            e->lasted_s = (double)NAN;
        e->glyph = look->glyph;
        e->role = look->role;
        (void)snprintf(e->key, sizeof(e->key), "p%lld", (long long)e->at_ms);
        (void)facts_words(rows, look, e->text, sizeof(e->text));
    }
}

/* The log tells of every change of how polls end: that is in the list already. */
static bool is_there(const struct events *events, const struct event *e)
{
    for (size_t i = 0; i < events->count; i++)
        if (events->item[i].at_ms / 1000 == e->at_ms / 1000 &&
            strcmp(events->item[i].text, e->text) == 0)
            return true;
    return false;
}

static void read_log(struct events *events, const struct dx_view *view, const char *source)
{
    struct dx_rows *rows =
        dx_rows(view, DX_QUERY_LOG, DX_FILTER(.source = source, .limit = EACH_MOST));

    for (size_t n = 0; n < EACH_MOST && dx_next(rows); n++) {
        struct event *e = &events->item[events->count];

        e->at_ms = dx_int(rows, DX_FIELD_AT);
        e->lasted_s = (double)NAN;
        e->glyph = told_level(dx_int(rows, DX_FIELD_LEVEL), &e->role);
        (void)snprintf(e->key, sizeof(e->key), "l%lld", (long long)dx_int(rows, DX_FIELD_KEY));
        (void)snprintf(e->text, sizeof(e->text), "%s", dx_text(rows, DX_FIELD_TEXT));
        events->count += is_there(events, e) ? 0 : 1;
    }
}

static int newest_first(const void *a, const void *b)
{
    const struct event *x = a, *y = b;

    if (x->at_ms != y->at_ms)
        return (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms);
    return strcmp(x->key, y->key); /* what was said of it before how it ended */
}

static void add(struct dx_list *list, const struct event *e, const char *url)
{
    const bool calm = e->role == DX_ROLE_GOOD || e->role == DX_ROLE_DIM;
    const struct dx_cell cells[COUNT] = {
        [STATE] = { .value = e->glyph, .role = e->role },
        [AT] = { .value = (double)e->at_ms, .role = DX_ROLE_DIM },
        [LASTED] = { .value = e->lasted_s,
                     .text = isnan(e->lasted_s) ? "" : NULL,
                     .role = DX_ROLE_DIM },
        [WHAT] = { .text = e->text, .role = calm ? DX_ROLE_TEXT : e->role },
    };

    dx_add(list, DX_ROW(.key = e->key, .url = url, .cells = cells, .into = e->text));
}

void history_list(const struct dx_view *view, struct dx_list *list, const char *source,
                  const char *url)
{
    struct events events = { .item = calloc(ALL_MOST, sizeof(*events.item)) };

    dx_empty(list, "It was not polled yet.");
    if (!events.item)
        return;
    read_polls(&events, view, source);
    read_log(&events, view, source);
    qsort(events.item, events.count, sizeof(*events.item), newest_first);
    for (size_t i = 0; i < events.count; i++)
        add(list, &events.item[i], url);
    free(events.item);
}

int64_t history_polls(const char *key, const char **line)
{
    *line = *key == 'l' ? key + 1 : "";
    return *key == 'p' ? strtoll(key + 1, NULL, 10) : 0;
}
