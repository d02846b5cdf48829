/* The panel of pipelines: their days. */
#include "config.h"

#include "../panels/pipelines.h"
#include "panel_kit.h"

extern const struct dx_panel dx_panel_pipelines;

TestSuite(pipelines_panel, .init = panel_start, .fini = panel_stop);

Test(pipelines_panel, a_day_that_began_takes_no_other_ones_place)
{
    struct reader reader = fake_reader();
    struct pipelines settings = { .source = "", .window_ms = CI_DAY_MS, .warn = .95, .bad = .9 };
    struct fake_row *row = fake_add(DX_QUERY_PIPELINES);
    const struct pipelines *p;

    fake_text(row, DX_FIELD_KEY, "l1");
    fake_text(row, DX_FIELD_NAME, "all");
    for (int i = DAYS; i >= 0; i--) { /* NOW is in the middle of a day */
        row = fake_add(DX_QUERY_PIPELINE_DAYS);
        fake_text(row, DX_FIELD_KEY, "l1");
        fake_set(row, DX_FIELD_AT, (double)((NOW / CI_DAY_MS + 1 - i) * CI_DAY_MS));
        fake_set(row, DX_FIELD_P50, 1000. * i);
    }
    grid_done(&grid);
    grid_init(&grid, 40, 120, &glyph_sets[GLYPHS_BRAILLE]);
    canvas = canvas_of(&grid);
    cr_assert(instance_open(&in, &dx_panel_pipelines, "", &settings, sizeof(settings)), "%s",
              in.error.text);
    instance_update(&in, &reader, NOW, 38, 118);
    p = in.state;
    cr_assert_eq(p->count, 1);
    cr_assert_not_null(p->days);
    for (int i = 0; i < DAYS; i++)
        cr_expect_eq((int)p->days[0].p50[i], DAYS - 1 - i, "slot %d: %g", i, p->days[0].p50[i]);
}
