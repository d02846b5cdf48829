/* desk: its parts, painted. */
#include "desk.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    MARGIN = 1,
    REPLY_ROWS = 9, /* of the graph and its axis, where there are more */
    FLOW_ROWS = 8,
    FLOW_LABEL = 9, /* "opened" and a gap */
    FLOW_WORD = 6,
    FLOW_DIGITS = 3, /* of the number, where its word is beside it; of more they are more */
    N_COLS = 5,
    P50_COLS = 8,
    GAUGE_LEAST = 6,
};

static const struct dx_style dim = { .role = DX_ROLE_DIM };

/* What is left of the canvas; each part takes its rows from the top. */
struct paper {
    struct dx_canvas *canvas;
    int row, end;
};

static int cols_of(const struct paper *paper)
{
    return dx_canvas_cols(paper->canvas) - 2 * MARGIN;
}

const char *desk_name(enum desk_part part)
{
    static const char *const names[DESK_PARTS] = {
        [DESK_REPLIES] = "First reply",
        [DESK_CATEGORIES] = "Resolution by category",
        [DESK_DAYWISE] = "Opened and closed",
    };

    return names[part];
}

const char *desk_nothing(const struct desk *p, const char *sentence)
{
    return p->known ? sentence : "No source of tickets has answered yet.";
}

const char *desk_note(const struct desk *p, enum desk_part part, char *out, size_t cap)
{
    char window[32], n[64];

    (void)snprintf(out, cap, "%s", part == DESK_CATEGORIES ? "p50, 30 d" : "14 d");
    if (part == DESK_REPLIES && !isnan(p->p50.value) && p->p50.window_ms > 0)
        (void)snprintf(out, cap, "n %s, %s",
                       dx_format(n, sizeof(n), DX_UNIT_COUNT, (double)p->p50.n),
                       ci_window(window, sizeof(window), p->p50.window_ms));
    return out;
}

static int put(struct paper *paper, int col, const struct dx_style *style, const char *text)
{
    return dx_put_fit(paper->canvas,
                      (struct dx_box){ paper->row, MARGIN + col, 1, cols_of(paper) - col },
                      DX_FIT_LEFT, style, text);
}

/* ---- first replies ---- */

/* " ≤ 2h", " ≤ 1h 30m"; "" where there is none. Returns out. */
static const char *goal(char *out, size_t cap, const struct paper *paper,
                        const struct desk_kpi *kpi)
{
    char span[48], *end;

    out[0] = '\0';
    if (isnan(kpi->target) || isnan(kpi->value))
        return out;
    end = strstr(ci_span(span, sizeof(span), kpi->target), " 00m");
    if (end)
        *end = '\0';
    (void)snprintf(out, cap, " %s %s", dx_glyph(paper->canvas, DX_GLYPH_AT_MOST), span);
    return out;
}

static const char *value(char *out, size_t cap, const struct desk_kpi *kpi)
{
    return isnan(kpi->value) ? dx_format(out, cap, DX_UNIT_SECONDS, kpi->value)
                             : ci_span(out, cap, kpi->value);
}

static bool is_past(const struct desk_kpi *kpi)
{
    return kpi->state == DX_KPI_WARN || kpi->state == DX_KPI_BAD;
}

static bool has_glyph(const struct desk_kpi *kpi)
{
    return is_past(kpi) || kpi->state == DX_KPI_GOOD;
}

/* Of "✓ p50 1h 10m ≤ 2h". */
static int kpi_cols(const struct paper *paper, const struct desk_kpi *kpi)
{
    char text[64], number[64];

    return (has_glyph(kpi) ? 2 : 0) + (int)strlen("p50 ") +
           dx_width(value(number, sizeof(number), kpi)) +
           dx_width(goal(text, sizeof(text), paper, kpi));
}

/* The one number can be loud. Returns the column behind it. */
static int put_kpi(struct paper *paper, int col, const char *name, const struct desk_kpi *kpi)
{
    enum dx_role role = kpi->state == DX_KPI_BAD ? DX_ROLE_BAD : DX_ROLE_WARN;
    enum dx_glyph glyph = kpi->state == DX_KPI_BAD ? DX_GLYPH_BAD : DX_GLYPH_WARN;
    struct dx_style style = { .role = is_past(kpi) ? role : DX_ROLE_GOOD };
    char text[64];

    if (has_glyph(kpi))
        col += 1 + put(paper, col, &style,
                       dx_glyph(paper->canvas, is_past(kpi) ? glyph : DX_GLYPH_GOOD));
    col += put(paper, col, &dim, name);
    style = (struct dx_style){ .role = is_past(kpi) ? role : DX_ROLE_TEXT, .attr = DX_BOLD };
    return col + put(paper, col, isnan(kpi->value) ? &dim : &style, value(text, sizeof(text), kpi));
}

