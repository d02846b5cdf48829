/* The panel interface: all that a panel may know of its host. A panel is one
 * C file that includes this header and libc and exports one symbol,
 * dx_panel_<name>. dxtop-panel(7) explains it with a whole example.
 *
 * The life of a panel: the host checks abi and size, allocates state_size
 * zeroed bytes, fills the options into it and calls open(). Whenever the data,
 * the size or the minute changed and the panel is visible, it calls update(),
 * the only place where the store can be read; then draw(), which can change
 * nothing. A panel that declares columns yields rows in update() instead, and
 * the host draws, sorts, filters and selects them.
 *
 * Structs that a panel hands over begin with their size (set by the macros
 * DX_FILTER, DX_GRAPH ...), so that they can grow at their tail. */
#ifndef DXTOP_PANEL_H
#define DXTOP_PANEL_H

#include <dxtop/record.h>

#define DX_PANEL_ABI 1

/* ---- text and style ---- */

/* A panel names a meaning; the theme gives it a colour. */
enum dx_role {
    DX_ROLE_TEXT,
    DX_ROLE_DIM,
    DX_ROLE_TITLE,
    DX_ROLE_BORDER,
    DX_ROLE_BORDER_FOCUS,
    DX_ROLE_KEY,
    DX_ROLE_SELECTED, /* a background */
    DX_ROLE_GOOD,
    DX_ROLE_WARN,
    DX_ROLE_BAD,
    DX_ROLE_BUSY,
    DX_ROLE_STALE,
    DX_ROLE_SERIES_1,
    DX_ROLE_SERIES_2,
    DX_ROLE_SERIES_3,
    DX_ROLE_SERIES_4,
    DX_ROLE_SERIES_5,
    DX_ROLE_SERIES_6,
    DX_ROLE_HEAT_0,
    DX_ROLE_HEAT_1,
    DX_ROLE_HEAT_2,
    DX_ROLE_HEAT_3,
    DX_ROLE_HEAT_4,
    DX_ROLE_HEAT_5,
    DX_ROLE_HEAT_6,
    DX_ROLE_HEAT_7,
    DX_ROLE_COUNT
};

enum dx_attr {
    DX_BOLD = 1 << 0,
    DX_CHIP = 1 << 1, /* the background's colour on the role's colour; for bad and lost only */
    DX_ON_SELECTED = 1 << 2, /* on the background of a selected row */
    DX_SPAN = 1 << 3, /* of a cell: its text goes on over the cells after it whose text is "" */
};

struct dx_style {
    enum dx_role role;
    unsigned attr;    /* enum dx_attr, or-ed */
    const char *link; /* NULL, or the URL that the text leads to; http and https only */
};

struct dx_box { /* a part of a canvas; may reach over its edge: it is clipped */
    int row, col, rows, cols;
};

struct dx_canvas; /* (0, 0) is the panel's own corner, inside its frame */
DX_EXPORT int dx_canvas_rows(const struct dx_canvas *canvas);
DX_EXPORT int dx_canvas_cols(const struct dx_canvas *canvas);

/* Put text at row, col, clipped to the canvas; a wide character is never
 * halved. style NULL: DX_ROLE_TEXT. Returns the columns used. */
DX_EXPORT int dx_put(struct dx_canvas *canvas, int row, int col, const struct dx_style *style,
                     const char *text);
/* The same within cols columns: right-aligned when align > 0, and cut with an
 * ellipsis at the end, or in the middle when middle is set. */
enum dx_fit { DX_FIT_LEFT, DX_FIT_RIGHT, DX_FIT_MIDDLE /* left, cut in the middle */ };
DX_EXPORT int dx_put_fit(struct dx_canvas *canvas, struct dx_box box, enum dx_fit fit,
                         const struct dx_style *style, const char *text);
/* The same over the box's rows, wrapped at blanks. Returns the rows used. */
DX_EXPORT int dx_put_wrapped(struct dx_canvas *canvas, struct dx_box box,
                             const struct dx_style *style, const char *text);
DX_EXPORT int dx_width(const char *text); /* in columns */

