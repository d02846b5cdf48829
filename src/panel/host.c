/* host: what stands around a panel: options, state, rows, timing, errors. */
#include "config.h"

#include "panel/host.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/mem.h"
#include "panel/levels.h"
#include "panel/watchdog.h"

enum { SLOW_MS = 50, SLOW_TIMES = 3, FRAME = 2, FRAME_AND_HEAD = 3 };
enum { UNDER_LEAST = 6, KEPT_FROM = 16 };

/* ---- timing ---- */

static void begin(const struct instance *in)
{
    watchdog_begin(in->panel->name);
}

/* Over 50 ms three times in a row: it is switched off and says so. Each callback
 * by itself, for a quick draw() follows every slow update(). What only asks for a word or a
 * number is ended where it loops, and is not timed. */
static void end(struct instance *in, enum callback which)
{
    int took = watchdog_end();

    in->slow[which] = took > SLOW_MS ? in->slow[which] + 1 : 0;
    if (in->slow[which] < SLOW_TIMES)
        return;
    in->off = true;
    dx_fail(&in->error, DX_FAULT_SYSTEM,
            "switched off: it took more than %d ms %d times in a row (%d ms)", SLOW_MS, SLOW_TIMES,
            took);
}

/* ---- rows ---- */

struct dx_rows *rows_open(const struct dx_view *view, enum dx_query query,
                          const struct dx_filter *filter)
{
    struct dx_rows *rows = mem_new(1, sizeof(*rows));
    struct dx_filter mine = { .size = sizeof(mine) };

    if (filter) /* an older panel's is shorter */
        memcpy(&mine, filter, filter->size < sizeof(mine) ? filter->size : sizeof(mine));
    rows->ops = view->reader->ops;
    watchdog_aside(true);
    rows->rows = view->reader->open(view->reader->self, query, &mine, view->now_ms);
    watchdog_aside(false);
    rows->next = *view->open;
    *view->open = rows;
    return rows;
}

static void close_all(struct dx_rows *rows)
{
    while (rows) {
        struct dx_rows *next = rows->next;

        rows->ops->close(rows->rows);
        free(rows);
        rows = next;
    }
}

/* ---- beginning and end ---- */

static void name_it(struct instance *in, const char *title)
{
    const char *own = NULL;

    begin(in);
    if (in->panel->title && in->state)
        own = in->panel->title(in->state);
    (void)watchdog_end();
    if (title && *title)
        (void)snprintf(in->title, sizeof(in->title), "%s", title);
    else if (own && *own)
        (void)snprintf(in->title, sizeof(in->title), "%s", own);
    else
        (void)snprintf(in->title, sizeof(in->title), "%c%s",
                       toupper((unsigned char)in->panel->name[0]), in->panel->name + 1);
}

static void close_panel(struct instance *in)
{
    if (in->open && in->panel->close) {
        begin(in);
        in->panel->close(in->state);
        (void)watchdog_end();
    }
    in->open = false;
}

bool instance_open(struct instance *in, const struct dx_panel *panel, const char *title,
                   const void *settings, size_t settings_size)
{
    *in = (struct instance){ .panel = panel, .due_ms = INT64_MAX };
    in->state = mem_new(1, panel->state_size);
    if (settings)
        memcpy(in->state, settings,
               settings_size < panel->state_size ? settings_size : panel->state_size);
    begin(in);
    in->open = !panel->open || panel->open(in->state, &in->error);
    if (!in->open && in->error.fault == DX_FAULT_NONE)
        dx_fail(&in->error, DX_FAULT_SYSTEM, "it did not open and did not say why");
    end(in, CALLBACK_OPEN);
    name_it(in, title);
    levels_begin(in);
    if (in->open && !in->columns && !panel->draw) {
        close_panel(in);
        dx_fail(&in->error, DX_FAULT_SYSTEM, "it neither lists nor paints");
    }
    return in->open;
}

