/* Sources: what is said of one that answered on another day. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/time.h"

#include "panel_kit.h"

extern const struct dx_panel dx_panel_sources;

TestSuite(sources_panel, .init = panel_start, .fini = panel_stop);

Test(sources_panel, a_success_of_another_day_has_its_date)
{
    struct fake_row *row = fake_add(DX_QUERY_SOURCES);

    cr_assert(setenv("TZ", "UTC", 1) == 0);
    grid_done(&grid);
    grid_init(&grid, 30, 100, &glyph_sets[GLYPHS_ASCII]);
    canvas = canvas_of(&grid);
    if (in.panel)
        instance_close(&in);
    cr_assert(instance_open(&in, &dx_panel_sources, "", NULL, 0), "%s", in.error.text);
    fake_text(row, DX_FIELD_SOURCE, "gh");
    fake_text(row, DX_FIELD_KEY, "gh");
    fake_set(row, DX_FIELD_STATE, DX_SOURCE_LOST);
    fake_set(row, DX_FIELD_LAST_TRY, (double)NOW);
    fake_set(row, DX_FIELD_LAST_OK, (double)NOW - 3. * DAY_MS);
    panel_update();
    cr_expect(panel_shows("the last success 18 Sep 14:13:20"));
    fake_set(row, DX_FIELD_LAST_OK, (double)NOW - 60e3);
    panel_update();
    cr_expect(panel_shows("the last success 14:12:20"));
}