/* Write value as the unit asks into out (64 bytes hold any); NaN gives the
 * dash that means no data. Returns out. */
DX_EXPORT const char *dx_format(char *out, size_t cap, enum dx_unit unit, double value);

/* Glyphs that degrade with the terminal; one column each. */
enum dx_glyph {
    DX_GLYPH_GOOD,
    DX_GLYPH_WARN,
    DX_GLYPH_BAD,
    DX_GLYPH_NONE, /* no data */
    DX_GLYPH_FEW,  /* too few to say */
    DX_GLYPH_RUNNING,
    DX_GLYPH_LIVE,
    DX_GLYPH_LIMITED,
    DX_GLYPH_LOST,
    DX_GLYPH_UP,
    DX_GLYPH_DOWN,
    DX_GLYPH_SORTED,
    DX_GLYPH_ELLIPSIS,
    DX_GLYPH_PATH,
    DX_GLYPH_AT_MOST,
    DX_GLYPH_AT_LEAST,
    DX_GLYPH_PLUS_MINUS,
    DX_GLYPH_DOT, /* quiet */
    DX_GLYPH_COUNT
};
DX_EXPORT const char *dx_glyph(const struct dx_canvas *canvas, enum dx_glyph glyph);

/* ---- widgets ---- */

struct dx_series {
    const char *name;
    enum dx_role role;
    const double *value; /* oldest first, evenly spaced over the graph; NaN is a gap */
    size_t count;
};

/* A line graph; with one series it is filled below the line, and the part past
 * the goal takes the role `past`. Axes: top, zero, the goal, and times. */
struct dx_graph {
    size_t size;
    const struct dx_series *series;
    size_t count;
    double min, max;    /* NaN: from the data (min: 0 when all are positive) */
    double goal;        /* NaN: none */
    bool goal_is_floor; /* the goal is to stay above it */
    bool legend;        /* name, min, max and current of each series, one row each */
    enum dx_role past;
    enum dx_unit unit;
    int64_t from_ms, to_ms; /* the times of the first and last column */
};
#define DX_GRAPH(...) (&(struct dx_graph){ .size = sizeof(struct dx_graph), __VA_ARGS__ })
DX_EXPORT void dx_graph(struct dx_canvas *canvas, struct dx_box box, const struct dx_graph *graph);

/* One row of eighth blocks. Values above `goal` take the role `past`. The scale
 * runs from 0 to max (NaN: the largest value). */
struct dx_spark {
    size_t size;
    const double *value;
    size_t count; /* where there are more than columns, each shows the largest of its own */
    double max, goal;
    enum dx_role role, past;
};
#define DX_SPARK(...) (&(struct dx_spark){ .size = sizeof(struct dx_spark), __VA_ARGS__ })
DX_EXPORT void dx_spark(struct dx_canvas *canvas, struct dx_box box, const struct dx_spark *spark);

/* A gauge: share 0 to 1 of the box's first row; goal NaN: none; share NaN: the
 * dash. */
DX_EXPORT void dx_gauge(struct dx_canvas *canvas, struct dx_box box, double share, double goal,
                        enum dx_role role);

/* Progress with its words: "filling: 1,240 of ~8,600 jobs" and a bar. */
DX_EXPORT void dx_progress(struct dx_canvas *canvas, struct dx_box box, double done, double total,
                           const char *words);

/* One row of heat: each value against goal (NaN: max of the values), 8 steps. */
DX_EXPORT void dx_heat(struct dx_canvas *canvas, struct dx_box box, const double *value,
                       size_t count, double goal);

/* The last results, oldest first, as enum dx_mark; where there are more than
 * columns, the newest. Height means state: ok is flat, a failure of the code
 * half as high as one of the platform, one of unknown cause between them. */
DX_EXPORT void dx_strip(struct dx_canvas *canvas, struct dx_box box, const char *marks);

