#include "config.h"

#include <string.h>

#include <criterion/criterion.h>
#include <utf8proc.h>

#include "core/text.h"

static const struct {
    const char *what, *in, *out;
} cleaned[] = {
    { "plain text", "build ok", "build ok" },
    { "escape sequence", "a\x1b[31mb", "a\xEF\xBF\xBD[31mb" },
    { "c1 control",
      "a\xC2\x9B"
      "31mb",
      "a\xEF\xBF\xBD"
      "31mb" },
    { "white space", "fix:\r\n\tbug ", "fix: bug" },
    { "overlong slash", "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD" },
    { "surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
    { "bidi override",
      "a\xE2\x80\xAE"
      "b",
      "ab" },
    { "cut short", "x\xE4\xBD", "x\xEF\xBF\xBD\xEF\xBF\xBD" },
    { "delete", "a\x7F", "a\xEF\xBF\xBD" },
};

Test(text, cleaning_leaves_nothing_that_drives_a_terminal)
{
    for (size_t i = 0; i < sizeof(cleaned) / sizeof(cleaned[0]); i++) {
        char out[64];

        text_clean(out, sizeof(out), cleaned[i].in, strlen(cleaned[i].in));
        cr_expect_str_eq(out, cleaned[i].out, "%s: got '%s'", cleaned[i].what, out);
    }
}

Test(text, cleaning_never_splits_a_character)
{
    char out[4];

    cr_expect_eq(text_clean(out, sizeof(out), "ab\xC3\xA9", 4), 2);
    cr_expect_str_eq(out, "ab");
}

Test(text, cleaning_writes_what_fits_and_no_blank_at_the_end)
{
    static const char *const cut[] = {
        "x", "", "a", "ab", "ab", "ab c", "ab cd", "ab cd", "ab cd"
    };

    for (size_t cap = 0; cap < sizeof(cut) / sizeof(cut[0]); cap++) {
        char out[16] = "x";

        cr_expect_eq(text_clean(out, cap, "ab cd ", 6), cap ? strlen(cut[cap]) : 0);
        cr_expect_str_eq(out, cut[cap], "%zu: '%s'", cap, out);
    }
}

Test(text, a_nul_within_a_text_does_not_end_it)
{
    char out[16];

    cr_expect_eq(text_clean(out, sizeof(out), "ab\0cd", 5), 7);
    cr_expect_str_eq(out, "ab\xEF\xBF\xBD"
                          "cd");
}

static const struct {
    const char *text;
    int width;
} widths[] = {
    { "", 0 },     { "abc", 3 },      { "é", 1 },    { "e\xCC\x81", 1 },
    { "作业", 4 }, { "▁▂▃", 3 },      { "✓ ok", 4 }, { "👩‍👩‍👧", 2 },
    { "🇩🇪", 2 },   { "\xCC\x81", 1 }, { "عربي", 4 }, { "한국어", 6 },
};

Test(text, widths_are_what_a_terminal_takes)
{
    for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
        cr_expect_eq(text_width(widths[i].text), widths[i].width, "%s: %d", widths[i].text,
                     text_width(widths[i].text));
}

static const struct {
    const char *text;
    int cols;
    const char *end, *middle;
} cuts[] = {
    { "abcdef", 6, "abcdef", "abcdef" }, { "abcdef", 5, "abcd…", "ab…ef" },
    { "abcdef", 1, "…", "…" },           { "abcdef", 0, "", "" },
    { "作业队列", 5, "作业…", "作…列" }, { "a", 5, "a", "a" },
};

Test(text, cutting_keeps_whole_characters_within_the_columns)
{
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        char out[64];
        int used = text_cut(out, sizeof(out), cuts[i].text, cuts[i].cols, "…");

        cr_expect_str_eq(out, cuts[i].end, "end: %s", out);
        cr_expect_leq(used, cuts[i].cols);
        cr_expect_eq(used, text_width(out));
        used = text_cut_middle(out, sizeof(out), cuts[i].text, cuts[i].cols, "…");
        cr_expect_str_eq(out, cuts[i].middle, "middle: %s", out);
        cr_expect_leq(used, cuts[i].cols);
        cr_expect_eq(used, text_width(out));
    }
}

Test(text, the_nearest_word_is_near)
{
    static const char *const names[] = { "every", "url", "token", "history", NULL };

    cr_expect_str_eq(text_nearest("evry", names), "every");
    cr_expect_str_eq(text_nearest("tokne", names), "token");
    cr_expect_null(text_nearest("colour", names));
    cr_expect_null(text_nearest("x", (const char *const[]){ NULL }));
}

Test(text, encoding_is_the_inverse_of_decoding)
{
    static const char32_t points[] = { 'a', 0xE9, 0x4F5C, 0x1F600, 0x10FFFF };

    for (size_t i = 0; i < sizeof(points) / sizeof(points[0]); i++) {
        char utf8[4];
        char32_t back;
        size_t n = utf8_put(utf8, points[i]);

        cr_expect_eq(utf8_next(utf8, n, &back), n);
        cr_expect_eq(back, points[i]);
    }
}

