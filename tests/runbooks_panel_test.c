/* Runbooks: more of them than are listed. */
#include "config.h"

#include <stdio.h>

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
