#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "run.h"
#include "tests/where.h"

/* The manual's examples of a configuration, as a reader would copy them. */

static char page[1 << 20];

static void read_page(void)
{
    FILE *man = fopen(SRC_DIR "/man/dxtop-config.5", "r");

    set_paths();
    cr_assert(man && fread(page, 1, sizeof(page) - 1, man) > 0);
    fclose(man);
}

TestSuite(manual, .init = read_page, .timeout = 60);

/* dxtop shows a view of this configuration; nothing is polled. */
static void expect_taken(const char *example, size_t len)
{
    char *dir = test_dir(), file[512];
    const char *argv[] = { "dxtop", "-c", file, "--state", dir, "screen", "--size", "80x24", NULL };
    char *text;
    int code;

    snprintf(file, sizeof(file), "%s/t.yaml", dir);
    write_file(file, "%.*s", (int)len, example);
    text = program_run(argv, &code);
    cr_expect_eq(code, 0, "%.*s\n%s", (int)len, example, text);
    free(text);
    free(dir);
}

Test(manual, its_configurations_are_taken)
{
    static const char begin[] = ".Bd -literal -offset indent\n", end[] = "\n.Ed";
    size_t found = 0;

    for (char *at = strstr(page, begin); at; at = strstr(at, begin)) {
        size_t len;

        at += strlen(begin);
        len = (size_t)(strstr(at, end) + 1 - at);
        if (strncmp(at, "title:", 6) != 0 && strncmp(at, "sources:", 8) != 0 &&
            strncmp(at, "calendar:", 9) != 0)
            continue;
        expect_taken(at, len);
        found++;
    }
    cr_expect_geq(found, 4);
}

Test(manual, a_type_of_source_is_told_before_the_programs)
{
    const char *programs = strstr(page, ".Ss Programs");
    static const char *const types[] = { "prometheus", "alertmanager", "github",
                                         "gitlab",     "jenkins",      "azure",
                                         "jira",       "servicenow",   "exec" };
    const char *last = page;

    cr_assert(programs);
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        char words[64];
        const char *at;

        snprintf(words, sizeof(words), "A source of type\n.Ic %s\n", types[i]);
        at = strstr(page, words);
        cr_assert(at, "%s", types[i]);
        cr_expect(at > last && at < programs, "%s", types[i]);
        last = at;
    }
}

/* ---- the examples of a panel ---- */

/* As a reader sees it: between the comment that names it and its end. */
static void copy_example(const char *name, const char *path)
{
    char marker[64], *at, *end;
    FILE *man = fopen(SRC_DIR "/man/dxtop-panel.7", "r"), *out;

    cr_assert(man);
    page[fread(page, 1, sizeof(page) - 1, man)] = '\0';
    fclose(man);
    snprintf(marker, sizeof(marker), ".\\\" %s\n", name);
    at = strstr(page, marker);
    cr_assert(at, "no %s", marker);
    at += strlen(marker);
    end = strstr(at, "\n.\\\" end");
    cr_assert(end);
    out = fopen(path, "w");
    cr_assert(out);
    for (; at < end; at++) {
        if (strncmp(at, "\\&", 2) == 0)
            at += 2;
        if (strncmp(at, "\\e", 2) == 0) {
            fputc('\\', out);
            at++;
        } else {
            fputc(*at, out);
        }
    }
    fputc('\n', out);
    fclose(out);
}

static void build_example(const char *name, const char *panel, const char *dir)
{
    const char *cc = getenv("CC");
    char source[300], command[1500];

    snprintf(source, sizeof(source), "%s/%s.c", dir, panel);
    copy_example(name, source);
    snprintf(command, sizeof(command),
             "%s -Wall -Wextra -Werror -shared -fPIC -I'%s/src/include' -o '%s/dxtop/panels/%s.so' "
             "'%s'",
             cc && *cc ? cc : "cc", SRC_DIR, dir, panel, source);
    cr_assert_eq(system(command), 0, "%s", command);
}

/* They build without a warning, with no more than the manual says, and are shown. */
Test(manual, its_panels_are_panels)
{
    char *dir = test_dir(), file[300], *text;
    const char *argv[] = { "dxtop", "-c", file, "--state", dir, "screen", "--size", "60x16", NULL };
    int code;

    snprintf(file, sizeof(file), "%s/dxtop", dir);
    cr_assert_eq(mkdir(file, 0700), 0);
    snprintf(file, sizeof(file), "%s/dxtop/panels", dir);
    cr_assert_eq(mkdir(file, 0700), 0);
    build_example("example", "firing", dir);
    build_example("tiles", "tiles", dir);
    setenv("XDG_DATA_HOME", dir, 1);
    snprintf(file, sizeof(file), "%s/t.yaml", dir);
    write_file(file, "sources: [{type: exec, name: desk, command: [/bin/true]}]\n"
                     "views: [{name: v, rows: [{panels: [{panel: firing, source: desk}]}, {panels: "
                     "[tiles]}]}]\n");
    free(program_run((const char *[]){ "dxtop", "-c", file, "--state", dir, "once", NULL }, &code));
    cr_expect_eq(code, 0);
    text = program_run(argv, &code);
    cr_expect_eq(code, 0, "%s", text);
    cr_expect(strstr(text, "0 firing"), "%s", text);
    cr_expect(strstr(text, " desk\n"), "%s", text); /* a tile */
    free(text);
    free(dir);
}
