/* wall: what the screen on the wall shows, as the configuration says it. */
#include "config.h"

#include <string.h>

#include "config/internal.h"

enum { EVERY_LEAST_MS = 2000 };

#define WALL(field) offsetof(struct wall_settings, field)

const struct dx_option config_wall_options[] = {
    { .name = "every",
      .type = DX_OPTION_DURATION,
      .offset = WALL(every_ms),
      .fallback = "20s",
      .help = "how long a page stays" },
    { .name = "resume",
      .type = DX_OPTION_DURATION,
      .offset = WALL(resume_ms),
      .fallback = "2m",
      .help = "after so long without a key the pages turn again" },
    { .name = "kpis",
      .type = DX_OPTION_LIST,
      .offset = WALL(kpis),
      .fallback = "",
      .choices = kpi_ids,
      .help = "ids of the key numbers in large digits, in their order; without it those that have "
              "a goal, and others to fill the last page" },
    { .name = "views",
      .type = DX_OPTION_LIST,
      .offset = WALL(views),
      .fallback = "",
      .help = "names of views that come after them; without it none, unless there are no key "
              "numbers" },
    { 0 },
};

bool kpis_judge(struct option_context *context, const struct yaml *ids)
{
    bool list = ids && ids->kind == YAML_LIST, ok = true;
    size_t n = list ? ids->count : ids ? 1 : 0;

    for (size_t i = 0; i < n; i++) {
        const struct yaml *id = list ? &ids->items[i] : ids;

        if (kpi_find(id->text) == KPI_COUNT)
            ok = complain_word(&context->complaints, id, "unknown KPI", kpi_ids);
    }
    return ok;
}

void wall_load(struct option_context *context, struct wall_settings *wall,
               const struct yaml *section)
{
    static const struct yaml none = { .kind = YAML_MAP, .text = "" };
    struct complaints *c = &context->complaints;
    const struct yaml *views;

    if (!section || section->kind == YAML_NULL)
        section = &none;
    if (!options_judge(context, section, config_wall_options, NULL, NULL) ||
        !options_fill(context, wall, config_wall_options, section))
        return;
    if (wall->every_ms < EVERY_LEAST_MS)
        (void)complain(c, yaml_get(section, "every"), "every: a page stays two seconds at least");
    (void)kpis_judge(context, yaml_given(section, "kpis"));
    views = yaml_get(section, "views");
    wall->line = views ? views->line : 0;
    wall->column = views ? views->column : 0;
}
