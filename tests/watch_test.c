/* A line for each change: what began, became worse or better, and is over. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "app/found.h"
#include "core/time.h"

static struct watch watch, failures;
static int64_t now_ms;

/* One look: "key=level,..." with level o, w or b. Its lines without their times. */
static const char *look(const char *what, bool whole)
{
    static char out[4096];
    char *text = NULL;
    size_t len = 0, n = 0;
    FILE *file = open_memstream(&text, &len);

    watch_begin(&watch);
    for (; *what; what += strcspn(what, ",") + (strchr(what, ',') != NULL)) {
        char key[16], words[32];
        char level = what[strcspn(what, "=") + 1];

        snprintf(key, sizeof(key), "%.*s", (int)strcspn(what, "="), what);
        snprintf(words, sizeof(words), "%s: now %c", key, level);
        watch_see(&watch, key,
                  level == 'b'   ? WATCH_BAD
                  : level == 'w' ? WATCH_WARNING
                                 : WATCH_OK,
                  words);
    }
    (void)watch_tell(&watch, now_ms, whole, file);
    fclose(file);
    out[0] = '\0';
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        cr_expect(strncmp(line, "20", 2) == 0 && line[10] == 'T', "%s", line);
        n += (size_t)snprintf(out + n, sizeof(out) - n, "%s\n", strchr(line, ' ') + 1);
    }
    free(text);
    now_ms += MINUTE_MS;
    return out;
}

static void setup(void)
{
    setenv("TZ", "UTC", 1);
    now_ms = 1795530727000;
}

static void teardown(void)
{
    watch_done(&watch);
    watch_done(&failures);
}

TestSuite(watch, .init = setup, .fini = teardown, .timeout = 20);

Test(watch, tells_of_changes_only)
{
    cr_expect_str_eq(look("a=o,b=w", true), "ok: a: now o\nwarning: b: now w\n");
    cr_expect_str_eq(look("a=o,b=w", true), "");
    cr_expect_str_eq(look("b=b,a=o", true), "bad: b: now b\n");
    cr_expect_str_eq(look("b=w,a=w,c=b", true),
                     "warning: a: now w\nwarning: b: now w\nbad: c: now b\n");
    cr_expect_str_eq(look("a=o", true),
                     "ok: a: now o\nok: b: over, after 4m 00s\nok: c: over, after 1m 00s\n");
    cr_expect_str_eq(look("", true), "", "what was well is not over");
    cr_expect_str_eq(look("b=w", true), "warning: b: now w\n");
}

Test(watch, of_several_with_one_name_the_worst_counts)
{
    cr_expect_str_eq(look("a=w,a=b,a=w", true), "bad: a: now b\n");
    cr_expect_str_eq(look("a=b,a=w", true), "");
}

Test(watch, what_could_not_be_seen_is_not_over)
{
    cr_expect_str_eq(look("a=b,b=w", true), "bad: a: now b\nwarning: b: now w\n");
    cr_expect_str_eq(look("a=b,c=w", false), "warning: c: now w\n");
    cr_expect_str_eq(look("a=b,b=w,c=w", true), "");
    cr_expect_str_eq(look("a=b", true), "ok: b: over, after 3m 00s\nok: c: over, after 2m 00s\n");
}

Test(watch, of_many_each_is_told_of_once)
{
    char many[1024] = "";
    size_t n = 0, lines = 0;

    for (int i = 0; i < 100; i++)
        n += (size_t)snprintf(many + n, sizeof(many) - n, "%sk%d=w", i ? "," : "", i);
    for (const char *c = look(many, true); *c; c++)
        lines += *c == '\n';
    cr_expect_eq(lines, 100);
    cr_expect_str_eq(look(many, true), "");
}

