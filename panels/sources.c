/* sources: is what the other panels show fresh, and what does it cost? */
#include <dxtop/panel.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct detail { /* of one source, for the rows under the list */
    char name[80], words[400], rest[200];
};

struct sources {
    const char *type; /* option */

    struct detail *details; /* view-model */
    size_t count, cap;
};

static const struct dx_option options[] = {
    { .name = "type",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct sources, type),
      .fallback = "",
      .help = "only sources of this type" },
    { 0 },
};

enum { LIGHT, SOURCE, AGE, EVERY, LATENCY, PER_HOUR, BUDGET, NEXT, BYTES, VERSION, WORDS, COUNT };

static const struct dx_column columns[] = {
    [LIGHT] = { "", DX_CELL_STATE, DX_UNIT_NONE, 0, 1, 1, DX_FIT_LEFT,
                "● live, ◐ slowed or limited, ○ stale, lost or stopped, ◌ not polled yet" },
    [SOURCE] = { "SOURCE", DX_CELL_TEXT, DX_UNIT_NONE, 0, 8, 20, DX_FIT_MIDDLE,
                 "its name in the configuration" },
    [AGE] = { "AGE", DX_CELL_AGE, DX_UNIT_NONE, 0, 4, 6, DX_FIT_RIGHT,
              "time since its last poll that succeeded" },
    [EVERY] = { "EVERY", DX_CELL_NUMBER, DX_UNIT_SECONDS, 2, 5, 6, DX_FIT_RIGHT,
                "time between two polls, as stretched by budget and back-off" },
    [LATENCY] = { "LAT", DX_CELL_NUMBER, DX_UNIT_SECONDS, 3, 5, 6, DX_FIT_RIGHT,
                  "slowest answer of the last poll" },
    [PER_HOUR] = { "REQ/H", DX_CELL_NUMBER, DX_UNIT_COUNT, 4, 6, 7, DX_FIT_RIGHT,
                   "requests an hour: measured over the last ten minutes, else projected" },
    [BUDGET] = { "BUDGET", DX_CELL_GAUGE, DX_UNIT_NONE, 5, 10, 14, DX_FIT_LEFT,
                 "what is left of the limit that the server announces" },
    [NEXT] = { "NEXT", DX_CELL_TEXT, DX_UNIT_NONE, 6, 8, 8, DX_FIT_RIGHT,
               "when it is polled again, local time" },
    [BYTES] = { "BYTES", DX_CELL_NUMBER, DX_UNIT_BYTES, 7, 8, 9, DX_FIT_RIGHT,
                "received on the wire, since the store was made" },
    [VERSION] = { "VERSION", DX_CELL_TEXT, DX_UNIT_NONE, 8, 7, 12, DX_FIT_LEFT,
                  "what the server says that it is" },
    [WORDS] = { "STATE", DX_CELL_TEXT, DX_UNIT_NONE, 1, 7, 0, DX_FIT_LEFT,
                "the state in words, and what went wrong" },
    [COUNT] = { 0 },
};

static const struct look {
    enum dx_glyph glyph;
    enum dx_role role;
    const char *word;
} looks[] = {
    [DX_SOURCE_NEW] = { DX_GLYPH_RUNNING, DX_ROLE_BUSY, "not polled yet" },
    [DX_SOURCE_LIVE] = { DX_GLYPH_LIVE, DX_ROLE_GOOD, "live" },
    [DX_SOURCE_FILLING] = { DX_GLYPH_LIVE, DX_ROLE_BUSY, "filling" },
    [DX_SOURCE_LIMITED] = { DX_GLYPH_LIMITED, DX_ROLE_WARN, "limited" },
    [DX_SOURCE_LOST] = { DX_GLYPH_LOST, DX_ROLE_STALE, "lost" },
    [DX_SOURCE_STOPPED] = { DX_GLYPH_LOST, DX_ROLE_BAD, "stopped" },
};
static const struct look stale = { DX_GLYPH_LOST, DX_ROLE_STALE, "stale" };

