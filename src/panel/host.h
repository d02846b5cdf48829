/* host: what stands around a panel: options, state, rows, frame, timing,
 * errors. One `instance` is one panel in one place of a view. */
#ifndef PANEL_HOST_H
#define PANEL_HOST_H

#include <dxtop/panel.h>

#include "model/action.h"
#include "model/rows.h"
#include "ui/table.h"

struct finding {
    enum dx_role role;
    char subject[96], sentence[200];
};

/* What is the same finding has the same mark; the lowest bit: it is bad. */
uint64_t finding_mark(enum dx_role role, const char *subject, const char *sentence);

enum { PATH_MOST = 8, FINDINGS_MOST = 24, URL_BYTES = 2084 }; /* no terminal takes a longer one */

struct step { /* of the drill-down */
    char key[ROW_KEY], name[200], url[URL_BYTES];
};

/* Another moment of the same: where its rows are read, and which it is. */
struct as_of {
    const struct reader *reader;
    int64_t now_ms;
};

struct week; /* week.c */

enum callback { CALLBACK_OPEN, CALLBACK_UPDATE, CALLBACK_DRAW, CALLBACK_EVENT, CALLBACK_COUNT };

struct instance {
    const struct dx_panel *panel;
    char title[96];                  /* of the frame */
    void *state;                     /* panel->state_size bytes */
    bool open, off;                  /* open() succeeded; switched off by the watchdog */
    struct dx_error error;           /* of open() or the last update(); DX_FAULT_NONE: none */
    int slow[CALLBACK_COUNT];        /* how often in a row each took over 50 ms */
    const struct dx_column *columns; /* of this level; NULL: paints */
    struct table *table;             /* of this level */
    struct table *tables;            /* of every level that was opened yet: reached + 1 */
    char note[160], empty[200];
    struct finding *findings; /* FINDINGS_MOST; NULL: there was none yet */
    int64_t total; /* its rows are the first ones of so many; 0: they are all; -1: there are more */
    size_t finding_count;
    uint64_t *found; /* all of them, also those that had no room: finding_mark() */
    size_t found_count, found_room;
    struct step *path; /* what was opened before at a level stays behind its end; `reached` */
    int depth, base;   /* steps of the path; the first `base` are those of the one it follows */
    int reached;       /* the deepest level yet */
    struct step whole; /* what a panel that paints its own list opens; name "": nothing */
    bool idle;         /* it follows one where nothing is selected that can be opened */
    bool followed;     /* its selection is shown without the focus too */
    bool bare;         /* it has no frame */
    bool keeps;        /* a long list of its own leaves room for what is said of a row of it */
    int listed;        /* rows of its list that were drawn last, the head among them */
    bool hurried;      /* the first frame of what is opened does not wait for what takes long */
    bool owes;         /* and it left something out: another update is to come */
    bool begun, later; /* it showed something; dx_later() of this update */
    char begun_key[ROW_KEY];     /* that was inside of this */
    bool unmarked;               /* what changed is not marked */
    const struct keymap *keymap; /* NULL: as shipped */
    const struct as_of *before;  /* week against week: the week before; NULL: not now */
    struct week *week;           /* its list has last week's numbers beside its own; NULL: not */
    /* the age of its data, by the last update: */
    int64_t last_ok_ms, every_ms;
    char sources[96];              /* "github", "3 sources" */
    bool stale;                    /* older than two intervals, or never there */
    int64_t due_ms;                /* from then on it is stale; INT64_MAX: never */
    int64_t stale_ms;              /* of the last good data of what is stale; 0: never */
    char stale_why[300];           /* "jira answered 503" */
    int64_t fill_done, fill_total; /* back-fill; total 0: none under way */
    bool awaited;                  /* a source has not answered yet, or none is known */
    int64_t updated_ms;            /* dx_now() of the last update */
};

/* What a panel may ask for in event(); the app does it afterwards. */
enum wish_kind { WISH_NONE, WISH_URL, WISH_COPY, WISH_MESSAGE, WISH_POLL, WISH_VERDICT, WISH_WORD };
struct dx_host {
    struct instance *instance;
    enum wish_kind wish;
    char text[2048];
    enum dx_word word; /* of WISH_WORD */
    bool back;
    bool changed; /* path or model changed: update again */
};

/* ---- the drill-down ---- */