void instance_close(struct instance *in)
{
    close_panel(in);
    week_free(in);
    levels_end(in);
    free(in->findings);
    free(in->found);
    free(in->state);
    *in = (struct instance){ .panel = NULL };
}

/* ---- how old its data is ---- */

static void add_source(struct instance *in, const struct rows_ops *ops, const void *rows,
                       size_t *count)
{
    int64_t ok_ms = ops->integer(rows, DX_FIELD_LAST_OK);
    int64_t every_ms = ops->integer(rows, DX_FIELD_EVERY);
    enum dx_source_state state = (enum dx_source_state)ops->integer(rows, DX_FIELD_STATE);
    const char *why = ops->text(rows, DX_FIELD_TEXT);
    bool lost = state == DX_SOURCE_LOST || state == DX_SOURCE_STOPPED;
    int64_t due_ms = dx_stale_from(state, ok_ms, every_ms);

    in->awaited = in->awaited || (ok_ms == 0 && !lost);
    if ((*count)++ == 0)
        (void)snprintf(in->sources, sizeof(in->sources), "%s", ops->text(rows, DX_FIELD_SOURCE));
    else
        (void)snprintf(in->sources, sizeof(in->sources), "%zu sources", *count);
    if (in->last_ok_ms == 0 || (ok_ms > 0 && ok_ms < in->last_ok_ms))
        in->last_ok_ms = ok_ms;
    if (every_ms > in->every_ms)
        in->every_ms = every_ms;
    if (due_ms < in->due_ms) {
        in->due_ms = due_ms;
        in->stale_ms = ok_ms;
        (void)snprintf(in->stale_why, sizeof(in->stale_why), "%s%s%s",
                       ops->text(rows, DX_FIELD_SOURCE), *why ? " " : "", why);
    }
    if ((state == DX_SOURCE_FILLING || state == DX_SOURCE_LIVE) &&
        ops->integer(rows, DX_FIELD_TOTAL) > 0) { /* between polls it is live */
        in->fill_done += ops->integer(rows, DX_FIELD_DONE);
        in->fill_total += ops->integer(rows, DX_FIELD_TOTAL);
    }
}

static const char *source_of(const struct instance *in)
{
    const char *only = NULL;

    begin(in);
    if (in->panel->source && in->state)
        only = in->panel->source(in->state);
    (void)watchdog_end();
    return only;
}

/* When its data is going to be too old: frames are drawn without an update too. */
static void read_age(struct instance *in, const struct reader *reader, int64_t now_ms)
{
    const struct rows_ops *ops = reader->ops;
    const char *only = source_of(in);
    size_t count = 0;
    bool answered = false;
    void *rows;

    in->awaited = false;
    in->last_ok_ms = in->every_ms = in->stale_ms = in->fill_done = in->fill_total = 0;
    in->due_ms = INT64_MAX;
    in->sources[0] = in->stale_why[0] = '\0';
    if (in->panel->reads == 0)
        return;
    rows = reader->open(reader->self, DX_QUERY_SOURCES, DX_FILTER(.source = only), now_ms);
    while (ops->next(rows)) {
        answered = answered || ops->integer(rows, DX_FIELD_LAST_OK) > 0;
        if ((uint32_t)ops->integer(rows, DX_FIELD_YIELDS) & in->panel->reads)
            add_source(in, ops, rows, &count);
    }
    ops->close(rows);
    in->awaited = in->awaited || !answered;
}

/* ---- what changed since somebody looked ---- */

void instance_look(struct instance *in)
{
    if (in->columns && in->depth == 0 && in->base == 0 && in->table->marks.on)
        marks_look(&in->table->marks, in->table);
}

/* What comes while history is filled in, or from the first answer, is nothing new. */
static void watch_changes(struct instance *in)
{
    bool settled = in->panel->reads != 0 && !in->awaited && in->fill_total == 0;

    if (!in->columns || in->depth > 0 || in->base > 0 || in->idle)
        return;
    if (!settled || !in->table->marks.on)
        marks_look(&in->table->marks, in->table);
    in->table->marks.on = settled;
}