/* An estimate and its interval, on a scale from 0 to max: ···──●──···  */
struct dx_interval {
    size_t size;
    double value, low, high, max; /* NaN value: the dash */
    enum dx_role role;            /* of the value */
};
#define DX_INTERVAL(...) (&(struct dx_interval){ .size = sizeof(struct dx_interval), __VA_ARGS__ })
DX_EXPORT void dx_interval(struct dx_canvas *canvas, struct dx_box box,
                           const struct dx_interval *interval);

/* Large digits, centred in the box: five rows when the box has room, else
 * three, else plain text. text: digits and . : % m s h d and the dash. */
DX_EXPORT void dx_big(struct dx_canvas *canvas, struct dx_box box, const struct dx_style *style,
                      const char *text);

/* ---- reading the store, in update() only ---- */

enum dx_query {
    DX_QUERY_SERIES,  /* one row a series: SOURCE NAME KEY LABELS UNIT AT VALUE TEXT */
    DX_QUERY_SAMPLES, /* by series, then time: SOURCE NAME KEY AT VALUE MIN MAX N */
    DX_QUERY_ALERTS,  /* SOURCE KEY NAME SEVERITY STATE SINCE ENDED SEEN LABELS SUMMARY URL MUTED_BY
                       */
    DX_QUERY_SOURCES, /* SOURCE TYPE STATE LAST_TRY LAST_OK NEXT EVERY LATENCY FAULT TEXT REMAINING
                         LIMIT RESET PER_HOUR BYTES VERSION SKEW DONE TOTAL URL YIELDS */
    DX_QUERY_LOG,     /* newest first: AT LEVEL SOURCE TEXT */
    /* CI. Every row has KEY, which other queries take as filter.key; it is opaque.
     * Rates are 0 to 1, spans ms. What cannot be known is unset. */
    DX_QUERY_RUNS,  /* newest first; key: a pipeline's. SOURCE TYPE PROJECT PIPELINE RUN_ID NUMBER
                       ATTEMPT SHA BRANCH EVENT PROTECTED TITLE ACTOR URL PHASE RESULT CAUSE
                       EVIDENCE RAW_STATUS RAW_RESULT CREATED STARTED FINISHED QUEUED QUEUED_BASIS
                       DURATION DURATION_BASIS GATE N (jobs) */
    DX_QUERY_JOBS,  /* newest first, open ones by age; key: a run's, a pool's or a job's. All of
                       RUNS but TITLE ACTOR GATE N, and RUN (its key) JOB_ID NAME POOL RUNNER STAGE
                       WHY */
    DX_QUERY_STEPS, /* key: a job's. NAME PHASE RESULT RAW_RESULT STARTED FINISHED */
    DX_QUERY_POOLS, /* over window_ms. SOURCE TYPE NAME WAITING OLDEST ONLINE BUSY OFFLINE
                       NONE_SINCE TEXT N P50 P90 P95 P99 APPROX BEFORE (p95) N_BEFORE SKEWED
                       GATE_N GATE_P50 NEVER PER_HOUR_IN PER_HOUR_OUT */
    DX_QUERY_POOL_HOURS,    /* key: a pool's; by hour, ends at AT. N P50 P95 */
    DX_QUERY_RUNNERS,       /* key: a pool's. NAME POOL LABELS STATE (1 online, 2 busy) TEXT */
    DX_QUERY_PIPELINES,     /* over window_ms. SOURCE TYPE PROJECT PIPELINE PROTECTED N SUCCESS
                               FAILED FIRST FIRST_N PLATFORM PLATFORM_LOW UNKNOWN LOW HIGH LEFT_OUT
                               RUNNING DURATION_N P50 P90 BEFORE (p50) N_BEFORE SLOWER STRIP URL
                               POLICY NAME (the part, as in TOTALS) */
    DX_QUERY_PIPELINE_DAYS, /* key: a pipeline's; by day, ends at AT. N P50 P90 SUCCESS */
    DX_QUERY_TOTALS,        /* as PIPELINES: one row for all, one for protected branches, one for
                               pull requests; NAME: "all" "protected" "other" */
    DX_QUERY_FLAKY, /* by minutes lost. SOURCE TYPE PROJECT PIPELINE NAME STATE RATE LOW HIGH
                       N FAILED PAIRS LOST FIRST_SEEN LAST_SEEN BEFORE (rate) URL */
    DX_QUERY_FLAKY_COMMITS, /* key: a flaky job's. SHA AT ACTOR STRIP TEXT (of the first failure)
                               URL */
    DX_QUERY_FAILURES,      /* over window_ms, by cause and category, most first. CAUSE NAME
                               (category) TEXT (last evidence) N PROJECTS POOL LAST_SEEN */
    DX_QUERY_COUNT
};

