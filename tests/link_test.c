/* What leads out of the full-screen program: the browser and the clipboard. */
#include "config.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/link.h"
#include "app_kit.h"
#include "core/text.h"
#include "ui/clipboard.h"

TestSuite(link, .init = app_start, .fini = app_stop, .timeout = 60);

/* ---- out of the terminal ---- */

static const struct {
    const char *text, *coded;
} copies[] = {
    { "a", "YQ==" },
    { "ab", "YWI=" },
    { "abc", "YWJj" },
    { "\u00ff?>", "w78/Pg==" },
    { "\033]0;evil\a", "G10wO2V2aWwH" },
};

Test(link, what_is_copied_is_coded)
{
    terminal_open(10, 60);
    for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
        char want[64];

        snprintf(want, sizeof(want), "\033]52;c;%s\a", copies[i].coded);
        link_copy(&a.v, copies[i].text);
        cr_expect(strstr(terminal_said(), want), "%s", copies[i].coded);
    }
    terminal_close();
}

Test(link, what_is_too_much_or_nothing_is_said)
{
    static char many[4002];

    terminal_open(10, 60);
    terminal_said();
    memset(many, 'x', 4001);
    link_copy(&a.v, many);
    cr_expect_str_eq(a.v.message, "too long to copy");
    cr_expect_null(strstr(terminal_said(), "]52;"));
    many[4000] = '\0';
    link_copy(&a.v, many);
    cr_expect(strstr(terminal_said(), "]52;"));
    link_copy(&a.v, "");
    cr_expect_str_eq(a.v.message, "this row has no URL");
    terminal_close();
}

static const struct {
    const char *term, *tmux, *sty;
    enum clipboard_way way;
} ways[] = {
    { "xterm-256color", NULL, NULL, CLIPBOARD_PLAIN },
    { "xterm-256color", "", "", CLIPBOARD_PLAIN },
    { "tmux-256color", NULL, NULL, CLIPBOARD_TMUX },
    { "screen-256color", "/tmp/tmux-0/default,1,0", NULL, CLIPBOARD_TMUX },
    { "xterm", "/tmp/tmux-0/default,1,0", NULL, CLIPBOARD_TMUX },
    { "screen", NULL, "1.pts", CLIPBOARD_SCREEN },
    { "screen-256color", NULL, NULL, CLIPBOARD_SCREEN },
    { "linux", "/tmp/tmux-0/default,1,0", NULL, CLIPBOARD_NONE },
    { "vt100", NULL, NULL, CLIPBOARD_NONE },
    { "vte-256color", NULL, NULL, CLIPBOARD_PLAIN },
    { "dumb", NULL, NULL, CLIPBOARD_NONE },
    { NULL, NULL, NULL, CLIPBOARD_NONE },
};

Test(link, the_way_to_the_clipboard_is_through_what_it_runs_in)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
        cr_expect_eq(clipboard_way(ways[i].term, ways[i].tmux, ways[i].sty), ways[i].way, "%zu", i);
}

static const char *put(enum clipboard_way way, const char *text)
{
    static char said[8192];
    struct buf out;

    buf_init(&out, sizeof(said) - 1);
    clipboard_put(&out, way, text, strlen(text));
    snprintf(said, sizeof(said), "%s", out.bytes ? out.bytes : "");
    buf_done(&out);
    return said;
}

Test(link, tmux_and_screen_hand_it_on)
{
    char many[1000], coded[1340], got[1400] = "";
    const char *said;

    cr_expect_str_eq(put(CLIPBOARD_NONE, "abc"), "");
    cr_expect_str_eq(put(CLIPBOARD_PLAIN, "abc"), "\033]52;c;YWJj\a");
    cr_expect_str_eq(put(CLIPBOARD_TMUX, "abc"),
                     "\033]52;c;YWJj\a\033Ptmux;\033\033]52;c;YWJj\a\033\\");
    cr_expect_str_eq(put(CLIPBOARD_SCREEN, "abc"), "\033]52;c;YWJj\a\033P\033]52;c;YWJj\a\033\\");
    memset(many, 'x', sizeof(many) - 1);
    many[sizeof(many) - 1] = '\0';
    coded[text_base64(coded, many, strlen(many))] = '\0';
    said = strstr(put(CLIPBOARD_SCREEN, many), "\033P");
    for (const char *end; said && (end = strstr(said, "\033\\")) != NULL; said = end + 2) {
        cr_expect_leq(end - said, 256);
        strncat(got, said + 2, (size_t)(end - said - 2));
    }
    cr_expect(strncmp(got, "\033]52;c;", 7) == 0 && strncmp(got + 7, coded, strlen(coded)) == 0 &&
                  strcmp(got + 7 + strlen(coded), "\a") == 0,
              "%s", got);
}

