/* Text from outside is text on a page, in a table and in a picture: nothing of it is markup,
 * another cell or a formula, and it is all there. In the clipboard's bytes nothing of it is there
 * as it was. */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/csv.h"
#include "app/picture.h"
#include "app/report_markup.h"
#include "core/text.h"
#include "fuzz_tags.h"
#include "ui/clipboard.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT = 2001, ROOM = 1 << 20, ROWS = 4, COLS = 30 };

static void page(const char *text)
{
    struct buf out;
    size_t n = 0;
    char *end;

    buf_init(&out, ROOM);
    markup(&out, "$", text);
    for (const char *c = out.bytes ? out.bytes : ""; *c; n++) {
        long code = (unsigned char)*c;

        if (strchr("<>\"'", *c))
            abort();
        if (*c == '&') {
            if (c[1] != '#')
                abort();
            code = strtol(c + 2, &end, 10);
            c = *end == ';' ? end + 1 : NULL;
        } else {
            c++;
        }
        if (!c || code != (unsigned char)text[n])
            abort();
    }
    if (text[n])
        abort();
    buf_done(&out);
}

/* A cell in quotes, read as RFC 4180 says. */
static const char *cell(const char *at, const char *text)
{
    if (*at++ != '"')
        abort();
    if (strchr("=+-@\t\r", *text) && *text && *at++ != '\'')
        abort();
    for (; *text; text++) {
        if (*at != *text || (*at == '"' && *++at != '"'))
            abort();
        at++;
    }
    return *at == '"' ? at + 1 : "";
}

static void table(const char *text)
{
    char *bytes = NULL;
    const char *at;
    size_t len;
    FILE *out = open_memstream(&bytes, &len);
    json_t *record = json_pack("{s:s, s:i, s:s}", "name", text, "n", 1, "title", text);

    if (!out || !record)
        abort();
    csv_record(out, record);
    (void)fclose(out);
    at = cell(bytes, text);
    if (strncmp(at, ",1,", 3) != 0 || strcmp(cell(at + 3, text), "\r\n") != 0)
        abort();
    json_decref(record);
    free(bytes);
}

static void clipboard(const char *text, size_t len)
{
    for (int way = CLIPBOARD_PLAIN; way <= CLIPBOARD_SCREEN; way++) {
        static const size_t bells_of[] = { 0, 1, 2, 2 }; /* the plain one and the wrapped one */
        size_t escapes = 0, bells = 0;
        struct buf out;

        buf_init(&out, ROOM);
        clipboard_put(&out, (enum clipboard_way)way, text, len);
        for (size_t i = 0; i < out.len; i++) {
            escapes += out.bytes[i] == '\033';
            bells += out.bytes[i] == '\a';
            if ((unsigned char)out.bytes[i] > '~')
                abort();
        }
        if (bells != bells_of[way] || (way == CLIPBOARD_PLAIN && escapes != 1))
            abort();
        buf_done(&out);
    }
}

/* ESC begins our own colours only. */
static void check_ansi(const char *bytes)
{
    for (; *bytes; bytes++) {
        if (*bytes == '\033')
            bytes += 2 + strspn(bytes + 2, "0123456789;");
        else if ((unsigned char)*bytes < ' ' && *bytes != '\n')
            abort();
    }
}

/* Of text that is not clean: a canvas shows whatever there is. */
static void picture(const char *text)
{
    static const struct theme theme = { .kind = "dark" };
    struct dx_style style = { .attr = (unsigned char)*text, .link = text };
    struct dx_canvas canvas;
    struct grid grid;

    grid_init(&grid, ROWS, COLS, glyphs_choose("braille", true, ""));
    canvas = canvas_of(&grid);
    style.role = (enum dx_role)((unsigned char)*text % DX_ROLE_COUNT);
    (void)canvas_put(&canvas, 0, 0, &style, text);
    (void)canvas_put_wrapped(&canvas, (struct dx_box){ 1, 1, ROWS - 1, COLS - 1 }, NULL, text);
    for (int format = PICTURE_TEXT; format < PICTURE_ROLES; format++) {
        struct buf out;

        buf_init(&out, ROOM);
        if (!picture_write(&out, &grid, &theme, (enum picture_format)format))
            abort();
        if (format == PICTURE_SVG || format == PICTURE_HTML)
            fuzz_check_tags(out.bytes);
        else if (format == PICTURE_ANSI)
            check_ansi(out.bytes);
        else
            fuzz_check_plain(out.bytes);
        buf_done(&out);
    }
    grid_done(&grid);
}

static void raw_picture(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);

    if (!text)
        return;
    memcpy(text, data, size);
    text[size] = '\0';
    picture(text);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[TEXT];
    (void)text_clean(text, sizeof(text), (const char *)data, size);

    page(text);
    table(text);
    raw_picture(data, size);
    clipboard((const char *)data, size);
    return 0;
}
