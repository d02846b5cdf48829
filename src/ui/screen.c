/* screen: ncurses draws into a memory file: it keeps its cells, its diff and its
 * terminfo, and nothing reaches the terminal by itself. We ship the bytes of a
 * whole frame in one non-blocking write; while some are left, no new frame is
 * made, so that a terminal that nobody reads holds nothing up. Cells go straight
 * to newscr, the picture that doupdate() makes true; stdscr would hold them all
 * once more, so it is one cell that only keys are read through. */
#include "config.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <errno.h>
#include <langinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

#include "core/mem.h"
#include "core/text.h"
#include "core/time.h"
#include "ui/clipboard.h"
#include "ui/screen_internal.h"

#include <term.h> /* last: its macros are everyday words */

enum { FRAME_MOST = 4 << 20, RESTORE_MS = 50, SEEN_AT_ONCE = 256 };

static const char mouse_on[] = "\033[?1000h\033[?1006h", mouse_off[] = "\033[?1006l\033[?1000l";
/* The focus of the window, and pasting in brackets: https://invisible-island.net/xterm/ctlseqs/ */
static const char told_on[] = "\033[?1004h\033[?2004h", told_off[] = "\033[?2004l\033[?1004l";
/* What was begun and is not sent whole: a sequence (CAN ends it), and a link. */
static const char cut_off[] = "\030", no_link[] = "\033]8;;\033\\";
static const char sync_begin[] = "\033[?2026h", sync_end[] = "\033[?2026l";

/* What terminfo has of this name; NULL: nothing. */
static const char *capability(const char *name)
{
    const char *text = tigetstr(name);

    /* NOLINTNEXTLINE(performance-no-int-to-ptr): terminfo's way to say "not a string" */
    return text == (const char *)-1 ? NULL : text;
}

/* ---- bytes ---- */

/* What ncurses wrote since the last time. */
static void take_memory(struct screen *s, struct buf *out)
{
    int fd = fileno(s->memory);
    char bytes[16384];
    off_t at = 0;
    ssize_t n;

    (void)fflush(s->memory);
    do {
        n = pread(fd, bytes, sizeof(bytes), at);
        if (n > 0)
            (void)buf_add(out, bytes, (size_t)n);
        at += n;
    } while (n == (ssize_t)sizeof(bytes));
    if (ftruncate(fd, 0) == 0)
        rewind(s->memory);
}

/* meta() also has the terminal send eight bits. That it does, or it would speak no UTF-8; and
 * what its mode for that was there is no telling, so that it could not be given back. */
static void leave_meta_mode(struct screen *s)
{
    const char *on = capability("smm");
    char *at;

    if (!on || !*on || s->out.len == 0)
        return;
    at = memmem(s->out.bytes, s->out.len, on, strlen(on));
    if (!at)
        return;
    s->out.len -= strlen(on);
    memmove(at, at + strlen(on), s->out.len - (size_t)(at - s->out.bytes));
}

int screen_fd(const struct screen *s)
{
    return s->tty.fd;
}

bool screen_pending(const struct screen *s)
{
    return s->sent < s->out.len;
}

bool screen_flush(struct screen *s)
{
    while (screen_pending(s)) {
        size_t may = hold_allows(&s->hold, s->out.len - s->sent, time_boot_ms());
        ssize_t n;

        if (may == 0)
            return true;
        n = write(s->tty.fd, s->out.bytes + s->sent, may);
        if (n > 0) {
            s->sent += (size_t)n;
        } else if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
            return true;
        } else {
            s->gone = true;
            s->sent = s->out.len;
            return false;
        }
    }
    return true;
}

void screen_rest(struct screen *s)
{
    if (!screen_pending(s))
        buf_done(&s->out);
}

void screen_send(struct screen *s, const char *bytes, size_t len)
{
    (void)buf_add(&s->extra, bytes, len);
}

bool screen_copy(struct screen *s, const char *text, size_t len)
{
    enum clipboard_way way = clipboard_way(getenv("TERM"), getenv("TMUX"), getenv("STY"));

    if (way == CLIPBOARD_NONE || !s->modern)
        return false;
    clipboard_put(&s->extra, way, text, len);
    return true;
}

/* ---- a frame ---- */

static void normal_look(struct screen *s)
{
    if (s->moves_safely)
        pen_normal(&s->pen, &s->out);
}

/* What ncurses knows nothing of. */
static void put_more(struct screen *s, const bool *link_rows)
{
    bool linked = false;

    for (int row = 0; row < s->grid.rows; row++)
        linked = linked || link_rows[row];
    if ((s->links && linked) || s->extra.len > 0)
        normal_look(s);
    if (s->links)
        links_put(s, link_rows, &s->out);
    if (s->extra.len > 0)
        (void)buf_add(&s->out, s->extra.bytes, s->extra.len);
    buf_clear(&s->extra);
}

static void take_frame(struct screen *s)
{
    struct buf frame;

    if (!s->moves_safely) {
        take_memory(s, &s->out);
        return;
    }
    buf_init(&frame, FRAME_MOST);
    take_memory(s, &frame);
    pen_fit(&s->pen, &frame, &s->out);
    buf_done(&frame);
}

