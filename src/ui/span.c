/* span: a sentence in place of the numbers of a row, over several of its cells. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "ui/widgets.h"

enum { CELL_MAX = 512 };

/* Cut behind a word: "no runner …", not "no runner si…", where that is most of it. */
static void put_notice(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                       const char *text)
{
    char words[CELL_MAX];
    size_t n = strlen(text);

    (void)snprintf(words, sizeof(words), "%.*s", (int)sizeof(words) - 8, text);
    while (text_width(words) > box.cols && n > 0) {
        n = n < strlen(words) ? n : strlen(words);
        while (n > 0 && words[n - 1] != ' ')
            n--;
        if (n > 0)
            (void)snprintf(words + n, sizeof(words) - n, "%s",
                           canvas->grid->glyphs->glyph[DX_GLYPH_ELLIPSIS]);
        n -= n > 0;
    }
    if (text_width(words) > box.cols || 3 * text_width(words) <= 2 * box.cols)
        (void)snprintf(words, sizeof(words), "%s", text);
    (void)canvas_put_fit(canvas, box, DX_FIT_LEFT, style, words);
}

/* False: too little of the name would be left. */
static bool put_name_and_said(struct dx_canvas *canvas, struct dx_box box,
                              const struct dx_style *style, const char *text, int least)
{
    const char *said = strstr(text, "  ");
    int room = said ? box.cols - text_width(said) : 0;
    char name[CELL_MAX], cut[CELL_MAX];
    int used;

    if (!said || room < least)
        return false;
    (void)snprintf(name, sizeof(name), "%.*s", (int)(said - text), text);
    used = text_cut_middle(cut, sizeof(cut), name, room,
                           canvas->grid->glyphs->glyph[DX_GLYPH_ELLIPSIS]);
    (void)canvas_put(canvas, box.row, box.col, style, cut);
    (void)canvas_put(canvas, box.row, box.col + used, style, said);
    return true;
}

void span_draw(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
               const char *text, int least)
{
    if (least == 0 || !put_name_and_said(canvas, box, style, text, least))
        put_notice(canvas, box, style, text);
}
