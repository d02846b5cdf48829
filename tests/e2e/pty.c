/* pty: a program in a terminal of our own. */
#include "config.h"

#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include <criterion/criterion.h>

#include "tests/where.h"

enum { RAW_MOST = 4 << 20 };

static long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct pty *pty_start(const char *const *argv, int rows, int cols, const char *term)
{
    struct pty *p = calloc(1, sizeof(*p));
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
    char path[512];

    if (argv[0][0] == '/')
        snprintf(path, sizeof(path), "%s", argv[0]);
    else
        snprintf(path, sizeof(path), "%s/%s", BUILD_DIR, argv[0]);
    p->rows = rows;
    p->cols = cols;
    p->raw = calloc(1, RAW_MOST + 1);
    cr_assert(openpty(&p->fd, &p->slave, NULL, NULL, &size) == 0);
    cr_assert(tcgetattr(p->slave, &p->before) == 0);
    p->pid = fork();
    if (p->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        setenv("TERM", term, 1);
        close(p->fd);
        login_tty(p->slave);
        execv(path, (char *const *)argv);
        _exit(127);
    }
    fcntl(p->fd, F_SETFL, O_NONBLOCK);
    fcntl(p->fd, F_SETFD, FD_CLOEXEC);
    fcntl(p->slave, F_SETFD, FD_CLOEXEC);
    p->vt = vterm_new(rows, cols);
    vterm_set_utf8(p->vt, 1);
    p->screen = vterm_obtain_screen(p->vt);
    vterm_screen_enable_altscreen(p->screen, 1);
    vterm_screen_reset(p->screen, 1);
    return p;
}

void pty_send(struct pty *p, const char *keys)
{
    cr_assert(write(p->fd, keys, strlen(keys)) == (ssize_t)strlen(keys));
}

static void take(struct pty *p)
{
    char bytes[65536];
    ssize_t n;

    while ((n = read(p->fd, bytes, sizeof(bytes))) > 0) {
        vterm_input_write(p->vt, bytes, (size_t)n);
        if (p->raw_len + (size_t)n > RAW_MOST)
            p->raw_len = 0;
        memcpy(p->raw + p->raw_len, bytes, (size_t)n);
        p->raw_len += (size_t)n;
        p->raw[p->raw_len] = '\0';
    }
}

void pty_read(struct pty *p, int ms)
{
    long end = now_ms() + ms;

    do {
        struct pollfd wait = { .fd = p->fd, .events = POLLIN };
        int left = (int)(end - now_ms());

        poll(&wait, 1, left > 0 ? left : 0);
        take(p);
        if (wait.revents & POLLHUP)
            return;
    } while (now_ms() < end);
}

VTermScreenCell pty_cell(struct pty *p, int row, int col)
{
    VTermScreenCell cell;

    vterm_screen_get_cell(p->screen, (VTermPos){ .row = row, .col = col }, &cell);
    return cell;
}

