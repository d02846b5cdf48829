#include "config.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <criterion/criterion.h>

#include "run.h"
#include "shared.h"
#include "tests/where.h"

/* The manual's examples of a configuration, as a reader would copy them. */

static const char *page;

static void read_page(void)
{
    set_paths();
    page = read_file(SRC_DIR "/man/dxtop-config.5");
    cr_assert_neq(*page, '\0');
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

    for (const char *at = strstr(page, begin); at; at = strstr(at, begin)) {
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

/* ---- what a new user reads ---- */

static void expect_named(const char *path, const char *end, const char *prefix)
{
    const char *readme = read_file(SRC_DIR "/README.md");
    DIR *dir = opendir(path);
    int count = 0;

    cr_assert_not_null(dir, "%s", path);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        size_t len = strlen(entry->d_name), end_len = strlen(end);
        char words[300];

        if (len <= end_len || strcmp(entry->d_name + len - end_len, end) != 0 ||
            (!*end && strchr(entry->d_name, '.')))
            continue;
        snprintf(words, sizeof(words), "%s%.*s", prefix, (int)(len - end_len), entry->d_name);
        cr_expect(strstr(readme, words), "README.md does not name %s", words);
        count++;
    }
    closedir(dir);
    cr_expect_geq(count, 5, "%s", path);
}

Test(manual, the_readme_names_all_panels_themes_and_directories)
{
    expect_named(BUILD_DIR "/panels/.libs", ".so", "`");
    expect_named(SRC_DIR "/themes", ".theme", "");
    expect_named(SRC_DIR "/src", "", "src/");
}

/* ---- the examples of a panel ---- */

/* As a reader sees it: between the comment that names it and its end. */
static void copy_example(const char *name, const char *path)
{
    const char *at, *end;
    char marker[64];
    FILE *out;

    snprintf(marker, sizeof(marker), ".\\\" %s\n", name);
    at = strstr(read_file(SRC_DIR "/man/dxtop-panel.7"), marker);
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
    char source[300], object[300];

    snprintf(source, sizeof(source), "%s/%s.c", dir, panel);
    copy_example(name, source);
    snprintf(object, sizeof(object), "%s/dxtop/panels/%s.so", dir, panel);
    shared_compile("-Wall -Wextra -Werror", source, object);
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
