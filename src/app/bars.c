/* bars: the lines around the panels, but for the first one. */
#include "config.h"

#include "app/bars.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "core/text.h"
#include "core/time.h"

enum { MARGIN = 1, LEGEND_COLS = 37, ROOMY_COLS = 72 };

static const struct dx_style text = { .role = DX_ROLE_TEXT };
static const struct dx_style strong = { .role = DX_ROLE_TEXT, .attr = DX_BOLD };
static const struct dx_style dim = { .role = DX_ROLE_DIM };
static const struct dx_style border = { .role = DX_ROLE_BORDER };
static const struct dx_style key_style = { .role = DX_ROLE_KEY };

/* ---- line 2 ---- */

static int chip(struct dx_canvas *line, int col, enum dx_role role, const char *words)
{
    struct dx_style style = { .role = role, .attr = DX_CHIP | DX_BOLD };

    return canvas_put(line, 0, col, &style, words);
}

/* What stands at the right: sources that are lost, how many warnings. Returns
 * the column where it begins. */
static int headline_right(struct dx_canvas *line, const struct facts *facts)
{
    const struct glyphs *g = line->grid->glyphs;
    char lost[48] = "", warn[32] = "";
    int end = line->cols - MARGIN;

    if (facts->warn > 0 && facts->bad > 0) {
        (void)snprintf(warn, sizeof(warn), "%s %zu", g->glyph[DX_GLYPH_WARN], facts->warn);
        end -= text_width(warn);
        (void)canvas_put(line, 0, end, &(struct dx_style){ .role = DX_ROLE_WARN, .attr = DX_BOLD },
                         warn);
        end -= 2;
    }
    if (facts->lights[LIGHT_LOST] > 0) {
        (void)snprintf(lost, sizeof(lost), " %s %zu lost ", g->glyph[DX_GLYPH_LOST],
                       facts->lights[LIGHT_LOST]);
        end -= text_width(lost);
        (void)chip(line, end, DX_ROLE_STALE, lost);
        end -= 2;
    }
    return end;
}

/* No source is known to have answered. */
static const char *why_silent(const struct facts *facts)
{
    if (facts->source_count == 0)
        return "No source has been polled yet.";
    return facts->then ? "Nothing is known of how the sources were then."
                       : "Waiting for the first answers.";
}

/* No more than what has been looked at: the rows of other views have not. */
static void what_is_well(char *out, size_t cap, const struct facts *facts, int cols)
{
    const char *part = facts->zoomed ? "panel" : "view", *fires = "";

    if (cols >= ROOMY_COLS && !facts->muted && !facts->part)
        fires = ", no alert fires";
    if (!facts->numbers)
        (void)snprintf(out, cap, "This %s is within its goals%s.", part, fires);
    else if (cols >= ROOMY_COLS)
        (void)snprintf(out, cap, "Key numbers and this %s are within their goals%s.", part, fires);
    else
        (void)snprintf(out, cap, "Key numbers, this %s within goals.", part);
}

/* Whatever the lights say: a source that waits for its limit has an old answer, too. */
static void when_last_heard_of(struct dx_canvas *line, const struct facts *facts, int64_t now_ms)
{
    char ago[TIME_TEXT], words[80];

    (void)duration_format(ago, now_ms - facts->ok_ms, true);
    (void)snprintf(words, sizeof(words), "%s when last heard of, %s ago.",
                   facts->past_then ? "Past a goal" : "Within their goals", ago);
    (void)canvas_put(line, 0, MARGIN, &(struct dx_style){ .role = DX_ROLE_STALE }, words);
}

static void all_well(struct dx_canvas *line, const struct facts *facts, int64_t now_ms)
{
    const char *good = line->grid->glyphs->glyph[DX_GLYPH_GOOD];
    char ago[TIME_TEXT], words[200];

    if (facts->lights[LIGHT_LIVE] + facts->lights[LIGHT_LIMITED] + facts->lights[LIGHT_STALE] ==
        0) {
        (void)canvas_put(line, 0, MARGIN, &dim, why_silent(facts));
        return;
    }
    if (!facts->judged) {
        (void)canvas_put(line, 0, MARGIN, &dim,
                         facts->awaited ? "Nothing that is shown here has been answered yet."
                                        : "Nothing here has a goal; other views tell.");
        return;
    }
    if (facts->opened) {
        (void)snprintf(words, sizeof(words), "A row is opened; %s goes back to where all is told.",
                       facts->back);
        (void)canvas_put(line, 0, MARGIN, &dim, words);
        return;
    }
    if (facts->lights[LIGHT_STALE] > 0 || facts->stale_yields != 0) {
        when_last_heard_of(line, facts, now_ms);
        return;
    }
    int col =
        MARGIN + canvas_put(line, 0, MARGIN, &(struct dx_style){ .role = DX_ROLE_GOOD }, good);
    what_is_well(words, sizeof(words), facts, line->cols);
    col += 1 + canvas_put(line, 0, col + 1, &text, words);
    if (facts->last_ended_ms == 0)
        return;
    (void)duration_format(ago, now_ms - facts->last_ended_ms, true);
    (void)snprintf(words, sizeof(words), " Last alert %s ago: %s.", ago, facts->last_ended);
    if (col + text_width(words) <= line->cols - MARGIN)
        (void)canvas_put(line, 0, col, &dim, words);
}