enum dx_field {                     /* t text, i whole number, n number, ms time */
                DX_FIELD_SOURCE,    /* t name in the configuration */
                DX_FIELD_NAME,      /* t of the query, the alert */
                DX_FIELD_KEY,       /* t identity, stable between polls */
                DX_FIELD_LABELS,    /* t {a="b", c="d"}; dx_label() reads one */
                DX_FIELD_UNIT,      /* i enum dx_unit */
                DX_FIELD_AT,        /* ms */
                DX_FIELD_VALUE,     /* n last in the step */
                DX_FIELD_MIN,       /* n in the step */
                DX_FIELD_MAX,       /* n in the step */
                DX_FIELD_N,         /* i values in the step */
                DX_FIELD_TEXT,      /* t */
                DX_FIELD_SEVERITY,  /* i enum dx_severity */
                DX_FIELD_STATE,     /* i enum dx_alert_state, dx_source_state */
                DX_FIELD_SINCE,     /* ms */
                DX_FIELD_ENDED,     /* ms */
                DX_FIELD_SEEN,      /* ms */
                DX_FIELD_SUMMARY,   /* t */
                DX_FIELD_URL,       /* t */
                DX_FIELD_MUTED_BY,  /* t silence or alert that mutes it */
                DX_FIELD_TYPE,      /* t "prometheus" */
                DX_FIELD_LAST_TRY,  /* ms */
                DX_FIELD_LAST_OK,   /* ms */
                DX_FIELD_NEXT,      /* ms */
                DX_FIELD_EVERY,     /* i ms between polls, as stretched now */
                DX_FIELD_LATENCY,   /* i ms, of the last poll's slowest request */
                DX_FIELD_FAULT,     /* i enum dx_fault */
                DX_FIELD_REMAINING, /* i requests left of the server's limit; unset: none announced
                                     */
                DX_FIELD_LIMIT,     /* i */
                DX_FIELD_RESET,     /* ms */
                DX_FIELD_PER_HOUR,  /* n requests an hour, projected */
                DX_FIELD_BYTES,     /* i received since the collector's start */
                DX_FIELD_VERSION,   /* t of the server */
                DX_FIELD_SKEW,      /* i ms, the server's clock minus ours */
                DX_FIELD_DONE,      /* i back-fill */
                DX_FIELD_TOTAL,     /* i back-fill, 0: nothing to fill */
                DX_FIELD_LEVEL,     /* i enum dx_log_level */
                DX_FIELD_YIELDS,    /* i 1u << enum dx_kind, or-ed */
                /* CI */
                DX_FIELD_PROJECT,        /* t */
                DX_FIELD_PIPELINE,       /* t */
                DX_FIELD_RUN,            /* t key of the run */
                DX_FIELD_RUN_ID,         /* t the server's */
                DX_FIELD_JOB_ID,         /* t the server's */
                DX_FIELD_NUMBER,         /* t */
                DX_FIELD_ATTEMPT,        /* i from 1 */
                DX_FIELD_SHA,            /* t */
                DX_FIELD_BRANCH,         /* t */
                DX_FIELD_EVENT,          /* t */
                DX_FIELD_PROTECTED,      /* i 1: of a protected branch */
                DX_FIELD_TITLE,          /* t */
                DX_FIELD_ACTOR,          /* t */
                DX_FIELD_POOL,           /* t */
                DX_FIELD_RUNNER,         /* t */
                DX_FIELD_STAGE,          /* t */
                DX_FIELD_WHY,            /* t why it waits */
                DX_FIELD_PHASE,          /* i enum dx_phase */
                DX_FIELD_RESULT,         /* i enum dx_result */
                DX_FIELD_CAUSE,          /* i enum dx_cause */
                DX_FIELD_EVIDENCE,       /* t */
                DX_FIELD_RAW_STATUS,     /* t */
                DX_FIELD_RAW_RESULT,     /* t */
                DX_FIELD_CREATED,        /* ms */
                DX_FIELD_STARTED,        /* ms */
                DX_FIELD_FINISHED,       /* ms */
                DX_FIELD_QUEUED,         /* i ms */
                DX_FIELD_QUEUED_BASIS,   /* t the two fields */
                DX_FIELD_DURATION,       /* i ms */
                DX_FIELD_DURATION_BASIS, /* t */
                DX_FIELD_GATE,           /* i ms waited for approval or a concurrency group */
                DX_FIELD_WAITING,        /* i jobs that wait now */
                DX_FIELD_OLDEST,         /* ms since when the oldest of them waits */
                DX_FIELD_ONLINE,         /* i runners */
                DX_FIELD_BUSY,           /* i runners */
                DX_FIELD_OFFLINE,        /* i runners */
                DX_FIELD_NONE_SINCE,     /* ms since when no runner is online */
                DX_FIELD_P50,            /* n ms */
                DX_FIELD_P90,            /* n ms */
                DX_FIELD_P95,            /* n ms */
                DX_FIELD_P99,            /* n ms */
                DX_FIELD_APPROX,         /* i 1: from the histogram, within 1 % */
                DX_FIELD_BEFORE,         /* n the same number, over the window before */
                DX_FIELD_N_BEFORE,       /* i */
                DX_FIELD_SKEWED,         /* i negative spans that were clamped */
                DX_FIELD_GATE_N,         /* i */
                DX_FIELD_GATE_P50,       /* n ms */
                DX_FIELD_NEVER,          /* i jobs that ended and never had a runner */
                DX_FIELD_PER_HOUR_IN,    /* n jobs that came, an hour */
                DX_FIELD_PER_HOUR_OUT,   /* n jobs that started, an hour */
                DX_FIELD_SUCCESS,        /* n rate */
                DX_FIELD_FAILED,         /* i */
                DX_FIELD_FIRST,          /* n rate of first attempts */
                DX_FIELD_FIRST_N,        /* i */
                DX_FIELD_PLATFORM,       /* n platform-controlled rate, unknown causes as code's */
                DX_FIELD_PLATFORM_LOW,   /* n the same, unknown causes as the platform's */
                DX_FIELD_UNKNOWN,        /* i failures without a known cause */
                DX_FIELD_LOW,            /* n Wilson interval of the rate, 95 % */
                DX_FIELD_HIGH,           /* n */
                DX_FIELD_LEFT_OUT,       /* i done, but not counted: cancelled, skipped ... */
                DX_FIELD_RUNNING,        /* i */
                DX_FIELD_DURATION_N,     /* i */
                DX_FIELD_SLOWER,         /* i 1: slower than before, -1: faster, by a rank test */
                DX_FIELD_STRIP,          /* t the last results, oldest first: enum dx_mark */
                DX_FIELD_RATE,           /* n */
                DX_FIELD_PAIRS,          /* i commits that failed and passed */
                DX_FIELD_LOST,           /* i ms */
                DX_FIELD_FIRST_SEEN,     /* ms */
                DX_FIELD_LAST_SEEN,      /* ms */
                DX_FIELD_PROJECTS,       /* i */
                DX_FIELD_POLICY,         /* t what counts as success: success_policy */
                DX_FIELD_COUNT
};

