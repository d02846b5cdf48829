/* tape: what several panels ask for in one look at the store is read once, and played to
 * each of them: how the sources stand, what tickets name, which projects there are. It is
 * kept as long as the read transaction, in which nothing can change. */
#include "config.h"

#include "store/rows.h"

#include <stdlib.h>
#include <string.h>

#include "core/mem.h"

struct tape {
    struct tape *next;
    const struct query *query;
    char *source, *name; /* what else it depends on */
    int64_t to_ms, window_ms, limit;
    size_t columns, count, cap; /* count: values */
    sqlite3_value **value;
};

static const char *or_nothing(const char *text)
{
    return text ? text : "";
}

bool tape_wanted(enum dx_query which, const struct dx_filter *filter)
{
    return which == DX_QUERY_SOURCES || which == DX_QUERY_PROJECTS ||
           (which == DX_QUERY_TICKET_REFS && !*or_nothing(filter->key));
}

const struct tape *tape_find(const struct store *store, const struct query *query,
                             const struct dx_filter *filter, int64_t to_ms)
{
    const struct tape *tape = store->tapes;

    while (tape &&
           (tape->query != query || tape->to_ms != to_ms || tape->window_ms != filter->window_ms ||
            tape->limit != filter->limit || strcmp(tape->source, or_nothing(filter->source)) != 0 ||
            strcmp(tape->name, or_nothing(filter->name)) != 0))
        tape = tape->next;
    return tape;
}

static void free_tape(struct tape *tape)
{
    for (size_t i = 0; i < tape->count; i++)
        sqlite3_value_free(tape->value[i]);
    free(tape->value);
    free(tape->source);
    free(tape->name);
    free(tape);
}

static bool add_row(struct tape *tape, sqlite3_stmt *stmt)
{
    bool whole = true;

    if (tape->count + tape->columns > tape->cap) {
        tape->cap = 2 * tape->cap + 8 * tape->columns;
        tape->value = mem_grow(tape->value, tape->cap, sizeof(void *));
    }
    for (size_t i = 0; i < tape->columns; i++) {
        sqlite3_value *value = sqlite3_value_dup(sqlite3_column_value(stmt, (int)i));

        whole = whole && value;
        tape->value[tape->count++] = value;
    }
    return whole;
}

const struct tape *tape_record(struct store *store, const struct query *query,
                               const struct dx_filter *filter, int64_t to_ms, sqlite3_stmt *stmt)
{
    struct tape *tape = mem_new(1, sizeof(*tape));
    bool row = true, ok = true;

    *tape = (struct tape){ .query = query,
                           .source = mem_text(or_nothing(filter->source)),
                           .name = mem_text(or_nothing(filter->name)),
                           .to_ms = to_ms,
                           .window_ms = filter->window_ms,
                           .limit = filter->limit,
                           .columns = (size_t)sqlite3_column_count(stmt) };
    while (row && (ok = store_row(store, stmt, &row, &store->read_error)) && row)
        if (!add_row(tape, stmt))
            ok = row = dx_fail(&store->read_error, DX_FAULT_SYSTEM, "no memory for what was read");
    if (!ok) {
        free_tape(tape);
        return NULL;
    }
    tape->next = store->tapes;
    store->tapes = tape;
    return tape;
}

sqlite3_value *tape_value(const struct tape *tape, size_t row, int column)
{
    size_t at = row * tape->columns + (size_t)column;

    return at < tape->count ? tape->value[at] : NULL;
}

size_t tape_rows(const struct tape *tape)
{
    return tape->columns > 0 ? tape->count / tape->columns : 0;
}

void tapes_forget(struct store *store)
{
    while (store->tapes) {
        struct tape *tape = store->tapes;

        store->tapes = tape->next;
        free_tape(tape);
    }
}
