/* Runbooks: more of them than are listed. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "panel_kit.h"

extern const struct dx_panel dx_panel_runbooks;

TestSuite(runbooks_panel, .init = panel_start, .fini = panel_stop);

Test(runbooks_panel, that_there_are_more_than_are_listed_is_said)
{
    static char keys[200][16];
    const char *words = "";

    if (in.panel)
        instance_close(&in);
    cr_assert(instance_open(&in, &dx_panel_runbooks, "", &words, sizeof(words)), "%s",
              in.error.text);
    for (int i = 0; i < 200; i++) {
        snprintf(keys[i], sizeof(keys[i]), "b%d", i);
        fake_text(fake_add(DX_QUERY_RUNBOOKS), DX_FIELD_KEY, keys[i]);
    }
    panel_update();
    cr_expect_eq(in.table->row_count, 200);
    cr_expect_eq(in.total, 0, "they are all");
    fake_text(fake_add(DX_QUERY_RUNBOOKS), DX_FIELD_KEY, "b200");
    panel_update();
    cr_expect_eq(in.table->row_count, 200);
    cr_expect_eq(in.total, -1);
}

static const char *cell(int row)
{
    cr_assert_lt(row, in.table->row_count);
    return in.table->rows[row].cells[0].text;
}

Test(runbooks_panel, a_long_line_is_shown_whole)
{
    static char text[9000];
    const char *words = "";
    struct fake_row *row;

    if (in.panel)
        instance_close(&in);
    cr_assert(instance_open(&in, &dx_panel_runbooks, "", &words, sizeof(words)));
    for (size_t i = 0; i < 8000; i += 5)
        (void)memcpy(text + i, "word ", 5);
    (void)strcat(text, "and the last\n\n## Next\nend\n");
    row = fake_add(DX_QUERY_RUNBOOKS);
    fake_text(row, DX_FIELD_KEY, "b0");
    fake_text(row, DX_FIELD_TITLE, "one");
    fake_text(row, DX_FIELD_TEXT, text);
    panel_update();
    cr_assert(instance_enter(&in));
    panel_update();
    cr_expect_str_eq(cell(in.table->row_count - 1), "end");
    cr_expect_str_eq(cell(in.table->row_count - 2), "Next");
    cr_expect_str_eq(cell(in.table->row_count - 3), "");
    cr_expect(strstr(cell(in.table->row_count - 4), "and the last"), "%s",
              cell(in.table->row_count - 4));
}
