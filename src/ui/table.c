/* table: rows of the list widget: what there is, what passes the filter, in
 * which order, which one is selected. Drawing is in table_draw.c. */
#include "config.h"

#include "ui/table.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/narrow.h"
#include "core/time.h"
#include "ui/widgets.h"

enum { CELL_MAX = 512 };

void table_init(struct table *table, const struct dx_column *columns)
{
    *table = (struct table){ .columns = columns, .sort = -1 };
    while (columns && columns[table->column_count].title)
        table->column_count++;
}

void table_done(struct table *table)
{
    arena_free(&table->arena);
    free(table->rows);
    free(table->order);
    marks_done(&table->marks);
    *table = (struct table){ .sort = -1 };
}

void table_clear(struct table *table)
{
    arena_free(&table->arena);
    table->row_count = table->shown = 0;
    table->searched = false;
}

void table_add(struct table *table, const struct dx_row *row)
{
    size_t size = (size_t)table->column_count * sizeof(struct dx_cell);
    struct table_row *own;

    if (table->row_count == table->row_cap) {
        table->row_cap = table->row_cap ? 2 * table->row_cap : 32;
        table->rows = mem_grow(table->rows, table->row_cap, sizeof(*table->rows));
        table->order = mem_grow(table->order, table->row_cap, sizeof(*table->order));
    }
    own = &table->rows[table->row_count++];
    *own = (struct table_row){ .key = arena_text(&table->arena, row->key ? row->key : ""),
                               .url = arena_text(&table->arena, row->url ? row->url : ""),
                               .into = arena_text(&table->arena, row->into ? row->into : ""),
                               .cells = arena_alloc(&table->arena, size),
                               .apart = row->apart,
                               .worse = { (double)NAN, (double)NAN } };
    memcpy(own->cells, row->cells, size);
    for (int i = 0; i < table->column_count; i++) {
        struct dx_cell *cell = &own->cells[i];

        if (cell->text)
            cell->text = arena_text(&table->arena, cell->text);
        if (cell->values && cell->count > 0) {
            double *values = arena_alloc(&table->arena, cell->count * sizeof(*values));

            memcpy(values, cell->values, cell->count * sizeof(*values));
            cell->values = values;
        }
    }
}

/* ---- text of a cell ---- */

/* A panel may put any number into a cell: of more than 53 bits it is no moment that there is. */
static int64_t moment_of(double value)
{
    const double most = 9007199254740992.;

    return (int64_t)fmin(fmax(value, -most), most);
}

static void time_text(char *out, size_t cap, int64_t at_ms, int64_t now_ms)
{
    time_t at = (time_t)(at_ms / 1000);
    struct tm tm;
    bool today = at_ms > now_ms - (int64_t)20 * 3600 * 1000;

    out[0] = '\0';
    if (at_ms > 0 && localtime_r(&at, &tm))
        (void)strftime(out, cap, today ? "%H:%M" : "%d %b", &tm);
}

const char *table_cell_text(const struct dx_column *column, const struct dx_cell *cell,
                            int64_t now_ms, char *out, size_t cap)
{
    int64_t age;

    if (cell->text)
        return cell->text;
    switch (column->type) {
    case DX_CELL_TEXT:
    case DX_CELL_STATE:
    case DX_CELL_SPARK:
    case DX_CELL_HEAT:
    case DX_CELL_STRIP:
    case DX_CELL_TRIES:
    case DX_CELL_INTERVAL:
        out[0] = '\0';
        break;
    case DX_CELL_NUMBER:
        (void)format_value(out, cap, column->unit, cell->value);
        break;
    case DX_CELL_GAUGE:
        (void)format_value(out, cap, DX_UNIT_RATIO, cell->value);
        break;
    case DX_CELL_AGE:
        age = isnan(cell->value) || cell->value <= 0. ? -1 : now_ms - moment_of(cell->value);
        if (age >= 60000)
            age = age / 10000 * 10000; /* by the second it would only flicker */
        (void)snprintf(out, cap, "–");
        if (age >= 0 && cap >= TIME_TEXT)
            (void)duration_format(out, age, false);
        break;
    case DX_CELL_TIME:
        time_text(out, cap, isnan(cell->value) ? 0 : moment_of(cell->value), now_ms);
        break;
    }
    return out;
}

