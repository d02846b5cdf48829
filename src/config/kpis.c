/* kpis: the sections `targets` and `kpis`: goals of key numbers, and those that are fed. */
#include "config.h"

#include <math.h>
#include <string.h>

#include "config/internal.h"

static const char *const units[] = { "own", "percent", "minutes", "hours", "days", "scores", NULL };

#define TARGET(field) offsetof(struct target_settings, field)

const struct dx_option config_target_options[] = {
    { .name = "kpi",
      .type = DX_OPTION_TEXT,
      .offset = TARGET(kpi),
      .fallback = "",
      .choices = kpi_ids,
      .help = "where targets is a list, its id" },
    { .name = "warn",
      .type = DX_OPTION_TEXT,
      .offset = TARGET(warn),
      .fallback = "",
      .help = "the goal: what is past it is a warning; none: there is no goal" },
    { .name = "bad",
      .type = DX_OPTION_TEXT,
      .offset = TARGET(bad),
      .fallback = "",
      .help = "what is past it is bad; unless given, past the goal by half" },
    { 0 },
};

#define FEED(field) offsetof(struct kpi_feed, field)

const struct dx_option config_feed_options[] = {
    { .name = "kpi",
      .type = DX_OPTION_TEXT,
      .offset = FEED(id),
      .fallback = "",
      .choices = kpi_ids,
      .help = "where kpis is a list, its id" },
    { .name = "query",
      .type = DX_OPTION_TEXT,
      .offset = FEED(query),
      .fallback = "",
      .help = "name of a query of a prometheus source, or of the samples of an exec source" },
    { .name = "source",
      .type = DX_OPTION_TEXT,
      .offset = FEED(source),
      .fallback = "",
      .help = "name of that source; unless given, any with such a query" },
    { .name = "file",
      .type = DX_OPTION_TEXT,
      .offset = FEED(file),
      .fallback = "",
      .help = "or a file: CSV with date, value and perhaps n, or JSON lines of them" },
    { .name = "unit",
      .type = DX_OPTION_CHOICE,
      .offset = FEED(unit),
      .fallback = "own",
      .choices = units,
      .help = "of its values: shares are 0 to 1 and spans seconds unless it says something else; "
              "scores: of csat, each is an answer from 1 to 5, and n how many gave it" },
    { 0 },
};

/* NULL: no such KPI, which is complained of. */
static const struct kpi_about *about_of(struct option_context *context, const struct yaml *at)
{
    enum kpi kpi = kpi_find(at->text);

    if (kpi < KPI_COUNT)
        return &kpis[kpi];
    (void)complain_word(&context->complaints, at, "unknown KPI", kpi_ids);
    return NULL;
}

/* Where the id of entry i stands: a key of the mapping, or a field of a list's item. */
static const struct yaml *id_of(const struct yaml *section, size_t i)
{
    const struct yaml *kpi;

    if (section->kind == YAML_MAP)
        return &section->keys[i];
    kpi = yaml_get(&section->items[i], "kpi");
    return kpi ? kpi : &section->items[i];
}

/* An entry of `targets`, and what it says. */
struct goals {
    const struct kpi_about *about;
    const struct target_settings *target;
    const struct yaml *at; /* its value */
    int64_t day_ms;
};

/* goal: NAN where there is none. */
static bool judge_goal(struct option_context *context, const struct goals *g, const char *text,
                       double *goal)
{
    static const char *const wanted[] = {
        [DX_UNIT_SECONDS] = "a span like 5m, 2h or 1d",
        [DX_UNIT_RATIO] = "a share like 98%",
    };
    const struct kpi_about *about = g->about;
    bool named = about->unit == DX_UNIT_SECONDS || about->unit == DX_UNIT_RATIO;

    *goal = (double)NAN;
    if (!*text || strcmp(text, "none") == 0 || kpi_parse_goal(about, text, g->day_ms, goal))
        return true;
    return complain(&context->complaints, g->at, "%s: \"%s\" is not %s, with or without %s",
                    about->id, text, named ? wanted[about->unit] : "a number",
                    about->better == KPI_MORE ? ">= before it" : "<= before it");
}

