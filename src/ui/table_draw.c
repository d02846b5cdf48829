/* table_draw: the list widget on a canvas. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/table.h"
#include "ui/widgets.h"

enum { GAP = 1, MARGIN = 1, CELL_MAX = 512, STRIP_WISH = 12, SHORT = 9 };
enum { HOURS = 24, HOURS_FROM_COLS = 100 };

struct plan {
    int width[TABLE_COLUMNS_MOST], col[TABLE_COLUMNS_MOST], need[TABLE_COLUMNS_MOST];
    bool shown[TABLE_COLUMNS_MOST];
};

/* ---- which columns, how wide ---- */

static bool stretches(const struct dx_column *column)
{
    return column->max == 0 && column->type != DX_CELL_STATE;
}

/* It takes the room it is given, whatever it shows. */
static bool is_drawn(const struct dx_column *column)
{
    return column->type == DX_CELL_SPARK || column->type == DX_CELL_GAUGE ||
           column->type == DX_CELL_HEAT || column->type == DX_CELL_STRIP ||
           column->type == DX_CELL_INTERVAL;
}

/* It says more the longer it is: it is cut only after what is wanted less is gone. */
static bool is_long(const struct dx_column *column)
{
    return column->type == DX_CELL_SPARK || column->type == DX_CELL_STRIP ||
           column->type == DX_CELL_HEAT;
}

static int least(const struct dx_column *column)
{
    return column->min > 0 ? column->min : 1;
}

static int total(const struct table *table, const struct plan *plan)
{
    int width = 2 * MARGIN - GAP;

    for (int i = 0; i < table->column_count; i++)
        width += plan->shown[i] ? plan->width[i] + GAP : 0;
    return width;
}

/* The shown column with the highest priority number; -1: only those with 0 are left. */
static int least_wanted(const struct table *table, const struct plan *plan)
{
    int worst = -1;

    for (int i = 0; i < table->column_count; i++)
        if (plan->shown[i] && table->columns[i].priority > 0 &&
            (worst < 0 || table->columns[i].priority >= table->columns[worst].priority))
            worst = i;
    return worst;
}

/* What the shown rows need of a column, so that a longer value elsewhere in the
 * list moves nothing: all rows count, not only the visible ones. What it cannot have is
 * not looked for. */
static int needed(const struct table *table, int column, int cols, int64_t now_ms)
{
    const struct dx_column *c = &table->columns[column];
    int width = text_width(c->title), most = c->max > 0 ? c->max : cols;
    char text[CELL_MAX];

    if (is_drawn(c))
        return c->max > 0 ? c->max : 1000;
    for (size_t i = 0; i < table->shown && width < most; i++) {
        const struct dx_cell *cell = &table->rows[table->order[i]].cells[column];
        int w = text_width(table_cell_text(c, cell, now_ms, text, sizeof(text)));

        if (c->type == DX_CELL_TRIES)
            w = 2 * w - 1;
        if (w > width && !(cell->attr & DX_SPAN))
            width = w;
    }
    return width;
}

/* A time, or a number in words: cut it says another one. */
static bool is_whole(const struct dx_column *c)
{
    return c->type == DX_CELL_TEXT && (c->fit == DX_FIT_RIGHT || (c->max > 0 && c->max <= SHORT));
}

/* How narrow a column can be while others can be given up. */
static int floor_of(const struct dx_column *c, int need)
{
    int most = c->max > 0 && need > c->max ? c->max : need;

    return is_whole(c) && most > least(c) ? most : least(c);
}

/* What a column gets before another one is given up for it: a number its digits,
 * for a cut number is a wrong one; a text all it needs up to two fifths of the room. */
static int first_width(const struct dx_column *c, int need, int cols)
{
    int width = least(c), most = c->max;

    if (c->type == DX_CELL_HEAT && cols >= HOURS_FROM_COLS) /* a cell for each */
        return width < HOURS ? HOURS : width;
    if (is_long(c))
        return width < STRIP_WISH && (c->max == 0 || c->max > STRIP_WISH) ? STRIP_WISH : width;
    if (c->type == DX_CELL_STATE || is_drawn(c))
        return width;
    if (is_whole(c))
        return floor_of(c, need);
    if (c->type == DX_CELL_TEXT && (stretches(c) || cols * 2 / 5 < most))
        most = cols * 2 / 5;
    if (need > most)
        need = most;
    return need > width ? need : width;
}

/* How narrow a column is made before the worst one is given up, -1: before what is there is
 * clipped. Texts and strips that are no more wanted than it are cut; for a strip also a name,
 * to a third of the room. */
