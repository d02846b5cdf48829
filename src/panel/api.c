/* api: the functions that dxtop exports to panels, in one object file so that
 * the linker keeps all of them. */
#include "config.h"

#include "panel/api.h"

#include <stdio.h>
#include <string.h>

#include "core/mem.h"
#include "core/text.h"
#include "model/stale.h"
#include "panel/host.h"
#include "panel/watchdog.h"
#include "panel/levels.h"
#include "ui/widgets.h"

const uint32_t api_abi = DX_PANEL_ABI;

enum { VALUE_MOST = 2048 }; /* of a label; all labels together are at most that */

/* ---- drawing ---- */

int dx_canvas_rows(const struct dx_canvas *canvas)
{
    return canvas->rows;
}

int dx_canvas_cols(const struct dx_canvas *canvas)
{
    return canvas->cols;
}

int dx_put(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
           const char *text)
{
    return canvas_put(canvas, row, col, style, text);
}

int dx_put_fit(struct dx_canvas *canvas, struct dx_box box, enum dx_fit fit,
               const struct dx_style *style, const char *text)
{
    return canvas_put_fit(canvas, box, fit, style, text);
}

int dx_put_wrapped(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                   const char *text)
{
    return canvas_put_wrapped(canvas, box, style, text);
}

int dx_width(const char *text)
{
    return text_width(text);
}

const char *dx_format(char *out, size_t cap, enum dx_unit unit, double value)
{
    return format_value(out, cap, unit, value);
}

const char *dx_glyph(const struct dx_canvas *canvas, enum dx_glyph glyph)
{
    return (unsigned)glyph < DX_GLYPH_COUNT ? canvas->grid->glyphs->glyph[glyph] : "";
}

void dx_graph(struct dx_canvas *canvas, struct dx_box box, const struct dx_graph *graph)
{
    struct dx_graph mine = { .size = sizeof(mine) };

    memcpy(&mine, graph, graph->size < sizeof(mine) ? graph->size : sizeof(mine));
    graph_draw(canvas, box, &mine);
}

void dx_spark(struct dx_canvas *canvas, struct dx_box box, const struct dx_spark *spark)
{
    struct dx_spark mine = { .size = sizeof(mine) };

    memcpy(&mine, spark, spark->size < sizeof(mine) ? spark->size : sizeof(mine));
    spark_draw(canvas, box, &mine);
}

void dx_gauge(struct dx_canvas *canvas, struct dx_box box, double share, double goal,
              enum dx_role role)
{
    gauge_draw(canvas, box, share, goal, role);
}

void dx_progress(struct dx_canvas *canvas, struct dx_box box, double done, double total,
                 const char *words)
{
    progress_draw(canvas, box, done, total, words);
}

void dx_heat(struct dx_canvas *canvas, struct dx_box box, const double *value, size_t count,
             double goal)
{
    heat_draw(canvas, box, value, count, goal);
}

void dx_strip(struct dx_canvas *canvas, struct dx_box box, const char *marks)
{
    strip_draw(canvas, box, marks);
}

void dx_interval(struct dx_canvas *canvas, struct dx_box box, const struct dx_interval *interval)
{
    interval_draw(canvas, box, interval);
}

void dx_big(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
            const char *text)
{
    big_draw(canvas, box, style, text);
}

int dx_big_cols(const struct dx_canvas *canvas, int rows, const char *text)
{
    return big_cols(canvas, rows, text);
}

void dx_frame(struct dx_canvas *canvas, struct dx_box box, const char *title, const char *note,
              bool focused)
{
    struct dx_canvas window = canvas_sub(canvas, box);

    (void)frame_draw(
        &window, &(struct frame){
                     .title = title, .note = note, .note_role = DX_ROLE_DIM, .focused = focused });
}

void dx_loud_frame(struct dx_canvas *canvas, struct dx_box box, enum dx_role role)
{
    frame_loud(canvas, box, role);
}

/* ---- reading ---- */

int64_t dx_now(const struct dx_view *view)
{
    return view->now_ms;
}

const struct dx_view *dx_before(const struct dx_view *view)
{
    return view->before;
}

int dx_view_rows(const struct dx_view *view)
{
    return view->rows;
}