/* What is bad lies behind what is a warning. */
static bool judge_goals(struct option_context *context, const struct goals *g)
{
    double warn, bad;

    if (!judge_goal(context, g, g->target->warn, &warn) ||
        !judge_goal(context, g, g->target->bad, &bad))
        return false;
    if (g->about->better == KPI_MORE ? bad > warn : bad < warn)
        return complain(&context->complaints, g->at,
                        "%s: bad: \"%s\" is better than warn, \"%s\"; it has to be a worse number",
                        g->about->id, g->target->bad, g->target->warn);
    return true;
}

/* Only a list can have the same one twice. */
static bool judge_first(struct option_context *context, bool *named, const struct kpi_about *about,
                        const struct yaml *at)
{
    bool *first = &named[about - kpis];

    if (*first)
        return complain(&context->complaints, at, "%s stands here twice", about->id);
    *first = true;
    return true;
}

void targets_load(struct option_context *context, struct kpi_goal goals[KPI_COUNT],
                  const struct dx_items *items, const struct yaml *section,
                  const struct calendar *calendar)
{
    const struct target_settings *target = items->item;
    bool named[KPI_COUNT] = { false };

    for (int i = 0; i < KPI_COUNT; i++)
        goals[i] = (struct kpi_goal){ kpis[i].goal ? kpis[i].goal : "none", "" };
    for (size_t i = 0; section && i < items->count && i < section->count; i++, target++) {
        const struct yaml *at = id_of(section, i);
        const struct kpi_about *about = section->items[i].wrong ? NULL : about_of(context, at);
        const struct goals these = { about, target, &section->items[i], calendar_day_ms(calendar) };

        if (!about || !judge_first(context, named, about, at) || !judge_goals(context, &these))
            continue;
        if (!*target->warn && !*target->bad)
            (void)complain(&context->complaints, at, "%s: a target has warn, bad, or both",
                           about->id);
        goals[about - kpis] = (struct kpi_goal){ target->warn, target->bad };
    }
}

static bool fits_unit(const struct kpi_feed *feed, const struct kpi_about *about)
{
    switch (feed->unit) {
    case FEED_OWN:
        return true;
    case FEED_PERCENT:
        return about->unit == DX_UNIT_RATIO;
    case FEED_SCORES:
        return about == &kpis[KPI_CSAT] && *feed->file;
    case FEED_MINUTES:
    case FEED_HOURS:
    case FEED_DAYS:
        break;
    }
    return about->unit == DX_UNIT_SECONDS;
}

void feeds_load(struct option_context *context, const struct config *config,
                const struct yaml *section)
{
    const struct dx_items *items = &config->feeds;
    struct kpi_feed *feed = items->item;
    bool named[KPI_COUNT] = { false };

    for (size_t i = 0; section && i < items->count && i < section->count; i++, feed++) {
        const struct yaml *at = id_of(section, i);
        const struct kpi_about *about = section->items[i].wrong ? NULL : about_of(context, at);

        if (!about || !judge_first(context, named, about, at))
            continue;
        if ((*feed->query != '\0') == (*feed->file != '\0'))
            (void)complain(&context->complaints, at, "%s: it is fed by a query or by a file",
                           about->id);
        if (*feed->source && !*feed->query)
            (void)complain(&context->complaints, at, "%s: source goes with query", about->id);
        else if (*feed->source)
            (void)source_judge(context, config, at,
                               arena_print(context->arena, "%s: unknown source", about->id),
                               feed->source);
        if (!fits_unit(feed, about))
            (void)complain(&context->complaints, at, "%s: unit: it is no %s", about->id,
                           feed->unit == FEED_PERCENT  ? "share"
                           : feed->unit == FEED_SCORES ? "file of scores"
                                                       : "span");
        feed->kpi = (enum kpi)(about - kpis);
        feed->file = option_path(context, feed->file);
    }
}
