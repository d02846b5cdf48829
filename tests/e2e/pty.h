/* pty: a program in a terminal of our own; libvterm turns its bytes into cells. */
#ifndef TESTS_E2E_PTY_H
#define TESTS_E2E_PTY_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include <criterion/criterion.h>
#include <vterm.h>

/* Who waits for what has to come, goes on as soon as it is there. Only what never comes takes all
 * of this, however many others work on the machine. */
enum { PTY_PATIENCE_MS = 20000 };

/* Esc, whatever key comes next: behind a single one that is Alt and the key, to a program that had
 * to wait for the processor and finds both. */
#define PTY_ESC "\033\033"

struct pty {
    pid_t pid;
    int fd, slave;
    int rows, cols;
    VTerm *vt;
    VTermScreen *screen;
    struct termios before;
    char *raw; /* all bytes that came, the last 4 MiB */
    size_t raw_len;
    int status; /* of waitpid(), once it ended */
};

/* argv[0] is one of our programs, or a path. */
struct pty *pty_start(const char *const *argv, int rows, int cols, const char *term);
void pty_send(struct pty *pty, const char *keys);
void pty_read(struct pty *pty, int ms); /* take what comes within ms */
void pty_whole(struct pty *pty);        /* take the rest of a frame that has begun */
/* Is the text on the screen; wait for it, or for its absence. */
bool pty_shows(struct pty *pty, const char *text, int ms);
bool pty_lacks(struct pty *pty, const char *text, int ms);
bool pty_says(struct pty *pty, const char *bytes); /* are these among what it sent? Wait for it. */
char *pty_text(struct pty *pty);                   /* the screen, yours to free */
VTermScreenCell pty_cell(struct pty *pty, int row, int col);
void pty_resize(struct pty *pty, int rows, int cols);
/* Wait for its end, and take what comes until then; false: it did not end. */
bool pty_ended(struct pty *pty);
bool pty_ends_unread(struct pty *pty, int ms); /* nobody takes anything meanwhile */
/* Are the modes those of before? */
bool pty_restored(struct pty *pty);
void pty_free(struct pty *pty); /* kills what is left */
/* These keys end it, well, and leave the terminal as it was; frees it. */
void pty_quit(struct pty *pty, const char *keys);

#define SHOWS_IN(p, text, ms)                                                                      \
    cr_expect(pty_shows(p, text, ms), "no \"%s\" on:\n%s", text, pty_text(p))
#define LACKS_IN(p, text, ms) cr_expect(pty_lacks(p, text, ms), "\"%s\" on:\n%s", text, pty_text(p))
#define SHOWS(p, text)        SHOWS_IN(p, text, PTY_PATIENCE_MS)
#define LACKS(p, text)        LACKS_IN(p, text, PTY_PATIENCE_MS)

#endif
