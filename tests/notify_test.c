/* What a viewer sends to its terminal when an alert rule fires, and what its user says of
 * alerts. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/command.h"
#include "app/notify.h"
#include "app/say.h"
#include "app_kit.h"
#include "model/alert_rule.h"
#include "statement_fault.h"
#include "store/internal.h"

TestSuite(notify, .init = app_start, .fini = app_stop, .timeout = 60);
TestSuite(say, .init = app_start, .fini = app_stop, .timeout = 60);

static const char *bytes(unsigned ways, bool loud, const char *title, const char *text,
                         enum notify_inside inside)
{
    static char kept[4096];
    const struct stored_notice notice = {
        .ways = ways, .loud = loud, .title = title, .text = text
    };
    struct buf out;

    buf_init(&out, 1 << 16);
    notify_bytes(&out, &notice, inside);
    snprintf(kept, sizeof(kept), "%s", out.bytes ? out.bytes : "");
    buf_done(&out);
    return kept;
}

Test(notify, each_way_has_its_bytes)
{
    cr_expect_str_eq(bytes(NOTICE_BELL, true, "t", "x", NOTIFY_PLAIN), "\a");
    cr_expect_str_eq(bytes(NOTICE_BELL, false, "t", "x", NOTIFY_PLAIN), "", "it is over");
    cr_expect_str_eq(bytes(NOTICE_OSC9, false, "t", "x", NOTIFY_PLAIN), "\033]9;t: x\a");
    cr_expect_str_eq(bytes(NOTICE_OSC777, true, "t", "x", NOTIFY_PLAIN), "\033]777;notify;t;x\a");
    cr_expect_str_eq(bytes(NOTICE_TITLE, true, "t", "x", NOTIFY_PLAIN), "");
    cr_expect_str_eq(bytes(NOTICE_OSC9 | NOTICE_BELL, true, "t", "x", NOTIFY_TMUX),
                     "\033Ptmux;\033\033]9;t: x\a\033\\\a");
    cr_expect_str_eq(bytes(NOTICE_OSC9, true, "t", "x", NOTIFY_SCREEN), "\033P\033]9;t: x\a\033\\");
}

/* A pool may be called anything. */
Test(notify, no_name_ends_a_sequence_or_begins_one)
{
    const char *said = bytes(NOTICE_OSC9 | NOTICE_OSC777, true, "t\a\033]0;evil\a",
                             "a;b\033\\\xC2\x9C\x9C\n\x1b[2J;c", NOTIFY_PLAIN);

    cr_expect_str_eq(said,
                     "\033]9;t\uFFFD\uFFFD]0;evil\uFFFD: a;b\uFFFD\\\uFFFD\uFFFD \uFFFD[2J;c\a"
                     "\033]777;notify;t\uFFFD\uFFFD]0,evil\uFFFD;a,b\uFFFD\\\uFFFD\uFFFD "
                     "\uFFFD[2J,c\a");
}

static void key(uint32_t key)
{
    say_type(&a.v, &(struct dx_event){ .type = DX_EVENT_KEY, .key = key });
}

static void type(const char *text)
{
    for (; *text; text++)
        key((unsigned char)*text);
}

/* What is typed, and what is asked for. */
static const char *line(void)
{
    static char out[400];

    snprintf(out, sizeof(out), "%s|%s", a.v.line.text, say_hint(&a.v));
    return out;
}

static size_t bells(void)
{
    size_t n = 0;

    for (const char *c = terminal_said(); *c; c++)
        n += *c == '\a';
    return n;
}

/* Twenty that end, and one that begins, since the screen was stopped. */
Test(notify, of_very_many_one_that_begins_is_heard)
{
    struct stored_notice many[21];
    struct dx_error err = { 0 };

    for (int i = 0; i < 21; i++)
        many[i] = (struct stored_notice){ .at_ms = T0,
                                          .name = "",
                                          .ways = NOTICE_BELL,
                                          .loud = i == 20,
                                          .title = "disk",
                                          .text = "is full",
                                          .facts = "" };
    terminal_open(24, 80);
    notify_look(&a.v);
    (void)terminal_said();
    cr_assert(store_put_rules(
                  kit.store,
                  &(struct rules_write){ .notices = many, .notice_count = 21, .now_ms = T0 }, &err),
              "%s", err.text);
    notify_look(&a.v);
    cr_expect_eq(bells(), 1);
    notify_look(&a.v);
    cr_expect_eq(bells(), 0);
    terminal_close();
}

