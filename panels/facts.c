/* facts: how a source stands and what it costs, a line each. */
#include "facts.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY_MS INT64_C(86400000)

enum { MARGIN = 1, LABEL = 10 };

const struct facts_look facts_looks[] = {
    [DX_SOURCE_NEW] = { DX_GLYPH_RUNNING, DX_ROLE_BUSY, "not polled yet" },
    [DX_SOURCE_LIVE] = { DX_GLYPH_LIVE, DX_ROLE_GOOD, "live" },
    [DX_SOURCE_FILLING] = { DX_GLYPH_LIVE, DX_ROLE_BUSY, "filling" },
    [DX_SOURCE_LIMITED] = { DX_GLYPH_LIMITED, DX_ROLE_WARN, "limited" },
    [DX_SOURCE_LOST] = { DX_GLYPH_LOST, DX_ROLE_STALE, "lost" },
    [DX_SOURCE_STOPPED] = { DX_GLYPH_LOST, DX_ROLE_BAD, "stopped" },
};
const struct facts_look facts_stale = { DX_GLYPH_LOST, DX_ROLE_STALE, "stale" };

/* Its last poll was good and is two intervals ago: nobody polls it any more. */
const struct facts_look *facts_look(const struct dx_rows *rows, int64_t now_ms)
{
    int64_t state = dx_int(rows, DX_FIELD_STATE);
    bool live = state == DX_SOURCE_LIVE || state == DX_SOURCE_FILLING;

    if (live && now_ms > dx_stale_from((enum dx_source_state)state, dx_int(rows, DX_FIELD_LAST_OK),
                                       dx_int(rows, DX_FIELD_EVERY)))
        return &facts_stale;
    return &facts_looks[state >= 0 && state <= DX_SOURCE_STOPPED ? state : 0];
}

const char *facts_words(const struct dx_rows *rows, const struct facts_look *look, char *out,
                        size_t cap)
{
    const char *text = dx_text(rows, DX_FIELD_TEXT);
    int64_t total = dx_int(rows, DX_FIELD_TOTAL), state = dx_int(rows, DX_FIELD_STATE);

    if (look != &facts_stale && (state == DX_SOURCE_FILLING || state == DX_SOURCE_LIVE) &&
        total > 0)
        (void)snprintf(out, cap, "filling: %lld of %lld", (long long)dx_int(rows, DX_FIELD_DONE),
                       (long long)total);
    else
        (void)snprintf(out, cap, "%s%s%s", look->word, *text ? ": " : "", text);
    return out;
}

const char *facts_clock(int64_t at_ms, char *out, size_t cap)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm;

    (void)snprintf(out, cap, "–");
    if (at > 0 && localtime_r(&at, &tm))
        (void)strftime(out, cap, "%H:%M:%S", &tm);
    return out;
}

const char *facts_moment(char *out, size_t cap, int64_t at_ms, int64_t now_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    bool lately = now_ms - at_ms < DAY_MS * 5 / 6 && at_ms - now_ms < DAY_MS * 5 / 6;
    struct tm tm;

    (void)snprintf(out, cap, "–");
    if (at_ms > 0 && localtime_r(&at, &tm))
        (void)strftime(out, cap, lately ? "%H:%M:%S" : "%d %b %H:%M:%S", &tm);
    return out;
}

/* ---- reading ---- */

__attribute__((format(printf, 3, 4))) static void add(struct facts *f, const char *label,
                                                      const char *format, ...)
{
    struct fact *fact = &f->line[f->count];
    va_list args;

    if (f->count == FACTS_MOST)
        return;
    fact->label = label;
    va_start(args, format);
    (void)vsnprintf(fact->text, sizeof(fact->text), format, args);
    va_end(args);
    f->count += *fact->text != '\0';
}

/* "jobs and runs, pools" */
static void add_yields(struct facts *f, int64_t yields)
{
    static const char *const words[DX_KIND_COUNT] = {
        [DX_KIND_SAMPLE] = "metrics", [DX_KIND_ALERT] = "alerts",   [DX_KIND_RUN] = "runs and jobs",
        [DX_KIND_POOL] = "pools",     [DX_KIND_TICKET] = "tickets", [DX_KIND_CHANGE] = "changes",
    };
    char text[120] = "";
    size_t len = 0;

    for (int i = 0; i < DX_KIND_COUNT; i++)
        if (yields & 1 << i)
            len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len > 0 ? ", " : "",
                                    words[i]);
    add(f, "yields", "%s", text);
}

static void add_times(struct facts *f, const struct dx_rows *rows, int64_t now_ms)
{
    char last[32], ok[32], next[32], every[64];

    add(f, "polled", "%s, the last success %s, next at %s",
        facts_moment(last, sizeof(last), dx_int(rows, DX_FIELD_LAST_TRY), now_ms),
        facts_moment(ok, sizeof(ok), dx_int(rows, DX_FIELD_LAST_OK), now_ms),
        facts_moment(next, sizeof(next), dx_int(rows, DX_FIELD_NEXT), now_ms));
    add(f, "every", "%s",
        dx_format(every, sizeof(every), DX_UNIT_SECONDS,
                  (double)dx_int(rows, DX_FIELD_EVERY) / 1e3));
}

