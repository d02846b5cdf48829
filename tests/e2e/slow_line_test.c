/* A slow line: what is sent is what is not on the screen already, held back it is so many
 * bytes a second, and for who reads slowly frames are skipped, never queued. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../run.h"
#include "pty.h"
#include "stage.h"

enum { ROWS = 40, COLS = 120 };

static void setup(void)
{
    stage_set();
    company_config(config, store);
    company_write(store, KIT_NORMAL);
    company_hold(store);
}

TestSuite(slow_line, .init = setup, .timeout = 300);

static struct pty *start(const char *option, const char *value)
{
    const char *argv[] = { "dxtop",   "-c",         config, "--state", dir,
                           "--clock", KIT_NOW "@1", option, value,     NULL };
    struct pty *p = pty_start(argv, ROWS, COLS, "xterm-256color");

    cr_assert(pty_shows(p, "3 live", 30000), "%s", pty_text(p));
    return p;
}

static long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- only what is not there ---- */

static VTermScreenCell before[ROWS][COLS];
static bool written[ROWS][COLS];

static int on_damage(VTermRect rect, void *self)
{
    (void)self;
    for (int row = rect.start_row; row < rect.end_row; row++)
        for (int col = rect.start_col; col < rect.end_col; col++)
            written[row][col] = true;
    return 1;
}

static bool same(const VTermScreenCell *a, const VTermScreenCell *b)
{
    return memcmp(a->chars, b->chars, sizeof(a->chars)) == 0 && a->attrs.bold == b->attrs.bold &&
           a->attrs.reverse == b->attrs.reverse && a->attrs.underline == b->attrs.underline &&
           vterm_color_is_equal(&a->fg, &b->fg) && vterm_color_is_equal(&a->bg, &b->bg);
}

/* To erase what is erased costs nothing: it is the rest of a line. */
static bool is_blank(const VTermScreenCell *cell)
{
    return (cell->chars[0] == 0 || cell->chars[0] == ' ') && VTERM_COLOR_IS_DEFAULT_BG(&cell->bg);
}

struct sent {
    int changed, again; /* cells that are new, and that were written as they were */
    size_t bytes;
};

/* How many cells are new; again: that were written as they were. */
static int changed_in(struct pty *p, int *again)
{
    int changed = 0;

    *again = 0;
    for (int row = 0; row < ROWS; row++) {
        for (int col = 0; col < COLS; col++) {
            VTermScreenCell now = pty_cell(p, row, col);
            bool is_new = !same(&before[row][col], &now);

            changed += is_new;
            *again += written[row][col] && !is_new && !is_blank(&now);
        }
    }
    return changed;
}

/* What keys make it send within ms, or until so many cells are new: a slow machine takes longer. */
static struct sent sent_by(struct pty *p, const char *keys, int ms, int least)
{
    static const VTermScreenCallbacks callbacks = { .damage = on_damage };
    struct sent sent = { 0 };
    size_t from = p->raw_len;

    for (int row = 0; row < ROWS; row++)
        for (int col = 0; col < COLS; col++)
            before[row][col] = pty_cell(p, row, col);
    memset(written, 0, sizeof(written));
    vterm_screen_set_callbacks(p->screen, &callbacks, NULL);
    vterm_screen_set_damage_merge(p->screen, VTERM_DAMAGE_CELL);
    pty_send(p, keys);
    pty_read(p, ms);
    for (int i = 0; i < 100 && changed_in(p, &sent.again) < least; i++)
        pty_read(p, 100);
    pty_whole(p);
    vterm_screen_flush_damage(p->screen);
    vterm_screen_set_callbacks(p->screen, NULL, NULL);
    sent.bytes = p->raw_len - from;
    sent.changed = changed_in(p, &sent.again);
    return sent;
}

/* A few cells are written again where that is shorter than to go around them. */
Test(slow_line, nothing_is_sent_that_is_on_the_screen_already)
{
    static const struct {
        const char *what, *keys;
        int ms, changed; /* at least so many cells have to be new */
    } deeds[] = {
        { "a second that passes", "", 1100, 1 }, { "the next row", "j", 400, 20 },
        { "the row before", "k", 400, 20 },      { "the next panel", "\t", 400, 20 },
        { "another view", "2", 600, 500 },       { "help, that covers much", "?", 600, 500 },
        { "and goes", "\033", 600, 500 },        { "a letter of a filter", "/l", 500, 50 },
    };
    struct pty *p = start(NULL, NULL);

    pty_read(p, 1200);
    for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
        struct sent sent = sent_by(p, deeds[i].keys, deeds[i].ms, deeds[i].changed);

        fprintf(stderr, "%s: %d new, %d again, %zu bytes\n", deeds[i].what, sent.changed,
                sent.again, sent.bytes);
        cr_expect_geq(sent.changed, deeds[i].changed, "%s: %d", deeds[i].what, sent.changed);
        cr_expect_leq(sent.again, sent.changed / 4 + 8, "%s: %d again, %d new", deeds[i].what,
                      sent.again, sent.changed);
    }
    pty_send(p, "\003");
    cr_expect(pty_ended(p));
    pty_free(p);
}