/* ---- filter ---- */

static bool row_contains(const struct table *table, const struct table_row *row, int only,
                         const char *word)
{
    char text[CELL_MAX];

    for (int i = 0; i < table->column_count; i++)
        if ((only < 0 || only == i) && narrow_in(table_cell_text(&table->columns[i], &row->cells[i],
                                                                 table->now_ms, text, sizeof(text)),
                                                 word))
            return true;
    return false;
}

static int column_named(const struct table *table, const struct narrow *narrow)
{
    for (int i = 0; i < table->column_count; i++)
        if (narrow_names(narrow, table->columns[i].title))
            return i;
    return -1;
}

static bool fits(const struct table *table, const struct table_row *row, const char *filter)
{
    struct narrow narrow = { .rest = filter };

    while (narrow_next(&narrow)) {
        int only = column_named(table, &narrow);
        const char *word = narrow.word + (only >= 0 ? narrow.column_len + 1 : 0);

        if (*word && row_contains(table, row, only, word) != narrow.wanted)
            return false;
    }
    return true;
}

static bool passes(const struct table *table, const struct table_row *row)
{
    return table->searched || fits(table, row, table->filter);
}

/* ---- order ---- */

static const struct table *sorted_table; /* qsort() hands no context on */
static bool sorted_by_text;              /* the cells of its column have no numbers */

static bool is_text(const struct dx_column *column)
{
    return column->type == DX_CELL_TEXT || column->type == DX_CELL_STRIP ||
           column->type == DX_CELL_TRIES;
}

/* Numbers in words: one of them may be 0. */
static bool has_numbers(const struct table *table, int column)
{
    for (size_t i = 0; i < table->shown; i++)
        if (fabs(table->rows[table->order[i]].cells[column].value) > 0.)
            return true;
    return false;
}

/* A moment of 0 is not known, and neither is a 0 that no text says. */
static double known(const struct dx_column *column, const struct dx_cell *cell)
{
    bool moment = column->type == DX_CELL_AGE || column->type == DX_CELL_TIME;
    bool said = !is_text(column) || (cell->text && *cell->text && strcmp(cell->text, "–") != 0);

    if (moment)
        return cell->value > 0. ? cell->value : (double)NAN;
    return said || fabs(cell->value) > 0. ? cell->value : (double)NAN;
}

static int compare_cells(const struct dx_column *column, const struct dx_cell *a,
                         const struct dx_cell *b, bool reverse)
{
    bool age = column->type == DX_CELL_AGE; /* the later the moment, the less it is */
    double x = known(column, a), y = known(column, b);
    int sign = reverse != age ? -1 : 1;

    if (sorted_by_text) {
        int order = strcasecmp(a->text ? a->text : "", b->text ? b->text : "");

        return reverse ? -order : order;
    }
    if (isnan(x) || isnan(y)) /* unknown comes last, whatever the order */
        return isnan(x) - isnan(y);
    /* Numbers begin with the largest: that is what is looked for. */
    return sign * ((x < y) - (x > y));
}

static int compare_worse(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a < b) - (a > b);
}

static int compare_rows(const void *one, const void *other)
{
    const struct table *t = sorted_table;
    size_t i = *(const size_t *)one, j = *(const size_t *)other;
    const struct table_row *a = &t->rows[i], *b = &t->rows[j];
    int order = a->apart - b->apart;

    if (order == 0 && t->sort < 0 && t->by_worse)
        order = compare_worse(a->worse[0], b->worse[0]);
    if (order == 0 && t->sort < 0 && t->by_worse)
        order = compare_worse(a->worse[1], b->worse[1]);
    if (order == 0 && t->sort >= 0)
        order =
            compare_cells(&t->columns[t->sort], &a->cells[t->sort], &b->cells[t->sort], t->reverse);
    if (order == 0)
        order = i < j ? -1 : i > j;
    if (t->sort < 0 && t->reverse && a->apart == b->apart)
        order = -order;
    return order;
}

