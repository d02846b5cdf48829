/* Each terminal in each locale: the frame that it shows, as libvterm reads it, and that
 * nothing is said to it that its description in terminfo does not have. */
#include "config.h"

#include <ctype.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../company_kit.h"
#include "../golden.h"
#include "../run.h"
#include "pty.h"
#include "spoken.h"
#include "tests/where.h"

enum { ROWS = 24, COLS = 80, LOOKS = 52, PRINTED_MOST = 4 << 20, PATIENCE_MS = 60000 };

/* What modern ones know or let pass, and terminfo has no names for: synchronized frames,
 * the focus, pasting in brackets, the mouse, the title. */
#define MODERN                                                                                     \
    "\033[?2026h", "\033[?2026l", "\033[?1004h", "\033[?1004l", "\033[?2004h", "\033[?2004l",      \
        "\033[?1000h", "\033[?1006h", "\033[?1000l", "\033[?1006l", "\033]2;\a"
/* A link is put at its place, between save and restore of the cursor. */
#define LINKS "\033]8;;\a", "\0337", "\0338", "\033[1;1H"

static const char *const with_links[] = { MODERN, LINKS, NULL };
static const char *const without_links[] = { MODERN, NULL };

static const struct terminal {
    const char *name;
    const char *const *more;
    bool links, title;
} terminals[] = {
    { "xterm-256color", with_links, true, true },
    { "tmux-256color", with_links, true, true },
    { "screen", without_links, false, true },
    { "linux", NULL, false, false },
    { "vt100", NULL, false, false },
    { "xterm-direct", with_links, true, true },
};

enum { TERMINALS = sizeof(terminals) / sizeof(terminals[0]) };

static char *dir, config[256], store[256];

static void make(enum kit_world world)
{
    snprintf(config, sizeof(config), "%s/%u.yaml", dir, world);
    snprintf(store, sizeof(store), "%s/%u.db", dir, world);
    write_file(config,
               "title: acme\nstore: %s\nviews:\n"
               "  - name: Overview\n    rows:\n      - panels: [queue, runs]\n"
               "      - panels: [{panel: flaky, title: Flaky}]\n"
               "  - name: Goals\n    rows: [{panels: [overview]}]\n",
               store);
    company_write(store, world);
    company_hold(store);
}

static void setup(void)
{
    set_paths();
    unsetenv("TMUX");
    unsetenv("STY");
    dir = test_dir();
    make(KIT_NORMAL);
}

TestSuite(terminals, .init = setup, .timeout = 300);

static struct pty *start(const char *term)
{
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, "--now", KIT_NOW, NULL };
    struct pty *p = pty_start(argv, ROWS, COLS, term);

    cr_assert(pty_shows(p, "linux-xl", PTY_PATIENCE_MS), "%s:\n%s", term, pty_text(p));
    return p;
}

/* ---- the frame ---- */

/* This libvterm takes the colon form of ISO 8613-6, which has an empty place for the
 * colour space, for one number more. */
static size_t colour_of_colons(const char *at, FILE *out)
{
    int ground, r, g, b, used = 0;

    if (sscanf(at, "%d:2::%d:%d:%d%n", &ground, &r, &g, &b, &used) != 4 || used == 0)
        return 0;
    fprintf(out, "%d;2;%d;%d;%d", ground, r, g, b);
    return (size_t)used;
}

/* And what is repeated up to the last column but one it takes for a full row. */
static size_t repeated(char before, const char *at, FILE *out)
{
    int times, used = 0;

    if (sscanf(at, "\033[%db%n", &times, &used) != 1 || used == 0)
        return 0;
    for (int i = 0; i < times; i++)
        fputc(before, out);
    return (size_t)used;
}

/* What was said, as it reads it. */
static char *readable(const struct pty *p)
{
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    for (const char *at = p->raw; *at;) {
        size_t used = colour_of_colons(at, out);

        if (used == 0 && at > p->raw)
            used = repeated(at[-1], at, out);
        if (used == 0)
            fputc(*at, out);
        at += used > 0 ? used : 1;
    }
    fclose(out);
    return text;
}