/* ---- update and events ---- */

/* The panel's update() in this view; then: of the week before, which says nothing. */
static void run_update(struct instance *in, const struct dx_view *view, bool then)
{
    struct dx_list list = { .instance = in, .then = then };
    const struct reader *reader = view->reader;
    struct dx_error error = { 0 };
    const struct dx_error *broken;

    begin(in);
    if (!in->panel->update(in->state, view, &list, &error) && error.fault == DX_FAULT_NONE)
        dx_fail(&error, DX_FAULT_SYSTEM, "it failed and did not say why");
    in->error = error;
    end(in, CALLBACK_UPDATE);
    close_all(*view->open);
    *view->open = NULL;
    broken = reader->error ? reader->error(reader->self) : NULL;
    if (broken && in->error.fault == DX_FAULT_NONE)
        in->error = *broken;
}

/* Only what was shown before is waited for: what comes anew is there at once. */
static void hurry(struct instance *in)
{
    const char *key = in->depth > 0 ? in->path[in->depth - 1].key : "";

    in->later = in->hurried && !(in->begun && strcmp(in->begun_key, key) == 0);
    in->begun = true;
    (void)snprintf(in->begun_key, sizeof(in->begun_key), "%s", key);
}

void instance_update(struct instance *in, const struct reader *reader, int64_t now_ms, int rows,
                     int cols)
{
    struct dx_rows *open = NULL;
    struct dx_view view = { .reader = reader,
                            .now_ms = now_ms,
                            .rows = rows,
                            .cols = cols,
                            .instance = in,
                            .open = &open };
    struct dx_view before = view;

    in->owes = false;
    if (!in->open || in->off)
        return;
    read_age(in, reader, now_ms);
    week_settle(in);
    in->note[0] = in->empty[0] = '\0';
    in->finding_count = in->found_count = 0;
    in->total = 0;
    if (in->columns)
        table_clear(in->table);
    else if (in->depth == 0)
        in->whole = (struct step){ .key = "" };
    if (in->idle)
        return;
    hurry(in);
    if (in->before) {
        before.reader = in->before->reader;
        before.now_ms = in->before->now_ms;
        view.before = &before;
    }
    if (in->week && in->depth == 0)
        run_update(in, &before, true);
    if (in->error.fault == DX_FAULT_NONE || !in->week)
        run_update(in, &view, false);
    if (in->columns) {
        in->table->now_ms = now_ms;
        table_arrange(in->table);
    }
    watch_changes(in);
    in->updated_ms = now_ms;
}

void instance_missed(struct instance *in)
{
    if (in->updated_ms == 0 || in->due_ms <= in->updated_ms)
        return; /* it says already since when it is stale */
    in->due_ms = in->stale_ms = in->updated_ms;
    (void)snprintf(in->stale_why, sizeof(in->stale_why), "the store cannot be read");
}

enum dx_reply instance_event(struct instance *in, const struct dx_event *event,
                             struct dx_host *host)
{
    enum dx_reply reply;

    if (!in->open || in->off || !in->panel->event)
        return DX_IGNORED;
    begin(in);
    reply = in->panel->event(in->state, event, host);
    end(in, CALLBACK_EVENT);
    return reply;
}

bool instance_paints(const struct instance *in)
{
    return in->columns && in->depth == 0 && in->panel->paint && in->state && !in->off &&
           !in->table->filter[0] && in->table->sort < 0;
}

size_t instance_painted(const struct instance *in)
{
    size_t all = in->table->shown, most;

    if (!instance_paints(in) || !in->panel->painted)
        return all;
    begin(in);
    most = in->panel->painted(in->state);
    (void)watchdog_end();
    return most < all ? most : all;
}