/* A rule on a query looks at series with all their labels. */
Test(watch, what_differs_at_the_end_of_a_long_key_is_not_the_same)
{
    char one[500], other[500];
    char *text = NULL;
    size_t len = 0;
    FILE *file = open_memstream(&text, &len);

    memset(one, 'x', sizeof(one));
    memset(other, 'x', sizeof(other));
    strcpy(one + 480, "1");
    strcpy(other + 480, "2");
    watch_begin(&watch);
    watch_see(&watch, one, WATCH_BAD, "one is bad");
    watch_see(&watch, other, WATCH_BAD, "the other is bad");
    (void)watch_tell(&watch, now_ms, true, file);
    fclose(file);
    cr_expect(strstr(text, "one is bad") && strstr(text, "the other is bad"), "%s", text);
    free(text);
}

/* ---- what panels find ---- */

/* A look at panels that found these, without its times. */
static char *found_by(struct slot *slots, size_t count, bool *whole)
{
    static char out[4096];
    const struct page page = { .slots = slots, .slot_count = count };
    FILE *file = fmemopen(out, sizeof(out), "w");

    watch_begin(&watch);
    watch_begin(&failures);
    *whole = found_see(&page, &failures, &watch);
    (void)watch_tell(&failures, now_ms, true, file);
    (void)watch_tell(&watch, now_ms, *whole, file);
    fclose(file);
    now_ms += MINUTE_MS;
    return out;
}

static bool has(const char *text, const char *line)
{
    return strstr(text, line) != NULL;
}

static const struct dx_panel metric = { .name = "metric", .reads = 1u << DX_KIND_SAMPLE };

static struct slot slot_of(const char *title, struct finding *findings, size_t count)
{
    struct slot slot = { .instance = { .panel = &metric,
                                       .findings = findings,
                                       .finding_count = count,
                                       .found_count = count } };

    snprintf(slot.instance.title, sizeof(slot.instance.title), "%s", title);
    return slot;
}

/* Two queries about one pool are two things, and so is their end. */
Test(watch, what_two_panels_find_of_one_name_are_two)
{
    struct finding busy[] = { { DX_ROLE_WARN, "linux", "busy 95 %" } };
    struct finding late[] = { { DX_ROLE_BAD, "linux", "late 9m" } };
    struct slot slots[] = { slot_of("Busy", busy, 1), slot_of("Late", late, 1) };
    bool whole;
    const char *text = found_by(slots, 2, &whole);

    cr_expect(whole);
    cr_expect(has(text, "warning: linux: busy 95 %\n"), "%s", text);
    cr_expect(has(text, "bad: linux: late 9m\n"), "%s", text);
    slots[0].instance.finding_count = slots[0].instance.found_count = 0;
    text = found_by(slots, 2, &whole);
    cr_expect(has(text, "ok: linux: busy 95 %: over, after 1m 00s\n"), "%s", text);
    cr_expect_not(has(text, "late"), "%s", text);
    slots[1].instance.finding_count = slots[1].instance.found_count = 0;
    text = found_by(slots, 2, &whole);
    cr_expect(has(text, "ok: linux: over, after 2m 00s\n"), "%s", text);
}

Test(watch, what_two_panels_find_word_by_word_is_one)
{
    struct finding busy[] = { { DX_ROLE_WARN, "linux", "busy 95 %" } };
    struct slot slots[] = { slot_of("Busy", busy, 1), slot_of("Again", busy, 1) };
    bool whole;
    const char *text = found_by(slots, 2, &whole);

    cr_expect(has(text, "linux"));
    cr_expect_not(has(strstr(text, "linux") + 1, "linux"), "%s", text);
}

Test(watch, that_a_panel_found_more_than_is_listed_is_said)
{
    struct finding some[] = { { DX_ROLE_BAD, "a", "is bad" }, { DX_ROLE_BAD, "b", "is bad" } };
    struct slot slot = slot_of("Busy", some, 2);
    bool whole;
    const char *text;

    slot.instance.found_count = 5;
    text = found_by(&slot, 1, &whole);
    cr_expect_not(whole);
    cr_expect(has(text, "warning: Busy found more than is listed: 5, of which 2 are\n"), "%s",
              text);
    slot.instance.found_count = 2;
    text = found_by(&slot, 1, &whole);
    cr_expect(whole);
    cr_expect(has(text, "ok: Busy found more than is listed: over, after 1m 00s\n"), "%s", text);
}