static void put_notices(int from, int count)
{
    struct stored_notice some[8];
    struct dx_error err = { 0 };

    for (int i = 0; i < count; i++)
        some[i] = (struct stored_notice){ .at_ms = T0 + from + i,
                                          .name = "",
                                          .ways = NOTICE_BELL,
                                          .loud = true,
                                          .title = "disk",
                                          .text = "is full",
                                          .facts = "" };
    cr_assert(store_put_rules(kit.store,
                              &(struct rules_write){
                                  .notices = some, .notice_count = (size_t)count, .now_ms = T0 },
                              &err),
              "%s", err.text);
}

/* What could not be read is not known to be 0: then all that ever rang would ring again. */
Test(notify, what_rang_before_does_not_ring_again_after_a_read_that_fails)
{
    put_notices(0, 8);
    terminal_open(24, 80);
    statement_watch(a.app.store->db);
    for (int n = 0; n < 4; n++) {
        a.v.notify = (struct notify){ 0 };
        store_forget(a.app.store);
        statement_fail_prepare(n); /* the first look */
        notify_look(&a.v);
        statement_fail_prepare(-1);
        notify_look(&a.v);
        store_forget(a.app.store);
        statement_fail_prepare(n); /* a later one */
        notify_look(&a.v);
        statement_fail_prepare(-1);
        notify_look(&a.v);
        cr_expect_eq(bells(), 0, "%d", n);
        put_notices(8 * (n + 1), 1);
        notify_look(&a.v);
        cr_expect_eq(bells(), 1, "%d", n);
    }
    terminal_close();
}

Test(say, a_claim_has_a_note)
{
    say_begin(&a.v, "am/k/1", DX_WORD_CLAIM, false);
    cr_expect_eq(a.v.typing, TYPING_WORD);
    type("I looj");
    key(DX_KEY_BACKSPACE);
    type("k");
    cr_expect_str_eq(line(), "I look|claim: with a note");
    key(DX_KEY_ENTER);
    cr_expect_eq(a.v.typing, TYPING_NONE);
    cr_expect(strncmp(kit_wished(), "claim|am/k/1\t0\t", 15) == 0);
    say_begin(&a.v, "am/k/1", DX_WORD_CLAIM, false);
    key(DX_KEY_ESC);
    cr_expect_eq(a.v.typing, TYPING_NONE);
    cr_expect_str_eq(kit_wished(), "");
    say_begin(&a.v, "am/k/1", DX_WORD_CLAIM, true);
    cr_expect_str_eq(kit_wished(), "claim|am/k/1\t0\t\t", "given back, and nothing is asked");
}

static void command(const char *text)
{
    a.v.message[0] = '\0';
    command_run(&a.v, text);
}

Test(say, commands_have_the_words_with_them)
{
    char want[64];

    a.app.clock = (struct clock){ .simulated = true, .start_ms = T0 };
    draw_frame(40, 120);
    command("claim I look");
    cr_expect_str_eq(a.v.message, "no alert is selected here");
    cr_expect_str_eq(kit_wished(), "");
    a.alerts = true;
    command("claim I look");
    cr_expect_eq(a.v.typing, TYPING_NONE, "nothing is asked");
    cr_expect_str_eq(a.v.message, "the collector is asked");
    const char *got = kit_wished();
    cr_expect(strncmp(got, "claim|row 0\t0\t", 14) == 0 && strstr(got, "\tI look"), "%s", got);
    cr_expect(page_focus(viewer_page(&a.v))->instance.table->chosen, "it stays selected");
    command("snooze 2h disks come");
    cr_expect_str_eq(a.v.said.words, "snoozed until Mon 16:13");
    snprintf(want, sizeof(want), "snooze|row 0\t%" PRId64 "\t", T0 + 2 * HOUR);
    got = kit_wished();
    cr_expect(strncmp(got, want, strlen(want)) == 0 && strstr(got, "\tdisks come"), "%s", got);
    command("snooze soon");
    cr_expect_str_eq(kit_wished(), "");
    cr_expect_str_eq(line(), "soon|that is no span like 30m, 2h or 1d");
    a.v.typing = TYPING_NONE;
    command("claim"); /* as by its key */
    cr_expect_str_eq(line(), "|claim: with a note");
    a.v.typing = TYPING_NONE;
}

Test(say, what_was_said_is_taken_back_or_said_anew)
{
    draw_frame(40, 120);
    a.alerts = true;
    command("down");
    command("claim");
    cr_expect_str_eq(a.v.said.words, "it is nobody's");
    cr_expect_str_eq(kit_wished(), "claim|row 1\t0\t\t");
    command("claim for me");
    cr_expect(strstr(kit_wished(), "\tfor me"), "its owner changes");
    a.v.redacted = true;
    command("claim for me");
    cr_expect_str_eq(a.v.said.words, "claimed", "by nobody who is named");
}