static VTermScreen *shown(const struct pty *p, VTerm **vt)
{
    char *text = readable(p);
    VTermScreen *screen;

    *vt = vterm_new(ROWS, COLS);
    vterm_set_utf8(*vt, 1);
    screen = vterm_obtain_screen(*vt);
    vterm_screen_enable_altscreen(screen, 1);
    vterm_screen_reset(screen, 1);
    vterm_input_write(*vt, text, strlen(text));
    free(text);
    return screen;
}

static void put_text(VTermScreen *screen, FILE *file)
{
    char row[COLS * 16];

    for (int i = 0; i < ROWS; i++) {
        VTermRect rect = { .start_row = i, .end_row = i + 1, .start_col = 0, .end_col = COLS };
        size_t len = vterm_screen_get_text(screen, row, sizeof(row), rect);

        fprintf(file, "%.*s\n", (int)len, row);
    }
}

static void colour(char out[16], const VTermColor *c)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(c) || VTERM_COLOR_IS_DEFAULT_BG(c))
        snprintf(out, 16, "-");
    else if (VTERM_COLOR_IS_INDEXED(c))
        snprintf(out, 16, "%d", c->indexed.idx);
    else
        snprintf(out, 16, "#%02x%02x%02x", c->rgb.red, c->rgb.green, c->rgb.blue);
}

static char letter_of(char looks[LOOKS][64], int *count, const VTermScreenCell *cell)
{
    char look[64], fg[16], bg[16];
    int i = 0;

    colour(fg, &cell->fg);
    colour(bg, &cell->bg);
    snprintf(look, sizeof(look), "%s on %s%s%s%s", fg, bg, cell->attrs.bold ? " bold" : "",
             cell->attrs.underline ? " underline" : "", cell->attrs.reverse ? " reverse" : "");
    while (i < *count && strcmp(looks[i], look) != 0)
        i++;
    cr_assert_lt(i, LOOKS);
    if (i == *count)
        snprintf(looks[(*count)++], 64, "%s", look);
    return (char)(i < 26 ? 'a' + i : 'A' + i - 26);
}

/* The text, then a letter for the look of each cell, then what the letters mean. */
static char *frame_of(void *self)
{
    struct pty *p = self;
    char looks[LOOKS][64], *out = NULL;
    int count = 0;
    size_t len;
    VTerm *vt;
    VTermScreen *screen;
    FILE *file = open_memstream(&out, &len);

    pty_read(p, 0);
    screen = shown(p, &vt);
    put_text(screen, file);
    for (int row = 0; row < ROWS; row++) {
        for (int col = 0; col < COLS; col++) {
            VTermScreenCell cell;

            vterm_screen_get_cell(screen, (VTermPos){ .row = row, .col = col }, &cell);
            fputc(letter_of(looks, &count, &cell), file);
        }
        fputc('\n', file);
    }
    for (int i = 0; i < count; i++)
        fprintf(file, "%c %s\n", i < 26 ? 'a' + i : 'A' + i - 26, looks[i]);
    fclose(file);
    vterm_free(vt);
    return out;
}

static void expect_frame(struct pty *p, const char *name)
{
    char *frame;

    golden_wait(frame_of, p, name);
    pty_read(p, 300);
    frame = frame_of(p);
    golden_text(frame, name);
    free(frame);
}

/* ---- what is said ---- */

static void expect_ascii(const struct pty *p, const char *term)
{
    for (size_t i = 0; i < p->raw_len; i++)
        cr_assert(isascii((unsigned char)p->raw[i]), "%s: %.40s", term, p->raw + i);
}

static void expect_spoken(const struct pty *p, const struct terminal *t)
{
    struct spoken *spoken = spoken_new(t->name, t->more);
    char wrong[80] = "";

    cr_assert(spoken, "%s", t->name);
    cr_expect(spoken_fits(spoken, p->raw, p->raw_len, wrong), "%s is told %s", t->name, wrong);
    cr_expect_eq(strstr(p->raw, "\033]8;;https://") != NULL, t->links, "%s: links", t->name);
    cr_expect_eq(strstr(p->raw, "\033]2;") != NULL, t->title, "%s: title", t->name);
    spoken_free(spoken);
}