int dx_rows_under(const struct dx_view *view, size_t listed)
{
    return instance_under_rows(view->instance, listed, view->rows);
}

int dx_view_cols(const struct dx_view *view)
{
    return view->cols;
}

bool dx_later(const struct dx_view *view)
{
    view->instance->owes = view->instance->owes || view->instance->later;
    return view->instance->later;
}

int dx_depth(const struct dx_view *view)
{
    return view->instance->depth;
}

const char *dx_key(const struct dx_view *view, int level)
{
    const struct instance *in = view->instance;

    return level >= 1 && level <= in->depth ? in->path[level - 1].key : "";
}

const char *dx_search(const struct dx_view *view)
{
    const struct instance *in = view->instance;

    return in->columns ? in->table->filter : "";
}

int dx_sorted(const struct dx_view *view, bool *reverse)
{
    const struct instance *in = view->instance;

    *reverse = in->columns && in->table->reverse;
    return in->columns ? week_own_column(in, in->table->sort) : -1;
}

struct dx_rows *dx_rows(const struct dx_view *view, enum dx_query query,
                        const struct dx_filter *filter)
{
    return rows_open(view, query, filter);
}

bool dx_next(struct dx_rows *rows)
{
    bool row;

    watchdog_aside(true);
    row = rows->ops->next(rows->rows);
    watchdog_aside(false);
    return row;
}

bool dx_has(const struct dx_rows *rows, enum dx_field field)
{
    return rows->ops->has(rows->rows, field);
}

/* What is beyond is of a damaged store. */
int64_t dx_int(const struct dx_rows *rows, enum dx_field field)
{
    int64_t value = rows->ops->integer(rows->rows, field);

    return value > DX_INT_MOST ? DX_INT_MOST : value < -DX_INT_MOST ? -DX_INT_MOST : value;
}

double dx_number(const struct dx_rows *rows, enum dx_field field)
{
    return rows->ops->number(rows->rows, field);
}

const char *dx_text(const struct dx_rows *rows, enum dx_field field)
{
    return rows->ops->text(rows->rows, field);
}

const char *dx_label(char *out, size_t cap, const char *labels, const char *name)
{
    size_t len = strlen(name), n = 0;
    char value[VALUE_MOST];

    for (const char *p = strchr(labels, '{'); p && *p; p++) {
        bool wanted;

        p += 1 + strspn(p + 1, ", ");
        wanted = strncmp(p, name, len) == 0 && p[len] == '=';
        p = strchr(p, '"');
        if (!p)
            break;
        for (p++; *p && *p != '"'; p++) {
            if (*p == '\\' && p[1])
                p++;
            if (wanted && n < sizeof(value) - 1)
                value[n++] = *p;
        }
        if (wanted || !*p)
            break;
    }
    value[n] = '\0';
    text_copy(out, cap, value);
    return out;
}

int64_t dx_stale_from(enum dx_source_state state, int64_t last_ok_ms, int64_t every_ms)
{
    return stale_from(state, last_ok_ms, every_ms);
}

const char *dx_typed(const struct dx_view *view, const char *action, char *out, size_t cap)
{
    enum action which = action_find(action);
    struct keymap shipped;

    text_copy(out, cap, "");
    if (which == ACTION_COUNT)
        return out;
    if (view->instance->keymap)
        return keymap_say(view->instance->keymap, which, out, cap);
    keymap_init(&shipped);
    return keymap_say(&shipped, which, out, cap);
}

/* ---- rows ---- */

void dx_add(struct dx_list *list, const struct dx_row *row)
{
    struct instance *in = list->instance;
    struct dx_row mine = { .size = sizeof(mine) };

    memcpy(&mine, row, row->size < sizeof(mine) ? row->size : sizeof(mine)); /* an older panel's */
    if (in->columns && in->week && in->depth == 0)
        week_add(in, &mine, list->then);
    else if (in->columns)
        table_add(in->table, &mine);
    else if (in->depth == 0 && !list->then && !*in->whole.key)
        levels_whole(in, &mine);
}

void dx_note(struct dx_list *list, const char *note)
{
    if (list->then)
        return;
    text_copy(list->instance->note, sizeof(list->instance->note), note);
}

