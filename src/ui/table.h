/* table: the list widget. Columns and rows come from a panel; sorting,
 * filtering, the selection that follows the thing and the drawing are here. */
#ifndef UI_TABLE_H
#define UI_TABLE_H

#include "core/mem.h"
#include "ui/canvas.h"
#include "ui/marks.h"

struct table_row {
    const char *key, *url, *into;
    struct dx_cell *cells;
    bool apart;
    double worse[2]; /* than a week before, for `by_worse`: by this, then by that; NaN: nobody
                      * can say */
};

enum { TABLE_COLUMNS_MOST = 32, ROW_KEY = 600 /* keys of alerts have their labels */ };

struct table {
    const struct dx_column *columns;
    int column_count;
    struct arena arena; /* of the rows; anew with each update */
    struct table_row *rows;
    size_t row_count, row_cap;
    bool by_worse;  /* where the user sorts by nothing, what got worse comes first */
    bool searched;  /* the rows are what the filter asks for already */
    int64_t now_ms; /* of ages, as they were drawn last, or will be: a filter reads what is shown */

    /* what the user chose; survives updates */
    int sort; /* column, -1: as the panel yields */
    bool reverse;
    char filter[128];       /* see core/narrow.h */
    bool chosen;            /* the user moved the selection: until then, and after Home, it is on
                             * whatever comes first */
    char selected[ROW_KEY]; /* key of the selected row; "" the first */
    size_t at, top;         /* of the selected row in order; first row shown */

    /* columns that all rows need for their texts, which are many; 0: not known */
    int need[TABLE_COLUMNS_MOST], need_cols; /* on a canvas of so many */

    int head_end[TABLE_COLUMNS_MOST]; /* of each column's head as it was drawn; 0: it was not */

    struct marks marks; /* off, unless the host looks */

    size_t *order; /* of the rows that pass the filter, sorted */
    size_t shown;
};

void table_init(struct table *table, const struct dx_column *columns);
void table_done(struct table *table);
void table_clear(struct table *table);                         /* before an update */
void table_add(struct table *table, const struct dx_row *row); /* copies */
void table_arrange(struct table *table); /* after rows, sort or filter changed */
/* Move the selection by rows, or to an end with INT_MIN and INT_MAX. */
void table_move(struct table *table, int by, int rows_visible);
const struct table_row *table_selected(const struct table *table); /* NULL: none */
/* Select the next row that fits a filter, before it where by is -1, and from the other end
 * on; false: no other does. */
bool table_find(struct table *table, const char *filter, int by, int rows_visible);
bool table_select_key(struct table *table, const char *key);
bool table_select_at(struct table *table, int row); /* canvas row, header is 0 */
/* The column whose head was drawn there; -1: none. */
int table_head_at(const struct table *table, int row, int col);
/* What the last update left of the rows may be less: scroll to where so many that
 * are visible are full and the selected one is among them. */
void table_scroll(struct table *table, int rows_visible);
/* now_ms for ages; focused shows the selection. Never wraps, drops columns by
 * priority, numbers do not jitter. */
void table_draw(struct table *table, struct dx_canvas *canvas, int64_t now_ms, bool focused);
/* As it would be printed without a screen (once, export, --plain). */
const char *table_cell_text(const struct dx_column *column, const struct dx_cell *cell,
                            int64_t now_ms, char *out, size_t cap);

#endif
