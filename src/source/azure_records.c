/* azure: a timeline's records, which name their parents, as a tree. */
#include "config.h"

#include "source/azure.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "source/field.h"

enum { DEEP = 16 }; /* a tree that is no tree has an end all the same */

static int by_id(const void *a, const void *b)
{
    const struct azure_record *one = a, *other = b;

    return strcasecmp(one->id, other->id);
}

static int by_parent(const void *a, const void *b)
{
    const struct azure_record *one = *(const struct azure_record *const *)a;
    const struct azure_record *other = *(const struct azure_record *const *)b;
    int parents = strcasecmp(one->parent, other->parent);

    if (parents != 0)
        return parents;
    if (one->order != other->order)
        return one->order < other->order ? -1 : 1;
    return strcasecmp(one->id, other->id);
}

struct azure_records azure_records(struct batch *batch, const json_t *list)
{
    size_t n = json_array_size(list);
    struct azure_records records = { 0 };

    n = n < AZURE_RECORDS_MOST ? n : AZURE_RECORDS_MOST;
    records.by_id = arena_alloc(&batch->arena, (n + 1) * sizeof(*records.by_id));
    records.by_parent = arena_alloc(&batch->arena, (n + 1) * sizeof(const struct azure_record *));
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(list, i);

        records.by_id[i] = (struct azure_record){ .item = item,
                                                  .id = field_text(batch, item, "id"),
                                                  .parent = field_text(batch, item, "parentId"),
                                                  .type = field_text(batch, item, "type"),
                                                  .order = field_int(item, "order") };
    }
    records.count = n;
    qsort(records.by_id, n, sizeof(*records.by_id), by_id);
    for (size_t i = 0; i < n; i++)
        records.by_parent[i] = &records.by_id[i];
    qsort(records.by_parent, n, sizeof(const struct azure_record *), by_parent);
    return records;
}

bool azure_is(const struct azure_record *record, const char *type)
{
    return strcasecmp(record->type, type) == 0;
}

static const struct azure_record *parent_of(const struct azure_records *records,
                                            const struct azure_record *record)
{
    struct azure_record key = { .id = record->parent };

    return *record->parent ? bsearch(&key, records->by_id, records->count, sizeof(key), by_id)
                           : NULL;
}

const struct azure_record *azure_above(const struct azure_records *records,
                                       const struct azure_record *record, const char *type)
{
    for (int i = 0; i < DEEP; i++) {
        record = parent_of(records, record);
        if (!record || azure_is(record, type))
            return record;
    }
    return NULL;
}

/* The first that is below this parent, or would be. */
static size_t first_below(const struct azure_records *records, const char *parent)
{
    size_t from = 0, to = records->count;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (strcasecmp(records->by_parent[middle]->parent, parent) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

const struct azure_record **azure_below(struct batch *batch, const struct azure_records *records,
                                        const struct azure_record *record, const char *type,
                                        size_t *count)
{
    size_t from = first_below(records, record->id), to = from, n = 0;
    const struct azure_record **below;

    while (to < records->count && strcasecmp(records->by_parent[to]->parent, record->id) == 0)
        to++;
    below = arena_alloc(&batch->arena, (to - from + 1) * sizeof(const struct azure_record *));
    for (size_t i = from; i < to; i++)
        if (azure_is(records->by_parent[i], type))
            below[n++] = records->by_parent[i];
    *count = n;
    return below;
}
