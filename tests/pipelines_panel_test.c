/* The panel of pipelines: their days. */
#include "config.h"

#include "../panels/pipelines.h"
#include "panel_kit.h"

extern const struct dx_panel dx_panel_pipelines;

TestSuite(pipelines_panel, .init = panel_start, .fini = panel_stop);

/* A pipeline, its days since `days` before today, and what is read of them; `then_ms`: the week
 * before, 0: not asked for. The P50 is how many days ago that was. */
static const struct pipelines *show_days(int days, int64_t now_ms, int64_t then_ms)
{
    static struct reader reader;
    static struct as_of before;
    struct pipelines settings = { .source = "", .window_ms = CI_DAY_MS, .warn = .95, .bad = .9 };
    struct fake_row *row = fake_add(DX_QUERY_PIPELINES);
    const struct pipelines *p;

    reader = fake_reader();
    before = (struct as_of){ &reader, then_ms };
    fake_text(row, DX_FIELD_KEY, "l1");
    fake_text(row, DX_FIELD_NAME, "all");
    for (int i = days; i >= 0; i--) {
        row = fake_add(DX_QUERY_PIPELINE_DAYS);
        fake_text(row, DX_FIELD_KEY, "l1");
        fake_set(row, DX_FIELD_AT, (double)((now_ms / CI_DAY_MS + 1 - i) * CI_DAY_MS));
        fake_set(row, DX_FIELD_P50, 1000. * i);
    }
    grid_done(&grid);
    grid_init(&grid, 40, 120, &glyph_sets[GLYPHS_BRAILLE]);
    canvas = canvas_of(&grid);
    cr_assert(instance_open(&in, &dx_panel_pipelines, "", &settings, sizeof(settings)), "%s",
              in.error.text);
    in.before = then_ms > 0 ? &before : NULL;
    instance_update(&in, &reader, now_ms, 38, 118);
    p = in.state;
    cr_assert_eq(p->count, 1);
    cr_assert_not_null(p->days);
    return p;
}

Test(pipelines_panel, a_day_that_began_takes_no_other_ones_place)
{
    const struct pipelines *p = show_days(DAYS, NOW, 0); /* NOW is in the middle of a day */

    for (int i = 0; i < DAYS; i++)
        cr_expect_eq((int)p->days[0].p50[i], DAYS - 1 - i, "slot %d: %g", i, p->days[0].p50[i]);
}

/* The week before is looked at in steps of ten minutes, and may stand at midnight. */
Test(pipelines_panel, the_week_before_stands_under_the_same_days)
{
    int64_t midnight = NOW / CI_DAY_MS * CI_DAY_MS;
    const struct pipelines *p =
        show_days(DAYS + 7, midnight + 5 * CI_HOUR_MS / 60, midnight - 7 * CI_DAY_MS);

    cr_assert(p->week);
    for (int i = 0; i < DAYS; i++) {
        cr_expect_eq((int)p->days[0].p50[i], DAYS - 1 - i, "slot %d", i);
        cr_expect_eq((int)p->days[0].ghost[i], 7 + DAYS - 1 - i, "slot %d: %g", i,
                     p->days[0].ghost[i]);
    }
}

/* A day begins without a run of it; a line then ends with an earlier day. */
Test(pipelines_panel, the_end_of_a_line_is_its_last_day_with_a_run)
{
    int64_t midnight = NOW / CI_DAY_MS * CI_DAY_MS;
    struct reader reader = fake_reader();

    (void)show_days(DAYS, midnight + CI_HOUR_MS, 0);
    for (size_t i = 0; i < fake.count; i++) {
        struct fake_row *row = &fake.row[i];

        if (row->number[DX_FIELD_AT] > (double)midnight)
            row->has[DX_FIELD_P50] = false;
        if (row->number[DX_FIELD_AT] < (double)midnight)
            fake_set(row, DX_FIELD_P90, 95000.);
    }
    instance_update(&in, &reader, midnight + CI_HOUR_MS, 38, 118);
    cr_expect(panel_shows("p50 1s"));
    cr_expect(panel_shows("p90 1m35s"));
}