bool screen_show(struct screen *s)
{
    bool *link_rows;
    size_t before;

    if (screen_pending(s))
        return false;
    link_rows = mem_new((size_t)s->grid.rows, sizeof(*link_rows));
    cells_put(s, link_rows);
    if (s->cursor_row >= 0)
        (void)wmove(newscr, s->cursor_row, s->cursor_col);
    (void)doupdate();
    buf_clear(&s->out);
    s->sent = 0;
    if (s->modern)
        (void)buf_text(&s->out, sync_begin);
    before = s->out.len;
    take_frame(s);
    if (!s->shown)
        leave_meta_mode(s);
    s->shown = true;
    put_more(s, link_rows);
    if (s->out.len == before)
        buf_clear(&s->out); /* nothing changed: nothing is sent */
    else if (s->out.len - before <= SEEN_AT_ONCE)
        s->sent = before; /* read at once, no terminal shows a part of it */
    else if (s->modern)
        (void)buf_text(&s->out, sync_end);
    free(link_rows);
    (void)screen_flush(s);
    return true;
}

struct grid *screen_grid(struct screen *s)
{
    return &s->grid;
}

/* Also what ncurses is to show is nothing: then cells that are not told of are blank. */
void screen_redraw(struct screen *s)
{
    (void)werase(newscr);
    (void)clearok(curscr, TRUE);
    pen_lose(&s->pen);
    grid_touch(&s->grid);
    memset(s->told, 0xFF, (size_t)s->grid.rows * (size_t)s->grid.cols * sizeof(*s->told));
}

void screen_cursor(struct screen *s, int row, int col)
{
    if ((row >= 0) != (s->cursor_row >= 0))
        (void)curs_set(row >= 0 ? 1 : 0);
    s->cursor_row = row;
    s->cursor_col = col;
}

static void make_grid(struct screen *s)
{
    const struct glyphs *glyphs = s->grid.glyphs;
    int rows, cols;

    tty_size(&rows, &cols);
    (void)resizeterm(rows, cols);
    (void)wresize(stdscr, 1, 1);
    (void)untouchwin(stdscr); /* or reading a key would show it */
    grid_done(&s->grid);
    grid_init(&s->grid, rows, cols, glyphs);
    free(s->told);
    s->told = mem_new((size_t)rows * (size_t)cols, sizeof(*s->told));
    screen_redraw(s);
}

void screen_resize(struct screen *s)
{
    make_grid(s);
}

void screen_theme(struct screen *s, const struct theme *theme)
{
    s->theme = *theme;
    colour_init(s);
    screen_redraw(s);
}

bool screen_mouse(struct screen *s, bool on)
{
    if (!s->modern)
        return false;
    s->options.mouse = on;
    screen_send(s, on ? mouse_on : mouse_off, strlen(on ? mouse_on : mouse_off));
    return true;
}

static void ask_to_be_told(struct screen *s)
{
    if (!s->modern)
        return;
    screen_send(s, told_on, strlen(told_on));
    if (s->options.mouse)
        (void)screen_mouse(s, true);
}

void screen_title(struct screen *s, const char *title)
{
    char clean[128];

    if (!s->modern)
        return;
    (void)text_clean(clean, sizeof(clean), title, strlen(title));
    (void)buf_print(&s->extra, "\033]2;%s\033\\", clean);
}

/* ---- beginning and end ---- */

static enum depth depth_of(const char *wanted, bool direct)
{
    const char *no_color = getenv("NO_COLOR");

    if (strcmp(wanted, "mono") == 0 || (!*wanted && no_color && *no_color) || !has_colors())
        return DEPTH_MONO;
    if (direct && (!*wanted || strcmp(wanted, "truecolor") == 0))
        return DEPTH_TRUE;
    if (strcmp(wanted, "8") == 0 || COLORS < 16)
        return DEPTH_8;
    if (strcmp(wanted, "16") == 0 || COLORS < 256)
        return DEPTH_16;
    return DEPTH_256;
}

/* What gives the terminal back, for the crash handler. */
static void guard(struct screen *s)
{
    static const char *const names[] = { "sgr0", "op", "cnorm", "rmkx", "rmcup" };
    struct buf out;

    buf_init(&out, 1024);
    if (s->modern) {
        (void)buf_text(&out, cut_off);
        (void)buf_text(&out, s->links ? no_link : "");
        (void)buf_text(&out, sync_end);
        (void)buf_text(&out, mouse_off);
        (void)buf_text(&out, told_off);
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *text = capability(names[i]);

        (void)buf_text(&out, text ? text : "");
    }
    tty_guard(&s->tty, out.bytes ? out.bytes : "", out.len);
    buf_done(&out);
}

/* ncurses asks its output for the size, which is no terminal here; so it is told
 * by the environment, which our children must not inherit. */