static int narrowest(const struct table *table, const struct plan *plan, int i, int worst, int cols)
{
    const struct dx_column *c = &table->columns[i];
    int floor = worst < 0 ? least(c) : floor_of(c, plan->need[i]);

    if (!plan->shown[i] || (c->type != DX_CELL_TEXT && !is_long(c)))
        return plan->width[i];
    if (worst < 0 || c->priority >= table->columns[worst].priority)
        return floor;
    if (c->priority < 0)
        return floor > cols / 3 ? floor : cols / 3;
    if (!is_long(&table->columns[worst]) || !stretches(c))
        return plan->width[i];
    return floor > cols / 3 ? floor : cols / 3;
}

/* false: there is nothing to cut. */
static bool narrow(const struct table *table, struct plan *plan, int worst, int cols)
{
    int over = total(table, plan) - cols, was = over;

    for (int i = table->column_count - 1; i >= 0 && over > 0; i--) {
        int more = plan->width[i] - narrowest(table, plan, i, worst, cols);

        if (more <= 0)
            continue;
        more = more < over ? more : over;
        plan->width[i] -= more;
        over -= more;
    }
    return over < was;
}

/* A text that no row has takes no room: the pipeline, where all are of one; what is not known of
 * any. */
static bool says_nothing(const struct table *table, int column)
{
    const struct dx_column *c = &table->columns[column];
    bool gauge = c->type == DX_CELL_GAUGE;

    if ((c->type != DX_CELL_TEXT && !gauge) || c->priority <= 0 || table->row_count == 0)
        return false;
    for (size_t i = 0; i < table->row_count; i++) {
        const struct dx_cell *cell = &table->rows[i].cells[column];

        if (gauge ? !isnan(cell->value) : cell->text && *cell->text && strcmp(cell->text, "–") != 0)
            return false;
    }
    return true;
}

/* The same as long as rows and canvas are, where it does not change with the time. */
static int known_need(struct table *table, int column, int cols, int64_t now_ms)
{
    enum dx_cell_type type = table->columns[column].type;

    if (type == DX_CELL_AGE || type == DX_CELL_TIME)
        return needed(table, column, cols, now_ms);
    if (table->need_cols != cols)
        memset(table->need, 0, sizeof(table->need));
    table->need_cols = cols;
    if (table->need[column] == 0)
        table->need[column] = needed(table, column, cols, now_ms);
    return table->need[column];
}

/* One that was given up for a wide one that then went too: what is left may be enough for it,
 * whole. The most wanted first. */
static void take_back(const struct table *table, struct plan *plan, int room)
{
    for (int best = 0; best >= 0 && room > GAP;) {
        best = -1;
        for (int i = 0; i < table->column_count; i++) {
            const struct dx_column *c = &table->columns[i];
            int need = is_drawn(c) ? STRIP_WISH : plan->need[i];

            if (plan->shown[i] || need + GAP > room || says_nothing(table, i) ||
                (best >= 0 && c->priority >= table->columns[best].priority))
                continue;
            best = i;
            plan->width[i] = c->max > 0 && c->max < need ? c->max : need;
        }
        if (best >= 0) {
            plan->shown[best] = true;
            room -= plan->width[best] + GAP;
        }
    }
}

static bool right_aligned(const struct dx_column *column)
{
    return column->fit == DX_FIT_RIGHT || column->type == DX_CELL_NUMBER ||
           column->type == DX_CELL_AGE;
}

/* Of a number that has no room nothing is drawn, for half of one is another one. */
static void give_up_numbers(const struct table *table, struct plan *plan, int cols)
{
    for (int i = table->column_count - 1; i > 0 && total(table, plan) > cols; i--)
        plan->shown[i] = plan->shown[i] && !right_aligned(&table->columns[i]);
}

static void make_plan(struct table *table, struct plan *plan, int cols, int64_t now_ms)
{
    int room;

    *plan = (struct plan){ { 0 }, { 0 }, { 0 }, { false } };
    for (int i = 0; i < table->column_count && i < TABLE_COLUMNS_MOST; i++) {
        plan->need[i] = known_need(table, i, cols, now_ms);
        plan->width[i] = first_width(&table->columns[i], plan->need[i], cols);
        plan->shown[i] = !says_nothing(table, i);
    }
    while (total(table, plan) > cols) {
        int worst = least_wanted(table, plan);

        if (narrow(table, plan, worst, cols))
            continue;
        if (worst < 0)
            break;
        plan->shown[worst] = false;
    }
    give_up_numbers(table, plan, cols);
    room = cols - total(table, plan);
    /* First what the columns of bounded width need, in their order. */
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < table->column_count && room > 0; i++) {
            const struct dx_column *c = &table->columns[i];
            int need = plan->need[i], more;

            if (!plan->shown[i] || stretches(c) != (pass == 1))
                continue;
            if (c->max > 0 && need > c->max)
                need = c->max;
            more = need - plan->width[i];
            more = more < 0 ? 0 : more < room ? more : room;
            plan->width[i] += more;
            room -= more;
        }
    }
    take_back(table, plan, room);
    for (int i = 0, col = MARGIN; i < table->column_count; i++) {
        plan->col[i] = col;
        col += plan->shown[i] ? plan->width[i] + GAP : 0;
    }
}