/* ---- so many bytes a second ---- */

enum { RATE = 1500, LOOKS = 600, LOOK_MS = 10 };

/* In each second of six, with more to show than fits. */
Test(slow_line, held_back_it_sends_so_many_bytes_in_each_second)
{
    struct pty *p = start("--slow", "1500");
    static long from_ms[LOOKS], to_ms[LOOKS]; /* around each look, however long it took */
    static size_t sum[LOOKS];
    size_t from = p->raw_len, most = 0;
    long took_ms;
    int n = 0;

    for (long end = now_ms() + 6000; now_ms() < end && n < LOOKS; n++) {
        if (n % 10 == 0)
            pty_send(p, "z"); /* a whole screen */
        from_ms[n] = now_ms();
        pty_read(p, LOOK_MS);
        to_ms[n] = now_ms();
        sum[n] = p->raw_len - from;
    }
    for (int a = 0, b = 0; a < n; a++) {
        while (b + 1 < n && to_ms[b + 1] - from_ms[a] <= 1000)
            b++;
        if (sum[b] - sum[a] > most)
            most = sum[b] - sum[a];
    }
    /* A fifth of a second's may come at once, and what the line held when it was looked at. */
    cr_expect_leq(most, RATE + 2 * RATE / 5, "%zu bytes in a second", most);
    took_ms = to_ms[n - 1] - to_ms[0];
    cr_expect_geq(sum[n - 1] * 1000 / (size_t)took_ms, RATE * 3 / 4, "%zu in %ld ms", sum[n - 1],
                  took_ms);
    fprintf(stderr, "%zu at most in a second, %zu in %ld ms\n", most, sum[n - 1], took_ms);
    pty_quit(p, "q");
}

/* ---- a reader that is slow ---- */

static int frames_of(const struct pty *p, size_t from)
{
    int frames = 0;

    for (const char *at = p->raw + from; (at = strstr(at, "\033[?2026h")) != NULL; at++)
        frames++;
    return frames;
}

enum { SCREENS = 301 }; /* odd: at the end it is zoomed */

Test(slow_line, a_slow_reader_gets_the_last_frame_and_not_those_between)
{
    struct pty *p = start(NULL, NULL);
    size_t from, len;
    int frames;

    cr_assert(pty_shows(p, "Pipelines ·", PTY_PATIENCE_MS), "%s", pty_text(p));
    from = p->raw_len;
    for (int i = 0; i < SCREENS; i++) { /* nobody reads */
        pty_send(p, "z");
        usleep(8000);
    }
    cr_expect(pty_lacks(p, "Pipelines ·", PTY_PATIENCE_MS), "%s", pty_text(p));
    do { /* until nothing more comes */
        len = p->raw_len;
        pty_read(p, 500);
    } while (p->raw_len > len);
    frames = frames_of(p, from);
    fprintf(stderr, "%d frames, %zu bytes\n", frames, p->raw_len - from);
    cr_expect_lt(frames, SCREENS / 3, "%d frames", frames);
    cr_expect_lt(p->raw_len - from, 200000, "%zu bytes", p->raw_len - from);
    cr_expect(pty_lacks(p, "Pipelines ·", 100), "%s", pty_text(p));
    pty_quit(p, "q");
}

/* ---- left within a frame ---- */

static const char *last_link(const struct pty *p, size_t len)
{
    static const char begin[] = "\033]8;;";
    const char *last = NULL;

    for (const char *at = p->raw;
         (at = memmem(at, len - (size_t)(at - p->raw), begin, sizeof(begin) - 1)) != NULL; at++)
        last = at + sizeof(begin) - 1;
    return last;
}

/* What stands behind it on the shell's screen would be a link, too. */
Test(slow_line, left_within_a_frame_no_link_and_no_look_stays)
{
    int within = 0;

    for (int i = 0; i < 40 && within < 2; i++) {
        struct pty *p = start("--slow", "1500");
        const char *last;
        VTermScreenCell cell;

        pty_send(p, "z"); /* a whole screen */
        pty_read(p, 200 + 60 * i);
        last = last_link(p, p->raw_len);
        within += last && *last != '\033';
        pty_send(p, "q");
        cr_assert(pty_ended(p));
        last = last_link(p, p->raw_len);
        cr_expect(!last || *last == '\033', "%d: %.40s", i, last);
        vterm_input_write(p->vt, "\033[1;1Hx", 7);
        cell = pty_cell(p, 0, 0);
        cr_expect(cell.chars[0] == 'x' && !cell.attrs.bold && !cell.attrs.reverse &&
                      VTERM_COLOR_IS_DEFAULT_FG(&cell.fg),
                  "%d", i);
        pty_free(p);
    }
    cr_expect_gt(within, 0);
}