/* Both, with their goals where there is room for these. */
static void put_kpis(const struct desk *p, struct paper *paper)
{
    bool goals = kpi_cols(paper, &p->p50) + 2 + kpi_cols(paper, &p->p90) <= cols_of(paper);
    char text[64];
    int col = put_kpi(paper, 0, "p50 ", &p->p50);

    if (goals)
        col += put(paper, col, &dim, goal(text, sizeof(text), paper, &p->p50));
    col = put_kpi(paper, col + 2, "p90 ", &p->p90);
    if (goals)
        (void)put(paper, col, &dim, goal(text, sizeof(text), paper, &p->p90));
    paper->row++;
}

static bool is_empty(const double *values)
{
    for (int i = 0; i < DESK_DAYS; i++)
        if (!isnan(values[i]))
            return false;
    return true;
}

static void draw_replies(const struct desk *p, struct paper *paper)
{
    struct dx_series series = { "p50", DX_ROLE_SERIES_1, p->days.replies, DESK_DAYS };
    int rows;

    put_kpis(p, paper);
    rows = paper->end - paper->row;
    if (is_empty(p->days.replies) || rows < 2) {
        if (rows > 0 && isnan(p->p50.value))
            (void)put(paper, 0, &dim, desk_nothing(p, "Nothing was answered within this time."));
        paper->row++;
        return;
    }
    dx_graph(paper->canvas, (struct dx_box){ paper->row, MARGIN, rows, cols_of(paper) },
             DX_GRAPH(.series = &series, .count = 1, .min = 0., .max = (double)NAN,
                      .goal = p->p50.target,
                      .past = p->p50.state == DX_KPI_BAD    ? DX_ROLE_BAD
                              : p->p50.state == DX_KPI_WARN ? DX_ROLE_WARN
                                                            : DX_ROLE_SERIES_1,
                      .unit = DX_UNIT_SECONDS, .from_ms = p->now_ms - DESK_DAYS * CI_DAY_MS,
                      .to_ms = p->now_ms, .ghost = p->week ? p->before.replies : NULL,
                      .ghost_count = DESK_DAYS));
    paper->row += rows;
}

/* ---- categories ---- */

static void put_right(struct paper *paper, int col, int cols, const struct dx_style *style,
                      const char *text)
{
    (void)dx_put_fit(paper->canvas, (struct dx_box){ paper->row, MARGIN + col, 1, cols },
                     DX_FIT_RIGHT, style, text);
}

static void draw_group(const struct desk_group *g, struct paper *paper, int name, double most)
{
    int bar = cols_of(paper) - name - N_COLS - P50_COLS - 2;
    char text[64];

    (void)dx_put_fit(paper->canvas, (struct dx_box){ paper->row, MARGIN, 1, name }, DX_FIT_MIDDLE,
                     NULL, g->name);
    put_right(paper, name, N_COLS, &dim,
              dx_format(text, sizeof(text), DX_UNIT_COUNT, (double)g->n));
    put_right(paper, name + N_COLS, P50_COLS, NULL,
              dx_format(text, sizeof(text), DX_UNIT_SECONDS, g->seconds));
    if (bar >= GAUGE_LEAST && most > 0.)
        dx_gauge(paper->canvas,
                 (struct dx_box){ paper->row, MARGIN + name + N_COLS + P50_COLS + 2, 1, bar },
                 g->seconds / most, (double)NAN, DX_ROLE_SERIES_1);
    paper->row++;
}