/* One finding at col within room columns; 0: it does not fit whole. The first
 * is cut rather than left out. */
static int finding(struct dx_canvas *line, int col, int room, const struct fact *fact, bool first)
{
    int subject = text_width(fact->subject), sentence = text_width(fact->sentence);
    char cut[sizeof(fact->sentence)];

    if (subject + 1 + sentence > room) {
        if (!first)
            return 0;
        (void)text_cut(cut, sizeof(cut), fact->sentence,
                       room - subject - 1 > 0 ? room - subject - 1 : 0,
                       line->grid->glyphs->glyph[DX_GLYPH_ELLIPSIS]);
    } else {
        (void)snprintf(cut, sizeof(cut), "%s", fact->sentence);
    }
    struct dx_box box = { 0, col, 1, subject < room ? subject : room };
    int used = canvas_put_fit(line, box, DX_FIT_LEFT, &strong, fact->subject);
    used += 1 + canvas_put(line, 0, col + used + 1, &text, cut);
    return used;
}

static void findings(struct dx_canvas *line, const struct facts *facts, int col, int end)
{
    size_t total = facts->bad + facts->warn, shown = 0;
    char more[32];

    for (size_t i = 0; i < facts->fact_count; i++) {
        int rest = total > shown + 1 ? 5 : 0; /* room for "+n" */
        int used = finding(line, col + (i > 0 ? 5 : 0), end - col - rest - (i > 0 ? 5 : 0),
                           &facts->fact[i], i == 0);

        if (used == 0)
            break;
        if (i > 0)
            (void)canvas_put(line, 0, col + 2, &border, line->grid->glyphs->vertical);
        col += used + (i > 0 ? 5 : 0);
        shown++;
    }
    if (shown < total) {
        (void)snprintf(more, sizeof(more), "  +%zu", total - shown);
        (void)canvas_put(line, 0, col, &dim, more);
    }
}

void bars_headline(struct dx_canvas *line, const struct facts *facts, const char *trouble,
                   int64_t now_ms)
{
    const struct glyphs *g = line->grid->glyphs;
    bool bad = facts->bad > 0 || *trouble;
    int end = headline_right(line, facts), col = MARGIN;
    char words[48];

    if (!bad && facts->warn == 0) {
        all_well(line, facts, now_ms);
        return;
    }
    if (bad) {
        (void)snprintf(words, sizeof(words), " %s %zu ", g->glyph[DX_GLYPH_BAD],
                       facts->bad + (*trouble ? 1 : 0));
        col += chip(line, col, DX_ROLE_BAD, words) + 2;
    } else {
        (void)snprintf(words, sizeof(words), "%s %zu", g->glyph[DX_GLYPH_WARN], facts->warn);
        col += canvas_put(line, 0, col, &(struct dx_style){ .role = DX_ROLE_WARN, .attr = DX_BOLD },
                          words);
        col += 2;
    }
    if (*trouble) {
        (void)canvas_put_fit(line, (struct dx_box){ 0, col, 1, end - col }, DX_FIT_LEFT, &strong,
                             trouble);
        return;
    }
    findings(line, facts, col, end);
}

/* "Fri 20 Nov 14:00" */
static void date_text(char *out, size_t cap, int64_t at_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    char day[8], month[8];
    struct tm tm;

    (void)localtime_r(&at, &tm);
    (void)strftime(day, sizeof(day), "%a", &tm);
    (void)strftime(month, sizeof(month), "%b", &tm);
    (void)snprintf(out, cap, "%s %d %s %02d:%02d", day, tm.tm_mday, month, tm.tm_hour, tm.tm_min);
}