/* What a strip of results is made of. */
enum dx_mark {
    DX_MARK_OK = 'o',
    DX_MARK_CODE = 'c',     /* failed, and not by the platform */
    DX_MARK_PLATFORM = 'p', /* failed by the platform */
    DX_MARK_UNKNOWN = 'u',  /* failed, nobody knows why */
    DX_MARK_RUNNING = 'r',
    DX_MARK_OTHER = '-', /* cancelled, skipped */
};

enum dx_flaky_state {
    DX_FLAKY_SUSPECT, /* too few commits to say */
    DX_FLAKY_FLAKY,   /* the same commit both failed and passed */
    DX_FLAKY_BROKEN,  /* fails every time on the default branch */
};

struct dx_filter {
    size_t size;
    const char *source;     /* NULL or "": all */
    const char *name;       /* NULL or "": all */
    int64_t from_ms, to_ms; /* (from, to]; to 0: the view's time */
    int64_t step_ms;        /* samples: one row a step, that ends at AT; 0: all as they are */
    int64_t limit;          /* 0: no limit */
    const char *key;        /* KEY of what the rows belong to; NULL or "": all */
    int64_t window_ms;      /* 1 h, 24 h, 7 d or 30 d; 0: 24 h */
    bool open;              /* only what is not done */
    int cause;              /* enum dx_cause; 0: all */
    bool parts;             /* pipelines: protected branches and others apart, too */
    bool attempts;          /* of the job with this key: all its attempts, the first first */
};
#define DX_FILTER(...) (&(struct dx_filter){ .size = sizeof(struct dx_filter), __VA_ARGS__ })

