/* config: the YAML file, checked against option tables and turned into
 * settings. Every complaint has file, line and column and, for a near miss, a
 * suggestion; all complaints come together. Unknown keys are errors. */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <dxtop/panel.h>

#include "core/buf.h"
#include "core/mem.h"
#include "model/action.h"
#include "model/alert_rule.h"
#include "model/calendar.h"
#include "model/endpoint.h"
#include "model/kpi.h"

/* What may stand as an entry of `sources` (type:) or of a row's `panels`
 * (panel:). The layers above know the kinds; config only asks. */
struct config_kind {
    const char *name, *summary;
    const struct dx_option *options;
    size_t size; /* of the settings struct that options fill */
    /* Sources: the default interval; of `history`, NULL: that of the table; of `url`,
     * NULL: it has to be given, "": there is no server. */
    const char *every, *history, *url;
    bool (*check)(const void *settings, struct dx_error *err); /* may be NULL */
    const void *kind; /* the caller's own: struct source, struct dx_panel */
};

struct config_kinds {
    /* false: no such kind, *err says why. NULL find: the section is not ours
     * to judge and is skipped (the viewer knows no sources, the collector no
     * panels). */
    bool (*find)(void *self, const char *name, struct config_kind *kind, struct dx_error *err);
    const char *const *names; /* for suggestions; ends at NULL */
    void *self;
};

struct source_settings {
    const char *type, *name; /* name is unique; default: the type */
    const void *kind;
    void *settings;
    struct endpoint endpoint;
    int64_t every_ms, history_ms;
    double share; /* of the server's rate limit */
    int line;
};

struct panel_settings {
    const char *panel, *title; /* title "": the panel's own */
    const void *kind;
    void *settings; /* filled option struct of kind.size bytes; copied into the state */
    int64_t weight, priority, min_cols; /* min_cols: of the screen */
    bool follow; /* shows what is selected in the panel of its kind before it */
    int line;
};

struct row_settings {
    int64_t height; /* in lines; 0: by weight */
    int64_t weight;
    struct panel_settings *panels;
    size_t panel_count;
};

struct view_settings {
    const char *name;
    struct row_settings *rows;
    size_t row_count;
};

/* As the configuration says it: a day of business time is as long as the calendar's. "": not
 * given, "none": there is none. */
struct kpi_goal {
    const char *warn, *bad;
};

struct wall_settings {
    int64_t every_ms, resume_ms;
    struct dx_items kpis, views; /* of const char *: ids; names of views */
    int line, column;            /* of views in the file */
};

enum feed_unit { FEED_OWN, FEED_PERCENT, FEED_MINUTES, FEED_HOURS, FEED_DAYS, FEED_SCORES };
struct kpi_feed {
    const char *id, *query, *source, *file; /* "" where not given; file: a path */
    int unit;                               /* enum feed_unit */
    enum kpi kpi;
};

struct config {
    struct arena arena;                         /* holds all of it */
    const char *path;                           /* canonical; "" when made from arguments */
    const char *title;                          /* "acme platform" */
    const char *store, *theme, *color, *glyphs; /* "" unless given */
    int64_t store_size;                         /* bytes; 0: no limit */
    bool mouse, links, clipboard;
    struct keymap keymap;
    struct wall_settings wall;
    int success_policy;       /* index of config_success_policies */
    struct dx_items patterns; /* of const char *: paths of failure patterns */
    const char *runbooks;     /* folder of Markdown files; "" none */
    struct dx_items types;    /* of const char *: of all sources, whether or not they are read */
    struct dx_items names;    /* of const char *: what these are called */
    struct kpi_goal goals[KPI_COUNT];
    struct dx_items critical; /* of const char *: patterns of "project/pipeline" */
    struct dx_items feeds;    /* of struct kpi_feed */
    struct dx_items rules;    /* of struct alert_rule */
    struct dx_items notices;  /* of struct notice_settings */
    struct calendar calendar; /* unless given, Monday to Friday 09:00-17:00 in the machine's zone */
    struct source_settings *sources;
    size_t source_count;
    struct view_settings *views;
    size_t view_count; /* 0: the built-in views */
};

/* Read the file (path NULL: nothing, settings by default), or text where text
 * is not NULL (path is then only its name). false: complaints holds one line
 * each, "file:line:col: what; did you mean ...". */
bool config_load(struct config *config, const char *path, const char *text,
                 const struct config_kinds *sources, const struct config_kinds *panels,
                 struct buf *complaints);
void config_done(struct config *config);

/* Where the configuration of the whole system is. */
#define CONFIG_SYSTEM "/etc/dxtop"
/* $XDG_CONFIG_HOME/dxtop/dxtop.yaml and the like, then dxtop.yaml in system: the first that
 * exists, yours to free; NULL: none. */
char *config_find(const char *system);
/* The store's path for this configuration: `store:`, else
 * DIR/<name>-<schema>.db with <name> from the canonical path. DIR: state when
 * not NULL, else $XDG_STATE_HOME/dxtop. Yours to free. */
char *config_store_path(const struct config *config, const char *state, int schema);

/* How success is counted, ends at NULL. */
extern const char *const config_success_policies[];

/* The option tables for --help, man pages and the JSON Schema. */
extern const struct dx_option config_options[];        /* top level */
extern const struct dx_option config_source_options[]; /* common to all sources */
extern const struct dx_option config_panel_options[];  /* common to all panels */
extern const struct dx_option config_row_options[];    /* of a row of a view */
extern const struct dx_option config_calendar_options[];
extern const struct dx_option config_target_options[]; /* of `targets` */
extern const struct dx_option config_feed_options[];   /* of `kpis` */
extern const struct dx_option config_keys_options[];   /* of `keys` */
extern const struct dx_option config_wall_options[];
extern const struct dx_option config_hours_options[];  /* of a calendar's `hours` */
extern const struct dx_option config_rule_options[];   /* of `rules` */
extern const struct dx_option config_notice_options[]; /* of `notices` */
/* mdoc: .It Ic name : Ar type \n help ... as the man page has it. */
void config_print_mdoc(struct buf *out, const struct dx_option *options);

#endif
