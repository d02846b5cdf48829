/* big: large digits that are read from three metres. */
#include "config.h"

#include <string.h>

#include "core/text.h"
#include "ui/widgets.h"

struct letter {
    const char *text; /* the character that it draws */
    const char *row[5];
};

static const struct letter five[] = {
    { "0", { "██████", "██  ██", "██  ██", "██  ██", "██████" } },
    { "1", { "████  ", "  ██  ", "  ██  ", "  ██  ", "██████" } },
    { "2", { "██████", "    ██", "██████", "██    ", "██████" } },
    { "3", { "██████", "    ██", " █████", "    ██", "██████" } },
    { "4", { "██  ██", "██  ██", "██████", "    ██", "    ██" } },
    { "5", { "██████", "██    ", "██████", "    ██", "██████" } },
    { "6", { "██████", "██    ", "██████", "██  ██", "██████" } },
    { "7", { "██████", "    ██", "    ██", "    ██", "    ██" } },
    { "8", { "██████", "██  ██", "██████", "██  ██", "██████" } },
    { "9", { "██████", "██  ██", "██████", "    ██", "██████" } },
    { ".", { "  ", "  ", "  ", "  ", "██" } },
    { ":", { "  ", "██", "  ", "██", "  " } },
    { ",", { "  ", "  ", "  ", "██", " █" } },
    { "%", { "██  ██", "   ██ ", "  ██  ", " ██   ", "██  ██" } },
    { "m", { "       ", "       ", "█▀▀█▀▀█", "█  █  █", "█  █  █" } },
    { "s", { "    ", "    ", "█▀▀▀", "▀▀▀█", "▄▄▄█" } },
    { "h", { "    ", "█   ", "█▀▀█", "█  █", "█  █" } },
    { "d", { "    ", "   █", "█▀▀█", "█  █", "█▄▄█" } },
    { "-", { "      ", "      ", "██████", "      ", "      " } },
    { "–", { "      ", "      ", "██████", "      ", "      " } },
    { " ", { "  ", "  ", "  ", "  ", "  " } },
    { NULL, { NULL } },
};

static const struct letter three[] = {
    { "0", { "█▀▀█", "█  █", "█▄▄█" } },
    { "1", { "▀█ ", " █ ", "▄█▄" } },
    { "2", { "▀▀▀█", "█▀▀▀", "█▄▄▄" } },
    { "3", { "▀▀▀█", " ▀▀█", "▄▄▄█" } },
    { "4", { "█  █", "▀▀▀█", "   █" } },
    { "5", { "█▀▀▀", "▀▀▀█", "▄▄▄█" } },
    { "6", { "█▀▀▀", "█▀▀█", "█▄▄█" } },
    { "7", { "▀▀▀█", "   █", "   █" } },
    { "8", { "█▀▀█", "█▀▀█", "█▄▄█" } },
    { "9", { "█▀▀█", "▀▀▀█", "▄▄▄█" } },
    { ".", { " ", " ", "▄" } },
    { ":", { "▄", " ", "▀" } },
    { ",", { " ", " ", "▄" } },
    { "%", { "█ ▄▀", " ▄▀ ", "▄▀ █" } },
    { "m", { "     ", "█▀█▀█", "█ █ █" } },
    { "s", { "   ", "▄▀▀", "▄▄▀" } },
    { "h", { "█  ", "█▀█", "█ █" } },
    { "d", { "  █", "█▀█", "█▄█" } },
    { "-", { "   ", "▀▀▀", "   " } },
    { "–", { "   ", "▀▀▀", "   " } },
    { " ", { " ", " ", " " } },
    { NULL, { NULL } },
};

static const struct letter *find(const struct letter *set, const char *text)
{
    for (; set->text; set++)
        if (strncmp(text, set->text, strlen(set->text)) == 0)
            return set;
    return NULL;
}

/* Columns of the text in this set; -1: it has a character that the set has not. */
static int width_of(const struct letter *set, const char *text)
{
    int width = 0;

    while (*text) {
        const struct letter *l = find(set, text);

        if (!l)
            return -1;
        width += text_width(l->row[0]) + 1;
        text += strlen(l->text);
    }
    return width - 1;
}

/* Half blocks have no ASCII, so that three rows have none either. */
static const struct letter *set_of(const struct dx_canvas *canvas, int rows)
{
    bool blocks = canvas->grid->glyphs->set != GLYPHS_ASCII;

    if (rows == 5)
        return five;
    return blocks && rows == 3 ? three : NULL;
}

int big_cols(const struct dx_canvas *canvas, int rows, const char *text)
{
    const struct letter *set = set_of(canvas, rows);

    return set ? width_of(set, text) : -1;
}

/* A row of a letter, of # and quarter marks where there are no blocks. */
static void put_row(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
                    const char *text)
{
    char ascii[16];
    size_t n = 0;

    if (canvas->grid->glyphs->set != GLYPHS_ASCII) {
        (void)canvas_put(canvas, row, col, style, text);
        return;
    }
    while (*text && n + 1 < sizeof(ascii)) {
        char sign = '#';

        if (*text == ' ')
            sign = ' ';
        else if (strncmp(text, "▀", 3) == 0)
            sign = '\'';
        else if (strncmp(text, "▄", 3) == 0)
            sign = '.';
        ascii[n++] = sign;
        text += *text == ' ' ? 1 : 3;
    }
    ascii[n] = '\0';
    (void)canvas_put(canvas, row, col, style, ascii);
}

static bool is_unit(const char *text)
{
    return *text && strchr("mshd%", *text) != NULL;
}

static void draw_set(struct dx_canvas *canvas, struct dx_box box, const struct letter *set,
                     int rows, const struct dx_style *style, const char *text)
{
    int col = box.col + (box.cols - width_of(set, text)) / 2;
    int row = box.row + (box.rows - rows) / 2;
    struct dx_style unit = { .role = DX_ROLE_BORDER };

    while (*text) {
        const struct letter *l = find(set, text);

        for (int i = 0; i < rows; i++)
            put_row(canvas, row + i, col, is_unit(text) ? &unit : style, l->row[i]);
        col += text_width(l->row[0]) + 1;
        text += strlen(l->text);
    }
}

void big_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
              const char *text)
{
    static const struct dx_style plain = { .role = DX_ROLE_TEXT, .attr = DX_BOLD };
    int wide = big_cols(canvas, 5, text), narrow = big_cols(canvas, 3, text);
    int width = text_width(text);

    style = style ? style : &plain;
    if (wide >= 0 && wide <= box.cols && box.rows >= 5)
        draw_set(canvas, box, five, 5, style, text);
    else if (narrow >= 0 && narrow <= box.cols && box.rows >= 3)
        draw_set(canvas, box, three, 3, style, text);
    else
        (void)canvas_put_fit(
            canvas,
            (struct dx_box){ box.row + box.rows / 2,
                             box.col + (width < box.cols ? (box.cols - width) / 2 : 0), 1,
                             box.cols },
            DX_FIT_LEFT, style, text);
}