struct dx_view; /* all that a view-model is made from; gone when update() returns */
DX_EXPORT int64_t dx_now(const struct dx_view *view); /* the moment shown, Unix ms */
DX_EXPORT int dx_view_rows(const struct dx_view *view);
DX_EXPORT int dx_view_cols(const struct dx_view *view);

/* How many rows were opened, one in the other; 0: the panel's own list is shown.
 * dx_key(): the key of the row that level 1, 2 ... up to dx_depth() shows the
 * inside of; "" for others. */
DX_EXPORT int dx_depth(const struct dx_view *view);
DX_EXPORT const char *dx_key(const struct dx_view *view, int level);

/* Rows as of dx_now(). Walk with dx_next(); texts live until the next
 * dx_next(). Ends by itself with update(). Never NULL; filter may be. */
struct dx_rows;
DX_EXPORT struct dx_rows *dx_rows(const struct dx_view *view, enum dx_query query,
                                  const struct dx_filter *filter);
DX_EXPORT bool dx_next(struct dx_rows *rows);
DX_EXPORT bool dx_has(const struct dx_rows *rows, enum dx_field field);
DX_EXPORT int64_t dx_int(const struct dx_rows *rows, enum dx_field field);      /* 0 when unset */
DX_EXPORT double dx_number(const struct dx_rows *rows, enum dx_field field);    /* NaN when unset */
DX_EXPORT const char *dx_text(const struct dx_rows *rows, enum dx_field field); /* "" when unset */

/* Copy the value of one label out of a LABELS text; "" when it has none.
 * Returns out. */
DX_EXPORT const char *dx_label(char *out, size_t cap, const char *labels, const char *name);

/* ---- rows: panels that list things ---- */

enum dx_cell_type {
    DX_CELL_TEXT,
    DX_CELL_STATE,    /* a glyph of its own column: value is enum dx_glyph */
    DX_CELL_NUMBER,   /* by the column's unit */
    DX_CELL_AGE,      /* value is a time: shown as now - value, in steps of 10 s */
    DX_CELL_TIME,     /* value is a time: shown as a clock time or date */
    DX_CELL_SPARK,    /* values */
    DX_CELL_GAUGE,    /* value 0 to 1 */
    DX_CELL_HEAT,     /* values against goal */
    DX_CELL_STRIP,    /* text: enum dx_mark, oldest first; as dx_strip() */
    DX_CELL_TRIES,    /* the same, each with the glyph of its result */
    DX_CELL_INTERVAL, /* value and values (low, high) on a scale up to goal */
};

struct dx_column { /* a table ends at title == NULL */
    const char *title;
    enum dx_cell_type type;
    enum dx_unit unit;
    int priority; /* 0 is never dropped; the highest is dropped first */
    int min, max; /* columns wide; the room left over goes to columns with max 0 */
    enum dx_fit fit;
    const char *help; /* the definition, for `?` */
};

