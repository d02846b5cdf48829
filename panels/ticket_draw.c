/* ticket: the detail of one ticket, painted in sections from the top. */
#include "ticket.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MARGIN = 1, LABEL = 13, CLOCK = 10, ROOMY = 18 };

static const struct dx_style dim = { .role = DX_ROLE_DIM };

struct page {
    struct dx_canvas *canvas;
    int row, end; /* end: the row that is not theirs any more */
};

static int room(const struct page *page)
{
    return dx_canvas_cols(page->canvas) - 2 * MARGIN;
}

/* Returns how many columns the text takes. */
static int put_line(struct page *page, const char *label, const struct dx_style *style,
                    const char *text)
{
    int cols;

    if (!*text || page->row >= page->end)
        return 0;
    (void)dx_put_fit(page->canvas, (struct dx_box){ page->row, MARGIN, 1, LABEL - 1 }, DX_FIT_LEFT,
                     &dim, label);
    cols = dx_put_fit(page->canvas,
                      (struct dx_box){ page->row, MARGIN + LABEL, 1, room(page) - LABEL },
                      DX_FIT_LEFT, style, text);
    page->row++;
    return cols;
}

/* What the time in the line before was read from, behind it. */
static void put_basis(struct page *page, int cols, const char *basis)
{
    char text[64];

    if (cols == 0 || !*basis)
        return;
    (void)snprintf(text, sizeof(text), "(%s)", basis);
    (void)dx_put_fit(page->canvas,
                     (struct dx_box){ page->row - 1, MARGIN + LABEL + cols + 2, 1,
                                      room(page) - LABEL - cols - 2 },
                     DX_FIT_LEFT, &dim, text);
}

/* How many there are behind those that have room. */
static void put_more(struct page *page, size_t count, size_t most)
{
    char text[40];

    if (count <= most)
        return;
    (void)snprintf(text, sizeof(text), "and %zu more", count - most);
    (void)put_line(page, "", &dim, text);
}

/* The SLA that is the most urgent; a chip only where it is over. */
static void draw_verdict(const struct ticket_detail *t, struct page *page)
{
    bool over = t->clock.role == DX_ROLE_BAD;
    struct dx_style chip = { .role = t->clock.role, .attr = over ? DX_CHIP | DX_BOLD : 0 };
    const char *glyph = t->clock.has_glyph ? dx_glyph(page->canvas, t->clock.glyph) : "";
    char text[80], when[32], rest[160] = "";
    int col = MARGIN;

    if (t->gone) {
        (void)put_line(page, "gone", &dim,
                       "deleted, moved to another key, or not asked for any more");
        return;
    }
    if (page->row >= page->end || (!t->done && strcmp(t->clock.text, "–") == 0))
        return;
    (void)snprintf(text, sizeof(text), over ? " %s SLA %s " : "%s%sSLA %s", glyph,
                   over     ? t->clock.text
                   : *glyph ? " "
                            : "",
                   t->clock.text);
    if (t->done)
        (void)snprintf(text, sizeof(text), "%s done", glyph);
    if (!t->done && t->due_ms > 0)
        (void)snprintf(rest, sizeof(rest), "%s due %s", t->sla,
                       ci_when(when, sizeof(when), t->due_ms, t->now_ms));
    else if (!t->done)
        (void)snprintf(rest, sizeof(rest), "%s", t->sla);
    col += 1 + dx_put(page->canvas, page->row, MARGIN, &chip, text);
    (void)dx_put_fit(page->canvas, (struct dx_box){ page->row, col, 1, MARGIN + room(page) - col },
                     DX_FIT_LEFT, &dim, rest);
    page->row++;
}

/* What it is, behind its span, where there is room for what it was read from too: that is in no
 * help. */
static const char *what_fits(const struct page *page, const struct ticket_time *time,
                             const char *text)
{
    int basis = time->at_ms > 0 && *time->basis ? 2 + 2 + dx_width(time->basis) : 0;

    return LABEL + dx_width(text) + 2 + dx_width(time->what) + basis <= room(page) ? time->what
                                                                                   : "";
}

