/* week: week against week in a panel's own list: the panel is updated for both moments by the
 * same code, and beside its numbers stands what they were. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "panel/host.h"
#include "panel/watchdog.h"
#include "ui/widgets.h"

enum { COLUMNS_MOST = 40, TEXT_MOST = 128, CHANGE_LEAST = 8, CHANGE_MOST = 9, LATER = 5 };

enum { WAS = -1, CHANGE = -2 }; /* columns that are not the panel's */

struct column {
    int own;                        /* the panel's column, or one of these */
    const struct dx_change *change; /* WAS, CHANGE: what it is of */
};

struct week {
    const struct dx_change *changes; /* what the panel is compared by: at least one */
    const struct dx_column *own;     /* the panel's columns */
    struct dx_column columns[COLUMNS_MOST + 1];
    struct column of[COLUMNS_MOST];
    int count;
    struct table then; /* the rows of the week before, in the panel's columns */
    size_t at;         /* where the last row was found in them: orders are alike */
    size_t worse, better;
};

/* ---- columns ---- */

static void add_own(struct week *w, int own)
{
    if (w->count == COLUMNS_MOST)
        return;
    w->columns[w->count] = w->own[own];
    w->of[w->count++] = (struct column){ own, NULL };
}

static void add_column(struct week *w, int own, const struct dx_change *change)
{
    struct dx_column *column = &w->columns[w->count];

    if (w->count == COLUMNS_MOST)
        return;
    *column = w->own[change->column];
    w->of[w->count++] = (struct column){ own, change };
    column->type = DX_CELL_TEXT;
    column->title = own == WAS ? "WAS" : "CHANGE";
    column->help = own == WAS ? "the same a week before" : change->what;
    if (own == WAS && column->max > 0 && column->max <= CHANGE_MOST)
        column->min = column->max;
    if (own == CHANGE) {
        column->min = CHANGE_LEAST;
        column->max = CHANGE_MOST;
    }
}

/* The first one is always shown; those of others go before most columns of the panel do. */
static void add_columns(struct week *w, const struct dx_change *changes)
{
    for (int i = 0; w->own[i].title; i++) {
        add_own(w, i);
        for (const struct dx_change *c = changes; c->what; c++) {
            if (c->column != i)
                continue;
            add_column(w, WAS, c);
            if (c == changes && c->as != DX_CHANGE_NOT)
                add_column(w, CHANGE, c);
            else if (c != changes)
                w->columns[w->count - 1].priority += LATER;
        }
    }
}

/* ---- on and off ---- */

static void use(struct instance *in, const struct dx_column *columns, bool by_worse)
{
    struct table *table = &in->tables[0];

    table_clear(table);
    table->columns = columns;
    for (table->column_count = 0; columns[table->column_count].title;)
        table->column_count++;
    table->sort = -1;
    table->reverse = false;
    table->by_worse = by_worse;
    if (in->depth == 0)
        in->columns = columns;
}

void week_free(struct instance *in)
{
    if (!in->week)
        return;
    table_done(&in->week->then);
    free(in->week);
    in->week = NULL;
}

const struct dx_change *instance_changes(const struct instance *in)
{
    const struct dx_change *changes = NULL;

    watchdog_begin(in->panel->name);
    if (in->panel->changes && in->state)
        changes = in->panel->changes(in->state);
    (void)watchdog_end();
    return changes;
}

void week_settle(struct instance *in)
{
    const struct dx_change *changes = instance_changes(in);
    bool wanted = in->before && changes && in->tables[0].columns;
    struct week *w = in->week;

    if (!wanted && w) {
        use(in, w->own, false);
        week_free(in);
    } else if (wanted && !w) {
        w = in->week = mem_new(1, sizeof(*w));
        w->own = in->tables[0].columns;
        table_init(&w->then, w->own);
        add_columns(w, changes);
        use(in, w->columns, true);
    }
    if (in->week)
        in->week->changes = changes; /* an option may turn them round */
    if (in->week && in->depth == 0) {
        table_clear(&in->week->then);
        in->week->at = in->week->worse = in->week->better = 0;
    }
}

static int own_column(const struct week *w, int column)
{
    if (!w || column < 0)
        return column;
    return w->of[column].own >= 0 ? w->of[column].own : -1;
}

int week_own_column(const struct instance *in, int column)
{
    return own_column(in->depth == 0 ? in->week : NULL, column);
}

int week_sort(const struct instance *in)
{
    return own_column(in->week, in->tables[0].sort);
}

void week_count(const struct instance *in, size_t *worse, size_t *better)
{
    *worse += in->week ? in->week->worse : 0;
    *better += in->week ? in->week->better : 0;
}

/* ---- rows ---- */

static const struct table_row *row_then(struct week *w, const char *key)
{
    for (size_t i = 0; i < w->then.row_count; i++) {
        size_t at = (w->at + i) % w->then.row_count;

        if (strcmp(w->then.rows[at].key, key) == 0) {
            w->at = at + 1;
            return &w->then.rows[at];
        }
    }
    return NULL;
}

