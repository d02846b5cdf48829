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

#include <dxtop/draw.h>
#include <dxtop/query.h>
#include <dxtop/record.h>

#define DX_PANEL_ABI 1

/* ---- reading the store, in update() only ---- */

struct dx_view; /* all that a view-model is made from; gone when update() returns */
DX_EXPORT int64_t dx_now(const struct dx_view *view); /* the moment shown, Unix ms */
/* Week against week: the same a week before, to be read by what reads now; NULL: it is not
 * asked for. */
DX_EXPORT const struct dx_view *dx_before(const struct dx_view *view);
DX_EXPORT int dx_view_rows(const struct dx_view *view);
/* Those that a list of so many rows will leave for under(); 0: none, it is not asked. */
DX_EXPORT int dx_rows_under(const struct dx_view *view, size_t listed);
DX_EXPORT int dx_view_cols(const struct dx_view *view);
/* What takes longer than a frame should: true: leave it out, and draw() that it is being looked
 * for. The frame comes first then, and update() is called again behind it. */
DX_EXPORT bool dx_later(const struct dx_view *view);

/* How many rows were opened, one in the other; 0: the panel's own list is shown.
 * dx_key(): the key of the row that level 1, 2 ... up to dx_depth() shows the
 * inside of; "" for others. */
DX_EXPORT int dx_depth(const struct dx_view *view);
DX_EXPORT const char *dx_key(const struct dx_view *view, int level);

/* What the user has to type for an action of the host ("accept", "week"), as its keys are bound
 * now: "a", or ":accept" where it is on no key; "" where there is no such action. Returns out. */
DX_EXPORT const char *dx_typed(const struct dx_view *view, const char *action, char *out,
                               size_t cap);

/* What the user narrows and sorts this list by, for a panel that yields a part of what
 * there is (dx_part_of()) and has its query look at all of it: "" and -1 where nothing
 * was chosen. The host narrows and sorts what it yields as well. */
DX_EXPORT const char *dx_search(const struct dx_view *view);
DX_EXPORT int dx_sorted(const struct dx_view *view, bool *reverse); /* a column's number */

/* Rows as of dx_now(). Walk with dx_next(); texts live until the next
 * dx_next(). Ends by itself with update(). Never NULL; filter may be. */
struct dx_rows;
DX_EXPORT struct dx_rows *dx_rows(const struct dx_view *view, enum dx_query query,
                                  const struct dx_filter *filter);
DX_EXPORT bool dx_next(struct dx_rows *rows);
DX_EXPORT bool dx_has(const struct dx_rows *rows, enum dx_field field);
/* 0 when unset. No larger than this, so that thousands of them can be added up. */
#define DX_INT_MOST INT64_C(1000000000000000)
DX_EXPORT int64_t dx_int(const struct dx_rows *rows, enum dx_field field);
DX_EXPORT double dx_number(const struct dx_rows *rows, enum dx_field field);    /* NaN when unset */
DX_EXPORT const char *dx_text(const struct dx_rows *rows, enum dx_field field); /* "" when unset */

/* Copy the value of one label out of a LABELS text; "" when it has none.
 * Returns out. */
DX_EXPORT const char *dx_label(char *out, size_t cap, const char *labels, const char *name);

/* From when on what a source brought is stale (Unix ms), by its STATE, LAST_OK and EVERY: two
 * intervals after its last good answer, for then nobody polls it any more. 0: it never answered
 * and is not going to; INT64_MAX: its first answer is awaited. */
DX_EXPORT int64_t dx_stale_from(enum dx_source_state state, int64_t last_ok_ms, int64_t every_ms);

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
    /* 0 is never dropped; the highest is dropped first. -1: a text that is cut, to a third of
     * the list, before another column is dropped. */
    int priority;
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
 * row's identity (the selection stays on it), url may be "". A panel that paints its own level
 * may add one there, without cells: what Enter opens of it, and its URL. */
struct dx_row {
    size_t size;
    const char *key, *url;
    const struct dx_cell *cells;
    bool apart; /* listed after all others, whatever the sort (silenced alerts) */
    /* How the path calls it once it is opened: the panel's next level then shows
     * what is in it. "" or NULL: it cannot be opened. */
    const char *into;
    /* Week against week: it was not there then, and nobody can say that it was 0
     * (DX_MISSING_ZERO): no records go so far back. */
    bool no_past;
};
#define DX_ROW(...) (&(struct dx_row){ .size = sizeof(struct dx_row), __VA_ARGS__ })

struct dx_list;
DX_EXPORT void dx_add(struct dx_list *list, const struct dx_row *row);

/* What the frame says: the right-hand note ("last 24 h"), the lower note
 * ("idle ▁▃▇ goal"), and a sentence in place of an empty list. */
