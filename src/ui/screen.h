/* screen: the only file that knows terminals. ncurses draws into a memory file;
 * its bytes go to the terminal in one non-blocking write a frame. */
#ifndef UI_SCREEN_H
#define UI_SCREEN_H

#include "ui/canvas.h"
#include "ui/theme.h"

struct screen;

struct screen_options {
    const char *color;  /* "" by itself, or truecolor 256 16 8 mono */
    const char *glyphs; /* "" by itself, or braille block ascii */
    bool mouse, links;  /* report the mouse; OSC 8 links */
    int64_t slow;       /* bytes a second at most; 0: as many as it takes */
};

/* Put the terminal of stdin into our hands. NULL: no terminal, unknown or dumb
 * TERM; *err says what to do. Crash handlers that restore it are installed. */
struct screen *screen_open(const struct screen_options *options, const struct theme *theme,
                           struct dx_error *err);
void screen_close(struct screen *screen); /* restores within 100 ms whatever the reader does */

struct grid *screen_grid(struct screen *screen); /* draw here, then screen_show() */
void screen_theme(struct screen *screen, const struct theme *theme);
void screen_resize(struct screen *screen); /* after SIGWINCH: asks TIOCGWINSZ; the grid is new */
void screen_redraw(struct screen *screen); /* next frame whole, as after ^L */
void screen_title(struct screen *screen, const char *title);
bool screen_mouse(struct screen *screen, bool on);           /* false: the terminal reports none */
void screen_cursor(struct screen *screen, int row, int col); /* row -1: hidden */
/* Into the terminal's clipboard, with the next frame. false: it has none. */
bool screen_copy(struct screen *screen, const char *text, size_t len);
/* Bytes outside the grid (bell), sent with the next frame. */
void screen_send(struct screen *screen, const char *bytes, size_t len);

/* Make the frame and begin to write it. false: bytes of the last one are still
 * left (nothing was done; try when screen_flush() says so). */
bool screen_show(struct screen *screen);
int screen_fd(const struct screen *screen);       /* watch for writing while ... */
bool screen_pending(const struct screen *screen); /* ... this is true */
bool screen_flush(struct screen *screen);         /* false: the terminal is gone */
/* Seconds until more of them may be sent, where they are held back; 0: once it can be written. */
double screen_wait(const struct screen *screen);
void screen_rest(struct screen *screen); /* give back what frames are gathered in */

/* Keys that are none: the window of the terminal, and what is pasted into it. */
enum {
    SCREEN_FOCUS_IN = 0x300000,
    SCREEN_FOCUS_OUT,
    SCREEN_PASTE_BEGIN,
    SCREEN_PASTE_END,
};

/* Next event of the keyboard or mouse (mouse row and col of the whole screen);
 * false: none for now. *gone: the terminal is lost. */
bool screen_event(struct screen *screen, struct dx_event *event, bool *gone);

void screen_suspend(struct screen *screen); /* before SIGSTOP */
void screen_resume(struct screen *screen);

/* For mem_on_death() and the watchdog: give the terminal back, async-signal-safe. */
void screen_rescue(void);

#endif
