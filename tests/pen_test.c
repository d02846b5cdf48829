#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "core/buf.h"
#include "ui/screen_internal.h"

#define GREY   "\033[38;5;252m"
#define RED    "\033[38;5;203m"
#define NORMAL "\033[39;49m\033(B\033[m"

/* What goes to the terminal of a frame that ncurses made. */
static void goes_as(struct pen *pen, const char *frame, const char *expected)
{
    struct buf in, out;

    buf_init(&in, 1 << 16);
    buf_init(&out, 1 << 16);
    (void)buf_text(&in, frame);
    (void)buf_text(&out, "before");
    pen_fit(pen, &in, &out);
    cr_expect(strncmp(out.bytes, "before", 6) == 0);
    cr_expect_str_eq(out.bytes + 6, expected);
    buf_done(&in);
    buf_done(&out);
}

Test(pen, a_second_digit_is_the_digit_alone)
{
    struct pen pen = { .lost = false };

    goes_as(&pen, "\033[1;199H" GREY "4" NORMAL, "\033[1;199H" GREY "4");
    goes_as(&pen, "\b" GREY "5" NORMAL, "\b5");
    goes_as(&pen, "\b\b" GREY "1\b\b\b0" NORMAL, "\b\b1\b\b\b0");
    goes_as(&pen, "\b" GREY "é" NORMAL, "\bé");
    goes_as(&pen, "", "");
    goes_as(&pen, "\033[3;4H" GREY NORMAL, "\033[3;4H");
}

Test(pen, what_differs_is_said_and_no_more)
{
    static const struct {
        const char *what, *frame, *expected;
    } cases[] = {
        { "another colour", RED "5" NORMAL, RED "5" },
        { "bold", "\033(B\033[0;1m" GREY "5" NORMAL, "\033[1m5" },
        { "bold red", "\033(B\033[0;1m" RED "5" NORMAL, "\033[1;38;5;203m5" },
        { "the normal colour", GREY "5\033[39;49mx" NORMAL, "5\033[mx" },
        { "behind a reset", GREY "5" NORMAL "x", "5\033[mx" },
        { "behind all numbers of a reset", "5\033[0m" GREY "5", "\033[m5" GREY "5" },
        { "a ground", GREY "\033[48;5;17m5" NORMAL, "\033[48;5;17m5" },
        { "grounds of sixteen", GREY "\033[41m5\033[101m5", "\033[41m5\033[101m5" },
        { "a colour of eight", "\033[31m5\033[91m5", "\033[31m5\033[91m5" },
        { "true colours", "\033[38;2;1;2;3m5\033[48;2;1;2;3m5",
          "\033[38;2;1;2;3m5\033[48;2;1;2;3m5" },
        { "with colons", "\033[38:2::1:2:3m5\033[38:2::1:2:3m5", "\033[38:2::1:2:3m55" },
        { "all in one", "\033[0;1;4;7;38;5;252;48;5;17m5", "\033[1;4;7;48;5;17m5" },
        { "no underline", GREY "\033[4mx\033[24my", "\033[4mx\033[0;38;5;252my" },
        { "the primary font", "\033[0;10m" GREY "5", "5" },
        { "letters of screen", GREY "5\033[m\017" GREY "6", "56" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct pen pen = { .lost = false };

        goes_as(&pen, GREY "4" NORMAL, GREY "4");
        goes_as(&pen, cases[i].frame, cases[i].expected);
    }
}

Test(pen, fewer_attributes_are_taken_away_or_all_is_said_anew)
{
    struct pen pen = { .lost = false };

    goes_as(&pen, "\033(B\033[0;1m" GREY "4" NORMAL, "\033[1;38;5;252m4");
    goes_as(&pen, GREY "5" NORMAL, "\033[0;38;5;252m5");
    goes_as(&pen,
            "\033[1;4;7m"
            "6" NORMAL,
            "\033[0;1;4;7m6");
    goes_as(&pen, "\033[31m7" NORMAL, "\033[0;31m7");
    goes_as(&pen, "8", "\033[m8");
}

/* Blanks are of the look that there is, and so are lines that are moved. */
Test(pen, all_but_moves_and_modes_is_done_in_the_look_that_is_wanted)
{
    static const char *const other[] = { "\033[K", "\033[2J",   "\033[5X", "\033[3b", "\033[L",
                                         "\033[P", "\033[3;4r", "\n",      "\033M",   "\033[@" };
    static const char *const moves[] = { "\b",      "\r",      "\033[3;4H", "\033[H",
                                         "\033[5d", "\033[7G", "\033[A",    "\033[2B",
                                         "\033[2C", "\033[D",  "\033[?25h", "\033[?25l" };
    char expected[64];

    for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
        struct pen pen = { .lost = false };

        goes_as(&pen, GREY "4" NORMAL, GREY "4");
        (void)snprintf(expected, sizeof(expected), "\033[m%s", other[i]);
        goes_as(&pen, other[i], expected);
    }
    for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
        struct pen pen = { .lost = false };

        goes_as(&pen, GREY "4" NORMAL, GREY "4");
        goes_as(&pen, moves[i], moves[i]);
    }
}

Test(pen, the_normal_look_is_said_before_bytes_of_others_once)
{
    struct pen pen = { .lost = false };
    struct buf out;

    goes_as(&pen, GREY "4" NORMAL, GREY "4");
    buf_init(&out, 100);
    pen_normal(&pen, &out);
    pen_normal(&pen, &out);
    cr_expect_str_eq(out.bytes, "\033[m");
    buf_done(&out);
    goes_as(&pen, "\b" GREY "5" NORMAL, "\b" GREY "5");
}

/* Another program was there, or nobody knows. */
Test(pen, that_is_lost_makes_all_normal_first)
{
    struct pen pen = { .reset = "\033(B\033[m" };

    goes_as(&pen, GREY "4" NORMAL, GREY "4");
    pen_lose(&pen);
    goes_as(&pen, "\033[H" GREY "4" NORMAL, "\033[H\033(B\033[m" GREY "4");
    goes_as(&pen, GREY "4" NORMAL, "4");
    pen_lose(&pen);
    goes_as(&pen, "\033[H\033[2J", "\033[H\033(B\033[m\033[2J");
}

/* What is none of ours, or too long, is sent as it is, with all that comes after it. */
Test(pen, a_look_that_is_not_known_stays)
{
    static const char *const frames[] = {
        "\033[2m4" GREY "\033[0m" GREY "5" NORMAL,
        "\033[38;5;0000000000000000000000000000001m4" NORMAL,
        "\033[>4;1m" GREY "4" NORMAL,
    };
    char frame[128];

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct pen pen = { .lost = false };
        (void)snprintf(frame, sizeof(frame), "%s", frames[i]);
        goes_as(&pen, frame, frame);
        goes_as(&pen, "5", "5");
        goes_as(&pen, GREY "5" NORMAL, GREY "5");
    }
}

Test(pen, a_sequence_that_is_cut_is_no_end)
{
    struct pen pen = { .lost = false };

    goes_as(&pen, "4\033[", "4\033[");
    goes_as(&pen, "4\033", "4\033");
    goes_as(&pen, "4\033[38;5", "4\033[38;5");
}
