/* internal: what the files of config/ share. */
#ifndef CONFIG_INTERNAL_H
#define CONFIG_INTERNAL_H

#include "config/config.h"
#include "config/option.h"

struct settings { /* the top level, as the table fills it */
    const char *title, *store, *theme;
    int64_t store_size;
    int color, glyphs, success_policy;
    bool mouse, links, clipboard;
    struct dx_items patterns, critical;
    const char *runbooks;
    struct dx_items targets, kpis;  /* of struct target_settings, of struct kpi_feed */
    struct dx_items keys;           /* of struct keys_settings */
    struct dx_items rules, notices; /* of struct alert_rule, of struct notice_settings */
};

struct keys_settings {
    const char *action;
    struct dx_items keys; /* of const char * */
};

struct target_settings {
    const char *kpi, *warn, *bad;
};

struct calendar_settings {
    const char *zone;
    struct dx_items hours, holidays; /* of struct calendar_days_settings, of const char * */
};

struct calendar_days_settings {
    const char *days;      /* "mon-fri" */
    struct dx_items hours; /* of const char *: "09:00-17:00" */
};

/* section: NULL, none. Always fills calendar, as far as there is nothing to complain of. */
void calendar_load(struct option_context *context, struct calendar *calendar,
                   const struct yaml *section);

/* The hours of a week: section is what the items (of struct calendar_days_settings) were made
 * of. calendar has its zone. */
void hours_load(struct option_context *context, struct calendar *calendar,
                const struct dx_items *items, const struct yaml *section);

/* section: what the items were made of; NULL: there is none. Always fills all goals. */
void targets_load(struct option_context *context, struct kpi_goal goals[KPI_COUNT],
                  const struct dx_items *items, const struct yaml *section,
                  const struct calendar *calendar);
/* Behind the sources, which they name. */
void feeds_load(struct option_context *context, const struct config *config,
                const struct yaml *section);
/* section: NULL, none: as by default. The views are judged where they are known. */
void wall_load(struct option_context *context, struct wall_settings *wall,
               const struct yaml *section);

/* section: what the items were made of; NULL: there is none. Always fills the map. */
void keys_load(struct option_context *context, struct keymap *map, const struct dx_items *items,
               const struct yaml *section);
void notices_load(struct option_context *context, const struct dx_items *items,
                  const struct yaml *section);
/* Behind the notices, the calendar and the sources, which they name. */
void rules_load(struct option_context *context, const struct config *config,
                const struct yaml *section);
/* Are these the ids of key numbers? NULL: none. false: it is complained of. */
bool kpis_judge(struct option_context *context, const struct yaml *ids);
/* Does the configuration have a source of this name, or none at all? false: it is complained of. */
bool source_judge(struct option_context *context, const struct config *config,
                  const struct yaml *at, const char *what, const char *name);
/* What sources and notices may be called. */
bool is_name(const char *name);

#endif