/* What it asks of the server, and what the server allows. */
static void add_cost(struct facts *f, const struct dx_rows *rows)
{
    char hour[64], latency[64], left[64], limit[64], reset[32], bytes[64];

    if (dx_has(rows, DX_FIELD_PER_HOUR))
        add(f, "requests", "%s an hour; the slowest of the last poll took %s",
            dx_format(hour, sizeof(hour), DX_UNIT_COUNT, round(dx_number(rows, DX_FIELD_PER_HOUR))),
            dx_format(latency, sizeof(latency), DX_UNIT_SECONDS,
                      dx_number(rows, DX_FIELD_LATENCY) / 1e3));
    if (dx_int(rows, DX_FIELD_LIMIT) > 0)
        add(f, "limit", "%s of %s left, until %s",
            dx_format(left, sizeof(left), DX_UNIT_COUNT, dx_number(rows, DX_FIELD_REMAINING)),
            dx_format(limit, sizeof(limit), DX_UNIT_COUNT, dx_number(rows, DX_FIELD_LIMIT)),
            facts_clock(dx_int(rows, DX_FIELD_RESET), reset, sizeof(reset)));
    else
        add(f, "limit", "the server announces none");
    if (dx_has(rows, DX_FIELD_BYTES))
        add(f, "received", "%s",
            dx_format(bytes, sizeof(bytes), DX_UNIT_BYTES, dx_number(rows, DX_FIELD_BYTES)));
}

static void add_skew(struct facts *f, const struct dx_rows *rows)
{
    double skew = dx_number(rows, DX_FIELD_SKEW) / 1e3;
    char span[64];

    if (fabs(skew) >= 1.)
        add(f, "clock", "the server's is %s %s",
            dx_format(span, sizeof(span), DX_UNIT_SECONDS, fabs(skew)),
            skew > 0. ? "ahead" : "behind");
}

void facts_take(struct facts *f, const struct dx_rows *rows, int64_t now_ms)
{
    *f = (struct facts){ .look = facts_look(rows, now_ms) };
    (void)snprintf(f->name, sizeof(f->name), "%s", dx_text(rows, DX_FIELD_SOURCE));
    (void)snprintf(f->url, sizeof(f->url), "%s", dx_text(rows, DX_FIELD_URL));
    (void)facts_words(rows, f->look, f->words, sizeof(f->words));
    add(f, "server", "%s %s", dx_text(rows, DX_FIELD_TYPE), dx_text(rows, DX_FIELD_VERSION));
    add(f, "URL", "%s", f->url);
    add_yields(f, dx_int(rows, DX_FIELD_YIELDS));
    add_times(f, rows, now_ms);
    add_cost(f, rows);
    add_skew(f, rows);
}

void facts_read(struct facts *f, const struct dx_view *view, const char *source)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_SOURCES, DX_FILTER(.source = source));

    *f = (struct facts){ .count = 0 };
    if (*source && dx_next(rows))
        facts_take(f, rows, dx_now(view));
}

/* ---- painting ---- */

int facts_draw(const struct facts *f, struct dx_canvas *canvas, int row)
{
    const struct dx_style dim = { .role = DX_ROLE_DIM };
    const struct dx_style bold = { .role = DX_ROLE_TITLE, .attr = DX_BOLD };
    int rows = dx_canvas_rows(canvas), cols = dx_canvas_cols(canvas) - 2 * MARGIN, col = MARGIN;

    if (!f->look)
        return row;
    const struct dx_style light = { .role = f->look->role };
    col += dx_put(canvas, row, col, &light, dx_glyph(canvas, f->look->glyph)) + 1;
    (void)dx_put_fit(canvas, (struct dx_box){ row, col, 1, cols - 2 }, DX_FIT_MIDDLE, &bold,
                     f->name);
    row++;
    row += dx_put_wrapped(canvas, (struct dx_box){ row, MARGIN, rows - row, cols }, NULL, f->words);
    for (size_t i = 0; i < f->count && row < rows; i++, row++) {
        const struct fact *fact = &f->line[i];
        const bool is_url = fact->text[0] && strcmp(fact->text, f->url) == 0;
        const struct dx_style text = { .role = DX_ROLE_TEXT, .link = is_url ? f->url : NULL };

        (void)dx_put(canvas, row, MARGIN, &dim, fact->label);
        (void)dx_put_fit(canvas, (struct dx_box){ row, MARGIN + LABEL, 1, cols - LABEL },
                         DX_FIT_LEFT, &text, fact->text);
    }
    return row;
}