static const struct look *look_of(const struct dx_rows *rows, int64_t now_ms)
{
    int64_t state = dx_int(rows, DX_FIELD_STATE);
    bool live = state == DX_SOURCE_LIVE || state == DX_SOURCE_FILLING;

    if (live && now_ms > dx_stale_from((enum dx_source_state)state, dx_int(rows, DX_FIELD_LAST_OK),
                                       dx_int(rows, DX_FIELD_EVERY)))
        return &stale;
    return &looks[state >= 0 && state <= DX_SOURCE_STOPPED ? state : 0];
}

static double number_of(const struct dx_rows *rows, enum dx_field field, double scale)
{
    return dx_has(rows, field) ? (double)dx_int(rows, field) * scale : (double)NAN;
}

static const char *clock_of(const struct dx_rows *rows, enum dx_field field, char *out, size_t cap)
{
    time_t at = (time_t)(dx_int(rows, field) / 1000);
    struct tm tm;

    (void)snprintf(out, cap, "–");
    if (at > 0 && localtime_r(&at, &tm))
        (void)strftime(out, cap, "%H:%M:%S", &tm);
    return out;
}

static const char *words_of(const struct dx_rows *rows, const struct look *look, char *out,
                            size_t cap)
{
    const char *text = dx_text(rows, DX_FIELD_TEXT);
    int64_t total = dx_int(rows, DX_FIELD_TOTAL), state = dx_int(rows, DX_FIELD_STATE);

    if (look != &stale && (state == DX_SOURCE_FILLING || state == DX_SOURCE_LIVE) && total > 0)
        (void)snprintf(out, cap, "filling: %lld of %lld", (long long)dx_int(rows, DX_FIELD_DONE),
                       (long long)total);
    else
        (void)snprintf(out, cap, "%s%s%s", look->word, *text ? ": " : "", text);
    return out;
}

static void keep(struct sources *p, const struct dx_rows *rows, const char *words)
{
    char last[32], next[32], ok[32];

    if (p->count == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 8;
        struct detail *details = realloc(p->details, cap * sizeof(*details));

        if (!details)
            return; /* the list itself does not need them */
        p->details = details;
        p->cap = cap;
    }
    struct detail *d = &p->details[p->count++];
    (void)snprintf(d->name, sizeof(d->name), "%s", dx_text(rows, DX_FIELD_SOURCE));
    (void)snprintf(d->words, sizeof(d->words), "%s", words);
    (void)snprintf(d->rest, sizeof(d->rest), "%s %s · polled %s, the last success %s, next at %s",
                   dx_text(rows, DX_FIELD_TYPE), dx_text(rows, DX_FIELD_VERSION),
                   clock_of(rows, DX_FIELD_LAST_TRY, last, sizeof(last)),
                   clock_of(rows, DX_FIELD_LAST_OK, ok, sizeof(ok)),
                   clock_of(rows, DX_FIELD_NEXT, next, sizeof(next)));
}

/* Under the list: what went wrong with the selected source, in full. */
static void draw_under(const void *state, const char *row_key, struct dx_canvas *canvas)
{
    const struct sources *p = state;
    struct dx_style dim = { .role = DX_ROLE_DIM };
    struct dx_style bold = { .role = DX_ROLE_TITLE, .attr = DX_BOLD };
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas) - 2, row = 2;

    for (size_t i = 0; i < p->count; i++) {
        const struct detail *d = &p->details[i];

        if (strcmp(d->name, row_key) != 0)
            continue;
        (void)dx_put_fit(canvas, (struct dx_box){ 1, 1, 1, cols }, DX_FIT_MIDDLE, &bold, d->name);
        if (strcmp(d->words, looks[DX_SOURCE_LIVE].word) != 0) /* the light says that */
            row +=
                dx_put_wrapped(canvas, (struct dx_box){ row, 1, rows - row, cols }, NULL, d->words);
        (void)dx_put_wrapped(canvas, (struct dx_box){ row, 1, rows - row, cols }, &dim, d->rest);
        return;
    }
}