/* ---- cells ---- */

/* Digits in the cell's own look, units dim: "11" "m" "40" "s", also beside red. */
static void put_number(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                       const char *text)
{
    struct dx_style dim = { .role = DX_ROLE_DIM, .attr = style->attr & DX_ON_SELECTED };
    int width = text_width(text), col = box.col + box.cols - width;
    bool number = (*text >= '0' && *text <= '9') || *text == '-' || *text == '+';

    if (width > box.cols || !number) {
        (void)canvas_put_fit(canvas, box, DX_FIT_RIGHT,
                             *text && !number && style->role == DX_ROLE_TEXT ? &dim : style, text);
        return;
    }
    while (*text) {
        size_t digits = strspn(text, "0123456789.,-+");
        size_t n = digits > 0 ? digits : strcspn(text, "0123456789");
        char part[CELL_MAX];

        n = n < sizeof(part) ? n : sizeof(part) - 1;
        memcpy(part, text, n);
        part[n] = '\0';
        col += canvas_put(canvas, box.row, col, digits > 0 ? style : &dim, part);
        text += n;
    }
}

static void put_text(struct dx_canvas *canvas, const struct dx_column *column, struct dx_box box,
                     const struct dx_style *style, const char *text)
{
    if (column->type == DX_CELL_NUMBER || column->type == DX_CELL_AGE)
        put_number(canvas, box, style, text);
    else
        (void)canvas_put_fit(canvas, box, column->fit, style, text);
}

static void put_interval(struct dx_canvas *canvas, const struct dx_cell *cell, struct dx_box box)
{
    bool has = cell->values && cell->count >= 2;

    interval_draw(canvas, box,
                  DX_INTERVAL(.value = cell->value, .low = has ? cell->values[0] : (double)NAN,
                              .high = has ? cell->values[1] : (double)NAN, .max = cell->goal,
                              .role = cell->role == DX_ROLE_TEXT ? DX_ROLE_SERIES_1 : cell->role));
}

/* All rows on a scale of their own goal, so that a quiet one looks flat; above a floor there may
 * be no room for twice as much. */
static void put_spark(struct dx_canvas *canvas, const struct dx_cell *cell, struct dx_box box)
{
    bool floor = (cell->attr & DX_FLOOR) != 0;

    spark_draw(canvas, box,
               DX_SPARK(.value = cell->values, .count = cell->count,
                        .max = floor ? (double)NAN : 2. * cell->goal, .goal = cell->goal,
                        .goal_is_floor = floor, .role = DX_ROLE_SERIES_1, .past = cell->role));
}

static void put_cell(struct dx_canvas *canvas, const struct dx_column *column,
                     const struct table_row *row, const struct dx_cell *cell, struct dx_box box,
                     int64_t now_ms)
{
    struct dx_style style = { .role = cell->role,
                              .attr = cell->attr & ~(unsigned)DX_SPAN,
                              .link = column->type == DX_CELL_TEXT ? row->url : NULL };
    char text[CELL_MAX];

    if (cell->attr & DX_SPAN) {
        span_draw(canvas, box, &style, cell->text ? cell->text : "",
                  column->fit == DX_FIT_MIDDLE ? least(column) : 0);
        return;
    }
    if (cell->text && column->type != DX_CELL_STRIP && column->type != DX_CELL_TRIES) {
        put_text(canvas, column, box, &style, cell->text);
        return;
    }
    switch (column->type) {
    case DX_CELL_STRIP:
        strip_draw(canvas, box, cell->text ? cell->text : "");
        break;
    case DX_CELL_TRIES:
        tries_draw(canvas, box, cell->text ? cell->text : "");
        break;
    case DX_CELL_INTERVAL:
        put_interval(canvas, cell, box);
        break;
    case DX_CELL_STATE:
        if (cell->value >= 0. && cell->value < DX_GLYPH_COUNT)
            (void)canvas_put(canvas, box.row, box.col, &style,
                             canvas->grid->glyphs->glyph[(int)cell->value]);
        break;
    case DX_CELL_SPARK:
        put_spark(canvas, cell, box);
        break;
    case DX_CELL_GAUGE:
        gauge_draw(canvas, box, cell->value, cell->goal,
                   cell->role == DX_ROLE_TEXT ? DX_ROLE_SERIES_1 : cell->role);
        break;
    case DX_CELL_HEAT:
        heat_draw(canvas, box, cell->values, cell->count, cell->goal);
        break;
    case DX_CELL_TEXT:
    case DX_CELL_NUMBER:
    case DX_CELL_AGE:
    case DX_CELL_TIME:
        put_text(canvas, column, box, &style,
                 table_cell_text(column, cell, now_ms, text, sizeof(text)));
        break;
    }
}