/* Open the selected row: one level deeper. false: it cannot be opened. */
bool instance_enter(struct instance *instance);
bool instance_opens(const struct instance *instance); /* can it? */
void instance_push(struct instance *instance, const struct step *step);
bool instance_back(struct instance *instance); /* false: at the top, or at what it follows */
/* Show what is selected in master; false: that is what it shows already. */
bool instance_follow(struct instance *instance, const struct instance *master);
/* Of the selected row; where it paints, of the row that was opened. "": none. */
const char *instance_url(const struct instance *instance);
/* What the path ends with at this level, "waiting"; "": nothing. */
const char *instance_level_name(const struct instance *instance);

/* ---- beginning and end ---- */

/* settings: the filled option struct (panel->state_size or its options' part
 * of it), NULL: defaults. false: instance->error says why; it still draws. */
bool instance_open(struct instance *instance, const struct dx_panel *panel, const char *title,
                   const void *settings, size_t settings_size);
void instance_close(struct instance *instance);
/* Its rows go until the next update; what the user chose stays. */
void instance_rest(struct instance *instance);
/* So do its path and what follows it: names are to be hidden. */
void instance_hide(struct instance *instance);

struct dx_view {
    const struct reader *reader;
    int64_t now_ms;
    int rows, cols;
    struct instance *instance;
    struct dx_rows **open;        /* rows to be ended with update() */
    const struct dx_view *before; /* the week before; NULL: not asked for */
};

struct dx_rows {
    const struct rows_ops *ops;
    void *rows;
    struct dx_rows *next;
};

struct dx_list {
    struct instance *instance;
    bool then; /* its rows are those of the week before, and it says nothing */
};

/* ---- week.c: week against week, in a list ---- */

/* Before an update at the panel's own list: have the columns for it, or not any more. */
void week_settle(struct instance *instance);
void week_add(struct instance *instance, const struct dx_row *row, bool then);
int week_own_column(const struct instance *instance, int column); /* of the panel; -1: none */
int week_sort(const struct instance *instance);                   /* of its own list, likewise */
/* How many rows got worse and better by what they are judged by. */
void week_count(const struct instance *instance, size_t *worse, size_t *better);
void week_free(struct instance *instance);

/* For api.c. */
struct dx_rows *rows_open(const struct dx_view *view, enum dx_query query,
                          const struct dx_filter *filter);

/* Of so many rows inside the frame those that a list of `listed` rows leaves for what the panel
 * has to say of the selected one, and those that the list has, its head among them. */
int instance_under_rows(const struct instance *instance, size_t listed, int rows);
int instance_list_rows(const struct instance *instance, int rows);

/* It paints its own list now: the arrows go through it in all directions. */
bool instance_paints(const struct instance *instance);
/* How many of its rows are seen there; of one that does not paint: all that pass the filter. */
size_t instance_painted(const struct instance *instance);
/* Select what is at this place in its frame; false: nothing. */
bool instance_select_at(struct instance *instance, int row, int col);

/* What it says of this row for `?`; "": nothing. */
const char *instance_about(const struct instance *instance, const char *row_key);
/* Of its own list, what is compared week against week; NULL: nothing. */
const struct dx_change *instance_changes(const struct instance *instance);
/* The rows_on() of a panel that has it. */
int instance_rows_on(const struct dx_panel *panel, int page_rows, int page_cols, bool *bare);

/* Somebody has seen what its own list shows: what changes from here on is marked. */
void instance_look(struct instance *instance);
/* Read the store into the view-model; rows, cols: inside the frame. */
void instance_update(struct instance *instance, const struct reader *reader, int64_t now_ms,
                     int rows, int cols);
/* The store cannot be read: what it shows is what was so at its last update. */
void instance_missed(struct instance *instance);
/* Draw frame and content into canvas. */
void instance_draw(struct instance *instance, struct dx_canvas *canvas, int64_t now_ms,
                   bool focused);
/* surround.c: the frame, and a sentence in place of content. */
struct dx_canvas instance_frame(const struct instance *instance, struct dx_canvas *canvas,
                                int64_t now_ms, bool focused);
void instance_say(struct dx_canvas *inside, enum dx_role role, const char *sentence);
/* Keys that the host itself understands (move, sort ...) are the app's; this
 * hands an event to the panel. */
enum dx_reply instance_event(struct instance *instance, const struct dx_event *event,
                             struct dx_host *host);

#endif