static void draw_categories(const struct desk *p, struct paper *paper)
{
    int name = (int)strlen("CATEGORY"), room = cols_of(paper) - N_COLS - P50_COLS;
    double most = 0.;

    if (p->group_count == 0) {
        (void)put(paper, 0, &dim, desk_nothing(p, "Nothing was resolved within 30 days."));
        paper->row++;
        return;
    }
    for (size_t i = 0; i < p->group_count; i++) {
        int cols = dx_width(p->groups[i].name);

        name = cols > name ? cols : name;
        most = fmax(most, p->groups[i].seconds); /* fmax() drops a NaN */
    }
    if (name > room - GAUGE_LEAST - 2)
        name = room - GAUGE_LEAST - 2;
    (void)put(paper, 0, &dim, "CATEGORY");
    put_right(paper, name, N_COLS, &dim, "N");
    put_right(paper, name + N_COLS, P50_COLS, &dim, "P50");
    paper->row++;
    for (size_t i = 0; i < p->group_count && paper->row < paper->end; i++)
        draw_group(&p->groups[i], paper, name, most);
}

/* ---- opened and closed ---- */

static long long sum(const double *values)
{
    long long all = 0;

    for (int i = 0; i < DESK_DAYS; i++)
        all += isnan(values[i]) ? 0 : llround(values[i]);
    return all;
}

static const char *counted(char *out, size_t cap, long long n)
{
    return dx_format(out, cap, DX_UNIT_COUNT, (double)n);
}

struct flow {
    const char *word;
    const double *days, *ghost; /* ghost NULL: none */
    enum dx_role role;
    int digits; /* columns of the larger of both numbers */
};

/* "79 opened", and its days beside it; both on one scale. */
static void draw_flow(const struct flow *flow, struct paper *paper, int rows, double most)
{
    struct dx_series series = { flow->word, flow->role, flow->days, DESK_DAYS };
    struct dx_style bold = { .role = DX_ROLE_TEXT, .attr = DX_BOLD };
    int middle = paper->row + (rows - 1) / 2;
    int label = rows > 1 ? FLOW_LABEL : flow->digits + 1 + FLOW_WORD + 1;
    char text[64];

    (void)dx_put_fit(paper->canvas, (struct dx_box){ middle, MARGIN, 1, FLOW_LABEL - 2 },
                     DX_FIT_LEFT, &bold, counted(text, sizeof(text), sum(flow->days)));
    if (rows > 1)
        (void)dx_put(paper->canvas, middle + 1, MARGIN, &dim, flow->word);
    else
        (void)dx_put_fit(paper->canvas,
                         (struct dx_box){ middle, MARGIN + flow->digits + 1, 1, FLOW_WORD },
                         DX_FIT_LEFT, &dim, flow->word);
    dx_graph(paper->canvas,
             (struct dx_box){ paper->row, MARGIN + label, rows, cols_of(paper) - label },
             DX_GRAPH(.series = &series, .count = 1, .min = 0., .max = most, .goal = (double)NAN,
                      .past = flow->role, .unit = DX_UNIT_COUNT, .bare = true, .ghost = flow->ghost,
                      .ghost_count = DESK_DAYS));
    paper->row += rows;
}

/* Whether it grows is the one thing here that can be loud. */
static void put_verdict(struct paper *paper, long long more)
{
    struct dx_style loud = { .role = more > 0 ? DX_ROLE_WARN : DX_ROLE_TEXT };
    char text[64];
    int col = 0;

    if (more > 0)
        col += put(paper, 0, &loud, dx_glyph(paper->canvas, DX_GLYPH_WARN)) + 1;
    if (more != 0)
        col += put(paper, col, &loud, counted(text, sizeof(text), more < 0 ? -more : more)) + 1;
    (void)put(paper, col, &dim,
              more > 0   ? "more opened than closed"
              : more < 0 ? "more closed than opened"
                         : "as many closed as opened");
    paper->row++;
}

/* "67 open, 4 fewer than 13 d ago". */
static void put_backlog(const struct desk *p, struct paper *paper)
{
    double first = p->days.open[0], last = p->days.open[DESK_DAYS - 1];
    long long more = isnan(first) || isnan(last) ? 0 : llround(last - first);
    char text[192], now[64], by[64] = "as many as";

    if (isnan(last) || paper->row >= paper->end)
        return;
    if (more != 0)
        (void)snprintf(by, sizeof(by), "%lld %s than", more < 0 ? -more : more,
                       more > 0 ? "more" : "fewer");
    (void)snprintf(text, sizeof(text), "%s open", counted(now, sizeof(now), llround(last)));
    if (!isnan(first))
        (void)snprintf(text, sizeof(text), "%s open, %s %d d ago",
                       counted(now, sizeof(now), llround(last)), by, DESK_DAYS - 1);
    (void)put(paper, 0, &dim, text);
    paper->row++;
}

