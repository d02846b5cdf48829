/* marks: which rows of a list are new, or of another state, since somebody looked last. */
#ifndef UI_MARKS_H
#define UI_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table;
struct table_row;

struct mark { /* a row as it was seen */
    uint64_t key;
    uint64_t state;
};

struct marks {
    bool on;           /* something was looked at: from then on rows are marked */
    struct mark *seen; /* by key */
    size_t count;
};

void marks_done(struct marks *marks);
/* All rows of the table are seen as they are. */
void marks_look(struct marks *marks, const struct table *table);
void marks_look_at(struct marks *marks, const struct table *table, const struct table_row *row);
/* Was it not there, or of another state (the cells of DX_CELL_STATE) when it was seen? */
bool marks_changed(const struct marks *marks, const struct table *table,
                   const struct table_row *row);

#endif
