/* tty: the terminal as a device. */
#include "config.h"

#include "ui/tty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/time.h"

enum { RESTORE_MOST = 1024, STACK = 64 << 10, SIZE_MOST = 1000 };

static const int crashes[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT };
/* By default these end no program. */
static const int harmless[] = { SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP,
                                SIGTTIN, SIGTTOU, SIGURG,  SIGWINCH };

/* For the handler: plain memory, complete before `armed` is set. */
static struct {
    volatile sig_atomic_t armed;
    int fd;
    struct termios theirs;
    char restore[RESTORE_MOST];
    size_t len;
    void *stack;
} guard;

bool tty_open(struct tty *tty, struct dx_error *err)
{
    const char *name = ttyname(STDIN_FILENO);

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return dx_fail(
            err, DX_FAULT_SYSTEM,
            "the screen needs a terminal; without one use 'dxtop once' or 'dxtop export'");
    if (tcgetattr(STDIN_FILENO, &tty->theirs) != 0)
        return dx_fail(err, DX_FAULT_SYSTEM, "cannot ask the terminal: %s", strerror(errno));
    tty->fd = open(name ? name : "/dev/tty", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (tty->fd < 0)
        tty->fd = open("/dev/tty", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (tty->fd < 0)
        return dx_fail(err, DX_FAULT_SYSTEM, "cannot open the terminal: %s", strerror(errno));
    tty->ours = tty->theirs;
    cfmakeraw(&tty->ours);
    tty->ours.c_cc[VMIN] = 1;
    tty->ours.c_cc[VTIME] = 0;
    return true;
}

void tty_close(struct tty *tty)
{
    if (tty->fd >= 0)
        (void)close(tty->fd);
    tty->fd = -1;
}

void tty_raw(const struct tty *tty)
{
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &tty->ours);
}

void tty_cooked(const struct tty *tty)
{
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &tty->theirs);
}

void tty_size(int *rows, int *cols)
{
    struct winsize size = { 0 };

    *rows = 24;
    *cols = 80;
    if (ioctl(STDIN_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
        return;
    *rows = size.ws_row < SIZE_MOST ? size.ws_row : SIZE_MOST;
    *cols = size.ws_col < SIZE_MOST ? size.ws_col : SIZE_MOST;
}

void tty_write_within(const struct tty *tty, const char *bytes, size_t len, int ms)
{
    int64_t end = time_boot_ms() + ms;

    while (len > 0) {
        ssize_t n = write(tty->fd, bytes, len);
        int left = (int)(end - time_boot_ms());
        struct pollfd wait = { .fd = tty->fd, .events = POLLOUT };

        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        } else if (n < 0 && errno != EAGAIN && errno != EINTR) {
            return;
        }
        if (len > 0 && (left <= 0 || poll(&wait, 1, left) <= 0))
            return;
    }
}

/* ---- crashes ---- */

void tty_rescue(void)
{
    if (!guard.armed)
        return;
    guard.armed = 0;
    ssize_t n = write(guard.fd, guard.restore, guard.len);
    (void)n; /* there is nobody left to tell */
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &guard.theirs);
}

static void on_crash(int number)
{
    tty_rescue();
    (void)raise(number); /* the default action is back: SA_RESETHAND */
}

static bool is_among(const int *numbers, size_t count, int number)
{
    for (size_t i = 0; i < count; i++)
        if (numbers[i] == number)
            return true;
    return false;
}

/* Crashes are ours whoever had them (sanitizers do); of the other signals those that would
 * end us, for what somebody else catches or ignores does not. */
static bool would_end(int number, const struct sigaction *now)
{
    if (is_among(crashes, sizeof(crashes) / sizeof(crashes[0]), number))
        return true;
    return (now->sa_flags & SA_SIGINFO) == 0 && now->sa_handler == SIG_DFL &&
           !is_among(harmless, sizeof(harmless) / sizeof(harmless[0]), number);
}

static void catch_ends(void)
{
    struct sigaction action = { .sa_handler = on_crash,
                                .sa_flags = (int)(SA_ONSTACK | SA_RESETHAND | SA_NODEFER) },
                     now;

    (void)sigemptyset(&action.sa_mask);
    for (int number = 1; number <= SIGRTMAX; number++)
        if (sigaction(number, NULL, &now) == 0 && would_end(number, &now))
            (void)sigaction(number, &action, NULL);
}

static void release_ends(void)
{
    struct sigaction action = { .sa_handler = SIG_DFL }, now;

    (void)sigemptyset(&action.sa_mask);
    for (int number = 1; number <= SIGRTMAX; number++)
        if (sigaction(number, NULL, &now) == 0 && (now.sa_flags & SA_SIGINFO) == 0 &&
            now.sa_handler == on_crash)
            (void)sigaction(number, &action, NULL);
}

void tty_guard(const struct tty *tty, const char *restore, size_t len)
{
    static bool at_exit;

    if (!guard.stack) { /* mapped: its pages cost nothing until there is a crash */
        void *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

        guard.stack = stack != MAP_FAILED ? stack : NULL;
    }
    guard.fd = tty->fd;
    guard.theirs = tty->theirs;
    guard.len = len < RESTORE_MOST ? len : RESTORE_MOST;
    memcpy(guard.restore, restore, guard.len);
    guard.armed = 1;
    if (guard.stack)
        (void)sigaltstack(&(stack_t){ .ss_sp = guard.stack, .ss_size = STACK }, NULL);
    catch_ends();
    if (!at_exit) /* a panel, or a library, that calls exit() */
        at_exit = atexit(tty_rescue) == 0;
}

void tty_unguard(void)
{
    guard.armed = 0;
    release_ends();
    (void)sigaltstack(&(stack_t){ .ss_flags = SS_DISABLE }, NULL);
    if (guard.stack)
        (void)munmap(guard.stack, STACK);
    guard.stack = NULL;
}