struct dx_cell {
    const char *text;     /* text, or what is shown instead of the value; copied */
    double value;         /* sorts (texts too, where it is not 0) and is formatted; NaN: unknown */
    const double *values; /* copied */
    size_t count;
    double goal; /* NaN: none; of sparks, gauges and heat */
    enum dx_role role;
    unsigned attr;
};

/* Add a row to the list of this update(); cells as many as columns. key is the
 * row's identity (the selection stays on it), url may be "". */
struct dx_row {
    size_t size;
    const char *key, *url;
    const struct dx_cell *cells;
    bool apart; /* listed after all others, whatever the sort (silenced alerts) */
    /* How the path calls it once it is opened: the panel's next level then shows
     * what is in it. "" or NULL: it cannot be opened. */
    const char *into;
};
#define DX_ROW(...) (&(struct dx_row){ .size = sizeof(struct dx_row), __VA_ARGS__ })

struct dx_list;
DX_EXPORT void dx_add(struct dx_list *list, const struct dx_row *row);

/* What the frame says: the right-hand note ("last 24 h"), the lower note
 * ("idle ▁▃▇ goal"), and a sentence in place of an empty list. */
DX_EXPORT void dx_note(struct dx_list *list, const char *note);
DX_EXPORT void dx_empty(struct dx_list *list, const char *sentence);
/* Something is wrong (DX_ROLE_BAD or DX_ROLE_WARN): for the headline.
 * "linux-xl", "18 jobs wait, the oldest 11m 40s". */
DX_EXPORT void dx_finding(struct dx_list *list, enum dx_role role, const char *subject,
                          const char *sentence);

/* ---- options ---- */

enum dx_option_type {
    DX_OPTION_FLAG,     /* bool */
    DX_OPTION_COUNT,    /* int64_t, >= 0 */
    DX_OPTION_NUMBER,   /* double; "none": NaN */
    DX_OPTION_DURATION, /* int64_t ms; 30s 5m 2h 7d */
    DX_OPTION_PERCENT,  /* double 0 to 1; 98% */
    DX_OPTION_SIZE,     /* int64_t bytes; 8MiB */
    DX_OPTION_TEXT,     /* const char *, never NULL */
    DX_OPTION_CHOICE,   /* int, index into choices */
    DX_OPTION_LIST,     /* struct dx_items of const char * */
    DX_OPTION_MAP,      /* struct dx_items of struct dx_pair */
    DX_OPTION_TABLES,   /* struct dx_items of structs; see `fields` */
    DX_OPTION_SECRET,   /* for sources only: struct secret of the host */
};

struct dx_items {
    void *item;
    size_t count;
};

struct dx_pair {
    const char *name, *value;
};

struct dx_option { /* one key of a config section; a table ends at name == NULL */
    const char *name;
    enum dx_option_type type;
    size_t offset;              /* of the field to fill */
    const char *fallback;       /* as the user would write it; NULL: required; "": empty */
    const char *help;           /* one line, for --help, the man page and errors */
    const char *const *choices; /* DX_OPTION_CHOICE: ends at NULL */
    /* DX_OPTION_TABLES: a list of mappings, or a mapping whose keys go to the
     * first field (of type text). item_size is that of the struct. A scalar in
     * place of a mapping fills the field `shorthand`. */
    const struct dx_option *fields;
    size_t item_size;
    const char *shorthand;
};

/* ---- events ---- */

enum dx_mod { DX_MOD_SHIFT = 1, DX_MOD_ALT = 2, DX_MOD_CTRL = 4 };

enum dx_event_type { DX_EVENT_KEY, DX_EVENT_MOUSE };

enum { /* keys beyond Unicode */
       DX_KEY_UP = 0x200000,
       DX_KEY_DOWN,
       DX_KEY_LEFT,
       DX_KEY_RIGHT,
       DX_KEY_HOME,
       DX_KEY_END,
       DX_KEY_PAGE_UP,
       DX_KEY_PAGE_DOWN,
       DX_KEY_ENTER,
       DX_KEY_ESC,
       DX_KEY_TAB,
       DX_KEY_BACKSPACE,
       DX_KEY_DELETE,
       DX_KEY_F1, /* to F12: DX_KEY_F1 + 11 */
};

