/* Files that are read whole, and what is none. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "core/file.h"
#include "run.h"

static char *dir, path[256];
static struct dx_error err;

static void start(void)
{
    dir = test_dir();
    snprintf(path, sizeof(path), "%s/it", dir);
}

static void stop(void)
{
    free(dir);
}

TestSuite(file, .init = start, .fini = stop, .timeout = 20);

static void refused(const char *words)
{
    size_t len = 1;

    cr_expect_null(file_read(path, 4, &len, &err));
    cr_expect_eq(len, 0);
    cr_expect_str_eq(err.text, words);
    cr_expect_eq(err.fault, DX_FAULT_CONFIG);
}

Test(file, comes_whole_with_a_nul_behind_it)
{
    char *text;
    size_t len;

    write_file(path, "%s", "abcd");
    text = file_read(path, 4, &len, &err);
    cr_assert(text, "%s", err.text);
    cr_expect_eq(len, 4);
    cr_expect_str_eq(text, "abcd");
    free(text);
    write_file(path, "%s", "");
    text = file_read(path, 4, &len, &err);
    cr_assert(text, "%s", err.text);
    cr_expect_eq(len, 0);
    cr_expect_str_eq(text, "");
    free(text);
}

Test(file, that_is_too_large_is_not_cut)
{
    write_file(path, "%s", "abcde");
    refused("is larger than 4 bytes");
}

Test(file, nothing_else_is_waited_for)
{
    refused("cannot be read: No such file or directory");
    cr_assert_eq(mkfifo(path, 0600), 0);
    refused("is not an ordinary file");
    unlink(path);
    snprintf(path, sizeof(path), "%s", dir);
    refused("is not an ordinary file");
}