void dx_empty(struct dx_list *list, const char *sentence)
{
    if (list->then)
        return;
    text_copy(list->instance->empty, sizeof(list->instance->empty), sentence);
}

void dx_searched(struct dx_list *list)
{
    if (!list->then)
        list->instance->table->searched = true;
}

void dx_part_of(struct dx_list *list, int64_t total)
{
    if (!list->then)
        list->instance->total = total;
}

uint64_t finding_mark(enum dx_role role, const char *subject, const char *sentence)
{
    struct finding f; /* as it is kept */
    uint64_t hash;

    text_copy(f.subject, sizeof(f.subject), subject);
    text_copy(f.sentence, sizeof(f.sentence), sentence);
    hash = text_hash_on(text_hash_on(text_hash(f.subject), "\n"), f.sentence);
    return hash << 1 | (role == DX_ROLE_BAD);
}

/* The last warning, for what is bad. false: there is none. */
static bool warning_goes(struct instance *in)
{
    size_t i = in->finding_count;

    while (i > 0 && in->findings[i - 1].role == DX_ROLE_BAD)
        i--;
    if (i == 0)
        return false;
    in->finding_count--;
    memmove(&in->findings[i - 1], &in->findings[i],
            (in->finding_count + 1 - i) * sizeof(in->findings[0]));
    return true;
}

void dx_finding(struct dx_list *list, enum dx_role role, const char *subject, const char *sentence)
{
    struct instance *in = list->instance;
    struct finding *f;

    if (list->then)
        return;
    if (!in->findings)
        in->findings = mem_new(FINDINGS_MOST, sizeof(*in->findings));
    if (in->found_count == in->found_room) {
        in->found_room = 2 * in->found_room + FINDINGS_MOST;
        in->found = mem_grow(in->found, in->found_room, sizeof(*in->found));
    }
    in->found[in->found_count++] = finding_mark(role, subject, sentence);
    if (in->finding_count == FINDINGS_MOST && !(role == DX_ROLE_BAD && warning_goes(in)))
        return;
    f = &in->findings[in->finding_count++];
    f->role = role;
    text_copy(f->subject, sizeof(f->subject), subject);
    text_copy(f->sentence, sizeof(f->sentence), sentence);
}

/* ---- events ---- */

void dx_push(struct dx_host *host, const char *step)
{
    struct step mine = { .url = "" };

    text_copy(mine.key, sizeof(mine.key), step);
    text_copy(mine.name, sizeof(mine.name), step);
    instance_push(host->instance, &mine);
    host->changed = true;
}

void dx_back(struct dx_host *host)
{
    if (instance_back(host->instance))
        host->changed = true;
}

const char *dx_path(const struct dx_view *view)
{
    const struct instance *in = view->instance;

    return in->depth > 0 ? in->path[in->depth - 1].name : "";
}

static void wish(struct dx_host *host, enum wish_kind kind, const char *text)
{
    host->wish = kind;
    text_copy(host->text, sizeof(host->text), text);
}

void dx_open_url(struct dx_host *host, const char *url)
{
    wish(host, WISH_URL, url);
}

void dx_copy(struct dx_host *host, const char *text)
{
    wish(host, WISH_COPY, text);
}

void dx_message(struct dx_host *host, const char *text)
{
    wish(host, WISH_MESSAGE, text);
}

void dx_wish_poll(struct dx_host *host, const char *source)
{
    wish(host, WISH_POLL, source);
}

void dx_verdict(struct dx_host *host, const char *key, enum dx_verdict verdict,
                const char *category)
{
    static const char *const words[] = { [DX_VERDICT_NONE] = "undo",
                                         [DX_VERDICT_ACCEPTED] = "accept",
                                         [DX_VERDICT_IGNORED] = "ignore" };
    char text[300];

    (void)snprintf(text, sizeof(text), "%s %s %s", key, words[verdict], category);
    wish(host, WISH_VERDICT, text);
}

void dx_word(struct dx_host *host, const char *key, enum dx_word word, bool back)
{
    host->word = word;
    host->back = back;
    wish(host, WISH_WORD, key);
}
