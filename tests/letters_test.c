#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "core/letters.h"
#include "core/text.h"

static const struct {
    char32_t cp;
    const char *spelled;
    char narrow;
} cases[] = {
    { U'a', "a", 'a' },  { U'ü', "u", 'u' },
    { U'Å', "A", 'A' },  { U'≤', "<=", '<' },
    { U'–', "-", '-' },  { U'ß', "ss", 's' },
    { U'構', "?", '?' }, { U'😀', "?", '?' },
    { 0x301, "", '?' },  /* a mark */ { U'ﬁ', "f", 'f' },
    { 0xA0, " ", ' ' },  { U'Δ', "d", 'd' },
};

Test(letters, are_ascii)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_str_eq(letters_spelled(cases[i].cp), cases[i].spelled, "%zu: %s", i,
                         letters_spelled(cases[i].cp));
        cr_expect_eq(letters_narrow(cases[i].cp), cases[i].narrow, "%zu: %c", i,
                     letters_narrow(cases[i].cp));
    }
}

/* What goes to standard output in this locale, written in pieces of so many bytes. */
static char *printed(const char *locale, const char *text, size_t piece)
{
    static char out[512];
    int ends[2], keep = dup(1);
    ssize_t n;

    setenv("LC_ALL", locale, 1);
    cr_assert_eq(pipe(ends), 0);
    fflush(stdout);
    dup2(ends[1], 1);
    for (size_t at = 0, len = strlen(text); at < len; at += piece) {
        fwrite(text + at, 1, len - at < piece ? len - at : piece, letters_out());
        fflush(letters_out());
    }
    fflush(stdout);
    dup2(keep, 1);
    close(keep);
    close(ends[1]);
    n = read(ends[0], out, sizeof(out) - 1);
    close(ends[0]);
    out[n > 0 ? n : 0] = '\0';
    return out;
}

Test(letters, go_out_as_they_are_where_the_locale_has_them)
{
    cr_expect_str_eq(printed("C.UTF-8", "gpu · gitlab: ≤ 20m\n", 1000), "gpu · gitlab: ≤ 20m\n");
}

Test(letters, go_out_in_ascii_where_it_has_not)
{
    cr_expect_str_eq(printed("C", "gpu · gitlab: ≤ 20m – Müller\n", 1000),
                     "gpu . gitlab: <= 20m - Muller\n");
}

Test(letters, are_whole_in_whatever_pieces_they_come)
{
    static const char text[] = "a · ü ≤ 😀 x\xE2\x89 y \xF0\x9F \x89\x89\x89\x89\x89 \xFF\n";

    for (size_t piece = 1; piece <= sizeof(text); piece++)
        cr_expect_str_eq(printed("C", text, piece), "a . u <= ? x?? y ?? ????? ?\n",
                         "in pieces of %zu", piece);
}