static void size_to_env(bool set)
{
    char number[16];
    int rows, cols;

    tty_size(&rows, &cols);
    (void)snprintf(number, sizeof(number), "%d", rows);
    if (!set || setenv("LINES", number, 1) != 0)
        (void)unsetenv("LINES");
    (void)snprintf(number, sizeof(number), "%d", cols);
    if (!set || setenv("COLUMNS", number, 1) != 0)
        (void)unsetenv("COLUMNS");
}

/* Sequences of xterm's that terminfo has no names for are known, or let pass, by what
 * reports the mouse as xterm does; not by the Linux console, whose mouse is gpm's. GNU
 * screen has no links: it would drop them, or print what is too long for it. */
static void find_manners(struct screen *s, const char *term)
{
    s->modern = capability("kmous") && strncmp(term, "linux", 5) != 0;
    s->pen.reset = capability("sgr0");
    s->moves_safely = s->modern && s->pen.reset && !strchr(s->pen.reset, '$') && /* no pauses */
                      tigetflag("msgr") > 0;
    s->links = s->modern && s->options.links &&
               clipboard_way(term, getenv("TMUX"), getenv("STY")) != CLIPBOARD_SCREEN;
}

static bool start_curses(struct screen *s, const char *term, struct dx_error *err)
{
    char name[128], plain[128];
    const char *direct = colour_direct_term(term, s->options.color, name, sizeof(name));
    int fd = memfd_create("screen", MFD_CLOEXEC);

    s->memory = fd >= 0 ? fdopen(fd, "w+") : NULL;
    if (!s->memory)
        return dx_fail(err, DX_FAULT_SYSTEM, "no memory file for the screen: %s", strerror(errno));
    size_to_env(true); /* some terminals (linux) do not say their size in terminfo */
    term = colour_indexed_term(term, plain, sizeof(plain));
    s->curses = newterm(direct ? direct : term, s->memory, stdin);
    if (!s->curses && direct) {
        direct = NULL;
        s->curses = newterm(term, s->memory, stdin);
    }
    size_to_env(false);
    if (!s->curses)
        return dx_fail(
            err, DX_FAULT_SYSTEM,
            "TERM=%.40s is unknown here; install ncurses-term, or try TERM=xterm-256color", term);
    find_manners(s, term);
    (void)start_color();
    (void)use_default_colors();
    s->depth = depth_of(s->options.color, direct != NULL);
    (void)nonl();
    (void)noecho();
    (void)typeahead(-1); /* it would ask for keys at each part of a frame, and do nothing else */
    (void)curs_set(0);
    input_init();
    return true;
}

struct screen *screen_open(const struct screen_options *options, const struct theme *theme,
                           struct dx_error *err)
{
    const char *term = getenv("TERM");
    struct screen *s;

    if (!term || !*term || strcmp(term, "dumb") == 0 || strcmp(term, "unknown") == 0) {
        dx_fail(err, DX_FAULT_SYSTEM,
                "TERM=%s cannot show a screen; use 'dxtop --plain' or 'dxtop once', or set TERM to "
                "your terminal",
                term ? term : "");
        return NULL;
    }
    s = mem_new(1, sizeof(*s));
    s->options = *options;
    s->hold.rate = options->slow;
    s->theme = *theme;
    s->cursor_row = -1;
    s->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    buf_init(&s->out, FRAME_MOST);
    buf_init(&s->extra, FRAME_MOST);
    if (!tty_open(&s->tty, err) || !start_curses(s, term, err)) {
        if (s->memory)
            (void)fclose(s->memory);
        tty_close(&s->tty);
        free(s);
        return NULL;
    }
    s->grid.glyphs = glyphs_choose(options->glyphs, s->utf8, term);
    guard(s);
    tty_raw(&s->tty);
    colour_init(s);
    make_grid(s);
    ask_to_be_told(s);
    return s;
}

/* Give the terminal back: what ncurses does at the end, and ours. */
static void give_back(struct screen *s)
{
    bool within = screen_pending(s);

    buf_clear(&s->out);
    s->sent = 0;
    if (within) {
        (void)buf_text(&s->out, cut_off);
        (void)buf_text(&s->out, s->links ? no_link : "");
        pen_lose(&s->pen);
    }
    normal_look(s);
    if (s->modern) {
        (void)buf_text(&s->out, sync_end);
        (void)buf_text(&s->out, s->options.mouse ? mouse_off : "");
        (void)buf_text(&s->out, told_off);
    }
    (void)endwin();
    take_memory(s, &s->out);
    tty_write_within(&s->tty, s->out.bytes, s->out.len, RESTORE_MS);
    s->sent = s->out.len;
    tty_cooked(&s->tty);
}

void screen_close(struct screen *s)
{
    if (!s)
        return;
    give_back(s);
    tty_unguard();
    delscreen(s->curses);
    (void)fclose(s->memory);
    tty_close(&s->tty);
    grid_done(&s->grid);
    free(s->told);
    free(s->told_extras);
    buf_done(&s->out);
    buf_done(&s->extra);
    free(s);
}

void screen_suspend(struct screen *s)
{
    give_back(s);
}

void screen_resume(struct screen *s)
{
    tty_raw(&s->tty);
    make_grid(s);
    ask_to_be_told(s);
}

void screen_rescue(void)
{
    tty_rescue();
}