/* It was not there then, and so it was 0. */
static bool was_zero(const struct dx_change *c, const struct dx_row *row,
                     const struct table_row *then)
{
    return !then && c->missing == DX_MISSING_ZERO && !row->no_past;
}

static double value_then(const struct dx_change *c, const struct dx_row *row,
                         const struct table_row *then)
{
    if (then)
        return then->cells[c->column].value;
    return was_zero(c, row, then) ? 0. : (double)NAN;
}

/* "▲ 6m29s", "▼ 5.1" points, "=", "–". */
static void change_text(char *out, size_t cap, const struct dx_column *column, enum dx_change_as as,
                        double by)
{
    bool rate = as == DX_CHANGE_SHARE || as == DX_CHANGE_POINTS || column->unit == DX_UNIT_RATIO;
    double size = fabs(by);
    char number[64];

    if (rate)
        (void)snprintf(number, sizeof(number), as == DX_CHANGE_SHARE ? "%.0f %%" : "%.1f",
                       100. * size);
    else
        (void)format_value(number, sizeof(number), column->unit,
                           column->unit == DX_UNIT_SECONDS ? round(size) : size);
    if (as == DX_CHANGE_NOT)
        out[0] = '\0';
    else if (isnan(by))
        (void)snprintf(out, cap, "–");
    else if (size < (as == DX_CHANGE_SHARE ? 0.005 : rate ? 0.0005 : 0.5))
        (void)snprintf(out, cap, "=");
    else
        (void)snprintf(out, cap, "%s %s", by > 0. ? "▲" : "▼", number);
}

static double changed_by(const struct dx_change *c, const struct dx_row *row,
                         const struct table_row *then)
{
    double was = value_then(c, row, then), by = row->cells[c->column].value - was;

    if (c->as != DX_CHANGE_SHARE)
        return by;
    return fabs(was) > 0. ? by / fabs(was) : (double)NAN;
}

/* How much worse it is by what the panel is judged by; NaN: nobody can say. */
static double worse_by(const struct dx_change *c, const struct dx_row *row,
                       const struct table_row *then)
{
    if (!then && c->missing == DX_MISSING_NEW)
        return (double)INFINITY;
    return changed_by(c, row, then) * c->worse;
}

/* A sentence of the cells before it goes on over it (DX_SPAN). */
static bool is_covered(const struct dx_cell *cell)
{
    return cell->text && !*cell->text;
}

static struct dx_cell cell_last(const struct week *w, const struct dx_change *c,
                                const struct dx_row *row, const struct table_row *then, char *text)
{
    char number[TEXT_MOST];

    (void)snprintf(text, TEXT_MOST, "%s", !then && c->missing == DX_MISSING_NEW ? "new" : "–");
    if (then && !is_covered(&then->cells[c->column]))
        (void)snprintf(text, TEXT_MOST, "%s",
                       table_cell_text(&w->own[c->column], &then->cells[c->column], 0, number,
                                       sizeof(number)));
    else if (was_zero(c, row, then))
        (void)format_value(text, TEXT_MOST, w->own[c->column].unit, 0.);
    return (struct dx_cell){ .text = text, .value = value_then(c, row, then), .role = DX_ROLE_DIM };
}

static struct dx_cell cell_change(const struct week *w, const struct dx_change *c,
                                  const struct dx_row *row, const struct table_row *then,
                                  char *text)
{
    double worse = worse_by(c, row, then);

    change_text(text, TEXT_MOST, &w->own[c->column], c->as, changed_by(c, row, then));
    return (struct dx_cell){ .text = text,
                             .value = worse,
                             .role = worse > 0. ? DX_ROLE_TEXT : DX_ROLE_DIM };
}

/* What is new is listed first, but nothing got worse. */
static void count(struct week *w, double worse)
{
    w->worse += worse > 0. && !isinf(worse);
    w->better += worse < 0.;
}

void week_add(struct instance *in, const struct dx_row *row, bool then)
{
    struct week *w = in->week;
    const struct table_row *was;
    struct dx_cell cells[COLUMNS_MOST];
    char text[COLUMNS_MOST][TEXT_MOST];
    struct dx_row mine = *row;
    double *worse;

    if (then) {
        table_add(&w->then, row);
        return;
    }
    was = row_then(w, row->key);
    for (int i = 0; i < w->count; i++) {
        const struct column *of = &w->of[i];

        if (of->own >= 0)
            cells[i] = row->cells[of->own];
        else if (is_covered(&row->cells[of->change->column]))
            cells[i] = (struct dx_cell){ .text = "", .value = (double)NAN };
        else if (of->own == WAS)
            cells[i] = cell_last(w, of->change, row, was, text[i]);
        else
            cells[i] = cell_change(w, of->change, row, was, text[i]);
    }
    mine.cells = cells;
    table_add(in->table, &mine);
    worse = in->table->rows[in->table->row_count - 1].worse;
    worse[0] = worse_by(&w->changes[0], row, was);
    if (w->changes[1].what)
        worse[1] = worse_by(&w->changes[1], row, was);
    if (!row->apart)
        count(w, worse[0]);
}