/* Starts, shows, selects, and gives the terminal back. */
static void on_terminal(const struct terminal *t, bool utf8)
{
    struct pty *p;
    char name[64];

    setenv("LC_ALL", utf8 ? "C.UTF-8" : "C", 1);
    p = start(t->name);
    snprintf(name, sizeof(name), "terminals/%s-%s", t->name, utf8 ? "utf8" : "c");
    expect_frame(p, name);
    pty_send(p, "mj\t?");
    SHOWS(p, "Help");
    pty_send(p, "\033");
    LACKS(p, "Help");
    pty_send(p, "q");
    cr_expect(pty_ended(p));
    cr_expect(pty_restored(p));
    expect_spoken(p, t);
    if (!utf8)
        expect_ascii(p, t->name);
    pty_free(p);
}

Test(terminals, show_in_utf8_what_they_can)
{
    for (int i = 0; i < TERMINALS; i++)
        on_terminal(&terminals[i], true);
}

Test(terminals, show_in_the_c_locale_what_they_can)
{
    for (int i = 0; i < TERMINALS; i++)
        on_terminal(&terminals[i], false);
}

/* In whichever theme and depth the first thing that is seen is a chip: what is behind its
 * text is not the ground. */
Test(terminals, show_a_chip_whatever_the_theme_and_the_depth)
{
    static const char *const themes[] = { "dark", "light", "high-contrast", "colour-blind",
                                          "mono" };
    static const char *const depths[] = { "truecolor", "256", "16", "8", "mono" };

    for (size_t i = 0; i < 25; i++) {
        const char *argv[] = { "dxtop", "-c",      config,        "--state", dir,           "--now",
                               KIT_NOW, "--theme", themes[i / 5], "--color", depths[i % 5], NULL };
        struct pty *p = pty_start(argv, ROWS, COLS, "xterm-256color");
        VTermScreenCell chip, ground;
        VTermScreen *screen;
        VTerm *vt;
        bool painted, reversed;

        cr_assert(pty_shows(p, "linux-xl 18 jobs", PTY_PATIENCE_MS), "%s", pty_text(p));
        pty_whole(p);
        screen = shown(p, &vt);
        vterm_screen_get_cell(screen, (VTermPos){ .row = 1, .col = 2 }, &chip);
        vterm_screen_get_cell(screen, (VTermPos){ .row = 1, .col = 8 }, &ground);
        cr_expect_eq(chip.chars[0], 0x2717, "%s", pty_text(p));
        painted = !vterm_color_is_equal(&chip.bg, &ground.bg);
        reversed = chip.attrs.reverse;
        cr_expect(painted != reversed, "%s in %s: %s%s", themes[i / 5], depths[i % 5],
                  painted ? "painted " : "", reversed ? "reversed" : "");
        vterm_free(vt);
        pty_send(p, "q");
        cr_expect(pty_ended(p));
        pty_free(p);
    }
}

/* Wide names keep the columns that they have. */
Test(terminals, in_the_c_locale_wide_names_move_nothing)
{
    struct pty *p;

    make(KIT_HOSTILE);
    setenv("LC_ALL", "C", 1);
    p = start("xterm-256color");
    expect_frame(p, "terminals/hostile-c");
    expect_ascii(p, "hostile");
    pty_free(p);
}

/* ---- without a screen ---- */

/* Some go on for ever: what they print until it has these words and they are told to end. */
static char *printed(const char *more, const char *until)
{
    char line[1024], *text = calloc(1, PRINTED_MOST);
    const char *argv[] = { "/bin/sh", "-c", line, NULL };
    struct program program;
    size_t len = 0;
    ssize_t n = 1;
    bool told = false;

    snprintf(line, sizeof(line),
             "export LC_ALL=C; exec %s/dxtop -c %s --state %s --now " KIT_NOW " %s", BUILD_DIR,
             config, dir, more);
    program = program_start(argv);
    while (n > 0 && len + 1 < PRINTED_MOST) {
        struct pollfd fd = { .fd = program.out, .events = POLLIN };

        if (poll(&fd, 1, PATIENCE_MS) != 1)
            break;
        n = read(program.out, text + len, PRINTED_MOST - 1 - len);
        len += n > 0 ? (size_t)n : 0;
        if (!told && strncmp(more, "--plain", 7) == 0 && strstr(text, until))
            told = kill(program.pid, SIGTERM) == 0;
    }
    cr_expect_eq(program_end(&program, n == 0 ? 0 : SIGKILL), 0, "%s", more);
    return text;
}

