/* A folder of Markdown files, as it is taken into the store. */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "collect/runbooks.h"
#include "store_kit.h"

static char folder[96];
static const char *unread = ""; /* a file that is gone between two looks at it */

/* Ours is found before the one of libc. */
int open(const char *path, int flags, ...)
{
    unsigned mode = 0;
    va_list ap;

    if (*unread && strstr(path, unread)) {
        errno = ENOENT;
        return -1;
    }
    if (flags & O_CREAT) {
        va_start(ap, flags);
        mode = va_arg(ap, unsigned);
        va_end(ap);
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

static time_t later_s;

int clock_gettime(clockid_t id, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, id, now);

    now->tv_sec += later_s;
    return status;
}

/* What those who are not root meet in a folder of others. */
DIR *opendir(const char *path)
{
    int fd = -1;

    errno = EACCES;
    if (!*unread || strcmp(path, unread) != 0)
        fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? NULL : fdopendir(fd);
}

static void start(void)
{
    kit_init();
    kit_collect();
    (void)snprintf(folder, sizeof(folder), "%s/books", kit.dir);
    cr_assert_eq(mkdir(folder, 0700), 0);
}

TestSuite(runbooks, .init = start, .fini = kit_done, .timeout = 120);

static const char *path_of(const char *name)
{
    static char path[256];

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    cr_assert(file, "%s", name);
    (void)fputs(text, file);
    cr_assert_eq(fclose(file), 0);
}

static const char *read_all(void)
{
    struct dx_error err = { 0 };
    bool more = true;

    for (int rounds = 0; more; rounds++) {
        cr_assert_lt(rounds, 10);
        cr_assert(runbooks_read(kit.store, folder, &more, &err), "%s", err.text);
    }
    return ROWS(kit.store, DX_QUERY_RUNBOOKS, NULL, T0, DX_FIELD_NAME, DX_FIELD_TITLE);
}

Test(runbooks, titles_are_first_headings_else_names)
{
    cr_assert_eq(mkdir(path_of("pools"), 0700), 0);
    put("pools/offline.md", "intro\n## A pool is offline\n# later\n");
    put("plain.markdown", "#nothing\nno heading\n");
    put("hostile.md", "# \x1b]0;owned\x07 \xff\n    code\n");
    put("notes.txt", "# no\n");
    put(".hidden.md", "# no\n");
    cr_expect_str_eq(read_all(), "pools/offline.md|A pool is offline\n"
                                 "plain.markdown|plain.markdown\n"
                                 "hostile.md|\xef\xbf\xbd]0;owned\xef\xbf\xbd \xef\xbf\xbd\n");
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.name = "code"), T0, DX_FIELD_NAME),
        "hostile.md\n");
}

Test(runbooks, what_changed_is_read_again_what_went_is_forgotten)
{
    put("a.md", "# one\n");
    put("b.md", "# two\n");
    cr_expect_str_eq(read_all(), "a.md|one\nb.md|two\n");
    put("a.md", "# three!\n");
    cr_assert_eq(unlink(path_of("b.md")), 0);
    cr_expect_str_eq(read_all(), "a.md|three!\n");
}

Test(runbooks, links_are_not_followed)
{
    put("a.md", "# one\n");
    cr_assert_eq(symlink("a.md", path_of("b.md")), 0);
    cr_assert_eq(symlink(".", path_of("loop")), 0);
    cr_assert_eq(symlink("nowhere", path_of("c.md")), 0);
    cr_assert_eq(mkfifo(path_of("d.md"), 0600), 0);
    cr_expect_str_eq(read_all(), "a.md|one\n");
}

Test(runbooks, many_come_in_rounds)
{
    struct dx_error err = { 0 };
    char name[32];
    bool more;

    for (int i = 0; i < 120; i++) {
        (void)snprintf(name, sizeof(name), "%03d.md", i);
        put(name, "# x\n");
    }
    cr_assert(runbooks_read(kit.store, folder, &more, &err));
    cr_expect(more);
    cr_expect_eq(store_runbook_count(kit.store), 50);
    (void)read_all();
    cr_expect_eq(store_runbook_count(kit.store), 120);
}