/* "13:51", the span by the clock, "1h10m business", and what it is. */
static void draw_times(const struct ticket_detail *t, struct page *page)
{
    for (int i = 0; i < TICKET_TIMES; i++) {
        const struct ticket_time *time = &t->times[i];
        char when[32], span[64] = "", number[64], text[200];
        const char *what;

        if (time->unknown)
            (void)put_line(page, time->label, &dim, "not known");
        if (time->at_ms == 0 && isnan(time->seconds))
            continue;
        if (!isnan(time->seconds))
            (void)snprintf(span, sizeof(span), "%s%s",
                           dx_format(number, sizeof(number), DX_UNIT_SECONDS, time->seconds),
                           time->at_ms == 0 ? " without one" : "");
        (void)snprintf(text, sizeof(text), "%-*s", CLOCK,
                       time->at_ms == 0 ? "not yet"
                                        : ci_when(when, sizeof(when), time->at_ms, t->now_ms));
        ticket_add_word(span, sizeof(span), "business ",
                        isnan(time->business_s)
                            ? ""
                            : dx_format(number, sizeof(number), DX_UNIT_SECONDS, time->business_s));
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s", span);
        what = what_fits(page, time, text);
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
                       *span && *what ? "  " : "", what);
        put_basis(page, put_line(page, time->label, NULL, text),
                  time->at_ms > 0 ? time->basis : "");
    }
}

/* Half of "goal 2h 00m" would be another goal: what does not fit is left out, part by part. */
static void leave_out(char *words, int cols)
{
    static const char between[] = " · ";

    while (*words && dx_width(words) > cols) {
        char *last = words;

        for (char *at = strstr(words, between); at; at = strstr(at + 1, between))
            last = at;
        *last = '\0';
    }
}

/* How it stands is the one thing that can be loud: what comes before it, and behind. */
static void draw_sla(const struct ticket_sla_line *sla, int64_t now_ms, struct page *page)
{
    bool over = ticket_sla_over(sla);
    char state[100] = "", rest[200] = "", part[64];
    const struct {
        struct dx_style style;
        const char *text;
    } words[] = { { { .role = DX_ROLE_TEXT }, sla->name },
                  { { .role = over ? DX_ROLE_BAD : DX_ROLE_TEXT }, state },
                  { { .role = DX_ROLE_DIM }, rest } };
    int col = MARGIN + LABEL, end = MARGIN + room(page), row = page->row;

    ticket_add_word(state, sizeof(state), "", ticket_sla_word(sla));
    if (!isnan(sla->left_ms) && sla->state != DX_SLA_CANCELLED)
        ticket_add_word(state, sizeof(state), sla->left_ms < 0. ? "over by " : "left ",
                        ticket_span(part, sizeof(part), sla->left_ms));
    if (sla->of_its_own) /* the list has it by the clock */
        (void)snprintf(state + strlen(state), sizeof(state) - strlen(state), " of its calendar");
    if (sla->due_ms > 0)
        ticket_add_word(rest, sizeof(rest), "due ",
                        ci_when(part, sizeof(part), sla->due_ms, now_ms));
    if (!isnan(sla->goal_s))
        ticket_add_word(rest, sizeof(rest), "goal ",
                        ticket_span(part, sizeof(part), sla->goal_s * 1000.));
    if (sla->said_ms > 0)
        ticket_add_word(rest, sizeof(rest), "as of ",
                        ci_when(part, sizeof(part), sla->said_ms, now_ms));
    (void)put_line(page, "SLA", NULL, " ");
    leave_out(rest, end - col - dx_width(sla->name) - dx_width(state) - 6);
    for (size_t i = 0; i < 3 && row < page->row && col < end; i++) {
        if (i > 0 && *words[i].text)
            col += dx_put(page->canvas, row, col, &dim, " · ");
        if (col < end)
            col += dx_put_fit(page->canvas, (struct dx_box){ row, col, 1, end - col }, DX_FIT_LEFT,
                              &words[i].style, words[i].text);
    }
}

static void draw_slas(const struct ticket_detail *t, struct page *page)
{
    for (size_t i = 0; i < t->sla_count && i < TICKET_SLAS; i++)
        draw_sla(&t->slas[i], t->now_ms, page);
    put_more(page, t->sla_count, TICKET_SLAS);
}

static void draw_pauses(const struct ticket_detail *t, struct page *page)
{
    char text[160], span[32], when[32];

    if (t->pauses == 0)
        return;
    (void)snprintf(
        text, sizeof(text), "%zu %s, %s in all%s%s", t->pauses, t->pauses == 1 ? "time" : "times",
        ticket_span(span, sizeof(span), t->paused_s * 1000.),
        t->waits_since_ms > 0 ? "; waits since " : "",
        t->waits_since_ms > 0 ? ci_when(when, sizeof(when), t->waits_since_ms, t->now_ms) : "");
    (void)put_line(page, "paused", NULL, text);
}

