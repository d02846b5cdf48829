/* levels: the drill-down of a panel: one list a level, the path that led there,
 * and instances that follow another one. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "panel/host.h"
#include "panel/levels.h"

static const struct dx_column *columns_at(const struct instance *in, int depth)
{
    const struct dx_panel *panel = in->panel;
    const struct dx_column *own = in->tables[0].columns;
    size_t level = depth > 0 ? (size_t)depth - 1 : 0;

    return depth == 0 || !own || level >= panel->level_count ? own : panel->levels[level].columns;
}

/* The list of the level that is shown now. */
static void settle(struct instance *in)
{
    struct table *table = &in->tables[in->depth];

    in->columns = columns_at(in, in->depth);
    if (table->columns != in->columns) {
        table_done(table);
        table_init(table, in->columns);
    }
    in->table = table;
    in->error = (struct dx_error){ .fault = DX_FAULT_NONE };
}

void levels_begin(struct instance *in)
{
    in->columns = in->panel->columns;
    if (in->open && in->panel->columns_of)
        in->columns = in->panel->columns_of(in->state);
    table_init(&in->tables[0], in->columns);
    in->table = &in->tables[0];
}

/* Another thing is looked at: what was chosen in the last one says nothing of it. */
static void forget(struct table *table)
{
    table_clear(table);
    table->selected[0] = table->filter[0] = '\0';
    table->at = table->top = 0;
}

static void set_step(struct instance *in, int at, const char *key, const char *name)
{
    struct step *step = &in->path[at];

    if (strcmp(step->key, key) != 0)
        forget(&in->tables[at + 1]);
    (void)snprintf(step->key, sizeof(step->key), "%s", key);
    text_copy(step->name, sizeof(step->name), name);
}

void instance_push(struct instance *in, const char *key, const char *name)
{
    if (in->depth == PATH_MOST)
        return;
    set_step(in, in->depth, key, name);
    in->depth++;
    settle(in);
}

bool instance_enter(struct instance *in)
{
    const struct table_row *row = in->columns ? table_selected(in->table) : NULL;

    if (!row || !*row->into || (size_t)in->depth >= in->panel->level_count)
        return false;
    instance_push(in, row->key, row->into);
    return true;
}

bool instance_back(struct instance *in)
{
    if (in->depth <= in->base)
        return false;
    in->depth--;
    settle(in);
    return true;
}

const char *instance_level_name(const struct instance *in)
{
    const struct dx_level *level =
        in->depth > 0 && (size_t)in->depth <= in->panel->level_count && in->tables[0].columns
            ? &in->panel->levels[in->depth - 1]
            : NULL;

    return level && level->name ? level->name : "";
}

bool instance_follow(struct instance *in, const struct instance *master)
{
    const struct table_row *row =
        master->columns && !master->idle ? table_selected(master->table) : NULL;
    int base = master->depth + 1;
    bool idle = !row || !*row->into || (size_t)base > in->panel->level_count, same;

    same = in->idle == idle && in->base == base;
    for (int i = 0; same && !idle && i < base; i++)
        same = strcmp(in->path[i].key, i < base - 1 ? master->path[i].key : row->key) == 0;
    if (same)
        return false;
    in->idle = idle;
    if (idle)
        return true;
    for (int i = 0; i < base; i++)
        set_step(in, i, i < base - 1 ? master->path[i].key : row->key,
                 i < base - 1 ? master->path[i].name : row->into);
    in->base = in->depth = base;
    settle(in);
    return true;
}