Test(runbooks, one_that_cannot_be_read_is_as_if_it_were_not_there)
{
    put("a.md", "# one\n");
    put("b.md", "# two\n");
    put("c.md", "# three\n");
    unread = "/b.md";
    cr_expect_str_eq(read_all(), "a.md|one\nc.md|three\n");
    unread = "";
    cr_expect(strstr(read_all(), "b.md|two\n"), "%s", read_all());
}

Test(runbooks, no_folder_is_said_and_what_is_there_stays)
{
    struct dx_error err = { 0 };
    char no_folder[] = "/nonexistent/books";
    bool more;

    put("a.md", "# one\n");
    (void)read_all();
    cr_expect_not(runbooks_read(kit.store, no_folder, &more, &err));
    cr_expect_str_eq(err.text, "runbooks: /nonexistent/books: No such file or directory");
    cr_expect_eq(store_runbook_count(kit.store), 1);
    unread = folder;
    cr_expect_not(runbooks_read(kit.store, folder, &more, &err));
    cr_expect(strstr(err.text, "/books: Permission denied"), "%s", err.text);
    cr_expect_eq(store_runbook_count(kit.store), 1);
    unread = "";
}

static const char *text_of(const char *name)
{
    static char key[16];
    const char *row = ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.name = name), T0, DX_FIELD_KEY);

    (void)snprintf(key, sizeof(key), "%.*s", (int)strcspn(row, "\n"), row);
    return ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.key = key), T0, DX_FIELD_TEXT);
}

/* Not everybody breaks lines: a paragraph may be one. */
Test(runbooks, a_long_line_is_taken_whole)
{
    static char text[9000];

    for (size_t i = 0; i + 5 < sizeof(text) - 100; i += 5)
        memcpy(text + i, "word ", 5);
    (void)strcat(text, "and the lastone\nbehind\n");
    put("a.md", text);
    (void)read_all();
    cr_expect_str_eq(
        ROWS(kit.store, DX_QUERY_RUNBOOKS, DX_FILTER(.name = "lastone"), T0, DX_FIELD_NAME),
        "a.md\n");
    cr_expect(strstr(text_of("behind"), "word word and the lastone\nbehind"));
    memcpy(text, "# it", 4);
    (void)strcat(text, "more\n"); /* its size tells that it is another one */
    put("a.md", text);
    cr_expect_eq(strlen(read_all()), strlen("a.md|\n") + 1999, "a title is not");
}

/* Within one tick of the clock of its file system, and as long as before. */
Test(runbooks, what_changes_twice_at_once_is_read_again)
{
    struct timespec times[2];

    (void)clock_gettime(CLOCK_REALTIME, &times[0]);
    times[1] = times[0];
    put("a.md", "# one\n");
    cr_assert_eq(utimensat(AT_FDCWD, path_of("a.md"), times, 0), 0);
    cr_expect_str_eq(read_all(), "a.md|one\n");
    put("a.md", "# two\n");
    cr_assert_eq(utimensat(AT_FDCWD, path_of("a.md"), times, 0), 0);
    later_s = 60;
    cr_expect_str_eq(read_all(), "a.md|two\n");
}

Test(runbooks, that_one_is_longer_than_what_is_read_is_said)
{
    enum { LINES = 26215 }; /* of ten bytes: 256 KiB end within one */
    char *text = calloc(LINES + 1, 10);

    for (int i = 0; i < LINES; i++)
        memcpy(text + 10 * (size_t)i, i == LINES - 1 ? "the tail.\n" : "full line\n", 10);
    memcpy(text, "# a title", 9);
    put("a.md", text);
    (void)read_all();
    cr_expect(strstr(text_of("full"), "full line\n(Cut here: 256 KiB of a runbook are read.)\n"));
    cr_expect_not(strstr(text_of("full"), "the tai"));
    text[10 * (LINES - 2) + 4] = '\0';
    put("a.md", text);
    (void)read_all();
    cr_expect_not(strstr(text_of("full"), "Cut here"));
    free(text);
}