/* ---- what became of it ---- */

static const char *told(void)
{
    say_look(&a.v);
    return a.v.message;
}

static const char *alert(bool open)
{
    static char key[64];
    struct batch b = { 0 };

    b.alerts_whole = true;
    if (open)
        kit_alert(&b, "k", DX_ALERT_FIRING, T0 - MINUTE);
    kit_poll(1, T0, &b);
    snprintf(key, sizeof(key), "am/k/%" PRId64, T0 - MINUTE);
    return key;
}

Test(say, what_is_told_is_so)
{
    const char *key = alert(true);

    say_words(&a.v, key, DX_WORD_CLAIM, "I look");
    cr_expect_str_eq(told(), "the collector is asked");
    a.v.said.boot_ms -= 5 * SECOND;
    cr_expect_str_eq(told(), "no collector has taken it yet; it waits for one");
    (void)kit_wished();
    cr_expect(strncmp(told(), "claimed by ", 11) == 0, "%s", a.v.message);
    viewer_say(&a.v, "something else");
    cr_expect_str_eq(told(), "something else", "it is told once");
    say_begin(&a.v, key, DX_WORD_CLAIM, true);
    (void)kit_wished();
    cr_expect_str_eq(told(), "it is nobody's");
    a.app.clock = (struct clock){ .simulated = true, .start_ms = T0 };
    say_words(&a.v, key, DX_WORD_SNOOZE, "2h disks come");
    cr_expect_str_eq(told(), "the collector is asked");
    (void)kit_wished();
    cr_expect_str_eq(told(), "snoozed until Mon 16:13");
}

Test(say, what_came_too_late_is_told)
{
    static const char lost[] = "that was not kept: it is over, or somebody else spoke after you";
    struct dx_error err = { 0 };
    const char *key = alert(true);
    char other[128];

    say_words(&a.v, key, DX_WORD_CLAIM, "I look");
    (void)kit_wished();
    snprintf(other, sizeof(other), "%s\t0\tzoe\tme too", key);
    cr_assert(kit_grant("claim", other, T0 + 1, &err), "%s", err.text);
    cr_expect_str_eq(told(), lost);
    say_words(&a.v, key, DX_WORD_CLAIM, "I look");
    (void)alert(false);
    (void)kit_wished();
    cr_expect_str_eq(told(), lost);
    cr_expect_not(kit_grant("claim", other, T0 + 2, &err));
    cr_expect_str_eq(err.text, "a claim came too late: \"am/k/1789999940000\" is over");
}

Test(say, where_nothing_is_suggested_there_is_nothing_to_accept)
{
    command("accept");
    cr_expect_str_eq(a.v.message, "there is nothing to accept here");
    command("undo");
    cr_expect_str_eq(a.v.message, "there is nothing to undo here");
    command("ignore it");
    cr_expect_str_eq(a.v.message, "ignore takes nothing after it");
}

Test(say, a_snooze_begins_with_a_span)
{
    char want[64];

    a.app.clock = (struct clock){ .simulated = true, .start_ms = T0 };
    say_begin(&a.v, "am/k/1", DX_WORD_SNOOZE, false);
    type("soon");
    key(DX_KEY_ENTER);
    cr_expect_eq(a.v.typing, TYPING_WORD);
    cr_expect_str_eq(line(), "soon|that is no span like 30m, 2h or 1d");
    say_type(&a.v, &(struct dx_event){ .key = 'u', .mods = DX_MOD_CTRL });
    cr_expect_str_eq(line(), "|snooze: for how long (1h), and why");
    type("2h  disks come");
    key(DX_KEY_ENTER);
    snprintf(want, sizeof(want), "snooze|am/k/1\t%" PRId64 "\t", T0 + 2 * HOUR);
    const char *got = kit_wished();
    cr_expect(strncmp(got, want, strlen(want)) == 0, "%s", got);
    cr_expect(strstr(got, "\tdisks come"), "%s", got);
    say_begin(&a.v, "am/k/1", DX_WORD_SNOOZE, false);
    key(DX_KEY_ENTER);
    snprintf(want, sizeof(want), "snooze|am/k/1\t%" PRId64 "\t", T0 + HOUR);
    cr_expect(strncmp(kit_wished(), want, strlen(want)) == 0, "an hour unless said");
}