static void add(struct sources *p, const struct dx_view *view, struct dx_list *list,
                const struct dx_rows *rows, size_t *live)
{
    int64_t state = dx_int(rows, DX_FIELD_STATE);
    const struct look *look = look_of(rows, dx_now(view));
    double limit = number_of(rows, DX_FIELD_LIMIT, 1.);
    double left = limit > 0. ? number_of(rows, DX_FIELD_REMAINING, 1.) / limit : (double)NAN;
    bool lost = state == DX_SOURCE_LOST || state == DX_SOURCE_STOPPED || look == &stale;
    char words[300], next[32];
    struct dx_cell cells[COUNT] = {
        [LIGHT] = { .value = look->glyph, .role = look->role },
        [SOURCE] = { .text = dx_text(rows, DX_FIELD_SOURCE),
                     .role = DX_ROLE_TEXT,
                     .attr = lost ? DX_BOLD : 0 },
        [AGE] = { .value = number_of(rows, DX_FIELD_LAST_OK, 1.),
                  .role = lost ? DX_ROLE_STALE : DX_ROLE_TEXT },
        [EVERY] = { .value = number_of(rows, DX_FIELD_EVERY, 1e-3), .role = DX_ROLE_DIM },
        [LATENCY] = { .value = number_of(rows, DX_FIELD_LATENCY, 1e-3), .role = DX_ROLE_DIM },
        [PER_HOUR] = { .value = dx_number(rows, DX_FIELD_PER_HOUR), .role = DX_ROLE_TEXT },
        [BUDGET] = { .value = left,
                     .goal = (double)NAN,
                     .text = limit > 0. ? NULL : "no limit",
                     .role = left < 0.2 ? DX_ROLE_WARN : DX_ROLE_TEXT },
        [NEXT] = { .text = clock_of(rows, DX_FIELD_NEXT, next, sizeof(next)), .role = DX_ROLE_DIM },
        [BYTES] = { .value = number_of(rows, DX_FIELD_BYTES, 1.), .role = DX_ROLE_DIM },
        [VERSION] = { .text = dx_text(rows, DX_FIELD_VERSION), .role = DX_ROLE_DIM },
        [WORDS] = { .text = words_of(rows, look, words, sizeof(words)),
                    .role = look->role == DX_ROLE_GOOD ? DX_ROLE_DIM : look->role },
    };

    if (!(limit > 0.))
        cells[BUDGET].role = DX_ROLE_DIM;
    keep(p, rows, words);
    *live += look == &looks[DX_SOURCE_LIVE] || look == &looks[DX_SOURCE_FILLING];
    dx_add(list, DX_ROW(.key = dx_text(rows, DX_FIELD_SOURCE), .url = dx_text(rows, DX_FIELD_URL),
                        .cells = cells));
}

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    struct sources *p = state;
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, DX_FILTER(.name = p->type));
    size_t live = 0, count = 0;
    char note[64];

    (void)err;
    p->count = 0;
    dx_empty(list, "No source has been polled yet; is the collector running?");
    for (; dx_next(rows); count++)
        add(p, view, list, rows, &live);
    if (count > 0) {
        (void)snprintf(note, sizeof(note), "%zu of %zu live", live, count);
        dx_note(list, note);
    }
    return true;
}

static void close_panel(void *state)
{
    free(((struct sources *)state)->details);
}

extern const struct dx_panel dx_panel_sources;
DX_EXPORT const struct dx_panel dx_panel_sources = {
    DX_PANEL_HEAD,
    .name = "sources",
    .summary = "is what is shown fresh, and what does polling cost",
    .help = "A source is live when its last poll succeeded. Stale: that is more than two intervals "
            "ago, so nobody polls it any more. Lost: the last one failed; it is asked "
            "again by itself, less and less often. Stopped: it refused the credentials, or "
            "with them all that is wanted of it; somebody has to renew or widen them, it is tried "
            "again every 15 minutes and with r. Limited: the server "
            "or the budget (rate_share) slows it down.",
    .state_size = sizeof(struct sources),
    .options = options,
    .min_rows = 2,
    .min_cols = 24,
    .columns = columns,
    .close = close_panel,
    .update = update,
    .under = draw_under,
};