/* ---- rows ---- */

static void draw_head(struct table *table, struct dx_canvas *canvas, const struct plan *plan)
{
    struct dx_style dim = { .role = DX_ROLE_DIM };
    struct dx_style sorted = { .role = DX_ROLE_TITLE };

    for (int i = 0; i < table->column_count; i++) {
        const struct dx_column *c = &table->columns[i];
        struct dx_box box = { 0, plan->col[i], 1, plan->width[i] };
        char title[64];

        table->head_end[i] = plan->shown[i] ? box.col + box.cols : 0;
        if (!plan->shown[i])
            continue;
        (void)snprintf(title, sizeof(title), "%s%s", c->title,
                       i == table->sort ? canvas->grid->glyphs->glyph[DX_GLYPH_SORTED] : "");
        if (text_width(title) > box.cols && i == table->sort && box.cols < canvas->cols - box.col)
            box.cols++; /* the mark may stand in the gap */
        (void)canvas_put_fit(canvas, box, right_aligned(c) ? DX_FIT_RIGHT : DX_FIT_LEFT,
                             i == table->sort ? &sorted : &dim, title);
    }
}

static bool is_empty(const struct dx_cell *cell)
{
    return cell->text && cell->text[0] == '\0';
}

/* A notice covers what it replaces: from its own column, or from the first one
 * after it that is shown, over those that hold nothing. cols 0: no room. */
static struct dx_box notice_box(const struct table *table, const struct plan *plan,
                                const struct table_row *row, int at, int cols)
{
    struct dx_box box = { 0, 0, 1, 0 };
    int i = at;

    while (!plan->shown[i] && i + 1 < table->column_count && is_empty(&row->cells[i + 1]))
        i++;
    if (!plan->shown[i])
        return box;
    box.col = plan->col[i];
    for (i++; i < table->column_count; i++)
        if (plan->shown[i] && !is_empty(&row->cells[i]))
            break;
    box.cols = (i < table->column_count ? plan->col[i] - GAP : cols - MARGIN) - box.col;
    return box;
}

static void draw_row(const struct table *table, struct dx_canvas *canvas, const struct plan *plan,
                     const struct table_row *row, int at, int64_t now_ms)
{
    for (int i = 0; i < table->column_count; i++) {
        bool notice = (row->cells[i].attr & DX_SPAN) != 0;
        struct dx_box box = { at, plan->col[i], 1, plan->width[i] };

        if (!plan->shown[i] && !notice)
            continue;
        if (notice)
            box = notice_box(table, plan, row, i, canvas->cols);
        box.row = at;
        if (box.cols > 0)
            put_cell(canvas, &table->columns[i], row, &row->cells[i], box, now_ms);
    }
}

/* The one that the user has gone to is looked at. */
static void mark_row(struct table *table, struct dx_canvas *canvas, const struct table_row *row,
                     int at, bool selected)
{
    if (!marks_changed(&table->marks, table, row))
        return;
    if (selected && table->chosen)
        marks_look_at(&table->marks, table, row);
    else
        (void)canvas_put(canvas, at, 0, &(struct dx_style){ .role = DX_ROLE_BORDER_FOCUS },
                         canvas->grid->glyphs->changed);
}

void table_draw(struct table *table, struct dx_canvas *canvas, int64_t now_ms, bool focused)
{
    int rows = canvas->rows - 1;
    struct plan plan;

    table->now_ms = now_ms;
    if (rows < 1)
        return;
    make_plan(table, &plan, canvas->cols, now_ms);
    draw_head(table, canvas, &plan);
    table_scroll(table, rows);
    for (int i = 0; i < rows && table->top + (size_t)i < table->shown; i++) {
        size_t index = table->top + (size_t)i;
        const struct table_row *row = &table->rows[table->order[index]];
        bool selected = focused && index == table->at;

        draw_row(table, canvas, &plan, row, i + 1, now_ms);
        mark_row(table, canvas, row, i + 1, selected);
        if (!selected)
            continue;
        canvas_attr(canvas, (struct dx_box){ i + 1, 0, 1, canvas->cols }, DX_ON_SELECTED);
        (void)canvas_put(canvas, i + 1, 0,
                         &(struct dx_style){ .role = DX_ROLE_BORDER_FOCUS, .attr = DX_ON_SELECTED },
                         canvas->grid->glyphs->edge_loud);
    }
}
