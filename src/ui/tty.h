/* tty: the terminal as a device: our own non-blocking way to it, its modes, and
 * how it gets them back whatever happens to us. */
#ifndef UI_TTY_H
#define UI_TTY_H

#include <termios.h>

#include <dxtop/record.h>

struct tty {
    int fd; /* non-blocking, for writing; O_NONBLOCK on fd 1 would be the shell's too */
    struct termios theirs, ours;
};

bool tty_open(struct tty *tty, struct dx_error *err);
void tty_close(struct tty *tty);
void tty_raw(const struct tty *tty);
void tty_cooked(const struct tty *tty);
void tty_size(int *rows, int *cols); /* 24x80 where it does not say */

/* Write for at most ms milliseconds; what is left then is dropped. */
void tty_write_within(const struct tty *tty, const char *bytes, size_t len, int ms);

/* From now on a crash, any other signal that would end us, and exit() write these bytes and
 * set the modes back, before a signal does the rest; on a stack of its own, so that a stack
 * overflow is no exception. */
void tty_guard(const struct tty *tty, const char *restore, size_t len);
void tty_unguard(void);
void tty_rescue(void); /* the same by hand; async-signal-safe */

#endif
