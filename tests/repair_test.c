#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "source/repair.h"

#define FFFD "\xEF\xBF\xBD"

struct mending {
    const char *what, *in, *out; /* out NULL: fine as it is */
};

static const struct mending first[] = {
    { "plain", "{\"a\":\"b\"}", NULL },
    { "white space", "{\n\t\"a\": 1\r\n}", NULL },
    { "UTF-8", "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\"", NULL },
    { "escapes", "\"\\\" \\\\ \\/ \\b\\f\\n\\r\\t \\u00e4\"", NULL },
    { "a pair of surrogates", "\"\\uD83D\\uDE00\"", NULL },
    { "an escaped backslash before a u", "\"\\\\uD83D\"", NULL },
    { "a lone high surrogate", "\"\\uD83D\"", "\"" FFFD "\"" },
    { "a lone low surrogate", "\"\\uDE00x\"", "\"" FFFD "x\"" },
    { "surrogates in the wrong order", "\"\\uDE00\\uD83D\"", "\"" FFFD FFFD "\"" },
    { "an escaped NUL", "{\"a\\u0000b\":1}", "{\"a" FFFD "b\":1}" },
    { "a wrong byte", "\"\xff\"", "\"" FFFD "\"" },
    { "a cut character", "\"a\xC3\"", "\"a" FFFD "\"" },
    { "an overlong character", "\"\xC0\xAF\"", "\"" FFFD FFFD "\"" },
    { "a surrogate in UTF-8", "\"\xED\xA0\x80\"", "\"" FFFD FFFD FFFD "\"" },
    { "a control byte", "\"\x1b[31m\"", "\"" FFFD "[31m\"" },
    { "a backslash that escapes nothing", "\"C:\\path\\u12\"", "\"C:\\\\path\\\\u12\"" },
    { "a backslash before a wrong byte", "\"\\\xff\"", "\"\\\\" FFFD "\"" },
    { "a byte order mark", "\xEF\xBB\xBF{}", "{}" },
    { "only a byte order mark", "\xEF\xBB\xBF", "" },
    { "far behind plain text", "[\"0123456789abcdef0123456789abcdef\xff\"]",
      "[\"0123456789abcdef0123456789abcdef" FFFD "\"]" },
};

static const struct mending second[] = {
    { "fine", "{\"a\": [1, -2.5e+3, \"x\\\"y\"]}\n", NULL },
    { "a line break in a text", "{\n\"a\": \"b\nc\"}", "{\n\"a\": \"b c\"}" },
    { "a tab behind an escaped quote", "\"a\\\"\tb\"", "\"a\\\" b\"" },
    { "words that are no JSON", "[NaN,Infinity,-Infinity,\"NaN\"]", "[null,null,null,\"NaN\"]" },
    { "a number too large for any double", "[1e999,-1e999,1e-999,1]", "[null,null,1e-999,1]" },
    { "an open text", "[\"a\nb", "[\"a b" },
    { "null and true", "[null,true,\"N\"]", NULL },
};

static void mend(size_t (*how)(struct buf *, const char *, size_t), const struct mending *m)
{
    struct buf out;
    size_t len = strlen(m->in), n;
    char *exact = malloc(len ? len : 1); /* no NUL behind it: reading on would be seen */

    memcpy(exact, m->in, len);
    buf_init(&out, 1000);
    n = how(&out, exact, len);
    cr_expect_eq(n > 0, m->out != NULL, "%s", m->what);
    if (m->out)
        cr_expect_str_eq(out.bytes ? out.bytes : "", m->out, "%s: %s", m->what, out.bytes);
    buf_done(&out);
    free(exact);
}

Test(repair, mends_only_what_has_to_be_mended)
{
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++)
        mend(repair, &first[i]);
}

Test(repair, tries_harder_where_the_parser_refused)
{
    for (size_t i = 0; i < sizeof(second) / sizeof(second[0]); i++)
        mend(repair_harder, &second[i]);
}

Test(repair, counts_the_places_and_copies_nothing_that_is_fine)
{
    struct buf out;

    buf_init(&out, 100);
    cr_expect_eq(repair(&out, "\"\xff\xfe\\ud800\"", 10), 3);
    buf_clear(&out);
    cr_expect_eq(repair(&out, "[\"fine\"]", 8), 0);
    cr_expect_eq(out.len, 0);
    cr_expect_eq(repair(&out, "a\0b", 3), 1);
    cr_expect_str_eq(out.bytes, "a" FFFD "b");
    buf_done(&out);
}

/* Every place of a bad byte, against the eight bytes that are looked at at once. */
Test(repair, finds_a_bad_byte_wherever_it_stands)
{
    static const char bad[] = { '\x01', '\x1f', '\x80', '\xff' };

    for (size_t len = 1; len < 40; len++)
        for (size_t at = 0; at < len; at++)
            for (size_t b = 0; b < sizeof(bad); b++) {
                char body[40];
                struct buf out;

                memset(body, 'x', len);
                body[at] = bad[b];
                buf_init(&out, 200);
                cr_assert_eq(repair(&out, body, len), 1, "%zu of %zu", at, len);
                cr_assert_eq(out.len, len + 2);
                cr_assert_eq(memcmp(out.bytes + at, FFFD, 3), 0);
                buf_done(&out);
            }
}
