/* levels: the drill-down of a panel: one list a level, the path that led there,
 * and instances that follow another one. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "panel/host.h"
#include "panel/levels.h"
#include "panel/watchdog.h"

enum { STEP_COLS = 48 };

static const struct dx_column *columns_at(const struct instance *in, int depth)
{
    const struct dx_panel *panel = in->panel;
    const struct dx_column *own = in->tables[0].columns;
    size_t level = depth > 0 ? (size_t)depth - 1 : 0;

    /* One that paints what another one shows does so at every level. */
    if (depth == 0 || level >= panel->level_count || (!own && in->base > 0))
        return own;
    return panel->levels[level].columns;
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
    if (in->open && !in->off) /* else it says why on every level */
        in->error = (struct dx_error){ .fault = DX_FAULT_NONE };
}

void levels_begin(struct instance *in)
{
    in->columns = in->panel->columns;
    watchdog_begin(in->panel->name);
    if (in->open && in->panel->columns_of)
        in->columns = in->panel->columns_of(in->state);
    (void)watchdog_end();
    in->tables = in->table = mem_new(1, sizeof(*in->tables));
    table_init(in->table, in->columns);
}

void levels_end(struct instance *in)
{
    for (int i = 0; in->tables && i <= in->reached; i++)
        table_done(&in->tables[i]);
    free(in->tables);
    free(in->path);
}

void instance_rest(struct instance *in)
{
    in->begun = false;
    for (int i = 0; i <= in->reached; i++)
        table_clear(&in->tables[i]);
}

/* Room for so many steps, and for the list after the last of them. */
static void reach(struct instance *in, int depth)
{
    size_t had = (size_t)in->reached, more = (size_t)depth - had;

    if (depth <= in->reached)
        return;
    in->tables = mem_grow(in->tables, had + more + 1, sizeof(*in->tables));
    in->path = mem_grow(in->path, had + more, sizeof(*in->path));
    memset(in->tables + had + 1, 0, more * sizeof(*in->tables));
    memset(in->path + had, 0, more * sizeof(*in->path));
    in->table = &in->tables[in->depth];
    in->reached = depth;
}

/* Another thing is looked at: what was chosen in the last one says nothing of it. */
static void forget(struct table *table)
{
    table_clear(table);
    table->selected[0] = table->filter[0] = '\0';
    table->chosen = false;
    table->at = table->top = 0;
}

static void set_step(struct instance *in, int at, const struct step *step)
{
    reach(in, at + 1);
    if (strcmp(in->path[at].key, step->key) != 0)
        forget(&in->tables[at + 1]);
    if (&in->path[at] != step)
        in->path[at] = *step;
}

static struct step step_of(const struct table_row *row)
{
    struct step step;

    (void)snprintf(step.key, sizeof(step.key), "%s", row->key);
    (void)text_cut(step.name, sizeof(step.name), row->into, STEP_COLS, "…");
    (void)snprintf(step.url, sizeof(step.url), "%s", row->url);
    return step;
}

void instance_push(struct instance *in, const struct step *step)
{
    if (in->depth == PATH_MOST)
        return;
    set_step(in, in->depth, step);
    in->depth++;
    settle(in);
}

void levels_whole(struct instance *in, const struct dx_row *row)
{
    (void)snprintf(in->whole.key, sizeof(in->whole.key), "%s", row->key ? row->key : "");
    (void)text_cut(in->whole.name, sizeof(in->whole.name), row->into ? row->into : "", STEP_COLS,
                   "…");
    (void)snprintf(in->whole.url, sizeof(in->whole.url), "%s", row->url ? row->url : "");
}

/* It paints its own level, and said what of it can be opened. */
static bool is_whole(const struct instance *in)
{
    return !in->columns && !in->idle && in->depth == 0;
}

bool instance_opens(const struct instance *in)
{
    const struct table_row *row = in->columns && !in->idle ? table_selected(in->table) : NULL;

    if (is_whole(in))
        return *in->whole.name && in->panel->level_count > 0;
    return row && *row->into && (size_t)in->depth < in->panel->level_count;
}

bool instance_enter(struct instance *in)
{
    struct step step;

    if (!instance_opens(in))
        return false;
    if (is_whole(in)) {
        instance_push(in, &in->whole);
        return true;
    }
    step = step_of(table_selected(in->table));
    in->table->chosen = true; /* coming back, it is still there */
    instance_push(in, &step);
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

void instance_hide(struct instance *in)
{
    while (instance_back(in))
        ;
    instance_rest(in);
    in->whole = (struct step){ .key = "" };
    in->idle = in->idle || in->base > 0; /* the path there has names in it */
}

const char *instance_url(const struct instance *in)
{
    const struct table_row *row = in->columns && !in->idle ? table_selected(in->table) : NULL;

    if (is_whole(in))
        return in->whole.url;
    if (!in->columns && !in->idle)
        return in->path[in->depth - 1].url;
    return row ? row->url : "";
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
    struct step step;

    same = in->idle == idle && in->base == base;
    for (int i = 0; same && !idle && i < base; i++)
        same = strcmp(in->path[i].key, i < base - 1 ? master->path[i].key : row->key) == 0;
    in->idle = idle;
    if (idle)
        return !same;
    for (int i = 0; i < base - 1; i++)
        set_step(in, i, &master->path[i]);
    step = step_of(row); /* also of the same row: what it is called, and its URL, may be new */
    set_step(in, base - 1, &step);
    if (same)
        return false;
    in->base = in->depth = base;
    settle(in);
    return true;
}
