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
#define ALL    "\033[m" /* the same, said once */

/* What goes to the terminal of a frame that ncurses made, behind other bytes. */
static char *sent(struct tail *tail, const char *frame)
{
    struct buf out;

    buf_init(&out, 1 << 16);
    (void)buf_text(&out, "before");
    (void)buf_text(&out, frame);
    tail_fit(tail, &out, 6);
    cr_assert(strncmp(out.bytes, "before", 6) == 0);
    memmove(out.bytes, out.bytes + 6, out.len - 6);
    out.bytes[out.len - 6] = '\0';
    return out.bytes; /* it is the test's to free */
}

static void goes_as(struct tail *tail, const char *frame, const char *expected)
{
    char *text = sent(tail, frame);

    cr_assert_str_eq(text, expected);
    free(text);
}

Test(tail, a_second_digit_is_the_digit_alone)
{
    struct tail tail = { .normal_len = 0 };

    goes_as(&tail, "\033[1;199H" GREY "4" NORMAL, "\033[1;199H" GREY "4");
    goes_as(&tail, "\b" GREY "5" NORMAL, "\b5");
    goes_as(&tail, "\b\b" GREY "1\b\b\b0" NORMAL, "\b\b1\b\b\b0");
    goes_as(&tail, "\b" GREY "é" NORMAL, "\bé");
}

Test(tail, another_colour_begins_from_the_normal_one)
{
    struct tail tail = { .normal_len = 0 };

    goes_as(&tail, GREY "4" NORMAL, GREY "4");
    goes_as(&tail, "\b" RED "5" NORMAL, ALL "\b" RED "5");
    goes_as(&tail, "\b" RED "6" NORMAL, "\b6");
}

/* Blanks are of the look that there is, and so is what comes after a reset. */
Test(tail, more_than_a_colour_begins_from_the_normal_one_and_ends_so)
{
    static const char *const frames[] = {
        "\033[K" GREY "4" NORMAL,
        "\033[2J" GREY "4" NORMAL,
        GREY "4\033[K" NORMAL,
        GREY "4" NORMAL "x",
        GREY "4" RED "5" NORMAL,
        "4" GREY "4" NORMAL,
        "\033[?25h" GREY "4" NORMAL,
        "\033[3;4r" GREY "4" NORMAL,
        "\033(0" GREY "4" NORMAL,
        GREY "4\n" NORMAL,
        "x",
    };

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct tail tail = { .normal_len = 0 };
        size_t len = strlen(frames[i]), more = strlen(NORMAL) - strlen(ALL);
        bool ends = len > strlen(NORMAL) && strcmp(frames[i] + len - strlen(NORMAL), NORMAL) == 0;
        char expected[128];

        goes_as(&tail, GREY "4" NORMAL, GREY "4");
        (void)snprintf(expected, sizeof(expected), "%s%.*s%s", ALL,
                       (int)(ends ? len - strlen(ALL) - more : len), frames[i], ends ? ALL : "");
        goes_as(&tail, frames[i], expected);
        goes_as(&tail, "\b" GREY "5" NORMAL, "\b" GREY "5");
    }
}

Test(tail, a_frame_of_nothing_changes_nothing)
{
    struct tail tail = { .normal_len = 0 };

    goes_as(&tail, GREY "4" NORMAL, GREY "4");
    goes_as(&tail, "", "");
    goes_as(&tail, "\b" GREY "5" NORMAL, "\b5");
}

Test(tail, it_is_said_before_bytes_of_others_once)
{
    struct tail tail = { .normal_len = 0 };
    struct buf out;

    goes_as(&tail, GREY "4" NORMAL, GREY "4");
    buf_init(&out, 100);
    tail_say(&tail, &out);
    tail_say(&tail, &out);
    cr_assert_str_eq(out.bytes, ALL);
    buf_done(&out);
    goes_as(&tail, "\b" GREY "5" NORMAL, "\b" GREY "5");
}

/* What does not fit is sent as it is. */
Test(tail, a_look_that_is_longer_than_its_room_stays)
{
    struct tail tail = { .normal_len = 0 };
    static const char frame[] = "\033[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21m4" ALL;

    goes_as(&tail, frame, frame);
    goes_as(&tail, frame, frame);
}

Test(tail, what_resets_all_says_it_alone)
{
    static const char *const frames[][2] = {
        { "x\033[39m\033[49m\033(B\033[m", "x\033[m" },
        { "x\033[39;49m\033[m", "x\033[m" },
        { "x\033[38;5;39m\033[m", "x\033[38;5;39m\033[m" },
        { "x\033[m\033[39m", "x\033[m\033[39m" },
        { "x\033[39m\033[m\017", "x\033[39m\033[m\017" },
        { "x\033[39m\033[0;10m", "x\033[39m\033[0;10m" },
    };

    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        struct tail tail = { .normal_len = 0 };

        goes_as(&tail, frames[i][0], frames[i][1]);
    }
}
