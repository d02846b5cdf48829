/* runbooks: Markdown files of the configured folder, found by search, and read. */
#include <stdio.h>
#include <string.h>

#include "ci.h"

struct runbooks {
    const char *words; /* options */
};

enum { TITLE, FOUND, PATH, CHANGED, CELLS };
enum { LINE_MOST = 400, FOUND_MOST = 200 };

static const struct dx_option options[] = {
    { .name = "words",
      .type = DX_OPTION_TEXT,
      .offset = offsetof(struct runbooks, words),
      .fallback = "",
      .help = "only those with all of these words" },
    { 0 },
};

static const struct dx_column columns[] = {
    [TITLE] = { "RUNBOOK", DX_CELL_TEXT, DX_UNIT_NONE, 0, 16, 40, DX_FIT_LEFT,
                "its first heading, else the file's name" },
    [FOUND] = { "FOUND", DX_CELL_TEXT, DX_UNIT_NONE, 2, 20, 0, DX_FIT_LEFT,
                "where the words are that / looks for" },
    [PATH] = { "FILE", DX_CELL_TEXT, DX_UNIT_NONE, 3, 10, 30, DX_FIT_MIDDLE,
               "within the configured folder" },
    [CHANGED] = { "CHANGED", DX_CELL_AGE, DX_UNIT_NONE, 1, 7, 7, DX_FIT_RIGHT,
                  "how long ago the file was written" },
    [CELLS] = { 0 },
};

/* ---- the list ---- */

static void list_runbooks(const struct runbooks *p, const struct dx_view *view,
                          struct dx_list *list)
{
    char words[400];
    struct dx_rows *rows;
    int64_t n = 0;

    (void)snprintf(words, sizeof(words), "%s %s", p->words, dx_search(view));
    rows =
        dx_rows(view, DX_QUERY_RUNBOOKS,
                DX_FILTER(.name = words[strspn(words, " ")] ? words : "", .limit = FOUND_MOST + 1));
    for (; n < FOUND_MOST && dx_next(rows); n++) {
        const struct dx_cell cells[CELLS] = {
            [TITLE] = { .text = dx_text(rows, DX_FIELD_TITLE) },
            [FOUND] = { .text = dx_text(rows, DX_FIELD_TEXT), .role = DX_ROLE_DIM },
            [PATH] = { .text = dx_text(rows, DX_FIELD_NAME), .role = DX_ROLE_DIM },
            [CHANGED] = { .value = ci_time(rows, DX_FIELD_UPDATED) },
        };
        char key[32];

        dx_add(list, DX_ROW(.key = ci_copy(key, sizeof(key), dx_text(rows, DX_FIELD_KEY)),
                            .cells = cells, .into = dx_text(rows, DX_FIELD_TITLE)));
    }
    if (n == FOUND_MOST && dx_next(rows))
        dx_part_of(list, -1);
    dx_searched(list);
    dx_empty(list, *dx_search(view)
                       ? "No runbook has all of these words."
                       : "No runbooks: set `runbooks:` to a folder of Markdown files.");
}

/* ---- one, read ---- */

static const struct dx_column text_columns[] = {
    { "TEXT", DX_CELL_TEXT, DX_UNIT_NONE, 0, 10, 0, DX_FIT_LEFT, "as it is written" },
    { 0 },
};

struct reader {
    struct dx_list *list;
    int cols;
    int number;   /* of the next row */
    bool in_code; /* between ``` and ``` */
};

static void add_text(struct reader *r, const char *text, enum dx_role role, unsigned attr)
{
    const struct dx_cell cell = { .text = text, .role = role, .attr = attr };
    char key[16];

    (void)snprintf(key, sizeof(key), "%d", r->number++);
    dx_add(r->list, DX_ROW(.key = key, .cells = &cell));
}

/* One character: its bytes, and the columns that it takes. */
static size_t character(const char *text, int *cols)
{
    char one[8];
    size_t len = 1;

    while (len < 4 && ((unsigned char)text[len] & 0xC0) == 0x80)
        len++;
    (void)snprintf(one, sizeof(one), "%.*s", (int)len, text);
    *cols = dx_width(one);
    return len;
}

/* The bytes of the line that fit into so many columns, cut behind a word where there is one;
 * one character at least. */
static size_t fitting(const char *text, int cols)
{
    size_t len = 0, words = 0;
    int used = 0, width;

    while (text[len] && text[len] != '\n') {
        size_t more = character(text + len, &width);

        if ((used + width > cols || len + more > LINE_MOST) && len > 0)
            return words > 0 ? words : len;
        if (text[len] == ' ' && used > 0)
            words = len;
        len += more;
        used += width;
    }
    return len;
}

/* Up to its end. */
static void add_line(struct reader *r, const char *line)
{
    const size_t marks = strspn(line, "#");
    const bool fence = strncmp(line + strspn(line, " "), "```", 3) == 0;
    const bool heading = !r->in_code && marks > 0 && line[marks] == ' ';
    const enum dx_role role = heading ? DX_ROLE_TITLE : r->in_code ? DX_ROLE_KEY : DX_ROLE_TEXT;

    if (fence) {
        r->in_code = !r->in_code;
        return;
    }
    line += heading ? marks + 1 : 0;
    do {
        char part[LINE_MOST + 1];
        size_t len = fitting(line, r->cols);

        (void)snprintf(part, sizeof(part), "%.*s", (int)len, line);
        add_text(r, part, role, heading ? DX_BOLD : 0);
        line += len;
        line += *line == ' ' ? strspn(line, " ") : 0;
    } while (*line && *line != '\n');
}

static void read_one(const struct dx_view *view, struct dx_list *list, const char *key)
{
    struct dx_rows *rows = dx_rows(view, DX_QUERY_RUNBOOKS, DX_FILTER(.key = key));
    struct reader r = { .list = list, .cols = dx_view_cols(view) - 2 };
    const char *at;

    dx_empty(list, "This runbook is no longer there.");
    if (!dx_next(rows))
        return;
    dx_note(list, dx_text(rows, DX_FIELD_NAME));
    for (at = dx_text(rows, DX_FIELD_TEXT); *at; at += *at == '\n') {
        add_line(&r, at);
        at += strcspn(at, "\n");
    }
}

static const struct dx_level levels[] = { { .name = NULL, .columns = text_columns } };

static bool update(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err)
{
    (void)err;
    if (dx_depth(view) == 0)
        list_runbooks(state, view, list);
    else
        read_one(view, list, dx_key(view, 1));
    return true;
}

extern const struct dx_panel dx_panel_runbooks;
DX_EXPORT const struct dx_panel dx_panel_runbooks = {
    DX_PANEL_HEAD,
    .name = "runbooks",
    .summary = "Markdown files, found by their words, and read",
    .help = "The Markdown files of the folder that `runbooks:` names. / looks for those that have "
            "all the words, the best first, by BM25: a word that few of them have counts more, "
            "and so does one in the title.",
    .state_size = sizeof(struct runbooks),
    .options = options,
    .min_rows = 4,
    .min_cols = 30,
    .columns = columns,
    .update = update,
    .levels = levels,
    .level_count = sizeof(levels) / sizeof(levels[0]),
};