static size_t put_utf8(char *out, uint32_t cp)
{
    if (cp < 0x80) {
        out[0] = (char)cp;
        return 1;
    }
    if (cp < 0x800) {
        out[0] = (char)(0xC0 | cp >> 6);
        out[1] = (char)(0x80 | (cp & 63));
        return 2;
    }
    if (cp < 0x10000) {
        out[0] = (char)(0xE0 | cp >> 12);
        out[1] = (char)(0x80 | (cp >> 6 & 63));
        out[2] = (char)(0x80 | (cp & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | cp >> 18);
    out[1] = (char)(0x80 | (cp >> 12 & 63));
    out[2] = (char)(0x80 | (cp >> 6 & 63));
    out[3] = (char)(0x80 | (cp & 63));
    return 4;
}

char *pty_text(struct pty *p)
{
    char *text = calloc(1, (size_t)p->rows * ((size_t)p->cols * 24 + 1) + 1);
    size_t n = 0;

    for (int row = 0; row < p->rows; row++) {
        for (int col = 0; col < p->cols; col++) {
            VTermScreenCell cell = pty_cell(p, row, col);

            if (cell.chars[0] == 0)
                text[n++] = ' ';
            for (int i = 0;
                 i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && cell.chars[0] != (uint32_t)-1;
                 i++)
                n += put_utf8(text + n, cell.chars[i]);
            if (cell.width == 2)
                col++;
        }
        text[n++] = '\n';
    }
    return text;
}

static bool has(struct pty *p, const char *text)
{
    char *screen = pty_text(p);
    bool there = strstr(screen, text) != NULL;

    free(screen);
    return there;
}

static bool until(struct pty *p, const char *text, bool there, int ms)
{
    long end = now_ms() + ms;

    do {
        pty_read(p, 20);
        if (has(p, text) == there)
            return true;
    } while (now_ms() < end);
    return false;
}

bool pty_shows(struct pty *p, const char *text, int ms)
{
    return until(p, text, true, ms);
}

bool pty_lacks(struct pty *p, const char *text, int ms)
{
    return until(p, text, false, ms);
}

bool pty_says(struct pty *p, const char *bytes)
{
    long end = now_ms() + PTY_PATIENCE_MS;

    while (!strstr(p->raw, bytes) && now_ms() < end)
        pty_read(p, 20);
    return strstr(p->raw, bytes) != NULL;
}

static const char *last_of(const struct pty *p, const char *what)
{
    const char *last = NULL;

    for (const char *at = p->raw; (at = strstr(at, what)) != NULL; at++)
        last = at;
    return last;
}

void pty_whole(struct pty *p)
{
    long end = now_ms() + PTY_PATIENCE_MS;

    while (last_of(p, "\033[?2026h") > last_of(p, "\033[?2026l") && now_ms() < end)
        pty_read(p, 5);
}

void pty_resize(struct pty *p, int rows, int cols)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    p->rows = rows;
    p->cols = cols;
    vterm_set_size(p->vt, rows, cols);
    ioctl(p->fd, TIOCSWINSZ, &size);
}

static bool is_over(struct pty *p)
{
    if (p->pid > 0 && waitpid(p->pid, &p->status, WNOHANG) == p->pid)
        p->pid = -1;
    return p->pid <= 0;
}

/* What was written comes in its order, but who has ended may have done so before the kernel brought
 * it here: behind all of it comes a byte of ours, which is not kept. */
static void take_rest(struct pty *p, long end)
{
    static const char last = '\030'; /* CAN: nothing to a terminal */

    take(p);
    if (write(p->slave, &last, 1) != 1)
        return;
    while (p->raw_len == 0 || p->raw[p->raw_len - 1] != last) {
        if (now_ms() >= end)
            return;
        (void)poll(&(struct pollfd){ .fd = p->fd, .events = POLLIN }, 1, 100);
        take(p);
    }
    p->raw[--p->raw_len] = '\0';
}

bool pty_ended(struct pty *p)
{
    long end = now_ms() + PTY_PATIENCE_MS;

    while (!is_over(p) && now_ms() < end) {
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
        take(p);
    }
    take_rest(p, end);
    return p->pid <= 0;
}

bool pty_ends_unread(struct pty *p, int ms)
{
    long end = now_ms() + ms;

    while (!is_over(p) && now_ms() < end)
        nanosleep(&(struct timespec){ .tv_nsec = 5000000 }, NULL);
    return p->pid <= 0;
}

bool pty_restored(struct pty *p)
{
    struct termios now;

    return tcgetattr(p->slave, &now) == 0 && now.c_lflag == p->before.c_lflag &&
           now.c_iflag == p->before.c_iflag && now.c_oflag == p->before.c_oflag;
}

void pty_free(struct pty *p)
{
    if (p->pid > 0) {
        kill(p->pid, SIGKILL);
        waitpid(p->pid, NULL, 0);
    }
    close(p->fd);
    close(p->slave);
    vterm_free(p->vt);
    free(p->raw);
    free(p);
}

void pty_quit(struct pty *pty, const char *keys)
{
    pty_send(pty, keys);
    cr_expect(pty_ended(pty));
    cr_expect(WIFEXITED(pty->status) && WEXITSTATUS(pty->status) == 0, "%x", pty->status);
    cr_expect(pty_restored(pty));
    pty_free(pty);
}
