/* report_markup: escaping, and small pieces of markup. */
#include "config.h"

#include "app/report_markup.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void escaped(struct buf *out, const char *text)
{
    for (size_t n; *text; text += n + (text[n] != '\0')) {
        n = strcspn(text, "<>&\"'");
        (void)buf_add(out, text, n);
        if (text[n])
            (void)buf_print(out, "&#%d;", text[n]);
    }
}

void markup(struct buf *out, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (size_t n; *format; format += n + (format[n] == '$')) {
        n = strcspn(format, "$");
        (void)buf_add(out, format, n);
        if (format[n])
            escaped(out, va_arg(args, const char *));
    }
    va_end(args);
}

void markup_value(struct buf *out, const char *text)
{
    static const char units[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ%/ ";

    while (*text) {
        size_t number = strcspn(text, units), unit = strspn(text + number, units);
        char part[REPORT_TEXT] = "";

        (void)snprintf(part, sizeof(part), "%.*s", (int)number, text);
        escaped(out, part);
        if (unit > 0)
            (void)buf_print(out, "<small>%.*s</small>", (int)unit, text + number);
        text += number + unit;
    }
}

static const struct {
    const char *state, *glyph, *word;
} states[] = {
    { "bad", "✗", "bad" },        { "warn", "!", "past its goal" }, { "good", "✓", "good" },
    { "few", "?", "few to say" }, { "plain", "·", "no goal" },      { "nothing", "–", "no data" },
};

const char *report_glyph(const char *state)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].state, state) == 0)
            return states[i].glyph;
    return "·";
}

const char *report_word(const char *state)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].state, state) == 0)
            return states[i].word;
    return state;
}