static bool all_ascii(const char *text)
{
    while (*text && isascii((unsigned char)*text))
        text++;
    return !*text;
}

Test(terminals, in_the_c_locale_print_ascii_for_people_and_utf8_for_programs)
{
    static const struct {
        const char *more, *has;
        bool ascii;
    } modes[] = {
        { "--plain", "bad: linux-xl: 18 jobs wait, the oldest 11m 40s", true },
        { "--plain --view Goals", "the goal is <= 5m", true },
        { "once --offline --format text", "linux-xl", true },
        { "screen", "+- Queues -", true },
        { "screen --format ansi", "linux-xl", true },
        { "screen --format roles", "linux-xl", true },
        { "screen --format html", "╭", false },
        { "screen --format svg", "╭", false },
    };

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
        char *text = printed(modes[i].more, modes[i].has);

        cr_expect(strstr(text, modes[i].has), "%s: no %s in:\n%.2000s", modes[i].more, modes[i].has,
                  text);
        cr_expect_eq(all_ascii(text), modes[i].ascii, "%s:\n%.2000s", modes[i].more, text);
        free(text);
    }
}

Test(terminals, that_are_dumb_get_a_sentence)
{
    static const char *const locales[] = { "C.UTF-8", "C" };
    const char *argv[] = { "dxtop", "-c", config, "--state", dir, NULL };

    for (int i = 0; i < 2; i++) {
        struct spoken *spoken = spoken_new("dumb", NULL);
        char wrong[80] = "";
        struct pty *p;

        setenv("LC_ALL", locales[i], 1);
        p = pty_start(argv, ROWS, COLS, "dumb");
        cr_expect(pty_ended(p));
        cr_expect(WIFEXITED(p->status) && WEXITSTATUS(p->status) == 1, "%x", p->status);
        pty_read(p, 50);
        cr_expect(strstr(p->raw, "TERM=dumb cannot show a screen; use 'dxtop --plain' or 'dxtop "
                                 "once', or set TERM to your terminal"),
                  "%s", p->raw);
        cr_expect(spoken_fits(spoken, p->raw, p->raw_len, wrong), "dumb is told %s", wrong);
        expect_ascii(p, "dumb");
        spoken_free(spoken);
        pty_free(p);
    }
}

/* The judge is one: what another terminal is told is too much for this one. */
Test(terminals, know_what_is_not_theirs)
{
    static const struct {
        const char *term, *bytes;
        bool fits;
    } said[] = {
        { "vt100", "\033[1;1Hx\033[1m\033[m\017", true },
        { "vt100", "\033[31m", false },
        { "vt100", "\033[38;5;9m", false },
        { "vt100", "\033[?1049h", false },
        { "vt100", "\033]8;;http://a\033\\", false },
        { "linux", "\033[31mx", true },
        { "linux", "\033[91mx", false },
        { "linux", "\033[38;5;9m", false },
        { "linux", "\033]2;x\a", false },
        { "screen", "\033[?1049h", true },
        { "xterm-256color", "\033[38;5;9;48;5;1m", true },
        { "xterm-256color", "\033[91m", true },
        { "xterm-256color", "\033[38;2;1;2;3m", false },
        { "xterm-direct", "\033[38:2::1:2:3m", true },
        { "dumb", "\033[1m", false },
        { "xterm-256color", "\033[?2026h", false },
    };

    for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
        struct spoken *spoken = spoken_new(said[i].term, NULL);
        char wrong[80] = "";

        cr_expect_eq(spoken_fits(spoken, said[i].bytes, strlen(said[i].bytes), wrong), said[i].fits,
                     "%s: %s (%s)", said[i].term, said[i].bytes + 1, wrong);
        spoken_free(spoken);
    }
}