struct dx_event {
    size_t size;
    enum dx_event_type type;
    uint32_t key; /* code point or DX_KEY_... ; mouse: button 1-3, 4 and 5 the wheel */
    unsigned mods;
    int row, col;        /* mouse: in the panel */
    const char *row_key; /* of the selected row; "" for none */
};

enum dx_reply { DX_IGNORED, DX_USED };

/* What a panel can ask of its host in event(). */
struct dx_host;
DX_EXPORT void dx_push(struct dx_host *host, const char *step); /* drill down: the path grows */
DX_EXPORT void dx_back(struct dx_host *host);
DX_EXPORT const char *dx_path(const struct dx_view *view); /* the innermost step; "" at the top */
DX_EXPORT void dx_open_url(struct dx_host *host, const char *url);
DX_EXPORT void dx_copy(struct dx_host *host, const char *text);
DX_EXPORT void dx_message(struct dx_host *host, const char *text);     /* on the key line, 5 s */
DX_EXPORT void dx_wish_poll(struct dx_host *host, const char *source); /* "" all */

/* ---- declaring ---- */

struct dx_key {
    const char *keys, *help;
};

/* Below a panel's own list: what there is in a row that was opened (dx_row.into).
 * update() asks dx_depth() which level it is to yield rows for. */
struct dx_level {
    const char *name; /* how the path ends there ("waiting"); "" or NULL: with the opened row */
    const struct dx_column *columns; /* NULL: there it paints, with draw() */
};

/* Text for `?`: what this panel shows and how it is computed. */
struct dx_panel {
    uint32_t abi, size;  /* DX_PANEL_HEAD; checked before the rest is read */
    const char *name;    /* of the file, the config and the symbol: [a-z0-9_]+ */
    const char *summary; /* one line, for help and the man page */
    const char *help;    /* paragraphs for `?`: definitions, what is left out */
    uint32_t reads;      /* 1u << enum dx_kind, or-ed: its sources' age is the panel's */
    size_t state_size;   /* the host allocates it zeroed and frees it */
    const struct dx_option *options; /* NULL: none */
    const struct dx_key *keys;       /* NULL: none; ends at keys == NULL */
    int min_rows, min_cols;          /* inside the frame; below it the panel is dropped */
    int want_rows, want_cols;        /* more is not needed; 0: as much as there is */
    const struct dx_column *columns; /* NULL: it paints */

    bool (*open)(void *state, struct dx_error *err); /* may be NULL */
    void (*close)(void *state);                      /* may be NULL */
    /* Make the view-model, and the rows if it lists. false: the frame shows err. */
    bool (*update)(void *state, const struct dx_view *view, struct dx_list *list,
                   struct dx_error *err);
    void (*draw)(const void *state, struct dx_canvas *canvas); /* NULL when it lists */
    enum dx_reply (*event)(void *state, const struct dx_event *event,
                           struct dx_host *host); /* may be NULL */
    /* Which columns there are may depend on the options: when set, it wins over `columns`;
     * it may return NULL, then the panel paints. */
    const struct dx_column *(*columns_of)(const void *state);
    /* What the frame is called when the user gave no title; "" or NULL: the name. */
    const char *(*title)(const void *state);
    /* The source whose age the frame shows; "" or NULL: all that yield what it reads. */
    const char *(*source)(const void *state);
    /* A panel that lists may paint into the rows that its list leaves over, once
     * there are six: more of the row with this key. NULL: they stay empty. */
    void (*under)(const void *state, const char *row_key, struct dx_canvas *canvas);
    /* The levels below its own list, the first for a row of that list. An instance
     * with `follow: yes` shows what is selected in the one before it: the levels
     * stand side by side. One whose columns_of() is NULL paints at every level. */
    const struct dx_level *levels;
    size_t level_count;
};

#define DX_PANEL_HEAD .abi = DX_PANEL_ABI, .size = sizeof(struct dx_panel)

#endif
