/* A line for each change: what began, became worse or better, and is over. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "app/watch.h"
#include "core/time.h"

static struct watch watch;
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
