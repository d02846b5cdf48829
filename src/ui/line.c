/* line: a line of text that the user types. */
#include "config.h"

#include "ui/line.h"

#include <string.h>

#include "core/text.h"

static size_t room(const struct line *line)
{
    return line->most > 0 && line->most < LINE_MOST ? line->most : LINE_MOST;
}

void line_set(struct line *line, const char *text)
{
    text_copy(line->text, room(line) + 1, text);
    line->at = strlen(line->text);
}

static size_t before(const struct line *line, size_t at)
{
    while (at > 0 && ((unsigned char)line->text[--at] & 0xC0) == 0x80)
        continue;
    return at;
}

static size_t after(const struct line *line, size_t at)
{
    if (line->text[at])
        at++;
    while (((unsigned char)line->text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static void erase(struct line *line, size_t from, size_t to)
{
    memmove(line->text + from, line->text + to, strlen(line->text + to) + 1);
    line->at = from;
}

static size_t word_before(const struct line *line)
{
    size_t at = line->at;

    while (at > 0 && line->text[at - 1] == ' ')
        at--;
    while (at > 0 && line->text[at - 1] != ' ')
        at--;
    return at;
}

/* What a terminal cannot be trusted with, or would not show, is not text. */
static bool is_text(const char *utf8, size_t len)
{
    char clean[16];

    if (len == 1 && *utf8 == ' ')
        return true;
    return text_clean(clean, sizeof(clean), utf8, len) == len && memcmp(clean, utf8, len) == 0;
}

static bool insert(struct line *line, char32_t cp)
{
    size_t len = strlen(line->text), n;
    char utf8[4];

    n = utf8_put(utf8, cp);
    if (!is_text(utf8, n))
        return false;
    if (len + n <= room(line)) {
        memmove(line->text + line->at + n, line->text + line->at, len - line->at + 1);
        memcpy(line->text + line->at, utf8, n);
        line->at += n;
    }
    return true;
}

static bool edit_by_letter(struct line *line, uint32_t letter)
{
    size_t end = strlen(line->text);

    switch (letter) {
    case 'a':
        line->at = 0;
        return true;
    case 'e':
        line->at = end;
        return true;
    case 'u':
        erase(line, 0, line->at);
        return true;
    case 'k':
        erase(line, line->at, end);
        return true;
    case 'w':
        erase(line, word_before(line), line->at);
        return true;
    default:
        return false;
    }
}

bool line_type(struct line *line, const struct dx_event *event)
{
    if (event->mods == DX_MOD_CTRL)
        return edit_by_letter(line, event->key);
    if (event->mods != 0)
        return false;
    switch (event->key) {
    case DX_KEY_BACKSPACE:
        erase(line, before(line, line->at), line->at);
        return true;
    case DX_KEY_DELETE:
        erase(line, line->at, after(line, line->at));
        return true;
    case DX_KEY_LEFT:
        line->at = before(line, line->at);
        return true;
    case DX_KEY_RIGHT:
        line->at = after(line, line->at);
        return true;
    case DX_KEY_HOME:
        line->at = 0;
        return true;
    case DX_KEY_END:
        line->at = strlen(line->text);
        return true;
    default:
        return event->key >= ' ' && event->key < DX_KEY_UP && insert(line, (char32_t)event->key);
    }
}
