/* The completions in the shells themselves: what Tab makes of a line that was begun. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "../run.h"
#include "pty.h"
#include "tests/where.h"

static char *dir;

static void setup(void)
{
    char path[2000];

    set_paths();
    dir = test_dir();
    setenv("HOME", dir, 1);
    setenv("XDG_CONFIG_HOME", dir, 1);
    setenv("XDG_DATA_HOME", dir, 1);
    setenv("XDG_CACHE_HOME", dir, 1);
    snprintf(path, sizeof(path), "%s:%s", BUILD_DIR, getenv("PATH"));
    setenv("PATH", path, 1); /* fish completes only what there is */
    unsetenv("ENV");
    unsetenv("BASH_ENV");
    unsetenv("ZDOTDIR");
    setenv("LC_ALL", "C.UTF-8", 1);
}

static void teardown(void)
{
    free(dir);
}

TestSuite(completions, .init = setup, .fini = teardown, .timeout = 120);

/* What is typed; what the line, or what is listed below it, then has in it. */
static const struct begun {
    const char *typed, *is;
} begun[] = {
    { "dxtop exp\t", "dxtop export " },
    { "dxtop export fla\t", "dxtop export flaky" },
    { "dxtop --theme hi\t", "dxtop --theme high-contrast" },
    { "dxtop --print-comp\t", "dxtop --print-completion" },
    { "dxtop report --format h\t", "dxtop report --format html" },
    { "dxtop export --format j\t", "dxtop export --format jsonl" },
    { "dxtop -c t.y\t", "dxtop -c t.yaml" },
    { "dxtop export \t\t", "pipelines" },
    { "dxtop-collect --onc\t", "dxtop-collect --once" },
    { "dxtop-sim --fault bad-u\t", "dxtop-sim --fault bad-utf8" },
};

#define PROMPT "begin>"

/* A shell without what its user has set up; `ready` says that it reads. */
static struct pty *start(const char *const *argv, const char *lines)
{
    struct pty *p = pty_start(argv, 30, 100, "xterm-256color");

    pty_read(p, 300);
    pty_send(p, lines);
    pty_send(p, "echo rea''dy\r");
    cr_assert(pty_shows(p, "ready", 20000), "%s", pty_text(p));
    return p;
}

static bool is_at_prompt(struct pty *p)
{
    char *text = pty_text(p), *end = text + strlen(text);

    while (end > text && (end[-1] == ' ' || end[-1] == '\n'))
        *--end = '\0';
    bool only = strcmp(text, PROMPT) == 0;
    free(text);
    return only;
}

/* At a line that it still works at, Ctrl-C ends the work alone, and what is typed then is behind
 * it: again, as who types would, until there is no line. */
static void begin_anew(struct pty *p)
{
    bool empty = false;

    for (int i = 0; i < 20 && !empty; i++) {
        pty_send(p, "\x03");
        pty_read(p, 50);
        pty_send(p, "\x0c"); /* a clear screen */
        for (int ms = 0; ms < 1000 && !empty; ms += 50) {
            pty_read(p, 50);
            empty = is_at_prompt(p);
        }
        pty_read(p, 50); /* it may not be whole yet */
        empty = empty && is_at_prompt(p);
    }
    cr_expect(empty, "this is no empty line:\n%s", pty_text(p));
}

static void complete_all(const char *const *argv, const char *lines)
{
    char path[300];
    struct pty *p;

    snprintf(path, sizeof(path), "%s/t.yaml", dir);
    write_file(path, "title: acme\n");
    cr_assert_eq(chdir(dir), 0);
    p = start(argv, lines);
    for (size_t i = 0; i < sizeof(begun) / sizeof(begun[0]); i++) {
        begin_anew(p);
        pty_send(p, begun[i].typed);
        cr_expect(pty_shows(p, begun[i].is, PTY_PATIENCE_MS), "%s: %s is no \"%s\":\n%s", argv[0],
                  begun[i].typed, begun[i].is, pty_text(p));
    }
    pty_free(p);
}

Test(completions, in_bash)
{
    static const char *const argv[] = { "/bin/bash", "--norc", "--noprofile", "-i", NULL };

    complete_all(argv, "PS1='" PROMPT " '; for f in '" SRC_DIR
                       "'/completions/bash/*; do source $f; done\r");
}

Test(completions, in_zsh)
{
    static const char *const argv[] = { "/usr/bin/zsh", "-f", "-i", NULL };

    if (access(argv[0], X_OK) != 0)
        return; /* it is a shell of few */
    complete_all(argv, "PROMPT='" PROMPT " '; fpath=('" SRC_DIR
                       "'/completions/zsh $fpath); autoload -U compinit; compinit -u -D\r");
}

Test(completions, in_fish)
{
    static const char *const argv[] = { "/usr/bin/fish", "--no-config", "-i", NULL };

    if (access(argv[0], X_OK) != 0)
        return;
    complete_all(argv, "function fish_prompt; echo -n '" PROMPT " '; end; "
                       "set fish_complete_path '" SRC_DIR "'/completions/fish\r");
}
