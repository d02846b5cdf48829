/* screen_input: keys by ncurses, the mouse in its SGR form by ourselves. */
#include "config.h"

#define NCURSES_WIDECHAR 1
#include <curses.h>

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "ui/screen_internal.h"

enum {
    MOUSE_CODE = KEY_MAX + 100,
    TOLD_CODE,
    ESC_LOCAL_MS = 25,
    ESC_REMOTE_MS = 100,
    NUMBER_MOST = 10000
};

/* What the terminal tells by itself, by codes from TOLD_CODE on. */
static const struct {
    const char *bytes;
    uint32_t key;
} told[] = { { "\033[I", SCREEN_FOCUS_IN },
             { "\033[O", SCREEN_FOCUS_OUT },
             { "\033[200~", SCREEN_PASTE_BEGIN },
             { "\033[201~", SCREEN_PASTE_END } };

void input_init(void)
{
    (void)set_escdelay(getenv("SSH_CONNECTION") ? ESC_REMOTE_MS : ESC_LOCAL_MS);
    (void)keypad(stdscr, TRUE);
    (void)nodelay(stdscr, TRUE);
    (void)meta(stdscr, TRUE); /* or the eighth bit is cut off: its output is no terminal */
    (void)define_key("\033[<", MOUSE_CODE);
    for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
        (void)define_key(told[i].bytes, (int)(TOLD_CODE + i));
}

static bool is_gone(void)
{
    struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
    int bytes = 0;

    if (poll(&in, 1, 0) <= 0)
        return false;
    if (in.revents & (POLLERR | POLLNVAL))
        return true;
    /* Readable without a byte: the other end hung up. */
    return ioctl(STDIN_FILENO, FIONREAD, &bytes) != 0 ||
           (bytes == 0 && (in.revents & (POLLIN | POLLHUP)));
}

/* ---- mouse: ESC [ < button ; col ; row M or m ---- */

static bool read_mouse(struct dx_event *event)
{
    int number[3] = { 0 }, at = 0;
    wint_t wc;

    for (;;) {
        if (wget_wch(stdscr, &wc) != OK)
            return false;
        if (wc >= '0' && wc <= '9') {
            if (number[at] < NUMBER_MOST)
                number[at] = number[at] * 10 + (int)(wc - '0');
        } else if (wc == ';' && at < 2) {
            at++;
        } else {
            break;
        }
    }
    if (wc != 'M' || at != 2) /* a release says nothing that the press did not */
        return false;
    if (number[1] < 1 || number[2] < 1) /* places count from 1 */
        return false;
    event->type = DX_EVENT_MOUSE;
    event->key = number[0] & 64 ? 4 + (uint32_t)(number[0] & 1) : 1 + (uint32_t)(number[0] & 3);
    event->mods = (number[0] & 4 ? (unsigned)DX_MOD_SHIFT : 0u) |
                  (number[0] & 8 ? (unsigned)DX_MOD_ALT : 0u) |
                  (number[0] & 16 ? (unsigned)DX_MOD_CTRL : 0u);
    event->col = number[1] - 1;
    event->row = number[2] - 1;
    return true;
}

/* ---- keys ---- */

static bool from_code(struct dx_event *event, wint_t code)
{
    static const struct {
        wint_t code;
        uint32_t key;
        unsigned mods;
    } codes[] = {
        { KEY_UP, DX_KEY_UP, 0 },
        { KEY_DOWN, DX_KEY_DOWN, 0 },
        { KEY_LEFT, DX_KEY_LEFT, 0 },
        { KEY_RIGHT, DX_KEY_RIGHT, 0 },
        { KEY_HOME, DX_KEY_HOME, 0 },
        { KEY_END, DX_KEY_END, 0 },
        { KEY_PPAGE, DX_KEY_PAGE_UP, 0 },
        { KEY_NPAGE, DX_KEY_PAGE_DOWN, 0 },
        { KEY_ENTER, DX_KEY_ENTER, 0 },
        { KEY_BACKSPACE, DX_KEY_BACKSPACE, 0 },
        { KEY_DC, DX_KEY_DELETE, 0 },
        { KEY_BTAB, DX_KEY_TAB, DX_MOD_SHIFT },
        { KEY_SR, DX_KEY_UP, DX_MOD_SHIFT },
        { KEY_SF, DX_KEY_DOWN, DX_MOD_SHIFT },
        { KEY_SLEFT, DX_KEY_LEFT, DX_MOD_SHIFT },
        { KEY_SRIGHT, DX_KEY_RIGHT, DX_MOD_SHIFT },
        { KEY_SHOME, DX_KEY_HOME, DX_MOD_SHIFT },
        { KEY_SEND, DX_KEY_END, DX_MOD_SHIFT },
        { KEY_SPREVIOUS, DX_KEY_PAGE_UP, DX_MOD_SHIFT },
        { KEY_SNEXT, DX_KEY_PAGE_DOWN, DX_MOD_SHIFT },
    };

    if (code == MOUSE_CODE)
        return read_mouse(event);
    if (code >= TOLD_CODE && code < TOLD_CODE + sizeof(told) / sizeof(told[0])) {
        event->key = told[code - TOLD_CODE].key;
        return true;
    }
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == code) {
            event->key = codes[i].key;
            event->mods = codes[i].mods;
            return true;
        }
    }
    if (code >= KEY_F(1) && code <= KEY_F(12)) {
        event->key = DX_KEY_F1 + (uint32_t)(code - KEY_F(1));
        return true;
    }
    return false; /* KEY_RESIZE and what has no meaning here */
}

/* ncurses also decodes what is no UTF-8: five bytes may make a number that is one
 * of our keys. */
static bool is_character(wint_t wc)
{
    return wc < 0xD800 || (wc > 0xDFFF && wc <= 0x10FFFF);
}

static void from_char(struct dx_event *event, wint_t wc)
{
    switch (wc) {
    case '\r':
    case '\n':
        event->key = DX_KEY_ENTER;
        return;
    case '\t':
        event->key = DX_KEY_TAB;
        return;
    case 0x7F:
    case '\b':
        event->key = DX_KEY_BACKSPACE;
        return;
    default:
        break;
    }
    event->key = (uint32_t)wc;
    if (wc < ' ') {
        event->key = wc == 0 ? ' ' : (uint32_t)wc + 'a' - 1;
        event->mods = DX_MOD_CTRL;
    }
}

/* ESC alone, or ESC and a character at once: alt. */
static void from_escape(struct dx_event *event)
{
    wint_t wc;

    if (wget_wch(stdscr, &wc) == OK && wc != 27 && is_character(wc)) {
        from_char(event, wc);
        event->mods |= DX_MOD_ALT;
    } else {
        event->key = DX_KEY_ESC;
    }
}

bool screen_event(struct screen *screen, struct dx_event *event, bool *gone)
{
    wint_t wc;
    int status;

    do {
        *event = (struct dx_event){ .size = sizeof(*event), .type = DX_EVENT_KEY, .row_key = "" };
        status = wget_wch(stdscr, &wc);
        if (status == ERR) {
            *gone = screen->gone || is_gone();
            return false;
        }
    } while (status == KEY_CODE_YES ? !from_code(event, wc) : !is_character(wc));
    if (status == OK && wc == 27)
        from_escape(event);
    else if (status == OK)
        from_char(event, wc);
    return true;
}