DX_EXPORT void dx_note(struct dx_list *list, const char *note);
DX_EXPORT void dx_empty(struct dx_list *list, const char *sentence);
/* The rows of this update() are the first ones of so many: the frame says so, and when
 * the user narrows or sorts the list, it is updated. -1: there are more, which nobody counted. */
DX_EXPORT void dx_part_of(struct dx_list *list, int64_t total);
/* The rows of this update() are what dx_search() asks for, all of it: the host narrows
 * them no more, and updates the list when the user narrows it otherwise. */
DX_EXPORT void dx_searched(struct dx_list *list);
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
     * place of a mapping fills the field `shorthand`, and so does a list where that is
     * of type list. */
    const struct dx_option *fields;
    size_t item_size;
    const char *shorthand;
};

/* ---- events ---- */

enum dx_mod { DX_MOD_SHIFT = 1, DX_MOD_ALT = 2, DX_MOD_CTRL = 4 };

enum dx_event_type {
    DX_EVENT_KEY,
    DX_EVENT_MOUSE,
    DX_EVENT_WORD,    /* something is to be said of the selected alert: a panel that lists alerts
                         answers with dx_word() */
    DX_EVENT_VERDICT, /* what is suggested is accepted, ignored, or neither any more: a panel that
                         suggests answers with dx_verdict() */
};

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
    int row, col;            /* mouse: in the panel */
    const char *row_key;     /* of the selected row; "" for none */
    enum dx_word word;       /* DX_EVENT_WORD: what is to be said */
    enum dx_verdict verdict; /* DX_EVENT_VERDICT */
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
/* Keep what a person says of the suggestions for the ticket with this key. */
DX_EXPORT void dx_verdict(struct dx_host *host, const char *key, enum dx_verdict verdict,
                          const char *category);

/* Say this of the alert with this key (of ALERTS). The host asks for how long and for a
 * note; back: it is taken back, and nothing is asked. */
DX_EXPORT void dx_word(struct dx_host *host, const char *key, enum dx_word word, bool back);

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

/* Week against week, of a panel that lists: update() is called for the week before too, and
 * beside these columns stands what they were then. The first one is what rows are judged by: those
 * that got worse by it come first, the most first; alike ones by the second one. A table ends at
 * what == NULL; `what` "": more of it is neither worse nor better. */
enum dx_missing {                     /* there was no such row then: */
                  DX_MISSING_UNKNOWN, /* nobody can say what it was */
                  DX_MISSING_ZERO,    /* it was 0 */
                  DX_MISSING_NEW,     /* it is new, and that is worse than any change */
};
enum dx_change_as {                   /* how much it changed is shown: */
                    DX_CHANGE_UNIT,   /* in the column's unit */
                    DX_CHANGE_POINTS, /* of a rate from 0 to 1 */
                    DX_CHANGE_SHARE,  /* as a share of what it was, where units differ */
                    DX_CHANGE_NOT     /* not */
};
struct dx_change {
    const char *what; /* what got worse means, for `?`: "P95 rose" */
    int column;
    int worse; /* 1: the more the worse, -1: the less */
    enum dx_missing missing;
    enum dx_change_as as;
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
     * there are six: more of the row with this key. NULL: they stay empty. Where it is the
     * first one of its view and high enough, a longer list leaves a third of the rows. */
    void (*under)(const void *state, const char *row_key, struct dx_canvas *canvas);
    /* The levels below its own list, the first for a row of that list. An instance
     * with `follow: yes` shows what is selected in the one before it: the levels
     * stand side by side. One whose columns_of() is NULL then paints at every level. */
    const struct dx_level *levels;
    size_t level_count;
    /* A panel that lists may paint its own list in its own way (tiles): selected is the key
     * of the selected row, "" while that is not to be seen. While it is filtered or sorted
     * by a column it is drawn as any list. at(): the key of the row that is painted at a
     * place; "" for none. Such a panel says itself what of it is stale. */
    void (*paint)(const void *state, const char *selected, struct dx_canvas *canvas);
    const char *(*at)(const void *state, int row, int col);
    /* How high it wants to be on a page of that size, in place of a share; *bare: without a
     * frame. Once something in it is opened it has the whole page. NULL: by its minimum and
     * the weight of its row. */
    int (*rows_on)(int page_rows, int page_cols, bool *bare);
    /* For `?`: what the row with this key means; "" or NULL: nothing more. */
    const char *(*about)(const void *state, const char *row_key);
    const struct dx_change *(*changes)(const void *state); /* NULL: none */
    /* How many rows of its list paint() has room for, the first ones; NULL: all. The selection
     * stays among them, and the frame says how many there are. */
    size_t (*painted)(const void *state);
};

#define DX_PANEL_HEAD .abi = DX_PANEL_ABI, .size = sizeof(struct dx_panel)

#endif
