/* row: the values of the row that a query is at. The file may be damaged, or somebody else's who
 * may write in it (a shared store is its group's): whoever shows and counts gets nothing that
 * would harm. */
#include "config.h"

#include "store/rows.h"

#include <math.h>
#include <string.h>

#include "core/text.h"

static int column_of(const struct rows *rows, enum dx_field field)
{
    return (rows->stmt || rows->tape) && (unsigned)field < DX_FIELD_COUNT ? rows->column[field]
                                                                          : -1;
}

/* Of the current row. */
static sqlite3_value *played(const struct rows *rows, int column)
{
    return tape_value(rows->tape, rows->played - 1, column);
}

static bool is_point(const struct rows *rows, enum dx_field field)
{
    return rows->points.sample && points_field(field);
}

static int type_of(const struct rows *rows, int column)
{
    return rows->tape ? sqlite3_value_type(played(rows, column))
                      : sqlite3_column_type(rows->stmt, column);
}

bool row_has(const void *self, enum dx_field field)
{
    const struct rows *rows = self;
    int column = column_of(rows, field);

    return is_point(rows, field) || (column >= 0 && type_of(rows, column) != SQLITE_NULL);
}

int64_t row_integer(const void *self, enum dx_field field)
{
    const struct rows *rows = self;
    int column = column_of(rows, field);

    if (is_point(rows, field))
        return bounded(points_integer(&rows->points, field));
    if (column >= 0 && rows->tape)
        return bounded(sqlite3_value_int64(played(rows, column)));
    return column >= 0 ? column_int(rows->stmt, column) : 0;
}

double row_number(const void *self, enum dx_field field)
{
    const struct rows *rows = self;
    int column = column_of(rows, field), type;

    if (is_point(rows, field))
        return points_number(&rows->points, field);
    type = column >= 0 ? type_of(rows, column) : SQLITE_NULL;
    if (type != SQLITE_INTEGER && type != SQLITE_FLOAT)
        return (double)NAN;
    if (rows->tape)
        return sqlite3_value_double(played(rows, column));
    return sqlite3_column_double(rows->stmt, column);
}

/* As it is, or where it is not fit to be shown a copy that is. */
static const char *shown(const struct rows *rows, const char *text)
{
    char *copy;

    if (text_is_safe(text))
        return text;
    copy = arena_raw(&rows->store->foul, 3 * strlen(text) + 1);
    text_make_safe(copy, text);
    return copy;
}

const char *row_text(const void *self, enum dx_field field)
{
    const struct rows *rows = self;
    int column = column_of(rows, field);
    const unsigned char *text;

    if (column < 0 || is_point(rows, field))
        return "";
    text = rows->tape ? sqlite3_value_text(played(rows, column))
                      : sqlite3_column_text(rows->stmt, column);
    return text ? shown(rows, (const char *)text) : "";
}