Test(text, a_copy_that_is_cut_ends_with_a_whole_character)
{
    static const struct {
        size_t cap;
        const char *src, *dst;
    } copies[] = {
        { 8, "abc", "abc" },
        { 4, "abc", "abc" },
        { 3, "abc", "ab" },
        { 1, "abc", "" },
        { 1, "", "" },
        { 4, "ab\u00e9", "ab" },
        { 5, "ab\u00e9", "ab\u00e9" },
        { 3, "\U0001F600", "" },
    };
    char dst[16];

    for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
        memset(dst, 'x', sizeof(dst));
        text_copy(dst, copies[i].cap, copies[i].src);
        cr_expect_str_eq(dst, copies[i].dst, "%zu", i);
        cr_expect_eq(dst[copies[i].cap], 'x');
    }
}

/* The quick way past the tables says what the tables say. */
Test(text, widths_and_graphemes_are_those_of_the_tables)
{
    static const char32_t befores[] = { 'a',    0xA9,   0xE9,   0x2013, 0x2194, 0x2264,
                                        0x2588, 0x25B6, 0x2713, 0x28FF, 0x1F600 };

    for (char32_t cp = ' '; cp <= 0x1FFFF; cp++) {
        char one[4];
        struct grapheme g;
        int width = utf8proc_charwidth((utf8proc_int32_t)cp);

        if ((cp >= 0xD800 && cp <= 0xDFFF) || width < 1)
            continue;
        text_grapheme(one, utf8_put(one, cp), &g);
        cr_assert_eq(g.width, width, "U+%04X is %d wide", (unsigned)cp, g.width);
    }
    for (size_t i = 0; i < sizeof(befores) / sizeof(befores[0]); i++) {
        for (char32_t cp = ' '; cp <= 0x1FFFF; cp++) {
            char two[8];
            struct grapheme g;
            utf8proc_int32_t state = 0;
            size_t first = utf8_put(two, befores[i]);

            if (cp >= 0xD800 && cp <= 0xDFFF)
                continue;
            text_grapheme(two, first + utf8_put(two + first, cp), &g);
            cr_assert_eq(g.bytes == first,
                         utf8proc_grapheme_break_stateful((utf8proc_int32_t)befores[i],
                                                          (utf8proc_int32_t)cp, &state),
                         "U+%04X U+%04X", (unsigned)befores[i], (unsigned)cp);
        }
    }
}

static const struct {
    const char *foul, *safe;
} foul[] = {
    { "", "" },
    { "a  b\n\n  c \u00e9\uFFFD", "a  b\n\n  c \u00e9\uFFFD" },
    { "a\x1b[31mb\x07", "a\uFFFD[31mb\uFFFD" },
    { "\ta\r\n\x7F", "\uFFFDa\uFFFD\n\uFFFD" },
    { "a\xC2\x85\xC2\x9B"
      "b",
      "a\uFFFD\uFFFDb" },
    { "\xFF"
      "a\xE2\x82",
      "\uFFFDa\uFFFD\uFFFD" },
    { "a\u202Eb\u2066\u200F", "a\uFFFDb\uFFFD\uFFFD" },
    { "a\u2028b", "a\uFFFDb" },
};

Test(text, that_nobody_cleaned_is_made_safe_to_show)
{
    char out[64];

    for (size_t i = 0; i < sizeof(foul) / sizeof(foul[0]); i++) {
        bool same = strcmp(foul[i].foul, foul[i].safe) == 0;

        text_make_safe(out, foul[i].foul);
        cr_expect_str_eq(out, foul[i].safe, "%zu", i);
        cr_expect_eq(text_is_safe(foul[i].foul), same, "%zu", i);
        cr_expect(text_is_safe(out), "%zu", i);
    }
}

/* Whatever comes to a screen is looked at once more: not even a line feed drives it. */
Test(text, no_grapheme_drives_a_terminal)
{
    static const char32_t driving[] = { 0x01,   '\t',   '\n',   0x1B,   0x7F,   0x85,   0x9B,
                                        0x061C, 0x200E, 0x200F, 0x2028, 0x202E, 0x2066, 0x2069 };

    for (size_t i = 0; i < sizeof(driving) / sizeof(driving[0]); i++) {
        char text[8];
        size_t len = utf8_put(text, driving[i]);
        struct grapheme g;

        text[len] = 'm';
        text_grapheme(text, len + 1, &g);
        cr_expect_eq(g.cp[0], 0xFFFD, "U+%04X", (unsigned)driving[i]);
        cr_expect_eq(g.cp[1], 0, "U+%04X", (unsigned)driving[i]);
        cr_expect_eq(g.bytes, len, "U+%04X", (unsigned)driving[i]);
        cr_expect_eq(g.width, 1, "U+%04X", (unsigned)driving[i]);
    }
}

Test(text, base64_is_that_of_rfc_4648)
{
    static const struct {
        const char *plain, *coded;
        size_t len;
    } cases[] = {
        { "", "", 0 },
        { "f", "Zg==", 1 },
        { "fo", "Zm8=", 2 },
        { "foo", "Zm9v", 3 },
        { "foob", "Zm9vYg==", 4 },
        { "fooba", "Zm9vYmE=", 5 },
        { "foobar", "Zm9vYmFy", 6 },
        { "\xFB\xFF\xBF\x00", "+/+/AA==", 4 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[16] = "";
        size_t n = text_base64(out, cases[i].plain, cases[i].len);

        cr_expect_eq(n, strlen(cases[i].coded));
        cr_expect_str_eq(out, cases[i].coded);
    }
}