bool instance_select_at(struct instance *in, int row, int col)
{
    const char *key = "";

    if (!instance_paints(in))
        return in->columns && row < in->listed && table_select_at(in->table, row);
    begin(in);
    if (in->panel->at)
        key = in->panel->at(in->state, row, col);
    (void)watchdog_end();
    return *key && table_select_key(in->table, key);
}

const char *instance_about(const struct instance *in, const char *row_key)
{
    const char *about = NULL;

    begin(in);
    if (in->panel->about && in->state)
        about = in->panel->about(in->state, row_key);
    (void)watchdog_end();
    return about ? about : "";
}

int instance_rows_on(const struct dx_panel *panel, int page_rows, int page_cols, bool *bare)
{
    int rows;

    watchdog_begin(panel->name);
    rows = panel->rows_on(page_rows, page_cols, bare);
    (void)watchdog_end();
    return rows;
}

static void paint(struct instance *in, struct dx_canvas *inside, bool focused)
{
    begin(in);
    in->panel->paint(in->state, focused ? in->table->selected : "", inside);
    end(in, CALLBACK_DRAW);
}

int instance_under_rows(const struct instance *in, size_t listed, int rows)
{
    int left = listed < (size_t)rows ? rows - (int)listed - 1 : 0;

    if (!in->panel->under || in->depth > 0 || in->off)
        return 0;
    if (left >= UNDER_LEAST)
        return left;
    if (!in->keeps || rows < KEPT_FROM)
        return 0;
    return rows / 3 > UNDER_LEAST ? rows / 3 : UNDER_LEAST;
}

int instance_list_rows(const struct instance *in, int rows)
{
    return rows - instance_under_rows(in, in->table->shown, rows);
}

/* The rows, and what the panel has to say of the selected one where they leave room. */
static void draw_list(struct instance *in, struct dx_canvas *inside, int64_t now_ms, bool focused)
{
    int listed = instance_list_rows(in, inside->rows);
    struct dx_box rest = { listed, 0, inside->rows - listed, inside->cols };
    struct dx_canvas list = canvas_sub(inside, (struct dx_box){ 0, 0, listed, inside->cols }),
                     under;
    bool marked = in->table->marks.on;

    if (in->unmarked)
        in->table->marks.on = false;
    table_draw(in->table, &list, now_ms, focused || in->followed);
    in->table->marks.on = marked;
    in->listed = listed;
    if (rest.rows == 0)
        return;
    under = canvas_sub(inside, rest);
    begin(in);
    in->panel->under(in->state, in->table->selected, &under);
    end(in, CALLBACK_DRAW);
}

void instance_draw(struct instance *in, struct dx_canvas *canvas, int64_t now_ms, bool focused)
{
    struct dx_canvas inside;
    bool bare;

    in->stale = now_ms > in->due_ms && !in->panel->paint;
    if (in->columns)
        table_scroll(in->table,
                     instance_list_rows(in, canvas->rows - FRAME) - 1); /* counted there */
    bare = in->bare && (instance_paints(in) || canvas->rows <= FRAME_AND_HEAD);
    inside = bare ? *canvas : instance_frame(in, canvas, now_ms, focused);
    if (inside.rows < 1 || inside.cols < 1)
        return;
    if (in->error.fault != DX_FAULT_NONE) {
        instance_say(&inside, DX_ROLE_BAD, in->error.text);
        return;
    }
    if (in->idle) {
        instance_say(&inside, DX_ROLE_DIM, "Nothing is selected that has more in it.");
        return;
    }
    if (in->columns && in->table->shown == 0) {
        instance_say(&inside, DX_ROLE_DIM,
                     in->table->row_count > 0 ? "Nothing fits the filter."
                     : *in->empty             ? in->empty
                                              : "Nothing here yet.");
        return;
    }
    if (instance_paints(in)) {
        paint(in, &inside, focused);
        return;
    }
    if (in->columns) {
        draw_list(in, &inside, now_ms, focused);
        return;
    }
    begin(in);
    in->panel->draw(in->state, &inside);
    end(in, CALLBACK_DRAW);
}
