/* Theme files: which one is read, and what is wrong with it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "tests/where.h"
#include "ui/theme.h"

TestSuite(theme_file, .timeout = 20);

static const struct {
    const char *text, *words;
} wrong[] = {
    { "kind grey\n", "t:1: kind is dark or light, not \"grey\"" },
    { "txet #000000 1 1\n", "t:1: unknown role \"txet\"; did you mean \"text\"?" },
    { "text 000000 1 1\n", "t:1: a colour is written #rrggbb, not \"000000\"" },
    { "text #-12345 1 1\n", "t:1: a colour is written #rrggbb, not \"#-12345\"" },
    { "text #+12345 1 1\n", "t:1: a colour is written #rrggbb, not \"#+12345\"" },
    { "text #0x1234 1 1\n", "t:1: a colour is written #rrggbb, not \"#0x1234\"" },
    { "text #000000 300 1\n", "t:1: an index of 256 colours is -1 to 255, not \"300\"" },
    { "text #000000 1 1 shiny\n", "t:1: bold, underline or reverse, not \"shiny\"" },
    { "text #000000 1 1\ntext #000000 1 1\n", "t:2: a second line for \"text\"" },
    { "text #000000 1 1 #ignore this\n", "t: there is no line for the role dim" },
    { "mono #ignore\n#kind x\n", "t: there is no line for the role text" },
    { "text #000000 1 1\n", "t: there is no line for the role dim" },
};

Test(theme_file, complaints_name_the_line)
{
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct theme t;
        struct dx_error err = { 0 };

        cr_expect_not(theme_parse(&t, "t", wrong[i].text, strlen(wrong[i].text), &err));
        cr_expect_str_eq(err.text, wrong[i].words, "%s", err.text);
    }
}

Test(theme_file, a_file_is_named_by_its_path_or_its_end)
{
    char name[] = "/tmp/dxtop-theme-XXXXXX", file[64];
    struct dx_error err = { 0 };
    struct theme t;

    cr_assert(mkdtemp(name));
    snprintf(file, sizeof(file), "%s/mine.theme", name);
    cr_assert_eq(symlink(SRC_DIR "/themes/mono.theme", file), 0);
    cr_assert_eq(chdir(name), 0);
    cr_expect(theme_load(&t, "/nonexistent", "mine.theme", &err), "%s", err.text);
    cr_expect_str_eq(t.name, "mine");
    cr_expect(t.mono);
    cr_expect(theme_load(&t, "/nonexistent", file, &err), "%s", err.text);
    cr_expect_not(theme_load(&t, "/nonexistent", "yours.theme", &err));
    cr_expect(strstr(err.text, "the theme yours.theme cannot be read: No such file"), "%s",
              err.text);
    cr_expect_not(theme_load(&t, "/nonexistent", "mine", &err)); /* a name is no file here */
    unlink(file);
    cr_assert_eq(mkfifo(file, 0600), 0); /* is not waited for */
    cr_expect_not(theme_load(&t, "/nonexistent", file, &err));
    cr_expect(strstr(err.text, "mine.theme is not an ordinary file"), "%s", err.text);
    unlink(file);
    rmdir(name);
}
