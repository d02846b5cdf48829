#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "source/kpi_file.h"

#define DAY INT64_C(86400000)

static const struct {
    const char *name, *text;
    size_t count; /* SIZE_MAX: refused */
    double first;
    int64_t first_n;
    bool with_n;
} files[] = {
    { "nothing", "", 0, 0, 0, false },
    { "CSV", "2026-11-24,4.4\n2026-11-25,4.5\n", 2, 4.4, 1, false },
    { "a heading, and n", "date,value,n\n2026-11-24,4.4,31\n", 1, 4.4, 31, true },
    { "quotes, blanks, CR LF", "\"2026-11-24\" , \"4.4\"\r\n", 1, 4.4, 1, false },
    { "no end of the last line", "2026-11-24;4.4;2", 1, 4.4, 2, true },
    { "comments and empty lines", "# x\n\n2026-11-24,4.4\n", 1, 4.4, 1, false },
    { "a time of day", "2026-11-24T10:00:00Z,4.4\n", 1, 4.4, 1, false },
    { "JSON lines", "{\"date\": \"2026-11-24\", \"value\": 4.4, \"n\": 31}\n", 1, 4.4, 31, true },
    { "a number in a text", "{\"date\": \"2026-11-24\", \"value\": \"4.4\"}\n", 1, 4.4, 1, false },
    { "n that is null", "{\"date\": \"2026-11-24\", \"value\": 4.4, \"n\": null}\n", 1, 4.4, 1,
      false },
    { "n in a text, too", "{\"date\": \"2026-11-24\", \"value\": 4.4, \"n\": \"31\"}\n", 1, 4.4, 31,
      true },
    { "n that is a word",
      "2026-11-24,1\n{\"date\": \"2026-11-24\", \"value\": 4.4, \"n\": \"many\"}\n", SIZE_MAX, 0, 0,
      false },
    { "a byte order mark",
      "\xef\xbb\xbf"
      "2026-11-24,4.4\n",
      1, 4.4, 1, false },
    { "one and a heading",
      "\xef\xbb\xbf"
      "date,value\n2026-11-24,4.4\n",
      1, 4.4, 1, false },
    { "a comment, then a heading", "# x\n\ndate,value\n2026-11-24,4.4\n", 1, 4.4, 1, false },
    { "two headings", "date,value\nday,number\n2026-11-24,4.4\n", SIZE_MAX, 0, 0, false },
    { "a first row that is wrong", "#\n2026-11-24,4.4x\n", SIZE_MAX, 0, 0, false },
    { "broken JSON first", "#\n{\"date\": \n", SIZE_MAX, 0, 0, false },
    { "no date", "2026-11-24,1\nyesterday,4.4\n", SIZE_MAX, 0, 0, false },
    { "no value", "2026-11-24,1\n2026-11-25,\n", SIZE_MAX, 0, 0, false },
    { "NaN", "2026-11-24,1\n2026-11-25,nan\n", SIZE_MAX, 0, 0, false },
    { "n of another world", "2026-11-24,1\n2026-11-25,1,-3\n", SIZE_MAX, 0, 0, false },
    { "a decimal comma", "2026-11-24;1\n2026-11-24;4,2\n", SIZE_MAX, 0, 0, false },
    { "one in quotes", "2026-11-24,1\n2026-11-24,\"4,2\"\n", SIZE_MAX, 0, 0, false },
    { "one of n", "2026-11-24;1\n2026-11-24;4;1,5\n", SIZE_MAX, 0, 0, false },
    { "a fourth field", "2026-11-24,1\n2026-11-24,12,345,6\n", SIZE_MAX, 0, 0, false },
    { "broken JSON", "2026-11-24,1\n{\"date\": \n", SIZE_MAX, 0, 0, false },
};

Test(kpi_file, reads_csv_and_json_lines)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct dx_error err = { 0 };
        struct kpi_file_row *rows;
        size_t count;
        bool with_n,
            ok = kpi_file_read(files[i].text, strlen(files[i].text), &rows, &count, &with_n, &err);

        cr_expect_eq(ok, files[i].count != SIZE_MAX, "%s", files[i].name);
        if (!ok) {
            cr_expect(strncmp(err.text, "line 2: ", 8) == 0, "%s: %s", files[i].name, err.text);
            continue;
        }
        cr_expect_eq(count, files[i].count, "%s", files[i].name);
        if (count > 0) {
            cr_expect_eq(rows[0].at_ms / DAY, INT64_C(1795478400000) / DAY, "%s", files[i].name);
            cr_expect_float_eq(rows[0].value, files[i].first, 1e-12, "%s", files[i].name);
            cr_expect_eq(rows[0].n, files[i].first_n, "%s", files[i].name);
            cr_expect_eq(with_n, files[i].with_n, "%s", files[i].name);
        }
        free(rows);
    }
}

Test(kpi_file, a_decimal_comma_is_said_to_be_one)
{
    static const char text[] = "2026-11-23;4\n2026-11-24;4,2\n";
    struct dx_error err = { 0 };
    struct kpi_file_row *rows;
    size_t count;
    bool with_n;

    cr_assert_not(kpi_file_read(text, strlen(text), &rows, &count, &with_n, &err));
    cr_expect_str_eq(err.text, "line 2: a comma in a number; write 4.2, not 4,2");
}

Test(kpi_file, reads_years_of_days)
{
    enum { ROWS = 1000 };
    struct kpi_file_row *rows;
    struct dx_error err = { 0 };
    char *text = calloc(ROWS, 24), *at = text;
    size_t count;
    bool with_n;

    for (int i = 0; i < ROWS; i++)
        at += sprintf(at, "%d-%02d-%02d,%d\n", 2020 + i / 336, i / 28 % 12 + 1, i % 28 + 1, i);
    cr_assert(kpi_file_read(text, (size_t)(at - text), &rows, &count, &with_n, &err), "%s",
              err.text);
    cr_assert_eq(count, ROWS);
    cr_expect_float_eq(rows[ROWS - 1].value, ROWS - 1, 1e-9);
    free(rows);
    free(text);
}
