/* What came out clean stays as it is, cutting keeps within its columns, and whatever a text has in
 * it, nothing of it drives a terminal: not made safe, not as what a screen is made of, not spelled
 * in ASCII. */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/letters.h"
#include "core/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void spelled(char32_t cp)
{
    for (const char *c = letters_spelled(cp); *c; c++)
        if (*c < ' ' || *c > '~')
            abort();
    if (cp >= ' ' && (letters_narrow(cp) < ' ' || letters_narrow(cp) > '~'))
        abort();
}

static void graphemes(const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        struct grapheme g;
        char one[4 * 4 + 1];
        size_t n = 0;

        text_grapheme(text, left, &g);
        if (g.bytes < 1 || g.bytes > left || g.width < 1 || g.width > 2)
            abort();
        for (int i = 0; i < 4 && g.cp[i]; i++)
            n += utf8_put(one + n, g.cp[i]);
        one[n] = '\0';
        if (g.cp[0] == '\n' || !text_is_safe(one))
            abort();
        spelled(g.cp[0]);
        text += g.bytes;
        left -= g.bytes;
    }
}

static void raw(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *safe = malloc(3 * size + 1);

    if (text && safe) {
        memcpy(text, data, size);
        text[size] = '\0';
        text_make_safe(safe, text);
        if (!text_is_safe(safe) || (strcmp(safe, text) == 0) != text_is_safe(text))
            abort();
        graphemes(text);
    }
    free(text);
    free(safe);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char once[257], twice[257], cut[257];
    size_t n = text_clean(once, sizeof(once), (const char *)data, size);

    if (once[n] != '\0' || text_clean(twice, sizeof(twice), once, n) != n ||
        memcmp(once, twice, n) != 0 || !text_is_safe(once))
        abort();
    for (int cols = 0; cols < 20; cols += 3)
        if (text_cut(cut, sizeof(cut), once, cols, "~") > cols ||
            text_cut_middle(cut, sizeof(cut), once, cols, "~") > cols)
            abort();
    raw(data, size);
    return 0;
}