Test(link, nothing_is_copied_where_that_is_switched_off_or_goes_nowhere)
{
    terminal_open(10, 60);
    terminal_said();
    a.app.config.clipboard = false;
    link_copy(&a.v, "https://h/");
    cr_expect_str_eq(a.v.message, "https://h/");
    cr_expect_null(strstr(terminal_said(), "]52;"));
    a.app.config.clipboard = true;
    setenv("TERM", "linux", 1);
    link_copy(&a.v, "https://h/");
    cr_expect_str_eq(a.v.message, "no clipboard here: https://h/");
    cr_expect_null(strstr(terminal_said(), "]52;"));
    terminal_close();
}

/* How a terminal of this name is told of a link; NULL: it is not. */
static const char *linked(const char *term, const char *url, bool links)
{
    static char text[4096];
    struct screen_options options = { .color = "", .glyphs = "", .links = links };
    struct dx_canvas canvas;
    struct dx_error err = { 0 };
    char *at;

    terminal_open(3, 40);
    screen_close(a.v.screen);
    setenv("TERM", term, 1);
    a.v.screen = screen_open(&options, &a.app.theme, &err);
    cr_assert(a.v.screen, "%s", err.text);
    canvas = canvas_of(screen_grid(a.v.screen));
    canvas_put(&canvas, 1, 0, &(struct dx_style){ .link = url }, "text");
    snprintf(text, sizeof(text), "%s", terminal_said());
    terminal_close();
    at = strstr(text, "\033]8;;");
    if (!at)
        return NULL;
    cr_expect(strstr(at + 5, "\033]8;;\033\\"), "it does not end");
    at[5 + strcspn(at + 5, "\033")] = '\0';
    return at + 5;
}

static int times(const char *text, const char *what)
{
    int n = 0;

    for (; (text = strstr(text, what)) != NULL; text++)
        n++;
    return n;
}

Test(link, of_a_row_is_said_once_unless_another_stands_between)
{
    static const struct dx_style one = { .link = "https://h/1" }, other = { .link = "https://h/2" };
    struct screen_options options = { .color = "", .glyphs = "", .links = true };
    struct dx_error err = { 0 };
    struct dx_canvas canvas;
    const char *said;

    terminal_open(3, 40);
    screen_close(a.v.screen);
    setenv("TERM", "xterm-256color", 1);
    a.v.screen = screen_open(&options, &a.app.theme, &err);
    cr_assert(a.v.screen, "%s", err.text);
    canvas = canvas_of(screen_grid(a.v.screen));
    canvas_put(&canvas, 1, 0, &one, "key");
    canvas_put(&canvas, 1, 5, NULL, "12");
    canvas_put(&canvas, 1, 10, &one, "title");
    canvas_put(&canvas, 2, 0, &one, "a");
    canvas_put(&canvas, 2, 4, &other, "b");
    canvas_put(&canvas, 2, 8, &one, "c");
    said = terminal_said();
    cr_expect_eq(times(said, "]8;;https://h/1"), 3);
    cr_expect_eq(times(said, "]8;;https://h/2"), 1);
    cr_expect_not_null(strstr(said, "\033[2;11H"), "on to the title");
    terminal_close();
}

