/* marks: what changed since the last look. What is remembered of a row is a hash of its
 * key and one of its states: numbers and ages change all the time, and say nothing. */
#include "config.h"

#include "ui/marks.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "ui/table.h"

static uint64_t hash(uint64_t h, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;

    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

static struct mark mark_of(const struct table *table, const struct table_row *row)
{
    struct mark mark = { .key = hash(14695981039346656037u, row->key, strlen(row->key)),
                         .state = 14695981039346656037u };

    for (int i = 0; i < table->column_count; i++) {
        const struct dx_cell *cell = &row->cells[i];

        if (table->columns[i].type != DX_CELL_STATE)
            continue;
        mark.state = hash(mark.state, &cell->value, sizeof(cell->value));
        mark.state = hash(mark.state, &cell->role, sizeof(cell->role));
    }
    return mark;
}

static int by_key(const void *a, const void *b)
{
    const struct mark *x = a, *y = b;

    return (x->key > y->key) - (x->key < y->key);
}

void marks_done(struct marks *marks)
{
    free(marks->seen);
    *marks = (struct marks){ .on = false };
}

void marks_look(struct marks *marks, const struct table *table)
{
    free(marks->seen);
    marks->seen = mem_new(table->row_count + 1, sizeof(*marks->seen));
    marks->count = table->row_count;
    for (size_t i = 0; i < table->row_count; i++)
        marks->seen[i] = mark_of(table, &table->rows[i]);
    if (marks->count > 1)
        qsort(marks->seen, marks->count, sizeof(*marks->seen), by_key);
    marks->on = true;
}

static struct mark *find(const struct marks *marks, const struct mark *mark)
{
    return marks->count > 0 ? bsearch(mark, marks->seen, marks->count, sizeof(*marks->seen), by_key)
                            : NULL;
}

void marks_look_at(struct marks *marks, const struct table *table, const struct table_row *row)
{
    struct mark mark = mark_of(table, row), *seen = find(marks, &mark);

    if (seen) {
        *seen = mark;
        return;
    }
    marks->seen = mem_grow(marks->seen, marks->count + 1, sizeof(*marks->seen));
    marks->seen[marks->count++] = mark;
    qsort(marks->seen, marks->count, sizeof(*marks->seen), by_key);
}

bool marks_changed(const struct marks *marks, const struct table *table,
                   const struct table_row *row)
{
    struct mark mark = mark_of(table, row);
    const struct mark *seen = marks->on ? find(marks, &mark) : NULL;

    return marks->on && (!seen || seen->state != mark.state);
}