/* How long it stood how, by the clock. What is done spends no more. */
static void draw_stays(const struct ticket_detail *t, struct page *page)
{
    static const struct {
        enum dx_stay stay;
        const char *word;
    } of[] = { { DX_STAY_NEW, "new " },
               { DX_STAY_IN_PROGRESS, "in progress " },
               { DX_STAY_WAITING, "waiting " },
               { DX_STAY_UNKNOWN, "in unknown ones " } };
    char text[160] = "", span[32];

    for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
        if (t->stays_known && t->stayed_s[of[i].stay] > 0.)
            ticket_add_word(text, sizeof(text), of[i].word,
                            ticket_span(span, sizeof(span), t->stayed_s[of[i].stay] * 1000.));
    (void)put_line(page, "in status", NULL, text);
}

static void draw_words(const struct ticket_detail *t, struct page *page)
{
    (void)put_line(page, "status", NULL, t->kind);
    (void)put_line(page, "people", NULL, t->who);
    (void)put_line(page, "labels", NULL, t->labels);
}

static void draw_links(const struct ticket_detail *t, struct page *page)
{
    for (size_t i = 0; i < t->link_count && i < TICKET_LINKS; i++)
        (void)put_line(page, i == 0 ? "links" : "", NULL, t->links[i]);
    put_more(page, t->link_count, TICKET_LINKS);
}

/* What it names, and how that stands. */
static void draw_names(const struct ticket_detail *t, struct page *page)
{
    for (size_t i = 0; i < t->name_count && i < TICKET_NAMES; i++) {
        const struct tie_named *named = &t->names[i];
        int row = page->row, col = MARGIN + LABEL + dx_width(named->name) + 1;
        char stand[130];

        (void)put_line(page, named->kind, NULL, named->name);
        (void)snprintf(stand, sizeof(stand), "(%s)", named->stand);
        if (*named->stand && row < page->end && col < room(page))
            (void)dx_put_fit(page->canvas,
                             (struct dx_box){ row, col, 1, MARGIN + room(page) - col }, DX_FIT_LEFT,
                             &(struct dx_style){ .role = named->role }, stand);
    }
    put_more(page, t->name_count, TICKET_NAMES);
}

static void draw_suggestions(const struct ticket_detail *t, struct page *page)
{
    page->row = suggest_draw(&t->suggestions, page->canvas,
                             (struct suggest_place){ page->row, page->end, LABEL });
}

/* How it begins, in what rows are left. */
static void draw_text(const struct ticket_detail *t, struct page *page)
{
    if (*t->text && page->row < page->end)
        page->row += dx_put_wrapped(
            page->canvas, (struct dx_box){ page->row, MARGIN, page->end - page->row, room(page) },
            &dim, t->text);
}

/* In the order in which they are wanted: what has no room is left out from the end.
 * blank: an empty row stands before it where there is room. */
static const struct section {
    void (*draw)(const struct ticket_detail *, struct page *);
    bool blank;
} sections[] = {
    { draw_times, true },   { draw_slas, false },  { draw_stays, false },
    { draw_pauses, false }, { draw_names, true },  { draw_suggestions, true },
    { draw_words, true },   { draw_links, false }, { draw_text, true },
};

void ticket_draw(const struct ticket_detail *t, struct dx_canvas *canvas)
{
    int rows = dx_canvas_rows(canvas), last = rows - 1;
    bool url = *t->url && rows > 4, roomy = rows >= ROOMY;
    struct page page = { .canvas = canvas, .end = url ? last : rows };

    if (!t->found) {
        (void)dx_put(canvas, rows > 2, MARGIN, &dim, "This ticket is no longer kept.");
        return;
    }
    page.row +=
        dx_put_wrapped(canvas, (struct dx_box){ 0, MARGIN, roomy ? 2 : 1, room(&page) },
                       &(struct dx_style){ .role = DX_ROLE_TEXT, .attr = DX_BOLD }, t->title);
    draw_verdict(t, &page);
    for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
        int before = page.row, begin = before + (roomy && sections[i].blank);

        page.row = begin;
        sections[i].draw(t, &page);
        if (page.row == begin) /* it had nothing to say */
            page.row = before;
    }
    if (url) {
        (void)dx_put(canvas, last, MARGIN, &(struct dx_style){ .role = DX_ROLE_KEY }, "o");
        (void)dx_put_fit(canvas, (struct dx_box){ last, MARGIN + 2, 1, room(&page) - 2 },
                         DX_FIT_MIDDLE, &(struct dx_style){ .role = DX_ROLE_TEXT, .link = t->url },
                         t->url);
    }
}