/* Lists have the same words with other addresses when something new ran. */
Test(link, of_a_text_that_stays_is_said_anew_where_it_changed_and_goes_where_there_is_none)
{
    static const struct dx_style one = { .link = "https://h/1" }, other = { .link = "https://h/2" };
    struct dx_canvas canvas;
    const char *said;

    setlocale(LC_CTYPE, "C.UTF-8");
    terminal_open(4, 40);
    canvas = canvas_of(screen_grid(a.v.screen));
    canvas_put(&canvas, 1, 0, &one, "build");
    canvas_put(&canvas, 2, 0, &one, "test");
    canvas_put(&canvas, 3, 0, NULL, "e\xCC\x81");
    (void)terminal_said();
    grid_clear(screen_grid(a.v.screen));
    canvas_put(&canvas, 1, 0, &other, "build");
    canvas_put(&canvas, 2, 0, NULL, "test");
    canvas_put(&canvas, 3, 0, NULL, "e\xCC\x80");
    said = terminal_said();
    cr_expect_eq(times(said, "]8;;https://h/2"), 1);
    cr_expect_eq(times(said, "https://h/1"), 0);
    cr_expect_eq(times(said, "test"), 1, "it would be a link still");
    cr_expect_eq(times(said, "e\xCC\x80"), 1);
    cr_expect_str_empty(terminal_said(), "and then nothing more");
    terminal_close();
}

Test(link, of_the_terminal_are_web_addresses_in_ascii)
{
    static char many[2200] = "https://h/";

    cr_expect_str_eq(linked("xterm-256color", "https://h/a?b=c#d", true), "https://h/a?b=c#d");
    cr_expect_str_eq(linked("xterm-256color", "http://h/\u00e9 \033]0;x\a", true),
                     "http://h/%C3%A9%20%1B]0;x%07");
    cr_expect_null(linked("xterm-256color", "javascript:alert(1)", true));
    cr_expect_null(linked("xterm-256color", "file:///etc/passwd", true));
    cr_expect_null(linked("xterm-256color", "https://h/", false));
    cr_expect_null(linked("linux", "https://h/", true));
    cr_expect_null(linked("vt100", "https://h/", true));
    memset(many + 10, 'x', sizeof(many) - 11);
    cr_expect_null(linked("xterm-256color", many, true));
    many[2000] = '\0';
    cr_expect_str_eq(linked("xterm-256color", many, true), many);
}

Test(link, the_first_browser_that_works_is_taken)
{
    char browser[300], out[128], got[128] = "";
    FILE *file;

    snprintf(browser, sizeof(browser), "%s/b", kit.dir);
    snprintf(out, sizeof(out), "%s/opened", kit.dir);
    file = fopen(browser, "w");
    fprintf(file, "#!/bin/sh\nprintf '%%s' \"$1\" >'%s.new'\nmv '%s.new' '%s'\n", out, out, out);
    fclose(file);
    cr_assert_eq(chmod(browser, 0700), 0);
    snprintf(browser, sizeof(browser), "/nowhere/none:false:%s/b", kit.dir);
    setenv("BROWSER", browser, 1);
    link_open(&a.v, "https://h/*");
    for (int i = 0; i < 1000 && access(out, F_OK) != 0; i++)
        usleep(20 * 1000);
    file = fopen(out, "r");
    cr_assert(file, "nothing was opened: %s", a.v.message);
    got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
    fclose(file);
    cr_expect_str_eq(got, "https://h/*");
}

Test(link, only_web_addresses_are_opened_and_as_an_argument)
{
    char browser[128], out[128], url[256], got[512] = "";
    FILE *file;

    snprintf(browser, sizeof(browser), "%s/my browser", kit.dir);
    snprintf(out, sizeof(out), "%s/opened", kit.dir);
    file = fopen(browser, "w");
    fprintf(file, "#!/bin/sh\nprintf '%%s|%%s' \"$#\" \"$1\" >'%s.new'\nmv '%s.new' '%s'\n", out,
            out, out);
    fclose(file);
    cr_assert_eq(chmod(browser, 0700), 0);
    setenv("BROWSER", browser, 1);
    link_open(&a.v, "javascript:alert(1)");
    cr_expect_str_eq(a.v.message, "not a web address: javascript:alert(1)");
    link_open(&a.v, "file:///etc/passwd");
    link_open(&a.v, "");
    cr_expect_str_eq(a.v.message, "this row has no URL");
    usleep(100 * 1000);
    cr_expect_neq(access(out, F_OK), 0);
    snprintf(url, sizeof(url), "https://h/?a='$(touch %s/pwned)'&b=\"`id`\"", kit.dir);
    link_open(&a.v, url);
    for (int i = 0; i < 1000 && access(out, F_OK) != 0; i++)
        usleep(20 * 1000);
    file = fopen(out, "r");
    cr_assert(file, "nothing was opened: %s", a.v.message);
    got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
    fclose(file);
    cr_expect(strncmp(got, "1|", 2) == 0 && strcmp(got + 2, url) == 0, "%s", got);
    snprintf(out, sizeof(out), "%s/pwned", kit.dir);
    cr_expect_neq(access(out, F_OK), 0);
}

