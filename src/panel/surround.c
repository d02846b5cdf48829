/* surround: the frame of a panel: its path, how old its data is, what was cut. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "core/time.h"
#include "panel/host.h"
#include "ui/widgets.h"

enum { AGE_STEP_MS = 10000, LINE_MOST = 512 };

/* A sentence in the middle of nothing; wrapped at words. */
void instance_say(struct dx_canvas *inside, enum dx_role role, const char *sentence)
{
    int top = inside->rows > 2 ? 1 : 0;

    (void)canvas_put_wrapped(inside,
                             (struct dx_box){ top, 1, inside->rows - top, inside->cols - 2 },
                             &(struct dx_style){ .role = role }, sentence);
}

/* In steps of ten seconds: by the second it would only flicker. */
static const char *age_text(char out[TIME_TEXT], int64_t age_ms)
{
    age_ms = age_ms < 0 ? 0 : age_ms / AGE_STEP_MS * AGE_STEP_MS;
    if (age_ms < AGE_STEP_MS)
        (void)snprintf(out, TIME_TEXT, "now");
    else if (age_ms < 60000 || age_ms >= 3600000)
        (void)duration_format(out, age_ms, false);
    else
        (void)snprintf(out, TIME_TEXT, "%dm", (int)(age_ms / 60000));
    return out;
}

static size_t add_step(char *out, size_t cap, size_t len, const char *step, const char *mark)
{
    if (len < cap)
        len += (size_t)snprintf(out + len, cap - len, "%s %s ", step, mark);
    return len < cap ? len : cap - 1;
}

/* The path, and what it ends with. */
static const char *title_of(const struct instance *in, const struct dx_canvas *canvas, char *path,
                            size_t cap)
{
    const char *mark = canvas->grid->glyphs->glyph[DX_GLYPH_PATH];
    const char *last = in->idle ? "" : instance_level_name(in);
    const char *dot = strstr(in->title, " · ");
    int steps = in->idle ? 0 : in->depth;
    char first[sizeof(in->title)];
    size_t len = 0;

    path[0] = '\0';
    if (steps == 0)
        return in->title;
    /* The window, said after the dot, is the list's own. */
    (void)snprintf(first, sizeof(first), "%.*s",
                   dot ? (int)(dot - in->title) : (int)sizeof(first) - 1, in->title);
    len = add_step(path, cap, len, first, mark);
    if (!*last)
        last = in->path[--steps].name;
    for (int i = 0; i < steps; i++)
        len = add_step(path, cap, len, in->path[i].name, mark);
    return last;
}

/* The panel's own words, whose data it is, and how old that is. */
struct note {
    char words[160];
    const char *sources, *age;
};

/* Half of a part says another thing than the whole of it. */
static bool drop_part(char *words)
{
    char *last = NULL;

    for (char *at = words; *at; at++)
        if (strncmp(at, ", ", 2) == 0 || strncmp(at, " · ", strlen(" · ")) == 0)
            last = at;
    if (last)
        *last = '\0';
    return last != NULL;
}

/* The sources' names go first, then the words from the last part on: the age is what counts.
 * false: what is left is cut. */
static bool shorten(struct note *note)
{
    if (*note->sources && (*note->words || *note->age)) {
        note->sources = "";
        return true;
    }
    if (drop_part(note->words))
        return true;
    if (!*note->words || !*note->age)
        return false;
    note->words[0] = '\0';
    return true;
}

static void put_note(struct note *note, int room, char *out, size_t cap)
{
    do {
        bool more = *note->sources || *note->age;

        (void)snprintf(out, cap, "%s%s%s%s%s", note->words, *note->words && more ? " · " : "",
                       note->sources, *note->sources && *note->age ? " " : "", note->age);
    } while (text_width(out) > room && shorten(note));
}

static void note_of(const struct instance *in, int64_t now_ms, int room, char *out, size_t cap)
{
    bool follows = in->base > 0; /* what it follows says how old it is */
    struct note note = { .sources = follows ? "" : in->sources, .age = "" };
    char age[TIME_TEXT];

    if (in->stale && in->stale_ms > 0)
        (void)snprintf(out, cap, "stale %s · %s", age_text(age, now_ms - in->stale_ms),
                       in->stale_why);
    else if (in->stale)
        (void)snprintf(out, cap, "%s", in->stale_why);
    else if (in->fill_total > 0)
        (void)snprintf(out, cap, "filling %d %%", (int)(100 * in->fill_done / in->fill_total));
    else {
        if (*note.sources && in->last_ok_ms > 0)
            note.age = age_text(age, now_ms - in->last_ok_ms);
        (void)snprintf(note.words, sizeof(note.words), "%s", in->note);
        put_note(&note, room, out, cap);
    }
}

static const char *count_text(char *out, size_t cap, int64_t n)
{
    return format_value(out, cap, DX_UNIT_COUNT, (double)n);
}

/* Which rows are seen, of how many. Of a list that is a part of what there is, how many
 * were looked at; "300+" where nobody counted the others. */
static void foot_of(const struct instance *in, size_t rows, char *out, size_t cap)
{
    const struct table *table = in->table;
    bool part = in->total > (int64_t)table->row_count;
    const char *more = in->total < 0 ? "+" : "";
    char total[64], first[64];

    (void)count_text(total, sizeof(total), part ? in->total : (int64_t)table->row_count);
    (void)count_text(first, sizeof(first), (int64_t)table->shown);
    if (instance_painted(in) < table->shown)
        (void)snprintf(out, cap, "%zu of %zu", instance_painted(in), table->shown);
    else if (table->filter[0])
        (void)snprintf(out, cap, "/%s  %s of %s%s", table->filter, first, total, more);
    else if (part && rows > 0 && table->shown > 0)
        (void)snprintf(out, cap, "%zu-%zu of %s of %s", table->top + 1,
                       table->top + (rows < table->shown ? rows : table->shown), first, total);
    else if (rows > 0 && (rows < table->shown || *more))
        (void)snprintf(out, cap, "%zu-%zu of %zu%s", table->top + 1,
                       table->top + (rows < table->shown ? rows : table->shown), table->shown,
                       more);
}

struct dx_canvas instance_frame(const struct instance *in, struct dx_canvas *canvas, int64_t now_ms,
                                bool focused)
{
    char path[LINE_MOST], note[LINE_MOST] = "", foot[300] = "";
    struct frame frame = { .title = title_of(in, canvas, path, sizeof(path)),
                           .path = path,
                           .note = note,
                           .foot = foot,
                           .note_role = in->stale ? DX_ROLE_STALE : DX_ROLE_DIM,
                           .focused = focused };
    int rows = in->columns ? instance_list_rows(in, canvas->rows - 2) - 1 : 0;
    struct dx_canvas inside;

    note_of(in, now_ms, frame_note_cols(canvas, &frame), note, sizeof(note));
    if (in->columns)
        foot_of(in, rows > 0 && !instance_paints(in) ? (size_t)rows : 0, foot, sizeof(foot));
    for (const struct dx_column *c = in->columns; c && c->title; c++)
        frame.heat = frame.heat || c->type == DX_CELL_HEAT;
    inside = frame_draw(canvas, &frame);
    inside.stale = in->stale;
    return inside;
}