static size_t selected_index(const struct table *table)
{
    for (size_t i = 0; i < table->shown; i++)
        if (strcmp(table->rows[table->order[i]].key, table->selected) == 0)
            return i;
    return SIZE_MAX;
}

static void select_index(struct table *table, size_t index)
{
    table->selected[0] = '\0';
    if (index < table->shown)
        (void)snprintf(table->selected, sizeof(table->selected), "%s",
                       table->rows[table->order[index]].key);
    table->at = index;
}

void table_arrange(struct table *table)
{
    size_t at;

    memset(table->need, 0, sizeof(table->need));
    table->shown = 0;
    for (size_t i = 0; i < table->row_count; i++)
        if (passes(table, &table->rows[i]))
            table->order[table->shown++] = i;
    sorted_table = table;
    sorted_by_text = table->shown > 1 && table->sort >= 0 &&
                     is_text(&table->columns[table->sort]) && !has_numbers(table, table->sort);
    if (table->shown > 1)
        qsort(table->order, table->shown, sizeof(*table->order), compare_rows);
    at = table->chosen ? selected_index(table) : SIZE_MAX;
    if (!table->chosen && table->shown > 0)
        select_index(table, 0);
    else if (at != SIZE_MAX)
        table->at = at;
    else if (table->shown > 0) /* it is gone: what stands in its place is nearest */
        select_index(table, table->at < table->shown ? table->at : table->shown - 1);
}

const struct table_row *table_selected(const struct table *table)
{
    size_t at = selected_index(table);

    return at == SIZE_MAX ? NULL : &table->rows[table->order[at]];
}

void table_move(struct table *table, int by, int rows_visible)
{
    size_t last = table->shown > 0 ? table->shown - 1 : 0, at = table->at;

    if (table->shown == 0)
        return;
    if (by == INT_MIN)
        at = 0;
    else if (by == INT_MAX)
        at = last;
    else if (by < 0)
        at = at > (size_t)-by ? at - (size_t)-by : 0;
    else
        at = at + (size_t)by < last ? at + (size_t)by : last;
    table->chosen = by != INT_MIN;
    select_index(table, at);
    if (at < table->top)
        table->top = at;
    if (rows_visible > 0 && at >= table->top + (size_t)rows_visible)
        table->top = at - (size_t)rows_visible + 1;
}

bool table_find(struct table *table, const char *filter, int by, int rows_visible)
{
    /* Where the panel has searched, all of it fits, in ways that only the panel knows. */
    bool all = table->searched && strcmp(table->filter, filter) == 0;

    for (size_t i = 1; i < table->shown; i++) {
        size_t at = (table->at + (by > 0 ? i : table->shown - i)) % table->shown;

        if (!all && !fits(table, &table->rows[table->order[at]], filter))
            continue;
        table_move(table, (int)at - (int)table->at, rows_visible);
        return true;
    }
    return false;
}

void table_scroll(struct table *table, int rows_visible)
{
    size_t rows = rows_visible > 0 ? (size_t)rows_visible : 0;

    if (rows == 0)
        return;
    if (table->top + rows > table->shown)
        table->top = table->shown > rows ? table->shown - rows : 0;
    if (table->at < table->top)
        table->top = table->at;
    if (table->shown > 0 && table->at >= table->top + rows)
        table->top = table->at - rows + 1;
}

bool table_select_key(struct table *table, const char *key)
{
    for (size_t i = 0; i < table->shown; i++) {
        if (strcmp(table->rows[table->order[i]].key, key) != 0)
            continue;
        table->chosen = true;
        select_index(table, i);
        return true;
    }
    return false;
}

bool table_select_at(struct table *table, int row)
{
    size_t at = table->top + (size_t)(row - 1);

    if (row < 1 || at >= table->shown)
        return false;
    table->chosen = true;
    select_index(table, at);
    return true;
}

int table_head_at(const struct table *table, int row, int col)
{
    for (int i = 0; row == 0 && i < table->column_count; i++)
        if (col < table->head_end[i])
            return i;
    return -1;
}