void bars_compared(struct dx_canvas *line, const struct compared *compared)
{
    char now[40], before[40], words[80];
    int col = MARGIN, end = line->cols - MARGIN;

    date_text(now, sizeof(now), compared->now_ms);
    date_text(before, sizeof(before), compared->before_ms);
    (void)snprintf(words, sizeof(words), "%zu worse, %zu better", compared->worse,
                   compared->better);
    if (compared->worse + compared->better > 0 && line->cols >= 60) {
        end -= text_width(words) + 2;
        (void)canvas_put(line, 0, end + 2, &text, words);
    }
    if (line->cols >= 60) {
        col += canvas_put(line, 0, col, &strong, now);
        col += canvas_put(line, 0, col, &dim, "  against  ");
    }
    if (col + text_width(before) <= end)
        col += canvas_put(line, 0, col, line->cols >= 60 ? &text : &dim,
                          line->cols >= 60 ? before : "against 7 days before");
    if (col + LEGEND_COLS <= end) {
        const char *dash = line->grid->glyphs->horizontal;

        (void)snprintf(words, sizeof(words), "%s%s", dash, dash);
        col += 6;
        col += canvas_put(line, 0, col, &(struct dx_style){ .role = DX_ROLE_SERIES_1 }, words);
        col += canvas_put(line, 0, col, &dim, " this week   ");
        col += canvas_put(line, 0, col, &border, words);
        (void)canvas_put(line, 0, col, &dim, " a week before");
    }
}

/* ---- the last line ---- */

/* The lights, from the right, as much as fits; returns where they begin. */
static int lights(struct dx_canvas *line, const struct facts *facts)
{
    int end = line->cols - MARGIN;
    bool words = line->cols >= 60;
    char budget[48];

    if (facts->redacted) {
        const char *word = line->cols >= 60 ? "names hidden" : "R";

        end -= text_width(word);
        (void)canvas_put(line, 0, end, &(struct dx_style){ .role = DX_ROLE_BUSY, .attr = DX_BOLD },
                         word);
        end -= 2;
    }
    if (!isnan(facts->budget) && facts->source_count > 0 && line->cols >= 80) {
        (void)snprintf(budget, sizeof(budget), "budget %.0f %%", facts->budget * 100);
        end -= text_width(budget);
        (void)canvas_put(line, 0, end, &dim, budget);
        end -= 2;
    }
    for (int i = LIGHT_LOST; i >= LIGHT_LIVE; i--) {
        const struct light_look *look = &light_looks[i];
        char number[48];

        if (facts->lights[i] == 0)
            continue;
        (void)snprintf(number, sizeof(number), words ? " %zu %s" : " %zu", facts->lights[i],
                       look->word);
        end -= text_width(number) + 1;
        (void)canvas_put(line, 0, end, &(struct dx_style){ .role = look->role },
                         line->grid->glyphs->glyph[look->glyph]);
        (void)canvas_put(line, 0, end + 1, i == LIGHT_LIVE ? &dim : &text, number);
        end -= 2;
    }
    return end;
}

static int hint_width(const struct hint *hint)
{
    return text_width(hint->key) + 1 + text_width(hint->what);
}

void bars_bottom(struct dx_canvas *line, const struct facts *facts, const struct hint *hints,
                 const char *message)
{
    int end = lights(line, facts), col = MARGIN, kept = 0;
    bool full = false;

    if (*message) {
        (void)canvas_put_fit(line, (struct dx_box){ 0, col, 1, end - col }, DX_FIT_LEFT, &text,
                             message);
        return;
    }
    for (const struct hint *h = hints; h->key; h++)
        kept += h->kept ? hint_width(h) + 2 : 0;
    for (; hints->key; hints++) {
        int width = hint_width(hints);

        kept -= hints->kept ? width + 2 : 0;
        full = full || (!hints->kept && col + width + (kept > 0 ? kept : 0) > end);
        if (hints->kept ? col + width > end : full)
            continue;
        (void)canvas_put(line, 0, col, &key_style, hints->key);
        (void)canvas_put(line, 0, col + text_width(hints->key) + 1, &dim, hints->what);
        col += width + 2;
    }
}

int bars_type(struct dx_canvas *line, const struct facts *facts, char prompt,
              const struct line *typed, const char *about)
{
    int end = lights(line, facts), col = MARGIN, room, cursor;
    char before[LINE_MOST + 1], sign[2] = { prompt, '\0' };
    size_t from = 0;

    col += canvas_put(line, 0, col, &key_style, sign);
    room = end - col;
    (void)snprintf(before, sizeof(before), "%.*s", (int)typed->at, typed->text);
    while (before[from] && text_width(before + from) >= room) {
        struct grapheme first;

        text_grapheme(before + from, strlen(before + from), &first);
        from += first.bytes;
    }
    cursor = col + text_width(before + from);
    col += canvas_put_fit(line, (struct dx_box){ 0, col, 1, room }, DX_FIT_LEFT, &text,
                          typed->text + from);
    col += 3;
    if (*about && col < end)
        (void)canvas_put_fit(line, (struct dx_box){ 0, col, 1, end - col }, DX_FIT_LEFT, &dim,
                             about);
    return cursor;
}
