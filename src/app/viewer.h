/* viewer: the full-screen program: one loop that waits for keys, the store, the
 * clock and signals, and shows at most one frame before it sleeps. */
#ifndef APP_VIEWER_H
#define APP_VIEWER_H

#include <ev.h>

#include "app/app.h"
#include "app/collector.h"
#include "app/command.h"
#include "app/facts.h"
#include "app/notify.h"
#include "ui/line.h"
#include "app/page.h"
#include "app/redact.h"
#include "app/say.h"
#include "app/wall.h"
#include "app/weeks.h"
#include "core/narrow.h"
#include "store/bell.h"
#include "ui/screen.h"

enum { AGE_STEP_MS = 10000 }; /* what is shown changes by these */

enum overlay { OVERLAY_NONE, OVERLAY_HELP, OVERLAY_LOG };

/* Where keys go: to what they are bound to, to the filter of the focused panel, to the
 * command line, or to what is said of an alert. */
enum typing { TYPING_NONE, TYPING_FILTER, TYPING_COMMAND, TYPING_WORD };

struct viewer {
    struct app *app;
    struct ev_loop *loop;
    struct screen *screen;
    struct reader reader;
    struct collector collector;

    struct page *pages;
    size_t page_count, page;
    struct page log;    /* the page behind L */
    struct weeks weeks; /* what is on the screen week against week */
    struct wall wall;
    enum overlay overlay;
    int help_top, help_rows; /* first line of the help that is shown; how many have room */
    struct facts facts;

    /* what the next frame needs */
    bool want_update, want_draw, want_clock;
    bool want_panel;                /* the one with the focus, and the last line */
    bool settled;                   /* the first one is out, the collector was looked for */
    bool rested;                    /* what the last frame took for a moment went back ... */
    const struct page *rested_page; /* ... when this one was shown */
    bool want_follow;               /* a selection moved: read what follows it */
    int64_t change;                 /* of the store */
    struct bell bell;               /* rings where it changes */
    int64_t drawn_ms;               /* boot time of the last frame that was more than a clock */
    int64_t shown_second, shown_minute, shown_age; /* of the last frame */
    int64_t ticked_second, ticked_ms;              /* of the last tick of the clock; boot time */
    int64_t frozen_ms;                             /* the moment shown; 0: live */
    int64_t update_ms;                             /* the moment of what was read last */
    struct moment *moment;                         /* of its numbers; NULL: not of a loop */
    struct redact redact;
    bool stepped;  /* to the moment, by `[` */
    bool week;     /* against the week before */
    bool redacted; /* names have aliases */
    bool veiled;   /* since what is said of the page was read */
    bool mouse;
    enum typing typing;
    int64_t pasted_ms; /* boot time of the last key of what is being pasted; 0: nothing is */
    struct line line;  /* what is typed */
    struct command command;
    struct saying saying;
    struct said said;
    struct notify notify;
    char match[NARROW_MOST]; /* what was filtered for last, for n and N */
    char theme[32];          /* that was chosen here, or in an earlier session; "": none */
    char message[256];
    int64_t message_until; /* boot time */
    char store_trouble[256];

    ev_io keys, out;
    ev_timer tick, pace;
    ev_prepare before_sleep;
    ev_idle owed; /* runs when no key waits: what the last frame left out */
    ev_signal signals[6];
    int signal_count;
    int status; /* exit code */
};

/* Run until q, SIGTERM or the end of the terminal. Returns the exit code. */
int viewer_run(struct app *app, struct dx_error *err);

/* The pages of the configuration, on view `name` ("" the first); and their end. */
bool viewer_open_pages(struct viewer *v, const char *name, struct dx_error *err);
void viewer_close_pages(struct viewer *v);
struct page *viewer_page(struct viewer *v); /* the one on the screen */
int64_t viewer_now(const struct viewer *v); /* the moment shown */
void viewer_say(struct viewer *v, const char *fmt, ...) DX_PRINTF(2, 3);
int viewer_tab_at(struct viewer *v, int col); /* the view whose tab is there, or -1 */
void viewer_suspend(struct viewer *v);
/* After the sort or the filter of its list changed. */
void viewer_arrange(struct viewer *v, struct instance *in);
/* Draw the whole screen (without showing it), reading the store first where needed; or,
 * where the rest is as it was drawn, only the panel with the focus and the last line, or the
 * line with the clock. */
void viewer_draw(struct viewer *v, struct grid *grid);
void viewer_draw_panel(struct viewer *v, struct grid *grid);
const char *viewer_trouble(const struct viewer *v); /* with the store or the collector; "" */
/* Names are hidden that what was read last has: it is not drawn until it is read again. */
bool viewer_is_veiled(struct viewer *v);
void viewer_draw_clock(struct viewer *v, struct grid *grid);

#endif