/* Columns of the larger of both numbers. */
static int digits_of(const struct desk_days *days)
{
    char text[64];
    int opened = dx_width(counted(text, sizeof(text), sum(days->opened)));
    int closed = dx_width(counted(text, sizeof(text), sum(days->closed)));
    int most = opened > closed ? opened : closed;

    return most > FLOW_DIGITS ? most : FLOW_DIGITS;
}

static void draw_days(const struct desk *p, struct paper *paper)
{
    const int digits = digits_of(&p->days);
    const struct flow flows[] = {
        { "opened", p->days.opened, p->week ? p->before.opened : NULL, DX_ROLE_SERIES_2, digits },
        { "closed", p->days.closed, p->week ? p->before.closed : NULL, DX_ROLE_SERIES_1, digits },
    };
    double most = 1.;
    int room = paper->end - paper->row - 2, rows;

    if (sum(p->days.opened) + sum(p->days.closed) == 0) {
        (void)put(paper, 0, &dim, desk_nothing(p, "No ticket was opened or closed."));
        paper->row++;
        return;
    }
    for (int i = 0; i < DESK_DAYS; i++)
        most = fmax(most, fmax(p->days.opened[i], p->days.closed[i]));
    rows = room / 2 < 1 ? 1 : room / 2; /* a row between them where there is one to spare */
    rows -= rows > 2 && 2 * rows + 1 > room;
    for (size_t i = 0; i < 2; i++) {
        draw_flow(&flows[i], paper, rows, most);
        paper->row += i == 0 && 2 * rows + 1 <= room;
    }
    put_verdict(paper, sum(p->days.opened) - sum(p->days.closed));
    put_backlog(p, paper);
}

/* ---- the whole ---- */

static int least(enum desk_part part)
{
    return part == DESK_CATEGORIES ? 3 : 4;
}

/* How many rows it can use: its heading is not counted. */
static int wanted(const struct desk *p, enum desk_part part)
{
    int rows = part == DESK_REPLIES      ? 1 + REPLY_ROWS
               : part == DESK_CATEGORIES ? 1 + (int)p->group_count
                                         : 2 + FLOW_ROWS;

    return rows > least(part) ? rows : least(part);
}

static void put_heading(const struct desk *p, enum desk_part part, struct paper *paper)
{
    struct dx_style title = { .role = DX_ROLE_TITLE, .attr = DX_BOLD };
    char note[160];
    int used;

    paper->row++; /* an empty row stands before it */
    used = put(paper, 0, &title, desk_name(part));
    (void)desk_note(p, part, note, sizeof(note));
    if (used + 2 + dx_width(note) <= cols_of(paper))
        put_right(paper, used, cols_of(paper) - used, &dim, note);
    paper->row++;
}

/* Rows that this part gets: those behind it have at least their least, and more than it
 * wants only where they all have what they want. The last one that has room takes what
 * there is. */
static int share(const struct desk *p, size_t nth, int room)
{
    int rows = wanted(p, p->parts[nth]), leasts = 0, others = 0;

    for (size_t i = nth + 1; i < p->part_count; i++) {
        leasts += 2 + least(p->parts[i]);
        others += 2 + wanted(p, p->parts[i]);
    }
    rows = rows > room - leasts ? room - leasts : rows;
    rows = rows < room - others ? room - others : rows;
    rows = rows < least(p->parts[nth]) ? least(p->parts[nth]) : rows;
    return nth + 1 == p->part_count || room - rows < 2 + least(p->parts[nth + 1]) ? room : rows;
}

void desk_draw(const struct desk *p, struct dx_canvas *canvas)
{
    static void (*const draws[DESK_PARTS])(const struct desk *, struct paper *) = {
        [DESK_REPLIES] = draw_replies,
        [DESK_CATEGORIES] = draw_categories,
        [DESK_DAYWISE] = draw_days,
    };
    int rows = dx_canvas_rows(canvas), row = 0;

    for (size_t i = 0; i < p->part_count; i++) {
        struct paper paper = { .canvas = canvas, .row = row, .end = rows };

        if (rows - row < (i > 0 ? 2 : 0) + least(p->parts[i]))
            break;
        if (i > 0)
            put_heading(p, p->parts[i], &paper);
        paper.end = paper.row + share(p, i, rows - paper.row);
        row = paper.end;
        draws[p->parts[i]](p, &paper);
    }
}
