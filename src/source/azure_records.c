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

struct azure_records azure_records(struct batch *batch, const json_t *list)
{
    size_t n = json_array_size(list);
    struct azure_records records = { 0 };

    n = n < AZURE_RECORDS_MOST ? n : AZURE_RECORDS_MOST;
    records.by_id = arena_alloc(&batch->arena, (n + 1) * sizeof(*records.by_id));
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

static int by_order(const void *a, const void *b)
{
    const struct azure_record *one = *(const struct azure_record *const *)a;
    const struct azure_record *other = *(const struct azure_record *const *)b;

    if (one->order != other->order)
        return one->order < other->order ? -1 : 1;
    return strcasecmp(one->id, other->id);
}

const struct azure_record **azure_below(struct batch *batch, const struct azure_records *records,
                                        const struct azure_record *record, const char *type,
                                        size_t *count)
{
    const struct azure_record **below;
    size_t n = 0;

    for (size_t i = 0; i < records->count; i++)
        n += strcasecmp(records->by_id[i].parent, record->id) == 0 &&
             azure_is(&records->by_id[i], type);
    below = arena_alloc(&batch->arena, (n + 1) * sizeof(*below));
    n = 0;
    for (size_t i = 0; i < records->count; i++)
        if (strcasecmp(records->by_id[i].parent, record->id) == 0 &&
            azure_is(&records->by_id[i], type))
            below[n++] = &records->by_id[i];
    qsort(below, n, sizeof(*below), by_order);
    *count = n;
    return below;
}