/* What a browser was started with, its arguments with | between them; "" for none. */
static const char *started(const char *value)
{
    static char got[512];
    char script[300], out[128], browser[600] = "";
    size_t len = 0;
    FILE *file;

    snprintf(script, sizeof(script), "%s/b", kit.dir);
    snprintf(out, sizeof(out), "%s/opened", kit.dir);
    unlink(out);
    file = fopen(script, "w");
    fprintf(file, "#!/bin/sh\nprintf '%%s|' \"$@\" >'%s.new'\nmv '%s.new' '%s'\n", out, out, out);
    fclose(file);
    cr_assert_eq(chmod(script, 0700), 0);
    for (; *value && len < sizeof(browser) - 100; value++) /* @: the directory */
        len += (size_t)(*value == '@' ? sprintf(browser + len, "%s", kit.dir)
                                      : sprintf(browser + len, "%c", *value));
    setenv("BROWSER", browser, 1);
    link_open(&a.v, "https://h/a b?x=$HOME");
    for (int i = 0; i < 1000 && access(out, F_OK) != 0; i++)
        usleep(20 * 1000);
    file = fopen(out, "r");
    cr_assert(file, "nothing was opened by %s", browser);
    got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
    fclose(file);
    return got;
}

Test(link, a_browser_may_have_options_and_a_place_for_the_address)
{
    cr_expect_str_eq(started("@/b --new-tab"), "--new-tab|https://h/a b?x=$HOME|");
    cr_expect_str_eq(started("@/b -u %s -w"), "-u|https://h/a b?x=$HOME|-w|");
    cr_expect_str_eq(started("/nowhere/b:@/b --url=%s;"), "--url=https://h/a b?x=$HOME;|");
    cr_expect_str_eq(started("false %s:@/b *"), "*|https://h/a b?x=$HOME|");
    cr_expect_str_eq(started("@/b ;echo `id`"), ";echo|`id`|https://h/a b?x=$HOME|");
}

/* Where there is none between two colons the address itself would be one, in the directory that
 * the viewer was started in. */
Test(link, an_address_is_no_browser)
{
    FILE *file;

    cr_assert_eq(chdir(kit.dir), 0);
    cr_assert_eq(mkdir("https:", 0700), 0);
    cr_assert_eq(mkdir("https:/h", 0700), 0);
    file = fopen("https:/h/a b?x=$HOME", "w");
    fputs("#!/bin/sh\ntouch pwned\n", file);
    fclose(file);
    cr_assert_eq(chmod("https:/h/a b?x=$HOME", 0700), 0);
    cr_expect_str_eq(started(":@/b"), "https://h/a b?x=$HOME|");
    cr_expect_str_eq(started(" :@/b"), "https://h/a b?x=$HOME|");
    cr_expect_neq(access("pwned", F_OK), 0);
    cr_assert_eq(chdir("/"), 0);
}

Test(link, without_a_browser_the_address_is_copied)
{
    unsetenv("BROWSER");
    terminal_open(10, 60);
    link_open(&a.v, "https://h/");
    cr_expect_str_eq(a.v.message, "copied https://h/");
    cr_expect(strstr(terminal_said(), "\033]52;c;aHR0cHM6Ly9oLw==\a"));
    terminal_close();
}
